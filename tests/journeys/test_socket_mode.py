"""The desk without a public address: Slack speaks to it over Socket Mode."""

from collections.abc import Iterator

import pytest

from tests.backstage import case_of, events
from tests.whole_desk import WholeDesk, shown, wait_until

CONNECT = "apps.connections.open"


@pytest.fixture(scope="module")
def socket_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    desk = WholeDesk(tmp_path_factory.mktemp("socket"), socket_mode=True)
    try:
        desk.start()
        wait_until(lambda: desk.slack()["sockets"] == 2, within=40, why="two connections are open")
        yield desk
    finally:
        desk.stop()


def test_the_main_job_is_done_over_socket_mode(socket_desk: WholeDesk) -> None:
    desk, words = socket_desk, "नमस्ते, ऑर्डर कहाँ है?"
    post = desk.write(f"@sarishop {words}", author="ravi_k")
    card = desk.card_of(words)

    desk.click("Claim", card)
    card = desk.card_shows(words, "<@U0ASHA> has it")
    dialog = desk.open_reply(card)
    typed = {"user": "U0ASHA", "view_id": dialog["id"], "action_id": "reply_text", "value": "आज शाम तक"}
    desk.control("slack/view_action", typed)
    wait_until(lambda: "9 of 280" in shown(desk.dialog()), why="the dialog counts")
    refused = desk.submit(dialog, "आ" * 281)
    assert "X counts 281 characters here and allows 280" in " ".join(refused["errors"].values())
    assert desk.submit(dialog, "आज शाम तक, रवि जी। – आशा")["closed"]

    desk.card_shows(words, "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == ["@ravi_k आज शाम तक, रवि जी। – आशा"]
    desk.assert_promises()


def test_over_socket_mode_too_a_click_that_comes_four_times_counts_once(socket_desk: WholeDesk) -> None:
    desk, words = socket_desk, "four envelopes"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)

    desk.click("Claim", card, deliveries=4, parallel=True)

    card = desk.card_shows(words, "<@U0ASHA> has it")
    assert [event for event, _ in events(desk, case_of(card))].count("claimed") == 1
    desk.click("Claim", card, user="U0MEHMET", stale=True)
    wait_until(lambda: [p for p in desk.private("U0MEHMET") if "<@U0ASHA> has this case since" in p])
    desk.assert_promises()


def test_no_click_is_lost_while_slack_renews_the_connections(socket_desk: WholeDesk) -> None:
    desk = socket_desk
    many = [
        {"author": "emma_w", "text": f"@sarishop renewal {turn}-{n}"} for turn in range(4) for n in range(4)
    ]
    desk.control("x/write_many", {"posts": many})
    cards = {(turn, n): desk.card_of(f"renewal {turn}-{n}") for turn in range(4) for n in range(4)}

    for turn in range(4):
        connected = len(desk.requests(CONNECT))
        assert desk.control("slack/refresh_sockets", {})["refreshed"]
        for n in range(4):
            desk.click("Claim", cards[turn, n], user=("U0ASHA", "U0MEHMET")[n % 2], wait=False)
        for n in range(4):
            desk.card_shows(f"renewal {turn}-{n}", f"<@{('U0ASHA', 'U0MEHMET')[n % 2]}> has it")
        wait_until(lambda seen=connected: renewed(desk, seen), within=40, why="the connection is renewed")  # type: ignore[misc]

    assert desk.slack("U0ASHA")["warnings"] == []
    assert desk.slack("U0MEHMET")["warnings"] == []
    desk.assert_promises()


def renewed(desk: WholeDesk, seen: int) -> bool:
    return len(desk.requests(CONNECT)) > seen and desk.slack()["sockets"] == 2
