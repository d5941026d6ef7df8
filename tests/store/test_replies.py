"""Replies in the store: from the open modal to the post under the customer's, said once."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.store.stores import ASHA, BRAND, CHANNEL, MEHMET, START, Store, asker, at_once, hand_in, make_post
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Effect, Kind, State
from workflows.errors import Conflict, HeldByOther, Refusal
from workflows.services import outcomes, replies
from workflows.services.cases import claim_case, resolve_case
from workflows.services.intake import take_posts
from workflows.services.replies import OpenReply, open_reply
from workflows.store import drafts as states
from workflows.store.drafts import DraftId
from workflows.store.reply_tables import drafts
from workflows.store.tables import accounts, history, messages, outbox
from workflows.store.unit_of_work import UnitOfWork

FOLLOW_UP = {"in_reply_to": "5", "in_reply_to_author": BRAND.id, "mentions": ((0, BRAND.id),), "leading": 10}


def opened(store: Store, case_id: CaseId, *, by: Any = ASHA, seconds: float = 0.0) -> OpenReply:
    with store.at(seconds) as uow:
        return open_reply(uow, case_id, asker(by), rule="open")


def submitted(store: Store, text: str = "So sorry!", *, by: Any = ASHA, seconds: float = 0.0) -> DraftId:
    """Have a case whose reply is submitted; return the draft."""
    draft_id = opened(store, store.have_case(), by=by, seconds=seconds).draft.id
    with store.at(seconds) as uow:
        hand_in(uow, draft_id, asker(by), text)
    return draft_id


def claimed_reply(store: Store, draft_id: DraftId, seconds: float = 1.0) -> Effect:
    wish = store.row(outbox, outbox.c.kind == Kind.REPLY, outbox.c.dedup_key == str(draft_id))
    return store.claimed(wish.id, seconds)


def doubted(store: Store, draft_id: DraftId, *, asked: bool = True) -> Effect:
    """Let X give no clear answer, and (unless told otherwise) no look find it."""
    effect = claimed_reply(store, draft_id)
    with store.at(2) as uow:
        uow.outbox.doubted(effect, "no_answer")
        outcomes.reply_doubted(uow, effect)
    if asked:
        with store.at(200) as uow:
            uow.outbox.asked(effect)
            outcomes.reply_asked(uow, effect)
    return effect


def draft(store: Store) -> Any:
    """Return the first draft; what was refused lies behind Reply once more."""
    return store.rows(drafts)[0]


def events(store: Store) -> list[str]:
    return [row.event for row in store.rows(history)]


def refused(store: Store, work: Callable[[UnitOfWork], object], seconds: float = 0.0) -> Refusal:
    """Return the refusal that this work meets; nothing of it is kept."""

    def attempt() -> None:
        with store.at(seconds) as uow:
            work(uow)

    with pytest.raises(Refusal) as caught:
        attempt()
    return caught.value


# --- writing


def test_an_opened_reply_answers_the_newest_post_and_shows_who_writes_too(store: Store) -> None:
    case_id = store.have_case(make_post(1), make_post(2, text="@sarishop hello?"))
    first = opened(store, case_id, by=MEHMET)
    second = opened(store, case_id, by=ASHA, seconds=1)

    assert first.others == ()
    assert second.others == (MEHMET,)
    assert second.target.text == "@sarishop hello?"
    assert second.view.customer.username == "emma_w"


def test_a_draft_is_taken_up_where_it_was_left(store: Store) -> None:
    case_id = store.have_case()
    first = opened(store, case_id)
    with store.at(1) as uow:
        replies.keep_draft(uow, first.draft.id, ASHA, replies.Choices(text="Dear Em"))

    again = opened(store, case_id, seconds=60)

    assert (again.draft.id, again.draft.text) == (first.draft.id, "Dear Em")
    assert len(store.rows(drafts)) == 1


def test_only_who_writes_a_draft_changes_it(store: Store) -> None:
    started = opened(store, store.have_case()).draft
    forged = replies.Choices(text="Ha!")
    kept = refused(store, lambda uow: replies.keep_draft(uow, started.id, MEHMET, forged))
    assert kept.code == "not_your_draft"
    assert draft(store).text == ""

    refusal = refused(store, lambda uow: hand_in(uow, started.id, asker(MEHMET), "Ha!"))
    assert refusal.code == "not_your_draft"


def test_the_card_says_who_is_writing_until_the_dialog_is_left(store: Store) -> None:
    case_id = store.have_case()
    started = opened(store, case_id).draft

    def writing(seconds: float) -> list[str]:
        with store.at(seconds) as uow:
            return list(uow.views.case(case_id).drafting)

    assert writing(1) == [ASHA]
    with store.at(2) as uow:
        replies.leave_dialog(uow, started.id, asker(MEHMET))
    assert writing(3) == [ASHA], "it is not Mehmet's dialog"
    with store.at(4) as uow:
        replies.leave_dialog(uow, started.id, asker(ASHA))
    assert writing(5) == []
    assert draft(store).state == states.OPEN, "the words stay"


def test_a_dialog_that_slack_never_said_was_closed_is_left_after_a_quarter_of_an_hour(store: Store) -> None:
    case_id = store.have_case()
    opened(store, case_id)
    version = store.case().version

    with store.at(14 * 60) as uow:
        replies.leave_old_dialogs(uow)
    assert store.case().version == version
    with store.at(15 * 60 + 1) as uow:
        replies.leave_old_dialogs(uow)
        assert list(uow.views.case(case_id).drafting) == []
    assert store.case().version == version + 1


def test_who_opens_a_reply_to_a_colleagues_case_is_told_whose_it_is(store: Store) -> None:
    case_id = store.have_case()
    with store.at() as uow:
        claim_case(uow, case_id, asker(MEHMET))

    refusal = refused(store, lambda uow: open_reply(uow, case_id, asker(ASHA), rule="open"))

    assert isinstance(refusal, HeldByOther)
    assert refusal.facts["holder"] == MEHMET
    assert store.rows(drafts) == []


@pytest.mark.parametrize(("rule", "answered_here"), [("open", True), ("summoned", False)])
def test_a_follow_up_is_answered_here_only_where_the_rule_says_so(
    store: Store, rule: str, answered_here: bool
) -> None:
    case_id = store.have_case(make_post(1, **FOLLOW_UP))

    def attempt(uow: UnitOfWork) -> None:
        open_reply(uow, case_id, asker(), rule=rule)

    if answered_here:
        with store.at() as uow:
            attempt(uow)
    else:
        assert refused(store, attempt).code == "answer_on_x"


# --- submitting


def test_a_submitted_reply_claims_a_free_case_and_wishes_to_be_said(store: Store) -> None:
    draft_id = submitted(store, "  Çok özgünüm\r\n")

    row = draft(store)
    assert (row.state, row.text, row.target) == (states.SUBMITTED, "Çok özgünüm", make_post().id)
    assert row.submitted_at == START
    wish = store.row(outbox, outbox.c.kind == Kind.REPLY)
    assert (wish.dedup_key, wish.budget) == (str(draft_id), f"x:post:{BRAND.id}")
    assert store.case().assignee == ASHA
    assert events(store)[1:] == ["claimed", "reply_submitted"]


def test_a_reply_that_is_submitted_twice_at_once_is_one_reply(store: Store) -> None:
    started = opened(store, store.have_case()).draft

    def submit(number: int) -> str:
        with store.begin() as uow:
            hand_in(uow, started.id, asker(ASHA), f"Answer {number}")
        return f"Answer {number}"

    results = at_once(8, submit)

    (won,) = [text for text in results if isinstance(text, str)]
    conflicts = [error for error in results if isinstance(error, Conflict)]
    assert [conflict.code for conflict in conflicts] == ["already_submitted"] * 7
    assert draft(store).text == won
    assert len(store.rows(outbox, outbox.c.kind == Kind.REPLY)) == 1
    assert events(store).count("reply_submitted") == 1


@pytest.mark.parametrize(("text", "code"), [(" \n", "empty"), ("x" * 281, "too_long")])
def test_a_text_that_x_would_not_take_is_refused_before_it_is_submitted(
    store: Store, text: str, code: str
) -> None:
    started = opened(store, store.have_case()).draft
    before = store.rows(drafts), store.rows(history), store.rows(outbox), store.case()

    refusal = refused(store, lambda uow: hand_in(uow, started.id, asker(), text))

    assert refusal.code == code
    assert (store.rows(drafts), store.rows(history), store.rows(outbox), store.case()) == before


@pytest.mark.parametrize("happened", ["taken", "resolved"])
def test_a_reply_to_a_case_that_changed_meanwhile_is_refused_and_its_draft_stays(
    store: Store, happened: str
) -> None:
    case_id = store.have_case()
    started = opened(store, case_id).draft
    with store.at(1) as uow:
        if happened == "taken":
            claim_case(uow, case_id, asker(MEHMET))
        else:
            resolve_case(uow, case_id, asker(MEHMET))

    refusal = refused(store, lambda uow: hand_in(uow, started.id, asker(), "Hi"), seconds=2)

    assert refusal.code == {"taken": "held", "resolved": "resolved"}[happened]
    assert draft(store).state == states.OPEN
    assert store.rows(outbox, outbox.c.kind == Kind.REPLY) == []


# --- said


def test_a_reply_that_is_out_waits_for_the_customer_and_its_echo_changes_nothing(store: Store) -> None:
    effect = claimed_reply(store, submitted(store))
    with store.at(5) as uow:
        assert uow.outbox.done(effect, "1990000000000000900")
        outcomes.reply_sent(uow, effect, "1990000000000000900")

    row = draft(store)
    assert (row.state, row.external_id) == (states.SENT, "1990000000000000900")
    assert store.case().status == Status.WAITING
    own = store.row(messages, messages.c.author == "brand")
    assert (own.external_id, own.text) == ("1990000000000000900", "So sorry!")
    echo = make_post(
        900, id="1990000000000000900", author=BRAND, text="@emma_w So sorry!", in_reply_to=make_post().id
    )
    with store.at(6) as uow:
        assert take_posts(uow, BRAND, [echo], channel=CHANNEL) == 0


def test_a_customer_who_wrote_while_the_reply_was_on_its_way_still_waits_for_us(store: Store) -> None:
    effect = claimed_reply(store, submitted(store))
    with store.at(3) as uow:
        take_posts(uow, BRAND, [make_post(2)], channel=CHANNEL)
    with store.at(5) as uow:
        uow.outbox.done(effect, "9")
        outcomes.reply_sent(uow, effect, "9")
        assert uow.cases.get(CaseId(1)).waiting_since == make_post(2).written_at

    assert store.case().status == Status.OPEN


def test_nobody_waits_once_the_newest_post_is_answered(store: Store) -> None:
    store.have_case()
    with store.at() as uow:
        assert uow.cases.get(CaseId(1)).waiting_since == START
    effect = claimed_reply(store, submitted(store, seconds=1), seconds=2)
    with store.at(5) as uow:
        uow.outbox.done(effect, "9")
        outcomes.reply_sent(uow, effect, "9")
        assert uow.cases.get(CaseId(1)).waiting_since is None


def test_a_reply_is_recorded_as_sent_once(store: Store) -> None:
    effect = claimed_reply(store, submitted(store))
    for _ in range(2):
        with store.at(5) as uow:
            outcomes.reply_sent(uow, effect, "9")

    assert events(store).count("reply_sent") == 1
    assert len(store.rows(messages, messages.c.author == "brand")) == 1


@pytest.mark.parametrize("reason", sorted(outcomes.CANNOT_ANSWER))
def test_a_refusal_that_concerns_the_post_is_learned_and_the_next_answer_is_on_x(
    store: Store, reason: str
) -> None:
    effect = claimed_reply(store, submitted(store))
    with store.at(5) as uow:
        uow.outbox.failed(effect, reason)
        outcomes.reply_refused(uow, effect, reason)

    row = draft(store)
    assert (row.state, row.reason) == (states.REFUSED, reason)
    assert store.row(messages).refused == reason
    assert not store.row(accounts).follow_ups_refused
    refusal = refused(store, lambda uow: open_reply(uow, CaseId(1), asker(), rule="open"))
    assert refusal.code == "answer_on_x"


def test_a_refusal_that_concerns_the_text_lets_the_agent_try_another(store: Store) -> None:
    effect = claimed_reply(store, submitted(store))
    with store.at(5) as uow:
        uow.outbox.failed(effect, "duplicate_text")
        outcomes.reply_refused(uow, effect, "duplicate_text")

    assert store.row(messages).refused == ""
    assert opened(store, CaseId(1), seconds=6).draft.state == states.OPEN


def test_a_refused_follow_up_is_learned_for_all_of_them(store: Store) -> None:
    case_id = store.have_case(make_post(1, **FOLLOW_UP))
    started = opened(store, case_id).draft
    with store.at() as uow:
        hand_in(uow, started.id, asker(), "Hi")
    effect = claimed_reply(store, started.id)
    with store.at(5) as uow:
        uow.outbox.failed(effect, "not_summoned")
        outcomes.reply_refused(uow, effect, "not_summoned")

    assert store.row(accounts).follow_ups_refused
    other = store.have_case(make_post(7, conversation_id="7", **FOLLOW_UP))
    assert refused(store, lambda uow: open_reply(uow, other, asker(), rule="open")).code == "answer_on_x"


def test_a_reply_that_waits_says_why_and_stays_submitted(store: Store) -> None:
    effect = claimed_reply(store, submitted(store))
    with store.at(5) as uow:
        uow.outbox.postponed(effect, after_s=60, reason="x_busy")
        outcomes.reply_postponed(uow, effect, "x_busy")

    assert (draft(store).state, draft(store).reason) == (states.SUBMITTED, "x_busy")


# --- doubts


def test_a_doubt_is_told_then_asked_and_a_person_settles_it(store: Store) -> None:
    draft_id = submitted(store)
    effect = doubted(store, draft_id)
    assert (draft(store).state, store.effect(effect.id).state) == (states.ASKED, State.ASKED)

    with store.at(300) as uow:
        outcomes.confirm_reply(uow, draft_id, asker(MEHMET))

    assert (draft(store).state, store.effect(effect.id).state) == (states.SENT, State.DONE)
    told = events(store)[3:]
    assert told == ["reply_doubted", "reply_asked", "reply_confirmed", "reply_sent"]
    assert store.case().status == Status.WAITING


def test_a_reply_that_a_person_did_not_find_goes_out_again(store: Store) -> None:
    draft_id = submitted(store)
    effect = doubted(store, draft_id)

    with store.at(300) as uow:
        outcomes.send_again(uow, draft_id, asker(MEHMET))

    assert (draft(store).state, store.effect(effect.id).state) == (states.SUBMITTED, State.PENDING)
    second = claimed_reply(store, draft_id, 301)
    assert second.attempt == 2
    with store.at(302) as uow:
        assert not uow.outbox.done(effect, "1"), "the first attempt no longer has it"


@pytest.mark.parametrize("settle", [outcomes.confirm_reply, outcomes.send_again])
def test_a_doubt_is_settled_by_one_person_only(store: Store, settle: Callable[..., None]) -> None:
    draft_id = submitted(store)
    doubted(store, draft_id)

    def press(number: int) -> bool:
        with store.begin() as uow:
            settle(uow, draft_id, asker())
        return True

    results = at_once(6, press)

    assert results.count(True) == 1
    codes = {error.code for error in results if isinstance(error, Conflict)}
    assert codes == {"doubt_settled"}
    assert len([error for error in results if isinstance(error, Conflict)]) == 5


def test_there_and_send_again_at_once_never_send_it_after_it_was_found(store: Store) -> None:
    draft_id = submitted(store)
    effect = doubted(store, draft_id)

    def press(number: int) -> str:
        settle = outcomes.confirm_reply if number % 2 else outcomes.send_again
        with store.begin() as uow:
            settle(uow, draft_id, asker())
        return settle.__name__

    (won,) = [result for result in at_once(6, press) if isinstance(result, str)]
    expected = {"confirm_reply": (states.SENT, "done"), "send_again": (states.SUBMITTED, "pending")}
    assert (draft(store).state, store.effect(effect.id).state) == expected[won]


def test_a_doubt_that_the_desk_still_looks_into_is_not_put_to_a_person(store: Store) -> None:
    draft_id = submitted(store)
    doubted(store, draft_id, asked=False)

    refusal = refused(store, lambda uow: outcomes.send_again(uow, draft_id, asker()), seconds=10)
    assert refusal.code == "doubt_settled"


def test_a_doubt_stays_in_sight_until_it_is_settled_whatever_is_sent_after_it(store: Store) -> None:
    draft_id = submitted(store)
    doubted(store, draft_id)
    later = opened(store, CaseId(1), seconds=300).draft
    with store.at(301) as uow:
        hand_in(uow, later.id, asker(), "Another")
        shown = uow.views.case(CaseId(1)).reply
    assert shown is not None
    assert shown.id == draft_id


def test_a_proof_that_is_found_while_a_person_is_asked_settles_the_doubt(store: Store) -> None:
    draft_id = submitted(store)
    effect = doubted(store, draft_id)
    with store.at(300) as uow:
        assert uow.outbox.done(effect, "77")
        outcomes.reply_sent(uow, effect, "77")

    assert (draft(store).state, draft(store).external_id) == (states.SENT, "77")
    refusal = refused(store, lambda uow: outcomes.send_again(uow, draft_id, asker()), seconds=301)
    assert refusal.code == "doubt_settled"
