"""What a card says of our answers: on their way, held, waiting for approval, in doubt, out, refused."""

from datetime import datetime

from slackbot.render.approval import render_awaiting
from slackbot.render.direct_words import limit_line
from slackbot.render.notices import held_because, refusal_of_x
from slackbot.render.text import Json, button, context, moment, person, quote, rich
from slackbot.words import say
from workflows.store import drafts as states
from workflows.store.drafts import Draft
from workflows.store.views import CaseView


def render_answers(view: CaseView, head: str, *, direct_leaves_at: datetime | None = None) -> list[Json]:
    """Return the blocks about answers, if there are any; not a word of direct messages.

    direct_leaves_at  about when an answer by direct message leaves that waits for X's limit.
    """
    blocks: list[Json] = []
    if view.reply is not None:
        blocks += _answer(view.reply, head, _leaves_at(view, direct_leaves_at))
    for approval in view.awaiting:
        is_newest = approval is view.awaiting[-1]
        blocks += render_awaiting(approval, f"{head}-{approval.id}", recall=is_newest)
    for draft in view.held[:3]:
        why = held_because(draft.reason)
        sentence = say(":eyes: %(who)s’s reply was held: %(why)s", who=person(draft.author), why=why)
        blocks.append(context(f"{head}-held-{draft.id}", sentence))
    return blocks


def _leaves_at(view: CaseView, direct_leaves_at: datetime | None) -> datetime | None:
    """Return when the answer that is shown leaves, if it is the one that waits for X's limit."""
    shown, waiting = view.reply, view.direct.reply
    return direct_leaves_at if shown and waiting and shown.id == waiting.id else None


def _answer(draft: Draft, head: str, leaves_at: datetime | None) -> list[Json]:
    state = limit_line(draft, leaves_at) if leaves_at else _state(draft)
    blocks = [context(f"{head}-reply", state)]
    if draft.is_public:
        blocks.append(rich(f"{head}-answer", quote(draft.text, limit=600)))
    buttons = _decisions(draft)
    if buttons:
        blocks.append({"type": "actions", "block_id": f"{head}-doubt", "elements": buttons})
    return blocks


def _decisions(draft: Draft) -> list[Json]:
    """Return the buttons by which a person decides about an answer."""
    value = str(draft.id)
    if draft.state == states.SUBMITTED and draft.leaves_at and not draft.reason:
        return [button("undo", say("Undo"), value)]
    if draft.state == states.ASKED:
        again = button("send_again", say("Send again"), value)
        return [button("it_is_there", say("It is there"), value, style="primary"), again]
    if draft.state == states.REFUSED and draft.thread_of:
        return [button("send_rest", say("Send the rest"), value)]
    return []


def _state(draft: Draft) -> str:
    who = person(draft.author)
    sentence = _words(draft, who)
    if draft.parts:
        part = say("part %(part)s of %(parts)s", part=draft.part or 1, parts=draft.parts)
        return f"{sentence} · {part}"
    return sentence


def _words(draft: Draft, who: str) -> str:
    if draft.state == states.SUBMITTED:
        return _on_its_way(draft, who)
    if draft.state == states.DOUBTED:
        return say(":mag: X gave no clear answer to %(who)s’s reply; looking whether it is there", who=who)
    if draft.state == states.ASKED:
        return say(
            ":grey_question: We could not confirm that %(who)s’s reply is on X. Please look and say which.",
            who=who,
        )
    if draft.state != states.SENT:
        return say(":no_entry: X refused %(who)s’s reply: %(why)s", who=who, why=refusal_of_x(draft.reason))
    at = moment(draft.settled_at) if draft.settled_at else ""
    if not draft.is_public:
        return say(":white_check_mark: %(who)s answered by direct message %(at)s", who=who, at=at)
    link = post_link(draft.external_id)
    words = say("see it on X")  # babel finds no sentence inside an f-string
    seen = f" · <{link}|{words}>" if link else ""
    return say(":white_check_mark: %(who)s replied on X %(at)s", who=who, at=at) + seen


def _on_its_way(draft: Draft, who: str) -> str:
    if draft.reason:
        return say(":hourglass: %(who)s’s reply waits: %(why)s", who=who, why=refusal_of_x(draft.reason))
    if draft.leaves_at:
        at = moment(draft.leaves_at, "{time_secs}")
        return say(":outbox_tray: %(who)s’s reply leaves for X at %(at)s", who=who, at=at)
    return say(":outbox_tray: %(who)s’s reply is on its way to X", who=who)


def post_link(post_id: str) -> str:
    """Return the address of a post; X finds it by its id, whatever the name in between."""
    return f"https://x.com/i/status/{post_id}" if post_id.isalnum() else ""
