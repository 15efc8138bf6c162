"""The first run: what an empty desk needs, what of it is done, and which key does the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderdesk.desk.core import Desk
from orderdesk.domain.ledger import Posting, WeekState, week_state
from orderdesk.domain.time import Week, local
from orderdesk.i18n import N_, _

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

CHECKED = "settings_checked"
"""Record that says that somebody looked through places and norms."""


@dataclass(frozen=True)
class Step:
    """A step of the first run."""

    what: str
    """A message of the catalogue."""
    how: str
    """Which keys do it: a message of the catalogue."""
    command: str
    done: bool


@dataclass(frozen=True)
class Guide:
    """The first run of this desk."""

    steps: Sequence[Step]

    @property
    def next(self) -> Step | None:
        """The first step that isn't done; None when the desk is ready."""
        return next((step for step in self.steps if not step.done), None)

    def screen_lines(self) -> list[str]:
        """A line per step, with the keys of the next; empty when the desk is ready."""
        if self.next is None:
            return []
        return [
            f"{'✓' if step.done else n}  {_(step.what)}"
            + (f"  -  {_(step.how)}" if not step.done else "")
            for n, step in enumerate(self.steps, start=1)
        ]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "ready": self.next is None,
            "steps": [
                {"what": _(s.what), "command": s.command, "done": s.done} for s in self.steps
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person at the command line."""
        if self.next is None:
            yield _("This desk is ready: everything of the first run is done.")
            return
        for n, step in enumerate(self.steps, start=1):
            yield f"{'✓' if step.done else n}  {_(step.what)}"
            if step is self.next:
                yield f"   {step.command}"


def guide(desk: Desk) -> Guide:
    """The first run as far as it is done."""
    with desk.read() as reader:
        return guide_in(desk, reader)


def guide_in(desk: Desk, reader: Reader) -> Guide:
    """`guide` inside a unit of work. The demonstration city needs none."""
    if reader.meta("synthetic"):
        return Guide(())
    week = Week.of(desk.now)
    opened = week_state(reader.postings(Posting, week=str(week)), week) is not WeekState.UNOPENED
    return Guide(
        (
            Step(
                N_("add your team"), N_("9, then n (one) or i (a list)"),
                "orderdesk team import staff.csv", bool(reader.people(local(desk.now).date())),
            ),
            Step(
                N_("check your name, places and norms"), N_("9, then s"),
                "orderdesk settings list --checked",
                reader.record(CHECKED, "all") is not None,
            ),
            Step(
                N_("open this week"), N_("9, then o"),
                "orderdesk week open --weeks 4", opened,
            ),
            Step(
                N_("import your register, or register a notification"), N_("i or n"),
                "orderdesk import register.xlsx", reader.count_cases() > 0,
            ),
        )
    )  # fmt: skip
