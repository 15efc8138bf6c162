"""The norms of staffing (`data/staffing_norms.toml`), and what enforcement officers may do at all.

An enforcement officer (BOA) is no police officer: what only the police may do is refused here, and
what a police unit costs is counted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from orderdesk.domain.events import Form, Kind
from orderdesk.domain.people import Task
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

People = Annotated[int, Field(ge=0, le=1000)]
Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]
Share = Annotated[float, Field(ge=0, le=1)]
GatheringClass = Literal["laag", "midden", "hoog"]


class NumberNorm(Strict):
    """People per class for gatherings from a size on."""

    id: str
    from_size: Annotated[int, Field(ge=0)]
    laag: People
    midden: People
    hoog: People
    reason: LocalText

    def of(self, risk_class: str) -> int:
        """The number for a class."""
        numbers = {"laag": self.laag, "midden": self.midden, "hoog": self.hoog}
        return numbers[risk_class]


class WindowNorm(Strict):
    """Minutes before the start and after the end, by class, for gatherings from a size on."""

    id: str
    classes: frozenset[GatheringClass]
    from_size: Annotated[int, Field(ge=0)]
    before: Minutes
    after: Minutes
    reason: LocalText


class CounterWindow(Strict):
    """The least time before a counter-group arrives."""

    before: Minutes
    reason: LocalText


class KindNorm(Strict):
    """The share of a demonstration's people that another kind of gathering asks for."""

    kind: Kind
    share: Share
    reason: LocalText


class TaskNorm(Strict):
    """Which task the first, second, third... person gets; then from the first again."""

    forms: frozenset[Form]
    order: Annotated[tuple[Task, ...], Field(min_length=1)]


class PreparationNorm(Strict):
    """Minutes of preparation by class."""

    laag: Minutes
    midden: Minutes
    hoog: Minutes
    unannounced: Minutes
    reason: LocalText


class EventNorm(Strict):
    """People for an event of these classes."""

    classes: frozenset[Literal["0", "A", "B", "C"]]
    boa: People
    reason: LocalText


class EventWindow(Strict):
    """Minutes round an event, tasks in order, preparation."""

    before: Minutes
    after: Minutes
    order: Annotated[tuple[Task, ...], Field(min_length=1)]
    preparation: Minutes
    reason: LocalText


class SecurityNorm(Strict):
    """Security that the organiser of an event brings, on the event terrain only."""

    per_visitors: Annotated[int, Field(ge=1)]
    at_least: People
    from_visitors: Annotated[int, Field(ge=0)]
    reason: LocalText


class Package(Strict):
    """What people who are there already turn to when the trigger of a scenario card is seen."""

    id: str
    name: LocalText
    tasks: tuple[Task, ...]
    minutes: Minutes


class Choice(Strict):
    """One of the deployments offered for an unannounced gathering."""

    id: str
    name: LocalText
    share: Share


class Units(Strict):
    """Police units: people, and hours per person of one deployment with its preparation."""

    hours_per_person: Annotated[int, Field(ge=1, le=48)]
    people: dict[str, People]


class Norms(ReferenceFile):
    """`data/staffing_norms.toml`."""

    lawful_for_boa: frozenset[Task]
    assumed_start: time
    assumed_minutes: Minutes
    assumed_size: People
    longest_minutes: Minutes
    round_minutes: Minutes
    numbers: tuple[NumberNorm, ...]
    counter_numbers: tuple[NumberNorm, ...]
    windows: tuple[WindowNorm, ...]
    counter_window: CounterWindow
    kinds: tuple[KindNorm, ...]
    tasks: tuple[TaskNorm, ...]
    preparation: PreparationNorm
    events: tuple[EventNorm, ...]
    event_window: EventWindow
    event_security: SecurityNorm
    packages: tuple[Package, ...]
    choices: tuple[Choice, ...]
    units: Units

    @model_validator(mode="after")
    def _complete_and_lawful(self) -> Self:
        tables = [
            [n.from_size for n in self.numbers],
            [n.from_size for n in self.counter_numbers],
            *(
                [w.from_size for w in self.windows if c in w.classes]
                for c in get_args(GatheringClass)
            ),
        ]
        if any(not sizes or sizes[0] != 0 or sizes != sorted(set(sizes)) for sizes in tables):
            raise ValueError("numbers and windows must start at size 0 and rise")
        if any(sum(form in t.forms for t in self.tasks) != 1 for form in Form):
            raise ValueError("tasks: each form needs exactly one order")
        given = {t for norm in self.tasks for t in norm.order} | set(self.event_window.order)
        given |= {t for package in self.packages for t in package.tasks}
        if given - self.lawful_for_boa:
            raise ValueError(f"not lawful for a BOA: {sorted(given - self.lawful_for_boa)}")
        return self


# --- what a BOA may do ----------------------------------------------------------------------


def check_lawful(tasks: Iterable[Task], norms: Norms) -> None:
    """Refuse to give a BOA what only the police may do (rule 19).

    Restoring order, separating groups, arresting and riot police are tasks of the police under the
    mayor or the prosecutor. Theme work and waiting on a flex shift are no deployment and pass.
    """
    allowed = norms.lawful_for_boa | {Task.THEME_WORK, Task.RESERVE}
    for task in tasks:
        if task not in allowed:
            raise RuleSaysNo(
                msg(
                    "An enforcement officer may not do {task}: that is a police task. Lawful are "
                    "{lawful}.",
                    task=TASK_NAMES[task],
                    lawful=_Listed(sorted(norms.lawful_for_boa)),
                ),
                "19",
            )


TASK_NAMES: Mapping[Task, Msg] = {
    Task.SUPERVISION: msg("supervision"),
    Task.TRAFFIC: msg("traffic"),
    Task.PUBLIC_INFORMATION: msg("public information"),
    Task.WASTE: msg("waste and terraces"),
    Task.HOST: msg("host"),
    Task.THEME_WORK: msg("theme work"),
    Task.RESERVE: msg("reserve"),
    Task.RESTORE_ORDER: msg("restoring order"),
    Task.SEPARATE_GROUPS: msg("separating groups"),
    Task.ARREST: msg("arrest"),
    Task.RIOT_POLICE: msg("riot police"),
}


@dataclass(frozen=True)
class _Listed:
    """Names of tasks, translated when shown."""

    tasks: Sequence[Task]

    def __str__(self) -> str:
        return ", ".join(str(TASK_NAMES[task]) for task in self.tasks)


def unit_minutes(unit: str, norms: Norms, count: int = 1) -> int:
    """What `count` police units cost: people x hours of one deployment, in minutes (rule 22)."""
    people = norms.units.people.get(unit)
    if people is None or count < 1:
        raise BadInput(
            N_("unit"),
            unit if people is None else count,
            msg("Known units: {units}; at least one.", units=", ".join(norms.units.people)),
        )
    return count * people * norms.units.hours_per_person * 60
