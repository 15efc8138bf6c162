"""One case: what is known, what is missing, what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _, ngettext, pick
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.why import Why

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.desk.core import Desk
    from orderdesk.domain.events import Case
    from orderdesk.risk.events import EventAdvice, MedicalCover


class CaseScreen(Place):
    """A case as a whole."""

    place = "register"
    about = N_(
        "One case as a whole: term and reasoning, what is still missing, conflicts, the class and "
        "what would change it, scenario cards, decisions and the log. A late or unannounced "
        "gathering is protected all the same; there is no key that refuses one for that."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("change")),
        Binding("r", "receipt", N_("receipt")),
        Binding("g", "counter", N_("counter-group")),
        Binding("p", "pair", N_("pair")),
        Binding("s", "scenarios", N_("scenarios")),
        Binding("v", "condition", N_("condition")),
        Binding("d", "decide", N_("decide")),
        Binding("o", "override", N_("class")),
        Binding("b", "event_class", N_("A/B/C")),
        Binding("a", "ask", N_("ask advice")),
        Binding("t", "talk", N_("talk")),
        Binding("l", "log", N_("note")),
        Binding("x", "call_off", N_("called off / moved")),
        Binding("z", "close_case", N_("close")),
        Binding("m", "mark_ready", N_("ready")),
        Binding("w", "print", N_("print")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"edit", "counter", "pair", "scenarios", "condition", "decide", "override",
         "event_class", "ask", "talk", "log", "call_off", "close_case", "mark_ready"}
    )  # fmt: skip
    DEFAULT_CSS = """
    CaseScreen #facts { height: auto; padding: 0 1; }
    CaseScreen #risk { height: auto; }
    CaseScreen #name { height: auto; max-height: 2; padding: 0 1; }
    CaseScreen.-wide .list { width: 1fr; }
    CaseScreen.-wide .detail { width: 1fr; }
    """

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self._case_id = case_id
        self._found: Dossier | None = None

    def compose_body(self) -> ComposeResult:
        """Facts beside the risk."""
        yield Static("", id="name", classes="title")
        with Vertical(classes="split"):
            with VerticalScroll(classes="list"):
                yield Static("", id="facts")
            with VerticalScroll(classes="detail"):
                yield Static("", id="risk")
                yield Why(id="why")

    def fill(self, desk: Desk) -> None:
        """Read the case."""
        from orderdesk.desk import cases

        self._found = cases.dossier(desk, self._case_id)
        found = self._found
        self.query_one("#name", Static).update(safe(_title(found)))
        self.query_one("#facts", Static).update(safe("\n".join(_facts(found))))
        self.query_one("#risk", Static).update(safe("\n".join(_decided(found))))
        self.query_one("#why", Why).show(found.risk)

    @property
    def case(self) -> Case | None:
        """The version that is shown."""
        return self._found.case if self._found else None

    def action_leave(self) -> None:
        """Back to where one was."""
        self.app.pop_screen()

    def action_edit(self) -> None:
        """Change the case; a second writer is told and sees both."""
        from orderdesk.desk import drafts, intake
        from orderdesk.screens.register import notification_fields

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        form = f"case {found.case.number}"
        self.app.push_screen(
            Form(
                _("Change {number}").format(number=found.case.number),
                notification_fields(),
                lambda given: intake.change(desk, found.case, given),
                draft=drafts.load_draft(desk, form)
                or intake.form_values(found.case, found.organiser),
                keep=lambda given: drafts.save_draft(desk, form, given),
                look=lambda given: "\n".join(intake.typing_lines(desk, given, found.case.id)),
            ),
            lambda result: self._saved(result, form),
        )

    def _saved(self, result: object, form: str) -> None:
        from orderdesk.desk import drafts

        if result is not None and self.desk is not None:
            drafts.drop_draft(self.desk, form)
            self.done(_("saved"))

    def action_receipt(self) -> None:
        """The proof of receipt, in both languages."""
        from orderdesk.desk import publishing

        desk = self.desk
        if desk is None or self._found is None:
            return
        text = self.try_to(lambda: publishing.receipt_text(desk, self._case_id))
        if text is not None:
            self.app.push_screen(Reading(_("Receipt"), text))

    def action_counter(self) -> None:
        """What is known of a counter-group."""
        from orderdesk.desk import scoring
        from orderdesk.desk.words import COUNTERS, SURENESSES
        from orderdesk.domain.events import CounterGroup, Sureness

        desk = self.desk
        if desk is None or self.case is None:
            return
        fields = [
            Field("state", _("Counter-group"),
                  choices=[(k.value, _(n)) for k, n in COUNTERS.items()],
                  value=self.case.counter_group.value),
            Field("sure", _("How sure"), choices=[(k.value, _(n)) for k, n in SURENESSES.items()],
                  value=self.case.counter_sureness.value),
        ]  # fmt: skip
        self.app.push_screen(
            Form(
                _("Counter-group"),
                fields,
                lambda v: scoring.confirm_counter(
                    desk, self._case_id, CounterGroup(v["state"]), Sureness(v["sure"])
                ),
            ),
            self.saying(_("counter-group noted, scored again")),
        )

    def action_pair(self) -> None:
        """Link as counter-demonstration, or give it one of the places offered."""
        from orderdesk.desk import pairs, scoring

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        if found.places_offered:
            choices = [
                (o.place.id, _("{place}: {m} m, room for {n} more").format(
                    place=o.place.name, m=o.metres, n=o.spare))
                for o in found.places_offered
            ]  # fmt: skip
            self.app.push_screen(
                Form(
                    _("A place within sight and sound"),
                    [Field("place", _("Place"), choices=choices)],
                    lambda v: pairs.move_counter(desk, self._case_id, v["place"]),
                ),
                self.saying(_("place offered")),
            )
            return
        self.app.push_screen(
            Form(
                _("Counter-demonstration to which case?"),
                [
                    Field(
                        "number", _("Number of the case"), _("D-2026-043; that one keeps its place")
                    )
                ],
                lambda v: pairs.link_counter(
                    desk, self._case_id, scoring.case_numbered(desk, v["number"]).id
                ),
            ),
            self.saying(_("linked")),
        )

    def action_scenarios(self) -> None:
        """Propose cards; all of them below one another, beginning at the first hole."""
        from orderdesk.desk import cases

        desk = self.desk
        if desk is None:
            return
        cards = self.try_to(lambda: cases.propose_cards(desk, self._case_id)) or ()
        if not cards:
            return
        asked = {
            "trigger": _("trigger"),
            "measure": _("measure"),
            "owner": _("owner"),
            "tolerance_limit": _("tolerance limit"),
        }
        hints = {"tolerance_limit": _("if this happens, then...")}

        def save(values: Mapping[str, str]) -> object:
            changed = [
                card.replace(**{name: values[f"{name}-{n}"] for name in asked})
                for n, card in enumerate(cards, start=1)
            ]
            return cases.save_cards(desk, self._case_id, changed)

        fields = [
            Field(f"{name}-{n}", f"{n} {label}", hints.get(name, ""), value=getattr(card, name))
            for n, card in enumerate(cards, start=1)
            for name, label in asked.items()
        ]
        begin = next((field.name for field in fields if not field.value.strip()), "")
        title = ngettext("{n} scenario", "{n} scenarios", len(cards)).format(n=len(cards))
        self.app.push_screen(Form(title, fields, save, begin=begin), self.saying(_("kept")))

    def action_condition(self) -> None:
        """Draft a condition; what resembles a struck-down one says so while typing."""
        from orderdesk.desk import decisions
        from orderdesk.domain.law import Condition, Ground

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return

        def look(values: Mapping[str, str]) -> str:
            hits = decisions.lint(values["text"])
            return "\n".join(f"▲ {hit.case}: {pick(hit.outcome)}" for hit in hits) or _(
                "No court case resembles this."
            )

        def save(values: Mapping[str, str]) -> object:
            condition = Condition(
                text=values["text"] or "?",
                grounds=frozenset({Ground(values["ground"])}),
                motive=values["motive"],
                despite=values["despite"],
            )
            decisions.check_draft(condition)
            decisions.save_conditions(desk, self._case_id, [*found.conditions, condition])
            return True

        grounds = [("health", _("health")), ("traffic", _("traffic")), ("disorder", _("disorder"))]
        fields = [
            Field("text", _("Condition")),
            Field("ground", _("Ground (Wom art. 2)"), choices=grounds),
            Field("motive", _("Motive of its own")),
            Field("despite", _("Why go on although it resembles a struck-down one")),
        ]
        name = f"condition {found.case.number}"
        self.app.push_screen(
            self.drafted(name, _("Condition"), fields, save, look), self.saying(_("kept"))
        )

    def action_decide(self) -> None:
        """The mayor decides: the ladder of means, then the letter and the dossier."""
        from orderdesk.desk import decisions
        from orderdesk.desk.words import DECISIONS
        from orderdesk.domain.law import DecisionKind, Ground
        from orderdesk.domain.people import Actor, Role

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        grounds = [("", _("none")), ("health", _("health")), ("traffic", _("traffic")),
                   ("disorder", _("disorder"))]  # fmt: skip
        fields = [
            Field("kind", _("Decision"), choices=[(k.value, _(n)) for k, n in DECISIONS.items()]),
            Field("by", _("Name of the mayor")),
            Field("ground", _("Ground (Wom art. 2)"), choices=grounds),
            Field("motive", _("Motive")),
            Field("lighter", _("Lighter means weighed"), _("measure: why it does not suffice"),
                  long=True),
            Field("capacity", _("Statement on capacity")),
        ]  # fmt: skip

        def look(values: Mapping[str, str]) -> str:
            weighed = decisions.read_measures(values["lighter"])
            return "\n".join(decisions.ladder(found, weighed, values["capacity"]))

        def decide(values: Mapping[str, str]) -> object:
            kind = DecisionKind(values["kind"])
            ground = values["ground"]
            return decisions.decide(
                desk, self._case_id, kind, Actor(name=values["by"].strip(), role=Role.DECIDER),
                conditions=found.conditions if kind is DecisionKind.CONDITIONS else (),
                grounds=frozenset({Ground(ground)} if ground else ()), motive=values["motive"],
                lighter_measures=decisions.read_measures(values["lighter"]),
                capacity_statement=values["capacity"],
            )  # fmt: skip

        name = f"decision {found.case.number}"
        self.app.push_screen(
            self.drafted(name, _("The mayor decides"), fields, decide, look), self._decided
        )

    def _decided(self, decision: object) -> None:
        from orderdesk.desk import evidence
        from orderdesk.domain.law import Decision
        from orderdesk.screens.papers import ask_file

        desk = self.desk
        if desk is None or not isinstance(decision, Decision):
            return
        self.done(_("{number} decided; letter and dossier next").format(number=decision.number))
        ask_file(
            self.app.push_screen, decision.number,
            lambda folder: evidence.write_dossier(desk, decision.number, folder),
            self.done, folder=True,
        )  # fmt: skip

    def action_override(self) -> None:
        """Decide another class, with motive and last day."""
        from datetime import timedelta

        from orderdesk.desk import scoring
        from orderdesk.domain.time import local
        from orderdesk.domain.when import read_when

        desk = self.desk
        if desk is None:
            return
        classes = [(c.value, _(n)) for c, n in scoring.CLASS_NAMES.items()]
        standing = self._found.risk.standing.value if self._found else ""
        until = local(desk.now + timedelta(days=7)).strftime("%d-%m-%Y")
        self.app.push_screen(
            Form(
                _("Decide the class"),
                [
                    Field("class", _("Class"), choices=classes, value=standing),
                    Field("motive", _("Motive"), _("stands on the driehoek sheet")),
                    Field("until", _("Until"), value=until),
                ],
                lambda v: scoring.override(
                    desk, self._case_id, scoring.require_class(v["class"]), v["motive"], desk.actor,
                    read_when(v["until"], desk.now, "until").day,
                ),
            ),
            self.saying(_("decided")),
        )  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A/B/C is for events; a key that would do nothing is not shown."""
        if action == "event_class":
            return self.case is not None and self.case.is_event
        return super().check_action(action, parameters)

    def action_event_class(self) -> None:
        """The three profiles of an event, the advice that follows, and medical cover."""
        from orderdesk.desk import event_class

        desk, case = self.desk, self.case
        if desk is None or case is None:
            return
        facts = case.event.facts if case.event else {}
        yes_no = [("", _("no")), ("yes", _("yes"))]

        def name(id: str) -> str:
            return id.replace(".", "-")

        fields = [
            Field(
                name(q.id), pick(q.label), value=facts.get(q.id, ""),
                choices=[("", _("not known yet")), *((a.id, pick(a.label)) for a in q.answers)],
            )
            for q in event_class.event_questions()
        ]  # fmt: skip
        kinds = [
            ("", _("not known yet")),
            *((k, k.replace("_", " ")) for k in event_class.medical_kinds()),
        ]
        fields += [
            Field(event_class.DECIDED, _("Decided class"),
                  value=case.event.risk_class if case.event else "",
                  choices=[("", _("not decided")), ("0", "0"), ("A", "A"), ("B", "B"), ("C", "C")]),
            Field(name(event_class.MEDICAL_KIND), _("Medical cover: kind"), choices=kinds,
                  value=facts.get(event_class.MEDICAL_KIND, "")),
            Field(name(event_class.INDOORS), _("Indoors"), choices=yes_no,
                  value=facts.get(event_class.INDOORS, "")),
            Field(name(event_class.VIOLENCE), _("Violence expected (police)"), choices=yes_no,
                  value=facts.get(event_class.VIOLENCE, "")),
            Field(name(event_class.VIPS), _("VIPs"), value=facts.get(event_class.VIPS, "")),
        ]  # fmt: skip

        def given(values: Mapping[str, str]) -> dict[str, str]:
            return {key.replace("-", "."): value for key, value in values.items()}

        def look(values: Mapping[str, str]) -> str:
            return "\n".join(_event_lines(*event_class.advice_for(case, given(values))))

        self.app.push_screen(
            Form(
                _("A/B/C of {number}").format(number=case.number),
                fields,
                lambda v: event_class.answer_event(desk, self._case_id, given(v)),
                look=look,
            ),
            self.saying(_("kept")),
        )

    def action_ask(self) -> None:
        """Ask somebody for advice, with a day."""
        from orderdesk.desk import talks

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("who", _("Whom"), _("police, fire service, GHOR")),
            Field("what", _("What"), _("one question")),
            Field("due", _("Due"), _("wo 12:00, over 2 dagen")),
        ]
        self.app.push_screen(
            Form(
                _("Ask advice"),
                fields,
                lambda v: talks.ask(desk, self._case_id, v["who"], v["what"], v["due"]),
            ),
            self.saying(_("asked")),
        )

    def action_talk(self) -> None:
        """The talk with the organiser: agenda, agreements ticked, new ones added; then minutes."""
        from orderdesk.desk import talks
        from orderdesk.desk.words import AGREEMENTS
        from orderdesk.screens.papers import Paper, as_text

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        agenda = "\n".join(f"- {point}" for point in talks.talk_agenda(found)) or _("nothing open")
        states = [(state, _(name)) for state, name in AGREEMENTS.items()]
        standing = found.agreements
        fields = [
            Field("new", _("New agreements"), _("one a line"), long=True),
            *(
                Field(f"agreed-{n}", _("Agreed before"), agreement.text, choices=states,
                      value=agreement.state)
                for n, agreement in enumerate(standing)
            ),
        ]  # fmt: skip

        def keep(values: Mapping[str, str]) -> object:
            ticked = {a.id: values[f"agreed-{n}"] for n, a in enumerate(standing)}
            return talks.hold_talk(desk, found, ticked, values["new"])

        def held(talk: object) -> None:
            if isinstance(talk, talks.Talk):
                number = found.case.number
                self.refill()
                self.app.push_screen(
                    Paper(
                        _("Minutes of the talk"), as_text(talks.minutes_lines(talk)),
                        f"{number}-{_('talk')}.pdf",
                        lambda path: talks.print_minutes(desk, number, talk, path),
                    )
                )  # fmt: skip

        self.app.push_screen(
            Form(_("Talk with the organiser"), fields, keep, look=lambda _values: agenda), held
        )

    def action_log(self) -> None:
        """Add a line to the log."""
        from orderdesk.desk.timeline import write_line

        desk = self.desk
        if desk is None:
            return
        self.app.push_screen(
            Form(
                _("Note"),
                [Field("text", _("Line"))],
                lambda v: write_line(desk, self._case_id, v["text"]),
            ),
            self.saying(_("noted")),
        )

    def action_call_off(self) -> None:
        """Called off, or moved to another moment."""
        from orderdesk.desk import closing

        desk = self.desk
        if desk is None:
            return
        self.app.push_screen(
            Form(
                _("Called off, or moved?"),
                [Field("when", _("New moment"), _("empty: called off; do 25 jun 17:30"))],
                lambda v: (
                    closing.move(desk, self._case_id, v["when"])
                    if v["when"].strip()
                    else closing.call_off(desk, self._case_id)
                ),
            ),
            self.saying(_("hours come free; see Capacity")),
        )

    def action_close_case(self) -> None:
        """What happened."""
        from orderdesk.screens.closing import open_closing

        open_closing(self, self._case_id)

    def action_print(self) -> None:
        """The paper pack: a page of plan, the log, lines to write on."""
        from orderdesk.desk import pack
        from orderdesk.screens.papers import ask_file

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        ask_file(
            self.app.push_screen, f"{found.case.number}.pdf",
            lambda path: pack.print_case(desk, self._case_id, path),
            self.done,
        )  # fmt: skip

    def action_mark_ready(self) -> None:
        """Ready, unless a scenario has a hole."""
        from orderdesk.desk import cases

        if self.desk is None:
            return
        desk = self.desk
        if self.try_to(lambda: cases.mark_ready(desk, self._case_id)) is not None:
            self.done(_("ready"))


def _title(found: Dossier) -> str:
    from orderdesk.desk import words

    case = found.case
    return (
        f"{case.number} · {_(words.KINDS[case.kind])} · {found.place} · "
        f"{words.span(case.span, time_known=case.time_known)} · {_(words.STATUSES[case.status])}"
    )


def _facts(found: Dossier) -> Iterator[str]:
    from orderdesk.desk import words
    from orderdesk.domain.law import DecisionKind

    case = found.case
    yield found.term_sentence
    if found.term:
        yield from (f"  {step}" for step in found.term.steps)
    if found.gate:
        yield _("needs: {what}").format(what=_(words.PROCEDURES[found.gate.procedure]))
        yield from (f"  {reason}" for reason in found.gate.reasons)
        if found.gate.late:
            yield _("applied for late")
    if found.square_days:
        yield _("square days used this year: {n}").format(n=found.square_days)
    if found.square_warning:
        yield f"▲ {found.square_warning}"
    yield ""
    yield _("expected: {n}   form: {form}   came: {source}").format(
        n=words.people(case), form=_(words.FORMS[case.form]), source=_(words.SOURCES[case.source])
    )
    if found.organiser and found.organiser.name:
        yield _("organiser: {name}").format(name=found.organiser.name)
    yield from found.kept
    for name in found.missing:
        yield _("still to be given: {what}").format(what=name)
    for conflict in found.conflicts:
        yield f"▲ {conflict.note} ({words.span(conflict.overlap)})"
    for counter in found.counters:
        yield _("counter-demonstration: {number}; this case keeps its place").format(
            number=counter.number
        )
    for offer in found.places_offered:
        yield _("place for this counter-demonstration: {place}, {m} m").format(
            place=offer.place.name, m=offer.metres
        )
    if found.place_memory:
        yield _("place: {memory}").format(memory=_(found.place_memory))
    yield ""
    for n, card in enumerate(found.scenarios, start=1):
        hole = ", ".join(str(part) for part in card.holes)
        yield _("scenario {n}: {trigger}").format(n=n, trigger=card.trigger)
        yield f"   {card.measure} · {card.owner} · {card.tolerance_limit}"
        if hole:
            yield "   ▲ " + _("missing: {what}").format(what=hole)
    for condition in found.conditions:
        yield _("draft condition: {text}").format(text=condition.text)
    for decision in found.decisions:
        yield _("decision {number}: {kind}, {by}").format(
            number=decision.number,
            kind=_(words.DECISIONS[decision.kind]),
            by=decision.decided_by.name,
        )
    for action in found.actions:
        if not action.allowed and action.why_not:
            what = _(words.DECISIONS[DecisionKind(action.id)])
            yield _("{what}: {why}").format(what=what, why=action.why_not)
            break
    for request in found.requests:
        state = request.answer or _("due {day}").format(day=words.day(request.due))
        yield _("asked {whom}: {question} ({state})").format(
            whom=request.asked_of, question=request.question, state=state
        )
    for agreement in found.agreements:
        yield _("agreement ({state}): {text}").format(
            state=_(words.AGREEMENTS[agreement.state]), text=agreement.text
        )
    yield ""
    for entry in found.log:
        yield f"{words.moment(entry.known_at)}  {entry.text}  [{entry.author}]"


def _event_lines(advice: EventAdvice | None, medical: MedicalCover | None) -> Iterator[str]:
    if advice is not None:
        highest = "" if advice.highest is advice.advice else f" .. {advice.highest.value}"
        yield _("advice {name}: {why}").format(
            name=f"{advice.advice.value}{highest}", why=advice.why
        )
        if advice.open_questions:
            yield ngettext(
                "{n} question of the profiles is open", "{n} questions of the profiles are open",
                len(advice.open_questions),
            ).format(n=len(advice.open_questions))  # fmt: skip
    if medical is not None:
        yield _(
            "medical cover (Maurer {score}), apart from the class: {helpers} helpers, {cars} "
            "ambulances, {doctors} doctors"
        ).format(
            score=medical.score, helpers=medical.helpers, cars=medical.ambulances,
            doctors=medical.doctors,
        )  # fmt: skip


def _decided(found: Dossier) -> Iterator[str]:
    """What people decided, and of an event the advice of the profiles; the reasons follow."""
    if found.event_advice is not None:
        decided = found.case.event.risk_class if found.case.event else ""
        yield _("decided class: {name}").format(name=decided or _("not decided"))
        yield from _event_lines(found.event_advice, found.medical)
        for line in found.event_advice.lines:
            yield f"  {line.points:+3d}  {line.question}: {line.answer}"
        yield ""
    if found.risk.override:
        yield _("decided by {by}: {motive} (until {day})").format(
            by=found.risk.override["by"],
            motive=found.risk.override["motive"],
            day=found.risk.override["expires"],
        )
        yield ""
