"""What every place of the desk has: a header, keys, help, and a way to do things safely.

A screen subclasses `Place`, names its `place`, draws in `compose_body`, and fills itself in
`fill`, which runs after the first frame and whenever something changed:

    class Notes(Place):
        '''Notes: what the desk wants to remember.'''

        place = "notes"

        def compose_body(self) -> ComposeResult:
            yield VirtualTable([Column(_("note"), 20, grow=1)], id="notes")

        def fill(self, desk: Desk) -> None:
            self.query_one("#notes", VirtualTable).load(ListRows(notes(desk)))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import Screen

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.head import Head, Marks, Tab
from orderdesk.screens.widgets.keys import Keys
from orderdesk.screens.widgets.panels import Banner, State
from orderdesk.screens.words import translated

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.screens.widgets.form import Field, Form, Values

T = TypeVar("T")

WIDE = 120
"""From this width on, detail stands beside the list."""

PLACES: tuple[tuple[str, str, str], ...] = (
    ("today", "1", N_("Today")),
    ("register", "2", N_("Register")),
    ("risk", "3", N_("Risk")),
    ("capacity", "4", N_("Capacity")),
    ("roster", "5", N_("Roster")),
    ("incident", "6", N_("Incident")),
    ("signals", "7", N_("Signals")),
    ("driehoek", "8", N_("Driehoek")),
    ("team", "9", N_("Team")),
)


class DeskApp(Protocol):
    """What a place needs of the application it stands in."""

    desk: Desk | None
    synthetic: bool
    glance_path: str

    def marks(self) -> Marks:
        """What the header says beside the places."""
        ...

    def action_place(self, name: str) -> None:
        """Go to one of the places."""
        ...


class Place(Screen[None]):
    """One of the nine places."""

    place: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "explain", N_("help"), key_display="?"),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset()
    """Actions that change something: not there for who may only read, nor at another moment."""
    DEFAULT_CSS = """
    Place { layout: vertical; }
    Place #body { height: 1fr; }
    Place .split { height: 1fr; layout: vertical; }
    Place.-wide .split { layout: horizontal; }
    Place .list { height: 3fr; width: 1fr; }
    Place .detail { height: 2fr; width: 1fr; border-top: solid $look-frame; padding: 0 1; }
    Place.-wide .list { height: 1fr; width: 3fr; }
    Place.-wide .detail { height: 1fr; width: 2fr; border-top: none;
                          border-left: solid $look-frame; }
    Place .title { text-style: bold; color: $text-primary; height: 1; padding: 0 1; }
    Place .warn { color: $text-warning; }
    """

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that work now, described in the reader's language."""
        return translated(super().active_bindings)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key that could only be refused: at another moment, or for who may only read."""
        desk = self.desk
        if action in self.CHANGES and desk is not None:
            return desk.can_change
        return super().check_action(action, parameters)

    @property
    def desk_app(self) -> DeskApp:
        """The application, with the desk."""
        return cast("DeskApp", self.app)

    @property
    def desk(self) -> Desk | None:
        """The desk, once it is open."""
        return self.desk_app.desk

    def compose(self) -> ComposeResult:
        """Header, banner, body, footer."""
        self.fit(self.app.size)  # before there is anything to lay out and style twice
        tabs = [Tab(name, key, _(title)) for name, key, title in PLACES]
        yield Head(tabs, self.place, id="head")
        yield Banner(id="banner")
        with Vertical(id="body"):
            yield from self.compose_body()
        yield Keys()

    def compose_body(self) -> ComposeResult:
        """What the place shows."""
        raise NotImplementedError

    def fill(self, desk: Desk) -> None:
        """Put what the desk says in the widgets."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Draw the frame first, fill after."""
        self.show_head()
        self.set_interval(20, self.show_head)
        self.call_after_refresh(self.refill)

    def on_screen_resume(self) -> None:
        """Coming back: what changed elsewhere shows here."""
        self.show_head()
        self.refill()
        self.refresh_bindings()

    def on_resize(self) -> None:
        """As much as there is room for."""
        self.fit(self.size)

    def fit(self, size: Size) -> None:
        """Detail beside the list where there is room."""
        self.set_class(size.width >= WIDE, "-wide")

    def refill(self) -> None:
        """Fill again from the database."""
        if self.desk is None or not self.is_mounted:
            return
        if self.desk.away is not None:  # what is shown stays; the header says why
            self.show_head()
            return
        self.try_to(lambda: self.fill(self.desk) if self.desk else None)

    def show_head(self) -> None:
        """Draw the header line, and the banner while offline or at another moment."""
        self.query_one("#head", Head).show(self.desk_app.marks())
        since = self.desk.away_since if self.desk is not None else None
        if since is not None:
            from orderdesk.desk.words import clock

            self.banner.say(
                State.OFFLINE,
                _("since {time}: what you write is kept here").format(time=clock(since)),
            )
        elif self.desk is not None and self.desk.as_known is not None:
            from orderdesk.desk.words import moment

            said = moment(self.desk.as_known, year=True)
            self.banner.say(
                State.AS_KNOWN,
                _("{moment} · reading only · Ctrl+K: back to now").format(moment=said),
            )
        elif self._said:
            self.banner.clear()
        self._said = since is not None or bool(self.desk and self.desk.as_known)

    @property
    def banner(self) -> Banner:
        """The line for what holds of the whole screen: offline, what-if, as known at, reading."""
        return self.query_one("#banner", Banner)

    def try_to(self, deed: Callable[[], T]) -> T | None:
        """Do something; what the desk refuses becomes a message, never a traceback."""
        try:
            return deed()
        except OrderdeskError as problem:
            self.notify(line(problem), severity="warning", timeout=8, markup=False)
            return None

    def done(self, text: str) -> None:
        """Say what happened, and the key that takes it back where it can be; show the new state."""
        deed = self.desk.deeds[-1] if self.desk is not None and self.desk.deeds else None
        if deed is not None and not deed.told:
            from orderdesk.desk.undo import refusal

            deed.told = True
            if refusal(deed) is None:
                text += "  " + _("(^z: take back)")
        self.notify(line(text), markup=False)
        self.refill()

    def saying(self, text: str) -> Callable[[object], None]:
        """What to do when a form closes: say `text`, unless it was left without saving."""

        def closed(result: object) -> None:
            if result is not None:
                self.done(text)

        return closed

    def drafted(
        self,
        name: str,
        title: str,
        fields: Sequence[Field],
        submit: Callable[[Values], object],
        look: Callable[[Values], str] | None = None,
    ) -> Form:
        """A form whose draft stays under `name` until it is saved.

        As it opens it is no draft, nor with only another person chosen: who is meant follows the
        cursor.
        """
        from orderdesk.desk import drafts
        from orderdesk.screens.widgets.form import Form

        desk = self.desk
        if desk is None:
            return Form(title, fields, submit, look=look)
        opened = {
            field.name: field.value or (field.choices[0][0] if field.choices else "")
            for field in fields
            if field.name != "person"
        }

        def keep(given: Values) -> None:
            typed = any(given.get(field, first) != first for field, first in opened.items())
            drafts.save_draft(desk, name, given if typed else {})

        def save(given: Values) -> object:
            result = submit(given)
            drafts.drop_draft(desk, name)
            return result

        kept = drafts.load_draft(desk, name)
        return Form(title, fields, save, draft=kept, keep=keep, look=look)

    def action_explain(self) -> None:
        """What this place is for and which keys work here."""
        from orderdesk.screens.widgets.help import help_on

        title = {name: _(title) for name, _key, title in PLACES}.get(self.place, self.place)
        about = _(self.about) if self.about else ""
        self.app.push_screen(help_on(self, _("Help: {place}").format(place=title), about))

    about: ClassVar[str] = ""
    """What the place is for: a message of the catalogue."""
    _said = False
    """Whether the banner says something that this class put there."""
