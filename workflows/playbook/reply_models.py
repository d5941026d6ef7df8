"""The sections about replies as they are written: macros, tone, approvals, prices, direct messages."""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from workflows.playbook.patterns import Approver, Name, OfferPattern, OrderNumber, UserId, Username
from workflows.playbook.patterns import Tag as TagName
from workflows.playbook.problems import shown
from workflows.playbook.rule_models import Section
from workflows.playbook.values import (
    Dollars,
    Language,
    PositiveSpan,
    PriorityName,
    UndoSpan,
    VerdictName,
    unfit,
)
from workflows.playbook.wordings import PrivacyLine, Signature, Wordings

_TEXT: Any = {"en": ["Thank you, {customer.first_name|there}!"]}


class MacroEntry(Section):
    """A canned reply in approved wordings."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "thanks", "text": _TEXT}]})

    name: TagName = Field(
        description="Lower-case words with - or _; what history and reports call it.",
        examples=["ask_order_dm"],
    )
    title: Name | None = Field(
        default=None,
        description="What agents see in the dialog; left out: the name.",
        examples=["Ask for the order number"],
    )
    tags: list[TagName] = Field(
        default=[],
        min_length=1,
        description="Offered first for cases with one of these.",
        examples=[["late"]],
    )
    text: dict[Language, Wordings] = Field(
        min_length=1,
        description="By language one wording or a list of them: X refuses the same text twice.",
        examples=[_TEXT],
    )


def _verdict(what: str, default: str) -> Any:
    return Field(default=None, description=f"{what} Left out: {default}.", examples=[default])


class VerdictsEntry(Section):
    """What each finding does: ok (not looked for), note, warn, approval or refuse."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"swearing": "refuse", "no_name": "warn"}]})

    swearing: VerdictName | None = _verdict("Swear words.", "refuse")
    aggression: VerdictName | None = _verdict("Threats and insults.", "approval")
    blame: VerdictName | None = _verdict("The fault is put on the customer.", "approval")
    defensive: VerdictName | None = _verdict("It defends us instead of helping.", "warn")
    too_long: VerdictName | None = _verdict("It is longer than one post.", "warn")
    unclear: VerdictName | None = _verdict("Several questions at once, or a wall of text.", "warn")
    personal_data_shown: VerdictName | None = _verdict("It shows card, phone, order numbers …", "refuse")
    personal_data_asked: VerdictName | None = _verdict("It asks for such data in public.", "refuse")
    no_name: VerdictName | None = _verdict("It does not name the customer.", "ok")
    no_signature: VerdictName | None = _verdict("It does not name the agent.", "ok")
    no_empathy: VerdictName | None = _verdict("No regret for an angry customer, or no next step.", "warn")
    promise_without_time: VerdictName | None = _verdict("It promises something, but not by when.", "note")
    link_cost: VerdictName | None = _verdict("It holds a link, which costs more.", "note")


class ToneSection(Section):
    """What is made of a draft that says what it should not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verdicts": {"no_name": "warn"}}]})

    verdicts: VerdictsEntry = Field(
        default=VerdictsEntry(),
        description="What each finding does; those left out keep their default.",
        examples=[{"swearing": "refuse", "no_name": "warn"}],
    )
    order_numbers: list[OrderNumber] = Field(
        default=[],
        max_length=50,
        description="Expressions (RE2) of your order, booking or account numbers, which are personal.",
        examples=[["\\b[0-9]{9}\\b"]],
    )


class FollowersFrom(Section):
    """`{at_least: 100000}`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_least": 100000}]})

    at_least: int = Field(ge=0, description="The smallest number that fits.", examples=[100000])


class CostFrom(Section):
    """`{at_least: 0.05}`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_least": 0.05}]})

    at_least: Dollars = Field(description="The smallest price in US dollars that fits.", examples=[0.05])


class ApprovalWhen(Section):
    """Which drafts: all that is given must hold; without anything every draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sensitive": True}]})

    sensitive: bool | None = Field(
        default=None, description="Triage marked the case as sensitive.", examples=[True]
    )
    tags: list[TagName] = Field(
        default=[], min_length=1, description="The case has one of these.", examples=[["legal"]]
    )
    priorities: list[PriorityName] = Field(
        default=[], min_length=1, description="The case's priority is one of these.", examples=[["high"]]
    )
    teams: list[TagName] = Field(
        default=[], min_length=1, description="The case's team is one of these.", examples=[["billing"]]
    )
    accounts: list[Username] = Field(
        default=[], min_length=1, description="It answers for one of these.", examples=[["acme_help"]]
    )
    tone: bool | None = Field(default=None, description="The tone check says `approval`.", examples=[True])
    offers: bool | None = Field(
        default=None, description="It offers money or goods, in our words or yours.", examples=[True]
    )
    patterns: list[OfferPattern] = Field(
        default=[],
        min_length=1,
        max_length=50,
        description="Expressions (RE2) of what counts as an offer besides our own words.",
        examples=[["[0-9]+ ?% off"]],
    )
    trainee: bool | None = Field(
        default=None, description="Its author is one of the trainees.", examples=[True]
    )
    followers: FollowersFrom | None = Field(
        default=None, description="The customer has so many followers.", examples=[{"at_least": 100000}]
    )
    cost: CostFrom | None = Field(
        default=None, description="Sending it costs so many dollars.", examples=[{"at_least": 0.05}]
    )


class ApprovalRuleEntry(Section):
    """Which drafts a second person must approve, and who that is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "sensitive cases", "when": {"sensitive": True}}]}
    )

    name: Name = Field(description="What the request calls it.", examples=["money"])
    when: ApprovalWhen = Field(
        default=ApprovalWhen(),
        description="Which drafts; all that is given must hold. Left out: every draft.",
        examples=[{"sensitive": True}],
    )
    approvers: list[Approver] = Field(
        default=["supervisors"],
        min_length=1,
        description="supervisors, admins, user ids, group ids; never the author.",
        examples=[["supervisors"]],
    )
    count: int = Field(default=1, ge=1, le=10, description="How many of them must approve.", examples=[1])
    within: PositiveSpan | None = Field(
        default=None, description="How long they have; left out: 15m.", examples=["15m"]
    )
    then: list[Approver] = Field(
        default=["admins"],
        description="Who is asked after that; [] for nobody.",
        examples=[["admins"]],
    )


class ApprovalsSection(Section):
    """Which drafts a second person must approve, and who is new."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"trainees": ["U0NEW"]}]})

    trainees: list[UserId] = Field(
        default=[], description="Who is new: user ids, for `trainee: true`.", examples=[["U0NEW"]]
    )
    rules: list[ApprovalRuleEntry] | None = Field(
        default=None,
        max_length=100,
        description="A draft needs those of every rule that holds; left out: sensitive cases and tone.",
        examples=[[{"name": "sensitive cases", "when": {"sensitive": True}}]],
    )


class RepliesSection(Section):
    """How answers leave: how long they can be taken back, and how they end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"undo": "5s"}]})

    undo: UndoSpan | None = Field(
        default=None,
        description="How long a public answer can be taken back: at most 60s, 0s for not at all.",
        examples=["5s"],
    )
    signature: Signature = Field(
        default="", description="What ends each answer.", examples=["– {agent.first_name}"]
    )


class PricesEntry(Section):
    """What X bills a piece, in US dollars."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"post": 0.015, "reply": 0.01, "link": 0.2}]})

    post: Dollars | None = Field(default=None, description="A post of ours.", examples=[0.015])
    reply: Dollars | None = Field(
        default=None, description="A reply to somebody who mentioned or quoted us.", examples=[0.01]
    )
    link: Dollars | None = Field(default=None, description="A post with a link.", examples=[0.2])
    dm: Dollars | None = Field(default=None, description="A direct message.", examples=[0.015])


def _none_or_mapping(value: Any) -> str:
    return "<mapping>" if isinstance(value, dict) else "<none>"


def _none(value: Any) -> str:
    if value == "none":
        return "none"
    fix = "write `none` where nothing is billed by the piece, or dollars as in `{post: 0.015, link: 0.20}`"
    raise unfit("empty" if value is None else "wrong-type", shown(value), fix)


PricesSection = Annotated[
    Annotated[str, PlainValidator(_none), WithJsonSchema({"const": "none"}), Tag("<none>")]
    | Annotated[PricesEntry, Tag("<mapping>")],
    Discriminator(_none_or_mapping),
]


class MoveToDmSection(Section):
    """How a public matter goes on in direct messages; its texts are macros."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"invite": "invite_to_dm", "wait": "30m"}]})

    invite: TagName | None = Field(
        default=None,
        description="The macro of the public invitation; its wordings hold {dm_link}.",
        examples=["invite_to_dm"],
    )
    nudge: TagName | None = Field(
        default=None,
        description="The macro that agents are offered when no message came within `wait`.",
        examples=["dm_nudge"],
    )
    other_channels: TagName | None = Field(
        default=None,
        description="The macro with other ways to reach you, offered as long after the nudge.",
        examples=["other_channels"],
    )
    closing: TagName | None = Field(
        default=None,
        description="The macro of the one public line when it goes on in direct messages.",
        examples=["closed_in_dm"],
    )
    wait: PositiveSpan | None = Field(
        default=None, description="How long the customer has; left out: 30m.", examples=["30m"]
    )
    privacy: dict[Language, PrivacyLine] = Field(
        default={},
        description="By language what ends the first direct message to a person: privacy policy, opt-out.",
        examples=[{"en": "How we handle your data: https://example.com/privacy · Reply STOP to opt out."}],
    )
