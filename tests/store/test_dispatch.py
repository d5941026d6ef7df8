"""Who may leave when: the door's own release, the clock's dispatch, and offering again."""

import random

import pytest

from tests.store.stores import Store, at_once
from workflows.domain.effects import Kind, Queue
from workflows.store.departures import Offer
from workflows.store.tables import outbox

SUPPORT = "slack:post:#support"


def test_an_effect_leaves_with_the_commit_when_nothing_is_before_it(store: Store) -> None:
    with store.begin() as uow:
        effect_id = uow.outbox.add(Kind.ALERT, "k", budget=SUPPORT)
    (released,) = store.released

    assert list(released.offers) == [Offer(effect_id, Kind.ALERT, Queue.URGENT, 1)]
    with store.begin() as uow:
        assert uow.departures.due() == [], "it has left already"


def test_an_effect_of_a_spent_budget_is_left_to_the_clock(store: Store) -> None:
    with store.begin() as uow:
        uow.outbox.add(Kind.ALERT, "1", budget=SUPPORT)
        second = uow.outbox.add(Kind.ALERT, "2", budget=SUPPORT)
    assert len(store.released[0].offers) == 1
    assert store.effect(second).offers == 0


def test_an_effect_lets_what_waits_longer_go_first(store: Store) -> None:
    older = store.have_effect(Kind.ALERT, "older", budget=SUPPORT)

    with store.begin() as uow:
        uow.outbox.add(Kind.ALERT, "newer", budget=SUPPORT)
    assert store.released == []
    with store.begin() as uow:
        assert [offer.effect_id for offer in uow.departures.due()] == [older]


def test_an_urgent_effect_does_not_wait_for_what_is_less_urgent(store: Store) -> None:
    store.have_effect(Kind.POST_CARD, "1", budget=SUPPORT)

    with store.begin() as uow:
        urgent = uow.outbox.add(Kind.ALERT, "k", budget=SUPPORT)
    assert [offer.effect_id for offer in store.released[0].offers] == [urgent]


def test_nothing_leaves_when_the_transaction_fails(store: Store) -> None:
    def break_off() -> None:
        with store.begin() as uow:
            uow.outbox.add(Kind.ALERT, "k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert store.released == []
    assert store.rows(outbox) == []


def test_an_effect_that_is_not_due_does_not_leave_with_the_commit(store: Store) -> None:
    with store.begin() as uow:
        uow.outbox.add(Kind.THREAD, "1", after_s=2)
    assert store.released == []


def test_effects_leave_by_urgency_then_by_when_they_were_due_then_in_order(store: Store) -> None:
    wishes = [
        (Kind.ALERT, "low", 0.0),
        (Kind.REFRESH_CARD, "high", 5.0),
        (Kind.REFRESH_CARD, "medium", 3.0),
        (Kind.REFRESH_CARD, "medium", 4.0),
        (Kind.REFRESH_CARD, "medium", 4.0),
        (Kind.REFRESH_CARD, "low", 1.0),
        (Kind.POST_CARD, "high", 0.0),
        (Kind.THREAD, "high", 0.0),
        (Kind.TIDY_CARD, "high", 0.0),
    ]
    dice = random.Random(7)
    order = list(range(len(wishes)))
    dice.shuffle(order)
    with store.at() as uow:
        for number in order:
            kind, priority, after_s = wishes[number]
            uow.outbox.add(kind, str(number), priority=priority, after_s=after_s)

    left = [store.effect(offer.effect_id) for offer in store.dispatched(10)]

    place = [(row.urgency, row.not_before, row.id) for row in left]
    assert place == sorted(place)
    kinds = [int(row.dedup_key) for row in left]
    assert [number for number in kinds if number not in (3, 4)] == [0, 1, 2, 5, 6, 7, 8]
    assert set(kinds[3:5]) == {3, 4}


def test_among_cards_those_of_the_more_urgent_cases_go_first(store: Store) -> None:
    with store.at() as uow:
        low = uow.outbox.add(Kind.POST_CARD, "1", priority="low", budget=SUPPORT)
        high = uow.outbox.add(Kind.POST_CARD, "2", priority="high", budget=SUPPORT)

    assert [offer.effect_id for offer in store.dispatched(0)] == [high]
    assert [offer.effect_id for offer in store.dispatched(1)] == [low]


def test_each_queue_carries_its_own_kinds(store: Store) -> None:
    expected = {
        Kind.REPLY: Queue.URGENT,
        Kind.NOTICE: Queue.URGENT,
        Kind.REFRESH_CARD: Queue.CARDS,
        Kind.PEOPLE: Queue.BACKGROUND,
    }
    for kind in expected:
        store.have_effect(kind, "1", priority="low")

    assert {offer.kind: offer.queue for offer in store.dispatched(0)} == expected


def test_an_effect_that_nobody_claims_is_offered_again_after_15_30_and_60_seconds(store: Store) -> None:
    effect_id = store.have_effect()

    looks = [0, 0.2, 14.9, 15, 15.2, 44.9, 45, 104.9, 105, 164.9, 165, 224.9, 225]
    offered = [(at, offer.effect_id, offer.serial) for at in looks for offer in store.dispatched(at)]

    assert offered == [(at, effect_id, serial) for serial, at in enumerate([0, 15, 45, 105, 165, 225], 1)]


def test_a_claimed_effect_is_not_offered_again(store: Store) -> None:
    effect_id = store.have_effect()
    store.dispatched(0)
    store.claimed(effect_id, 1)

    assert store.dispatched(40) == []


def test_what_has_left_already_holds_up_nobody(store: Store) -> None:
    """Its job is under way, or lost: then it is offered again, but the newer effect does not wait for it."""
    store.rates = {}
    with store.at() as uow:
        uow.outbox.add(Kind.ALERT, "older", budget=SUPPORT)
        uow.departures.due()

    with store.begin() as uow:  # long after the moment at which the older one is offered again
        newer = uow.outbox.add(Kind.ALERT, "newer", budget=SUPPORT)
    assert [offer.effect_id for offer in store.released[0].offers] == [newer]


def test_of_two_clocks_at_once_one_offers_each_effect_once(store: Store) -> None:
    for number in range(40):
        store.have_effect(Kind.PEOPLE, str(number))

    def turn(number: int) -> list[int]:
        with store.begin() as uow:
            if not uow.timers.hold_lease("clock", f"clock-{number}", for_s=10):
                return []
            return [offer.effect_id for offer in uow.departures.due()]

    turns = at_once(4, turn)
    assert sorted(map(len, turns)) == [0, 0, 0, 40]  # type: ignore[arg-type]  # an error has no length
