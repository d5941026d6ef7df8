"""People of the workspace: who may do what, whom a ladder pings, who is on duty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from workflows.domain.hours import is_open, next_opening
from workflows.domain.playbook import Hours, People, Playbook, hours_named
from workflows.errors import NotAllowed

AGENT, SUPERVISOR, ADMIN = "agent", "supervisor", "admin"
EVERYBODY = "here"  # pinged where a playbook lists no agents: those in the channel who are active
_RANK = {AGENT: 0, SUPERVISOR: 1, ADMIN: 2}
_MOST_PINGED = 8


@dataclass(frozen=True, slots=True)
class House:
    """What the settings say of roles: the channels `cards`, `supervisors`, `admins`, and who is what.

    supervisors, admins  user ids and user group ids; empty: the workspace's admins and owners.
    post_limit           weighted characters that the account may post.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    supervisors: Sequence[str] = ()
    admins: Sequence[str] = ()
    post_limit: int = 280

    def channel(self, named: str) -> str:
        """Return the channel behind a role's name; any other name is a channel already."""
        if named in ("cards", "supervisors", "admins"):
            return self.channels.get(named) or self.channels.get("cards", "")
        return named


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the Slack workspace, as last fetched."""

    id: str
    team_id: str
    name: str
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_deleted: bool = False

    @property
    def is_full_member(self) -> bool:
        """Whether this is a person who belongs to the workspace, as far as Slack has told."""
        return not (self.is_guest or self.is_bot or self.is_deleted)


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group, as last fetched."""

    id: str
    handle: str
    members: Sequence[str]


@dataclass(frozen=True, slots=True)
class Directory:
    """What Slack has told of the people and groups that a playbook names, and of all admins."""

    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)


def may_act(person: Person | None, *, team_id: str, home_team: str, allowed: Sequence[str] = ()) -> None:
    """Check that this person may work on cases; guests, externals, bots and leavers may only read.

    person     None while Slack has not yet told us who this is: a full member until known otherwise.
    team_id    the workspace that the click says this person is of; "" when it does not say.
    home_team  our workspace's id; "" while unknown.
    allowed    user ids of guests and externals who may act nonetheless.

    Raises NotAllowed.
    """
    is_allowed = person is not None and person.id in allowed
    theirs = (person.team_id if person else "") or team_id
    if home_team and theirs and theirs != home_team and not is_allowed:
        raise NotAllowed("externals_read_only")
    if person is None:
        return
    if person.is_guest and not is_allowed:
        raise NotAllowed("guests_read_only")
    if person.is_bot or person.is_deleted:
        raise NotAllowed("not_a_member")


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of a playbook, with what Slack and the settings say of them."""

    playbook: Playbook
    house: House
    directory: Directory

    @property
    def _people(self) -> People:
        return self.playbook.people

    def listed(self, role: str) -> Sequence[str]:
        """Return who has a role: user and group ids; of agents nobody is listed when every member is one."""
        named = self._people.roles.get(role)
        if named:
            return named
        if role == AGENT:
            return ()
        settings = self.house.supervisors if role == SUPERVISOR else self.house.admins
        if settings:
            return settings
        return [p.id for p in self.directory.people.values() if p.is_admin and p.is_full_member]

    def has_role(self, user: str, role: str, *, if_unknown: bool) -> bool:
        """Tell whether this user has the role, or one above it.

        if_unknown  what to say when only a group whose members Slack has not told could decide:
                    False for approvals and configuration, which fail closed.
        """
        if role == AGENT and not self._people.roles.get(AGENT):
            return True
        unknown = False
        for name, rank in _RANK.items():
            if rank < _RANK[role]:
                continue
            for one in self.listed(name):
                if one == user:
                    return True
                if one.startswith("S"):
                    group = self.directory.groups.get(one)
                    unknown |= group is None
                    if group and user in group.members:
                        return True
        return unknown and if_unknown

    def may_work(self, user: str) -> None:
        """Check that this user may work on cases.

        Raises NotAllowed.
        """
        if not self.has_role(user, AGENT, if_unknown=True) and user not in self._people.allowed:
            raise NotAllowed("not_an_agent")

    def members(self, ids: Iterable[str]) -> list[str]:
        """Return the user ids behind user and group ids, each once, without bots and leavers."""
        found: dict[str, None] = {}
        for one in ids:
            group = self.directory.groups.get(one)
            for user in group.members if group else () if one.startswith("S") else (one,):
                person = self.directory.people.get(user)
                if person is None or not (person.is_bot or person.is_deleted):
                    found[user] = None
        return list(found)

    def on_duty(self, user: str, at: datetime, team: str | None = None) -> bool:
        """Tell whether this user is on duty; who stands in no shift and in no team with hours always is."""
        hours = self._hours_of(user, team)
        return not hours or any(is_open(one, at) for one in hours)

    def next_on_duty(self, user: str, at: datetime, team: str | None = None) -> datetime | None:
        """Return when this user is on duty next: `at` itself if they are then, None if they never are."""
        hours = self._hours_of(user, team)
        openings = [opens for one in hours if (opens := next_opening(one, at))]
        return min(openings, default=None) if hours else at

    def _hours_of(self, user: str, team: str | None) -> list[Hours]:
        hours = [s.hours for s in self._people.shifts if user in s.who or user in self.members(s.who)]
        named = self._people.teams.get(team or "")
        if not hours and named and named.hours:
            hours = [named.hours]
        return [hours_named(self.playbook, name) for name in hours]

    def available(self, team: str | None, at: datetime) -> list[str]:
        """Return who can be given a case: of the team, else of the agents, those who are on duty."""
        named = self._people.teams.get(team or "")
        ids = named.members if named and named.members else self.listed(AGENT)
        return [user for user in self.members(ids) if self.on_duty(user, at, team)]

    def pinged(self, names: Iterable[str], at: datetime, *, team: str | None, owner: str | None) -> list[str]:
        """Return whom a step pings now: user ids, group ids, or EVERYBODY; only those on duty.

        names  as a rung names them; team and owner are the case's.
        """
        found: dict[str, None] = {}
        for name in names:
            found |= dict.fromkeys(self._behind(name, at, team, owner))
        return list(found)[:_MOST_PINGED]

    def _behind(self, name: str, at: datetime, team: str | None, owner: str | None) -> list[str]:
        if name == "owner":
            return self._awake([owner] if owner else [], at, team)
        if name == "team":
            named = self._people.teams.get(team or "")
            if named and named.members:
                return self._awake(named.members, at, team)
            name = "agents"
        if name == "on_duty_supervisor":
            listed = self.listed(SUPERVISOR)
            awake = [user for user in self.members(listed) if self.on_duty(user, at)][:1]
            unknown = [one for one in listed if one.startswith("S") and one not in self.directory.groups]
            return awake or unknown[:1] or ([] if listed else [EVERYBODY])
        if name in ("agents", "supervisors", "admins"):
            role = name.removesuffix("s")
            listed = self.listed(role)
            if not listed:
                return [EVERYBODY]  # nobody is named and Slack has told of no admin: better all than nobody
            return self._awake(listed, at)
        return self._awake([name], at, team)

    def _awake(self, ids: Iterable[str], at: datetime, team: str | None = None) -> list[str]:
        """Return those on duty; a group is as long as one of its members is, or nobody knows them."""
        awake = []
        for one in ids:
            if one.startswith("S"):
                group = self.directory.groups.get(one)
                if group is None or any(self.on_duty(user, at, team) for user in self.members([one])):
                    awake.append(one)
            elif self.members([one]) and self.on_duty(one, at, team):
                awake.append(one)
        return awake


def people_named(playbook: Playbook, house: House) -> set[str]:
    """Return every user and group id that the playbook or the settings name."""
    people = playbook.people
    named = {*people.allowed, *house.supervisors, *house.admins}
    named.update(*people.roles.values())
    named.update(*(team.members for team in people.teams.values()), *(shift.who for shift in people.shifts))
    return named.union(*(rung.ping for ladder in playbook.escalation.ladders for rung in ladder.rungs))
