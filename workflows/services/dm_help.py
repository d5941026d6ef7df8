"""Help on the way to direct messages: words made ready for the agent, each sent by a click or not at all."""

import logging
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from workflows.domain.case import AgentId, Case, CaseId, Status
from workflows.domain.handoff import Stage
from workflows.domain.macro import Macro
from workflows.errors import Conflict, Missing, Refusal
from workflows.services.board import show
from workflows.services.clocks import case_playbook
from workflows.services.composing import macro_text
from workflows.services.handoffs import (
    CLOSING,
    NUDGE,
    OTHER_CHANNELS,
    has_opted_out,
    note_privacy,
    public_reply_out,
    we_wrote_directly,
    writes_encrypted,
)
from workflows.store import drafts as states
from workflows.store.drafts import Draft
from workflows.store.handoffs import Handoff
from workflows.store.history import DESK, Event
from workflows.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

ASIDE = timedelta(minutes=1)
HELP = (NUDGE, OTHER_CHANNELS, CLOSING)


def offer_due_help(uow: UnitOfWork, most: int = 20) -> int:
    """Offer what is due to agents whose customers were invited and have not written; return for how many.

    Invitations of cases that were resolved meanwhile lapse.
    """
    uow.handoffs.lapse_resolved(most)
    due = uow.handoffs.due(most)
    for case_id in due:
        try:
            with uow.attempt():
                _wake(uow, case_id)
        except DBAPIError:
            raise  # the store's trouble, not this case's
        except Exception:
            log.exception("case=%s: the help that is due cannot be offered", case_id)
            uow.handoffs.set_aside(case_id, ASIDE)
    return len(due)


def _wake(uow: UnitOfWork, case_id: CaseId) -> None:
    case = uow.cases.get(case_id)
    handoff = uow.handoffs.latest(case_id)
    if handoff is None or handoff.wake_at is None or handoff.wake_at > uow.now:
        return
    if handoff.stage is not Stage.INVITED or case.status is Status.RESOLVED or has_opted_out(uow, case):
        uow.handoffs.note(handoff, wake_at=None)
        return
    moves = case_playbook(uow, case).move_to_dm
    if not handoff.offered:
        another = uow.now + moves.wait if moves.other_channels else None
        uow.handoffs.note(handoff, offered=NUDGE, wake_at=another)
        _offer(uow, case, handoff, NUDGE)
    else:
        uow.handoffs.note(handoff, offered=OTHER_CHANNELS, wake_at=None)
        _offer(uow, case, handoff, OTHER_CHANNELS)


def _offer(uow: UnitOfWork, case: Case, handoff: Handoff, purpose: str) -> None:
    """Put ready words of this purpose into the thread, for the one who has the case."""
    macro = _macro(uow, case, purpose)
    agent = case.assignee or AgentId(handoff.invited_by)
    draft = _ready(uow, case, macro, agent, purpose) if macro else None
    if draft is None:
        return
    facts = {"offer": purpose, "draft": str(draft.id), "to": agent, "case": str(case.id)}
    uow.history.add(case.id, Event.DM_HELP_OFFERED, DESK, **facts)
    uow.cases.touch(case.id)
    show(uow, uow.cases.get(case.id))


def _macro(uow: UnitOfWork, case: Case, purpose: str) -> Macro | None:
    playbook = case_playbook(uow, case)
    name = getattr(playbook.move_to_dm, purpose)
    return next((macro for macro in playbook.macros if macro.name == name), None)


def _ready(uow: UnitOfWork, case: Case, macro: Macro, agent: AgentId, purpose: str) -> Draft | None:
    """Return the agent's draft of this purpose with the macro's words; None when they cannot be made."""
    try:
        with uow.attempt():
            return _begun(uow, case, macro, agent, purpose)
    except (Missing, Refusal) as refusal:
        # No public post is left, or a name is not known: the agent writes by hand.
        log.warning("case=%s: no %s was made ready: %s", case.id, purpose, refusal.code)
        return None


def _begun(uow: UnitOfWork, case: Case, macro: Macro, agent: AgentId, purpose: str) -> Draft:
    target = uow.views.target(case.id, public_only=True)
    draft, is_new = uow.drafts.start(
        case.id, agent, target.external_id, channel=states.PUBLIC, purpose=purpose
    )
    if is_new:
        text = macro_text(uow, macro, draft, uow.views.case(case.id), target)
        uow.drafts.change(draft.id, agent, text=text, macro=macro.name)
    uow.drafts.close(draft.id)  # nobody has opened it: the card says of nobody that they are writing
    return uow.drafts.get(draft.id)


def answer_out(uow: UnitOfWork, draft: Draft) -> None:
    """Let the hand-off follow an answer that is out, public or not; the same one again changes nothing."""
    if draft.state != states.SENT:
        return
    if draft.is_public:
        public_reply_out(uow, draft)
        return
    case = uow.cases.get(draft.case_id)
    note_privacy(uow, case, draft.text)
    handoff = we_wrote_directly(uow, case)
    if handoff is not None:
        uow.handoffs.note(handoff, offered=CLOSING)
        _offer(uow, case, handoff, CLOSING)


def check_help(uow: UnitOfWork, case_id: CaseId, purpose: str) -> None:
    """Check that words which were made ready may still be sent: nothing has overtaken them.

    Raises Missing, Conflict ("dm_came", "dm_closed_already"), Refusal ("opted_out").
    """
    case = uow.cases.get(case_id)
    handoff = uow.handoffs.latest(case_id)
    if purpose == CLOSING:
        if handoff and handoff.stage is Stage.CLOSED:
            raise Conflict("dm_closed_already")
        return
    if handoff and handoff.stage in (Stage.WROTE, Stage.CONTINUED, Stage.CLOSED):
        raise Conflict("dm_came")
    if has_opted_out(uow, case):
        raise Refusal("opted_out")


def note_encrypted(uow: UnitOfWork, case_id: CaseId) -> None:
    """Believe an agent that the customer has written where the desk cannot read.

    Raises Missing.
    """
    case = uow.cases.get(case_id)
    writes_encrypted(uow, case)
    uow.cases.touch(case.id)
    show(uow, uow.cases.get(case.id))
