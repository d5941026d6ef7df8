"""The paths of the stand-in X, and what it answers to whoever reads."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox.faults import RESETS, WOUND, Faults
from sandbox.x.door import Call, Door
from sandbox.x.people import BRAND, Person
from sandbox.x.rules import OWNED_READ, POST_READ, TIMELINE_WINDOW, USER_READ
from sandbox.x.shape import (
    POST_VIEW,
    USER_VIEW,
    Json,
    Shaper,
    hidden,
    invalid,
    invalid_value,
    missing,
    plain,
    read_view,
)
from sandbox.x.state import Network, Post
from sandbox.x.writing import Publisher, add_control

_ID = re.compile(r"[0-9]{1,19}")
_NAME = re.compile(r"[A-Za-z0-9_]{1,15}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z")
_RANGE = ("since_id", "until_id", "start_time", "end_time", "max_results", "pagination_token")
_SEARCHABLE_FOR = timedelta(days=7)


def add_routes(app: web.Application, faults: Faults, changed: Callable[[str], None]) -> None:
    """Add the stand-in X and its control calls to the sandbox's application.

    changed  is told `x` whenever the page should look again.
    """
    network = Network()
    door = Door(network, faults)
    reads, publisher = Reads(network), Publisher(network, lambda: changed("x"))

    def add(method: str, path: str, rule: str, handler: Any, *, user_only: bool = False) -> None:
        app.router.add_route(method, f"/x/2/{path}", door.guard(rule, handler, user_only=user_only))

    add("GET", "users/me", "GET /2/users/me", reads.me, user_only=True)
    add("GET", "users", "GET /2/users", reads.people)
    add("GET", "users/by", "GET /2/users/by", reads.people_named)
    add("GET", "users/by/username/{username}", "GET /2/users/by/username/*", reads.person_named)
    add("GET", "users/{id}", "GET /2/users/*", reads.person)
    add("GET", "users/{id}/mentions", "GET /2/users/*/mentions", reads.mentions)
    add("GET", "users/{id}/tweets", "GET /2/users/*/tweets", reads.timeline)
    add("GET", "tweets", "GET /2/tweets", reads.posts)
    add("GET", "tweets/search/recent", "GET /2/tweets/search/recent", reads.search)
    add("GET", "tweets/{id}", "GET /2/tweets/*", reads.post)
    add("POST", "tweets", "POST /2/tweets", publisher.publish, user_only=True)
    add("DELETE", "tweets/{id}", "DELETE /2/tweets/*", publisher.delete, user_only=True)
    app.router.add_route("*", "/x/{rest:.*}", door.guard("", _nowhere))
    app[RESETS] += [network.forget, door.forget]
    app[WOUND].append(door.wind)
    add_control(app, network, door, lambda: changed("x"))


def _nowhere(call: Call) -> tuple[int, Json]:
    raise plain(404, "Not Found")


class Reads:
    """Answers the GET calls."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def me(self, call: Call) -> tuple[int, Json]:
        """GET users/me."""
        return self._one_person(call, self._network.brand, "id", BRAND)

    def person(self, call: Call) -> tuple[int, Json]:
        """GET users/:id."""
        wanted = _path_id(call)
        return self._one_person(call, self._network.people.get(wanted), "id", wanted)

    def person_named(self, call: Call) -> tuple[int, Json]:
        """GET users/by/username/:username."""
        name = call.request.match_info["username"]
        if not _NAME.fullmatch(name):
            raise invalid_value("username", name, "does not match ^[A-Za-z0-9_]{1,15}$")
        return self._one_person(call, self._network.find_person(name), "username", name)

    def people(self, call: Call) -> tuple[int, Json]:
        """GET users."""
        return self._some_people(call, "ids", _ID, self._network.people.get)

    def people_named(self, call: Call) -> tuple[int, Json]:
        """GET users/by."""
        return self._some_people(call, "usernames", _NAME, self._network.find_person)

    def post(self, call: Call) -> tuple[int, Json]:
        """GET tweets/:id."""
        _allow(call, POST_VIEW)
        answer = self._look_up(call, "id", [_path_id(call)])
        if posts := answer.pop("data", []):
            answer = {"data": posts[0], **answer}
        return 200, answer

    def posts(self, call: Call) -> tuple[int, Json]:
        """GET tweets: those that are not there are named in `errors`."""
        _allow(call, POST_VIEW, "ids")
        answer = self._look_up(call, "ids", _listed(call, "ids", _ID))
        if not answer["data"]:
            del answer["data"]
        return 200, answer

    def mentions(self, call: Call) -> tuple[int, Json]:
        """GET users/:id/mentions: only the newest 800 (by the settings) can be reached at all."""
        _allow(call, POST_VIEW, *_RANGE)
        wanted = _path_id(call)
        self._must_exist(wanted)
        named = [post for post in self._network.visible() if wanted in post.mentions]
        return self._page(call, named[: self._network.settings.mentions_window], owner=wanted)

    def timeline(self, call: Call) -> tuple[int, Json]:
        """GET users/:id/tweets: what this person posted."""
        _allow(call, POST_VIEW, *_RANGE, "exclude")
        wanted = _path_id(call)
        self._must_exist(wanted)
        left_out = call.query["exclude"].split(",") if "exclude" in call.query else []
        for value in left_out:
            if value not in {"retweets", "replies"}:
                raise invalid_value("exclude", value, "is not one of [retweets,replies]")
        own = [post for post in self._network.visible() if post.author_id == wanted][:TIMELINE_WINDOW]
        kept = [
            post
            for post in own
            if not (post.retweet_of and "retweets" in left_out)
            and not (post.in_reply_to and "replies" in left_out)
        ]
        return self._page(call, kept, owner=wanted)

    def search(self, call: Call) -> tuple[int, Json]:
        """GET tweets/search/recent: seven days back; every word and operator of the query must fit."""
        _allow(call, POST_VIEW, *_RANGE, "query", "next_token", "sort_order")
        query = call.query.get("query", "").strip()
        if not query:
            raise invalid_value("query", query, "is not valid")
        since = self._network.now() - _SEARCHABLE_FOR
        posts = [post for post in self._network.visible() if post.created_at > since]
        for term in query.split():
            posts = [post for post in posts if _fits(post, term, self._network)]
        return self._page(call, posts, owner=None, least=10)

    def _look_up(self, call: Call, parameter: str, ids: list[str]) -> Json:
        network = self._network
        found: list[Post] = []
        errors: list[Json] = []
        for one in ids:
            post = network.posts.get(one)
            if post is None or post.deleted or post.held:
                errors.append(missing("tweet", parameter, one))
            elif not network.is_visible(post):
                errors.append(hidden(parameter, one))
            else:
                found.append(post)
        network.charge("post", [post.id for post in found], POST_READ)
        answer = Shaper(network, read_view(call.query, POST_VIEW)).posts_answer(found)
        if errors:
            answer["errors"] = errors + answer.get("errors", [])
        return answer

    def _page(self, call: Call, posts: list[Post], *, owner: str | None, least: int = 5) -> tuple[int, Json]:
        """Return the page of `posts` (newest first) that the query asks for."""
        view = read_view(call.query, POST_VIEW)
        posts = _within(call.query, posts)
        size = _number(call.query, "max_results", least, 100, default=10)
        token = "next_token" if "next_token" in call.query else "pagination_token"
        first = 0
        if token in call.query:
            forward, mark = _read_token(token, call.query[token])
            older = sum(int(post.id) >= mark for post in posts) if forward else None
            newer = sum(int(post.id) > mark for post in posts)
            first = older if older is not None else max(0, newer - size)
        page = posts[first : first + size]
        if not page:
            return 200, {"meta": {"result_count": 0}}
        owned = owner == BRAND and call.who == "user"
        self._network.charge("post", [post.id for post in page], OWNED_READ if owned else POST_READ)
        meta: Json = {"result_count": len(page), "newest_id": page[0].id, "oldest_id": page[-1].id}
        if first + size < len(posts):
            meta["next_token"] = _token("n", page[-1])
        if first > 0:
            meta["previous_token"] = _token("p", page[0])
        return 200, {**Shaper(self._network, view).posts_answer(page), "meta": meta}

    def _one_person(self, call: Call, person: Person | None, parameter: str, value: str) -> tuple[int, Json]:
        _allow(call, USER_VIEW)
        view = read_view(call.query, USER_VIEW)
        if person is None:
            return 200, {"errors": [missing("user", parameter, value)]}
        if person.suspended:
            return 200, {"errors": [_suspended(parameter, value)]}
        self._network.charge("user", [person.id], USER_READ)
        return 200, {"data": Shaper(self._network, view).person(person)}

    def _some_people(
        self, call: Call, parameter: str, form: re.Pattern[str], find: Callable[[str], Person | None]
    ) -> tuple[int, Json]:
        _allow(call, USER_VIEW, parameter)
        shaper = Shaper(self._network, read_view(call.query, USER_VIEW))
        found: list[Person] = []
        errors: list[Json] = []
        for value in _listed(call, parameter, form):
            person = find(value)
            if person is None:
                errors.append(missing("user", parameter, value))
            elif person.suspended:
                errors.append(_suspended(parameter, value))
            else:
                found.append(person)
        self._network.charge("user", [person.id for person in found], USER_READ)
        answer = {"data": [shaper.person(person) for person in found], "errors": errors}
        return 200, {key: value for key, value in answer.items() if value}

    def _must_exist(self, person_id: str) -> None:
        if person_id not in self._network.people:
            raise plain(404, "Not Found", f"Could not find user with id: [{person_id}].")


def _suspended(parameter: str, value: str) -> Json:
    return {
        **missing("user", parameter, value),
        "title": "Forbidden",
        "detail": f"User has been suspended: [{value}].",
    }


def _allow(call: Call, view: dict[str, list[str]], *more: str) -> None:
    known = [*more, *view]
    for name, value in call.query.items():
        if name not in known:
            message = f"The query parameter [{name}] is not one of [{','.join(known)}]"
            raise invalid(name, value, message)
        if len(call.request.query.getall(name)) > 1:
            raise invalid(name, value, f"Duplicate parameters are not allowed: the `{name}` query parameter")


def _path_id(call: Call) -> str:
    value = call.request.match_info["id"]
    if not _ID.fullmatch(value):
        raise invalid_value("id", value, "is not valid")
    return value


def _listed(call: Call, parameter: str, form: re.Pattern[str]) -> list[str]:
    text = call.query.get(parameter, "")
    values = text.split(",") if text else []
    if not 1 <= len(values) <= 100:
        message = f"The number of values in the `{parameter}` query parameter list [{len(values)}]"
        raise invalid(parameter, text, f"{message} is not between 1 and 100")
    for value in values:
        if not form.fullmatch(value):
            raise invalid_value(parameter, value, f"does not match ^{form.pattern}$")
    return list(dict.fromkeys(values))


def _number(query: dict[str, str], name: str, least: int, most: int, *, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid_value(name, text, f"is not between {least} and {most}")
    return int(text)


def _within(query: dict[str, str], posts: list[Post]) -> list[Post]:
    """Return the posts between the ids and times of the query; all bounds but start_time are exclusive."""
    for name in ("since_id", "until_id"):
        if name in query and not _ID.fullmatch(query[name]):
            raise invalid_value(name, query[name], "is not valid")
    since, until = int(query.get("since_id", 0)), int(query.get("until_id", 10**19))
    start, end = _time(query, "start_time"), _time(query, "end_time")
    return [
        post
        for post in posts
        if since < int(post.id) < until
        and (start is None or post.created_at >= start)
        and (end is None or post.created_at < end)
    ]


def _time(query: dict[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        if not _TIME.fullmatch(text):
            raise ValueError  # noqa: TRY301 - the same refusal as for the 31st of February
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise invalid_value(name, text, "is not a valid RFC3339 date") from None


def _token(direction: str, post: Post) -> str:
    return base64.urlsafe_b64encode(f"{direction}{post.id}".encode()).decode().rstrip("=")


def _read_token(name: str, text: str) -> tuple[bool, int]:
    """Return whether the token leads to older posts, and the id it starts from."""
    try:
        plain_text = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        plain_text = ""
    if not re.fullmatch(r"[np][0-9]{1,19}", plain_text):
        raise invalid_value(name, text, "is not valid")
    return plain_text[0] == "n", int(plain_text[1:])


def _fits(post: Post, term: str, network: Network) -> bool:
    if term.startswith("-"):
        return not _fits(post, term[1:], network)
    operator, colon, value = term.partition(":")
    if not colon:
        return term.lower() in post.text.lower()
    name = value.removeprefix("@").lower()
    answers: dict[str, Callable[[], bool]] = {
        "conversation_id": lambda: post.conversation_id == value,
        "in_reply_to_tweet_id": lambda: post.in_reply_to == value,
        "from": lambda: name in {post.author_id, network.people[post.author_id].username.lower()},
        "to": lambda: (
            post.in_reply_to_user is not None
            and name in {post.in_reply_to_user, network.people[post.in_reply_to_user].username.lower()}
        ),
        "is": lambda: bool({"retweet": post.retweet_of, "reply": post.in_reply_to}.get(value, post.quote_of)),
        "lang": lambda: post.lang == value,
    }
    if operator not in answers:
        raise invalid(
            "query", term, f"There were errors processing your request: no such operator '{operator}'"
        )
    return answers[operator]()
