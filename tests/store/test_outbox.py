"""The outbox: wishes, claims, and every move of the state machine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.store.stores import START, Store, at_once
from workflows.domain.effects import SETTLED, Effect, Kind, State
from workflows.store.outbox import LEASE_S, Outbox
from workflows.store.tables import outbox

SPEECH_SAID_ONCE = [Kind.REPLY, Kind.ALERT]
RENDERED_ANEW = [Kind.REFRESH_CARD, Kind.POST_CARD, Kind.THREAD, Kind.MODAL, Kind.TIDY_CARD, Kind.PEOPLE]


def bring(store: Store, state: State, kind: Kind = Kind.ALERT) -> Effect:
    """Have an effect in this state, by the moves that lead there; return it as its performer knows it.

    Its key is the name of the state.
    """
    effect_id = store.have_effect(kind, state)
    with store.at() as uow:
        box = uow.outbox
        effect = box.get(effect_id)
        if state is not State.PENDING and state is not State.CANCELLED:
            effect = box.claim(effect_id, by="worker-1")
        assert effect is not None
        if state in (State.IN_DOUBT, State.ASKED):
            assert box.doubted(effect, "no_answer", check_after_s=0)
        moves: dict[State, Callable[[], bool]] = {
            State.ASKED: lambda: box.asked(effect),
            State.DONE: lambda: box.done(effect, "1"),
            State.FAILED: lambda: box.failed(effect, "gone"),
            State.CANCELLED: lambda: box.cancelled(effect, "unwanted"),
        }
        assert moves.get(state, lambda: True)()
    assert store.effect(effect_id).state == state
    return effect


ACTS: dict[str, Callable[[Outbox, Effect], Any]] = {
    "claim": lambda box, effect: box.claim(effect.id, by="worker-2"),
    "done": lambda box, effect: box.done(effect, "2"),
    "failed": lambda box, effect: box.failed(effect, "other"),
    "postponed": lambda box, effect: box.postponed(effect, after_s=5, reason="busy"),
    "doubted": lambda box, effect: box.doubted(effect, "no_answer"),
    "asked": lambda box, effect: box.asked(effect),
    "cancelled": lambda box, effect: box.cancelled(effect, "unwanted"),
    "start_check": lambda box, effect: box.start_check(effect.id, by="worker-2"),
}
LEADS_TO: dict[State, dict[str, State]] = {
    State.PENDING: {"claim": State.SENDING, "cancelled": State.CANCELLED},
    State.SENDING: {
        "done": State.DONE,
        "failed": State.FAILED,
        "postponed": State.PENDING,
        "doubted": State.IN_DOUBT,
    },
    State.IN_DOUBT: {
        "done": State.DONE,
        "failed": State.FAILED,
        "postponed": State.PENDING,
        "asked": State.ASKED,
        "cancelled": State.CANCELLED,
        "start_check": State.IN_DOUBT,
    },
    State.ASKED: {"done": State.DONE, "postponed": State.PENDING, "cancelled": State.CANCELLED},
    State.DONE: {},
    State.FAILED: {},
    State.CANCELLED: {},
}


@pytest.mark.parametrize("before", list(State))
def test_an_effect_moves_as_the_state_machine_says_and_not_otherwise(store: Store, before: State) -> None:
    effect = bring(store, before)
    was = store.effect(effect.id)

    for act, move in ACTS.items():
        with store.engine.connect() as connection:  # rolled back: each act meets the same row
            taken = bool(move(store.on(connection).outbox, effect))
            now = connection.execute(outbox.select().where(outbox.c.id == effect.id)).one()
            connection.rollback()
        if act in LEADS_TO[before]:
            assert (act, taken, now.state) == (act, True, LEADS_TO[before][act])
        else:
            assert (act, taken, now) == (act, False, was)


def test_the_same_wish_twice_is_one_effect(store: Store) -> None:
    first = [store.have_effect(kind, "7") for kind in Kind]
    second = [store.have_effect(kind, "7") for kind in Kind]

    assert second == first
    assert len(store.rows(outbox)) == len(Kind)


def test_the_same_wish_from_many_threads_is_one_effect(store: Store) -> None:
    def wish(_: int) -> int:
        with store.begin() as uow:
            return uow.outbox.add(Kind.REPLY, "7")

    assert len(set(at_once(8, wish))) == 1
    assert len(store.rows(outbox)) == 1


@pytest.mark.parametrize("kind", SPEECH_SAID_ONCE)
def test_a_second_wish_for_words_that_exist_changes_nothing(store: Store, kind: Kind) -> None:
    for state in State:
        bring(store, state, kind)
    were = store.rows(outbox)

    with store.at(30) as uow:
        for state in State:
            uow.outbox.add(kind, state)

    assert store.rows(outbox) == were


@pytest.mark.parametrize("kind", RENDERED_ANEW)
def test_a_settled_effect_that_is_rendered_anew_can_be_wished_for_again(store: Store, kind: Kind) -> None:
    settled = [bring(store, state, kind) for state in sorted(SETTLED)]

    with store.at(30) as uow:
        for effect in settled:
            uow.outbox.add(kind, effect.key)

    assert {row.state for row in store.rows(outbox)} == {State.PENDING}
    assert [store.claimed(e.id, 30).attempt for e in settled] == [e.attempt + 1 for e in settled]


@pytest.mark.parametrize("outcome", ["done", "failed", "postponed"])
def test_a_wish_while_the_effect_is_under_way_lets_it_run_once_more(store: Store, outcome: str) -> None:
    effect = bring(store, State.SENDING, Kind.REFRESH_CARD)
    assert store.have_effect(Kind.REFRESH_CARD, effect.key) == effect.id
    assert store.effect(effect.id).state == State.SENDING

    with store.at(1) as uow:
        assert ACTS[outcome](uow.outbox, effect)

    assert store.effect(effect.id).state == State.PENDING
    again = store.claimed(effect.id, 6)
    with store.at(6) as uow:
        assert uow.outbox.done(again)
    assert store.effect(effect.id).state == State.DONE


def test_of_eight_who_claim_an_effect_at_once_one_gets_it(store: Store) -> None:
    effect_id = store.have_effect()

    def claim(number: int) -> Effect | None:
        with store.begin() as uow:
            return uow.outbox.claim(effect_id, by=f"worker-{number}")

    taken = [effect for effect in at_once(8, claim) if effect is not None]
    assert [effect.attempt for effect in taken if isinstance(effect, Effect)] == [1]
    assert len(taken) == 1


def test_an_effect_is_not_claimed_before_it_is_due(store: Store) -> None:
    effect_id = store.have_effect(after_s=10)

    with store.at(9.9) as uow:
        assert uow.outbox.claim(effect_id, by="worker-1") is None
    assert store.claimed(effect_id, 10).attempt == 1


def test_a_postponed_effect_waits_as_long_as_the_far_side_asked(store: Store) -> None:
    effect = bring(store, State.SENDING)
    with store.at(1) as uow:
        assert uow.outbox.postponed(effect, after_s=30, reason="slack_busy")

    assert not store.dispatched(30.9)
    with store.at(30.9) as uow:
        assert uow.outbox.claim(effect.id, by="worker-1") is None
    assert [offer.effect_id for offer in store.dispatched(31)] == [effect.id]
    assert store.claimed(effect.id, 31).attempt == 2


@pytest.mark.parametrize("outcome", ["done", "failed", "postponed", "doubted", "asked", "cancelled"])
def test_the_outcome_of_an_older_attempt_changes_nothing(store: Store, outcome: str) -> None:
    first = bring(store, State.SENDING)
    with store.at(1) as uow:
        uow.outbox.postponed(first, after_s=0, reason="busy")
    store.claimed(first.id, 2)
    was = store.effect(first.id)

    with store.at(3) as uow:
        assert not ACTS[outcome](uow.outbox, first)

    assert store.effect(first.id) == was


def test_what_a_claim_writes_is_there_before_any_socket_opens(store: Store) -> None:
    effect = bring(store, State.SENDING)

    row = store.effect(effect.id)
    assert (row.state, row.attempt, row.leased_by) == (State.SENDING, 1, "worker-1")
    assert row.started_at == START
    assert row.lease_until == START + timedelta(seconds=LEASE_S)


def test_an_effect_goes_by_another_budget_once_it_is_redirected(store: Store) -> None:
    effect = bring(store, State.SENDING, Kind.REFRESH_CARD)

    with store.at() as uow:
        uow.outbox.redirect(effect, "slack:update")

    assert store.effect(effect.id).budget == "slack:update"


# --- doubts


def test_a_doubt_is_looked_into_when_its_first_look_is_due_and_by_one_at_a_time(store: Store) -> None:
    effect_id = store.have_effect(Kind.REPLY)
    (offer,) = store.dispatched(0)
    effect = store.claimed(effect_id, 0)
    with store.at(1) as uow:
        uow.outbox.doubted(effect, "no_answer", check_after_s=5)

    def due(seconds: float) -> list[int]:
        with store.at(seconds) as uow:
            return [found.serial for found in uow.departures.doubts_due()]

    assert due(5.9) == []
    assert due(6) == [offer.serial + 1]
    assert due(7) == [], "it is offered already"
    with store.at(7) as uow:
        taken = uow.outbox.start_check(effect_id, by="worker-1")
        assert taken is not None
        assert taken[1] == 0
        assert uow.outbox.start_check(effect_id, by="worker-2") is None
    with store.at(8) as uow:
        uow.outbox.look_again(effect, after_s=55)
    assert due(62.9) == []
    assert due(63) == [offer.serial + 2]
    with store.at(63) as uow:
        taken = uow.outbox.start_check(effect_id, by="worker-1")
        assert taken is not None
        assert taken[1] == 1


def test_a_look_that_nobody_took_is_offered_again(store: Store) -> None:
    effect = bring(store, State.IN_DOUBT)
    with store.at(5) as uow:
        assert len(uow.departures.doubts_due()) == 1
        assert len(uow.departures.doubts_due()) == 0

    with store.at(20) as uow:
        assert [found.effect_id for found in uow.departures.doubts_due()] == [effect.id]


def test_a_second_doubt_is_looked_into_as_long_as_the_first(store: Store) -> None:
    effect = bring(store, State.IN_DOUBT)
    for seconds in (0, 60, 120):
        with store.at(seconds) as uow:
            assert uow.outbox.start_check(effect.id, by="worker-1")
            uow.outbox.look_again(effect, after_s=60)
    with store.at(180) as uow:
        uow.outbox.postponed(effect, after_s=0, reason="")

    second = store.claimed(effect.id, 181)
    with store.at(182) as uow:
        uow.outbox.doubted(second, "no_answer", check_after_s=0)
        taken = uow.outbox.start_check(effect.id, by="worker-1")

    assert taken is not None
    assert taken[1] == 0


def test_a_look_whose_performer_died_is_taken_up_by_another(store: Store) -> None:
    effect = bring(store, State.IN_DOUBT)
    with store.at(0) as uow:
        assert uow.outbox.start_check(effect.id, by="worker-1")

    with store.at(LEASE_S - 1) as uow:
        assert uow.outbox.start_check(effect.id, by="worker-2") is None
    with store.at(LEASE_S) as uow:
        assert uow.outbox.start_check(effect.id, by="worker-2")


# --- updates of one card


def test_the_first_change_of_a_card_shows_at_once_and_those_of_two_seconds_share_one_update(
    store: Store,
) -> None:
    def wish(seconds: float) -> int:
        with store.at(seconds) as uow:
            return uow.outbox.add(Kind.REFRESH_CARD, "1", budget="slack:update")

    effect = store.claimed(wish(0), 0)
    with store.at(0.5) as uow:
        uow.outbox.done(effect)
    for seconds in (0.6, 1.0, 2.0):
        wish(seconds)

    assert not store.dispatched(2.4)
    assert len(store.dispatched(2.5)) == 1
    second = store.claimed(effect.id, 2.5)
    with store.at(2.6) as uow:
        uow.outbox.done(second)
    wish(30)
    assert len(store.dispatched(30)) == 1


def test_a_change_by_a_click_is_shown_without_waiting(store: Store) -> None:
    effect = store.claimed(store.have_effect(Kind.REFRESH_CARD, "1"), 0)
    with store.at(0.5) as uow:
        uow.outbox.done(effect)

    with store.at(0.6) as uow:
        uow.outbox.add(Kind.REFRESH_CARD, "1", budget="")

    assert len(store.dispatched(0.6)) == 1


def test_a_wish_for_now_moves_a_pending_one_forward_and_never_back(store: Store) -> None:
    effect_id = store.have_effect(Kind.THREAD, "1", after_s=10)
    store.have_effect(Kind.THREAD, "1", after_s=2)
    store.have_effect(Kind.THREAD, "1", after_s=20)

    assert not store.dispatched(1.9)
    assert [offer.effect_id for offer in store.dispatched(2)] == [effect_id]
