"""Taking back: forward by counter-entries, whatever was done, and never over somebody else."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator

import pytest

from orderdesk.desk import (
    agenda,
    booking,
    closing,
    decisions,
    incident,
    intake,
    leave,
    privacy,
    review,
    ripples,
    scoring,
    signals,
    team,
    timeline,
    undo,
)
from orderdesk.desk import settings as own_settings
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering import record, touching
from orderdesk.domain.events import Status
from orderdesk.domain.law import Decision, DecisionKind, Ground
from orderdesk.domain.ledger import Posting, balance, totals
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role
from orderdesk.domain.time import Week
from orderdesk.errors import OrderdeskError, RuleSaysNo
from orderdesk.risk.model import RiskClass
from tests.cities import city_at, moment

LEAD = Actor(name="Team lead Example", role=Role.LEAD)
MAYOR = Actor(name="The mayor", role=Role.DECIDER)
OTHER = Actor(name="Second desk", role=Role.LEAD)
NUMBER = "D-2026-041"
Deed = Callable[[Desk, str], object]


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Wednesday noon of the test week; D-2026-041 of Thursday has hours and theme hours."""
    path = city_at(tmp_path_factory.mktemp("undo") / "city.db", 2, "12:00")
    clock = DemoClock(moment(2, "12:00"))
    clock.set(moment(2, "12:00"))
    made = open_desk(str(path), actor=LEAD, clock=clock, new_id=counting_ids("undo"))
    yield made
    made.store.close()


def state(desk: Desk) -> dict[str, object]:
    """What the desk knows, without versions, moments, scores and the log."""
    with desk.read() as reader:
        postings = reader.postings(Posting)
        weeks = sorted({p.week for p in postings}, key=str)
        plain = {"version": 0, "sequence": 0, "changed_at": desk.now}
        return {
            "cases": {c.id: c.replace(version=0) for c in reader.cases(start=moment(0, "00:00"))},
            "ledger": {str(w): balance(postings, w) for w in weeks},
            "duties": {
                d.id: d.model_copy(update={k: plain[k] for k in ("sequence", "changed_at")})
                for d in reader.duties(start=moment(0, "00:00"))
            },
            "people": [p.replace(version=0) for p in reader.people()],
            "records": {
                kind: {r.key: r.doc for r in reader.records(kind)}
                for kind in (
                    "signal",
                    "leave",
                    "absence",
                    "roster_request",
                    "condition",
                    "scenarios",
                    "ripple_answered",
                    "action",
                    "decision_asked",
                )
            },
            "facts": {
                kind: [f.doc for f in reader.facts(kind)]
                for kind in ("decision", "override", "ripple", "turnout", "demand")
            },
            "organisers": reader.organisers(),
        }


def trail(desk: Desk) -> int:
    with desk.read() as reader:
        return reader.trail_length()


def change_fields(desk: Desk, id: str) -> object:
    with desk.read() as reader:
        case = reader.case(id)
        given = intake.form_values(
            case, reader.organisers([case.organiser_id]).get(case.organiser_id)
        )
    return intake.change(
        desk, case, given | {"expected": "400", "purpose": "something else", "phone": "043-1"}
    )


def decide(desk: Desk, id: str) -> object:
    return decisions.decide(
        desk, id, DecisionKind.INSTRUCTION, MAYOR, grounds=frozenset({Ground.TRAFFIC}),
        motive="the crossing must stay free for ambulances",
    )  # fmt: skip


def call_off_and_answer(desk: Desk, id: str) -> object:
    with desk.deed():
        closing.call_off(desk, id)
        return ripples.answer(desk, ripples.waiting_for(desk, NUMBER).seq, True)


def enter_signal(desk: Desk, _id: str) -> object:
    return signals.enter(
        desk,
        {"text": "posters on the station wall", "district": signals.districts()[0], "phase": "1",
         "evidenced": "yes", "source_type": "area_staff", "reliability": "B"},
    )  # fmt: skip


def withdraw_signal(desk: Desk, _id: str) -> object:
    return signals.withdraw(desk, signals.look(desk).signals[0].id)


def grant_leave(desk: Desk, _id: str) -> object:
    return leave.answer(desk, {"who": "B05", "day": "25-06-2026", "answer": "granted"})


def borrow(desk: Desk, id: str) -> object:
    return booking.borrow(desk, id, "nuisance", 120, LEAD, "more people than thought")


def override(desk: Desk, id: str) -> object:
    return scoring.override(
        desk, id, RiskClass.HIGH, "known better", LEAD, moment(6, "10:00").date()
    )


def absence(desk: Desk, _id: str) -> object:
    return team.add_absence(
        desk, {"person": "B07", "first": "24-06-2026", "last": "25-06-2026", "cause": "leave"}
    )


def commit(desk: Desk, id: str) -> object:
    return booking.commit(desk, id, 60)


def worked(desk: Desk, id: str) -> object:
    return booking.worked(desk, [id])


def count(desk: Desk, id: str) -> object:
    return incident.turnout(desk, id, "110", "police")


def person(desk: Desk, _id: str) -> object:
    return team.deactivate(desk, "B09", "30-06-2026")


def _shift(desk: Desk) -> Duty:
    """A shift of Friday that gives no hours to a case."""
    with desk.read() as reader:
        found = reader.duties(start=moment(4, "06:00"), end=moment(4, "20:00"))
    return next(d for d in found if d.status is DutyStatus.PLANNED and not d.pinned
                and not any(t.case_id for t in d.tasks))  # fmt: skip


def day_off(desk: Desk, _id: str) -> object:
    return touching.make_touch(desk, touching.look_at_off(desk, _shift(desk).id), "asked for it")


def pin(desk: Desk, _id: str) -> object:
    return touching.pin(desk, _shift(desk).id)


def stand_down(desk: Desk, id: str) -> object:
    return incident.stand_down(desk, id, {"turnout": "60-80", "incident": "none"})


DEEDS: dict[str, Deed] = {
    "closed, hours posted": stand_down,
    "shift": day_off,
    "pin": pin,
    "fields": change_fields,
    "decision": decide,
    "class": override,
    "call-off": closing.call_off,
    "call-off answered": call_off_and_answer,
    "reserve": commit,
    "borrowed": borrow,
    "worked": worked,
    "leave": grant_leave,
    "absence": absence,
    "signal": enter_signal,
    "signal withdrawn": withdraw_signal,
    "count": count,
    "last day": person,
}


def case_id(desk: Desk) -> str:
    with desk.read() as reader:
        found = reader.case_by_number(NUMBER)
    assert found is not None
    return found.id


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_taken_back_leaves_what_was_before(wednesday: Desk, name: str) -> None:
    before, length = state(wednesday), trail(wednesday)
    DEEDS[name](wednesday, case_id(wednesday))
    done = trail(wednesday)
    assert state(wednesday) != before
    undo.take_back(wednesday)
    assert state(wednesday) == before
    assert length < done < trail(wednesday)
    assert not wednesday.store.check()


def sequences(desk: Desk) -> dict[str, int]:
    with desk.read() as reader:
        return {d.id: d.sequence for d in reader.duties(start=moment(0, "00:00"))}


def done(desk: Desk, name: str) -> bool:
    """Whether it could be done: called off already, or no hours left, is no deed."""
    deeds = len(desk.deeds)
    with contextlib.suppress(OrderdeskError):
        DEEDS[name](desk, case_id(desk))
    return len(desk.deeds) > deeds


@pytest.mark.parametrize("seed", range(3))
def test_any_row_of_deeds_is_taken_back_and_done_again_in_order(wednesday: Desk, seed: int) -> None:
    drawn = random.Random(seed)
    states, at = [state(wednesday)], 0  # as a model: what stood before and after each deed
    to_do = drawn.sample(sorted(DEEDS), 5)
    moves: list[str] = []
    wednesday.deeds, wednesday.undone = [], []
    while to_do or at:
        move = drawn.choice(["do"] * bool(to_do) + ["back"] * bool(at) + ["again"])
        told, length = sequences(wednesday), trail(wednesday)
        if move == "do":
            if not done(wednesday, to_do.pop()):
                continue
            at += 1
            states[at:] = [state(wednesday)]
        elif move == "back":
            undo.take_back(wednesday)
            at -= 1
        elif at + 1 < len(states):
            undo.do_again(wednesday)
            at += 1
        else:
            with pytest.raises(RuleSaysNo, match="could be done again"):
                undo.do_again(wednesday)
            continue
        moves.append(move)
        assert state(wednesday) == states[at], moves
        assert trail(wednesday) > length
        now = sequences(wednesday)
        assert all(now[id] >= was for id, was in told.items()), moves
    assert {"do", "back", "again"} <= set(moves)
    with wednesday.read() as reader:
        assert all(sum(leg.minutes for leg in p.legs) == 0 for p in reader.postings(Posting))
    assert not wednesday.store.check()


def test_what_was_taken_back_is_not_done_over_what_somebody_else_did_since(
    wednesday: Desk,
) -> None:
    other = Desk(wednesday.store, wednesday.clock, OTHER)
    for name in ("fields", "class", "count"):
        DEEDS[name](wednesday, case_id(wednesday))
        undo.take_back(wednesday)
        DEEDS[name](other, case_id(other))
        length = trail(wednesday)
        with pytest.raises(RuleSaysNo, match="D-2026-041 was changed since"):
            undo.do_again(wednesday)
        assert trail(wednesday) == length
        undo.take_back(other)
        undo.do_again(wednesday)  # theirs is gone again: nothing is in the way
        undo.take_back(wednesday)
    override(wednesday, case_id(wednesday))
    undo.take_back(wednesday)
    privacy.destroy(wednesday, [])
    assert not wednesday.undone  # what was destroyed by law must not come back


def test_a_move_taken_back_calls_the_new_case_off(wednesday: Desk) -> None:
    before = state(wednesday)["ledger"]
    moved = closing.move(wednesday, case_id(wednesday), "do 25 jun 17:30")
    assert undo.take_back(wednesday).cases == (moved.new.number, NUMBER)
    with wednesday.read() as reader:
        assert reader.case(moved.old.id).status is Status.IN_PREPARATION
        assert reader.case(moved.new.id).status is Status.CANCELLED
    assert state(wednesday)["ledger"] == before


def test_a_shift_taken_back_goes_forward_in_the_calendars_and_can_be_made_again(
    wednesday: Desk,
) -> None:
    shift = _shift(wednesday)
    day_off(wednesday, "")
    assert undo.take_back(wednesday).to_tell == (shift.person_id,)
    with wednesday.read() as reader:
        (back,) = reader.duties(ids=[shift.id])
    assert (back.status, back.sequence) == (DutyStatus.PLANNED, shift.sequence + 2)
    assert record.redo(wednesday, LEAD) == [shift.person_id]  # what the roster's own key does
    undo.take_back(wednesday)
    assert undo.do_again(wednesday).to_tell == (shift.person_id,)
    undo.take_back(wednesday)
    pin(wednesday, "")
    undo.take_back(wednesday)
    with wednesday.read() as reader:
        (same,) = reader.duties(ids=[shift.id])
    assert same.sequence == shift.sequence + 6  # nobody's calendar tells of a pin


def test_what_was_asked_again_can_be_refused(wednesday: Desk) -> None:
    with wednesday.read() as reader:
        before = totals(reader.postings(Posting), Week.of(wednesday.now))
    booking.ask_pool(wednesday, case_id(wednesday), "neighbour", 60)
    undo.take_back(wednesday)
    undo.do_again(wednesday)
    booking.refuse_pool(wednesday, case_id(wednesday), "neighbour")
    with wednesday.read() as reader:
        after = totals(reader.postings(Posting), Week.of(wednesday.now))
    assert {a: m for a, m in after.items() if m} == {a: m for a, m in before.items() if m}
    with pytest.raises(RuleSaysNo, match="nothing is asked"):
        booking.refuse_pool(wednesday, case_id(wednesday), "neighbour")


def test_a_number_taken_back_is_never_given_again(wednesday: Desk) -> None:
    first = decide(wednesday, case_id(wednesday))
    undo.take_back(wednesday)
    second = decide(wednesday, case_id(wednesday))
    undo.take_back(wednesday)
    assert isinstance(first, Decision)
    assert isinstance(second, Decision)
    assert first.number != second.number


def test_what_was_known_while_it_stood_can_still_be_seen(wednesday: Desk) -> None:
    clock = wednesday.clock
    assert isinstance(clock, DemoClock)
    override(wednesday, case_id(wednesday))
    while_it_stood = wednesday.now
    clock.tick(60)
    undo.take_back(wednesday)
    subject = f"case:{case_id(wednesday)}"
    with wednesday.read() as reader:
        assert reader.facts("override", subject) == []
        assert len(reader.facts("override", subject, until=while_it_stood)) == 1


def test_taken_back_reservations_keep_the_name_that_signed(wednesday: Desk) -> None:
    borrow(wednesday, case_id(wednesday))
    closing.call_off(wednesday, case_id(wednesday))
    undo.take_back(wednesday)
    with wednesday.read() as reader:
        again = [p for p in reader.postings(Posting) if p.reverses and p.theme_minutes_taken]
    assert again
    assert all(p.authorised_by is not None and p.authorised_by.role is Role.LEAD for p in again)
    undo.take_back(wednesday)


def test_what_somebody_else_changed_since_is_not_overwritten(wednesday: Desk) -> None:
    id = case_id(wednesday)
    change_fields(wednesday, id)
    other = Desk(wednesday.store, wednesday.clock, OTHER)
    intake.receive(other, id)
    length = trail(wednesday)
    with pytest.raises(RuleSaysNo, match="D-2026-041 was changed since"):
        undo.take_back(wednesday)
    assert trail(wednesday) == length
    undo.take_back(other)
    undo.take_back(wednesday)


REFUSED: dict[str, tuple[Deed, str]] = {
    "register": (lambda d, _id: intake.register(d, {"when": "20-06-2026 14:00"}), "call it off"),
    "line": (lambda d, id: timeline.write_line(d, id, "called the police"), "line of its own"),
    "action": (lambda d, _id: agenda.add_action(d, "fence", "desk", "20-06-2026"), "close it"),
    "frozen": (lambda d, _id: review.freeze(d, Week.parse("2026-W24")), "addendum"),
    "setting": (
        lambda d, _id: own_settings.change(d, "reserve.pay_back_days", "20", "agreed"),
        "with a reason",
    ),
    "destroyed": (lambda d, _id: privacy.destroy(d, []), "for good"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_back_says_why(wednesday: Desk, name: str) -> None:
    deed, why = REFUSED[name]
    deed(wednesday, case_id(wednesday))
    length = trail(wednesday)
    with pytest.raises(RuleSaysNo, match=why):
        undo.take_back(wednesday)
    assert trail(wednesday) == length


def test_destroying_forgets_what_could_have_been_taken_back(wednesday: Desk) -> None:
    enter_signal(wednesday, "")
    privacy.destroy(wednesday, [])
    assert all(not deed.changes.records for deed in wednesday.deeds)
