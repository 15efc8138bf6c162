"""Working-time law, norm by norm, by example."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orderdesk import reference
from orderdesk.domain.people import Duty, DutyStatus, Task
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import (
    Columns,
    Finding,
    Severity,
    Stretch,
    WorkingTimeLaw,
    check,
    check_columns,
    check_duties,
    check_team,
    clock,
    errors,
    require_lawful,
)
from orderdesk.errors import ReferenceProblem, RuleSaysNo
from orderdesk.i18n import use_language

LAW = reference.load("working_time_law", WorkingTimeLaw)
MONDAY = date(2026, 6, 8)


def work(day: int, start: str, hours: float, pause: int = 30, first: date = MONDAY) -> Stretch:
    begin = at(first + timedelta(days=day), start)
    return Stretch(begin, begin + timedelta(hours=hours), pause)


def found(*stretches: Stretch, law: WorkingTimeLaw = LAW) -> dict[str, Finding]:
    """Findings by rule (the first of each)."""
    by_rule: dict[str, Finding] = {}
    for finding in check("B01", stretches, law):
        by_rule.setdefault(finding.rule, finding)
    return by_rule


def changed(rule: str, **values: object) -> WorkingTimeLaw:
    """The law with other figures in one norm; "short.agreed" style keys reach into parts."""
    norm = getattr(LAW, rule)[-1]
    for key, value in values.items():
        part, _, inner = key.partition("__")
        new = getattr(norm, part).model_copy(update={inner: value}) if inner else value
        norm = norm.model_copy(update={part: new})
    return LAW.model_copy(update={rule: (norm,)})


def week_of(start: str, hours: float, days: range = range(5), pause: int = 30) -> list[Stretch]:
    return [work(d, start, hours, pause) for d in days]


def test_an_ordinary_week_is_lawful() -> None:
    assert check("B01", week_of("07:00", 8.5), LAW) == ()


# --- daily rest ---


def test_rest_under_eleven_hours_is_an_error() -> None:
    finding = found(work(0, "14:30", 8.5), work(1, "07:00", 8.5))["daily_rest"]
    assert finding.severity is Severity.ERROR
    assert (finding.measured, finding.limit, finding.article) == (8 * 60, 11 * 60, "ATW 5:3")
    assert (local(finding.start).hour, local(finding.end).hour) == (23, 7)


def test_rest_of_exactly_eleven_hours_is_enough() -> None:
    assert found(work(0, "11:30", 8.5), work(1, "07:00", 8.5)) == {}


def test_one_short_rest_a_week_is_a_warning_where_agreed() -> None:
    agreed = changed("daily_rest", short__agreed=True)
    once = [work(0, "14:30", 8.5), work(1, "07:00", 8.5)]
    assert found(*once, law=agreed)["daily_rest"].severity is Severity.WARNING
    twice = [*once, work(2, "14:30", 8.5), work(3, "07:00", 8.5)]
    severities = [f.severity for f in check("B01", twice, agreed) if f.rule == "daily_rest"]
    assert severities == [Severity.WARNING, Severity.ERROR]
    week_later = [*once, work(7, "14:30", 8.5), work(8, "07:00", 8.5)]
    assert not errors(check("B01", week_later, agreed))


def test_two_duties_with_five_hours_between_are_one_shift() -> None:
    day = [work(0, "07:00", 5, 0), work(0, "17:00", 5, 0)]
    finding = found(*day)["daily_rest"]
    assert finding.measured == 9 * 60
    assert "shift_length" not in found(*day)  # ten hours of work, though fifteen have passed
    assert "breaks" not in found(*day)  # the five hours between are break enough
    longer = [work(0, "07:00", 6.5, 0), work(0, "18:00", 6, 0)]
    assert found(*longer)["shift_length"].measured == 750


def test_eight_hours_between_split_the_shift() -> None:
    apart = [work(0, "06:00", 5, 0), work(0, "19:00", 5, 0)]
    assert "breaks" not in found(*apart)
    assert found(*apart)["daily_rest"].measured == 8 * 60


# --- shift length, breaks ---


def test_a_shift_over_twelve_hours_needs_a_reason_and_over_fourteen_is_an_error() -> None:
    long = found(work(0, "07:00", 14, 60))
    assert long["shift_length"].severity is Severity.WARNING
    assert long["daily_rest"].severity is Severity.WARNING  # it goes with the long shift
    assert found(work(0, "07:00", 15.5, 60))["shift_length"].severity is Severity.ERROR
    assert "shift_length" not in found(work(0, "07:00", 12.5, 30))


def test_the_long_shift_is_allowed_once_in_two_weeks() -> None:
    twice = [work(0, "08:00", 13.5, 45), work(10, "08:00", 13.5, 45)]
    by_time = [f.severity for f in check("B01", twice, LAW) if f.rule == "shift_length"]
    assert by_time == [Severity.WARNING, Severity.ERROR]
    apart = [twice[0], work(14, "08:00", 13.5, 45)]
    assert not errors(check("B01", apart, LAW))


@pytest.mark.parametrize(
    ("hours", "pause", "lawful"),
    [(5.5, 0, True), (6, 0, False), (6, 30, True), (8, 15, False), (10.5, 30, True),
     (10.75, 30, False), (11, 45, True)],
)  # fmt: skip
def test_breaks_follow_the_work(hours: float, pause: int, lawful: bool) -> None:
    assert ("breaks" not in found(work(0, "08:00", hours, pause))) is lawful


def test_a_shorter_break_where_agreed() -> None:
    agreed = changed("breaks", short__agreed=True)
    assert "breaks" not in found(work(0, "08:00", 8, 15), law=agreed)


# --- weeks ---


def test_weekly_rest_counts_from_the_start_of_each_shift() -> None:
    twelve = week_of("07:00", 8.5, range(12))
    finding = found(*twelve, work(14, "07:00", 8.5))["weekly_rest"]
    assert finding.measured == 15.5 * 60
    assert local(finding.start).date() == MONDAY
    # Five days, two off, again and again: windows cut at will would break every weekend in two.
    assert "weekly_rest" not in found(
        *(work(7 * w + d, "07:00", 8.5) for w in range(4) for d in range(5))
    )


def test_the_rest_may_be_split_over_fourteen_days() -> None:
    # Eleven days of work with 33 h after the fifth and 40 h at the end: 73 h in 14 days.
    days = [*week_of("07:00", 8.5), *(work(d, "00:30", 8.5) for d in range(6, 12))]
    assert "weekly_rest" not in found(*days)
    without = changed("weekly_rest", split__agreed=False)
    assert "weekly_rest" in found(*days, law=without)


def test_sixty_hours_a_week_and_the_averages() -> None:
    def weeks(count: int, hours: float, days: int) -> list[Stretch]:
        return [
            work(7 * w + d, "07:00", hours + 0.75, 45) for w in range(count) for d in range(days)
        ]

    fifty = found(*weeks(16, 10.5, 5))  # 52.5 h a week
    assert set(fifty) == {"average_long"}
    assert fifty["average_long"].measured == 52.5 * 60 * 15 // 16  # the first 15 weeks are enough
    sixty = found(*weeks(4, 12, 5))
    assert set(sixty) == {"average_short"}
    assert sixty["average_short"].measured == 60 * 60
    assert found(*weeks(1, 12, 5), work(5, "07:00", 4, 0))["week_hours"].measured == 64 * 60


def test_a_night_into_monday_is_split_over_two_weeks() -> None:
    hours = [work(d, "07:00", 12.5) for d in range(4)] + [work(6, "16:00", 12, 0)]
    # 48 h, and 8 of the 12 h before Monday 00:00: 56 h in the first week, not 60.
    assert "week_hours" not in found(*hours, work(4, "19:00", 4, 0))
    assert "week_hours" in found(*hours, work(4, "19:00", 4.5, 0))


# --- nights ---


def test_a_night_shift_has_more_than_an_hour_after_midnight() -> None:
    late = work(0, "14:30", 10.5, 0)  # until 01:00: exactly one hour
    assert "night_shift" not in found(late)
    over = work(0, "14:30", 11, 30)  # until 01:30
    assert found(over)["night_shift"].severity is Severity.WARNING


def test_elapsed_hours_in_the_nights_that_clocks_change() -> None:
    spring = Stretch(at(date(2026, 3, 28), "19:00"), at(date(2026, 3, 29), "06:00"), 0)
    autumn = Stretch(at(date(2026, 10, 24), "19:00"), at(date(2026, 10, 25), "06:00"), 0)
    assert "night_shift" not in found(spring)  # ten hours
    assert found(autumn)["night_shift"].measured == 12 * 60
    short = [
        Stretch(at(date(2026, 3, 28), "14:00"), at(date(2026, 3, 28), "22:30"), 30),
        Stretch(at(date(2026, 3, 29), "09:30"), at(date(2026, 3, 29), "18:00"), 30),
    ]
    assert found(*short)["daily_rest"].measured == 10 * 60


def test_rest_after_a_night_that_ends_after_two() -> None:
    night = work(0, "22:00", 8)
    assert found(night, work(1, "19:00", 5, 0))["night_rest"].measured == 13 * 60
    assert "night_rest" not in found(night, work(1, "20:00", 4, 0))
    ends_at_two = work(0, "18:00", 8)
    assert "night_rest" not in found(ends_at_two, work(1, "13:00", 5, 0))


def test_three_nights_in_a_row_need_forty_six_hours() -> None:
    nights = [work(d, "22:00", 8) for d in range(3)]
    assert found(*nights, work(4, "22:00", 8)).get("night_run_rest") is None  # the run goes on
    assert found(*nights, work(4, "23:00", 8)).get("night_run_rest") is None
    assert found(*nights, work(4, "12:00", 8))["night_run_rest"].measured == 30 * 60
    assert "night_run_rest" not in found(*nights, work(5, "05:00", 8))
    assert "night_run_rest" not in found(*nights[:2], work(3, "12:00", 8))


def test_a_series_with_a_night_has_seven_shifts_at_most() -> None:
    days = [*(work(d, "07:00", 6) for d in range(7)), work(7, "20:00", 8)]
    assert found(*days)["series"].measured == 8
    assert "series" not in found(*days, law=changed("series", long__agreed=True))
    assert "series" not in found(*days[:-1], work(7, "07:00", 6))


def test_many_nights_lower_the_average_and_have_a_limit() -> None:
    three = [work(7 * w + d, "22:00", 9) for w in range(16) for d in (0, 1, 2)]
    assert found(*three)["night_count"].measured == 39
    two = [work(7 * w + d, "22:00", 9) for w in range(16) for d in (0, 1)]
    days = [work(7 * w + d, "12:00", 9) for w in range(16) for d in (4, 5)]
    more = [work(7 * w + 6, "12:00", 9) for w in range(16)]
    assert "night_average" not in found(*two, *days)
    assert found(*two, *days, *more)["night_average"].measured == pytest.approx(42.5 * 60, abs=1)
    by_year = changed("night_count", by_year__agreed=True)
    assert "night_count" not in found(*three, law=by_year)


def test_night_hours_may_be_counted_instead() -> None:
    late = [work(7 * w + d, "18:00", 8.5) for w in range(16) for d in (0, 1, 2)]  # until 02:30
    assert "night_count" in found(*late)
    assert "night_count" not in found(*late, law=changed("night_count", by_hours__agreed=True))


# --- Sundays, double booking, notice ---


def test_thirteen_sundays_a_year_are_free() -> None:
    forty = [work(7 * w + 6, "11:00", 5, 0) for w in range(40)]
    assert found(*forty)["sunday"].measured == 12
    assert "sunday" not in found(*forty[:39])


def test_no_sunday_at_all_unless_agreed() -> None:
    strict = changed("sunday", work_agreed=False)
    night = work(5, "22:00", 8)
    assert local(found(night, law=strict)["sunday"].start).date() == MONDAY + timedelta(days=6)
    assert "sunday" not in found(work(5, "07:00", 8.5), law=strict)


def test_overlapping_work_is_a_double_booking() -> None:
    finding = found(work(0, "07:00", 8.5), work(0, "14:30", 8.5))["double_booking"]
    assert finding.measured == 60


def test_every_row_of_the_law_is_data_with_its_article_and_a_day_from_which_it_holds() -> None:
    articles = {rule: norm.article for rule, norm in LAW.norms()}
    assert articles == {
        "shift": "ATW 1:7", "double_booking": "house rule", "daily_rest": "ATW 5:3",
        "weekly_rest": "ATW 5:5", "shift_length": "ATW 5:7", "week_hours": "ATW 5:7",
        "average_short": "ATW 5:7", "average_long": "ATW 5:7", "breaks": "ATW 5:4",
        "night_shift": "ATW 5:8", "night_rest": "ATW 5:8", "night_run_rest": "ATW 5:8",
        "series": "ATW 5:8", "night_count": "ATW 5:8", "night_average": "ATW 5:8",
        "sunday": "ATW 5:6", "on_call": "ATW 5:9", "notice": "ATW 4:2",
    }  # fmt: skip
    assert all(norm.holds_from.year >= 2007 for _rule, norm in LAW.norms())


def test_another_average_where_it_is_agreed() -> None:
    norm = LAW.average_short[0]
    assert norm.most_hours == 55
    assert norm.other is not None
    agreed = norm.model_copy(update={"other": norm.other.model_copy(update={"agreed": True})})
    assert agreed.most_hours == 60


def test_notice_counts_days_of_the_calendar() -> None:
    begin = at(MONDAY, "07:00")
    monday_noon = at(MONDAY - timedelta(days=28), "12:00")
    first = Stretch(begin, begin + timedelta(hours=5), 0, monday_noon, monday_noon)
    assert found(first) == {}
    tuesday = at(MONDAY - timedelta(days=27), "00:01")
    assert found(first._replace(day_known_at=tuesday))["notice"].measured == 27


def test_notice_is_a_warning() -> None:
    begin = at(MONDAY, "07:00")
    told = begin - timedelta(days=3)
    late = Stretch(begin, begin + timedelta(hours=5), 0, known_at=told)
    assert found(late)["notice"].severity is Severity.WARNING
    assert found(late)["notice"].measured == 3
    new_day = late._replace(known_at=None, day_known_at=begin - timedelta(days=20))
    assert found(new_day)["notice"].limit == 28
    assert found(late._replace(known_at=begin - timedelta(days=5))) == {}


# --- on call ---


def spell(first: int, days: int) -> Span:
    return Span(
        start=at(MONDAY + timedelta(days=first), "00:00"),
        end=at(MONDAY + timedelta(days=first + days), "00:00"),
    )


def on_call(*spells: Span, worked: tuple[Stretch, ...] = ()) -> dict[str, int]:
    """Measured values by message id."""
    return {
        f.message.id.split(",")[0]: f.measured
        for f in check("B01", worked, LAW, on_call=spells)
        if f.rule == "on_call"
    }


def test_on_call_fourteen_days_of_twenty_eight() -> None:
    assert on_call(spell(0, 7), spell(14, 7)) == {}
    assert on_call(spell(0, 7), spell(14, 8)) == {"on call on {measured} of 28 days": 15}


def test_two_free_spells_in_four_weeks() -> None:
    every_third = [spell(d, 1) for d in range(0, 28, 2)]
    free = on_call(*every_third)
    assert [v for k, v in free.items() if "spells" in k] == [0]


def test_at_most_thirteen_hours_of_work_around_being_on_call() -> None:
    day = work(0, "07:00", 9, 30)
    call = Stretch(at(MONDAY, "22:00"), at(MONDAY, "22:10"), 0, called=True)
    assert on_call(spell(0, 1), worked=(day, call)) == {}
    calls = tuple(
        Stretch(at(MONDAY, f"{h}:00"), at(MONDAY, f"{h}:10"), 0, called=True)
        for h in (17, 18, 19, 20, 21, 22, 23)
    )
    calls += tuple(
        c._replace(start=c.start + timedelta(minutes=30), end=c.end + timedelta(minutes=30))
        for c in calls[:3]
    )
    measured = on_call(spell(0, 1), worked=(day, *calls))
    assert [v for k, v in measured.items() if "24 h" in k] == [8 * 60 + 30 + 10 * 30]


def test_not_on_call_beside_a_night_shift() -> None:
    night = work(1, "22:00", 8)
    assert "on call too close to a night shift" in on_call(spell(1, 1), worked=(night,))
    assert on_call(spell(5, 1), worked=(night,)) == {}


# --- the way it is asked ---


def test_history_counts_but_only_later_breaches_are_told() -> None:
    before = work(-1, "14:30", 8.5)
    new = work(0, "07:00", 8.5)
    since = at(MONDAY, "00:00")
    assert [f.rule for f in check("B01", [before, new], LAW, judged_from=since)] == ["daily_rest"]
    old = [work(-3, "14:30", 8.5), work(-2, "07:00", 8.5)]
    assert check("B01", [*old, new], LAW, judged_from=since) == ()


def test_a_norm_holds_from_its_day() -> None:
    norm = LAW.shift_length[-1]
    stricter = norm.model_copy(update={"work_hours": 8.0, "holds_from": date(2026, 6, 10)})
    law = LAW.model_copy(update={"shift_length": (norm, stricter)})
    shifts = [work(1, "07:00", 10.5, 30), work(3, "07:00", 10.5, 30)]
    told = [f for f in check("B01", shifts, law) if f.rule == "shift_length"]
    assert [local(f.start).date() for f in told] == [date(2026, 6, 11)]


def test_cancelled_duties_are_no_work() -> None:
    begin = at(MONDAY, "07:00")
    duty = Duty(
        id="1", person_id="B01", shift="E", start=begin, end=begin + timedelta(hours=16),
        status=DutyStatus.CANCELLED, changed_at=begin,
    )  # fmt: skip
    assert check_duties([duty], LAW) == ()
    assert check_duties([duty.replace(status=DutyStatus.PLANNED)], LAW) != ()


def test_people_come_out_by_service_number() -> None:
    bad = [work(0, "14:30", 8.5), work(1, "07:00", 8.5)]
    told = check_team({"B02": bad, "B01": bad}, LAW)
    assert [f.person_id for f in told] == ["B01", "B02"]
    assert check_columns(Columns.of({"B02": bad, "B01": bad}), LAW) == told


def test_nothing_is_no_breach() -> None:
    assert check("B01", [], LAW) == ()
    assert check_team({}, LAW) == ()


def test_messages_speak_hours() -> None:
    finding = found(work(0, "14:30", 8.5), work(1, "07:00", 8.5))["daily_rest"]
    with use_language("en"):
        assert "8:00 h of rest" in str(finding.message)
    assert clock(630) == "10:30"


@pytest.mark.parametrize(
    "task", [Task.RESTORE_ORDER, Task.SEPARATE_GROUPS, Task.ARREST, Task.RIOT_POLICE]
)
def test_19_a_boa_never_gets_a_police_task(task: Task) -> None:
    with pytest.raises(RuleSaysNo) as refused:
        require_lawful(task)
    assert refused.value.rule == "19"
    require_lawful(Task.SUPERVISION)


def test_every_norm_names_its_article_and_both_languages() -> None:
    rules = [rule for rule, norm in LAW.norms() if norm.article and set(norm.title) == {"nl", "en"}]
    assert len(rules) == len(list(LAW.norms())) == 18
    assert LAW.title("daily_rest")["nl"] == "Dagelijkse rust"


def test_a_wrong_law_file_names_the_key() -> None:
    raw = LAW.model_dump()
    raw["daily_rest"][0]["rest_hours"] = -1
    with pytest.raises(ReferenceProblem, match=r"daily_rest\.0\.rest_hours"):
        reference.validate("working_time_law.toml", raw, WorkingTimeLaw)


def test_far_years_do_not_matter() -> None:
    old = Stretch(datetime(2001, 1, 1, 7, tzinfo=UTC), datetime(2001, 1, 1, 15, tzinfo=UTC), 30)
    assert check("B01", [old, work(0, "07:00", 8.5)], LAW) == ()
