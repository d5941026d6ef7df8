"""Direct messages in the store: each joins its customer's case once; its words stand in no public view."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    EMMA,
    RAVI,
    START,
    Store,
    asker,
    at_once,
    make_post,
    use,
    woken,
)
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Effect, Kind
from workflows.domain.handoff import Stage
from workflows.domain.post import DirectMessage
from workflows.services.cases import resolve_case
from workflows.services.direct import read_directs, take_direct_messages
from workflows.services.dm_help import answer_out
from workflows.services.outcomes import reply_asked, reply_doubted, reply_sent
from workflows.services.replies import Choices, open_reply, submit_reply
from workflows.store.reply_tables import contacts, drafts
from workflows.store.tables import cases, history, messages, outbox

PRIVATE = """
version: 1
name: Private
dm_channel: "#customers-private"
threading: {dm: 30d, reopen: 7d}
move_to_dm:
  privacy: {en: "Privacy: https://example.com/p · Reply STOP to opt out."}
"""
LADDER = """
version: 1
name: Ladder
people: {agents: [U0ASHA]}
triage: {otherwise: {priority: medium}}
escalation: {ladders: [{name: all, steps: [{after: 10m, ping: [agents]}]}]}
"""


def make_dm(number: int = 1, **more: Any) -> DirectMessage:
    """Return Emma's direct message of this number to the brand."""
    message = DirectMessage(
        id=str(1995000000000000000 + number),
        conversation_id="1700000000000000001-1700000000000000011",
        sender=EMMA,
        text=f"my order is 1044, message {number}",
        written_at=START + timedelta(seconds=number),
        person_id=EMMA.id,
    )
    return replace(message, **more)


def ours(number: int, text: str = "Thank you, we look.", **more: Any) -> DirectMessage:
    """Return the brand's direct message of this number to Emma."""
    return make_dm(number, sender=BRAND, text=text, **more)


def take(store: Store, *given: DirectMessage, seconds: float = 0.0, first_look: bool = False) -> int:
    with store.at(seconds) as uow:
        uow.accounts.add(BRAND)
        return take_direct_messages(uow, BRAND, given, channel=CHANNEL, first_look=first_look)


def events(store: Store, case_id: int = 1) -> list[str]:
    return [row.event for row in store.rows(history, history.c.case_id == case_id)]


def answer(store: Store, text: str, seconds: float, case_id: int = 1) -> Effect:
    """Let Asha answer Emma's newest message by DM; return the effect, on its way."""
    with store.at(seconds) as uow:
        draft = open_reply(uow, CaseId(case_id), asker(ASHA), rule="open").draft
        assert not draft.is_public
        # Whoever has not taken the last look yet hands it in a second time, having looked.
        if submit_reply(uow, draft.id, asker(ASHA), Choices(text=text)) is not None:
            assert submit_reply(uow, draft.id, asker(ASHA), Choices(text=text)) is None
        wish = uow.outbox.find(Kind.DM, str(draft.id))
        assert wish is not None
        effect = uow.outbox.claim(wish.id, by="worker-1")
    assert effect is not None
    return effect


def kinds(store: Store) -> Sequence[str]:
    return [row.kind for row in store.rows(outbox)]


def test_a_direct_message_opens_a_case_of_its_own_when_the_customer_has_none(store: Store) -> None:
    assert take(store, make_dm(1), seconds=10) == 1

    case, message = store.row(cases), store.row(messages)
    assert (case.status, case.waiting_since) == (Status.NEW, START + timedelta(seconds=1))
    assert case.conversation_id == "dm:1700000000000000001-1700000000000000011"
    assert (message.kind, message.author, message.text) == ("dm", "customer", "my order is 1044, message 1")
    assert events(store) == ["opened"]
    assert store.row(contacts).takes_dms == "yes"


def test_the_same_direct_message_counts_once(store: Store) -> None:
    assert take(store, make_dm(1), make_dm(2)) == 2
    assert take(store, make_dm(1), make_dm(2)) == 0
    assert len(store.rows(cases)) == 1
    assert len(store.rows(messages)) == 2


def test_a_direct_message_joins_the_open_public_case_of_its_customer_and_nobody_elses(store: Store) -> None:
    emma = store.have_case(make_post(1))
    store.have_case(make_post(2, author=RAVI, conversation_id="1990000000000000002"))

    take(store, make_dm(3), seconds=60)

    assert store.row(messages, messages.c.kind == "dm").case_id == emma
    assert events(store, emma) == ["opened", "post_received"]
    assert len(store.rows(cases)) == 2


@pytest.mark.parametrize(("days", "joins"), [(6, True), (8, False)])
def test_a_resolved_case_is_opened_again_by_a_direct_message_within_the_window(
    store: Store, days: int, joins: bool
) -> None:
    use(store, PRIVATE)
    case_id = store.have_case(make_post(1))
    with store.at(60) as uow:
        resolve_case(uow, case_id, asker(ASHA))
    seconds = days * 86400.0

    take(store, make_dm(3, written_at=START + timedelta(seconds=seconds)), seconds=seconds)

    assert len(store.rows(cases)) == (1 if joins else 2)
    assert store.case(case_id).status == (Status.NEW if joins else Status.RESOLVED)


def test_a_second_conversation_case_after_the_window_can_be_opened_again_and_again(store: Store) -> None:
    use(store, PRIVATE)
    for number, days in enumerate((0, 20, 40), start=1):
        seconds = days * 86400.0
        take(store, make_dm(number, written_at=START + timedelta(seconds=seconds)), seconds=seconds)
        with store.at(seconds + 60) as uow:
            resolve_case(uow, CaseId(number), asker(ASHA))
    assert [row.case_id for row in store.rows(messages)] == [1, 2, 3]


def test_thanks_by_direct_message_neither_wait_nor_open_a_case_again(store: Store) -> None:
    case_id = store.have_case(make_post(1))
    with store.at(60) as uow:
        resolve_case(uow, case_id, asker(ASHA))
    take(store, make_dm(2, text="thank you!"), seconds=120)
    assert store.case(case_id).status == Status.RESOLVED
    assert store.case(case_id).waiting_since is None


def test_a_direct_message_older_than_the_window_is_not_taken(store: Store) -> None:
    assert take(store, make_dm(1, written_at=START - timedelta(days=31)), first_look=True) == 0
    assert store.rows(messages) == []


def test_what_was_there_before_the_desk_calls_nobody(store: Store) -> None:
    use(store, LADDER)
    take(store, make_dm(1, written_at=START - timedelta(hours=2)), first_look=True)
    assert store.case().waiting_since == START - timedelta(hours=2)
    woken(store, 3600)
    assert Kind.PING not in kinds(store)


def test_the_ladder_climbs_for_a_direct_message_as_for_a_post(store: Store) -> None:
    use(store, LADDER)
    take(store, make_dm(1), seconds=10)
    woken(store, 700)
    assert Kind.PING in kinds(store)


def test_an_answer_in_the_x_app_is_attached_once_and_ends_the_wait(store: Store) -> None:
    take(store, make_dm(1), seconds=10)
    for _ in range(2):
        take(store, ours(2), seconds=60)
    assert (store.case().status, store.case().waiting_since) == (Status.WAITING, None)
    assert events(store).count("answered_on_x") == 1
    assert [row.author for row in store.rows(messages)] == ["customer", "brand"]


def test_an_answer_in_the_x_app_from_before_the_customers_words_answers_nothing(store: Store) -> None:
    take(store, make_dm(5), seconds=10)
    take(store, ours(2), seconds=60)
    assert store.case().waiting_since == make_dm(5).written_at
    assert "answered_on_x" not in events(store)


@pytest.mark.parametrize("state", ["submitted", "doubted", "asked"])
def test_the_echo_of_our_own_answer_is_attached_once_and_proves_a_doubted_one(
    store: Store, state: str
) -> None:
    take(store, make_dm(1), seconds=10)
    effect = answer(store, "It is on its way.", 60)
    with store.at(61) as uow:
        if state != "submitted":
            uow.outbox.doubted(effect, "timeout")
            reply_doubted(uow, effect)
        if state == "asked":
            uow.outbox.asked(effect)
            reply_asked(uow, effect)

    sent = store.row(drafts).text
    take(store, ours(2, sent), seconds=62)

    assert "answered_on_x" not in events(store)
    assert store.row(drafts).state == ("submitted" if state == "submitted" else "sent")
    with store.at(63) as uow:
        if uow.outbox.done(effect, ours(2).id):
            reply_sent(uow, effect, ours(2).id)
    assert (store.row(drafts).state, store.row(drafts).external_id) == ("sent", ours(2).id)
    assert events(store).count("reply_sent") == 1
    assert len(store.rows(messages)) == 2


@pytest.mark.parametrize("state", ["submitted", "doubted"])
def test_the_echo_of_our_own_answer_joins_the_case_that_answers_not_another_open_one(
    store: Store, state: str
) -> None:
    answering = store.have_case(make_post(1))
    take(store, make_dm(2), seconds=10)
    other = store.have_case(
        make_post(50, conversation_id="1990000000000000050", written_at=START + timedelta(seconds=70)),
        seconds=70,
    )
    effect = answer(store, "It is on its way.", 80, answering)
    if state == "doubted":
        with store.at(81) as uow:
            uow.outbox.doubted(effect, "timeout")
            reply_doubted(uow, effect)
    later = make_post(51, conversation_id="1990000000000000050", written_at=START + timedelta(seconds=82))
    store.have_case(later, seconds=83)  # the other case changed last, and would be the first choice

    take(store, ours(84, store.row(drafts).text), seconds=90)

    assert store.row(messages, messages.c.external_id == ours(84).id).case_id == answering
    assert store.row(drafts).state == ("sent" if state == "doubted" else "submitted")
    assert (store.case(other).status, store.case(other).waiting_since) == (
        Status.NEW,
        START + timedelta(seconds=70),
    )
    assert "answered_on_x" not in events(store, other)


def test_the_first_answer_ends_with_the_privacy_line_and_the_second_does_not(store: Store) -> None:
    use(store, PRIVATE)
    take(store, make_dm(1), seconds=10)
    first = answer(store, "It is on its way.", 60)
    with store.at(61) as uow:
        uow.outbox.done(first, "1995000000000000900")
        reply_sent(uow, first, "1995000000000000900")
        answer_out(uow, uow.drafts.get(store_draft(store, 0)))
    second = answer(store, "It arrives at noon.", 120)

    words = [row.text for row in store.rows(drafts)]
    assert words[0].endswith("Privacy: https://example.com/p · Reply STOP to opt out.")
    assert words[1] == "It arrives at noon."
    assert second.kind == Kind.DM
    assert store.row(contacts).privacy_at == START + timedelta(seconds=61)


def store_draft(store: Store, index: int) -> Any:
    return store.rows(drafts)[index].id


def test_stop_in_a_direct_message_or_a_post_ends_every_offer_for_good(store: Store) -> None:
    case_id = store.have_case(make_post(1))
    with store.at(10) as uow:
        uow.handoffs.start(case_id, by=ASHA, wake_at=START + timedelta(minutes=30))

    take(store, make_dm(2, text="stop"), seconds=20)

    assert store.row(contacts).opted_out_at == START + timedelta(seconds=20)
    assert "opted_out" in events(store)
    with store.at(30) as uow:
        handoff = uow.handoffs.latest(case_id)
    assert handoff is not None
    assert (handoff.wake_at, handoff.stage) == (None, Stage.WROTE)


def test_history_and_outbox_hold_no_word_of_a_direct_message(store: Store) -> None:
    use(store, PRIVATE)
    store.have_case(make_post(1))
    take(store, make_dm(2, text="my secret is swordfish"), seconds=10)
    effect = answer(store, "We keep swordfish safe.", 60)
    with store.at(61) as uow:
        uow.outbox.done(effect, "1995000000000000901")
        reply_sent(uow, effect, "1995000000000000901")
        read_directs(uow, CaseId(1), asker(ASHA))

    told = [str(row._asdict()) for table in (history, outbox) for row in store.rows(table)]
    assert [line for line in told if "swordfish" in line] == []
    assert Kind.POST_DM_CARD in kinds(store)
    assert events(store)[-1] == "dm_read"


def test_fifty_deliveries_at_once_of_a_first_direct_message_are_one_case_with_one_message(
    store: Store,
) -> None:
    with store.at() as uow:
        uow.accounts.add(BRAND)

    def deliver(number: int) -> int:
        with store.begin() as uow:
            written_at = uow.machine
            given = [make_dm(1 + number % 5, written_at=written_at)]
            return take_direct_messages(uow, BRAND, given, channel=CHANNEL)

    results = at_once(50, deliver)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert len(store.rows(cases)) == 1
    assert len(store.rows(messages)) == 5
