"""What an officer reads and prints: the handover note, the fortnight, minutes, paper packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.form import Field, Form, Reading

if TYPE_CHECKING:
    from orderdesk.screens.base import Place


class Paper(Reading):
    """A text to read that can be printed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "print", N_("print"))]

    def __init__(self, title: str, text: str, file: str, write: Callable[[Path], object]) -> None:
        super().__init__(title, text)
        self._file, self._write = file, write

    def action_print(self) -> None:
        """Write the paper to a file."""
        ask_file(
            self.app.push_screen, self._file, self._write,
            lambda text: self.notify(line(text), markup=False),
        )  # fmt: skip


def ask_file(
    push: Callable[..., object],
    file: str,
    write: Callable[[Path], object],
    done: Callable[[str], None],
    *,
    title: str = "",
    folder: bool = False,
) -> None:
    """Ask for a file, or a `folder` for several, and write it; `done` is told where it stands.
    What can't be written is said at the field."""

    def written(values: Mapping[str, str]) -> Path:
        path = Path(values["file"].strip()).expanduser().absolute()
        made = write(path)
        return made if isinstance(made, Path) else path

    label = _("Folder") if folder else _("File")
    where = _("in {folder}, or say where").format(folder=Path.cwd())
    form = Form(title or _("Print"), [Field("file", label, where, value=file)], written)
    push(form, lambda path: done(_("written: {file}").format(file=path)) if path else None)


def as_text(parts: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Headings with their lines, as text."""
    return "\n\n".join(
        "\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in parts
    )


def open_fortnight(place: Place) -> None:
    """The fortnight by day."""
    from orderdesk.desk import fortnight

    desk = place.desk
    if desk is None:
        return
    parts = place.try_to(lambda: fortnight.fortnight(desk))
    if parts is not None:
        title = _("The fortnight ahead")
        file = f"{parts[0][0].split(' · ')[0]}.pdf".replace(" ", "-")
        place.app.push_screen(
            Paper(title, as_text(parts), file, lambda path: fortnight.print_fortnight(desk, path))
        )


def open_handover(place: Place) -> None:
    """The note for the next shift: drafted, edited, kept, printed."""
    from orderdesk.desk import drafts, handover
    from orderdesk.domain.time import local

    desk = place.desk
    if desk is None:
        return
    try:
        text = drafts.load_draft(desk, handover.FORM).get("text") or handover.drafted(desk)
    except OrderdeskError as problem:
        place.notify(line(problem), severity="warning", markup=False)
        return
    first = {"text": text}

    def typed(values: dict[str, str]) -> None:
        if values != first:
            drafts.save_draft(desk, handover.FORM, values)

    def kept(note: object) -> None:
        if isinstance(note, handover.Note):
            file = f"{_('handover')}-{local(note.at):%Y-%m-%d}.pdf"
            place.refill()
            place.app.push_screen(
                Paper(
                    _("Handover, kept"), note.text, file,
                    lambda path: handover.print_note(desk, note, path),
                )
            )  # fmt: skip

    place.app.push_screen(
        Form(
            _("Handover: change what you like, Ctrl+S keeps it"),
            [Field("text", _("Note"), long=True, value=text)],
            lambda values: handover.keep(desk, values["text"]),
            draft=first,
            keep=typed,
        ),
        kept,
    )
