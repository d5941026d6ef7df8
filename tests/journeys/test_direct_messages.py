"""From a public post into direct messages and back: invited, written, answered, closed; and who reads it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.backstage import events
from tests.whole_desk import Json, WholeDesk, shown, wait_until

PRIVACY = "How we handle your data: https://example.com/privacy · Reply STOP to opt out."
PLAYBOOK = f"""version: 1
name: Direct
dm_channel: "C0LEADS"
replies: {{undo: 0s}}
approvals: {{rules: []}}
tone: {{verdicts: {{no_empathy: ok, promise_without_time: ok, link_cost: ok, defensive: ok}}}}
macros:
  - name: invite_to_dm
    text: {{en: ["Hi {{customer.first_name|there}}, please write to us: {{dm_link}}",
                "Hello {{customer.first_name|there}}, let us go on in private: {{dm_link}}"]}}
  - name: dm_nudge
    text: {{en: "Hi {{customer.first_name|there}}, we are still here for you: {{dm_link}}"}}
  - name: other_ways
    text: {{en: "You can also write to help@example.com, {{customer.first_name|there}}."}}
  - name: closed_in_dm
    text: {{en: "Thanks {{customer.first_name|there}}, we went on by DM."}}
move_to_dm:
  invite: invite_to_dm
  nudge: dm_nudge
  other_channels: other_ways
  closing: closed_in_dm
  wait: 30m
  privacy: {{en: "{PRIVACY}"}}
"""
FAST = {"X_DM_POLL_SECONDS": "0.3", "X_DMS_PER_15MIN": "100000"}
PRIVATE = {"ok": True, "channel": {"id": "C0LEADS", "is_private": True}}
SENDING = "POST /2/dm_conversations/*/messages"


@pytest.fixture(scope="module")
def direct_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk that reads direct messages often, and whose supervisors' channel is private."""
    desk = WholeDesk(tmp_path_factory.mktemp("desk"), extra=FAST)
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    try:
        yield desk.start()
    finally:
        desk.stop()


@pytest.fixture
def desk(direct_desk: WholeDesk) -> Iterator[WholeDesk]:
    make_private(direct_desk)
    yield direct_desk
    direct_desk.end_faults()
    direct_desk.close_dialogs()


def make_private(desk: WholeDesk) -> None:
    """Let Slack say of every channel that asks for it that it is private."""
    desk.fault("slack", "conversations.info", "status", status=200, body=PRIVATE)


def customer(desk: WholeDesk, username: str, name: str = "Nora Lind", **more: Any) -> str:
    desk.control("x/person", {"username": username, "name": name, "create": True, **more})
    return username


def write_directly(desk: WholeDesk, author: str, text: str) -> str:
    return str(desk.control("x/dm", {"author": author, "text": text})["id"])


def direct_cards(desk: WholeDesk, channel: str = "C0LEADS") -> list[Json]:
    found = []
    for message in desk.channel(channel)["messages"]:
        ids = [str(block.get("block_id", "")) for block in message.get("blocks") or ()]
        if any(one.startswith("direct-") for one in ids) and not message.get("deleted"):
            found.append(message)
    return found


def direct_card(desk: WholeDesk, *wanted: str, within: float = 20.0) -> Json:
    """Wait for the one card of direct messages that shows all of this."""

    def look() -> Json | None:
        found = [card for card in direct_cards(desk) if all(want in shown(card) for want in wanted)]
        assert len(found) <= 1
        return found[0] if found else None

    try:
        return wait_until(look, within=within, why=f"a card of direct messages shows {wanted}")  # type: ignore[return-value]
    except AssertionError as error:
        cards = [shown(card) for card in direct_cards(desk)]
        raise AssertionError(f"{error}\ncards: {cards}\nlog: {desk.log()[-3000:]}") from None


def press(desk: WholeDesk, label: str, card: Json, *, user: str = "U0ASHA", channel: str = "C0LEADS") -> Json:
    body = {"user": user, "channel": channel, "ts": card["ts"], "text": label}
    return dict(desk.control("slack/click", body))


def hand_in(desk: WholeDesk, text: str | None = None, *, user: str = "U0ASHA") -> None:
    """Send what the dialog holds, or this text; look again where the desk asks for it."""
    for _ in range(3):
        views = [view for view in desk.slack(user)["views"] if view["type"] == "modal"]
        if not views:
            return
        values = {"reply_text": text} if text is not None else {}
        answer = desk.control("slack/submit", {"user": user, "view_id": views[-1]["id"], "values": values})
        if answer.get("closed"):
            return
    raise AssertionError(f"the dialog stays open: {answer}")


def sent_directly(desk: WholeDesk, words: str) -> list[Json]:
    """The requests in which the desk asked X to send a direct message with these words."""
    return [request for request in desk.x_requests(SENDING) if words in request["args"].get("text", "")]


def thread_of(desk: WholeDesk, card_words: str, words: str) -> Json:
    """Wait for the message under the card with these words that says this."""

    def look() -> Json | None:
        said = desk.card_of(card_words)["thread"]
        return next((dict(message) for message in said if words in shown(message)), None)

    try:
        return wait_until(look, why=f"the thread says {words!r}")  # type: ignore[return-value]
    except AssertionError as error:
        said = [shown(message) for message in desk.card_of(card_words)["thread"]]
        raise AssertionError(f"{error}\nthread: {said}\n{desk.log()[-3000:]}") from None


def everywhere_public(desk: WholeDesk) -> str:
    """All that stands in the channel that everybody reads, notifications and threads included."""
    return str(desk.channel("C0SUPPORT")["messages"])


def test_a_direct_message_is_read_in_the_private_channel_and_answered_there(desk: WholeDesk) -> None:
    nora = customer(desk, "nora_dm")
    write_directly(desk, nora, "my code is swordfish-1")
    card = direct_card(desk, "swordfish-1", "@nora_dm", "Claim", "Reply by DM")

    press(desk, "Reply by DM", card)
    hand_in(desk, "Thank you Nora, it works again.")

    direct_card(desk, "it works again", "answered by DM", PRIVACY)
    sent = sent_directly(desk, "it works again")
    assert [PRIVACY in request["args"]["text"] for request in sent] == [True]
    public = everywhere_public(desk)
    assert "swordfish-1" not in public
    assert "it works again" not in public
    assert "Direct message" in public
    desk.assert_promises()


def test_a_public_case_moves_to_dm_is_answered_there_and_closed_with_one_public_line(desk: WholeDesk) -> None:
    mona = customer(desk, "mona_dm", "Mona Berg")
    words = "@sarishop my account of mona is locked"
    post = desk.write(words, author=mona)
    desk.click("Move to DM", desk.card_of(words))
    assert "https://x.com/messages/compose?recipient_id=" in shown(desk.dialog()) + str(desk.dialog())
    hand_in(desk)
    wait_until(lambda: desk.replies_to(post), why="the invitation is out")
    desk.card_shows(words, "invited to DM", "replied on X")

    write_directly(desk, mona, "here I am, mona 4711")
    private = direct_card(desk, "mona 4711", "In public:", "my account of mona is locked", "We answered:")
    desk.card_shows(words, "Direct message", "goes on by DM", "Read DM")
    press(desk, "Reply by DM", private)
    hand_in(desk, "Mona, we have unlocked it.")
    direct_card(desk, "we have unlocked it", "mona 4711", "answered by DM")

    offer = thread_of(desk, words, "A last line for the public thread is ready")
    press(desk, "Send closing line", offer, channel="C0SUPPORT")
    hand_in(desk)

    wait_until(lambda: len(desk.replies_to(post)) == 2, why="the closing line is out")
    assert desk.replies_to(post)[1].endswith("Thanks Mona, we went on by DM.")
    case = int(private["blocks"][0]["block_id"].split("-")[1])
    wait_until(lambda: "dm_closed" in [event for event, _ in events(desk, case)], why="it is closed")
    told = [event for event, _ in events(desk, case)]
    assert [e for e in told if e.startswith("dm_")] == [
        "dm_invited",
        "dm_followed",
        "dm_help_offered",
        "dm_closed",
    ]
    assert "mona 4711" not in everywhere_public(desk)
    desk.assert_promises()


def test_who_does_not_write_is_nudged_and_offered_other_ways_by_clicks_only(desk: WholeDesk) -> None:
    olga = customer(desk, "olga_dm", "Olga Petrova")
    words = "@sarishop olga waits for her refund"
    post = desk.write(words, author=olga)
    desk.click("Move to DM", desk.card_of(words))
    hand_in(desk)
    wait_until(lambda: desk.replies_to(post), why="the invitation is out")
    desk.card_shows(words, "invited to DM")

    desk.wind(minutes=31)
    nudge = thread_of(desk, words, "no direct message has come yet")
    assert "we are still here for you" in shown(nudge)
    assert len(desk.replies_to(post)) == 1
    press(desk, "Send nudge", nudge, channel="C0SUPPORT")
    hand_in(desk)
    wait_until(lambda: len(desk.replies_to(post)) == 2, why="the nudge is out")

    desk.wind(minutes=31)
    offer = thread_of(desk, words, "still no direct message")
    assert "help@example.com" in shown(offer)
    assert len(desk.replies_to(post)) == 2
    desk.wind(hours=5)
    press(desk, "They wrote, I see nothing", offer, channel="C0SUPPORT")
    desk.card_shows(words, "read it in the X app")
    assert len(desk.replies_to(post)) == 2
    desk.assert_promises()


def test_a_dialog_opens_direct_messages_for_agents_and_not_for_guests(desk: WholeDesk) -> None:
    pia = customer(desk, "pia_dm", "Pia Holm")
    words = "@sarishop pia asks in public"
    desk.write(words, author=pia)
    card = desk.card_of(words)
    write_directly(desk, pia, "pia tells her birthday in private")
    card = desk.card_shows(words, "Direct message", "Read DM")

    desk.click("Read DM", card, user="U0GUEST")
    wait_until(lambda: "Guests may read" in str(desk.private("U0GUEST")), why="the guest is told")
    assert [view for view in desk.slack("U0GUEST")["views"] if view["type"] == "modal"] == []
    desk.click("Read DM", card)

    dialog = desk.dialog()
    assert "pia tells her birthday in private" in shown(dialog)
    case = int(next(b["block_id"] for b in card["blocks"]).split("-")[1])
    assert ("dm_read", "U0ASHA") in events(desk, case)
    assert ("dm_read", "U0GUEST") not in events(desk, case)
    assert "birthday" not in everywhere_public(desk)


def test_the_card_says_before_anybody_types_whether_the_customer_takes_messages(desk: WholeDesk) -> None:
    open_one = customer(desk, "quinn_dm", "Quinn Ray", takes_dms="everyone")
    closed = customer(desk, "rosa_dm", "Rosa Diaz", takes_dms="nobody")
    desk.write("@sarishop quinn asks", author=open_one)
    desk.write("@sarishop rosa asks", author=closed)
    desk.card_shows("quinn asks", "DM open")
    desk.card_shows("rosa asks", "DM not possible")


def test_claiming_on_the_private_card_shows_on_both_and_draws_neither_over_the_other(desk: WholeDesk) -> None:
    sven = customer(desk, "sven_dm", "Sven Lund")
    words = "@sarishop sven asks in public"
    desk.write(words, author=sven)
    desk.card_of(words)
    write_directly(desk, sven, "sven writes directly")
    private = direct_card(desk, "sven writes directly", "nobody has it yet")

    press(desk, "Claim", private)

    direct_card(desk, "sven writes directly", "<@U0ASHA> has it since")
    desk.card_shows(words, "<@U0ASHA> has it since")
    assert len([card for card in direct_cards(desk) if "sven writes directly" in shown(card)]) == 1
