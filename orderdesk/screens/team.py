"""Team: who is in it, when they are away, what they ask; weeks are opened from here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.errors import Stale
from orderdesk.i18n import N_, _, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.staff import StaffList
    from orderdesk.desk.team import Line
    from orderdesk.domain.people import Person

_WEEKS_SHOWN = 6


class TeamScreen(Place):
    """People, absences, requests, weeks."""

    place = "team"
    about = N_(
        "The team: contract hours, skills, weekdays and who is away. Sickness is written as other "
        "absence: a cause is never kept. An absence or a request counts in the next roster. "
        "Weeks are opened here: the reserve is a share of what can be planned, the rest goes to "
        "the themes by weight, and debts of a closed week come along."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", N_("add someone")),
        Binding("i", "import", N_("import")),
        Binding("e", "edit", N_("edit")),
        Binding("x", "leave_team", N_("last day")),
        Binding("a", "absence", N_("absence")),
        Binding("w", "request", N_("request")),
        Binding("d", "take_back", N_("withdraw")),
        Binding("o", "open_weeks", N_("open weeks")),
        Binding("s", "settings", N_("settings")),
        Binding("p", "privacy", N_("retention list")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"add", "import", "edit", "leave_team", "absence", "request", "take_back",
         "open_weeks"}
    )  # fmt: skip
    DEFAULT_CSS = "TeamScreen #sum { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def compose_body(self) -> ComposeResult:
        """People, and beside them the one under the cursor and the weeks."""
        yield Static("", id="sum")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 7),
                    Column(_("name"), 24, grow=1),
                    Column(_("h"), 5, right=True),
                    Column(_("skills"), 16, grow=2, rank=1),
                    Column(_("weekdays"), 9, rank=3),
                    Column(_("district"), 10, rank=4),
                    Column(_("away"), 18, grow=1, rank=2),
                ],
                empty=_("Nobody in the team yet. Press n to add someone."),
                id="people",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="more")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The team as it stands."""
        from orderdesk.desk import team, words

        seen = team.look(desk)
        self._lines = list(seen.lines_)
        rows = [
            (
                line.person.id,
                line.person.name,
                words.hours(line.person.contract_minutes),
                team.skill_text(line.person),
                team.weekday_text(line.person) or _("all"),
                line.person.district,
                line.away if line.serves else team.service_text(line.person),
            )
            for line in self._lines
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        self.query_one("#sum", Static).update(safe(next(iter(seen.lines()))))
        self._show_more(desk)

    def on_virtual_table_moved(self) -> None:
        """The detail follows the cursor."""
        if self.desk is not None:
            desk = self.desk
            self.try_to(lambda: self._show_more(desk))

    def on_virtual_table_chosen(self) -> None:
        """Enter changes who is under the cursor."""
        self.action_edit()

    def _current(self) -> Person | None:
        row = self.query_one(VirtualTable).current
        return self._lines[row].person if row is not None and row < len(self._lines) else None

    def _show_more(self, desk: Desk) -> None:
        from orderdesk.desk import team, weeks

        text: list[str] = []
        person = self._current()
        if person is not None:
            absences, requests = team.absences_and_requests(desk)
            text += [f"{person.id}  {person.name}", team.skill_text(person)]
            if service := team.service_text(person):
                text.append(service)
            text += [team.absence_text(desk, a) for a in absences if a.person_id == person.id]
            text += [team.request_text(r) for r in requests if r.person_id == person.id]
            text.append("")
        text += [_("Weeks"), *weeks.overview(desk, _WEEKS_SHOWN)]
        self.query_one("#more", Static).update(safe("\n".join(text)))

    # --- people -----------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Add somebody."""
        self._person_form(None)

    def action_edit(self) -> None:
        """Change who is under the cursor."""
        if (person := self._current()) is not None:
            self._person_form(person)

    def _person_form(self, opened: Person | None) -> None:
        from orderdesk.desk import drafts, team

        desk = self.desk
        if desk is None:
            return
        values = team.form_values(opened) if opened else {}
        name = team.draft_name(opened)
        version = [opened]

        def submit(given: dict[str, str]) -> object:
            try:
                return team.save(desk, given, version[0])
            except Stale as late:
                version[0] = late.theirs  # type: ignore[call-overload]
                raise

        fields = [
            Field("id", _("Service number"), _("such as B25; it stays")),
            Field("name", _("Name")),
            Field("hours", _("Contract hours a week"), _("0 to 60")),
            Field("skills", _("Skills"), _("boa, coordinator, dialogue, traffic, flex")),
            Field("weekdays", _("Can be rostered on"), _("ma-vr, or: di do za; empty: every day")),
            Field("district", _("Home district"), ", ".join(team.districts())),
            Field("since", _("In the team from"), _("empty: already")),
            Field("until", _("Last day"), _("empty: no end known")),
        ]
        self.app.push_screen(
            Form(
                _("Change {id}").format(id=opened.id) if opened else _("Add someone"),
                fields,
                submit,
                draft={**values, **drafts.load_draft(desk, name)},
                keep=lambda given: drafts.save_draft(desk, name, given if given != values else {}),
            ),
            self.saying(_("saved")),
        )

    def action_import(self) -> None:
        """A staff list: what it holds first, then a question."""
        from orderdesk.desk import staff

        desk = self.desk
        if desk is None:
            return

        def asked(found: object) -> None:
            if isinstance(found, staff.StaffList):
                self.app.push_screen(StaffListScreen(found))

        self.app.push_screen(
            self.drafted(
                "staff",
                _("Import a staff list"),
                [Field("file", _("File"), _(".csv, .tsv, .xlsx, .xls, .ods"))],
                lambda given: staff.preview(desk, Path(given["file"].strip()).expanduser()),
            ),
            asked,
        )

    def action_leave_team(self) -> None:
        """The last day of who is under the cursor."""
        from orderdesk.desk import team

        desk, person = self.desk, self._current()
        if desk is None or person is None:
            return
        self.app.push_screen(
            Form(
                _("Last day of {id}").format(id=person.id),
                [Field("until", _("Last day"), _("empty: today"))],
                lambda given: team.deactivate(desk, person.id, given["until"]),
            ),
            self.saying(_("saved; duties worked stay")),
        )

    # --- absences and requests --------------------------------------------------------------------

    def action_absence(self) -> None:
        """Somebody is away."""
        from orderdesk.desk import team

        desk = self.desk
        if desk is None:
            return
        causes = [(cause.value, _(name)) for cause, name in team.CAUSES.items()]
        fields = [
            self._who(),
            Field("first", _("First day"), _("such as: ma 15 jun")),
            Field("last", _("Last day"), _("empty: one day")),
            Field("cause", _("Cause"), _("sickness is other absence"), choices=causes),
        ]

        def submit(given: dict[str, str]) -> object:
            absence = team.add_absence(desk, given)
            if left := team.still_rostered(desk, absence):
                self.notify(safe(left).plain, severity="warning", timeout=12, markup=False)
            return absence

        self.app.push_screen(
            self.drafted("absence", _("Absence"), fields, submit), self.saying(_("written down"))
        )

    def action_request(self) -> None:
        """Somebody asks for a day off or a shift."""
        from orderdesk.desk import team

        desk = self.desk
        if desk is None:
            return
        what = [
            ("off", _("day off")), ("wanted", _("this shift")), ("avoid", _("not this shift")),
        ]  # fmt: skip
        fields = [
            self._who(),
            Field("day", _("Day")),
            Field("what", _("What"), choices=what),
            Field("shift", _("Shift"), ", ".join(team.shifts())),
            Field("weight", _("Weight"), _("1 would be nice, 5 matters most"), value="3"),
        ]
        form = self.drafted("request", _("Request"), fields, lambda v: team.add_request(desk, v))
        self.app.push_screen(form, self.saying(_("written down")))

    def _who(self) -> Field:
        person = self._current()
        return Field("person", _("Who"), _("number or name"), value=person.id if person else "")

    def action_take_back(self) -> None:
        """Take the last absence or request of who is under the cursor back."""
        from orderdesk.desk import team

        desk, person = self.desk, self._current()
        if desk is None or person is None:
            return
        absences, requests = team.absences_and_requests(desk)
        choices = [
            *((f"absence/{a.id}", team.absence_text(desk, a)) for a in absences
              if a.person_id == person.id),
            *((f"request/{r.id}", team.request_text(r)) for r in requests
              if r.person_id == person.id),
        ]  # fmt: skip
        if not choices:
            self.notify(_("{id} has no absence and no request").format(id=person.id), markup=False)
            return
        self.app.push_screen(
            Form(
                _("Withdraw"),
                [Field("which", _("Which"), choices=choices)],
                lambda given: team.take_back(desk, given["which"]),
            ),
            self.saying(_("withdrawn")),
        )

    def action_settings(self) -> None:
        """The parameters of this desk."""
        from orderdesk.screens.settings import SettingsScreen

        self.app.push_screen(SettingsScreen())

    def action_privacy(self) -> None:
        """What of people is due for destruction this week."""
        from orderdesk.screens.privacy import PrivacyScreen

        self.app.push_screen(PrivacyScreen())

    # --- weeks ------------------------------------------------------------------------------------

    def action_open_weeks(self) -> None:
        """Open this week and the next ones: reserve, themes, flex shifts, debts."""
        from orderdesk.desk import weeks

        desk = self.desk
        if desk is None:
            return

        def look(given: Mapping[str, str]) -> str:
            return "\n".join(weeks.look(desk, given))

        def submit(given: Mapping[str, str]) -> object:
            return weeks.open_from_form(desk, given)

        def done(opened: object) -> None:
            if isinstance(opened, list):
                n = len(opened)
                self.done(ngettext("{n} week opened", "{n} weeks opened", n).format(n=n))

        fields = [
            Field("week", _("First week"), _("as 2026-W24; empty: this week")),
            Field("weeks", _("How many weeks"), _("1 to 16"), value="4"),
            Field("reserve", _("Reserve, hours a week"), _("empty: as proposed")),
        ]
        self.app.push_screen(
            self.drafted("weeks", _("Open weeks"), fields, submit, look=look), done
        )


class StaffListScreen(Place):
    """What a staff list holds, row by row, before anything is written."""

    place = "team"
    about = N_(
        "This is what the list holds. Nothing is written before you press y. A row with a problem "
        "says which column, which value and how to mend it; the other rows are taken over."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", N_("import")),
        Binding("escape", "leave", N_("back")),
    ]
    DEFAULT_CSS = "StaffListScreen #found { height: auto; max-height: 4; padding: 0 1; }"

    def __init__(self, found: StaffList) -> None:
        super().__init__()
        self._found = found

    def compose_body(self) -> ComposeResult:
        """Summary, rows."""
        yield Static("", id="found")
        yield VirtualTable(
            [
                Column(_("row"), 5, right=True),
                Column(_("what"), 10),
                Column(_("column"), 14, rank=1),
                Column(_("value"), 18, grow=1),
                Column(_("message"), 24, grow=2, rank=2),
            ],
            empty=_("Everybody in the list is in the team already."),
            id="rows",
        )

    def fill(self, _desk: Desk) -> None:
        """Problems first, then who is new or changed."""
        found = self._found
        rows = [
            (str(p.row), _("problem"), p.column, p.value, str(p.message)) for p in found.problems
        ]
        for people, what in ((found.new, _("new")), (found.changed, _("changed"))):
            rows += [("", what, "", f"{p.id} {p.name}", "") for p in people]
        self.query_one(VirtualTable).load(ListRows(rows))
        self.query_one(VirtualTable).focus()
        self.query_one("#found", Static).update(safe("\n".join(list(found.lines())[:2])))

    def action_accept(self) -> None:
        """Take the list over and go back."""
        from orderdesk.desk import staff

        desk = self.desk
        if desk is None:
            return
        done = self.try_to(lambda: staff.take_over(desk, self._found))
        if done is not None:
            self.notify(safe(next(iter(done.lines()))).plain, markup=False)
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Back without importing."""
        self.app.pop_screen()


SCREEN = TeamScreen
