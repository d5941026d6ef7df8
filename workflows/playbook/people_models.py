"""The sections `people` and `hours` as they are written."""

import re
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from workflows.playbook.problems import did_you_mean, shown
from workflows.playbook.rule_models import Section
from workflows.playbook.values import DAYS, Country, Day, Member, Name, Times, TimeZone, UserId, unfit
from workflows.playbook.values import Tag as TagName

_COMMON = {
    "weekdays": "mon-fri",
    "workdays": "mon-fri",
    "weekend": "sat-sun",
    "weekends": "sat-sun",
    "daily": "mon-sun",
    "everyday": "mon-sun",
    "all": "mon-sun",
}


def days_of(key: str) -> list[int]:
    """Return the weekdays that `mon` or `fri-sun` names; none when it names none."""
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS or key.endswith("-"):
        return []
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]


def _day_key(value: Any) -> str:
    if isinstance(value, str) and days_of(value):
        return value
    text = str(value).casefold()
    likely = _COMMON.get(text, "-".join(part.strip()[:3] for part in re.split("[-–—]| to ", text)))
    hint = f"did you mean `{likely}`? " if days_of(likely) else did_you_mean(text[:3], DAYS)
    raise unfit("bad-day", shown(value), f"{hint}write a day or a range, as in `mon` or `mon-fri`")


_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
DayKey = Annotated[
    str,
    PlainValidator(_day_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY}(-{_DAY})?$", "examples": ["mon-fri"]}),
]


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
