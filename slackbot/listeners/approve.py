"""Approve, Edit and approve, Send back, Recall: the request's buttons, their dialogs and submissions."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App

from slackbot.listeners.click import Click, read_click, read_submission, tell_now
from slackbot.render.approval import (
    BACK,
    EDITED_REPLY,
    EDITED_TEXT,
    REASON,
    render_edit,
    render_read,
    render_send_back,
)
from slackbot.render.notices import plain_words
from slackbot.render.text import Json
from slackbot.sender import Sender
from workflows.desk import Desk
from workflows.domain.effects import Kind
from workflows.domain.people import may_act
from workflows.errors import AlreadyTaken, DeliveryError, NotSaved, Refusal
from workflows.services.approvals import (
    approve,
    edit_and_approve,
    may_edit,
    may_send_back,
    note_refusal,
    read_request,
    recall,
    send_back,
)
from workflows.services.board import tell_privately
from workflows.services.playbooks import playbooks_about
from workflows.services.requests import Request, request_of
from workflows.store.approvals import ApprovalId
from workflows.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Decision:
    """A click on a request, or a dialog of it: which approval, and the text that the person saw."""

    click: Click
    digest: str

    @property
    def approval_id(self) -> ApprovalId:
        """The approval that the button belongs to."""
        return ApprovalId(self.click.subject)


Act = Callable[[UnitOfWork, Decision], object]


def register(app: App, desk: Desk, sender: Sender) -> None:
    """Listen for everything about approvals, in the order in which it happens."""
    _listen(
        app,
        desk,
        "approve",
        lambda uow, d: approve(
            uow, d.approval_id, d.click.asker, digest=d.digest, clicked_ts=d.click.message_ts
        ),
    )
    _listen(
        app,
        desk,
        "recall",
        lambda uow, d: recall(uow, d.approval_id, d.click.asker, clicked_ts=d.click.message_ts),
    )
    _listen_dialog(app, desk, sender, "edit_and_approve", _may_edit, render_edit)
    _listen_dialog(app, desk, sender, "send_back", _may_send_back, render_send_back)
    _listen_dialog(app, desk, sender, "read_request", _may_read, render_read)
    _listen_submission(app, desk, EDITED_REPLY, EDITED_TEXT, _edit)
    _listen_submission(app, desk, BACK, REASON, _send_back)


def _may_edit(uow: UnitOfWork, decision: Decision) -> None:
    may_edit(uow, decision.approval_id, decision.click.asker, digest=decision.digest)
    if request_of(uow, decision.approval_id).is_bare:
        read_request(uow, decision.approval_id, decision.click.asker)  # the dialog shows the words too


def _may_send_back(uow: UnitOfWork, decision: Decision) -> None:
    may_send_back(uow, decision.approval_id, decision.click.asker, digest=decision.digest)


def _may_read(uow: UnitOfWork, decision: Decision) -> None:
    read_request(uow, decision.approval_id, decision.click.asker)


def _edit(uow: UnitOfWork, decision: Decision, text: str) -> None:
    edit_and_approve(uow, decision.approval_id, decision.click.asker, text, digest=decision.digest)


def _send_back(uow: UnitOfWork, decision: Decision, text: str) -> None:
    send_back(uow, decision.approval_id, decision.click.asker, text, digest=decision.digest)


def _listen(app: App, desk: Desk, button: str, act: Act) -> None:
    @app.action(button)
    def on_click(ack: Ack, body: Json, action: Json) -> None:
        number, digest = _sealed(action.get("value"))
        _answer(desk, Decision(read_click(body, action | {"value": number}), digest), act)
        ack()


def _listen_dialog(
    app: App,
    desk: Desk,
    sender: Sender,
    button: str,
    check: Act,
    render: Callable[[Request], Json],
) -> None:
    @app.action(button)
    def on_click(ack: Ack, body: Json, action: Json) -> None:
        number, digest = _sealed(action.get("value"))
        decision = Decision(read_click(body, action | {"value": number}), digest)
        drawn: list[Json] = []

        def draw(uow: UnitOfWork, decision: Decision) -> None:
            check(uow, decision)
            drawn.append(render(request_of(uow, decision.approval_id)))

        if _answer(desk, decision, draw):
            try:
                sender.open_view(decision.click.trigger_id, drawn[0])
            except DeliveryError:
                late = Click(decision.click.asker, f"{decision.click.delivery}:late", decision.click.subject)
                _answer(desk, Decision(late, digest), _press_again)
        ack()


def _press_again(_uow: UnitOfWork, _decision: Decision) -> None:
    raise Refusal("press_again")


def _listen_submission(
    app: App, desk: Desk, dialog: str, field: str, act: Callable[[UnitOfWork, Decision, str], None]
) -> None:
    @app.view(dialog)
    def on_submit(ack: Ack, body: Json, view: Json) -> None:
        number, digest = _sealed(view.get("private_metadata"))
        submission = read_submission(body, view | {"private_metadata": number})
        values = (view.get("state") or {}).get("values") or {}
        text = str(((values.get(field) or {}).get(field) or {}).get("value") or "")
        refusal = _decide(desk, Decision(submission, digest), lambda uow, d: act(uow, d, text))
        if refusal is None:
            ack()
        else:
            code, facts = refusal
            words = plain_words(code, facts, lambda user: _name(desk, user))
            ack(response_action="errors", errors={field: words})


def _answer(desk: Desk, decision: Decision, act: Act) -> bool:
    """Do what was clicked, once; say why not in private. Return whether it was done now."""
    click = decision.click
    try:
        with desk.begin(delivery=click.delivery) as uow:
            refusal = _try(uow, decision, act)
            if refusal:
                tell_privately(uow, click.asker, click.delivery, refusal.code, **refusal.facts)
    except AlreadyTaken:
        return False
    except NotSaved:
        tell_now(click.asker.answer_url, "not_saved")
        return False
    return refusal is None


def _decide(desk: Desk, decision: Decision, act: Act) -> tuple[str, dict[str, str]] | None:
    """Do what was submitted, once; return why not, for under the dialog's field."""
    try:
        with desk.begin(delivery=decision.click.delivery) as uow:
            refusal = _try(uow, decision, act)
    except AlreadyTaken:
        return None
    except NotSaved:
        return "not_saved", {}
    return (refusal.code, refusal.facts) if refusal else None


def _try(uow: UnitOfWork, decision: Decision, act: Act) -> Refusal | None:
    """Do it, or undo all of it and keep what came of the try; return the refusal."""
    try:
        with uow.attempt():
            _check_actor(uow, decision)
            act(uow, decision)
    except Refusal as refusal:
        note_refusal(uow, decision.approval_id, decision.click.asker, refusal)
        return refusal
    return None


def _check_actor(uow: UnitOfWork, decision: Decision) -> None:
    """Check that this is a member: approvers need not be agents, their rule names them.

    Raises Missing, NotAllowed.
    """
    click = decision.click
    person = uow.accounts.person(click.asker.agent)
    playbooks = playbooks_about(uow, uow.approvals.case_of(decision.approval_id))
    allowed = [user for playbook in playbooks for user in playbook.people.allowed]
    may_act(person, team_id=click.team_id, home_team=uow.accounts.home_team(), allowed=allowed)
    if person is None:
        uow.outbox.add(Kind.PEOPLE, click.asker.agent)


def _sealed(value: object) -> tuple[str, str]:
    """Return number and digest of a button's value or a dialog's metadata: "12.0123456789abcdef"."""
    number, _, digest = str(value or "").partition(".")
    return number, digest


def _name(desk: Desk, user: str) -> str:
    try:
        with desk.begin() as uow:
            person = uow.accounts.person(user)
    except NotSaved:
        return user
    return person.name if person else user
