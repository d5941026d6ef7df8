"""Whatever customers write: nobody is pinged, Slack takes it, and their words are shown as they are."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from sandbox.slack.blocks import check_message_blocks, check_view, text_length
from slackbot.render.card import render_card, render_safe_card
from slackbot.render.ladder import due_words
from slackbot.render.modals import render_reply_modal
from slackbot.render.text import Json, Message, escape, inert, moment, person
from slackbot.render.thread import MOST_EVENTS, render_events
from tests.slackbot.samples import (
    ASHA,
    CARDS,
    MEHMET,
    NOW,
    SCRIPTS,
    held,
    make_draft,
    make_event,
    make_message,
    make_open_reply,
    make_view,
    thread_of,
)
from workflows.domain.case import Status
from workflows.domain.reply import Summons
from workflows.store import drafts as states
from workflows.store.history import Event
from workflows.store.views import CaseView, EventView

MOST_TEXT = 12_000
LIVE = re.compile(r"<[!@#]|<http|<mailto:|<tel:")

TRAPS = [
    *[
        "<!channel>",
        "<!here|x>",
        "<!everyone>",
        "<@U1>",
        "<@U0ASHA>",
        "<#C1>",
        "<!subteam^S1>",
        "<!date^1^x|y>",
    ],
    *["<http://x|y>", "<https://x>", "<mailto:a@b.c|mail>", "<tel:1>", "&lt;!here&gt;", "&amp;lt;!here>"],
    *[
        "<",
        ">",
        "&",
        "<<!",
        "<\u200b!channel>",
        "<\u202e!channel>",
        "<\x00!channel>",
        "<\ud800@U1>",
        "<\n!here>",
    ],
    *[
        "*b*",
        "_i_",
        "`c`",
        "```",
        "~s~",
        ":tada:",
        "|",
        "\\",
        "%",
        "%s",
        "%(who)s",
        "{0}",
        "</",
        "]]>",
        '"',
        "'",
    ],
    *[
        "\u202e",
        "\u2066",
        "\u2069",
        "\u200f",
        "\ufeff",
        "\x07",
        "\x1b[31m",
        "\r\n",
        "\u2028",
        "\t",
        "\ud83d",
        "\0",
    ],
    *[
        "👨‍👩‍👧‍👦",
        "🇹🇷",
        "e" + "\u0301" * 50,
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
    *[words for _, words, _ in SCRIPTS.values()],
]
LONG = st.sampled_from([*TRAPS, "क्षि", "స్త్రీ", "ন্দ্র", "م", "x", "<!channel>&"]).map(
    lambda unit: unit * (25_000 // len(unit))
)
TEXTS = st.text(max_size=80) | st.lists(st.sampled_from(TRAPS), max_size=40).map("".join) | LONG
NAMES = st.text(max_size=60) | st.lists(st.sampled_from(TRAPS), max_size=12).map("".join)
# X gives names of at most 15 plain letters; a server that does not must not hurt us either.
USERNAMES = st.from_regex(r"\A[A-Za-z0-9_]{1,15}\Z") | NAMES
PLAIN = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=200
).map(lambda text: unicodedata.normalize("NFC", text))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for key, value in part.items():
            yield key
            yield from strings(value)
    elif isinstance(part, list):
        for item in part:
            yield from strings(item)


# Ids that no text above names, so that a mention that gets through cannot pass for one of ours.
AGENT, OTHER = "U0REALAGENT", "U0OTHERAGENT"
OURS = [
    *(moment(NOW.replace(minute=minute)) for minute in range(60)),
    *(
        due_words(NOW + timedelta(minutes=minute), is_late=is_late)
        for minute in range(90)
        for is_late in (False, True)
    ),
    moment(NOW + timedelta(minutes=61), "{date_short_pretty} {time} ({ago})"),
    moment(NOW + timedelta(seconds=5), "{time_secs}"),
    *map(person, (AGENT, OTHER, ASHA)),
    "<https://x.com/i/status/1990000000000000900|see it on X>",
]
"""The live sequences that the desk itself builds, to the letter."""


def assert_inert(payload: Any) -> None:
    for string in strings(payload):
        if not LIVE.search(string):
            continue
        left = string
        for built in OURS:
            left = left.replace(built, "")
        assert not LIVE.search(left), f"live: {string!r}"


def assert_taken(message: Message, *, most_blocks: int = 50) -> None:
    """Check a message as Slack would, and by stricter rules of our own."""
    check_message_blocks(message.blocks)
    for block in message.blocks:
        model = Block.parse(block)
        assert model is not None
        model.validate_json()
    assert len(message.blocks) <= most_blocks
    assert text_length(message.blocks) <= MOST_TEXT
    assert 0 < len(message.text) <= 3000
    assert all(len(string) <= 3000 for string in strings(message.blocks))
    json.dumps(message.blocks, ensure_ascii=False).encode()  # no lone surrogate is left
    message.text.encode()
    assert_inert([message.text, message.blocks])


def by(view: CaseView) -> CaseView:
    """Let the agents of a sample be those whom no hostile text can name."""
    case = view.case
    reply = replace(view.reply, author=AGENT) if view.reply else None  # type: ignore[arg-type]
    case = replace(case, assignee=AGENT if case.assignee else None)  # type: ignore[arg-type]
    case = replace(case, quiet_by=OTHER if case.quiet_by else "")
    return replace(view, case=case, drafting=[AGENT, OTHER][: len(view.drafting)], reply=reply)


VIEWS = st.sampled_from(sorted(CARDS)).map(lambda name: by(CARDS[name]))


@st.composite
def hostile_views(draw: st.DrawFn) -> CaseView:
    """Any state of a case, whose customer writes anything under any name."""
    view = draw(VIEWS)
    customer = replace(view.customer, name=draw(NAMES), username=draw(USERNAMES))
    messages = [replace(message, text=draw(TEXTS)) for message in view.messages]
    reply = replace(view.reply, text=draw(TEXTS)) if view.reply else None
    return replace(view, customer=customer, messages=messages, reply=reply)


@given(hostile_views(), st.sampled_from(["open", "summoned"]))
@QUICK
def test_a_card_pings_nobody_and_is_taken_by_slack(view: CaseView, rule: str) -> None:
    assert_taken(render_card(view, rule=rule).message)
    assert_taken(render_safe_card(view))


@given(words=TEXTS, name=NAMES, username=USERNAMES, answer=TEXTS)
@QUICK
def test_a_dialog_pings_nobody_and_is_taken_by_slack(
    words: str, name: str, username: str, answer: str
) -> None:
    reply = make_open_reply(answer[:3000].replace("\ud800", "").replace("\ud83d", ""), (AGENT, OTHER))
    target = replace(reply.target, text=words)
    customer = replace(reply.view.customer, name=name, username=username)

    view = replace(reply.view, customer=customer)
    modal = render_reply_modal(replace(reply, target=target, view=view))

    check_view(modal, "modal")
    assert text_length(modal["blocks"]) <= MOST_TEXT
    for block in modal["blocks"]:
        if block["type"] == "input":  # the agent's own words stand in the field as they typed them
            block["element"].pop("initial_value", None)
    assert_inert(modal)


@st.composite
def histories(draw: st.DrawFn) -> list[EventView]:
    kinds = draw(st.lists(st.sampled_from(sorted(Event)), min_size=1, max_size=MOST_EVENTS + 5))
    return [
        make_event(
            number,
            kind,
            actor=AGENT,
            text=draw(TEXTS),
            from_whom=OTHER,
            reason=draw(st.sampled_from(["blocked", ""])),
        )
        for number, kind in enumerate(kinds)
    ]


@given(histories(), USERNAMES)
@QUICK
def test_a_thread_pings_nobody_and_is_taken_by_slack(events: list[EventView], username: str) -> None:
    message = render_events(events, customer=username, block_id="fx-9223372036854775807-9223372036854775807")
    if message is not None:
        assert_taken(message)


@pytest.mark.parametrize("username", ["emma_w", "&" * 60, "<!channel>" * 6])
@pytest.mark.parametrize("kind", ["post_received", "reply_refused"])
def test_a_thread_full_of_the_longest_posts_is_taken_too(kind: str, username: str) -> None:
    events = [make_event(n, kind, text="<&" * 12_500, reason="not_summoned") for n in range(MOST_EVENTS)]
    message = render_events(events, customer=username, block_id="fx-9-12")
    assert message is not None
    assert_taken(message)


def test_the_notification_of_a_long_thread_names_nobody_by_halves() -> None:
    kinds = ["reply_refused"] * 9 + ["taken_over"] * 3
    events = [
        make_event(n, kind, actor=AGENT, from_whom=OTHER, reason="not_summoned")
        for n, kind in enumerate(kinds)
    ]
    message = render_events(events, customer="emma_w", block_id="fx-9-12")
    assert message is not None
    assert_taken(message)


# --- the words themselves


def quoted(blocks: Sequence[Json]) -> list[str]:
    """Return the texts of the quotations, each put together from its parts."""
    quotes = [
        part
        for block in blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_quote"
    ]
    return ["".join(element["text"] for element in part["elements"]) for part in quotes]


@given(PLAIN)
@QUICK
def test_short_words_are_shown_to_the_letter(words: str) -> None:
    card = render_card(make_view(make_message(text=words), reply=make_draft(text=words)), rule="open")
    assert quoted(card.message.blocks) == [words, words]
    modal = render_reply_modal(make_open_reply(words=words))
    assert quoted(modal["blocks"]) == [words]
    thread = render_events([make_event(1, "post_received", text=words)], customer="x", block_id="fx-1-1")
    assert thread is not None
    assert quoted(thread.blocks) == [words]


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_every_script_are_shown_to_the_letter(script: str) -> None:
    customer, words, answer = SCRIPTS[script]
    card = render_card(CARDS[script], rule="open").message
    assert quoted(card.blocks) == [words, answer]
    assert customer.name in list(strings(card.blocks))
    assert words in card.text


@given(st.lists(st.sampled_from(TRAPS) | st.text(max_size=5), max_size=20).map("".join))
@QUICK
def test_inert_parts_put_together_are_the_whole(words: str) -> None:
    whole = "".join(part["text"] for part in inert(words))
    assert not any(LIVE.search(part["text"]) for part in inert(words))
    assert whole == "".join(part["text"] for part in inert(whole)), "doing it twice changes nothing"


@given(TEXTS, st.integers(1, 300))
@QUICK
def test_escaped_words_hold_no_control_sign_and_read_as_they_were(words: str, limit: int) -> None:
    escaped = escape(words, limit)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escaped)
    read = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(read) <= limit


@pytest.mark.parametrize("text", ["", "\x00", "\u200b\x07"])
def test_a_post_without_a_visible_word_still_makes_a_card(text: str) -> None:
    assert_taken(render_card(make_view(make_message(text=text)), rule="open").message)


@pytest.mark.parametrize("user_id", ["", "U1>", "<!channel>", "u0asha", "U0ASHA|x", "U" * 50, "U0ASHÀ"])
def test_only_what_slack_could_have_named_is_mentioned(user_id: str) -> None:
    assert not LIVE.search(person(user_id))
    assert person("U0ASHA") == "<@U0ASHA>"


# --- the card itself


def test_the_same_state_has_the_same_fingerprint_whatever_its_posting_and_version() -> None:
    view = CARDS["claimed"]
    newer = replace(view, case=replace(view.case, version=5))
    first, again = render_card(view, rule="open"), render_card(view, rule="open", attempt=3)

    assert first.digest == again.digest
    ids = [{block["block_id"] for block in card.message.blocks} for card in (first, again)]
    assert not ids[0] & ids[1], "Slack wants new ids at each update"
    assert render_card(CARDS["new"], rule="open").digest != first.digest
    assert all(
        block["block_id"].startswith("card-7-") for block in render_card(newer, rule="open").message.blocks
    )


def test_every_state_of_a_case_has_its_own_fingerprint() -> None:
    digests = {name: render_card(view, rule="open").digest for name, view in CARDS.items()}
    assert len(set(digests.values())) == len(digests)


def labels(view: CaseView, rule: str = "open") -> list[str]:
    actions = [b for b in render_card(view, rule=rule).message.blocks if b["type"] == "actions"]
    return [element["text"]["text"] for block in actions for element in block["elements"]]


@pytest.mark.parametrize(
    ("view", "rule", "expected"),
    [
        (CARDS["new"], "open", ["Claim", "Reply", "Move to DM", "Escalate", "Resolve", "Open on X", "Why?"]),
        (
            CARDS["claimed"],
            "open",
            ["Reply", "Release", "Take over", "Move to DM", "Escalate", "Resolve", "Open on X", "Why?"],
        ),
        (CARDS["resolved"], "open", ["Re-open", "Open on X", "Why?"]),
        (CARDS["answer_only_on_x"], "open", ["Claim", "Escalate", "Resolve", "Open on X", "Why?"]),
        (
            make_view(make_message(summons=Summons(names_us=False, follows_up=True))),
            "summoned",
            ["Claim", "Escalate", "Resolve", "Open on X", "Why?"],
        ),
        (
            CARDS["reply_asked"],
            "open",
            [
                "It is there",
                "Send again",
                "Reply",
                "Release",
                "Take over",
                "Move to DM",
                "Escalate",
                "Resolve",
                "Open on X",
                "Why?",
            ],
        ),
        (
            make_view(make_message(external_id="../../evil")),
            "open",
            ["Claim", "Reply", "Move to DM", "Escalate", "Resolve", "Why?"],
        ),
    ],
)
def test_a_card_has_the_buttons_that_its_state_allows(view: CaseView, rule: str, expected: list[str]) -> None:
    assert labels(view, rule) == expected


def test_buttons_say_for_which_state_they_were_drawn() -> None:
    actions = render_card(CARDS["claimed"], rule="open").message.blocks[-1]
    assert {element["value"] for element in actions["elements"]} == {f"7|4|{ASHA}"}


def test_the_thread_tells_every_event_but_those_the_card_tells() -> None:
    told = render_events(thread_of("words", "answer"), customer="emma_w", block_id="fx-1-12")
    assert told is not None
    sentences = told.text.split(" · ")
    assert len(sentences) == 12
    for quiet in ("opened", "reply_submitted"):
        assert render_events([make_event(1, quiet)], customer="emma_w", block_id="fx-1-1") is None


def test_the_thread_tells_no_more_at_once_than_a_message_holds() -> None:
    events = [make_event(number, "claimed", actor=MEHMET) for number in range(40)]
    told = render_events(events, customer="emma_w", block_id="fx-1-12")
    assert told is not None
    assert len(told.blocks) == MOST_EVENTS


def test_the_weight_of_a_draft_is_that_of_what_will_be_sent() -> None:
    def weight(text: str) -> str:
        reply = make_open_reply(text, composed={"final": text.strip(), "price": None})
        blocks = render_reply_modal(reply)["blocks"]
        return str(next(b for b in blocks if b["block_id"] == "count-31")["elements"][0]["text"])

    assert weight("") == "0 of 280 characters, as X counts them"
    assert weight("  中中\n") == "4 of 280 characters, as X counts them"
    assert weight("x" * 281) == ":no_entry: 281 of 280: 1 character too long"
    assert weight("x" * 1281) == ":no_entry: 1281 of 280: 1,001 characters too long"


def test_a_resolved_case_says_neither_that_nobody_has_it_nor_that_somebody_waits() -> None:
    view = make_view(case=held(status=Status.RESOLVED, assignee=None, assigned_at=None))
    shown = " ".join(strings(render_card(view, rule="open").message.blocks))
    assert "nobody has it" not in shown
    assert "waits since" not in shown


@pytest.mark.parametrize(
    "state", [states.SUBMITTED, states.DOUBTED, states.ASKED, states.SENT, states.REFUSED]
)
def test_a_reply_is_shown_with_its_words_in_every_state(state: str) -> None:
    view = make_view(case=held(), reply=make_draft(state, "Çok üzgünüz"))
    assert "Çok üzgünüz" in quoted(render_card(view, rule="open").message.blocks)
