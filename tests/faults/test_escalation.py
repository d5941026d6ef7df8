"""The clock at its worst (faults.md P8, P13, P14, C1, C2, C4): every step is said once, and none is lost."""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row

from tests.faults.breakable import LONG, BreakableDesk
from tests.journeys.test_ladders import LADDERS
from tests.whole_desk import Json, shown, wait_until
from workflows.clock import JUMP_S, SteadyTime, Watch
from workflows.domain.effects import Kind, State
from workflows.store.history import Event
from workflows.store.tables import history, leases

# The steps of calm cases are minutes away: they come when the clock is wound, and not before.
CALM = LADDERS.replace("{after: 2s,", "{after: 2m,")
EVENTS = (Event.PINGED, Event.STEP_SKIPPED)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """One desk, whose clock each test kills, stops or doubles."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(CALM)
    try:
        yield desk.start("web", "clock", "worker-1")
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    for name in ("clock", "worker-1"):
        if running.processes[name].poll() is not None:
            running.start_process(name)
    yield running
    second = running.processes.get("clock-2")
    if second and second.poll() is None:
        running.kill("clock-2", signal.SIGTERM)
    running.end_faults()


def steps(desk: BreakableDesk, case: int) -> list[Row[Any]]:
    """What the history says of a case's ladder."""
    with desk.reading() as connection:
        wanted = history.select().where(history.c.case_id == case, history.c.event.in_(EVENTS))
        return list(connection.execute(wanted.order_by(history.c.id)))


def given_case(desk: BreakableDesk, words: str, *, author: str = "emma_w") -> int:
    """A customer waits, on a ladder whose next step is half an hour away; nothing else is under way."""
    _, card = desk.given_card(words, author=author)
    head = next(b["block_id"] for b in card["blocks"] if b["block_id"].startswith("card-"))
    desk.wait_until_quiet()
    return int(head.split("-")[1])


def rung(desk: BreakableDesk, words: str) -> list[Json]:
    """The pings in the thread of the card with these words."""
    return [m for m in desk.card_of(words)["thread"] if ":rotating_light:" in shown(m)]


def asked_of_slack(desk: BreakableDesk, case: int) -> int:
    """How often Slack was asked to say a ping of this case, whatever came of it."""
    said = [str(r["args"]) for r in desk.requests("chat.postMessage")]
    ids = [f"fx-{e.id}-" for e in desk.effects(Kind.PING) if e.case_id == case]
    return sum(any(name in args for name in ids) for args in said)


def rings(desk: BreakableDesk, words: str, *, times: int = 1) -> list[Json]:
    wait_until(lambda: len(rung(desk, words)) >= times, within=LONG, why=f"{words!r} rings {times} times")
    desk.wait_until_quiet()
    return rung(desk, words)


def test_a_clock_killed_between_saving_a_step_and_passing_it_on_leaves_it_to_be_said_once(
    desk: BreakableDesk,
) -> None:
    words = "killed before the ping was passed on"
    case = given_case(desk, words)
    process = desk.crash_at("woken", "clock")
    desk.wind(minutes=31)
    process.wait(LONG)
    assert len(steps(desk, case)) == 1
    assert rung(desk, words) == []

    desk.start_process("clock")
    desk.end_clock_lease()
    desk.offer_now(within_s=15)

    assert len(rings(desk, words)) == 1
    assert asked_of_slack(desk, case) == 1
    assert [row.facts["step"] for row in steps(desk, case)] == ["1"]
    desk.assert_promises()


def test_a_clock_killed_while_it_saves_a_step_says_it_once(desk: BreakableDesk) -> None:
    words = "killed while saving"
    case = given_case(desk, words)
    desk.kill("clock")
    desk.wind(minutes=31)

    desk.end_clock_lease()
    desk.start_process("clock", MENTIONDESK_CRASH_AT="committing")
    desk.crash_at("committing", "clock").wait(LONG)
    desk.start_process("clock")
    desk.end_clock_lease()

    assert len(rings(desk, words)) == 1
    assert (len(steps(desk, case)), asked_of_slack(desk, case)) == (1, 1)
    desk.assert_promises()


def test_two_clocks_at_once_say_every_step_once(desk: BreakableDesk) -> None:
    texts = [f"between two clocks {n:02}" for n in range(8)]
    cases = [given_case(desk, words, author=("emma_w", "ravi_k")[n % 2]) for n, words in enumerate(texts)]
    desk.start_second_clock()

    desk.wind(minutes=31)
    for words in texts:
        rings(desk, words)
    desk.wind(minutes=15)

    for case, words in zip(cases, texts, strict=True):
        assert len(rings(desk, words, times=2)) == 2
        assert [row.facts["step"] for row in steps(desk, case)] == ["1", "2"]
        assert asked_of_slack(desk, case) == 3  # step 2 also among the leads
    desk.assert_promises()


def test_a_clock_that_slept_while_another_took_over_says_nothing_twice(desk: BreakableDesk) -> None:
    words = "the leading clock sleeps"
    case = given_case(desk, words)
    desk.start_second_clock()
    desk.put_clock_to_sleep()
    second = desk.processes["clock-2"].pid
    wait_until(lambda: str(lease(desk).holder).endswith(f"/{second}"), within=LONG, why="the other leads")
    desk.wind(minutes=31)
    rings(desk, words)

    desk.processes["clock"].send_signal(signal.SIGCONT)
    desk.wind(minutes=15)

    assert len(rings(desk, words, times=2)) == 2
    assert [row.facts["step"] for row in steps(desk, case)] == ["1", "2"]
    assert asked_of_slack(desk, case) == 3
    desk.assert_promises()


def test_a_clock_that_was_dead_for_long_says_only_the_highest_due_step_and_how_late_it_is(
    desk: BreakableDesk,
) -> None:
    words = "forty minutes without a clock"
    case = given_case(desk, words)
    desk.kill("clock")
    desk.wind(minutes=85)

    desk.end_clock_lease()
    desk.start_process("clock")

    (ping,) = rings(desk, words)
    assert "40 min late, the desk was down" in shown(ping)
    assert "steps skipped: 1" in shown(ping)
    (row,) = steps(desk, case)
    assert (row.facts["step"], row.facts["skipped"]) == ("2", "1")
    desk.assert_promises()


def test_a_ping_whose_job_redis_lost_is_said_all_the_same_and_once(desk: BreakableDesk) -> None:
    words = "flushed with a ping under way"
    case = given_case(desk, words)
    desk.kill("worker-1")
    desk.wind(minutes=31)
    wait_until(lambda: desk.effects(Kind.PING, State.PENDING), within=LONG, why="a ping waits")
    wait_until(lambda: desk.waiting_jobs() >= 1, within=LONG, why="its job waits")

    desk.redis_client().flushall()
    desk.start_process("worker-1")
    desk.offer_now(within_s=15)

    assert len(rings(desk, words)) == 1
    assert asked_of_slack(desk, case) == 1
    desk.assert_promises()


def test_when_slack_throttles_pings_go_before_the_refreshing_of_cards(desk: BreakableDesk) -> None:
    texts = [f"throttled {n:02}" for n in range(6)]
    cases = [given_case(desk, words, author="ravi_k") for words in texts]
    desk.kill("worker-1")
    desk.wind(minutes=61)  # the card turns late and two steps are due: one ping in two places, one refresh
    waiting = (Kind.PING, Kind.REFRESH_CARD)
    wait_until(
        lambda: all(effects_of(desk, kind, case) for case in cases for kind in waiting),
        within=LONG,
        why="pings and refreshes wait",
    )
    desk.fault("slack", "chat.*", "rate_limit", retry_after=1, times=4)
    seen = max(r["n"] for r in desk.requests("chat.postMessage"))
    desk.start_process("worker-1")

    for words in texts:
        assert len(rings(desk, words)) == 1
    mine = {effect.id for case in cases for effect in effects_of(desk, Kind.PING, case)}
    pings = [
        r["n"]
        for r in desk.requests("chat.postMessage")
        if r["n"] > seen and r["error"] is None and any(f"fx-{number}-" in str(r["args"]) for number in mine)
    ]
    refused = [r for r in desk.requests("chat.postMessage") + desk.requests("chat.update") if r["fault"]]
    updates = [r["n"] for r in desk.requests("chat.update") if r["n"] > seen and r["error"] is None]
    assert len(pings) == 2 * len(texts)
    assert len(refused) == 4
    assert updates
    # Updates have a limit of their own, and go on while a channel waits; but no card holds up a ping.
    assert min(pings) < min(updates)
    assert sum(min(updates) < ping for ping in pings) <= len(pings) // 2
    desk.assert_promises()


def effects_of(desk: BreakableDesk, kind: Kind, case: int) -> list[Row[Any]]:
    return [effect for effect in desk.effects(kind) if effect.case_id == case]


# --- the machine's clock is set (C1, C2): a process cannot set it here, so the guard is shown by values


def test_a_wall_clock_that_goes_with_time_has_not_jumped(monkeypatch: pytest.MonkeyPatch) -> None:
    steady = SteadyTime()
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    for second in (0.0, 0.2, 7200.0, 7200.5):
        monkeypatch.setattr(time, "monotonic", lambda second=second: 1000.0 + second)
        assert abs(steady.jump_s(noon + timedelta(seconds=second))) < 0.001


@pytest.mark.parametrize("jump_s", [7200.0, -7200.0, JUMP_S + 1, -JUMP_S - 1])
def test_a_wall_clock_that_was_set_has_jumped_once(monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    steady = SteadyTime()
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    seen = []
    for second, moved in ((0.0, 0.0), (0.2, jump_s), (0.4, jump_s)):
        monkeypatch.setattr(time, "monotonic", lambda second=second: second)
        seen.append(steady.jump_s(noon + timedelta(seconds=second + moved)))
    assert [round(value) for value in seen] == [0, round(jump_s), 0]
    assert [abs(value) > JUMP_S for value in seen] == [False, True, False]


# --- the folder of playbooks


def test_a_folder_has_settled_only_when_two_looks_see_the_same_new_thing(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    file = tmp_path / "a.yaml"
    file.write_text("1")
    assert not watch.has_settled()
    assert watch.has_settled()
    watch.taken()
    assert not watch.has_settled()

    file.write_text("12")
    assert not watch.has_settled()
    file.write_text("123")
    assert not watch.has_settled()
    assert watch.has_settled()
    watch.taken()
    assert not watch.has_settled()


def test_what_changes_while_the_folder_is_read_is_new_at_the_next_looks(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    (tmp_path / "a.yaml").write_text("1")
    watch.has_settled()
    (tmp_path / "b.yml").write_text("2")  # while a.yaml is being read
    watch.taken()

    assert not watch.has_settled()
    assert watch.has_settled()


def test_a_folder_that_is_missing_or_has_other_files_is_nothing_new(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for folder in (tmp_path, tmp_path / "missing"):
        watch = Watch(folder)
        watch.has_settled()
        watch.taken()
        assert not watch.has_settled()


# --- two clocks


def lease(desk: BreakableDesk) -> Row[Any]:
    with desk.reading() as connection:
        return connection.execute(leases.select()).one()
