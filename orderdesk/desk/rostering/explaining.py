"""Why me, why not her, why not covered: answered from the model, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.fairness import Carried, carried_in, spread_lines
from orderdesk.desk.rostering.making import (
    at_most,
    findings_in,
    law_lines,
    need_name,
    problem_in,
)
from orderdesk.desk.rostering.parameters import law, rules
from orderdesk.desk.rostering.proposal import Difference, Proposal, proposal_in
from orderdesk.desk.rostering.touching import duty_in, gap_left, hours_text
from orderdesk.domain.ledger import Themes
from orderdesk.domain.people import Duty
from orderdesk.domain.time import Week, at
from orderdesk.domain.worktime import Finding, errors
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, figure, msg
from orderdesk.reserve.rules import ReserveRules
from orderdesk.roster.problem import standing

if TYPE_CHECKING:
    from orderdesk.roster.explain import Explained, WhyNot

_WAYS_OUT, _MOST_HOLES = 2, 12


@dataclass(frozen=True)
class Outlook:
    """Everything that one wants to know of a proposal before it is published."""

    proposal: Proposal
    people: int
    findings: tuple[Finding, ...]
    holes: tuple[Explained, ...]
    themes: Mapping[str, tuple[tuple[int, int], ...]]
    """Per theme and week: minutes planned and asked."""
    carried: tuple[Carried, ...]
    """With the proposal in it, by service number."""

    @property
    def differences(self) -> list[Difference]:
        """Against the proposal before it, or what was published."""
        return self.proposal.differences()

    @property
    def violations(self) -> int:
        """Breaches that forbid publication."""
        return len(errors(self.findings))

    @property
    def warnings(self) -> int:
        """What needs a reason."""
        return len(self.findings) - self.violations

    def lines(self) -> Iterator[str]:
        """For the planner."""
        proposal = self.proposal
        yield _("{n} duties for {people} people, {days} days from {first}").format(
            n=len(standing(proposal.duties)), people=self.people, days=proposal.days,
            first=words.day(proposal.first, year=True),
        )  # fmt: skip
        yield _("{nth}: {gap}").format(
            nth=_("proposal {n}").format(n=proposal.number), gap=at_most(proposal.gap)
        )
        yield ""
        yield from law_lines(self.findings)
        yield ""
        yield from self.hole_lines()
        yield ""
        yield _("theme hours, planned of asked, week by week")
        for theme, by_week in self.themes.items():
            text = "  ".join(f"{words.hours(p) + '/' + words.hours(a):>9}" for p, a in by_week)
            mark = "! " if any(planned < asked for planned, asked in by_week) else "  "
            yield f"{mark}{text}  {words.theme(theme)}"
        yield ""
        yield _("how evenly, over {n} weeks with this one").format(n=rules().fairness.weeks)
        yield from (f"  {text}" for text in spread_lines(self.carried))

    def hole_lines(self) -> Iterator[str]:
        """Each block that isn't covered, why, and the cheapest ways out."""
        if not self.holes:
            yield _("everything is covered")
        for hole in self.holes:
            gap = hole.gap
            yield _("! not covered: {what}, {when}, {n} short").format(
                what=need_name(gap.need), when=words.span(gap.span), n=gap.short
            )
            for cause in hole.causes[:3]:
                rule = f" ({cause.rule})" if cause.rule else ""
                yield "    " + _("{n} people: {reason}").format(
                    n=cause.people, reason=f"{cause.reason}{rule}"
                )
            for n, way in enumerate(hole.ways_out, start=1):
                yield "    " + _("way out {n}: {what}, price {price}").format(
                    n=n, what=way.text, price=figure(way.price, ".0f")
                )
            if not hole.ways_out:
                yield "    " + _("no lawful way out within the team")
        if len(self.holes) >= _MOST_HOLES:
            yield _("these are the {n} biggest gaps; there may be more").format(n=_MOST_HOLES)

    def difference_lines(self) -> Iterator[str]:
        """What differs from what it is compared with."""
        found = self.differences
        if not found:
            yield _("nothing differs")
        people = len({one.person_id for one in found})
        if found:
            yield _("{n} days of {people} people differ").format(n=len(found), people=people)
        yield from (str(one) for one in found)


def outlook(desk: Desk) -> Outlook:
    """What the open proposal means as it stands now. Raises RuleSaysNo when there is none."""
    from orderdesk.roster.explain import explain

    with desk.read() as reader:
        proposal = proposal_in(reader)
        if proposal is None:
            raise RuleSaysNo(msg("there is no proposal: roster the weeks first"))
        problem = problem_in(reader, proposal.first, proposal.days, desk.now, proposal)
        people = reader.people(proposal.first, proposal.last)
        end = at(proposal.last, "23:59")
        pools = reference.cached("reserve", ReserveRules).pools
        return Outlook(
            proposal=proposal,
            people=len(people),
            findings=findings_in(reader, proposal, desk.now),
            holes=explain(
                problem, rules(), law(), proposal.duties, ways=_WAYS_OUT, most=_MOST_HOLES,
                pool_hour=_pool_hour() if pools else None,
            ),
            themes=_themes(problem.theme_minutes, proposal),
            carried=tuple(carried_in(reader, people, end, proposal.duties)),
        )  # fmt: skip


def _pool_hour() -> float:
    """Regret of an hour of a neighbour's people: what an hour beyond contract costs, dearer as
    minutes of the pool are."""
    return rules().prices.contract_hour_over * rules().moves.pool_minute


def _themes(
    asked: Mapping[str, int], proposal: Proposal
) -> Mapping[str, tuple[tuple[int, int], ...]]:
    weeks = [Week.of(proposal.first).shift(n) for n in range(proposal.days // 7)]
    planned: dict[tuple[str, Week], int] = {}
    for duty in standing(proposal.duties):
        theme = next((task.theme for task in duty.tasks if task.theme), "")
        key = theme, Week.of(duty.start)
        planned[key] = planned.get(key, 0) + duty.paid_minutes
    return {
        theme.id: tuple((planned.get((theme.id, w), 0), asked.get(theme.id, 0)) for w in weeks)
        for theme in reference.cached("themes", Themes).themes
        if asked.get(theme.id)
    }


@dataclass(frozen=True)
class Reasons:
    """Why a duty is whose it is: of each other person why not."""

    head: str
    person_id: str
    answers: Mapping[str, str]
    """By service number."""
    names: Mapping[str, str]

    def about(self, who: str) -> list[str]:
        """Of everybody, or only of whom a number or a part of a name says."""
        wanted = who.strip().casefold()
        if not wanted:
            return [self.head, "", *self.answers.values()]
        meant = [
            id
            for id, name in self.names.items()
            if id.casefold() == wanted or wanted in name.casefold()
        ]
        if not meant:
            return [self.head, "", _("Nobody in the team has this number.")]
        works = _("{who} works it already").format(who=self.person_id)
        return [self.head, "", *(self.answers.get(id, works) for id in meant)]


def why(desk: Desk, duty_id: str) -> Reasons:
    """For a duty, published or proposed: why not somebody else. Raises RuleSaysNo."""
    with desk.read() as reader:
        duty = duty_in(reader, duty_id)
        proposal = proposal_in(reader)
        proposed = proposal is not None and any(d.id == duty_id for d in proposal.duties)
        names = {person.id: person.name for person in reader.people()}
    return Reasons(
        head=_("{who} works {hours}, {place}").format(
            who=duty.person_id, hours=hours_text(duty), place=duty.place
        ),
        person_id=duty.person_id,
        answers=_from_model(desk, duty) if proposed else _from_moves(desk, duty_id),
        names=names,
    )


def _from_model(desk: Desk, duty: Duty) -> dict[str, str]:
    """Of a proposed duty: what keeps each other person off it, in the model that proposed it."""
    from orderdesk.roster.explain import why_me

    with desk.read() as reader:
        proposal = proposal_in(reader)
        assert proposal is not None
        problem = problem_in(reader, proposal.first, proposal.days, desk.now, proposal)
    found = why_me(problem, rules(), law(), proposal.duties, duty)
    return {one.person_id: _answer(one) for one in found}


def _answer(one: WhyNot) -> str:
    rule = f" ({one.rule})" if one.rule else ""
    return f"{one.person_id}  {one.reason}{rule}"


def _from_moves(desk: Desk, duty_id: str) -> dict[str, str]:
    """Of a published duty: who could take it over and at what price, and why others can't."""
    gap = gap_left(desk, duty_id, count=1_000)
    answers = {
        one.person_id: _("{who}  could; the change would weigh {n}").format(
            who=one.person_id, n=figure(one.price, ".1f")
        )
        for one in gap.found
    }
    for refusal in gap.refused:
        article = f" ({refusal.finding.article})" if refusal.finding is not None else ""
        answers.setdefault(refusal.person_id, f"{refusal.person_id}  {refusal.reason}{article}")
    return dict(sorted(answers.items()))
