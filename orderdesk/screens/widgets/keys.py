"""The keys that work now, all of them, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from orderdesk.domain.text import visible

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

_KEY = "bold $footer-key-foreground"
_GROUPS = " │ "
_MORE = "…"
_MOST_LINES = 3


class Keys(Static):
    """Footer: each key with what it does; a click presses it. First what the focus offers, then
    the screen's own keys, then those of every screen. Wraps where the terminal is narrow, so that
    no key is cut off; what three lines can't hold is behind "… ?"."""

    DEFAULT_CSS = """
    Keys { dock: bottom; height: auto; max-height: 3; background: $footer-background;
           color: $footer-foreground; padding: 0 1; }
    Keys:ansi { background: ansi_default; color: ansi_default; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def on_mount(self) -> None:
        """Follow what the focus makes possible."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._draw()

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen and screen.app.app_focus:
            self._draw()

    def _draw(self) -> None:
        room = self.app.size.width - 2
        lines: list[list[Content]] = [[]]
        used = 0
        for place, group in enumerate(self._groups()):
            for n, active in enumerate(group):
                part = self._key(active)
                gap = Content.styled(_GROUPS, "$look-rule") if place and not n else Content("  ")
                if lines[-1] and used + gap.cell_length + part.cell_length > room:
                    lines.append([])
                    used = 0
                if lines[-1]:
                    lines[-1].append(gap)
                    used += gap.cell_length
                lines[-1].append(part)
                used += part.cell_length
        shown = [Content("").join(parts) for parts in lines]
        if len(shown) > _MOST_LINES:
            last = shown[_MOST_LINES - 1].truncate(room - 4, ellipsis=False)
            more = Content.assemble(f" {_MORE} ", ("?", _KEY))
            shown = [*shown[: _MOST_LINES - 1], last + more]
        self.update(Content("\n").join(shown))

    def _groups(self) -> Iterator[list[ActiveBinding]]:
        """Keys of what has the focus, of the screen, of every screen; each action once."""
        shown: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            palette = active.binding.key == self.app.COMMAND_PALETTE_BINDING
            if (active.binding.show or palette) and active.enabled:
                shown.setdefault(active.binding.action, active)
        ranks = [self._rank(active) for active in shown.values()]
        for rank in range(3):
            group = [a for a, r in zip(shown.values(), ranks, strict=True) if r == rank]
            if group:
                yield group

    def _rank(self, active: ActiveBinding) -> int:
        general = active.node is self.app or active.binding.action == "explain"
        return 2 if general else 1 if active.node is self.screen else 0

    def _key(self, active: ActiveBinding) -> Content:
        binding = active.binding
        shown = Content.assemble(
            (f"{visible(self.app.get_key_display(binding))} ", _KEY),
            visible(binding.description),
        )
        return shown.stylize(Style.from_meta({"key": binding.key}))

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        key = event.style.meta.get("key")
        if key is not None:
            self.app.simulate_key(key)

    def on_resize(self) -> None:
        """More room, fewer lines."""
        self._draw()
