"""Local settings: a parameter of the desk's own, with who, when and why, and back again.

The files of `data/` say what holds everywhere; what a desk sets stands in its database, goes
through the schema of the file, and holds from the next thing anybody does on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import parameters, words
from orderdesk.desk.core import SETTING, SETTINGS_REVISION, Desk
from orderdesk.desk.drafts import drop_draft
from orderdesk.desk.guide import CHECKED
from orderdesk.desk.parameters import shown
from orderdesk.domain.people import Role
from orderdesk.errors import BadInput, Stale
from orderdesk.i18n import Msg, _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

LOCAL = "*"
"""Behind a figure on a screen: set locally."""


@dataclass(frozen=True)
class Setting:
    """A parameter as it holds here."""

    key: str
    name: str
    value: Any
    usual: Any
    """What `data/` says."""
    allowed: str
    by: str
    at: datetime | None
    why: str
    version: int
    """Of the local change; 0 where there is none."""
    choices: Mapping[str, str]
    """The only values, with their names; empty where any number in the range will do."""
    in_force: bool
    """False for a local value that this program's files no longer allow."""

    @property
    def local(self) -> bool:
        """Whether this desk has a value of its own."""
        return self.version > 0

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "key": self.key,
            "name": self.name,
            "value": self.value,
            "usual": self.usual,
            "allowed": self.allowed,
            "local": self.local,
            "in_force": self.in_force,
            "by": self.by,
            "at": self.at.isoformat() if self.at else None,
            "why": self.why,
        }

    def line(self) -> str:
        """For a person."""
        text = f"{self.key} = {shown(self.value)}  {self.name}"
        if not self.local:
            return text
        said = _("usually {usual}; {by}, {at}: {why}").format(
            usual=shown(self.usual), by=self.by, at=words.moment(self.at, year=True)
            if self.at else "", why=self.why,
        )  # fmt: skip
        state = "" if self.in_force else "  " + _("NOT IN FORCE: the file no longer allows it")
        return f"{text} {LOCAL} ({said}){state}"


@dataclass(frozen=True)
class Settings:
    """All parameters that can be set here."""

    settings: Sequence[Setting]
    checked: str
    """Who looked through them and when; empty when nobody did."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"settings": [s.as_json() for s in self.settings], "checked": self.checked}

    def lines(self) -> Iterator[str]:
        """For a person."""
        for setting in self.settings:
            yield setting.line()
        yield self.checked or _("nobody has looked through these yet")


@dataclass(frozen=True)
class Change:
    """A change of a parameter that was made here."""

    key: str
    old: Any
    new: Any
    by: str
    at: datetime
    why: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return vars(self) | {"at": self.at.isoformat()}

    def line(self) -> str:
        """For a person."""
        new = _("as usual") if self.new is None else shown(self.new)
        return f"{words.moment(self.at, year=True)}  {self.key}: {shown(self.old)} → {new}" + (
            f"  {self.by}: {self.why}"
        )


def look(desk: Desk, only: str = "") -> Settings:
    """The parameters whose key or name holds `only`."""
    wanted = only.strip().casefold()
    with desk.read() as reader:
        found = [
            setting
            for setting in _all(reader)
            if wanted in setting.key.casefold() or wanted in setting.name.casefold()
        ]
        checked = reader.record(CHECKED, "all")
    said = ""
    if checked is not None:
        said = _("looked through by {name}, {day}").format(
            name=checked.doc["by"], day=words.day(checked.changed_at, year=True)
        )
    return Settings(found, said)


def _all(reader: Reader) -> Iterator[Setting]:
    kept = {record.key: record for record in reader.records(SETTING)}
    for place in parameters.all_keys(own_places_in(reader)):
        record = kept.get(place.key)
        usual = place.file_value
        good = record is None or parameters.problem_with(place, record.doc["value"]) is None
        yield Setting(
            key=place.key,
            name=place.name,
            value=record.doc["value"] if record and good else usual,
            usual=usual,
            allowed=str(parameters.allowed(place)),
            by=record.doc["by"] if record else "",
            at=record.changed_at if record else None,
            why=record.doc["why"] if record else "",
            version=record.version if record else 0,
            choices=parameters.choices_of(place),
            in_force=good,
        )


def setting(desk: Desk, key: str) -> Setting:
    """One parameter. Raises BadInput that names near ones."""
    with desk.read() as reader:
        parameters.place_of(key, own_places_in(reader))
        return next(found for found in _all(reader) if found.key == key)


def change(desk: Desk, key: str, text: str, why: str, *, expected: int = -1) -> Setting:
    """Set a parameter; an empty text gives back what `data/` says.

    Raises BadInput with what is allowed, RuleSaysNo below team lead, Stale with both values when
    the version that was opened (`expected`) isn't the last any more.
    """
    with desk.read() as reader:
        place = parameters.place_of(key, own_places_in(reader))
    need_why(why)
    value = parameters.read_value(place, text) if text.strip() else None
    with desk.work(Role.LEAD) as work:
        record = work.record(SETTING, key)
        old = record.doc["value"] if record else place.file_value
        write(work, key, old, value, why, expected)
    drop_draft(desk, draft_name(key))
    return setting(desk, key)


def need_why(why: str) -> None:
    """Raise BadInput unless a reason is given."""
    if not why.strip():
        raise BadInput("why", "", msg("Write why: whoever reads this figure later will ask."))


def write(work: Work, key: str, old: Any, value: Any, why: str, expected: int = -1) -> None:
    """Keep a value that was validated, and the fact that it was changed; None gives back what is
    usual."""
    doc = {"value": value, "why": why.strip(), "by": work.actor.name}
    try:
        work.put(SETTING, key, doc, expected=expected)
    except Stale as late:
        raise Stale(_both(key, late), late.theirs, late.mine) from None
    if value is None:
        work.drop(SETTING, key)
    work.add_fact(SETTING, key, {"old": old, "new": value, "why": why.strip()})
    work.set_meta(SETTINGS_REVISION, str(int(work.meta(SETTINGS_REVISION, "0")) + 1))


def own_places_in(reader: Reader) -> Mapping[str, Any] | None:
    """The desk's own list of places, where it has one."""
    record = reader.record(SETTING, parameters.OWN_PLACES)
    found: Mapping[str, Any] | None = record.doc["value"] if record else None
    return found


def _both(key: str, late: Stale) -> Msg:
    theirs = late.theirs if isinstance(late.theirs, Mapping) else {}
    mine = late.mine if isinstance(late.mine, Mapping) else {}
    return msg(
        "{key} was set by {by} meanwhile: {theirs} ({why}); you wrote {mine}. "
        "Save once more to keep yours.",
        key=key,
        by=theirs.get("by", "?"),
        theirs=shown(theirs.get("value", "")),
        why=theirs.get("why", ""),
        mine=shown(mine.get("value", "")),
    )


def draft_name(key: str) -> str:
    """Under which name the draft of a form is kept."""
    return f"setting {key}"


def history(desk: Desk, key: str = "") -> list[Change]:
    """What was changed here, the newest first."""
    with desk.read() as reader:
        if key and key != parameters.OWN_PLACES:
            parameters.place_of(key, own_places_in(reader))
        facts = reader.facts(SETTING, key or None)
    return [
        Change(f.subject, f.doc["old"], f.doc["new"], f.actor, f.entered_at, f.doc["why"])
        for f in reversed(facts)
    ]


def held_at(reader: Reader, key: str, moment: datetime) -> Any:
    """The value that held at a moment; None for what `data/` says.

    The first change of a desk corrects what was only assumed, so it holds for what came before it
    too; later ones hold from their own moment.
    """
    if not reader.meta(SETTINGS_REVISION):
        return None
    facts = reader.facts(SETTING, key)
    before = [fact for fact in facts if fact.entered_at <= moment]
    holds = before[-1:] or facts[:1]
    return holds[0].doc["new"] if holds else None


def checked(desk: Desk) -> bool:
    """Somebody looked through places and norms: what stands there holds for this city."""
    with desk.work(Role.LEAD) as work:
        work.put(CHECKED, "all", {"by": work.actor.name})
        work.note("settings.checked", "settings", {})
    return True


def mark(*key: str) -> str:
    """A star behind a figure whose parameter was set locally; `key` names file and path."""
    return LOCAL if reference.is_local(key[0], *key[1:]) else ""
