"""Modals: the reply dialog."""

from slackbot.render.text import Json, context, inert, line, person, plain, quote, rich
from slackbot.words import count, say
from workflows.domain.length import weighted_length
from workflows.services.replies import OpenReply
from workflows.store.drafts import Draft

REPLY = "submit_reply"
REPLY_TEXT = "reply_text"


def text_block_id(draft_id: int) -> str:
    """Return the id of the text field: the same at every update, so that Slack keeps what was typed."""
    return f"text-{draft_id}"


def render_reply_modal(reply: OpenReply, *, limit: int) -> Json:
    """Return the dialog in which an answer is written, with the weight of the text so far.

    limit  weighted characters that the account may post.
    """
    draft = reply.draft
    return {
        "type": "modal",
        "callback_id": REPLY,
        "private_metadata": str(draft.id),
        "title": plain(say("Reply on X")),
        "submit": plain(say("Send")),
        "close": plain(say("Cancel")),
        "notify_on_close": True,
        "blocks": [
            rich(
                f"post-{draft.id}",
                line(*inert(say("@%(username)s wrote", username=reply.customer.username), bold=True)),
                quote(reply.target.text, limit=1500),
            ),
            *_colleagues(reply),
            _text_field(draft),
            context(f"count-{draft.id}", _weight(draft.text, limit)),
        ],
    }


def _colleagues(reply: OpenReply) -> list[Json]:
    if not reply.others:
        return []
    who = ", ".join(person(other) for other in reply.others)
    return [context(f"others-{reply.draft.id}", say(":warning: %(who)s is writing an answer too", who=who))]


def _text_field(draft: Draft) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": REPLY_TEXT,
        "multiline": True,
        "focus_on_load": True,
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
        "placeholder": plain(say("What the world will read under the post")),
    }
    if draft.text:
        element["initial_value"] = draft.text
    return {
        "type": "input",
        "block_id": text_block_id(draft.id),
        "dispatch_action": True,
        "label": plain(say("Public reply")),
        "element": element,
    }


def _weight(text: str, limit: int) -> str:
    length = weighted_length(text.strip())
    if length > limit:
        over = count("%(number)s character too long", "%(number)s characters too long", length - limit)
        return say(":no_entry: %(length)s of %(limit)s: %(over)s", length=length, limit=limit, over=over)
    return say("%(length)s of %(limit)s characters, as X counts them", length=length, limit=limit)
