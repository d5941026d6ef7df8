"""A playbook as it is written: every section and key, each with the words that editors show."""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from workflows.playbook.patterns import Channel, Member, Name, PingTarget, UserId, Username
from workflows.playbook.patterns import Tag as TagName
from workflows.playbook.problems import shown
from workflows.playbook.rule_models import Section, TriageSection
from workflows.playbook.values import (
    AnySpan,
    Country,
    Day,
    DayKey,
    Language,
    LongText,
    Owner,
    Percent,
    PositiveSpan,
    PriorityName,
    Quieting,
    ShortText,
    Times,
    TimeZone,
    unfit,
)

LATER = ("approvals", "macros", "tone", "automation", "feedback")


def _version(value: Any) -> int:
    if type(value) is int and value == 1:
        return 1
    code = "bad-version" if type(value) is int else "wrong-type"
    raise unfit(code, shown(value), "write `version: 1`: it is the version of the language, not of your file")


Version = Annotated[int, PlainValidator(_version), WithJsonSchema({"const": 1, "examples": [1]})]


class TeamEntry(Section):
    """People who share a kind of work."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"members": ["S0BILLING"], "hours": "desk"}]})

    members: list[Member] = Field(
        default=[], description="User ids and user group ids.", examples=[["S0BILLING"]]
    )
    hours: Name | None = Field(
        default=None, description="The hours in which they are on duty; left out: always.", examples=["desk"]
    )


class ShiftEntry(Section):
    """These people are on duty in these hours only."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"who": ["U0ASHA"], "hours": "early"}]})

    who: list[Member] = Field(min_length=1, description="User ids and user group ids.", examples=[["U0ASHA"]])
    hours: Name = Field(description="The name of hours.", examples=["early"])


class PeopleSection(Section):
    """Who may do what, and who is on duty when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agents": ["S0AGENTS"]}]})

    agents: list[Member] = Field(
        default=[], description="Who may answer; without any, every full member.", examples=[["S0AGENTS"]]
    )
    supervisors: list[Member] = Field(
        default=[],
        description="Who is escalated to and approves; else the settings say.",
        examples=[["U0MEHMET"]],
    )
    admins: list[Member] = Field(
        default=[], description="Who may configure; else the settings say.", examples=[["U0ANNA"]]
    )
    allowed: list[UserId] = Field(
        default=[],
        description="Guests or people of other workspaces who may act nonetheless.",
        examples=[["U0GUEST"]],
    )
    teams: dict[TagName, TeamEntry] = Field(
        default={}, description="Teams by name.", examples=[{"billing": {"members": ["S0BILLING"]}}]
    )
    shifts: list[ShiftEntry] = Field(
        default=[],
        description="On duty in these hours only; who stands in no shift is always on duty.",
        examples=[[{"who": ["U0ASHA"], "hours": "early"}]],
    )


class HolidaysEntry(Section):
    """Days that are closed, or open nonetheless."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"country": "TR", "closed": ["2026-12-31"]}]})

    country: Country | None = Field(
        default=None, description="ISO 3166 code; its public holidays are closed.", examples=["TR"]
    )
    subdivision: Name | None = Field(
        default=None,
        description="A state or province of the country, as in ISO 3166-2 without the country.",
        examples=["TG"],
    )
    closed: list[Day] = Field(default=[], description="Further closed dates.", examples=[["2026-12-31"]])
    open: list[Day] = Field(default=[], description="Holidays that are worked.", examples=[["2026-10-29"]])


class HoursEntry(Section):
    """When people work, by the wall clock of a time zone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"time_zone": "Europe/Istanbul", "days": {"mon-fri": ["09:00-18:00"]}}]
        }
    )

    time_zone: TimeZone = Field(description="Continent and city.", examples=["Europe/Istanbul"])
    days: dict[DayKey, list[Times]] = Field(
        description="Days (`mon` … `sun`, `mon-fri`) and their spans; a day that is not named is closed.",
        examples=[{"mon-fri": ["09:00-18:00"]}],
    )
    holidays: HolidaysEntry = Field(
        default=HolidaysEntry(), description="Closed and open dates.", examples=[{"country": "TR"}]
    )


def _always_or_mapping(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict) else "<always>"


def _always(value: Any) -> str:
    if value == "always":
        return "always"
    fix = 'write `always`, or `{time_zone: Europe/Istanbul, days: {mon-fri: ["09:00-18:00"]}}`'
    raise unfit("empty" if value is None else "wrong-type", shown(value), fix)


Hours = Annotated[
    Annotated[str, PlainValidator(_always), WithJsonSchema({"const": "always"}), Tag("<always>")]
    | Annotated[HoursEntry, Tag("<mapping>")],
    Discriminator(_always_or_mapping),
]


class PriorityEntry(Section):
    """How soon somebody must answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first_response": "15m"}]})

    first_response: PositiveSpan | None = Field(
        default=None, description="From the customer's first post to a person's answer.", examples=["15m"]
    )
    next_response: PositiveSpan | None = Field(
        default=None, description="The same for later posts; left out: as first_response.", examples=["15m"]
    )
    resolution: PositiveSpan | None = Field(
        default=None, description="Until the case is resolved; left out: no limit.", examples=["4h"]
    )
    time_to_claim: PositiveSpan | None = Field(
        default=None, description="Until somebody claims it; left out: no limit.", examples=["5m"]
    )
    hours: Name = Field(
        default="team",
        description="Which time counts: `always`, the name of hours, or `team` (the team's, else `desk`'s).",
        examples=["always"],
    )


class PrioritiesSection(Section):
    """The targets of each priority."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"high": {"first_response": "15m"}}]})

    high: PriorityEntry = Field(
        default=PriorityEntry(), description="15m when left out.", examples=[{"first_response": "15m"}]
    )
    medium: PriorityEntry = Field(
        default=PriorityEntry(), description="1h when left out.", examples=[{"first_response": "1h"}]
    )
    low: PriorityEntry = Field(
        default=PriorityEntry(), description="24h when left out.", examples=[{"first_response": "24h"}]
    )


class RouteEntry(Section):
    """Where a case goes; the first route whose conditions all hold is taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tags": ["press"], "channel": "#press"}]})

    name: Name = Field(default="", description="What the route is about.", examples=["press"])
    tags: list[TagName] = Field(
        default=[], min_length=1, description="One of these tags is set; left out: any.", examples=[["press"]]
    )
    teams: list[TagName] = Field(
        default=[], min_length=1, description="The case's team is one of these.", examples=[["billing"]]
    )
    languages: list[Language] = Field(
        default=[], min_length=1, description="The text is in one of these.", examples=[["tr"]]
    )
    accounts: list[Username] = Field(
        default=[], min_length=1, description="It was written to one of these.", examples=[["acme_help"]]
    )
    channel: Channel = Field(default="cards", description="Where the card goes.", examples=["#press"])
    team: TagName | None = Field(
        default=None, description="Whose case it becomes where triage named none.", examples=["billing"]
    )
    owner: Owner = Field(default="none", description="Who gets new cases.", examples=["least_load"])


class RepeatEntry(Section):
    """The last step again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"every": "30m", "times": 3}]})

    every: PositiveSpan = Field(description="How long between.", examples=["30m"])
    times: int = Field(ge=1, le=100, description="How often.", examples=[3])


class StepEntry(Section):
    """One step of a ladder."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"after": "5m", "ping": ["agents"]}],
            "oneOf": [{"required": ["after"]}, {"required": ["at"]}],
            "anyOf": [{"required": ["ping"]}, {"required": ["channel"]}],
        }
    )

    after: PositiveSpan | None = Field(default=None, description="This long after T0.", examples=["5m"])
    at: Percent | None = Field(
        default=None, description="At this share of the response target.", examples=["75%"]
    )
    ping: list[PingTarget] = Field(
        default=[],
        min_length=1,
        description="Whom; a step may also only tell a channel.",
        examples=[["agents"]],
    )
    channel: Channel | None = Field(
        default=None, description="Where it is said besides the case's thread.", examples=["supervisors"]
    )
    text: ShortText = Field(default="", description="What is said.", examples=["Please take this one."])


class LadderEntry(Section):
    """Who is pinged while the customer waits."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "urgent", "steps": [{"after": "5m", "ping": ["agents"]}]}]}
    )

    name: Name = Field(description="What `why?` calls it.", examples=["urgent"])
    priorities: list[PriorityName] = Field(
        default=[], min_length=1, description="Which cases; left out: all.", examples=[["high"]]
    )
    teams: list[TagName] = Field(
        default=[], min_length=1, description="Whose cases; left out: all.", examples=[["billing"]]
    )
    steps: list[StepEntry] = Field(
        min_length=1, description="Counted from T0.", examples=[[{"after": "5m", "ping": ["agents"]}]]
    )
    repeat: RepeatEntry | None = Field(
        default=None, description="The last step again.", examples=[{"every": "30m", "times": 3}]
    )
    quieted_by: list[Quieting] = Field(
        default=["acknowledge", "claim"],
        description="What stops the pings besides an answer.",
        examples=[["acknowledge", "claim"]],
    )
    rearm_after: PositiveSpan | None = Field(
        default=None,
        description="How long after that the pings go on; left out: not again.",
        examples=["20m"],
    )


class EscalationSection(Section):
    """Who is pinged when nobody answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"raise_priority": True}]})

    raise_priority: bool = Field(
        default=True, description="Whether Escalate raises the case by one priority.", examples=[True]
    )
    ladders: list[LadderEntry] = Field(default=[], description="The first that fits is taken.")


class ThreadingSection(Section):
    """Which posts belong to one case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"public": "7d"}]})

    public: PositiveSpan | None = Field(
        default=None, description="How long a public conversation continues its case.", examples=["7d"]
    )
    dm: PositiveSpan | None = Field(
        default=None, description="How long direct messages continue their case.", examples=["30d"]
    )
    burst: AnySpan | None = Field(
        default=None,
        description="A post in another conversation that follows this soon joins the open case; 0s: never.",
        examples=["10m"],
    )
    reopen: PositiveSpan | None = Field(
        default=None,
        description="How long after it was resolved a new post re-opens a case.",
        examples=["7d"],
    )


class PlaybookFile(Section):
    """One team's rules: which posts are urgent, where they go, who must answer and who is pinged."""

    model_config = ConfigDict(
        title="Playbook", json_schema_extra={"examples": [{"version": 1, "name": "My shop"}]}
    )

    version: Version = Field(description="Always 1: the version of this language.", examples=[1])
    name: Name = Field(description="What cards and reports call the playbook.", examples=["My shop"])
    description: LongText = Field(
        default="", description="For the readers of the file.", examples=["For our shop."]
    )
    accounts: list[Username] = Field(
        default=[],
        description="X usernames that it is for; left out: all that no other playbook names.",
        examples=[["acme"]],
    )
    apply_to_open: bool = Field(
        default=False,
        description="Whether a new version is also for the cases that are open.",
        examples=[False],
    )
    people: PeopleSection = Field(
        default=PeopleSection(), description="Who may do what.", examples=[{"agents": ["S0AGENTS"]}]
    )
    hours: dict[Name, Hours] = Field(
        default={},
        description="Hours by name; `desk` is for cases without a team.",
        examples=[{"night": "always"}],
    )
    priorities: PrioritiesSection = Field(
        default=PrioritiesSection(), description="How soon.", examples=[{"high": {"first_response": "15m"}}]
    )
    triage: TriageSection = Field(
        default=TriageSection(),
        description="Which posts are urgent.",
        examples=[{"otherwise": {"priority": "medium"}}],
    )
    routing: list[RouteEntry] = Field(
        default=[], description="Where cases go.", examples=[[{"channel": "cards"}]]
    )
    escalation: EscalationSection = Field(
        default=EscalationSection(), description="Who is pinged.", examples=[{"raise_priority": True}]
    )
    threading: ThreadingSection = Field(
        default=ThreadingSection(), description="Which posts belong together.", examples=[{"public": "7d"}]
    )
