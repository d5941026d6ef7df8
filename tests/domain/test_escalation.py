"""The ladder: its steps in time, which one is due, and what a change of ladder leaves behind."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.escalation import Step, carried_over, ladder_for, passed, steps_of, turn_of
from workflows.domain.playbook import AROUND_THE_CLOCK, Escalation, Hours, Ladder, Playbook, Rung
from workflows.domain.rules import Span

T0 = datetime(2024, 3, 1, 16, 45, tzinfo=UTC)  # a Friday
NINE_TO_FIVE = Hours("desk", days={day: [Span(540, 1020)] for day in range(5)})
NEVER_OPEN = Hours("closed")
MINUTE = timedelta(minutes=1)


def rung(minutes: float | None = None, *, share: float | None = None, ping: str = "agents") -> Rung:
    after = None if minutes is None else minutes * MINUTE
    return Rung(ping=[ping], after=after, share=share)


def ladder(*rungs: Rung, times: int = 0) -> Ladder:
    return Ladder("L", rungs, repeat_every=10 * MINUTE if times else None, repeat_times=times)


def minutes_of(steps: Sequence[Step]) -> list[float]:
    return [(step.at - T0) / MINUTE for step in steps]


def around_the_clock(made: Ladder, target: timedelta | None = None) -> list[Step]:
    return steps_of(made, T0, target=target, hours=AROUND_THE_CLOCK)


def test_steps_stand_in_the_order_of_their_times_whatever_their_order_in_the_file() -> None:
    steps = around_the_clock(ladder(rung(30), rung(share=0.75), rung(5)), target=20 * MINUTE)
    assert minutes_of(steps) == [5, 15, 30]
    assert [step.index for step in steps] == [0, 1, 2]


def test_a_share_without_a_target_is_no_step() -> None:
    assert minutes_of(around_the_clock(ladder(rung(share=0.5), rung(5)))) == [5]


def test_only_the_last_step_is_repeated() -> None:
    steps = around_the_clock(ladder(rung(5, ping="a"), rung(20, ping="b"), times=2))
    assert minutes_of(steps) == [5, 20, 30, 40]
    assert [step.rung.ping for step in steps] == [["a"], ["b"], ["b"], ["b"]]


def test_thirty_working_minutes_after_a_quarter_to_five_on_friday_are_a_quarter_past_nine_on_monday() -> None:
    # The hours are those of the zone UTC: 16:45 on Friday, closed at 17:00.
    (step,) = steps_of(ladder(rung(30)), T0, target=None, hours=NINE_TO_FIVE)
    assert step.at == datetime(2024, 3, 4, 9, 15, tzinfo=UTC)


def test_a_step_that_the_hours_never_reach_is_left_out() -> None:
    assert steps_of(ladder(rung(5)), T0, target=None, hours=NEVER_OPEN) == []


@pytest.mark.parametrize(
    ("priority", "team", "name"),
    [("high", "fraud", "first"), ("high", None, "high"), ("low", "fraud", "rest"), ("low", None, "rest")],
)
def test_the_first_ladder_that_is_for_such_cases_is_taken(priority: str, team: str | None, name: str) -> None:
    ladders = [
        Ladder("first", [], priorities=["high"], teams=["fraud"]),
        Ladder("high", [], priorities=["high"]),
        Ladder("rest", []),
    ]
    found = ladder_for(Playbook("P", escalation=Escalation(ladders)), priority, team)
    assert found is not None
    assert found.name == name


def test_a_playbook_may_have_no_ladder_for_a_case() -> None:
    assert ladder_for(Playbook("P"), "high", None) is None
    playbook = Playbook("P", escalation=Escalation([Ladder("high", [], priorities=["high"])]))
    assert ladder_for(playbook, "low", None) is None


# --- what is due

STEPS = around_the_clock(ladder(rung(5, ping="a"), rung(10, ping="b"), rung(20, ping="c")))


def on_duty(*names: str) -> Callable[[Rung, datetime], bool]:
    return lambda rung, _at: not names or rung.ping[0] in names


@pytest.mark.parametrize(
    ("reached", "minutes", "said", "unheard", "next_minute"),
    [
        (0, 4.999, None, 0, 5),
        (0, 5, 0, 0, 10),
        (1, 5, None, 0, 10),
        (0, 12, 1, 1, 20),
        (0, 60, 2, 2, None),
        (3, 60, None, 0, None),
    ],
)
def test_of_several_due_steps_only_the_highest_is_said(
    reached: int, minutes: float, said: int | None, unheard: int, next_minute: float | None
) -> None:
    turn = turn_of(STEPS, reached=reached, now=T0 + minutes * MINUTE, on_duty=on_duty())
    assert (turn.say.index if turn.say else None) == said
    assert len(turn.unheard) == unheard
    assert turn.next_at == (None if next_minute is None else T0 + next_minute * MINUTE)


def test_how_late_a_step_comes_is_counted_from_its_own_time_beyond_a_minute() -> None:
    def late(seconds: float) -> timedelta:
        return turn_of(STEPS, reached=0, now=STEPS[0].at + timedelta(seconds=seconds), on_duty=on_duty()).late

    assert (late(60), late(61)) == (timedelta(), timedelta(seconds=61))


@pytest.mark.parametrize(
    ("duty", "said", "off"),
    [(("a",), 0, [1, 2]), (("b",), 1, [0, 2]), (("nobody",), None, [0, 1, 2]), ((), 2, [])],
)
def test_steps_whose_people_are_all_off_duty_are_passed_over(
    duty: tuple[str, ...], said: int | None, off: list[int]
) -> None:
    turn = turn_of(STEPS, reached=0, now=T0 + 60 * MINUTE, on_duty=on_duty(*duty))
    assert (turn.say.index if turn.say else None) == said
    assert [step.index for step in turn.off] == off
    assert turn.reached == 3


def test_what_fell_due_while_somebody_had_taken_it_on_is_due_when_their_time_is_over() -> None:
    rearm_at = T0 + 15 * MINUTE
    before = turn_of(STEPS, reached=0, now=T0 + 14 * MINUTE, rearm_at=rearm_at, on_duty=on_duty())
    after = turn_of(STEPS, reached=0, now=T0 + 15.5 * MINUTE, rearm_at=rearm_at, on_duty=on_duty())

    assert (before.say, before.reached, before.next_at) == (None, 0, rearm_at)
    assert after.say is not None
    assert (after.say.index, len(after.unheard), after.late) == (1, 1, timedelta())
    assert after.next_at == T0 + 20 * MINUTE


@given(st.lists(st.integers(0, 90), max_size=12), st.integers(0, 3))
def test_looked_at_whenever_each_step_is_said_at_most_once_never_early_and_in_order(
    looks: list[int], times: int
) -> None:
    steps = around_the_clock(ladder(rung(5), rung(10), rung(20), times=times))
    reached, said = 0, []
    for minute in sorted(looks):
        now = T0 + minute * MINUTE
        turn = turn_of(steps, reached=reached, now=now, on_duty=on_duty())
        assert turn.reached == max(reached, passed(steps, now))
        if turn.say:
            assert turn.say.at <= now
            said.append(turn.say.index)
        reached = turn.reached
    assert said == sorted(set(said))


# --- another ladder, another order


def test_a_change_of_target_that_changes_the_order_repeats_no_step() -> None:
    made = ladder(rung(5, ping="a"), rung(share=0.75, ping="b"), rung(30, ping="c"))
    slow, quick = around_the_clock(made, 60 * MINUTE), around_the_clock(made, 10 * MINUTE)
    assert [step.rung.ping[0] for step in slow] == ["a", "c", "b"]
    assert [step.rung.ping[0] for step in quick] == ["a", "b", "c"]

    assert [carried_over(slow, reached, quick) for reached in (0, 1, 2, 3)] == [0, 1, 3, 3]
    assert [carried_over(quick, reached, slow) for reached in (0, 1, 2, 3)] == [0, 1, 3, 3]


def test_of_another_ladder_nothing_was_said() -> None:
    other = around_the_clock(ladder(rung(5, ping="x"), rung(6, ping="y")))
    assert carried_over(STEPS, 3, other) == 0
    assert carried_over(STEPS, 3, []) == 0


def test_each_repeat_is_a_step_of_its_own() -> None:
    steps = around_the_clock(ladder(rung(5), times=3))
    assert [carried_over(steps, reached, steps) for reached in range(5)] == [0, 1, 2, 3, 4]
