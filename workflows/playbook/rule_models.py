"""The section `triage`: rule sets, conditions and examples as they are written."""

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)

from workflows.playbook.patterns import Channel, Hashtag, Host, Name, Pattern, Username, Word
from workflows.playbook.patterns import Tag as TagName
from workflows.playbook.problems import YES_NO, shown
from workflows.playbook.values import Kind, Language, LongText, Moment, Mood, PriorityName, Times, unfit


class Section(BaseModel):
    """A mapping of the file: only the keys that are named, each of exactly its type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Bounds(Section):
    """`{at_least: 10000}`, `{at_most: 5}`, or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_least": 10000}], "minProperties": 1})

    at_least: int | None = Field(
        default=None, ge=0, description="The smallest figure that fits.", examples=[10000]
    )
    at_most: int | None = Field(default=None, ge=0, description="The largest figure that fits.", examples=[5])


def _open(value: Any) -> bool | str:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value and value not in YES_NO:
        return value
    meant = YES_NO.get(value, "") if isinstance(value, str) else ""
    fix = f"write `{meant}`" if meant else "write `true`, `false` or the name of hours, as in `open: night`"
    raise unfit("wrong-type", shown(value), fix)


def _flag_or_list(value: Any) -> str:
    return "<hosts>" if isinstance(value, list) else "<flag>"


Links = Annotated[
    Annotated[bool, Tag("<flag>")]
    | Annotated[list[Host], Field(min_length=1, examples=[["example.com"]]), Tag("<hosts>")],
    Discriminator(_flag_or_list),
]
Open = Annotated[
    bool | str,
    PlainValidator(_open),
    WithJsonSchema(
        {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 1}], "examples": [True, "night"]}
    ),
]


class When(Section):
    """A condition: all of its keys must hold; `{}` holds always."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": ["payment", "refund*"]}]})

    any_: list["When"] | None = Field(
        default=None, alias="any", min_length=1, description="One of these holds."
    )
    all_: list["When"] | None = Field(
        default=None, alias="all", min_length=1, description="Each of these holds."
    )
    not_: "When | None" = Field(default=None, alias="not", description="This does not hold.")
    words: list[Word] | None = Field(
        default=None,
        min_length=1,
        description="One of these whole words stands in the text, in any script and case; "
        "a * at the end takes any ending.",
        examples=[["payment", "refund*"]],
    )
    phrases: list[Word] | None = Field(
        default=None,
        min_length=1,
        description="One of these sequences of words stands in the text.",
        examples=[["account stolen"]],
    )
    regex: list[Pattern] | None = Field(
        default=None,
        min_length=1,
        description="One of these expressions (RE2, without look-around) is found; case folded.",
        examples=[["order *[0-9]{6}"]],
    )
    hashtags: list[Hashtag] | None = Field(
        default=None,
        min_length=1,
        description="One of these stands in the text; without #.",
        examples=[["outage"]],
    )
    language: list[Language] | None = Field(
        default=None,
        min_length=1,
        description="The text is in one of these languages.",
        examples=[["hi", "hi-Latn"]],
    )
    sentiment: list[Mood] | None = Field(
        default=None, min_length=1, description="The mood is one of these.", examples=[["angry", "negative"]]
    )
    kind: list[Kind] | None = Field(
        default=None,
        min_length=1,
        description="It is a mention, reply, quote or direct message.",
        examples=[["dm"]],
    )
    links: Links | None = Field(
        default=None,
        description="There is a link, or none; a list asks for one of these hosts.",
        examples=[True],
    )
    media: bool | None = Field(
        default=None, description="There are pictures or videos, or none.", examples=[True]
    )
    followers: Bounds | None = Field(
        default=None,
        description="The author's followers lie in these bounds.",
        examples=[{"at_least": 10000}],
    )
    earlier_cases: Bounds | None = Field(
        default=None,
        description="The author's earlier cases lie in these bounds.",
        examples=[{"at_least": 3}],
    )
    verified: bool | None = Field(
        default=None, description="The author is verified, or is not.", examples=[True]
    )
    vip: bool | None = Field(
        default=None, description="The author stands under triage.vip, or does not.", examples=[True]
    )
    hour: list[Times] | None = Field(
        default=None,
        min_length=1,
        description="The post came in these hours of the day, by the clock of the hours `desk`.",
        examples=[["22:00-06:00"]],
    )
    open_: Open | None = Field(
        default=None,
        alias="open",
        description="The post came inside (true) or outside (false) the desk's hours, or in these hours.",
        examples=[True],
    )


class Then(Section):
    """What a rule decides; what is left out it leaves open."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"priority": "high", "tags": ["payment"]}]})

    priority: PriorityName | None = Field(
        default=None, description="How urgent it is: high, medium or low.", examples=["high"]
    )
    tags: list[TagName] = Field(default=[], description="What the matter is about.", examples=[["payment"]])
    sensitive: bool = Field(
        default=False, description="Whether replies need a supervisor's eye.", examples=[True]
    )
    team: TagName | None = Field(default=None, description="Whose case it becomes.", examples=["billing"])


class ExampleAuthor(Section):
    """Who wrote an example."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"username": "acme_fan", "followers": 20000}]})

    username: Username = Field(default="", description="The author's username on X.", examples=["acme_fan"])
    followers: int = Field(default=0, ge=0, description="How many follow them.", examples=[20000])
    verified: bool = Field(default=False, description="Whether X has verified them.", examples=[True])
    vip: bool = Field(default=False, description="Whether they count as VIP.", examples=[True])
    earlier_cases: int = Field(default=0, ge=0, description="How many cases they had before.", examples=[2])


class Expect(Section):
    """What must come out; what is left out is not compared."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"priority": "high", "tags": ["payment"]}], "minProperties": 1}
    )

    rule: Name | None = Field(
        default=None, description="The rule that decides the priority.", examples=["payment failed"]
    )
    priority: PriorityName | None = Field(default=None, description="The priority.", examples=["high"])
    tags: list[TagName] | None = Field(
        default=None, description="These tags and no others.", examples=[["payment"]]
    )
    sensitive: bool | None = Field(default=None, description="Whether it is sensitive.", examples=[True])
    team: TagName | None = Field(default=None, description="The team.", examples=["billing"])
    channel: Channel | None = Field(default=None, description="Where the card goes.", examples=["#press"])
    language: Language | None = Field(default=None, description="The language found.", examples=["tr"])
    sentiment: Mood | None = Field(default=None, description="The mood found.", examples=["angry"])

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        if value == {}:
            raise unfit("empty", "an empty mapping", "write what must come out, as in `{priority: high}`")
        return value


class ExamplePost(Section):
    """A post and what the rule beside it must make of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"post": "I paid twice!", "expect": {"priority": "high"}}]}
    )

    post: LongText = Field(description="The text of the post; write it yourself.", examples=["I paid twice!"])
    expect: Expect = Field(description="What must come out.", examples=[{"priority": "high"}])
    language: Language | None = Field(
        default=None, description="The language, where it is not to be found.", examples=["tr"]
    )
    kind: Kind = Field(default="mention", description="mention, reply, quote or dm.", examples=["dm"])
    at: Moment | None = Field(
        default=None, description="When it was written (RFC 3339).", examples=["2026-12-24T18:30:00+03:00"]
    )
    media: int = Field(
        default=0, ge=0, le=100, description="How many pictures and videos it has.", examples=[1]
    )
    account: Username = Field(
        default="", description="The account of ours it was written to.", examples=["acme_help"]
    )
    author: ExampleAuthor = Field(
        default=ExampleAuthor(), description="Who wrote it.", examples=[{"followers": 20000}]
    )


class RuleEntry(Section):
    """A rule: when this holds, then that."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "refund", "when": {"words": ["refund*"]}, "then": {"tags": ["refund"]}}]
        }
    )

    name: Name = Field(
        description="What `why?` and `explain` call the rule; once in a file.", examples=["refund"]
    )
    when: When = Field(description="When it holds; `{}` is always.", examples=[{"words": ["refund*"]}])
    then: Then = Field(description="What it decides.", examples=[{"priority": "high"}])
    examples: list[ExamplePost] = Field(
        default=[], description="Posts that `mentiondesk playbook test` puts to the playbook."
    )


class RuleSetEntry(Section):
    """Rules of which the first that holds wins."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "topics", "rules": []}]})

    name: Name = Field(description="What the set is about.", examples=["topics"])
    rules: list[RuleEntry] = Field(
        min_length=1,
        max_length=500,
        description="Asked in this order; the first that holds wins. At most 500.",
    )


class TriageSection(Section):
    """Which posts are urgent and what they are about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"otherwise": {"priority": "medium"}}]})

    vip: list[Username] = Field(
        default=[], description="Usernames of very important people.", examples=[["acme_ceo"]]
    )
    otherwise: Then = Field(
        default=Then(priority="medium"),
        description="What no rule decides.",
        examples=[{"priority": "medium"}],
    )
    rule_sets: list[RuleSetEntry] = Field(default=[], description="Asked in their order; they add up.")
