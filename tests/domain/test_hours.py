"""Working time is what counting minutes on the wall clock gives, in every zone, when clocks move too."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.domain.hours import Stretch, is_open, moment_after, next_opening, stretches, worked
from workflows.domain.playbook import AROUND_THE_CLOCK, Hours
from workflows.domain.rules import Span

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NINE_TO_FIVE, ALL_DAY, NIGHT = Span(540, 1020), Span(0, 1440), Span(1320, 360)
ZONES = (
    "Europe/Istanbul",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Australia/Lord_Howe",
)
# UTC days on which some of these zones move their clocks, and days of holidays.
ANCHORS = (
    datetime(2026, 3, 7, 12, tzinfo=UTC),
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 4, 4, 6, tzinfo=UTC),
    datetime(2026, 10, 3, 6, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 10, 31, 12, tzinfo=UTC),
    datetime(2026, 12, 24, 12, tzinfo=UTC),
    datetime(2026, 8, 14, 12, tzinfo=UTC),
    datetime(2026, 4, 22, 12, tzinfo=UTC),
)


def make_hours(
    *spans: Span,
    days: Sequence[int] = range(7),
    zone: str = "UTC",
    country: str = "",
    closed: Sequence[date] = (),
) -> Hours:
    return Hours("desk", zone, dict.fromkeys(days, spans), country=country, closed=frozenset(closed))


def local(zone: str, *parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))


# --- against counting minutes


def minutes_open(hours: Hours, start: datetime, end: datetime) -> int:
    """Count, minute by minute, how often the clock on the wall shows a time that is worked."""
    zone = ZoneInfo(hours.time_zone)
    off: dict[date, str] = (
        dict(holidays.country_holidays(hours.country, years=range(2025, 2028))) if hours.country else {}
    )

    def shows(day: date, minute: int) -> bool:
        if day in hours.closed or (day in off and day not in hours.open_on):
            return False
        for span in hours.days.get(day.weekday(), ()):
            length = span.end - span.start if span.end > span.start else span.end - span.start + 1440
            if span.start <= minute < span.start + length:
                return True
        return False

    count, at = 0, start
    while at < end:
        wall = at.astimezone(zone)
        minute = wall.hour * 60 + wall.minute
        count += shows(wall.date(), minute) or shows(wall.date() - DAY, minute + 1440)
        at += MINUTE
    return count


minutes_of_day = st.integers(0, 1440) | st.sampled_from((0, 60, 90, 120, 150, 180, 540, 1020, 1320, 1440))
spans = st.builds(Span, minutes_of_day.filter(lambda minute: minute < 1440), minutes_of_day)
dates_near = st.sampled_from([(anchor + shift * DAY).date() for anchor in ANCHORS for shift in (0, 1, 2)])
any_hours = st.builds(
    Hours,
    st.just("desk"),
    st.sampled_from(ZONES),
    st.dictionaries(st.integers(0, 6), st.lists(spans, min_size=1, max_size=3), min_size=1, max_size=7),
    country=st.sampled_from(("", "TR", "IN", "BD", "DE")),
    closed=st.frozensets(dates_near, max_size=2),
    open_on=st.frozensets(dates_near, max_size=2),
)
moments = st.builds(
    lambda anchor, minutes: anchor + minutes * MINUTE, st.sampled_from(ANCHORS), st.integers(-1440, 2880)
)
to_the_second = st.builds(lambda moment, s: moment + timedelta(seconds=s), moments, st.integers(0, 59))
waits = st.integers(0, 3 * 1440).map(lambda minutes: minutes * MINUTE)
thoroughly = settings(max_examples=150, deadline=None)


@thoroughly
@given(any_hours, moments, waits)
def test_working_time_is_what_counting_minutes_on_the_wall_clock_gives(
    hours: Hours, start: datetime, wait: timedelta
) -> None:
    assert worked(hours, start, start + wait) == minutes_open(hours, start, start + wait) * MINUTE


@thoroughly
@given(any_hours, moments)
def test_a_moment_is_open_exactly_if_its_minute_counts(hours: Hours, at: datetime) -> None:
    assert is_open(hours, at) == (minutes_open(hours, at, at + MINUTE) == 1)


@thoroughly
@given(any_hours, to_the_second, waits, waits)
def test_working_time_of_two_waits_in_a_row_is_that_of_both_together(
    hours: Hours, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = start + first, start + first + second
    assert worked(hours, start, middle) + worked(hours, middle, end) == worked(hours, start, end)


@thoroughly
@given(any_hours, to_the_second, waits)
def test_the_working_time_until_a_moment_has_passed_by_that_moment(
    hours: Hours, start: datetime, wait: timedelta
) -> None:
    moment = moment_after(hours, start, worked(hours, start, start + wait))
    assert moment is not None
    assert start <= moment <= start + wait


@thoroughly
@given(any_hours, to_the_second, st.integers(1, 3 * 86_400).map(lambda s: timedelta(seconds=s)))
def test_exactly_the_asked_time_has_passed_at_the_moment_and_less_before_it(
    hours: Hours, start: datetime, span: timedelta
) -> None:
    moment = moment_after(hours, start, span)
    if moment is None:  # a day or more of minutes that come once a week
        assert worked(hours, start, start + 5 * 365 * DAY) < span
        return
    assert worked(hours, start, moment) == span
    assert worked(hours, start, moment - timedelta(microseconds=1)) < span


@thoroughly
@given(any_hours, to_the_second, waits)
def test_stretches_leave_no_gap_and_what_is_open_sums_up_to_the_working_time(
    hours: Hours, start: datetime, wait: timedelta
) -> None:
    parts = list(stretches(hours, start, start + wait))
    edges = [edge for part in parts for edge in (part.start, part.end)]
    assert edges == sorted(edges)
    assert all(one.end == two.start for one, two in pairwise(parts))
    assert all((one.why, one.holiday) != (two.why, two.holiday) for one, two in pairwise(parts))
    if parts:
        assert (parts[0].start, parts[-1].end) == (start, start + wait)
    opened = sum((part.end - part.start for part in parts if part.is_open), timedelta())
    assert opened == worked(hours, start, start + wait)


@thoroughly
@given(any_hours, to_the_second)
def test_the_next_opening_is_open_and_nothing_is_before_it(hours: Hours, at: datetime) -> None:
    opening = next_opening(hours, at)
    assert opening is not None
    assert opening >= at
    assert is_open(hours, opening)
    assert worked(hours, at, opening) == timedelta()


@thoroughly
@given(st.sampled_from(ZONES), to_the_second, st.integers(0, 10**8))
def test_every_day_from_midnight_to_midnight_is_the_same_as_always(
    zone: str, start: datetime, seconds: int
) -> None:
    hours, span = make_hours(ALL_DAY, zone=zone), timedelta(seconds=seconds)
    for either in (hours, AROUND_THE_CLOCK):
        assert worked(either, start, start + span) == span
        assert moment_after(either, start, span) == start + span
        assert next_opening(either, start) == start
        assert [(part.is_open, part.why) for part in stretches(either, start, start + span)] == (
            [(True, "open")] if span else []
        )


# --- tables


def test_thirty_minutes_from_friday_1645_end_on_monday_at_0915() -> None:
    hours = make_hours(NINE_TO_FIVE, days=range(5))
    friday = datetime(2026, 11, 20, 16, 45, tzinfo=UTC)
    assert moment_after(hours, friday, 30 * MINUTE) == datetime(2026, 11, 23, 9, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "friday", "monday"),
    [
        ("Europe/Istanbul", (2026, 3, 27), (2026, 3, 30)),
        ("America/New_York", (2026, 3, 6), (2026, 3, 9)),
        ("America/New_York", (2026, 10, 30), (2026, 11, 2)),
        ("Europe/Berlin", (2026, 3, 27), (2026, 3, 30)),
        ("Europe/Berlin", (2026, 10, 23), (2026, 10, 26)),
        ("Asia/Kolkata", (2026, 3, 27), (2026, 3, 30)),
        ("Australia/Lord_Howe", (2026, 10, 2), (2026, 10, 5)),
    ],
)
def test_a_weekend_in_which_clocks_move_changes_no_working_minute(
    zone: str, friday: tuple[int, ...], monday: tuple[int, ...]
) -> None:
    hours = make_hours(NINE_TO_FIVE, days=range(5), zone=zone)
    start, end = local(zone, *friday, 16, 45), local(zone, *monday, 9, 15)
    assert moment_after(hours, start, 30 * MINUTE) == end
    assert worked(hours, start, end) == 30 * MINUTE


@pytest.mark.parametrize(
    ("zone", "day", "around_the_clock", "night", "small_hours"),
    [  # minutes of 00:00-24:00, of the night before (22:00-06:00), of 01:30-02:30
        ("Europe/Istanbul", (2026, 3, 29), 1440, 480, 60),
        ("Asia/Kolkata", (2026, 3, 29), 1440, 480, 60),
        ("America/New_York", (2026, 3, 8), 1380, 420, 30),
        ("America/New_York", (2026, 11, 1), 1500, 540, 90),
        ("Europe/Berlin", (2026, 3, 29), 1380, 420, 30),
        ("Europe/Berlin", (2026, 10, 25), 1500, 540, 90),
        ("Australia/Lord_Howe", (2026, 10, 4), 1410, 450, 30),
        ("Australia/Lord_Howe", (2026, 4, 5), 1470, 510, 90),
    ],
)
def test_a_skipped_hour_counts_nothing_and_a_repeated_one_twice(
    zone: str, day: tuple[int, ...], around_the_clock: int, night: int, small_hours: int
) -> None:
    midnight = local(zone, *day)
    tomorrow = local(zone, *day[:2], day[2] + 1)
    noon, noon_before = local(zone, *day, 12), local(zone, *(midnight - DAY).timetuple()[:3], 12)
    assert worked(make_hours(ALL_DAY, zone=zone), midnight, tomorrow) == around_the_clock * MINUTE
    assert worked(make_hours(NIGHT, zone=zone), noon_before, noon) == night * MINUTE
    assert worked(make_hours(Span(90, 150), zone=zone), midnight, tomorrow) == small_hours * MINUTE


def test_around_the_clock_nothing_is_added_or_lost_over_366_midnights() -> None:
    start = local("Europe/Berlin", 2027, 12, 31, 23, 59)
    for hours in (AROUND_THE_CLOCK, make_hours(ALL_DAY, zone="Europe/Berlin")):
        assert worked(hours, start, start + 366 * DAY) == 366 * DAY
        assert moment_after(hours, start, 366 * DAY) == start.astimezone(UTC) + 366 * DAY


def test_a_target_that_ends_with_the_day_is_due_at_closing_time() -> None:
    hours = make_hours(NINE_TO_FIVE, days=range(5))
    friday = datetime(2026, 11, 20, 16, 45, tzinfo=UTC)
    assert moment_after(hours, friday, 15 * MINUTE) == datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_no_time_has_passed_at_the_start_even_when_it_is_closed() -> None:
    sunday = datetime(2026, 11, 22, 3, tzinfo=UTC)
    hours = make_hours(NINE_TO_FIVE, days=range(5))
    assert moment_after(hours, sunday, timedelta()) == sunday
    assert worked(hours, sunday + HOUR, sunday) == timedelta()
    assert worked(AROUND_THE_CLOCK, sunday + HOUR, sunday) == timedelta()
    assert list(stretches(hours, sunday, sunday)) == []


def test_the_moment_of_opening_is_open_and_that_of_closing_is_not() -> None:
    hours = make_hours(NINE_TO_FIVE)
    assert is_open(hours, datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert not is_open(hours, datetime(2026, 11, 20, 17, tzinfo=UTC))


def test_hours_that_never_open_have_no_moment_and_no_opening() -> None:
    every_day_closed = [date(2026, 1, 1) + n * DAY for n in range(6 * 366)]
    for hours in (Hours("never"), make_hours(NINE_TO_FIVE, closed=every_day_closed)):
        start = datetime(2026, 1, 1, tzinfo=UTC)
        assert moment_after(hours, start, MINUTE) is None
        assert next_opening(hours, start) is None


def test_spans_that_touch_or_overlap_count_once() -> None:
    hours = make_hours(Span(540, 720), Span(720, 780), Span(600, 1020))
    day = datetime(2026, 11, 20, tzinfo=UTC)
    assert worked(hours, day, day + DAY) == 8 * HOUR
    assert [part.why for part in stretches(hours, day, day + DAY)] == ["closed", "open", "closed"]


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    # given nights all week, and a holiday on Republic Day, Thursday 29 October 2026
    hours = make_hours(NIGHT, zone="Europe/Istanbul", country="TR")

    # when the nights around it are counted
    nights = [
        worked(hours, noon, noon + DAY)
        for noon in (local("Europe/Istanbul", 2026, 10, day, 12) for day in (28, 29, 30))
    ]

    # then the one before it runs into the holiday, and its own is off until the morning after
    assert nights == [8 * HOUR, timedelta(), 8 * HOUR]


def test_holidays_and_closed_dates_are_off_and_dates_that_are_worked_are_not() -> None:
    hours = Hours(
        "desk",
        "Asia/Kolkata",
        dict.fromkeys(range(7), (NINE_TO_FIVE,)),
        country="IN",
        closed=frozenset({date(2026, 10, 3)}),
        open_on=frozenset({date(2026, 1, 26)}),
    )
    start = local("Asia/Kolkata", 2026, 10, 2)
    assert worked(hours, start, start + 2 * DAY) == timedelta()
    assert worked(hours, local("Asia/Kolkata", 2026, 1, 26), local("Asia/Kolkata", 2026, 1, 27)) == 8 * HOUR


def test_stretches_name_the_holiday_that_takes_the_hours_away() -> None:
    hours = make_hours(NINE_TO_FIVE, days=range(5), country="DE", closed=[date(2026, 12, 24)])

    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 12, day, hour, tzinfo=UTC)

    assert list(stretches(hours, at(24, 8), at(26, 0))) == [
        Stretch(at(24, 8), at(24, 9), False, "closed"),
        Stretch(at(24, 9), at(24, 17), False, "holiday", ""),
        Stretch(at(24, 17), at(25, 9), False, "closed"),
        Stretch(at(25, 9), at(25, 17), False, "holiday", "Christmas Day"),
        Stretch(at(25, 17), at(26, 0), False, "closed"),
    ]


def test_a_subdivision_adds_its_own_holidays_and_an_unknown_one_leaves_those_of_the_country() -> None:
    def hours(country: str, subdivision: str) -> Hours:
        return Hours("desk", "UTC", dict.fromkeys(range(7), (ALL_DAY,)), country, subdivision)

    epiphany, labour_day = datetime(2026, 1, 6, 12, tzinfo=UTC), datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert [is_open(hours("DE", which), epiphany) for which in ("", "BY")] == [True, False]
    assert not is_open(hours("TR", "34"), labour_day)
    assert is_open(hours("XX", ""), labour_day)


def test_a_day_that_the_zone_leaves_out_counts_nothing() -> None:
    # given Samoa, which had no 30 December 2011
    hours = make_hours(ALL_DAY, zone="Pacific/Apia", days=[4])
    assert date(2011, 12, 30).weekday() == 4

    # when the week is counted
    start = datetime(2011, 12, 26, tzinfo=UTC)

    # then its Friday is not in it
    assert worked(hours, start, start + 6 * DAY) == timedelta()


def test_equal_hours_made_anew_and_hours_that_take_the_place_of_others_are_not_mixed_up() -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    for minutes in range(1, 300):  # more than are kept, each dropped at once: ids come back
        assert worked(make_hours(Span(0, minutes)), day, day + DAY) == minutes * MINUTE


def test_moments_come_back_in_utc_and_those_without_a_zone_are_refused() -> None:
    hours = make_hours(NINE_TO_FIVE, zone="Asia/Dhaka")
    moment = moment_after(hours, local("Asia/Dhaka", 2026, 11, 20, 9), HOUR)
    assert moment is not None
    assert (moment.tzinfo, moment.hour) == (UTC, 4)
    with pytest.raises(ValueError, match="has no time zone"):
        is_open(hours, moment.replace(tzinfo=None))
