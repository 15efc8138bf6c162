"""Counter pairs: linking, and a place within sight and sound for the second, never the first."""

from __future__ import annotations

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import score_cases
from orderdesk.desk.timeline import note_event
from orderdesk.domain.events import Case
from orderdesk.domain.law import PlaceOffer, places_for_counter
from orderdesk.domain.places import Places
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg


def link_counter(desk: Desk, counter_id: str, first_id: str) -> Case:
    """Link a case as counter-demonstration to another. The first of the pair is never touched."""
    if counter_id == first_id:
        raise RuleSaysNo(msg("a gathering can't be a counter-demonstration to itself"), "13")
    with desk.work() as work:
        counter, first = work.case(counter_id), work.case(first_id)
        if first.counter_to == counter_id:
            raise RuleSaysNo(msg("{number} is linked the other way", number=first.number), "13")
        saved = work.save_case(counter.replace(counter_to=first_id))
        note_event(work, counter_id, msg("counter-demonstration to {number}", number=first.number))
        note_event(work, first_id, msg("counter-demonstration linked: {number}",
                                       number=counter.number))  # fmt: skip
        score_cases(desk, work, [counter_id, first_id])
        return saved


def places_for(desk: Desk, counter_id: str) -> tuple[PlaceOffer, ...]:
    """Places within sight and sound of the first of a pair, for the counter-demonstration.

    Raises RuleSaysNo (rule 13) for a case that is none: the first of a pair keeps its place.
    """
    with desk.read() as reader:
        counter = reader.case(counter_id)
        if not counter.counter_to:
            raise RuleSaysNo(
                msg("{number} keeps its place: only a counter-demonstration is offered another",
                    number=counter.number), "13",
            )  # fmt: skip
        return places_for_counter(
            reader.case(counter.counter_to), counter, reference.cached("places", Places)
        )


def move_counter(desk: Desk, counter_id: str, place_id: str) -> Case:
    """Give a counter-demonstration one of the places offered. Raises RuleSaysNo (rule 13)."""
    with desk.work() as work:
        counter = work.case(counter_id)
        if not counter.counter_to:
            raise RuleSaysNo(msg("only the counter-demonstration of a pair is given a place"), "13")
        places = reference.cached("places", Places)
        offers = places_for_counter(work.case(counter.counter_to), counter, places)
        chosen = next((offer.place for offer in offers if offer.place.id == place_id), None)
        if chosen is None:
            raise RuleSaysNo(msg("that place is not within sight and sound"), "13")
        note_event(work, counter_id, msg("place offered: {place}", place=chosen.name))
        return work.save_case(counter.replace(place_id=chosen.id, place_text=""))
