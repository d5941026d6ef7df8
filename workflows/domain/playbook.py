"""A playbook: a team's rules as values. What a key means stands in docs/playbooks.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

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


class Sentiment(StrEnum):
    """The mood of a text, from the worst to the best."""

    ANGRY = "angry"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Span:
    """Open from `start` to `end`, minutes after midnight by the wall clock (0 to 1440).

    An end at or before the start lies on the next day; 0 to 1440 is the whole day.
    """

    start: int
    end: int


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


# --- conditions of triage rules


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    conditions: Sequence["Condition"]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these hold; none at all holds always."""

    conditions: Sequence["Condition"]


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class HasWords:
    """One of these stands in the text: whole words, phrases of several, or beginnings of words ("hack*")."""

    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """One of these regular expressions (RE2, case folded) is found in the text."""

    patterns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hashtags:
    """One of these hashtags (without #) stands in the text."""

    tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class LanguageIs:
    """The text is in one of these languages (en, hi, hi-Latn, te, bn, tr …)."""

    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class SentimentIs:
    """The mood is one of these."""

    moods: Sequence[Sentiment]


@dataclass(frozen=True, slots=True)
class KindIs:
    """The post is one of: mention, reply, quote, dm."""

    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class HasLinks:
    """The text has a link, or none; `hosts` asks for one of these hosts."""

    wanted: bool = True
    hosts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class HasMedia:
    """Pictures or videos are attached, or none."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Between:
    """A figure of the author lies in these bounds: "followers" or "earlier_cases"."""

    figure: str
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class IsVerified:
    """The author is verified, or is not."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class IsVip:
    """The author is on the VIP list, or is not."""

    wanted: bool = True


@dataclass(frozen=True, slots=True)
class AtTimes:
    """The post came in one of these spans of the day, by the clock of the desk's hours."""

    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class AtHours:
    """The post came inside (or outside) these named hours."""

    hours: str
    inside: bool = True


Condition = (
    AnyOf
    | AllOf
    | Not
    | HasWords
    | Matches
    | Hashtags
    | LanguageIs
    | SentimentIs
    | KindIs
    | HasLinks
    | HasMedia
    | Between
    | IsVerified
    | IsVip
    | AtTimes
    | AtHours
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decides; what is None or empty it leaves open."""

    priority: str | None = None
    tags: Sequence[str] = ()
    sensitive: bool = False
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """What rules may know of who wrote."""

    username: str = ""
    followers: int = 0
    verified: bool = False
    vip: bool = False
    earlier_cases: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A post (or message) as triage sees it.

    kind      mention, reply, quote or dm.
    language  "" lets triage find out; X's own guess goes into `hint`.
    account   username of ours that it was written to.
    """

    text: str
    author: Author = Author()
    kind: str = "mention"
    at: datetime | None = None
    language: str = ""
    hint: str = ""
    media: int = 0
    account: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A post and what the rule beside it must make of it.

    expected  any of: rule, priority, tags, sensitive, team, channel, language, sentiment; what is not named
              is not compared.
    """

    mention: Mention
    expected: Mapping[str, object]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """When this holds, then that; the place is where it stands in its file."""

    name: str
    when: Condition
    then: Outcome
    file: str = ""
    line: int = 0
    examples: Sequence[Example] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules of which the first that holds wins; sets add to each other, the earlier one decides."""

    name: str
    rules: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class Triage:
    """All rule sets, what is so when none decides, and the VIP list (usernames)."""

    rule_sets: Sequence[RuleSet] = ()
    otherwise: Outcome = Outcome(priority="medium")
    vip: frozenset[str] = frozenset()


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
    burst: timedelta = timedelta(minutes=10)
    reopen: timedelta = timedelta(days=7)


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
    """

    name: str
    digest: str = ""
    file: str = ""
    description: str = ""
    accounts: Sequence[str] = ()
    people: People = People()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    priorities: Mapping[str, Priority] = field(default_factory=default_priorities)
    triage: Triage = Triage()
    routes: Sequence[Route] = (Route(),)
    escalation: Escalation = Escalation()
    threading: Threading = Threading()
    apply_to_open: bool = False


def hours_named(playbook: Playbook, name: str, team: str | None = None) -> Hours:
    """Return the hours of this name; "team" asks for the team's, else the desk's, else always."""
    if name == TEAM:
        named = playbook.people.teams.get(team or "")
        name = named.hours if named and named.hours else DESK
    return playbook.hours.get(name, AROUND_THE_CLOCK)
