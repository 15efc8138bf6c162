"""The mayor's powers beside the Wom, with what must be on record and the duties that follow.

The emergency powers are a last resort: lighter means, proportionality and a definable group have
to be recorded, and using one starts dated duties (domain facts, section 1.7).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg, pick
from orderdesk.reference import LocalText, ReferenceFile, Strict


class FollowUp(Strict):
    """A duty that using a power brings."""

    what: LocalText
    owner: LocalText
    within_days: Annotated[int, Field(ge=0, le=60)] | None = None
    """Days after the use; None: on the day of the next council meeting."""


class Power(Strict):
    """A power of the mayor."""

    id: str
    article: str
    name: LocalText
    needs_prosecutor: bool = False
    """Consultation with the prosecutor is mandatory."""
    last_resort: bool = False
    """Lighter means and proportionality must be on record."""
    to_a_group: bool = False
    """It addresses a definable group, which must be named by what it does or where it is."""
    follow_up: tuple[FollowUp, ...] = ()


class Powers(ReferenceFile):
    """`data/mayor_powers.toml`."""

    powers: tuple[Power, ...]

    def get(self, id: str) -> Power:
        """The power with this id. Raises BadInput naming the ones there are."""
        for power in self.powers:
            if power.id == id:
                return power
        known = ", ".join(power.id for power in self.powers)
        raise BadInput(N_("power"), id, msg("Choose one of: {known}.", known=known))


@dataclass(frozen=True)
class Use:
    """What is on record when a power is used."""

    lighter_means: str = ""
    """Which lighter means were weighed, and why they don't do."""
    proportionality: str = ""
    group: str = ""
    prosecutor_consulted: date | None = None
    council_meets: date | None = None


@dataclass(frozen=True)
class Duty:
    """A duty of follow-up with its day."""

    what: str
    owner: str
    due: date


def duties_of(power: Power, use: Use, today: date) -> tuple[Duty, ...]:
    """The dated duties that using `power` brings, in the reader's language.

    Raises BadInput naming the field that is not on record yet.
    """
    for field, missing, mend in _gaps(power, use):
        if missing:
            raise BadInput(field, "", mend)
    return tuple(
        Duty(pick(duty.what), pick(duty.owner), _due(duty, use, today)) for duty in power.follow_up
    )


def _due(duty: FollowUp, use: Use, today: date) -> date:
    if duty.within_days is not None:
        return today + timedelta(days=duty.within_days)
    assert use.council_meets is not None
    return use.council_meets


def _gaps(power: Power, use: Use) -> Iterator[tuple[str, bool, Msg]]:
    yield (
        N_("lighter"), power.last_resort and not use.lighter_means.strip(),
        msg("Say which lighter means were weighed, and why they don't do."),
    )  # fmt: skip
    yield (
        N_("proportionality"), power.last_resort and not use.proportionality.strip(),
        msg("Say why it is not more than is needed."),
    )  # fmt: skip
    yield (
        N_("group"), power.to_a_group and not use.group.strip(),
        msg("Say to which group it is addressed, by what it does or where it is."),
    )  # fmt: skip
    yield (
        N_("consulted"), power.needs_prosecutor and use.prosecutor_consulted is None,
        msg("{article} needs the date of consultation with the prosecutor.", article=power.article),
    )  # fmt: skip
    on_council = any(duty.within_days is None for duty in power.follow_up)
    yield (
        N_("council"), on_council and use.council_meets is None,
        msg("Say when the council meets next: it has to ratify this."),
    )  # fmt: skip
