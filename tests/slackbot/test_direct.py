"""The card and dialog of direct messages: what Slack takes, what pings nobody, what no other card says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.slack.blocks import check_message_blocks, check_view
from slackbot.render.direct import render_direct_card, render_direct_dialog
from slackbot.render.direct_words import direct_buttons, direct_lines, render_help, state_lines
from tests.slackbot.samples import EMMA, HOSTILE_NAME, HOSTILE_TEXT, NOW, make_case, make_draft, make_view
from workflows.domain.case import Status
from workflows.domain.handoff import Stage
from workflows.services.direct import Directs
from workflows.store import drafts as states
from workflows.store.directs import DirectState, DirectView

LIVE = ("<!", "<@", "<#", "<http", "<mailto")
STATES = (states.SUBMITTED, states.AWAITING, states.DOUBTED, states.ASKED, states.SENT, states.REFUSED)


def make_directs(text: str = "my order is 1044", **more: Any) -> Directs:
    view = make_view(customer=replace(EMMA, name=HOSTILE_NAME))
    messages = [DirectView("1", is_ours=False, text=text, written_at=NOW)]
    directs = Directs(view, DirectState(count=1, newest_at=NOW), messages, text)
    return replace(directs, **more)


def strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [found for value in node.values() for found in strings(value)]
    return [found for value in node for found in strings(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("text", [HOSTILE_TEXT, "", "x" * 10_000, "क्षमा " * 1000])
def test_hostile_words_are_taken_by_slack_and_ping_nobody(text: str) -> None:
    directs = make_directs(text, messages=[DirectView("1", is_ours=False, text=text, written_at=NOW)] * 20)
    card = render_direct_card(directs, card_link="https://example.slack.com/archives/C0SUPPORT/p1").message
    dialog = render_direct_dialog(directs)
    ready = render_help("nudge", text or "…", "7", "fx-1-2")

    check_message_blocks(card.blocks)
    check_view(dialog, "modal")
    check_message_blocks(ready)
    theirs = [s for s in strings([card.blocks, dialog["blocks"], ready]) if "evil" in s or "here" in s]
    assert [s for s in theirs if any(live in s for live in LIVE)] == []


def test_the_notification_of_a_direct_message_holds_no_word_of_it() -> None:
    message = render_direct_card(make_directs("my pin is 4711")).message
    assert "4711" in str(message.blocks)
    assert message.text == "Direct message from @emma_w"


@pytest.mark.parametrize("state", STATES)
def test_what_other_cards_say_holds_no_word_of_an_answer(state: str) -> None:
    draft = make_draft(state, "my secret answer", channel="dm", settled_at=NOW, reason="dm_closed")
    direct = DirectState(count=2, reply=draft, stage=Stage.CONTINUED)
    said = [
        *direct_lines(direct),
        *state_lines(direct),
        str(direct_buttons(direct, make_case(), "7|4|", may_invite=True)),
    ]
    assert "secret" not in str(said)
    assert state_lines(direct)[0] not in direct_lines(direct)


@pytest.mark.parametrize(
    ("direct", "words"),
    [
        (DirectState(takes_dms="yes"), "DM open"),
        (DirectState(takes_dms="no"), "DM not possible"),
        (DirectState(was_asked=True), "does not say"),
        (DirectState(is_encrypted=True, takes_dms="yes"), "X app"),
        (DirectState(opted_out_at=NOW), "no automatic messages"),
        (DirectState(stage=Stage.INVITED, invited_at=NOW), "nothing came yet"),
        (DirectState(count=1), "open it to read"),
    ],
)
def test_any_card_says_how_direct_messages_stand(direct: DirectState, words: str) -> None:
    assert words in " ".join(direct_lines(direct))


def test_a_customer_without_direct_messages_is_offered_to_be_invited_and_others_to_be_read() -> None:
    def labels(direct: DirectState, **more: Any) -> list[str]:
        case = make_case(**more)
        return [b["text"]["text"] for b in direct_buttons(direct, case, "7|4|", may_invite=True)]

    assert labels(DirectState()) == ["Move to DM"]
    assert labels(DirectState(count=1)) == ["Read DM", "Reply by DM"]
    assert labels(DirectState(), status=Status.RESOLVED) == []
    assert labels(DirectState(count=1), status=Status.RESOLVED) == ["Read DM"]


def test_a_waiting_answer_says_when_it_leaves() -> None:
    direct = DirectState(count=1, reply=make_draft(states.SUBMITTED, channel="dm"), ahead=2)
    lines = state_lines(direct, leaves_at=NOW + timedelta(minutes=3))
    assert "leaves about <!date^" in lines[0]


def test_a_card_that_shows_the_same_has_the_same_fingerprint() -> None:
    first = render_direct_card(make_directs(), attempt=1)
    assert first.digest == render_direct_card(make_directs(), attempt=2).digest
    assert first.digest != render_direct_card(make_directs("another"), attempt=1).digest
