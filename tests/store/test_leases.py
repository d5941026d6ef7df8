"""Performers that died: doubt for speech, once more for the rest, and poison set aside."""

import pytest

from tests.store.stores import ASHA, Store
from workflows.delivery import Performer, settle_run_out
from workflows.domain.effects import Effect, Kind, State
from workflows.store.outbox import LEASE_S
from workflows.store.tables import outbox

RUN_OUT = LEASE_S + 0.1


def settle(store: Store, seconds: float, admin_channel: str = "#desk-admin") -> int:
    """Let the clock look for leases that ran out."""
    with store.at(seconds) as uow:
        return settle_run_out(Performer(store.begin, "clock", admin_channel), uow, {})


def alerts(store: Store) -> list[tuple[str, str]]:
    rows = store.rows(outbox, outbox.c.kind == Kind.ALERT)
    return [(row.payload["code"], row.payload["channel"]) for row in rows]


def test_a_performer_is_left_alone_until_its_lease_has_run_out(store: Store) -> None:
    effect_id = store.have_effect(Kind.POST_CARD, "1")
    store.claimed(effect_id)

    assert settle(store, LEASE_S - 0.1) == 0
    assert store.effect(effect_id).state == State.SENDING
    assert settle(store, LEASE_S) == 1
    assert settle(store, RUN_OUT) == 0


@pytest.mark.parametrize("kind", [Kind.POST_CARD, Kind.THREAD, Kind.ALERT])
def test_speech_whose_performer_died_is_in_doubt_and_never_simply_said_again(
    store: Store, kind: Kind
) -> None:
    effect_id = store.have_effect(kind, "1")
    store.claimed(effect_id)

    settle(store, RUN_OUT)

    assert store.effect(effect_id).state == State.IN_DOUBT
    assert store.dispatched(RUN_OUT + 3600) == []


@pytest.mark.parametrize("kind", [Kind.REFRESH_CARD, Kind.NOTICE, Kind.MODAL, Kind.PEOPLE])
def test_a_state_effect_whose_performer_died_is_done_once_more(store: Store, kind: Kind) -> None:
    effect_id = store.have_effect(kind, "1")
    store.claimed(effect_id)

    settle(store, RUN_OUT)

    assert [offer.effect_id for offer in store.dispatched(RUN_OUT)] == [effect_id]
    assert store.claimed(effect_id, RUN_OUT).attempt == 2


def test_the_answer_of_a_performer_that_was_slow_settles_the_doubt_about_it(store: Store) -> None:
    effect = store.claimed(store.have_effect(Kind.POST_CARD, "1"))
    settle(store, RUN_OUT)

    with store.at(60) as uow:
        assert uow.outbox.done(effect, "C1/1.1")
    assert store.effect(effect.id).state == State.DONE


def die_three_times(store: Store, effect_id: int) -> Effect:
    seconds = 0.0
    while True:
        effect = store.claimed(effect_id, seconds)
        seconds += RUN_OUT
        settle(store, seconds)
        if effect.attempt == 3:
            return effect
        if store.effect(effect_id).state == State.IN_DOUBT:
            with store.at(seconds) as uow:  # looked for, and not seen
                uow.outbox.postponed(effect, after_s=0, reason="not_seen")


@pytest.mark.parametrize(
    ("kind", "state"),
    [(Kind.REFRESH_CARD, State.PENDING), (Kind.POST_CARD, State.IN_DOUBT), (Kind.PEOPLE, State.FAILED)],
)
def test_an_effect_that_took_three_performers_with_it_is_set_aside_and_operators_are_told(
    store: Store, kind: Kind, state: State
) -> None:
    effect_id = store.have_effect(kind, "1")

    die_three_times(store, effect_id)

    row = store.effect(effect_id)
    assert (row.state, row.reason) == (state, "poison")
    assert ("poison", "#desk-admin") in alerts(store)
    assert effect_id not in [offer.effect_id for offer in store.dispatched(700)], "for ten minutes at least"


def test_a_poisoned_card_is_tried_again_after_ten_minutes_because_a_mention_must_not_be_lost(
    store: Store,
) -> None:
    effect_id = store.have_effect(Kind.REFRESH_CARD, "1")
    die_three_times(store, effect_id)
    assert effect_id in [offer.effect_id for offer in store.dispatched(3600)]


def test_without_an_admin_channel_poison_is_set_aside_all_the_same(store: Store) -> None:
    effect_id = store.have_effect(Kind.NOTICE, "1")
    for start in (0.0, 100.0, 200.0):
        store.claimed(effect_id, start)
        settle(store, start + RUN_OUT, admin_channel="")

    assert store.effect(effect_id).state == State.FAILED
    assert alerts(store) == []


def test_three_deaths_with_a_success_between_them_are_no_poison(store: Store) -> None:
    effect_id = store.have_effect(Kind.REFRESH_CARD, "1")
    for start in (0.0, 100.0):
        store.claimed(effect_id, start)
        settle(store, start + RUN_OUT)
    effect = store.claimed(effect_id, 200)
    with store.at(201) as uow:
        uow.outbox.done(effect)
        uow.outbox.add(Kind.REFRESH_CARD, "1")

    store.claimed(effect_id, 300)
    settle(store, 300 + RUN_OUT)

    assert store.effect(effect_id).state == State.PENDING


def test_a_wish_for_what_was_set_aside_gives_it_three_more_tries(store: Store) -> None:
    effect_id = store.have_effect(Kind.REFRESH_CARD, "1")
    die_three_times(store, effect_id)

    with store.at(200) as uow:
        uow.outbox.add(Kind.REFRESH_CARD, "1")
    store.claimed(effect_id, 200)
    settle(store, 200 + RUN_OUT)

    assert store.effect(effect_id).state == State.PENDING


def test_a_reply_is_never_poison_it_stays_in_doubt_until_it_is_looked_for(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        draft, _ = uow.drafts.start(case_id, ASHA, "1", channel="public")
        uow.drafts.move(draft.id, "open", to="submitted", text="Sorry!")
    effect_id = store.have_effect(Kind.REPLY, str(draft.id))

    die_three_times(store, effect_id)

    assert store.effect(effect_id).state == State.IN_DOUBT
    assert alerts(store) == []


def test_a_restarted_performer_need_not_wait_for_the_lease_it_had_when_it_died(store: Store) -> None:
    mine = store.have_effect(Kind.REFRESH_CARD, "1")
    other = store.have_effect(Kind.REFRESH_CARD, "2")
    store.claimed(mine)
    with store.at() as uow:
        uow.outbox.claim(other, by="worker-2")

    with store.at(1) as uow:
        uow.outbox.end_leases_of("worker-1")

    assert settle(store, 1) == 1
    assert store.effect(mine).state == State.PENDING
    assert store.effect(other).state == State.SENDING
