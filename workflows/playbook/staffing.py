"""Who answers which case when, in a simulated day: the one part of it that is made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

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
    day = _Day(playbook, works, staffing)
    return day.worked_off(end)


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
        self._come = 0
        self._done: list[Done | None] = [None] * len(works)

    def worked_off(self, end: datetime) -> list[Done | None]:
        """Return who was answered when."""
        start = self._works[0].at
        groups = [""] * self._staffing.agents + [group for group in self._hours if group]
        agents = [(start, index, group) for index, group in enumerate(groups)]
        heapify(agents)
        while agents:
            now, index, group = heappop(agents)
            free_at = self._free_at(now, group)
            if free_at and free_at <= end:
                heappush(agents, (free_at, index, group))
        return self._done

    def _free_at(self, now: datetime, group: str) -> datetime | None:
        """Let one agent take a case, and return when they look again; None: there is no more to do."""
        opens = next_opening(self._hours[group], now)
        if opens is None or opens > now:
            return opens
        while self._come < len(self._works) and self._works[self._come].at <= now:
            self._line_up(self._come)
            self._come += 1
        number = self._next(self._queues[group])
        if number is not None:
            until = now + self._staffing.answer * self._works[number].effort
            self._done[number] = Done(now, until)
            return until
        return self._works[self._come].at if self._come < len(self._works) else None

    def _line_up(self, number: int) -> None:
        work = self._works[number]
        entry = (_RANK.get(work.priority, len(_RANK)), number)
        heappush(self._queues[""], entry)
        if work.team and work.team in self._queues:
            heappush(self._queues[work.team], entry)

    def _next(self, queue: list[tuple[int, int]]) -> int | None:
        while queue:
            _, number = heappop(queue)
            if self._done[number] is None:
                return number
        return None
