"""A playbook: a team's rules as values. What a key means stands in docs/playbooks.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from workflows.domain.approval import Approvals
from workflows.domain.handoff import MoveToDm
from workflows.domain.macro import Macro
from workflows.domain.rules import Span, Triage
from workflows.domain.tone import TonePolicy

ALWAYS = "always"
TEAM = "team"  # as the hours of a priority: those of the case's team
DESK = "desk"  # the hours of cases without a team
PRIORITIES = ("high", "medium", "low")


class ClockKind(StrEnum):
    """What a target limits."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    TIME_TO_CLAIM = "time_to_claim"


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team works.

    days        weekday (0 is Monday) to its spans; a day that is missing is closed.
    country     ISO 3166-1 code whose public holidays are closed days; "" for none. `subdivision` narrows it.
    closed      further closed dates.
    open_on     dates that are worked although they are holidays.
    is_always   around the clock; all else is then empty.
    """

    name: str
    time_zone: str = "UTC"
    days: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()
    is_always: bool = False


AROUND_THE_CLOCK = Hours(ALWAYS, is_always=True)


@dataclass(frozen=True, slots=True)
class Team:
    """People who share a kind of work.

    members  Slack user ids and user group ids.
    hours    name of the hours in which they are on duty; "" means always.
    """

    name: str
    members: Sequence[str] = ()
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """These people (user or group ids) are on duty in these hours only."""

    who: Sequence[str]
    hours: str


@dataclass(frozen=True, slots=True)
class People:
    """Who may do what.

    roles    "agent", "supervisor", "admin" to user and group ids; a role that is missing falls to the
             settings, and without any agent every full member is one.
    allowed  guests and externals, by user id, who may act nonetheless.
    """

    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    allowed: Sequence[str] = ()
    teams: Mapping[str, Team] = field(default_factory=dict)
    shifts: Sequence[Shift] = ()


@dataclass(frozen=True, slots=True)
class Priority:
    """The targets of a priority, and the hours that they are counted in: a name, "team" or "always"."""

    name: str
    targets: Mapping[ClockKind, timedelta]
    hours: str = TEAM


@dataclass(frozen=True, slots=True)
class Route:
    """Where a case goes: every condition that is given must hold, the first route that fits wins.

    channel  "cards", "supervisors" or "admins" (as the settings say), "#name", or a channel's id.
    team     whose case it becomes, where triage named none.
    owner    "none", "round_robin" or "least_load" among those of the team on duty.
    """

    name: str = ""
    tags: Sequence[str] = ()
    teams: Sequence[str] = ()
    languages: Sequence[str] = ()
    accounts: Sequence[str] = ()
    channel: str = "cards"
    team: str | None = None
    owner: str = "none"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder, at T0 + `after` or at this `share` of the response target.

    ping     whom: supervisors, admins, agents, team, owner, on_duty_supervisor, a user id or a group id.
    channel  where the ping is said besides the case's thread: as a route's channel; "" for the thread only.
    """

    ping: Sequence[str]
    after: timedelta | None = None
    share: float | None = None
    channel: str = ""
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is pinged while the customer waits for a person's answer.

    priorities, teams   which cases it is for; empty means all. The first ladder that fits is taken.
    repeat_every, repeat_times   the last step again.
    quieted_by          what stops the pings: "acknowledge", "claim"; an answer always does.
    rearm_after         how long after that the pings go on, if nobody has answered by then; None: not again.
    """

    name: str
    rungs: Sequence[Rung]
    priorities: Sequence[str] = ()
    teams: Sequence[str] = ()
    repeat_every: timedelta | None = None
    repeat_times: int = 0
    quieted_by: Sequence[str] = ("acknowledge", "claim")
    rearm_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """The ladders, and whether Escalate raises the case by one priority."""

    ladders: Sequence[Ladder] = ()
    raise_priority: bool = True


@dataclass(frozen=True, slots=True)
class Threading:
    """Which posts belong to one case.

    public, dm   how long after its last post a conversation still continues its case.
    burst        a customer's post in another conversation joins their case if it follows this soon, while
                 nobody has taken the case: who is at work on one matter is not handed another unseen.
    reopen       how long after it was resolved a new post re-opens a case; later it opens another.
    """

    public: timedelta = timedelta(days=7)
    dm: timedelta = timedelta(days=30)
    burst: timedelta = timedelta()
    reopen: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Prices:
    """What X bills, in US dollars a piece.

    reply  a reply to who mentioned or quoted us; `link` wins where the text holds a link.
    Source: X's price list of 2026-04-20.
    """

    post: float = 0.015
    reply: float = 0.010
    link: float = 0.20
    dm: float = 0.015


@dataclass(frozen=True, slots=True)
class Replies:
    """How answers leave.

    undo       how long a public answer can be taken back before it leaves.
    signature  a wording with placeholders that ends each answer; "" for none.
    """

    undo: timedelta = timedelta(seconds=5)
    signature: str = ""


_TARGETS = {
    "high": timedelta(minutes=15),
    "medium": timedelta(hours=1),
    "low": timedelta(hours=24),
}


def default_priorities() -> dict[str, Priority]:
    """Return the targets of a playbook that names none."""
    kinds = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
    return {name: Priority(name, dict.fromkeys(kinds, span)) for name, span in _TARGETS.items()}


@dataclass(frozen=True, slots=True)
class Playbook:
    """One team's rules.

    digest         of the file's bytes: the version that a case records.
    accounts       usernames of ours that it is for; empty: all that no other playbook names.
    apply_to_open  a new version is also for the cases that are open.
    prices         None where the plan bills nothing by the piece.
    dm_channel     private channel where direct messages may be read; "" for dialogs only.
    """

    name: str
    digest: str = ""
    file: str = ""
    description: str = ""
    accounts: Sequence[str] = ()
    people: People = People()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=default_priorities)
    triage: Triage = field(default_factory=Triage)
    routes: Sequence[Route] = (Route(),)
    escalation: Escalation = Escalation()
    threading: Threading = Threading()
    apply_to_open: bool = False
    macros: Sequence[Macro] = ()
    tone: TonePolicy = field(default_factory=TonePolicy)
    approvals: Approvals = field(default_factory=Approvals)
    replies: Replies = field(default_factory=Replies)
    prices: Prices | None = field(default_factory=Prices)
    dm_channel: str = ""
    move_to_dm: MoveToDm = field(default_factory=MoveToDm)


def hours_named(playbook: Playbook, name: str, team: str | None = None) -> Hours:
    """Return the hours of this name; "team" asks for the team's, else the desk's, else always."""
    if name == TEAM:
        named = playbook.people.teams.get(team or "")
        name = named.hours if named and named.hours else DESK
    return playbook.hours.get(name, AROUND_THE_CLOCK)
