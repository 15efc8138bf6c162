"""What if: a gathering and absences laid over the real week. Nothing of it is planned or booked.

The answer is made from roster and ledger as they stand and says by fingerprint which they were. It
can be kept as an annex to the sheet, and asked again later against the roster of then.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import house, intake, scoring, words
from orderdesk.desk.availability import absences_in
from orderdesk.desk.core import Desk
from orderdesk.desk.feeds import FEED
from orderdesk.desk.rostering.replanning import POOL_PEOPLE
from orderdesk.desk.strength import SUPPOSED
from orderdesk.domain import ledger
from orderdesk.domain.events import Case, CounterGroup, Source, Sureness
from orderdesk.domain.ledger import Account, Book, Posting
from orderdesk.domain.norms import Norms
from orderdesk.domain.people import Duty, DutyStatus, Role, Task, TaskSpan
from orderdesk.domain.time import Span, Week, local
from orderdesk.domain.waterline import Strength, Waterlines
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import LANGUAGES, N_, _, language, msg, use_language
from orderdesk.reserve.ladder import WayOut
from orderdesk.reserve.rules import ReserveRules, WayKind
from orderdesk.reserve.whatif import (
    Absent,
    Answer,
    Assigned,
    OnDuty,
    Overlay,
    Plan,
    Rules,
    Supposed,
    what_if,
)

if TYPE_CHECKING:
    from orderdesk.papers.model import Document
    from orderdesk.store.work import Reader

WHAT_IF = "what_if"
HOURS = 6
"""How many hours the answer shows, the gathering in the middle."""
MOST_WAYS = 3


@dataclass(frozen=True)
class Found:
    """An answer, with the question and the state of roster and ledger that it was made from."""

    question: Mapping[str, str]
    case: Case
    risk_class: str
    absent: tuple[str, ...]
    answer: Answer
    at: datetime
    seconds: float
    state: str
    """Fingerprint of duties, postings and published feeds: the same before and after."""

    @property
    def hours(self) -> Sequence[tuple[Strength, Strength]]:
        """Now and then, by district and hour."""
        return list(zip(self.answer.before, self.answer.after, strict=True))

    @property
    def ways(self) -> Sequence[WayOut]:
        """The first ways out, the best first."""
        return [way for effect in self.answer.effects for way in effect.ways][:MOST_WAYS]

    @property
    def day(self) -> date:
        """The day of the gathering."""
        assert self.case.span is not None
        return local(self.case.span.start).date()

    def laid_over(self, duties: Sequence[Duty]) -> list[Duty]:
        """Shifts as they would be: those of the absent called off, and who the gathering takes
        there while it takes them. Shifts of another day stay as they are."""
        return [self._supposed(duty) for duty in duties]

    def _supposed(self, duty: Duty) -> Duty:
        if not Span.of_day(self.day).overlaps(Span(start=duty.start, end=duty.end)):
            return duty
        if duty.person_id in self.absent:
            return duty.replace(status=DutyStatus.CANCELLED)
        for effect in self.answer.effects:
            window = effect.window
            if window and duty.person_id in (*effect.from_reserve, *effect.from_themes):
                there = TaskSpan(start=window.start, end=window.end, task=Task.SUPERVISION,
                                 case_id=SUPPOSED)  # fmt: skip
                before_or_after = [
                    t for t in duty.tasks if t.end <= window.start or window.end <= t.start
                ]
                return duty.replace(tasks=(*before_or_after, there))
        return duty

    def heading(self) -> str:
        """The question in a line. Who would be absent is no part of it: it goes to the sheet."""
        return _("What if {n} people come to {place}, {when}; absent: {m}").format(
            n=words.people(self.case), place=intake.place_name(self.case),
            when=words.span(self.case.span), m=len(self.absent),
        )  # fmt: skip

    def effect_lines(self) -> Iterator[str]:
        """What it takes, and what falls below a waterline."""
        from orderdesk.papers.say import class_name

        for effect in self.answer.effects:
            said = _("class {name}: {n} people, {reserve} from the reserve, {themes} from themes")
            yield said.format(
                name=class_name(self.risk_class), n=effect.demand.most_people,
                reserve=len(effect.from_reserve), themes=len(effect.from_themes),
            )  # fmt: skip
            yield _("reserve {r} h, theme hours {t} h, missing: {m}").format(
                r=words.hours(effect.reserve_minutes), t=words.hours(effect.displaced_minutes),
                m=effect.missing,
            )  # fmt: skip
        yield from below_lines(self.answer.below)
        for lost in self.answer.deserted:
            yield "▲ " + _("one of the absent is missed at a deployment, {when}").format(
                when=words.span(lost.span)
            )

    def way_lines(self) -> Iterator[str]:
        """The ways out with their price."""
        if not self.ways:
            yield _("no way out is needed: the reserve covers it")
        for n, way in enumerate(self.ways, start=1):
            yield f"{n}. {way_text(way)}"
            yield f"   {price_text(way)}"

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield self.heading()
        yield _("supposed on {when}; nothing of it is planned or booked").format(
            when=words.moment(self.at)
        )
        yield ""
        yield from self.effect_lines()
        yield ""
        yield _("district    hour   now  then  waterline")
        for before, after in self.hours:
            mark = f"  ▲ -{after.short}" if after.short else ""
            yield (
                f"{after.district:<11} {words.clock(after.start)} {before.people:>5} "
                f"{after.people:>5} {after.waterline or '-':>10}{mark}"
            )
        yield ""
        yield from self.way_lines()
        yield _("plan, ledger and calendars {digest}, unchanged").format(digest=self.state[:12])

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "question": dict(self.question),
            "class": self.risk_class,
            "absent": list(self.absent),
            "hours": [
                {
                    "district": after.district,
                    "hour": f"{local(after.start):%Y-%m-%d %H:%M}",
                    "now": before.people,
                    "then": after.people,
                    "waterline": after.waterline,
                    "short": after.short,
                }
                for before, after in self.hours
            ],
            "ways": [
                {
                    "what": way_text(way),
                    "euro": round(way.euro),
                    "burden": way.burden,
                    "uncovered": way.uncovered,
                    "needs_decision": way.needs_decision,
                    "certain": way.certain,
                    "in_time": way.in_time,
                }
                for way in self.ways
            ],
            "seconds": round(self.seconds, 2),
            "state": self.state,
        }


def below_lines(below: Sequence[Strength]) -> Iterator[str]:
    """Which district falls how far below its waterline, when."""
    by_district: dict[str, list[Strength]] = {}
    for hour in below:
        by_district.setdefault(hour.district, []).append(hour)
    for district, hours in by_district.items():
        worst = max(hour.short for hour in hours)
        yield "▲ " + _("{district} {n} under the waterline, {start}-{end}").format(
            district=district, n=worst, start=words.clock(hours[0].start),
            end=words.clock(hours[-1].start + timedelta(hours=1)),
        )  # fmt: skip
    if not below:
        yield _("every waterline is kept")


def way_text(way: WayOut) -> str:
    """What a way out takes from where."""
    rules = reference.cached("reserve", ReserveRules)
    parts = []
    for part in way.parts:
        name = rules.step(part.kind).name[language()]
        if part.kind is WayKind.THEME:
            name = words.theme(part.theme)
        parts.append(
            name
            if part.kind is WayKind.REFUSE
            else _("{n} x {name} ({h} h)").format(
                n=part.people, name=name, h=words.hours(part.minutes)
            )
        )
    text = " + ".join(parts)
    if way.needs_decision:
        text += " · " + _("below the waterline: only with a driehoek decision")
    return text


def price_text(way: WayOut) -> str:
    """What a way out costs and asks."""
    from orderdesk.desk.core import ROLE_NAMES

    said = [
        _("{euro} euro").format(euro=f"{way.euro:.0f}"),
        _("burden {n}").format(n=way.burden),
        _("signed by {role}").format(role=_(ROLE_NAMES[way.signed_by])),
    ]
    if way.uncovered:
        said.append(_("{n} people fewer").format(n=way.uncovered))
    if not way.certain:
        said.append(_("somebody must first say yes"))
    if not way.in_time:
        said.append(_("too late to count on"))
    return " · ".join(said)


# --- asking ---------------------------------------------------------------------------------------


def ask(desk: Desk, values: Mapping[str, str]) -> Found:
    """Lay a gathering and absences over the week. Writes nothing.

    Keys: where, when, how_many, absent (service numbers, or how many of those on duty), class
    (laag, midden, hoog; empty: as the score says). Raises BadInput that names the key.
    """
    began = time.monotonic()
    rules = Rules(
        reference.cached("staffing_norms", Norms),
        reference.cached("reserve", ReserveRules),
        reference.cached("waterlines", Waterlines),
    )
    with desk.read() as reader:
        state = state_in(reader)
        case = _supposed(desk, reader, values)
        assert case.span is not None
        day = local(case.span.start).date()
        plan = _plan(reader, day, Week.of(case.span.start))
        risk_class = values.get("class", "").strip() or _class_of(reader, case, desk)
        absent = _absent(reader, values.get("absent", ""), plan, case.span)
        supposed = Supposed(case, risk_class, intake.district_of(case))
        if state_in(reader) != state:
            raise RuleSaysNo(msg("the roster changed while you asked: ask again"))
    overlay = Overlay((supposed,), tuple(Absent(who, Span.of_day(day)) for who in absent))
    answer = what_if(plan, overlay, rules, _window(case.span), desk.now)
    question = {
        k: values.get(k, "").strip() for k in ("where", "when", "how_many", "absent", "class")
    }
    return Found(question, case, risk_class, absent, answer, desk.now,
                 time.monotonic() - began, state)  # fmt: skip


def _supposed(desk: Desk, reader: Reader, values: Mapping[str, str]) -> Case:
    if not values.get("where", "").strip():
        raise BadInput(N_("where"), "", msg("Say where: a usual place or a street."))
    if not values.get("when", "").strip():
        raise BadInput(N_("when"), "", msg("Add a day and a time, such as zo 14 jun 15:00-17:00."))
    try:
        case = intake.read_case(
            desk, reader,
            {"place": values["where"], "when": values["when"],
             "expected": values.get("how_many", ""), "source": Source.UNANNOUNCED.value},
            number="?", id=SUPPOSED,
        )  # fmt: skip
    except BadInput as problem:
        field = {"place": "where", "expected": "how_many"}.get(problem.field, problem.field)
        raise BadInput(field, problem.value, problem.mend) from None
    if not case.time_known or case.span is None:
        raise BadInput(N_("when"), values["when"], msg("Add a time, such as 14:00."))
    return case.replace(counter_group=CounterGroup.UNKNOWN, counter_sureness=Sureness.UNVERIFIED)


def _class_of(reader: Reader, case: Case, desk: Desk) -> str:
    advice: str = scoring.explain_in(reader, case, local(desk.now).date()).score.advice.value
    return advice


def _window(span: Span) -> Span:
    """Six whole hours around the gathering."""
    first = local(span.start).replace(minute=0, second=0, microsecond=0)
    spare = max(0, HOURS - round((span.end - first).total_seconds() / 3600))
    start = first - timedelta(hours=spare // 2)
    return Span(start=start, end=start + timedelta(hours=HOURS))


def _plan(reader: Reader, day: date, week: Week) -> Plan:
    whole = Span.of_day(day)
    away = {a.person_id for a in absences_in(reader, day, day)}
    duties = [
        d
        for d in reader.duties(start=whole.start, end=whole.end)
        if d.status is not DutyStatus.CANCELLED and d.person_id not in away
    ]
    postings = reader.postings(Posting)
    sums = ledger.totals(postings, week)
    stated = ledger.statement(postings, week)
    return Plan(
        on_duty=tuple(
            OnDuty(d.person_id, d.place, Span(start=d.start, end=d.end), d.is_flex) for d in duties
        ),
        assigned=tuple(
            Assigned(d.person_id, t.case_id, Span(start=t.start, end=t.end))
            for d in duties
            for t in d.tasks
            if t.case_id
        ),
        free=stated.balance.free,
        theme_minutes={
            line.theme: sums.get(Account(book=Book.AVAILABLE, theme=line.theme), 0)
            for line in stated.themes
        },
        owed={line.theme: line.owed for line in stated.themes if line.owed},
        rest_day_people=_offered(reader, day, {d.person_id for d in duties} | away),
        pool_people=POOL_PEOPLE,
    )


def _offered(reader: Reader, day: date, busy: set[str]) -> int:
    """Who asked to work that day while off."""
    from orderdesk.desk.availability import requests_in

    return len({r.person_id for r in requests_in(reader, day, day) if r.shift} - busy)


def _absent(reader: Reader, text: str, plan: Plan, span: Span) -> tuple[str, ...]:
    """People by service number, or so many of those who are on duty then and not deployed."""
    wanted = text.replace(",", " ").split()
    if len(wanted) == 1 and wanted[0].isdigit():
        sent = {a.person_id for a in plan.assigned if a.span.overlaps(span)}
        there = sorted(
            {d.person_id for d in plan.on_duty if d.span.overlaps(span) and d.person_id not in sent}
        )
        if int(wanted[0]) > len(there):
            raise BadInput(N_("absent"), text, msg("{n} are on duty then.", n=len(there)))
        return tuple(there[: int(wanted[0])])
    known = {person.id for person in reader.people()}
    strange = [who for who in wanted if who.upper() not in known]
    if strange:
        raise BadInput(N_("absent"), text, msg("Nobody in the team has this number."))
    return tuple(who.upper() for who in wanted)


def state_in(reader: Reader) -> str:
    """A fingerprint of the roster, the ledger and the published calendars."""
    digest = hashlib.sha256()
    for duty in reader.duties():
        digest.update(duty.model_dump_json().encode())
    for posting in reader.postings(Posting):
        digest.update(posting.model_dump_json().encode())
    for record in reader.records(FEED):
        digest.update(json.dumps(record.doc, sort_keys=True).encode())
    return digest.hexdigest()


# --- keeping --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A what-if that was kept as an annex."""

    number: int
    week: Week
    question: Mapping[str, str]
    at: datetime
    state: str
    texts: Mapping[str, Sequence[str]]
    """Its lines in each language, as they were."""

    @property
    def title(self) -> str:
        """ "What-if 3"."""
        return _("What-if {n}").format(n=self.number)

    def lines(self) -> Sequence[str]:
        """As it was kept, in the reader's language."""
        return self.texts[language()]


def keep(desk: Desk, found: Found) -> Kept:
    """Keep an answer as annex to the sheet of the week in which it was asked."""
    texts = {}
    for code in LANGUAGES:
        with use_language(code):
            texts[code] = list(found.lines())
    with desk.work(Role.OFFICER) as work:
        week = Week.of(desk.now)
        number = len(work.facts(WHAT_IF, taken_back=True)) + 1
        doc = {
            "number": number, "week": str(week), "question": dict(found.question),
            "at": found.at.isoformat(), "state": found.state, "texts": texts,
        }  # fmt: skip
        work.add_fact(WHAT_IF, f"week:{week}", doc)
    return _kept(doc)


def kept_in(reader: Reader, week: Week | None = None) -> list[Kept]:
    """What was kept, of one week or of all, in order."""
    return [_kept(f.doc) for f in reader.facts(WHAT_IF, f"week:{week}" if week else None)]


def kept(desk: Desk) -> list[Kept]:
    """Everything that was kept, the newest first."""
    with desk.read() as reader:
        return kept_in(reader)[::-1]


def _kept(doc: Mapping[str, Any]) -> Kept:
    return Kept(
        number=doc["number"],
        week=Week.parse(doc["week"]),
        question=doc["question"],
        at=datetime.fromisoformat(doc["at"]),
        state=doc["state"],
        texts=doc["texts"],
    )


@dataclass(frozen=True)
class Again:
    """The same question asked again: what it said then, and what it says now."""

    then: Kept
    now: Found

    @property
    def same_plan(self) -> bool:
        """Whether roster, ledger and calendars are as they were then."""
        return self.then.state == self.now.state

    def lines(self) -> Iterator[str]:
        """Both, one after the other."""
        yield (
            _("roster and ledger are as they were then")
            if self.same_plan
            else _("roster or ledger changed since")
        )
        yield ""
        yield _("Now, {when}").format(when=words.moment(self.now.at))
        yield from self.now.lines()
        yield ""
        yield _("Then, {when}").format(when=words.moment(self.then.at))
        yield from self.then.lines()


def ask_again(desk: Desk, number: int) -> Again:
    """Ask a kept question of the roster as it stands now. Raises RuleSaysNo, BadInput."""
    found = next((one for one in kept(desk) if one.number == number), None)
    if found is None:
        raise RuleSaysNo(msg("there is no what-if {n}", n=number))
    return Again(found, ask(desk, found.question))


def print_pdf(desk: Desk, found: Found, path: Path) -> Path:
    """The answer as PDF, marked as supposed on every page. Raises StorageProblem."""
    from orderdesk.desk.publishing import write_whole
    from orderdesk.papers.pdf import to_pdf

    with desk.read() as reader:
        synthetic = bool(reader.meta("synthetic"))
    write_whole(path, to_pdf(_document(found, synthetic)).content)
    return path


def _document(found: Found, synthetic: bool) -> Document:
    from orderdesk.papers.model import Column, Document, Fact, Items, Run, Section, Table, Tone

    def cells(*texts: str) -> tuple[tuple[Run, ...], ...]:
        return tuple((Run(text=text),) for text in texts)

    banner = _("WHAT IF: supposed, not planned and not booked")
    if synthetic:
        banner += ". " + _("Demonstration: all cases, people and figures are invented")
    heads = (_("District"), _("Hour"), _("Now"), _("Then"), _("Waterline"))
    return Document(
        language="nl" if language() == "nl" else "en",
        sender=house.department(),
        title=_("What if"),
        subtitle=found.heading(),
        reference=found.state[:12],
        facts=(
            Fact(label=_("As known on"), value=(Run(text=words.moment(found.at, year=True)),)),
        ),
        banner=banner,
        sections=(
            Section(
                title=_("What it takes"),
                blocks=(
                    Items(items=tuple((Run(text=line),) for line in found.effect_lines())),
                    Table(
                        columns=tuple(Column(title=head, weight=1) for head in heads),
                        rows=tuple(
                            cells(
                                after.district, words.clock(after.start), str(before.people),
                                f"{after.people} ▲" if after.short else str(after.people),
                                str(after.waterline or "–"),
                            )
                            for before, after in found.hours
                        ),
                    ),
                ),
            ),
            Section(
                title=_("Ways out"),
                blocks=(
                    Items(
                        numbered=True,
                        items=tuple(
                            (Run(text=way_text(w)), Run(text=f" {price_text(w)}", tone=Tone.QUIET))
                            for w in found.ways
                        )
                        or ((Run(text=_("no way out is needed: the reserve covers it")),),),
                    ),
                ),
            ),
        ),
        dated=found.at,
    )  # fmt: skip
