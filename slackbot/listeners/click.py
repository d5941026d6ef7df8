"""What every click has in common: who, where, which case; worked through once, answered in private."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from slackbot.render.notices import private_words
from slackbot.render.text import Json
from slackbot.sender import respond
from workflows.desk import Desk
from workflows.domain.case import AgentId, CaseId
from workflows.domain.effects import Kind
from workflows.domain.people import may_act
from workflows.errors import AlreadyTaken, DeliveryError, Missing, NotSaved, Refusal
from workflows.services.board import Asker, refresh_card, tell_privately
from workflows.services.playbooks import current_playbooks, may_work, playbooks_about
from workflows.store.drafts import DraftId
from workflows.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed on a card, or a dialog submitted.

    subject   the number in the button's value: a case's, or a draft's.
    holder    who had the case when the button was drawn; "" for nobody.
    version   of the case when the button was drawn; 0 for buttons that do not say.
    delivery  key of this very click: Slack may bring it several times.
    of_case   the subject is a case, whose playbook says who may work on it; a draft's number tells nothing.
    """

    asker: Asker
    delivery: str
    subject: int
    holder: str = ""
    version: int = 0
    channel: str = ""
    message_ts: str = ""
    trigger_id: str = ""
    team_id: str = ""
    of_case: bool = False

    @property
    def case_id(self) -> CaseId:
        """The case that the button belongs to."""
        return CaseId(self.subject)


def read_click(body: Json, action: Json) -> Click:
    """Return the click that a block_actions payload tells of; nothing in it but ids is believed.

    Raises Refusal ("no_such_case") when the value is none of ours.
    """
    number, _, rest = str(action.get("value") or "").partition("|")
    container = body.get("container") or {}
    message = body.get("message") or {}
    channel = _id_of(body.get("channel")) or str(container.get("channel_id") or "")
    return Click(
        asker=_asker(body, channel),
        delivery=delivery_key(body),
        subject=_number(number),
        holder=rest.partition("|")[2],
        version=int(drawn) if (drawn := rest.partition("|")[0]).isdecimal() and drawn.isascii() else 0,
        channel=channel,
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        team_id=_team_of(body),
        of_case="|" in str(action.get("value") or ""),
    )


def read_submission(body: Json, view: Json) -> Click:
    """Return the submission of a dialog as a click; its private_metadata holds an id only."""
    return Click(
        asker=_asker(body, ""),
        delivery=delivery_key(body),
        subject=_number(str(view.get("private_metadata") or "")),
        team_id=_team_of(body),
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refusal("no_such_case")
    return int(text)


def _asker(body: Json, channel: str) -> Asker:
    user = _id_of(body.get("user"))
    return Asker(AgentId(user), answer_url=str(body.get("response_url") or ""), channel=channel)


def _id_of(named: object) -> str:
    """Return the id of an object that Slack names by a dict, or by the id alone."""
    return str(named.get("id") or "") if isinstance(named, dict) else str(named or "")


def _team_of(body: Json) -> str:
    user = body.get("user")
    return str(user.get("team_id") or "") if isinstance(user, dict) else ""


def delivery_key(body: Json) -> str:
    """Return what tells this delivery from others: Slack's event id, else a digest of the payload."""
    event = body.get("event_id")
    if event:
        return f"event:{event}"
    whole = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return f"click:{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:32]}"


def answer(desk: Desk, click: Click, act: Callable[[UnitOfWork], Any]) -> bool:
    """Do what was clicked, once; say why not in private. Return whether it was done now.

    A delivery that was worked through before changes nothing and says nothing.
    """
    try:
        with desk.begin(delivery=click.delivery) as uow:
            return _act_or_refuse(uow, click, act)
    except AlreadyTaken:
        return False
    except NotSaved:
        tell_now(click.asker.answer_url, "not_saved")
        return False


def _act_or_refuse(uow: UnitOfWork, click: Click, act: Callable[[UnitOfWork], Any]) -> bool:
    try:
        with uow.attempt():
            check_actor(uow, click)
            act(uow)
            _note_card(uow, click)
    except Refusal as refusal:
        tell_privately(uow, click.asker, click.delivery, refusal.code, **refusal.facts)
        if not isinstance(refusal, Missing):
            _redraw_old_card(uow, click)
        return False
    return True


def listen(app: App, desk: Desk, button: str, act: Callable[[UnitOfWork, Click], Any]) -> None:
    """Let this button of a card do this, once a click, and answer Slack when it is committed."""

    @app.action(button)
    def on_click(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(desk, click, lambda uow: act(uow, click))
        ack()


def _redraw_old_card(uow: UnitOfWork, click: Click) -> None:
    """A button of an older state was pressed: show that person the card as it is."""
    if not click.version or not click.message_ts:
        return
    case = uow.cases.get(click.case_id)
    if click.version < case.version and click.message_ts == case.card_ts:
        uow.cases.note_card(case.id, card_digest="")
        refresh_card(uow, case, click.asker)


def check_actor(uow: UnitOfWork, click: Click) -> None:
    """Check that this person may work on cases; ask Slack about those we do not know yet.

    Raises NotAllowed.
    """
    person = uow.accounts.person(click.asker.agent)
    playbooks = playbooks_about(uow, click.case_id) if click.of_case else current_playbooks(uow)
    allowed = [user for playbook in playbooks for user in playbook.people.allowed]
    may_act(person, team_id=click.team_id, home_team=uow.accounts.home_team(), allowed=allowed)
    if person is None:
        uow.outbox.add(Kind.PEOPLE, click.asker.agent)
    may_work(uow, playbooks, click.asker.agent)


def check_draft(uow: UnitOfWork, click: Click) -> None:
    """Check that this person may work on the case of the draft that the click names.

    Raises Missing, NotAllowed.
    """
    case_id = uow.drafts.case_of(DraftId(click.subject))
    may_work(uow, playbooks_about(uow, case_id), click.asker.agent)


def _note_card(uow: UnitOfWork, click: Click) -> None:
    """A click shows where the card is: adopt it if that was in doubt, remove it if it is an extra one."""
    if not click.message_ts or not click.version:
        return  # the buttons of a doubt name a draft, not a case: they say nothing of where a card is
    case = uow.cases.get(click.case_id)
    if case.card_ts is None:
        uow.cases.note_card(case.id, card_ts=click.message_ts, card_channel=click.channel)
    elif case.card_ts != click.message_ts and case.card_channel == click.channel:
        # Through this click's answer the extra card would be drawn, and the true one would stay as it was.
        uow.cases.note_card(case.id, answer_uses=0)
        extra = {"ts": click.message_ts, "channel": click.channel}
        uow.outbox.add(Kind.TIDY_CARD, f"{case.id}:{click.message_ts}", case_id=case.id, payload=extra)


def tell_now(answer_url: str, code: str, facts: Mapping[str, str] | None = None) -> None:
    """Answer the click straight away, for when the store or Redis cannot carry an answer."""
    if not answer_url:
        return
    try:
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": private_words(code, facts or {}),
        }
        respond(answer_url, body, timeout_s=1.0)
    except DeliveryError:
        return  # the click can be repeated; there is nobody else to tell
