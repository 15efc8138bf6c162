"""Moments, hours and small counts as a paper says them, in the language in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from orderdesk.domain.time import Span, local
from orderdesk.i18n import N_, _, figure
from orderdesk.papers.model import Fact, Run, Tone

CLASSES = {"laag": N_("low"), "midden": N_("medium"), "hoog": N_("high")}

_WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def class_name(code: str) -> str:
    """A class of risk in words; a letter, or what is no class, as it is."""
    return _(CLASSES[code]) if code in CLASSES else code


def day(value: datetime | date) -> str:
    """ "Thu 11 June"."""
    on = local(value).date() if isinstance(value, datetime) else value
    return f"{_(_WEEKDAYS[on.weekday()])} {on.day} {_(_MONTHS[on.month - 1])}"


def full_day(value: datetime | date) -> str:
    """ "11 June 2026"."""
    on = local(value).date() if isinstance(value, datetime) else value
    return f"{on.day} {_(_MONTHS[on.month - 1])} {on.year}"


def month(value: date) -> str:
    """ "June 2026"."""
    return f"{_(_MONTHS[value.month - 1])} {value.year}"


def share(part: int, whole: int) -> str:
    """A part as a whole percentage: "12%"."""
    return f"{part / whole:.0%}" if whole else "–"


def moment(value: datetime) -> str:
    """ "Thu 11 June 14:00"."""
    return f"{day(value)} {clock(value)}"


def clock(value: datetime) -> str:
    """ "14:00"."""
    return f"{local(value):%H:%M}"


def span(value: Span | None) -> str:
    """ "Sat 13 June 14:00-16:00"; the second day only when it is another one."""
    if value is None:
        return _("time unknown")
    first, end = local(value.start), local(value.end)
    if first.time() == end.time() == time(0):  # whole days: only the days are known
        last = end - timedelta(minutes=1)
        return day(first) if first.date() == last.date() else f"{day(first)} - {day(last)}"
    same_day = local(value.start).date() == local(value.end - timedelta(minutes=1)).date()
    return f"{moment(value.start)}-{clock(value.end) if same_day else moment(value.end)}"


def full_span(value: Span) -> str:
    """ "Sat 13 June 2026, 14:00-16:00", as a letter says it."""
    _day, _space, times = span(value).rpartition(f"{day(value.start)} ")
    return f"{day(value.start)} {local(value.start).year}, {times}"


def hours(minutes: int, decimals: int = 0) -> str:
    """Minutes as hours: 26, 3.5, 0.25 (3,5 in Dutch). The unit stands in the heading beside it.

    With `decimals` at least so many are written, so that figures of one column line up.
    """
    exact = f"{minutes / 60:.2f}".rstrip("0")
    written = max(decimals, len(exact.partition(".")[2]))
    return figure(minutes / 60, f".{written}f")


def points(value: float) -> str:
    """Points of a score with their sign: +1.0, -0.3 (+1,0 in Dutch)."""
    return figure(value, "+.1f")


def hours_column(minutes: Iterable[int]) -> list[str]:
    """Each as hours, all with as many decimals as the one that needs most."""
    all_minutes = list(minutes)
    plain = (hours(one).replace(",", ".") for one in all_minutes)
    decimals = max((len(text.partition(".")[2]) for text in plain), default=0)
    return [hours(one, decimals) for one in all_minutes]


def days_old(known: datetime | date, now: datetime) -> int:
    """Whole days between the day something was known and the day of `now`."""
    on = local(known).date() if isinstance(known, datetime) else known
    return (local(now).date() - on).days


_KINDS = {
    "case": N_("cases"),
    "posting": N_("lines of the ledger"),
    "person": N_("people"),
}
_ONE = {
    "away": N_("absences of {key}"),
    "publication": N_("published roster of {key}"),
    "week": N_("week {key}"),
    "team": N_("the team"),
}
"""Records that bear no number of their own."""
_MOST_RECORDS = 3


def records(trace: Iterable[str], names: Mapping[str, str]) -> str:
    """Records as a reader knows them: by name; many of a kind without names as their number.

    The ids of all of them stand in the JSON of the paper.
    """
    kinds: dict[str, list[str]] = {}
    for record in trace:
        kinds.setdefault(record.partition(":")[0], []).append(record)
    said = []
    for kind, found in kinds.items():
        if kind == "signal":  # how many would tell what a small count hides
            said.append(_("signals of the district"))
            continue
        named = [names[record] for record in found if record in names]
        if len(named) < len(found) and len(found) > _MOST_RECORDS:
            said.append(f"{len(found)} {_(_KINDS[kind]) if kind in _KINDS else kind}")
        else:
            said += [names.get(record) or _one(record) for record in found]
    return ", ".join(said)


def _one(record: str) -> str:
    kind, _colon, key = record.partition(":")
    return _(_ONE[kind]).format(key=key) if kind in _ONE else record


def run(text: object, *trace: str, tone: Tone = Tone.PLAIN) -> tuple[Run, ...]:
    """A text of one run."""
    return (Run(text=str(text), trace=trace, tone=tone),)


def strong(text: object) -> tuple[Run, ...]:
    """A text of one run that stands out."""
    return (Run(text=str(text), strong=True),)


def badge(text: object, tone: Tone = Tone.AMBER) -> Run:
    """A label."""
    return Run(text=str(text), tone=tone, badge=True)


def fact(label: str, text: object, *trace: str) -> Fact:
    """A name and a text of one run."""
    return Fact(label=label, value=run(text, *trace))


def synthetic_banner() -> str:
    """What stands on every page that shows invented data."""
    return _("Demonstration: all cases, people and figures are invented")
