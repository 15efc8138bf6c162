"""The paper pack of a case: one page of plan, the log so far, numbered lines to write on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.desk import cases, fortnight, house, words
from orderdesk.desk.core import Desk
from orderdesk.desk.publishing import write_whole
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, language, msg

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.domain.people import Duty
    from orderdesk.papers.script import Post, ScriptData
    from orderdesk.store.work import Reader

_SATURDAY = 5


def script_data(desk: Desk, reader: Reader, found: Dossier) -> ScriptData:
    """All that an operation script or a paper pack says of a case, without purpose or organiser."""
    from orderdesk.papers.review_data import Scenario
    from orderdesk.papers.script import Contact, Logged, ScriptData

    case = found.case
    owners = dict.fromkeys(card.owner for card in found.scenarios if card.owner)
    return ScriptData(
        number=case.number,
        sender=house.department(),
        known_at=desk.now,
        span=case.span,
        place=found.place,
        route=case.route,
        expected=words.people(case),
        decided_class=_(words.CLASSES[found.risk.standing]),
        synthetic=bool(reader.meta("synthetic")),
        scenarios=tuple(
            Scenario(
                trigger=card.trigger, measure=card.measure, owner=card.owner,
                limit=card.tolerance_limit,
            )
            for card in found.scenarios
        ),
        posts=tuple(_posts(reader, found)),
        contacts=tuple(Contact(function=owner) for owner in owners),
        log=tuple(
            Logged(number=n, at=line.known_at, author=line.author, text=line.text or "-")
            for n, line in enumerate(found.log, start=1)
        ),
    )  # fmt: skip


def _posts(reader: Reader, found: Dossier) -> Iterator[Post]:
    """People at the case by stretch of time and tasks: counts, never names."""
    from orderdesk.papers.script import Post

    span = found.case.span
    if span is None:
        return
    day = timedelta(hours=12)
    duties = reader.duties(start=span.start - day, end=span.end + day)
    counted: dict[tuple[Span, str], set[str]] = {}
    for duty in duties:
        for part, task in _at_case(duty, found.case.id):
            counted.setdefault((part, task), set()).add(duty.person_id)
    for (part, task), people in sorted(counted.items(), key=lambda item: item[0][0].start):
        yield Post(
            who=_("Enforcement officers"), number=len(people), span=part, place=found.place,
            tasks=(task,),
        )  # fmt: skip


def _at_case(duty: Duty, case_id: str) -> Iterator[tuple[Span, str]]:
    for task in duty.tasks:
        if task.case_id == case_id:
            yield Span(start=task.start, end=task.end), _(words.TASKS[task.task])


def print_case(desk: Desk, case_id: str, path: Path) -> Path:
    """The pack of one case as PDF. Raises StorageProblem."""
    from orderdesk.papers.pdf import to_pdf
    from orderdesk.papers.script import incident_pack

    with desk.read() as reader:
        found = cases.dossier_in(reader, reader.case(case_id), local(desk.now).date())
        data = script_data(desk, reader, found)
    write_whole(path, to_pdf(incident_pack(data, language(), now=desk.now)).content)
    return path


def print_weekend(desk: Desk, folder: Path) -> list[Path]:
    """The packs of every case of this weekend, and the list of the fortnight on top.

    Raises RuleSaysNo when nothing stands in the weekend.
    """
    week = Week.of(desk.now)
    saturday = week.days[_SATURDAY]
    with desk.read() as reader:
        found = [
            case
            for case in reader.cases(
                start=at(saturday, "00:00"), end=at(saturday + timedelta(days=2), "00:00")
            )
            if not case.called_off
        ]
    if not found:
        raise RuleSaysNo(msg("nothing stands in the weekend of {day}", day=words.day(saturday)))
    made = [print_case(desk, case.id, folder / f"{case.number}.pdf") for case in found]
    return [fortnight.print_fortnight(desk, folder / f"{week}.pdf"), *made]
