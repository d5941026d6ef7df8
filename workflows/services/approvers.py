"""Approvers: whom a rule's names stand for at this moment, and which of them are called."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from workflows.domain.approval import Need, asked_by_now, still_needed
from workflows.domain.case import Case, CaseId
from workflows.domain.people import ADMIN, SUPERVISOR, Staff, people_named
from workflows.services.playbooks import playbooks_about
from workflows.store.approvals import Approval
from workflows.store.drafts import Draft
from workflows.store.unit_of_work import UnitOfWork

_ROLES = {"supervisors": SUPERVISOR, "admins": ADMIN}


def staff_for(uow: UnitOfWork, case_id: CaseId, needs: Iterable[Need]) -> Staff:
    """Return the people as they are listed now: who has lost a role has lost it for old cases too."""
    playbook = playbooks_about(uow, case_id)[0]
    named = people_named(playbook, uow.house)
    named = named.union(*((*need.approvers, *need.then) for need in needs))
    return Staff(playbook, uow.house, uow.accounts.directory(named))


def in_group(staff: Staff, user: str, names: Sequence[str]) -> bool:
    """Tell whether a user is one of those behind a rule's names; a group that nobody knows has no members."""
    for name in names:
        role = _ROLES.get(name)
        if role and staff.has_role(user, role, if_unknown=False):
            return True
        if role is None and user in staff.members([name]):
            return True
    return False


def open_needs(staff: Staff, approval: Approval) -> Sequence[Need]:
    """Return what is still needed, with all who were asked so far among the approvers."""
    needs = asked_by_now(approval.needs, approval.step)
    return still_needed(needs, approval.voters, lambda user, names: in_group(staff, user, names))


def first_in_line(needs: Iterable[Need]) -> Sequence[str]:
    """Return whom the rules name first, each once."""
    return list(dict.fromkeys(name for need in needs for name in need.approvers))


def who_may(needs: Iterable[Need]) -> str:
    """Return the rules' names of who has to approve, for the history and its sentences."""
    return ",".join(first_in_line(needs))


def called(staff: Staff, uow: UnitOfWork, case: Case, draft: Draft, names: Sequence[str]) -> Sequence[str]:
    """Return whom of these to call now: who is on duty, and has not written the draft."""
    who = staff.pinged(names, uow.now, team=case.team, owner=case.assignee)
    return [one for one in who if one not in (draft.author, draft.editor)]


def next_to_come(
    staff: Staff, uow: UnitOfWork, case: Case, draft: Draft, names: Sequence[str]
) -> datetime | None:
    """Return when the first of these is on duty who may decide about the draft; None when nobody ever is."""
    times = []
    for name in names:
        role = _ROLES.get(name)
        for user in staff.members(staff.listed(role) if role else [name]):
            at = staff.next_on_duty(user, uow.now, None if role else case.team)
            times += [at] if at and user not in (draft.author, draft.editor) else []
    return min(times, default=None)
