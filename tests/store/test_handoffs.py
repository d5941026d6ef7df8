"""Hand-offs in the store: invited, written, answered, closed; help is offered twice at most, never sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.stores import ASHA, BRAND, EMMA, START, Store, asker, make_post, use
from tests.store.test_direct import answer, events, make_dm, take
from workflows.domain.case import CaseId
from workflows.domain.effects import Kind
from workflows.domain.handoff import Stage
from workflows.errors import Conflict, Refusal
from workflows.services.cases import reopen_case, resolve_case
from workflows.services.dm_help import answer_out, check_help, note_encrypted, offer_due_help
from workflows.services.handoffs import ask_for_reach, note_reach, privacy_line
from workflows.services.outcomes import reply_sent
from workflows.services.replies import Choices, open_reply, submit_reply
from workflows.store.drafts import Draft
from workflows.store.handoffs import Handoff
from workflows.store.reply_tables import contacts, drafts
from workflows.store.tables import outbox

MOVES = """
version: 1
name: Moves
replies: {undo: 0s}
approvals: {rules: []}
tone: {verdicts: {no_empathy: ok, promise_without_time: ok, link_cost: ok}}
macros:
  - {name: invite, text: {en: "Please write to us: {dm_link}", hi: "हमें लिखें: {dm_link}"}}
  - {name: nudge, text: {en: "Still here for you: {dm_link}"}}
  - {name: ways, text: {en: "Or write to help@example.com."}}
  - {name: closed, text: {en: "We went on by DM."}}
move_to_dm:
  invite: invite
  nudge: nudge
  other_channels: ways
  closing: closed
  wait: 30m
  privacy:
    en: "Privacy: https://example.com/p · Reply STOP to opt out."
    hi: "निजता: https://example.com/p · STOP"
"""


def invited(store: Store, *, seconds: float = 60.0) -> CaseId:
    """Emma has written in public, and Asha's invitation is out."""
    use(store, MOVES)
    case_id = store.have_case(make_post(1))
    send(store, case_id, "invite", seconds)
    return case_id


def send(store: Store, case_id: CaseId, purpose: str, seconds: float) -> Draft:
    """Let Asha send the words of this purpose, and X take them at once."""
    with store.at(seconds) as uow:
        draft = open_reply(uow, case_id, asker(ASHA), rule="open", purpose=purpose).draft
        if submit_reply(uow, draft.id, asker(ASHA), Choices()) is not None:
            assert submit_reply(uow, draft.id, asker(ASHA), Choices()) is None
        wish = uow.outbox.find(Kind.REPLY, str(draft.id))
        assert wish is not None
        effect = uow.outbox.claim(wish.id, by="worker-1")
        assert effect is not None
        uow.outbox.done(effect, f"77{draft.id}")
        reply_sent(uow, effect, f"77{draft.id}")
        answer_out(uow, uow.drafts.get(draft.id))
        return uow.drafts.get(draft.id)


def latest(store: Store, case_id: CaseId) -> Handoff:
    with store.at() as uow:
        handoff = uow.handoffs.latest(case_id)
    assert handoff is not None
    return handoff


def looked(store: Store, minutes: float) -> int:
    with store.at(60 + minutes * 60) as uow:
        return offer_due_help(uow)


def offers(store: Store, case_id: CaseId) -> int:
    return events(store, case_id).count("dm_help_offered")


def test_an_invitation_that_is_out_waits_for_the_direct_message(store: Store) -> None:
    case_id = invited(store)
    handoff = latest(store, case_id)
    assert (handoff.stage, handoff.invited_by) == (Stage.INVITED, ASHA)
    assert handoff.wake_at == START + timedelta(seconds=60, minutes=30)
    assert "recipient_id=1700000000000000001" in store.rows(drafts)[0].text


def test_the_same_invitation_reported_twice_counts_once(store: Store) -> None:
    case_id = invited(store)
    with store.at(70) as uow:
        answer_out(uow, uow.drafts.get(store.rows(drafts)[0].id))
    assert events(store, case_id).count("dm_invited") == 1


def test_help_is_made_ready_twice_and_sends_nothing_by_itself(store: Store) -> None:
    case_id = invited(store)
    wished = len(store.rows(outbox, outbox.c.kind == Kind.REPLY))

    assert looked(store, 29) == 0
    assert looked(store, 31) == 1
    assert looked(store, 32) == 0
    assert looked(store, 62) == 1
    assert looked(store, 24 * 60) == 0

    assert offers(store, case_id) == 2
    ready = [(row.purpose, row.state, row.text) for row in store.rows(drafts)][1:]
    assert [one[:2] for one in ready] == [("nudge", "open"), ("other_channels", "open")]
    assert ready[1][2] == "Or write to help@example.com."
    assert len(store.rows(outbox, outbox.c.kind == Kind.REPLY)) == wished


def test_words_that_cannot_be_made_ready_leave_no_draft_behind_and_nobody_is_writing(store: Store) -> None:
    use(store, MOVES.replace("Still here for you:", "Still here, {customer.first_name}:"))
    case_id = store.have_case(make_post(1, author=replace(EMMA, name="4711")))
    send(store, case_id, "invite", 60.0)

    assert looked(store, 31) == 1

    assert [row.purpose for row in store.rows(drafts)] == ["invite"]
    assert offers(store, case_id) == 0
    with store.at(60 + 32 * 60) as uow:
        assert uow.views.case(case_id).drafting == []
    assert looked(store, 62) == 1  # what comes after it is offered all the same
    assert [row.purpose for row in store.rows(drafts)] == ["invite", "other_channels"]


def test_of_words_that_were_made_ready_nobody_is_writing_until_they_are_opened(store: Store) -> None:
    case_id = invited(store)
    assert looked(store, 31) == 1
    with store.at(60 + 32 * 60) as uow:
        assert uow.views.case(case_id).drafting == []
        open_reply(uow, case_id, asker(ASHA), rule="open", purpose="nudge")
        assert uow.views.case(case_id).drafting == [ASHA]


def test_a_direct_message_in_time_ends_the_wait(store: Store) -> None:
    case_id = invited(store)
    take(store, make_dm(5), seconds=120)
    assert (latest(store, case_id).stage, latest(store, case_id).wake_at) == (Stage.WROTE, None)
    assert looked(store, 600) == 0
    with store.at(4000) as uow, pytest.raises(Conflict, match="dm_came"):
        check_help(uow, case_id, "nudge")


def test_our_answer_there_makes_the_closing_line_ready_and_that_line_closes_the_hand_off(
    store: Store,
) -> None:
    case_id = invited(store)
    take(store, make_dm(5), seconds=120)
    effect = answer(store, "Here we are.", 180, case_id)
    with store.at(181) as uow:
        uow.outbox.done(effect, "1995000000000000950")
        reply_sent(uow, effect, "1995000000000000950")
        for _ in range(2):
            answer_out(uow, uow.drafts.get(store.rows(drafts)[1].id))
    assert latest(store, case_id).stage == Stage.CONTINUED
    assert offers(store, case_id) == 1

    send(store, case_id, "closing", 240)

    assert latest(store, case_id).stage == Stage.CLOSED
    assert events(store, case_id).count("dm_closed") == 1
    with store.at(300) as uow, pytest.raises(Conflict, match="dm_closed_already"):
        check_help(uow, case_id, "closing")


def test_an_invitation_lapses_with_its_case_also_when_that_is_opened_again(store: Store) -> None:
    case_id = invited(store)
    with store.at(100) as uow:
        resolve_case(uow, case_id, asker(ASHA))
        offer_due_help(uow)
    with store.at(200) as uow:
        reopen_case(uow, case_id, asker(ASHA))
    assert looked(store, 600) == 0
    assert latest(store, case_id).stage == Stage.LAPSED


def test_nothing_is_offered_for_who_opted_out_and_nothing_that_was_ready_is_sent(store: Store) -> None:
    case_id = invited(store)
    take(store, make_dm(5, text="STOP"), seconds=120)
    with store.at(130) as uow:
        uow.handoffs.start(case_id, by=ASHA, wake_at=START + timedelta(seconds=131))
    assert looked(store, 600) == 1
    assert offers(store, case_id) == 0
    with store.at(4000) as uow, pytest.raises(Refusal, match="opted_out"):
        check_help(uow, case_id, "nudge")


def test_who_writes_encrypted_is_not_nudged_any_more_until_a_message_can_be_read(store: Store) -> None:
    case_id = invited(store)
    with store.at(100) as uow:
        note_encrypted(uow, case_id)
    assert looked(store, 600) == 0
    assert store.row(contacts).is_encrypted
    take(store, make_dm(5), seconds=700)
    assert not store.row(contacts).is_encrypted


def test_x_is_asked_once_a_day_whether_a_customer_takes_messages_and_only_if_it_matters(store: Store) -> None:
    use(store, MOVES)
    case_id = store.have_case(make_post(1))
    assert len(store.rows(outbox, outbox.c.kind == Kind.REACH)) == 1
    asked = store.row(contacts).asked_at
    for hours, at in ((1, asked), (25, START + timedelta(hours=25))):
        with store.at(hours * 3600) as uow:
            ask_for_reach(uow, uow.cases.get(case_id))
        assert store.row(contacts).asked_at == at


def test_a_playbook_that_moves_nobody_asks_x_for_nothing(store: Store) -> None:
    store.have_case(make_post(1))
    assert store.rows(outbox, outbox.c.kind == Kind.REACH) == []


def test_reach_is_news_once(store: Store) -> None:
    case_id = store.have_case(make_post(1))
    with store.at(10) as uow:
        case = uow.cases.get(case_id)
        assert [note_reach(uow, case, takes_dms=takes) for takes in (False, False, True)] == [
            True,
            False,
            True,
        ]


def test_the_privacy_line_is_in_the_customers_language_and_ends_once_it_was_said(store: Store) -> None:
    use(store, MOVES)
    case_id = store.have_case(make_post(1, text="@sarishop मेरा रिफंड कहाँ है?", language="hi"))
    with store.at(10) as uow:
        case = uow.cases.get(case_id)
        assert privacy_line(uow, case).startswith("निजता")
        uow.contacts.note(BRAND.id, case.customer_id, privacy_at=uow.now)
        assert privacy_line(uow, case) == ""
        assert uow.contacts.person_of(case.customer_id) == EMMA.id
