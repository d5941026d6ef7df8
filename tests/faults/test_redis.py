"""Redis is emptied, away, frozen, or brings a job twice (faults.md R1 to R7): it is a road, never a store."""

import contextlib
import json
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.backstage import case_of, events
from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.whole_desk import Json, wait_until
from workflows.domain.effects import Kind, Queue, State
from workflows.queues import MOST_POLLS
from workflows.store.departures import Offer
from workflows.store.tables import timers

RUNNING = ("web", "clock", "worker-1")
SHOWN_LATE = "Saved. Slack will show it a little late."
SLACK_WAITS_MS = 3000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        yield desk.start(*RUNNING)
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    for name in RUNNING:
        if running.processes[name].poll() is not None:
            running.start_process(name)
    yield running
    running.end_faults()


def given_cards(desk: BreakableDesk, words: str, count: int) -> list[Json]:
    posts = [{"author": "emma_w", "text": f"@sarishop {words} {n:02}"} for n in range(count)]
    desk.control("x/write_many", {"posts": posts})
    cards = [desk.card_of(f"{words} {n:02}", within=LONG) for n in range(count)]
    desk.wait_until_quiet()
    return cards


def readyz(desk: BreakableDesk) -> tuple[int, list[str]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{desk.port}/readyz", timeout=3) as answer:
            return answer.status, json.load(answer)["reasons"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["reasons"]


def says_redis_is_away(desk: BreakableDesk) -> bool:
    status, reasons = readyz(desk)
    return status == 503 and any(reason.startswith("redis: ") for reason in reasons)


def is_connected(pid: int) -> bool:
    """Whether this process has a socket open."""
    with contextlib.suppress(FileNotFoundError):
        return any("socket:" in str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())
    return False


def lives(desk: BreakableDesk) -> bool:
    """No process has died of it."""
    return all(desk.processes[name].poll() is None for name in RUNNING)


def test_a_hundred_effects_survive_a_flush(desk: BreakableDesk) -> None:
    desk.wait_until_quiet()
    desk.kill("worker-1")
    known = len(desk.effects(Kind.POST_CARD))
    posts = [{"author": "emma_w", "text": f"@sarishop before the flush {n:03}"} for n in range(100)]
    desk.control("x/write_many", {"posts": posts})
    desk.crash_at("claiming:post_card")
    desk.start_process("worker-1").wait(LONG)
    assert len(desk.effects(Kind.POST_CARD, State.PENDING)) == 100
    wait_until(lambda: desk.waiting_jobs(Queue.CARDS) >= 99, within=LONG, why="a hundred jobs wait")
    waiting = desk.jobs(Queue.CARDS)

    desk.redis_client().flushall()
    assert not waiting & desk.jobs(Queue.CARDS)
    desk.start_process("worker-1")
    desk.offer_now(within_s=15)

    wait_until(lambda: len(desk.cards()) == known + 100, within=LONG, why="a hundred cards")
    desk.assert_promises()
    assert len([r for r in desk.requests("chat.postMessage") if "thread_ts" not in r["args"]]) == known + 100


def test_clicks_are_saved_and_told_so_while_redis_is_away_and_shown_when_it_is_back(
    desk: BreakableDesk,
) -> None:
    cards = given_cards(desk, "clicked without Redis", 4)
    post, dialog = desk.given_dialog("answered without Redis")
    desk.redis.stop()

    clicks = [desk.click("Claim", card, user="U0MEHMET") for card in cards]
    submitted = desk.submit(dialog, answer_to("answered without Redis"))

    assert all("warning" not in answer and answer["acked_ms"] < SLACK_WAITS_MS for answer in clicks)
    assert submitted["closed"]
    assert all(("claimed", "U0MEHMET") in events(desk, case_of(card)) for card in cards)
    wait_until(lambda: desk.private("U0MEHMET").count(SHOWN_LATE) == 4, within=LONG, why="told of each click")
    assert says_redis_is_away(desk)
    assert lives(desk)

    desk.redis.start()
    desk.offer_lost_until_quiet()

    for number in range(4):
        desk.card_shows(f"clicked without Redis {number:02}", "<@U0MEHMET> has it", within=LONG)
    desk.card_shows("answered without Redis", "<@U0ASHA> replied on X", within=LONG)
    assert len(desk.replies_to(post)) == 1
    desk.given_card("written after the outage")
    desk.assert_promises()


def test_a_redis_that_comes_back_empty_costs_nothing(desk: BreakableDesk) -> None:
    cards = given_cards(desk, "forgotten by Redis", 5)
    desk.kill("worker-1")
    for card in cards:
        desk.click("Claim", card)
    wait_until(lambda: desk.waiting_jobs(Queue.CARDS) >= 5, within=LONG, why="five jobs wait")
    waiting = desk.jobs(Queue.CARDS)

    desk.redis.stop()
    shutil.rmtree(desk.home / "redis" / "appendonlydir", ignore_errors=True)
    for left in (desk.home / "redis").glob("*.aof"):
        left.unlink()
    desk.redis.start()
    assert not waiting & desk.jobs(Queue.CARDS)
    desk.start_process("worker-1")
    desk.offer_lost_until_quiet()

    for number in range(5):
        desk.card_shows(f"forgotten by Redis {number:02}", "<@U0ASHA> has it", within=LONG)
    desk.assert_promises()


def test_a_frozen_redis_holds_up_no_click_and_loses_and_doubles_nothing(desk: BreakableDesk) -> None:
    _, card = desk.given_card("clicked while Redis stood still")
    post, dialog = desk.given_dialog("sent while Redis stood still")
    desk.fault("x", "POST /2/tweets", "delay", seconds=1, times=1)
    desk.submit(dialog, answer_to("sent while Redis stood still"))
    wait_until(lambda: desk.effects(Kind.REPLY, State.SENDING), within=LONG, why="the reply is under way")
    redis = desk.redis._process
    assert redis
    redis.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()

    answer = desk.click("Claim", card, user="U0MEHMET")
    told = wait_until(lambda: SHOWN_LATE in desk.private("U0MEHMET"), within=LONG, why="told that it is late")
    wait_until(lambda: desk.newest(Kind.REPLY).state == State.DONE, within=LONG, why="the reply is out")
    assert says_redis_is_away(desk)
    wait_until(lambda: time.monotonic() > frozen_at + 5, why="Redis stood still for five seconds")
    redis.send_signal(signal.SIGCONT)

    assert told
    assert "warning" not in answer
    assert answer["acked_ms"] < SLACK_WAITS_MS
    desk.offer_lost_until_quiet()
    desk.card_shows("clicked while Redis stood still", "<@U0MEHMET> has it", within=LONG)
    desk.card_shows("sent while Redis stood still", "<@U0ASHA> replied on X", within=LONG)
    assert len(desk.replies_to(post)) == 1
    assert lives(desk)
    desk.assert_promises()


def test_a_worker_told_to_stop_while_redis_is_away_stops(desk: BreakableDesk) -> None:
    desk.redis.stop()
    wait_until(lambda: "could not connect to Redis" in desk.log(), within=LONG, why="the worker misses Redis")

    desk.processes["worker-1"].send_signal(signal.SIGTERM)

    assert desk.processes["worker-1"].wait(LONG) == 0
    desk.redis.start()


def test_a_worker_told_to_stop_while_it_still_greets_redis_stops(desk: BreakableDesk) -> None:
    """Redis stands still meanwhile, so that this short moment lasts."""
    desk.kill("worker-1")
    redis = desk.redis._process
    assert redis
    redis.send_signal(signal.SIGSTOP)
    worker = desk.start_process("worker-1")
    wait_until(lambda: is_connected(worker.pid), within=LONG, why="the worker waits for an answer of Redis")

    worker.send_signal(signal.SIGTERM)
    redis.send_signal(signal.SIGCONT)

    assert worker.wait(LONG) == 0


def test_a_worker_told_to_stop_while_redis_stands_still_finishes_its_reply(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("stopped without Redis")
    desk.fault("x", "POST /2/tweets", "delay", seconds=1, times=1)
    desk.submit(dialog, answer_to("stopped without Redis"))
    wait_until(lambda: desk.effects(Kind.REPLY, State.SENDING), within=LONG, why="the reply is under way")
    redis = desk.redis._process
    assert redis
    redis.send_signal(signal.SIGSTOP)

    desk.processes["worker-1"].send_signal(signal.SIGTERM)
    wait_until(lambda: desk.newest(Kind.REPLY).state == State.DONE, within=LONG, why="the reply is out")
    redis.send_signal(signal.SIGCONT)

    assert desk.processes["worker-1"].wait(LONG) == 0
    assert len(desk.replies_to(post)) == 1
    assert desk.logged_errors() == []


def test_a_job_that_comes_to_two_workers_several_times_is_one_call(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("six times the same job")
    desk.kill("worker-1")
    desk.submit(dialog, answer_to("six times the same job"))
    wait_until(lambda: desk.waiting_jobs() == 1, within=LONG)
    effect = desk.newest(Kind.REPLY)
    more = [Offer(effect.id, Kind.REPLY, Queue.URGENT, effect.serial + n) for n in range(1, 6)]
    desk.road().carry(more)
    assert desk.waiting_jobs() == 6
    desk.fault("x", "POST /2/tweets", "delay", seconds=1, times=1)

    desk.start_process("worker-2")
    desk.start_process("worker-1")

    desk.card_shows("six times the same job", "<@U0ASHA> replied on X", within=LONG)
    wait_until(lambda: desk.waiting_jobs() == 0, within=LONG, why="all six were taken")
    assert len([r for r in desk.x_requests("POST /2/tweets") if post in str(r["args"])]) == 1
    desk.assert_promises()
    desk.kill("worker-2")


def test_polls_do_not_pile_up_while_nobody_works_on_them(desk: BreakableDesk) -> None:
    desk.kill("worker-1")
    due: set[str] = set()

    def five_polls_later() -> bool:
        with desk.reading() as connection:
            due.add(str(connection.execute(select(timers.c.due_at).where(timers.c.kind == "poll")).scalar()))
        return len(due) > 5

    wait_until(five_polls_later, within=LONG, why="five polls were due")

    waiting = desk.jobs(Queue.INTAKE)
    assert len([job for job in waiting if job.startswith(b"poll-")]) <= 1
    assert 1 <= len(waiting) <= MOST_POLLS


def test_a_desk_that_starts_without_redis_says_so_and_works_once_it_is_there(tmp_path: Path) -> None:
    desk = BreakableDesk(tmp_path)
    try:
        desk.start(*RUNNING, redis=False)
        assert desk.healthy()
        assert says_redis_is_away(desk)
        wait_until(
            lambda: "slackbot.worker" in desk.log(), within=LONG, why="the worker says what it waits for"
        )
        assert lives(desk)

        desk.redis.start()
        desk.offer_lost_until_quiet()

        desk.given_card("Redis came late")
        desk.assert_promises()
        assert lives(desk)
    finally:
        desk.stop()
