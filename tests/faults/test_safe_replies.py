"""Replies with an undo window, while processes die, Slack mixes up the order, and Redis is not ours alone."""

import pickle
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue as RqQueue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from tests.backstage import case_of, events, rows
from tests.doors import click_on, press
from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.faults.test_processes import asked_of_x, doubt, look_until_asked
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.effects import Kind, Queue, State
from workflows.store import drafts as states
from workflows.store.reply_tables import drafts

UNDO_S = 3
PLAYBOOK = f"version: 1\nname: Undo\nreplies: {{undo: {UNDO_S}s}}\n"
RUNNING = ("web", "clock", "worker-1")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """One desk whose answers can be taken back for three seconds; each test kills and mends it."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    try:
        yield desk.start(*RUNNING)
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> Iterator[BreakableDesk]:
    for name in RUNNING:
        if running.processes[name].poll() is not None:
            running.start_process(name)
    wait_until(running.healthy, within=LONG, why="web answers")
    yield running
    running.end_faults()
    running.close_dialogs()


def handed_in(desk: BreakableDesk, words: str) -> tuple[str, Json]:
    """An agent has answered these words and the window is open; return the post and the card with Undo."""
    post, dialog = desk.given_dialog(words)
    assert desk.submit(dialog, answer_to(words))["closed"]
    return post, desk.card_shows(words, "leaves for X at", "Undo", within=LONG)


def draft_for(desk: BreakableDesk, post: str) -> Any:
    return rows(desk, select(drafts).where(drafts.c.target == post).order_by(drafts.c.id))[-1]


def said_at(desk: BreakableDesk, post: str) -> list[datetime]:
    """When X was asked to publish an answer to this post."""
    asked = [r for r in desk.x_requests("POST /2/tweets") if post in str(r["args"])]
    return [datetime.fromisoformat(request["at"]) for request in asked]


def told(desk: BreakableDesk, words: str, before: int) -> None:
    wait_until(
        lambda: any(words in said for said in desk.private()[before:]), why=f"{words!r}: {desk.private()}"
    )


# --- P1 to P5, with an undo window


def test_a_worker_that_dies_while_an_answer_can_be_undone_neither_loses_nor_hastens_it(
    desk: BreakableDesk,
) -> None:
    post, dialog = desk.given_dialog("killed inside the window")
    assert desk.submit(dialog, answer_to("killed inside the window"))["closed"]
    desk.restart("worker-1")

    desk.card_shows("killed inside the window", "<@U0ASHA> replied on X", within=LONG)

    (at,) = said_at(desk, post)
    assert at >= draft_for(desk, post).leaves_at
    desk.assert_promises()


def test_a_worker_that_dies_before_its_claim_is_saved_leaves_the_answer_to_the_next_one(
    desk: BreakableDesk,
) -> None:
    worker = desk.crash_at("claiming:x_reply")
    post, dialog = desk.given_dialog("killed as the window closed")
    desk.submit(dialog, answer_to("killed as the window closed"))
    worker.wait(LONG)
    assert desk.newest(Kind.REPLY).state == State.PENDING

    desk.start_process("worker-1")
    desk.offer_now(within_s=15)

    desk.card_shows("killed as the window closed", "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_an_answer_whose_worker_died_before_the_call_cannot_be_undone_and_is_put_to_the_agent(
    desk: BreakableDesk,
) -> None:
    words = "claimed and never said"
    worker = desk.crash_at("claimed:x_reply")
    post, card = handed_in(desk, words)
    worker.wait(LONG)
    desk.start_process("worker-1")
    desk.card_shows(words, "looking whether it is there", within=LONG)
    before = len(desk.private())

    assert press(desk, click_on(card, "Undo"))[0] == 200  # an old card, on a slow screen

    told(desk, "It has left for X already", before)
    assert "reply_undone" not in dict(events(desk, case_of(card)))
    look_until_asked(desk)
    card = desk.card_shows(words, "We could not confirm", "Send again", within=LONG)
    assert asked_of_x(desk, post) == 0
    desk.click("Send again", card)
    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    assert desk.replies_to(post) == [f"@ravi_k {answer_to(words)}"]
    desk.assert_promises()


@pytest.mark.parametrize("point", ["performed:x_reply", "recorded:x_reply"])
def test_an_answer_that_left_when_its_window_closed_is_known_whatever_died_then(
    desk: BreakableDesk, point: str
) -> None:
    words = f"died when {point}"
    worker = desk.crash_at(point)
    post, _ = handed_in(desk, words)
    worker.wait(LONG)
    desk.start_process("worker-1")
    if point == "performed:x_reply":
        doubt(desk, looks=0)
        desk.look_now(within_s=5)
    desk.offer_now(within_s=15)

    desk.card_shows(words, "<@U0ASHA> replied on X", "see it on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


def test_an_answer_that_x_took_in_silence_after_its_window_is_found_and_not_said_again(
    desk: BreakableDesk,
) -> None:
    words = "the window, then silence"
    desk.fault("x", "POST /2/tweets", "hang_after", seconds=15, times=1)
    post, _ = handed_in(desk, words)
    wait_until(lambda: desk.replies_to(post), within=LONG)
    desk.restart("worker-1")

    doubt(desk, looks=0)
    desk.look_now(within_s=5)

    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    desk.assert_promises()


# --- Undo, when web dies or Slack repeats it


def test_an_undo_that_was_saved_but_not_acknowledged_holds(desk: BreakableDesk) -> None:
    words = "undone, then web died"
    post, card = handed_in(desk, words)
    desk.crash_at("committed", "web")

    desk.click("Undo", card)

    wait_until(lambda: ("reply_undone", "U0ASHA") in events(desk, case_of(card)), within=LONG)
    wait_until(desk.healthy, within=LONG, why="web answers again")
    desk.wait_until_quiet()
    assert said_at(desk, post) == []
    assert draft_for(desk, post).state == states.OPEN
    again = desk.open_reply(desk.card_shows(words, "<@U0ASHA> has it", within=LONG))
    assert desk.submit(again, "After all, this.")["closed"]
    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    assert desk.replies_to(post) == ["@ravi_k After all, this."]
    desk.assert_promises()


def test_an_undo_that_was_not_saved_lets_the_answer_leave(desk: BreakableDesk) -> None:
    words = "undo was not saved"
    post, card = handed_in(desk, words)
    desk.crash_at("committing", "web")

    assert "warning" in desk.click("Undo", card)

    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    assert asked_of_x(desk, post) == 1
    assert ("reply_undone", "U0ASHA") not in events(desk, case_of(card))
    wait_until(desk.healthy, within=LONG, why="web answers again")
    desk.assert_promises()


def test_an_undo_that_slack_brings_four_times_at_once_takes_back_once(desk: BreakableDesk) -> None:
    words = "undone four times"
    post, card = handed_in(desk, words)

    answer = desk.click("Undo", card, deliveries=4, parallel=True)

    assert [response["status"] for response in answer["responses"]] == [200] * 4
    desk.wait_until_quiet()
    undone = [event for event in events(desk, case_of(card)) if event[0] == "reply_undone"]
    assert undone == [("reply_undone", "U0ASHA")]
    assert said_at(desk, post) == []
    desk.assert_promises()


# --- S9, S12: late, out of order


def test_a_release_that_comes_before_its_claim_changes_nothing_and_says_so(desk: BreakableDesk) -> None:
    words = "in the wrong order"
    _, card = desk.given_card(words)
    late = click_on(card, "Claim")
    desk.click("Claim", card)
    held = desk.card_shows(words, "<@U0ASHA> has it", within=LONG)
    release = click_on(held, "Release")
    desk.click("Release", held)
    desk.card_shows(words, "nobody has it yet", within=LONG)
    before = len(desk.private())

    assert press(desk, release)[0] == 200  # another press of hers, overtaken by the first one
    told(desk, "Nobody has this case", before)
    assert press(desk, late)[0] == 200

    desk.card_shows(words, "<@U0ASHA> has it", within=LONG)
    claimed = [event for event, _ in events(desk, case_of(card)) if event in ("claimed", "released")]
    assert claimed == ["claimed", "released", "claimed"]
    desk.assert_promises()


def test_what_was_typed_and_comes_after_the_dialog_was_handed_in_changes_no_word(
    desk: BreakableDesk,
) -> None:
    words = "typed late"
    post, dialog = desk.given_dialog(words)
    field = next(b for b in dialog["blocks"] if (b.get("element") or {}).get("action_id") == "reply_text")
    typed = {"type": "plain_text_input", "action_id": "reply_text", "value": "Half a sent"}
    late = click_on(desk.card_of(words), "Reply") | {
        "view": {key: dialog[key] for key in ("id", "callback_id", "private_metadata", "blocks")},
        "actions": [typed | {"block_id": field["block_id"], "action_ts": "1.1"}],
    }
    assert desk.submit(dialog, answer_to(words))["closed"]

    assert press(desk, late)[0] == 200

    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    assert desk.replies_to(post) == [f"@ravi_k {answer_to(words)}"]
    desk.assert_promises()


def test_an_answer_to_a_case_that_was_resolved_meanwhile_stays_in_the_dialog_and_in_the_draft(
    desk: BreakableDesk,
) -> None:
    words = "resolved while she wrote"
    post, dialog = desk.given_dialog(words)
    desk.click("Resolve", desk.card_of(words), user="U0OMAR")
    desk.card_shows(words, "*Resolved*", within=LONG)

    answer = desk.submit(dialog, "My careful words.")

    assert "resolved" in " ".join(answer["errors"].values())
    assert "My careful words." in str(desk.dialog()["values"])
    assert draft_for(desk, post).text == "My careful words."
    assert said_at(desk, post) == []
    desk.click("Re-open", desk.card_of(words))
    desk.card_shows(words, "*Open*", within=LONG)
    again = desk.open_reply(desk.card_of(words))
    assert "My careful words." in shown(again) + str(again)
    desk.close_dialogs()
    desk.assert_promises()


# --- X6, X18: X slows us down, or gives a part


def test_an_answer_that_x_makes_wait_after_its_window_goes_out_once_at_its_reset(
    desk: BreakableDesk,
) -> None:
    words = "slow after the window"
    desk.fault("x", "POST /2/tweets", "rate_limit", retry_after=2, times=1)
    post, _ = handed_in(desk, words)

    card = desk.card_shows(words, "X asks us to slow down", within=LONG)
    assert "Undo" not in shown(card)

    desk.card_shows(words, "<@U0ASHA> replied on X", within=LONG)
    refused, taken = said_at(desk, post)
    assert (taken - refused).total_seconds() >= 2
    desk.assert_promises()


def test_a_page_of_mentions_with_a_part_that_x_cannot_give_brings_all_the_rest(own_desk: WholeDesk) -> None:
    """X answers 200 with `errors`: the post that was answered is gone, the answer to it is not."""
    own_desk.start("web", "clock")
    parent = own_desk.write("what do you think of them?", author="tanvir_h")
    own_desk.write("@sarishop they never answer", author="emma_w", reply_to=parent)
    own_desk.write("@sarishop beside a broken one", author="ismail_d")
    own_desk.control("x/delete", {"id": parent})

    own_desk.start_process("worker-1")

    for words in ("they never answer", "beside a broken one"):
        assert "nobody has it yet" in shown(own_desk.card_of(words, within=LONG))
    own_desk.assert_promises(posts=2)


# --- R9: somebody else writes into Redis


class Evil:
    """Unpickled, it writes a file: what code of an attacker could do."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.proof,))


@pytest.mark.parametrize("queue", [Queue.URGENT, Queue.INTAKE])
def test_a_job_with_pickled_code_runs_nothing_and_holds_up_nobody(
    desk: BreakableDesk, queue: Queue, tmp_path: Path
) -> None:
    proof, redis = tmp_path / "code-ran", desk.redis_client()
    job = _a_job(redis, queue)
    redis.hset(f"rq:job:{job}", "data", pickle.dumps(("os.getpid", None, (Evil(proof),), {})))
    redis.rpush(f"rq:queue:{queue}", job)

    wait_until(lambda: not redis.lrange(f"rq:queue:{queue}", 0, -1), within=LONG, why="the job is taken")
    post, dialog = desk.given_dialog(f"after an attack on {queue}")
    desk.submit(dialog, answer_to(f"after an attack on {queue}"))
    desk.card_shows(f"after an attack on {queue}", "<@U0ASHA> replied on X", within=LONG)

    assert not proof.exists()
    assert asked_of_x(desk, post) == 1
    assert desk.processes["worker-1"].poll() is None
    pickle.loads(pickle.dumps(Evil(proof)))
    assert proof.exists()


def _a_job(redis: Redis, queue: Queue) -> str:
    """Make a job as RQ writes it, and return its id; it is in no queue."""
    made = RqQueue(f"{queue}-not", connection=redis, serializer=JSONSerializer).enqueue("os.getpid")
    redis.delete(f"rq:queue:{queue}-not")
    redis.hset(f"rq:job:{made.id}", "origin", str(queue))
    return str(made.id)
