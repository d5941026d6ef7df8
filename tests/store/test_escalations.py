"""Escalation in the store: targets are missed once, steps are said once, and an answer ends them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, insert, literal, select

from tests.store.stores import (
    BRAND,
    CHANNEL,
    RAVI,
    START,
    Store,
    at_once,
    make_post,
    use,
    woken,
)
from tests.store.test_plans import analyze, listening, numbers, plan_of
from workflows.domain.effects import Kind
from workflows.services.escalations import (
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
