"""What would become of a post: language and mood, each rule that is asked, clocks, and who is pinged when."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from workflows.domain.clocks import Clock, Happening, What, clocks_of
from workflows.domain.escalation import Step, ladder_for, steps_of
from workflows.domain.people import Directory, Group, House, Staff
from workflows.domain.playbook import DESK, Playbook, Rung, hours_named
from workflows.domain.rules import Mention
from workflows.playbook.judge import Judgement, judge

# Stand for the workspace's admins and owners, who take these roles where nobody is named.
_SUPERVISOR, _ADMIN, _OWNER = "U-SUPERVISOR", "U-ADMIN", "U-OWNER"


@dataclass(frozen=True, slots=True)
class Ping:
    """A step of the ladder; without anybody on duty the desk passes over it."""

    step: Step
    is_on_duty: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would become of a mention that nobody answers.

    clocks  those that have a target.
    ladder  the name of the ladder; "" without one.
    zone    in which a person of this desk reads times.
    """

    playbook: Playbook
    mention: Mention
    at: datetime
    judgement: Judgement
    clocks: Sequence[Clock]
    ladder: str
    pings: Sequence[Ping]
    zone: tzinfo


def explain(playbook: Playbook, mention: Mention, *, now: datetime) -> Explanation:
    """Return what would become of this mention, which without a time of its own comes now."""
    at = (mention.at or now).astimezone(UTC)
    judgement = judge(playbook, replace(mention, at=at))
    clocks, ladder, steps = timing_of(playbook, judgement.verdict.priority, judgement.team, at)
    on_duty = duty_of(playbook, judgement.team)
    pings = [Ping(step, on_duty(step.rung, step.at)) for step in steps]
    return Explanation(playbook, mention, at, judgement, clocks, ladder, pings, zone_of(playbook))


def timing_of(
    playbook: Playbook, priority: str, team: str | None, at: datetime
) -> tuple[list[Clock], str, list[Step]]:
    """Return the clocks with a target, the ladder's name and its steps, for a case that opens now."""
    hours_of = partial(hours_named, playbook, team=team)
    clocks = clocks_of([Happening(at, What.WROTE)], playbook.priorities, priority, hours_of, at)
    ladder = ladder_for(playbook, priority, team)
    steps: list[Step] = []
    if ladder and clocks.response:
        hours = hours_of(clocks.response.hours)
        steps = steps_of(ladder, at, target=clocks.response.target, hours=hours)
    return [clock for clock in clocks.all if clock.target is not None], ladder.name if ladder else "", steps


def zone_of(playbook: Playbook) -> tzinfo:
    """Return the zone in which this desk reads times: that of its hours, else UTC."""
    desk = playbook.hours.get(DESK)
    return UTC if desk is None or desk.is_always else ZoneInfo(desk.time_zone)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return the form of `playbook explain --json`."""
    verdict, route = explanation.judgement.verdict, explanation.judgement.route
    rule = verdict.rule
    return {
        "language": verdict.language,
        "sentiment": verdict.sentiment.value,
        "priority": verdict.priority,
        "rule": {"name": rule.name, "file": rule.file, "line": rule.line} if rule else None,
        "tags": list(verdict.tags),
        "sensitive": verdict.sensitive,
        "team": explanation.judgement.team,
        "channel": route.channel,
        "route": route.name or None,
        "owner": route.owner,
        "clocks": [_clock_json(clock, explanation.zone) for clock in explanation.clocks],
        "ladder": explanation.ladder or None,
        "pings": [_ping_json(ping, explanation.zone) for ping in explanation.pings],
        "tried": [
            {"set": tried.rule_set, "rule": tried.rule.name, "line": tried.rule.line, "held": tried.held}
            for tried in verdict.tried
        ],
        "playbook": {"name": explanation.playbook.name, "file": explanation.playbook.file or None},
        "at": _moment(explanation.at, explanation.zone),
    }


def _clock_json(clock: Clock, zone: tzinfo) -> dict[str, Any]:
    target_s = int(clock.target.total_seconds()) if clock.target is not None else None
    due_at = _moment(clock.due_at, zone)
    return {"kind": clock.kind.value, "due_at": due_at, "target_s": target_s, "hours": clock.hours}


def _ping_json(ping: Ping, zone: tzinfo) -> dict[str, Any]:
    rung = ping.step.rung
    return {
        "step": ping.step.index + 1,
        "at": _moment(ping.step.at, zone),
        "targets": list(rung.ping),
        "channel": rung.channel or None,
        "text": rung.text or None,
        "on_duty": ping.is_on_duty,
    }


def _moment(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def staff_without_slack(playbook: Playbook) -> Staff:
    """Return the playbook's people as if each group had one member, and each role somebody.

    Shifts and the hours of teams then decide who is on duty, as they do in the running desk.
    """
    groups = {one: Group(one, one, [f"U-{one}"]) for one in _named(playbook) if one.startswith("S")}
    return Staff(playbook, House(supervisors=(_SUPERVISOR,), admins=(_ADMIN,)), Directory(groups=groups))


def duty_of(playbook: Playbook, team: str | None) -> Callable[[Rung, datetime], bool]:
    """Return what tells whether anybody whom a rung would ping is on duty, for cases of this team.

    The case's owner counts as there is one: who takes a case is not known beforehand.
    """
    staff = staff_without_slack(playbook)
    return lambda rung, at: bool(staff.pinged(rung.ping, at, team=team, owner=_OWNER))


def _named(playbook: Playbook) -> Iterator[str]:
    people = playbook.people
    for several in people.roles.values():
        yield from several
    for team in people.teams.values():
        yield from team.members
    for shift in people.shifts:
        yield from shift.who
    for ladder in playbook.escalation.ladders:
        for rung in ladder.rungs:
            yield from rung.ping
