"""The words in which rosters are solved: cells, bounds on them, prices on them, parts of needs.

Any solver that can handle sums of cells will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from orderdesk.domain.time import Span
from orderdesk.i18n import Msg
from orderdesk.roster.problem import Need

SCALE = 20
"""Steps of the integer objective per hour of regret."""


class Cell(NamedTuple):
    """A shift that a person might get: positions of member, day and offer."""

    member: int
    day: int
    offer: int


Shift = tuple[int, int]
"""Positions of day and offer."""


@dataclass(frozen=True)
class Row:
    """Bound on a weighted number of cells: sum(weight x cell) <= high."""

    cells: tuple[tuple[Cell, int], ...]
    high: int
    why: Msg

    def broken(self, chosen: frozenset[Cell]) -> bool:
        """Whether a choice goes over the bound."""
        return sum(weight for cell, weight in self.cells if cell in chosen) > self.high


@dataclass(frozen=True)
class Term:
    """A price on a weighted number of cells that leaves `low..high`.

    Prices are per unit, in steps of 1/SCALE hour of regret.
    """

    cause: str
    cells: tuple[tuple[Cell, int], ...]
    constant: int
    low: int | None
    high: int | None
    under: int
    over: int

    def price(self, chosen: frozenset[Cell]) -> int:
        """What a choice pays for this."""
        return self.price_at(
            self.constant + sum(weight for cell, weight in self.cells if cell in chosen)
        )

    def price_at(self, value: int) -> int:
        """What it pays when the weighted number, the constant included, is `value`."""
        if self.low is not None and value < self.low:
            return (self.low - value) * self.under
        if self.high is not None and value > self.high:
            return (value - self.high) * self.over
        return 0


class Block(NamedTuple):
    """A part of a need during which the same shifts count."""

    need: Need
    span: Span
    required: int
    at_most: int | None
    members: tuple[int, ...]
    shifts: tuple[Shift, ...]
    fixed: int
    """People who count through a pinned duty with hours of its own."""
