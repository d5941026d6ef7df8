"""Each wait of the customer has a ladder of its own: what ends it, and what belongs to which."""

from datetime import timedelta

import pytest

from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    MEHMET,
    START,
    Store,
    answered,
    asker,
    hand_in,
    make_post,
    use,
    woken,
)
from tests.store.test_escalations import LADDERS, MINUTE, REARM, events, said, take, wake_at
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Effect, Kind
from workflows.services.cases import claim_case, reopen_case, resolve_case
from workflows.services.escalations import (
    acknowledge,
    still_wanted,
)
from workflows.services.intake import take_posts
from workflows.services.outcomes import confirm_reply, reply_asked, reply_doubted, reply_sent
from workflows.services.replies import open_reply
from workflows.store.drafts import DraftId
from workflows.store.history import Event
from workflows.store.tables import outbox


@pytest.fixture
def ladders(store: Store) -> Store:
    """A store whose playbook has a ladder for high and one for medium priority."""
    use(store, LADDERS)
    return store


# --- answers, and what comes after them


def test_an_answer_ends_the_ladder_and_the_next_post_begins_it_anew(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 31 * MINUTE)
    answered(ladders, case_id, 40 * MINUTE)
    assert (ladders.case().wake_at, ladders.case().waiting_since) == (None, None)
    assert woken(ladders, 50 * MINUTE) == 0

    take(ladders, "@sarishop and now?", minute=100)
    assert wake_at(ladders) == 110
    for minute in (110.1, 130.1):
        woken(ladders, minute * MINUTE)

    assert said(ladders) == [("2", "1"), ("1", ""), ("2", "")]
    keys = [row.dedup_key for row in ladders.rows(outbox, outbox.c.kind == Kind.PING)]
    assert len(set(keys)) == len(keys) == 5


def test_steps_of_the_next_turn_count_from_its_own_first_post(ladders: Store) -> None:
    case_id = ladders.have_case()
    answered(ladders, case_id, 5 * MINUTE)
    take(ladders, "@sarishop hm", "@sarishop hello?", minute=20)
    take(ladders, "@sarishop anybody?", minute=29, number=7)

    assert wake_at(ladders) == 30
    assert ladders.case().waiting_since == START + timedelta(minutes=20)


def test_a_resolved_case_is_silent_and_a_reopened_one_begins_anew(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 11 * MINUTE)
    with ladders.at(12 * MINUTE) as uow:
        resolve_case(uow, case_id, asker(ASHA))
    assert ladders.case().wake_at is None
    assert woken(ladders, 60 * MINUTE) == 0

    take(ladders, "@sarishop it is not solved", minute=200)
    woken(ladders, 211 * MINUTE)

    assert ladders.case().status is not Status.RESOLVED
    assert said(ladders) == [("1", ""), ("1", "")]


def test_a_case_that_an_agent_reopens_waits_for_nobody_and_pings_nobody(ladders: Store) -> None:
    case_id = ladders.have_case()
    with ladders.at(12 * MINUTE) as uow:
        resolve_case(uow, case_id, asker(ASHA))
    with ladders.at(13 * MINUTE) as uow:
        reopen_case(uow, case_id, asker(ASHA))

    assert woken(ladders, 600 * MINUTE) == 0
    assert said(ladders) == []


@pytest.mark.parametrize("status", ["waiting", "resolved"])
def test_thanks_neither_open_a_case_again_nor_start_its_clocks(ladders: Store, status: str) -> None:
    case_id = ladders.have_case()
    answered(ladders, case_id, 5 * MINUTE)
    if status == "resolved":
        with ladders.at(6 * MINUTE) as uow:
            resolve_case(uow, case_id, asker(ASHA))

    take(ladders, "@sarishop thank you so much!", minute=7)

    case = ladders.case()
    assert (case.status, case.waiting_since, case.wake_at) == (status, None, None)


def test_a_ping_that_still_waits_is_dropped_once_the_customer_was_answered(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    payload = ladders.row(outbox, outbox.c.kind == Kind.PING).payload
    with ladders.at(11 * MINUTE) as uow:
        assert still_wanted(uow, payload)

    answered(ladders, case_id, 12 * MINUTE)
    with ladders.at(13 * MINUTE) as uow:
        assert not still_wanted(uow, payload)

    take(ladders, "@sarishop and now?", minute=20)
    with ladders.at(21 * MINUTE) as uow:
        assert not still_wanted(uow, payload)  # it belongs to the wait before
    woken(ladders, 31 * MINUTE)
    newest = ladders.rows(outbox, outbox.c.kind == Kind.PING)[-1].payload
    with ladders.at(31 * MINUTE) as uow:
        assert still_wanted(uow, newest)
        resolve_case(uow, case_id, asker(ASHA))
        assert not still_wanted(uow, newest)


def test_a_ping_that_waits_for_slack_gives_way_to_a_higher_step(ladders: Store) -> None:
    ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    woken(ladders, 30.1 * MINUTE)
    first, *later = [row.payload for row in ladders.rows(outbox, outbox.c.kind == Kind.PING)]
    with ladders.at(31 * MINUTE) as uow:
        assert not still_wanted(uow, first)
        assert all(still_wanted(uow, payload) for payload in later)


def test_a_step_may_tell_a_channel_and_ring_nobody(store: Store) -> None:
    rings = '{after: 10m, ping: [agents], text: "Please take it"}'
    use(store, LADDERS.replace(rings, "{after: 10m, channel: C0NEWSROOM}"))
    store.have_case()
    woken(store, 10.1 * MINUTE)
    told = [row.payload for row in store.rows(outbox, outbox.c.kind == Kind.PING)]
    assert [(payload["channel"], payload["who"]) for payload in told] == [(CHANNEL, []), ("C0NEWSROOM", [])]


def test_what_was_there_before_the_desk_turns_late_and_calls_nobody(ladders: Store) -> None:
    old = make_post(1, written_at=START - timedelta(hours=5))
    with ladders.at() as uow:
        uow.accounts.add(BRAND)
        take_posts(uow, BRAND, [old], channel=CHANNEL, first_look=True)
    woken(ladders, 1)
    woken(ladders, 60 * MINUTE)
    assert ladders.case().is_late
    assert said(ladders) == []

    take(ladders, "@sarishop still nothing?", minute=70)
    answered(ladders, CaseId(1), 80 * MINUTE)
    take(ladders, "@sarishop and now?", minute=90, number=3)
    woken(ladders, 100.1 * MINUTE)
    assert len(said(ladders)) == 1  # what they write to the desk calls people as always


# --- later posts


def test_a_later_post_with_graver_words_raises_the_case_and_never_lowers_it(ladders: Store) -> None:
    ladders.have_case()

    take(ladders, "@sarishop I was hacked", minute=1)
    raised = ladders.case()
    assert (raised.priority, raised.sensitive, raised.tags) == ("high", True, ["security"])
    assert (raised.rule, raised.ladder) == ("topics/hacked", "urgent")
    assert raised.due_at == START + timedelta(minutes=10)
    take(ladders, "@sarishop lovely, refund please", minute=1.5, number=3)

    after = ladders.case()
    assert (after.priority, after.sensitive, after.tags) == ("high", True, ["security", "refund"])


def test_a_case_that_a_later_post_makes_urgent_calls_those_of_the_urgent_ladder(ladders: Store) -> None:
    ladders.have_case()
    woken(ladders, 10.1 * MINUTE)

    # By the urgent ladder's times all its steps (2, 5, 20, 30 and 40 minutes) have gone by.
    take(ladders, "@sarishop I was hacked", minute=41)
    woken(ladders, 41.1 * MINUTE)

    assert ladders.case().ladder == "urgent"
    assert [facts["step"] for _, facts in events(ladders, Event.PINGED) if facts["ladder"] == "urgent"]


def test_the_customers_next_posts_do_not_move_the_ladder(ladders: Store) -> None:
    ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    take(ladders, "@sarishop hello?", minute=20)

    assert wake_at(ladders) == 30
    assert ladders.case().reached == 1


# --- answers whose fate is known late


def submitted(store: Store, case_id: CaseId, minute: float, text: str = "We are on it") -> DraftId:
    """Let Asha answer; X has not said yet what became of it."""
    with store.at(minute * MINUTE) as uow:
        draft = open_reply(uow, case_id, asker(ASHA), rule="open").draft
        hand_in(uow, draft.id, asker(ASHA), text)
    return draft.id


def on_its_way(store: Store, draft: DraftId, minute: float) -> Effect:
    row = store.row(outbox, outbox.c.kind == Kind.REPLY, outbox.c.dedup_key == str(draft))
    return store.claimed(row.id, minute * MINUTE)


def asked_about(store: Store, case_id: CaseId, minute: float) -> DraftId:
    """Let Asha answer, and nobody know whether X has it: she is asked."""
    draft = submitted(store, case_id, minute, "Is this out?")
    effect = on_its_way(store, draft, minute)
    with store.at(minute * MINUTE) as uow:
        uow.outbox.doubted(effect, "timeout")
        reply_doubted(uow, effect)
        uow.outbox.asked(effect)
        reply_asked(uow, effect)
    return draft


def test_it_is_there_of_an_old_answer_neither_starts_the_newer_ladder_again_nor_repeats_anything(
    store: Store,
) -> None:
    use(store, REARM.replace("{first_response: 60m}", "{first_response: 60m, next_response: 15m}"))
    case_id = store.have_case()
    old = asked_about(store, case_id, 2)
    take(store, "@sarishop hello?", minute=3)
    answered(store, case_id, 4 * MINUTE)
    take(store, "@sarishop and now?", minute=20, number=3)
    for minute in (30.1, 35.1, 50.1):
        woken(store, minute * MINUTE)
    before = store.case()
    told = events(store, Event.BREACHED)
    assert [facts["clock"] for _, facts in told] == ["next_response"]
    assert said(store) == [("1", ""), ("2", "")]

    with store.at(51 * MINUTE) as uow:
        confirm_reply(uow, old, asker(ASHA))
    for minute in (51.1, 52, 64.9):
        woken(store, minute * MINUTE)

    after = store.case()
    assert (after.turn, after.reached, after.waiting_since) == (before.turn, 2, before.waiting_since)
    assert after.status is not Status.WAITING
    assert said(store) == [("1", ""), ("2", "")]
    assert events(store, Event.BREACHED) == told
    woken(store, 65.1 * MINUTE)
    assert said(store) == [("1", ""), ("2", ""), ("3", "")]


def test_thanks_that_come_while_our_answer_is_on_its_way_start_no_wait(ladders: Store) -> None:
    case_id = ladders.have_case()
    draft = submitted(ladders, case_id, 5)
    take(ladders, "@sarishop thank you so much!", minute=6)

    effect = on_its_way(ladders, draft, 7)
    with ladders.at(7 * MINUTE) as uow:
        assert uow.outbox.done(effect, "79")
        reply_sent(uow, effect, "79")

    case = ladders.case()
    assert (case.status, case.waiting_since, case.wake_at) == (Status.WAITING, None, None)
    assert woken(ladders, 600 * MINUTE) == 0


def test_a_question_that_comes_while_our_answer_is_on_its_way_waits_for_another(ladders: Store) -> None:
    case_id = ladders.have_case()
    draft = submitted(ladders, case_id, 5)
    take(ladders, "@sarishop and the refund?", minute=6)

    effect = on_its_way(ladders, draft, 7)
    with ladders.at(7 * MINUTE) as uow:
        assert uow.outbox.done(effect, "79")
        reply_sent(uow, effect, "79")

    case = ladders.case()
    assert (case.status, case.waiting_since) == (Status.OPEN, START + timedelta(minutes=6))


# --- before the desk


def test_what_was_there_at_the_first_look_calls_people_from_when_the_customer_writes_again(
    ladders: Store,
) -> None:
    old = make_post(1, written_at=START - timedelta(hours=5))
    with ladders.at() as uow:
        uow.accounts.add(BRAND)
        take_posts(uow, BRAND, [old], channel=CHANNEL, first_look=True)
    woken(ladders, 1)
    assert ladders.case().wake_at is None

    take(ladders, "@sarishop still nothing?", minute=70)

    assert wake_at(ladders) == 80
    assert ladders.case().waiting_since == START - timedelta(hours=5)
    for minute in (79.9, 80.1, 99.9, 100.1):
        woken(ladders, minute * MINUTE)
    assert said(ladders) == [("1", ""), ("2", "")]
    assert [facts["clock"] for _, facts in events(ladders, Event.BREACHED)] == ["first_response"]


def test_what_is_young_at_the_first_look_calls_people_as_always(ladders: Store) -> None:
    young = make_post(1, written_at=START - timedelta(minutes=59))
    with ladders.at() as uow:
        uow.accounts.add(BRAND)
        take_posts(uow, BRAND, [young], channel=CHANNEL, first_look=True)
    woken(ladders, 1)
    assert said(ladders) == [("3", "1,2")]


# --- pings that wait for Slack


@pytest.mark.parametrize("how", ["claim", "acknowledge"])
def test_a_ping_that_still_waits_is_dropped_while_somebody_has_taken_the_wait_on(
    store: Store, how: str
) -> None:
    use(store, REARM)
    case_id = store.have_case()
    woken(store, 10.1 * MINUTE)
    payload = store.row(outbox, outbox.c.kind == Kind.PING).payload
    with store.at(11 * MINUTE) as uow:
        assert still_wanted(uow, payload)
        (claim_case if how == "claim" else acknowledge)(uow, case_id, asker(MEHMET))

    with store.at(30.9 * MINUTE) as uow:
        assert not still_wanted(uow, payload)
    with store.at(31.1 * MINUTE) as uow:
        assert still_wanted(uow, payload)  # the rest is over, and nobody has answered


def test_a_ping_that_still_waits_is_dropped_for_good_where_no_rest_ends(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    payload = ladders.row(outbox, outbox.c.kind == Kind.PING).payload
    with ladders.at(11 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))
    with ladders.at(6000 * MINUTE) as uow:
        assert not still_wanted(uow, payload)
