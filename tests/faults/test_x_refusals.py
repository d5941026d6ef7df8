"""X says no: the card says why and what to do next, and what can go out later does so by itself."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import update

from tests.backstage import case_of, events, try_now
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.tables import accounts

POST = "POST /2/tweets"


def sent(desk: WholeDesk, text: str) -> list[Json]:
    """The requests in which the desk asked X to publish this text."""
    return [request for request in desk.x_requests(POST) if request["args"].get("text") == text]


def told_operators(desk: WholeDesk, words: str) -> list[str]:
    return [m["text"] for m in desk.channel("C0ADMIN")["messages"] if words in m["text"]]


def labels(card: Json) -> list[str]:
    """The labels of the card's buttons."""
    rows = [block["elements"] for block in card["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def when(request: Json) -> datetime:
    return datetime.fromisoformat(request["at"])


def test_a_text_that_was_posted_before_is_to_be_made_personal(desk: WholeDesk) -> None:
    text = "Thank you for telling us!"
    for words in ("the first to be thanked", "the second to be thanked"):
        desk.write(f"@sarishop {words}", author="emma_w")
        desk.reply(desk.card_of(words), text)
        desk.card_shows(words, "<@U0ASHA>", "repl")

    card = desk.card_shows(
        "the second to be thanked",
        "X refused <@U0ASHA>’s reply: the same text was posted before. "
        "Please make it personal and reply again.",
    )
    assert len(sent(desk, text)) == 2
    desk.reply(card, "Emma, thank you again!")
    desk.card_shows("the second to be thanked", "<@U0ASHA> replied on X", "Emma, thank you again!")
    desk.assert_promises()


def test_a_post_that_x_does_not_let_us_answer_is_remembered_and_offers_only_open_on_x(
    desk: WholeDesk,
) -> None:
    words, text = "nobody summoned you", "We would like to help."
    desk.fault("x", POST, "error", problem="not-summoned", times=1)
    desk.write(f"@sarishop {words}", author="ismail_d")
    desk.reply(desk.card_of(words), text)

    card = desk.card_shows(
        words,
        "it lets us answer only people who mention or quote us. Please use Open on X.",
        "only on x.com itself",
    )
    assert "Reply" not in labels(card)
    assert "Open on X" in labels(card)
    assert len(sent(desk, text)) == 1

    desk.click("Reply", card, stale=True)
    wait_until(lambda: [p for p in desk.private() if "X does not let us answer this post from here" in p])
    assert len(sent(desk, text)) == 1
    desk.assert_promises()


@pytest.fixture
def strict_x(desk: WholeDesk) -> Iterator[WholeDesk]:
    """An X for which only a typed mention summons; what the desk learns of it is forgotten afterwards."""
    desk.control("x/settings", {"implicit_mentions_summon": False})
    yield desk
    desk.control("x/settings", {"implicit_mentions_summon": True})
    with desk.engine.begin() as connection:
        connection.execute(update(accounts).values(follow_ups_refused=False))


def test_one_refused_follow_up_teaches_the_desk_about_all_follow_ups(strict_x: WholeDesk) -> None:
    desk, first = strict_x, "a first question of Lakshmi"
    post = desk.write(f"@sarishop {first}", author="lakshmi_t")
    desk.reply(desk.card_of(first), "What is your order number?")
    desk.card_shows(first, "replied on X")
    ours = next(p["id"] for p in desk.x_posts() if p["in_reply_to"] == post)
    desk.write("it is 1044", author="lakshmi_t", reply_to=ours)
    desk.reply(desk.card_shows(first, "it is 1044"), "Thank you, Lakshmi.")
    card = desk.card_shows(first, "it lets us answer only people who mention or quote us")
    assert "Reply" not in labels(card)

    # Another customer's follow-up is now known to be out of reach before anybody writes an answer.
    second = "a first question of Tanvir"
    post = desk.write(f"@sarishop {second}", author="tanvir_h")
    desk.reply(desk.card_of(second), "Which city, please?")
    desk.card_shows(second, "replied on X")
    ours = next(p["id"] for p in desk.x_posts() if p["in_reply_to"] == post)
    desk.write("Dhaka", author="tanvir_h", reply_to=ours)
    card = desk.card_shows(second, "Dhaka", "only on x.com itself")
    assert "Reply" not in labels(card)
    # Who types our name where X does not put it by itself still summons us.
    desk.write("are you there, @sarishop?", author="tanvir_h", reply_to=ours)
    assert "Reply" in labels(desk.card_shows(second, "are you there"))
    desk.assert_promises()


def test_when_x_asks_to_slow_down_all_replies_wait_until_its_reset_and_none_is_lost(desk: WholeDesk) -> None:
    words = ["slow down, first", "slow down, second"]
    texts = ["We are slow today. – Asha", "We are slow today, too. – Asha"]
    for one in words:
        desk.write(f"@sarishop {one}", author="ravi_k")
    desk.fault("x", POST, "rate_limit", retry_after=1, times=1)

    desk.reply(desk.card_of(words[0]), texts[0])
    desk.card_shows(words[0], "<@U0ASHA>’s reply waits: X asks us to slow down; it goes out by itself")
    desk.reply(desk.card_of(words[1]), texts[1])

    for one in words:
        desk.card_shows(one, "<@U0ASHA> replied on X")
    refused, *taken = sorted(sent(desk, texts[0]) + sent(desk, texts[1]), key=when)
    assert refused["status"] == 429
    assert len(taken) == 2
    assert all((when(request) - when(refused)).total_seconds() >= 1 for request in taken)
    desk.assert_promises()


def test_a_reply_waits_while_x_refuses_our_login_and_goes_out_when_it_works_again(desk: WholeDesk) -> None:
    words, text = "the login is refused", "Good morning! – Asha"
    before = len(told_operators(desk, "X refuses our login"))
    desk.fault("x", POST, "token_revoked", times=2)
    post = desk.write(f"@sarishop {words}", author="ravi_k")
    desk.reply(desk.card_of(words), text)

    card = desk.card_shows(words, "reply waits: X refuses our login. The operators know; nothing is lost.")
    wait_until(lambda: told_operators(desk, "Check X_ACCESS_TOKEN and its secret"))
    case = case_of(card)
    try_now(desk, case)
    wait_until(lambda: len(sent(desk, text)) == 2)
    assert desk.replies_to(post) == []
    try_now(desk, case)

    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == [f"@ravi_k {text}"]
    assert len(sent(desk, text)) == 3
    assert len(told_operators(desk, "X refuses our login")) <= before + 1  # once an hour
    desk.assert_promises()


def test_a_reply_to_a_post_that_is_gone_fails_with_a_word(desk: WholeDesk) -> None:
    words, text = "I shall delete this", "Oh. – Asha"
    post = desk.write(f"@sarishop {words}", author="emma_w")
    card = desk.card_of(words)
    dialog = desk.open_reply(card)
    desk.control("x/delete", {"id": post})

    assert desk.submit(dialog, text)["closed"]

    card = desk.card_shows(text, "X refused <@U0ASHA>’s reply: the customer’s post is gone.")  # ours stay
    assert "Reply" not in labels(card)
    assert words not in shown(card)
    assert len(sent(desk, text)) == 1
    assert events(desk, case_of(card))[-2:] == [("reply_refused", ""), ("post_gone", "")]
    desk.assert_promises()
