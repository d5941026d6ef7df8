"""The card: one message a case, always true. A view of the case in, Block Kit out."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from slackbot.render.answers import post_link, render_answers
from slackbot.render.direct_words import direct_buttons, direct_lines
from slackbot.render.quotes import quoted
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
    rich,
    section,
)
from slackbot.render.why import clock_word
from slackbot.words import count, say
from workflows.domain.case import Case, Status
from workflows.domain.reply import Answer, may_answer
from workflows.store.views import CaseView, MessageView

_LOST = frozenset({"target_gone", "blocked", "author_unavailable", "author_suspended", "author_protected"})
_SIGNS = {"high": "red_circle", "medium": "large_yellow_circle", "low": "white_circle"}


@dataclass(frozen=True, slots=True)
class Card:
    """A rendered card and the fingerprint of what it shows, whatever its block ids."""

    message: Message
    digest: str


def render_card(
    view: CaseView, *, rule: str, direct_leaves_at: datetime | None = None, attempt: int = 0
) -> Card:
    """Return the card of a case.

    rule              X_REPLY_RULE: how strictly X lets us answer.
    direct_leaves_at  about when an answer by direct message leaves that waits for X's limit.
    attempt           makes the block ids new at each posting, as Slack asks for updates.
    """
    head = f"card-{view.case.id}-{view.case.version}-{attempt}"
    blocks = [
        rich(f"{head}-words", *_words(view)),
        context(f"{head}-state", *_state(view)),
        *render_answers(view, head, direct_leaves_at=direct_leaves_at),
        *_direct(view, head),
        *_hints(view, head, rule),
        {"type": "actions", "block_id": f"{head}-actions", "elements": _buttons(view, rule)},
    ]
    text = _headline(view)
    return Card(Message(text, blocks), _digest(text, blocks, head))


def _headline(view: CaseView) -> str:
    """Return what notifications say; of direct messages not a word."""
    priority, username = _priority(view.case.priority), escape(view.customer.username, 50)
    if not view.messages:
        return say(
            "%(priority)s priority direct message by @%(username)s", priority=priority, username=username
        )
    return say(
        "%(priority)s priority mention by @%(username)s: %(words)s",
        priority=priority,
        username=username,
        words=escape(view.messages[-1].text, 150),
    )


def _direct(view: CaseView, head: str) -> list[Json]:
    lines = direct_lines(view.direct)
    return [context(f"{head}-direct", *lines)] if lines else []


def render_safe_card(view: CaseView) -> Message:
    """Return a card of the fewest words, for when Slack refuses the whole one."""
    head = f"card-{view.case.id}-{view.case.version}-safe"
    sentence = say("A post that Slack would not show. Please read it on X.")
    return Message(
        sentence,
        [
            section(f"{head}-words", sentence),
            {"type": "actions", "block_id": f"{head}-actions", "elements": _buttons(view, "open")},
        ],
    )


def _digest(text: str, blocks: list[Json], head: str) -> str:
    shown = json.dumps([text, blocks], sort_keys=True, ensure_ascii=False).replace(head, "")
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16]


def _words(view: CaseView) -> list[Json]:
    """Return the headline and the customer's posts; of many the first and the newest."""
    customer = view.customer
    facts = [
        f" @{customer.username}",
        count("%(number)s follower", "%(number)s followers", customer.followers),
    ]
    if customer.verified:
        facts.append(say("verified"))
    if view.earlier_cases:
        facts.append(count("%(number)s earlier case", "%(number)s earlier cases", view.earlier_cases))
    parts = [
        line(
            {"type": "emoji", "name": _SIGNS[view.case.priority]},
            {"type": "text", "text": f" {_priority(view.case.priority)}  "},
            *inert(customer.name, limit=60, bold=True),
            *inert(" · ".join(facts), limit=200),
        )
    ]
    for index, message in enumerate(view.messages):
        if index == 1 and view.hidden:
            more = count(
                "… %(number)s more post in the thread …",
                "… %(number)s more posts in the thread …",
                view.hidden,
            )
            parts.append(line({"type": "text", "text": more, "style": {"italic": True}}))
        parts += quoted(message, limit=1500 if len(view.messages) == 1 else 700)
    if view.by_hand:
        link = post_link(view.by_hand.external_id)
        words = {"type": "text", "text": say("Answered on X itself")}
        seen = {"type": "link", "url": link, "text": say("see it on X")}
        parts.append(line(words, {"type": "text", "text": " · "}, seen) if link else line(words))
    return parts


def _state(view: CaseView) -> list[str]:
    case = view.case
    status = {
        Status.NEW: say("*New*"),
        Status.OPEN: say("*Open*"),
        Status.WAITING: say("*Waiting for the customer*"),
        Status.RESOLVED: say("*Resolved*"),
    }[case.status]
    if case.status is Status.RESOLVED and not case.assignee:
        holder = ""
    elif case.assignee and case.assigned_at:
        holder = say("%(who)s has it since %(at)s", who=person(case.assignee), at=moment(case.assigned_at))
    else:
        holder = say("nobody has it yet")
    waiting = ""
    if case.waiting_since and case.status is not Status.RESOLVED:
        waiting = say("the customer waits since %(at)s", at=moment(case.waiting_since))
    drafting = ""
    if view.drafting:
        drafting = say(":pencil2: %(who)s is writing", who=", ".join(map(person, view.drafting[:5])))
    lines = [" · ".join(part for part in (status, holder, waiting, drafting) if part)]
    return [*lines, *(line for line in (_due(case), _facts(view)) if line)]


def _due(case: Case) -> str:
    """Return when the next target is missed; Slack's client draws the time left without us."""
    parts = []
    if case.due_at and case.status is not Status.RESOLVED:
        at = moment(case.due_at, "{date_short_pretty} {time} ({ago})")
        clock = clock_word(case.due_kind)
        if case.is_late:
            parts.append(say(":red_circle: *LATE* · %(clock)s was due %(at)s", clock=clock, at=at))
        else:
            parts.append(say(":alarm_clock: %(clock)s due %(at)s", clock=clock, at=at))
    if case.escalated:
        parts.append(say(":rotating_light: escalated"))
    if case.quiet_by and case.quiet_by != case.assignee:
        parts.append(say("%(who)s has taken it on", who=person(case.quiet_by)))
    return " · ".join(parts)


def _facts(view: CaseView) -> str:
    """Return what triage found, in the playbook's own words."""
    case = view.case
    parts = [f"`{escape(tag, 40)}`" for tag in case.tags[:8]]
    if case.sensitive:
        parts.append(say(":lock: sensitive"))
    if case.team:
        parts.append(say("team %(team)s", team=escape(case.team, 40)))
    if case.language and case.language not in ("und", "en"):
        parts.append(escape(case.language, 10))
    return " · ".join(parts)


def _hints(view: CaseView, head: str, rule: str) -> list[Json]:
    hints = []
    newest = _newest(view)
    if newest and newest.media:
        hints.append(
            count(
                ":frame_with_picture: %(number)s picture or video",
                ":frame_with_picture: %(number)s pictures or videos",
                newest.media,
            )
        )
    if (
        view.case.status is not Status.RESOLVED
        and newest
        and not _is_lost(newest)
        and _answer(view, rule) is Answer.ON_X
    ):
        hints.append(say(":lock: X lets us answer this one only on x.com itself: use *Open on X*"))
    return [context(f"{head}-hints", *hints)] if hints else []


def _buttons(view: CaseView, rule: str) -> list[Json]:
    case = view.case
    value = f"{case.id}|{case.version}|{case.assignee or ''}"
    newest = _newest(view)
    link = post_link(newest.external_id if newest else "")
    by_api = _answer(view, rule) is Answer.BY_API
    buttons = []
    if case.status is Status.RESOLVED:
        buttons.append(button("reopen", say("Re-open"), value))
    else:
        if case.assignee is None:
            buttons.append(button("claim", say("Claim"), value, style="primary"))
        if by_api:
            style = "primary" if case.assignee else ""
            buttons.append(button("reply", say("Reply"), value, style=style))
        if case.assignee is not None:
            buttons.append(button("release", say("Release"), value))
            buttons.append(button("take_over", say("Take over"), value))
    buttons += direct_buttons(view.direct, case, value, may_invite=by_api)
    if case.status is not Status.RESOLVED:
        buttons.append(button("escalate", say("Escalate"), value))
        buttons.append(button("resolve", say("Resolve"), value))
    if link:
        buttons.append(button("open_on_x", say("Open on X"), value, url=link))
    buttons.append(button("why", say("Why?"), value))
    return buttons


def _answer(view: CaseView, rule: str) -> Answer:
    newest = _newest(view)
    if newest is None:
        return Answer.ON_X
    return may_answer(newest.summons, rule=rule, follow_ups_refused=view.follow_ups_refused)


def _is_lost(newest: MessageView) -> bool:
    """Tell whether nobody can answer the post, on X itself neither."""
    return bool(newest.gone) or newest.summons.refused in _LOST


def _newest(view: CaseView) -> MessageView | None:
    return view.messages[-1] if view.messages else None


def _priority(priority: str) -> str:
    return {"high": say("High"), "medium": say("Medium"), "low": say("Low")}[priority]
