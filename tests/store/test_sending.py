"""Sending: the undo window, posts in parts, and what holds an answer that is about to leave."""

import pytest
from sqlalchemy import update

from tests.store.stores import ASHA, BRAND, MEHMET, Store, asker, hand_in, make_post, use
from workflows.domain.case import CaseId
from workflows.domain.effects import Effect, Kind, State
from workflows.errors import Conflict, Refusal
from workflows.services.intake import take_posts
from workflows.services.outcomes import reply_refused, reply_sent
from workflows.services.replies import Choices, open_reply, submit_reply
from workflows.services.sending import hold_if_spoilt, resume_thread, undo_reply
from workflows.store import drafts as states
from workflows.store.drafts import Draft, DraftId
from workflows.store.history import Event
from workflows.store.reply_tables import drafts
from workflows.store.tables import outbox
from workflows.store.unit_of_work import UnitOfWork

LONG = "This is how you return it, step by step. " * 10
PLAIN = "version: 1\nname: Plain\nreplies: {undo: 5s}\napprovals: {rules: []}\n"


@pytest.fixture
def case_id(store: Store) -> CaseId:
    use(store, PLAIN)
    return store.have_case()


def handed_in(store: Store, case_id: CaseId, text: str = "Here it is.", **choices: bool) -> Draft:
    """Hand in Asha's answer, as it stands in the last look."""
    with store.at(1) as uow:
        draft = open_reply(uow, case_id, asker(), rule="open").draft
        filled = Choices(text=text, **choices)
        if submit_reply(uow, draft.id, asker(), filled):
            assert submit_reply(uow, draft.id, asker(), filled) is None
        return uow.drafts.get(draft.id)


def claimed(uow: UnitOfWork, draft: Draft) -> Effect:
    wish = uow.outbox.find(Kind.REPLY, str(draft.id))
    assert wish is not None
    uow.connection.execute(
        update(outbox).where(outbox.c.id == wish.id).values(not_before=uow.machine, offer_at=uow.machine)
    )
    effect = uow.outbox.claim(wish.id, by="worker-1")
    assert effect is not None
    return effect


def let_out(store: Store, draft_id: int, external_id: str, seconds: float) -> None:
    """X takes this draft."""
    with store.at(seconds) as uow:
        effect = claimed(uow, uow.drafts.get(DraftId(draft_id)))
        assert uow.outbox.done(effect, external_id)
        reply_sent(uow, effect, external_id)


def parts(store: Store) -> list[tuple[int, str, str]]:
    return [(row.part, row.state, row.target) for row in store.rows(drafts) if row.state != "dropped"]


def test_an_answer_does_not_leave_before_its_undo_window_is_over(store: Store, case_id: CaseId) -> None:
    draft = handed_in(store, case_id)

    (row,) = store.rows(outbox, outbox.c.kind == Kind.REPLY)
    assert (row.not_before - draft.submitted_at).total_seconds() == 5  # type: ignore[operator]
    assert row.offer_at == row.not_before == draft.leaves_at


def test_an_answer_that_was_taken_back_and_handed_in_again_goes_out_once(
    store: Store, case_id: CaseId
) -> None:
    draft = handed_in(store, case_id)
    with store.at(2) as uow:
        undo_reply(uow, draft.id, asker())
        assert uow.drafts.get(draft.id).state == states.OPEN
    (row,) = store.rows(outbox, outbox.c.kind == Kind.REPLY)
    assert row.state == State.CANCELLED

    with store.at(3) as uow:
        hand_in(uow, draft.id, asker(), "Better.")

    (row,) = store.rows(outbox, outbox.c.kind == Kind.REPLY)
    assert (row.state, row.attempt) == (State.PENDING, 0)


def test_nobody_else_takes_an_answer_back(store: Store, case_id: CaseId) -> None:
    draft = handed_in(store, case_id)

    with store.at(2) as uow, pytest.raises(Refusal) as refusal:
        undo_reply(uow, draft.id, asker(MEHMET))

    assert refusal.value.code == "not_your_draft"


def test_an_answer_that_is_leaving_cannot_be_taken_back(store: Store, case_id: CaseId) -> None:
    draft = handed_in(store, case_id)
    with store.at(7) as uow:
        claimed(uow, draft)

    with store.at(8) as uow, pytest.raises(Conflict) as conflict:
        undo_reply(uow, draft.id, asker())

    assert conflict.value.code == "left_already"


def test_parts_follow_each_other_each_under_the_one_before(store: Store, case_id: CaseId) -> None:
    draft = handed_in(store, case_id, LONG, as_thread=True)
    second = next(row for row in store.rows(drafts) if row.part == 2)
    assert parts(store) == [(1, "submitted", draft.target), (2, "later", draft.target)]

    let_out(store, draft.id, "9001", 7)
    assert parts(store) == [(1, "sent", draft.target), (2, "submitted", "9001")]
    let_out(store, second.id, "9002", 8)

    assert [state for _, state, _ in parts(store)] == ["sent", "sent"]
    assert len(store.rows(outbox, outbox.c.kind == Kind.REPLY)) == 2


def test_a_refused_part_is_sent_again_and_the_rest_follows(store: Store, case_id: CaseId) -> None:
    draft = handed_in(store, case_id, LONG * 2, as_thread=True)
    let_out(store, draft.id, "9001", 7)
    refused = next(row.id for row in store.rows(drafts) if row.part == 2)
    with store.at(8) as uow:
        effect = claimed(uow, uow.drafts.get(DraftId(refused)))
        assert uow.outbox.failed(effect, "forbidden")
        reply_refused(uow, effect, "forbidden")

    with store.at(9) as uow:
        resume_thread(uow, DraftId(refused), asker())

    again = next(row for row in store.rows(drafts) if row.part == 2 and row.state == "submitted")
    assert (again.target, again.text) == ("9001", store.row(drafts, drafts.c.id == refused).text)
    let_out(store, again.id, "9002", 10)
    assert [(part, state) for part, state, _ in parts(store)][:1] == [(1, "sent")]
    assert (3, "submitted", "9002") in parts(store)


def test_the_whole_text_comes_back_when_an_answer_in_parts_is_taken_back(
    store: Store, case_id: CaseId
) -> None:
    draft = handed_in(store, case_id, LONG, as_thread=True)

    with store.at(2) as uow:
        undo_reply(uow, draft.id, asker())
        taken_back = uow.drafts.get(draft.id)

    assert taken_back.text == LONG.strip()
    assert [state for _, state, _ in parts(store)] == ["open"]


@pytest.mark.parametrize("event", [Event.POST_EDITED, Event.POST_GONE, Event.ANSWERED_ON_X])
def test_what_spoils_an_answer_holds_it_in_the_moment_it_would_leave(
    store: Store, case_id: CaseId, event: Event
) -> None:
    draft = handed_in(store, case_id)
    with store.at(2) as uow:
        uow.history.add(case_id, event, post="1990000000000000001")

    with store.at(7) as uow:
        effect = claimed(uow, uow.drafts.get(draft.id))
        assert hold_if_spoilt(uow, uow.drafts.get(draft.id), effect)

    row = store.row(drafts)
    assert (row.state, row.reason, row.text) == ("open", event, "Here it is.")
    assert store.row(outbox, outbox.c.kind == Kind.REPLY).state == State.CANCELLED


def test_one_more_post_of_the_customer_does_not_hold_an_ordinary_answer(
    store: Store, case_id: CaseId
) -> None:
    draft = handed_in(store, case_id)
    with store.at(2) as uow:
        take_posts(uow, BRAND, [make_post(2, text="@sarishop hello?")], channel="#support")

    with store.at(7) as uow:
        effect = claimed(uow, uow.drafts.get(draft.id))
        assert not hold_if_spoilt(uow, uow.drafts.get(draft.id), effect)


def test_a_draft_of_somebody_else_is_untouched_by_what_its_holder_fills_in(
    store: Store, case_id: CaseId
) -> None:
    with store.at(1) as uow:
        draft = open_reply(uow, case_id, asker(ASHA), rule="open").draft
        with pytest.raises(Refusal) as refusal:
            submit_reply(uow, draft.id, asker(MEHMET), Choices(text="Ha!"))

    assert refusal.value.code == "not_your_draft"
    assert store.row(drafts).text == ""
