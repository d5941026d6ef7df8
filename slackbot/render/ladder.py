"""Pings, the Escalate dialog and `why?`: everything that shows time and ladder of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.render.quotes import quoted
from slackbot.render.text import (
    Json,
    Message,
    button,
    context,
    escape,
    line,
    moment,
    person,
    plain,
    quote,
    rich,
    section,
)
from slackbot.words import say
from workflows.domain.case import Case
from workflows.services.escalations import NEXT_STEP, SUPERVISOR, TEAM, Choices
from workflows.store.views import CaseView

ESCALATE = "submit_escalation"
TARGET, REASON = "escalate_to", "escalate_reason"


@dataclass(frozen=True, slots=True)
class PingWords:
    """What a ping says.

    who        user ids, group ids, or "here".
    text       the playbook's, or the colleague's who asks for help.
    asked_by   the colleague; "" for a step of the ladder.
    late_s     how late it comes after an outage; 0 when it is in time.
    skipped    numbers of the steps that it stands for, by comma.
    card_link  address of the card; "" in its own thread.
    """

    who: Sequence[str]
    text: str
    asked_by: str
    step: str
    late_s: int
    skipped: str
    card_link: str


def render_ping(
    view: CaseView,
    words: PingWords,
    *,
    block_id: str,
    taken_by: str = "",
    taken_at: datetime | None = None,
) -> Message:
    """Return a ping with its Acknowledge button; once somebody has taken it on, with their name instead."""
    called = " ".join(map(_called, words.who))
    what = _what(view, words)
    blocks = [section(f"{block_id}-call", f":rotating_light: {called} {what}")]
    if words.text:
        said = quote(words.text, limit=600) if words.asked_by else line({"type": "text", "text": words.text})
        blocks.append(rich(f"{block_id}-words", said))
    if words.card_link and view.messages:
        blocks.append(rich(f"{block_id}-post", *quoted(view.messages[-1], limit=300)))
    facts = _facts(view.case, words)
    if facts:
        blocks.append(context(f"{block_id}-facts", " · ".join(facts)))
    if taken_by and taken_at:
        taken = say(
            ":white_check_mark: %(who)s has taken it on %(at)s", who=person(taken_by), at=moment(taken_at)
        )
        blocks.append(context(f"{block_id}-taken", taken))
    else:
        acknowledge = button("acknowledge", say("Acknowledge"), f"{view.case.id}|", style="primary")
        blocks.append({"type": "actions", "block_id": f"{block_id}-actions", "elements": [acknowledge]})
    return Message(f"{called} {what}", blocks)


def _what(view: CaseView, words: PingWords) -> str:
    customer = escape(view.customer.username, 50)
    if words.asked_by:
        return say("%(who)s asks for help with @%(customer)s", who=person(words.asked_by), customer=customer)
    return say(
        "@%(customer)s waits for an answer (%(priority)s priority)",
        customer=customer,
        priority=priority_word(view.case.priority),
    )


def _facts(case: Case, words: PingWords) -> list[str]:
    facts = []
    if case.waiting_since:
        facts.append(say("waits since %(at)s", at=moment(case.waiting_since)))
    if case.due_at:
        facts.append(due_words(case.due_at, is_late=case.is_late))
    if words.step:
        facts.append(say("step %(step)s of the ladder", step=words.step))
    if words.late_s:
        late = say(":hourglass: %(late)s late, the desk was down", late=span_words(words.late_s))
        facts.append(late)
    if words.skipped:
        facts.append(say("steps skipped: %(steps)s", steps=words.skipped))
    if words.card_link:
        link_words = say("open the card")  # babel finds no sentence inside an f-string
        facts.append(f"<{words.card_link}|{link_words}>")
    return facts


def _called(one: str) -> str:
    if one == "here":
        return "<!here>"
    return f"<!subteam^{one}>" if one.startswith("S") else person(one)


def render_escalate(choices: Choices) -> Json:
    """Return the Escalate dialog: whom, and why."""
    options = [_option(say("The supervisor on duty"), SUPERVISOR)]
    if choices.next_step:
        named = ", ".join(choices.next_step.rung.ping)
        options.insert(0, _option(say("Next step of the ladder (%(names)s)", names=named), NEXT_STEP))
    options += [_option(say("Team %(team)s", team=team), f"{TEAM}{team}") for team in choices.teams[:90]]
    return {
        "type": "modal",
        "callback_id": ESCALATE,
        "private_metadata": str(choices.case.id),
        "title": plain(say("Escalate")),
        "submit": plain(say("Escalate")),
        "close": plain(say("Cancel")),
        "blocks": [
            {
                "type": "input",
                "block_id": TARGET,
                "label": plain(say("Whom")),
                "element": {
                    "type": "static_select",
                    "action_id": TARGET,
                    "options": options,
                    "initial_option": options[0],
                },
            },
            {
                "type": "input",
                "block_id": REASON,
                "label": plain(say("Why")),
                "hint": plain(say("They read this in the ping; it is kept with the case.")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON,
                    "multiline": True,
                    "max_length": 500,
                },
            },
        ],
    }


def _option(label: str, value: str) -> Json:
    shown = label if len(label) <= 75 else label[:74] + "…"
    return {"text": plain(shown), "value": value}


def due_words(at: datetime, *, is_late: bool) -> str:
    """Return when something is or was due; Slack's client draws the time left."""
    drawn = moment(at, "{date_short_pretty} {time} ({ago})")
    return say("was due %(at)s", at=drawn) if is_late else say("due %(at)s", at=drawn)


def priority_word(priority: str) -> str:
    """Return the priority in the desk's language, inside a sentence."""
    return {"high": say("high"), "medium": say("medium"), "low": say("low")}.get(priority, "–")


def span_words(seconds: float) -> str:
    """Return a span as people say it: "45 s", "12 min", "1 h 5 min", "2 d 3 h"."""
    rest = timedelta(seconds=int(seconds))
    minutes, left = divmod(int(rest.total_seconds()), 60)
    if not minutes:
        return say("%(n)s s", n=left)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [say("%(n)s d", n=days)] if days else []
    parts += [say("%(n)s h", n=hours)] if hours else []
    parts += [say("%(n)s min", n=minutes)] if minutes and not days else []
    return " ".join(parts)
