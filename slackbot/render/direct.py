"""Direct messages: the card of the private channel, the dialog that opens them, and what any card may say.

Their words stand in `render_direct_card` and `render_direct_dialog` only; all else here knows none.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from slackbot.render.card import Card
from slackbot.render.notices import refusal_of_x
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
from workflows.domain.handoff import Stage
from workflows.services.direct import Directs
from workflows.store import drafts as states
from workflows.store.contacts import NO, YES
from workflows.store.directs import DirectState, DirectView
from workflows.store.drafts import Draft
from workflows.store.views import CaseView

READ_DM, MOVE_TO_DM, REPLY_BY_DM, CLAIM = "read_dm", "move_to_dm", "dm_reply", "dm_claim"
IT_IS_THERE, SEND_AGAIN, ENCRYPTED = "dm_it_is_there", "dm_send_again", "dm_encrypted"
ON_CARD = 5
_SIGNS = {"high": "red_circle", "medium": "large_yellow_circle", "low": "white_circle"}


def render_direct_card(
    directs: Directs, *, card_link: str = "", leaves_at: datetime | None = None, attempt: int = 0
) -> Card:
    """Return the card of a case's direct messages, for a channel that is private.

    card_link  where the case's own card stands; "" while there is none.
    leaves_at  about when an answer leaves that waits for X's limit.
    """
    view, state = directs.view, directs.state
    head = f"direct-{view.case.id}-{view.case.version}-{attempt}"
    blocks = [
        rich(f"{head}-who", _who(view)),
        *_public(directs, head, card_link),
        rich(f"{head}-words", *_messages(directs.messages[-ON_CARD:], view)),
        context(f"{head}-state", *_state(view.case), *state_lines(state, leaves_at=leaves_at)),
        *_answer(state.reply, head),
        {"type": "actions", "block_id": f"{head}-actions", "elements": _buttons(view)},
    ]
    text = say("Direct message from @%(username)s", username=escape(view.customer.username, 50))
    shown = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False).replace(head, "")
    return Card(Message(text, blocks), hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16])


def render_direct_dialog(directs: Directs) -> Json:
    """Return the dialog in which one person reads the direct messages of a case."""
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


def state_lines(state: DirectState, *, leaves_at: datetime | None = None) -> list[str]:
    """Return what may be said of direct messages on any card, without a word of them."""
    lines = [_reply_line(state.reply, leaves_at) if state.reply else "", _stage_line(state), _reach(state)]
    if state.opted_out_at:
        lines.append(say(":no_bell: wants no automatic messages"))
    return [line for line in lines if line]


def direct_lines(state: DirectState) -> list[str]:
    """Return what a card in a channel that everybody reads says of direct messages."""
    lines = state_lines(state)
    if state.count:
        lines.insert(0, say(":envelope: *Direct message* – open it to read"))
    return lines


def direct_buttons(state: DirectState, case: Case, value: str, *, has_post: bool) -> list[Json]:
    """Return the buttons about direct messages for a card in a channel that everybody reads.

    value     of the card's buttons.
    has_post  the customer wrote in public, too.
    """
    buttons = []
    is_open = case.status is not Status.RESOLVED
    if state.count:
        buttons.append(button(READ_DM, say("Read DM"), value))
        if is_open and not has_post:
            buttons.append(button(REPLY_BY_DM, say("Reply by DM"), value, style="primary"))
    elif is_open and has_post:
        buttons.append(button(MOVE_TO_DM, say("Move to DM"), value))
    if state.reply and state.reply.state == states.ASKED and case.dm_ts is None:
        buttons += _doubt(state.reply)
    return buttons


def _stage_line(state: DirectState) -> str:
    if state.stage is Stage.INVITED and state.invited_at:
        return say(":incoming_envelope: invited to DM %(at)s, nothing came yet", at=moment(state.invited_at))
    if state.stage in (Stage.WROTE, Stage.CONTINUED):
        return say(":incoming_envelope: goes on by DM")
    return ""


def _reach(state: DirectState) -> str:
    if state.is_encrypted:
        return say(":closed_lock_with_key: their chat is encrypted: read it in the X app")
    if state.takes_dms == NO:
        return say(":mailbox_closed: DM not possible: offer a public reply with the link that opens a DM")
    if state.takes_dms == YES:
        return say(":mailbox: DM open")
    return say(":mailbox: DM: X does not say whether it is open") if state.was_asked else ""


def _reply_line(draft: Draft, leaves_at: datetime | None) -> str:
    who = person(draft.author)
    if draft.state == states.SUBMITTED:
        return _waiting_line(draft, who, leaves_at)
    why = refusal_of_x(draft.reason) if draft.state == states.REFUSED else ""
    at = moment(draft.settled_at) if draft.settled_at else ""
    return {
        states.AWAITING: say(":raised_hand: %(who)s’s DM waits for approval", who=who),
        states.DOUBTED: say(
            ":mag: X gave no clear answer to %(who)s’s DM; looking whether it is there", who=who
        ),
        states.ASKED: say(
            ":grey_question: We could not confirm that %(who)s’s DM is on X. Please look and say which.",
            who=who,
        ),
        states.SENT: say(":white_check_mark: %(who)s answered by DM %(at)s", who=who, at=at),
        states.REFUSED: say(":no_entry: X refused %(who)s’s DM: %(why)s", who=who, why=why),
    }.get(draft.state, "")


def _waiting_line(draft: Draft, who: str, leaves_at: datetime | None) -> str:
    if leaves_at:
        at = moment(leaves_at, "{time}")
        return say(":hourglass: %(who)s’s DM waits for X’s limit, leaves about %(at)s", who=who, at=at)
    if draft.reason:
        return say(":hourglass: %(who)s’s DM waits: %(why)s", who=who, why=refusal_of_x(draft.reason))
    return say(":outbox_tray: %(who)s’s DM is on its way to X", who=who)


def _answer(draft: Draft | None, head: str) -> list[Json]:
    """Return the words of an answer that is not among the messages yet, and the question after a doubt."""
    if draft is None or draft.state == states.SENT:
        return []
    blocks = [rich(f"{head}-answer", quote(draft.text, limit=600))]
    if draft.state == states.ASKED:
        blocks.append({"type": "actions", "block_id": f"{head}-doubt", "elements": _doubt(draft)})
    return blocks


def _doubt(draft: Draft) -> list[Json]:
    return [
        button(IT_IS_THERE, say("It is there"), str(draft.id), style="primary"),
        button(SEND_AGAIN, say("Send again"), str(draft.id)),
    ]


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


def render_help(purpose: str, words: str, case_id: str, block_id: str) -> list[Json]:
    """Return words that were made ready for an agent, with the buttons that open them for sending.

    purpose  nudge, other_channels or closing.
    """
    value = f"{case_id}|0|"
    labels = {
        "nudge": say("Send nudge"),
        "other_channels": say("Offer other channels"),
        "closing": say("Send closing line"),
    }
    buttons = [button(f"send_{purpose}", labels[purpose], value, style="primary")]
    if purpose != "closing":
        buttons.append(button(ENCRYPTED, say("They wrote, I see nothing"), value))
    return [
        rich(f"{block_id}-words", quote(words, limit=800)),
        {"type": "actions", "block_id": f"{block_id}-actions", "elements": buttons},
    ]


def help_sentence(purpose: str, agent: str) -> str:
    """Return what is said above words that were made ready for this agent."""
    who = person(agent)
    return {
        "nudge": say("%(who)s, no direct message has come yet. A reminder is ready:", who=who),
        "other_channels": say("%(who)s, still no direct message. An offer of other ways is ready:", who=who),
        "closing": say("%(who)s, it goes on by DM. A last line for the public thread is ready:", who=who),
    }[purpose]
