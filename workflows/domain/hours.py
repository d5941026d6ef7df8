"""Working time: what a team's hours let count between two moments.

A moment is open when the clock on the wall then shows a time that lies in a span. So an hour that the wall
clock skips in spring counts nothing, and one that it shows twice in autumn counts twice. A span that crosses
midnight belongs to the day on which it starts: if that is a holiday, the whole span is off.

All moments that come back are in UTC. Those that go in may be in any zone, but must have one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from workflows.domain.playbook import Hours

_DAY = timedelta(days=1)
_MIDNIGHT = time(tzinfo=UTC)
_NOTHING = timedelta()
_HORIZON = timedelta(days=5 * 366)
_MOST_HOURS = 64
_MOST_DAYS = 2048  # more than the horizon, so that looking ahead does not throw away what it found

_Piece = tuple[datetime, datetime]
_Frozen = tuple[str, tuple[tuple[int, int, int], ...], str, str, frozenset[date], frozenset[date]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time that is open or closed throughout.

    why      "open", "closed", or "holiday" for what would be open if the day were not off.
    holiday  its name; "" for a date that the playbook itself closes.
    """

    start: datetime
    end: datetime
    is_open: bool
    why: str
    holiday: str = ""


def is_open(hours: Hours, at: datetime) -> bool:
    """Return whether this moment counts; the moment of closing does not."""
    at = _utc(at)
    return hours.is_always or any(
        start <= at < end for start, end in _calendar(hours).day(at.toordinal()).pieces
    )


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return the open time from `start` until before `end`; none if that is not later."""
    start, end = _utc(start), _utc(end)
    if end <= start:
        return _NOTHING
    if hours.is_always:
        return end - start
    calendar = _calendar(hours)
    first, last = start.toordinal(), end.toordinal()
    total = _NOTHING
    for number in range(first, last + 1):
        day = calendar.day(number)
        total += day.total if first < number < last else _overlap(day.pieces, start, end)
    return total


def moment_after(hours: Hours, start: datetime, span: timedelta) -> datetime | None:
    """Return the first moment by which `span` of open time has passed since `start`.

    That is closing time, not the next opening, when the span ends with the day. None if it takes more than
    five years, as with hours that are never open.
    """
    start = _utc(start)
    if hours.is_always or span <= _NOTHING:
        return start + max(span, _NOTHING)
    left = span
    for opens, closes in _pieces_from(hours, start):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    return None


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return when it opens next: `at` itself if it is open then, None if not within five years."""
    at = _utc(at)
    if hours.is_always:
        return at
    for opens, _ in _pieces_from(hours, at):
        return max(opens, at)
    return None


def stretches(hours: Hours, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Cut the time from `start` until before `end` into what is open and what is closed, and say why."""
    start, end = _utc(start), _utc(end)
    if end <= start:
        return
    if hours.is_always:
        yield Stretch(start, end, True, "open")
        return
    held: Stretch | None = None
    for piece in _cut(hours, start, end):
        if held and (held.why, held.holiday) == (piece.why, piece.holiday):
            held = Stretch(held.start, piece.end, held.is_open, held.why, held.holiday)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC)


def _midnight(number: int) -> datetime:
    return datetime.combine(date.fromordinal(number), _MIDNIGHT)


def _overlap(pieces: Iterable[_Piece], start: datetime, end: datetime) -> timedelta:
    total = _NOTHING
    for opens, closes in pieces:
        begin, stop = max(opens, start), min(closes, end)
        if begin < stop:
            total += stop - begin
    return total


def _pieces_from(hours: Hours, start: datetime) -> Iterator[_Piece]:
    """Yield what is open and ends after `start`, until five years later."""
    calendar = _calendar(hours)
    if calendar.never_opens:
        return
    first = start.toordinal()
    for number in range(first, first + _HORIZON.days):
        for piece in calendar.day(number).pieces:
            if piece[1] > start:
                yield piece


def _cut(hours: Hours, start: datetime, end: datetime) -> Iterator[Stretch]:
    calendar = _calendar(hours)
    for number in range(start.toordinal(), end.toordinal() + 1):
        day = calendar.day(number)
        midnight = _midnight(number)
        begin, stop = max(midnight, start), min(midnight + _DAY, end)
        ends = [edge for piece in day.pieces for edge in piece]
        ends += [edge for opens, closes, _ in day.off for edge in (opens, closes)]
        edges = sorted({begin, stop, *(edge for edge in ends if begin < edge < stop)})
        for left, right in pairwise(edges):
            yield day.stretch(left, right)


# --- the calendar of one team: which moments are open, one UTC day at a time


@dataclass(frozen=True, slots=True)
class _Day:
    """What is open on one UTC day, apart and in order, and what a holiday takes away."""

    pieces: tuple[_Piece, ...]
    off: tuple[tuple[datetime, datetime, str], ...]
    total: timedelta

    def stretch(self, start: datetime, end: datetime) -> Stretch:
        """Say what this piece of the day is, which holds no change."""
        if any(opens <= start < closes for opens, closes in self.pieces):
            return Stretch(start, end, True, "open")
        for opens, closes, name in self.off:
            if opens <= start < closes:
                return Stretch(start, end, False, "holiday", name)
        return Stretch(start, end, False, "closed")


class _Calendar:
    """Works out days when they are asked for, and keeps them.

    Days are UTC's, not the zone's: a local day may have 23 or 25 hours, be missing, or come back.
    """

    def __init__(self, frozen: _Frozen) -> None:
        zone, spans, self._country, self._subdivision, self._closed, self._open_on = frozen
        self._zone = ZoneInfo(zone)
        self._spans: dict[int, list[tuple[timedelta, timedelta]]] = {}
        for weekday, start, end in spans:
            pair = (timedelta(minutes=start), timedelta(minutes=end))
            self._spans.setdefault(weekday, []).append(pair)
        self._days: dict[int, _Day] = {}
        self._crosses_midnight = any(end > 1440 for _, _, end in spans)
        self.never_opens = not spans

    def day(self, number: int) -> _Day:
        """Return the UTC day with this ordinal."""
        known = self._days.get(number)
        if known is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            known = self._days[number] = self._work_out(number)
        return known

    def _work_out(self, number: int) -> _Day:
        pieces: list[_Piece] = []
        off: list[tuple[datetime, datetime, str]] = []
        for start, end, offset in self._steady(_midnight(number)):
            for opens, closes, name in self._on_the_wall(start + offset, end + offset):
                begin, stop = max(opens - offset, start), min(closes - offset, end)
                if name is None:
                    pieces.append((begin, stop))
                else:
                    off.append((begin, stop, name))
        merged = _merge(pieces)
        return _Day(merged, tuple(off), sum((stop - begin for begin, stop in merged), _NOTHING))

    def _steady(self, midnight: datetime) -> list[tuple[datetime, datetime, timedelta]]:
        """Cut the UTC day where the zone moves its clocks: start, end and offset of each part."""
        end = midnight + _DAY
        before, after = self._offset(midnight), self._offset(end)
        if before == after:
            return [(midnight, end, before)]
        low, high = 0, 86_400  # the offset is the old one at `low`, the new one at `high`
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(midnight + timedelta(seconds=middle)) == before:
                low = middle
            else:
                high = middle
        change = midnight + timedelta(seconds=high)
        return [part for part in ((midnight, change, before), (change, end, after)) if part[0] < part[1]]

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or _NOTHING

    def _on_the_wall(self, low: datetime, high: datetime) -> Iterator[tuple[datetime, datetime, str | None]]:
        """Yield the spans that touch this time of the wall clock, with the name of the holiday if off.

        What the wall shows is written as if it were UTC, here and where it is asked for.
        """
        day = low.date() - _DAY if self._crosses_midnight else low.date()
        while day <= high.date():
            spans = self._spans.get(day.weekday())
            if spans:
                name = self._day_off(day)
                midnight = datetime.combine(day, _MIDNIGHT)
                for start, end in spans:
                    if midnight + start < high and midnight + end > low:
                        yield midnight + start, midnight + end, name
            day += _DAY

    def _day_off(self, day: date) -> str | None:
        """Return the name of the holiday; "" if the playbook closes this date; None if it is worked."""
        if day in self._closed:
            return ""
        if day in self._open_on or not self._country:
            return None
        return public_holidays(self._country, self._subdivision, day.year).get(day)


def _merge(pieces: list[_Piece]) -> tuple[_Piece, ...]:
    merged: list[_Piece] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


# Hours hold a mapping and cannot be hashed. An entry keeps its Hours alive, so that its id stays its own.
_by_id: dict[int, tuple[Hours, _Calendar]] = {}


def _calendar(hours: Hours) -> _Calendar:
    entry = _by_id.get(id(hours))
    if entry:
        return entry[1]
    spans = sorted(
        (weekday, span.start, span.end if span.end > span.start else span.end + 1440)
        for weekday, several in hours.days.items()
        for span in several
    )
    calendar = _calendar_of(
        (hours.time_zone, tuple(spans), hours.country, hours.subdivision, hours.closed, hours.open_on)
    )
    if len(_by_id) >= _MOST_HOURS:
        _by_id.clear()
    _by_id[id(hours)] = (hours, calendar)
    return calendar


@lru_cache(maxsize=_MOST_HOURS)
def _calendar_of(frozen: _Frozen) -> _Calendar:
    return _Calendar(frozen)


@lru_cache(maxsize=256)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """Return the public holidays of a country (ISO 3166-1) and their English names.

    A subdivision that is not known gives those of the whole country, a country that is not known gives none:
    a running desk must not stop for it.
    """
    import holidays  # noqa: PLC0415  takes a fifth of a second, and most hours name no country

    for narrower in (subdivision or None, None):
        try:
            return dict(holidays.country_holidays(country, subdiv=narrower, years=year, language="en_US"))
        except NotImplementedError:
            continue
    return {}
