"""Answers that the brand gives on X itself, past the desk: they end the wait, and echoes count once."""

from datetime import timedelta

import pytest

from tests.store.stores import ASHA, START, Store, asker, hand_in, make_post, use, woken
from tests.store.test_intake import events, make_own, take
from workflows.domain.case import Status
from workflows.domain.effects import Kind
from workflows.services.outcomes import reply_asked, reply_doubted, reply_sent
from workflows.services.replies import open_reply
from workflows.store.tables import messages, outbox

LADDER = """
version: 1
name: Ladder
people: {agents: [U0ASHA]}
triage: {otherwise: {priority: medium}}
escalation: {ladders: [{name: all, steps: [{after: 10m, ping: [agents]}]}]}
"""


def test_an_answer_by_hand_on_x_itself_ends_the_wait_and_its_ladder(store: Store) -> None:
    use(store, LADDER)
    take(store, make_post(1), seconds=10)
    assert store.case().wake_at == START + timedelta(seconds=1, minutes=10)

    take(store, make_own(2, answers=1), seconds=300)

    case = store.case()
    assert (case.status, case.waiting_since, case.due_at, case.wake_at) == (Status.WAITING, None, None, None)
    assert events(store) == ["opened", "answered_on_x"]
    assert woken(store, 24 * 3600) == 0
    take(store, make_post(3, written_at=START + timedelta(hours=2)), seconds=7200)
    assert store.case().waiting_since == START + timedelta(hours=2)


def test_an_answer_by_hand_on_x_answers_nothing_that_was_written_after_it(store: Store) -> None:
    take(store, make_post(1), make_own(2, answers=1), make_post(3), seconds=10)
    assert store.case().status == Status.NEW
    assert store.case().waiting_since == make_post(3).written_at


def test_the_same_answer_by_hand_counts_once(store: Store) -> None:
    take(store, make_post(1))
    take(store, make_own(2, answers=1), seconds=60)
    take(store, make_post(3, written_at=START + timedelta(seconds=90)), seconds=90)

    assert take(store, make_own(2, answers=1), seconds=120) == 0

    assert events(store).count("answered_on_x") == 1
    assert store.case().waiting_since == START + timedelta(seconds=90)


@pytest.mark.parametrize("state", ["submitted", "doubted", "asked"])
def test_the_echo_of_an_answer_that_is_under_way_does_not_count_as_a_second_one(
    store: Store, state: str
) -> None:
    case_id = store.have_case(make_post(1))
    with store.at(60) as uow:
        draft = open_reply(uow, case_id, asker(ASHA), rule="open").draft
        hand_in(uow, draft.id, asker(ASHA), "On its way!")
    effect = store.claimed(store.row(outbox, outbox.c.kind == Kind.REPLY).id, 60)
    with store.at(61) as uow:
        if state != "submitted":
            uow.outbox.doubted(effect, "timeout")
            reply_doubted(uow, effect)
        if state == "asked":
            uow.outbox.asked(effect)
            reply_asked(uow, effect)

    take(store, make_own(2, answers=1), seconds=62)
    assert "answered_on_x" not in events(store)
    with store.at(63) as uow:
        reply_sent(uow, effect, make_post(2).id)

    assert (events(store).count("reply_sent"), "answered_on_x" in events(store)) == (1, False)
    assert (store.case().status, store.case().waiting_since) == (Status.WAITING, None)
    assert len(store.rows(messages)) == 2


def test_an_answer_by_hand_to_another_post_counts_while_a_reply_is_under_way(store: Store) -> None:
    case_id = store.have_case(make_post(1), make_post(2))
    with store.at(60) as uow:
        draft = open_reply(uow, case_id, asker(ASHA), rule="open").draft
        assert draft.target == make_post(2).id
        hand_in(uow, draft.id, asker(ASHA), "On its way!")

    take(store, make_own(3, answers=1), seconds=62)

    assert "answered_on_x" in events(store)
    assert store.case().waiting_since is None
