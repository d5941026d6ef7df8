"""Approvals as people see them: the request to the supervisors, its calls and dialogs, the card's lines."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from slackbot.render.approval_words import (
    called,
    count_words,
    language_word,
    outcome,
    reason_words,
    time_left,
    who_words,
)
from slackbot.render.ladder import due_words, priority_word
from slackbot.render.text import (
    Json,
    Message,
    button,
    context,
    escape,
    inert,
    line,
    person,
    plain,
    quote,
    rich,
    section,
)
from slackbot.render.why import clock_word
from slackbot.words import count, say
from workflows.domain.reply import digest as digest_of
from workflows.services.requests import Request
from workflows.store.approvals import SENT_BACK, Approval

EDITED_REPLY, BACK, REASON = "submit_edited", "submit_send_back", "send_back_reason"
EDITED_TEXT = "edited_text"
MOST_TEXT = 3000  # what a dialog's field holds
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class RequestMessage:
    """A rendered request and the fingerprint of what it shows, whatever its block ids."""

    message: Message
    digest: str


def render_request(request: Request, *, attempt: int = 0, card_link: str = "") -> RequestMessage:
    """Return the request: who asks, why, the customer's words, the reply, until when, and what can be done.

    card_link  address of the case's card; "" while it has none.
    """
    approval = request.approval
    head = f"request-{approval.id}-{attempt}"
    blocks = [section(f"{head}-head", _headline(request))]
    blocks += _outcome(request, head) if not approval.is_pending else _reasons(request, head)
    blocks += _words(request, head)
    if approval.is_pending:
        blocks.append(context(f"{head}-clocks", *_clocks(request)))
    blocks.append(context(f"{head}-facts", " · ".join(_facts(request, card_link))))
    if approval.is_pending:
        blocks.append({"type": "actions", "block_id": f"{head}-actions", "elements": _buttons(request)})
    text = _headline(request)
    shown = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False).replace(head, "")
    fingerprint = hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16]
    return RequestMessage(Message(text, blocks), fingerprint)


def _headline(request: Request) -> str:
    approval, customer = request.approval, escape(request.view.customer.username, 50)
    author = person(approval.requested_by)
    if not approval.is_pending:
        return outcome(approval, request.draft.editor, customer)
    who = " ".join(map(called, request.who))
    if request.draft.editor:
        asks = say(
            "%(editor)s changed %(author)s’s reply to @%(customer)s: may it go out?",
            editor=person(request.draft.editor),
            author=author,
            customer=customer,
        )
    else:
        asks = say("May %(author)s send this reply to @%(customer)s?", author=author, customer=customer)
    return f":raised_hand: *{asks}* {who}".rstrip()


def _outcome(request: Request, head: str) -> list[Json]:
    """Return the reason of who sent it back, in their own words."""
    approval = request.approval
    if approval.state != SENT_BACK or request.is_bare:
        return []
    return [rich(f"{head}-reason", quote(approval.reason, limit=500))]


def _reasons(request: Request, head: str) -> list[Json]:
    """Return why it needs an approval: one line for each rule that holds."""
    needs = request.approval.needs[:_MOST_REASONS]
    lines = [
        line(
            *inert(reason_words(need, is_bare=request.is_bare), limit=200, bold=True),
            *inert(" " + say("(rule “%(rule)s”)", rule=need.rule), limit=120),
        )
        for need in needs
    ]
    return [rich(f"{head}-why", {"type": "rich_text_list", "style": "bullet", "elements": lines})]


def _words(request: Request, head: str) -> list[Json]:
    if request.is_bare:
        sentence = say(":lock: These are direct messages, so their words are not shown in this channel.")
        return [context(f"{head}-words", sentence)]
    username = request.view.customer.username
    wrote = say("@%(username)s wrote", username=username)
    if request.target.gone:
        customer = line(*inert(say("(the post is gone)"), italic=True))
    else:
        customer = quote(request.target.text, limit=700)
    parts = [line(*inert(wrote, bold=True)), *_before(request), customer]
    text = request.draft.whole or request.draft.text
    if digest_of(text) == request.approval.digest:
        label = say("The reply") if request.draft.is_public else say("The reply, as a direct message")
        parts += [line(*inert(label, bold=True)), quote(text, limit=MOST_TEXT - 1000)]
    return [rich(f"{head}-words", *parts)]


def _before(request: Request) -> list[Json]:
    """Return the customer's other posts that the card shows: the newest alone may be "hello?"."""
    target = request.target
    others = [m for m in request.view.messages if m.external_id != target.external_id and not m.gone]
    return [quote(m.text, limit=300) for m in others if m.written_at <= target.written_at]


def _clocks(request: Request) -> list[str]:
    """Return both clocks: the approval's own, and the customer's."""
    clocks = [time_left(request.approval)]
    case = request.view.case
    if case.due_at:
        due = due_words(case.due_at, is_late=case.is_late)
        sign = ":red_circle:" if case.is_late else ":alarm_clock:"
        clocks.append(say("%(sign)s %(clock)s %(due)s", sign=sign, clock=clock_word(case.due_kind), due=due))
    return clocks


def _facts(request: Request, card_link: str) -> list[str]:
    case, post = request.view.case, request.target.external_id
    facts = [say("%(priority)s priority", priority=priority_word(case.priority))]
    language = language_word(case.language)
    facts += [language] if language else []
    followers = request.view.customer.followers
    facts.append(count("%(number)s follower", "%(number)s followers", followers))
    counted = count_words(request.approval, request.left)
    facts += [counted] if counted else []
    if card_link:
        words = say("open the card")  # babel finds no sentence inside an f-string
        facts.append(f"<{card_link}|{words}>")
    if post.isalnum() and not request.target.is_dm:
        words = say("see the post")
        facts.append(f"<https://x.com/i/status/{post}|{words}>")
    return facts


def _buttons(request: Request) -> list[Json]:
    approval = request.approval
    value = f"{approval.id}.{approval.digest}"
    buttons = [button("approve", say("Approve"), value, style="primary")]
    if request.is_bare:
        buttons.insert(0, button("read_request", say("Read it"), value))
    if len(request.draft.whole or request.draft.text) <= MOST_TEXT:
        buttons.append(button("edit_and_approve", say("Edit and approve"), value))
    buttons.append(button("send_back", say("Send back"), value))
    buttons.append(button("recall", say("Recall"), str(approval.id)))
    return buttons


def render_awaiting(approval: Approval, head: str, *, recall: bool = True) -> list[Json]:
    """Return what the case's card says of a draft that waits: who asked, who must approve, until when.

    recall  with its button: a message may hold one of a name, so of several only one has it here.
    """
    asked = say(
        ":raised_hand: %(author)s’s reply waits for the approval of %(who)s · %(left)s",
        author=person(approval.requested_by),
        who=who_words([name for need in approval.needs for name in need.approvers]),
        left=time_left(approval),
    )
    blocks = [context(f"{head}-awaits", asked)]
    if recall:
        take_back = button("recall", say("Recall"), str(approval.id))
        blocks.append({"type": "actions", "block_id": f"{head}-recall", "elements": [take_back]})
    return blocks


def render_request_ping(
    request: Request, who: Sequence[str], *, block_id: str, link: str = "", card_link: str = ""
) -> Message:
    """Return the call to the next in line: nobody has decided in time.

    link       address of the request; "" in its own thread.
    card_link  address of the case's card; "" in its own thread.
    """
    customer = escape(request.view.customer.username, 50)
    waits = say(
        "%(author)s’s reply to @%(customer)s still waits for an approval: nobody has decided in time.",
        author=person(request.approval.requested_by),
        customer=customer,
    )
    sentence = f":rotating_light: {' '.join(map(called, who))} {waits}"
    facts = _clocks(request)[1:]
    words, card = say("open the request"), say("open the card")  # babel finds none inside an f-string
    facts += [f"<{link}|{words}>"] if link else []
    facts += [f"<{card_link}|{card}>"] if card_link else []
    blocks = [section(f"{block_id}-call", sentence)]
    blocks += [context(f"{block_id}-facts", " · ".join(facts))] if facts else []
    return Message(sentence, blocks)


def render_edit(request: Request) -> Json:
    """Return the dialog in which an approver changes the reply and answers for it."""
    draft = request.draft
    field = {
        "type": "plain_text_input",
        "action_id": EDITED_TEXT,
        "multiline": True,
        "max_length": MOST_TEXT,
        "initial_value": draft.whole or draft.text,
    }
    hint = say("You answer for the new text. Where more than one approval is needed, somebody else reads it.")
    return {
        **_dialog(request, EDITED_REPLY, say("Edit and approve")),
        "submit": plain(say("Approve")),
        "blocks": [
            *_post(request),
            {
                "type": "input",
                "block_id": EDITED_TEXT,
                "label": plain(say("The reply")),
                "hint": plain(hint),
                "element": field,
            },
        ],
    }


def render_send_back(request: Request) -> Json:
    """Return the dialog in which an approver says why a draft goes back to its author."""
    field = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": 500}
    return {
        **_dialog(request, BACK, say("Send back")),
        "submit": plain(say("Send back")),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "label": plain(say("What should be different?")),
                "hint": plain(say("Its author reads this in the case’s thread.")),
                "element": field,
            }
        ],
    }


def render_read(request: Request) -> Json:
    """Return the dialog that shows direct messages to those who decide about the reply."""
    draft = request.draft
    shown = rich(
        "read-reply",
        line(*inert(say("The reply"), bold=True)),
        quote(draft.whole or draft.text, limit=MOST_TEXT),
    )
    return {**_dialog(request, "read_request", say("Read it")), "blocks": [*_post(request), shown]}


def _dialog(request: Request, name: str, title: str) -> Json:
    approval = request.approval
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": f"{approval.id}.{approval.digest}",
        "title": plain(title),
        "close": plain(say("Cancel")),
    }


def _post(request: Request) -> list[Json]:
    wrote = say("@%(username)s wrote", username=request.view.customer.username)
    told = line(*inert(wrote, bold=True))
    return [rich("request-post", told, quote(request.target.text, limit=1500))]
