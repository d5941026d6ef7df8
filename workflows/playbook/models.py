"""A playbook as it is written: every section and key, each with the words that editors show."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema

from workflows.playbook.desk_models import Hours, PeopleSection, PrioritiesSection
from workflows.playbook.patterns import (
    Channel,
    Name,
    PingTarget,
    PrivateChannel,
    Username,
)
from workflows.playbook.patterns import Tag as TagName
from workflows.playbook.problems import shown
from workflows.playbook.reply_models import (
    ApprovalsSection,
    MacroEntry,
    MoveToDmSection,
    PricesEntry,
    PricesSection,
    RepliesSection,
    ToneSection,
)
from workflows.playbook.rule_models import Section, TriageSection
from workflows.playbook.values import (
    AnySpan,
    Language,
    LongText,
    Owner,
    Percent,
    PositiveSpan,
    PriorityName,
    Quieting,
    ShortText,
    unfit,
)

LATER = ("automation", "feedback")


def _version(value: Any) -> int:
    if type(value) is int and value == 1:
        return 1
    code = "bad-version" if type(value) is int else "wrong-type"
    raise unfit(code, shown(value), "write `version: 1`: it is the version of the language, not of your file")


Version = Annotated[int, PlainValidator(_version), WithJsonSchema({"const": 1, "examples": [1]})]


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
    macros: list[MacroEntry] = Field(default=[], max_length=500, description="Canned replies.")
    tone: ToneSection = Field(
        default=ToneSection(),
        description="What is made of drafts that say what they should not.",
        examples=[{"verdicts": {"no_name": "warn"}}],
    )
    approvals: ApprovalsSection = Field(
        default=ApprovalsSection(),
        description="Which drafts a second person must approve.",
        examples=[{"rules": [{"name": "sensitive cases", "when": {"sensitive": True}}]}],
    )
    replies: RepliesSection = Field(
        default=RepliesSection(), description="How answers leave.", examples=[{"undo": "5s"}]
    )
    prices: PricesSection = Field(
        default=PricesEntry(),
        description="What X bills; `none` where nothing is billed by the piece.",
        examples=[{"post": 0.015, "reply": 0.01, "link": 0.2, "dm": 0.015}, "none"],
    )
    dm_channel: PrivateChannel | None = Field(
        default=None,
        description="A private channel where direct messages may be read; left out: in dialogs only.",
        examples=["#customers-private"],
    )
    move_to_dm: MoveToDmSection = Field(
        default=MoveToDmSection(),
        description="How a public matter goes on in direct messages.",
        examples=[{"invite": "invite_to_dm", "wait": "30m"}],
    )
