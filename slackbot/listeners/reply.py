"""Reply: the button, the dialog while it is written, its submission, and the question after a doubt."""

import sys
from typing import Any

from slack_bolt import Ack, App

from slackbot.listeners.click import Click, answer, check_actor, listen, read_click, read_submission
from slackbot.render.modals import REPLY, REPLY_TEXT, render_reply_modal, text_block_id
from slackbot.render.notices import plain_words, private_words
from slackbot.render.text import Json
from slackbot.sender import Sender
from workflows.desk import Desk
from workflows.domain.effects import Kind
from workflows.domain.reply import digest, fit_text
from workflows.errors import AlreadyTaken, DeliveryError, NotSaved, Refusal
from workflows.services.replies import (
    OpenReply,
    confirm_reply,
    keep_draft,
    leave_dialog,
    open_reply,
    send_again,
    submit_reply,
)
from workflows.store.drafts import DraftId
from workflows.store.unit_of_work import UnitOfWork


def register(app: App, desk: Desk, sender: Sender) -> None:
    """Listen for everything on the way of a reply, in the order in which it happens."""

    @app.action("reply")
    def on_reply(ack: Ack, body: Json, action: Json) -> None:
        _open_dialog(desk, sender, read_click(body, action))
        ack()

    @app.action(REPLY_TEXT)
    def on_typing(ack: Ack, body: Json, action: Json) -> None:
        view = body.get("view") or {}
        if view:
            _keep(
                desk, read_submission(body, view), str(view.get("id") or ""), str(action.get("value") or "")
            )
        ack()

    @app.view(REPLY)
    def on_submit(ack: Ack, body: Json, view: Json) -> None:
        errors = _submit(desk, read_submission(body, view), view)
        if errors:
            ack(response_action="errors", errors=errors)
        else:
            ack()

    @app.view_closed(REPLY)
    def on_close(ack: Ack, body: Json, view: Json) -> None:
        closed = read_submission(body, view)
        answer(desk, closed, lambda uow: leave_dialog(uow, DraftId(closed.subject), closed.asker))
        ack()

    listen(
        app, desk, "it_is_there", lambda uow, click: confirm_reply(uow, DraftId(click.subject), click.asker)
    )
    listen(app, desk, "send_again", lambda uow, click: send_again(uow, DraftId(click.subject), click.asker))


def _open_dialog(desk: Desk, sender: Sender, click: Click) -> None:
    """Start a draft, then open the dialog: the one call to Slack on a click's path."""
    opened: list[OpenReply] = []

    def start(uow: UnitOfWork) -> None:
        opened.append(open_reply(uow, click.case_id, click.asker, rule=desk.settings.x_reply_rule))

    if not answer(desk, click, start):
        return
    try:
        sender.open_view(click.trigger_id, render_reply_modal(opened[0], limit=desk.settings.x_post_limit))
    except DeliveryError:
        # The draft stays; another press opens it. (A new key: the click itself was worked through.)
        late = Click(click.asker, f"{click.delivery}:late", click.subject)
        answer(desk, late, _press_again)


def _press_again(_uow: UnitOfWork) -> None:
    raise Refusal("press_again")


def _keep(desk: Desk, typing: Click, view_id: str, text: str) -> None:
    """Keep what was typed, and let the dialog show its weight."""

    def keep(uow: UnitOfWork) -> None:
        keep_draft(uow, DraftId(typing.subject), typing.asker.agent, text)
        uow.outbox.add(Kind.MODAL, view_id, payload={"draft": typing.subject})

    answer(desk, typing, keep)


def _submit(desk: Desk, submission: Click, view: Json) -> dict[str, str]:
    """Hand the reply in; return what is wrong with it, by field. The dialog then stays open, text and all."""
    text = _typed(view)
    field = _text_field(view) or text_block_id(submission.subject)
    try:
        with desk.begin(delivery=submission.delivery) as uow:
            check_actor(uow, submission)
            submit_reply(
                uow, DraftId(submission.subject), submission.asker, text, limit=desk.settings.x_post_limit
            )
    except AlreadyTaken:
        return {}
    except Refusal as refusal:
        if refusal.code == "already_submitted" and refusal.facts.get("digest") == digest(_fit(text)):
            return {}  # a double click on Send: the first one counts
        _keep_words(desk, submission, text)
        return {field: plain_words(refusal.code, refusal.facts, lambda user: _name(desk, user))}
    except NotSaved:
        return {field: private_words("not_saved", {})}
    return {}


def _fit(text: str) -> str:
    try:
        return fit_text(text, limit=sys.maxsize)
    except Refusal:
        return ""


def _keep_words(desk: Desk, submission: Click, text: str) -> None:
    """A refused text is not lost either: it is in the dialog, and in the draft."""
    try:
        with desk.begin() as uow:
            keep_draft(uow, DraftId(submission.subject), submission.asker.agent, text)
    except (Refusal, NotSaved):
        return  # the dialog still shows it


def _name(desk: Desk, user: str) -> str:
    try:
        with desk.begin() as uow:
            person = uow.accounts.person(user)
    except NotSaved:
        return user
    return person.name if person else user


def _typed(view: Json) -> str:
    for fields in _values(view).values():
        if REPLY_TEXT in fields:
            return str(fields[REPLY_TEXT].get("value") or "")
    return ""


def _text_field(view: Json) -> str:
    return next((block_id for block_id, fields in _values(view).items() if REPLY_TEXT in fields), "")


def _values(view: Json) -> dict[str, dict[str, Any]]:
    return (view.get("state") or {}).get("values") or {}
