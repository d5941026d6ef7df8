"""Web or the poller dies (faults.md P6, P7, P9, P10): a click counts once, a mention comes once."""

from collections.abc import Iterator

import pytest

from tests.backstage import case_of, events
from tests.faults.breakable import LONG, BreakableDesk, answer_to
from tests.whole_desk import shown, wait_until
from workflows.domain.effects import Kind


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        yield desk.start("web", "clock", "worker-1")
    finally:
        desk.stop()


@pytest.fixture
def desk(running: BreakableDesk) -> BreakableDesk:
    return running


def test_a_click_that_was_not_saved_changes_nothing_and_can_be_repeated(desk: BreakableDesk) -> None:
    _, card = desk.given_card("died before the commit")
    desk.crash_at("committing", "web")

    answer = desk.click("Claim", card)

    assert answer["warning"]
    assert "nobody has it yet" in shown(desk.card_of("died before the commit"))
    assert ("claimed", "U0ASHA") not in events(desk, case_of(card))
    wait_until(desk.healthy, within=LONG)
    assert "warning" not in desk.click("Claim", card)
    desk.card_shows("died before the commit", "<@U0ASHA> has it", within=LONG)
    desk.assert_promises()


def test_a_click_that_was_saved_but_not_acknowledged_counts_once_however_often_it_comes(
    desk: BreakableDesk,
) -> None:
    _, card = desk.given_card("died before the ack")
    desk.crash_at("committed", "web")

    answer = desk.click("Claim", card, deliveries=3)
    wait_until(desk.healthy, within=LONG)
    desk.click("Claim", card)

    assert answer["warning"]
    desk.offer_now(within_s=15)
    desk.card_shows("died before the ack", "<@U0ASHA> has it", within=LONG)
    assert events(desk, case_of(card)).count(("claimed", "U0ASHA")) == 1
    desk.assert_promises()


def test_a_reply_that_was_saved_but_not_acknowledged_is_sent_once_although_the_agent_sends_it_again(
    desk: BreakableDesk,
) -> None:
    _, dialog = desk.given_dialog("sent twice by hand")
    desk.crash_at("committed", "web")

    # Slack shows its warning and leaves the dialog open; so the agent presses Send once more.
    assert desk.submit(dialog, answer_to("sent twice by hand"))["warning"]
    wait_until(desk.healthy, within=LONG)
    assert desk.submit(dialog, answer_to("sent twice by hand"))["closed"]

    desk.offer_now(within_s=15)
    desk.card_shows("sent twice by hand", "<@U0ASHA> replied on X", within=LONG)
    assert len(desk.x_requests("POST /2/tweets")) == 1
    assert len(desk.effects(Kind.REPLY)) == 1
    desk.assert_promises()


def test_mentions_that_were_fetched_but_not_stored_are_fetched_again(desk: BreakableDesk) -> None:
    poller = desk.crash_at("poll:fetched")
    desk.write("@sarishop fetched, not stored")
    poller.wait(LONG)

    desk.start_process("worker-1")

    desk.card_of("fetched, not stored", within=LONG)
    desk.assert_promises()


def test_mentions_that_were_stored_are_not_stored_again_when_the_poller_dies_before_the_rest(
    desk: BreakableDesk,
) -> None:
    desk.kill("worker-1")
    known = len(desk.effects(Kind.POST_CARD))
    writes = [{"author": "emma_w", "text": f"@sarishop of many, number {n:02}"} for n in range(30)]
    desk.control("x/write_many", {"posts": writes})
    desk.crash_at("poll:stored")
    desk.start_process("worker-1").wait(LONG)
    assert 0 < len(desk.effects(Kind.POST_CARD)) - known < 30

    desk.start_process("worker-1")

    wait_until(lambda: len(desk.cards()) == known + 30, within=LONG, why="thirty more cards")
    for number in range(30):
        desk.card_of(f"of many, number {number:02}")
    desk.assert_promises()
