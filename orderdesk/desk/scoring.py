"""Scores of cases: made from stored facts, explained, neutral, overruled by a person with a reason.

The scorer gets `risk.Facts`, which has no field for purpose or name; this module is the only place
that turns a case into `Facts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.timeline import note_event
from orderdesk.domain.events import Case, CounterGroup, Form, Incident, Kind, Status, Sureness
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Places, place_key
from orderdesk.domain.time import days_touched, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, figure, msg, pick
from orderdesk.reference import ReferenceFile
from orderdesk.risk.card import ClassTable, ImpactLine, RiskCard
from orderdesk.risk.explain import CallWorth, FlipPoint, flip_points, value_of_information
from orderdesk.risk.facts import Facts, OrganiserKey, PastEvent, Signal, family
from orderdesk.risk.history import History
from orderdesk.risk.likeness import Comparable, Comparables
from orderdesk.risk.model import (
    CLASSES,
    ModelVersion,
    RiskClass,
    Score,
    Scores,
    Tables,
    at_stake,
    band,
    first_version,
    score,
    score_many,
)
from orderdesk.risk.signals import SignalRules

if TYPE_CHECKING:
    from orderdesk.store.work import CaseLine, Reader, Work

SCORE, OVERRIDE, VERSION, SIGNAL = "score", "override", "risk_version", "signal"
_KEPT_AT_ONCE = 5_000  # scores written together: a large register must not fill the memory
_FEW = 500
_KEPT_UP = "scores_kept_up"
_OFF = frozenset({Status.CANCELLED, Status.MOVED})
CLASS_NAMES = {
    RiskClass.LOW: N_("low (laag)"),
    RiskClass.MEDIUM: N_("medium (midden)"),
    RiskClass.HIGH: N_("high (hoog)"),
}


class ReadingRules(ReferenceFile):
    """`data/scoring.toml`: what is read off a case before it is scored."""

    night_from: time
    night_until: time
    outcome_known_after_days: Annotated[int, Field(ge=0, le=60)]
    """Days after a gathering from which its outcome counts in the scores of others."""
    coming_days: Annotated[int, Field(ge=1, le=366)]

    @property
    def outcome_known_after(self) -> timedelta:
        """From when on an outcome counts."""
        return timedelta(days=self.outcome_known_after_days)


def readings() -> ReadingRules:
    """The parameters in force of what is read off a case."""
    return reference.cached("scoring", ReadingRules)


def risk_tables() -> Tables:
    """The parameter files that every score rests on."""
    return Tables(
        reference.cached("risk_card", RiskCard),
        reference.cached("risk_classes", ClassTable),
        reference.cached("signals", SignalRules),
    )


HeavyDays = Mapping[date, frozenset[tuple[str, str]]]
"""Heavy cases (class B or C events, derbies, decided high) by day: id and district."""


def version_of_card() -> ModelVersion:
    """Version 0: the card as it stands, nothing learned."""
    card = risk_tables().card
    return first_version(card, card.dated)


@dataclass(frozen=True)
class Knowledge:
    """What scores are made from, as known at one moment."""

    history: History
    comparables: Comparables
    signals: tuple[Signal, ...]
    version: ModelVersion
    heavy: HeavyDays


def knowledge(reader: Reader) -> Knowledge:
    """Everything that a score may use; the scorer itself hides what wasn't known on its day."""
    return reader.while_unchanged("knowledge", lambda: _knowledge(reader))


def _knowledge(reader: Reader) -> Knowledge:
    tables, places = risk_tables(), reference.cached("places", Places)
    lines = reader.register_lines()
    past = tuple(_past_events(lines, places))
    signals = tuple(Signal.model_validate(r.doc) for r in reader.records(SIGNAL))
    newest = reader.last_fact(VERSION, "risk")
    version = ModelVersion.model_validate(newest.doc) if newest else version_of_card()
    heavy = heavy_days(lines, places)
    like = Comparables(past, tables.classes.likeness)
    return Knowledge(History(past, tables.card), like, signals, version, heavy)


def facts_of(case: Case, places: Places, heavy: HeavyDays) -> Facts:
    """The case as the scorer may see it: no purpose, no name."""
    start = case.span.start if case.span else case.known_at
    day = local(start).date()
    place = places.get(case.place_id)
    low = case.expected_low if case.expected_low is not None else case.expected
    high = case.expected_high if case.expected_high is not None else case.expected
    return Facts(
        kind=case.kind,
        day=day,
        form=case.form.value,
        size_low=low,
        size_high=high,
        counter=case.counter_group,
        counter_sureness=case.counter_sureness,
        spot=place.spot if place else "",
        open_square=place is not None and place.open_square,
        exits=place.exits if place else None,
        shopping_sunday=day.weekday() == 6 and place is not None and place.shopping,
        night=_at_night(case),
        other_heavy_event=place is not None
        and any(
            id != case.id and district == place.district
            for id, district in heavy.get(day, frozenset())
        ),
        organisers=(OrganiserKey(case.organiser_id),) if case.organiser_id else (),
        place=case.place_id or place_key(case.place_text),
        district=place.district if place else "",
    )


@dataclass(frozen=True)
class EarlierScore:
    """What was advised on an earlier day."""

    day: date
    advice: RiskClass
    probability: float
    version: int


@dataclass(frozen=True)
class Explanation:
    """A score with everything that makes it arguable."""

    case_id: str
    number: str
    score: Score
    flips: tuple[FlipPoint, ...]
    worth: tuple[CallWorth, ...]
    comparable: tuple[Comparable, ...]
    decided: RiskClass | None
    override: Mapping[str, Any] | None
    limits: tuple[float, float]
    """From which probability a case with this much at stake is midden, and hoog."""
    at_stake: tuple[ImpactLine, ...] = ()
    """What raises the impact of this case."""
    earlier: tuple[EarlierScore, ...] = ()
    """Scores that were kept of this case, the last of each day, oldest first."""

    @property
    def standing(self) -> RiskClass:
        """The class that counts: the decided one, else the advice."""
        return self.decided or self.score.advice

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "number": self.number,
            **self.score.as_json(),
            "decided": self.decided.value if self.decided else None,
            "override": dict(self.override) if self.override else None,
            "flips": [
                {"change": str(f.change), "class": f.advice.value, "probability": f.probability}
                for f in self.flips
            ],
            "one_call_changes_most": [
                {"question": str(w.question), "from": w.lowest.value, "to": w.highest.value}
                for w in self.worth
            ],
            "class_from": {"midden": self.limits[0], "hoog": self.limits[1]},
            "at_stake": [pick(line.label) for line in self.at_stake],
            "earlier": [
                {
                    "day": e.day.isoformat(),
                    "class": e.advice.value,
                    "probability": e.probability,
                    "version": e.version,
                }
                for e in self.earlier
            ],
            "comparable": [
                {
                    "day": c.event.day.isoformat(),
                    "place": c.event.place,
                    "expected": c.event.expected,
                    "turnout": c.event.turnout,
                    "incident": c.event.incident.value,
                }
                for c in self.comparable
            ],
        }

    def stake_line(self) -> str:
        """How much is at stake, why, and from which chances the classes therefore begin."""
        return _("at stake {n} of {most} ({why}): medium from {midden}, high from {hoog}").format(
            n=self.score.impact, most=risk_tables().classes.highest_impact,
            why=", ".join(pick(line.label) for line in self.at_stake) or _("nothing special"),
            midden=percent(self.limits[0]), hoog=percent(self.limits[1]),
        )  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For a person."""
        result = self.score
        yield _("{number}: {advice} ({chance})").format(
            number=self.number, advice=_(CLASS_NAMES[result.advice]), chance=result.chance
        )
        yield self.stake_line()
        if self.decided:
            yield _("decided: {decided}").format(decided=_(CLASS_NAMES[self.decided]))
        for factor in result.factors:
            yield f"  {figure(factor.points, '+5.1f')}  {factor.label}  [{_(factor.source)}]"
        yield f"  {figure(result.total_tenths / 10, '+5.1f')}  " + _("total")
        for flip in self.flips:
            yield f"  {flip.change}: {_(CLASS_NAMES[flip.advice])}"
        for worth in self.worth[:1]:
            yield _("one call would change most: {question}").format(question=worth.question)


def explain(desk: Desk, case_id: str, *, version: int | None = None) -> Explanation:
    """The score of a case now, with flip points, open questions and comparable gatherings.

    With `version` as that version of the score says. Raises BadInput when there never was one.
    """
    with desk.read() as reader:
        return explain_in(reader, reader.case(case_id), local(desk.now).date(), version=version)


def explain_number(desk: Desk, number: str, *, version: int | None = None) -> Explanation:
    """`explain`, by the number people use. Raises BadInput when there is none."""
    return explain(desk, case_numbered(desk, number).id, version=version)


def case_numbered(desk: Desk, number: str) -> Case:
    """The case that people call `number`. Raises BadInput."""
    with desk.read() as reader:
        case = reader.case_by_number(number.strip().upper()) or reader.case_by_number(number)
    if case is None:
        raise BadInput(N_("number"), number, msg("No case has it; they look like D-2026-043."))
    return case


def explain_in(
    reader: Reader, case: Case, as_of: date, *, version: int | None = None
) -> Explanation:
    """`explain` inside a unit of work."""
    known, tables = knowledge(reader), risk_tables()
    if version is not None:
        known = replace(known, version=_version(reader, version))
    facts = facts_of(case, reference.cached("places", Places), known.heavy)
    result = score(facts, known.history, known.signals, as_of, tables, known.version)
    ended = reader.last_fact(OVERRIDE, f"case:{case.id}")
    override = (
        {**ended.doc, "at": ended.known_at.isoformat()}
        if ended and _valid(ended.doc, as_of)
        else None
    )
    return Explanation(
        case_id=case.id,
        number=case.number,
        score=result,
        flips=flip_points(result, known.history, known.signals, tables, known.version),
        worth=value_of_information(result, known.history, known.signals, tables, known.version),
        comparable=known.comparables.like(facts, as_of),
        decided=RiskClass(override["class"]) if override else None,
        override=override,
        limits=tables.classes.limits(family(case.kind) == "gathering", result.impact),
        at_stake=at_stake(facts, tables.classes),
        earlier=_earlier(reader, case.id),
    )


def _earlier(reader: Reader, case_id: str) -> tuple[EarlierScore, ...]:
    """The last score kept on each day."""
    kept = {fact.doc["as_of"]: fact.doc for fact in reader.facts(SCORE, f"case:{case_id}")}
    return tuple(
        EarlierScore(
            date.fromisoformat(day), RiskClass(doc["class"]), doc["probability"], doc["version"]
        )
        for day, doc in sorted(kept.items())
    )


def _version(reader: Reader, number: int) -> ModelVersion:
    kept = [ModelVersion.model_validate(fact.doc) for fact in reader.facts(VERSION, "risk")]
    for version in (version_of_card(), *kept):
        if version.number == number:
            return version
    raise BadInput(N_("version"), number, msg("Versions 0 to {last} exist.", last=len(kept)))


def score_cases(desk: Desk, work: Work, ids: Iterable[str]) -> dict[str, RiskClass]:
    """Score cases in a unit of work and keep each score; the advised class by case id.

    A past case is scored as known on the day before it, so that history never sees its own end.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    # A long list of ids is slower to ask for than everything.
    found = work.cases(ids=wanted) if len(wanted) < _FEW else work.cases()
    cases = [case for case in found if case.id in wanted]
    return _score(work, knowledge(work), cases, local(desk.now).date())


def score_written(desk: Desk, work: Work, batches: Iterable[Sequence[Case]]) -> None:
    """Score the cases that this unit of work wrote, a batch at a time: they needn't be read again,
    and never stand in memory all together."""
    known, today = knowledge(work), local(desk.now).date()
    for cases in batches:
        _score(work, known, cases, today)


def keep_up(desk: Desk, work: Work) -> list[Case]:
    """Score again what is still to come, because something that scores rest on has changed: a
    signal, an outcome, a heavy event, the day. A score is kept, and the log of its case told, only
    where the class is another; those cases are given back.
    """
    advised = work.last_said(SCORE, "class")
    coming = [
        case
        for case in work.cases(start=desk.now)
        if case.to_come and not case.is_event and f"case:{case.id}" in advised
    ]
    if not coming:
        return []
    known, today = knowledge(work), local(desk.now).date()
    scores = _scores_of(coming, known, [_scoring_day(case, today) for case in coming])
    moved = {
        case.id: now
        for case, now in zip(coming, scores.classes, strict=True)
        if now.value != advised[f"case:{case.id}"]
    }
    changed = [case for case in coming if case.id in moved]
    _score(work, known, changed, today)
    for case in changed:
        now, before = moved[case.id].value, advised[f"case:{case.id}"]
        note_event(
            work, case.id, msg("the score now advises {now}, not {before}", now=now, before=before)
        )
    return changed


def keep_up_today(desk: Desk) -> list[Case]:
    """`keep_up` in a unit of work of its own, once a day: signals and history grow older."""
    today = local(desk.now).date().isoformat()
    with desk.read() as reader:
        if reader.meta(_KEPT_UP) == today:
            return []
    with desk.work(deed=False) as work:
        work.set_meta(_KEPT_UP, today)
        return keep_up(desk, work)


def _score(
    work: Work, known: Knowledge, found: Iterable[Case], today: date
) -> dict[str, RiskClass]:
    cases = [case for case in found if case.span]
    if not cases:
        return {}
    days = [_scoring_day(case, today) for case in cases]
    scores = _scores_of(cases, known, days)
    for first in range(0, len(cases), _KEPT_AT_ONCE):
        some = range(first, min(first + _KEPT_AT_ONCE, len(cases)))
        documents = {
            f"case:{cases[n].id}": _kept(scores, n, days[n], known.version.number) for n in some
        }
        work.add_facts(SCORE, documents)
    return {case.id: scores.classes[n] for n, case in enumerate(cases)}


def _scores_of(cases: Sequence[Case], known: Knowledge, days: Sequence[date]) -> Scores:
    """Each case by what was known on its day."""
    places = reference.cached("places", Places)
    facts = [facts_of(case, places, known.heavy) for case in cases]
    return score_many(facts, known.history, known.signals, days, risk_tables(), known.version)


def standing_classes(reader: Reader, as_of: date) -> dict[str, RiskClass]:
    """The class that counts per case id: decided by a person, else last advised."""
    classes = {
        subject.removeprefix("case:"): RiskClass(advised)
        for subject, advised in reader.last_said(SCORE, "class").items()
    }
    for subject, fact in reader.last_facts(OVERRIDE).items():
        if _valid(fact.doc, as_of):
            classes[subject.removeprefix("case:")] = RiskClass(fact.doc["class"])
    return classes


def override(
    desk: Desk, case_id: str, wanted: RiskClass, motive: str, by: Actor, expires: date
) -> None:
    """A person decides another class, with a motive and a last day. Stands on the driehoek sheet.

    Raises BadInput without a motive or with a day in the past.
    """
    authority(by, Role.OFFICER, Role.DECIDER)
    if not motive.strip():
        raise BadInput(N_("motive"), motive, msg("Say why the class should differ."))
    if expires < local(desk.now).date():
        raise BadInput(N_("until"), expires.isoformat(), msg("Choose a day from today on."))
    with desk.work() as work:
        case = work.case(case_id)
        document = {
            "class": wanted.value,
            "motive": motive.strip(),
            "by": by.name,
            "role": by.role.value,
            "expires": expires.isoformat(),
        }
        work.add_fact(OVERRIDE, f"case:{case_id}", document)
        work.save_case(case.replace(decided_class=wanted.value))
        keep_up(desk, work)
        note_event(
            work, case_id, msg("{name} decides class {wanted}", name=by.name, wanted=wanted.value)
        )


@dataclass(frozen=True)
class ComingScores:
    """The coming cases with their classes."""

    rows: Sequence[tuple[str, str, str, str]]
    """Number, day, place, class."""
    expected_with_incident: float
    days: Sequence[date | None] = ()
    chances: Sequence[str] = ()
    """The chance per row as it may be shown: a band while few cases are known."""
    days_ahead: int = 0
    """How far it was looked."""
    past: tuple[date, date] | None = None
    """First and last day when nothing is coming and these are the newest of the register."""

    def heading(self) -> str:
        """What is shown: what comes, or what was last."""
        if self.past is None:
            return ""
        return _(
            "no case in the coming {n} days; the last of the register, {first} to {last}:"
        ).format(
            n=self.days_ahead,
            first=words.day(self.past[0], year=True),
            last=words.day(self.past[1], year=True),
        )

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        names = ("number", "day", "place", "class")
        return {
            "cases": [dict(zip(names, row, strict=True)) for row in self.rows],
            "expected_with_incident": round(self.expected_with_incident, 2),
            "past": [day.isoformat() for day in self.past] if self.past else [],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        if self.past:
            yield self.heading()
        elif not self.rows:
            yield _("no case in the coming {n} days").format(n=self.days_ahead)
        for number, iso, place, name in self.rows:
            day = words.day(date.fromisoformat(iso), year=True) if iso else ""
            yield f"{number:<14} {day:<16} {place:<32} {name}"
        yield _("expected with an incident: {n}").format(
            n=figure(self.expected_with_incident, ".1f")
        )


def coming(desk: Desk, days: int = 0) -> ComingScores:
    """Scores of everything in the coming days (0: as `data/scoring.toml` says); of the newest of
    the register if nothing comes."""
    today = local(desk.now).date()
    past: tuple[date, date] | None = None
    with desk.read() as reader:
        places, days = reference.cached("places", Places), days or readings().coming_days
        known = knowledge(reader)
        cases = reader.cases(start=desk.now, end=desk.now + timedelta(days=days))
        if not cases and (newest := reader.last_start()):
            cases = reader.cases(start=newest - timedelta(days=days), end=desk.now)
            past = (local(newest).date() - timedelta(days=days), local(newest).date())
        classes = standing_classes(reader, today)
    if not cases:
        return ComingScores((), 0.0, days_ahead=days)
    scores = _scores_of(cases, known, [_scoring_day(case, today) for case in cases])
    rows, on, chances = [], [], []
    for n, (case, advised) in enumerate(zip(cases, scores.classes, strict=True)):
        place = places.get(case.place_id)
        day = local(case.span.start).strftime("%Y-%m-%d") if case.span else ""
        name = place.name if place else case.place_text
        rows.append((case.number, day, name, classes.get(case.id, advised).value))
        on.append(local(case.span.start).date() if case.span else None)
        known_cases = known.history.known_cases(today.toordinal(), family(case.kind))
        chances.append(chance(float(scores.probability[n]), known_cases))
    return ComingScores(rows, float(scores.probability.sum()), on, chances, days, past)


def chance(probability: float, known_cases: int) -> str:
    """A chance as it may be shown: a figure once enough cases are known, else its band."""
    card = risk_tables().card
    if known_cases >= card.decimals_from_cases:
        return percent(probability)
    low, high = band(probability, card)
    return f"{low * 100:.0f}-{high * 100:.0f}%"


def percent(share: float) -> str:
    """A share in per cent, with the decimal mark of the language: "3,5%"."""
    tenths = round(share * 1000)
    return words.number(tenths / 10, 1 if tenths % 10 else 0) + "%"


@dataclass(frozen=True)
class Neutrality:
    """The same case with purpose and organiser's name swapped, many times: one score."""

    number: str
    swaps: int
    log_odds: float
    same: bool

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "number": self.number,
            "swaps": self.swaps,
            "log_odds": self.log_odds,
            "same": self.same,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _(
            "{number}: {swaps} swaps of purpose and organiser's name, the same score to the last "
            "digit: {same}"
        ).format(number=self.number, swaps=self.swaps, same=_("yes") if self.same else _("NO"))


def neutrality(desk: Desk, number: str, swaps: int = 1_000) -> Neutrality:
    """Swap purpose and organiser's name of a case with those of others; the score can't move.

    Raises BadInput without such a case.
    """
    case = case_numbered(desk, number)
    as_of = local(desk.now).date()
    with desk.read() as reader:
        known = knowledge(reader)
        others = [other.purpose for other in reader.cases()] or [""]
    places, tables = reference.cached("places", Places), risk_tables()
    swapped = [case] + [
        case.replace(purpose=others[n % len(others)] + f" {n}", measures="", composition=str(n))
        for n in range(swaps)
    ]
    facts = [facts_of(version, places, known.heavy) for version in swapped]
    found = score_many(facts, known.history, known.signals, as_of, tables, known.version).log_odds
    return Neutrality(case.number, swaps, float(found[0]), bool((found == found[0]).all()))


def confirm_counter(desk: Desk, case_id: str, state: CounterGroup, sureness: Sureness) -> RiskClass:
    """Write down what is known of a counter-group and score again. Gives the new class."""
    with desk.work() as work:
        case = work.case(case_id)
        work.save_case(case.replace(counter_group=state, counter_sureness=sureness))
        advised = score_cases(desk, work, [case_id])[case_id]
        note_event(
            work,
            case_id,
            msg(
                "counter-group {state} ({sure}); class {advised}",
                state=state.value,
                sure=sureness.value,
                advised=advised.value,
            ),
        )
        return advised


def require_class(text: str) -> RiskClass:
    """Read a class as people write it. Raises BadInput."""
    for known in CLASSES:
        if text.strip().casefold() in (known.value, known.name.casefold()):
            return known
    raise BadInput(N_("class"), text, msg("Choose laag, midden or hoog."))


def _scoring_day(case: Case, today: date) -> date:
    assert case.span is not None
    return min(today, local(case.span.start).date() - timedelta(days=1))


def _kept(scores: Scores, n: int, day: date, version: int) -> dict[str, Any]:
    return {
        "class": scores.classes[n].value,
        "probability": round(float(scores.probability[n]), 6),
        "low": round(float(scores.low[n]), 6),
        "high": round(float(scores.high[n]), 6),
        "as_of": day.isoformat(),
        "version": version,
    }


def _valid(document: Mapping[str, Any], as_of: date) -> bool:
    return date.fromisoformat(document["expires"]) >= as_of


def _past_events(lines: Sequence[CaseLine], places: Places) -> Iterator[PastEvent]:
    for line in lines:
        if line.start is None or not line.incident:
            continue
        day = local(line.start).date()
        place = places.get(line.place_id)
        incident = Incident(line.incident)
        yield PastEvent(
            day=day,
            known_from=day + readings().outcome_known_after,
            outcome=int(incident is not Incident.NONE),
            kind=Kind(line.kind),
            form=Form(line.form).value,
            organisers=(OrganiserKey(line.organiser_id),) if line.organiser_id else (),
            place=line.place_id or place_key(line.place_text),
            district=place.district if place else "",
            spot=place.spot if place else "",
            counter=CounterGroup(line.counter_group),
            expected=line.expected,
            turnout=line.turnout,
            incident=incident,
            case_id=line.id,
        )


def heavy_days(lines: Sequence[CaseLine], places: Places) -> HeavyDays:
    """Per day the heavy gatherings that touch it: ids and districts. One that ends at midnight
    doesn't touch the day that begins then, one that is called off no day."""
    heavy: dict[date, set[tuple[str, str]]] = {}
    for line in lines:
        is_heavy = line.risk_class in ("B", "C") or line.decided_class == RiskClass.HIGH.value
        if line.status in _OFF:
            continue
        place = places.get(line.place_id)
        if not is_heavy or place is None or line.start is None or line.end is None:
            continue
        for day in days_touched(line.start, line.end):
            heavy.setdefault(day, set()).add((line.id, place.district))
    return {day: frozenset(found) for day, found in heavy.items()}


def _at_night(case: Case) -> bool:
    if case.span is None or not case.time_known:
        return False
    rules, moment, end = readings(), local(case.span.start), local(case.span.end)
    while moment < end:
        clock = moment.time()
        if clock >= rules.night_from or clock < rules.night_until:
            return True
        moment += timedelta(minutes=30)
    return False
