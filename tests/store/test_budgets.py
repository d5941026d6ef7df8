"""Budgets: never faster than the far side allows, and one budget never holds up another."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.stores import START, Store
from workflows.domain.effects import Kind
from workflows.store.budgets import Budgets, Rate
from workflows.store.tables import budgets

SUPPORT, LEADS = "slack:post:#support", "slack:post:#leads"
SCHEDULES = st.lists(
    st.tuples(st.floats(0, 90).map(lambda s: round(s, 2)), st.integers(0, 60)), min_size=1, max_size=15
)
ON_ONE_DATABASE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def leave(store: Store, rate: Rate, schedule: list[tuple[float, int]]) -> list[float]:
    """Let as many leave as want to and may, after each gap; return when each left, in seconds."""
    left, at = [], 0.0
    with store.engine.connect() as connection:  # nothing is kept: each schedule starts from a free budget
        store.rates = {"b": rate}
        for gap, wanted in schedule:
            at += gap
            budget = Budgets(connection, store.rates, store.on(connection, at).machine)
            room = budget.room("b:1", wanted)
            assert 0 <= room <= wanted
            budget.spend("b:1", room)
            left += [at] * room
        connection.rollback()
    return left


def most_in_any(window: float, moments: list[float]) -> int:
    return max(
        (sum(start <= at < start + window for at in moments) for start in moments),
        default=0,
    )


@pytest.mark.parametrize(
    ("count", "seconds", "share"), [(50, 60, 0.4), (100, 900, 0.5), (1, 1, 0.0), (3, 2, 0.7), (20, 60, 0.0)]
)
@given(schedule=SCHEDULES)
@ON_ONE_DATABASE
def test_never_more_leave_in_any_window_than_the_rate_allows(
    store: Store, count: int, seconds: float, share: float, schedule: list[tuple[float, int]]
) -> None:
    left = leave(store, Rate.of(count, seconds, burst_share=share), schedule)
    assert most_in_any(seconds - 1e-6, left) <= count


@given(schedule=SCHEDULES)
@ON_ONE_DATABASE
def test_whoever_waits_long_enough_leaves(store: Store, schedule: list[tuple[float, int]]) -> None:
    rate = Rate.of(50, 60, burst_share=0.4)
    before = len(leave(store, rate, schedule))
    assert len(leave(store, rate, [*schedule, (60.0, 500)])) - before == rate.burst


def test_what_is_spent_at_once_is_the_burst_and_the_rest_keeps_its_distance(store: Store) -> None:
    left = leave(store, Rate.of(50, 60, burst_share=0.4), [(0.5, 100)] * 240)
    assert left.count(left[0]) == 20
    gaps = {round(after - before, 1) for before, after in pairwise(left[19:])}
    assert gaps == {2.0}


@pytest.mark.parametrize(
    ("rate", "interval_s", "burst"),
    [
        (Rate.of(50, 60), 1.2, 1),
        (Rate.of(50, 60, burst_share=0.4), 2.0, 20),
        (Rate.of(100, 900, burst_share=0.5), 18.0, 50),
        (Rate.of(1, 900, burst_share=0.5), 900.0, 1),
    ],
)
def test_a_rate_is_a_distance_and_a_burst(rate: Rate, interval_s: float, burst: int) -> None:
    assert rate.interval_s == pytest.approx(interval_s)
    assert rate.burst == burst


def test_a_budget_without_a_rate_lets_everything_leave_and_keeps_no_row(store: Store) -> None:
    for number in range(30):
        store.have_effect(Kind.PEOPLE, str(number))

    assert len(store.dispatched(0)) == 30
    assert store.rows(budgets) == []


def test_after_too_fast_nothing_of_that_budget_leaves_until_the_far_side_allows(store: Store) -> None:
    here = store.have_effect(Kind.ALERT, "here", budget=SUPPORT)
    there = store.have_effect(Kind.ALERT, "there", budget=LEADS)
    with store.at() as uow:
        uow.budgets.block(SUPPORT, 30)

    assert [offer.effect_id for offer in store.dispatched(0)] == [there]
    store.claimed(there)
    assert store.dispatched(29.9) == []
    assert next_due(store, 1) == 30
    assert [offer.effect_id for offer in store.dispatched(30)] == [here]


def test_the_backlog_of_one_channel_does_not_hold_up_another(store: Store) -> None:
    with store.at() as uow:
        for number in range(300):
            uow.outbox.add(Kind.ALERT, f"old-{number}", budget=SUPPORT)
        new = uow.outbox.add(Kind.ALERT, "new", budget=LEADS)

    assert new in [offer.effect_id for offer in store.dispatched(0)]


def test_a_channel_gets_one_post_a_second_however_often_the_clock_turns(store: Store) -> None:
    with store.at() as uow:
        for number in range(40):
            uow.outbox.add(Kind.ALERT, str(number), budget=SUPPORT)

    left = [turn / 5 for turn in range(60) for _ in store.dispatched(turn / 5)]

    assert left == [float(second) for second in range(12)]


def next_due(store: Store, seconds: float) -> float | None:
    """Return when the clock has to turn again, in seconds, as a turn at this moment sees it."""
    with store.at(seconds) as uow:
        assert uow.departures.due() == []
        due_at = uow.departures.next_due_at()
    return (due_at - START).total_seconds() if due_at else None


def test_the_clock_knows_when_the_next_effect_may_leave(store: Store) -> None:
    assert next_due(store, 0) is None
    with store.at() as uow:
        uow.outbox.add(Kind.ALERT, "1", budget=SUPPORT)
        uow.outbox.add(Kind.ALERT, "2", budget=SUPPORT)
        uow.outbox.add(Kind.PEOPLE, "", after_s=0.7)
    store.claimed(store.dispatched(0)[0].effect_id)

    assert next_due(store, 0.1) == pytest.approx(0.7)
    store.claimed(store.dispatched(0.7)[0].effect_id, 0.7)
    assert next_due(store, 0.8) == pytest.approx(1.0)


def test_posts_that_left_in_time_but_are_claimed_together_keep_their_distance_still(store: Store) -> None:
    ids = [store.have_effect(Kind.ALERT, str(number), budget=SUPPORT) for number in range(4)]

    waits = [store.claimed(effect_id, 10).wait_s for effect_id in ids]

    assert waits[0] == 0
    assert all(1.0 <= later - sooner <= 1.1 for sooner, later in pairwise(waits[:3]))
    assert max(waits) <= 3.0, "nobody waits so long that a lease might run out"


def test_calls_of_a_budget_with_bursts_need_no_distance(store: Store) -> None:
    ids = [store.have_effect(Kind.REFRESH_CARD, str(number), budget="slack:update") for number in range(3)]

    assert [store.claimed(effect_id).wait_s for effect_id in ids] == [0, 0, 0]
