"""Poisonous posts and names: stored, shown harmless, and never in the way of others."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import regex
from sqlalchemy import select

from tests.backstage import count, rows, take_off_x
from tests.whole_desk import Json, WholeDesk, shown, wait_until
from workflows.store.tables import messages

# What would be live in Slack's mrkdwn if it came from a customer.
PINGS = (
    "<!channel> <!here> <!everyone> <!subteam^S0LEADS|@leads> <@U0PRIYA> <@U0OMAR|boss> <#C0ADMIN> "
    "<#C0LEADS|leads> <https://evil.example/login|Slack> <http://evil.example> <mailto:x@evil.example|mail> "
    "<!date^1^{date}|now>"
)
PAST_ESCAPES = "&lt;!channel&gt; &amp;lt;!here&gt; <<!channel>> <\u200b!channel> <\0!everyone> <\u202e!here>"

# The only constructs that the desk writes itself.
OURS = re.compile(
    r"<!date\^\d+\^\{date_short_pretty\} \{time\}(?: \(\{ago\}\))?\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
    r"|<@U0ASHA>|<https://x\.com/i/status/\d+\|see it on X>"
)
LIVE = re.compile(r"<(?=[!@#]|https?:|mailto:|tel:)")


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)
    elif isinstance(node, dict):
        for value in node.values():
            yield from strings(value)


def live(desk: WholeDesk, since: int) -> list[str]:
    """Return what the desk sent since a request that Slack would bring to life, and that is not our own."""
    said = desk.control(f"slack/requests?since={since}")
    return [text for request in said for text in strings(request["args"]) if LIVE.search(OURS.sub("", text))]


def now_at(desk: WholeDesk) -> int:
    return len(desk.control("slack/requests"))


def poisoned(desk: WholeDesk, username: str, name: str) -> str:
    desk.control("x/person", {"username": username, "name": name, "create": True})
    return username


def the_card(desk: WholeDesk, username: str) -> Json:
    """The card of this customer's one case."""
    return wait_until(
        lambda: next((card for card in desk.cards() if f"@{username}" in shown(card)), None),  # type: ignore[return-value]
        why=f"a card of @{username}",
    )


def text_of(desk: WholeDesk, post_id: str) -> str:
    return str(rows(desk, select(messages.c.text).where(messages.c.external_id == post_id))[0].text)


def test_pings_and_links_in_a_post_and_in_a_name_are_dead_wherever_they_are_shown(desk: WholeDesk) -> None:
    since = now_at(desk)
    author = poisoned(desk, "pinger", f"<!channel> {PINGS}")
    words = f"@sarishop {PINGS} {PAST_ESCAPES} *bold* _it_ ~no~ `code` ```block``` :tada: @here @channel"
    post = desk.write(words, author=author)

    # through the card, the dialog, the thread, the answer and a refusal
    card = the_card(desk, author)
    desk.click("Claim", card)
    desk.write(f"@sarishop {PINGS} again", author=author, reply_to=post)
    card = desk.card_shows("@pinger", "again", "<@U0ASHA> has it")
    dialog = desk.open_reply(card)
    assert "channel>" in shown(dialog)
    desk.submit(dialog, f"Please do not write {PINGS[:60]} – Asha")
    desk.card_shows("@pinger", "replied on X")
    wait_until(lambda: "Please do not write" in shown({"blocks": thread_of(desk, author)}))

    assert live(desk, since) == []
    for whole in ("<!channel>", "<!everyone>", "<@U0PRIYA>", "<https://evil.example/login|Slack>"):
        assert whole in shown(the_card(desk, author)), "a reader sees what was written"
    desk.assert_promises()


def thread_of(desk: WholeDesk, username: str) -> list[Json]:
    return [block for message in the_card(desk, username)["thread"] for block in message["blocks"]]


def test_no_poisonous_post_or_name_holds_up_the_others_of_its_batch(desk: WholeDesk) -> None:
    people = {
        "nul": ("Nul\0Name", "@sarishop nul \0 in the middle"),
        "surrogate": ("Lone \ud83d name", "@sarishop a lone \udc00 surrogate"),
        "override": ("\u202eeman", "@sarishop \u202egnitirw desrever\u202c and \u2066isolated\u2069"),
        "zalgo": ("Z" + "\u0301" * 5000, "@sarishop z" + "\u0300\u0316" * 5000),
        "emoji": ("👨‍👩‍👧‍👦" * 500, "@sarishop " + "👩🏽‍🚀🏴󠁧󠁢󠁷󠁬󠁳󠁿🇹🇷" * 3400),
        "blank": ("\u3164", "@sarishop \u3164\u2800"),
        "controls": ("Bell\x07", "@sarishop \x1b[31mred\x1b[0m\r\n\x08\x7f\x85\u2028line"),
    }
    for username, (name, _) in people.items():
        poisoned(desk, username, name)
    posts = [{"author": username, "text": text} for username, (_, text) in people.items()]
    healthy = [{"author": "emma_w", "text": f"@sarishop healthy number {n}"} for n in range(3)]
    batch = [posts[0], healthy[0], *posts[1:4], healthy[1], *posts[4:], healthy[2]]
    before = count(desk, messages)
    alerts = len(desk.channel("C0ADMIN")["messages"])

    ids = desk.control("x/write_many", {"posts": batch})["ids"]

    for number in range(3):
        desk.card_of(f"healthy number {number}", within=40)
    cards = {username: the_card(desk, username) for username in people}
    assert count(desk, messages) == before + len(batch)
    assert len(desk.channel("C0ADMIN")["messages"]) == alerts, "no post was set aside"
    assert "nul  in the middle" in shown(cards["nul"])
    assert "NulName" in shown(cards["nul"])
    assert "a lone ? surrogate" in shown(cards["surrogate"])
    assert "[U+202E]gnitirw desrever[U+202C]" in shown(cards["override"])
    assert "[U+202E]eman" in shown(cards["override"])
    for card in cards.values():
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown(card)
        )
    take_off_x(desk, ids)
    desk.assert_promises()


LONG = {
    "hindi": "क्षत्रिय श्री ज़िन्दगी ",
    "telugu": "స్త్రీలకు శ్రీకాళహస్తీశ్వరా ",
    "bengali": "ক্ষুদ্র স্ত্রীলোক জ্যোৎস্না ",
    "turkish": "İıŞşĞğ çalışmıyor I\u0307STANBUL ",
    "chinese": "我的訂單還沒有到",
    "arabic": "لا أستطيع الدفع ",
    "families": "👨‍👩‍👧‍👦👩🏽‍🚀🏴󠁧󠁢󠁷󠁬󠁳󠁿🇹🇷",
}


def test_a_post_of_25000_characters_is_stored_whole_and_cut_between_two_signs(desk: WholeDesk) -> None:
    posts = {}
    for script, phrase in LONG.items():
        text = f"@sarishop {script} " + (phrase * 25_000)[: 25_000 - 11 - len(script)]
        posts[script] = desk.write(text, author="lakshmi_t")

    for script, post in posts.items():
        card = desk.card_of(f"@sarishop {script}", within=40)
        parts = [part for block in card["blocks"] for part in block["elements"]]
        quoted = next(shown({"blocks": [part]}) for part in parts if part["type"] == "rich_text_quote")
        stored = text_of(desk, post)
        assert len(stored) > 24_000
        assert quoted.endswith("…")
        assert 1000 < len(quoted) <= 1500
        kept = quoted[:-1]
        assert stored.startswith(kept)
        signs = regex.findall(r"\X", stored[: len(kept) + 100])
        assert len(kept) in accumulate(map(len, signs)), f"{script}: cut inside a sign after {kept[-8:]!r}"
    take_off_x(desk, posts.values())
    desk.assert_promises()
