"""What changes on X after it was stored: edits, deletions, authors who vanish, answers given on X itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.backstage import case_of, count, events, quiet, rows, try_now
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.posts import LONG_AGO
from workflows.store.tables import accounts, cases, messages, streams, timers

POST = "POST /2/tweets"
MENTIONS, OWN, LOOK_UP = "GET /2/users/*/mentions", "GET /2/users/*/tweets", "GET /2/tweets"
DELETED = "This post was deleted on X."
OFTEN = {"X_OWN_POLL_SECONDS": "0.4", "X_RECHECK_MINUTES": "0.01"}


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk that looks again at what is stored every half second."""
    home: Path = tmp_path_factory.mktemp("looking")
    desk = WholeDesk(home, extra=OFTEN)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def x(looking: WholeDesk) -> Iterator[WholeDesk]:
    """That desk, with an X whose people are as they were at first."""
    yield looking
    looking.end_faults()
    with looking.engine.begin() as connection:  # what X refused in one test pauses no other
        connection.execute(
            update(timers).where(timers.c.kind.in_(["own", "recheck"])).values(due_at=LONG_AGO)
        )
        connection.execute(update(streams).values(failures=0, trouble=""))
    looking.close_dialogs()
    for username in ("emma_w", "ravi_k", "ismail_d", "lakshmi_t"):
        person = {"username": username, "protected": False, "suspended": False, "blocks_us": False}
        looking.control("x/person", person)


def said_anywhere(desk: WholeDesk, words: str) -> list[str]:
    """Every message in Slack that holds these words, in channels and threads."""
    everywhere = desk.slack("U0OMAR")["channels"]
    found = [m for c in everywhere for head in c["messages"] for m in (head, *head.get("thread", ()))]
    return [shown(m) for m in found if words in shown(m) or words in str(m.get("text"))]


def stored(desk: WholeDesk, post: str) -> Json:
    wanted = select(messages).where(messages.c.external_id == post)
    return dict(rows(desk, wanted)[0]._mapping)


def sent(desk: WholeDesk, text: str) -> list[Json]:
    """The requests in which the desk asked X to publish this text."""
    return [request for request in desk.x_requests(POST) if request["args"].get("text") == text]


def thread(desk: WholeDesk, card: Json) -> list[str]:
    head = next(m for m in desk.channel("C0SUPPORT")["messages"] if m["ts"] == card["ts"])
    return [shown(message) for message in head["thread"]]


def waits(desk: WholeDesk, case: int) -> bool:
    """Whether the customer of this case waits for an answer."""
    return rows(desk, select(cases.c.waiting_since).where(cases.c.id == case))[0][0] is not None


def look_twice(desk: WholeDesk) -> None:
    """Wait until our own timeline was read by a look that began after this moment."""
    seen = len(desk.x_requests(OWN))
    wait_until(lambda: len(desk.x_requests(OWN)) >= seen + 2, why="two more looks at our own timeline")


def told(desk: WholeDesk, card: Json) -> list[str]:
    return [event for event, _ in events(desk, case_of(card))]


def test_an_edit_shows_the_newest_words_and_holds_the_reply_that_was_written_to_the_older_ones(
    x: WholeDesk,
) -> None:
    post = x.write("@sarishop my red parcel is late", author="ravi_k")
    card = x.card_of("my red parcel is late")
    dialog = x.open_reply(card)

    newer = x.control("x/edit", {"id": post, "text": "@sarishop my blue parcel is late"})["id"]

    card = x.card_shows("my blue parcel is late", "edited at")
    assert "my red parcel" not in shown(card)
    x.submit(dialog, "Your red parcel leaves today, Ravi.")
    assert x.replies_to(post) == x.replies_to(newer) == []
    assert "edited" in shown({"blocks": x.dialog()["blocks"]})
    x.submit(x.dialog(), "Your blue parcel leaves today, Ravi.")
    x.card_shows("my blue parcel is late", "replied on X")
    assert x.replies_to(newer) == ["@ravi_k Your blue parcel leaves today, Ravi."]
    assert count(x, messages, messages.c.external_id.in_([post, newer])) == 1
    assert told(x, card).count("post_edited") == 1
    x.assert_promises()


def test_an_answer_to_a_version_that_we_have_not_seen_yet_comes_back_to_its_author(x: WholeDesk) -> None:
    post = x.write("@sarishop I want a refund for the lamp", author="emma_w")
    card = x.card_of("refund for the lamp")
    dialog = x.open_reply(card)
    for call in (MENTIONS, LOOK_UP):
        x.fault("x", call, "error", status=503)
    newer = x.control("x/edit", {"id": post, "text": "@sarishop I want to praise the lamp"})["id"]

    x.submit(dialog, "The refund for the lamp is on its way.")
    x.card_shows("refund for the lamp", "We fetch the new words")
    x.end_faults()
    card = x.card_shows("I want to praise the lamp", "edited at")
    try_now(x, case_of(card))

    x.card_shows("I want to praise the lamp", "the customer edited the post. Please press Reply")
    assert x.replies_to(post) == x.replies_to(newer) == []
    assert "The refund for the lamp is on its way." in str(x.open_reply(card)["blocks"])
    x.assert_promises()


def test_a_post_that_was_deleted_before_the_reply_is_told_and_its_words_are_gone_everywhere(
    x: WholeDesk,
) -> None:
    words, later = "my kettle leaks badly", "and it burned my hand"
    post = x.write(f"@sarishop {words}", author="emma_w")
    card = x.card_of(words)
    second = x.write(f"@sarishop {later}", author="emma_w", reply_to=post)
    wait_until(lambda: len(said_anywhere(x, later)) == 2, why="card and thread quote it")
    dialog = x.open_reply(x.card_shows(words, later))
    x.fault("x", LOOK_UP, "error", status=503)
    x.control("x/delete", {"id": second})

    x.submit(dialog, "So sorry, Emma.")
    x.card_shows(words, "X refused <@U0ASHA>’s reply: the customer’s post is gone.", "cannot be seen on X")
    x.end_faults()

    x.card_shows(words, DELETED)
    wait_until(lambda: not said_anywhere(x, later), why="nothing in Slack quotes it")
    found = stored(x, second)
    assert (found["text"], found["older_text"], found["gone"], found["checked_at"]) == (
        "",
        "",
        "deleted",
        None,
    )
    assert len(sent(x, "So sorry, Emma.")) == 1
    assert "post_gone" in told(x, card)
    wait_until(lambda: [told for told in thread(x, card) if DELETED in told], why="so says the thread")
    x.assert_promises()


def test_the_sweep_finds_a_deleted_post_and_nobody_waits_any_more(x: WholeDesk) -> None:
    words = "please forget that I asked"
    post = x.write(f"@sarishop {words}", author="ravi_k")
    card = x.card_of(words)
    case = case_of(card)
    assert waits(x, case)
    dialog = x.open_reply(card)

    x.control("x/delete", {"id": post})

    wait_until(lambda: not said_anywhere(x, words), why="nothing in Slack quotes it")
    assert not waits(x, case)
    card = wait_until(
        lambda: next((c for c in x.cards() if case_of(c) == case and DELETED in shown(c)), None)
    )
    assert "Waiting for the customer" in shown(card)
    x.submit(dialog, "Forgotten, Ravi.")  # held: look, the post is gone
    x.submit(x.dialog(), "Forgotten, Ravi.")
    assert "nobody can answer it" in str(x.dialog()["errors"])
    assert sent(x, "Forgotten, Ravi.") == []
    x.assert_promises()


@pytest.mark.parametrize("state", ["protected", "suspended"])
def test_the_words_of_an_author_who_vanishes_go_and_come_back_with_them(x: WholeDesk, state: str) -> None:
    words = f"I shall soon be {state}"
    post = x.write(f"@sarishop {words}", author="lakshmi_t")
    case = case_of(x.card_of(words))

    x.control("x/person", {"username": "lakshmi_t", state: True})

    wait_until(lambda: not said_anywhere(x, words), why="nothing in Slack quotes it")
    assert (stored(x, post)["text"], stored(x, post)["gone"]) == ("", "unavailable")  # X does not tell which
    assert not waits(x, case)

    x.control("x/person", {"username": "lakshmi_t", state: False})

    x.card_of(words)
    assert waits(x, case)
    assert (stored(x, post)["text"], stored(x, post)["gone"]) == (f"@sarishop {words}", "")
    x.assert_promises()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"protected": True}, "the customer’s post is gone"),
        ({"suspended": True}, "the customer’s post is gone"),
        ({"blocks_us": True}, "the customer has blocked us"),
    ],
)
def test_a_reply_to_who_cannot_be_answered_is_told_once_and_the_clock_stops(
    x: WholeDesk, change: Json, why: str
) -> None:
    letter = next(iter(change))[0]
    words, text = f"a question of Ismail, letter {letter}", f"Thank you, Ismail, for letter {letter}."
    x.write(f"@sarishop {words}", author="ismail_d")
    card = x.card_of(words)
    case = case_of(card)
    dialog = x.open_reply(card)
    x.fault("x", LOOK_UP, "error", status=503)
    x.control("x/person", {"username": "ismail_d", **change})

    x.submit(dialog, text)

    wait_until(lambda: [c for c in x.cards() if case_of(c) == case and why in shown(c)], why=why)
    assert not waits(x, case)
    quiet(x)
    assert len(sent(x, text)) == 1
    x.assert_promises()


def test_our_own_reply_in_our_timeline_changes_nothing(x: WholeDesk) -> None:
    words = "does the echo count?"
    post = x.write(f"@sarishop {words}", author="emma_w")
    card = x.card_of(words)
    x.reply(card, "It does not, Emma.")
    x.card_shows(words, "replied on X")
    before = told(x, card)

    look_twice(x)

    assert told(x, card) == before
    assert count(x, messages, messages.c.case_id == case_of(card)) == 2
    assert x.replies_to(post) == ["@emma_w It does not, Emma."]
    x.assert_promises()


def test_the_echo_in_our_timeline_proves_an_answer_of_which_nobody_knew(x: WholeDesk) -> None:
    words = "is it there or not?"
    post = x.write(f"@sarishop {words}", author="emma_w")
    card = x.card_of(words)
    x.fault("x", POST, "drop_after", times=1)

    x.reply(card, "It is there, Emma.")

    x.card_shows(
        words, "replied on X", within=4.5
    )  # before the first look for a proof, which comes after 5 s
    assert x.replies_to(post) == ["@emma_w It is there, Emma."]
    x.assert_promises()


def test_an_answer_by_hand_on_x_ends_the_wait_and_holds_the_reply_that_somebody_writes(x: WholeDesk) -> None:
    words = "who will answer first?"
    post = x.write(f"@sarishop {words}", author="ravi_k")
    card = x.card_of(words)
    dialog = x.open_reply(card)

    by_hand = x.control("x/native", {"text": "I did, by hand.", "reply_to": post})["id"]

    card = x.card_shows(words, "Answered on X itself", "Waiting for the customer")
    assert not waits(x, case_of(card))
    x.submit(dialog, "We do, Ravi.")
    assert "past the desk" in shown({"blocks": x.dialog()["blocks"]})
    assert sent(x, "We do, Ravi.") == []
    look_twice(x)
    assert told(x, card).count("answered_on_x") == 1
    assert stored(x, by_hand)["case_id"] == case_of(card)
    x.assert_promises()


def test_an_answer_by_hand_to_the_newest_version_is_known_as_one(x: WholeDesk) -> None:
    post = x.write("@sarishop is the shop open on Monday?", author="lakshmi_t")
    x.card_of("open on Monday")
    newer = x.control("x/edit", {"id": post, "text": "@sarishop is the shop open on Sunday?"})["id"]
    card = x.card_shows("open on Sunday", "edited at")

    x.control("x/native", {"text": "On Sundays, too!", "reply_to": newer})

    x.card_shows("open on Sunday", "Answered on X itself")
    assert "answered_on_x" in told(x, card)
    x.assert_promises()


def test_a_limited_conversation_teaches_nothing_about_others(x: WholeDesk) -> None:
    x.control("x/person", {"username": "ravi_k", "follows_us": False})
    root = x.write("friends only, please", author="ravi_k", reply_settings="following")
    ours = x.control("x/native", {"text": "We may read this, but not answer.", "reply_to": root})["id"]
    x.write("then tell me more", author="emma_w", reply_to=ours)
    card = x.card_of("then tell me more")

    x.reply(card, "With pleasure, Emma.")

    x.card_shows("then tell me more", "the author has limited who may reply")
    assert count(x, accounts, accounts.c.follow_ups_refused) == 0
    x.assert_promises()


def test_a_desk_that_x_refuses_looks_more_rarely_and_says_so_once(x: WholeDesk) -> None:
    for call in (OWN, LOOK_UP):
        x.fault("x", call, "error", status=401)
    x.write("@sarishop while X refuses the rest", author="emma_w")
    x.card_of("while X refuses the rest")

    wait_until(lambda: count(x, streams, streams.c.trouble == "login_refused") == 2, why="both have noted it")
    asked = len(x.x_requests(OWN)) + len(x.x_requests(LOOK_UP))
    for number in range(3):  # time passes: three posts come in
        x.write(f"@sarishop and meanwhile {number}", author="ravi_k")
        x.card_of(f"and meanwhile {number}")
    assert len(x.x_requests(OWN)) + len(x.x_requests(LOOK_UP)) == asked
    assert [m for m in x.channel("C0ADMIN")["messages"] if "refuses our login" in m["text"]] == []
