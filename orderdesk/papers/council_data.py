"""What answers a question of the council: a year of gatherings in counts and hours, never names."""

from __future__ import annotations

from datetime import date

from orderdesk.domain.law import Ground
from orderdesk.domain.time import Frozen, Moment
from orderdesk.papers.review_data import Figure, Wording


class Gatherings(Frozen):
    """Counts of gatherings in a month or a district."""

    key: str
    """First day of the month in ISO form, or the district; "" where the place is in none."""
    announced: Figure
    unannounced: Figure
    held: Figure
    called_off: Figure
    no_show: Figure
    with_incident: Figure


class Limited(Frozen):
    """Gatherings that were limited or prohibited on one ground of Wom art. 2."""

    ground: Ground
    conditions: Figure
    instructions: Figure
    prohibitions: Figure
    endings: Figure


class HoursSpent(Frozen):
    """Hours worked for gatherings and events, by who bore them. In minutes."""

    reserve: Figure
    themes: Figure
    paid_back: Figure
    external: Figure


class Notice(Frozen):
    """How long before the start notifications came."""

    median_hours: Figure | None
    """None where nothing was announced."""
    announced: Figure
    late: Figure
    unannounced: Figure


class CouncilData(Frozen):
    """A period as the council may know it, at one moment of knowledge."""

    sender: Wording
    first: date
    last: date
    known_at: Moment
    synthetic: bool = False
    months: tuple[Gatherings, ...]
    districts: tuple[Gatherings, ...]
    limits: tuple[Limited, ...]
    hours: HoursSpent
    notice: Notice
