"""Requests for approval as supervisors see them: every state, many scripts, hostile words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from slackbot.render.approval import (
    render_awaiting,
    render_edit,
    render_read,
    render_request,
    render_request_ping,
    render_send_back,
)
from slackbot.render.text import Message
from tests.slackbot.samples import (
    ASHA,
    HOSTILE_NAME,
    HOSTILE_TEXT,
    MEHMET,
    NOW,
    SCRIPTS,
    held,
    make_draft,
    make_event,
    make_message,
    make_view,
)
from workflows.domain.approval import Need
from workflows.domain.case import CaseId
from workflows.domain.reply import digest
from workflows.services.requests import Request
from workflows.store import approvals as book
from workflows.store import drafts as states
from workflows.store.approvals import Approval, ApprovalId
from workflows.store.drafts import DraftId
from workflows.store.views import EventView

PRIYA = "U0PRIYA"
WITHIN = timedelta(minutes=15)
SENSITIVE = Need("sensitive cases", ("supervisors",), 1, WITHIN, ("admins",), {"sensitive": ""})
CARD_LINK = "https://example.slack.com/archives/C0SUPPORT/p1700000000000100"
_LANGUAGES = {"hindi": "hi", "telugu": "te", "bengali": "bn", "turkish": "tr", "arabic": "ar"}


def make_approval(text: str, **more: Any) -> Approval:
    approval = Approval(
        id=ApprovalId(5),
        case_id=CaseId(7),
        draft_id=DraftId(31),
        state=book.PENDING,
        needs=(SENSITIVE,),
        digest=digest(text),
        seen=4,
        requested_by=ASHA,
        requested_at=NOW + timedelta(minutes=5),
        within=WITHIN,
        wake_at=NOW + timedelta(minutes=20),
        step=0,
        settled_at=None,
        settled_by="",
        reason="",
        card_channel=None,
        card_ts=None,
        card_digest="",
    )
    return replace(approval, **more)


def make_request(
    script: str = "english", *, words: str = "", answer: str = "", name: str = "", **more: Any
) -> Request:
    """Return a request about a case of this script; what is left out is the smallest that is valid."""
    author, theirs, ours = SCRIPTS[script]
    text = answer or ours
    target = make_message(text=words or theirs)
    case = held(priority="high", sensitive=True, language=_LANGUAGES.get(script, "en"))
    customer = replace(author, name=name) if name else author
    approval = make_approval(text, **more)
    return Request(
        approval=approval,
        draft=make_draft(states.AWAITING, text, digest=approval.digest),
        view=make_view(target, case=case, customer=customer),
        target=target,
        left=approval.needs if approval.is_pending else (),
        who=(PRIYA, "S0LEADS"),
    )


def settled(state: str, **more: Any) -> Request:
    when: dict[str, Any] = {"settled_at": NOW + timedelta(minutes=9), "settled_by": PRIYA, "wake_at": None}
    return make_request(state=state, **when | more)


EVERY_REASON = (
    SENSITIVE,
    replace(SENSITIVE, rule="tone", why={"tone": "blame,aggression"}),
    replace(SENSITIVE, rule="money", why={"offer": "full <!here> refund", "followers": "12000"}, count=2),
    replace(SENSITIVE, rule="the <@U0ASHA> rest", why={"trainee": ASHA, "cost": "0.200", "tag": "press"}),
    replace(
        SENSITIVE, rule="place", why={"priority": "high", "team": "fraud", "account": "sarishop"}, count=2
    ),
    replace(SENSITIVE, rule="every reply", why={}),
)
_BARE = make_request()
_EDITED = make_request()
BARE = replace(
    _BARE, is_bare=True, draft=replace(_BARE.draft, channel="dm"), target=replace(_BARE.target, kind="dm")
)

REQUESTS: dict[str, Request] = {
    **{script: make_request(script) for script in SCRIPTS},
    "hostile": make_request(words=HOSTILE_TEXT, answer=HOSTILE_TEXT, name=HOSTILE_NAME),
    "every_reason": make_request(needs=EVERY_REASON, voters=(MEHMET,)),
    "late": make_request(step=1, wake_at=None),
    "direct": BARE,
    "changed": replace(_EDITED, draft=replace(_EDITED.draft, editor=MEHMET)),
    "post_gone": replace(make_request(), target=make_message(text="", gone="deleted")),
    "approved": settled(book.APPROVED, voters=(PRIYA,)),
    "edited_and_approved": replace(
        settled(book.APPROVED, voters=(PRIYA,)),
        draft=replace(make_request().draft, editor=PRIYA),
    ),
    "sent_back": settled(book.SENT_BACK, reason="Too cold: say <!channel> sorry first & *mean* it."),
    "recalled": settled(book.RECALLED, settled_by=ASHA),
    "void": settled(book.VOID, settled_by="", reason="post_received"),
    "void_by_a_change": settled(book.VOID, reason="edited"),
}


def as_json(message: Message) -> dict[str, Any]:
    return {"blocks": message.blocks, "text": message.text}


def request(name: str) -> dict[str, Any]:
    return as_json(render_request(REQUESTS[name], card_link=CARD_LINK).message)


def awaiting() -> dict[str, Any]:
    return {"blocks": render_awaiting(make_approval("x"), "card-7-4-0"), "text": ""}


def called() -> dict[str, Any]:
    who = ("U0OMAR", "S0LEADS")
    message = render_request_ping(
        REQUESTS["late"], who, block_id="fx-8-1", link=CARD_LINK, card_link=CARD_LINK
    )
    return as_json(message)


SURFACES: dict[str, Callable[[], dict[str, Any]]] = {
    **{f"request_{name}": partial(request, name) for name in REQUESTS},
    "request_ping": called,
    "card_part_awaiting": awaiting,
    "dialog_edit_and_approve": lambda: render_edit(REQUESTS["hindi"]),
    "dialog_send_back": lambda: render_send_back(REQUESTS["hindi"]),
    "dialog_read_request": lambda: render_read(REQUESTS["direct"]),
}

_ABOUT = {"approval": "5", "draft": "31", "digest": "0123456789abcdef", "author": ASHA}
_UNTIL = (NOW + timedelta(minutes=20)).isoformat()
THREAD: list[EventView] = [
    make_event(1, "approval_asked", **_ABOUT, rules="sensitive cases", who="supervisors", until=_UNTIL),
    make_event(2, "approved", actor=PRIYA, **_ABOUT, left="1"),
    make_event(3, "approval_voided", actor=MEHMET, **_ABOUT, why="edited"),
    make_event(4, "approval_asked", actor=MEHMET, **_ABOUT, who="U0PRIYA,admins", until=_UNTIL),
    make_event(5, "approval_late", actor="", **_ABOUT, who="admins", step="1"),
    make_event(6, "approval_late", actor="", **_ABOUT, who="", step="1"),
    make_event(7, "approved", actor=PRIYA, **_ABOUT, left="0", instead_of="fedcba9876543210"),
    make_event(8, "approved", actor=PRIYA, **_ABOUT, left="0"),
    make_event(9, "sent_back", actor=PRIYA, text="Too <!here> cold, & short.", **_ABOUT),
    make_event(10, "recalled", **_ABOUT),
    make_event(11, "approval_voided", actor="", **_ABOUT, why="post_received"),
    make_event(12, "approval_refused", **_ABOUT, why="own_draft"),
]
