"""The columns of a table by the fields that they fill, and the row that is being read."""

from __future__ import annotations

from orderdesk.i18n import Msg, msg
from orderdesk.registers.days import DayReader
from orderdesk.registers.header import Header
from orderdesk.registers.mapping import Mapping
from orderdesk.registers.rows import Problem
from orderdesk.registers.text import one_line, says, squeezed
from orderdesk.registers.words import RegisterField, RegisterWords

R = RegisterField
LONGEST_NAME = 300
"""As in `domain.events.Name`."""


class Columns:
    """What every reader of a row asks: the cells of a field, words with a meaning, problems."""

    def __init__(
        self, header: Header, mapping: Mapping, words: RegisterWords, year: int | None, sheet: str
    ) -> None:
        self.header, self.mapping, self.words, self.sheet = header, mapping, words, sheet
        index = {name: i for i, name in enumerate(header.names)}
        self.at = {
            a.field: tuple(index[column] for column in a.columns) for a in mapping.assignments
        }
        """Field -> indices of the columns that fill it."""
        self.unmapped = [index[column] for column in mapping.unmapped]
        self.problems: list[Problem] = []
        """Of the row in hand."""
        self.day_reader = self.reader_of(year, None)
        """For the part of the register in hand: a title can bring another year or month."""
        self.groups: dict[str, list[tuple[object, tuple[str, ...]]]] = {
            "kind": [(g.kind, g.words) for g in words.kinds],
            "form": [(g.form, g.words) for g in words.forms],
            "source": [(g.source, g.words) for g in words.sources],
            "status": [(g.status, g.words) for g in words.statuses],
            "incident": [(g.incident, g.words) for g in words.incidents],
        }
        self.word_memory: dict[tuple[str, str], object] = {}
        self.unknown = frozenset(squeezed(word) for word in words.counts.unknown)

    def reader_of(self, year: int | None, month: int | None) -> DayReader:
        """Reads the days of a part of the register."""
        return DayReader(
            self.words,
            month_first=self.mapping.month_first,
            year=year,
            month=month,
            spread=len(self.at.get(R.DATE, ())) > 1,
        )

    def text(self, cells: tuple[str, ...], field: RegisterField) -> str:
        """What the row says about `field`, over all columns that fill it."""
        columns = self.at.get(field, ())
        if not columns:
            return ""
        if len(columns) == 1:
            return cells[columns[0]].strip(" \n")
        return "\n".join(cells[i].strip(" \n") for i in columns if cells[i].strip())

    def name(self, field: RegisterField) -> str:
        """Names of the columns that fill `field`, for a message."""
        return ", ".join(self.mapping.columns_of(field))

    def note(
        self, number: int, field: RegisterField, value: str, message: Msg, *, fatal: bool = False
    ) -> None:
        """Keep in mind what a person should look at in the row in hand."""
        shown = one_line(value)
        shown = shown if len(shown) <= 200 else f"{shown[:199]}…"
        self.problems.append(
            Problem(number, self.name(field), shown, message, fatal, sheet=self.sheet)
        )

    def keep(self, extra: dict[str, str], cells: tuple[str, ...], field: RegisterField) -> None:
        """Keep the cells of `field` as they stood, since they were not wholly understood."""
        for i in self.at.get(field, ()):
            if cells[i].strip():
                extra[self.header.names[i]] = cells[i]

    def short(
        self, cells: tuple[str, ...], field: RegisterField, extra: dict[str, str], number: int
    ) -> str:
        """A text that fits a name; what is cut off is kept, and told."""
        text = one_line(self.text(cells, field))
        if len(text) <= LONGEST_NAME:
            return text
        self.keep(extra, cells, field)
        self.note(number, field, text, msg("Longer than {n} characters: cut off.", n=LONGEST_NAME))
        return text[:LONGEST_NAME].rstrip()

    def said_unknown(self, text: str) -> bool:
        """Whether `text` says that nothing is known: "n.n.", "?"."""
        return squeezed(text) in self.unknown or not any(c.isalnum() for c in text)

    def group(self, text: str, what: str) -> object:
        """The kind, form, source, status or incident that `text` names, or None."""
        if not text:
            return None
        key = (what, text)
        if key in self.word_memory:
            return self.word_memory[key]
        found = next((value for value, said in self.groups[what] if says(text, said)), None)
        self.word_memory[key] = found
        return found

    def extra(self, cells: tuple[str, ...]) -> dict[str, str]:
        """Columns without a field of their own in a case, as they stood; no labels of opinion."""
        kept = [*self.unmapped]
        for kept_field in (R.DISTRICT, R.CATEGORY, R.OUTCOME, R.REMARKS):
            kept += self.at.get(kept_field, ())
        return {self.header.names[i]: cells[i] for i in sorted(kept) if cells[i].strip()}
