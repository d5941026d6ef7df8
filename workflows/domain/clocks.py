"""SLA clocks: how long a customer waits, worked out from what happened to the case and nothing else.

Happenings count in the order in which they are given, which is that of the case's history: an answer answers
what stands before it. Only a customer's post may carry an earlier time than what stands before it (it
reached us late); it then moves the start of what runs, never a clock that has stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.domain.hours import moment_after, stretches, worked
from workflows.domain.playbook import ClockKind, Hours, Priority

HoursOf = Callable[[str], Hours]


class What(StrEnum):
    """What happened to a case, as far as clocks care."""

    WROTE = "wrote"  # a customer's post that wants an answer
    THANKED = "thanked"  # a customer's post that wants none: it starts and stops nothing
    ANSWERED = "answered"  # a person's answer went out
    CLAIMED = "claimed"
    RELEASED = "released"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    PRIORITY = "priority"
    GONE = (
        "gone"  # a customer's post is not there any more, or cannot be answered at all: nobody waits for it
    )
    BACK = "back"  # it is there again


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    at        of WROTE: since when the customer waits.
    priority  of PRIORITY: the new one.
    post      of WROTE, GONE and BACK: the post's id; GONE without one is about all that were written.
    """

    at: datetime
    what: What
    priority: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A part of a clock's time that counted throughout, or did not.

    end      None for the part that goes on now.
    why      waiting_for_us or not_claimed for what counts; waiting_for_customer, closed or holiday.
    holiday  the holiday's name, if it has one.
    """

    start: datetime
    end: datetime | None
    counts: bool
    why: str
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one segment: a case has a new segment each time that it is re-opened.

    target      None: counted, but without a limit.
    hours       the name that the priority gives: "team", "always" or that of hours.
    due_at      None while it is paused, once it has stopped, without a target, or if the hours never open.
    spent       what counted until it stopped, or until now.
    is_late     it went on after the moment at which it was due.
    post        the post that started it, if one did.
    pauses      when it waited for the customer; the last may have no end yet.
    is_void     it stopped because all that was waited for is gone: nobody was answered.
    """

    kind: ClockKind
    segment: int
    started_at: datetime
    target: timedelta | None
    hours: str
    due_at: datetime | None
    stopped_at: datetime | None
    spent: timedelta
    is_late: bool
    post: str = ""
    pauses: Sequence[tuple[datetime, datetime | None]] = ()
    is_void: bool = False

    @property
    def is_paused(self) -> bool:
        """Whether it waits for the customer."""
        return self.stopped_at is None and bool(self.pauses) and self.pauses[-1][1] is None

    @property
    def is_running(self) -> bool:
        """Whether it counts, as far as the hours let it: neither stopped nor paused."""
        return self.stopped_at is None and not self.is_paused


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of a case, in the order in which they began to be kept.

    waiting_since  T0: the oldest post that nobody has answered; None when nobody waits or it is resolved.
    response       the first or next response clock that runs.
    """

    all: Sequence[Clock]
    waiting_since: datetime | None
    response: Clock | None

    @property
    def running(self) -> list[Clock]:
        """Return those that count now."""
        return [clock for clock in self.all if clock.is_running]

    @property
    def next_due(self) -> Clock | None:
        """Return the running clock that is due first, which may be late already."""
        due = [(clock.due_at, index) for index, clock in enumerate(self.all) if clock.due_at]
        return self.all[min(due)[1]] if due else None


def clocks_of(
    happenings: Sequence[Happening],
    priorities: Mapping[str, Priority],
    priority: str,
    hours_of: HoursOf,
    now: datetime,
) -> Clocks:
    """Work out a case's clocks.

    priority   the one with which the case was opened.
    hours_of   gives the hours of the name in a priority, "team" and "always" included.
    """
    replay = _Replay(priority)
    for happening in happenings:
        replay.take(happening)
    figures = [_figure(track, priorities, replay.priority, hours_of, now) for track in replay.tracks]
    response = figures[replay.tracks.index(replay.response)] if replay.response else None
    return Clocks(figures, response.started_at if response else None, response)


def intervals_of(clock: Clock, hours_of: HoursOf, now: datetime) -> list[Interval]:
    """Say which time of a clock counted and which did not, and why; what counts adds up to `clock.spent`."""
    hours = hours_of(clock.hours)
    counted = "not_claimed" if clock.kind is ClockKind.TIME_TO_CLAIM else "waiting_for_us"
    parts: list[Interval] = []
    end = clock.stopped_at or now
    begin = clock.started_at
    for pause, resumed in (*clock.pauses, (end, end)):
        for piece in stretches(hours, begin, min(pause, end)):
            why = counted if piece.is_open else piece.why
            parts.append(Interval(piece.start, piece.end, piece.is_open, why, piece.holiday))
        begin = resumed or end
        if pause < min(begin, end):
            parts.append(Interval(pause, min(begin, end), False, "waiting_for_customer"))
    if parts and clock.stopped_at is None:
        last = parts[-1]
        parts[-1] = Interval(last.start, None, last.counts, last.why, last.holiday)
    return parts


# --- replaying the history


@dataclass(slots=True, eq=False)
class _Track:
    """A clock while the history is replayed. The priority is noted when it stops: later ones pass it by."""

    kind: ClockKind
    segment: int
    started_at: datetime
    post: str = ""
    stopped_at: datetime | None = None
    priority: str = ""
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    is_void: bool = False

    def begin_at(self, happening: Happening) -> None:
        """Let the clock begin with this post, if it is the earlier one."""
        if happening.at < self.started_at:
            self.started_at, self.post = happening.at, happening.post

    def pause(self, at: datetime) -> None:
        """Begin to wait for the customer, unless it does so already."""
        earliest = self.pauses[-1][1] if self.pauses else self.started_at
        if earliest is not None:
            self.pauses.append((max(at, earliest), None))

    def resume(self, at: datetime) -> None:
        """End the pause; a post that reached us late may end it earlier than was thought."""
        if self.pauses:
            start, end = self.pauses[-1]
            self.pauses[-1] = (start, max(start, min(at, end or at)))


class _Replay:
    """The state of a case's clocks between two happenings."""

    def __init__(self, priority: str) -> None:
        self.tracks: list[_Track] = []
        self.priority = priority
        self.response: _Track | None = None
        self._resolution: _Track | None = None
        self._claim: _Track | None = None
        self._segment = 1
        self._is_resolved = False
        self._is_held = False
        self._has_answer = False  # in this segment
        self._has_response = False  # the segment's first response clock was started
        self._to_resolved: Happening | None = None  # the oldest post that may be about to re-open the case
        self._waiting: set[str] = set()  # posts that nobody has answered
        self._gone: set[str] = set()  # those among them that are not there

    def take(self, happening: Happening) -> None:
        """Let this happen."""
        match happening.what:
            case What.THANKED:
                return
            case What.PRIORITY:
                self.priority = happening.priority
                return
            case What.WROTE:
                self._wrote(happening)
                return
            case What.GONE | What.BACK:
                self._lost_or_found(happening)
                return
            case What.REOPENED:
                self._reopened(happening)
            case What.RESOLVED:
                self._resolved(happening.at)
            case _:
                self._handled(happening)
        self._to_resolved = None

    def _wrote(self, post: Happening) -> None:
        self._waiting.add(post.post)
        if self._is_resolved:
            if self._to_resolved is None or post.at < self._to_resolved.at:
                self._to_resolved = post
            return
        if self._resolution is None:
            self._start_segment(post)
        elif not self._has_answer:
            self._resolution.begin_at(post)
            if self._claim:
                self._claim.begin_at(post)
        else:
            self._resolution.resume(post.at)
        self._await_response(post)

    def _lost_or_found(self, happening: Happening) -> None:
        """Note that a post is gone or back; with the last that waited, the customer waits no more."""
        if happening.what is What.BACK:
            if happening.post in self._gone:
                self._gone.discard(happening.post)
                self._wrote(happening)
            return
        self._gone |= self._waiting & {happening.post} if happening.post else self._waiting
        if self.response and self._waiting <= self._gone:
            self.response.is_void = True
            self._stop_waiting(happening.at)

    def _await_response(self, post: Happening) -> None:
        if self.response:
            self.response.begin_at(post)
            return
        kind = ClockKind.NEXT_RESPONSE if self._has_response else ClockKind.FIRST_RESPONSE
        self._has_response = True
        self.response = self._start(kind, post)

    def _reopened(self, happening: Happening) -> None:
        if not self._is_resolved:
            return
        self._is_resolved = False
        self._segment += 1
        post = self._to_resolved
        self._start_segment(post or happening)
        if post:
            self._await_response(post)

    def _start_segment(self, by: Happening) -> None:
        self._has_answer = self._has_response = False
        self._resolution = self._start(ClockKind.RESOLUTION, by)
        self._claim = None if self._is_held else self._start(ClockKind.TIME_TO_CLAIM, by)

    def _handled(self, happening: Happening) -> None:
        if happening.what is What.RELEASED:
            self._is_held = False
            return
        if happening.what is What.CLAIMED:
            self._stop(self._claim, happening.at)
            self._claim = None
            self._is_held = True
            return
        self._stop_waiting(happening.at)
        self._forget_posts()

    def _stop_waiting(self, at: datetime) -> None:
        """Let the clocks stop or pause, as nobody waits for us."""
        for track in (self._claim, self.response):
            self._stop(track, at)
        self._claim = self.response = None
        self._has_answer = True
        if self._resolution:
            self._resolution.pause(at)

    def _forget_posts(self) -> None:
        self._waiting, self._gone = set(), set()

    def _resolved(self, at: datetime) -> None:
        self._forget_posts()
        for track in (self.response, self._claim, self._resolution):
            self._stop(track, at)
        self.response = self._claim = self._resolution = None
        self._is_resolved = True

    def _start(self, kind: ClockKind, by: Happening) -> _Track:
        self.tracks.append(_Track(kind, self._segment, by.at, by.post))
        return self.tracks[-1]

    def _stop(self, track: _Track | None, at: datetime) -> None:
        if track:
            if track.pauses and track.pauses[-1][1] is None:
                track.resume(at)
            track.stopped_at = max(at, track.started_at)
            track.priority = self.priority


def _figure(
    track: _Track, priorities: Mapping[str, Priority], now_priority: str, hours_of: HoursOf, now: datetime
) -> Clock:
    name = now_priority if track.stopped_at is None else track.priority
    priority = priorities.get(name) or Priority(name, {})
    target = priority.targets.get(track.kind)
    end = track.stopped_at or now
    spans = _counted(track, end)
    hours = hours_of(priority.hours)
    spent = sum((worked(hours, start, stop) for start, stop in spans), timedelta())
    due_at = _due(hours, spans, target)
    clock = Clock(
        track.kind,
        track.segment,
        track.started_at,
        target,
        priority.hours,
        due_at,
        track.stopped_at,
        spent,
        due_at is not None and due_at < spans[-1][1],
        track.post,
        tuple((start, stop) for start, stop in track.pauses if start != stop),
        track.is_void,
    )
    return clock if clock.is_running else replace(clock, due_at=None)


def _counted(track: _Track, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return what is left of the clock's time until `end` without its pauses; the last part may be empty."""
    spans = []
    begin = track.started_at
    for start, stop in track.pauses:
        spans.append((begin, min(start, end)))
        if stop is None:
            return spans
        begin = stop
    return [*spans, (begin, end)]


def _due(
    hours: Hours, spans: Sequence[tuple[datetime, datetime]], target: timedelta | None
) -> datetime | None:
    """Return the moment at which the target is spent, be it past or still to come after the last span.

    A pause that begins just then comes first: the moment is then where the clock goes on.
    """
    if target is None:
        return None
    left = target
    for start, end in spans[:-1]:
        moment = moment_after(hours, start, left)
        if moment and moment < end:
            return moment
        left -= worked(hours, start, end)
    return moment_after(hours, spans[-1][0], left)
