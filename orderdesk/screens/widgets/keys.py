"""The keys that work now, all of them, on as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from orderdesk.domain.text import visible

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.screen import Screen

_KEY = "bold $footer-key-foreground"


class Keys(Static):
    """Footer: each key with what it does; a click presses it. Wraps where the terminal is narrow,
    so that no key is cut off."""

    DEFAULT_CSS = """
    Keys { dock: bottom; height: auto; max-height: 3; background: $footer-background;
           color: $footer-foreground; padding: 0 1;
           link-style: none; link-color: $footer-foreground;
           link-background: $footer-background; link-style-hover: bold;
           link-color-hover: $footer-key-foreground; link-background-hover: $footer-background; }
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
        shown: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            palette = active.binding.key == self.app.COMMAND_PALETTE_BINDING
            if (active.binding.show or palette) and active.enabled:
                shown.setdefault(active.binding.action, active)
        lines: list[list[Content]] = [[]]
        room = self.app.size.width - 2
        for active in sorted(
            shown.values(), key=lambda a: a.binding.key == self.app.COMMAND_PALETTE_BINDING
        ):
            part = self._key(active)
            if lines[-1] and sum(p.cell_length + 2 for p in lines[-1]) + part.cell_length > room:
                lines.append([])
            lines[-1].append(part)
        self.update(Content("\n").join(Content("  ").join(parts) for parts in lines))

    def _key(self, active: ActiveBinding) -> Content:
        binding = active.binding
        press = Style.from_meta({"@click": f"app.simulate_key({binding.key!r})"})
        shown = Content.assemble(
            (f"{visible(self.app.get_key_display(binding))} ", _KEY),
            visible(binding.description),
        )
        return shown.stylize(press)

    def on_resize(self) -> None:
        """More room, fewer lines."""
        self._draw()
