"""Triage: a post and a playbook's rules in, what the case is and where it goes out, with what was tried."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import regex

from workflows.domain import rules as terms
from workflows.domain.hours import is_open
from workflows.domain.playbook import DESK, Playbook, Route, hours_named
from workflows.domain.rules import Condition, Mention, Rule, Sentiment, Span
from workflows.domain.text import WordIndex, compile_pattern, fold, words_of

NOWHERE = Route()
_HASHTAG = regex.compile(r"[#＃]([\p{L}\p{M}\p{N}_]+)")
_LINK = re.compile(r"https?://(?:[^\s/?#@]*@)?([^\s/?#@:]+)", re.IGNORECASE)
_AFTER_LINK = ".,;!…।)]}>'\"’”»"  # what a sentence puts behind a link, and no host ends with
_NOT_WORDS = re.compile(r"https?://\S+|@[A-Za-z0-9_]+")
_LONGEST = 10_000  # characters that are looked at; X's longest posts have 25,000


@dataclass(frozen=True, slots=True)
class Signals:
    """What the conditions look at: a mention, and what was found in its words.

    folded  in UTF-8: RE2 would encode the text anew for every expression.
    """

    mention: Mention
    language: str
    sentiment: Sentiment
    at: datetime
    folded: bytes
    hashtags: frozenset[str]
    hosts: frozenset[str]
    found: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that was asked, and whether it held."""

    rule_set: str
    rule: Rule
    held: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage makes of a post.

    rule   the rule that gave the priority; None when none did and the playbook's `otherwise` decided.
    tried  every rule that was asked, in order; in each set the last one may have held.
    """

    language: str
    sentiment: Sentiment
    priority: str
    tags: tuple[str, ...]
    sensitive: bool
    team: str | None
    rule: Rule | None
    tried: Sequence[Tried]


_Check = Callable[[Signals], bool]


class Rules:
    """The rules of one playbook, made ready: every word of every rule is looked for in one pass."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        self._lists: list[Sequence[str]] = []
        self._vip = frozenset(name.casefold() for name in playbook.triage.vip)
        self._sets = [
            [self._ready(rules.name, rule) for rule in rules.rules] for rules in playbook.triage.rule_sets
        ]
        self._index = WordIndex(self._lists)

    def decide(self, mention: Mention, *, language: str, sentiment: Sentiment) -> Verdict:
        """Ask the rules; in each set the first that holds wins, and the earlier set decides."""
        signals = self._signals(mention, language, sentiment)
        otherwise = self._playbook.triage.otherwise
        tried: list[Tried] = []
        fired: list[Rule] = []
        for rules in self._sets:
            for check, passed_over, held in rules:
                if check(signals):
                    tried.append(held)
                    fired.append(held.rule)
                    break
                tried.append(passed_over)
        decided = next((rule for rule in fired if rule.then.priority), None)
        outcomes = [rule.then for rule in fired] + [otherwise]
        return Verdict(
            language=language,
            sentiment=sentiment,
            priority=next((o.priority for o in outcomes if o.priority), "medium"),
            tags=tuple(dict.fromkeys(tag for outcome in outcomes for tag in outcome.tags)),
            sensitive=any(outcome.sensitive for outcome in outcomes),
            team=next((outcome.team for outcome in outcomes if outcome.team), None),
            rule=decided,
            tried=tried,
        )

    def _ready(self, rule_set: str, rule: Rule) -> tuple[_Check, Tried, Tried]:
        """Return the rule's check, and what is noted of it: made once, as most mentions ask most rules."""
        return self._check(rule.when), Tried(rule_set, rule, held=False), Tried(rule_set, rule, held=True)

    def _signals(self, mention: Mention, language: str, sentiment: Sentiment) -> Signals:
        text = mention.text[:_LONGEST]
        wording = _NOT_WORDS.sub(" ", text)
        found = self._index.find(words_of(wording))
        if language == "tr":
            found = self._index.find(words_of(wording, "tr")) | found
        return Signals(
            mention=mention,
            language=language,
            sentiment=sentiment,
            at=mention.at or datetime(1970, 1, 1, tzinfo=UTC),
            folded=fold(text, language).encode("utf-8", "replace"),
            hashtags=frozenset(_hashtags(text, language)),
            hosts=frozenset(_host(host) for host in _LINK.findall(text)),
            found=found,
        )

    def _check(self, condition: Condition) -> _Check:  # noqa: C901, PLR0911 - one arm for each kind
        match condition:
            case terms.AnyOf(conditions):
                checks = [self._check(each) for each in conditions]
                return lambda signals: any(check(signals) for check in checks)
            case terms.AllOf(conditions):
                checks = [self._check(each) for each in conditions]
                return lambda signals: all(check(signals) for check in checks)
            case terms.Not(inner):
                check = self._check(inner)
                return lambda signals: not check(signals)
            case terms.HasWords(words):
                self._lists.append(words)
                number = len(self._lists) - 1
                return lambda signals: number in signals.found
            case terms.Matches(patterns):
                compiled = [compile_pattern(pattern) for pattern in patterns]
                return lambda signals: any(p.search(signals.folded) is not None for p in compiled)
            case terms.AtHours(hours, inside):
                named = hours_named(self._playbook, hours)
                return lambda signals: is_open(named, signals.at) is inside
            case terms.AtTimes(spans):
                zone = ZoneInfo(hours_named(self._playbook, DESK).time_zone)
                return lambda signals: _within(spans, signals.at.astimezone(zone))
            case terms.IsVip(wanted):
                return lambda signals: self._is_vip(signals.mention) is wanted
            case _:
                return _plain_check(condition)

    def _is_vip(self, mention: Mention) -> bool:
        return mention.author.vip or mention.author.username.casefold() in self._vip


def _plain_check(condition: Condition) -> _Check:  # noqa: C901, PLR0911 - one arm for each kind
    """Return the check of a condition that needs nothing of the playbook."""
    match condition:
        case terms.Hashtags(tags):
            wanted_tags = frozenset(fold(tag.lstrip("#"), fold_as) for tag in tags for fold_as in ("", "tr"))
            return lambda signals: not wanted_tags.isdisjoint(signals.hashtags)
        case terms.LanguageIs(languages):
            return lambda signals: signals.language in languages
        case terms.SentimentIs(moods):
            return lambda signals: signals.sentiment in moods
        case terms.KindIs(kinds):
            return lambda signals: signals.mention.kind in kinds
        case terms.HasLinks(wanted, hosts):
            if hosts:
                sites = tuple(host.casefold().removeprefix("www.") for host in hosts)
                return lambda signals: any(_is_of(host, sites) for host in signals.hosts)
            return lambda signals: bool(signals.hosts) is wanted
        case terms.HasMedia(wanted):
            return lambda signals: (signals.mention.media > 0) is wanted
        case terms.Between(figure, at_least, at_most):
            return lambda signals: (
                at_least <= (number := getattr(signals.mention.author, figure))
                and (at_most is None or number <= at_most)
            )
        case terms.IsVerified(wanted):
            return lambda signals: signals.mention.author.verified is wanted
    raise TypeError(f"no such condition: {condition!r}")


def _hashtags(text: str, language: str) -> Iterator[str]:
    for tag in _HASHTAG.findall(text):
        yield fold(tag)
        if language == "tr":
            yield fold(tag, "tr")


def _host(found: str) -> str:
    return found.rstrip(_AFTER_LINK).casefold().removeprefix("www.")


def _is_of(host: str, sites: Sequence[str]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in sites)


def _within(spans: Sequence[Span], at: datetime) -> bool:
    minute = at.hour * 60 + at.minute
    return any(
        span.start <= minute < span.end
        if span.start < span.end
        else minute >= span.start or minute < span.end
        for span in spans
    )


def route_of(playbook: Playbook, verdict: Verdict, *, account: str) -> Route:
    """Return the first route that fits what triage made of a post."""
    return route_for(
        playbook, tags=verdict.tags, team=verdict.team, language=verdict.language, account=account
    )


def route_for(
    playbook: Playbook, *, tags: Sequence[str], team: str | None, language: str, account: str
) -> Route:
    """Return the first route that fits; one without conditions fits always."""
    for route in playbook.routes:
        if (
            _fits(route.tags, tags)
            and _fits(route.teams, [team])
            and _fits(route.languages, [language])
            and _fits([name.casefold() for name in route.accounts], [account.casefold()])
        ):
            return route
    return NOWHERE


def _fits(wanted: Sequence[str], given: Sequence[str | None]) -> bool:
    return not wanted or any(one in wanted for one in given)


def owner_of(
    route: Route,
    candidates: Sequence[str],
    *,
    load: Mapping[str, int],
    last_given: Mapping[str, datetime],
) -> str | None:
    """Return who gets a new case; None leaves it to be claimed.

    candidates  user ids of those on duty.
    load        how many unresolved cases each has.
    last_given  when each was given a case last; who is missing comes first.
    """
    if not candidates or route.owner == "none":
        return None
    if route.owner == "least_load":
        return min(candidates, key=lambda user: (load.get(user, 0), _turn(last_given, user)))
    return min(candidates, key=lambda user: _turn(last_given, user))


def _turn(last_given: Mapping[str, datetime], user: str) -> tuple[float, str]:
    at = last_given.get(user)
    return (at.timestamp() if at else 0.0, user)
