"""X shows posts late, out of order, twice or in heaps: each becomes one message of the right case."""

import signal

from tests.backstage import case_of, count, take_off_x
from tests.doors import click_on, press
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.tables import cases, messages

MENTIONS = "GET /2/users/*/mentions"


def polled(desk: WholeDesk) -> int:
    """How often the desk has read its mentions."""
    return len([r for r in desk.x_requests(MENTIONS) if r["status"] == 200])


def poll_twice(desk: WholeDesk) -> None:
    """Wait for a poll that began after this moment, and for its end."""
    seen = polled(desk)
    wait_until(lambda: polled(desk) >= seen + 3, why="two more polls")


def cards_with(desk: WholeDesk, words: str) -> list[Json]:
    return [card for card in desk.cards() if words in shown(card)]


def stored(desk: WholeDesk, *post_ids: str) -> int:
    return count(desk, messages, messages.c.external_id.in_(post_ids))


def test_a_reply_whose_parent_is_missing_waits_for_it_on_the_same_card(desk: WholeDesk) -> None:
    parent = desk.write("@sarishop the parent came late", author="ravi_k", late=True)
    child = desk.write("@sarishop the child came first", author="ravi_k", reply_to=parent)
    card = desk.card_of("the child came first")

    desk.control("x/release", {})

    both = desk.card_shows("the child came first", "the parent came late")
    assert both["ts"] == card["ts"]
    assert shown(both).index("the parent came late") < shown(both).index("the child came first")
    assert stored(desk, parent, child) == 2
    # An answer goes to what the customer said last, not to what arrived last.
    desk.reply(both, "We read both, Ravi.")
    desk.card_shows("the child came first", "replied on X")
    assert desk.replies_to(child) == ["@ravi_k We read both, Ravi."]
    desk.assert_promises()


def test_a_post_that_x_shows_late_below_the_cursor_is_still_taken(desk: WholeDesk) -> None:
    late = desk.write("@sarishop shown late", author="emma_w", late=True, age_s=60)
    newer = desk.write("@sarishop shown at once", author="ravi_k")
    desk.card_of("shown at once")
    poll_twice(desk)
    assert int(late) < int(newer)
    assert cards_with(desk, "shown late") == []

    desk.control("x/release", {})

    desk.card_of("shown late")
    desk.assert_promises()


def test_our_own_reply_that_comes_back_as_a_mention_makes_no_card_and_no_second_message(
    desk: WholeDesk,
) -> None:
    words, text = "where do I write to?", "Please write to @sarishop with your order number."
    post = desk.write(f"@sarishop {words}", author="emma_w")
    card = desk.card_of(words)
    desk.reply(card, text)
    desk.card_shows(words, "replied on X")
    echo = next(p["id"] for p in desk.x_posts() if p["in_reply_to"] == post)

    poll_twice(desk)

    assert len(cards_with(desk, "with your order number")) == 1  # the card that we answered from
    assert stored(desk, echo) == 1
    assert count(desk, messages, messages.c.case_id == case_of(card)) == 2  # the question, and our answer
    desk.assert_promises()


def test_a_retweet_makes_no_card(desk: WholeDesk) -> None:
    words = "please spread this"
    post = desk.write(f"@sarishop {words}", author="emma_w")
    desk.card_of(words)
    before = count(desk, cases), count(desk, messages)

    retweet = desk.write("", author="ravi_k", retweet_of=post)
    poll_twice(desk)

    assert stored(desk, retweet) == 0
    assert (count(desk, cases), count(desk, messages)) == before
    assert len(cards_with(desk, words)) == 1


def test_a_page_that_x_cannot_give_is_asked_for_again_and_nothing_is_missed(desk: WholeDesk) -> None:
    desk.fault("x", MENTIONS, "garbage_after", times=1)
    desk.fault("x", MENTIONS, "drop_before", times=1)
    desk.write("@sarishop behind two bad answers", author="emma_w")

    desk.card_of("behind two bad answers", within=40)
    desk.assert_promises()


def test_polls_of_a_slow_x_do_not_pile_up_before_the_work_behind_them(desk: WholeDesk) -> None:
    desk.write("@sarishop pressed by a newcomer", author="emma_w")
    card = desk.card_of("pressed by a newcomer")
    seen = polled(desk)
    desk.fault("x", MENTIONS, "delay", seconds=0.6)  # while a poll is due every 0.3 s
    wait_until(lambda: polled(desk) >= seen + 3, why="three slow polls")

    # Asking Slack who somebody is comes after intake in the one worker that does both.
    press(desk, click_on(card, "Claim", user="U0NEWCOMER"))

    wait_until(
        lambda: [r for r in desk.requests("users.info") if r["args"]["user"] == "U0NEWCOMER"], within=8
    )
    desk.assert_promises()


def test_a_backlog_of_300_posts_from_the_time_without_intake_comes_in_whole(desk: WholeDesk) -> None:
    desk.write("@sarishop the last one before the silence", author="emma_w")
    desk.card_of("the last one before the silence")
    desk.kill("worker-1", signal.SIGTERM)  # the only process that takes intake
    try:
        roots = [{"author": "ravi_k", "text": f"@sarishop backlog of day {day}"} for day in range(10)]
        ids = desk.control("x/write_many", {"posts": roots})["ids"]
        rest = [
            {"author": "ravi_k", "text": f"@sarishop and another, {n}", "reply_to": ids[n % 10]}
            for n in range(290)
        ]
        ids += desk.control("x/write_many", {"posts": rest})["ids"]
        assert stored(desk, *ids) == 0
    finally:
        desk.start_process("worker-1")

    wait_until(lambda: stored(desk, *ids) == 300, within=60, why="300 posts are stored")
    for day in range(10):
        desk.card_shows(f"backlog of day {day}", "27 more posts in the thread", within=60)
    take_off_x(desk, ids)
    desk.assert_promises()
