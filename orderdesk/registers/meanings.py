"""What the words of a row mean: kind, form, how it was notified, where it stands, how it went."""

from __future__ import annotations

from orderdesk.domain.events import Form, Incident, Kind, Source, Status
from orderdesk.i18n import msg
from orderdesk.registers.columns import Columns
from orderdesk.registers.rows import Defaults
from orderdesk.registers.text import fold, says, squeezed
from orderdesk.registers.words import RegisterField

R = RegisterField


class Meanings:
    """Reads the columns of words of one table."""

    def __init__(self, columns: Columns, defaults: Defaults) -> None:
        self.columns, self.words, self.defaults = columns, columns.words, defaults

    def read(
        self, cells: tuple[str, ...], number: int, beside_day: str, extra: dict[str, str]
    ) -> tuple[Status | None, Kind, Form | None, Source | None]:
        """Status, kind, form and source; None where the row says nothing."""
        kind_text = self.columns.text(cells, R.KIND)
        kind = self.columns.group(kind_text, "kind")
        if kind_text and kind is None and not self.columns.said_unknown(kind_text):
            self.columns.keep(extra, cells, R.KIND)
            self.columns.note(
                number, R.KIND, kind_text, msg("The kind is not known: a demonstration is assumed.")
                if self.defaults.kind is Kind.DEMONSTRATION
                else msg("The kind is not known: that of the register is taken."),
            )  # fmt: skip
        form = self.columns.group(kind_text, "form")
        source_text = self.columns.text(cells, R.SOURCE)
        source = self.columns.group(source_text, "source") or self._announced(source_text)
        if source_text and source is None:
            self.columns.keep(extra, cells, R.SOURCE)
        asides = (
            kind_text,
            self.columns.text(cells, R.RECEIVED),
            self.columns.text(cells, R.STATUS),
        )
        for aside in () if source else asides:
            if self.columns.group(aside, "source") is Source.UNANNOUNCED:
                source = Source.UNANNOUNCED
        return (
            self._status(cells, beside_day, extra),
            kind if isinstance(kind, Kind) else self.defaults.kind,
            form if isinstance(form, Form) else None,
            source if isinstance(source, Source) else None,
        )

    def _status(
        self, cells: tuple[str, ...], beside_day: str, extra: dict[str, str]
    ) -> Status | None:
        """From its own column, else from "abgesagt" beside the day, a number, or in a remark."""
        text = self.columns.text(cells, R.STATUS)
        if text:
            status = (
                self.columns.group(text, "status") or self._yes_or_no(text) or self._alone(text)
            )
            if status is None or says(text, self.words.ended.prohibited):
                self.columns.keep(extra, cells, R.STATUS)
            return status if isinstance(status, Status) else None
        off = (Status.CANCELLED, Status.MOVED, Status.NO_SHOW)
        for aside in (
            beside_day,
            self.columns.text(cells, R.EXPECTED),
            self.columns.text(cells, R.TURNOUT),
            self.columns.text(cells, R.REMARKS),
            self.columns.text(cells, R.OUTCOME),
            self.columns.text(cells, R.START),
            self.columns.text(cells, R.PLACE),
            self.columns.text(cells, R.KIND),
        ):
            status = (
                self.columns.group(aside[:300], "status") if aside and not aside.isdigit() else None
            )
            if status in off:
                return status  # type: ignore[return-value]
        if self.words.called_off.search(fold(self.columns.text(cells, R.PURPOSE)[:400])):
            return Status.CANCELLED
        return None

    def _alone(self, text: str) -> Status | None:
        """A word that means a status only where it is the whole cell ("verplaatst")."""
        said = squeezed(text)
        return next((s.status for s in self.words.statuses if said in map(squeezed, s.alone)), None)

    def _yes_or_no(self, text: str) -> Status | None:
        """A column "abgesagt" with "ja" or a cross, or "stattgefunden" with "nein"."""
        meant = self.columns.group(self.columns.name(R.STATUS), "status")
        said = squeezed(text)
        if said in self.words.answers.yes:
            return meant if isinstance(meant, Status) else None
        if said in self.words.answers.no:
            opposite = {Status.HELD: Status.NO_SHOW, Status.CANCELLED: Status.HELD}
            return opposite.get(meant) if isinstance(meant, Status) else None
        return None

    def _announced(self, text: str) -> Source | None:
        """A column "angemeldet" with "ja" or "nein"."""
        said = squeezed(text)
        if said in self.words.answers.yes:
            return Source.WRITTEN
        return Source.UNANNOUNCED if said in self.words.answers.no else None

    def incident(self, cells: tuple[str, ...]) -> Incident | None:
        """How it went, None where the row says nothing."""
        found = self.columns.group(self.columns.text(cells, R.OUTCOME)[:500], "incident")
        for field in () if found else (R.STATUS, R.REMARKS):
            if says(self.columns.text(cells, field)[:500], self.words.ended.words):
                found = Incident.SOME
        return found if isinstance(found, Incident) else None
