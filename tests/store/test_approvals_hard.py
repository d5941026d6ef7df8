"""What a hostile reader found: each test is a way in which an approval was lost, lived on, told too much."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Row

from slackbot.render.direct import render_direct_card, render_direct_dialog
from slackbot.render.thread import render_events
from slackbot.requests import RefreshRequest
from slackbot.sender import Sender
from tests.slackbot.answering import Answering, answering
from tests.store.stores import ASHA, BRAND, CHANNEL, MEHMET, START, Store, asker, hand_in, make_post, use
from tests.store.test_approvals import PRIYA, RULES, approval, draft, given_request, happened, say_yes
from tests.store.test_direct import make_dm, take
from tests.store.test_leases import RUN_OUT, settle
from workflows.delivery import Deed, Performer, deliver_effect, reconcile_effect
from workflows.desk import Desk
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Effect, Kind, State
from workflows.domain.reply import digest
from workflows.errors import Conflict
from workflows.services.approvals import approve, note_refusal, send_back
from workflows.services.cases import claim_case, release_case, resolve_case, take_over_case
from workflows.services.direct import read_directs
from workflows.services.intake import take_posts
from workflows.services.late_approvals import approvals_due
from workflows.services.replies import open_reply
from workflows.settings import Settings
from workflows.store import approvals as book
from workflows.store import drafts as states
from workflows.store.approvals import ApprovalId
from workflows.store.history import Event
from workflows.store.reply_tables import approvals
from workflows.store.tables import cases, outbox
from workflows.store.unit_of_work import UnitOfWork

MORNINGS = """version: 1
name: Mornings
replies: {undo: 0s}
hours: {mornings: {time_zone: UTC, days: {mon-fri: ["08:00-10:00"]}}}
people:
  supervisors: [U0PRIYA, U0ASHA]
  admins: [U0OMAR]
  shifts: [{who: [U0PRIYA, U0ASHA, U0OMAR, U0LEX], hours: mornings}]
approvals:
  rules:
    - {name: every reply, within: 15m, then: [U0LEX, admins]}
"""
MONDAY = 68 * 3600  # eight o'clock, from the start on a Friday at noon
PRIVATE = RULES + "dm_channel: '#customers-private'\n"
SECRET = "She wrote that her card ends in 4411: do not repeat it"


# --- performers that die


@pytest.mark.parametrize("kind", [Kind.POST_REQUEST, Kind.POST_DM_CARD])
def test_what_took_three_performers_with_it_is_looked_for_and_posted_in_the_end(
    store: Store, kind: Kind
) -> None:
    given_request(store)
    effect_id = store.have_effect(kind, "1")
    for start in (100.0, 200.0, 300.0):
        store.claimed(effect_id, start)
        settle(store, start + RUN_OUT)
        row = store.effect(effect_id)
        assert row.state == State.IN_DOUBT
        if start < 300:
            not_seen(store, effect_id, start + RUN_OUT)

    assert row.reason == "poison"
    assert row.offer_at >= START + timedelta(seconds=300 + 600)
    reconcile_effect(Performer(store.begin, "worker-1", ""), {kind: Unseen()}, effect_id)
    assert store.effect(effect_id).state == State.PENDING
    assert draft(store).state == states.AWAITING


class Unseen(Deed):
    """A post of which the far side shows nothing."""

    trusts_first_look = True

    def prepare(self, uow: UnitOfWork, effect: Effect) -> str:
        return effect.key

    def find(self, ready: Any, effect: Effect) -> None:
        return None

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


def not_seen(store: Store, effect_id: int, seconds: float) -> None:
    with store.at(seconds) as uow:
        effect = uow.outbox.get(effect_id)
        assert effect is not None
        uow.outbox.postponed(effect, after_s=0, reason="not_seen")


# --- cases that go on without their approvals


def test_a_case_that_is_resolved_takes_what_waits_in_it_along(store: Store) -> None:
    given_request(store)
    with store.at(20) as uow:
        case = resolve_case(uow, CaseId(1), asker())

    assert case.version == store.case().version
    assert (approval(store).state, approval(store).reason) == (book.VOID, "resolved")
    assert (draft(store).state, draft(store).reason) == (states.OPEN, "resolved")
    with store.at(5000) as uow:
        assert approvals_due(uow) == 0


def test_a_case_that_is_taken_over_gives_its_author_the_draft_back(store: Store) -> None:
    given_request(store)
    with store.at(20) as uow:
        take_over_case(uow, CaseId(1), asker(MEHMET), from_whom=ASHA)

    assert (approval(store).state, approval(store).reason) == (book.VOID, "taken_over")
    assert draft(store).state == states.OPEN


def test_an_author_who_takes_the_case_over_keeps_the_own_request(store: Store) -> None:
    given_request(store)
    with store.at(20) as uow:
        release_case(uow, CaseId(1), asker())
        claim_case(uow, CaseId(1), asker(MEHMET))
    with store.at(21) as uow:
        take_over_case(uow, CaseId(1), asker(), from_whom=MEHMET)

    assert approval(store).state == book.PENDING


def test_the_clock_calls_nobody_to_a_case_that_was_resolved_before_this_release(store: Store) -> None:
    given_request(store)
    store.write(cases, status=Status.RESOLVED)

    with store.at(1000) as uow:
        approvals_due(uow)

    assert store.rows(outbox, outbox.c.kind == Kind.REQUEST_PING) == []
    assert (approval(store).state, approval(store).wake_at) == (book.VOID, None)
    assert happened(store, Event.APPROVAL_LATE) == []


def test_a_stale_approval_ends_only_those_whose_authors_have_not_seen_the_change_either(
    store: Store,
) -> None:
    given_request(store)
    with store.at(15) as uow:
        take_posts(uow, BRAND, [make_post(15, text="@sarishop and?")], channel=CHANNEL)
        release_case(uow, CaseId(1), asker())
    given_request(store, by=MEHMET, case=CaseId(1), text="We look at both. – Mehmet")
    with store.at(17) as uow:
        release_case(uow, CaseId(1), asker(MEHMET))

    with store.at(20) as uow:
        with pytest.raises(Conflict, match="context_changed") as refused, uow.attempt():
            approve(uow, ApprovalId(1), asker(PRIYA), digest=approval(store).digest)
        note_refusal(uow, ApprovalId(1), asker(PRIYA), refused.value)

    assert [row.state for row in store.rows(approvals)] == [book.VOID, book.PENDING]
    assert (draft(store, 1).state, draft(store, 2).state) == (states.OPEN, states.AWAITING)
    assert approval(store).reason == "post_received"


# --- nobody is on duty


def calls(store: Store) -> list[list[str]]:
    """Whom the clock has called so far, in the request's own thread."""
    rows = store.rows(outbox, outbox.c.kind == Kind.REQUEST_PING)
    return [row.payload["who"] for row in rows if row.payload["place"] == "request"]


def look(store: Store, *seconds: float) -> None:
    for moment in seconds:
        with store.at(moment) as uow:
            approvals_due(uow)


def test_while_all_in_line_are_off_duty_an_approval_waits_for_the_first_who_comes(store: Store) -> None:
    given_request(store, MORNINGS)

    look(store, 11, 1000, 10_000, MONDAY - 300)
    assert calls(store) == []
    assert happened(store, Event.APPROVAL_LATE) == []
    assert approval(store).wake_at == START + timedelta(seconds=MONDAY)
    look(store, MONDAY)
    assert calls(store) == [[PRIYA]]
    look(store, MONDAY + 901, MONDAY + 1802)
    assert calls(store) == [[PRIYA], ["U0LEX"], ["U0OMAR"]]
    look(store, MONDAY + 2703)
    assert approval(store).wake_at is None


def test_an_approval_for_which_nobody_is_left_in_line_ends_late(store: Store) -> None:
    given_request(store, RULES.replace("then: [U0LEX, admins]", "then: []"))
    look(store, 911)
    assert (approval(store).state, approval(store).wake_at) == (book.PENDING, None)
    assert [line.facts["who"] for line in happened(store, Event.APPROVAL_LATE)] == [""]


def test_who_never_is_on_duty_is_not_waited_for(store: Store) -> None:
    rules = MORNINGS.replace('{mon-fri: ["08:00-10:00"]}', "{}")
    given_request(store, rules)
    look(store, 11)
    assert approval(store).wake_at is None
    assert calls(store) == []


# --- Slack lets nobody change a request


@pytest.fixture
def slack() -> Iterator[Answering]:
    with answering() as told:
        yield told.say({"ok": False, "error": "is_archived"})


def refreshed(store: Store, slack: Answering) -> Row[Any]:
    """Let the request of the first approval be refreshed, and return what became of that."""
    settings = Settings(_env_file=None, slack_api_url=slack.url, slack_bot_token="xoxb-1")  # type: ignore[call-arg,arg-type]
    desk = Desk(settings, store.engine, cast(Any, None), store.released.append, "worker-1")
    deed = RefreshRequest(desk, Sender(settings))
    mine = (outbox.c.kind == Kind.REFRESH_REQUEST,)
    store.write(outbox, *mine, not_before=START, offer_at=START)
    deliver_effect(
        Performer(store.begin, "worker-1", ""), {Kind.REFRESH_REQUEST: deed}, store.row(outbox, *mine).id
    )
    return store.row(outbox, *mine)


def test_a_settled_request_in_an_archived_channel_is_left_alone(store: Store, slack: Answering) -> None:
    given_request(store)
    store.write(approvals, card_channel="C0OLD", card_ts="1.1")
    say_yes(store, PRIYA)

    row = refreshed(store, slack)

    assert len(slack.asked) == 1
    assert (row.state, row.reason) == (State.FAILED, "is_archived")


def test_one_that_still_waits_is_tried_again_after_longer_and_longer_pauses(
    store: Store, slack: Answering
) -> None:
    given_request(store)
    store.write(approvals, card_channel="C0OLD", card_ts="1.1")
    store.have_effect(Kind.REFRESH_REQUEST, "1", case_id=1)

    pauses = []
    for _ in range(8):
        row = refreshed(store, slack)
        assert row.state == State.PENDING
        pauses.append(round((row.not_before - row.settled_at).total_seconds()))

    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]


# --- reasons about direct messages


def given_direct_sent_back(store: Store) -> None:
    use(store, PRIVATE)
    take(store, make_dm(1))
    with store.at(10) as uow:
        number = open_reply(uow, CaseId(1), asker(), rule="open").draft.id
        hand_in(uow, number, asker(), "We are sorry, Emma. We look into it. – Asha")
    with store.at(20) as uow:
        send_back(uow, ApprovalId(1), asker(PRIYA), SECRET, digest=digest(draft(store).text))


def test_why_a_direct_message_was_sent_back_stands_only_where_direct_messages_are_read(store: Store) -> None:
    given_direct_sent_back(store)

    with store.at(30) as uow:
        told = uow.views.events(CaseId(1), after=0)
        thread = render_events(told, customer="emma_w", block_id="fx-1-1")
        sent_back = uow.approvals.sent_back_direct(CaseId(1))
        directs = read_directs(uow, CaseId(1), asker())

    assert thread is not None
    assert "sent the reply back" in str(thread.blocks)
    assert SECRET not in str(thread)
    card = render_direct_card(directs, sent_back=sent_back)
    assert SECRET in str(card.message.blocks)
    assert SECRET in str(render_direct_dialog(directs, sent_back=sent_back))
    assert card.digest != render_direct_card(directs).digest


def test_once_it_is_handed_in_again_nothing_stands_there_any_more(store: Store) -> None:
    given_direct_sent_back(store)
    with store.at(30) as uow:
        number = open_reply(uow, CaseId(1), asker(), rule="open").draft.id
        hand_in(uow, number, asker(), "I am sorry, Emma. I look into it now. – Asha")

    assert draft(store).state == states.AWAITING
    with store.at(40) as uow:
        assert uow.approvals.sent_back_direct(CaseId(1)) is None


def test_why_a_public_reply_was_sent_back_is_no_secret(store: Store) -> None:
    row = given_request(store)
    with store.at(20) as uow:
        send_back(uow, ApprovalId(1), asker(PRIYA), "Too cold", digest=row.digest)
        assert uow.approvals.sent_back_direct(CaseId(1)) is None
        (told,) = [e for e in uow.views.events(CaseId(1), after=0) if e.event == Event.SENT_BACK]
    assert told.text == "Too cold"
