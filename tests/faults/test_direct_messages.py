"""Direct messages under faults: said once whatever dies, read by who may, stopped for good by a word."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.backstage import case_of, effect, events, look_now, rows
from tests.faults.breakable import LONG, BreakableDesk
from tests.journeys.test_direct_messages import (
    FAST,
    PLAYBOOK,
    SENDING,
    customer,
    direct_card,
    direct_cards,
    hand_in,
    make_private,
    press,
    sent_directly,
    write_directly,
)
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.domain.effects import Kind
from workflows.store.reply_tables import contacts, handoffs

INBOX = "GET /2/dm_events"
TALK = "GET /2/dm_conversations/*/dm_events"
FORBIDDEN = {
    "title": "Forbidden",
    "status": 403,
    "detail": "Your client app lacks the appropriate oauth1 app permissions for this endpoint.",
    "type": "https://api.twitter.com/2/problems/oauth1-permissions",
}


@pytest.fixture(scope="module")
def direct_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """A desk with one worker, whose supervisors' channel is private."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"), extra=FAST)
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    try:
        desk.start("web", "worker-1", "clock")
        yield desk
    finally:
        desk.stop()


@pytest.fixture
def desk(direct_desk: BreakableDesk) -> Iterator[BreakableDesk]:
    make_private(direct_desk)
    yield direct_desk
    direct_desk.end_faults()
    direct_desk.close_dialogs()


def given_talk(desk: WholeDesk, username: str) -> tuple[Json, int]:
    """A customer has written directly; return the card in the private channel and the case."""
    customer(desk, username, username.title())
    write_directly(desk, username, f"hello from {username}")
    card = direct_card(desk, f"hello from {username}", within=LONG)
    return card, int(card["blocks"][0]["block_id"].split("-")[1])


def say_directly(desk: WholeDesk, card: Json, text: str) -> None:
    press(desk, "Reply by DM", card)
    hand_in(desk, text)


def delivered(desk: WholeDesk, words: str) -> list[Json]:
    """The direct messages with these words that the customer really got."""
    return [message for message in desk.control("x/state")["dms"] if words in message["text"]]


def assert_promises(desk: WholeDesk) -> None:
    """Check the promises of every desk, and that nothing was said twice directly."""
    WholeDesk.assert_promises(desk)
    ours = [(m["customer"], m["text"]) for m in desk.control("x/state")["dms"] if m["by_api"]]
    assert len(set(ours)) == len(ours)


# What happens after X has taken the message.
SILENCES: list[tuple[str, dict[str, Any]]] = [
    ("status_after", {"status": 503}),
    ("drop_after", {}),
    ("garbage_after", {}),
    ("empty_after", {}),
]


@pytest.mark.parametrize("fault", SILENCES, ids=[name for name, _ in SILENCES])
def test_a_direct_message_that_x_took_in_silence_is_found_and_not_said_again(
    desk: BreakableDesk, fault: tuple[str, dict[str, Any]]
) -> None:
    name = fault[0].replace("_", "")
    card, case = given_talk(desk, f"s_{name}"[:15])
    desk.fault("x", INBOX, "status", status=503)  # no echo: only the look can tell
    desk.fault("x", SENDING, fault[0], times=1, **fault[1])

    say_directly(desk, card, f"answer in silence {name}")
    wait_until(lambda: "reply_doubted" in [event for event, _ in events(desk, case)], why="it is in doubt")
    look_now(desk, case, Kind.DM)

    direct_card(desk, f"answer in silence {name}", "answered by DM")
    assert len(delivered(desk, f"answer in silence {name}")) == 1
    assert len(sent_directly(desk, f"answer in silence {name}")) == 1
    assert_promises(desk)


def test_the_echo_of_a_doubted_direct_message_proves_it_before_any_look(desk: BreakableDesk) -> None:
    card, case = given_talk(desk, "echo_e")
    desk.fault("x", TALK, "status", status=503)  # no look can tell: only the echo
    desk.fault("x", SENDING, "drop_after", times=1)

    say_directly(desk, card, "answer with an echo")

    direct_card(desk, "answer with an echo", "answered by DM", within=LONG)
    row = effect(desk, case, Kind.DM)
    assert row is not None
    assert row.external_id == delivered(desk, "answer with an echo")[0]["id"]
    assert len(sent_directly(desk, "answer with an echo")) == 1
    assert_promises(desk)


def test_a_direct_message_that_no_look_finds_goes_out_again_only_at_a_persons_word(
    desk: BreakableDesk,
) -> None:
    card, case = given_talk(desk, "never_n")
    desk.fault("x", SENDING, "drop_before", times=1)
    say_directly(desk, card, "answer that was lost")
    for _ in range(3):
        look_now(desk, case, Kind.DM)
    asked = direct_card(desk, "answer that was lost", "We could not confirm", "It is there", "Send again")
    assert delivered(desk, "answer that was lost") == []

    press(desk, "Send again", asked)

    direct_card(desk, "answer that was lost", "answered by DM")
    assert len(delivered(desk, "answer that was lost")) == 1
    assert len(sent_directly(desk, "answer that was lost")) == 2
    assert_promises(desk)


@pytest.mark.parametrize("point", ["claimed:x_dm", "performed:x_dm"])
def test_a_direct_message_whose_worker_died_is_there_once_or_asked_about(
    desk: BreakableDesk, point: str
) -> None:
    username = f"k_{point.partition(':')[0]}"
    card, case = given_talk(desk, username)
    worker = desk.crash_at(point)
    say_directly(desk, card, f"answer of {username}")
    worker.wait(LONG)
    desk.start_process("worker-1")
    make_private(desk)

    desk.end_leases(within_s=45)
    was_sent = point.startswith("performed")
    for _ in range(1 if was_sent else 3):
        look_now(desk, case, Kind.DM, within=LONG)

    wanted = "answered by DM" if was_sent else "We could not confirm"
    direct_card(desk, f"answer of {username}", wanted, within=LONG)
    assert len(delivered(desk, f"answer of {username}")) == was_sent
    assert_promises(desk)


def test_a_hanging_x_delays_a_direct_message_and_does_not_double_it(desk: BreakableDesk) -> None:
    card, case = given_talk(desk, "hang_h")
    desk.fault("x", SENDING, "hang_after", seconds=60, times=1)
    say_directly(desk, card, "answer that hung")

    direct_card(desk, "answer that hung", "answered by DM", within=LONG)

    assert len(delivered(desk, "answer that hung")) == 1
    assert len(sent_directly(desk, "answer that hung")) == 1
    assert [event for event, _ in events(desk, case)].count("reply_sent") == 1
    assert_promises(desk)


def test_a_closed_dm_says_so_and_what_to_do_instead(desk: BreakableDesk) -> None:
    customer(desk, "closed_c", "Carla Closed")
    desk.write("@sarishop carla asks in public", author="closed_c")
    case = case_of(desk.card_of("carla asks in public", within=LONG))
    write_directly(desk, "closed_c", "carla writes, then closes the door")
    card = direct_card(desk, "then closes the door", within=LONG)
    desk.control("x/person", {"username": "closed_c", "blocks_us": True})

    say_directly(desk, card, "answer to a closed door")

    direct_card(desk, "X refused", "DM not possible", "public reply with the", within=LONG)
    desk.card_shows("carla asks in public", "DM not possible: offer a public reply with the link")
    assert delivered(desk, "answer to a closed door") == []
    assert len(sent_directly(desk, "answer to a closed door")) == 1
    assert [row.takes_dms for row in rows(desk, select(contacts)) if row.takes_dms == "no"] == ["no"]
    assert "reply_refused" in [event for event, _ in events(desk, case)]
    assert_promises(desk)


@pytest.mark.parametrize(("username", "word"), [("stop_en", "STOP"), ("stop_tr", "mesaj atmayın")])
def test_stop_ends_every_offer_of_help_for_good_and_the_card_says_so(
    desk: BreakableDesk, username: str, word: str
) -> None:
    customer(desk, username, "Stella Stop")
    words = f"@sarishop {username} waits for her refund"
    post = desk.write(words, author=username)
    desk.click("Move to DM", desk.card_of(words, within=LONG))
    hand_in(desk)
    wait_until(lambda: desk.replies_to(post), within=LONG, why="the invitation is out")
    case = case_of(desk.card_shows(words, "invited to DM", within=LONG))
    desk.write(f"@sarishop {word}", author=username, reply_to=post)

    desk.card_shows(words, "wants no automatic messages", within=LONG)
    desk.wind(hours=2)
    desk.write("@sarishop somebody else, later", author="emma_w")
    wait_until(lambda: rows(desk, select(handoffs).where(handoffs.c.wake_at.is_(None))), why="looked")

    told = [event for event, _ in events(desk, case)]
    assert "opted_out" in told
    assert "dm_help_offered" not in told
    assert len(desk.replies_to(post)) == 1


def test_nothing_of_a_direct_message_is_shown_where_everybody_could_read_it(own_desk: WholeDesk) -> None:
    desk = slow_desk(own_desk)
    customer(desk, "shy_s", "Shirin Shy")
    write_directly(desk, "shy_s", "shirin writes her secret")
    wait_until(lambda: "dialog opens" in str(desk.channel("C0ADMIN")["messages"]), why="admins are told")
    card = wait_until(lambda: next(iter(desk.cards()), None), why="the case has a card")
    assert "Direct message" in shown(card)

    write_directly(desk, "shy_s", "shirin writes another secret")
    desk.click("Read DM", desk.cards()[0])

    assert "shirin writes her secret" in shown(desk.dialog())
    assert direct_cards(desk) == []
    for channel in ("C0SUPPORT", "C0LEADS", "C0ADMIN"):
        assert "secret" not in str(desk.channel(channel)["messages"])
    told = [m for m in desk.channel("C0ADMIN")["messages"] if "Everybody could read" in shown(m)]
    assert len(told) == 1
    assert "secret" not in desk.log()


def slow_desk(desk: WholeDesk, **extra: str) -> WholeDesk:
    desk.environment |= FAST | {"SLACK_ADMIN_CHANNEL": "C0ADMIN"} | extra
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    return desk.start()


def test_a_direct_message_that_waits_for_x_s_limit_says_when_it_leaves(own_desk: WholeDesk) -> None:
    desk = slow_desk(own_desk, X_DMS_PER_15MIN="2")
    make_private(desk)
    first, _ = given_talk(desk, "wait_one")
    second, _ = given_talk(desk, "wait_two")
    say_directly(desk, first, "this one leaves at once")
    direct_card(desk, "this one leaves at once", "answered by DM")

    say_directly(desk, second, "this one has to wait")

    direct_card(desk, "this one has to wait", "waits for X’s limit, leaves about")
    assert delivered(desk, "this one has to wait") == []
    assert_promises(desk)


def test_a_plan_without_direct_messages_harms_nothing_else_and_is_told_once(own_desk: WholeDesk) -> None:
    desk = own_desk
    desk.environment |= FAST | {"SLACK_ADMIN_CHANNEL": "C0ADMIN"}
    (desk.playbooks / "desk.yaml").write_text(PLAYBOOK)
    desk.start("web", "worker-1")  # nothing is polled before the clock is there
    desk.fault("x", INBOX, "status", status=403, body=FORBIDDEN)
    desk.start_process("clock")

    told = wait_until(lambda: desk.channel("C0ADMIN")["messages"], within=LONG, why="admins are told")
    desk.write("@sarishop mentions go on", author="emma_w")
    assert desk.reply(desk.card_of("mentions go on"), "They do. – Asha")["closed"]

    desk.card_shows("mentions go on", "<@U0ASHA> replied on X")
    assert "does not let us read or write direct messages" in shown(told[0])
    assert len(desk.channel("C0ADMIN")["messages"]) == 1
    assert len(desk.x_requests(INBOX)) == 1
    assert_promises(desk)
