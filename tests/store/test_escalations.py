"""Escalation in the store: targets are missed once, steps are said once, and an answer ends them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, insert, literal, select

from tests.store.stores import (
    ASHA,
    BRAND,
    CHANNEL,
    MEHMET,
    RAVI,
    START,
    Store,
    answered,
    asker,
    at_once,
    make_post,
    use,
    woken,
)
from tests.store.test_plans import analyze, listening, numbers, plan_of
from workflows.domain.case import CaseId, Status
from workflows.domain.effects import Kind
from workflows.errors import Conflict, Refusal
from workflows.services.cases import claim_case, release_case, reopen_case, resolve_case
from workflows.services.escalations import (
    NEXT_STEP,
    SUPERVISOR,
    acknowledge,
    escalate,
    escalation_choices,
    still_wanted,
    wake_due,
)
from workflows.services.intake import take_posts
from workflows.store.engine import Instant
from workflows.store.history import Event
from workflows.store.tables import cases, customers, history, outbox

LADDERS = """
version: 1
name: Ladders
people:
  agents: [U0ASHA, U0MEHMET]
  supervisors: [U0MEHMET]
  admins: [U0ANNA]
  teams: {fraud: {members: [U0ASHA]}}
priorities:
  high: {first_response: 10m}
  medium: {first_response: 60m}
  low: {first_response: 24h}
triage:
  otherwise: {priority: medium}
  rule_sets:
    - name: topics
      rules:
        - {name: hacked, when: {words: [hacked]}, then: {priority: high, tags: [security], sensitive: true}}
        - {name: refund, when: {words: [refund]}, then: {tags: [refund]}}
        - {name: praise, when: {words: [lovely]}, then: {priority: low}}
escalation:
  ladders:
    - name: urgent
      priorities: [high]
      steps:
        - {after: 2m, ping: [agents]}
        - {at: 50%, ping: [supervisors], channel: "#leads"}
        - {after: 20m, ping: [admins]}
      repeat: {every: 10m, times: 2}
    - name: calm
      priorities: [medium]
      steps:
        - {after: 10m, ping: [agents], text: "Please take it"}
        - {after: 30m, ping: [supervisors], channel: "#leads"}
        - {after: 45m, ping: [admins]}
"""
REARM = LADDERS.replace(
    "- {after: 45m, ping: [admins]}", "- {after: 45m, ping: [admins]}\n      rearm_after: 20m"
)
MINUTE = 60.0


@pytest.fixture
def ladders(store: Store) -> Store:
    """A store whose playbook has a ladder for high and one for medium priority."""
    use(store, LADDERS)
    return store


def events(store: Store, *wanted: Event) -> list[tuple[str, dict[str, Any]]]:
    found = store.rows(history)
    return [(row.event, row.facts) for row in found if not wanted or row.event in wanted]


def said(store: Store) -> list[tuple[str, str]]:
    """Number of each step that was said, in order, and the steps that it stands for."""
    pinged = events(store, Event.PINGED)
    return [(facts["step"], facts.get("skipped", "")) for _, facts in pinged]


def pings(store: Store) -> list[tuple[str, str, tuple[str, ...]]]:
    """Where each ping goes: the step ("" for a call by hand), the place, and who is called."""
    found = store.rows(outbox, outbox.c.kind == Kind.PING)
    return [(r.payload.get("step", ""), r.payload["place"], tuple(r.payload["who"])) for r in found]


def refreshed(store: Store) -> int:
    return len(store.rows(outbox, outbox.c.kind == Kind.REFRESH_CARD))


def wake_at(store: Store) -> float | None:
    """When the clock has to look again, in minutes from the start."""
    at = store.case().wake_at
    return (at - START).total_seconds() / 60 if at else None


def take(store: Store, *texts: str, minute: float, number: int = 2) -> None:
    """Let Emma write these words, one post each, at this minute."""
    posts = [
        make_post(number + i, text=text, written_at=START + timedelta(minutes=minute))
        for i, text in enumerate(texts)
    ]
    with store.at(minute * MINUTE) as uow:
        take_posts(uow, BRAND, posts, channel=CHANNEL)


# --- late


def test_a_missed_target_is_marked_once_and_the_card_follows(ladders: Store) -> None:
    case_id = ladders.have_case()
    assert ladders.case().due_at == START + timedelta(hours=1)
    woken(ladders, 59.99 * MINUTE)
    assert not ladders.case().is_late
    before, version = events(ladders, Event.BREACHED), ladders.case().version

    woken(ladders, 60.01 * MINUTE)

    late = ladders.case()
    assert (before, late.is_late) == ([], True)
    assert late.version > version
    assert ladders.row(outbox, outbox.c.kind == Kind.REFRESH_CARD).case_id == case_id
    for minute in (60.02, 61, 90, 3000):
        woken(ladders, minute * MINUTE)
    told = [facts["clock"] for _, facts in events(ladders, Event.BREACHED)]
    assert told == ["first_response"]


def test_an_older_post_that_reaches_us_late_does_not_let_the_same_clock_be_missed_twice(
    ladders: Store,
) -> None:
    ladders.have_case(make_post(1, written_at=START))
    woken(ladders, 61 * MINUTE)

    take_at = 62 * MINUTE
    with ladders.at(take_at) as uow:
        older = make_post(2, id="1980000000000000009", written_at=START - timedelta(minutes=5))
        take_posts(uow, BRAND, [older], channel=CHANNEL)
    assert ladders.case().waiting_since == START - timedelta(minutes=5)
    woken(ladders, 63 * MINUTE)

    assert [facts["clock"] for _, facts in events(ladders, Event.BREACHED)] == ["first_response"]


def test_each_clock_that_is_missed_is_noted(store: Store) -> None:
    use(
        store,
        LADDERS.replace("{first_response: 60m}", "{first_response: 60m, time_to_claim: 5m, resolution: 2h}"),
    )
    store.have_case()

    for minute in (4, 6, 61, 119, 121, 500):
        woken(store, minute * MINUTE)

    told = [facts["clock"] for _, facts in events(store, Event.BREACHED)]
    assert told == ["time_to_claim", "first_response", "resolution"]


# --- the ladder


def test_steps_are_said_at_their_times_from_when_the_customer_wrote(ladders: Store) -> None:
    ladders.have_case()
    times = []
    while ladders.case().wake_at is not None:
        times.append(wake_at(ladders))
        woken(ladders, (wake_at(ladders) or 0) * MINUTE + 0.001)

    assert times == [10, 30, 45, 60]
    assert said(ladders) == [("1", ""), ("2", ""), ("3", "")]
    assert pings(ladders) == [
        ("1", "thread", ("U0ASHA", "U0MEHMET")),
        ("2", "thread", ("U0MEHMET",)),
        ("2", "channel", ("U0MEHMET",)),
        ("3", "thread", ("U0ANNA",)),
    ]
    elsewhere = ladders.rows(outbox, outbox.c.kind == Kind.PING)[2]
    assert (elsewhere.payload["channel"], elsewhere.budget) == ("#leads", "slack:post:#leads")
    assert ladders.rows(outbox, outbox.c.kind == Kind.PING)[0].payload["text"] == "Please take it"


def test_no_step_is_said_a_moment_early(ladders: Store) -> None:
    ladders.have_case()

    assert woken(ladders, 10 * MINUTE - 0.001) == 0
    assert said(ladders) == []
    assert woken(ladders, 10 * MINUTE) == 1
    assert said(ladders) == [("1", "")]


def test_a_step_is_said_once_however_often_the_clock_looks(ladders: Store) -> None:
    ladders.have_case()
    for second in range(600, 660, 5):
        woken(ladders, second)

    assert said(ladders) == [("1", "")]
    assert len(pings(ladders)) == 1


def test_two_clocks_at_the_same_moment_say_a_step_once(ladders: Store) -> None:
    for number in range(1, 6):
        ladders.have_case(
            make_post(number, conversation_id=str(number), author=replace(RAVI, id=str(number)))
        )

    results = at_once(4, lambda _: woken(ladders, 31 * MINUTE))

    assert [r for r in results if isinstance(r, Exception)] == []
    opened = len(ladders.rows(cases))
    assert said(ladders) == [("2", "1")] * opened
    assert len(pings(ladders)) == 2 * opened


def test_after_an_outage_only_the_highest_due_step_is_said_with_how_late_and_which_are_skipped(
    ladders: Store,
) -> None:
    ladders.have_case()

    woken(ladders, 50 * MINUTE)

    assert said(ladders) == [("3", "1,2")]
    payload = ladders.row(outbox, outbox.c.kind == Kind.PING).payload
    assert (payload["late_s"], payload["skipped"], payload["step"]) == ("300", "1,2", "3")
    woken(ladders, 59 * MINUTE)
    assert len(pings(ladders)) == 1


def test_a_step_that_is_seconds_late_does_not_say_so(ladders: Store) -> None:
    ladders.have_case()
    woken(ladders, 10 * MINUTE + 59)
    assert ladders.row(outbox, outbox.c.kind == Kind.PING).payload["late_s"] == "0"


def test_the_last_step_is_repeated_as_often_as_the_ladder_says(ladders: Store) -> None:
    ladders.have_case(make_post(1, text="@sarishop hacked"))

    for minute in range(120):
        woken(ladders, minute * MINUTE + 1)

    assert said(ladders) == [("1", ""), ("2", ""), ("3", ""), ("4", ""), ("5", "")]
    at = [r.not_before - START for r in ladders.rows(outbox, outbox.c.kind == Kind.PING)]
    assert [round(span.total_seconds() / 60) for span in at] == [2, 5, 5, 20, 30, 40]


# --- nobody on duty

SHIFTS = LADDERS.replace(
    "  teams:",
    "  shifts: [{who: [U0MEHMET], hours: night}]\n  teams:",
).replace(
    "priorities:\n", 'hours: {night: {time_zone: UTC, days: {mon-sun: ["22:00-23:00"]}}}\npriorities:\n', 1
)


def test_a_step_whose_people_are_all_off_duty_is_skipped_and_noted_and_the_next_comes_at_its_time(
    store: Store,
) -> None:
    use(store, SHIFTS)
    store.have_case()

    woken(store, 10.1 * MINUTE)
    woken(store, 30.1 * MINUTE)
    assert [facts for _, facts in events(store, Event.STEP_SKIPPED)] == [
        {"ladder": "calm", "step": "2", "why": "off_duty"}
    ]
    assert said(store) == [("1", "")]
    assert wake_at(store) == 45
    woken(store, 45.1 * MINUTE)

    assert said(store) == [("1", ""), ("3", "")]
    assert pings(store)[0] == ("1", "thread", ("U0ASHA",))


def test_when_the_highest_due_step_has_nobody_on_duty_the_one_below_is_said(store: Store) -> None:
    use(store, SHIFTS)
    store.have_case()

    woken(store, 31 * MINUTE)

    assert said(store) == [("1", "")]
    assert [facts["step"] for _, facts in events(store, Event.STEP_SKIPPED)] == ["2"]


# --- quiet


@pytest.mark.parametrize("how", ["claim", "acknowledge"])
def test_who_takes_the_wait_on_stops_the_pings(ladders: Store, how: str) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    with ladders.at(11 * MINUTE) as uow:
        (claim_case if how == "claim" else acknowledge)(uow, case_id, asker(MEHMET))

    for minute in (30.1, 45.1, 59, 61, 600):
        woken(ladders, minute * MINUTE)

    assert said(ladders) == [("1", "")]
    assert ladders.case().quiet_by == MEHMET
    assert ladders.case().is_late  # only an answer stops the clock


@pytest.mark.parametrize("how", ["claim", "acknowledge"])
def test_after_the_rest_the_pings_go_on_with_the_highest_due_step(store: Store, how: str) -> None:
    use(store, REARM)
    case_id = store.have_case()
    woken(store, 10.1 * MINUTE)
    with store.at(28 * MINUTE) as uow:
        (claim_case if how == "claim" else acknowledge)(uow, case_id, asker(MEHMET))

    assert wake_at(store) == 48
    woken(store, 47.9 * MINUTE)
    assert said(store) == [("1", "")]
    woken(store, 48.1 * MINUTE)

    assert said(store) == [("1", ""), ("3", "2")]
    assert store.rows(outbox, outbox.c.kind == Kind.PING)[-1].payload["late_s"] == "0"


def test_what_the_ladder_does_not_list_does_not_quiet_it(store: Store) -> None:
    use(store, LADDERS.replace("      steps:", "      quieted_by: [claim]\n      steps:"))
    case_id = store.have_case()
    with store.at(11 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))

    woken(store, 31 * MINUTE)

    assert said(store) == [("2", "1")]


def test_a_claim_that_the_ladder_does_not_list_does_not_quiet_it(store: Store) -> None:
    use(store, LADDERS.replace("      steps:", "      quieted_by: [acknowledge]\n      steps:"))
    case_id = store.have_case()
    with store.at(11 * MINUTE) as uow:
        claim_case(uow, case_id, asker(MEHMET))

    woken(store, 31 * MINUTE)

    assert said(store) == [("2", "1")]


def test_a_case_that_is_given_back_is_pinged_for_again(ladders: Store) -> None:
    case_id = ladders.have_case()
    with ladders.at(11 * MINUTE) as uow:
        claim_case(uow, case_id, asker(MEHMET))
    with ladders.at(12 * MINUTE) as uow:
        release_case(uow, case_id, asker(MEHMET))

    woken(ladders, 31 * MINUTE)

    assert [step for step, _ in said(ladders)] == ["2"]


def test_only_the_first_who_acknowledges_has_it_and_the_others_are_told(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)
    with ladders.at(11 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))
    with ladders.at(12 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET))

    def again() -> None:
        with ladders.at(13 * MINUTE) as uow:
            acknowledge(uow, case_id, asker(ASHA))

    with pytest.raises(Conflict) as refused:
        again()
    assert (refused.value.code, refused.value.facts["holder"]) == ("taken_on", MEHMET)
    assert len(events(ladders, Event.ACKNOWLEDGED)) == 1


def test_an_acknowledgement_shows_on_every_ping_that_was_said(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 31 * MINUTE)
    for ping in ladders.rows(outbox, outbox.c.kind == Kind.PING):
        effect = ladders.claimed(ping.id, 32 * MINUTE)
        with ladders.at(31 * MINUTE) as uow:
            uow.outbox.done(effect, f"C{ping.id}/17.{ping.id}")

    with ladders.at(32 * MINUTE) as uow:
        acknowledge(uow, case_id, asker(MEHMET, answer_url="http://answer"), clicked_ts=f"17.{ping.id}")

    taken = ladders.rows(outbox, outbox.c.kind == Kind.PING_TAKEN)
    assert [(row.payload["at"], row.payload["by"]) for row in taken] == [
        (f"C{p.id}/17.{p.id}", MEHMET) for p in ladders.rows(outbox, outbox.c.kind == Kind.PING)
    ]
    assert [row.payload["answer_url"] for row in taken] == ["", "http://answer"]


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


# --- by hand


def help_for(store: Store, case_id: CaseId, minute: float, target: str = SUPERVISOR) -> None:
    with store.at(minute * MINUTE) as uow:
        escalate(uow, case_id, asker(ASHA), target=target, reason="She is furious")


def test_asking_for_help_calls_at_once_raises_the_priority_and_repeats_no_step(ladders: Store) -> None:
    case_id = ladders.have_case()
    woken(ladders, 10.1 * MINUTE)

    help_for(ladders, case_id, 11)

    case = ladders.case()
    assert (case.priority, case.ladder, case.escalated) == ("high", "urgent", True)
    # 2m and 50% of 10 minutes have had their time by now; the urgent ladder goes on at 20 minutes.
    assert wake_at(ladders) == 10  # the target of high priority is missed by now
    woken(ladders, 11.01 * MINUTE)
    assert said(ladders) == [("1", "")]
    woken(ladders, 20.1 * MINUTE)
    assert said(ladders) == [("1", ""), ("3", "")]
    by_hand = [row for row in pings(ladders) if row[0] == ""]
    assert by_hand == [("", "thread", ("U0MEHMET",)), ("", "channel", ("U0MEHMET",))]


def test_the_next_step_by_hand_is_not_repeated_at_its_time(store: Store) -> None:
    use(store, LADDERS.replace("escalation:\n", "escalation:\n  raise_priority: false\n"))
    case_id = store.have_case()
    woken(store, 10.1 * MINUTE)
    with store.at(11 * MINUTE) as uow:
        step = escalation_choices(uow, case_id).next_step
        assert step is not None
        assert step.index == 1

    help_for(store, case_id, 11, NEXT_STEP)

    assert [row for row in pings(store) if row[0] == ""] == [
        ("", "thread", ("U0MEHMET",)),
        ("", "channel", ("U0MEHMET",)),
    ]
    assert wake_at(store) == 45
    woken(store, 30.1 * MINUTE)
    woken(store, 45.1 * MINUTE)
    assert said(store) == [("1", ""), ("3", "")]


def test_the_last_step_by_hand_leaves_no_next_one(store: Store) -> None:
    use(store, LADDERS.replace("escalation:\n", "escalation:\n  raise_priority: false\n"))
    case_id = store.have_case()
    for minute in (1, 2, 3):
        help_for(store, case_id, minute, NEXT_STEP)

    with pytest.raises(Conflict) as refused:
        help_for(store, case_id, 4, NEXT_STEP)

    assert refused.value.code == "no_next_step"
    assert len(store.rows(outbox, outbox.c.kind == Kind.PING)) == 4
    with store.at(5 * MINUTE) as uow:
        assert escalation_choices(uow, case_id).next_step is None


def test_one_ladder_for_all_repeats_no_step_when_the_priority_rises(store: Store) -> None:
    # 75% of 60 minutes comes after 30m, of 10 minutes before it: the order of the steps changes.
    use(store, _one_ladder_for_all())
    case_id = store.have_case()
    for minute in (5.1, 30.1):
        woken(store, minute * MINUTE)
    assert [row[2] for row in pings(store)] == [("U0ASHA",), ("U0ANNA",)]

    help_for(store, case_id, 31)
    woken(store, 31.1 * MINUTE)

    ladder = [row for row in pings(store) if row[0]]
    assert [row[2] for row in ladder].count(("U0ANNA",)) == 1


def _one_ladder_for_all() -> str:
    head = LADDERS.partition("escalation:")[0]
    return (
        head
        + """escalation:
  ladders:
    - name: all
      steps:
        - {after: 5m, ping: [U0ASHA]}
        - {at: 75%, ping: [U0MEHMET]}
        - {after: 30m, ping: [U0ANNA]}
"""
    )


def test_asking_for_help_ends_the_rest_of_who_had_taken_it_on(ladders: Store) -> None:
    case_id = ladders.have_case(make_post(1, text="@sarishop hacked"))
    with ladders.at(60) as uow:
        acknowledge(uow, case_id, asker(ASHA))
    assert wake_at(ladders) == 10  # the target only

    help_for(ladders, case_id, 3)
    woken(ladders, 5.1 * MINUTE)

    assert [step for step, _ in said(ladders)] == ["2"]


@pytest.mark.parametrize(
    ("target", "reason", "code"),
    [(SUPERVISOR, "  \n ", "empty"), ("team:unknown", "why", "nobody_on_duty"), ("nonsense", "why", "")],
)
def test_a_call_for_help_that_reaches_nobody_is_refused_and_leaves_nothing(
    store: Store, target: str, reason: str, code: str
) -> None:
    use(store, SHIFTS.replace("agents: [U0ASHA, U0MEHMET]", "agents: [U0MEHMET]"))
    case_id = store.have_case()

    def ask() -> None:
        with store.at(60) as uow:
            escalate(uow, case_id, asker(ASHA), target=target, reason=reason)

    with pytest.raises(Refusal) as refused:
        ask()
    assert code in ("", refused.value.code)
    assert (pings(store), store.case().priority) == ([], "medium")


def test_a_resolved_case_cannot_be_escalated(ladders: Store) -> None:
    case_id = ladders.have_case()
    with ladders.at(1) as uow:
        resolve_case(uow, case_id, asker(ASHA))

    for work in (
        lambda uow: escalate(uow, case_id, asker(ASHA), target=SUPERVISOR, reason="why"),
        lambda uow: escalation_choices(uow, case_id),
        lambda uow: acknowledge(uow, case_id, asker(ASHA)),
    ):
        with pytest.raises(Refusal) as refused, ladders.at(2) as uow:
            work(uow)
        assert refused.value.code == "resolved"


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


# --- finding what is due


def test_the_clock_finds_what_is_due_by_index_among_many_that_wait(ladders: Store) -> None:
    ladders.have_case()
    with ladders.engine.begin() as connection:
        _fill(connection)
    analyze(ladders)

    with ladders.engine.connect() as connection:
        with listening(connection) as heard:
            assert wake_due(ladders.on(connection, 11 * MINUTE)) == 1
        ((statement, given),) = [said for said in heard if "wake_at <=" in said[0]]
        assert "ix_cases_wake_at" in plan_of(connection, statement, given)
        connection.rollback()


def _fill(connection: Connection) -> None:
    """Have many cases that wait until far in the future."""
    number = numbers().c.n
    far = START + timedelta(days=900)
    columns: dict[ColumnElement[Any], ColumnElement[Any]] = {
        cases.c.account_id: literal(BRAND.id),
        cases.c.customer_id: select(customers.c.id).limit(1).scalar_subquery(),
        cases.c.conversation_id: number.cast(cases.c.conversation_id.type),
        cases.c.status: literal("open"),
        cases.c.priority: literal("medium"),
        cases.c.channel: literal(CHANNEL),
        cases.c.version: literal(1),
        cases.c.opened_at: literal(START, Instant),
        cases.c.changed_at: literal(START, Instant),
        cases.c.wake_at: literal(far, Instant),
    }
    connection.execute(insert(cases).from_select(list(columns), select(*columns.values())))
