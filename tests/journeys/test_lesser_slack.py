"""A Slack that offers less: no history, no list of users, no response_url; the job is done all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.whole_desk import WholeDesk, wait_until
from workflows.store.tables import outbox

MISSING = ["conversations.history", "conversations.replies", "users.list", "users.info"]


@pytest.fixture(scope="module")
def lesser_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    home: Path = tmp_path_factory.mktemp("lesser")
    desk = WholeDesk(home, extra={"SLACK_CHANNEL": "#support"})
    try:
        desk.start()
        desk.control("slack/settings", {"missing_methods": MISSING, "response_urls": False})
        yield desk
    finally:
        desk.stop()


def test_the_main_job_needs_neither_history_nor_users_nor_response_urls(lesser_desk: WholeDesk) -> None:
    desk = lesser_desk
    post = desk.write("@sarishop रिफंड कब मिलेगा?", author="ravi_k")
    card = desk.card_of("रिफंड कब मिलेगा?")

    desk.click("Claim", card)
    card = desk.card_shows("रिफंड कब मिलेगा?", "<@U0ASHA> has it")
    desk.reply(card, "आज ही, रवि जी। – आशा")

    desk.card_shows("रिफंड कब मिलेगा?", "<@U0ASHA> replied on X")
    assert desk.replies_to(post) == ["@ravi_k आज ही, रवि जी। – आशा"]
    desk.assert_promises()


def test_a_refusal_comes_as_an_ephemeral_message_where_there_is_no_response_url(
    lesser_desk: WholeDesk,
) -> None:
    desk = lesser_desk
    desk.write("@sarishop ephemeral please", author="emma_w")
    card = desk.card_of("ephemeral please")
    desk.click("Claim", card, user="U0ASHA")
    card = desk.card_shows("ephemeral please", "<@U0ASHA> has it")

    desk.click("Release", card, user="U0MEHMET")

    wait_until(lambda: [p for p in desk.private("U0MEHMET") if "has this case since" in p], why="he is told")


def test_a_doubtful_card_is_posted_again_without_history_and_the_extra_one_goes_when_it_is_clicked(
    lesser_desk: WholeDesk,
) -> None:
    desk = lesser_desk
    desk.fault("slack", "chat.postMessage", "drop_after", times=1)
    desk.write("@sarishop this card is doubtful", author="tanvir_h")
    first = desk.card_of("this card is doubtful")

    # The looks at 5 s and 30 s cannot be made: they are moved to now instead of being waited for.
    def posted_again() -> bool:
        with desk.engine.begin() as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.state == "in_doubt")
                .values(lease_until=datetime.now(UTC), offer_at=datetime.now(UTC))
            )
        return len([c for c in desk.cards() if "this card is doubtful" in str(c["blocks"])]) == 2

    wait_until(posted_again, within=40)
    desk.click("Claim", first)

    wait_until(
        lambda: first["ts"] not in [card["ts"] for card in desk.cards()], why="the extra one is removed"
    )
    desk.card_shows("this card is doubtful", "<@U0ASHA> has it")
    desk.assert_promises()
