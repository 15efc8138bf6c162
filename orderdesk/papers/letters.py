"""Letters to a notifier: the receipt and the decision; and the text block for the mayor's office.

A demonstration is notified, not asked for: none of these texts may sound like a favour. The words
of `data/forbidden_words.toml` stand in no template, in no language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from orderdesk.domain.events import Case, Organiser, Source
from orderdesk.domain.law import (
    Condition,
    Decision,
    DecisionKind,
    Ground,
    Term,
    TermStatus,
    missing_data,
    term_status,
)
from orderdesk.domain.text import visible
from orderdesk.domain.time import Frozen, Moment, Span
from orderdesk.i18n import N_, _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Box,
    Document,
    Fact,
    Facts,
    Items,
    Look,
    Paragraph,
    Run,
    Section,
    Tone,
)
from orderdesk.papers.review_data import PaperRules

_GROUNDS = {
    Ground.HEALTH: N_("protection of health"),
    Ground.TRAFFIC: N_("the interest of traffic"),
    Ground.DISORDER: N_("fighting or preventing disorder"),
}
_DECIDED = {
    DecisionKind.NO_LIMITATION: N_("I set no conditions. The gathering takes place as notified."),
    DecisionKind.CONDITIONS: N_(
        "The gathering takes place. On the ground of article 5 of the Wet openbare manifestaties I "
        "set the conditions below."
    ),
    DecisionKind.INSTRUCTION: N_(
        "On the ground of article 6 of the Wet openbare manifestaties I give the instructions "
        "below."
    ),
    DecisionKind.ENDING: N_(
        "On the ground of article 7 of the Wet openbare manifestaties I order the gathering to end."
    ),
    DecisionKind.PROHIBITION: N_(
        "On the ground of article 5 of the Wet openbare manifestaties I prohibit the gathering."
    ),
}


class Desk(Frozen):
    """Who writes the letters."""

    municipality: str
    city: str
    department: str
    address: str = ""
    phone: str = ""
    email: str = ""
    synthetic: bool = False
    """Whether the data are invented (demonstration city)."""

    @property
    def sender(self) -> str:
        """Municipality and department in one line."""
        return " · ".join(filter(None, [self.municipality, self.department]))


def receipt(
    case: Case,
    organiser: Organiser,
    term: Term | None,
    *,
    place: str,
    desk: Desk,
    code: str,
    issued_at: datetime,
) -> Document:
    """The proof of receipt (bewijs van ontvangst, Wom art. 4) in the language `code`.

    It says the number, the moment of receipt, the six data as they were given, what is missing,
    and how the term was counted. It is issued for late and incomplete notifications alike. That
    demonstrating is a right, and its term, stand in no letter about an event.
    """
    with use_language(code):
        received = case.received_at or case.known_at
        how = _("by word of mouth") if case.source is Source.ORAL else _("in writing")
        moment = _("{day} at {clock}").format(day=say.full_day(received), clock=say.clock(received))
        intro = _(
            "Your notification was received on {moment}, {how}. It is registered under number "
            "{number}. Please name this number when you contact us."
        ).format(moment=moment, how=how, number=case.number)
        right = _(
            "Demonstrating is a right. A notification is enough. The mayor may set conditions only "
            "to protect health, for traffic, or to prevent disorder, and never because of what you "
            "want to say."
        )
        sections = [
            Section(blocks=(_text(intro), _text(right)) if not case.is_event else (_text(intro),)),
            Section(title=_("What you gave us"), blocks=(_given(case, organiser, place),)),
            *_still_missing(case, organiser),
        ]
        if not case.is_event:
            sections.append(
                Section(
                    title=_("The term of notification"),
                    blocks=tuple(_term_blocks(case, term)),
                    keep=True,
                )
            )
        return _letter(
            desk,
            title=_("Receipt of your notification"),
            reference=case.number,
            facts=_head(organiser, case.number, issued_at),
            sections=sections,
            closing=_contact(desk),
            dated=issued_at,
        )


def _still_missing(case: Case, organiser: Organiser) -> Iterator[Section]:
    """What to send still; a notification without it counts all the same."""
    missing = missing_data(case, organiser_name=organiser.name, organiser_address=organiser.address)
    if missing:
        ask = _("Please send us what is still missing. Your notification counts as it is.")
        items = Items(items=tuple(say.run(str(name)) for name in missing))
        yield Section(title=_("Still missing"), blocks=(_text(ask), items))


def _given(case: Case, organiser: Organiser, place: str) -> Facts:
    where = ", ".join(filter(None, [place or case.place_text, " – ".join(case.route)]))
    data = (
        (
            _("Held by"),
            ", ".join(filter(None, [organiser.name, organiser.address])),
        ),
        (_("Purpose"), case.purpose),
        (_("Date and time"), say.full_span(case.span) if case.span else ""),
        (_("Place and route"), where),
        (_("Composition"), case.composition),
        (_("Measures for an orderly course"), case.measures),
    )
    return Facts(
        facts=tuple(
            say.fact(label, text) if text.strip() else Fact(label=label, value=(_not_given(),))
            for label, text in data
        )
    )


def _not_given() -> Run:
    return Run(text=_("not given"), tone=Tone.QUIET)


def _term_blocks(case: Case, term: Term | None) -> Iterable[Block]:
    status = term_status(case, term)
    if term is not None and status is not TermStatus.NOT_APPLICABLE:
        yield Items(items=tuple(say.run(str(step)) for step in term.steps), numbered=True)
    yield _text(
        {
            TermStatus.TIMELY: _("Your notification came in time."),
            TermStatus.LATE: _(
                "Your notification came after the term. It is registered all the same, and your "
                "gathering has the same protection. A late notification alone is no ground to "
                "prohibit or to end it."
            ),
            TermStatus.NOT_APPLICABLE: _("No term applies to this gathering."),
            TermStatus.UNKNOWN: _("The term can be counted once the starting time is known."),
        }[status]
    )


def decision_letter(
    decision: Decision,
    case: Case,
    organiser: Organiser,
    *,
    place: str,
    desk: Desk,
    rules: PaperRules,
    code: str,
    facts: Iterable[str] = (),
    agreements: Iterable[str] = (),
) -> Document:
    """The mayor's decision about a gathering, in the language `code`.

    Each condition stands with its ground (Wom art. 2) and its own motive; `facts` are those that
    the decision rests on, `agreements` what was agreed with the organiser.
    The caller has checked the decision (`law.check_decision`).
    """
    with use_language(code):
        what = _("You notified a gathering: {when}, {place}.").format(
            when=say.full_span(case.span) if case.span else _("time unknown"),
            place=place or case.place_text or " – ".join(case.route),
        )
        sections = [Section(blocks=(_text(what), _text(_(_DECIDED[decision.kind]), strong=True)))]
        if decision.conditions:
            title = _("Conditions")
            if decision.kind is DecisionKind.INSTRUCTION:
                title = _("Instructions")
            sections.append(Section(title=title, blocks=()))
            sections += [
                _condition(number, condition)
                for number, condition in enumerate(decision.conditions, 1)
            ]
        why = list(_why(decision, tuple(facts)))
        if why:
            sections.append(Section(title=_("Why"), blocks=tuple(why)))
        agreed = tuple(say.run(text) for text in agreements)
        if agreed:
            sections.append(Section(title=_("What we agreed"), blocks=(Items(items=agreed),)))
        sections.append(
            Section(title=_("If you disagree"), blocks=(_text(_objection(rules)),), keep=True)
        )
        return _letter(
            desk,
            title=_("Decision about your gathering"),
            reference=f"{case.number} / {decision.number}",
            facts=_head(organiser, case.number, decision.decided_at, decision.number),
            sections=sections,
            closing=f"{_signed(desk)}\n{decision.decided_by.name}\n\n{_contact(desk)}",
            dated=decision.decided_at,
        )


def _condition(number: int, condition: Condition) -> Section:
    grounds = ", ".join(_(_GROUNDS[ground]) for ground in Ground if ground in condition.grounds)
    facts = [say.fact(_("Ground"), grounds), say.fact(_("Motive"), condition.motive)]
    if condition.lighter_measure:
        facts.append(say.fact(_("Lighter means weighed"), condition.lighter_measure))
    return Section(
        keep=True,
        blocks=(
            Paragraph(
                runs=(Run(text=f"{number}.", strong=True), Run(text=condition.text, strong=True))
            ),
            Facts(facts=tuple(facts)),
        ),
    )


def _why(decision: Decision, facts: tuple[str, ...]) -> Iterable[Block]:
    if decision.grounds:
        grounds = ", ".join(_(_GROUNDS[g]) for g in Ground if g in decision.grounds)
        yield Facts(facts=(say.fact(_("Ground"), grounds),))
    if decision.motive:
        yield _text(decision.motive)
    if facts:
        yield Items(items=tuple(say.run(text) for text in facts))
    if decision.lighter_measures:
        yield _text(_("These lighter measures were weighed and do not suffice:"))
        yield Items(
            items=tuple(
                (Run(text=f"{measure}:", strong=True), Run(text=reason))
                for measure, reason in decision.lighter_measures
            )
        )
    if decision.capacity_statement:
        yield Box(title=_("Police capacity"), text=decision.capacity_statement)


def _objection(rules: PaperRules) -> str:
    return _(
        "You can object within {n} weeks after the date of this letter, by a signed letter to the "
        "mayor with your name and address, the date, the number of this decision and your reasons. "
        "If it is urgent you can also ask the court for interim relief (voorlopige voorziening)."
    ).format(n=rules.objection_weeks)


def _letter(
    desk: Desk,
    *,
    title: str,
    reference: str,
    facts: tuple[Fact, ...],
    sections: Iterable[Section],
    closing: str,
    dated: datetime,
) -> Document:
    return Document.model_validate(
        {
            "look": Look.LETTER,
            "language": language(),
            "sender": desk.sender,
            "title": title,
            "reference": reference,
            "facts": facts,
            "banner": say.synthetic_banner() if desk.synthetic else "",
            "sections": tuple(sections),
            "closing": closing,
            "dated": dated,
        }
    )


def _head(
    organiser: Organiser, number: str, dated: datetime, decision: str = ""
) -> tuple[Fact, ...]:
    facts = [
        say.fact(_("To"), "\n".join(filter(None, [organiser.name, organiser.address])) or "–"),
        say.fact(_("Date"), say.full_day(dated)),
        say.fact(_("Number"), number),
    ]
    return (*facts, say.fact(_("Decision"), decision)) if decision else tuple(facts)


def _signed(desk: Desk) -> str:
    return _("The mayor of {place},").format(place=desk.city) if desk.city else _("The mayor,")


def _contact(desk: Desk) -> str:
    reach = ", ".join(filter(None, [desk.phone, desk.email]))
    lines = [desk.municipality, desk.department, desk.address]
    if reach:
        lines.append(_("Questions: {reach}").format(reach=reach))
    return "\n".join(filter(None, lines))


def _text(text: str, *, strong: bool = False) -> Paragraph:
    return Paragraph(runs=(Run(text=text, strong=strong),))


class MayorPicture(Frozen):
    """What the mayor's office hears of an incident. No field can hold a person's name."""

    number: str
    where: str
    starts: Moment
    ends: Moment | None = None
    known_at: Moment
    expected_low: int | None = None
    expected: int | None = None
    expected_high: int | None = None
    decided_class: str
    lowest_class: str
    highest_class: str
    package: str = ""
    """Which means go there, in words."""
    counted: int | None = None
    """Last count on the spot, beside the estimate."""
    last_line: Moment | None = None
    """When the log was last written in: how old the picture is."""
    next_look: Moment | None
    """None in a picture of an earlier moment."""


def mayor_block(picture: MayorPicture, code: str) -> str:
    """A few lines of plain text to copy: what, where, since when, how heavy, what is done."""
    with use_language(code):
        sizes = [str(n) for n in (picture.expected_low, picture.expected_high) if n is not None]
        about = str(picture.expected) if picture.expected is not None else _("unknown")
        size = f"{about} ({'-'.join(sizes)})" if len(sizes) == 2 else about
        low, high = say.class_name(picture.lowest_class), say.class_name(picture.highest_class)
        lines = (
            (_("What"), _("gathering {number}, about {size} people").format(
                number=picture.number, size=size)),
            (_("Where and when"), f"{picture.where}, "
                f"{_when(picture)}"),
            (_("Known since"), say.moment(picture.known_at)),
            (_("Class"), _("{name} (between {low} and {high})").format(
                name=say.class_name(picture.decided_class), low=low, high=high)),
            (_("Package"), picture.package or _("none yet")),
        )  # fmt: skip
        more = []
        if picture.counted is not None:
            more.append((_("Counted on the spot"), str(picture.counted)))
        if picture.last_line is not None:
            more.append((_("As known at"), say.moment(picture.last_line)))
        if picture.next_look is not None:
            more.append((_("Next look"), say.moment(picture.next_look)))
        return "\n".join(
            f"{label}: {visible(text, isolate=False)}" for label, text in (*lines, *more)
        )


def _when(picture: MayorPicture) -> str:
    if picture.ends is None:
        return say.moment(picture.starts)
    return say.span(Span(start=picture.starts, end=picture.ends))
