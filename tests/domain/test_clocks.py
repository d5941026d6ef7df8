"""SLA clocks: what starts, pauses and stops them, and that a replay gives the same figures."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflows.domain.clocks import Clock, Clocks, Happening, Interval, What, clocks_of, intervals_of
from workflows.domain.hours import is_open
from workflows.domain.playbook import AROUND_THE_CLOCK, ClockKind, Hours, Priority
from workflows.domain.rules import Span

FIRST, NEXT = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
RESOLUTION, CLAIM = ClockKind.RESOLUTION, ClockKind.TIME_TO_CLAIM
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

OFFICE = Hours("desk", "UTC", dict.fromkeys(range(5), (Span(540, 1020),)), country="DE")
PRIORITIES = {
    "high": Priority("high", {FIRST: 15 * MINUTE, NEXT: 10 * MINUTE, RESOLUTION: 4 * HOUR}, "always"),
    "medium": Priority("medium", {FIRST: HOUR, NEXT: 30 * MINUTE, RESOLUTION: 8 * HOUR, CLAIM: 5 * MINUTE}),
    "low": Priority("low", {}),
}
NINE = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # a Wednesday
FRIDAY_1645 = datetime(2026, 11, 20, 16, 45, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def hours_of(name: str) -> Hours:
    return AROUND_THE_CLOCK if name == "always" else OFFICE


def after(minutes: int, start: datetime = NINE) -> datetime:
    return start + minutes * MINUTE


def history(*steps: tuple[int, What] | tuple[int, What, str], start: datetime = NINE) -> list[Happening]:
    """Make happenings of minutes after the start; a third word is the post's id or the priority."""
    return [
        Happening(after(minutes, start), what, **{_WORD.get(what, "post"): word[0]} if word else {})
        for minutes, what, *word in steps
    ]


_WORD = {What.PRIORITY: "priority"}


def clocks_at(
    happenings: Sequence[Happening],
    minutes: float = 0,
    *,
    now: datetime | None = None,
    priority: str = "medium",
) -> Clocks:
    return clocks_of(happenings, PRIORITIES, priority, hours_of, now or NINE + minutes * MINUTE)


def the(clocks: Clocks, kind: ClockKind, segment: int = 1) -> Clock:
    """Return the last clock of this kind in the segment."""
    return [clock for clock in clocks.all if (clock.kind, clock.segment) == (kind, segment)][-1]


# --- responses


def test_the_first_response_is_counted_from_the_first_post_to_the_first_answer() -> None:
    steps = history((0, What.WROTE, "p1"), (7, What.ANSWERED))
    first = the(clocks_at(steps, 30), FIRST)
    assert (first.started_at, first.stopped_at, first.spent) == (NINE, after(7), 7 * MINUTE)
    assert (first.target, first.due_at, first.is_late, first.post) == (HOUR, None, False, "p1")


def test_thirty_working_minutes_from_friday_1645_are_due_on_monday_at_0915() -> None:
    steps = history((0, What.WROTE), (0, What.ANSWERED), (0, What.WROTE), start=FRIDAY_1645)
    due = clocks_at(steps, now=FRIDAY_1645).response
    assert due
    assert (due.kind, due.due_at) == (NEXT, datetime(2026, 11, 23, 9, 15, 0, tzinfo=UTC))


def test_the_next_response_is_counted_from_the_oldest_of_several_unanswered_posts() -> None:
    steps = history((0, What.WROTE), (5, What.ANSWERED), (20, What.WROTE, "p2"), (29, What.WROTE, "p3"))
    clocks = clocks_at(steps, 31)
    assert clocks.waiting_since == after(20)
    assert clocks.response
    assert (clocks.response.post, clocks.response.due_at) == ("p2", after(50))
    assert [clock.kind for clock in clocks.all].count(NEXT) == 1


def test_only_an_answer_stops_the_response_not_a_claim_a_release_or_thanks() -> None:
    steps = history((0, What.WROTE), (1, What.CLAIMED), (2, What.RELEASED), (3, What.THANKED))
    clocks = clocks_at(steps, 10)
    assert clocks.waiting_since == NINE
    assert clocks.response
    assert clocks.response.spent == 10 * MINUTE


def test_a_second_answer_changes_nothing() -> None:
    once = history((0, What.WROTE), (5, What.ANSWERED))
    twice = [*once, *history((9, What.ANSWERED))]
    assert clocks_at(once, 60) == clocks_at(twice, 60)


def test_words_of_thanks_start_no_clock() -> None:
    opened_by_praise = clocks_at(history((0, What.THANKED)), 60)
    assert (opened_by_praise.all, opened_by_praise.waiting_since) == ([], None)
    answered = clocks_at(history((0, What.WROTE), (5, What.ANSWERED), (9, What.THANKED)), 60)
    assert (answered.response, answered.waiting_since) == (None, None)
    assert the(answered, RESOLUTION).is_paused


def test_a_post_that_reached_us_late_moves_the_wait_to_its_own_time() -> None:
    steps = history((10, What.WROTE, "seen first"), (4, What.WROTE, "written first"))
    clocks = clocks_at(steps, 20)
    assert clocks.waiting_since == after(4)
    assert {(clock.started_at, clock.post) for clock in clocks.all} == {(after(4), "written first")}


def test_a_post_written_before_the_answer_but_seen_after_it_waits_since_it_was_written() -> None:
    steps = history((0, What.WROTE), (10, What.ANSWERED), (8, What.WROTE, "crossed"))
    clocks = clocks_at(steps, 20)
    assert clocks.waiting_since == after(8)
    assert the(clocks, FIRST).spent == 10 * MINUTE
    assert the(clocks, RESOLUTION).spent == 20 * MINUTE
    assert the(clocks, RESOLUTION).started_at == NINE


# --- resolution


def test_the_resolution_is_paused_from_the_answer_until_the_customer_writes_again() -> None:
    steps = history((0, What.WROTE), (10, What.ANSWERED), (60, What.THANKED), (100, What.WROTE))
    waiting = the(clocks_at(steps[:3], 90), RESOLUTION)
    assert (waiting.is_paused, waiting.due_at, waiting.spent) == (True, None, 10 * MINUTE)
    resumed = the(clocks_at(steps, 110), RESOLUTION)
    assert (resumed.is_paused, resumed.spent) == (False, 20 * MINUTE)
    assert resumed.due_at == datetime(2026, 11, 19, 10, 30, tzinfo=UTC)  # 8 h of work: 10 min, then 7 h 50


def test_a_late_post_ends_the_pause_when_it_was_written() -> None:
    steps = history((0, What.WROTE), (10, What.ANSWERED), (100, What.WROTE), (40, What.WROTE))
    assert the(clocks_at(steps, 120), RESOLUTION).pauses == ((after(10), after(40)),)


def test_a_post_from_a_clock_ahead_of_ours_makes_no_wait_shorter_than_nothing() -> None:
    # given posts that X dates a minute after what we noted next
    steps = history(
        (1, What.WROTE), (0, What.ANSWERED), (30, What.WROTE), (29, What.ANSWERED), (50, What.WROTE)
    )

    # when both are answered and the last one waits
    clocks = clocks_at(steps, 55)

    # then the answered ones took no time, and the pauses stand one after the other
    answered = [clock for clock in clocks.all if clock.kind in (FIRST, NEXT) and clock.stopped_at]
    assert [(clock.started_at, clock.stopped_at, clock.spent) for clock in answered] == [
        (after(1), after(1), timedelta()),
        (after(30), after(30), timedelta()),
    ]
    assert the(clocks, RESOLUTION).pauses == ((after(1), after(30)), (after(30), after(50)))


def test_resolving_stops_every_clock_and_nobody_waits_any_more() -> None:
    clocks = clocks_at(history((0, What.WROTE), (25, What.RESOLVED)), 500)
    assert {clock.kind for clock in clocks.all} == {FIRST, RESOLUTION, CLAIM}
    assert {(clock.stopped_at, clock.spent, clock.due_at) for clock in clocks.all} == {
        (after(25), 25 * MINUTE, None)
    }
    assert (clocks.waiting_since, clocks.response, clocks.running, clocks.next_due) == (None, None, [], None)


def test_a_case_resolved_while_it_waits_for_the_customer_counts_no_minute_of_the_wait() -> None:
    steps = history((0, What.WROTE), (10, What.ANSWERED), (90, What.RESOLVED))
    resolution = the(clocks_at(steps, 500), RESOLUTION)
    assert (resolution.spent, resolution.stopped_at) == (10 * MINUTE, after(90))
    assert resolution.pauses == ((after(10), after(90)),)


# --- claiming


@pytest.mark.parametrize("what", [What.CLAIMED, What.ANSWERED, What.RESOLVED])
def test_the_time_to_claim_ends_when_somebody_takes_answers_or_closes_the_case(what: What) -> None:
    steps = history((0, What.WROTE), (3, what), (9, What.RELEASED), (12, What.CLAIMED))
    claim = the(clocks_at(steps, 30), CLAIM)
    assert (claim.stopped_at, claim.spent, claim.is_late) == (after(3), 3 * MINUTE, False)


def test_a_case_that_is_held_when_it_is_reopened_need_not_be_claimed() -> None:
    steps = history((0, What.WROTE), (1, What.CLAIMED), (5, What.RESOLVED), (60, What.REOPENED))
    assert CLAIM not in {clock.kind for clock in clocks_at(steps, 61).running}
    free = history((0, What.WROTE), (5, What.RESOLVED), (60, What.REOPENED))
    assert CLAIM in {clock.kind for clock in clocks_at(free, 61).running}


# --- re-opening


def test_reopening_begins_a_segment_and_changes_no_earlier_figure() -> None:
    first = history((0, What.WROTE), (5, What.CLAIMED), (10, What.ANSWERED), (20, What.RESOLVED))
    again = history((100, What.WROTE, "p2"), (101, What.REOPENED), (110, What.ANSWERED), (130, What.WROTE))
    before, since = clocks_at(first, 50), clocks_at(first + again, 140)
    assert list(since.all[: len(before.all)]) == list(before.all)
    assert the(since, FIRST, 2).spent == 10 * MINUTE
    assert the(since, FIRST, 2).started_at == the(since, RESOLUTION, 2).started_at == after(100)
    assert the(since, NEXT, 2).started_at == since.waiting_since == after(130)
    assert the(since, RESOLUTION, 2).spent == 20 * MINUTE


@pytest.mark.parametrize("posts_first", [True, False])
def test_it_does_not_matter_whether_the_post_or_the_reopening_is_noted_first(posts_first: bool) -> None:
    first = history((0, What.WROTE), (5, What.RESOLVED))
    post, reopening = history((60, What.WROTE, "p2"), (62, What.REOPENED))
    pair = [post, reopening] if posts_first else [reopening, post]
    clocks = clocks_at(first + pair, 70)
    assert {(clock.kind, clock.started_at) for clock in clocks.running} == {
        (FIRST, after(60)),
        (RESOLUTION, after(60)),
        (CLAIM, after(60)),
    }


def test_the_oldest_of_the_posts_that_reopen_a_case_is_waited_for() -> None:
    steps = history((0, What.WROTE), (5, What.RESOLVED), (60, What.WROTE, "p2"), (63, What.WROTE, "p3"))
    response = clocks_at([*steps, *history((64, What.REOPENED))], 70).response
    assert response
    assert (response.started_at, response.post) == (after(60), "p2")


def test_a_case_that_an_agent_reopens_has_a_resolution_but_no_response_until_the_customer_writes() -> None:
    steps = history((0, What.WROTE), (5, What.RESOLVED), (60, What.REOPENED), (90, What.WROTE))
    reopened = clocks_at(steps[:3], 70)
    assert (reopened.response, reopened.waiting_since) == (None, None)
    assert the(reopened, RESOLUTION, 2).started_at == after(60)
    wrote = clocks_at(steps, 100)
    assert the(wrote, FIRST, 2).started_at == after(90)
    assert the(wrote, RESOLUTION, 2).started_at == after(60)


def test_a_post_that_did_not_reopen_the_case_is_not_waited_for_when_an_agent_does_much_later() -> None:
    steps = history(
        (0, What.WROTE), (5, What.RESOLVED), (60, What.WROTE), (70, What.CLAIMED), (90, What.REOPENED)
    )
    clocks = clocks_at(steps, 100)
    assert clocks.waiting_since is None
    assert the(clocks, RESOLUTION, 2).started_at == after(90)


def test_a_case_of_praise_that_was_resolved_has_its_first_clocks_when_it_is_reopened() -> None:
    praise = history((0, What.THANKED), (5, What.RESOLVED))
    clocks = clocks_at([*praise, *history((60, What.WROTE), (61, What.REOPENED))], 70)
    assert {(clock.kind, clock.segment, clock.started_at) for clock in clocks.all} == {
        (FIRST, 2, after(60)),
        (RESOLUTION, 2, after(60)),
        (CLAIM, 2, after(60)),
    }
    assert clocks_at([*praise, *history((60, What.WROTE))], 70).all == []


# --- priorities


def test_raising_the_priority_sets_the_new_target_from_when_the_customer_began_to_wait() -> None:
    steps = history((0, What.WROTE), (10, What.PRIORITY, "high"))
    before, since = clocks_at(steps[:1], 10).response, clocks_at(steps, 10).response
    assert before
    assert since
    assert (before.due_at, since.due_at, since.spent) == (after(60), after(15), 10 * MINUTE)
    assert (before.hours, since.hours, since.is_late) == ("team", "always", False)


def test_a_new_priority_counts_the_whole_wait_in_its_own_hours() -> None:
    steps = history((0, What.WROTE), (60, What.PRIORITY, "high"), start=FRIDAY_1645)
    response = clocks_at(steps, now=FRIDAY_1645 + HOUR).response
    assert response
    assert (response.spent, response.due_at, response.is_late) == (HOUR, FRIDAY_1645 + 15 * MINUTE, True)


def test_a_clock_that_has_stopped_keeps_its_target() -> None:
    steps = history((0, What.WROTE), (20, What.ANSWERED), (30, What.PRIORITY, "high"), (40, What.WROTE))
    clocks = clocks_at(steps, 45)
    assert (the(clocks, FIRST).target, the(clocks, FIRST).is_late) == (HOUR, False)
    assert (the(clocks, NEXT).target, the(clocks, NEXT).due_at) == (10 * MINUTE, after(50))
    assert the(clocks, RESOLUTION).target == 4 * HOUR


def test_a_priority_without_targets_or_that_the_playbook_does_not_know_counts_without_a_limit() -> None:
    for priority in ("low", "gone"):
        clocks = clocks_at(history((0, What.WROTE)), 9000, priority=priority)
        assert len(clocks.running) == 3
        assert {(clock.target, clock.due_at, clock.is_late) for clock in clocks.running} == {
            (None, None, False)
        }
        assert clocks.next_due is None


# --- due and late


def test_the_clock_that_is_due_first_comes_next() -> None:
    clocks = clocks_at(history((0, What.WROTE)), 1)
    assert clocks.next_due == the(clocks, CLAIM)
    claimed = clocks_at(history((0, What.WROTE), (1, What.CLAIMED)), 1)
    assert claimed.next_due == the(claimed, FIRST)


def test_a_clock_is_late_after_the_moment_it_is_due_not_at_it() -> None:
    steps = history((0, What.WROTE))
    assert not the(clocks_at(steps, 60), FIRST).is_late
    assert the(clocks_at(steps, now=after(60) + timedelta(microseconds=1)), FIRST).is_late
    for minutes, late in ((60, False), (61, True)):
        assert the(clocks_at([*steps, *history((minutes, What.ANSWERED))], 90), FIRST).is_late is late


def test_what_was_due_at_closing_time_is_late_over_the_weekend() -> None:
    four = FRIDAY_1645 - 45 * MINUTE  # an hour before closing time
    steps = history((0, What.WROTE), start=four)
    first = the(clocks_at(steps, now=FRIDAY_1645 + DAY), FIRST)
    assert (first.due_at, first.spent, first.is_late) == (four + HOUR, HOUR, True)


def test_a_resolution_paused_when_its_time_was_just_spent_is_late_only_when_it_goes_on() -> None:
    steps = history((0, What.WROTE), (480, What.ANSWERED), (1440, What.WROTE))
    assert not the(clocks_at(steps[:2], 2000), RESOLUTION).is_late
    resumed = the(clocks_at(steps, 1440), RESOLUTION)
    assert (resumed.due_at, resumed.is_late) == (after(1440), False)
    assert the(clocks_at(steps, 1441), RESOLUTION).is_late


def test_a_target_in_hours_that_never_open_is_never_due() -> None:
    never = Hours("never")
    clocks = clocks_of(history((0, What.WROTE)), PRIORITIES, "medium", lambda _: never, NINE + 90 * DAY)
    assert {(clock.due_at, clock.is_late, clock.spent) for clock in clocks.all} == {
        (None, False, timedelta())
    }


def test_around_the_clock_366_midnights_add_nothing() -> None:
    clocks = clocks_at(history((0, What.WROTE)), now=NINE + 366 * DAY, priority="high")
    assert {clock.spent for clock in clocks.all} == {366 * DAY}


# --- why


def test_the_intervals_say_what_counted_what_did_not_and_why() -> None:
    # given a wait from Thursday, Christmas Eve, over Christmas Day, an answer on Monday and a post after it
    eve = datetime(2026, 12, 24, 16, 30, tzinfo=UTC)
    monday = datetime(2026, 12, 28, 9, 0, tzinfo=UTC)
    steps = history((0, What.WROTE), start=eve)
    steps += history((10, What.ANSWERED), (40, What.WROTE), start=monday)
    now = monday + HOUR

    # when the resolution is asked why
    resolution = the(clocks_at(steps, now=now), RESOLUTION)
    parts = intervals_of(resolution, hours_of, now)

    # then each rule has its part
    closing, christmas = eve + 30 * MINUTE, datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
    assert parts == [
        Interval(eve, closing, True, "waiting_for_us"),
        Interval(closing, christmas, False, "closed"),
        Interval(christmas, christmas + 8 * HOUR, False, "holiday", "Christmas Day"),
        Interval(christmas + 8 * HOUR, monday, False, "closed"),
        Interval(monday, monday + 10 * MINUTE, True, "waiting_for_us"),
        Interval(monday + 10 * MINUTE, monday + 40 * MINUTE, False, "waiting_for_customer"),
        Interval(monday + 40 * MINUTE, None, True, "waiting_for_us"),
    ]


def test_a_pause_that_goes_on_has_no_end_and_a_claim_says_that_nobody_has_the_case() -> None:
    steps = history((0, What.WROTE), (4, What.ANSWERED))
    clocks = clocks_at(steps, 30)
    assert intervals_of(the(clocks, RESOLUTION), hours_of, after(30)) == [
        Interval(NINE, after(4), True, "waiting_for_us"),
        Interval(after(4), None, False, "waiting_for_customer"),
    ]
    assert intervals_of(the(clocks, CLAIM), hours_of, after(30)) == [
        Interval(NINE, after(4), True, "not_claimed")
    ]


# --- any history

MIXED = (*What, What.WROTE, What.WROTE, What.ANSWERED)
quickly = settings(max_examples=150, deadline=None)
starts = st.sampled_from((NINE, FRIDAY_1645, MONDAY_NINE, datetime(2026, 12, 24, 15, 0, tzinfo=UTC)))


@st.composite
def histories(draw: st.DrawFn, late_posts: bool = True) -> list[Happening]:
    at = draw(starts)
    steps: list[Happening] = []
    for what in draw(st.lists(st.sampled_from(MIXED), min_size=1, max_size=14)):
        at += draw(st.integers(0, 300)) * MINUTE
        late = draw(st.integers(0, 90)) if late_posts and what is What.WROTE else 0
        priority = draw(st.sampled_from(tuple(PRIORITIES))) if what is What.PRIORITY else ""
        steps.append(Happening(at - late * MINUTE, what, priority, f"p{len(steps)}"))
    return steps


def counted(clock: Clock, now: datetime) -> timedelta:
    parts = intervals_of(clock, hours_of, now)
    return sum(((part.end or now) - part.start for part in parts if part.counts), timedelta())


@quickly
@given(histories(), st.integers(0, 3000), st.data())
def test_what_happens_later_never_changes_a_clock_that_has_stopped(
    steps: list[Happening], wait: int, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(steps)))
    now = max(step.at for step in steps) + wait * MINUTE
    earlier, later = clocks_at(steps[:cut], now=now), clocks_at(steps, now=now + DAY)
    for before, since in zip(earlier.all, later.all, strict=False):
        if before.stopped_at:
            assert before == since
        assert (before.kind, before.segment) == (since.kind, since.segment)
    assert len(earlier.all) <= len(later.all)


def minutes_counted(clock: Clock, steps: Sequence[Happening], now: datetime) -> int:
    """Count the clock's open minutes, without those at which a person's answer is the last word."""
    count, at, hours = 0, clock.started_at, hours_of(clock.hours)
    while at < (clock.stopped_at or now):
        said = [
            step.what
            for step in steps
            if clock.started_at <= step.at <= at and step.what in (What.WROTE, What.ANSWERED)
        ]
        is_theirs = clock.kind is RESOLUTION and said[-1:] == [What.ANSWERED]
        count += is_open(hours, at) and not is_theirs
        at += MINUTE
    return count


@quickly
@given(histories(late_posts=False), st.integers(0, 600))
def test_a_clock_has_spent_the_minutes_that_counted_one_by_one(steps: list[Happening], wait: int) -> None:
    steps = steps[:1] + [step for one, step in pairwise(steps) if one.at < step.at]
    now = steps[-1].at + wait * MINUTE
    for clock in clocks_at(steps, now=now).all:
        assert clock.spent == minutes_counted(clock, steps, now) * MINUTE


@quickly
@given(histories(), st.integers(0, 3000))
def test_the_intervals_lie_end_to_end_and_sum_up_to_what_the_clock_has_spent(
    steps: list[Happening], wait: int
) -> None:
    now = max(step.at for step in steps) + wait * MINUTE
    for clock in clocks_at(steps, now=now).all:
        parts = intervals_of(clock, hours_of, now)
        assert counted(clock, now) == clock.spent
        assert all(one.end == two.start for one, two in pairwise(parts))
        if parts:
            assert parts[0].start == clock.started_at
            assert parts[-1].end == clock.stopped_at
        assert all(part.start < (part.end or now) for part in parts)


@quickly
@given(histories(), st.integers(0, 3000))
def test_a_running_clock_is_due_when_its_target_is_spent_and_late_just_after(
    steps: list[Happening], wait: int
) -> None:
    now = max(step.at for step in steps) + wait * MINUTE
    running = clocks_at(steps, now=now).running
    assume(running)
    for clock in running:
        assert clock.is_late == (clock.due_at is not None and now > clock.due_at)
        if clock.due_at is None or clock.due_at < steps[-1].at:
            continue
        for moment, late in ((clock.due_at, False), (clock.due_at + timedelta(microseconds=1), True)):
            then = clocks_at(steps, now=moment).all[clocks_at(steps, now=now).all.index(clock)]
            assert (then.is_late, then.due_at) == (late, clock.due_at)
        at_due = clocks_at(steps, now=clock.due_at)
        assert clock.target in {one.spent for one in at_due.running if one.kind is clock.kind}


@quickly
@given(histories())
def test_the_customer_waits_since_the_oldest_post_after_the_last_answer(steps: list[Happening]) -> None:
    now = max(step.at for step in steps)
    clocks = clocks_at(steps, now=now)
    running = [clock for clock in clocks.running if clock.kind in (FIRST, NEXT)]
    assert running == ([clocks.response] if clocks.response else [])
    is_resolved = False
    waiting: list[datetime] = []
    reopening: list[datetime] = []
    for step in steps:
        match step.what:
            case What.WROTE:
                (reopening if is_resolved else waiting).append(step.at)
            case What.ANSWERED:
                waiting, reopening = [], []
            case What.RESOLVED:
                is_resolved, waiting, reopening = True, [], []
            case What.REOPENED:
                is_resolved, waiting, reopening = False, waiting + reopening, []
            case What.CLAIMED | What.RELEASED:
                reopening = []
    assert clocks.waiting_since == (min(waiting) if waiting else None)
