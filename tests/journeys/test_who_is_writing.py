"""The card says who is writing, and no longer than that is so."""

from datetime import timedelta

from sqlalchemy import update

from tests.whole_desk import WholeDesk, shown, wait_until
from workflows.store.reply_tables import drafts
from workflows.store.tables import timers


def test_an_open_dialog_is_seen_by_the_others_and_a_closed_one_no_longer(desk: WholeDesk) -> None:
    desk.write("@sarishop who is at it?", author="emma_w")
    card = desk.card_of("who is at it?")

    dialog = desk.open_reply(card, user="U0ASHA")
    card = desk.card_shows("who is at it?", "<@U0ASHA> is writing")
    assert "<@U0ASHA> is writing an answer too" in shown(desk.open_reply(card, user="U0MEHMET"))

    desk.control("slack/close", {"user": "U0ASHA", "view_id": dialog["id"]})
    desk.control("slack/close", {"user": "U0MEHMET", "view_id": desk.dialog("U0MEHMET")["id"]})

    wait_until(lambda: "is writing" not in shown(desk.card_of("who is at it?")), why="nobody writes any more")


def test_a_dialog_whose_end_slack_never_told_ends_after_a_quarter_of_an_hour(desk: WholeDesk) -> None:
    desk.write("@sarishop left open for ever", author="emma_w")
    desk.open_reply(desk.card_of("left open for ever"))
    desk.card_shows("left open for ever", "<@U0ASHA> is writing")

    # The quarter of an hour is not waited for: the dialog is made so old, and the clock's chore due.
    with desk.engine.begin() as connection:
        opened = connection.execute(drafts.select().where(drafts.c.state == "open")).all()[-1]
        old = opened.opened_at - timedelta(minutes=16)
        connection.execute(update(drafts).where(drafts.c.id == opened.id).values(opened_at=old))
        connection.execute(update(timers).where(timers.c.kind == "dialogs").values(due_at=old))

    wait_until(lambda: "is writing" not in shown(desk.card_of("left open for ever")), why="the chore ran")


def test_what_was_typed_waits_in_the_dialog_that_is_opened_again(desk: WholeDesk) -> None:
    desk.write("@sarishop half a sentence", author="tanvir_h")
    card = desk.card_of("half a sentence")
    dialog = desk.open_reply(card)
    typed = {"user": "U0ASHA", "view_id": dialog["id"], "action_id": "reply_text", "value": "দুঃখিত, আমরা"}
    desk.control("slack/view_action", typed)
    wait_until(lambda: "12 of 280" in shown(desk.dialog()), why="the dialog counts what was typed")
    desk.control("slack/close", {"user": "U0ASHA", "view_id": dialog["id"]})

    again = desk.open_reply(desk.card_of("half a sentence"))

    field = next(block for block in again["blocks"] if block["type"] == "input")
    assert field["element"]["initial_value"] == "দুঃখিত, আমরা"


def test_an_old_button_changes_nothing_says_why_and_the_card_is_shown_as_it_is(desk: WholeDesk) -> None:
    desk.write("@sarishop an old button", author="emma_w")
    card = desk.card_of("an old button")
    desk.click("Claim", card, user="U0ASHA")
    desk.card_shows("an old button", "<@U0ASHA> has it")
    before = len(desk.requests("response_url"))

    desk.click("Claim", card, user="U0MEHMET", stale=True)

    wait_until(lambda: [p for p in desk.private("U0MEHMET") if "<@U0ASHA> has this case since" in p])
    replaced = wait_until(
        lambda: [r for r in desk.requests("response_url")[before:] if r["args"].get("replace_original")],
        why="the card is drawn again",
    )
    assert "<@U0ASHA> has it" in str(replaced[-1]["args"]["blocks"])
