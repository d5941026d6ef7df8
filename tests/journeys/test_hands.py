"""Who may do what with a case: claims change hands in the open, and a refusal says why to who asked only."""

import json

from tests.backstage import case_of, count, events, quiet
from tests.doors import click_on, press, submission_of
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.tables import history


def told(desk: WholeDesk, user: str, seen: int, words: str) -> None:
    """Wait until this person alone is told these words."""
    wait_until(
        lambda: [said for said in desk.private(user)[seen:] if words in said],
        why=f"{user} is told {words!r}",
    )


def refused(desk: WholeDesk, label: str, card: Json, words: str, *, user: str, stale: bool = False) -> None:
    """Press a button that must not work for this person: nothing changes, and they are told why."""
    before, seen = events(desk, case_of(card)), len(desk.private(user))
    answer = desk.click(label, card, user=user, stale=stale)
    assert "warning" not in answer
    told(desk, user, seen, words)
    assert events(desk, case_of(card)) == before


def claimed(desk: WholeDesk, words: str, *, user: str = "U0ASHA") -> Json:
    desk.write(f"@sarishop {words}", author="emma_w")
    desk.click("Claim", desk.card_of(words), user=user)
    return desk.card_shows(words, f"<@{user}> has it since")


def labels(card: Json) -> list[str]:
    rows = [block["elements"] for block in card["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def test_a_case_is_released_by_who_has_it_and_by_nobody_else(desk: WholeDesk) -> None:
    words = "to be released"
    card = claimed(desk, words)
    assert labels(card) == [
        "Reply",
        "Release",
        "Take over",
        "Move to DM",
        "Escalate",
        "Resolve",
        "Open on X",
        "Why?",
    ]
    refused(desk, "Release", card, "<@U0ASHA> has this case since", user="U0MEHMET")

    desk.click("Release", card)
    card = desk.card_shows(words, "nobody has it yet")

    assert labels(card) == ["Claim", "Reply", "Move to DM", "Escalate", "Resolve", "Open on X", "Why?"]
    refused(desk, "Release", card, "Nobody has this case", user="U0ASHA", stale=True)
    desk.assert_promises()


def test_a_case_is_taken_over_from_whom_the_button_named_and_the_thread_tells(desk: WholeDesk) -> None:
    words = "to be taken over"
    old = claimed(desk, words)

    desk.click("Take over", old, user="U0MEHMET")
    card = desk.card_shows(words, "<@U0MEHMET> has it since")

    # Priya's screen still shows Asha's name on the button: it is Mehmet's case by now.
    seen, before = len(desk.private("U0PRIYA")), events(desk, case_of(card))
    assert press(desk, click_on(old, "Take over", user="U0PRIYA"))[0] == 200
    gone = "<@U0MEHMET> has taken this case meanwhile; nothing was changed."
    asked = wait_until(
        lambda: [r["args"] for r in desk.requests("chat.postEphemeral") if r["args"]["text"] == gone]
    )
    assert [args["user"] for args in asked] == ["U0PRIYA"]
    assert len(desk.private("U0PRIYA")) == seen + 1
    assert events(desk, case_of(card)) == before
    quiet(desk)
    told = "<@U0MEHMET> took the case over from <@U0ASHA>"
    assert any(told in shown(note) for note in desk.card_of(words)["thread"])
    desk.assert_promises()


def test_a_resolved_case_takes_no_claim_and_no_reply_until_it_is_reopened(desk: WholeDesk) -> None:
    words = "to be resolved"
    card = claimed(desk, words)
    refused(desk, "Resolve", card, "<@U0ASHA> has this case since", user="U0MEHMET")

    desk.click("Resolve", card)
    card = desk.card_shows(words, "*Resolved*")

    assert labels(card) == ["Re-open", "Open on X", "Why?"]
    for label in ("Reply", "Take over", "Resolve"):
        refused(desk, label, card, "This case is resolved. Re-open it first.", user="U0ASHA", stale=True)
    desk.click("Re-open", card, user="U0MEHMET")
    card = desk.card_shows(words, "*Open*", "<@U0MEHMET> has it since")
    refused(desk, "Re-open", card, "This case is open already.", user="U0ASHA", stale=True)
    desk.assert_promises()


def test_a_customer_who_writes_again_reopens_a_resolved_case_for_who_had_it(desk: WholeDesk) -> None:
    words = "resolved too soon"
    post = desk.write(f"@sarishop {words}", author="lakshmi_t")
    desk.click("Claim", desk.card_of(words))
    desk.click("Resolve", desk.card_shows(words, "<@U0ASHA> has it"))
    card = desk.card_shows(words, "*Resolved*")

    desk.write("@sarishop it is broken again", author="lakshmi_t", reply_to=post)

    again = desk.card_shows(words, "*Open*", "<@U0ASHA> has it", "it is broken again")
    assert again["ts"] == card["ts"]
    assert "reopened" in [event for event, _ in events(desk, case_of(card))]
    desk.assert_promises()


def test_a_guest_may_read_a_card_and_is_told_that_this_is_all(desk: WholeDesk) -> None:
    words, hint = "a guest presses", "Guests may read the cards, but not work on them."
    desk.write(f"@sarishop {words}")

    for label in ("Claim", "Reply", "Resolve"):
        refused(desk, label, desk.card_of(words), hint, user="U0GUEST")

    assert "nobody has it yet" in shown(desk.card_of(words))
    assert desk.slack("U0GUEST")["views"] == []
    desk.assert_promises()


def test_people_of_another_workspace_may_read_and_are_told_so(desk: WholeDesk) -> None:
    words = "a stranger presses"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)
    before = count(desk, history)

    for number, label in enumerate(("Claim", "Reply", "Resolve")):
        stranger = f"U0STRANGER{number}"
        assert press(desk, click_on(card, label, user=stranger, team="T0ELSEWHERE"))[0] == 200
        said = wait_until(lambda user=stranger: said_to(desk, user), why="the stranger is told")  # type: ignore[misc]
        assert said == ["People of other workspaces may read the cards, but not work on them."]

    assert count(desk, history) == before
    assert "nobody has it yet" in shown(desk.card_of(words))
    desk.assert_promises()


def said_to(desk: WholeDesk, user: str) -> list[str]:
    return [r["args"]["text"] for r in desk.requests("chat.postEphemeral") if r["args"]["user"] == user]


def test_nobody_can_submit_a_colleagues_dialog_and_a_guest_none_at_all(desk: WholeDesk) -> None:
    words, text = "whose draft is this?", "Not written by Asha."
    post = desk.write(f"@sarishop {words}")
    dialog = desk.open_reply(desk.card_of(words))

    for user, words_told in (
        ("U0MEHMET", "This is a colleague’s draft."),
        ("U0GUEST", "Guests may read the cards, but not work on them."),
    ):
        status, said = press(desk, submission_of(dialog, text, user=user))
        assert status == 200
        assert list(json.loads(said)["errors"].values()) == [words_told]

    assert [r for r in desk.x_requests("POST /2/tweets") if r["args"].get("text") == text] == []
    forged = dialog | {"private_metadata": "999999"}
    assert "This draft is not there any more." in press(desk, submission_of(forged, text, user="U0ASHA"))[1]
    assert desk.submit(dialog, "Written by Asha.")["closed"]
    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == ["@ravi_k Written by Asha."]
    desk.assert_promises()
