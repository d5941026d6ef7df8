"""Bring Slack's requests to the desk: signed over HTTP, or as envelopes over Socket Mode.

Both roads carry the same payloads and give back the same Ack. Interactivity and commands are tried once, as
on Slack; events are repeated until somebody takes them or the attempts run out.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from sandbox.slack.workspace import APP_ID, SIGNING_SECRET, Workspace

ACK_WITHIN_S = 3.0
MOST_SOCKETS = 10
_TICKET_LIVES_S = 30.0
_PING_EVERY_S = 10.0
_LEAVES_AFTER_S = 0.5

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back for one delivery. `failure` is empty, or Slack's word for what went wrong."""

    status: int | None
    body: Any
    ms: float
    failure: str = ""
    no_retry: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as control answers show it."""
        return {"status": self.status, "body": self.body, "ms": self.ms}


@dataclass(slots=True, eq=False)
class _Socket:
    """One open WebSocket; `sent` holds the ids of the envelopes it was given."""

    stream: web.WebSocketResponse
    leaving: bool = False
    sent: set[str] = field(default_factory=set)


def sign(body: bytes, timestamp: str, secret: str = SIGNING_SECRET) -> str:
    """Return Slack's `v0` signature of a request body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Delivery:
    """The road to the desk, as the workspace's settings say it runs now."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._session: aiohttp.ClientSession | None = None
        self._sockets: list[_Socket] = []
        self._tickets: dict[str, float] = {}
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        """Acks to come, by envelope id; any socket may bring one, as slack_sdk acks on its newest."""
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """Hold the HTTP client while the app runs (an aiohttp cleanup context)."""
        # A fresh connection each time: an idle one that the desk closes meanwhile would look like a lost ack.
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            self._session = session
            yield
            self.forget()
            for socket in list(self._sockets):
                await socket.stream.close()

    def forget(self) -> None:
        """Give up all repetitions that are still to come."""
        for task in self._running:
            task.cancel()

    def in_background(self, work: Any) -> None:
        """Run a coroutine on; it dies with `forget`."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    @property
    def sockets(self) -> int:
        """How many WebSockets are open."""
        return len(self._sockets)

    async def send(self, kind: str, payload: Payload, *, attempt: int = 0, reason: str = "") -> Ack:
        """Deliver once and wait for the ack, three seconds at most.

        kind     `interactive`, `slash_commands` or `events_api`.
        attempt  0 for the first delivery of an event, then 1, 2, 3 with the `reason` of the failure before.
        """
        began = time.monotonic()
        retry = (attempt, reason) if attempt else None
        if self._workspace.settings.mode == "socket":
            status, body, failure, no_retry = await self._over_socket(kind, payload, retry)
        else:
            status, body, failure, no_retry = await self._over_http(kind, payload, retry)
        return Ack(status, body, round((time.monotonic() - began) * 1000, 1), failure, no_retry)

    async def send_often(
        self, kind: str, payload: Payload, *, deliveries: int = 1, parallel: bool = False
    ) -> list[Ack]:
        """Deliver the very same payload several times, in turn or at once."""
        if parallel:
            return list(await asyncio.gather(*(self.send(kind, payload) for _ in range(deliveries))))
        return [await self.send(kind, payload) for _ in range(deliveries)]

    async def send_event(
        self, envelope: Payload, *, deliveries: int = 1, first_attempt_lost: bool = False
    ) -> list[Ack]:
        """Deliver an event; when the last delivery failed, its repetitions run on in the background.

        first_attempt_lost  the first attempt never reaches the desk; Slack repeats it as after a timeout.
        """
        if first_attempt_lost:
            acks = [Ack(None, "", 0.0, "http_timeout")]
        else:
            acks = await self.send_often("events_api", envelope, deliveries=deliveries)
        if acks[-1].failure and not acks[-1].no_retry:
            self.in_background(self._repeat(envelope, acks[-1].failure))
        return acks

    async def _repeat(self, envelope: Payload, reason: str) -> None:
        for attempt, wait_s in enumerate(self._workspace.settings.event_retry_s, start=1):
            await asyncio.sleep(wait_s)
            ack = await self.send("events_api", envelope, attempt=attempt, reason=reason)
            if not ack.failure or ack.no_retry:
                return
            reason = ack.failure

    async def post_raw(self, body: bytes, headers: dict[str, str]) -> Ack:
        """Post these bytes to the events URL as they are."""
        began = time.monotonic()
        status, text, failure, _ = await self._post(body, headers)
        return Ack(status, text, round((time.monotonic() - began) * 1000, 1), failure)

    async def _over_http(
        self, kind: str, payload: Payload, retry: tuple[int, str] | None
    ) -> tuple[int | None, Any, str, bool]:
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        else:
            form = {"payload": json.dumps(payload)} if kind == "interactive" else payload
            body, content_type = urlencode(form).encode(), "application/x-www-form-urlencoded"
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(body, timestamp),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        return await self._post(body, headers)

    async def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int | None, Any, str, bool]:
        url = self._workspace.settings.events_url
        if url is None or self._session is None:
            return None, "", "connection_failed", False
        timeout = aiohttp.ClientTimeout(total=ACK_WITHIN_S)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                text = await answer.text(errors="replace")
                is_json = answer.content_type == "application/json"
                failure = "" if answer.status == 200 else "http_error"
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                return answer.status, _read_json(text) if is_json else text, failure, no_retry
        except TimeoutError:
            return None, "", "http_timeout", False
        except (aiohttp.ClientError, OSError):
            return None, "", "connection_failed", False

    async def _over_socket(
        self, kind: str, payload: Payload, retry: tuple[int, str] | None
    ) -> tuple[int | None, Any, str, bool]:
        ready = [s for s in self._sockets if not s.leaving] or self._sockets
        if not ready:
            return None, "", "connection_failed", False
        socket = random.choice(ready)  # noqa: S311 - Slack does not say which, so we do not let anyone rely on it
        envelope_id = str(uuid.uuid4())
        envelope: Payload = {"envelope_id": envelope_id, "payload": payload, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0] if retry else 0, "retry_reason": retry[1] if retry else ""}
        ack: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = ack
        socket.sent.add(envelope_id)
        try:
            await socket.stream.send_json(envelope)
            return 200, await asyncio.wait_for(ack, ACK_WITHIN_S), "", False
        except TimeoutError:
            return None, "", "http_timeout", False
        except ConnectionError:
            return None, "", "connection_failed", False
        finally:
            del self._waiting[envelope_id]
            socket.sent.discard(envelope_id)

    def new_ticket(self) -> str:
        """Return a ticket for one WebSocket, good for half a minute."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = time.monotonic()
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Hold one WebSocket of the desk until it ends."""
        born = self._tickets.pop(request.match_info["ticket"], None)
        if born is None or time.monotonic() - born > _TICKET_LIVES_S:
            return web.Response(status=404, text="This ticket is unknown or was used.\n")
        stream = web.WebSocketResponse(heartbeat=_PING_EVERY_S)
        await stream.prepare(request)
        if len(self._sockets) >= MOST_SOCKETS:
            await stream.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await stream.close()
            return stream
        socket = _Socket(stream)
        self._sockets.append(socket)
        self._workspace.changed()
        try:
            await stream.send_json(self._hello())
            async for message in stream:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._take_ack(message.data)
        finally:
            self._sockets.remove(socket)
            if not socket.leaving:
                self._give_up(socket)
            self._workspace.changed()
        return stream

    def _take_ack(self, text: str) -> None:
        message = _read_json(text)
        ack = self._waiting.get(str(message.get("envelope_id"))) if isinstance(message, dict) else None
        if ack is not None and not ack.done():
            ack.set_result(message.get("payload") or "")

    def _give_up(self, socket: _Socket) -> None:
        """Let those who wait for an ack from a socket that broke wait no longer."""
        for envelope_id in socket.sent:
            ack = self._waiting[envelope_id]
            if not ack.done():
                ack.set_exception(ConnectionResetError("the socket closed before the ack"))

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    async def refresh_one(self) -> bool:
        """Ask one WebSocket to leave, as Slack does every few hours; tell whether there was one."""
        socket = next((socket for socket in self._sockets if not socket.leaving), None)
        if socket is None:
            return False
        socket.leaving = True
        with contextlib.suppress(ConnectionError):
            await socket.stream.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "applink-1"}}
            )
        self.in_background(self._close_later(socket))
        return True

    async def _close_later(self, socket: _Socket) -> None:
        await asyncio.sleep(_LEAVES_AFTER_S)
        await socket.stream.close()


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
