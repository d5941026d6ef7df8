"""Direct messages: inviting, reading, answering them, and the help that was made ready."""

from dataclasses import replace

from slack_bolt import Ack, App

from slackbot.listeners.click import Click, answer, listen, read_click
from slackbot.listeners.reply import open_dialog
from slackbot.render.direct import render_direct_dialog
from slackbot.render.direct_words import (
    CLAIM,
    ENCRYPTED,
    IT_IS_THERE,
    MOVE_TO_DM,
    READ_DM,
    REPLY_BY_DM,
    SEND_AGAIN,
)
from slackbot.render.modals import render_reply_modal
from slackbot.render.text import Json
from slackbot.sender import Sender
from workflows.desk import Desk
from workflows.errors import DeliveryError, Refusal
from workflows.services.board import Asker
from workflows.services.cases import claim_case
from workflows.services.direct import Directs, read_directs
from workflows.services.dm_help import HELP, check_help, note_encrypted
from workflows.services.handoffs import INVITE
from workflows.services.outcomes import confirm_reply, send_again
from workflows.services.replies import Choices, OpenReply, keep_draft, look_at, open_reply
from workflows.store.approvals import Approval
from workflows.store.drafts import DM, DraftId
from workflows.store.unit_of_work import UnitOfWork


def register(app: App, desk: Desk, sender: Sender) -> None:
    """Listen for everything about direct messages, in the order in which it happens."""

    @app.action(MOVE_TO_DM)
    def on_move(ack: Ack, body: Json, action: Json) -> None:
        open_dialog(desk, sender, read_click(body, action), purpose=INVITE)
        ack()

    for purpose in HELP:
        _offer(app, desk, sender, purpose)

    @app.action(READ_DM)
    def on_read(ack: Ack, body: Json, action: Json) -> None:
        _read(desk, sender, read_click(body, action))
        ack()

    @app.action(REPLY_BY_DM)
    def on_reply(ack: Ack, body: Json, action: Json) -> None:
        _open(desk, sender, read_click(body, action))
        ack()

    listen(app, desk, ENCRYPTED, lambda uow, click: note_encrypted(uow, click.case_id))
    listen(app, desk, CLAIM, lambda uow, click: claim_case(uow, click.case_id, _quiet(click)))
    listen(
        app, desk, IT_IS_THERE, lambda uow, click: confirm_reply(uow, DraftId(click.subject), _quiet(click))
    )
    listen(app, desk, SEND_AGAIN, lambda uow, click: send_again(uow, DraftId(click.subject), _quiet(click)))


def _quiet(click: Click) -> Asker:
    """Return who clicked, without the click's answer address: it would draw the case's card over another."""
    return Asker(click.asker.agent, channel=click.asker.channel)


def _offer(app: App, desk: Desk, sender: Sender, purpose: str) -> None:
    """Let the button under words that were made ready open them for sending."""

    @app.action(f"send_{purpose}")
    def on_send(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        checked = replace(click, delivery=f"{click.delivery}:checked")
        if answer(desk, checked, lambda uow: check_help(uow, click.case_id, purpose)):
            open_dialog(desk, sender, replace(click, asker=_quiet(click)), purpose=purpose)
        ack()


def _read(desk: Desk, sender: Sender, click: Click) -> None:
    """Open the direct messages for one person, within the click."""
    read: list[tuple[Directs, Approval | None]] = []

    def look(uow: UnitOfWork) -> None:
        directs = read_directs(uow, click.case_id, click.asker)
        read.append((directs, uow.approvals.sent_back_direct(click.case_id)))

    if answer(desk, click, look):
        directs, sent_back = read[0]
        _show(desk, sender, click, render_direct_dialog(directs, sent_back=sent_back))


def _open(desk: Desk, sender: Sender, click: Click) -> None:
    """Open the reply dialog for an answer by direct message, wherever the button stands."""
    opened: list[OpenReply] = []

    def start(uow: UnitOfWork) -> None:
        asker = _quiet(click)
        reply = open_reply(uow, click.case_id, asker, rule=desk.settings.x_reply_rule)
        if reply.draft.is_public and reply.may_dm:
            draft = keep_draft(uow, reply.draft.id, asker.agent, Choices(channel=DM))
            reply = look_at(uow, draft)
        opened.append(reply)

    if answer(desk, click, start):
        _show(desk, sender, click, render_reply_modal(opened[0]))


def _show(desk: Desk, sender: Sender, click: Click, view: Json) -> None:
    try:
        sender.open_view(click.trigger_id, view)
    except DeliveryError:
        # What was done stays; another press opens it. (A new key: the click itself was worked through.)
        answer(desk, Click(click.asker, f"{click.delivery}:late", click.subject), _press_again)


def _press_again(_uow: UnitOfWork) -> None:
    raise Refusal("press_again")
