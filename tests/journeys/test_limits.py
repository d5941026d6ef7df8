"""With the limits of a fresh installation on both sides, Slack and X never have to say "too fast"."""

import re
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.backstage import case_of, count, quiet, quiet_for_good
from tests.whole_desk import FAST, WholeDesk, shown, wait_until
from workflows.store.tables import messages

pytestmark = pytest.mark.alone
BURST = 10


@pytest.fixture(scope="module")
def default_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk whose operator has set no limits, beside a Slack and an X that keep theirs."""
    desk = WholeDesk(tmp_path_factory.mktemp("limits"), extra={"X_POLL_SECONDS": "0.5"})
    for name in FAST:
        del desk.environment[name]
    try:
        desk.start()
        desk.control("slack/settings", {"limits": {"all": "default"}})
        desk.control("x/settings", {"limits": {"all": "default"}})
        yield desk
    finally:
        desk.stop()


def too_fast(desk: WholeDesk) -> list[str]:
    """What Slack and X refused for being too fast."""
    asked = [*desk.control("slack/requests"), *desk.control("x/requests")]
    return [r["method"] for r in asked if r["status"] == 429 or r["error"] == "ratelimited"]


def drawings(desk: WholeDesk, since: int) -> list[str]:
    """What cards were made to show since a request, whatever the ids of the blocks, new each time."""
    asked = desk.control(f"slack/requests?since={since}")
    drawn = [r["args"] for r in asked if r["method"] == "chat.update" or r["args"].get("replace_original")]
    return [re.sub(r"'block_id': '[^']*'", "", str([args["text"], args["blocks"]])) for args in drawn]


def test_a_burst_of_mentions_is_posted_in_order_and_slack_never_says_too_fast(
    default_desk: WholeDesk,
) -> None:
    desk = default_desk
    authors = ["emma_w", "ravi_k", "lakshmi_t", "tanvir_h", "ismail_d"]
    posts = [{"author": authors[n % 5], "text": f"@sarishop burst number {n:02}."} for n in range(BURST)]
    roots = desk.control("x/write_many", {"posts": posts})["ids"]
    # While the cards leave at one a second, people work on the first ones and customers write on.
    for n, agent in enumerate(("U0ASHA", "U0MEHMET", "U0ASHA")):
        desk.click("Claim", desk.card_of(f"burst number {n:02}.", within=40), user=agent)
    more = [
        {"author": authors[n], "text": f"@sarishop more of {n:02}", "reply_to": roots[n]} for n in range(3)
    ]
    desk.control("x/write_many", {"posts": more})

    cards = [desk.card_of(f"burst number {n:02}.", within=60) for n in range(BURST)]
    for n, agent in enumerate(("U0ASHA", "U0MEHMET", "U0ASHA")):
        desk.card_shows(f"burst number {n:02}.", f"<@{agent}> has it", f"more of {n:02}")
    quiet_for_good(desk)

    assert too_fast(desk) == []
    assert [card["ts"] for card in cards] == sorted(card["ts"] for card in cards)
    told = [shown(desk.card_of(f"burst number {n:02}.")["thread"][0]) for n in range(3)]
    assert all(f"more of {n:02}" in told[n] for n in range(3))
    desk.assert_promises(posts=BURST + 3)


def test_changes_of_a_moment_share_an_update_and_what_shows_already_is_not_drawn_again(
    default_desk: WholeDesk,
) -> None:
    desk = default_desk
    root = desk.write("@sarishop many changes", author="ismail_d")
    case = case_of(desk.card_of("many changes", within=40))
    quiet_for_good(desk)
    since, began = len(desk.control("slack/requests")), time.monotonic()

    for n in range(6):
        desk.write(f"@sarishop change {n}", author="ismail_d", reply_to=root)
        wait_until(lambda n=n: count(desk, messages, messages.c.case_id == case) == n + 2)  # type: ignore[misc]
    desk.card_shows("many changes", "change 5")
    took = time.monotonic() - began

    drawn = drawings(desk, since)
    assert 1 < len(drawn) <= took / 2 + 1, f"{len(drawn)} updates in {took:.1f} s"
    assert all(one != other for one, other in pairwise(drawn))
    quiet_for_good(desk)
    assert too_fast(desk) == []
    desk.assert_promises()


def test_changes_by_clicks_are_shown_through_the_clicks_and_spend_no_update(default_desk: WholeDesk) -> None:
    desk = default_desk
    post = desk.write("@sarishop only clicks", author="emma_w")
    card = desk.card_of("only clicks", within=40)
    before = len(desk.requests("chat.update"))

    desk.click("Claim", card)
    card = desk.card_shows("only clicks", "<@U0ASHA> has it")
    since = len(desk.control("slack/requests"))
    desk.click("Claim", card, stale=True)  # hers already: there is nothing new to show
    quiet(desk)
    assert drawings(desk, since) == []
    dialog = desk.open_reply(card)
    desk.card_shows("only clicks", "<@U0ASHA> is writing")
    assert desk.submit(dialog, "Here you are, Emma. – Asha")["closed"]
    card = desk.card_shows("only clicks", "<@U0ASHA> replied on X")
    desk.click("Resolve", card)
    desk.card_shows("only clicks", "Resolved")

    assert len(desk.requests("chat.update")) == before
    assert desk.replies_to(post) == ["@emma_w Here you are, Emma. – Asha"]
    quiet_for_good(desk)
    assert too_fast(desk) == []
    desk.assert_promises()
