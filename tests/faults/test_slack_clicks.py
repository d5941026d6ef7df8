"""Clicks that come twice, at once, late or at a bad moment: one effect, and a word to whoever had none."""

import re
import time

from tests.backstage import case_of, events, quiet
from tests.whole_desk import AGENTS, Json, WholeDesk, shown, wait_until

POST = "POST /2/tweets"


def sent(desk: WholeDesk, text: str) -> list[Json]:
    """The requests in which the desk asked X to publish this text."""
    return [request for request in desk.x_requests(POST) if request["args"].get("text") == text]


def told(desk: WholeDesk, user: str, seen: list[str], words: str = "") -> list[str]:
    """Wait for private words to this person beyond those seen before, and return them."""
    return wait_until(
        lambda: [said for said in desk.private(user)[len(seen) :] if words in said],
        why=f"{user} is told {words!r}",
    )


def test_a_click_that_slack_delivers_four_times_at_once_or_in_turn_counts_once(desk: WholeDesk) -> None:
    for words, parallel in (("four in turn", False), ("four at once", True)):
        desk.write(f"@sarishop {words}")
        card = desk.card_of(words)

        answer = desk.click("Claim", card, deliveries=4, parallel=parallel)

        assert [response["status"] for response in answer["responses"]] == [200] * 4
        card = desk.card_shows(words, "<@U0ASHA> has it")
        assert [event for event in events(desk, case_of(card)) if event[0] == "claimed"] == [
            ("claimed", "U0ASHA")
        ]

        before = desk.private("U0MEHMET")
        desk.click("Release", card, user="U0MEHMET", deliveries=4, parallel=parallel)
        told(desk, "U0MEHMET", before)
        quiet(desk)
        assert len(desk.private("U0MEHMET")) == len(before) + 1
    desk.assert_promises()


def test_of_two_who_claim_within_five_milliseconds_one_has_it_and_the_other_knows_who_and_since_when(
    desk: WholeDesk,
) -> None:
    for race in range(4):
        words = f"race number {race}"
        desk.write(f"@sarishop {words}")
        card = desk.card_of(words)
        before = {user: desk.private(user) for user in AGENTS}

        with desk.engine.begin():  # both clicks wait for this writer, then run against each other
            for user in AGENTS if race % 2 else AGENTS[::-1]:
                desk.click("Claim", card, user=user, wait=False)

        card = desk.card_shows(words, "has it since")
        winner = next(user for user in AGENTS if f"<@{user}> has it" in shown(card))
        loser = next(user for user in AGENTS if user != winner)
        (words,) = told(desk, loser, before[loser])
        said = re.fullmatch(rf"<@{winner}> has this case since <!date\^(\d+)\^.*\|.* UTC>\.", words)
        assert said, words
        assert abs(int(said[1]) - time.time()) < 30
        assert desk.private(winner) == before[winner]
        claims = [event for event in events(desk, case_of(card)) if event[0] == "claimed"]
        assert claims == [("claimed", winner)]
    desk.assert_promises()


def test_a_double_click_on_send_is_one_reply(desk: WholeDesk) -> None:
    words, text = "clicked twice", "Sent with a nervous finger. – Asha"
    post = desk.write(f"@sarishop {words}", author="emma_w")
    dialog = desk.open_reply(desk.card_of(words))

    with desk.engine.begin():  # both wait for this writer: the dialog is still open at the second click
        for _ in range(2):
            desk.submit(dialog, text, wait=False)

    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == [f"@emma_w {text}"]
    assert len(sent(desk, text)) == 1
    desk.assert_promises()


def test_a_submission_that_slack_delivers_twice_at_once_is_one_reply(desk: WholeDesk) -> None:
    words, text = "delivered twice", "Sent once. – Asha"
    post = desk.write(f"@sarishop {words}", author="emma_w")

    answer = desk.submit(desk.open_reply(desk.card_of(words)), text, deliveries=2, parallel=True)

    assert answer["closed"]
    assert [response["status"] for response in answer["responses"]] == [200, 200]
    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == [f"@emma_w {text}"]
    assert len(sent(desk, text)) == 1
    desk.assert_promises()


def test_when_slack_will_not_open_the_dialog_in_time_the_agent_presses_again_and_the_draft_is_there(
    desk: WholeDesk,
) -> None:
    words, draft = "a slow trigger", "Half a sentence that must not"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)
    dialog = desk.open_reply(card)
    typed = {"user": "U0ASHA", "view_id": dialog["id"], "action_id": "reply_text", "value": draft}
    desk.control("slack/view_action", typed)
    desk.control("slack/close", {"user": "U0ASHA", "view_id": dialog["id"]})
    hint = "Slack gave up waiting for the dialog. Please press the button again."

    for action, more in (("error", {"error": "expired_trigger_id"}), ("delay", {"seconds": 2.8})):
        before = desk.private()
        desk.fault("slack", "views.open", action, times=1, **more)
        answer = desk.click("Reply", desk.card_of(words))
        assert "warning" not in answer, "Slack itself found nothing wrong"
        told(desk, "U0ASHA", before, hint)
        wait_until(lambda: desk.requests("views.open")[-1]["status"], why="Slack is through with it")

    again = desk.open_reply(desk.card_of(words))
    field = next(block["element"] for block in again["blocks"] if block["type"] == "input")
    assert field["initial_value"] == draft
    desk.assert_promises()


def test_a_reply_to_a_case_that_a_colleague_took_over_stays_in_the_dialog_and_in_the_draft(
    desk: WholeDesk,
) -> None:
    words, text = "taken while she wrote", "My long answer. – Asha"
    post = desk.write(f"@sarishop {words}", author="tanvir_h")
    desk.click("Claim", desk.card_of(words))
    card = desk.card_shows(words, "<@U0ASHA> has it")
    dialog = desk.open_reply(card)
    desk.click("Take over", card, user="U0MEHMET")
    card = desk.card_shows(words, "<@U0MEHMET> has it")

    answer = desk.submit(dialog, text)

    said = " ".join(answer["errors"].values())
    assert re.fullmatch(r"Mehmet has this case since \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", said)
    assert text in str(desk.dialog()["values"])
    assert sent(desk, text) == []
    desk.click("Take over", card, user="U0ASHA")
    again = desk.open_reply(desk.card_shows(words, "<@U0ASHA> has it"))
    field = next(block["element"] for block in again["blocks"] if block["type"] == "input")
    assert field["initial_value"] == text
    assert desk.submit(again, text)["closed"]
    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == [f"@tanvir_h {text}"]
    desk.assert_promises()
