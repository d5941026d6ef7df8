"""Slack answers late, wrongly or not at all: one card stands for each case, and it is true."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Row

from tests.backstage import case_of, case_that_holds, count, effect, look_now, quiet, try_now
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.effects import Kind
from workflows.store.tables import messages

POST = "chat.postMessage"

# What happens after Slack has posted the message.
SILENCES: list[tuple[str, dict[str, Any]]] = [
    ("status_after", {"status": 500}),
    ("status_after", {"status": 503}),
    ("error_after", {"error": "internal_error"}),
    ("error_after", {"error": "fatal_error"}),
    ("drop_after", {}),
    ("garbage_after", {}),
    ("empty_after", {}),
]
# What happens instead.
FAILURES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("drop_before", {}),
]


def label(fault: tuple[str, dict[str, Any]]) -> str:
    return "-".join([fault[0], *(str(value) for value in fault[1].values())])


def posts_of(desk: WholeDesk, words: str) -> list[Json]:
    """The requests that asked Slack to post the card with these words."""
    return [
        request
        for request in desk.requests(POST)
        if words in shown(request["args"]) and not request["args"].get("thread_ts")
    ]


def when(request: Json) -> datetime:
    return datetime.fromisoformat(request["at"])


def refused(desk: WholeDesk, case: int, tries: int) -> Row[Any] | None:
    """The card of a case after Slack has refused it so often for being too fast."""
    row = effect(desk, case, Kind.POST_CARD)
    if row is None or (row.state, row.attempt, row.reason) != ("pending", tries, "slack_busy"):
        return None
    return row


def doubted_card(desk: WholeDesk, words: str, fault: tuple[str, dict[str, Any]]) -> int:
    """A mention whose card meets this fault; return its case once the card is in doubt."""
    quiet(desk)
    desk.fault("slack", POST, fault[0], times=1, **fault[1])
    case = case_that_holds(desk, desk.write(f"@sarishop {words}"))

    def doubted() -> bool:
        row = effect(desk, case, Kind.POST_CARD)
        return row is not None and (row.state == "in_doubt" or row.checks > 0)

    wait_until(doubted, why=f"the card of {words!r} is in doubt")
    return case


def test_however_slack_hides_that_it_took_a_card_it_is_found_and_not_posted_again(desk: WholeDesk) -> None:
    cases = {f"hidden {label(f)}": doubted_card(desk, f"hidden {label(f)}", f) for f in SILENCES}

    for words, case in cases.items():
        look_now(desk, case, Kind.POST_CARD)
        card = desk.card_of(words)
        assert len(posts_of(desk, words)) == 1, words
        desk.click("Claim", card)
    for words in cases:
        desk.card_shows(words, "<@U0ASHA> has it")
    desk.assert_promises()


def test_a_card_that_slack_did_not_take_is_posted_after_a_look_at_the_channel(desk: WholeDesk) -> None:
    cases = {f"untaken {label(f)}": doubted_card(desk, f"untaken {label(f)}", f) for f in FAILURES}

    for words, case in cases.items():
        look_now(desk, case, Kind.POST_CARD)
        desk.card_of(words)
        assert len(posts_of(desk, words)) == 2, words
    desk.assert_promises()


def test_a_note_in_the_thread_whose_answer_was_lost_is_found_and_not_posted_again(desk: WholeDesk) -> None:
    first = desk.write("@sarishop the thread is in doubt", author="ravi_k")
    case = case_of(desk.card_of("the thread is in doubt"))
    quiet(desk)
    desk.fault("slack", POST, "drop_after", times=1)

    desk.write("@sarishop told once", author="ravi_k", reply_to=first)
    quiet_thread(desk, case, posts=2)
    look_now(desk, case, Kind.THREAD)

    desk.write("@sarishop and then this", author="ravi_k", reply_to=first)
    quiet_thread(desk, case, posts=3)
    thread = desk.card_of("the thread is in doubt")["thread"]
    assert [sum(words in shown(note) for note in thread) for words in ("told once", "and then this")] == [
        1,
        1,
    ]
    desk.assert_promises()


def quiet_thread(desk: WholeDesk, case: int, *, posts: int) -> None:
    """Let the thread tell of so many posts at once, without the two seconds in which it gathers events."""
    wait_until(lambda: count(desk, messages, messages.c.case_id == case) == posts, why="the post is stored")
    quiet(desk)


@pytest.fixture
def no_history(desk: WholeDesk) -> Iterator[WholeDesk]:
    """A Slack that does not let us look at a channel's history."""
    desk.control("slack/settings", {"missing_methods": ["conversations.history"]})
    yield desk
    desk.control("slack/settings", {"missing_methods": []})


def test_where_slack_shows_no_history_a_doubted_card_is_posted_again_and_a_click_removes_the_extra(
    no_history: WholeDesk,
) -> None:
    desk, words = no_history, "no history here"
    case = doubted_card(desk, words, ("drop_after", {}))
    for _ in range(2):
        look_now(desk, case, Kind.POST_CARD)
    twins = wait_until(lambda: (cards := [c for c in desk.cards() if words in shown(c)])[1:] and cards)

    desk.click("Claim", twins[0])

    wait_until(lambda: len([c for c in desk.cards() if words in shown(c)]) == 1, why="one card is left")
    desk.card_shows(words, "<@U0ASHA> has it")
    desk.assert_promises()


def test_a_channel_that_slack_throttles_waits_as_told_while_others_go_on_and_nothing_is_lost(
    desk: WholeDesk,
) -> None:
    desk.write("@sarishop who pays for this?", author="emma_w")
    asked = desk.card_of("who pays for this?")
    dialog = desk.open_reply(asked)
    alerts = len(desk.channel("C0ADMIN")["messages"])
    quiet(desk)
    desk.fault("slack", POST, "rate_limit", channel="C0SUPPORT", retry_after=2, times=1)
    post = desk.write("@sarishop throttled, number 0", author="ravi_k")
    case = case_that_holds(desk, post)
    wait_until(lambda: refused(desk, case, 1), why="the channel is throttled")
    rest = [{"author": "ravi_k", "text": f"@sarishop throttled, number {n}"} for n in range(1, 5)]
    desk.control("x/write_many", {"posts": rest})

    # Meanwhile the operators' channel hears of something else.
    desk.fault("x", "POST /2/tweets", "error", problem="credits", times=1)
    desk.submit(dialog, "We shall see. – Asha")
    wait_until(lambda: len(desk.channel("C0ADMIN")["messages"]) > alerts, why="the operators are told")
    alert = desk.channel("C0ADMIN")["messages"][-1]
    assert "credits or cap are used up" in alert["text"]

    cards = [desk.card_of(f"throttled, number {n}") for n in range(5)]
    assert all(float(card["ts"]) > float(alert["ts"]) for card in cards), "the alert went out in between"
    first, *taken = [r for n in range(5) for r in posts_of(desk, f"throttled, number {n}")]
    assert first["status"] == 429
    assert len(taken) == 5
    assert all((when(request) - when(first)).total_seconds() >= 2 for request in taken)
    try_now(desk, case_of(asked))
    desk.card_shows("who pays for this?", "<@U0ASHA> replied on X")
    desk.assert_promises()


@pytest.mark.parametrize(
    ("name", "fault"),
    [("without a time", ("rate_limit", {})), ("in a good answer", ("error", {"error": "ratelimited"}))],
    ids=["429 without Retry-After", "ratelimited in a 200"],
)
def test_a_throttling_without_a_time_is_a_pause_and_not_a_storm(
    desk: WholeDesk, name: str, fault: tuple[str, dict[str, Any]]
) -> None:
    words = f"throttled {name}"
    quiet(desk)
    desk.fault("slack", POST, fault[0], times=3, **fault[1])
    case = case_that_holds(desk, desk.write(f"@sarishop {words}"))

    for tries in range(1, 4):
        row = wait_until(lambda n=tries: refused(desk, case, n), why=f"try {tries} is refused")  # type: ignore[misc]
        assert (row.not_before - row.started_at).total_seconds() >= 1
        try_now(desk, case, Kind.POST_CARD)

    desk.card_of(words)
    assert len(posts_of(desk, words)) == 4
    desk.assert_promises()


def test_a_card_that_slack_finds_invalid_is_posted_plain_and_whole_again_at_the_next_change(
    desk: WholeDesk,
) -> None:
    words = "Slack does not like this"
    quiet(desk)
    desk.fault("slack", POST, "error", error="invalid_blocks", times=1)
    post = desk.write(f"@sarishop {words}")

    card = desk.card_of("A post that Slack would not show. Please read it on X.")
    links = [e["url"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"] if "url" in e]
    assert links == [f"https://x.com/i/status/{post}"]
    assert case_of(card) == case_that_holds(desk, post)
    desk.click("Claim", card)

    whole = desk.card_shows(words, "<@U0ASHA> has it")
    assert whole["ts"] == card["ts"]
    desk.assert_promises()


def test_a_card_that_somebody_deleted_comes_back_once_with_the_next_change(desk: WholeDesk) -> None:
    words = "somebody deletes my card"
    first = desk.write(f"@sarishop {words}", author="emma_w")
    old = desk.card_of(words)
    desk.click("Claim", old)
    old = desk.card_shows(words, "<@U0ASHA> has it")
    desk.control("slack/delete_message", {"channel": "C0SUPPORT", "ts": old["ts"]})
    assert [card for card in desk.cards() if words in shown(card)] == []

    desk.write("@sarishop hello?", author="emma_w", reply_to=first)

    new = desk.card_shows(words, "hello?", "<@U0ASHA> has it")
    assert new["ts"] != old["ts"]
    assert len(posts_of(desk, words)) == 2
    quiet(desk)
    assert desk.card_of(words)["thread"], "the thread goes on under the new card"
    desk.write("@sarishop and again", author="emma_w", reply_to=first)
    assert desk.card_shows(words, "and again")["ts"] == new["ts"]
    assert len(posts_of(desk, words)) == 2
    desk.assert_promises()
