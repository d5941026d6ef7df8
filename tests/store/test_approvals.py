"""Approvals in the store: bound to text and context, decided once, by the right people, never forgotten."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from tests.databases import Postgres
from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    MEHMET,
    RAVI,
    START,
    Store,
    asker,
    at_once,
    hand_in,
    make_post,
    use,
)
from workflows.domain.case import AgentId, CaseId
from workflows.domain.effects import Kind
from workflows.domain.people import Group, Person
from workflows.domain.reply import digest
from workflows.errors import Conflict, NotAllowed, Refusal
from workflows.services.approvals import (
    approve,
    edit_and_approve,
    note_refusal,
    recall,
    send_back,
    void_approvals,
)
from workflows.services.audit import audit
from workflows.services.cases import release_case, resolve_case, take_over_case
from workflows.services.intake import take_posts
from workflows.services.late_approvals import approvals_due, ping_wanted
from workflows.services.replies import open_reply
from workflows.store import approvals as book
from workflows.store import drafts as states
from workflows.store.approvals import ApprovalId
from workflows.store.drafts import DraftId
from workflows.store.history import Event
from workflows.store.reply_tables import approvals, drafts
from workflows.store.tables import history, outbox
from workflows.store.unit_of_work import UnitOfWork

PRIYA, OMAR, LEX, NEW = AgentId("U0PRIYA"), AgentId("U0OMAR"), AgentId("U0LEX"), AgentId("U0NEW")
WORDS = "We are sorry, Emma. I look into it. – Asha"
RULES = """version: 1
name: Approvals
replies: {undo: 0s}
people:
  supervisors: [U0PRIYA, U0ASHA]
  admins: [U0OMAR]
approvals:
  rules:
    - {name: every reply, within: 15m, then: [U0LEX, admins]}
"""
TWO = RULES.replace("within: 15m", "within: 15m, count: 2")
LAWYERS = RULES.replace("name: every reply,", "name: every reply, approvers: [S0LEGAL],")
MONEY = RULES + "    - {name: money, when: {patterns: [refund]}, approvers: [admins]}\n"


def given_request(
    store: Store, rules: str = RULES, *, text: str = WORDS, by: AgentId = ASHA, case: CaseId | None = None
) -> Row[Any]:
    """An agent has handed in a reply that waits; return its approval."""
    if case is None:
        use(store, rules)
        case = store.have_case()
    with store.at(10) as uow:
        draft = open_reply(uow, case, asker(by), rule="open").draft
        hand_in(uow, draft.id, asker(by), text)
    return store.rows(approvals, approvals.c.draft_id == draft.id)[-1]


def approval(store: Store, number: int = 1) -> Row[Any]:
    return store.row(approvals, approvals.c.id == number)


def draft(store: Store, number: int = 1) -> Row[Any]:
    return store.row(drafts, drafts.c.id == number)


def happened(store: Store, *events: Event) -> Sequence[Row[Any]]:
    return store.rows(history, history.c.event.in_(events)) if events else store.rows(history)


def said_on_x(store: Store) -> list[str]:
    """The words of the drafts that are on their way to X."""
    wished = store.rows(outbox, outbox.c.kind == Kind.REPLY, outbox.c.state == "pending")
    return [draft(store, int(row.dedup_key)).text for row in wished]


def say_yes(store: Store, by: AgentId, number: int = 1, *, seconds: float = 20, sealed: str = "") -> None:
    with store.at(seconds) as uow:
        sealed = sealed or approval(store, number).digest
        approve(uow, ApprovalId(number), asker(by), digest=sealed)


def findings(store: Store) -> list[str]:
    with store.at(20) as uow:
        return [line for line in audit(uow.views) if "approve" in line]


# --- asking


def test_a_reply_that_needs_an_approval_waits_and_both_sides_are_told(store: Store) -> None:
    row = given_request(store)

    waiting = draft(store)
    assert (waiting.state, waiting.text, waiting.digest) == (states.AWAITING, WORDS, digest(WORDS))
    assert (row.state, row.digest, row.within_s, row.requested_by) == (book.PENDING, digest(WORDS), 900, ASHA)
    assert said_on_x(store) == []
    request = store.row(outbox, outbox.c.kind == Kind.POST_REQUEST)
    assert request.payload["who"] == [PRIYA]  # not its author, who is a supervisor too
    notice = store.row(outbox, outbox.c.kind == Kind.NOTICE)
    assert (notice.payload["code"], notice.payload["user"]) == ("approval_asked", ASHA)
    assert notice.payload["facts"]["who"] == "supervisors"
    assert findings(store) == []


def test_no_words_of_customers_or_drafts_get_into_the_history_or_the_effects(store: Store) -> None:
    given_request(store)
    with store.at(20) as uow:
        send_back(uow, ApprovalId(1), asker(PRIYA), "Too cold, say sorry", digest=digest(WORDS))

    kept = json.dumps([row.facts for row in happened(store)])
    kept += json.dumps([row.payload for row in store.rows(outbox)])

    for words in (WORDS, "sorry", "where is it", "Too cold"):
        assert words not in kept
    assert approval(store).reason == "Too cold, say sorry"


def test_when_nobody_of_the_first_in_line_is_on_duty_the_next_are_asked_at_once(store: Store) -> None:
    rules = RULES.replace("[U0PRIYA, U0ASHA]", "[U0ASHA]").replace("[U0LEX, admins]", "[admins]")
    given_request(store, rules)

    with store.at(11) as uow:
        assert approvals_due(uow) == 1

    calls = store.rows(outbox, outbox.c.kind == Kind.REQUEST_PING)
    assert {tuple(row.payload["who"]) for row in calls} == {(OMAR,)}


# --- approving


def test_one_yes_lets_it_out_and_the_history_says_whose(store: Store) -> None:
    given_request(store)

    say_yes(store, PRIYA)

    assert said_on_x(store) == [WORDS]
    assert (approval(store).state, approval(store).settled_by, approval(store).wake_at) == (
        book.APPROVED,
        PRIYA,
        None,
    )
    (line,) = happened(store, Event.APPROVED)
    assert (line.actor, line.facts["left"], line.facts["digest"]) == (PRIYA, "0", digest(WORDS))
    (submitted,) = happened(store, Event.REPLY_SUBMITTED)
    assert submitted.actor == ASHA
    assert findings(store) == []


def test_several_must_be_different_people_and_each_is_in_the_history(store: Store) -> None:
    given_request(store, TWO)

    say_yes(store, PRIYA)
    assert said_on_x(store) == []
    with pytest.raises(Conflict, match="approved_before"):
        say_yes(store, PRIYA)
    say_yes(store, OMAR)

    assert said_on_x(store) == [WORDS]
    lines = happened(store, Event.APPROVED)
    assert [(line.actor, line.facts["left"]) for line in lines] == [(PRIYA, "1"), (OMAR, "0")]


@pytest.mark.parametrize(
    ("who", "why"),
    [(ASHA, "own_draft"), (MEHMET, "not_an_approver"), (LEX, "not_an_approver"), (NEW, "not_an_approver")],
)
def test_its_author_and_whoever_is_no_approver_are_refused_and_the_try_is_kept(
    store: Store, who: AgentId, why: str
) -> None:
    given_request(store)

    with store.at(20) as uow:
        with pytest.raises(NotAllowed, match=why) as refused, uow.attempt():
            approve(uow, ApprovalId(1), asker(who), digest=digest(WORDS))
        note_refusal(uow, ApprovalId(1), asker(who), refused.value)

    assert said_on_x(store) == []
    assert approval(store).state == book.PENDING
    (line,) = happened(store, Event.APPROVAL_REFUSED)
    assert (line.actor, line.facts) == (who, {"approval": "1", "why": why})


def test_an_admin_may_do_what_a_supervisor_may(store: Store) -> None:
    given_request(store)
    say_yes(store, OMAR)
    assert said_on_x(store) == [WORDS]


def test_a_group_decides_by_who_is_in_it_when_the_button_is_pressed(store: Store) -> None:
    given_request(store, LAWYERS)
    with pytest.raises(NotAllowed, match="not_an_approver"):  # Slack has not told who is in it
        say_yes(store, PRIYA)
    with store.at(20) as uow:
        uow.accounts.keep_group(Group("S0LEGAL", "legal", (str(PRIYA),)), uow.machine)
    with store.at(21) as uow:
        uow.accounts.keep_group(Group("S0LEGAL", "legal", (str(LEX),)), uow.machine)

    with pytest.raises(NotAllowed, match="not_an_approver"):
        say_yes(store, PRIYA)
    say_yes(store, LEX)

    assert said_on_x(store) == [WORDS]


def test_who_has_left_the_workspace_approves_nothing(store: Store) -> None:
    given_request(store, LAWYERS)
    with store.at(20) as uow:
        uow.accounts.keep_group(Group("S0LEGAL", "legal", (str(LEX),)), uow.machine)
        uow.accounts.keep_person(Person(LEX, "T1", "Lex", is_deleted=True), uow.machine)

    with pytest.raises(NotAllowed, match="not_an_approver"):
        say_yes(store, LEX)


def test_a_yes_to_another_text_is_refused(store: Store) -> None:
    given_request(store)
    with store.at(20) as uow:
        recall(uow, ApprovalId(1), asker())
    given_request(store, text="Go away.", case=CaseId(1))

    with pytest.raises(Conflict, match="approval_settled"):
        say_yes(store, PRIYA, 1, sealed=digest(WORDS))
    with pytest.raises(Conflict, match="approval_text_changed"):
        say_yes(store, PRIYA, 2, sealed=digest(WORDS))

    assert said_on_x(store) == []
    say_yes(store, PRIYA, 2)
    assert said_on_x(store) == ["Go away."]


# --- the case has changed


def writes_again(uow: UnitOfWork) -> None:
    take_posts(uow, BRAND, [make_post(2)], channel=CHANNEL)


def edits(uow: UnitOfWork) -> None:
    uow.history.add(CaseId(1), Event.POST_EDITED, ("customer", "1"), post=make_post().id)


def deletes(uow: UnitOfWork) -> None:
    uow.history.add(CaseId(1), Event.POST_GONE, ("desk", ""), post=make_post().id, why="deleted")


def answers_on_x(uow: UnitOfWork) -> None:
    uow.history.add(CaseId(1), Event.ANSWERED_ON_X, ("desk", ""))


def takes_over(uow: UnitOfWork) -> None:
    take_over_case(uow, CaseId(1), asker(MEHMET), from_whom=ASHA)


def resolves(uow: UnitOfWork) -> None:
    resolve_case(uow, CaseId(1), asker())


@pytest.mark.parametrize(
    "change", [writes_again, edits, deletes, answers_on_x, takes_over, resolves], ids=lambda f: f.__name__
)
def test_what_happened_since_its_author_looked_makes_it_void(
    store: Store, change: Callable[[UnitOfWork], None]
) -> None:
    given_request(store)
    with store.at(15) as uow:
        change(uow)

    with store.at(20) as uow:
        with pytest.raises(Conflict) as refused, uow.attempt():
            approve(uow, ApprovalId(1), asker(PRIYA), digest=digest(WORDS))
        note_refusal(uow, ApprovalId(1), asker(PRIYA), refused.value)

    assert said_on_x(store) == []
    assert approval(store).state == book.VOID
    assert (draft(store).state, draft(store).text) == (states.OPEN, WORDS)
    assert draft(store).reason != ""
    assert len(happened(store, Event.APPROVAL_VOIDED)) == 1


def test_a_case_that_is_free_again_can_still_be_answered(store: Store) -> None:
    given_request(store)
    with store.at(15) as uow:
        release_case(uow, CaseId(1), asker())
    say_yes(store, PRIYA)
    assert said_on_x(store) == [WORDS]


def test_what_waits_in_a_case_is_settled_together(store: Store) -> None:
    given_request(store)
    with store.at(15) as uow:
        release_case(uow, CaseId(1), asker())
    given_request(store, text="We are on it. – Mehmet", by=MEHMET, case=CaseId(1))

    say_yes(store, PRIYA, 2)

    assert said_on_x(store) == ["We are on it. – Mehmet"]
    assert [row.state for row in store.rows(approvals)] == [book.VOID, book.APPROVED]
    assert approval(store, 1).reason == "another_sent"
    assert draft(store, 1).state == states.OPEN


def test_voiding_leaves_one_alone_if_it_is_named_and_says_nothing_when_nothing_waits(store: Store) -> None:
    given_request(store)
    before = len(happened(store))
    with store.at(20) as uow:
        void_approvals(uow, CaseId(1), "resolved", but=1)
    assert (approval(store).state, len(happened(store))) == (book.PENDING, before)


# --- changing the text


def change(store: Store, text: str, *, by: AgentId = PRIYA, number: int = 1) -> None:
    with store.at(20) as uow:
        sealed = approval(store, number).digest
        edit_and_approve(uow, ApprovalId(number), asker(by), text, digest=sealed)


def test_who_changes_the_text_answers_for_it_where_one_yes_is_enough(store: Store) -> None:
    given_request(store)

    change(store, "Dear Emma, I am sorry. – Asha")

    assert said_on_x(store) == ["Dear Emma, I am sorry. – Asha"]
    assert draft(store).editor == PRIYA
    sealed = digest("Dear Emma, I am sorry. – Asha")
    assert (approval(store).state, approval(store).digest) == (book.APPROVED, sealed)
    (line,) = happened(store, Event.APPROVED)
    assert (line.facts["digest"], line.facts["instead_of"]) == (sealed, digest(WORDS))
    assert findings(store) == []


def test_where_more_are_needed_a_change_needs_others_than_author_and_editor(store: Store) -> None:
    rules = TWO.replace("admins: [U0OMAR]", "admins: [U0OMAR, U0LEX]")
    given_request(store, rules)
    say_yes(store, OMAR)

    change(store, "Dear Emma, I am sorry. – Asha")

    assert said_on_x(store) == []
    assert [row.state for row in store.rows(approvals)] == [book.VOID, book.PENDING]
    assert len(store.rows(outbox, outbox.c.kind == Kind.POST_REQUEST)) == 2
    for who, why in ((PRIYA, "own_edit"), (ASHA, "own_draft")):
        with pytest.raises(NotAllowed, match=why):
            say_yes(store, who, 2)
    say_yes(store, OMAR, 2)
    assert said_on_x(store) == []  # what Omar said to the old text does not count
    say_yes(store, LEX, 2)
    assert said_on_x(store) == ["Dear Emma, I am sorry. – Asha"]
    assert findings(store) == []


def test_a_change_that_brings_a_need_of_its_own_needs_that_approval_too(store: Store) -> None:
    given_request(store, MONEY)

    change(store, "Sorry, Emma: a full refund is on its way. – Asha")

    assert said_on_x(store) == []
    assert [need["rule"] for need in approval(store, 2).needs] == ["every reply", "money"]
    say_yes(store, OMAR, 2)
    assert said_on_x(store) == ["Sorry, Emma: a full refund is on its way. – Asha"]


@pytest.mark.parametrize(
    ("text", "why"), [("  ", "empty"), ("x" * 281, "too_long"), ("What the fuck, Emma?", "edit_refused")]
)
def test_a_change_that_may_not_go_out_changes_nothing(store: Store, text: str, why: str) -> None:
    given_request(store)

    with pytest.raises(Refusal, match=why):
        change(store, text)

    assert (draft(store).text, draft(store).editor, approval(store).state) == (WORDS, "", book.PENDING)


def test_a_change_of_nothing_is_a_plain_yes(store: Store) -> None:
    given_request(store)
    change(store, WORDS)
    assert said_on_x(store) == [WORDS]
    assert draft(store).editor == ""


# --- giving it back


def test_what_is_sent_back_is_found_behind_reply_with_its_words(store: Store) -> None:
    given_request(store)
    with store.at(15) as uow:
        blank = open_reply(uow, CaseId(1), asker(), rule="open").draft
        assert blank.id != DraftId(1)

    with store.at(20) as uow:
        send_back(uow, ApprovalId(1), asker(PRIYA), " Too cold. ", digest=digest(WORDS))

    assert (approval(store).state, approval(store).reason) == (book.SENT_BACK, "Too cold.")
    with store.at(30) as uow:
        found = open_reply(uow, CaseId(1), asker(), rule="open").draft
        assert (found.id, found.text) == (DraftId(1), WORDS)
        (told,) = [e for e in uow.views.events(CaseId(1), after=0) if e.event == Event.SENT_BACK]
        assert told.text == "Too cold."
    assert said_on_x(store) == []


@pytest.mark.parametrize(
    ("who", "reason", "why"),
    [(PRIYA, "  ", "empty"), (ASHA, "Mine", "own_draft"), (MEHMET, "No", "not_an_approver")],
)
def test_sending_back_needs_a_reason_and_the_right(store: Store, who: AgentId, reason: str, why: str) -> None:
    given_request(store)
    with pytest.raises(Refusal, match=why), store.at(20) as uow:
        send_back(uow, ApprovalId(1), asker(who), reason, digest=digest(WORDS))
    assert approval(store).state == book.PENDING


def test_only_its_author_recalls_a_reply(store: Store) -> None:
    given_request(store)
    with pytest.raises(NotAllowed, match="not_your_draft"), store.at(20) as uow:
        recall(uow, ApprovalId(1), asker(PRIYA))

    with store.at(20) as uow:
        recall(uow, ApprovalId(1), asker())

    assert (approval(store).state, draft(store).state) == (book.RECALLED, states.OPEN)
    with pytest.raises(Conflict, match="approval_settled") as late:
        say_yes(store, PRIYA)
    assert (late.value.facts["holder"], late.value.facts["state"]) == (ASHA, book.RECALLED)


# --- nobody acts


def test_those_in_line_are_asked_one_after_the_other_and_then_it_stays_late(store: Store) -> None:
    given_request(store)
    calls = []
    for seconds in (909, 911, 1810, 1812, 2713, 9000):
        with store.at(seconds) as uow:
            approvals_due(uow)
        said = store.rows(outbox, outbox.c.kind == Kind.REQUEST_PING)
        calls.append([(row.payload["place"], row.payload["who"][0]) for row in said])

    first = [("channel", "U0LEX"), ("request", "U0LEX"), ("case", "U0LEX")]
    both = first + [(place, "U0OMAR") for place, _ in first]
    assert calls == [[], first, first, both, both, both]
    late = happened(store, Event.APPROVAL_LATE)
    assert [line.facts["who"] for line in late] == ["U0LEX", "admins", ""]
    assert (approval(store).state, approval(store).wake_at) == (book.PENDING, None)
    say_yes(store, PRIYA, seconds=9001)
    assert said_on_x(store) == [WORDS]


def test_who_was_asked_besides_may_approve_but_not_before(store: Store) -> None:
    given_request(store)
    with pytest.raises(NotAllowed, match="not_an_approver"):
        say_yes(store, LEX)
    with store.at(1000) as uow:
        approvals_due(uow)
    say_yes(store, LEX, seconds=1001)
    assert said_on_x(store) == [WORDS]


def test_after_an_outage_one_step_is_said_and_the_next_has_its_whole_time(store: Store) -> None:
    given_request(store)
    for seconds in (20_000, 20_001, 20_800):
        with store.at(seconds) as uow:
            approvals_due(uow)
    assert [line.facts["who"] for line in happened(store, Event.APPROVAL_LATE)] == ["U0LEX"]


def test_a_call_is_not_said_any_more_once_somebody_has_decided(store: Store) -> None:
    given_request(store)
    with store.at(1000) as uow:
        approvals_due(uow)
    payload = store.rows(outbox, outbox.c.kind == Kind.REQUEST_PING)[0].payload
    with store.at(1001) as uow:
        assert ping_wanted(uow, payload)
    say_yes(store, PRIYA, seconds=1002)
    with store.at(1003) as uow:
        assert not ping_wanted(uow, payload)


def test_one_that_cannot_be_read_holds_up_no_other_and_is_looked_at_again_later(store: Store) -> None:
    given_request(store)
    with store.at(15) as uow:
        take_posts(uow, BRAND, [make_post(2, author=RAVI, conversation_id="2")], channel=CHANNEL)
    given_request(store, text="We are on it. – Mehmet", by=MEHMET, case=CaseId(2))
    store.write(approvals, approvals.c.id == 1, needs=[{"not": "a need"}])

    with store.at(2000) as uow:
        assert approvals_due(uow) == 2

    assert [line.case_id for line in happened(store, Event.APPROVAL_LATE)] == [2]
    assert approval(store, 1).wake_at == START + timedelta(seconds=2060)


@pytest.mark.postgres
def test_what_a_click_is_at_work_on_is_looked_at_later(postgres: Postgres) -> None:
    url = postgres.new()
    store = Store(url)
    given_request(store)
    with store.at(1000) as click, store.at(1000) as clock:
        click.cases.get(CaseId(1))
        assert clock.approvals.due(10) == []
    store.engine.dispose()
    postgres.drop(url)


# --- two at once


@pytest.mark.parametrize("times", range(3))
def test_of_two_who_decide_at_once_the_first_counts_and_the_other_is_told_whose(
    store: Store, times: int
) -> None:
    given_request(store)
    sealed = digest(WORDS)

    def decide(number: int) -> None:
        with store.begin() as uow:
            if number % 2:
                approve(uow, ApprovalId(1), asker(PRIYA), digest=sealed)
            else:
                send_back(uow, ApprovalId(1), asker(OMAR), "No.", digest=sealed)

    results = at_once(4, decide)

    assert results.count(None) == 1
    won = approval(store)
    assert won.state == (book.APPROVED if won.settled_by == PRIYA else book.SENT_BACK)
    assert said_on_x(store) == ([WORDS] if won.state == book.APPROVED else [])
    for lost in (result for result in results if result is not None):
        assert isinstance(lost, Conflict)
        assert (lost.code, lost.facts["holder"]) == ("approval_settled", won.settled_by)


def test_approving_and_recalling_at_once_does_one_of_them(store: Store) -> None:
    given_request(store)

    def decide(number: int) -> None:
        with store.begin() as uow:
            if number:
                approve(uow, ApprovalId(1), asker(PRIYA), digest=digest(WORDS))
            else:
                recall(uow, ApprovalId(1), asker())

    results = at_once(2, decide)

    assert results.count(None) == 1
    sent = approval(store).state == book.APPROVED
    assert draft(store).state == (states.SUBMITTED if sent else states.OPEN)
    assert said_on_x(store) == ([WORDS] if sent else [])


# --- the audit


def test_the_audit_names_an_answer_that_left_without_the_yes_it_waits_for(store: Store) -> None:
    given_request(store)
    store.write(drafts, drafts.c.id == 1, state=states.SENT)
    assert findings(store) == ["I2 answer out that its approver did not let out: drafts 1"]


def test_the_audit_names_an_answer_whose_text_is_not_the_one_that_was_approved(store: Store) -> None:
    given_request(store)
    say_yes(store, PRIYA)
    store.write(drafts, drafts.c.id == 1, digest=digest("another text"))
    assert findings(store) == ["I2 answer out that its approver did not let out: drafts 1"]


def test_the_audit_finds_no_fault_with_a_direct_answer_that_was_approved_and_waits_for_its_turn(
    store: Store,
) -> None:
    given_request(store)
    store.write(drafts, drafts.c.id == 1, channel=states.DM)
    say_yes(store, PRIYA)
    assert store.row(outbox, outbox.c.kind == Kind.DM).dedup_key == "1"
    with store.at(20) as uow:
        assert [line for line in audit(uow.views) if "drafts" in line] == []
