"""The audit: silent about a sound store, and a line for each kind of broken promise."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, Table, delete

from tests.store.stores import ASHA, MEHMET, RAVI, START, Store, asker, hand_in, make_post
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind, State
from workflows.services import outcomes, replies
from workflows.services.audit import audit
from workflows.services.cases import claim_case, reopen_case, resolve_case, take_over_case
from workflows.store import drafts as states
from workflows.store.reply_tables import drafts
from workflows.store.tables import cases, messages, outbox

LATER = 600.0


def findings(store: Store, seconds: float = LATER) -> list[str]:
    with store.at(seconds) as uow:
        return audit(uow.views)


def answer(store: Store, case_id: CaseId, *, outcome: str) -> None:
    with store.at() as uow:
        draft = replies.open_reply(uow, case_id, asker(), rule="open").draft
        hand_in(uow, draft.id, asker(), f"Sorry! ({outcome})")
    effect = store.row(outbox, outbox.c.kind == Kind.REPLY, outbox.c.dedup_key == str(draft.id))
    claimed = store.claimed(effect.id)
    with store.at(1) as uow:
        if outcome == "sent":
            uow.outbox.done(claimed, "9001")
            outcomes.reply_sent(uow, claimed, "9001")
        elif outcome == "refused":
            uow.outbox.failed(claimed, "duplicate_text")
            outcomes.reply_refused(uow, claimed, "duplicate_text")
        elif outcome == "waits":
            uow.outbox.postponed(claimed, after_s=900, reason="x_busy")
            outcomes.reply_postponed(uow, claimed, "x_busy")
        else:
            uow.outbox.doubted(claimed, "no_answer")
            outcomes.reply_doubted(uow, claimed)
            uow.outbox.asked(claimed)
            outcomes.reply_asked(uow, claimed)


@pytest.fixture
def sound(store: Store) -> Store:
    """A store in which all has happened that may: two cases with cards, one of which is not posted yet."""
    case_id = store.have_case(make_post(1), make_post(2))
    answer(store, case_id, outcome="sent")
    answer(store, case_id, outcome="refused")
    answer(store, case_id, outcome="asked")
    answer(store, case_id, outcome="waits")
    card = store.claimed(store.row(outbox, outbox.c.kind == Kind.POST_CARD).id)
    with store.at(2) as uow:
        uow.outbox.done(card, "C1/1.1")
        uow.cases.note_card(case_id, card_channel="C1", card_ts="1.1")
        take_over_case(uow, case_id, asker(MEHMET), from_whom=ASHA)
        resolve_case(uow, case_id, asker(MEHMET))
        reopen_case(uow, case_id, asker(ASHA))
    second = store.have_case(make_post(7, author=RAVI, conversation_id="7"))
    with store.at(3) as uow:
        claim_case(uow, second, asker(MEHMET))
        replies.open_reply(uow, second, asker(MEHMET), rule="open")
    return store


def test_a_sound_store_gives_the_audit_nothing_to_say(sound: Store) -> None:
    assert findings(sound, 3) == []
    assert findings(sound, LATER) == []


def test_an_effect_under_way_is_left_alone_until_a_minute_after_its_lease(sound: Store) -> None:
    effect_id = sound.have_effect(Kind.PEOPLE, "")
    sound.claimed(effect_id)

    assert findings(sound, 45 + 60) == []
    assert findings(sound, 45 + 61) == [f"I3 effect beyond its lease: outbox {effect_id}"]


def remove(store: Store, table: Table, *where: ColumnElement[bool]) -> None:
    with store.engine.begin() as connection:
        assert connection.execute(delete(table).where(*where)).rowcount == 1


def waiting(store: Store) -> int:
    """Return the case whose card is not posted yet."""
    return int(store.row(cases, cases.c.card_ts.is_(None)).id)


def remove_messages(store: Store) -> None:
    remove(store, messages, messages.c.case_id == waiting(store))


def settle_card(state: State) -> Callable[[Store], None]:
    def breaks(store: Store) -> None:
        store.write(outbox, outbox.c.kind == Kind.POST_CARD, outbox.c.case_id == waiting(store), state=state)

    return breaks


def forget_card(store: Store) -> None:
    remove(store, outbox, outbox.c.case_id == waiting(store), outbox.c.kind == Kind.POST_CARD)


def say_twice(store: Store) -> None:
    store.write(drafts, drafts.c.state == states.REFUSED, state=states.SENT, external_id="9001")


def leave_in_doubt(store: Store) -> None:
    effect_id = store.have_effect(Kind.ALERT, "k")
    store.write(outbox, outbox.c.id == effect_id, state=State.IN_DOUBT, lease_until=START)


def lose_reply(store: Store) -> None:
    remove(store, outbox, outbox.c.kind == Kind.REPLY, outbox.c.reason == "x_busy")


def settle_reply(state: State) -> Callable[[Store], None]:
    def breaks(store: Store) -> None:
        store.write(outbox, outbox.c.kind == Kind.REPLY, outbox.c.reason == "x_busy", state=state)

    return breaks


def settle_asked_reply(store: Store) -> None:
    store.write(outbox, outbox.c.state == State.ASKED, state=State.DONE)


def forget_refresh(store: Store) -> None:
    store.write(outbox, outbox.c.kind == Kind.REFRESH_CARD, state=State.DONE)


def hold_unclaimed(store: Store) -> None:
    store.write(
        cases, cases.c.id == waiting(store), assignee="U0NOBODY", assigned_at=START + timedelta(seconds=1)
    )


@pytest.mark.parametrize(
    ("breaks", "finding"),
    [
        (remove_messages, "I1 case without a message: cases"),
        (settle_card(State.CANCELLED), "I1 case without a card or a wish for one: cases"),
        (settle_card(State.FAILED), "I1 case without a card or a wish for one: cases"),
        (settle_card(State.DONE), "I1 case without a card or a wish for one: cases"),
        (forget_card, "I1 case without a card or a wish for one: cases"),
        (forget_refresh, "I3 card older than its case, and no refresh wished for: cases"),
        (say_twice, "I2 post attached to two answers: drafts"),
        (leave_in_doubt, "I3 effect beyond its lease: outbox"),
        (lose_reply, "I3 answer submitted without an effect: drafts"),
        (settle_reply(State.DONE), "I3 settled effect, unsettled draft: drafts"),
        (settle_reply(State.FAILED), "I3 settled effect, unsettled draft: drafts"),
        (settle_asked_reply, "I3 settled effect, unsettled draft: drafts"),
        (hold_unclaimed, "I4 holder that no claim made: cases"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_the_audit_finds(sound: Store, breaks: Callable[[Store], None], finding: str) -> None:
    breaks(sound)

    (found,) = findings(sound)
    assert found.startswith(finding)
