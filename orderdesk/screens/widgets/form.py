"""Forms: one column, the error beside the field, and nothing typed is ever lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Select, Static, TextArea

from orderdesk.domain.text import visible
from orderdesk.errors import BadInput, OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.keys import Keys
from orderdesk.screens.widgets.picture import Hanging
from orderdesk.screens.widgets.table import fitted
from orderdesk.screens.words import translated

# Controls, zero-width and reordering characters: what could steer a terminal or hide in a text.
_NOTHING_HIDDEN = r"[^\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]*"
_LONG, _ALONE, _LOOK, _REFUSALS, _FRAME = 4, 14, 1, 4, 7
"""Lines of a long field, of one that has the form for itself, of what is shown while typing, of
refusals, and of border, hint and keys."""
_ARROW = 4
"""Cells that the sign of a list of choices takes."""
Values = dict[str, str]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Field:
    """A field of a form. `hint` says what is lawful before the mistake is made."""

    name: str
    label: str
    hint: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """(value, label): makes it a list to choose from."""
    long: bool = False
    value: str = ""


class Sheet(ModalScreen[Result], Generic[Result]):
    """A sheet over the screen whose keys are described in the reader's language."""

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that work now."""
        return translated(super().active_bindings)


class Form(Sheet[object]):
    """A form over the screen. Ctrl+S or Enter in the last field saves, Escape leaves it.

    `submit` gets the values; the form is dismissed with what it gives (True for None). A BadInput
    is shown at its field, any other refusal at the top. `look` gives a line to show while typing.
    `begin` is the field to begin at, other than the first. `keep` gets what stands in the fields
    at each change, to be the draft; without it none is kept, and the footer promises none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", N_("save"), priority=True),
        Binding("escape", "leave", N_("back, keep draft")),
        Binding("ctrl+d", "discard", N_("throw draft away"), priority=True),
    ]
    DEFAULT_CSS = """
    Form { align: center middle; background: $background 60%; }
    Form > Vertical { width: 90%; max-width: 110; max-height: 95%; border: round $look-focus;
                      border-title-style: bold; background: $surface; padding: 0 1; }
    Form .row { height: auto; layout: horizontal; }
    Form .label { color: $text-muted; width: 38%; max-width: 34; height: auto; padding: 0 1 0 0; }
    Form .row:focus-within .label { color: $foreground; text-style: bold; }
    Form .error { color: $text-error; text-style: bold; height: auto; padding: 0 0 0 2; }
    Form .error.-none { display: none; }
    Form .look { height: auto; max-height: 9; color: $foreground; background: $panel;
                 padding: 0 1; }
    Form #hint { dock: bottom; height: auto; max-height: 3; margin: 0 0 1 0;
                 color: $text-primary; }
    Form Input { border: none; height: 1; width: 1fr; background: $boost; }
    Form Input:focus { background: $primary-muted; border: none; }
    Form Input > .input--placeholder { color: $text-muted; text-style: italic; }
    Form Select { height: 1; width: 1fr; }
    Form Select > SelectCurrent { border: none; height: 1; padding: 0 1; background: $boost; }
    Form Select:focus > SelectCurrent { border: none; background: $primary-muted; }
    Form TextArea { height: 4; width: 1fr; border: none; background: $boost; }
    Form TextArea.-alone { height: 14; }
    Form TextArea:focus { border: none; background: $primary-muted; }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        submit: Callable[[Values], Any],
        *,
        draft: Mapping[str, str] | None = None,
        keep: Callable[[Values], None] | None = None,
        look: Callable[[Values], str] | None = None,
        begin: str = "",
    ) -> None:
        super().__init__()
        self._begin = begin or fields[0].name
        self._looked = _LOOK if look is not None else 0
        """Lines kept for what `look` gives."""
        self._title, self._fields = title, tuple(fields)
        self._submit: Callable[[Values], Any] = submit
        self._draft, self._keep, self._look = dict(draft or {}), keep, look
        self._ready = False

    def compose(self) -> ComposeResult:
        """Title, fields with their labels left, what the field takes, footer."""
        with Vertical() as box:
            box.border_title = Content(line(self._title))
            box.styles.height = self._lines
            yield Static("", classes="error -none", id="problem")
            yield Static("", classes="look", id="look")
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="row"):
                        yield Static(safe(field.label), classes="label")
                        yield self._widget(field)
                    yield Static("", classes="error -none", id=f"error-{field.name}")
            yield Static("", id="hint")
            yield Keys()

    @property
    def _lines(self) -> int:
        """Lines that fields, hints, what is shown while typing, and refusals take at most: what
        the form is about stays in sight around it."""
        long = _ALONE if len(self._fields) == 1 else _LONG
        fields = sum(long if field.long else 1 for field in self._fields)
        refusals = min(len(self._fields), _REFUSALS)
        return fields + refusals + self._looked + _FRAME

    def _grow(self) -> None:
        """Room for what is shown while typing; never less again, so that nothing jumps."""
        for look in self.query("#look").results(Static):  # gone once the form is closed
            if look.size.height > self._looked:
                self._looked = look.size.height
                self.query_one(Vertical).styles.height = self._lines

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what the field takes, before the mistake."""
        self._show_hint(event.widget)

    def _show_hint(self, widget: Widget) -> None:
        field = next((field for field in self._fields if field.name == widget.id), None)
        hint = field.hint if field else ""
        if field and isinstance(widget, Select):
            chosen = dict(field.choices).get(str(widget.value), "")
            if cell_len(chosen) > widget.content_size.width - _ARROW:
                hint = " · ".join(filter(None, [chosen, hint]))  # its line has no room for it
        self.query_one("#hint", Static).update(safe(hint))

    def _widget(self, field: Field) -> Input | Select[str] | TextArea:
        value = self._draft.get(field.name, field.value)
        if field.choices:
            known = {choice for choice, _label in field.choices}
            return Select[str](
                [(safe(label), choice) for choice, label in field.choices],
                value=value if value in known else field.choices[0][0],
                allow_blank=False,
                compact=True,
                id=field.name,
            )
        # Inputs hand control characters on to the terminal: what is hidden in an old text is made
        # visible first, and none can be typed or pasted.
        if field.long:
            shown = visible(value, lines=True, isolate=False)
            area = TextArea(shown, id=field.name, compact=True, tab_behavior="focus")
            return area.set_class(len(self._fields) == 1, "-alone")
        return Input(
            visible(value, isolate=False), id=field.name, compact=True, restrict=_NOTHING_HIDDEN,
        )  # fmt: skip

    def on_resize(self) -> None:
        """Hints stand in empty fields, cut with a mark where a field is too narrow; the line at
        the bottom has them whole."""
        self.call_after_refresh(self._show_hints)

    def _show_hints(self) -> None:
        for field in self._fields:
            for widget in self.query(f"#{field.name}").results(Input):
                if field.hint:
                    room = max(1, widget.content_size.width)
                    widget.placeholder = fitted(line(f"({field.hint})"), room).rstrip()

    def on_mount(self) -> None:
        """Begin at the first field, or where it was asked; look at what the draft says."""
        self.query_one("#look", Static).display = self._look is not None
        self.query_one(f"#{self._begin}").focus()
        self._ready = True
        self._show_look()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that work now, saving first; the way out promises a draft only where one is
        kept."""
        found = super().active_bindings
        for key in ("ctrl+s", "escape", "ctrl+d"):  # a text field has a ctrl+d of its own
            if key in found:
                found[key] = found.pop(key)
        if self._keep is None and (out := found.get("escape")) is not None:
            plain = dataclasses.replace(out.binding, description=_("back"))
            found["escape"] = out._replace(binding=plain)
        return found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A draft can be thrown away only where one is kept."""
        if action == "discard" and self._keep is None:
            return False
        return super().check_action(action, parameters)

    @property
    def values(self) -> Values:
        """What stands in the fields now."""
        return {field.name: self._value(field) for field in self._fields}

    def _value(self, field: Field) -> str:
        widget = self.query_one(f"#{field.name}")
        if isinstance(widget, TextArea):
            return widget.text
        if isinstance(widget, Select):
            return str(widget.value)
        assert isinstance(widget, Input)
        return widget.value

    def _changed(self) -> None:
        if not self._ready:
            return
        if self._keep is not None:
            self._keep(self.values)
        self._show_look()

    def on_input_changed(self) -> None:
        """Keep the draft at each key."""
        self._changed()

    def on_text_area_changed(self) -> None:
        """Keep the draft at each key."""
        self._changed()

    def on_select_changed(self, event: Select.Changed) -> None:
        """Keep the draft at each choice."""
        self._changed()
        if event.select.has_focus:
            self._show_hint(event.select)

    def _show_look(self) -> None:
        if self._look is None:
            return
        for field in self._fields:
            self._set_error(f"#error-{field.name}", "")
        try:
            self.query_one("#look", Static).update(safe(self._look(self.values)))
        except BadInput as problem:
            # While somebody is still typing this is a hint, not a refusal.
            self.query_one("#look", Static).update(safe(self._hint_of(problem), "dim"))
        except OrderdeskError as problem:
            self.query_one("#look", Static).update(safe(problem))
        self.call_after_refresh(self._grow)

    def _hint_of(self, problem: BadInput) -> str:
        """What would do, and in which field."""
        label = next((f.label for f in self._fields if f.name == problem.field), "")
        return f"{label}  {problem.mend}" if label else str(problem.mend)

    def on_input_submitted(self) -> None:
        """Enter goes to the next field, and saves from the last."""
        if self.focused is not None and self.focused.id == self._fields[-1].name:
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        """Save, or show at which field it stops."""
        for field in self._fields:
            self._set_error(f"#error-{field.name}", "")
        self._set_error("#problem", "")
        try:
            result = self._submit(self.values)
        except BadInput as problem:
            at = f"#error-{problem.field}"
            named = any(field.name == problem.field for field in self._fields)
            self._set_error(at if named else "#problem", str(problem.mend if named else problem))
            if named:
                self.query_one(f"#{problem.field}").focus()
            return
        except OrderdeskError as problem:
            self._set_error("#problem", str(problem))
            return
        self.dismiss(True if result is None else result)

    def _set_error(self, selector: str, text: str) -> None:
        widget = self.query_one(selector, Static)
        widget.set_class(not text, "-none")
        widget.update(safe(f"▲ {text}") if text else Content(""))

    def action_leave(self) -> None:
        """Leave; what was typed stays as a draft."""
        if self._keep is not None:
            self._keep(self.values)
        self.dismiss(None)

    def action_discard(self) -> None:
        """Throw the draft away."""
        if self._keep is not None:
            self._keep({})
        self.dismiss(None)


class Question(Sheet[bool]):
    """Yes or no, only for what can't be undone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,j,enter", "answer(True)", N_("yes")),
        Binding("n,escape", "answer(False)", N_("no")),
    ]
    DEFAULT_CSS = """
    Question { align: center middle; background: $background 60%; }
    Question > Vertical { width: 70%; max-width: 80; height: auto; border: round $look-amber;
                          background: $surface; padding: 1 2; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical():
            yield Static(safe(self._text))
            yield Static(safe("\n" + _("y: yes   n: no"), "dim"))

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class Reading(Sheet[None]):
    """A text to read: a receipt, help, a paper."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "close", N_("back")),
        Binding("c", "copy", N_("copy")),
    ]
    DEFAULT_CSS = """
    Reading { align: center middle; background: $background 60%; }
    Reading > Vertical { width: 92%; max-width: 110; max-height: 92%; border: round $look-focus;
                         border-title-style: bold; background: $surface; padding: 0 1; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self.text = title, text

    def compose(self) -> ComposeResult:
        """Title, text, footer."""
        with Vertical() as box:
            box.border_title = line(self._title)
            with VerticalScroll():
                text = Hanging()
                text.show(safe(self.text))
                yield text
            yield Keys()

    def on_resize(self) -> None:
        """No higher than the text asks: what it was opened from stays in sight."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if not self.query(VerticalScroll):  # closed meanwhile
            return
        box, text = self.query_one(Vertical), self.query_one(VerticalScroll)
        around = box.outer_size.height - text.size.height
        box.styles.height = around + sum(part.outer_size.height for part in text.children)

    def action_close(self) -> None:
        """Back to where one was."""
        self.dismiss(None)

    def action_copy(self) -> None:
        """Copy the text (OSC 52)."""
        self.app.copy_to_clipboard(self.text)
        self.notify(_("copied"), markup=False)
