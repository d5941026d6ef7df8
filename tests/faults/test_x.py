"""X answers late, wrongly or not at all: a reply is said once, and the card says how it stands."""

from typing import Any

from tests.backstage import case_of, effect, events, look_now
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.effects import Kind

POST = "POST /2/tweets"
TIMELINE = "GET /2/users/*/tweets"

# What happens after X has published the reply.
SILENCES: list[tuple[str, dict[str, Any]]] = [
    ("status_after", {"status": 500}),
    ("status_after", {"status": 502}),
    ("status_after", {"status": 503}),
    ("status_after", {"status": 504}),
    ("drop_after", {}),
    ("garbage_after", {}),
    ("empty_after", {}),
]
# What happens instead of publishing it; from here the two cannot be told apart.
FAILURES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 504}),
    ("drop_before", {}),
]
LABELS = {"status_after": "after", "status": "before"}


def label(fault: tuple[str, dict[str, Any]]) -> str:
    return "-".join([LABELS.get(fault[0], fault[0]), *(str(value) for value in fault[1].values())])


def sent(desk: WholeDesk, text: str) -> list[Json]:
    """The requests in which the desk asked X to publish this text."""
    return [request for request in desk.x_requests(POST) if request["args"].get("text") == text]


def replied(desk: WholeDesk, words: str, text: str, *, author: str = "emma_w") -> tuple[str, int]:
    """A customer writes these words and Asha replies; return the post and the case."""
    post = desk.write(f"@sarishop {words}", author=author)
    card = desk.card_of(words)
    assert desk.reply(card, text)["closed"]
    return post, case_of(card)


def asked(desk: WholeDesk, words: str, text: str) -> tuple[str, int]:
    """The same, and X fails without having published it: no look finds it, and the card asks."""
    desk.fault("x", POST, "status", status=503, times=1)
    post, case = replied(desk, words, text)
    for _ in range(3):
        look_now(desk, case)
    desk.card_shows(words, "We could not confirm", "It is there", "Send again", "Open on X")
    return post, case


def test_however_x_hides_that_it_took_a_reply_it_is_found_and_not_said_again(desk: WholeDesk) -> None:
    replies = []
    for fault in SILENCES:
        words, text = f"silence {label(fault)}", f"See https://example.com/{label(fault)} & wait <3  – Asha"
        desk.fault("x", POST, fault[0], times=1, **fault[1])
        replies.append((words, text, *replied(desk, words, text)))
        desk.card_shows(words, "X gave no clear answer to <@U0ASHA>’s reply; looking whether it is there")

    for words, text, post, case in replies:
        look_now(desk, case)
        card = desk.card_shows(words, "<@U0ASHA> replied on X", "Waiting for the customer")
        found = [p["id"] for p in desk.x_posts() if p["in_reply_to"] == post]
        assert len(found) == 1, words
        assert f"https://x.com/i/status/{found[0]}" in shown(card)
        assert len(sent(desk, text)) == 1, words
    desk.assert_promises()


def test_a_doubted_reply_is_looked_for_a_few_seconds_later_and_not_sooner(desk: WholeDesk) -> None:
    words, text = "where is it, soon?", "It comes tomorrow. – Asha"
    desk.fault("x", POST, "drop_after", times=1)
    _, case = replied(desk, words, text)

    desk.card_shows(words, "<@U0ASHA> replied on X", within=30)

    row = effect(desk, case, Kind.REPLY)
    assert row is not None
    assert row.checks == 1
    assert 5 <= (row.settled_at - row.started_at).total_seconds() < 12
    assert len(sent(desk, text)) == 1
    desk.assert_promises()


def test_a_reply_that_no_look_finds_goes_out_again_only_at_a_persons_word(desk: WholeDesk) -> None:
    replies = []
    for fault in FAILURES:
        words, text = f"failure {label(fault)}", f"We are on it, {label(fault)}. – Asha"
        desk.fault("x", POST, fault[0], times=1, **fault[1])
        replies.append((words, text, *replied(desk, words, text)))
        desk.card_shows(words, "X gave no clear answer")

    for words, text, post, case in replies:
        for _ in range(3):
            look_now(desk, case)
        card = desk.card_shows(words, "We could not confirm", "It is there", "Send again", "Open on X")
        assert len(sent(desk, text)) == 1, words
        assert desk.replies_to(post) == []
        desk.click("Send again", card)
    for words, text, post, _ in replies:
        desk.card_shows(words, "<@U0ASHA> replied on X")
        assert len(sent(desk, text)) == 2, words
        assert desk.replies_to(post) == [f"@emma_w {text}"]
    desk.assert_promises()


def test_the_desk_looks_three_times_before_it_asks(desk: WholeDesk) -> None:
    words = "three looks"
    _, case = asked(desk, words, "Looking into it. – Asha")

    row = effect(desk, case, Kind.REPLY)
    assert row is not None
    assert (row.state, row.checks) == ("asked", 3)
    told = [event for event, _ in events(desk, case)]
    assert told[-3:] == ["reply_submitted", "reply_doubted", "reply_asked"]


def test_it_is_there_settles_the_question_and_posts_nothing(desk: WholeDesk) -> None:
    words, text = "it is there", "There it is. – Asha"
    post, case = asked(desk, words, text)

    desk.click("It is there", desk.card_of(words))

    card = desk.card_shows(words, "<@U0ASHA> replied on X", "Waiting for the customer")
    assert "Send again" not in shown(card)
    assert len(sent(desk, text)) == 1
    assert desk.replies_to(post) == []
    assert ("reply_confirmed", "U0ASHA") in events(desk, case)
    desk.assert_promises()


def test_open_on_x_leads_to_the_post_and_leaves_the_question_open(desk: WholeDesk) -> None:
    words, text = "open on x", "Please look. – Asha"
    post, case = asked(desk, words, text)
    card = desk.card_of(words)
    before = events(desk, case)
    buttons = [e for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]]
    assert [b["url"] for b in buttons if b["action_id"] == "open_on_x"] == [f"https://x.com/i/status/{post}"]

    answer = desk.click("Open on X", card)

    assert answer["status"] == 200
    assert "warning" not in answer
    assert "We could not confirm" in shown(desk.card_of(words))
    assert events(desk, case) == before
    assert len(sent(desk, text)) == 1
    desk.assert_promises()


def test_when_two_answer_the_question_the_first_counts_and_the_other_is_told(desk: WholeDesk) -> None:
    words, text = "two answers", "Two of us look. – Asha"
    post, _ = asked(desk, words, text)
    card = desk.card_of(words)

    desk.click("It is there", card, user="U0MEHMET")
    desk.card_shows(words, "<@U0ASHA> replied on X")
    desk.click("Send again", card, user="U0ASHA", stale=True)  # her screen is a moment behind

    wait_until(lambda: [p for p in desk.private("U0ASHA") if "This was settled meanwhile" in p])
    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert len(sent(desk, text)) == 1
    assert desk.replies_to(post) == []
    desk.assert_promises()


def test_send_again_says_nothing_twice_when_the_timeline_only_lagged(desk: WholeDesk) -> None:
    words, text = "the timeline lags", "It was there all the time. – Asha"
    desk.fault("x", POST, "drop_after", times=1)
    lag = desk.fault("x", TIMELINE, "status", status=503)
    post, case = replied(desk, words, text)
    for _ in range(3):
        look_now(desk, case)
    card = desk.card_shows(words, "We could not confirm")
    desk.control(f"faults/{lag}", method="DELETE")

    desk.click("Send again", card)

    card = desk.card_shows(words, "<@U0ASHA> replied on X")
    assert len(sent(desk, text)) == 2  # X itself refuses the second one as a duplicate
    assert desk.replies_to(post) == [f"@emma_w {text}"]
    desk.assert_promises()
