"""The safety themes of the programme, how hours are divided over them, when debts are due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from orderdesk.reference import LocalText, ReferenceFile, Strict


class Theme(Strict):
    """A safety theme of the programme."""

    id: Annotated[str, Field(pattern="^[a-z_]+$")]
    name: LocalText
    ambition: LocalText
    weight: Annotated[int, Field(ge=0, le=1000)]
    """Share in the theme hours of a week, relative to the other themes."""


class Themes(ReferenceFile):
    """`data/themes.toml`."""

    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]

    def budgets(self, minutes: int) -> dict[str, int]:
        """`minutes` of theme work divided over the themes by weight, to the minute.

        The largest remainders get the minutes that don't divide.
        """
        total = sum(theme.weight for theme in self.themes)
        shares = {t.id: divmod(minutes * t.weight, total) for t in self.themes if t.weight}
        budgets = {id: whole for id, (whole, _) in shares.items()}
        left = minutes - sum(budgets.values())
        for id in sorted(shares, key=lambda i: (-shares[i][1], i))[:left]:
            budgets[id] += 1
        return budgets


class PayBackRule(Strict):
    """When borrowed theme hours must be back."""

    within_days: Annotated[int, Field(ge=1, le=366)]
    on_weekday: Annotated[int, Field(ge=1, le=7)]
    """ISO day of the week on which pay-back falls due (7 = Sunday, the end of a roster week)."""

    def due(self, worked_on: date) -> date:
        """The last such weekday that lies within the term."""
        last = worked_on + timedelta(days=self.within_days)
        return last - timedelta(days=(last.isoweekday() - self.on_weekday) % 7)
