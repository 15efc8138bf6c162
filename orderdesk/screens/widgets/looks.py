"""How a piece of text looks, by what it means: a class, late, amber, past.

A look is a name, not a colour: each theme gives it a colour (`$look-<name>`, see
`orderdesk.screens.themes`), and every piece says its meaning in words or a sign too, so that it
reads the same in sixteen colours, without colour and aloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.content import Content

from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line


class Look(StrEnum):
    """What a piece of text means."""

    PLAIN = "plain"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    LATE = "late"
    AMBER = "amber"
    GOOD = "good"
    DIM = "dim"
    """Past, or of less weight."""
    STRONG = "strong"
    MAIN = "main"
    """What a picture is about."""
    TINT = "tint"
    """A column or cell set apart by its background: today, a weekend."""
    NOW = "now"
    """Today, in a picture."""
    HEAT_1 = "heat-1"
    HEAT_2 = "heat-2"
    HEAT_3 = "heat-3"
    HEAT_4 = "heat-4"
    """Little to most, in a map."""

    @property
    def style(self) -> str:
        """The style of text with this look, for `Content`."""
        if self is Look.PLAIN:
            return ""
        if self is Look.STRONG:
            return "bold"
        if self is Look.TINT:
            return "on $look-tint"
        if self is Look.NOW:
            return "bold reverse"
        if self.value.startswith("heat"):
            return f"$look-{self.value}-text on $look-{self.value}"
        bold = "bold " if self in (Look.HIGH, Look.LATE) else ""
        return f"{bold}$look-{self.value}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell with a look."""

    text: str
    look: Look = Look.PLAIN


Cell = str | Piece
"""A cell of a table: text, or text with a look."""

LATE_SIGN, AMBER_SIGN, GOOD_SIGN = "‼", "!", "✓"
_BADGES = {
    "hoog": ("▲", N_("high"), Look.HIGH),
    "midden": ("◆", N_("medium"), Look.MEDIUM),
    "laag": ("●", N_("low"), Look.LOW),
}


def text_of(cell: Cell) -> str:
    """The text of a cell."""
    return cell.text if isinstance(cell, Piece) else cell


def badge(risk_class: str) -> Piece:
    """A class as sign and word: "▲ high", "◆ medium", "● low"; other text stays as it is.

    `risk_class` is the value of a `RiskClass` ("hoog", "midden", "laag") or a class in the
    reader's words ("high").
    """
    for name, (sign, word, look) in _BADGES.items():
        if risk_class in (name, word, _(word)):
            return Piece(f"{sign} {_(word)}", look)
    return Piece(risk_class)


def late(text: str) -> Piece:
    """Something over its time: "‼ text"."""
    return Piece(f"{LATE_SIGN} {text}", Look.LATE)


def amber(text: str) -> Piece:
    """Something to look at: "! text"."""
    return Piece(f"{AMBER_SIGN} {text}", Look.AMBER)


def good(text: str) -> Piece:
    """Something in order: "✓ text"."""
    return Piece(f"{GOOD_SIGN} {text}", Look.GOOD)


def dim(text: str) -> Piece:
    """Something past, or of less weight."""
    return Piece(text, Look.DIM)


def content(*pieces: Cell) -> Content:
    """Pieces one after the other, for a `Static`; text is data, never markup."""
    return Content.assemble(
        *(
            (line(piece.text), piece.look.style) if isinstance(piece, Piece) else line(piece)
            for piece in pieces
        )
    )


def lines(*rows: Content) -> Content:
    """Lines one below the other."""
    return Content("\n").join(rows)
