"""The signal board: weekly observations about districts, never about people, that age and go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import SIGNAL, keep_up
from orderdesk.domain.events import Sureness
from orderdesk.domain.places import DistrictGrid, Places
from orderdesk.domain.time import Week, local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg
from orderdesk.risk.facts import Phase, Signal, SourceType
from orderdesk.risk.signals import (
    DistrictView,
    SignalRules,
    WeekCell,
    board,
    check_signal,
    purge,
    strength,
    weekly,
    weight,
)

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

WEEK_CELL = "signal_week"
PHASE_NAMES: Mapping[Phase, str] = {
    Phase.SIMMERING: N_("simmering discontent"),
    Phase.RISING: N_("rising tension"),
    Phase.ESCALATION: N_("escalation"),
    Phase.AFTERMATH: N_("aftermath"),
}
_CONCRETE = {"yes": N_("yes"), "no": N_("no")}
SOURCE_NAMES: Mapping[SourceType, str] = {
    SourceType.AREA_STAFF: N_("area staff"),
    SourceType.POLICE: N_("police"),
    SourceType.SCHOOL: N_("school"),
    SourceType.WELFARE: N_("welfare work"),
    SourceType.PUBLIC_NEWS: N_("public news"),
    SourceType.RESIDENTS: N_("residents"),
    SourceType.OTHER_AUTHORITY: N_("other authority"),
}


@dataclass(frozen=True)
class SignalBoard:
    """What the board shows on a day."""

    districts: Sequence[DistrictView]
    signals: Sequence[Signal]
    """Newest first."""
    weeks: Sequence[WeekCell]
    """Aggregates, also of weeks whose texts are gone."""
    as_of: date

    @property
    def silent(self) -> list[str]:
        """Districts without an entry for the set number of weeks: unknown, which is not calm."""
        return [view.district for view in self.districts if view.silent]

    def as_json(self) -> dict[str, Any]:
        """For `--json`: per district, then signal by signal, then the weekly counts."""
        rules = signal_rules()
        return {
            "as_of": self.as_of.isoformat(),
            "districts": [
                {
                    "district": view.district,
                    "points": view.points,
                    "entries": view.entries,
                    "newest": view.newest.isoformat() if view.newest else None,
                    "silent": view.silent,
                }
                for view in self.districts
            ],
            "silent": self.silent,
            "signals": [
                signal.model_dump(mode="json")
                | {"days": self.age(signal), "weight": self.weight(signal),
                   "points": self.points(signal)}
                for signal in self.signals
            ],
            "weeks": [
                {"week": cell.week, "district": cell.district, "entries": cell.shown(rules),
                 "highest_phase": int(cell.highest_phase)}
                for cell in self.weeks
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For a person: the districts, then the signals, newest first."""
        for view in self.districts:
            newest = words.day(view.newest) if view.newest else ""
            points = _("{points} points").format(points="+" + words.number(view.points))
            state = _("SILENT") if view.silent else points
            yield f"{view.district:<14} {state:<12} {newest}".rstrip()
        for signal in self.signals:
            yield signal_line(signal)
        if self.silent:
            yield _("silent, which is not calm: {districts}").format(
                districts=", ".join(self.silent)
            )

    def age(self, signal: Signal) -> int:
        """Days since something was seen."""
        return (self.as_of - signal.observed).days

    def weight(self, signal: Signal) -> float:
        """1 while fresh, a half later, 0 when it no longer counts."""
        return weight(signal, self.as_of, signal_rules())

    def points(self, signal: Signal) -> float:
        """Points that it is worth to a score in its district now."""
        return strength(signal, self.as_of, signal_rules())


def signal_line(signal: Signal) -> str:
    """A signal on one line."""
    parts = (
        words.day(signal.observed),
        signal.district,
        f"{int(signal.phase)} {_(PHASE_NAMES[signal.phase])}",
        _(SOURCE_NAMES[signal.source_type]),
        signal.reliability.value + ("" if signal.evidenced else " ?"),
        signal.text,
    )
    return " · ".join(filter(None, parts))


def district_grid() -> Mapping[str, tuple[int, int]]:
    """Row and column of each district in the schematic map; row 0 is the north."""
    grid = reference.cached("district_map", DistrictGrid)
    return {place.name: (place.row, place.column) for place in grid.districts}


def look(desk: Desk) -> SignalBoard:
    """The board as it stands."""
    with desk.read() as reader:
        return look_in(reader, local(desk.now).date())


def look_in(reader: Reader, as_of: date) -> SignalBoard:
    """`look` inside a unit of work."""
    rules = reference.cached("signals", SignalRules)
    kept = tuple(Signal.model_validate(record.doc) for record in reader.records(SIGNAL))
    old = [_cell(record.doc) for record in reader.records(WEEK_CELL)]
    districts = reference.cached("places", Places).districts
    return SignalBoard(
        districts=board(districts, kept, as_of, rules),
        signals=sorted(kept, key=lambda s: (s.observed, s.id), reverse=True),
        weeks=sorted([*old, *weekly(kept)], key=lambda c: (c.week, c.district)),
        as_of=as_of,
    )


def enter(desk: Desk, values: Mapping[str, str]) -> Signal:
    """Write down a signal from the form's values.

    Keys: district, phase (1-4), evidenced (yes/no), source_type, observed (a day, default
    today), reliability (A, B, C), text. Raises BadInput that names the field; RuleSaysNo (rule
    25) for anything that points at a person, with what may be said instead.
    """
    with desk.work() as work:
        signal = read_signal(desk, values)
        keep(work, signal)
        keep_up(desk, work)
    return signal


def keep(work: Work, signal: Signal) -> None:
    """Write down a signal that was read. The trail keeps that there was one, not its words."""
    work.put(SIGNAL, signal.id, signal.model_dump(mode="json"))
    work.note("signal", f"signal:{signal.id}", _without_text(signal))


def withdraw(desk: Desk, id: str) -> None:
    """Take a signal back that was a mistake. Raises BadInput when there is none by that id."""
    with desk.work() as work:
        if work.record(SIGNAL, id) is None:
            raise BadInput(N_("signal"), id, msg("There is no such signal."))
        work.drop(SIGNAL, id)
        work.note("signal.withdrawn", f"signal:{id}", {})
        keep_up(desk, work)


def purge_old(desk: Desk) -> int:
    """Erase what is older than the rule allows and keep its weekly counts; how many went."""
    rules = reference.cached("signals", SignalRules)
    if not _old(desk, rules):
        return 0
    with desk.work() as work:
        work.destroys()
        kept = [Signal.model_validate(record.doc) for record in work.records(SIGNAL)]
        found = purge(kept, local(desk.now).date(), rules)
        for cell in found.keep:
            key = f"{cell.week}/{cell.district}"
            before = work.record(WEEK_CELL, key)
            entries = cell.entries + (int(before.doc["entries"]) if before else 0)
            highest = max(cell.highest_phase, before.doc["highest_phase"] if before else 0)
            work.put(
                WEEK_CELL,
                key,
                {
                    "week": cell.week,
                    "district": cell.district,
                    "entries": entries,
                    "highest_phase": int(highest),
                },
            )
        for signal in found.delete:
            work.drop(SIGNAL, signal.id)
        if found.delete:
            work.note("signals.purged", "signal:*", {"count": len(found.delete)})
    return len(found.delete)


def _old(desk: Desk, rules: SignalRules) -> bool:
    today = local(desk.now).date()
    with desk.read() as reader:
        kept = [Signal.model_validate(record.doc) for record in reader.records(SIGNAL)]
    return bool(purge(kept, today, rules).delete)


def refuse_personal_data(text: str) -> None:
    """Raise RuleSaysNo (rule 25) when `text` points at a person; also for lessons and notes."""
    try:
        signal = Signal(
            week="2026-W01", district="", phase=Phase.SIMMERING, evidenced=False,
            source_type=SourceType.AREA_STAFF, observed=date(2026, 1, 1),
            reliability=Sureness.UNVERIFIED, text=text,
        )  # fmt: skip
    except ValidationError as problem:
        raise BadInput.of(problem) from None
    _refuse(signal)


def _refuse(signal: Signal) -> None:
    rules = reference.cached("signals", SignalRules)
    places = reference.cached("places", Places)
    hits = check_signal(signal, rules.words, places.names)
    if hits:
        raise RuleSaysNo(
            msg(
                "This holds {what} ({found}), and signals are never about people. {instead}",
                what=hits[0].reason,
                found=hits[0].found,
                instead=hits[0].instead,
            ),
            "25",
        )


def read_signal(desk: Desk, values: Mapping[str, str]) -> Signal:
    """The signal that the form's values say. Raises as `enter`; writes nothing."""
    districts = reference.cached("places", Places).districts
    district = values.get("district", "").strip()
    if district not in districts:
        raise BadInput(
            N_("district"), district, msg("Choose one of: {known}.", known=", ".join(districts))
        )
    observed = _day(values.get("observed", "").strip(), desk.now)
    evidenced = words.chosen(_CONCRETE, N_("evidenced"), values.get("evidenced", ""))
    source = words.chosen(SOURCE_NAMES, N_("source_type"), values.get("source_type", ""))
    try:
        signal = Signal(
            id=desk.new_id(),
            week=str(Week.of(observed)),
            district=district,
            phase=Phase(int(values.get("phase", ""))),
            evidenced=evidenced == "yes",
            source_type=source,
            observed=observed,
            reliability=Sureness(values.get("reliability", "")),
            text=values.get("text", ""),
        )
    except ValidationError as problem:
        raise BadInput.of(problem) from None
    except ValueError:
        raise _missing(values) from None
    _refuse(signal)
    return signal


def _missing(values: Mapping[str, str]) -> BadInput:
    allowed: dict[str, tuple[str, ...]] = {
        N_("phase"): tuple(str(int(phase)) for phase in Phase),
        N_("reliability"): tuple(sure.value for sure in Sureness),
    }
    for field, known in allowed.items():
        if values.get(field, "") not in known:
            return BadInput(
                field,
                values.get(field, ""),
                msg("Choose one of: {known}.", known=", ".join(known)),
            )
    raise AssertionError(values)


def _day(text: str, now: datetime) -> date:
    day = read_when(text, now, N_("observed"), past=True).day if text else local(now).date()
    if day > local(now).date():
        raise BadInput(N_("observed"), text, msg("It lies in the future."))
    most = signal_rules().gone_after_days
    if (local(now).date() - day).days >= most:
        raise BadInput(
            N_("observed"), text,
            msg("It lies {n} days back or more: its words would have to go at once.", n=most),
        )  # fmt: skip
    return day


def _without_text(signal: Signal) -> dict[str, object]:
    """What the trail keeps for good: the words go after 90 days."""
    return signal.model_dump(mode="json", exclude={"text"})


def _cell(doc: Mapping[str, object]) -> WeekCell:
    return WeekCell(
        str(doc["week"]),
        str(doc["district"]),
        int(str(doc["entries"])),
        Phase(int(str(doc["highest_phase"]))),
    )


def signal_rules() -> SignalRules:
    """Ages and limits of signals."""
    found: SignalRules = reference.cached("signals", SignalRules)
    return found


def districts() -> tuple[str, ...]:
    """The districts of the city."""
    found: Places = reference.cached("places", Places)
    return found.districts
