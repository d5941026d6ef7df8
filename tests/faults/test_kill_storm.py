"""Sixty mentions are answered while processes die all the time and Redis is emptied once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.faults.breakable import LONG, BreakableDesk
from tests.whole_desk import AGENTS, shown, wait_until
from workflows.domain.effects import Kind, State

MENTIONS = 60
SEED = 20261121
CUSTOMERS = ("emma_w", "ravi_k", "lakshmi_t", "tanvir_h", "ismail_d")
KILLED = ("web", "worker-1", "worker-2", "clock")
KILLS = 12
ATTEMPTS = 3 * MENTIONS
"""Each mention takes three calls at least: its card, its answer, and the card once more."""


def words(number: int) -> str:
    return f"parcel {number:02} is lost"


def answer(number: int) -> str:
    return f"Parcel {number:02} arrives tomorrow."


def rage(desk: BreakableDesk, dice: random.Random) -> None:
    """Kill one process after the other, and start each again at once.

    The moments are random, but in the work done and not in time: so a slow machine has the same storm.
    """
    for moment in sorted(dice.sample(range(5, ATTEMPTS - 10), KILLS)):
        wait_until(
            lambda moment=moment: sum(row.attempt for row in desk.effects()) >= moment,
            within=2 * LONG,
            why=f"{moment} calls were begun",
        )
        desk.restart(dice.choice(KILLED))


def empty_redis_half_way(desk: BreakableDesk) -> None:
    wait_until(lambda: len(desk.effects(Kind.REPLY)) >= MENTIONS / 2, within=2 * LONG)
    desk.redis_client().flushall()


def stubbornly(act: Callable[[], bool], why: str) -> None:
    """Do it again until it works, as a person does who is told that it did not."""

    def done() -> bool:
        try:
            return act()
        except AssertionError:  # the card was drawn anew or the dialog went, between looking and pressing
            return False

    wait_until(done, within=2 * LONG, why=why)


def answer_cards(desk: BreakableDesk, user: str, first: int) -> None:
    """Answer every second card: press Reply, write and press Send, each as often as it takes."""

    def handed_in(number: int) -> bool:
        card = desk.card_of(words(number), within=LONG)
        dialog = next((v for v in desk.slack(user)["views"] if words(number) in shown(v)), None)
        if dialog is None:
            desk.click("Reply", card, user=user)
            return False
        return bool(desk.submit(dialog, answer(number), user=user).get("closed"))

    for number in range(first, MENTIONS, 2):
        stubbornly(partial(handed_in, number), f"{user} hands in the answer to {words(number)!r}")


def settle_doubts(desk: BreakableDesk, posts: list[str]) -> None:
    """Look at X for the answers that the desk asks about, and press the button that is true."""
    for card in desk.cards():
        labels = {e["text"]["text"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]}
        if "It is there" in labels:
            number = next(n for n in range(MENTIONS) if words(n) in shown(card))
            desk.click("It is there" if desk.replies_to(posts[number]) else "Send again", card)


@pytest.mark.timeout(300)
def test_no_mention_is_lost_and_no_reply_said_twice_in_a_storm_of_kills(tmp_path: Path) -> None:
    """The looks at X after 5, 60 and 120 s are not waited for; all else takes the time that it takes."""
    desk = BreakableDesk(tmp_path)
    try:
        desk.start()
        # Calls that take a while are more often under way when their worker is killed.
        desk.fault("x", "POST /2/tweets", "delay", seconds=0.15)
        desk.fault("slack", "chat.*", "delay", seconds=0.05)
        posts = [desk.write(f"@sarishop {words(n)}", author=CUSTOMERS[n % 5]) for n in range(MENTIONS)]
        with ThreadPoolExecutor() as together:
            under_way = [
                together.submit(rage, desk, random.Random(SEED)),
                together.submit(empty_redis_half_way, desk),
                *(together.submit(answer_cards, desk, user, first) for first, user in enumerate(AGENTS)),
            ]
            for work in under_way:
                work.result()

        def settled() -> bool:
            desk.look_now(within_s=60)
            settle_doubts(desk, posts)
            return len(desk.effects(Kind.REPLY, State.DONE)) == MENTIONS

        stubbornly(settled, "every answer is out")
        desk.assert_promises(posts=MENTIONS)
        for number, post in enumerate(posts):
            assert desk.replies_to(post) == [f"@{CUSTOMERS[number % 5]} {answer(number)}"]
            assert "replied on X" in shown(desk.card_of(words(number)))
    finally:
        desk.stop()
