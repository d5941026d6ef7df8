"""Reply: the button, its dialog while it is filled in, the submission, Undo, the question after a doubt."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, App

from slackbot.listeners.click import (
    Click,
    answer,
    check_actor,
    check_draft,
    listen,
    read_click,
    read_submission,
)
from slackbot.render.modals import (
    AS_THREAD,
    CHANNEL,
    MACRO,
    OPTIONS,
    PROMISE,
    REPLY,
    REPLY_TEXT,
    SIGNED,
    TARGET,
    render_reply_modal,
)
from slackbot.render.notices import plain_words, private_words
from slackbot.render.text import Json
from slackbot.render.tone import why
from slackbot.sender import Sender
from workflows.desk import Desk
from workflows.domain.effects import Kind
from workflows.errors import AlreadyTaken, DeliveryError, NotSaved, Refusal
from workflows.services.board import Asker
from workflows.services.outcomes import confirm_reply, send_again
from workflows.services.replies import (
    Choices,
    OpenReply,
    ToneRefused,
    keep_draft,
    leave_dialog,
    open_reply,
    submit_reply,
)
from workflows.services.sending import resume_thread, undo_reply
from workflows.store.drafts import DM, PUBLIC, DraftId
from workflows.store.unit_of_work import UnitOfWork

_FIELDS = (REPLY_TEXT, TARGET, CHANNEL, MACRO, OPTIONS, PROMISE)


def register(app: App, desk: Desk, sender: Sender) -> None:
    """Listen for everything on the way of a reply, in the order in which it happens."""

    @app.action("reply")
    def on_reply(ack: Ack, body: Json, action: Json) -> None:
        open_dialog(desk, sender, read_click(body, action))
        ack()

    for field in _FIELDS:

        @app.action(field)
        def on_filling_in(ack: Ack, body: Json, action: Json) -> None:
            view = body.get("view") or {}
            if view:
                _keep(desk, read_submission(body, view), str(view.get("id") or ""), _filled(view, action))
            ack()

    @app.view(REPLY)
    def on_submit(ack: Ack, body: Json, view: Json) -> None:
        ack(**_submit(desk, read_submission(body, view), view))

    @app.view_closed(REPLY)
    def on_close(ack: Ack, body: Json, view: Json) -> None:
        closed = read_submission(body, view)
        answer(desk, closed, lambda uow: leave_dialog(uow, DraftId(closed.subject), closed.asker))
        ack()

    _decide(app, desk, "undo", undo_reply)
    _decide(app, desk, "it_is_there", confirm_reply)
    _decide(app, desk, "send_again", send_again)
    _decide(app, desk, "send_rest", resume_thread)


def _decide(app: App, desk: Desk, button: str, act: Callable[[UnitOfWork, DraftId, Asker], None]) -> None:
    """Let a button that names a draft decide about it."""

    def decide(uow: UnitOfWork, click: Click) -> None:
        check_draft(uow, click)
        act(uow, DraftId(click.subject), click.asker)

    listen(app, desk, button, decide)


def open_dialog(desk: Desk, sender: Sender, click: Click, *, purpose: str = "") -> None:
    """Start a draft, then open the dialog: the one call to Slack on a click's path.

    purpose  of a hand-off to DM; the draft then begins with the playbook's macro for it.
    """
    opened: list[OpenReply] = []

    def start(uow: UnitOfWork) -> None:
        rule = desk.settings.x_reply_rule
        opened.append(open_reply(uow, click.case_id, click.asker, rule=rule, purpose=purpose))

    if not answer(desk, click, start):
        return
    try:
        sender.open_view(click.trigger_id, render_reply_modal(opened[0]))
    except DeliveryError:
        # The draft stays; another press opens it. (A new key: the click itself was worked through.)
        late = Click(click.asker, f"{click.delivery}:late", click.subject)
        answer(desk, late, _press_again)


def _press_again(_uow: UnitOfWork) -> None:
    raise Refusal("press_again")


def _keep(desk: Desk, filling: Click, view_id: str, choices: Choices) -> None:
    """Keep what was filled in, and let the dialog show what it comes to."""

    def keep(uow: UnitOfWork) -> None:
        check_draft(uow, filling)
        keep_draft(uow, DraftId(filling.subject), filling.asker.agent, choices)
        uow.outbox.add(Kind.MODAL, view_id, payload={"draft": filling.subject})

    answer(desk, filling, keep)


def _submit(desk: Desk, submission: Click, view: Json) -> Json:
    """Hand the reply in; return what Slack does: close the dialog, show it once more, or say what is wrong.

    In both of the latter it stays open, text and all.
    """
    choices = _filled(view, {})
    field = _text_field(view) or f"text-{submission.subject}"
    try:
        with desk.begin(delivery=submission.delivery) as uow:
            check_actor(uow, submission)
            check_draft(uow, submission)
            held = submit_reply(uow, DraftId(submission.subject), submission.asker, choices)
            if held:
                return {"response_action": "update", "view": render_reply_modal(held)}
    except AlreadyTaken:
        return {}
    except Refusal as refusal:
        if refusal.facts.get("same"):
            return {}  # a double click on Send: the first one counts
        _keep_words(desk, submission, choices)
        return _error(field, _sentence(desk, refusal))
    except NotSaved:
        return _error(field, private_words("not_saved", {}))
    return {}


def _error(field: str, sentence: str) -> Json:
    return {"response_action": "errors", "errors": {field: sentence}}


def _sentence(desk: Desk, refusal: Refusal) -> str:
    if isinstance(refusal, ToneRefused):
        return " ".join(dict.fromkeys(map(why, refusal.findings)))
    return plain_words(refusal.code, refusal.facts, lambda user: _name(desk, user))


def _keep_words(desk: Desk, submission: Click, choices: Choices) -> None:
    """A refused text is not lost either: it is in the dialog, and in the draft."""
    try:
        with desk.begin() as uow:
            keep_draft(uow, DraftId(submission.subject), submission.asker.agent, Choices(text=choices.text))
    except (Refusal, NotSaved):
        return  # the dialog still shows it


def _name(desk: Desk, user: str) -> str:
    try:
        with desk.begin() as uow:
            person = uow.accounts.person(user)
    except NotSaved:
        return user
    return person.name if person else user


def _filled(view: Json, action: Json) -> Choices:
    """Return what stands in the dialog's fields; where Slack leaves the state out, what its action tells."""
    found: dict[str, Json] = {}
    for fields in _values(view).values():
        found |= {name: value for name, value in fields.items() if isinstance(value, dict)}
    if action.get("action_id") in _FIELDS:
        found[str(action["action_id"])] = action
    ticked = [str(one.get("value")) for one in found.get(OPTIONS, {}).get("selected_options") or ()]
    offered = [str(one.get("value")) for one in _offered(view)]
    channel = _chosen(found, CHANNEL)
    text = found.get(REPLY_TEXT)
    return Choices(
        text=None if text is None else str(text.get("value") or ""),
        target=_chosen(found, TARGET),
        channel=channel if channel in (PUBLIC, DM) else None,
        macro=_chosen(found, MACRO),
        signed=SIGNED in ticked if SIGNED in offered else None,
        as_thread=AS_THREAD in ticked if AS_THREAD in offered else None,
        promised_by=_moment(found.get(PROMISE, {}).get("selected_date_time")),
    )


def _offered(view: Json) -> list[Json]:
    """Return the ticks that the dialog offers: one that is not there was not taken away."""
    elements = [block.get("element") or {} for block in view.get("blocks") or ()]
    return [one for e in elements if e.get("action_id") == OPTIONS for one in e.get("options") or ()]


def _chosen(found: dict[str, Json], field: str) -> str | None:
    value = (found.get(field, {}).get("selected_option") or {}).get("value")
    return str(value) if value else None


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and seconds > 0 else None


def _text_field(view: Json) -> str:
    return next((block_id for block_id, fields in _values(view).items() if REPLY_TEXT in fields), "")


def _values(view: Json) -> dict[str, dict[str, Any]]:
    return (view.get("state") or {}).get("values") or {}
