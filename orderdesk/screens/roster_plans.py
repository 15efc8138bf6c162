"""Plans for a case side by side: what each takes, from whom, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from orderdesk.i18n import N_, _, figure
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line
from orderdesk.screens.signing import decision, lead, signature
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.looks import Look, Piece, content, lines
from orderdesk.screens.widgets.table import fitted

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.rostering.replanning import Plans

_NAME, _LEAST = 24, 15


class PlansScreen(Place):
    """Plans side by side, each with its price."""

    place = "roster"
    about = N_(
        "Each plan is lawful. The first line that differs is the price. A plan that needs the "
        "neighbours is conditional until they say yes: q asks them, with a text to copy, and later "
        "keeps their answer. n shows where the demand comes from and changes it. Choosing a plan "
        "changes roster, ledger and calendars in one step; u on the roster takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose(0)", N_("choose A")),
        Binding("b", "choose(1)", N_("choose B")),
        Binding("c", "choose(2)", N_("choose C")),
        Binding("q", "pool", N_("ask the pool")),
        Binding("n", "demand", N_("demand")),
        Binding("escape", "leave", N_("none")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"choose", "pool", "demand"})
    DEFAULT_CSS = "PlansScreen #compare { padding: 0 1; }"

    def __init__(self, plans: Plans, again: Callable[[], Plans]) -> None:
        super().__init__()
        self.plans, self._again = plans, again

    def compose_body(self) -> ComposeResult:
        """The comparison and the people."""
        with VerticalScroll():
            yield Static("", id="compare", markup=False)

    def on_resize(self) -> None:
        """Columns as wide as fit."""
        super().on_resize()
        self.refill()

    def fill(self, desk: Desk) -> None:
        """One table, then each plan's people."""
        from orderdesk.desk import words
        from orderdesk.desk.rostering import replanning

        found = self.plans.found
        rows = self.plans.rows()
        rows.insert(len(rows) - 2, replanning.pool_row(desk, self.plans))
        text = [
            content(Piece(replanning.windows(desk), Look.DIM)),
            content(""),
            *self._wish(),
            *self._table(rows),
        ]
        for n, plan in enumerate(found.plans):
            text += [content(""), content(Piece(f"{chr(ord('A') + n)}  {plan.title}", Look.STRONG))]
            for entry in plan.lines:
                old = words.moment(entry.old.start) if entry.old else _("day off")
                text.append(
                    content(
                        f"   {entry.person_id}  {old} > {words.moment(entry.new.start)}-"
                        f"{words.clock(entry.new.end)}  {replanning.theme_text(entry.theme)}  "
                        + _("notice {n} days").format(n=entry.notice.days)
                        + "  "
                        + _("burden before {n}").format(n=figure(entry.earlier_burden, ".1f"))
                    )
                )
            for effect in (*plan.side_effects, *(f.message for f in plan.warnings)):
                text.append(content(Piece(f"   ! {effect}", Look.AMBER)))
        if not found.plans:
            text.append(content(_("No lawful plan covers this. See who can't help and why:")))
            text += [content(f"   {r.person_id}  {r.reason}") for r in found.refusals[:10]]
        self.query_one("#compare", Static).update(lines(*text))

    def _wish(self) -> list[Content]:
        """What leaving people out or bringing them in cost."""
        if not self.plans.wished:
            return []
        cost = [str(one) for one in self.plans.cost]
        text = "; ".join(cost) if cost else _("nothing")
        unmet = ", ".join(self.plans.found.unmet_wishes)
        rows = [content(Piece(_("the wish costs: {what}").format(what=text), Look.STRONG))]
        if unmet:
            rows.append(
                content(Piece(_("not possible by the rules: {who}").format(who=unmet), Look.AMBER))
            )
        return [*rows, content("")]

    def _table(self, rows: Sequence[tuple[str, ...]]) -> list[Content]:
        """Columns of equal width; what is longer goes on below."""
        plans = len(rows[0]) - 1
        if not plans:
            return []
        room = max(_LEAST, (self.size.width - _NAME - 4) // plans - 2)
        text = []
        for n, (name, *cells) in enumerate(rows):
            wrapped = [_wrapped(cell, room) for cell in cells]
            same = len(set(cells)) == 1
            look = Look.STRONG if n == 0 else Look.DIM if same else Look.PLAIN
            for part in range(max(len(w) for w in wrapped)):
                head = fitted(name if part == 0 else "", _NAME)
                row = [fitted(w[part] if part < len(w) else "", room) for w in wrapped]
                text.append(content(Piece(head, Look.DIM), "  ", Piece("  ".join(row), look)))
        return text

    def action_choose(self, n: int) -> None:
        """Sign for a plan."""
        from orderdesk.desk.rostering import replanning

        desk, plans = self.desk, self.plans.found.plans
        if desk is None or n >= len(plans):
            return

        def closed(people: object) -> None:
            if isinstance(people, list):
                self.app.pop_screen()
                self.app.notify(
                    line(_("call: {people}").format(people=", ".join(people))), markup=False
                )

        state = replanning.pool_state(desk, self.plans.case, plans[n])
        pool = [
            Field("pool", _("Pool said yes"), choices=[("no", _("no")), ("yes", _("yes"))])
        ] if state in (replanning.NEEDED, replanning.ASKED) else []  # fmt: skip
        undecided = plans[n].needs_decision and not self.plans.situation.decision
        self.app.push_screen(
            Form(
                _("Choose plan {name}").format(name=chr(ord("A") + n)),
                [
                    *signature(),
                    *pool,
                    *decision(needed=undecided),
                ],
                lambda v: replanning.choose(
                    desk, self.plans, plans[n], lead(v), v["reason"],
                    pool_confirmed=v.get("pool", "yes") == "yes",
                    decision=v.get("decision", ""),
                ),
            ),
            closed,
        )  # fmt: skip

    def action_pool(self) -> None:
        """Ask the neighbours, or keep their answer."""
        from orderdesk.desk.rostering import replanning

        desk = self.desk
        plan = next((p for p in self.plans.found.plans if p.conditional), None)
        if desk is None or plan is None:
            self.notify(_("no plan needs the pool"), markup=False)
            return
        case = self.plans.case
        state = replanning.pool_state(desk, case, plan)
        if state == replanning.CONFIRMED:
            self.notify(_("the pool has confirmed"), markup=False)
            return
        if state == replanning.NEEDED:
            self.app.push_screen(
                Form(
                    _("Ask the pool"),
                    [Field("until", _("Answer wanted by"), _("za 13 jun 09:00"))],
                    lambda v: replanning.ask_pool(desk, case, plan, v["until"]),
                    look=lambda v: replanning.pool_text(desk, case, plan, v["until"]),
                ),
                self._asked,
            )
            return
        self.app.push_screen(
            Form(
                _("Answer of the pool"),
                [Field("answer", _("Answer"), choices=[("yes", _("yes")), ("no", _("no"))])],
                lambda v: replanning.answer_pool(desk, case, plan, yes=v["answer"] == "yes"),
            ),
            self.saying(_("answer of the pool kept")),
        )

    def _asked(self, text: object) -> None:
        if isinstance(text, str):
            self.refill()
            self.app.push_screen(Reading(_("To send: c copies it"), text))

    def action_demand(self) -> None:
        """Where the demand comes from; other numbers in place of those of the norms."""
        from orderdesk.desk import demands

        desk = self.desk
        if desk is None:
            return
        case = self.plans.case
        found = self.try_to(lambda: demands.of_case(desk, case.id))
        if found is None:
            return

        def kept(values: Mapping[str, str]) -> bool:
            demands.change(desk, case.id, values)
            return True

        def closed(done: object) -> None:
            plans = self.try_to(self._again) if done is not None else None
            if plans is not None:
                self.plans = plans
                self.done(_("demand changed; the plans are new"))

        self.app.push_screen(
            Form(
                _("Demand of {number}").format(number=case.number),
                [
                    *(
                        Field(f"block{n}", label, value=str(number))
                        for n, (label, number) in enumerate(found.blocks)
                    ),
                    Field("reason", _("Reason")),
                ],
                kept,
                look=lambda _values: "\n".join(found.lines()),
            ),
            closed,
        )  # fmt: skip

    def action_leave(self) -> None:
        """None of them; one line in the log says so."""
        from orderdesk.desk.rostering import replanning

        desk = self.desk
        if desk is not None and desk.can_change:
            self.try_to(lambda: replanning.reject(desk, self.plans))
        self.app.pop_screen()


def _wrapped(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` cells, broken at spaces."""
    rows, row = [], ""
    for word in text.split(" "):
        if row and len(row) + 1 + len(word) > room:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    return [*rows, row]
