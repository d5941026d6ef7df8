"""Workers that die at the worst moment (faults.md P1 to P5): nothing is lost, and nothing is said twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Row

from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.whole_desk import shown, wait_until
from workflows.domain.effects import Kind, Queue, State


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """One desk with one worker, which each test kills and starts again."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        yield desk.start("web", "clock", "worker-1")
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    if running.processes["worker-1"].poll() is not None:
        running.start_process("worker-1")
    yield running
    running.end_faults()


def die_and_come_back(desk: BreakableDesk, point: str, words: str) -> str:
    """An agent answers these words, the worker dies at this point and is started again; return the post."""
    post, dialog = desk.given_dialog(words)
    worker = desk.crash_at(point)
    desk.submit(dialog, answer_to(words))
    worker.wait(LONG)
    desk.start_process("worker-1")
    return post


def doubt(desk: BreakableDesk, *, looks: int) -> Row[Any]:
    """Wait until the newest reply is in doubt and was looked for this often."""

    def look() -> Row[Any] | None:
        row = desk.newest(Kind.REPLY)
        waits = looks == 0 or row.lease_until == row.offer_at
        return row if row.state == State.IN_DOUBT and row.checks == looks and waits else None

    return wait_until(look, within=LONG, why=f"in doubt after {looks} looks")  # type: ignore[return-value]


def look_until_asked(desk: BreakableDesk) -> None:
    """Let the looks at 5, 60 and 120 s come at once; that each is due by then is checked."""
    for looks, within_s in ((0, 5), (1, 55), (2, 60)):
        doubt(desk, looks=looks)
        desk.look_now(within_s=within_s)
    wait_until(lambda: desk.newest(Kind.REPLY).state == State.ASKED, within=LONG, why="a person is asked")


def asked_of_x(desk: BreakableDesk, post: str) -> int:
    """How often X was asked to publish an answer to this post, whatever came of it."""
    return sum(post in str(request["args"]) for request in desk.x_requests("POST /2/tweets"))


@pytest.mark.parametrize("point", ["popped", "claiming:x_reply"])
def test_a_worker_killed_before_its_claim_is_saved_leaves_the_reply_to_the_next_one(
    desk: BreakableDesk, point: str
) -> None:
    post, dialog = desk.given_dialog(f"killed when {point}")
    worker = desk.crash_at(point)
    desk.submit(dialog, answer_to(point))
    worker.wait(LONG)
    # The job is lost, the wish is not.
    assert desk.waiting_jobs() == 0
    assert desk.newest(Kind.REPLY).state == State.PENDING

    desk.start_process("worker-1")
    desk.offer_now(within_s=15)

    desk.card_shows(f"killed when {point}", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_a_job_that_redis_loses_is_enqueued_again(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("the lost job")
    desk.kill("worker-1")
    desk.submit(dialog, answer_to("the lost job"))
    wait_until(lambda: desk.waiting_jobs() == 1, within=LONG)
    desk.redis_client().delete(f"rq:queue:{Queue.URGENT}")

    desk.start_process("worker-1")
    desk.offer_now(within_s=15)

    desk.card_shows("the lost job", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_a_reply_whose_worker_died_before_the_call_is_put_to_the_agent_and_sent_when_they_say_so(
    desk: BreakableDesk,
) -> None:
    post = die_and_come_back(desk, "claimed:x_reply", "never sent")
    desk.card_shows("never sent", "looking whether it is there", within=LONG)

    look_until_asked(desk)

    card = desk.card_shows("never sent", "We could not confirm", "It is there", "Send again", within=LONG)
    assert asked_of_x(desk, post) == 0
    desk.click("Send again", card)
    desk.card_shows("never sent", "<@U0ASHA> replied on X", within=LONG)
    assert desk.replies_to(post) == [f"@ravi_k {answer_to('never sent')}"]
    desk.assert_promises()


def test_a_reply_that_cannot_be_found_is_not_sent_again_when_the_agent_sees_it_on_x(
    desk: BreakableDesk,
) -> None:
    desk.fault("x", "GET /2/users/*/tweets", "status", status=503)
    post = die_and_come_back(desk, "performed:x_reply", "sent but not to be found")

    look_until_asked(desk)

    card = desk.card_shows("sent but not to be found", "We could not confirm", within=LONG)
    desk.click("It is there", card)
    desk.card_shows("sent but not to be found", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_a_reply_that_x_took_while_its_worker_died_is_found_there_and_not_sent_again(
    desk: BreakableDesk,
) -> None:
    post, dialog = desk.given_dialog("no answer read")
    desk.fault("x", "POST /2/tweets", "hang_after", seconds=15, times=1)
    desk.submit(dialog, answer_to("no answer read"))
    wait_until(lambda: desk.replies_to(post), within=LONG)
    desk.restart("worker-1")

    doubt(desk, looks=0)
    desk.look_now(within_s=5)

    desk.card_shows("no answer read", "<@U0ASHA> replied on X", "see it on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_a_reply_whose_worker_died_before_it_wrote_that_down_is_found_on_x(desk: BreakableDesk) -> None:
    post = die_and_come_back(desk, "performed:x_reply", "sent, not written down")

    doubt(desk, looks=0)
    desk.look_now(within_s=5)

    desk.card_shows("sent, not written down", "<@U0ASHA> replied on X", "see it on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_a_look_for_a_proof_that_died_with_its_worker_is_made_again_at_once(desk: BreakableDesk) -> None:
    post = die_and_come_back(desk, "performed:x_reply", "died while looking")
    doubt(desk, looks=0)
    known = len(desk.x_requests("GET /2/users/*/tweets"))
    desk.fault("x", "GET /2/users/*/tweets", "hang_after", seconds=15, times=1)
    desk.look_now(within_s=5)
    wait_until(lambda: len(desk.x_requests("GET /2/users/*/tweets")) > known, within=LONG, why="it looks")

    desk.restart("worker-1")

    # Well before the 45 s of its lease.
    desk.card_shows("died while looking", "<@U0ASHA> replied on X", within=30)
    assert desk.newest(Kind.REPLY).checks == 1
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


@pytest.mark.parametrize("point", ["recorded:x_reply", "claimed:card"])
def test_a_card_catches_up_when_the_worker_died_before_it_was_updated(
    desk: BreakableDesk, point: str
) -> None:
    post = die_and_come_back(desk, point, f"the card lags at {point}")

    # The card's update is on its way or its lease was ended: within a minute, whatever happens.
    desk.offer_now(within_s=15)
    desk.card_shows(f"the card lags at {point}", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


@pytest.mark.parametrize("point", ["claimed:post_card", "performed:post_card"])
def test_a_card_whose_worker_died_while_posting_it_is_there_once(desk: BreakableDesk, point: str) -> None:
    worker = desk.crash_at(point)
    desk.write(f"@sarishop one card at {point}")
    worker.wait(LONG)
    desk.start_process("worker-1")

    wait_until(lambda: desk.effects(Kind.POST_CARD, State.IN_DOUBT), within=LONG)
    desk.look_now(within_s=5)

    card = desk.card_of(f"one card at {point}", within=LONG)
    assert "nobody has it yet" in shown(card)
    desk.assert_promises()


def test_what_a_dead_worker_held_is_taken_up_by_another_when_its_lease_ends(desk: BreakableDesk) -> None:
    post, dialog = desk.given_dialog("nobody restarts it")
    worker = desk.crash_at("performed:x_reply")
    desk.submit(dialog, answer_to("nobody restarts it"))
    worker.wait(LONG)

    desk.start_process("worker-2")
    desk.end_leases(within_s=45)
    doubt(desk, looks=0)
    desk.look_now(within_s=5)

    desk.card_shows("nobody restarts it", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.start_process("worker-1")
    desk.assert_promises()
    desk.kill("worker-2")
