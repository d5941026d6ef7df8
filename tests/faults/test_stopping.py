"""Processes are told to stop, or there are two of them (faults.md P11 to P14)."""

import contextlib
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Row, select

from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.whole_desk import Json, wait_until
from workflows.domain.effects import Kind, State
from workflows.store.tables import leases

STOPPABLE = ("web", "worker-1", "clock")
A_DEPLOY_WAITS = 25.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        yield desk.start(*STOPPABLE)
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    for name in STOPPABLE:
        if running.processes[name].poll() is not None:
            running.start_process(name)
    wait_until(running.healthy, within=LONG, why="web answers")
    yield running
    running.end_faults()


def test_a_worker_told_to_stop_finishes_the_reply_that_it_is_sending(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("a deploy in the middle")
    desk.fault("x", "POST /2/tweets", "delay", seconds=3, times=1)
    desk.submit(dialog, answer_to("a deploy in the middle"))
    wait_until(lambda: desk.effects(Kind.REPLY, State.SENDING), within=LONG, why="the call is under way")

    worker = desk.processes["worker-1"]
    for _ in range(5):
        worker.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(0.5)

    assert worker.wait(A_DEPLOY_WAITS) == 0
    assert desk.newest(Kind.REPLY).state == State.DONE
    assert len(desk.replies_to(post)) == 1
    desk.start_process("worker-1")
    desk.card_shows("a deploy in the middle", "<@U0ASHA> replied on X", within=LONG)
    desk.assert_promises()


def test_web_told_to_stop_answers_the_click_that_it_is_working_on(desk: BreakableDesk) -> None:
    _, card = desk.given_card("a click in the middle")
    known = len(desk.requests("views.open"))
    desk.fault("slack", "views.open", "delay", seconds=1, times=1)
    answers: list[Json] = []
    click = threading.Thread(target=lambda: answers.append(desk.click("Reply", card)))
    click.start()
    wait_until(
        lambda: len(desk.requests("views.open")) > known, within=LONG, why="the dialog is being opened"
    )

    desk.processes["web"].send_signal(signal.SIGTERM)

    assert desk.processes["web"].wait(A_DEPLOY_WAITS) == 0
    click.join()
    assert answers[0]["status"] == 200, answers
    assert desk.dialog()["blocks"]


@pytest.mark.parametrize(
    ("signals", "names"),
    [
        ([signal.SIGTERM] * 5, STOPPABLE),
        ([signal.SIGINT], ("worker-1", "clock")),
        ([signal.SIGQUIT], ("worker-1", "clock")),
    ],
    ids=["five SIGTERM", "SIGINT", "SIGQUIT"],
)
def test_every_process_stops_cleanly_when_told_to(
    desk: BreakableDesk, signals: list[signal.Signals], names: tuple[str, ...]
) -> None:
    wait_until_turning(desk, "clock")
    desk.given_card(f"before {signals[0].name}")
    desk.wait_until_quiet()

    for number in signals:
        for name in names:
            desk.processes[name].send_signal(number)

    assert {name: desk.processes[name].wait(A_DEPLOY_WAITS) for name in names} == dict.fromkeys(names, 0)
    assert "Traceback" not in desk.log()
    assert desk.untrue_cards() == {}


def test_a_clock_told_to_stop_leaves_its_lease_to_the_next_one(desk: BreakableDesk) -> None:
    wait_until_turning(desk, "clock")
    desk.start_second_clock()

    desk.kill("clock", signal.SIGTERM)

    assert lease(desk).until <= datetime.now(UTC)
    wait_until_turning(desk, "clock-2")
    desk.given_card("the second clock turns")
    desk.assert_promises()
    desk.kill("clock-2", signal.SIGTERM)


def test_two_clocks_at_once_send_everything_once(desk: BreakableDesk) -> None:
    wait_until_turning(desk, "clock")
    desk.start_second_clock()
    known = len(desk.cards())
    writes = [{"author": "emma_w", "text": f"@sarishop between two clocks {n:02}"} for n in range(20)]

    desk.control("x/write_many", {"posts": writes})

    wait_until(lambda: len(desk.cards()) == known + 20, within=LONG)
    desk.assert_promises()
    assert turning(desk, "clock")
    assert cards_posted(desk) == len(desk.effects(Kind.POST_CARD))
    desk.kill("clock-2", signal.SIGTERM)


def test_a_clock_that_slept_through_its_lease_does_nothing_twice(desk: BreakableDesk) -> None:
    wait_until_turning(desk, "clock")
    desk.start_second_clock()

    desk.put_clock_to_sleep()
    wait_until_turning(desk, "clock-2")
    desk.processes["clock"].send_signal(signal.SIGCONT)
    desk.given_card("after the long sleep")

    assert turning(desk, "clock-2")
    desk.assert_promises()
    assert cards_posted(desk) == len(desk.effects(Kind.POST_CARD))
    desk.kill("clock-2", signal.SIGTERM)


def lease(desk: BreakableDesk) -> Row[Any]:
    with desk.reading() as connection:
        return connection.execute(select(leases)).one()


def turning(desk: BreakableDesk, name: str) -> bool:
    return str(lease(desk).holder).endswith(f"/{desk.processes[name].pid}")


def wait_until_turning(desk: BreakableDesk, name: str) -> None:
    wait_until(lambda: turning(desk, name), within=LONG, why=f"{name} holds the lease")


def cards_posted(desk: BreakableDesk) -> int:
    """How often Slack was asked to post a card."""
    return sum(1 for request in desk.requests("chat.postMessage") if not request["args"].get("thread_ts"))
