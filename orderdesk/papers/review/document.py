"""The review put together from its sections."""

from __future__ import annotations

from orderdesk.i18n import _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.model import Block, Document, Items, Run, Section, Tone
from orderdesk.papers.review import lists, outlook, sheets
from orderdesk.papers.review.words import Edition, View, nothing
from orderdesk.papers.review_data import PaperRules, ReviewData


def weekly_review(
    data: ReviewData, rules: PaperRules, code: str, edition: Edition = Edition.FULL
) -> Document:
    """The review as a document in the language `code`; the same data give the same document.

    What is old at `data.known_at` by the ages of `rules` is flagged amber with its age, what
    nobody has reported is flagged as missing.
    """
    with use_language(code):
        return _document(View(data, rules, edition))


def _document(view: View) -> Document:
    data = view.data
    one_page = view.edition is Edition.ONE_PAGE
    sections = _short(view) if one_page else _eight(view)
    facts = [say.fact(_("As known on"), say.moment(data.known_at))]
    if data.meeting:
        facts.append(say.fact(_("Meeting"), say.moment(data.meeting)))
    return Document.model_validate(
        {
            "language": language(),
            "sender": data.sender,
            "title": _("Weekly risk review {week}").format(week=data.week),
            "subtitle": _("For the driehoek; {first} to {last}").format(
                first=say.day(data.week.monday), last=say.full_day(data.week.days[-1])
            ),
            "reference": _("{week} version {n}").format(week=data.week, n=data.version),
            "facts": tuple(facts),
            "banner": say.synthetic_banner() if data.synthetic else "",
            "sections": tuple(sections),
            "dated": data.known_at,
            "names": data.names,
            "sources_title": "" if one_page else _("Records behind the figures"),
        }
    )


def _eight(view: View) -> list[Section]:
    parts: list[tuple[str, tuple[Run, ...], list[Block]]] = [
        (_("Look back on last week"), outlook.turnout_flags(view), outlook.look_back(view)),
        (
            _("The next {n} days").format(n=view.rules.days_ahead),
            outlook.estimate_flags(view),
            [*outlook.ahead(view), *outlook.overrides(view), *outlook.base_rate(view)],
        ),
        (_("Conflicts and counter pairs"), (), outlook.clashes(view)),
        (_("Polarisation picture"), outlook.signal_flags(view), outlook.polarisation(view)),
        (_("Capacity"), (), lists.capacity(view)),
        (_("Decisions asked"), (), lists.asked_intro(view)),
    ]
    sections = [
        Section(number=n, title=title, flags=flags, blocks=tuple(blocks))
        for n, (title, flags, blocks) in enumerate(parts, 1)
    ]
    sections += (lists.decision_section(view, one) for one in view.data.asked)
    sections.append(
        Section(number=7, title=_("Decision list and action list"), blocks=tuple(lists.lists(view)))
    )
    sections.append(Section(number=8, title=_("Annex: case sheets"), blocks=sheets.no_sheets(view)))
    sections += (sheets.sheet_section(view, sheet) for sheet in view.data.sheets)
    sections += map(sheets.annex_section, view.data.annexes)
    sections += sheets.grounds(view)
    return sections


def _short(view: View) -> list[Section]:
    """One page: the picture, what is asked, what is not sure."""
    week_end = view.data.week.span.end
    soon = [a for a in view.data.ahead if a.span is None or a.span.start < week_end]
    asked = tuple(
        (Run(text=f"{asked.title}: ", strong=True), Run(text=asked.proposed_text))
        for asked in view.data.asked
    )
    unsure = [
        *outlook.turnout_flags(view),
        *outlook.estimate_flags(view),
        *outlook.signal_flags(view),
        *sheets.holes(view),
    ]
    sections = [
        Section(title=_("Reserve and hours owed"), blocks=(lists.reserve_tiles(view),)),
        Section(title=_("This week"), blocks=tuple(outlook.ahead(view, soon))),
        Section(
            title=_("Decisions asked"),
            blocks=(Items(items=asked, numbered=True) if asked else nothing(),),
        ),
    ]
    if unsure:
        items = tuple((Run(text=flag.text, tone=Tone.AMBER),) for flag in unsure)
        sections.append(Section(title=_("Not sure yet"), blocks=(Items(items=items),)))
    return sections
