"""What every call to the stand-in X passes: signature, rate limits, faults and the request log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from sandbox.faults import UNANSWERED, Fault, Faults, under_fault
from sandbox.limits import Limits, Room, Rule
from sandbox.x.people import BRAND
from sandbox.x.shape import PROBLEMS, REFUSALS, Json, Problem, invalid, plain
from sandbox.x.state import Network, iso

CONSUMER_KEY, CONSUMER_SECRET = "sandbox-consumer-key", "sandbox-consumer-secret"
ACCESS_TOKEN, ACCESS_SECRET = f"{BRAND}-sandbox", "sandbox-access-secret"
BEARER = "sandbox-bearer"

_QUARTER_HOUR, _DAY = 900.0, 86_400.0
LIMITS: dict[str, Rule] = {
    "GET /2/users/me": (75, _QUARTER_HOUR),
    "GET /2/users": (900, _QUARTER_HOUR),
    "GET /2/users/*": (900, _QUARTER_HOUR),
    "GET /2/users/by": (900, _QUARTER_HOUR),
    "GET /2/users/by/username/*": (900, _QUARTER_HOUR),
    "GET /2/users/*/mentions": (300, _QUARTER_HOUR),
    "GET /2/users/*/tweets": (900, _QUARTER_HOUR),
    "GET /2/tweets": (900, _QUARTER_HOUR),
    "GET /2/tweets/*": (900, _QUARTER_HOUR),
    "GET /2/tweets/search/recent": (300, _QUARTER_HOUR),
    "POST /2/tweets": (100, _QUARTER_HOUR),
    "DELETE /2/tweets/*": (50, _QUARTER_HOUR),
    "GET /2/dm_events": (15, _QUARTER_HOUR),
    "GET /2/dm_conversations/with/*/dm_events": (15, _QUARTER_HOUR),
    "GET /2/dm_conversations/*/dm_events": (15, _QUARTER_HOUR),
    "POST /2/dm_conversations/with/*/messages": (15, _QUARTER_HOUR),
    "POST /2/dm_conversations/with/*/messages a day": (1440, _DAY),
    "POST /2/dm_conversations/*/messages": (15, _QUARTER_HOUR),
    "POST /2/dm_conversations/*/messages a day": (1440, _DAY),
    "POST /2/tweets a day": (10_000, _DAY),
}
"""Calls per window and user, by method and path; `*` stands for an id or a name."""

_CLOCK_SKEW_S = 300


@dataclass(slots=True)
class Call:
    """One call that was let in.

    who  `user` when signed with the brand's keys, `app` with the bearer token.
    """

    request: web.Request
    who: str
    query: dict[str, str]
    body: Json


@dataclass(slots=True)
class Entry:
    """One line of the request log; `status` stays None while, and if, nothing was answered."""

    n: int
    at: str
    method: str
    match: str
    args: Json
    status: int | None = None
    error: str | None = None
    fault: str | None = None


Handler = Callable[[Call], tuple[int, Json]]


@dataclass(slots=True)
class Door:
    """Lets calls in or turns them away, and writes down what came."""

    network: Network
    faults: Faults
    limits: Limits = field(default_factory=lambda: Limits(LIMITS))
    log: list[Entry] = field(default_factory=list)
    _rooms: dict[str, Room] = field(default_factory=dict)
    _nonces: dict[str, int] = field(default_factory=dict)

    def forget(self) -> None:
        """Empty the log and put the first limits back."""
        self.log.clear()
        self.limits.reset()
        self._rooms.clear()
        self._nonces.clear()

    def wind(self, offset_s: float) -> None:
        """Follow the desk's clock; windows of the rate limits that have passed by it are open again."""
        passed, self.network.offset_s = offset_s - self.network.offset_s, offset_s
        self.limits.pass_time(passed)
        self._rooms.clear()

    def requests(self, match: str, since: int) -> list[Json]:
        """Return the log's lines after number `since` whose `match` fits this pattern."""
        return [
            {key: getattr(entry, key) for key in Entry.__slots__}
            for entry in self.log
            if entry.n > since and fnmatchcase(entry.match, match)
        ]

    def guard(
        self, rule: str, handler: Handler, *, user_only: bool = False
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return an aiohttp handler that lets a call through to `handler` when all is well.

        rule       the name of its rate limit.
        user_only  the bearer token does not suffice.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            name = f"{request.method} {request.path.removeprefix('/x')}"
            entry = self._note(request, name, raw)
            fault = self.faults.take("x", name)
            entry.fault = fault.action if fault else None

            async def work() -> web.StreamResponse:
                try:
                    who = self._let_in(request, raw, user_only=user_only)
                    self._count(rule, who)
                    status, body = handler(Call(request, who, dict(request.query), _read(request, raw)))
                except Problem as problem:
                    entry.error = str(problem)
                    status, body = problem.status, problem.body
                return _answer(status, body)

            answer = await under_fault(request, fault, work, refuse=lambda hit: self._refuse(rule, hit))
            if fault is None or fault.action not in UNANSWERED:
                entry.status = answer.status
            if not answer.prepared and (fault is None or fault.action != "rate_limit"):
                self._add_headers(answer, rule)
            return answer

        return guarded

    def _note(self, request: web.Request, name: str, raw: bytes) -> Entry:
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = raw.decode(errors="replace")
        args = {**request.query, **body} if isinstance(body, dict) else {"body": body}
        entry = Entry(len(self.log) + 1, iso(self.network.now()), request.method, name, args)
        self.log.append(entry)
        return entry

    def _let_in(self, request: web.Request, raw: bytes, *, user_only: bool) -> str:
        kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "oauth" and self._is_signed(request, credentials, raw):
            return "user"
        if kind.lower() == "bearer" and _same(credentials.strip(), BEARER):
            if user_only:
                raise _unsupported_authentication()
            return "app"
        raise plain(401, "Unauthorized")

    def _is_signed(self, request: web.Request, credentials: str, raw: bytes) -> bool:
        given = read_oauth_header(credentials)
        timestamp, nonce = given.get("oauth_timestamp", ""), given.get("oauth_nonce", "")
        signature = given.pop("oauth_signature", "")
        expected = {
            "oauth_consumer_key": CONSUMER_KEY,
            "oauth_token": ACCESS_TOKEN,
            "oauth_signature_method": "HMAC-SHA1",
        }
        if any(given.get(key) != value for key, value in expected.items()):
            return False
        if given.get("oauth_version", "1.0") != "1.0" or not nonce or not timestamp.isdecimal():
            return False
        now = int(time.time())  # never the wound clock: whoever signs does not know of it
        if abs(now - int(timestamp)) > _CLOCK_SKEW_S or nonce in self._nonces:
            return False
        if not _same(signature, sign(request, given, raw)):
            return False
        self._nonces = {old: at for old, at in self._nonces.items() if now - at <= 2 * _CLOCK_SKEW_S}
        self._nonces[nonce] = int(timestamp)
        return True

    def _count(self, rule: str, who: str) -> None:
        names = [name for name in (rule, f"{rule} a day") if name == rule or name in self.limits.rules()]
        for name in names:
            room = self._rooms[name] = self.limits.take(f"{name} by {who}", name=name)
            if room.refused:
                raise plain(429, "Too Many Requests")

    def _add_headers(self, answer: web.StreamResponse, rule: str) -> None:
        answer.headers["Date"] = format_datetime(self.network.now(), usegmt=True)
        room = self._rooms.get(rule)
        if room is None:  # nothing was counted yet: turned away, or spoilt before the work
            count, seconds = self.limits.rules().get(rule, [10**9, 0.0])
            room = Room(int(count), int(count), seconds, refused=False)
        self._put_room(answer, room)
        if day := self._rooms.get(f"{rule} a day"):
            self._put_room(answer, day, "x-user-limit-24hour")

    def _put_room(self, answer: web.StreamResponse, room: Room, name: str = "x-rate-limit") -> None:
        reset = self.network.now() + timedelta(seconds=room.reset_in_seconds)
        answer.headers[f"{name}-limit"] = str(room.limit)
        answer.headers[f"{name}-remaining"] = str(room.remaining)
        answer.headers[f"{name}-reset"] = str(math.ceil(reset.timestamp()))

    def _refuse(self, rule: str, fault: Fault) -> web.StreamResponse:
        if fault.action == "token_revoked":
            return _answer(401, plain(401, "Unauthorized").body)
        if fault.action != "rate_limit":
            problem = _problem_of(fault)
            return _answer(problem.status, problem.body)
        answer = _answer(429, plain(429, "Too Many Requests").body)
        if fault.retry_after is not None:
            limit = int(self.limits.rules().get(rule, [100])[0])
            self._put_room(answer, Room(limit, 0, fault.retry_after, refused=True))
        return answer


def _answer(status: int, body: Json) -> web.Response:
    kind = "application/problem+json" if "type" in body else "application/json"
    return web.json_response(body, status=status, content_type=kind)


def read_oauth_header(credentials: str) -> dict[str, str]:
    """Return the parameters of an `Authorization: OAuth` header, decoded; `realm` is not one of them."""
    given: dict[str, str] = {}
    for part in credentials.split(","):
        name, _, value = part.strip().partition("=")
        given[unquote(name)] = unquote(value.strip('"'))
    given.pop("realm", None)
    return given


def sign(request: web.Request, oauth: dict[str, str], raw: bytes) -> str:
    """Return the HMAC-SHA1 signature that the call must bear (RFC 5849, 3.4), over the URL as it was sent."""
    path, _, query = request.raw_path.partition("?")
    pairs = [*parse_qsl(query, keep_blank_values=True), *oauth.items()]
    if request.content_type == "application/x-www-form-urlencoded":
        pairs += parse_qsl(raw.decode(), keep_blank_values=True)
    encoded = sorted((_encode(name), _encode(value)) for name, value in pairs)
    host = request.host.lower().removesuffix(":80" if request.scheme == "http" else ":443")
    base = "&".join(
        _encode(part)
        for part in (
            request.method.upper(),
            f"{request.scheme}://{host}{path}",
            "&".join(f"{name}={value}" for name, value in encoded),
        )
    )
    key = f"{_encode(CONSUMER_SECRET)}&{_encode(ACCESS_SECRET)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def _encode(text: str) -> str:
    return quote(text, safe="-._~", errors="replace")


def _read(request: web.Request, raw: bytes) -> Json:
    if request.method != "POST":
        return {}
    if request.content_type != "application/json":
        message = "Requests with bodies must have content-type of application/json."
        raise invalid("Content-Type", request.content_type, message)
    try:
        body: Any = json.loads(raw)
    except ValueError:
        raise invalid("$", "", "$: the body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("$", body, "$: object expected")
    return body


def _unsupported_authentication() -> Problem:
    return Problem(
        403,
        {
            "title": "Unsupported Authentication",
            "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  "
            "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            "type": PROBLEMS + "unsupported-authentication",
            "status": 403,
        },
    )


def _problem_of(fault: Fault) -> Problem:
    """Return the problem of an `error` fault: a JSON object as it is, or the one that X has by that name."""
    problem: Any = fault.problem
    if isinstance(problem, dict):
        return Problem(fault.status or int(problem.get("status", 403)), problem)
    known = REFUSALS.get(problem)
    if known is not None:
        return (
            known if fault.status is None else Problem(fault.status, {**known.body, "status": fault.status})
        )
    status = fault.status or 403
    body = plain(status, "Forbidden" if status == 403 else "Error", fault.error).body
    return Problem(status, body if problem is None else {**body, "type": PROBLEMS + problem})
