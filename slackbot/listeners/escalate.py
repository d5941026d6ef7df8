"""Escalate: the button, its dialog, its submission; Acknowledge on the ping; and `why?`."""

from collections.abc import Callable
from dataclasses import replace

from slack_bolt import Ack, App

from slackbot.listeners.click import Click, answer, check_actor, listen, read_click, read_submission
from slackbot.render.ladder import ESCALATE, REASON, TARGET, render_escalate
from slackbot.render.notices import plain_words, private_words
from slackbot.render.text import Json
from slackbot.render.why import render_why
from slackbot.sender import Sender
from workflows.desk import Desk
from workflows.domain.case import CaseId
from workflows.errors import AlreadyTaken, DeliveryError, NotSaved, Refusal
from workflows.services.escalations import acknowledge, escalate, escalation_choices
from workflows.services.why import why_of
from workflows.store.unit_of_work import UnitOfWork


def register(app: App, desk: Desk, sender: Sender) -> None:
    """Listen for everything about ladders and clocks, in the order in which it happens."""

    @app.action("escalate")
    def on_escalate(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        _open(desk, sender, click, lambda uow: render_escalate(escalation_choices(uow, click.case_id)))
        ack()

    @app.view(ESCALATE)
    def on_submit(ack: Ack, body: Json, view: Json) -> None:
        errors = _submit(desk, replace(read_submission(body, view), of_case=True), view)
        if errors:
            ack(response_action="errors", errors=errors)
        else:
            ack()

    listen(
        app,
        desk,
        "acknowledge",
        lambda uow, click: acknowledge(uow, click.case_id, click.asker, clicked_ts=click.message_ts),
    )

    @app.action("why")
    def on_why(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        _open(desk, sender, click, lambda uow: render_why(why_of(uow, click.case_id)))
        ack()


def _open(desk: Desk, sender: Sender, click: Click, draw: Callable[[UnitOfWork], Json]) -> None:
    """Draw a dialog and open it: the one call to Slack on a click's path."""
    drawn: list[Json] = []

    def start(uow: UnitOfWork) -> None:
        drawn.append(draw(uow))

    if not answer(desk, click, start):
        return
    try:
        sender.open_view(click.trigger_id, drawn[0])
    except DeliveryError:
        answer(desk, Click(click.asker, f"{click.delivery}:late", click.subject), _press_again)


def _press_again(_uow: UnitOfWork) -> None:
    raise Refusal("press_again")


def _submit(desk: Desk, submission: Click, view: Json) -> dict[str, str]:
    """Ask for help; return what is wrong with it, by field."""
    values = (view.get("state") or {}).get("values") or {}
    target = (((values.get(TARGET) or {}).get(TARGET) or {}).get("selected_option") or {}).get("value") or ""
    reason = str(((values.get(REASON) or {}).get(REASON) or {}).get("value") or "")
    try:
        with desk.begin(delivery=submission.delivery) as uow:
            check_actor(uow, submission)
            escalate(uow, CaseId(submission.subject), submission.asker, target=str(target), reason=reason)
    except AlreadyTaken:
        return {}
    except Refusal as refusal:
        field = TARGET if refusal.code in ("nobody_on_duty", "no_next_step") else REASON
        return {field: plain_words(refusal.code, refusal.facts, lambda user: user)}
    except NotSaved:
        return {REASON: private_words("not_saved", {})}
    return {}
