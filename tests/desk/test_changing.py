"""A case is changed from the form that shows it; what somebody left in a form has a name."""

from __future__ import annotations

from orderdesk.desk import drafts, intake, scoring, settings, team
from orderdesk.desk.core import Desk
from orderdesk.desk.today import today
from orderdesk.i18n import language, set_language


def test_saving_a_case_as_its_form_shows_it_changes_nothing(city: Desk) -> None:
    for number in ("E-2026-131", "D-2026-043"):  # four days; one afternoon, with a route
        case = scoring.case_numbered(city, number)
        with city.read() as reader:
            organiser = reader.organisers([case.organiser_id]).get(case.organiser_id)
        shown = intake.form_values(case, organiser)
        saved = intake.change(city, case, shown).case
        assert saved.span == case.span
        assert intake.form_values(saved, organiser) == shown
        assert intake.place_name(saved) == intake.place_name(case)


def test_a_case_is_not_in_its_own_way_while_it_is_changed(city: Desk) -> None:
    case = scoring.case_numbered(city, "D-2026-043")
    told = "\n".join(intake.typing_lines(city, intake.form_values(case, None), case.id))
    assert "E-2026-118" in told
    assert "D-2026-043" not in told


def test_a_draft_is_named_as_people_name_what_it_is_about(city: Desk) -> None:
    with city.read() as reader:
        gerda = next(person for person in reader.people() if person.id == "B07")
    share = next(s for s in settings.look(city).settings if s.key == "reserve.share")
    of_case = ("case D-2026-043", "decision D-2026-043")
    for form in (*of_case, team.draft_name(gerda), settings.draft_name(share.key)):
        drafts.save_draft(city, form, {"any": "thing"})
    was = language()
    set_language("en")
    rows = {row.what: row for row in today(city).rows if row.subject == "draft"}
    set_language(was)
    assert set(rows) == {
        "unfinished: change of D-2026-043",
        "unfinished: decision on D-2026-043",
        f"unfinished: B07 {gerda.name}",
        f"unfinished: setting: {share.name}",
    }
    assert rows["unfinished: change of D-2026-043"].target.startswith("case:")
