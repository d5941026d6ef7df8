"""What is written to the stand-in X: by the brand through the API, by everyone else through control calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.faults import NotThere
from sandbox.x.door import Call, Door
from sandbox.x.length import LIMIT, find_links, weighted_length
from sandbox.x.people import BRAND
from sandbox.x.rules import DELETION, WRITE, WRITE_SUMMONED, WRITE_WITH_LINK
from sandbox.x.shape import POST_VIEW, REFUSALS, Json, Shaper, invalid, plain, read_view
from sandbox.x.state import Draft, Network, Post, tidy

_ID = re.compile(r"[0-9]{1,19}")
_CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}\b")
_REPLY_SETTINGS = {"everyone", "following", "mentionedUsers", "subscribers", "verified"}
_BODY_KEYS: dict[str, type] = {
    "text": str,
    "reply": dict,
    "quote_tweet_id": str,
    "reply_settings": str,
    "media": dict,
    "poll": dict,
    "geo": dict,
    "edit_options": dict,
    "card_uri": str,
    "community_id": str,
    "direct_message_deep_link": str,
    "for_super_followers_only": bool,
    "made_with_ai": bool,
    "nullcast": bool,
    "paid_partnership": bool,
    "share_with_followers": bool,
}
_REPLY_KEYS: dict[str, type] = {
    "in_reply_to_tweet_id": str,
    "exclude_reply_user_ids": list,
    "auto_populate_reply_metadata": bool,
}
_TYPES = {str: "string", dict: "object", list: "array", bool: "boolean", int: "integer", float: "number"}


class Publisher:
    """Publishes and deletes the brand's posts by X's rules."""

    def __init__(self, network: Network, changed: Callable[[], None]) -> None:
        self._network = network
        self._changed = changed

    def publish(self, call: Call) -> tuple[int, Json]:
        """POST tweets."""
        network = self._network
        draft = _read_draft(call)
        answered = self._check(draft)
        post = network.add(draft)
        self._charge(post, answered)
        self._changed()
        shaped = Shaper(network, read_view({}, POST_VIEW)).post(post)
        return 201, {"data": shaped}

    def delete(self, call: Call) -> tuple[int, Json]:
        """DELETE tweets/:id."""
        post = self._network.posts.get(call.request.match_info["id"])
        if post is None or not self._network.is_visible(post):
            raise plain(404, "Not Found")
        if post.author_id != BRAND:
            raise REFUSALS["not-permitted"]
        post.deleted = True
        self._network.spent.write(DELETION)
        self._changed()
        return 200, {"data": {"deleted": True}}

    def _check(self, draft: Draft) -> Post | None:
        """Raise the Problem with which X refuses this post; return the post that it answers, if any."""
        network = self._network
        if network.brand.suspended:
            raise REFUSALS["suspended"]
        if weighted_length(draft.text) > LIMIT:
            raise REFUSALS["too-long"]
        if len(_CASHTAG.findall(draft.text)) > 1:
            raise REFUSALS["not-permitted"]
        answered = self._seen(draft.reply_to)
        if draft.quote_of is not None:
            self._seen(draft.quote_of)
            if network.settings.reply_rule != "open":  # quoting by API ended for self-serve apps, 2026-04-20
                raise REFUSALS["not-permitted"]
        if answered is not None and not network.may_reply(answered):
            raise REFUSALS["not-summoned"]
        whole = [*(f"@{name}" for name in network.lead(draft, answered)), draft.text]
        if network.is_duplicate(" ".join(whole)):
            raise REFUSALS["duplicate"]
        return answered

    def _seen(self, post_id: str | None) -> Post | None:
        if post_id is None:
            return None
        post = self._network.posts.get(post_id)
        if post is None or not self._network.is_visible(post):
            raise REFUSALS["gone"]
        return post

    def _charge(self, post: Post, answered: Post | None) -> None:
        if find_links(post.typed):  # X does not say which price wins for a summoned reply with a link
            price = WRITE_WITH_LINK
        elif answered is not None and self._network.is_summoned_by(answered):
            price = WRITE_SUMMONED
        else:
            price = WRITE
        self._network.spent.write(price)


def _read_draft(call: Call) -> Draft:
    body = call.body
    _check_keys("$", body, _BODY_KEYS)
    text, reply = tidy(body.get("text", "")), body.get("reply")
    if not text:
        raise invalid("$.text", text, "$.text: must be at least 1 characters long")
    if "media" in body:
        raise invalid("$.media.media_ids", body["media"], "Your media IDs are invalid.")
    settings = body.get("reply_settings", "everyone")
    if settings not in _REPLY_SETTINGS:
        raise invalid(
            "$.reply_settings", settings, "$.reply_settings: does not have a value in the enumeration"
        )
    _check_id("$.quote_tweet_id", body.get("quote_tweet_id"))
    if reply is None:
        return Draft(BRAND, text, quote_of=body.get("quote_tweet_id"), by_api=True, reply_settings=settings)
    _check_keys("$.reply", reply, _REPLY_KEYS)
    if "in_reply_to_tweet_id" not in reply:
        name = "$.reply.in_reply_to_tweet_id"
        raise invalid("$.reply", reply, f"{name}: is missing but it is required")
    _check_id("$.reply.in_reply_to_tweet_id", reply["in_reply_to_tweet_id"])
    return Draft(
        BRAND,
        text,
        reply_to=reply["in_reply_to_tweet_id"],
        quote_of=body.get("quote_tweet_id"),
        by_api=True,
        led=reply.get("auto_populate_reply_metadata", True),
        unnamed=frozenset(map(str, reply.get("exclude_reply_user_ids", []))),
        reply_settings=settings,
    )


def _check_keys(where: str, body: Json, known: dict[str, type]) -> None:
    for key, value in body.items():
        name = f"{where}.{key}"
        if key not in known:
            message = "is not defined in the schema and the schema does not allow additional properties"
            raise invalid(name, value, f"{name}: {message}")
        if type(value) is not known[key]:
            found, wanted = _TYPES.get(type(value), "null"), _TYPES[known[key]]
            raise invalid(name, value, f"{name}: {found} found, {wanted} expected")


def _check_id(name: str, value: str | None) -> None:
    if value is not None and not _ID.fullmatch(value):
        raise invalid(name, value, f"{name}: does not match the regex pattern ^[0-9]{{1,19}}$")


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
        post.deleted = True
        return {"id": post.id}

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
        for key, value in given.items():
            setattr(person, key, value)
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
        return {**self._network.snapshot(), "settings": self._settings()}

    def _settings(self) -> Json:
        return {**self._network.settings.shown(), "limits": self._door.limits.rules()}

    def _write(self, body: Any) -> Post:
        given = _take(body, self._WRITE)
        author = self._network.person(given.pop("author", ""))
        if author.id == BRAND:
            raise ValueError("the brand writes by native, or through the API")
        if not given.get("text", "").strip() and given.get("retweet_of") is None:
            raise ValueError("write needs a text")
        if given.get("id") is not None and not _ID.fullmatch(given["id"]):
            raise ValueError(f"id must be a number as text, not {given['id']!r}")
        if given.get("age_s", 0) < 0:
            raise ValueError(f"age_s must not be negative, not {given['age_s']!r}")
        return self._network.add(Draft(author_id=author.id, **{"text": "", **given}))


def _take(body: Any, known: dict[str, tuple[type, ...]]) -> Json:
    if not isinstance(body, dict):
        raise ValueError("this must be a JSON object")  # noqa: TRY004 - answered as 400
    for key, value in body.items():
        if key not in known:
            raise ValueError(f"there is no {key} here; there are {', '.join(known)}")
        if type(value) not in known[key]:
            raise ValueError(f"{key} must be {known[key][0].__name__}, not {value!r}")
    return dict(body)
