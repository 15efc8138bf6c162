"""What changed between two states of the weekly review, and the addendum that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel

from orderdesk.domain.time import Span
from orderdesk.i18n import N_, _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.model import Column, Document, Paragraph, Run, Section, Table, Tone
from orderdesk.papers.review.words import (
    INCIDENTS,
    KEPT,
    PHASES,
    REQUEST_STATES,
    SURENESS,
    TERMS,
    Edition,
    shown_name,
)
from orderdesk.papers.review_data import (
    Factor,
    Figure,
    Flip,
    Named,
    Option,
    Override,
    ReviewData,
    Scenario,
    ThemeHours,
    Words,
)

_PARTS = {
    "look_back": N_("Look back"),
    "ahead": N_("Coming days"),
    "clashes": N_("Conflicts"),
    "districts": N_("Polarisation picture"),
    "themes": N_("Theme hours"),
    "requests": N_("Requests"),
    "asked": N_("Decisions asked"),
    "taken": N_("Decision list"),
    "actions": N_("Action list"),
    "sheets": N_("Case sheets"),
    "annexes": N_("Annexes"),
    "capacity": N_("Capacity"),
    "year": N_("Year"),
    "interpretation": N_("Interpretation"),
    "": N_("Meeting"),
}
_FIELDS = {
    "span": N_("time"),
    "place": N_("place"),
    "planned": N_("turnout planned"),
    "actual": N_("turnout"),
    "incident": N_("incidents"),
    "planned_minutes": N_("hours planned"),
    "used_minutes": N_("hours used"),
    "conditions_kept": N_("conditions"),
    "form": N_("form"),
    "expected": N_("expected"),
    "estimated_at": N_("estimate of"),
    "advised_class": N_("class advised"),
    "decided_class": N_("class decided"),
    "override": N_("override"),
    "term": N_("term"),
    "deadline": N_("deadline"),
    "open_points": N_("open points"),
    "status": N_("status"),
    "what": N_("what"),
    "cases": N_("cases"),
    "proposal": N_("proposal"),
    "phase": N_("phase"),
    "reports": N_("reports"),
    "source": N_("source"),
    "observed_on": N_("observed"),
    "sureness": N_("reliability"),
    "text": N_("text"),
    "by": N_("by"),
    "dated": N_("dated"),
    "name": N_("name"),
    "budget": N_("budget"),
    "borrowed": N_("borrowed"),
    "paid_back": N_("paid back"),
    "owed": N_("owed"),
    "of": N_("asked of"),
    "minutes": N_("hours"),
    "state": N_("state"),
    "due": N_("due"),
    "contract": N_("on contract"),
    "away": N_("away"),
    "plannable": N_("plannable"),
    "reserve": N_("reserve"),
    "used": N_("used"),
    "given_back": N_("given back"),
    "committed": N_("committed"),
    "free": N_("free"),
    "to_borrow": N_("still to borrow"),
    "owed_due": N_("owed, due"),
    "changed_hours": N_("changes of hours or day"),
    "changed_tasks": N_("changes of task"),
    "days_off_cancelled": N_("days off cancelled"),
    "days_off_moved": N_("days off moved"),
    "note": N_("note"),
    "title": N_("title"),
    "legal_basis": N_("legal basis"),
    "options": N_("options"),
    "proposed_text": N_("proposed text"),
    "owner": N_("owner"),
    "day": N_("day"),
    "who": N_("who"),
    "done": N_("done"),
    "chance": N_("chance"),
    "factors": N_("reasons"),
    "flips": N_("what would change it"),
    "scenarios": N_("scenarios"),
    "demonstrations": N_("demonstrations this year"),
    "classed_high": N_("classed high"),
    "meeting": N_("meeting"),
    "lines": N_("content"),
}
_WORDS: Mapping[str, Mapping[Any, str]] = {
    "advised_class": say.CLASSES,
    "decided_class": say.CLASSES,
    "term": TERMS,
    "state": REQUEST_STATES,
    "incident": INCIDENTS,
    "sureness": SURENESS,
    "phase": PHASES,
    "conditions_kept": KEPT,
}
_NOT_COUNTED_IN_HOURS = frozenset(
    {"changed_hours", "changed_tasks", "days_off_cancelled", "days_off_moved"}
    | {"demonstrations", "classed_high", "planned", "actual", "expected", "reports"}
)
_OF_A_SHEET = frozenset({"span", "place", "advised_class", "decided_class", "chance"})
_ABOUT_THE_PAPER = frozenset(
    {"week", "sender", "version", "known_at", "outlook_from", "synthetic", "records", "names"}
)


@dataclass(frozen=True)
class ReviewChange:
    """One thing that reads differently now."""

    part: str
    """Field of the review data that it stands in; "" for the review itself."""
    key: str
    """Number or name of the row; "" where there are no rows."""
    field: str
    """Field of the row; "" where the whole row came or went."""
    before: str
    """As it read at the freeze; "" where it wasn't there."""
    after: str
    """As it reads now; "" where it is gone."""
    records: tuple[str, ...] = ()


def changes_since(
    before: ReviewData, after: ReviewData, edition: Edition = Edition.FULL
) -> tuple[ReviewChange, ...]:
    """Everything that reads differently in `after`, in the order of the review.

    Ages that only grew with the clock, and records counted anew to the same figure, are no change.
    """
    return tuple(_Difference(edition).of("", "", before, after))


def addendum(
    before: ReviewData,
    after: ReviewData,
    code: str,
    number: int,
    *,
    frozen_digest: str = "",
    edition: Edition = Edition.FULL,
) -> Document:
    """Addendum `number` to the frozen review: what changed since, and nothing else."""
    with use_language(code):
        rows = tuple(_row(change) for change in changes_since(before, after, edition))
        about = _("Changes since the freeze of {moment}").format(moment=say.moment(before.known_at))
        intro = _("Fingerprint of the frozen review: {digest}").format(digest=frozen_digest)
        table = Table(
            columns=(
                Column(title=_("Part"), weight=2),
                Column(title=_("About"), weight=2),
                Column(title=_("What"), weight=2),
                Column(title=_("At the freeze"), weight=4),
                Column(title=_("Now"), weight=4),
            ),
            rows=rows,
            empty=_("Nothing has changed since the freeze."),
        )
        small = (Paragraph(runs=(Run(text=intro, tone=Tone.QUIET),)),) if frozen_digest else ()
        return Document.model_validate(
            {
                "language": language(),
                "sender": after.sender,
                "title": _("Weekly risk review {week}: addendum {n}").format(
                    week=after.week, n=number
                ),
                "subtitle": about,
                "reference": _("{week} version {v}, addendum {n}").format(
                    week=after.week, v=before.version, n=number
                ),
                "facts": (say.fact(_("As known on"), say.moment(after.known_at)),),
                "banner": say.synthetic_banner() if after.synthetic else "",
                "sections": (Section(blocks=(table, *small)),),
                "dated": after.known_at,
                "names": {**before.names, **after.names},
                "sources_title": _("Records behind the figures"),
            }
        )


def _row(change: ReviewChange) -> tuple[tuple[Run, ...], ...]:
    what = _(_FIELDS[change.field]) if change.field else _("new") if change.after else _("gone")
    return (
        say.run(_(_PARTS[change.part])),
        say.strong(change.key or "–"),
        say.run(what),
        say.run(change.before or "–"),
        say.run(change.after or "–", *change.records),
    )


@dataclass(frozen=True)
class _Difference:
    edition: Edition

    def of(
        self, part: str, key: str, before: BaseModel, after: BaseModel
    ) -> Iterator[ReviewChange]:
        for name in type(after).model_fields:
            if name in _ABOUT_THE_PAPER or name == "key":
                continue
            old, new = getattr(before, name), getattr(after, name)
            if _has_rows(old) or _has_rows(new):
                yield from self._rows(name, old, new)
            elif name in _PARTS and isinstance(old, BaseModel) and isinstance(new, BaseModel):
                yield from self.of(name, key, old, new)
            else:
                was, now = self._say(name, old), self._say(name, new)
                if was != now:
                    if isinstance(old, tuple) and isinstance(new, tuple):
                        was, now = self._only_in(name, old, new), self._only_in(name, new, old)
                    records = tuple(getattr(new, "records", ())) or _records(after)
                    where, field = (name, "") if name in _PARTS else (part, name)
                    yield ReviewChange(where, key, field, was, now, records)

    def _rows(
        self, part: str, before: Iterable[BaseModel], after: Iterable[BaseModel]
    ) -> Iterator[ReviewChange]:
        old, new = _by_key(before), _by_key(after)
        for key in dict.fromkeys([*old, *new]):
            if key not in new:
                gone = old[key]
                yield ReviewChange(part, _called(gone), "", self._row_text(gone, part), "")
            elif key not in old:
                row = new[key]
                told = self._row_text(row, part)
                yield ReviewChange(part, _called(row), "", "", told, _records(row))
            else:
                yield from self.of(part, _called(new[key]), old[key], new[key])

    def _only_in(self, name: str, these: tuple[object, ...], those: tuple[object, ...]) -> str:
        """What stands in one list and not in the other; the whole list where only its order
        differs."""
        known = {self._say(name, value) for value in those}
        alone = tuple(value for value in these if self._say(name, value) not in known)
        same = known == {self._say(name, value) for value in these}
        return self._say(name, these if same else alone)

    def _row_text(self, row: BaseModel, part: str = "") -> str:
        """A row that came or went. A case sheet is long and stands in the review itself: of it
        only what it comes down to."""
        texts = (
            (name, self._say(name, getattr(row, name)))
            for name in type(row).model_fields
            if name != "key"
            and name not in _ABOUT_THE_PAPER
            and (part != "sheets" or name in _OF_A_SHEET)
        )
        return "; ".join(f"{_(_FIELDS[name])} {text}" for name, text in texts if text)

    def _say(self, name: str, value: object) -> str:
        """A value as the review would say it; "" for nothing."""
        match value:
            case None | "":
                return ""
            case Figure():
                counted = name in _NOT_COUNTED_IN_HOURS
                return str(value.value) if counted else say.hours(value.value)
            case Span():
                return say.span(value)
            case datetime():
                return say.moment(value)
            case date():
                return say.day(value)
            case Named():
                return shown_name(value, self.edition)
            case Override():
                return (
                    f"{shown_name(value.by, self.edition)}, {say.moment(value.at)}: {value.motive}"
                )
            case Words():
                return str(value)
            case Flip():
                return ": ".join(
                    filter(None, [str(value.change), _word("advised_class", value.advice)])
                )
            case Factor():
                shown = f"{value.label} {say.points(value.points)}"
                return " ".join(filter(None, [shown, str(value.source)]))
            case Option():
                return " ".join(filter(None, [value.text, value.price]))
            case Scenario():
                parts = (value.measure, value.owner, value.limit)
                told = " / ".join(part or _("not agreed") for part in parts)
                return f"{value.trigger}: {told}"
            case BaseModel():
                return self._row_text(value)
            case tuple():
                return "; ".join(self._say(name, part) for part in value)
            case _:
                return _word(name, value)


def _word(name: str, value: object) -> str:
    words = _WORDS.get(name, {})
    if value in words:
        return _(words[value])
    return str(value.value if isinstance(value, Enum) else value)


def _has_rows(value: object) -> bool:
    return isinstance(value, tuple) and any(hasattr(part, "key") for part in value)


def _called(row: BaseModel) -> str:
    """How a reader knows the row: a theme by its name, everything else by its key."""
    if isinstance(row, ThemeHours) and row.name:
        return str(row.name)
    return str(getattr(row, "key", ""))


def _by_key(rows: Iterable[BaseModel]) -> dict[str, BaseModel]:
    return {str(getattr(row, "key", "")): row for row in rows}


def _records(row: BaseModel) -> tuple[str, ...]:
    return tuple(getattr(row, "records", ()))
