"""The control API of the stand-in Slack: what people do there, and what is to be seen (docs/sandbox.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.faults import NotThere
from sandbox.slack import payloads
from sandbox.slack.blocks import Refused, check_message_blocks, elements, with_ids
from sandbox.slack.delivery import ACK_WITHIN_S, Ack, Delivery
from sandbox.slack.views import (
    STATEFUL,
    answer_submission,
    choose,
    close_top,
    find_element,
    unfilled,
)
from sandbox.slack.workspace import (
    BOT,
    Channel,
    Message,
    Person,
    Private,
    View,
    Workspace,
    check_group,
    check_settings,
)

Body = dict[str, Any]


def add_routes(app: web.Application, workspace: Workspace, delivery: Delivery) -> None:
    """Add `/control/slack/...` to the app."""
    control = _Control(workspace, delivery)
    posts: dict[str, Callable[[web.Request, Body], Awaitable[Body]]] = {
        "settings": control.settings,
        "click": control.click,
        "view_action": control.view_action,
        "submit": control.submit,
        "close": control.close,
        "message": control.message,
        "command": control.command,
        "home": control.home,
        "delete_message": control.delete_message,
        "channel": control.channel,
        "usergroup": control.usergroup,
        "raw": control.raw,
        "refresh_sockets": control.refresh_sockets,
    }
    for name, act in posts.items():
        app.router.add_post(f"/control/slack/{name}", _handler(act))
    app.router.add_get("/control/slack/state", control.state)
    app.router.add_get("/control/slack/requests", control.requests)


def _handler(
    act: Callable[[web.Request, Body], Awaitable[Body]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as 400
        return web.json_response(await act(request, body))

    return handle


def _need(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be a text")
    return value


def _count(body: Body) -> int:
    deliveries = body.get("deliveries", 1)
    if isinstance(deliveries, bool) or not isinstance(deliveries, int) or not 1 <= deliveries <= 100:
        raise ValueError(f"deliveries must be a whole number from 1 to 100, not {deliveries!r}")
    return deliveries


class _Control:
    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery

    async def state(self, request: web.Request) -> web.StreamResponse:
        user = request.query.get("user")
        return web.json_response(payloads.state_of(self._workspace, user, sockets=self._delivery.sockets))

    async def requests(self, request: web.Request) -> web.StreamResponse:
        method, since = request.query.get("method"), request.query.get("since", "0")
        if not since.isdigit():
            raise ValueError("since must be the n of a request")
        wanted = self._workspace.requests[int(since) :]
        return web.json_response([entry for entry in wanted if method in (None, "", entry["method"])])

    async def settings(self, request: web.Request, body: Body) -> Body:
        check_settings(body)
        if "limits" in body:
            self._workspace.limits.change(body["limits"])
        for name in body.keys() - {"limits", "verify"}:
            setattr(self._workspace.settings, name, body[name])
        self._workspace.changed()
        answer = self._workspace.settings_now()
        return answer | ({"verified": await self._verify()} if body.get("verify") else {})

    async def _verify(self) -> bool:
        """Ask the events URL to prove itself, as Slack does when it is entered."""
        challenge = "sandbox-challenge"
        ack = await self._delivery.send("events_api", {"type": "url_verification", "challenge": challenge})
        answered = ack.body.get("challenge") if isinstance(ack.body, dict) else ack.body
        return not ack.failure and answered == challenge

    async def click(self, request: web.Request, body: Body) -> Body:
        person = self._workspace.person(_need(body, "user"))
        channel = self._channel_of(person, body)
        clicked = self._message_of(person, channel, _need(body, "ts"))
        block, element = _pressed(clicked, body)
        action = payloads.action_on(block, element, body.get("value"), clicked.chosen)
        response_url = self._response_url(request, person, channel, clicked)
        payload = payloads.message_click(
            self._workspace, person, channel, clicked, action=action, response_url=response_url
        )
        return await self._interact(payload, person, channel.id, body)

    async def view_action(self, request: web.Request, body: Body) -> Body:
        person, view = self._view_of(body)
        block, element = find_element(view.blocks, _need(body, "action_id"), body.get("block_id"))
        given = body.get("selected", body.get("value"))
        if block["type"] == "input" and not block.get("dispatch_action"):
            _fill(view, block, element, given)  # Slack keeps quiet until the modal is submitted
            return {"status": None, "typed": True, "responses": []}
        if element["type"] in STATEFUL:
            _fill(view, block, element, given)
        action = payloads.action_on(block, element, given, view.typed)
        payload = payloads.view_click(self._workspace, person, view, action)
        return await self._interact(payload, person, None, body)

    async def submit(self, request: web.Request, body: Body) -> Body:
        person, view = self._view_of(body)
        if not view.given.get("submit"):
            raise ValueError("this view has no submit button")
        _fill_in(view, body.get("values") or {})
        view.errors = unfilled(view)
        if view.errors:  # Slack's client says so itself, the desk hears nothing
            self._workspace.changed()
            return {"status": None, "acked_ms": None, "responses": [], "errors": view.errors}
        payload = payloads.view_submission(self._workspace, person, view)
        answer = await self._interact(payload, person, None, body)
        if "warning" in answer or not answer["responses"]:
            return answer
        try:
            return answer | answer_submission(self._workspace, view, answer["responses"][0]["body"])
        except Refused as error:
            detail = "; ".join(error.messages) or error.code
            return answer | {"warning": self._warn(person, None, f"We had some trouble connecting: {detail}")}

    async def close(self, request: web.Request, body: Body) -> Body:
        person, view = self._view_of(body)
        cleared = bool(view.given.get("clear_on_close"))
        if cleared:
            self._workspace.close_views(person.id)
        else:
            close_top(self._workspace, view)
        if not view.given.get("notify_on_close"):
            return {"closed": True}
        payload = payloads.view_closed(person, view, cleared=cleared)
        return await self._interact(payload, person, None, body) | {"closed": True}

    async def message(self, request: web.Request, body: Body) -> Body:
        person = self._workspace.person(_need(body, "user"))
        channel = self._channel_of(person, body)
        message = Message(self._workspace.next_ts(), channel.id, person.id, _need(body, "text"))
        if body.get("thread_ts"):
            head = channel.messages.get(str(body["thread_ts"]))
            if head is None:
                raise NotThere(f"there is no message {body['thread_ts']} in {channel.id}")
            message.thread_ts = head.thread_ts or head.ts
        if body.get("blocks"):
            try:
                check_message_blocks(body["blocks"])
            except Refused as error:
                raise ValueError(f"{error.code}: {'; '.join(error.messages)}") from None
            message.blocks = with_ids(body["blocks"])
        self._workspace.add_message(message)
        event = payloads.message_event(channel, message)
        return {"ts": message.ts} | await self._tell(channel, event, body)

    async def delete_message(self, request: web.Request, body: Body) -> Body:
        channel = self._workspace.channel(_need(body, "channel"))
        message = channel.messages.get(_need(body, "ts"))
        if message is None or message.deleted:
            raise NotThere(f"there is no message {body['ts']} in {channel.id}")
        event = payloads.message_deleted_event(channel, message, self._workspace.next_ts())
        self._workspace.remove_message(message)
        return {"deleted": True} | await self._tell(channel, event, body)

    async def command(self, request: web.Request, body: Body) -> Body:
        person = self._workspace.person(_need(body, "user"))
        channel = self._channel_of(person, body)
        words = (_need(body, "command"), str(body.get("text") or ""))
        response_url = self._response_url(request, person, channel, None)
        form = payloads.slash_command(self._workspace, person, channel, words, response_url)
        answer = await self._interact(form, person, channel.id, body, kind="slash_commands")
        if answer.get("responses") and "warning" not in answer:
            self._show_answer(person, channel, answer["responses"][0]["body"])
        return answer

    async def home(self, request: web.Request, body: Body) -> Body:
        person = self._workspace.person(_need(body, "user"))
        event = payloads.home_opened_event(self._workspace, person)
        return await self._tell(self._workspace.direct(person.id), event, body)

    async def channel(self, request: web.Request, body: Body) -> Body:
        channel = self._workspace.channel(_need(body, "channel"))
        if isinstance(body.get("archived"), bool):
            channel.is_archived = body["archived"]
        user = body.get("user", BOT)
        self._workspace.person(user)
        if isinstance(body.get("member"), bool):
            channel.members = [one for one in channel.members if one != user] + [user] * body["member"]
        self._workspace.changed()
        return {"channel": channel.id, "archived": channel.is_archived, "members": channel.members}

    async def usergroup(self, request: web.Request, body: Body) -> Body:
        group = self._workspace.group(_need(body, "usergroup"))
        change: Body = {key: body[key] for key in ("users", "disabled") if key in body}
        for user in check_group(change).get("users", []):
            self._workspace.person(user)
        group |= change
        self._workspace.changed()
        return group

    async def raw(self, request: web.Request, body: Body) -> Body:
        headers = {str(key): str(value) for key, value in (body.get("headers") or {}).items()}
        ack = await self._delivery.post_raw(str(body.get("body", "")).encode(), headers)
        return {"status": ack.status, "body": ack.body}

    async def refresh_sockets(self, request: web.Request, body: Body) -> Body:
        return {"refreshed": await self._delivery.refresh_one()}

    def _channel_of(self, person: Person, body: Body) -> Channel:
        if _need(body, "channel").startswith("D"):
            self._workspace.direct(person.id)  # the first word to the bot opens the conversation
        channel = self._workspace.channel(body["channel"])
        if person.id not in channel.members:
            raise ValueError(f"{person.id} is not in {channel.id}")
        return channel

    def _message_of(self, person: Person, channel: Channel, ts: str) -> Message | Private:
        found: Message | Private | None = channel.messages.get(ts) or self._workspace.find_private(ts)
        if found is None or (isinstance(found, Private) and found.user != person.id):
            raise NotThere(f"there is no message {ts} in {channel.id} that {person.id} can see")
        return found

    def _view_of(self, body: Body) -> tuple[Person, View]:
        person = self._workspace.person(_need(body, "user"))
        view_id = _need(body, "view_id")
        home = self._workspace.homes.get(person.id)
        view = home if home and home.id == view_id else self._workspace.views.get(view_id)
        if view is None or view.user != person.id:
            raise NotThere(f"{person.id} has no view {view_id} open")
        return person, view

    def _response_url(
        self, request: web.Request, person: Person, channel: Channel, clicked: Message | Private | None
    ) -> str | None:
        if not self._workspace.settings.response_urls:
            return None
        origin: dict[str, str | None] = {"message": None, "private": None}
        if clicked is not None:
            origin["private" if isinstance(clicked, Private) else "message"] = clicked.ts
        url_id = self._workspace.new_response_url(person.id, channel.id, **origin)
        return f"{request.scheme}://{request.host}/slack/response/{url_id}"

    def _warn(self, person: Person, channel: str | None, text: str) -> str:
        self._workspace.warn(person.id, channel, text)
        return text

    async def _interact(
        self, payload: Body, person: Person, channel: str | None, body: Body, *, kind: str = "interactive"
    ) -> Body:
        """Deliver what a person did, and tell how it went."""
        often, parallel = _count(body), bool(body.get("parallel"))
        answer: Body = {"trigger_id": payload.get("trigger_id")}
        if body.get("wait") is False:
            self._delivery.in_background(
                self._deliver(kind, payload, person, channel, often=(often, parallel))
            )
            return answer | {"status": None, "acked_ms": None, "responses": []}
        return answer | await self._deliver(kind, payload, person, channel, often=(often, parallel))

    async def _deliver(
        self, kind: str, payload: Body, person: Person, channel: str | None, *, often: tuple[int, bool]
    ) -> Body:
        acks = await self._delivery.send_often(kind, payload, deliveries=often[0], parallel=often[1])
        answer: Body = {"status": acks[0].status, "acked_ms": acks[0].ms}
        answer["responses"] = [ack.as_json() for ack in acks]
        words = _complaint(acks[0])
        return answer | ({"warning": self._warn(person, channel, words)} if words else {})

    async def _tell(self, channel: Channel, event: Body, body: Body) -> Body:
        """Send an event out, unless the bot is not there to hear it."""
        if BOT not in channel.members:
            return {"event_id": None, "responses": []}
        envelope = payloads.event_envelope(event)
        acks = await self._delivery.send_event(
            envelope, deliveries=_count(body), first_attempt_lost=bool(body.get("first_attempt_lost"))
        )
        return {"event_id": envelope["event_id"], "responses": [ack.as_json() for ack in acks]}

    def _show_answer(self, person: Person, channel: Channel, answer: Any) -> None:
        """Show what the desk answered to a command: to that person, or to all when it says so."""
        said: Body = answer if isinstance(answer, dict) else {"text": str(answer or "")}
        text, blocks = str(said.get("text") or ""), said.get("blocks") or []
        if not text and not blocks:
            return
        try:
            check_message_blocks(blocks)
        except Refused as error:
            self._warn(person, channel.id, f"mentiondesk's answer was refused: {error.code}")
            return
        if said.get("response_type") == "in_channel":
            message = Message(self._workspace.next_ts(), channel.id, BOT, text, with_ids(blocks), bot=True)
            self._workspace.add_message(message)
        else:
            self._workspace.show_privately(person.id, channel.id, text, with_ids(blocks))


def _complaint(ack: Ack) -> str:
    """Return what Slack shows the person for this ack; empty when it was in order."""
    if ack.failure == "http_timeout":
        return f"mentiondesk did not answer in time ({ACK_WITHIN_S:g} s)."
    if ack.failure == "connection_failed":
        return "mentiondesk cannot be reached."
    return f"mentiondesk answered with an error ({ack.status})." if ack.failure else ""


def _pressed(clicked: Message | Private, body: Body) -> tuple[Body, Body]:
    """Return the block and element that a click names by `action_id`, else by its label."""
    versions = [clicked.blocks]
    if body.get("stale") and isinstance(clicked, Message):
        versions = clicked.former[::-1]
    wanted_id, label, value = body.get("action_id"), body.get("text"), body.get("value")
    if wanted_id is None and label is None:
        raise ValueError("a click needs action_id or text")
    for blocks in versions:
        found = [
            (block, element)
            for block, element in elements(blocks)
            if (wanted_id is None or element["action_id"] == wanted_id)
            and (label is None or (element.get("text") or {}).get("text") == label)
        ]
        same_value = [pair for pair in found if value is not None and pair[1].get("value") == value]
        if found:
            return (same_value or found)[0]
    raise NotThere(f"the message has no control {wanted_id or label!r}")


def _fill(view: View, block: Body, element: Body, given: Any) -> None:
    place = (block["block_id"], element["action_id"])
    kind = STATEFUL[element["type"]][0]
    if given is None or (given == "" and kind != "value"):
        view.typed.pop(place, None)
    else:
        view.typed[place] = choose(element, given)


def _fill_in(view: View, values: Body) -> None:
    for name, given in values.items():
        block_id, slash, action_id = name.partition("/")
        found = [
            (block, element)
            for block, element in elements(view.blocks)
            if element["action_id"] == name
            or (slash and block["block_id"] == block_id and element["action_id"] == action_id)
        ]
        if not found:
            raise NotThere(f"the view has no control {name}")
        _fill(view, *found[0], given)
