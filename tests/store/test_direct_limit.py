"""An answer by direct message that waits for X's limit: every card says about when it leaves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from slackbot.cards import PostCard
from slackbot.sender import Sender
from tests.store.stores import ASHA, BRAND, RATES, RAVI, START, Store, asker
from tests.store.test_direct import make_dm, take
from workflows.desk import Desk, open_desk
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.services.direct import directs_of, leaves_at
from workflows.services.replies import Choices, open_reply, submit_reply
from workflows.settings import Settings
from workflows.store.budgets import Rate

INTERVAL = timedelta(seconds=100)
BUDGET = f"x:dm:{BRAND.id}"


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    store.rates = {**RATES, "x:dm": Rate(interval_s=INTERVAL.total_seconds(), burst=2)}
    desk = open_desk(
        Settings(database_url=SecretStr(store.url), redis_url=SecretStr("unix:///nowhere")), name="worker-1"
    )
    yield desk
    desk.engine.dispose()


def handed_in(store: Store, case_id: int, seconds: float) -> None:
    """Let Asha answer by direct message; it stays where it waits for its turn."""
    with store.at(seconds) as uow:
        draft = open_reply(uow, CaseId(case_id), asker(ASHA), rule="open").draft
        if submit_reply(uow, draft.id, asker(ASHA), Choices(text="It is on its way.")) is not None:
            assert submit_reply(uow, draft.id, asker(ASHA), Choices(text="It is on its way.")) is None


def card_of(store: Store, desk: Desk, case_id: int, seconds: float) -> str:
    """Return what the card says that everybody reads."""
    with store.at(seconds) as uow:
        effect = uow.outbox.find(Kind.POST_CARD, str(case_id))
        assert effect is not None
        ready = PostCard(desk, Sender(desk.settings)).prepare(uow, effect)
    assert ready is not None
    return str(ready.card.message.blocks)


def test_the_card_that_everybody_reads_says_when_it_leaves_where_no_other_card_can(
    store: Store, desk: Desk
) -> None:
    take(store, make_dm(1), seconds=10)
    with store.at(50) as uow:
        uow.budgets.spend(BUDGET, 2)
    handed_in(store, 1, 60)

    said = card_of(store, desk, 1, 61)

    free_at = START + timedelta(seconds=50) + INTERVAL
    assert f"waits for X’s limit, leaves about <!date^{free_at.timestamp():.0f}^" in said
    assert "is on its way to X" not in said
    assert "It is on its way." not in said


def test_an_answer_whose_turn_it_is_is_on_its_way(store: Store, desk: Desk) -> None:
    take(store, make_dm(1), seconds=10)
    handed_in(store, 1, 60)
    assert "is on its way to X" in card_of(store, desk, 1, 61)


def test_who_waits_behind_another_leaves_one_interval_later(store: Store, desk: Desk) -> None:
    ravi = make_dm(
        2, sender=RAVI, person_id=RAVI.id, conversation_id="1700000000000000001-1700000000000000012"
    )
    take(store, make_dm(1), ravi, seconds=10)
    with store.at(50) as uow:
        uow.budgets.spend(BUDGET, 2)
    for case_id in (1, 2):
        handed_in(store, case_id, 60 + case_id)

    with store.at(70) as uow:
        cases = [uow.cases.get(CaseId(number)) for number in (1, 2)]
        moments = [leaves_at(uow, case, directs_of(uow, case.id).state) for case in cases]
    first = START + timedelta(seconds=50) + INTERVAL
    assert moments == [first, first + INTERVAL]
