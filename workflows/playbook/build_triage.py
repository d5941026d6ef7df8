"""The section `triage` becomes the domain's rules and conditions."""

from collections.abc import Callable

from workflows.domain.playbook import DESK
from workflows.domain.rules import (
    AllOf,
    AnyOf,
    AtHours,
    AtTimes,
    Author,
    Between,
    Condition,
    Example,
    Hashtags,
    HasLinks,
    HasMedia,
    HasWords,
    IsVerified,
    IsVip,
    KindIs,
    LanguageIs,
    Matches,
    Mention,
    Not,
    Outcome,
    Rule,
    RuleSet,
    Sentiment,
    SentimentIs,
    Triage,
)
from workflows.playbook.rule_models import Bounds, ExamplePost, Expect, RuleEntry, Then, TriageSection, When
from workflows.playbook.strict_yaml import Document, Path

_Make = Callable[[When], Condition | None]


def build_triage(read: TriageSection, document: Document, file: str) -> Triage:
    """Return the rule sets; each rule and example knows its line."""
    sets = tuple(
        RuleSet(
            entry.name,
            tuple(
                _rule(rule, ("triage", "rule_sets", number, "rules", place), document, file)
                for place, rule in enumerate(entry.rules)
            ),
        )
        for number, entry in enumerate(read.rule_sets)
    )
    otherwise = _outcome(read.otherwise)
    if otherwise.priority is None:
        otherwise = Outcome("medium", otherwise.tags, otherwise.sensitive, otherwise.team)
    return Triage(sets, otherwise, frozenset(name.casefold() for name in read.vip))


def _rule(read: RuleEntry, where: Path, document: Document, file: str) -> Rule:
    examples = tuple(
        _example(example, document.place((*where, "examples", number))[0])
        for number, example in enumerate(read.examples)
    )
    line = document.place(where)[0]
    return Rule(read.name, condition_of(read.when), _outcome(read.then), file, line, examples)


def _outcome(read: Then) -> Outcome:
    return Outcome(read.priority, tuple(dict.fromkeys(read.tags)), read.sensitive, read.team)


def _example(read: ExamplePost, line: int) -> Example:
    author = Author(
        username=read.author.username,
        followers=read.author.followers,
        verified=read.author.verified,
        vip=read.author.vip,
        earlier_cases=read.author.earlier_cases,
    )
    mention = Mention(
        text=read.post,
        author=author,
        kind=read.kind,
        at=read.at,
        language=read.language or "",
        media=read.media,
        account=read.account,
    )
    return Example(mention, _expected(read.expect), line)


def _expected(read: Expect) -> dict[str, object]:
    given = {name: getattr(read, name) for name in type(read).model_fields if name in read.model_fields_set}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def condition_of(when: When) -> Condition:
    """Return what must hold: the one condition that is given, or all of them together."""
    given = [condition for make in _MAKERS if (condition := make(when)) is not None]
    return given[0] if len(given) == 1 else AllOf(tuple(given))


def _any(when: When) -> Condition | None:
    return None if when.any_ is None else AnyOf(tuple(condition_of(part) for part in when.any_))


def _all(when: When) -> Condition | None:
    return None if when.all_ is None else AllOf(tuple(condition_of(part) for part in when.all_))


def _links(when: When) -> Condition | None:
    if when.links is None:
        return None
    return HasLinks(hosts=tuple(when.links)) if isinstance(when.links, list) else HasLinks(when.links)


def _between(figure: str, bounds: Bounds | None) -> Condition | None:
    return None if bounds is None else Between(figure, bounds.at_least or 0, bounds.at_most)


def _open(when: When) -> Condition | None:
    if when.open_ is None:
        return None
    return AtHours(DESK, when.open_) if isinstance(when.open_, bool) else AtHours(when.open_)


# The cheap ones first: a rule is given up at the first that does not hold.
_MAKERS: tuple[_Make, ...] = (
    lambda when: KindIs(tuple(when.kind)) if when.kind else None,
    lambda when: IsVip(when.vip) if when.vip is not None else None,
    lambda when: IsVerified(when.verified) if when.verified is not None else None,
    lambda when: HasMedia(when.media) if when.media is not None else None,
    lambda when: _between("followers", when.followers),
    lambda when: _between("earlier_cases", when.earlier_cases),
    lambda when: LanguageIs(tuple(when.language)) if when.language else None,
    lambda when: SentimentIs(tuple(Sentiment(mood) for mood in when.sentiment)) if when.sentiment else None,
    lambda when: HasWords(tuple(when.words)) if when.words else None,
    lambda when: HasWords(tuple(when.phrases)) if when.phrases else None,
    lambda when: Hashtags(tuple(when.hashtags)) if when.hashtags else None,
    _links,
    lambda when: Matches(tuple(when.regex)) if when.regex else None,
    lambda when: AtTimes(tuple(when.hour)) if when.hour else None,
    _open,
    _any,
    _all,
    lambda when: Not(condition_of(when.not_)) if when.not_ is not None else None,
)
