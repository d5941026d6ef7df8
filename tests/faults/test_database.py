"""Another process holds the database's write lock (faults.md D1): nobody is told "done", nothing is lost."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.backstage import case_of, events
from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.whole_desk import shown, wait_until
from workflows.domain.effects import Kind, State

NOT_SAVED = "Not saved, please press again."
SLACK_WAITS_MS = 3000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        yield desk.start("web", "clock", "worker-1")
    finally:
        desk.stop()


@contextmanager
def locked(desk: BreakableDesk) -> Iterator[None]:
    """Hold the write lock from this process, which is none of the desk's."""
    connection = sqlite3.connect(desk.home / "mentiondesk.db", isolation_level=None, timeout=30)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def test_clicks_on_a_locked_database_are_answered_not_saved_in_time_and_work_when_pressed_again(
    desk: BreakableDesk,
) -> None:
    words = [f"clicked while locked {n}" for n in range(3)]
    cards = [desk.given_card(each)[1] for each in words]
    post, dialog = desk.given_dialog("answered while locked")

    with locked(desk), ThreadPoolExecutor() as agents:
        pressing = []
        for card in cards:
            pressing.append(agents.submit(desk.click, "Claim", card, user="U0MEHMET"))
            # One after the other, so that the later ones meet those that wait already.
            pressed_at = time.monotonic()
            wait_until(lambda at=pressed_at: time.monotonic() > at + 0.7, why="the next agent presses")
        clicks = [pressed.result() for pressed in pressing]
        submitted = desk.submit(dialog, answer_to("answered while locked"))

    assert all("warning" not in click and click["acked_ms"] < SLACK_WAITS_MS for click in clicks)
    assert desk.private("U0MEHMET") == [NOT_SAVED] * 3
    assert not any(("claimed", "U0MEHMET") in events(desk, case_of(card)) for card in cards)
    assert list(submitted["errors"].values()) == [NOT_SAVED]
    assert submitted["acked_ms"] < SLACK_WAITS_MS
    assert desk.replies_to(post) == []

    for card in cards:
        desk.click("Claim", card, user="U0MEHMET")
    assert desk.submit(desk.dialog(), answer_to("answered while locked"))["closed"]
    for each in words:
        desk.card_shows(each, "<@U0MEHMET> has it", within=LONG)
    desk.card_shows("answered while locked", "<@U0ASHA> replied on X", within=LONG)
    assert len(desk.replies_to(post)) == 1
    desk.assert_promises()


def test_jobs_wait_for_a_locked_database_and_go_through(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("out while locked")
    desk.fault("x", "POST /2/tweets", "delay", seconds=1, times=1)
    desk.submit(dialog, answer_to("out while locked"))
    wait_until(lambda: desk.effects(Kind.REPLY, State.SENDING), within=LONG, why="the reply is under way")

    with locked(desk):
        desk.write("@sarishop written while locked")
        wait_until(lambda: desk.replies_to(post), within=LONG, why="X has the reply")
        # The outcome cannot be written down yet, and nothing pretends that it was.
        click = desk.click("Claim", desk.card_of("out while locked"), user="U0MEHMET")
        assert "replied on X" not in shown(desk.card_of("out while locked"))
        assert desk.newest(Kind.REPLY).state == State.SENDING

    assert click["acked_ms"] < SLACK_WAITS_MS
    desk.card_shows("out while locked", "<@U0ASHA> replied on X", within=LONG)
    desk.card_of("written while locked", within=LONG)
    assert len([r for r in desk.x_requests("POST /2/tweets") if post in str(r["args"])]) == 1
    desk.assert_promises()
