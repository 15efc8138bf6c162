"""The operation script (draaiboek) of a case, and the pack that goes along on paper."""

from __future__ import annotations

from datetime import datetime

from orderdesk.domain.time import Frozen, Moment, Span
from orderdesk.i18n import _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Column,
    Document,
    Facts,
    Items,
    Lines,
    Look,
    Paragraph,
    Run,
    Section,
    Table,
    Tone,
)
from orderdesk.papers.review_data import Scenario, Wording


class Report(Frozen):
    """A piece of information with its source and age."""

    text: Wording
    source: str
    known_at: Moment
    sureness: str = ""


class Post(Frozen):
    """People at a place and a time, with what they do there."""

    who: Wording
    number: int
    span: Span
    place: str
    tasks: tuple[str, ...]


class Contact(Frozen):
    """Whom to reach for what. Function first: people change."""

    function: Wording
    name: str = ""
    phone: str = ""


class Logged(Frozen):
    """A line of the log."""

    number: int
    at: Moment
    author: str
    text: Wording


class ScriptData(Frozen):
    """All that an operation script says."""

    number: str
    sender: Wording
    version: int = 1
    known_at: Moment
    span: Span | None
    place: str
    route: tuple[str, ...] = ()
    expected: str = ""
    decided_class: str = ""
    synthetic: bool = False
    picture: tuple[Report, ...] = ()
    principles: tuple[str, ...] = ()
    """Policy principles (beleidsuitgangspunten) agreed in the driehoek."""
    scenarios: tuple[Scenario, ...] = ()
    posts: tuple[Post, ...] = ()
    communication: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    log: tuple[Logged, ...] = ()


def operation_script(data: ScriptData, code: str) -> Document:
    """The script in nine parts: facts, information picture, policy principles, scenarios with
    measures, tolerance limits, deployment, communication, contact list, decision log.

    A scenario without measure, owner or tolerance limit is printed as a hole (rule 18).
    """
    with use_language(code):
        parts: tuple[tuple[str, Block], ...] = (
            (_("Facts"), _facts(data)),
            (_("Information picture"), _picture(data)),
            (_("Policy principles"), _items(data.principles)),
            (_("Scenarios with measures"), _scenarios(data)),
            (_("Tolerance limits"), _limits(data)),
            (_("Deployment"), _posts(data)),
            (_("Communication"), _items(data.communication)),
            (_("Contact list"), _contacts(data)),
            (_("Decision log"), _log(data)),
        )
        sections = tuple(
            Section(number=n, title=title, blocks=(block,))
            for n, (title, block) in enumerate(parts, 1)
        )
        title = _("Operation script {number}").format(number=data.number)
        return _paper(data, title, Look.REPORT, sections, data.known_at)


def incident_pack(data: ScriptData, code: str, *, now: datetime, empty_lines: int = 30) -> Document:
    """For outdoors, and for when the network is gone: one page of plan, then the log so far and
    numbered empty lines that go on where it stops. Typed in later, each keeps its number."""
    with use_language(code):
        plan = (
            Section(blocks=(_facts(data),)),
            Section(title=_("Deployment"), blocks=(_posts(data),)),
            Section(title=_("If this happens"), blocks=(_scenarios(data, limits=True),)),
            Section(title=_("Contact list"), blocks=(_contacts(data),)),
        )
        first = max((line.number for line in data.log), default=0) + 1
        how = _("Write the time first, then what happened. One line for one thing.")
        log: tuple[Block, ...] = (Paragraph(runs=(Run(text=how, tone=Tone.QUIET),)),)
        if data.log:
            log = (*log, _log(data))
        lines = Section(
            title=_("Log"), new_page=True, blocks=(*log, Lines(first=first, count=empty_lines))
        )
        title = _("Paper pack {number}").format(number=data.number)
        return _paper(data, title, Look.PACK, (*plan, lines), now)


def _paper(
    data: ScriptData, title: str, look: Look, sections: tuple[Section, ...], dated: datetime
) -> Document:
    return Document.model_validate(
        {
            "look": look,
            "language": language(),
            "sender": data.sender,
            "title": title,
            "subtitle": f"{say.span(data.span)}, {data.place}",
            "reference": _("version {n}, as known on {moment}").format(
                n=data.version, moment=say.moment(dated)
            ),
            "banner": say.synthetic_banner() if data.synthetic else "",
            "sections": sections,
            "dated": dated,
        }
    )


def _facts(data: ScriptData) -> Facts:
    facts = [
        (_("Number"), data.number),
        (_("Time"), say.span(data.span)),
        (_("Place"), data.place),
        (_("Route"), " – ".join(data.route)),
        (_("Expected"), data.expected),
        (
            _("Class"),
            say.class_name(data.decided_class),
        ),
    ]
    return Facts(facts=tuple(say.fact(label, text) for label, text in facts if text))


def _picture(data: ScriptData) -> Table:
    return Table(
        columns=(
            Column(title=_("Information"), weight=6),
            Column(title=_("Source"), weight=2),
            Column(title=_("Reliability"), weight=2),
            Column(title=_("Known since")),
        ),
        rows=tuple(
            (
                say.run(report.text),
                say.run(report.source or "–"),
                say.run(report.sureness or "–"),
                say.run(say.moment(report.known_at)),
            )
            for report in data.picture
        ),
        empty=_("No information yet."),
    )


def _items(texts: tuple[str, ...]) -> Block:
    if not texts:
        return Paragraph(runs=(Run(text=_("None."), tone=Tone.QUIET),))
    return Items(items=tuple(say.run(text) for text in texts))


def _scenarios(data: ScriptData, *, limits: bool = False) -> Table:
    columns = [
        Column(title=_("If this happens"), weight=3),
        Column(title=_("then"), weight=4),
        Column(title=_("by"), weight=2),
        Column(title=_("up to"), weight=3),
    ]
    rows = (
        (say.run(s.trigger), _agreed(s.measure), _agreed(s.owner), _agreed(s.limit))
        for s in data.scenarios
    )
    shown = 4 if limits else 3
    return Table(
        columns=tuple(columns[:shown]),
        rows=tuple(row[:shown] for row in rows),
        empty=_("No scenario has been worked out."),
    )


def _limits(data: ScriptData) -> Table:
    return Table(
        columns=(
            Column(title=_("If this happens"), weight=1),
            Column(title=_("it is tolerated up to"), weight=1),
        ),
        rows=tuple((say.run(s.trigger), _agreed(s.limit)) for s in data.scenarios),
        empty=_("No tolerance limit has been agreed."),
    )


def _agreed(text: str) -> tuple[Run, ...]:
    return say.run(text) if text.strip() else (say.badge(_("not agreed"), Tone.RED),)


def _posts(data: ScriptData) -> Table:
    return Table(
        columns=(
            Column(title=_("Who"), weight=3),
            Column(title=_("Number"), numeric=True),
            Column(title=_("When"), weight=3),
            Column(title=_("Place"), weight=2),
            Column(title=_("Tasks"), weight=4),
        ),
        rows=tuple(
            (
                say.run(post.who),
                say.run(post.number),
                say.run(say.span(post.span)),
                say.run(post.place or "–"),
                say.run(", ".join(post.tasks) or "–"),
            )
            for post in data.posts
        ),
        empty=_("Nobody is deployed."),
    )


def _contacts(data: ScriptData) -> Table:
    return Table(
        columns=(
            Column(title=_("Function"), weight=3),
            Column(title=_("Name"), weight=3),
            Column(title=_("Telephone"), weight=2),
        ),
        rows=tuple(
            (say.strong(c.function), say.run(c.name or "–"), say.run(c.phone or "–"))
            for c in data.contacts
        ),
        empty=_("No contacts."),
    )


def _log(data: ScriptData) -> Table:
    return Table(
        columns=(
            Column(title=_("Line"), numeric=True),
            Column(title=_("Time")),
            Column(title=_("By"), weight=2),
            Column(title=_("What"), weight=8),
        ),
        rows=tuple(
            (
                say.run(line.number),
                say.run(say.moment(line.at)),
                say.run(line.author),
                say.run(line.text),
            )
            for line in data.log
        ),
        empty=_("Nothing has been decided yet."),
    )
