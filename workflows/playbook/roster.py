"""Whom a ladder would reach, for tools that have no Slack to ask."""

from collections.abc import Callable, Iterator
from datetime import datetime

from workflows.domain.people import Directory, Group, House, Staff
from workflows.domain.playbook import Playbook, Rung

# Stand for the workspace's admins and owners, who take these roles where nobody is named.
_SUPERVISOR, _ADMIN, _OWNER = "U-SUPERVISOR", "U-ADMIN", "U-OWNER"


def staff_without_slack(playbook: Playbook) -> Staff:
    """Return the playbook's people as if each group had one member, and each role somebody.

    Shifts and the hours of teams then decide who is on duty, as they do in the running desk.
    """
    groups = {one: Group(one, one, [f"U-{one}"]) for one in _named(playbook) if one.startswith("S")}
    return Staff(playbook, House(supervisors=(_SUPERVISOR,), admins=(_ADMIN,)), Directory(groups=groups))


def duty_of(playbook: Playbook, team: str | None) -> Callable[[Rung, datetime], bool]:
    """Return what tells whether anybody whom a rung would ping is on duty, for cases of this team.

    The case's owner counts as there is one: who takes a case is not known beforehand.
    """
    staff = staff_without_slack(playbook)
    return lambda rung, at: bool(staff.pinged(rung.ping, at, team=team, owner=_OWNER))


def _named(playbook: Playbook) -> Iterator[str]:
    people = playbook.people
    for several in people.roles.values():
        yield from several
    for team in people.teams.values():
        yield from team.members
    for shift in people.shifts:
        yield from shift.who
    for ladder in playbook.escalation.ladders:
        for rung in ladder.rungs:
            yield from rung.ping
