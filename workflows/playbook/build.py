"""A playbook as it was written becomes the domain's values."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import timedelta

from workflows.domain.playbook import (
    DESK,
    Escalation,
    Hours,
    Ladder,
    People,
    Playbook,
    Priority,
    Route,
    Rung,
    Shift,
    Team,
    Threading,
    default_priorities,
)
from workflows.domain.playbook import ClockKind as Clock
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
    Span,
    Triage,
)
from workflows.playbook.desk_models import HoursEntry, PeopleSection, PrioritiesSection, PriorityEntry
from workflows.playbook.models import (
    EscalationSection,
    LadderEntry,
    PlaybookFile,
    RouteEntry,
    ThreadingSection,
)
from workflows.playbook.reply_build import approvals, macros, move_to_dm, prices, replies, tone
from workflows.playbook.rule_models import Bounds, ExamplePost, Expect, RuleEntry, Then, TriageSection, When
from workflows.playbook.strict_yaml import Document, Path
from workflows.playbook.values import days_of


def build(read: PlaybookFile, document: Document, *, file: str, digest: str) -> Playbook:
    """Return the playbook; the document tells on which line each rule and step stands."""
    return Playbook(
        name=read.name,
        digest=digest,
        file=file,
        description=read.description,
        accounts=tuple(read.accounts),
        people=_people(read.people),
        hours={name: _hours(name, entry) for name, entry in read.hours.items()},
        priorities=_priorities(read.priorities),
        triage=_triage(read.triage, document, file),
        routes=tuple(_route(entry) for entry in read.routing) or (Route(),),
        escalation=_escalation(read.escalation, document),
        threading=_threading(read.threading),
        apply_to_open=read.apply_to_open,
        macros=macros(read.macros, document),
        tone=tone(read.tone),
        approvals=approvals(read.approvals, document),
        replies=replies(read.replies),
        prices=prices(read.prices),
        dm_channel=read.dm_channel or "",
        move_to_dm=move_to_dm(read.move_to_dm),
    )


def _people(read: PeopleSection) -> People:
    roles = {"agent": read.agents, "supervisor": read.supervisors, "admin": read.admins}
    return People(
        roles={role: tuple(who) for role, who in roles.items() if who},
        allowed=tuple(read.allowed),
        teams={name: Team(name, tuple(team.members), team.hours or "") for name, team in read.teams.items()},
        shifts=tuple(Shift(tuple(shift.who), shift.hours) for shift in read.shifts),
    )


def _hours(name: str, read: HoursEntry | str) -> Hours:
    if isinstance(read, str):
        return Hours(name, is_always=True)
    days: dict[int, tuple[Span, ...]] = {}
    for key, spans in read.days.items():
        for day in days_of(key):
            days[day] = tuple(sorted(spans, key=lambda span: (span.start, span.end)))
    return Hours(
        name,
        time_zone=read.time_zone,
        days=days,
        country=read.holidays.country or "",
        subdivision=read.holidays.subdivision or "",
        closed=frozenset(read.holidays.closed),
        open_on=frozenset(read.holidays.open),
    )


def _priorities(read: PrioritiesSection) -> dict[str, Priority]:
    written = {"high": read.high, "medium": read.medium, "low": read.low}
    return {name: _priority(default, written[name]) for name, default in default_priorities().items()}


def _priority(default: Priority, read: PriorityEntry) -> Priority:
    first = read.first_response or default.targets[Clock.FIRST_RESPONSE]
    spans: Mapping[Clock, timedelta | None] = {
        Clock.FIRST_RESPONSE: first,
        Clock.NEXT_RESPONSE: read.next_response or first,
        Clock.RESOLUTION: read.resolution,
        Clock.TIME_TO_CLAIM: read.time_to_claim,
    }
    targets = {kind: span for kind, span in spans.items() if span is not None}
    return Priority(default.name, targets, read.hours)


def _route(read: RouteEntry) -> Route:
    return Route(
        name=read.name,
        tags=tuple(read.tags),
        teams=tuple(read.teams),
        languages=tuple(read.languages),
        accounts=tuple(read.accounts),
        channel=read.channel,
        team=read.team,
        owner=read.owner,
    )


def _escalation(read: EscalationSection, document: Document) -> Escalation:
    ladders = tuple(_ladder(entry, index, document) for index, entry in enumerate(read.ladders))
    return Escalation(ladders, read.raise_priority)


def _ladder(read: LadderEntry, index: int, document: Document) -> Ladder:
    where = ("escalation", "ladders", index, "steps")
    rungs = tuple(
        Rung(
            ping=tuple(step.ping),
            after=step.after,
            share=step.at,
            channel=step.channel or "",
            text=step.text,
            line=document.place((*where, number))[0],
        )
        for number, step in enumerate(read.steps)
    )
    return Ladder(
        name=read.name,
        rungs=rungs,
        priorities=tuple(read.priorities),
        teams=tuple(read.teams),
        repeat_every=read.repeat.every if read.repeat else None,
        repeat_times=read.repeat.times if read.repeat else 0,
        quieted_by=tuple(read.quieted_by),
        rearm_after=read.rearm_after,
    )


def _threading(read: ThreadingSection) -> Threading:
    given = {name: getattr(read, name) for name in ("public", "dm", "burst", "reopen")}
    return dataclasses.replace(
        Threading(), **{name: span for name, span in given.items() if span is not None}
    )


_Make = Callable[[When], Condition | None]


def _triage(read: TriageSection, document: Document, file: str) -> Triage:
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
    return Rule(read.name, _condition_of(read.when), _outcome(read.then), file, line, examples)


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


def _condition_of(when: When) -> Condition:
    """Return what must hold: the one condition that is given, or all of them together."""
    given = [condition for make in _MAKERS if (condition := make(when)) is not None]
    return given[0] if len(given) == 1 else AllOf(tuple(given))


def _any(when: When) -> Condition | None:
    return None if when.any_ is None else AnyOf(tuple(_condition_of(part) for part in when.any_))


def _all(when: When) -> Condition | None:
    return None if when.all_ is None else AllOf(tuple(_condition_of(part) for part in when.all_))


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
    lambda when: Not(_condition_of(when.not_)) if when.not_ is not None else None,
)
