"""Who answers which case when, in a simulated day: the one part of it that is made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from workflows.domain.hours import next_opening
from workflows.domain.playbook import DESK, PRIORITIES, Playbook, hours_named

_RANK = {name: rank for rank, name in enumerate(PRIORITIES)}


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many answer how fast.

    agents  on duty in the desk's hours, or always if it has none; each team whose hours are others has one
            more, for its own cases.
    answer  what one complaint takes; whoever has begun finishes, also after closing time.
    """

    agents: int = 4
    answer: timedelta = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Work:
    """A case that waits for somebody."""

    at: datetime
    priority: str
    team: str | None
    effort: float


@dataclass(frozen=True, slots=True)
class Done:
    """When somebody took a case, and when the customer had the answer."""

    taken_at: datetime
    answered_at: datetime


def staffed(
    playbook: Playbook, works: Sequence[Work], staffing: Staffing, end: datetime
) -> list[Done | None]:
    """Let the staff take these cases, which are in order of time: the most urgent first, then the oldest.

    None stands for a case that nobody has taken by the end.
    """
    return _Day(playbook, works, staffing).worked_off(end) if works else []


class _Day:
    """Cases in queues, and agents by the time at which they look for the next one."""

    def __init__(self, playbook: Playbook, works: Sequence[Work], staffing: Staffing) -> None:
        self._works = works
        self._staffing = staffing
        self._hours = {"": hours_named(playbook, DESK)}
        for name, team in playbook.people.teams.items():
            hours = hours_named(playbook, "team", name)
            if team.hours and hours != self._hours[""]:
                self._hours[name] = hours
        self._queues: dict[str, list[tuple[int, int]]] = {group: [] for group in self._hours}
        self._done: list[Done | None] = [None] * len(works)
        groups = [""] * staffing.agents + [group for group in self._hours if group]
        self._agents = [(works[0].at, index, group) for index, group in enumerate(groups)]
        self._idle: dict[str, list[int]] = {group: [] for group in self._hours}

    def worked_off(self, end: datetime) -> list[Done | None]:
        """Return who was answered when."""
        for number, work in enumerate(self._works):
            self._work_until(min(work.at, end))
            self._come(number)
        self._work_until(end)
        return self._done

    def _come(self, number: int) -> None:
        """Line a case up, and call somebody to it who has nothing to do."""
        work = self._works[number]
        groups = [""] + ([work.team] if work.team and work.team in self._queues else [])
        for group in groups:
            heappush(self._queues[group], (_RANK.get(work.priority, len(_RANK)), number))
            if self._idle[group]:
                heappush(self._agents, (work.at, self._idle[group].pop(), group))

    def _work_until(self, end: datetime) -> None:
        """Let everybody take cases who is free before this moment."""
        while self._agents and self._agents[0][0] < end:
            now, index, group = heappop(self._agents)
            free_at = next_opening(self._hours[group], now)
            if free_at == now:
                number = self._next(self._queues[group])
                if number is None:
                    self._idle[group].append(index)
                    continue
                free_at = now + self._staffing.answer * self._works[number].effort
                self._done[number] = Done(now, free_at)
            if free_at:
                heappush(self._agents, (free_at, index, group))

    def _next(self, queue: list[tuple[int, int]]) -> int | None:
        while queue:
            _, number = heappop(queue)
            if self._done[number] is None:
                return number
        return None
