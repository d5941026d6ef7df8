"""Let tests spoil answers of the stand-ins on purpose: late, lost, garbled or refused.

A fault lies in wait for calls of one side (`slack` or `x`) whose name matches a shell-style pattern.
The table of actions is in docs/sandbox.md. The keys below are how both sides hang on to the one app.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from aiohttp import web

RESETS: web.AppKey[list[Callable[[], None]]] = web.AppKey("resets", list)
"""What `POST /control/reset` calls: each side adds the function that empties it to its seed."""

WOUND: web.AppKey[list[Callable[[float], None]]] = web.AppKey("wound", list)
"""What hears of a wound clock: each is called with the new offset in seconds."""

ACTIONS = {
    "delay": ("seconds",),
    "hang_after": ("seconds",),
    "status": ("status",),
    "status_after": ("status",),
    "drop_before": (),
    "drop_after": (),
    "garbage_after": (),
    "empty_after": (),
    "error": (),
    "error_after": (),
    "slow_body": (),
    "rate_limit": (),
    "token_revoked": (),
}
"""Each action and the keys that it cannot do without."""

AFTER_THE_WORK = frozenset(
    {"hang_after", "status_after", "drop_after", "garbage_after", "empty_after", "error_after"}
)
UNANSWERED = frozenset({"hang_after", "drop_before", "drop_after"})
"""Actions whose caller gets no answer at all."""

_REFUSALS = frozenset({"error", "error_after", "rate_limit", "token_revoked"})
_SECONDS_PER_BYTE = 0.05


class NotThere(LookupError):
    """A control call names something that does not exist; its text becomes the body of the 404."""


@dataclass(slots=True)
class Fault:
    """One thing that shall go wrong, as docs/sandbox.md describes its keys.

    times  how many more calls it touches; None: all until it is ended.
    """

    id: int
    side: str
    match: str
    action: str
    channel: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    status: int | None = None
    retry_after: float | None = None
    body: Any = None
    error: str | None = None
    problem: str | None = None


class Faults:
    """The faults that are lying in wait, in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: dict[int, Fault] = {}
        self._last_id = 0
        self._dice = random.Random()  # noqa: S311 - chance, not a secret

    def add(self, spec: dict[str, Any]) -> int:
        """Add the fault that `spec` describes and return its id; raise ValueError when it makes no sense."""
        _check(spec)
        self._last_id += 1
        self._waiting[self._last_id] = Fault(id=self._last_id, **spec)
        return self._last_id

    def clear(self, fault_id: int | None = None) -> None:
        """End one fault, or all of them; raise NotThere when that one is not waiting."""
        if fault_id is None:
            self._waiting.clear()
        elif self._waiting.pop(fault_id, None) is None:
            raise NotThere(f"no fault {fault_id} is waiting")

    def left(self) -> list[dict[str, Any]]:
        """Return the faults that are still waiting, without the keys they do not use."""
        return [
            {key: value for key, value in asdict(fault).items() if value is not None}
            for fault in self._waiting.values()
        ]

    def seed(self, number: int) -> None:
        """Fix the dice, so that faults with a `probability` fall the same way again."""
        self._dice.seed(number)

    def take(self, side: str, name: str, *, channel: str | None = None) -> Fault | None:
        """Return the first fault that hits this call, and count it as used; None when the call is spared."""
        for fault in self._waiting.values():
            if fault.side != side or not fnmatchcase(name, fault.match):
                continue
            if fault.channel is not None and fault.channel != channel:
                continue
            if fault.probability < 1 and self._dice.random() >= fault.probability:
                continue
            self._use(fault)
            return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times < 1:
            del self._waiting[fault.id]


def _check(spec: dict[str, Any]) -> None:
    known = set(Fault.__dataclass_fields__) - {"id"}
    if unknown := set(spec) - known:
        raise ValueError(f"a fault has no key {', '.join(sorted(unknown))}; it may have {sorted(known)}")
    if spec.get("side") not in {"slack", "x"}:
        raise ValueError(f"side must be slack or x, not {spec.get('side')!r}")
    if not isinstance(spec.get("match"), str) or not spec["match"]:
        raise ValueError("match must be a pattern such as chat.* or POST /2/tweets")
    action = spec.get("action")
    if action not in ACTIONS:
        raise ValueError(f"action must be one of {', '.join(ACTIONS)}, not {action!r}")
    for key in ACTIONS[action]:
        if spec.get(key) is None:
            raise ValueError(f"{action} needs {key}")
    _check_numbers(spec)


def _check_numbers(spec: dict[str, Any]) -> None:
    ranges = {
        "times": (1, 10**9, int),
        "probability": (0, 1, (int, float)),
        "seconds": (0, 3600, (int, float)),
        "status": (200, 599, int),
        "retry_after": (0, 86_400, (int, float)),
    }
    for key, (least, most, kind) in ranges.items():
        value = spec.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, kind) or not least <= value <= most:  # type: ignore[arg-type]
            raise ValueError(f"{key} must be a number from {least} to {most}, not {value!r}")


async def under_fault(
    request: web.Request,
    fault: Fault | None,
    work: Callable[[], Awaitable[web.StreamResponse]],
    *,
    refuse: Callable[[Fault], web.StreamResponse],
) -> web.StreamResponse:
    """Answer `request` by `work`, spoilt as `fault` says.

    work    does what was asked and returns the right answer; not called at all by faults that come before it.
    refuse  builds the side's own refusal for `error`, `error_after`, `rate_limit` and `token_revoked`.
    """
    if fault is None:
        return await work()
    if fault.action == "delay":
        await asyncio.sleep(fault.seconds)
        return await work()
    if fault.action == "slow_body":
        return await _drip(request, await work())
    if fault.action in AFTER_THE_WORK:
        await work()
    if fault.action == "hang_after":
        await asyncio.sleep(fault.seconds)
    if fault.action in UNANSWERED:
        return _drop(request)
    if fault.action in _REFUSALS:
        return refuse(fault)
    return _spoilt(fault)


def _spoilt(fault: Fault) -> web.Response:
    if fault.action == "garbage_after":
        return web.Response(text="<html><body><h1>Bad gateway</h1></body></html>", content_type="text/html")
    if fault.action == "empty_after":
        return web.Response(body=b"")
    status = fault.status or 500
    body = fault.body if fault.body is not None else {"status": status, "title": HTTPStatus(status).phrase}
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    if isinstance(body, str):
        return web.Response(status=status, text=body, headers=headers)
    return web.Response(
        status=status, text=json.dumps(body), content_type="application/json", headers=headers
    )


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere: aiohttp notices that the client has gone


async def _drip(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    whole = answer.body if isinstance(answer, web.Response) else None
    if not isinstance(whole, bytes | bytearray):
        return answer
    slow = web.StreamResponse(status=answer.status)
    slow.content_type = answer.content_type
    slow.content_length = len(whole)
    await slow.prepare(request)
    for at in range(len(whole)):
        await slow.write(bytes(whole[at : at + 1]))
        await asyncio.sleep(_SECONDS_PER_BYTE)
    await slow.write_eof()
    return slow
