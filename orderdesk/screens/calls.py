"""Calls: who has heard of a change of work, and who must be told by telephone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.calendars.receipts import Standing
    from orderdesk.desk.core import Desk
    from orderdesk.desk.feeds import Address


class CallsScreen(Place):
    """Who must be told, and who has heard."""

    place = "capacity"
    about = N_(
        "Publishing lets the calendars say what the roster says. Calendar programs read them when "
        "they like, so a change of work within a day stands here until the calendar was fetched or "
        "somebody ticks that the person was told. After half an hour it turns amber, and after "
        "that it is the team lead's. An address opens one person's calendar and nothing else."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "told", N_("told")),
        Binding("e", "publish", N_("publish")),
        Binding("m", "for_lead", N_("text for the lead")),
        Binding("n", "new_address", N_("new address")),
        Binding("x", "withdraw", N_("withdraw address")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"told", "publish", "new_address", "withdraw"})
    DEFAULT_CSS = """
    CallsScreen #summary { height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Standing] = ()

    def compose_body(self) -> ComposeResult:
        """What it comes to, the calls, the addresses."""
        yield Static("", id="summary")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("who"), 4),
                    Column(_("begins"), 16),
                    Column(_("change"), 13, grow=1),
                    Column(_("state"), 16),
                    Column(_("last fetched"), 22, grow=1, rank=1),
                ],
                empty=_("Nobody has to be told of anything. Press e to publish what changed."),
                id="calls",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="why")
                yield Static("", id="addresses")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The call list as it stands now."""
        from orderdesk.desk import feeds, receipts, words

        sheet = receipts.sheet(desk)
        self._lines = sheet.lines_
        rows = [
            (
                line.call.person_id,
                words.moment(line.call.moment),
                receipts.what_of(line),
                _(receipts.STATES[line.state.value]),
                receipts.client_of(line),
            )
            for line in sheet.lines_
        ]
        self.query_one("#summary", Static).update(safe(sheet.summary))
        self.query_one("#calls", VirtualTable).load(ListRows(rows))
        if not rows:
            self.query_one("#why", Static).update("")
        text = "\n".join(_address_lines(feeds.addresses(desk)))
        self.query_one("#addresses", Static).update(safe(text))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """Why this person is (not) to be called."""
        from orderdesk.desk import words

        line = self._lines[event.row]
        published = words.clock(line.call.published_at)
        said = _("{who}: {title}. Published {clock}. {reason}").format(
            who=line.call.person_id, title=line.call.title, clock=published, reason=line.reason
        )
        self.query_one("#why", Static).update(safe(said + "\n"))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """The change as a whole, ready to be told on the telephone."""
        from orderdesk.desk import receipts, words

        row = self._lines[event.row]
        text = [
            row.call.title,
            _("begins {when}").format(when=words.moment(row.call.moment)),
            receipts.what_of(row),
            receipts.client_of(row),
            f"{_(receipts.STATES[row.state.value])}: {row.reason}",
        ]
        self.app.push_screen(Reading(row.call.person_id, "\n".join(text)))

    def action_told(self) -> None:
        """The person under the cursor was told."""
        from orderdesk.desk import receipts

        row = self.query_one(VirtualTable).current
        if self.desk is None or row is None:
            return
        desk, call = self.desk, self._lines[row].call
        if self._lines[row].heard:
            self.done(_("{who} has heard already").format(who=call.person_id))
            return
        self.try_to(lambda: receipts.tick(desk, call.person_id, call.uid))
        self.refill()

    def action_publish(self) -> None:
        """Let the calendars say what the roster says."""
        from orderdesk.desk import publishing

        if self.desk is None:
            return
        desk = self.desk
        done = self.try_to(lambda: publishing.publish(desk))
        if done is not None:
            self.done(
                _("{n} of {all} calendars changed").format(n=len(done.changed), all=len(done.feeds))
            )

    def action_for_lead(self) -> None:
        """What the team lead must know, to be copied."""
        from orderdesk.desk import receipts

        if self.desk is not None:
            text = receipts.text_for_lead(self.desk) or _("Nothing waits for the team lead.")
            self.app.push_screen(Reading(_("For the team lead"), text))

    def action_new_address(self) -> None:
        """A feed address for one person, shown once."""
        from orderdesk.desk import feeds

        if self.desk is None:
            return
        desk = self.desk

        def given(address: object) -> None:
            if isinstance(address, str):
                self.refill()
                said = _("Give this address to the person now: it can't be shown again.")
                self.app.push_screen(Reading(_("Feed address"), f"{said}\n\n{address}"))

        self.app.push_screen(
            Form(
                _("New feed address"),
                [Field("who", _("Service number"), _("an earlier address stops working"))],
                lambda v: feeds.new_address(desk, v["who"]),
            ),
            given,
        )

    def action_withdraw(self) -> None:
        """Close one person's address."""
        from orderdesk.desk import feeds

        if self.desk is None:
            return
        desk = self.desk
        self.app.push_screen(
            Form(
                _("Withdraw a feed address"),
                [Field("who", _("Service number"), _("nobody else's changes"))],
                lambda v: feeds.withdraw(desk, v["who"]),
            ),
            self.saying(_("withdrawn")),
        )

    def action_leave(self) -> None:
        """Back to the reserve."""
        self.app.pop_screen()


def _address_lines(found: Sequence[Address]) -> Iterator[str]:
    from orderdesk.desk import words

    with_one = [one for one in found if one.issued_at is not None]
    yield _("{n} of {all} people have a feed address").format(n=len(with_one), all=len(found))
    for one in with_one:
        seen = words.moment(one.fetched) if one.fetched else _("never fetched")
        yield f"{one.person_id}  {seen}  {one.client}"
