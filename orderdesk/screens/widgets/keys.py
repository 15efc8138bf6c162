"""The keys that work now, all of them, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_MOST_LINES, _LINES_AT_LAST = 3, 4


class Keys(Static):
    """Footer: each key with what it does; a click presses it. First what the focus offers, then
    the screen's own keys, then those of every screen. Wraps where the terminal is narrow, so that
    no key is cut off: closer together where three lines are not enough, and with a mark where four
    are not."""

    DEFAULT_CSS = """
    Keys { dock: bottom; height: auto; max-height: 4; background: $footer-background;
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
        groups = list(self._groups())
        shown = self._lines(groups, room, _GROUPS, "  ")
        if len(shown) > _MOST_LINES:
            shown = self._lines(groups, room, " ", " ")
        if len(shown) > _LINES_AT_LAST:
            # What every screen has comes first then; the rest is a key away.
            groups = [groups[-1], *groups[:-1]]
            shown = self._lines(groups, room, _GROUPS, "  ")[:_LINES_AT_LAST]
            last = shown[-1].truncate(room - 2, ellipsis=False)
            shown[-1] = Content.assemble(last, f" {_MORE}")
        self.update(Content("\n").join(shown))

    def _lines(
        self, groups: Sequence[Sequence[ActiveBinding]], room: int, between: str, gap: str
    ) -> list[Content]:
        """The groups on as many lines as they need."""
        lines: list[list[Content]] = [[]]
        used = 0
        for place, group in enumerate(groups):
            for n, active in enumerate(group):
                part = self._key(active)
                space = Content.styled(between if place and not n else gap, "$look-rule")
                if lines[-1] and used + space.cell_length + part.cell_length > room:
                    lines.append([])
                    used = 0
                if lines[-1]:
                    lines[-1].append(space)
                    used += space.cell_length
                lines[-1].append(part)
                used += part.cell_length
        return [Content("").join(parts) for parts in lines]

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
