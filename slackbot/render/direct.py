"""Direct messages as they are read: the card of the private channel, and the dialog that opens them.

Their words stand here only; what other cards say of them is in `direct_words`.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from slackbot.render.card import Card
from slackbot.render.direct_words import CLAIM, READ_DM, REPLY_BY_DM, doubt_buttons, state_lines
from slackbot.render.text import (
    Json,
    Message,
    button,
    context,
    escape,
    inert,
    line,
    moment,
    person,
    plain,
    quote,
    rich,
)
from slackbot.render.why import clock_word
from slackbot.words import say
from workflows.domain.case import Case, Status
from workflows.services.direct import Directs
from workflows.store import drafts as states
from workflows.store.approvals import Approval
from workflows.store.directs import DirectView
from workflows.store.drafts import Draft
from workflows.store.views import CaseView

ON_CARD = 5
_SIGNS = {"high": "red_circle", "medium": "large_yellow_circle", "low": "white_circle"}


def render_direct_card(
    directs: Directs,
    *,
    card_link: str = "",
    leaves_at: datetime | None = None,
    attempt: int = 0,
    sent_back: Approval | None = None,
) -> Card:
    """Return the card of a case's direct messages, for a channel that is private.

    card_link  where the case's own card stands; "" while there is none.
    leaves_at  about when an answer leaves that waits for X's limit.
    sent_back  an answer that its author is to write anew: no other card says why.
    """
    view, state = directs.view, directs.state
    head = f"direct-{view.case.id}-{view.case.version}-{attempt}"
    blocks = [
        rich(f"{head}-who", _who(view)),
        *_public(directs, head, card_link),
        rich(f"{head}-words", *_messages(directs.messages[-ON_CARD:], view)),
        context(f"{head}-state", *_state(view.case), *state_lines(state, leaves_at=leaves_at)),
        *_sent_back(sent_back, head),
        *_answer(state.reply, head),
        {"type": "actions", "block_id": f"{head}-actions", "elements": _buttons(view)},
    ]
    text = say("Direct message from @%(username)s", username=escape(view.customer.username, 50))
    shown = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False).replace(head, "")
    return Card(Message(text, blocks), hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16])


def render_direct_dialog(directs: Directs, *, sent_back: Approval | None = None) -> Json:
    """Return the dialog in which one person reads the direct messages of a case.

    sent_back  an answer that its author is to write anew: no other card says why.
    """
    case = directs.view.case
    words = _messages(directs.messages, directs.view)
    return {
        "type": "modal",
        "callback_id": READ_DM,
        "title": plain(say("Direct messages")),
        "close": plain(say("Close")),
        "blocks": [
            rich(f"direct-{case.id}-who", _who(directs.view)),
            rich(f"direct-{case.id}-words", *words),
            context(f"direct-{case.id}-state", *_state(case), *state_lines(directs.state)),
            *_sent_back(sent_back, f"direct-{case.id}"),
        ],
    }


def _who(view: CaseView) -> Json:
    return line(
        {"type": "emoji", "name": _SIGNS[view.case.priority]},
        {"type": "text", "text": " "},
        *inert(view.customer.name, limit=60, bold=True),
        *inert(f" @{view.customer.username}", limit=60),
        {"type": "text", "text": " · " + say("by direct message")},
    )


def _public(directs: Directs, head: str, card_link: str) -> list[Json]:
    """Return what stood in public before, in short, and where its card is."""
    parts: list[Json] = []
    first = next((message for message in directs.view.messages if not message.is_dm), None)
    if first is not None:
        parts += [line(*inert(say("In public:"), italic=True)), quote(first.text, limit=280)]
        if directs.answered_in_public:
            parts += [line(*inert(say("We answered:"), italic=True))]
            parts += [quote(directs.answered_in_public, limit=280)]
    blocks = [rich(f"{head}-public", *parts)] if parts else []
    if card_link:
        words = say("the case’s card")  # babel finds no sentence inside an f-string
        blocks.append(context(f"{head}-link", f"<{card_link}|{words}>"))
    return blocks


def _messages(messages: Sequence[DirectView], view: CaseView) -> list[Json]:
    parts: list[Json] = []
    for message in messages:
        who = say("We") if message.is_ours else f"@{view.customer.username}"
        at = f"{message.written_at:%Y-%m-%d %H:%M} UTC"
        parts.append(line(*inert(who, limit=60, bold=True), *inert(f" · {at}")))
        parts.append(quote(message.text or "…", limit=700 if len(messages) > 1 else 1500))
    return parts or [line(*inert(say("No direct message is stored."), italic=True))]


def _state(case: Case) -> list[str]:
    if case.status is Status.RESOLVED:
        return [say("*Resolved*")]
    holder = say("nobody has it yet")
    if case.assignee and case.assigned_at:
        holder = say("%(who)s has it since %(at)s", who=person(case.assignee), at=moment(case.assigned_at))
    if not case.due_at:
        return [holder]
    at = moment(case.due_at, "{date_short_pretty} {time} ({ago})")
    clock = clock_word(case.due_kind)
    if case.is_late:
        return [holder, say(":red_circle: *LATE* · %(clock)s was due %(at)s", clock=clock, at=at)]
    return [holder, say(":alarm_clock: %(clock)s due %(at)s", clock=clock, at=at)]


def _answer(draft: Draft | None, head: str) -> list[Json]:
    """Return the words of an answer that is not among the messages yet, and the question after a doubt."""
    if draft is None or draft.state == states.SENT:
        return []
    blocks = [rich(f"{head}-answer", quote(draft.text, limit=600))]
    if draft.state == states.ASKED:
        blocks.append({"type": "actions", "block_id": f"{head}-doubt", "elements": doubt_buttons(draft)})
    return blocks


def _sent_back(approval: Approval | None, head: str) -> list[Json]:
    """Return who sent an answer back, and why in their own words."""
    if approval is None:
        return []
    who, author = person(approval.settled_by), person(approval.requested_by)
    sentence = say("%(who)s sent the reply back to %(author)s: Reply has the draft", who=who, author=author)
    reason = rich(f"{head}-back-words", quote(approval.reason, limit=500))
    return [context(f"{head}-back", f":leftwards_arrow_with_hook: {sentence}"), reason]


def _buttons(view: CaseView) -> list[Json]:
    """Return the buttons; version 0, because this is not the card that clicks keep true."""
    case = view.case
    value = f"{case.id}|0|{case.assignee or ''}"
    buttons = []
    if case.status is not Status.RESOLVED:
        if case.assignee is None:
            buttons.append(button(CLAIM, say("Claim"), value))
        buttons.append(button(REPLY_BY_DM, say("Reply by DM"), value, style="primary"))
        buttons.append(button("escalate", say("Escalate"), value))
    link = _conversation_link(view)
    if link:
        buttons.append(button("open_on_x", say("Open on X"), value, url=link))
    buttons.append(button("why", say("Why?"), value))
    return buttons


def _conversation_link(view: CaseView) -> str:
    """Return the address of the conversation; X names it by the two ids, the smaller one first."""
    ids = (view.account.id, view.customer.id)
    return f"https://x.com/messages/{'-'.join(sorted(ids, key=int))}" if all(map(str.isdigit, ids)) else ""
