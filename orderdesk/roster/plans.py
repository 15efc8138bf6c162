"""Plans of a replan: what each changes, what it costs, how sure it is, and how two differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orderdesk.domain.people import Duty
from orderdesk.domain.worktime import Finding
from orderdesk.i18n import N_, Figure, Msg, msg
from orderdesk.roster.burden import Change
from orderdesk.roster.moves import Refusal
from orderdesk.roster.problem import Aim, Kind, Need
from orderdesk.roster.strength import Shortfall


@dataclass(frozen=True)
class PersonLine:
    """What a plan means for one person: one line of the comparison."""

    person_id: str
    kind: Kind
    old: Duty | None
    new: Duty
    notice: timedelta
    weight: float
    """Price of the late change."""
    earlier_burden: float
    reserve_minutes: int
    theme_minutes: int
    extra_minutes: int
    borrowed_minutes: int
    """Given to the deployment by somebody planned for a theme, within the hours or beyond."""
    theme: str
    day_off: str
    """"cancelled", "moved" or empty."""
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class PoolLine:
    """Hours asked of a neighbour: the plan is conditional until they say yes."""

    pool: str
    need: Need
    people: int

    @property
    def minutes(self) -> int:
        """Person-minutes."""
        return self.people * self.need.span.minutes


@dataclass(frozen=True)
class Proof:
    """How sure it is that nobody else could do with fewer people."""

    touched: int
    bound: int
    """No lawful plan under this strategy touches fewer."""
    changes_considered: int
    """Lawful changes of one person among which the plan was chosen."""
    by_counting: int
    """Bound that needs no model: people wanted at the worst moment less what the pool may lend."""

    @property
    def proven(self) -> bool:
        """Whether the plan touches as few as possible."""
        return self.bound >= self.touched

    def __str__(self) -> str:
        if self.proven:
            text = msg(
                "No lawful plan touches fewer than {n} of our own people "
                "(proven over {changes} lawful changes; {least} by counting alone).",
                n=self.touched,
                changes=self.changes_considered,
                least=self.by_counting,
            )
        else:
            text = msg(
                "{n} people touched; no lawful plan touches fewer than {bound}.",
                n=self.touched,
                bound=self.bound,
            )
        return str(text)


@dataclass(frozen=True)
class Plan:
    """One way out, complete: what it changes, what it costs, and the duties if it is chosen."""

    strategy: str
    title: Msg
    lines: tuple[PersonLine, ...]
    """People whose duty changes, by service number."""
    absent: tuple[Duty, ...]
    """Duties that fall away because their people can't come; nobody's choice, so not counted."""
    pool: tuple[PoolLine, ...]
    duties: tuple[Duty, ...]
    """All duties if the plan is chosen; those that don't change are the very same objects."""
    proof: Proof
    aims: Mapping[Aim, float]
    uncovered: tuple[Shortfall, ...]
    below_waterline: tuple[Shortfall, ...]
    """Where the plan undercuts the waterline: it then needs a decision number."""
    below_cover: tuple[Shortfall, ...]
    flex_gone: tuple[date, ...]
    """Days that lose their last flex shift."""
    side_effects: tuple[Msg, ...]
    warnings: tuple[Finding, ...]

    @property
    def touched(self) -> int:
        """Own people whose duty changes."""
        return len(self.lines)

    @property
    def days_off_cancelled(self) -> int:
        """Days off that become working days."""
        return sum(line.day_off == "cancelled" for line in self.lines)

    @property
    def days_off_moved(self) -> int:
        """Days off that lie on another day."""
        return sum(line.day_off == "moved" for line in self.lines)

    @property
    def reserve_minutes(self) -> int:
        """Deployed out of the reserve."""
        return sum(line.reserve_minutes for line in self.lines)

    @property
    def theme_minutes(self) -> dict[str, int]:
        """Borrowed per theme."""
        borrowed: dict[str, int] = {}
        for line in self.lines:
            if line.theme_minutes:
                borrowed[line.theme] = borrowed.get(line.theme, 0) + line.theme_minutes
        return dict(sorted(borrowed.items()))

    @property
    def borrowed_minutes(self) -> int:
        """Given by people planned for a theme."""
        return sum(line.borrowed_minutes for line in self.lines)

    @property
    def extra_minutes(self) -> int:
        """Worked beyond the published hours."""
        return sum(max(0, line.extra_minutes) for line in self.lines)

    @property
    def external_minutes(self) -> int:
        """Asked of the pool."""
        return sum(line.minutes for line in self.pool)

    @property
    def conditional(self) -> bool:
        """Whether it waits for a neighbour's yes."""
        return bool(self.pool)

    @property
    def needs_decision(self) -> bool:
        """Whether it undercuts the waterline."""
        return bool(self.below_waterline)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What goes into the log of changes if the plan is chosen."""
        return tuple(
            Change(line.person_id, line.new.changed_at, line.old, line.new,
                   flex=line.kind is Kind.FLEX_MOVED)
            for line in self.lines
        )  # fmt: skip


@dataclass(frozen=True)
class Replan:
    """Plans side by side, the least disruptive first."""

    plans: tuple[Plan, ...]
    refusals: tuple[Refusal, ...]
    """Why the other people can't help, by service number."""
    unmet_wishes: tuple[str, ...] = ()
    """People who were preferred but can't be used lawfully."""


def cost_of_wish(without: Plan, wished: Plan) -> tuple[Msg, ...]:
    """What excluding or preferring people cost: how the wished plan differs from the first one.

    Empty when the wish was free.
    """
    extra_notice = wished.aims[Aim.NOTICE] - without.aims[Aim.NOTICE]
    differences = (
        (wished.touched - without.touched, N_("people touched: {n}")),
        (wished.days_off_cancelled - without.days_off_cancelled, N_("days off cancelled: {n}")),
        (round(extra_notice, 1), N_("weight of late changes: {n}")),
        (_hours(wished.borrowed_minutes - without.borrowed_minutes), N_("hours borrowed: {n}")),
        (_hours(wished.extra_minutes - without.extra_minutes), N_("hours beyond the roster: {n}")),
        (_hours(wished.external_minutes - without.external_minutes), N_("hours of the pool: {n}")),
        (sum(s.short for s in wished.uncovered) - sum(s.short for s in without.uncovered),
         N_("people still lacking: {n}")),
    )  # fmt: skip
    return tuple(Msg(text, {"n": Figure(value, "+g")}) for value, text in differences if value)


def _hours(minutes: int) -> float:
    return round(minutes / 60, 1)
