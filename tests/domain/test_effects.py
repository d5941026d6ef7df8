"""Effects: the moves of their states, their order of leaving, and when they are tried again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.effects import (
    NATURE,
    PRIORITIES,
    SETTLED,
    Kind,
    Queue,
    State,
    back_off_s,
    may_move,
    queue_of,
    re_offer_after,
    urgency_of,
)

DRAWN = """
    pending   → sending cancelled
    sending   → done pending failed in_doubt
    in_doubt  → done pending failed asked cancelled
    asked     → done pending cancelled
    done      → pending
    failed    → pending
    cancelled → pending
"""


def test_the_state_machine_allows_what_is_drawn_and_nothing_else() -> None:
    drawn = {
        State(before.strip()): {State(after) for after in afters.split()}
        for before, afters in (line.split("→") for line in DRAWN.strip().splitlines())
    }
    assert {before: {after for after in State if may_move(before, after)} for before in State} == drawn


def test_nothing_in_doubt_is_simply_sent_again() -> None:
    assert not may_move(State.IN_DOUBT, State.SENDING)
    assert not may_move(State.ASKED, State.SENDING)


def test_what_is_settled_does_not_move_by_itself() -> None:
    assert {State.DONE, State.FAILED, State.CANCELLED} == SETTLED
    assert all(not may_move(state, after) for state in SETTLED for after in set(State) - {State.PENDING})


def test_every_kind_has_a_nature_and_only_what_is_for_customers_goes_to_x() -> None:
    assert set(NATURE) == set(Kind)
    to_x = {kind for kind, nature in NATURE.items() if nature.side == "x"}
    assert to_x == {Kind.REPLY, Kind.DM, Kind.REACH}
    assert {nature.side for nature in NATURE.values()} == {"x", "slack"}


def test_what_the_world_or_a_channel_reads_is_speech_and_what_is_rendered_is_not() -> None:
    assert {kind for kind, nature in NATURE.items() if nature.speech} == {
        Kind.REPLY,
        Kind.DM,
        Kind.POST_CARD,
        Kind.POST_DM_CARD,
        Kind.POST_REQUEST,
        Kind.THREAD,
        Kind.ALERT,
        Kind.PING,
        Kind.REQUEST_PING,
    }


@given(st.sampled_from(Kind), st.sampled_from(PRIORITIES))
def test_the_urgency_of_an_effect_tells_its_queue(kind: Kind, priority: str) -> None:
    assert queue_of(urgency_of(kind, priority=priority)) is NATURE[kind].queue


def test_queues_are_ordered_by_urgency() -> None:
    assert list(Queue) == [Queue.URGENT, Queue.CARDS, Queue.INTAKE, Queue.BACKGROUND]
    for sooner, later in pairwise(list(Queue)):
        ahead = [urgency_of(k, priority=p) for k in Kind for p in PRIORITIES if NATURE[k].queue is sooner]
        behind = [urgency_of(k, priority=p) for k in Kind for p in PRIORITIES if NATURE[k].queue is later]
        assert max(ahead, default=0) < min(behind, default=1000)


def test_among_cards_the_more_urgent_case_goes_first_and_what_is_shown_before_what_is_told() -> None:
    order = [
        urgency_of(kind, priority=priority)
        for kind in (Kind.REFRESH_CARD, Kind.POST_CARD, Kind.THREAD)
        for priority in PRIORITIES
    ]
    assert order == sorted(set(order))


@pytest.mark.parametrize(("offers", "seconds"), [(1, 15), (2, 30), (3, 60), (4, 60), (99, 60)])
def test_what_nobody_claims_is_offered_again_after(offers: int, seconds: int) -> None:
    assert re_offer_after(offers) == seconds


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (5000, 60)]
)
def test_a_state_effect_is_tried_again_after(attempt: int, seconds: float) -> None:
    assert back_off_s(attempt) == seconds
