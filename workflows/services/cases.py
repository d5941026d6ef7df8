"""What an agent does with a case beside answering: claim, release, take over, resolve, re-open."""

from collections.abc import Callable

from workflows.domain import case as moves
from workflows.domain.case import Case, CaseId
from workflows.domain.people import SUPERVISOR
from workflows.services.approvals import CASE_RESOLVED, HANDED_OVER, void_approvals
from workflows.services.board import Asker, refresh_card, show
from workflows.services.clocks import case_playbook, keep_time
from workflows.services.escalations import quiet_by_claim
from workflows.services.playbooks import staff_of
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork


def claim_case(uow: UnitOfWork, case_id: CaseId, asker: Asker) -> Case:
    """Give a free case to the asker; of several at once exactly one gets it.

    Raises Missing, HeldByOther, Refusal.
    """
    return _move(uow, case_id, asker, Event.CLAIMED, lambda c: moves.claim(c, asker.agent, uow.now))


def release_case(uow: UnitOfWork, case_id: CaseId, asker: Asker) -> Case:
    """Give the asker's case back to the queue.

    Raises Missing, HeldByOther, Refusal.
    """
    return _move(uow, case_id, asker, Event.RELEASED, lambda c: moves.release(c, asker.agent, uow.now))


def take_over_case(uow: UnitOfWork, case_id: CaseId, asker: Asker, *, from_whom: str | None) -> Case:
    """Take the case from the holder that the asker saw; logged with both names.

    Raises Missing, Conflict, Refusal.
    """
    return _move(
        uow,
        case_id,
        asker,
        Event.TAKEN_OVER,
        lambda c: moves.take_over(c, asker.agent, uow.now, from_whom=from_whom),
        from_whom=from_whom or "",
    )


def resolve_case(uow: UnitOfWork, case_id: CaseId, asker: Asker) -> Case:
    """Close the case; supervisors may close a colleague's.

    Raises Missing, HeldByOther, Refusal.
    """
    staff = staff_of(uow, case_playbook(uow, uow.cases.get(case_id)))
    supervises = staff.has_role(asker.agent, SUPERVISOR, if_unknown=False)
    return _move(
        uow,
        case_id,
        asker,
        Event.RESOLVED,
        lambda c: moves.resolve(c, asker.agent, uow.now, supervises=supervises),
    )


def reopen_case(uow: UnitOfWork, case_id: CaseId, asker: Asker) -> Case:
    """Open a resolved case again, in the asker's hands.

    Raises Missing, Refusal.
    """
    return _move(uow, case_id, asker, Event.REOPENED, lambda c: moves.reopen(c, asker.agent, uow.now))


def _move(
    uow: UnitOfWork, case_id: CaseId, asker: Asker, event: Event, move: Callable[[Case], Case], **facts: str
) -> Case:
    before = uow.cases.get(case_id)
    after = move(before)
    if after == before:
        # What was asked for is so already; the card the asker clicked on may be an old one.
        refresh_card(uow, before, asker)
        return before
    uow.history.add(case_id, event, ("agent", asker.agent), **facts)
    saved = uow.cases.save(before, after)
    if event in (Event.CLAIMED, Event.TAKEN_OVER):
        saved = quiet_by_claim(uow, saved, asker.agent)
    saved = keep_time(uow, saved)
    show(uow, saved, asker)
    if event is Event.RESOLVED:
        void_approvals(uow, case_id, CASE_RESOLVED)
    elif event is Event.TAKEN_OVER:
        void_approvals(uow, case_id, HANDED_OVER, but_by=asker.agent)
    else:
        return saved
    return uow.cases.get(case_id)
