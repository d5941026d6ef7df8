"""A playbook as it was written becomes the domain's values."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta

from workflows.domain.playbook import ClockKind as Clock
from workflows.domain.playbook import (
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
from workflows.domain.rules import Span
from workflows.playbook.build_triage import build_triage
from workflows.playbook.models import (
    EscalationSection,
    LadderEntry,
    PlaybookFile,
    PrioritiesSection,
    PriorityEntry,
    RouteEntry,
    ThreadingSection,
)
from workflows.playbook.people_models import HoursEntry, PeopleSection, days_of
from workflows.playbook.strict_yaml import Document


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
        triage=build_triage(read.triage, document, file),
        routes=tuple(_route(entry) for entry in read.routing) or (Route(),),
        escalation=_escalation(read.escalation, document),
        threading=_threading(read.threading),
        apply_to_open=read.apply_to_open,
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
