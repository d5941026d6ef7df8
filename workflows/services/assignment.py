"""Assignment: new cases go to somebody on duty if the playbook says so, and leave those who are off duty."""

from datetime import datetime

from sqlalchemy import Integer, func, select

from workflows.domain.case import AgentId, Case, assign, take_from_absent
from workflows.domain.playbook import Playbook, Route
from workflows.domain.triage import owner_of, route_for
from workflows.services.playbooks import staff_of
from workflows.store.history import DESK, Event
from workflows.store.tables import cases
from workflows.store.unit_of_work import UnitOfWork


def give_to_somebody(uow: UnitOfWork, case: Case, playbook: Playbook, route: Route) -> Case:
    """Give a case that nobody has to one of its team who is on duty, as its route says."""
    if route.owner == "none" or case.assignee is not None:
        return case
    candidates = staff_of(uow, playbook).available(case.team, uow.now)
    load, last = _work(uow, candidates)
    owner = owner_of(route, candidates, load=load, last_given=last)
    if owner is None:
        return case
    uow.history.add(case.id, Event.ASSIGNED, DESK, to=owner, route=route.name)
    return uow.cases.save(case, assign(case, AgentId(owner), uow.now))


def free_from_absent(uow: UnitOfWork, case: Case, playbook: Playbook) -> Case:
    """Give the case of somebody who is off duty or has left to another, or back: the customer wrote."""
    if case.assignee is None or _is_there(uow, case.assignee, case, playbook):
        return case
    uow.history.add(case.id, Event.RELEASED, DESK, off_duty=case.assignee)
    freed = uow.cases.save(case, take_from_absent(case))
    account = next((a.username for a in uow.accounts.all() if a.id == case.account_id), "")
    route = route_for(playbook, tags=case.tags, team=case.team, language=case.language, account=account)
    return give_to_somebody(uow, freed, playbook, route)


def _is_there(uow: UnitOfWork, agent: AgentId, case: Case, playbook: Playbook) -> bool:
    person = uow.accounts.person(agent)
    if person is not None and person.is_deleted:
        return False
    if not playbook.people.shifts and not any(team.hours for team in playbook.people.teams.values()):
        return True  # everybody is always on duty
    return staff_of(uow, playbook).on_duty(agent, uow.now, case.team)


def _work(uow: UnitOfWork, users: list[str]) -> tuple[dict[str, int], dict[str, datetime]]:
    """Return how many unresolved cases each of these has, and when they got one last."""
    unresolved = func.sum(func.cast(cases.c.status != "resolved", Integer))
    rows = uow.connection.execute(
        select(cases.c.assignee, unresolved, func.max(cases.c.assigned_at))
        .where(cases.c.assignee.in_(users))
        .group_by(cases.c.assignee)
    ).all()
    return {row[0]: int(row[1]) for row in rows}, {row[0]: row[2] for row in rows if row[2]}
