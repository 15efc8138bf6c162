"""What leaves the desk: calendars, receipts, tables. Written whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import house, intake, receipts, words
from orderdesk.desk.core import Desk
from orderdesk.desk.feeds import FEED, settings, subscribers
from orderdesk.desk.leave import granted_in
from orderdesk.desk.rostering import oncall
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain.events import Organiser
from orderdesk.domain.ledger import Posting, lines
from orderdesk.domain.norms import Norms, check_lawful
from orderdesk.domain.people import ShiftBook, Task
from orderdesk.domain.text import csv_cell
from orderdesk.domain.time import local
from orderdesk.domain.worktime import WorkingTimeLaw, check_duties, errors
from orderdesk.errors import RuleSaysNo, StorageProblem
from orderdesk.i18n import _, msg, ngettext

if TYPE_CHECKING:
    from orderdesk.calendars.changes import Call, Subscriber
    from orderdesk.calendars.feed import Publisher
    from orderdesk.store.work import Reader


@dataclass(frozen=True)
class Published:
    """The calendars as they now stand for everybody, and what changed in them."""

    feeds: Mapping[str, bytes]
    """By file name."""
    duties: int
    changed: Sequence[str]
    calls: Sequence[Call]
    """Who must hear of a change within a day."""


@dataclass(frozen=True)
class Exported:
    """The calendars that were written to files, and what changed in them since the last time."""

    folder: Path
    published: Published

    @property
    def files(self) -> int:
        """How many."""
        return len(self.published.feeds)

    @property
    def calls(self) -> Sequence[Call]:
        """Who must hear of a change within a day."""
        return self.published.calls

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "folder": str(self.folder),
            "files": self.files,
            "duties": self.published.duties,
            "changed": list(self.published.changed),
            "calls": [
                {"person": call.person_id, "phone": call.phone, "reason": str(call.reason)}
                for call in self.calls
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield ngettext("{n} calendar in {folder}", "{n} calendars in {folder}", self.files).format(
            n=self.files, folder=self.folder
        )
        if self.published.changed:
            yield _("changed: {names}").format(names=", ".join(self.published.changed))
        for call in self.calls:
            how = _("phone") if call.phone else _("will see it in time")
            yield f"  {call.person_id}: {how} ({call.reason})"


def publish(desk: Desk) -> Published:
    """Let the calendars say what the roster says; whom to call stays on the call list.

    Unchanged calendars stay the same bytes. Raises RuleSaysNo while a duty breaks working-time law.
    """
    with desk.work(deed=False) as work:
        before = published(work)
        made = feeds_in(desk, work, before)
        changed = sorted(name for name, content in made.items() if before.get(name) != content)
        calls = _calls(made, before, work.now, subscribers(work))
        for name in changed:
            work.put(FEED, name, {"ics": made[name].decode("utf-8")})
        if changed:
            work.note("calendars", "feeds", {name: _digest(made[name]) for name in changed})
        receipts.keep(work, calls)
        return Published(made, len(work.duties()), changed, calls)


def export_calendars(desk: Desk, folder: Path) -> Exported:
    """Publish all calendars and write them below `folder`.

    A reader gets the files and publishes nothing. Raises RuleSaysNo while a duty breaks
    working-time law, and where no roster was published yet; StorageProblem when a file can't be
    written (the old one then stays whole).
    """
    if desk.can_change:
        done = publish(desk)
    else:
        with desk.read() as reader:
            done = Published(
                feeds_in(desk, reader, published(reader)), len(reader.duties()), (), ()
            )
    if not done.feeds:
        raise RuleSaysNo(
            msg("there is no calendar yet: publish a roster first (orderdesk roster --publish)")
        )
    for name, content in done.feeds.items():
        write_whole(folder / name, content)
    return Exported(folder, done)


def feeds_in(
    desk: Desk, reader: Reader, previous: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """All feeds as they stand, by file name. Raises RuleSaysNo while the law is broken."""
    from orderdesk.calendars.feed import write_feeds

    duties, calls = reader.duties(), oncall.spells_in(reader)
    law = reference.cached("working_time_law", WorkingTimeLaw)
    broken = errors([*check_duties(duties, law), *oncall.findings(duties, calls)])
    if broken:
        first = broken[0]
        raise RuleSaysNo(
            msg("no calendar while a rule is broken: {who}, {what}", who=first.person_id,
                what=first.message),
            "23",
        )  # fmt: skip
    for duty in duties:
        check_lawful((t.task for t in duty.tasks), reference.cached("staffing_norms", Norms))
    people = {person.id: person for person in reader.people()}
    ids = {task.case_id for duty in duties for task in duty.tasks if task.case_id}
    numbers = {case.id: case.number for case in reader.cases(ids=ids)} if ids else {}
    return write_feeds(
        duties, people, numbers, publisher=publisher(reader), now=desk.now,
        leave=granted_in(reader), on_call=calls, previous=previous,
    )  # fmt: skip


def publisher(reader: Reader) -> Publisher:
    """What all feeds of this installation share."""
    from orderdesk.calendars.feed import Labels, Publisher

    return Publisher(
        installation_id=reader.meta("installation_id"),
        labels=Labels(shift=reference.cached("shifts", ShiftBook).name_of, task=_task_name),
        settings=settings(),
    )


def _calls(
    made: Mapping[str, bytes],
    before: Mapping[str, bytes],
    now: datetime,
    seen: Mapping[str, Subscriber],
) -> tuple[Call, ...]:
    """Who must be told of changes within a day, the most urgent first."""
    from orderdesk.calendars.changes import call_list, difference

    changes = {
        name.removeprefix("person/").removesuffix(".ics"): difference(before[name], content)
        for name, content in made.items()
        if name.startswith("person/") and name in before and before[name] != content
    }
    return call_list(changes, seen, now, settings())


_READ_WIDTH = 66
"""Characters in a line of a letter on a screen: room for it on the narrowest terminal."""


def receipt_text(desk: Desk, case_id: str) -> str:
    """The proof of receipt, Dutch and English, to be read or sent."""
    from orderdesk.papers.letters import receipt
    from orderdesk.papers.plain import to_text

    with desk.read() as reader:
        case = reader.case(case_id)
        if case.received_at is None:
            raise RuleSaysNo(
                msg("{number} was not notified: there is no receipt", number=case.number)
            )
        organiser = reader.organisers([case.organiser_id]).get(case.organiser_id, Organiser(id=""))
        sender = house.sender_in(reader)
        term = intake.term_of(reader, case)
    papers = [
        receipt(
            case, organiser, term, place=intake.place_name(case), desk=sender, code=code,
            issued_at=case.received_at,
        )
        for code in ("nl", "en")
    ]  # fmt: skip
    return "\n\n\n".join(to_text(paper, _READ_WIDTH) for paper in papers)


def export_register(desk: Desk, path: Path) -> int:
    """The register as CSV, without purposes and contact data; how many rows."""
    from orderdesk.desk.search import register_list

    found = register_list(desk)
    with desk.read() as reader:
        classes = standing_classes(reader, local(desk.now).date())
        cases = {case.id: case for case in reader.cases()}
    heads = ("number", "kind", "source", "start", "end", "received", "place", "form",
             "expected_low", "expected", "expected_high", "class", "status", "turnout",
             "incident")  # fmt: skip
    rows = []
    for n in range(len(found)):
        case = cases[found.id(n)]
        outcome = case.outcome
        standing = classes.get(case.id)
        rows.append(
            (
                case.number,
                case.kind.value,
                case.source.value,
                _stamp(case.span.start if case.span else None),
                _stamp(case.span.end if case.span else None),
                _stamp(case.received_at),
                found.place(found.lines[n]),
                case.form.value,
                case.expected_low,
                case.expected,
                case.expected_high,
                standing.value if standing else "",
                case.status.value,
                outcome.turnout if outcome else None,
                outcome.incident.value if outcome and outcome.incident else "",
            )
        )
    write_whole(path, table(*_stamped(desk, heads, rows)))
    return len(rows)


def _stamped(
    desk: Desk, heads: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    """With a column that says of which moment the rows are, when it is not now."""
    if desk.as_known is None:
        return heads, rows
    stamp = _stamp(desk.as_known)
    return (*heads, "as_known_at"), [(*row, stamp) for row in rows]


def export_ledger(desk: Desk, path: Path) -> int:
    """Every line of the ledger as CSV; how many."""
    with desk.read() as reader:
        postings = reader.postings(Posting)
        ids = {p.case_id for p in postings if p.case_id}
        numbers = {case.id: case.number for case in reader.cases(ids=ids)} if ids else {}
    heads = ("posting", "week", "deed", "known_at", "entered_at", "entered_by", "account", "theme",
             "pool", "minutes", "case", "person", "authorised_by", "role", "reason",
             "reverses")  # fmt: skip
    rows = [
        (
            entry.posting.id,
            str(entry.posting.week),
            entry.posting.deed.value,
            _stamp(entry.posting.known_at),
            _stamp(entry.posting.entered_at),
            entry.posting.entered_by.name,
            entry.account.book.value,
            entry.account.theme,
            entry.account.pool,
            entry.minutes,
            numbers.get(entry.posting.case_id, ""),
            entry.account.person_id or entry.posting.person_id,
            entry.posting.authorised_by.name if entry.posting.authorised_by else "",
            entry.posting.authorised_by.role.value if entry.posting.authorised_by else "",
            entry.posting.reason,
            entry.posting.reverses,
        )
        for entry in lines(postings)
    ]
    write_whole(path, table(*_stamped(desk, heads, rows)))
    return len(rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV file that opens as text in a spreadsheet: nothing in it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow(
            ["" if v is None else v if isinstance(v, int) else csv_cell(str(v)) for v in row]
        )
    return out.getvalue().encode("utf-8")


def ready_to_write(folder: Path) -> None:
    """Make `folder` and try it, before long work whose files will stand in it.

    Raises StorageProblem.
    """
    probe = folder / ".orderdesk.partial"
    write_whole(probe, b"\n")
    probe.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file completely, or leave the old one as it was. Raises StorageProblem."""
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise StorageProblem(
            msg("{path} can't be written: {why}", path=path, why=problem.strerror)
        ) from None


def published(reader: Reader) -> dict[str, bytes]:
    """The calendars as they were last written, by file name."""
    return {record.key: record.doc["ics"].encode("utf-8") for record in reader.records(FEED)}


def _task_name(task: Task) -> str:
    return _(words.TASKS[task])


def _stamp(moment: datetime | None) -> str:
    return local(moment).isoformat(timespec="minutes") if moment else ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
