"""A driehoek called together for a case that is going on: the picture, minutes, powers, actions.

Minutes are facts: a line is never overwritten. What was known when a decision was taken can be
told afterwards, because each line stands at its own moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import incident, scoring, words
from orderdesk.desk.agenda import AUTHORITIES, put_action, put_decision
from orderdesk.desk.core import Desk
from orderdesk.desk.publishing import write_whole
from orderdesk.desk.timeline import note_event
from orderdesk.domain.law import Authority, wrong_authority
from orderdesk.domain.powers import Powers, Use, duties_of
from orderdesk.domain.time import Week, local
from orderdesk.domain.when import read_moment, read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, _, language, msg, pick
from orderdesk.papers.minutes import Minute, MinutesData, minutes

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

MEETING, MINUTE = "meeting", "minute"
GRIP_LEVELS = range(6)
"""0 (none) to 5; a plan of the safety region, apart from the police's own staff (SGBO)."""


class Sgbo(StrEnum):
    """The police's own staff for large-scale action."""

    NONE = "none"
    STARTED = "started"
    ENDED = "ended"


SGBO_NAMES = {
    Sgbo.NONE: N_("not started"),
    Sgbo.STARTED: N_("started"),
    Sgbo.ENDED: N_("ended"),
}


class Said(StrEnum):
    """What kind of line of the minutes it is."""

    NOTE = "note"
    DECISION = "decision"
    POWER = "power"
    STATE = "state"  # GRIP, SGBO, second look


@dataclass(frozen=True)
class Meeting:
    """An ad-hoc driehoek as it stands."""

    id: str
    case_id: str
    number: str
    """Number of the case that it is about."""
    participants: str
    opened_at: datetime
    closed_at: datetime | None
    grip: int
    sgbo: Sgbo
    next_look: datetime | None
    lines: tuple[Minute, ...]

    def state(self, now: datetime) -> str:
        """GRIP, SGBO and the second look in one line."""
        parts = [
            _("GRIP {n}").format(n=self.grip),
            _("SGBO: {state}").format(state=_(SGBO_NAMES[self.sgbo])),
        ]
        if self.next_look is not None:
            left = round((self.next_look - now).total_seconds() / 60)
            parts.append(
                _("second look {clock}, in {n} min").format(
                    clock=words.clock(self.next_look), n=left
                )
                if left > 0
                else _("▲ second look was due {clock}").format(clock=words.clock(self.next_look))
            )
        return "  ·  ".join(parts)


# --- looking --------------------------------------------------------------------------------------


def open_meeting(desk: Desk) -> Meeting | None:
    """The meeting that is going on; None where there is none."""
    with desk.read() as reader:
        going = [r for r in reader.records(MEETING) if not r.doc["closed_at"]]
        return _meeting(reader, going[-1].key, going[-1].doc) if going else None


def meeting(desk: Desk, id: str) -> Meeting:
    """A meeting, going on or over. Raises RuleSaysNo when there is none by this id."""
    with desk.read() as reader:
        return _kept(reader, id)


def _kept(reader: Reader, id: str) -> Meeting:
    found = reader.record(MEETING, id)
    if found is None:
        raise RuleSaysNo(msg("there is no such meeting"))
    return _meeting(reader, id, found.doc)


def _meeting(reader: Reader, id: str, doc: Mapping[str, Any]) -> Meeting:
    return Meeting(
        id=id,
        case_id=doc["case_id"],
        number=doc["number"],
        participants=doc["participants"],
        opened_at=datetime.fromisoformat(doc["opened_at"]),
        closed_at=_moment(doc["closed_at"]),
        grip=doc["grip"],
        sgbo=Sgbo(doc["sgbo"]),
        next_look=_moment(doc["next_look"]),
        lines=tuple(
            Minute(
                at=fact.known_at,
                by=fact.actor,
                kind=fact.doc["kind"],
                text=str(fact.doc.get("text", "")),
                refused=str(fact.doc.get("refused", "")),
                number=fact.doc.get("number", ""),
            )
            for fact in reader.facts(MINUTE, f"meeting:{id}")
        ),
    )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def picture(desk: Desk, found: Meeting) -> str:
    """The case as it is known now, in lines to read out, each with its moment."""
    return incident.mayor_text(desk, found.case_id)


# --- the meeting ----------------------------------------------------------------------------------


def start(desk: Desk, number: str, participants: str) -> Meeting:
    """Call the driehoek together for a case.

    Raises BadInput without participants or for an unknown case; RuleSaysNo while one is going on.
    """
    if not participants.strip():
        raise BadInput(N_("participants"), participants, msg("Write by function who takes part."))
    case = scoring.case_numbered(desk, number)
    going = open_meeting(desk)
    if going is not None:
        raise RuleSaysNo(msg("a meeting about {number} is going on: end it", number=going.number))
    with desk.work() as work:
        id = desk.new_id()
        doc = {
            "case_id": case.id, "number": case.number, "participants": participants.strip(),
            "opened_at": desk.now.isoformat(), "closed_at": "", "grip": 0,
            "sgbo": Sgbo.NONE.value, "next_look": "",
        }  # fmt: skip
        work.put(MEETING, id, doc)
        note_event(work, case.id, msg("driehoek called together"))
        return _meeting(work, id, doc)


def note(desk: Desk, id: str, text: str) -> None:
    """A line of the minutes: what was said or known. Raises BadInput for an empty one."""
    if not text.strip():
        raise BadInput(N_("text"), text, msg("Write what was said."))
    with desk.work() as work:
        _going(work, id)
        _write(work, id, Said.NOTE, text)


def decide(desk: Desk, id: str, values: Mapping[str, str]) -> tuple[str, Msg | None]:
    """A decision with the options that were refused; its number, and a warning when the wrong
    authority is named.

    Keys: text, by, authority (mayor, prosecutor), criminal (yes, no), legal_basis, refused.
    """
    with desk.work() as work:
        found = _going(work, id)
        number = put_decision(work, Week.of(desk.now), local(desk.now).date(), values)
        _write(
            work, id, Said.DECISION, values["text"], number=number,
            refused=values.get("refused", ""),
        )  # fmt: skip
        note_event(work, found.case_id, msg("driehoek decided: {number}", number=number))
    authority = Authority(values.get("authority") or "mayor")
    return number, wrong_authority(authority, values.get("criminal") == "yes")


def set_grip(desk: Desk, id: str, level: str, by: str) -> None:
    """The GRIP level, and who scaled to it. Raises BadInput for anything but 0 to 5."""
    if not level.strip().isdigit() or int(level) not in GRIP_LEVELS:
        raise BadInput(N_("level"), level, msg("Give a level from 0 (none) to 5."))
    with desk.work() as work:
        _going(work, id)
        _change(work, id, grip=int(level))
        _write(work, id, Said.STATE, f"GRIP {int(level)}", by=by)


def set_sgbo(desk: Desk, id: str, state: str, by: str) -> None:
    """Whether the police's own staff is at work: said by the police, a field of its own."""
    chosen = Sgbo(state)
    with desk.work() as work:
        _going(work, id)
        _change(work, id, sgbo=chosen.value)
        _write(work, id, Said.STATE, f"SGBO {_(SGBO_NAMES[chosen])}", by=by)


def look_again(desk: Desk, id: str, when: str) -> datetime:
    """When the picture is looked at again. Raises BadInput for a moment that has been."""
    moment = read_moment(when, desk.now)
    if moment <= desk.now:
        raise BadInput(N_("when"), when, msg("Give a moment that is still to come."))
    with desk.work() as work:
        _going(work, id)
        _change(work, id, next_look=moment.isoformat())
    return moment


def power_choices() -> list[tuple[str, str]]:
    """The mayor's powers: id, and article with name."""
    return [
        (power.id, f"{power.article} {pick(power.name)}")
        for power in reference.cached("mayor_powers", Powers).powers
    ]


def use_power(desk: Desk, id: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Use a power of the mayor: the number of the decision and of the actions that follow.

    Keys: power, text, by, lighter, proportionality, group, consulted, council. Raises BadInput
    naming what is not on record yet.
    """
    power = reference.cached("mayor_powers", Powers).get(values.get("power", ""))
    use = Use(
        lighter_means=values.get("lighter", ""),
        proportionality=values.get("proportionality", ""),
        group=values.get("group", ""),
        prosecutor_consulted=_day(desk, N_("consulted"), values.get("consulted", "")),
        council_meets=_day(desk, N_("council"), values.get("council", "")),
    )
    today = local(desk.now).date()
    duties = duties_of(power, use, today)
    with desk.work() as work:
        found = _going(work, id)
        decided = {
            "text": values.get("text", ""), "by": values.get("by", ""),
            "authority": Authority.MAYOR.value, "criminal": "no", "legal_basis": power.article,
        }  # fmt: skip
        number = put_decision(work, Week.of(desk.now), today, decided)
        weighed = (use.lighter_means, use.proportionality, use.group)
        _write(
            work, id, Said.POWER, f"{power.article} {pick(power.name)}: {decided['text']}",
            number=number, refused="; ".join(filter(None, map(str.strip, weighed))),
        )  # fmt: skip
        note_event(work, found.case_id, msg("driehoek decided: {number}", number=number))
        actions = [put_action(work, desk.new_id(), d.what, d.owner, d.due) for d in duties]
    return number, actions


def close(desk: Desk, id: str, press: str) -> Meeting:
    """End the meeting with the closing round; `press`: who speaks to the press, and the line."""
    with desk.work() as work:
        found = _going(work, id)
        if press.strip():
            _write(work, id, Said.NOTE, _("press: {line}").format(line=press.strip()))
        _change(work, id, closed_at=work.now.isoformat())
        note_event(work, found.case_id, msg("driehoek ended"))
        return _kept(work, id)


def write_minutes(desk: Desk, id: str, out: Path) -> Path:
    """The minutes as PDF below `out`: what was known, said, decided and refused, with times."""
    from orderdesk.papers.pdf import to_pdf

    found = meeting(desk, id)
    with desk.read() as reader:
        synthetic = bool(reader.meta("synthetic"))
    data = MinutesData(
        number=found.number,
        participants=found.participants,
        opened_at=found.opened_at,
        closed_at=found.closed_at,
        known_at=desk.now,
        synthetic=synthetic,
        grip=found.grip,
        sgbo=_(SGBO_NAMES[found.sgbo]),
        picture=picture(desk, found),
        lines=found.lines,
    )
    path = out / f"driehoek-{found.number}-{local(found.opened_at):%Y%m%d-%H%M}.pdf"
    write_whole(path, to_pdf(minutes(data, language())).content)
    return path


def told(found: Meeting) -> Iterator[str]:
    """The minutes as lines, the newest last."""
    for line in found.lines:
        number = f"{line.number} " if line.number else ""
        yield f"{words.clock(line.at)}  {number}{line.text}"
        if line.refused:
            yield "       " + _("not chosen: {what}").format(what=line.refused)


def authority_choices() -> list[tuple[str, str]]:
    """Who decides: the mayor or the prosecutor."""
    return [(authority.value, _(name)) for authority, name in AUTHORITIES.items()]


def _going(reader: Reader, id: str) -> Meeting:
    found = _kept(reader, id)
    if found.closed_at is not None:
        raise RuleSaysNo(msg("this meeting has ended"))
    return found


def _change(work: Work, id: str, **changes: object) -> None:
    kept = work.record(MEETING, id)
    assert kept is not None
    work.put(MEETING, id, {**kept.doc, **changes}, expected=kept.version)


def _write(
    work: Work, id: str, kind: Said, text: str, *, number: str = "", refused: str = "", by: str = ""
) -> None:
    said = f"{text.strip()} ({by.strip()})" if by.strip() else text.strip()
    doc = {"kind": kind.value, "text": said, "number": number, "refused": refused.strip()}
    work.add_fact(MINUTE, f"meeting:{id}", doc, private=["text", "refused"])


def _day(desk: Desk, field: str, text: str) -> date | None:
    return read_when(text, desk.now, field).day if text.strip() else None
