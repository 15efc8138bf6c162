"""The terminal application: nine places, one key each, on one desk.

The frame and the last known first screen are drawn before the database layer is loaded; the desk
opens in a thread right after.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from orderdesk.desk.preferences import prefer, preferences
from orderdesk.errors import OrderdeskError, StorageProblem
from orderdesk.i18n import LANGUAGES, N_, _, language, ngettext, set_language
from orderdesk.memory import long_lived
from orderdesk.screens.base import PLACES, Place
from orderdesk.screens.safe import line
from orderdesk.screens.themes import DARK, NAMES, VARIABLES, Plain, set_up
from orderdesk.screens.widgets.head import Marks
from orderdesk.screens.widgets.small import TooSmall, too_small

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk

OpenDesk = Callable[[], "Desk"]
_FIRST_FRAME = 0.12
_TURN = 0.0005
"""Seconds after which a thread that works gives another its turn."""
_BEFORE_OPEN = frozenset(
    {*(key for _name, key, _title in PLACES), "question_mark", "ctrl+p", "ctrl+l", "ctrl+t"}
)
"""Keys that need no desk."""
_TAKEN_IN, _AT_MOST = 0.02, 0.6
"""Seconds between looks whether what a key opened is there, and that a key is waited for."""
_LISTEN, _MOST_NEWS = 10, 3
"""Seconds between looks at what others changed, and how many changes are told at once."""


def _place(name: str) -> type[Place]:
    """The screen of a place, imported when it is first asked for."""
    from importlib import import_module

    found: type[Place] = import_module(f"orderdesk.screens.{name}").SCREEN
    return found


def _screen(name: str) -> Callable[[], Screen[None]]:
    """Makes the screen of a place when it is first shown."""
    return lambda: _place(name)()


class KeyWorked(Message):
    """Goes the way of a key, behind it: where this arrives, the key has been."""

    def __init__(self, key: int, *, again: bool) -> None:
        super().__init__()
        self.key, self.again = key, again


class OrderdeskApp(App[None]):
    """The desk on a terminal."""

    TITLE = "orderdesk"
    ENABLE_COMMAND_PALETTE = True
    CSS = """
    * { scrollbar-size-vertical: 1; }
    ToastRack { margin-bottom: 3; }
    """
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        name: _screen(name) for name, _key, _title in PLACES
    }
    DEFAULT_MODE = "today"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"place('{name}')", title, show=False) for name, key, title in PLACES),
        Binding("ctrl+p", "command_palette", N_("all actions"), show=False),
        Binding("ctrl+l", "language", N_("language"), show=False),
        Binding("ctrl+t", "theme", N_("colours"), show=False),
        Binding("ctrl+o", "jump", N_("jump"), show=False, priority=True),
        Binding("ctrl+z", "undo", N_("take back"), show=False),
        Binding("ctrl+y", "do_again", N_("do again"), show=False),
        Binding("ctrl+k", "as_known", N_("as known at"), show=False),
        Binding("ctrl+q", "quit", N_("quit"), show=False, priority=True),
    ]

    def __init__(
        self,
        open_desk: OpenDesk,
        *,
        glance_path: str = "",
        preferences_folder: Path | None = None,
    ) -> None:
        super().__init__()
        chosen = "" if preferences_folder is None else preferences(preferences_folder).get("theme")
        set_up(self, chosen or DARK)
        self._preferences_folder = preferences_folder
        self.positions: dict[str, str] = {}
        """Row on which each table stood, by screen and table."""
        self._plain = Plain()
        self.desk: Desk | None = None
        self._now_desk: Desk | None = None
        """The desk of now, while another moment is shown."""
        self.glance_path = glance_path
        self._open_desk = open_desk
        self.synthetic = False
        self.problem = ""
        self._heard = -1
        self._waiting: list[events.Key] = []
        """Keys that wait for the desk or for the key before them, in order."""
        self._pressed_again: events.Key | None = None
        self._pressed = self._under_way = 0
        """How many keys were pressed, and which of them does its work now; 0 for none."""
        self._first = contextlib.ExitStack()
        """What holds until the first frame stands."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The looks of the desk, whatever theme is chosen."""
        return VARIABLES

    def get_line_filters(self) -> Sequence[LineFilter]:
        """No colour at all where `NO_COLOR` asks for none."""
        return (self._plain,) if self.no_color else super().get_line_filters()

    def on_load(self) -> None:
        """Look for no garbage until the first frame stands: there is none, and it takes a tenth."""
        self._first.enter_context(long_lived())

    def on_mount(self) -> None:
        """Then the desk, without keeping the frame waiting."""
        # Loading the database layer would hold the interpreter while the first frame is drawn.
        self.set_timer(_FIRST_FRAME, self.open)
        self.set_timer(_FIRST_FRAME, self._first.close)

    def on_unmount(self) -> None:
        """Also when it ends before its first frame."""
        self._first.close()

    async def on_event(self, event: events.Event) -> None:
        """One key at a time, in order: it waits until there is a desk for it, and until the key
        before it has done its work. None is lost.

        A slow line hands over several keys at once, and a key that moves on works only after its
        way up from the widget: without waiting, what follows would land in the field before.
        """
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if event is not self._pressed_again and self._must_wait(event):
            self._waiting.append(event)
            if self.desk is None and isinstance(self.screen, Place):
                self.screen.show_head()
            elif len(self._waiting) == 1:
                self._wait_no_longer()
            return
        self._pressed += 1
        self._under_way = self._pressed
        await super().on_event(event)
        if self._waiting:
            self._wait_no_longer()
        self._follow(self._under_way)

    def _follow(self, key: int, *, again: bool = True) -> None:
        (self.focused or self.screen).post_message(KeyWorked(key, again=again))

    def _wait_no_longer(self) -> None:
        """A widget that is gone tells nobody that the key has done its work."""
        self.set_timer(_AT_MOST, partial(self._worked, self._under_way))

    @property
    def _opening(self) -> bool:
        """Whether there will be a desk, and isn't yet."""
        return self.desk is None and not self.problem

    def _must_wait(self, event: events.Key) -> bool:
        if event.key == "ctrl+q":
            return False
        in_place = isinstance(self.screen, Place)  # and not in help or palette, open already
        too_early = self._opening and in_place and event.key not in _BEFORE_OPEN
        return bool(self._waiting) or bool(self._under_way) or too_early

    def on_key_worked(self, message: KeyWorked) -> None:
        """The key has done its work: the next may, when what it set going has been done too."""
        if message.again and self.screen_stack:
            self._follow(message.key, again=False)
        else:
            self._worked(message.key)

    def _worked(self, key: int) -> None:
        if key == self._under_way:
            self._under_way = 0
            self._press_next()

    def _press_next(self) -> None:
        """Press the first of the keys that waited."""
        if not self._waiting or self._under_way or self._opening or not self.screen_stack:
            return
        if not self.screen.is_mounted:  # of the form that the key before opened
            self.set_timer(_TAKEN_IN, self._press_next)
            return
        waited = self._waiting.pop(0)
        self._pressed_again = events.Key(waited.key, waited.character)
        self.post_message(self._pressed_again)

    @work(thread=True, exclusive=True, group="open")
    def open(self) -> None:
        """Open the desk in a thread."""
        try:
            desk = self._open_desk()
            with desk.read() as reader:
                synthetic = bool(reader.meta("synthetic"))
        except OrderdeskError as problem:
            self.call_from_thread(self._not_opened, str(problem))
            return
        self.call_from_thread(self._opened, desk, synthetic)

    def _opened(self, desk: Desk, synthetic: bool) -> None:
        self.desk, self.synthetic = desk, synthetic
        desk.deeds = []  # what opening it took, such as making the city, is nobody's deed
        # From here on, what is read in the background gives way to keys and drawing sooner.
        sys.setswitchinterval(_TURN)
        self.listen()
        self.set_interval(_LISTEN, self.listen)
        if isinstance(self.screen, Place):
            self.screen.show_head()
            self.screen.refill()
            self.screen.refresh_bindings()  # who may only read has fewer keys
        self.call_after_refresh(self._press_next)
        if desk.worry:
            self.notify(line(desk.worry), severity="warning", timeout=15, markup=False)

    def let_go(self) -> None:
        """Close the desk; what was copied to show an earlier moment doesn't outlive it."""
        from orderdesk.desk.known import leave

        if self.desk is not None and self.desk.as_known is not None:
            leave(self.desk)
        for desk in (self.desk, self._now_desk):
            if desk is not None:
                desk.store.close()

    @work(thread=True, exclusive=True, group="listen")
    def listen(self) -> None:
        """Tell what others changed meanwhile, wherever somebody is, without taking the focus."""
        from orderdesk.desk.catchup import news

        if self.desk is None or not self._within_reach(self.desk):
            return
        try:
            found, self._heard = news(self.desk, self._heard)
        except OrderdeskError:
            return  # The next act of the user says it; a listener stays quiet.
        for change in found[:_MOST_NEWS]:
            text = f"{change.at}  {change.line} ({change.by})"
            self.call_from_thread(self.notify, line(text), title=_("changed"), markup=False)

    def _within_reach(self, desk: Desk) -> bool:
        """Whether the database answers; what was kept meanwhile is brought in and told."""
        from orderdesk.desk import offline

        was_away = desk.away is not None
        n = offline.back(desk)
        if n is None or n or was_away:
            self.call_from_thread(self._reach_changed, n)
        return n is not None

    def _reach_changed(self, brought_in: int | None) -> None:
        if brought_in is not None:
            text = ngettext(
                "back online: {n} line that was kept here is in the database",
                "back online: {n} lines that were kept here are in the database", brought_in,
            ).format(n=brought_in)  # fmt: skip
            self.notify(text, markup=False)
        if isinstance(self.screen, Place):
            self.screen.show_head()
            if brought_in is not None:
                self.screen.refill()

    def _not_opened(self, sentence: str) -> None:
        from orderdesk.screens.widgets.form import Reading

        self.problem = sentence
        self._waiting.clear()  # there is no desk to press them at
        self.push_screen(Reading(_("The database can't be opened"), sentence))

    def marks(self) -> Marks:
        """What the header says beside the places: synthetic, moment, week, reading only, role."""
        if self.desk is None:
            n = len(self._waiting)
            waits = ngettext("opening, {n} key waits", "opening, {n} keys wait", n).format(n=n)
            return Marks([(waits if n else _("opening..."), _("opening..."))])
        from orderdesk.desk import words
        from orderdesk.domain.time import Week

        now, role = self.desk.now, _(words.ROLES[self.desk.actor.role])
        moment = words.moment(now)
        week = f"W{Week.of(now).number:02d}"
        found = [(f"{week}  {moment}", moment), (role, "")]
        if self.synthetic:
            found.insert(1, (_("SYNTHETIC DATA"), _("SYNTH")))
        if not self.desk.can_change:
            found.insert(1, (_("READING ONLY"), _("READS")))
        return Marks(found)

    def action_as_known(self) -> None:
        """Show everything as it was known at a minute; the same key comes back to now."""
        from orderdesk.desk.known import leave
        from orderdesk.screens.known import ask_minute

        then = self.desk
        if then is None:
            return
        if self._now_desk is None:
            ask_minute(self, then, self._show_as_known)
            return
        self._sit_down_at(self._now_desk, None)
        leave(then)

    def _show_as_known(self, then: Desk) -> None:
        self._sit_down_at(then, self.desk)

    def _sit_down_at(self, desk: Desk, now: Desk | None) -> None:
        """Let every screen show another state; `now` is the desk to come back to."""
        self.desk, self._now_desk = desk, now
        if isinstance(self.screen, Place):
            self.screen.show_head()
            self.screen.refill()
            self.screen.refresh_bindings()

    def action_place(self, name: str) -> None:
        """Go to one of the places."""
        if len(self.screen_stack) == 1:
            self.switch_mode(name)

    def action_language(self) -> None:
        """Show everything in the other language, from now on."""
        other = LANGUAGES[(LANGUAGES.index(language()) + 1) % len(LANGUAGES)]
        set_language(other)
        self._prefer("language", other)
        self.run_worker(self._again(), exclusive=True, group="language")

    async def _again(self) -> None:
        """Make the screens again, so that every word is read anew."""
        current = self.current_mode
        for name, _key, _title in PLACES:
            if name != current and name in self._screen_stacks:
                await self.remove_mode(name)
                self.add_mode(name, _screen(name))
        focused = self.screen.focused
        await self.screen.recompose()
        if focused is not None and focused.id and self.screen.query(f"#{focused.id}"):
            self.screen.query_one(f"#{focused.id}").focus()
        if isinstance(self.screen, Place):
            self.screen.show_head()
            self.screen.refill()

    def action_command_palette(self) -> None:
        """Every action by name, found in the reader's words."""
        if not CommandPalette.is_open(self):  # type: ignore[arg-type]
            from orderdesk.screens.widgets.palette import Palette

            self.push_screen(Palette())

    def action_theme(self) -> None:
        """The next set of colours: dark, light, high contrast."""
        names = list(NAMES)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self._prefer("theme", self.theme)
        self.notify(_(NAMES[self.theme]), title=_("colours"), timeout=2, markup=False)

    def _prefer(self, name: str, value: str) -> None:
        if self._preferences_folder is not None:
            prefer(self._preferences_folder, name, value)

    def action_jump(self) -> None:
        """Letters on everything that can take the keys."""
        from orderdesk.screens.widgets.jump import Jump, targets

        below = self.screen
        if isinstance(below, (Jump, TooSmall)) or CommandPalette.is_open(self):  # type: ignore[arg-type]
            return

        def chosen(widget: Widget | None) -> None:
            if widget is not None and widget.is_attached:
                widget.focus()

        self.push_screen(Jump(targets(below)), chosen)

    def action_undo(self) -> None:
        """Take back what was last done at this desk, or say why that can't be."""
        from orderdesk.desk.undo import take_back

        desk, place = self.desk, self.screen
        if desk is None or not isinstance(place, Place):
            return
        back = place.try_to(lambda: take_back(desk))
        if back is not None:
            place.done(back.line() + "  " + _("(^y: do again)"))

    def action_do_again(self) -> None:
        """Do again what was last taken back at this desk, or say why that can't be."""
        from orderdesk.desk.undo import do_again

        desk, place = self.desk, self.screen
        if desk is None or not isinstance(place, Place):
            return
        made = place.try_to(lambda: do_again(desk))
        if made is not None:
            place.done(made.line())

    def on_resize(self, event: events.Resize) -> None:
        """Say so while the terminal is too small to work in."""
        if too_small(event.size) and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that has a key here, and every place, by name."""
        for name, key, title in PLACES:
            yield SystemCommand(
                _(title),
                _("go there (key {key})").format(key=key),
                lambda n=name: self.action_place(n),
            )
        for active in screen.active_bindings.values():
            binding = active.binding
            # What works everywhere stands below, with more words.
            said_below = active.node is self and binding.action not in ("undo", "do_again")
            if binding.description and not said_below:
                yield SystemCommand(
                    _(binding.description),
                    _("key {key}").format(key=binding.key_display or binding.key),
                    lambda a=active: self._run(a.binding.action, a.node),
                )
        yield from self._elsewhere(screen)
        yield SystemCommand(_("jump"), _("key {key}").format(key="ctrl+o"), self.action_jump)
        yield SystemCommand(_("language"), _("Dutch or English"), self.action_language)
        yield SystemCommand(_("colours"), _("dark, light, high contrast"), self.action_theme)
        yield SystemCommand(_("quit"), "", self.action_quit_now)

    def _elsewhere(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The actions of the other places: chosen, one goes there first."""
        if self.desk is None or screen is not self.screen_stack[0]:
            return
        for name, _key, title in PLACES:
            place = _place(name)
            if name == self.current_mode:
                continue
            for binding in place.BINDINGS:
                if not isinstance(binding, Binding) or not (binding.show and binding.description):
                    continue
                if self.desk.can_change or binding.action.partition("(")[0] not in place.CHANGES:
                    yield SystemCommand(
                        f"{_(title)}: {_(binding.description)}",
                        _("there, key {key}").format(key=binding.key_display or binding.key),
                        lambda n=name, a=binding.action: self.run_worker(self._there(n, a)),
                    )

    async def _there(self, place: str, action: str) -> None:
        await self.switch_mode(place)
        await self.run_action(action, self.screen)

    def _run(self, action: str, node: object) -> None:
        self.run_worker(self.run_action(action, node))  # type: ignore[arg-type]

    def action_quit_now(self) -> None:
        """Leave."""
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """No traceback on the terminal: where it arose is kept, and the user gets a sentence."""
        if not self.is_headless:
            from orderdesk.desk.faults import keep

            self._return_code = 1
            self.exit(message=line(keep(error)))
            return
        super()._handle_exception(error)


def open_own(url: str, role: str | None) -> Desk:
    """The officer's own desk, with the upkeep of the day done as far as the disk allows."""
    from orderdesk.desk.opening import actor_of, open_desk
    from orderdesk.desk.scoring import keep_up_today
    from orderdesk.desk.signals import purge_old

    desk = open_desk(url, actor=actor_of(role))
    try:
        desk.store.database.daily_backup(desk.now)
        if desk.can_change:
            purge_old(desk)
            keep_up_today(desk)
    except StorageProblem as problem:  # a full disk must not keep anybody from reading
        desk.worry = str(problem)
    return desk


def run_app(database: str | None, role: str | None, lang: str) -> None:
    """Open the application on the officer's own database."""
    set_language(lang)
    from orderdesk.desk.where import database_url, user_folder

    url = database_url(database)
    _run(lambda: open_own(url, role), url, user_folder())


def run_demo(seed: int, lang: str) -> None:
    """Open the application on the demonstration city."""
    set_language(lang)
    from orderdesk.desk.where import user_folder

    path = user_folder() / f"demo-{seed}-{os.getpid()}.db"

    def open_it() -> Desk:
        from orderdesk.desk.demo import open_city

        return open_city(str(path), seed)

    def forget() -> None:
        for file in path.parent.glob(path.name + "*"):
            file.unlink(missing_ok=True)

    _run(open_it, str(path), user_folder(), forget)


def _run(
    open_it: OpenDesk, url: str, folder: Path, forget: Callable[[], None] = lambda: None
) -> None:
    path = url.removeprefix("sqlite:///")
    shown = "" if "://" in path else path
    application = OrderdeskApp(open_it, glance_path=shown, preferences_folder=folder)

    def end() -> None:
        application.let_go()
        forget()

    _at_hang_up(end)
    try:
        application.run()
    finally:
        end()


def _at_hang_up(end: Callable[[], None]) -> None:
    """A terminal that is closed ends the program at once; what must not stay behind goes first.

    What was typed is safe already: each key is in the draft.
    """
    if sys.platform == "win32":
        return

    def hung_up(number: int, _frame: object) -> None:
        with contextlib.suppress(Exception):
            end()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGHUP, hung_up)
