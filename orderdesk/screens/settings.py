"""Settings: the parameters that hold here, what they usually are, and who changed them and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from orderdesk.errors import Stale
from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.settings import Setting


class SettingsScreen(Place):
    """All parameters that a desk may set."""

    place = "team"
    about = N_(
        "Parameters that hold here: the term of notification, the reserve, waterlines, places, "
        "norms, shifts, terms of retention. What you change holds at once, for this desk, with "
        "your name and reason; a star marks it. An empty value gives back what is usual. Look "
        "through places and norms once and press c: the first run then goes on."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", N_("filter"), key_display="/"),
        Binding("e", "change", N_("edit")),
        Binding("h", "history", N_("history")),
        Binding("i", "places", N_("own places")),
        Binding("c", "checked", N_("looked through")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"change", "places", "checked"})
    DEFAULT_CSS = """
    SettingsScreen #filter { border: none; height: 1; padding: 0 1; background: $panel; }
    SettingsScreen #checked { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._settings: list[Setting] = []

    def compose_body(self) -> ComposeResult:
        """Filter, list, the one under the cursor in full."""
        yield Input(placeholder=_("/ filter"), id="filter", compact=True)
        yield Static("", id="checked")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("setting"), 24, grow=1),
                    Column(_("value"), 18),
                    Column(_("usually"), 18, rank=2),
                    Column(_("what"), 30, grow=2, rank=1),
                ],
                empty=_("No setting has these words. Escape shows all."),
                id="settings",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="one")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """What holds now, as far as it answers the filter."""
        from orderdesk.desk import settings
        from orderdesk.desk.parameters import shown

        found = settings.look(desk, self.query_one("#filter", Input).value)
        self._settings = list(found.settings)
        rows = [
            (
                s.key,
                shown(s.value) + (f" {settings.LOCAL}" if s.local else ""),
                shown(s.usual),
                s.name,
            )
            for s in self._settings
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        said = found.checked or _("nobody has looked through these yet")
        self.query_one("#checked", Static).update(safe(said))
        self._show_one()

    def on_input_changed(self) -> None:
        """Answer while typing."""
        self.refill()

    def on_input_submitted(self) -> None:
        """Enter in the filter goes to the list."""
        self.query_one(VirtualTable).focus()

    def on_virtual_table_moved(self) -> None:
        """The detail follows the cursor."""
        self._show_one()

    def on_virtual_table_chosen(self) -> None:
        """Enter changes the one under the cursor."""
        self.action_change()

    def _current(self) -> Setting | None:
        row = self.query_one(VirtualTable).current
        return self._settings[row] if row is not None and row < len(self._settings) else None

    def _show_one(self) -> None:
        found = self._current()
        lines = [] if found is None else [found.line(), ""]
        if found is not None:
            lines += [f"{id}  {name}" for id, name in found.choices.items()] or [found.allowed]
        self.query_one("#one", Static).update(safe("\n".join(lines)))

    def action_filter(self) -> None:
        """Type to filter."""
        self.query_one("#filter", Input).focus()

    def action_change(self) -> None:
        """Another value, with a reason."""
        from orderdesk.desk import drafts, settings
        from orderdesk.desk.parameters import shown

        desk, found = self.desk, self._current()
        if desk is None or found is None:
            return
        version = [found.version]
        name = settings.draft_name(found.key)
        values = {"value": shown(found.value), "why": ""}

        def submit(given: dict[str, str]) -> object:
            try:
                return settings.change(
                    desk, found.key, given["value"], given["why"], expected=version[0]
                )
            except Stale:
                version[0] = settings.setting(desk, found.key).version
                raise

        fields = [
            Field(
                "value",
                found.name,
                "" if found.choices else found.allowed,
                choices=[*found.choices.items(), *([("", _("as usual"))] if found.choices else [])],
            ),
            Field("why", _("Why"), _("whoever reads this figure later will ask")),
        ]
        self.app.push_screen(
            Form(
                found.key,
                fields,
                submit,
                draft={**values, **drafts.load_draft(desk, name)},
                keep=lambda given: drafts.save_draft(desk, name, given if given != values else {}),
            ),
            self.saying(_("holds from now on")),
        )

    def action_history(self) -> None:
        """Who changed what, the newest first."""
        from orderdesk.desk import settings

        if self.desk is None:
            return
        lines = [change.line() for change in settings.history(self.desk)]
        self.app.push_screen(
            Reading(_("History"), "\n".join(lines) or _("Nothing was changed here yet."))
        )

    def action_places(self) -> None:
        """Let a list be the places of this desk."""
        from orderdesk.desk import own_places

        desk = self.desk
        if desk is None:
            return

        def submit(given: dict[str, str]) -> object:
            found = own_places.preview(
                Path(given["file"].strip()).expanduser(), given["centre"].strip()
            )
            return own_places.take_over(desk, found, given["why"])

        def done(found: object) -> None:
            if isinstance(found, own_places.PlaceList):
                self.done(next(iter(found.lines())))

        fields = [
            Field("file", _("File"), _(".csv, .tsv, .xlsx, .xls, .ods")),
            Field("centre", _("District of the centre"), _("empty: that of the first row")),
            Field("why", _("Why"), _("whoever reads this figure later will ask")),
        ]
        self.app.push_screen(self.drafted("places", _("Own places"), fields, submit), done)

    def action_checked(self) -> None:
        """Places and norms hold for this city."""
        from orderdesk.desk import settings

        desk = self.desk
        if desk is not None and self.try_to(lambda: settings.checked(desk)):
            self.done(_("noted: looked through"))

    def action_leave(self) -> None:
        """All rows again; then back to the team."""
        line = self.query_one("#filter", Input)
        if line.value:
            line.value = ""
            self.query_one(VirtualTable).focus()
        else:
            self.app.pop_screen()
