"""The calls under /control/x: what customers do, what the brand does by hand, and X's settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.faults import NotThere
from sandbox.x.door import Door
from sandbox.x.people import BRAND, Person
from sandbox.x.query import ID
from sandbox.x.rules import DM_LENGTH, REPLY_SETTINGS
from sandbox.x.shape import Json
from sandbox.x.state import Draft, Message, Network, Post, iso, tidy


def add_control(app: web.Application, network: Network, door: Door, changed: Callable[[], None]) -> None:
    """Add the calls under /control/x."""
    control = _Control(network, door)

    def add(name: str, act: Callable[[Json], Json]) -> None:
        async def handle(request: web.Request) -> web.Response:
            body = await request.json() if request.can_read_body else {}
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as 400
            answer = act(body)
            changed()
            return web.json_response(answer)

        app.router.add_post(f"/control/x/{name}", handle)

    add("write", control.write)
    add("write_many", control.write_many)
    add("native", control.native)
    add("release", control.release)
    add("delete", control.delete)
    add("edit", control.edit)
    add("dm", control.dm)
    add("native_dm", control.native_dm)
    add("person", control.person)
    add("settings", control.settings)

    async def state(request: web.Request) -> web.Response:
        return web.json_response(control.state())

    async def requests(request: web.Request) -> web.Response:
        since = request.query.get("since") or "0"
        if not since.isdecimal():
            raise ValueError(f"since must be the number of a request, not {since!r}")
        return web.json_response(door.requests(request.query.get("match") or "*", int(since)))

    app.router.add_get("/control/x/state", state)
    app.router.add_get("/control/x/requests", requests)


class _Control:
    """Carries out control calls; raises ValueError for nonsense and NotThere for what is not there."""

    _WRITE: dict[str, tuple[type, ...]] = {  # noqa: RUF012 - never changed
        "author": (str,),
        "text": (str,),
        "reply_to": (str, type(None)),
        "quote_of": (str, type(None)),
        "retweet_of": (str, type(None)),
        "id": (str, type(None)),
        "age_s": (int, float),
        "late": (bool,),
        "lang": (str, type(None)),
        "reply_settings": (str,),
    }

    def __init__(self, network: Network, door: Door) -> None:
        self._network = network
        self._door = door

    def write(self, body: Json) -> Json:
        return {"id": self._write(body).id}

    def write_many(self, body: Json) -> Json:
        posts = _take(body, {"posts": (list,)}).get("posts", [])
        return {"ids": [self._write(one).id for one in posts]}

    def native(self, body: Json) -> Json:
        given = _take(body, {key: self._WRITE[key] for key in ("text", "reply_to", "quote_of")})
        if not given.get("text", "").strip():
            raise ValueError("native needs a text")
        return {"id": self._network.add(Draft(author_id=BRAND, **given)).id}

    def release(self, body: Json) -> Json:
        return {"ids": self._network.release()}

    def delete(self, body: Json) -> Json:
        post = self._network.post(_take(body, {"id": (str,)}).get("id", ""))
        self._network.delete(post)
        return {"id": post.id}

    def edit(self, body: Json) -> Json:
        given = _take(body, {"id": (str,), "text": (str,), "force": (bool,)})
        text = _written(given, "edit")
        return {"id": self._network.edit(given.get("id", ""), text, force=given.get("force", False)).id}

    def dm(self, body: Json) -> Json:
        given = _take(body, {key: self._WRITE[key] for key in ("author", "text", "age_s")})
        author = self._network.person(given.get("author", ""))
        if author.id == BRAND:
            raise ValueError("the brand writes direct messages by native_dm, or through the API")
        if author.suspended:
            raise ValueError(f"@{author.username} is suspended and writes to nobody")
        text = _written(given, "dm")
        return _sent(self._network.send(author.id, author.id, text, age_s=_age(given)))

    def native_dm(self, body: Json) -> Json:
        given = _take(body, {"to": (str,), "text": (str,)})
        customer = self._network.person(given.get("to", ""))
        text = _written(given, "native_dm")
        if not self._network.takes_dm(customer):
            raise ValueError(f"@{customer.username} takes no direct messages from the brand")
        return _sent(self._network.send(BRAND, customer.id, text))

    def person(self, body: Json) -> Json:
        given = _take(
            body,
            {
                "username": (str,),
                "name": (str,),
                "lang": (str,),
                "followers": (int,),
                "verified": (bool,),
                "protected": (bool,),
                "suspended": (bool,),
                "follows_us": (bool,),
                "blocks_us": (bool,),
                "takes_dms": (str,),
                "encrypted_dms": (bool,),
                "create": (bool,),
            },
        )
        username, create = given.pop("username", ""), given.pop("create", False)
        person = self._network.find_person(username)
        if person is None:
            if not create:
                raise NotThere(f"there is no @{username} on this X")
            if not re.fullmatch(r"[A-Za-z0-9_]{1,15}", username):
                raise ValueError(f"{username!r} cannot be a username")
            person = self._network.join(username)
        person.change(given)
        return {"id": person.id}

    def settings(self, body: Json) -> Json:
        limits = body.pop("limits", {})
        if not isinstance(limits, dict):
            raise ValueError(f"limits must be a JSON object, not {limits!r}")  # noqa: TRY004 - answered as 400
        self._network.settings.change(body)
        if limits:
            self._door.limits.change(limits)
        return self._settings()

    def state(self) -> Json:
        """Return everything; posts and messages oldest first."""
        network = self._network
        firsts = [post for post in network.posts.values() if post.versions[0] == post.id and not post.held]
        return {
            "account": {key: getattr(network.brand, key) for key in ("id", "username", "name")},
            "people": [
                {key: getattr(person, key) for key in Person.__slots__}
                for person in network.people.values()
                if person.id != BRAND
            ],
            "posts": [_post_shown(network.newest(post), network) for post in firsts],
            "dms": [_message_shown(message, network) for message in network.messages.values()],
            "spent": network.spent.summary(),
            "settings": self._settings(),
        }

    def _settings(self) -> Json:
        return {**self._network.settings.shown(), "limits": self._door.limits.rules()}

    def _write(self, body: Any) -> Post:
        given = _take(body, self._WRITE)
        author = self._network.person(given.pop("author", ""))
        if author.id == BRAND:
            raise ValueError("the brand writes by native, or through the API")
        if not given.get("text", "").strip() and given.get("retweet_of") is None:
            raise ValueError("write needs a text")
        if given.get("id") is not None and not ID.fullmatch(given["id"]):
            raise ValueError(f"id must be a number as text, not {given['id']!r}")
        if given.get("reply_settings", "everyone") not in REPLY_SETTINGS:
            raise ValueError(f"reply_settings must be one of {', '.join(REPLY_SETTINGS)}")
        _age(given)
        return self._network.add(Draft(author_id=author.id, **{"text": "", **given}))


def _written(given: Json, call: str) -> str:
    """Return the text of an edit or a message; raise ValueError when it is none."""
    text = given.get("text", "")
    if not text.strip():
        raise ValueError(f"{call} needs a text")
    if len(text) > DM_LENGTH:
        raise ValueError(f"a text of {call} has {DM_LENGTH} characters at most")
    return tidy(text)


def _age(given: Json) -> float:
    age_s: float = given.get("age_s", 0)
    if age_s < 0:
        raise ValueError(f"age_s must not be negative, not {age_s!r}")
    return age_s


def _post_shown(post: Post, network: Network) -> Json:
    same = """
        id author_id text typed conversation_id in_reply_to in_reply_to_user quote_of retweet_of lang
        reply_settings deep_link by_api deleted
    """
    older = [network.posts[version] for version in post.versions[:-1]]
    return {
        **{key: getattr(post, key) for key in same.split()},
        "username": network.people[post.author_id].username,
        "created_at": iso(post.created_at),
        "edits": [{"id": one.id, "text": one.text, "created_at": iso(one.created_at)} for one in older],
    }


def _message_shown(message: Message, network: Network) -> Json:
    return {
        "id": message.id,
        "dm_conversation_id": message.conversation_id,
        "author_id": message.author_id,
        "username": network.people[message.author_id].username,
        "customer": network.people[message.customer_id].username,
        "text": message.text,
        "created_at": iso(message.created_at),
        "by_api": message.by_api,
        "encrypted": message.encrypted,
    }


def _sent(message: Message) -> Json:
    return {"id": message.id, "dm_conversation_id": message.conversation_id}


def _take(body: Any, known: dict[str, tuple[type, ...]]) -> Json:
    if not isinstance(body, dict):
        raise ValueError("this must be a JSON object")  # noqa: TRY004 - answered as 400
    for key, value in body.items():
        if key not in known:
            raise ValueError(f"there is no {key} here; there are {', '.join(known)}")
        if type(value) not in known[key]:
            raise ValueError(f"{key} must be {known[key][0].__name__}, not {value!r}")
    return dict(body)
