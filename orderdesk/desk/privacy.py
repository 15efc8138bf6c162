"""People's data by law: how long they stay, what is due for destruction, export and erasure.

What names somebody stands where it can be erased: contact data with the organiser, free text with
the case, words of the log in a table of their own. Ledger, facts and audit trail hold ids and
digests, so that erasing breaks no chain and history keeps its counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import availability, words
from orderdesk.desk.availability import ABSENCE, ASKED
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import DRAFT
from orderdesk.desk.feeds import ADDRESS, FETCHED
from orderdesk.desk.leave import LEAVE
from orderdesk.desk.retention import LOOKED_THROUGH, Kept, RetentionRules
from orderdesk.desk.rostering import oncall
from orderdesk.desk.settings import mark
from orderdesk.desk.signals import signal_rules
from orderdesk.desk.talks import AGREEMENT, REQUEST
from orderdesk.desk.timeline import lines_of
from orderdesk.domain.events import Case, Organiser, Status
from orderdesk.domain.people import Person, Role
from orderdesk.domain.time import Week, local
from orderdesk.errors import BadInput, RuleSaysNo, StorageProblem
from orderdesk.i18n import _, msg, ngettext, pick

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

_OVER = (Status.CANCELLED, Status.MOVED, Status.NO_SHOW, Status.CLOSED)


# --- what is due ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """Something of a person that must go."""

    kind: Kept
    id: str
    what: str
    """What a person on the desk knows it by."""
    on: date
    """The day of destruction."""

    @property
    def key(self) -> str:
        """What tells it apart: "contact/<id>"."""
        return f"{self.kind.value}/{self.id}"

    def as_json(self) -> dict[str, Any]:
        """For `--json`; ids, no names."""
        return {"key": self.key, "kind": self.kind.value, "destroy_on": self.on.isoformat()}


@dataclass(frozen=True)
class RetentionList:
    """What is due until a day, the oldest first."""

    until: date
    due: Sequence[Due]
    looked_through: str
    """Who went through the list of this week; empty while nobody did."""
    bound: int = 0
    """Lines of a log from before words stood apart: they can't be erased one by one."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "until": self.until.isoformat(),
            "due": [due.as_json() for due in self.due],
            "looked_through": self.looked_through,
            "bound_to_the_trail": self.bound,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        n = len(self.due)
        yield ngettext(
            "{n} record is due for destruction until {day}",
            "{n} records are due for destruction until {day}",
            n,
        ).format(n=n, day=words.day(self.until, year=True))
        for due in self.due:
            yield f"{words.day(due.on, year=True)}  {kind_name(due.kind)}  {due.what}  {due.key}"
        yield from self.remarks()

    def remarks(self) -> Iterator[str]:
        """What else there is to know of the list."""
        if self.looked_through:
            yield self.looked_through
        if self.bound:
            yield ngettext(
                "{n} line of a log from version 0.1 stands in the chain of the trail: it goes only "
                "with the whole database",
                "{n} lines of logs from version 0.1 stand in the chain of the trail: they go only "
                "with the whole database",
                self.bound,
            ).format(n=self.bound)


def retention_list(desk: Desk) -> RetentionList:
    """What is due for destruction until Sunday of this week."""
    week = Week.of(desk.now)
    with desk.read() as reader:
        found = _due_in(reader, desk.now, week.days[-1])
        done = reader.record(LOOKED_THROUGH, str(week))
        bound = reader.words_in_the_chain()
    said = ""
    if done is not None:
        said = _("looked through by {name}, {when}").format(
            name=done.doc["by"], when=words.moment(done.changed_at)
        )
    return RetentionList(week.days[-1], found, said, bound)


def kind_name(kind: Kept) -> str:
    """What a kind is called."""
    return pick(_rules().term(kind).name)


def rule_lines() -> list[str]:
    """How long each kind stays."""
    signals = _("{what}: {n} days{mark}").format(
        what=_("Text of a signal, gone by itself"), n=signal_rules().gone_after_days,
        mark=mark("signals", "gone_after_days"),
    )  # fmt: skip
    return [
        _("{what}: {n} days{mark}").format(
            what=pick(term.name), n=term.keep_days,
            mark=mark("retention", "kinds", term.id.value, "keep_days"),
        )
        for term in _rules().kinds
    ] + [signals]  # fmt: skip


def _rules() -> RetentionRules:
    found: RetentionRules = reference.cached("retention", RetentionRules)
    return found


def _gone_on(kind: Kept, day: date) -> date:
    return day + timedelta(days=_rules().term(kind).keep_days)


def _due_in(reader: Reader, now: datetime, until: date) -> list[Due]:
    found: list[Due] = []
    for source in (
        _contacts,
        _case_texts,
        _logs,
        _former_people,
        _absences,
        _asked,
        _leave,
        _on_call,
        _drafts,
    ):
        found += [due for due in source(reader, now) if due.on <= until]
    return sorted(found, key=lambda due: (due.on, due.kind.value, due.what, due.id))


def _contacts(reader: Reader, now: datetime) -> Iterator[Due]:
    last = reader.last_cases(now)
    for id, organiser in reader.organisers().items():
        if organiser != Organiser(id=id):
            number, ended = last.get(id, ("-", now))
            on = _gone_on(Kept.CONTACT, local(ended).date())
            what = _("{name}, last {number}").format(name=organiser.name or "?", number=number)
            yield Due(Kept.CONTACT, id, what, on)


def _case_texts(reader: Reader, _now: datetime) -> Iterator[Due]:
    for id, number, ended in reader.cases_with_text():
        yield Due(Kept.CASE_TEXT, id, number, _gone_on(Kept.CASE_TEXT, local(ended).date()))


def _logs(reader: Reader, _now: datetime) -> Iterator[Due]:
    """Words of logs and minutes: those of a case from its end, others from when they came."""
    newest: dict[str, datetime] = {}
    count: Counter[str] = Counter()
    for found in reader.private_words():
        newest[found.subject] = found.made_at
        count[found.subject] += 1
    ids = [subject.removeprefix("case:") for subject in newest if subject.startswith("case:")]
    cases = {f"case:{case.id}": case for case in reader.cases(ids=ids)} if ids else {}
    for subject, made_at in newest.items():
        case = cases.get(subject)
        ended = case.span.end if case and case.span else made_at
        what = ngettext("{name}, {n} line", "{name}, {n} lines", count[subject]).format(
            name=case.number if case else subject, n=count[subject]
        )
        yield Due(Kept.LOG, subject, what, _gone_on(Kept.LOG, local(ended).date()))


def _former_people(reader: Reader, _now: datetime) -> Iterator[Due]:
    for person in reader.people():
        if person.until is not None and person.name:
            yield Due(Kept.PERSON, person.id, person.id, _gone_on(Kept.PERSON, person.until))


def _absences(reader: Reader, _now: datetime) -> Iterator[Due]:
    for absence in availability.absences_in(reader):
        on = _gone_on(Kept.ABSENCE, absence.last)
        yield Due(Kept.ABSENCE, absence.id, absence.person_id, on)


def _asked(reader: Reader, _now: datetime) -> Iterator[Due]:
    for asked in availability.requests_in(reader):
        yield Due(Kept.REQUEST, asked.id, asked.person_id, _gone_on(Kept.REQUEST, asked.day))


def _leave(reader: Reader, _now: datetime) -> Iterator[Due]:
    for record in reader.records(LEAVE):
        on = _gone_on(Kept.LEAVE, date.fromisoformat(record.doc["day"]))
        yield Due(Kept.LEAVE, record.key, record.doc["person_id"], on)


def _on_call(reader: Reader, _now: datetime) -> Iterator[Due]:
    for spell in oncall.spells_in(reader):
        on = _gone_on(Kept.ON_CALL, local(spell.end).date())
        yield Due(Kept.ON_CALL, spell.id, spell.person_id, on)


def _drafts(reader: Reader, _now: datetime) -> Iterator[Due]:
    for record in reader.records(DRAFT):
        on = _gone_on(Kept.DRAFT, local(record.changed_at).date())
        yield Due(Kept.DRAFT, record.key, record.key, on)


# --- destroying what is due -----------------------------------------------------------------------


def destroy(desk: Desk, keys: Collection[str]) -> int:
    """Destroy what was chosen of the list of this week; how many records went.

    The trail keeps that it was done, of what kind and id, by whom; not what stood there. Raises
    RuleSaysNo, and destroys nothing, when something chosen isn't due.
    """
    week = Week.of(desk.now)
    with desk.work(Role.OFFICER) as work:
        due = {found.key: found for found in _due_in(work, desk.now, week.days[-1])}
        if early := sorted(set(keys) - set(due)):
            raise RuleSaysNo(msg("{key} isn't due for destruction", key=early[0]))
        work.destroys()
        wanted = set(keys)
        chosen = [found for key, found in due.items() if key in wanted]
        for kind in Kept:
            if ids := [found.id for found in chosen if found.kind is kind]:
                _ERASE[kind](work, ids)
        kinds = Counter(found.kind.value for found in chosen)
        work.put(LOOKED_THROUGH, str(week), {"by": work.actor.name})
        work.note(
            "retention.destroyed", f"week:{week}",
            {"kinds": dict(sorted(kinds.items())), "keys": sorted(f.key for f in chosen)},
        )  # fmt: skip
    return len(chosen)


def _erase_contacts(work: Work, ids: Sequence[str]) -> None:
    work.erase_organisers(ids)
    work.forget_words_of_import(work.case_ids_of(ids))


def _erase_case_texts(work: Work, ids: Sequence[str]) -> None:
    work.purge_case_texts(ids)
    gone = set(ids)
    for kind in (REQUEST, AGREEMENT):
        for record in work.records(kind):
            if record.doc.get("case_id") in gone:
                work.drop(kind, record.key)


def _erase_logs(work: Work, subjects: Sequence[str]) -> None:
    gone = set(subjects)
    work.erase_words(found.id for found in work.private_words() if found.subject in gone)


def _drop(kind: str) -> Callable[[Work, Sequence[str]], None]:
    def drop(work: Work, ids: Sequence[str]) -> None:
        for id in ids:
            work.drop(kind, id)

    return drop


def _erase_people(work: Work, ids: Sequence[str]) -> None:
    gone = set(ids)
    for id in ids:
        work.erase_person(id)
        for kind in (ADDRESS, FETCHED):
            work.drop(kind, id)
    for absence in availability.absences_in(work):
        if absence.person_id in gone:
            work.drop(ABSENCE, absence.id)
    for asked in availability.requests_in(work):
        if asked.person_id in gone:
            work.drop(ASKED, asked.id)
    for kind in (LEAVE, oncall.ON_CALL):
        for record in work.records(kind):
            if record.doc["person_id"] in gone:
                work.drop(kind, record.key)


_ERASE: Mapping[Kept, Callable[[Work, Sequence[str]], None]] = {
    Kept.CONTACT: _erase_contacts,
    Kept.CASE_TEXT: _erase_case_texts,
    Kept.LOG: _erase_logs,
    Kept.PERSON: _erase_people,
    Kept.ABSENCE: _drop(ABSENCE),
    Kept.REQUEST: _drop(ASKED),
    Kept.LEAVE: _drop(LEAVE),
    Kept.ON_CALL: _drop(oncall.ON_CALL),
    Kept.DRAFT: _drop(DRAFT),
}


def about_case(reader: Reader, case: Case, organiser: Organiser | None) -> tuple[str, ...]:
    """What a record shows of its own end: when contact data and free text are destroyed."""
    lines = []
    ended = local(case.span.end if case.span else case.known_at).date()
    if case.organiser_id and (organiser is None or organiser == Organiser(id=organiser.id)):
        lines.append(_("contact data: destroyed under retention"))
    elif case.organiser_id:
        last = reader.last_end(case.organiser_id)
        lines.append(
            _("contact data: destroyed on {day}").format(
                day=words.day(
                    _gone_on(Kept.CONTACT, local(last).date() if last else ended), year=True
                )
            )
        )
    if reader.is_purged(case.id):
        lines.append(_("free text: destroyed under retention"))
    else:
        lines.append(
            _("free text: destroyed on {day}").format(
                day=words.day(_gone_on(Kept.CASE_TEXT, ended), year=True)
            )
        )
    return tuple(lines)


# --- one person's data ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Somebody whose data stand here: an organiser or a member of the team."""

    organiser: Organiser | None = None
    person: Person | None = None

    @property
    def id(self) -> str:
        """Under which the counts stay."""
        found = self.organiser or self.person
        assert found is not None
        return found.id


def subject(reader: Reader, who: str) -> Subject:
    """The only one with this id, name or part of a name. Raises BadInput with the ids to choose."""
    wanted = " ".join(who.split()).casefold()
    found = [Subject(organiser=o) for o in reader.organisers().values() if o != Organiser(id=o.id)]
    found += [Subject(person=p) for p in reader.people()]

    def name(one: Subject) -> str:
        holder = one.organiser or one.person
        return holder.name.casefold() if holder else ""

    exact = [one for one in found if wanted in (one.id.casefold(), name(one))]
    chosen = exact or [one for one in found if wanted and wanted in name(one)]
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        ids = ", ".join(one.id for one in chosen[:10])
        raise BadInput("who", who, msg("Several people answer to this: choose an id: {ids}.",
                                       ids=ids))  # fmt: skip
    raise BadInput("who", who, msg("Nothing is kept of anybody of this name or id."))


def export(desk: Desk, who: str) -> dict[str, Any]:
    """Everything that is kept of one person, for that person (AVG art. 15 and 20)."""
    with desk.work(Role.OFFICER) as work:
        one = subject(work, who)
        work.note("privacy.export", f"subject:{one.id}", {})
        if one.organiser is not None:
            return _of_organiser(work, one.organiser)
        assert one.person is not None
        return _of_person(work, one.person)


def _of_organiser(reader: Reader, organiser: Organiser) -> dict[str, Any]:
    cases = reader.cases(organiser_id=organiser.id)
    return {
        "organiser": organiser.model_dump(mode="json"),
        "cases": [
            case.model_dump(mode="json")
            | {
                "log": [
                    {"at": line.known_at.isoformat(), "text": line.text}
                    for line in lines_of(reader, case.id)
                ],
                "kept": list(about_case(reader, case, organiser)),
            }
            for case in cases
        ],
        "rows_of_the_trail": len(reader.trail(subject=f"organiser:{organiser.id}")),
    }


def _of_person(reader: Reader, person: Person) -> dict[str, Any]:
    return {
        "person": person.model_dump(mode="json"),
        "absences": [
            a.model_dump(mode="json")
            for a in availability.absences_in(reader)
            if a.person_id == person.id
        ],
        "requests": [
            r.model_dump(mode="json")
            for r in availability.requests_in(reader)
            if r.person_id == person.id
        ],
        "leave": [r.doc for r in reader.records(LEAVE) if r.doc["person_id"] == person.id],
        "on_call": [
            s.model_dump(mode="json") for s in oncall.spells_in(reader) if s.person_id == person.id
        ],
        "duties": [d.model_dump(mode="json") for d in reader.duties(person_id=person.id)],
        "rows_of_the_trail": len(reader.trail(subject=f"person:{person.id}")),
    }


def write_private(path: Path, text: str) -> None:
    """Write somebody's data to a file that only this user can read. Raises StorageProblem."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as problem:
        raise StorageProblem(
            msg("{path} can't be written: {why}", path=path, why=problem.strerror)
        ) from None


@dataclass(frozen=True)
class Erased:
    """What was erased of one person, and what stays and why."""

    id: str
    cases: int
    lines_: int
    trail: int
    backups: int
    """Backup files made before now: they still hold it until newer ones take their place."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "id": self.id,
            "cases": self.cases,
            "words_of_the_log": self.lines_,
            "rows_of_the_trail_that_stay": self.trail,
            "backups_that_hold_it": self.backups,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        from orderdesk.store.database import BACKUPS_KEPT

        yield _("erased: {id}, free text of {cases} cases, {lines} lines of the log").format(
            id=self.id, cases=self.cases, lines=self.lines_
        )
        yield _(
            "what stays names nobody: counts under the id, and {n} rows of the trail with digests"
        ).format(n=self.trail)
        if self.backups:
            yield ngettext(
                "{n} backup still holds it, until {kept} newer ones are made",
                "{n} backups still hold it, until {kept} newer ones are made",
                self.backups,
            ).format(n=self.backups, kept=BACKUPS_KEPT)


def erase(desk: Desk, who: str, why: str) -> Erased:
    """Erase one person's data before the term, at that person's request (AVG art. 17).

    Raises RuleSaysNo below team lead, or while the municipality still needs the data: a gathering
    that isn't over, somebody who is still in the team.
    """
    if not why.strip():
        raise BadInput("why", "", msg("Write who asked for it, and when."))
    with desk.work(Role.LEAD) as work:
        one = subject(work, who)
        if one.person is not None:
            _need_left(one.person, desk.now)
            cases: list[Case] = []
            _erase_people(work, [one.id])
            trail = len(work.trail(subject=f"person:{one.id}"))
        else:
            cases = work.cases(organiser_id=one.id)
            _need_over(cases, desk.now)
            _erase_contacts(work, [one.id])
            trail = len(work.trail(subject=f"organiser:{one.id}"))
        kept = [w.id for case in cases for w in work.private_words(f"case:{case.id}")]
        gone = work.erase_words(kept)
        if cases:
            _erase_case_texts(work, [case.id for case in cases])
        _drop_drafts_about(work, one)
        work.note("privacy.erased", f"subject:{one.id}", {"cases": [case.id for case in cases]})
    return Erased(one.id, len(cases), gone, trail + 1, desk.store.database.backups_made())


def _need_over(cases: Sequence[Case], now: datetime) -> None:
    for case in cases:
        if case.status not in _OVER and (case.span is None or case.span.end > now):
            raise RuleSaysNo(
                msg(
                    "{number} isn't over: until then the organiser must be reached. Erase it after "
                    "that, or when it is called off.",
                    number=case.number,
                )
            )


def _need_left(person: Person, now: datetime) -> None:
    today = local(now).date()
    if person.until is None or person.until >= today:
        raise RuleSaysNo(msg("{id} is still in the team: write a last day first.", id=person.id))


def _drop_drafts_about(work: Work, one: Subject) -> None:
    """Forms that were never saved and hold this name."""
    holder = one.organiser or one.person
    name = holder.name.casefold() if holder else ""
    for record in work.records(DRAFT):
        if name and name in str(record.doc).casefold():
            work.drop(DRAFT, record.key)
