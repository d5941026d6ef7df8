"""Golden cards: what each state and script looks like, as JSON that Block Kit Builder shows.

`make golden` writes them anew; the difference is read before it is committed.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.blocks import check_message_blocks, check_view
from slackbot.render import notices
from slackbot.render.card import render_card, render_safe_card
from slackbot.render.direct import render_direct_card, render_direct_dialog
from slackbot.render.ladder import PingWords, render_escalate, render_ping
from slackbot.render.modals import render_reply_modal
from slackbot.render.notices import private_words, refusal_of_x, render_alert, render_notice
from slackbot.render.text import Message
from slackbot.render.thread import render_events
from slackbot.render.why import render_why
from tests.slackbot.approval_samples import SURFACES as APPROVALS
from tests.slackbot.approval_samples import THREAD as APPROVALS_TOLD
from tests.slackbot.samples import (
    ASHA,
    CARDS,
    DIRECT_REPLY,
    DIRECTS,
    HELD_REPLY,
    MEHMET,
    NOW,
    SCRIPTS,
    WHOLE_REPLY,
    WHY,
    make_case,
    make_event,
    make_open_reply,
    make_view,
    thread_of,
)
from workflows.domain.escalation import Step
from workflows.domain.playbook import Rung
from workflows.services.direct import Directs
from workflows.services.escalations import Choices
from workflows.store.views import CaseView

GOLDEN = Path(__file__).parent / "golden"
FACTS = {
    "where": "#customers-private",
    "at": "2026-11-21T12:00:05+00:00",
    "draft": "31",
    "placeholder": "customer.name",
    "holder": MEHMET,
    "since": NOW.isoformat(),
    "length": "300",
    "limit": "280",
    "over": "20",
    "post": "1990000000000000001",
    "effect": "17",
    "kind": "x_reply",
    "channel": "#support",
    "why": "is_archived",
    "digest": "0123456789abcdef",
    "file": "default.yaml",
    "line": "12",
    "column": "9",
    "found": "an unknown key `prioritys`",
    "fix": "write `priorities`",
    "more": "2",
    "jump_s": "7200",
    "case": "7",
    "who": "supervisors,U0PRIYA",
    "until": NOW.isoformat(),
    "state": "approved",
    "checks": "swearing,blame",
}


CARD_LINK = "https://example.slack.com/archives/C0SUPPORT/p1700000000000100"
GAP = {"since": "1990000000000000001", "until": "1990000000000000900"}


def alert(code: str) -> Message:
    return render_alert(code, FACTS | (GAP if code == "intake_gap" else {}), "fx-4-1")


def told(script: str) -> Message:
    _, words, answer = SCRIPTS[script]
    message = render_events(
        thread_of(words, answer), customer=SCRIPTS[script][0].username, block_id="fx-9-12"
    )
    assert message is not None
    return message


def told_of_approvals() -> Message:
    message = render_events(APPROVALS_TOLD, customer="emma_w", block_id="fx-9-12")
    assert message is not None
    return message


def as_json(message: Message) -> dict[str, Any]:
    return {"blocks": message.blocks, "text": message.text}


def card(view: CaseView) -> dict[str, Any]:
    return as_json(render_card(view, rule="open").message)


LATE = make_case(is_late=True, priority="high", card_ts="1700000000.000100", card_channel="C0SUPPORT")
STEP = Step(1, NOW + timedelta(minutes=5), Rung(("supervisors", "S0LEADS"), after=timedelta(minutes=5)))
PINGS = {
    "ladder": PingWords(("here",), "Please take this one.", "", "1", 0, "", ""),
    "late": PingWords(("S0LEADS", MEHMET), "Nobody has answered.", "", "3", 2400, "1,2", CARD_LINK),
    "asked": PingWords((MEHMET,), "She is <!channel> very upset & right.", ASHA, "", 0, "", CARD_LINK),
}


def pinged(words: PingWords) -> dict[str, Any]:
    return as_json(render_ping(make_view(case=LATE), words, block_id="fx-8-1"))


def direct(directs: Directs) -> dict[str, Any]:
    return as_json(render_direct_card(directs, card_link=CARD_LINK).message)


def helped(purpose: str) -> dict[str, Any]:
    """What the thread offers to the agent whose customer was invited."""
    facts = {"offer": purpose, "case": "7", "to": ASHA}
    offered = make_event(9, "dm_help_offered", actor="", text=SCRIPTS["bengali"][2], **facts)
    message = render_events([offered], customer="emma_w", block_id="fx-1-9")
    assert message is not None
    return as_json(message)


SURFACES: dict[str, Callable[[], dict[str, Any]]] = {
    **{f"card_{name}": partial(card, view) for name, view in CARDS.items()},
    "card_that_slack_would_not_show": lambda: as_json(render_safe_card(make_view())),
    "dialog_empty": lambda: render_reply_modal(make_open_reply()),
    "dialog_written": lambda: render_reply_modal(make_open_reply(SCRIPTS["hindi"][2], (MEHMET,))),
    "dialog_too_long": lambda: render_reply_modal(make_open_reply("क्षमा " * 50)),
    "dialog_whole": lambda: render_reply_modal(WHOLE_REPLY),
    "dialog_held": lambda: render_reply_modal(HELD_REPLY),
    "dialog_direct": lambda: render_reply_modal(DIRECT_REPLY),
    **{f"direct_{name}": partial(direct, directs) for name, directs in DIRECTS.items()},
    "dialog_of_direct_messages": lambda: render_direct_dialog(DIRECTS["asked"]),
    **{f"help_{purpose}": partial(helped, purpose) for purpose in ("nudge", "other_channels", "closing")},
    **APPROVALS,
    "thread_of_approvals": lambda: as_json(told_of_approvals()),
    "thread_of_everything": lambda: as_json(told("telugu")),
    **{f"ping_{name}": partial(pinged, words) for name, words in PINGS.items()},
    "ping_taken": lambda: as_json(
        render_ping(make_view(case=LATE), PINGS["ladder"], block_id="fx-8-1", taken_by=MEHMET, taken_at=NOW)
    ),
    "dialog_escalate": lambda: render_escalate(Choices(make_case(), STEP, ("billing", "fraud"))),
    "dialog_why": lambda: render_why(WHY),
    "notice": lambda: as_json(render_notice("held", FACTS, "fx-3-1")),
    "notice_with_undo": lambda: as_json(render_notice("sends_at", FACTS, "fx-3-1")),
    "alert": lambda: as_json(alert("intake_gap")),
}

SENTENCES: dict[str, Callable[[], dict[str, str]]] = {
    "sentences_private": lambda: {code: private_words(code, FACTS) for code in sorted(notices._PRIVATE)},
    "sentences_to_operators": lambda: {code: alert(code).text for code in sorted(notices._ALERTS)},
    "sentences_of_x": lambda: {code: refusal_of_x(code) for code in sorted(notices._X_REFUSALS)},
}


def check_golden(name: str, rendered: Any) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(json.dumps(rendered, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert path.exists(), f"make golden writes {path.name}"
    assert rendered == json.loads(path.read_text(encoding="utf-8")), "make golden, and read the difference"


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_looks_as_it_did_when_somebody_last_looked(name: str) -> None:
    rendered = SURFACES[name]()
    if rendered.get("type") == "modal":
        check_view(rendered, "modal")
    else:
        check_message_blocks(rendered["blocks"])
    check_golden(name, rendered)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_reads_as_it_did_when_somebody_last_read_it(name: str) -> None:
    check_golden(name, SENTENCES[name]())


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == SURFACES.keys() | SENTENCES.keys()
