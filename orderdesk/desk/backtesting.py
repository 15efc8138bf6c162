"""Use case: take any register as CSV, replay it forward in time, and show how good the score is."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.domain.events import CounterGroup, Incident, Kind, Sureness
from orderdesk.domain.places import Places
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, count, figure, msg, ngettext
from orderdesk.reference import cached
from orderdesk.risk.backtest import LEAST_CASES_TO_RANK, Backtest, Model, Row, default_split, run
from orderdesk.risk.card import ClassTable, RiskCard
from orderdesk.risk.facts import Facts, OrganiserKey
from orderdesk.risk.model import Tables
from orderdesk.risk.signals import SignalRules

if TYPE_CHECKING:
    import pandas as pd

    from orderdesk.desk.core import Desk
    from orderdesk.registers.header import Header
    from orderdesk.registers.table import Table

REQUIRED = ("date", "place", "outcome")
OPTIONAL = (
    "kind",
    "organisers",
    "form",
    "counter",
    "expected_low",
    "expected_high",
    "spot",
    "region",
)
MOST_PEOPLE = 1_000_000
_YES = frozenset({"1", "1.0", "true", "yes", "ja", "y", "j", "t", "waar"})
_NO = frozenset({"0", "0.0", "false", "no", "nee", "n", "f", "onwaar", ""})
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class Problem:
    """A value that couldn't be used; no row is lost without a word."""

    row: int
    column: str
    value: str
    message: Msg
    skipped: bool
    """Whether the whole row was left out, or only this value."""


@dataclass(frozen=True)
class Register:
    """A register read for a backtest."""

    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    """Row number of each row in the file; the first line under the header is 1."""
    problems: tuple[Problem, ...]


def parameter_tables() -> Tables:
    """Risk card, class table and signal rules of `data/`."""
    return Tables(
        cached("risk_card", RiskCard),
        cached("risk_classes", ClassTable),
        cached("signals", SignalRules),
    )


def read_register(path: Path, mapping: Mapping[str, str] | None = None) -> Register:
    """Read a CSV or workbook, whatever titles stand above its header.

    `mapping` names the file's column for a column of ours: {"outcome": "arrests"}.

    Rows without a usable date, place or outcome are left out and reported; other bad values count
    as unknown and are reported. Raises BadInput when the file or a required column is missing.
    """
    frame = _frame(path, mapping or {})
    rows: list[Row] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    keys = _OpaqueKeys()
    days = _days(frame["date"])
    for number, (record, day) in enumerate(
        zip(frame.to_dict("records"), days, strict=True), start=1
    ):
        values = {str(k): str(v).strip() for k, v in record.items()}
        row = _row(number, values, day, keys, problems)
        if row is not None:
            rows.append(row)
            numbers.append(number)
    if not rows:
        raise BadInput(N_("file"), path.name, msg("It holds no row that can be used."))
    return Register(tuple(rows), tuple(numbers), tuple(problems))


def _frame(path: Path, mapping: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    from orderdesk.registers.table import read_table

    unknown = set(mapping) - {*REQUIRED, *OPTIONAL}
    if unknown:
        raise BadInput(
            N_("column"),
            ", ".join(sorted(unknown)),
            msg("Known columns: {names}.", names=", ".join((*REQUIRED, *OPTIONAL))),
        )
    table = read_table(path)
    header = _header(table, [mapping.get(column, column) for column in REQUIRED])
    rows = [row for row in table.rows[header.first_data :] if any(cell.strip() for cell in row)]
    frame = pd.DataFrame(rows, columns=list(header.names), dtype=str)
    renames = {theirs: ours for ours, theirs in mapping.items()}
    missing = [theirs for theirs in renames if theirs not in frame.columns]
    missing += [
        c for c in REQUIRED if c not in mapping and c.lower() not in map(str.lower, frame.columns)
    ]
    if missing:
        raise BadInput(
            N_("column"),
            ", ".join(missing),
            msg("The file has: {names}.", names=", ".join(frame.columns)),
        )
    frame = frame.rename(columns=renames)
    return frame.rename(columns={c: c.lower() for c in frame.columns if c.lower() in _ALL})


def _header(table: Table, wanted: Sequence[str]) -> Header:
    """The first row that names every column wanted, whatever titles stand above it; else the row
    that looks like a header most."""
    from orderdesk.registers.header import find_header, header_at
    from orderdesk.registers.words import RegisterWords

    names = {column.casefold() for column in wanted}
    for index, row in enumerate(table.rows[:_ROWS_LOOKED_AT]):
        if names <= {cell.strip().casefold() for cell in row}:
            return header_at(table, (table.number(index),))
    words: RegisterWords = cached("register_columns", RegisterWords)
    found = find_header(table, words)
    return found if found.rows else header_at(table, (table.first_number,))


_ROWS_LOOKED_AT = 60
_ALL = frozenset((*REQUIRED, *OPTIONAL))


def _days(column: pd.Series[str]) -> list[date | None]:
    """Days from ISO dates, with day-first dates (13-06-2026) as second guess."""
    import pandas as pd

    iso = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=False)
    rest = pd.to_datetime(column.where(iso.isna()), dayfirst=True, format="mixed", errors="coerce")
    return [None if pd.isna(t) else t.date() for t in iso.fillna(rest)]


class _OpaqueKeys:
    """Numbers instead of names, in order of appearance: the score never sees a name."""

    def __init__(self) -> None:
        self._book: dict[tuple[str, str], str] = {}

    def of(self, space: str, name: str) -> str:
        if not name:
            return ""
        key = (space, " ".join(name.casefold().split()))
        return self._book.setdefault(key, f"{space}-{len(self._book)}")


def _row(
    number: int,
    values: Mapping[str, str],
    day: date | None,
    keys: _OpaqueKeys,
    problems: list[Problem],
) -> Row | None:
    def complain(column: str, mend: Msg, *, skipped: bool) -> None:
        problems.append(Problem(number, column, values.get(column, ""), mend, skipped))

    if day is None or not 1900 <= day.year <= 2100:
        complain("date", msg("Write a day as 2026-06-13."), skipped=True)
        return None
    if not values["place"]:
        complain("place", msg("A place is needed."), skipped=True)
        return None
    outcome = values["outcome"].casefold()
    if outcome not in _YES and (outcome not in _NO or not outcome):
        complain("outcome", msg("Use 1 for disorder and 0 for none."), skipped=True)
        return None
    low, high = (_people(c, values, complain) for c in ("expected_low", "expected_high"))
    if low is not None and high is not None and low > high:
        complain("expected_low", msg("Lower and higher number were swapped."), skipped=False)
        low, high = high, low
    kind = values.get("kind", "").casefold()
    if kind and kind not in _KINDS:
        complain(
            "kind",
            msg("Known kinds: {names}. Read as demonstration.", names=", ".join(_KINDS)),
            skipped=False,
        )
    counter = values.get("counter", "").casefold()
    if counter not in _YES | _NO:
        complain("counter", msg("Use 1, 0 or nothing. Read as unknown."), skipped=False)
    facts = Facts(
        kind=_KINDS.get(kind, Kind.DEMONSTRATION),
        day=day,
        form=values.get("form", "").casefold()[:200],
        size_low=low,
        size_high=high,
        counter=CounterGroup.CONFIRMED if counter in _YES else CounterGroup.UNKNOWN,
        counter_sureness=Sureness.CONFIRMED if counter in _YES else Sureness.UNVERIFIED,
        spot=values.get("spot", "").casefold()[:200],
        open_square=values.get("spot", "").casefold() == "square",
        organisers=tuple(
            dict.fromkeys(
                OrganiserKey(keys.of("organiser", name.strip()))
                for name in values.get("organisers", "").split(";")
                if name.strip()
            )
        ),
        place=keys.of("place", values["place"]),
        district=keys.of("region", values.get("region", "")),
    )
    return Row(facts, int(outcome in _YES))


def _people(column: str, values: Mapping[str, str], complain: Callable[..., None]) -> int | None:
    text = values.get(column, "")
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        complain(column, msg("Give a number of people, or nothing."), skipped=False)
        return None
    if number > MOST_PEOPLE:
        complain(column, msg("Read as {n}, the most there can be.", n=MOST_PEOPLE), skipped=False)
    return min(round(number), MOST_PEOPLE)


# ----------------------------------------------------------------------------------- the job


@dataclass(frozen=True)
class Report:
    """A backtest with the register it was made on, ready to be shown or written."""

    register: Register
    result: Backtest

    def as_json(self) -> dict[str, object]:
        """Every figure; measures of ranking are null where there are too few cases."""
        r = self.result
        return {
            "rows": len(self.register.rows),
            "problems": [
                {"row": p.row, "column": p.column, "value": p.value, "message": str(p.message)}
                for p in self.register.problems
            ],
            "learn_until": r.learn_until.isoformat(),
            "lag_days": r.lag_days,
            "learned": {"events": r.learned_events, "cases": r.learned_cases},
            "tested": {"events": r.events, "cases": r.cases},
            "verdict": str(verdict(r)),
            "compared_with_scikit_learn": r.compared,
            "models": {m.name: _measures_json(m, r) for m in r.models},
            "reliability": [asdict(b) for b in r.reliability],
            "bands": [asdict(b) for b in r.bands],
            "interval_coverage": asdict(r.coverage),
            "classes": {c: sum(k == c for k in r.classes) for c in ("laag", "midden", "hoog")},
        }


def read_split(text: str) -> date | None:
    """The last day to learn from; None when nothing was said. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise BadInput(N_("learn-until"), text, msg("Write a day as 2022-12-31.")) from None


def read_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """ "outcome=arrests" for each column that the file calls otherwise. Raises BadInput."""
    mapping = {}
    for pair in pairs:
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not ours or not equals or not theirs:
            raise BadInput(N_("column"), pair, msg("Write ours=theirs, such as outcome=arrests."))
        mapping[ours] = theirs
    return mapping


def backtest_own(
    desk: Desk,
    learn_until: date | None = None,
    lag_days: int = 2,
    predictions: Path | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> Report:
    """The same on the desk's own register: every gathering that was closed with an outcome.

    Raises BadInput when none is closed.
    """
    from orderdesk.desk.scoring import facts_of, knowledge

    places = cached("places", Places)
    with desk.read() as reader:
        heavy = knowledge(reader).heavy
        closed = [
            case
            for case in reader.cases()
            if case.span and case.outcome and case.outcome.incident is not None
        ]
    rows = tuple(
        Row(facts_of(case, places, heavy), int(case.outcome.incident is not Incident.NONE))
        for case in closed
        if case.outcome
    )
    if not rows:
        raise BadInput(
            N_("register"),
            "",
            msg(
                "No case has a recorded outcome (an incident or none), so nothing can be measured. "
                "Turnout alone does not tell how it went."
            ),
        )
    return _report(
        Register(rows, tuple(range(1, len(rows) + 1)), ()),
        learn_until, lag_days, predictions, progress, parameter_tables(),
    )  # fmt: skip


def backtest(
    path: Path,
    mapping: Mapping[str, str] | None = None,
    learn_until: date | None = None,
    lag_days: int = 2,
    predictions: Path | None = None,
    progress: Callable[[float], None] = lambda _share: None,
    tables: Tables | None = None,
) -> Report:
    """Read a register, replay it, and write the predictions if asked.

    Without `learn_until` the first 60% of the events are learned from. Raises BadInput.
    """
    return _report(
        read_register(path, mapping),
        learn_until, lag_days, predictions, progress, tables or parameter_tables(),
    )  # fmt: skip


def _report(
    register: Register,
    learn_until: date | None,
    lag_days: int,
    predictions: Path | None,
    progress: Callable[[float], None],
    tables: Tables,
) -> Report:
    split = learn_until or default_split(register.rows)
    result = run(register.rows, tables, split, lag_days, progress=progress)
    report = Report(register, result)
    if predictions is not None:
        write_predictions(report, predictions)
    return report


def write_predictions(report: Report, path: Path) -> None:
    """`row, date, probability, low, high, class`: enough to recompute every figure."""
    r, ours = report.result, report.result.models[0]
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["row", "date", "probability", "low", "high", "class"])
            for i, p, low, high, advice in zip(
                r.rows.tolist(), ours.probability, r.low, r.high, r.classes, strict=True
            ):
                day = report.register.rows[i].facts.day.isoformat()
                number = report.register.numbers[i]
                out.writerow([number, day, f"{p:.12g}", f"{low:.12g}", f"{high:.12g}", advice])
    except OSError as why:
        raise BadInput(
            N_("predictions"), str(path), msg("It can't be written: {why}", why=why)
        ) from None


def verdict(result: Backtest) -> Msg:
    """One sentence on what the figures can carry."""
    if not result.can_rank:
        return msg(
            "{n} cases of disorder, fewer than {least}: too few to judge ranking.",
            n=result.cases,
            least=LEAST_CASES_TO_RANK,
        )
    ours = result.models[0]
    return msg(
        "AUC {auc:.3f} (90%: {low:.3f}-{high:.3f}), Brier skill {skill:.3f}, on {n} cases.",
        auc=ours.measures.auc,
        low=ours.auc_interval[0],
        high=ours.auc_interval[1],
        skill=ours.measures.brier_skill,
        n=result.cases,
    )


def _said_seen(predicted: float, observed: float) -> str:
    return f"{figure(predicted, '>7.1%')} {figure(observed, '>7.1%')}"


def _measures_json(model: Model, result: Backtest) -> dict[str, object]:
    values: dict[str, object] = {
        k: None if math.isnan(v) else v for k, v in asdict(model.measures).items()
    }
    values["auc_interval"] = _interval_json(model.auc_interval)
    values["brier_skill_interval"] = _interval_json(model.skill_interval)
    if not result.can_rank:
        for name in ("auc", "average_precision", "top_10", "auc_interval"):
            values[name] = None
    return values


def _interval_json(interval: tuple[float, float]) -> list[float] | None:
    return None if math.isnan(interval[0]) else list(interval)


def table(report: Report) -> str:
    """The report as text of at most 100 columns, for the command line."""
    r = report.result
    lines = [
        _("Learned until {day} from {events} events, {cases} with disorder.").format(
            day=r.learn_until.isoformat(),
            events=count(r.learned_events),
            cases=count(r.learned_cases),
        ),
        _(
            "Tested on {events} events after it, {cases} with disorder; known {lag} days before."
        ).format(events=count(r.events), cases=count(r.cases), lag=r.lag_days),
        str(verdict(r)),
        "",
        f"{'':26}{_('AUC'):>6}{_('AP'):>7}{_('Brier'):>8}{_('skill'):>7}{_('logloss'):>9}"
        f"{_('slope'):>7}{_('interc'):>8}{_('large'):>7}{_('ECE'):>7}{_('top10'):>7}",
    ]
    lines += [_model_line(m, rank=r.can_rank) for m in r.models]
    if not r.compared:
        lines.append(_("scikit-learn isn't installed: the two learned comparisons are left out."))
    lines += ["", _("Said and seen, by band:")]
    lines += [
        f"  {b.low:>5.0%}-{b.high:<5.0%} {b.events:>6} {_said_seen(b.predicted, b.observed)} "
        + "█" * round(30 * b.observed)
        for b in r.bands
    ]
    lines += ["", _("Reliability, ten equal parts (said, seen):")]
    lines += [
        f"  {_said_seen(b.predicted, b.observed)} {_bar(b.predicted, b.observed)}"
        for b in r.reliability
    ]
    lines += [
        "",
        _("{share:.0%} of {groups} group counts lie inside the {meant:.0%} interval.").format(
            share=r.coverage.inside, groups=r.coverage.groups, meant=r.coverage.interval
        ),
    ]
    if report.register.problems:
        n = len(report.register.problems)
        lines.append(
            ngettext("{n} value could not be used.", "{n} values could not be used.", n).format(n=n)
        )
    return "\n".join(lines)


def _bar(said: float, seen: float, width: int = 40) -> str:
    """A line with | where it was said and o where it came out (x when both fall together)."""
    cells = [" "] * (width + 1)
    cells[round(said * width)] = "|"
    at = round(seen * width)
    cells[at] = "x" if cells[at] == "|" else "o"
    return "".join(cells).rstrip()


def _model_line(model: Model, *, rank: bool) -> str:
    m = model.measures
    blank = math.nan
    cells: Sequence[tuple[float, int, int]] = (
        (m.auc if rank else blank, 6, 3),
        (m.average_precision if rank else blank, 7, 3),
        (m.brier, 8, 4),
        (m.brier_skill, 7, 3),
        (m.log_loss, 9, 3),
        (m.slope, 7, 2),
        (m.intercept, 8, 2),
        (m.in_the_large, 7, 2),
        (m.ece, 7, 3),
        (m.top_10 if rank else blank, 7, 2),
    )
    text = "".join(f"{'-':>{w}}" if math.isnan(v) else f"{v:>{w}.{d}f}" for v, w, d in cells)
    return f"{_(model.name):26}{text}"
