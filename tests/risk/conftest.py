from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.reference import load
from orderdesk.risk.card import ClassTable, RiskCard
from orderdesk.risk.facts import Facts, OrganiserKey, PastEvent
from orderdesk.risk.model import ModelVersion, Tables, first_version
from orderdesk.risk.signals import SignalRules


@pytest.fixture(scope="session")
def tables() -> Tables:
    return Tables(
        load("risk_card", RiskCard),
        load("risk_classes", ClassTable),
        load("signals", SignalRules),
    )


@pytest.fixture(scope="session")
def card(tables: Tables) -> RiskCard:
    return tables.card


@pytest.fixture(scope="session")
def version(card: RiskCard) -> ModelVersion:
    return first_version(card, date(2026, 1, 1))


def year_of_demonstrations(n: int = 81, cases: int = 3, seed: int = 1) -> list[tuple[Facts, int]]:
    """A year as Maastricht has them: mostly small and calm, three that went wrong."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        tense = i % 27 == 13
        size = rng.choice([15, 30, 40, 60, 80, 100, 150, 250, 400, 1200])
        facts = Facts(
            day=date(2025, 1, 1) + timedelta(days=i * 365 // n),
            form=rng.choice(["static", "static", "march", "vigil"]),
            size_low=size,
            size_high=size,
            counter=CounterGroup.CONFIRMED if tense else CounterGroup.UNKNOWN,
            counter_sureness=Sureness.CONFIRMED if tense else Sureness.UNVERIFIED,
            open_square=rng.random() < 0.5,
            organisers=(OrganiserKey(f"o{rng.randrange(30)}"),),
            place=rng.choice(["vrijthof", "markt", "mosae", "plein1992"]),
            district="centrum",
        )
        rows.append((facts, int(tense and cases > 0)))
        cases -= tense
    return rows


def as_past(facts: Facts, outcome: int) -> PastEvent:
    return PastEvent(
        day=facts.day,
        known_from=facts.day + timedelta(days=2),
        outcome=outcome,
        kind=facts.kind,
        form=facts.form,
        organisers=facts.organisers,
        place=facts.place,
        district=facts.district,
        spot=facts.spot,
        counter=facts.counter,
        expected=facts.size_high,
    )
