"""Journeys 4.4 and 4.5: the capacity of the team, by ids (CPD a day, CPW a week)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk import (
    assistance,
    capacity_block,
    closing,
    feeds,
    forecasting,
    leave,
    publishing,
    receipts,
    review,
    ripples,
    scoring,
    strength,
    waterline,
    week_close,
    whatif,
    worked,
)
from orderdesk.desk.core import DemoClock, counting_ids
from orderdesk.desk.demo import OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering import replanning
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role
from orderdesk.domain.time import at
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import _, set_language
from tests.stories.playing import Story, moment, story, week_at

HOUR = timedelta(hours=1)
W25, W26 = TEST_WEEK.shift(1), TEST_WEEK.shift(2)


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Wednesday morning, Tuesday's incident worked and booked."""
    return week_at(tmp_path_factory.mktemp("capacity"), 2, "07:45")


def early_shift(s: Story, day: int, shift: str) -> list[Duty]:
    """Who works a shift that begins before noon."""
    with s.desk.read() as reader:
        found = reader.duties(start=moment(day, "06:00"), end=moment(day, "12:00"))
    return [d for d in found if d.shift == shift and d.start >= moment(day, "06:00")]


def two_are_away(s: Story) -> list[str]:
    """The lead takes two of the Early shift off the roster; who they are."""
    early = early_shift(s, 2, "E")[:2]
    with s.desk.work() as work:
        work.save_duties([d.replace(status=DutyStatus.CANCELLED) for d in early])
    return [d.person_id for d in early]


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_cpd1_cpw1_strength_and_waterfall(wednesday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(wednesday, tmp_path, 2, "07:46") as s:
        gone = two_are_away(s)
        s.count_anew()
        await s.press("4", "s")
        assert s.keys <= 2
        shown = strength.strength_of(s.desk)
        now = shown.at(s.desk.now)[0]
        assert (now.rostered - now.left, now.absent, now.deployed) == (2, 2, 0)
        row = f"Centrum 07:00 {now.rostered} 2 0 {now.left}"
        assert row in " ".join(s.screen.split())
        assert not any(who in s.screen for who in gone)
        # 24 on paper, 17.8 plannable: the steps sum to it, and sickness has no line of its own.
        assert s.sees(_("{paper} on paper, {plannable} plannable").format(
            paper="24", plannable="17,8" if lang == "nl" else "17.8"))  # fmt: skip
        assert s.sees("864 - 112 - 40 - 72 = 640")
        assert str(shown.fall.steps[-1].name) == _("Other absence")
        assert shown.fall.plannable_minutes == 864 * 60 - sum(f.minutes for f in shown.fall.steps)
        await s.press("enter")
        there = strength.who_in(s.desk, now)
        assert len(there) == now.rostered - now.absent
        assert not any(line.startswith(who) for line in there for who in gone)


async def test_cpd5_cpi10_calls_are_ticked_and_escalate(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "09:00") as s:
        publishing.publish(s.desk)
        four = [d for d in early_shift(s, 3, "E") if not any(task.case_id for task in d.tasks)][:4]
        address = feeds.new_address(s.desk, four[0].person_id)
        with s.desk.work() as work:
            work.save_duties(
                [
                    d.replace(end=d.end - HOUR, sequence=d.sequence + 1, changed_at=work.now)
                    for d in four
                ]
            )
        s.clock.set(moment(2, "09:01"))
        published = publishing.publish(s.desk)
        assert len([n for n in published.changed if n.startswith("person/")]) == 4
        s.clock.set(moment(2, "09:05"))
        key = address.rsplit("/", 1)[1].removesuffix(".ics")
        shelf = feeds.Shelf(s.desk)
        assert (
            shelf.fetch(key, "Thunderbird/128")
            == published.feeds[f"person/{four[0].person_id}.ics"]
        )
        await s.press("4", "c")
        assert s.sees(_("{n} of {all} have heard").format(n=1, all=4))
        s.clock.set(moment(2, "09:32"))
        await s.pilot.app.screen.run_action("leave")
        await s.press("c")
        assert s.sees(_("▲ not heard"))
        s.count_anew()
        await s.press("t", "home", "t")
        assert s.keys <= 4
        assert s.sees(_("{n} of {all} have heard").format(n=3, all=4))
        assert [line.state.value for line in receipts.sheet(s.desk).waiting] == ["amber"]
        assert receipts.sheet(s.desk).waiting[0].call.person_id in receipts.text_for_lead(s.desk)
        s.clock.set(moment(2, "09:57"))
        assert [line.state.value for line in receipts.sheet(s.desk).waiting] == ["lead"]
        # Publishing again changes nothing, and one address goes without another.
        assert publishing.publish(s.desk).changed == []
        other = feeds.new_address(s.desk, four[1].person_id).rsplit("/", 1)[1].removesuffix(".ics")
        feeds.withdraw(s.desk, four[0].person_id)
        assert shelf.fetch(key, "") is None
        assert shelf.fetch(other, "") is not None
        newer = feeds.new_address(s.desk, four[1].person_id)
        assert shelf.fetch(other, "") is None
        assert newer.startswith("http")
        with s.desk.read() as reader:
            assert not any(key in str(trace.doc) for trace in reader.trail())


async def test_cpd8_cpd9_leave_and_a_call_off(wednesday: Path, tmp_path: Path) -> None:
    set_language("nl")
    async with story(wednesday, tmp_path, 2, "15:00") as s:
        # CPD8: that day's forecast only; nothing stands there yet.
        await s.press("4")
        s.count_anew()
        await s.press("l")
        await s.fill("B06", "25 jun")
        assert s.sees(_("no case stands there yet"))
        assert s.sees(_("chance of a case that isn't known yet: {p}").split("{")[0].strip())
        await s.press("ctrl+s")
        assert s.keys <= 4
        [given] = leave.answers(s.desk)
        assert (given.person_id, given.answer, given.landed_since) == ("B06", "granted", ())
        with s.desk.read() as reader:
            assert len(leave.granted_in(reader)) == 1
        # CPD9: somebody at the desk calls D-041 off; the planner sees what it sets free.
        s.clock.set(moment(2, "16:05"))
        case = scoring.case_numbered(s.desk, "D-2026-041")
        closing.move(s.desk, case.id, "do 25 jun 17:30")
        s.clock.set(moment(2, "16:06"))
        await s.press("5", "4")
        assert s.sees(_("{number} called off, {n} h free: i").format(number="D-2026-041", n=10))
        assert s.sees(_("look again: {numbers}").format(numbers="D-2026-041b"))
        s.count_anew()
        await s.press("i")
        [found] = ripples.pending(s.desk)
        assert found.people == ("B07", "B12")
        assert found.proposed == 4 * 60
        assert [c.fits for c in found.copies] == [True, True]
        assert s.sees(_("to tell: {names}").format(names="B07, B12"))
        assert s.sees(_("notification due {when}").format(when="di 23 jun 17:30"))
        await s.press("ctrl+s")
        assert s.keys <= 2
        with s.desk.read() as reader:
            balance = ledger.balance(reader.postings(Posting), TEST_WEEK)
        assert [n // 60 for n in (balance.committed, balance.free, balance.owed)] == [16, 32, 4]
        assert ripples.pending(s.desk) == []
        with pytest.raises(RuleSaysNo):
            ripples.answer(s.desk, found.seq, pay_back=True)


async def test_cpd10_worked_hours_are_confirmed(wednesday: Path, tmp_path: Path) -> None:
    set_language("nl")
    async with story(wednesday, tmp_path, 2, "16:45") as s:
        await s.press("4")
        s.count_anew()
        await s.press("u")
        assert s.sees(_("{day}: planned {planned} h, worked {worked} h").format(
            day="di 9 jun", planned=12, worked=12))  # fmt: skip
        await s.press("tab")
        await s.fill("B21", "2,5")
        await s.press("ctrl+s")
        assert s.keys <= 4
        day = worked.day_hours(s.desk, moment(1, "12:00").date())
        [differs] = day.differing
        assert (differs.person_id, differs.planned - differs.worked) == ("B21", 30)
        assert (differs.reason, day.balanced) == ("relieved_early", True)
        assert day.confirmed_by == s.desk.actor.name
        assert s.sees(worked.reason_name("relieved_early"))
        with s.desk.read() as reader:
            postings = reader.postings(Posting)
        stated = ledger.statement(postings, TEST_WEEK)
        assert (stated.deployed, stated.balance.owed) == (12 * 60 - 30, 4 * 60 - 30)
        assert stated.balance.reserve == 64 * 60
        assert postings[-1].deed is ledger.Deed.REVERSE
        # A day that isn't over can't be confirmed.
        with pytest.raises(RuleSaysNo):
            worked.confirm(s.desk, moment(2, "12:00").date())


async def test_cpd6_cpi11_capacity_block_and_police(wednesday: Path, tmp_path: Path) -> None:
    set_language("nl")
    async with story(wednesday, tmp_path, 2, "11:00") as s:
        # CPD6: generated; one sentence is added; the figures are the ledger's of this minute.
        await s.press("4")
        s.count_anew()
        await s.press("n")
        with s.desk.read() as reader:
            b = ledger.balance(reader.postings(Posting), TEST_WEEK)
        assert s.sees(_(
            "Reserve used {used}, given back {back}, committed {committed}, free {free}; owed "
            "{owed}, still to borrow {borrow}"
        ).format(used=6, back=10, committed=22, free=26, owed=4, borrow=0))  # fmt: skip
        await s.type("Vrijdag is krap na twee diensten naar zaterdag.")
        await s.press("ctrl+s")
        assert s.keys <= 2
        sheet = review.review_data(s.desk, TEST_WEEK).capacity
        assert sheet.note == "Vrijdag is krap na twee diensten naar zaterdag."
        assert [f.value for f in (sheet.used, sheet.given_back, sheet.committed, sheet.free)] == [
            b.used, b.given_back, b.committed, b.free,
        ]  # fmt: skip
        with pytest.raises(RuleSaysNo):
            capacity_block.write_note(s.desk, TEST_WEEK, "Bel 06-12345678 voor de aanvoerder")
        # CPI11: one section is 23 x 12 = 276 h of the police, asked and not confirmed.
        s.count_anew()
        await s.press("p")
        await s.type("D-2026-043")
        await s.press("tab", "down", "down", "down", "enter")
        assert s.sees("23 x 12")
        assert s.sees(assistance.step_name("base_team"))
        await s.press("ctrl+s")
        assert s.keys <= 9
        [request] = review.review_data(s.desk, TEST_WEEK).capacity.requests
        assert (request.minutes.value, request.state.value) == (276 * 60, "asked")
        with s.desk.read() as reader:
            [asked] = assistance.requests_in(reader, TEST_WEEK)
            after = ledger.balance(reader.postings(Posting), TEST_WEEK)
        assert (asked.unit, asked.people, asked.step) == ("section", 23, "base_team")
        assert after == b  # their hours are no part of the ledger
        assert s.sees(asked.what)
        case_id = scoring.case_numbered(s.desk, "D-2026-043").id
        assert assistance.answer_case(s.desk, case_id, "refused").state == "refused"
        assert assistance.ask_police(s.desk, case_id, "group").step == "district_flex"


async def test_cpw2_flex_shifts_move_on_screen(
    wednesday: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasting, "JUDGED_WEEKS", 6)
    set_language("nl")
    async with story(wednesday, tmp_path, 2, "07:50") as s:
        await s.press("4")
        s.count_anew()
        judged = list(forecasting.judged_lines(forecasting.judged(s.desk)))
        await s.press("f")
        assert s.sees("W25")
        assert s.sees("D-2026-035")  # what drives it
        assert s.sees(judged[0])
        await s.press("m")
        await s.fill("W25", "W26")
        give, get, then_give, then_get = forecasting.chances(s.desk, W25, W26, 2)
        assert (then_give >= give, then_get <= get) == (True, True)
        assert s.sees(f"{give:.0%} > {then_give:.0%}")
        await s.press("enter", "tab")
        await s.type("evenement in week 26")
        await s.press("ctrl+s")
        assert s.keys <= 8
        assert forecasting.chances(s.desk, W25, W26, 1)[:2] == (then_give, then_get)
        assert s.sees(f"{then_give:.0%}")


async def test_cpd7_what_if_on_sunday_saves_nothing(wednesday: Path, tmp_path: Path) -> None:
    set_language("nl")
    async with story(wednesday, tmp_path, 2, "14:02") as s:
        with s.desk.read() as reader:
            before, trail = whatif.state_in(reader), reader.trail_length()
        await s.press("4")
        s.count_anew()
        await s.press("w")
        await s.fill("Mosae Forum", "zo 14 jun 15:00-17:00", "300", "2")
        await s.press("ctrl+s")
        assert s.keys <= 6
        found = s.app.screen._found  # type: ignore[attr-defined]
        assert len(found.hours) == 6
        assert found.answer.below
        assert {after.district for _b, after in found.hours} == {"Centrum"}
        assert 1 <= len(found.ways) <= 3
        assert all(way.euro >= 0 for way in found.ways)
        with s.desk.read() as reader:
            assert whatif.state_in(reader) == before == found.state
            assert reader.trail_length() == trail
        # Marked on the screen, and in print.
        assert s.sees(_("WHAT IF"))
        assert s.sees(_("supposed: nothing of this is planned or booked"))
        banner = str(whatif._document(found, synthetic=True).banner)
        assert banner.startswith(_("WHAT IF: supposed, not planned and not booked"))
        # The strength of the whole day as it would be, marked too.
        gathering = found.case.span
        assert gathering is not None
        real = strength.strength_on(s.desk, found.day)
        then = strength.strength_on(s.desk, found.day, found.laid_over)
        assert strength.strength_on(s.desk, TEST_WEEK.monday, found.laid_over) == (
            strength.strength_on(s.desk, TEST_WEEK.monday)
        )
        sent = {hour.start: hour.left for hour in then.hours if hour.district == "Centrum"}
        for hour in real.hours:
            if hour.district == "Centrum" and gathering.start <= hour.start < gathering.end:
                answered = [a.people for _b, a in found.hours if a.start == hour.start]
                assert [sent[hour.start]] == answered
                assert sent[hour.start] < hour.left
        await s.press("s")
        assert s.sees(_("WHAT IF"))
        assert s.sees(found.heading()[:40])
        await s.press("right_square_bracket")
        assert not s.sees(_("WHAT IF"))  # another day is as it is
        await s.press("escape")
        # Kept as annex: no person in it, and no total of the sheet changes.
        sheet = review.review_data(s.desk, TEST_WEEK)
        await s.press("a")
        after = review.review_data(s.desk, TEST_WEEK)
        [annex] = after.annexes
        assert after.capacity == sheet.capacity
        assert not any(who in str(text) for text in annex.lines for who in found.absent)
        # The next day against a changed roster: both results.
        same = whatif.ask_again(s.desk, 1)
        assert same.same_plan
        with s.desk.work() as work:
            gone = next(d for d in work.duties(start=moment(6, "10:00"), end=moment(6, "20:00"))
                        if d.person_id not in found.absent)  # fmt: skip
            work.save_duties([gone.replace(status=DutyStatus.CANCELLED)])
        later = whatif.ask_again(s.desk, 1)
        assert not later.same_plan
        assert later.now.answer.before[2].people == found.answer.before[2].people - 1
        assert list(later.then.lines()) == list(same.then.lines())
        for wrong in ({"how_many": "x"}, {"when": "zo 14 jun"}, {"absent": "B99"}):
            with pytest.raises(BadInput) as problem:
                whatif.ask(s.desk, {**found.question, **wrong})
            assert problem.value.field == next(iter(wrong))


async def test_cpw11_the_week_closes_with_its_sums_proven(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    set_language("nl")
    sunday = week_at(tmp_path_factory.mktemp("closed"), 6, "23:00")
    async with story(sunday, tmp_path, 6, "23:00") as s:
        s.clock.set(at(W25.monday, "08:00"))
        await s.press("4", "left_square_bracket")
        found = week_close.proof(s.desk, TEST_WEEK)
        assert found.sound
        stated = found.statement
        assert [n // 60 for n in (
            stated.balance.used, stated.balance.given_back, stated.borrowed, stated.external,
            stated.deployed, stated.balance.owed, found.pay_back,
        )] == [28, 36, 24, 18, 70, 8, 8]  # fmt: skip
        assert [one.whole // 60 for one in found.sums] == [64, 70, 8, 36, 640]
        s.count_anew()
        await s.press("z")
        for one in found.sums:
            assert s.sees(one.text)
        await s.press("ctrl+s")
        assert s.keys <= 2
        with s.desk.read() as reader:
            postings = reader.postings(Posting)
        assert ledger.week_state(postings, TEST_WEEK) is ledger.WeekState.CLOSED
        after = ledger.balance(postings, W25)
        assert (after.reserve, after.committed, after.owed) == (64 * 60, 8 * 60, 8 * 60)
        with pytest.raises(RuleSaysNo):
            week_close.close(s.desk, TEST_WEEK)


def test_a_plan_below_the_waterline_is_chosen_with_the_number_of_a_decision(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    friday = week_at(tmp_path_factory.mktemp("decision"), 4, "13:05")
    clock = DemoClock(moment(4, "13:05"))
    clock.set(moment(4, "13:05"))
    desk = open_desk(str(friday), actor=OFFICER, clock=clock, new_id=counting_ids("decided"))
    found = waterline.look(desk, "D-2026-042")
    plan = next(way.plan for way in found.ways if way.needs_decision)
    lead = Actor(name="Teamleider Voorbeeld", role=Role.LEAD)
    with pytest.raises(RuleSaysNo) as no:
        replanning.choose(desk, found.plans, plan, lead, "zondag", decision=" ")
    assert no.value.rule == "21"
    touched = replanning.choose(desk, found.plans, plan, lead, "zondag", decision="2026-24-3")
    with desk.read() as reader:
        booked = [
            p for p in reader.postings(Posting) if p.person_id in touched and "zondag" in p.reason
        ]
    assert {p.reason for p in booked} == {"zondag 2026-24-3"}
    desk.store.close()


async def test_cpw9_cpw10_the_waterline_of_sunday(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    set_language("nl")
    friday = week_at(tmp_path_factory.mktemp("friday"), 4, "13:05")
    async with story(friday, tmp_path, 4, "13:05") as s:
        await s.press("4")
        s.count_anew()
        await s.press("o", "enter")
        found = waterline.look(s.desk, "D-2026-042")
        assert found.worst is not None
        assert (found.people, found.worst.left, found.worst.least) == (4, 6, 4)
        assert found.blocked
        assert s.sees(_("{district}: {n} on duty, taking {k} leaves {left}; waterline {least}").format(
            district="Centrum", n=6, k=4, left=2, least=4))  # fmt: skip
        assert s.sees(_("blocked without the number of a driehoek decision"))
        first = found.ways[0]
        assert (first.plan.touched, first.plan.borrowed_minutes, first.plan.external_minutes) == (
            2, 480, 480,
        )  # fmt: skip
        assert not first.needs_decision
        letters = {way.needs_decision: letter for letter, way in found.lettered()}
        signed = {"by": "Teamleider Voorbeeld", "reason": "zondag"}
        with pytest.raises(RuleSaysNo, match="Centrum") as no:
            waterline.take(s.desk, found, {"way": letters[True], **signed})
        assert no.value.rule == "21"
        with pytest.raises(RuleSaysNo):
            waterline.take(s.desk, found, {"way": "A", "reason": "zondag", "by": ""})
        # CPW10: two + two; the lead signs; the pool is asked, due Saturday noon, and not sure.
        await s.press("tab")
        await s.fill("Teamleider Voorbeeld", "late kennisgeving, waterlijn gehouden")
        await s.press("ctrl+s")
        assert s.keys <= 6
        assert s.sees("za 13 jun 12:00")
        with s.desk.read() as reader:
            stated = ledger.statement(reader.postings(Posting), TEST_WEEK)
        line = next(c for c in stated.cases if c.case_id == found.case.id)
        assert (line.to_borrow, line.external_asked, line.external_confirmed) == (480, 480, 0)
        assert stated.balance.to_borrow == 18 * 60
