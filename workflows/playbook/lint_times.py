"""Warnings about time: targets that cannot be met, steps out of order, people who are never on duty."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from workflows.domain.playbook import (
    ALWAYS,
    DESK,
    PRIORITIES,
    TEAM,
    ClockKind,
    Hours,
    Ladder,
    Playbook,
    Priority,
    Rung,
    hours_named,
)
from workflows.playbook.checks import Finder
from workflows.playbook.problems import Problem, safe

_LATEST = timedelta(days=30)
_DAY = timedelta(days=1)


def open_in_a_week(hours: Hours) -> timedelta:
    """Return how long these hours are open in a week without holidays."""
    if hours.is_always:
        return timedelta(days=7)
    spans = [span for day in hours.days.values() for span in day]
    minutes = sum(span.end - span.start + (1440 if span.end <= span.start else 0) for span in spans)
    return timedelta(minutes=minutes)


# --- hours and targets


def target_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield what is odd about hours and targets."""
    for name, hours in playbook.hours.items():
        if not open_in_a_week(hours):
            fix = 'write spans, as in `days: {mon-fri: ["09:00-18:00"]}`, or `always`'
            found = f"the hours `{safe(name)}`, which are never open"
            yield finder.problem(("hours", name), found, fix, "never-open", of_key=True)
    for priority in playbook.priorities.values():
        for kind, span in priority.targets.items():
            if ("priorities", priority.name, kind.value) in finder.document.values:
                yield from _target(finder, playbook, priority, kind, span)
        yield from _order_within(finder, priority)
    yield from _order_between(finder, playbook)


def _hours_of(playbook: Playbook, priority: Priority) -> Hours:
    return hours_named(playbook, DESK if priority.hours == TEAM else priority.hours)


def _target(
    finder: Finder, playbook: Playbook, priority: Priority, kind: ClockKind, span: timedelta
) -> Iterator[Problem]:
    path = ("priorities", priority.name, kind.value)
    hours = _hours_of(playbook, priority)
    week = open_in_a_week(hours)
    if hours.is_always or not week:
        return
    if span > week * 52:
        found = f"a target that is longer than the hours `{safe(hours.name)}` are open in a year"
        yield finder.problem(path, found, "write a shorter span, or `hours: always`", "never-met")
        return
    raw = finder.document.value["priorities"][priority.name][kind.value]
    if "d" in raw and span >= _DAY:
        days = sum(bool(spans) for spans in hours.days.values())
        worked = span / (week / days)
        a_day = _as_hours(week / days)
        found = f"`{safe(raw)}`, which is {_as_hours(span)} of working time: about {worked:.1f} working days"
        fix = f"write `{a_day}` for one working day of the hours `{safe(hours.name)}`, or `hours: always`"
        yield finder.problem(path, found, fix, "long-day")


def _as_hours(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes // 60}h" + (f"{minutes % 60}m" if minutes % 60 else "")


def _order_within(finder: Finder, priority: Priority) -> Iterator[Problem]:
    first = priority.targets[ClockKind.FIRST_RESPONSE]
    resolution = priority.targets.get(ClockKind.RESOLUTION, first)
    claim = priority.targets.get(ClockKind.TIME_TO_CLAIM, first)
    if resolution < first:
        path = ("priorities", priority.name, "resolution")
        found = "a resolution that comes before the first response"
        yield finder.problem(path, found, "write a longer span", "target-order")
    if claim > first:
        path = ("priorities", priority.name, "time_to_claim")
        found = "more time to claim than for the first response"
        yield finder.problem(path, found, "write a shorter span", "target-order")


def _order_between(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    for higher, lower in (("high", "medium"), ("medium", "low")):
        ours, theirs = playbook.priorities[higher], playbook.priorities[lower]
        kind = ClockKind.FIRST_RESPONSE
        is_longer = ours.targets[kind] > theirs.targets[kind] and ours.hours == theirs.hours
        path = ("priorities", higher, kind.value)
        if is_longer and ("priorities",) in finder.document.values:
            found = f"a longer target for {higher} than for {lower}"
            yield finder.problem(path, found, f"give `{higher}` the shorter span", "priority-order")


# --- ladders


def ladder_problems(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """Yield what is odd about who is pinged when."""
    ladders = playbook.escalation.ladders
    for number, ladder in enumerate(ladders):
        earlier = next((n for n in range(number) if _takes_all(ladders[n], ladder)), None)
        path = ("escalation", "ladders", number)
        if earlier is not None:
            name, line = safe(ladders[earlier].name), finder.line(("escalation", "ladders", earlier))
            found = f"the ladder `{safe(ladder.name)}`, which is never reached"
            fix = f"put it before `{name}` (line {line}), which takes all its cases, or take it out"
            yield finder.problem((*path, "name"), found, fix, "dead-ladder")
        yield from _steps(finder, playbook, ladder, path)
        if ladder.rearm_after and not ladder.quieted_by:
            fix = "take `rearm_after` out, or say what stops the pings, as in `quieted_by: [acknowledge]`"
            found = "`rearm_after` where nothing stops the pings"
            yield finder.problem((*path, "rearm_after"), found, fix, "useless-rearm", of_key=True)
    for priority in PRIORITIES:
        if not any(not ladder.teams and _serves(ladder, priority) for ladder in ladders):
            found = f"no ladder for every case of priority {priority}: nobody is pinged when one waits"
            steps = "steps: [{at: 75%, ping: [agents]}]"
            fix = f"write one, as in `{{name: {priority}, priorities: [{priority}], {steps}}}`"
            yield finder.problem(("escalation", "ladders"), found, fix, "no-ladder", of_key=True)


def _serves(ladder: Ladder, priority: str) -> bool:
    return not ladder.priorities or priority in ladder.priorities


def _takes_all(earlier: Ladder, later: Ladder) -> bool:
    pairs = ((earlier.priorities, later.priorities or PRIORITIES), (earlier.teams, later.teams))
    return all(not ours or (theirs and set(theirs) <= set(ours)) for ours, theirs in pairs)


def _steps(
    finder: Finder, playbook: Playbook, ladder: Ladder, path: Sequence[str | int]
) -> Iterator[Problem]:
    served = [playbook.priorities[name] for name in PRIORITIES if _serves(ladder, name)]
    times = [[_time(rung, priority) for rung in ladder.rungs] for priority in served]
    for number, rung in enumerate(ladder.rungs):
        place = (*path, "steps", number)
        if _nobody_on_duty(playbook, ladder, rung):
            fix = "ping somebody else too, as in `ping: [supervisors]`, or open the hours of these people"
            yield finder.problem(place, "a step whose people are never on duty", fix, "never-on-duty")
        if any(row[number] > _LATEST for row in times):
            fix = "write a span of at most `30d`: nobody waits that long"
            yield finder.problem(place, "a step that comes after more than 30 days", fix, "too-late")
        before = [(row[number - 1], row[number]) for row in times if number]
        if any(then > now for then, now in before):
            fix = "put the steps in the order of their times: shares count from the response target"
            yield finder.problem(place, "a step that comes before the one above it", fix, "step-order")
        elif any(then == now for then, now in before):
            fix = "make one step of the two, or move one: only one of them would be said"
            yield finder.problem(place, "a step at the time of the one above it", fix, "same-time")


def _time(rung: Rung, priority: Priority) -> timedelta:
    if rung.after is not None:
        return rung.after
    return priority.targets[ClockKind.FIRST_RESPONSE] * (rung.share or 0)


def _nobody_on_duty(playbook: Playbook, ladder: Ladder, rung: Rung) -> bool:
    return bool(rung.ping) and all(_never_on_duty(playbook, ladder, who) for who in rung.ping)


def _never_on_duty(playbook: Playbook, ladder: Ladder, who: str) -> bool:
    """Groups may hold people who stand in a shift of their own; roles may be filled by the settings."""
    people = playbook.people
    if who == "team":
        named = [people.teams[name] for name in ladder.teams]
        return bool(named) and all(_never_open(playbook, team.hours) for team in named)
    shifts = [shift.hours for shift in people.shifts if who in shift.who]
    if not shifts:
        of_role = people.roles.get(
            {"agents": "agent", "supervisors": "supervisor", "admins": "admin"}.get(who, ""), ()
        )
        return bool(of_role) and all(_never_on_duty(playbook, ladder, member) for member in of_role)
    return all(_never_open(playbook, name) for name in shifts)


def _never_open(playbook: Playbook, name: str) -> bool:
    return not open_in_a_week(hours_named(playbook, name or ALWAYS))
