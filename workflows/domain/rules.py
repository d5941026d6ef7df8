"""What triage knows of a post, and the conditions and outcomes of a playbook's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
