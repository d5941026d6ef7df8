"""Answer the desk's calls: the Web API, response URLs and WebSockets; logged, limited, spoilt by faults."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.faults import RESETS, UNANSWERED, Fault, Faults, under_fault
from sandbox.slack import control, directory, messages, payloads, views
from sandbox.slack.blocks import Args, Refused
from sandbox.slack.delivery import Delivery
from sandbox.slack.workspace import (
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    RESPONSE_URL_LIVES_S,
    RESPONSE_URL_USES,
    Message,
    ResponseUrl,
    Workspace,
    now,
)

STARTED_WITH: web.AppKey[dict[str, Any]] = web.AppKey("started_with", dict)
"""`events_url` and `mode` as the command line gave them: what a reset goes back to."""

METHODS = messages.METHODS | directory.METHODS | views.METHODS

_CONNECT = "apps.connections.open"
_NEEDS_NO_TOKEN = {"api.test"}
_JSON_ARGUMENTS = ("blocks", "attachments", "metadata", "view")
_SCOPES = {
    "users.": "users:read",
    "usergroups.": "usergroups:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "conversations.": "channels:read",
    "reactions.": "reactions:write",
    "team.": "team:read",
}
"""The scope that a family of methods needs; what is not here needs `chat:write` or none."""

_RULES = {"chat.postMessage": "post_per_channel", "chat.update": "update"}


def add_routes(app: web.Application, faults: Faults, changed: Callable[[str], None]) -> None:
    """Add Slack's own paths and `/control/slack/...` to the app."""
    workspace = Workspace(lambda: changed("slack"), **app[STARTED_WITH])
    delivery = Delivery(workspace)
    api = _Api(workspace, faults, delivery)
    app.router.add_route("*", "/slack/api/{method}", api.call)
    app.router.add_post("/slack/response/{id}", api.respond)
    app.router.add_get("/slack/socket/{ticket}", delivery.accept)
    control.add_routes(app, workspace, delivery)
    app[RESETS] += [workspace.reset, delivery.forget]
    app.cleanup_ctx.append(delivery.run)


class _Api:
    def __init__(self, workspace: Workspace, faults: Faults, delivery: Delivery) -> None:
        self._workspace = workspace
        self._faults = faults
        self._delivery = delivery

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one Web API call."""
        method = request.match_info["method"]
        try:
            given = await _arguments(request)
        except Refused as error:
            return _refusal(error)
        token = _token(request, given)

        async def work() -> web.StreamResponse:
            try:
                return _answer({"ok": True} | self._carry_out(request, method, token, given))
            except Refused as error:
                return _refusal(error)

        channel = self._workspace.channel_id(str(given.get("channel", "")))
        return await self._logged(request, method, given, channel, work)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one use of a response URL."""
        try:
            given = await _arguments(request)
        except Refused as error:
            return _refusal(error, status=400)
        url = self._workspace.response_urls.get(request.match_info["id"])

        async def work() -> web.StreamResponse:
            try:
                self._use_response_url(url, Args(given))
                return _answer({"ok": True})
            except Refused as error:
                return _refusal(error, status=error.status if error.status != 200 else 400)

        return await self._logged(request, "response_url", given, url.channel if url else "", work)

    async def _logged(
        self, request: web.Request, name: str, given: dict[str, Any], channel: str, work: Any
    ) -> web.StreamResponse:
        fault = self._faults.take("slack", name, channel=channel)
        log = self._workspace.requests
        entry: dict[str, Any] = {"n": len(log) + 1, "at": now(), "method": name, "args": given}
        entry |= {"status": None, "error": None, "fault": fault.action if fault else None}
        log.append(entry)
        answer = await under_fault(request, fault, work, refuse=partial(_refuse_by_fault, name))
        if fault is None or fault.action not in UNANSWERED:
            entry["status"], entry["error"] = answer.status, answer.get("error")
        return answer

    def _carry_out(
        self, request: web.Request, method: str, token: str, given: dict[str, Any]
    ) -> dict[str, Any]:
        known = method in METHODS or method == _CONNECT
        if not known or method in self._workspace.settings.missing_methods:
            raise Refused("unknown_method")
        if method not in _NEEDS_NO_TOKEN:
            _check_token(method, token)
        self._take_room(method, given)
        if method == _CONNECT:
            return {"url": f"ws://{request.host}/slack/socket/{self._delivery.new_ticket()}"}
        answer = METHODS[method](self._workspace, Args(given))
        if self._workspace.settings.own_events:
            self._tell_own(method, answer)
        return answer

    def _tell_own(self, method: str, answer: dict[str, Any]) -> None:
        """Send the events that Slack sends an app about its own messages."""
        if method not in {"chat.postMessage", "chat.update"}:
            return
        channel = self._workspace.channels[answer["channel"]]
        message = channel.messages[answer["ts"]]
        if method == "chat.postMessage":
            event = payloads.message_event(channel, message)
        else:
            event = payloads.message_changed_event(channel, message, self._workspace.next_ts())
        self._delivery.in_background(self._delivery.send_event(payloads.event_envelope(event)))

    def _take_room(self, method: str, given: dict[str, Any]) -> None:
        limits = self._workspace.limits
        rooms = [limits.take(method)]
        if method == "chat.postMessage":
            channel = self._workspace.channel_id(str(given.get("channel", "")))
            rooms.append(limits.take(f"post:{channel}", name=_RULES[method]))
        elif method in _RULES:
            rooms.append(limits.take(_RULES[method]))
        waits = [room.reset_in_seconds for room in rooms if room.refused]
        if waits:
            raise _TooFast(max(1, math.ceil(max(waits))))

    def _use_response_url(self, url: ResponseUrl | None, args: Args) -> None:
        workspace = self._workspace
        if url is None or not workspace.settings.response_urls or url.uses >= RESPONSE_URL_USES:
            raise Refused("expired_url", status=404)
        if time.monotonic() - url.born > RESPONSE_URL_LIVES_S:
            raise Refused("expired_url", status=404)
        if args.flag("delete_original"):
            _delete_original(workspace, url)
        else:
            text, blocks = messages.content(args, 40_000)
            if args.flag("replace_original") and (url.message_ts or url.private_ts):
                _replace_original(workspace, url, text, blocks)
            elif args.text("response_type") == "in_channel":
                message = Message(workspace.next_ts(), url.channel, BOT, text, blocks or [], bot=True)
                message.thread_ts = messages.thread_of(workspace.channels[url.channel], args)
                workspace.add_message(message)
            else:
                thread_ts = args.text("thread_ts") or None
                workspace.show_privately(url.user, url.channel, text, blocks or [], thread_ts)
        url.uses += 1


class _TooFast(Refused):
    """A limit is used up; `wait_s` is the Retry-After."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("ratelimited", status=429)
        self.wait_s = wait_s


def _replace_original(workspace: Workspace, url: ResponseUrl, text: str, blocks: Any) -> None:
    if url.private_ts:
        shown = workspace.find_private(url.private_ts)
        if shown is None:
            raise Refused("message_not_found", status=404)
        shown.text, shown.blocks = text, blocks or []
        workspace.changed()
        return
    message = workspace.channels[url.channel].messages.get(url.message_ts or "")
    if message is None or message.deleted:
        raise Refused("message_not_found", status=404)
    messages.replace_message(workspace, message, text, blocks)


def _delete_original(workspace: Workspace, url: ResponseUrl) -> None:
    if url.private_ts:
        workspace.private = [shown for shown in workspace.private if shown.ts != url.private_ts]
        workspace.changed()
        return
    message = workspace.channels[url.channel].messages.get(url.message_ts or "")
    if message is None:
        raise Refused("message_not_found", status=404)
    workspace.remove_message(message)


def _check_token(method: str, token: str) -> None:
    if not token:
        raise Refused("not_authed")
    if token not in {BOT_TOKEN, APP_TOKEN}:
        raise Refused("invalid_auth")
    if (method == _CONNECT) != (token == APP_TOKEN):
        raise Refused("not_allowed_token_type")


def _token(request: web.Request, given: dict[str, Any]) -> str:
    in_body = given.pop("token", "")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(in_body)


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Return what query, form or JSON body say; JSON that travelled as text is parsed where it can be."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")  # slack_sdk says JSON of its empty bodies too
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        given |= body
    elif request.can_read_body:
        given |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for key in _JSON_ARGUMENTS:
        if isinstance(given.get(key), str) and given[key]:
            try:
                given[key] = json.loads(given[key])
            except ValueError:
                continue
    return given


def _answer(
    body: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    answer = web.json_response(
        body, status=status, headers={"X-Slack-Req-Id": secrets.token_hex(16)} | (headers or {})
    )
    answer["error"] = body.get("error")
    return answer


def _refusal(error: Refused, *, status: int | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error": error.code}
    if error.messages:
        body["response_metadata"] = {"messages": error.messages}
        if error.code == "invalid_blocks":
            body["errors"] = [words.removeprefix("[ERROR] ") for words in error.messages]
    headers = {"Retry-After": str(error.wait_s)} if isinstance(error, _TooFast) else None
    return _answer(body, status=status or error.status, headers=headers)


def _refuse_by_fault(method: str, fault: Fault) -> web.StreamResponse:
    if fault.action == "rate_limit":
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        return _answer({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.action == "token_revoked":
        return _answer({"ok": False, "error": "token_revoked"})
    body: dict[str, Any] = {"ok": False, "error": fault.error or "internal_error"}
    if fault.error == "missing_scope":
        body |= _scopes_without(method)
    return _answer(body, status=fault.status or 200)


def _scopes_without(method: str) -> dict[str, str]:
    """Return what Slack adds to `missing_scope`: the scope that the method needs, and those there are."""
    needed = next((scope for family, scope in _SCOPES.items() if method.startswith(family)), "chat:write")
    there = dict.fromkeys(("chat:write", "commands", *_SCOPES.values()))
    return {"needed": needed, "provided": ",".join(scope for scope in there if scope != needed)}
