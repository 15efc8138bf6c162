"""Help: what a screen is for, its own keys first, the keys that work everywhere after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from orderdesk.domain.text import visible
from orderdesk.i18n import _
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Reading
from orderdesk.screens.widgets.keys import Keys

if TYPE_CHECKING:
    from textual.app import App

_KEY, _GAP, _TWO_COLUMNS = 14, 2, 76
_GENERAL = ("explain", "focus_next", "focus_previous")
"""Keys of a screen that work on every screen."""


class Help(Reading):
    """A page of help: title, purpose, keys in groups; copied and closed as any text to read."""

    DEFAULT_CSS = """
    Help .about { max-width: 88; margin: 0 0 1 0; }
    Help .group { color: $text-primary; text-style: bold; margin: 1 0 0 0; }
    """

    def __init__(self, title: str, about: str, groups: Sequence[tuple[str, Sequence[Binding]]]):
        self._about, self._groups = about, groups
        super().__init__(title, "")

    def compose(self) -> ComposeResult:
        """Purpose first, then group by group."""
        rows = [(name, _merged(self.app, bindings)) for name, bindings in self._groups]
        self.text = "\n".join(
            [self._about]
            + [t for name, keys in rows if keys
               for t in ("", name, *(f"  {k:<{_KEY}}{what}" for k, what in keys))]
        )  # fmt: skip
        with Vertical() as box:
            box.border_title = line(self._title)
            with VerticalScroll():
                yield Static(safe(self._about), classes="about")
                for name, keys in rows:
                    if keys:
                        yield Static(safe(name), classes="group")
                        yield _KeyList(keys)
            yield Keys()


class _KeyList(Static):
    """Keys and what they do, in two columns where there is room."""

    def __init__(self, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__("", markup=False)
        self._keys = keys

    def on_resize(self) -> None:
        """As many columns as fit."""
        half = self.size.width // 2
        fits = all(_KEY + len(what) + _GAP <= half for _key, what in self._keys)
        columns = 2 if self.size.width >= _TWO_COLUMNS and fits else 1
        rows = -(-len(self._keys) // columns)
        drawn = []
        for row in range(rows):
            parts: list[tuple[str, str] | str] = []
            for column in range(columns):
                at = row + column * rows
                if at < len(self._keys):
                    key, what = self._keys[at]
                    last = column == columns - 1
                    parts.append((f"{key:<{_KEY}}", "bold $footer-key-foreground"))
                    parts.append(what if last else f"{what:<{half - _KEY}}")
            drawn.append(Content.assemble(*parts))
        self.update(Content("\n").join(drawn))


def help_on(screen: Screen[Any], title: str, about: str) -> Help:
    """The help of `screen`, with the keys that work there now."""
    own: list[Binding] = []
    here: list[Binding] = []
    everywhere: list[Binding] = []
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.description:
            continue
        if active.node is screen.app or binding.action.removeprefix("app.") in _GENERAL:
            everywhere.append(binding)
        elif binding.action in _ours(active.node):
            (own if active.node is screen else here).append(binding)
    return Help(
        title, about,
        [(_("Keys of this screen"), own), (_("In the list"), here), (_("Everywhere"), everywhere)],
    )  # fmt: skip


def _ours(node: DOMNode) -> set[str]:
    """Actions of the keys that orderdesk gives a widget or screen, not those of the library."""
    return {
        binding.action
        for kind in type(node).__mro__
        if kind.__module__.startswith("orderdesk.")
        for binding in kind.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
    }


def _merged(app: App[object], bindings: Iterable[Binding]) -> list[tuple[str, str]]:
    """Keys that do the same on one line: "↑ k"."""
    found: dict[str, list[str]] = {}
    for binding in bindings:
        keys = found.setdefault(visible(binding.description), [])
        shown = visible(app.get_key_display(binding))
        if shown not in keys:
            keys.append(shown)
    return [(" ".join(keys), what) for what, keys in found.items()]
