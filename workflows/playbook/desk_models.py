"""The sections of who works when and how soon as they are written: people, hours, priorities."""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from workflows.playbook.patterns import Member, Name, UserId
from workflows.playbook.patterns import Tag as TagName
from workflows.playbook.problems import shown
from workflows.playbook.rule_models import Section
from workflows.playbook.values import Country, Day, DayKey, PositiveSpan, Times, TimeZone, unfit


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
