"""The paths of the stand-in X, and what it answers to whoever reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from sandbox.faults import RESETS, WOUND, Faults
from sandbox.x.control import add_control
from sandbox.x.direct import add_direct_routes
from sandbox.x.door import Call, Door
from sandbox.x.people import BRAND, Person
from sandbox.x.query import ID, allow, cut_page, listed, number, path_id, within
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
from sandbox.x.writing import Publisher

_NAME = re.compile(r"[A-Za-z0-9_]{1,15}")
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
    add_direct_routes(add, network, lambda: changed("x"))
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
        wanted = path_id(call)
        return self._one_person(call, self._network.people.get(wanted), "id", wanted)

    def person_named(self, call: Call) -> tuple[int, Json]:
        """GET users/by/username/:username."""
        name = call.request.match_info["username"]
        if not _NAME.fullmatch(name):
            raise invalid_value("username", name, "does not match ^[A-Za-z0-9_]{1,15}$")
        return self._one_person(call, self._network.find_person(name), "username", name)

    def people(self, call: Call) -> tuple[int, Json]:
        """GET users."""
        return self._some_people(call, "ids", ID, self._network.people.get)

    def people_named(self, call: Call) -> tuple[int, Json]:
        """GET users/by."""
        return self._some_people(call, "usernames", _NAME, self._network.find_person)

    def post(self, call: Call) -> tuple[int, Json]:
        """GET tweets/:id."""
        allow(call, POST_VIEW)
        answer = self._look_up(call, "id", [path_id(call)])
        if posts := answer.pop("data", []):
            answer = {"data": posts[0], **answer}
        return 200, answer

    def posts(self, call: Call) -> tuple[int, Json]:
        """GET tweets: those that are not there are named in `errors`."""
        allow(call, POST_VIEW, "ids")
        answer = self._look_up(call, "ids", listed(call, "ids", ID))
        if not answer["data"]:
            del answer["data"]
        return 200, answer

    def mentions(self, call: Call) -> tuple[int, Json]:
        """GET users/:id/mentions: only the newest 800 (by the settings) can be reached at all."""
        allow(call, POST_VIEW, *_RANGE)
        wanted = path_id(call)
        self._must_exist(wanted)
        named = [post for post in self._network.visible() if wanted in post.mentions]
        return self._page(call, named[: self._network.settings.mentions_window], owner=wanted)

    def timeline(self, call: Call) -> tuple[int, Json]:
        """GET users/:id/tweets: what this person posted."""
        allow(call, POST_VIEW, *_RANGE, "exclude")
        wanted = path_id(call)
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
        allow(call, POST_VIEW, *_RANGE, "query", "next_token", "sort_order")
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
        answer = Shaper(network, read_view(call.query, POST_VIEW, who=call.who)).posts_answer(found)
        if errors:
            answer["errors"] = errors + answer.get("errors", [])
        return answer

    def _page(self, call: Call, posts: list[Post], *, owner: str | None, least: int = 5) -> tuple[int, Json]:
        """Return the page of `posts` (newest first) that the query asks for."""
        view = read_view(call.query, POST_VIEW, who=call.who)
        posts = within(call.query, posts)
        size = number(call.query, "max_results", least, 100, default=10)
        page, meta = cut_page(call.query, posts, size)
        if not page:
            return 200, {"meta": meta}
        owned = owner == BRAND and call.who == "user"
        self._network.charge("post", [post.id for post in page], OWNED_READ if owned else POST_READ)
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        return 200, {**Shaper(self._network, view).posts_answer(page), "meta": meta}

    def _one_person(self, call: Call, person: Person | None, parameter: str, value: str) -> tuple[int, Json]:
        allow(call, USER_VIEW)
        view = read_view(call.query, USER_VIEW, who=call.who)
        if person is None:
            return 200, {"errors": [missing("user", parameter, value)]}
        if person.suspended:
            return 200, {"errors": [_suspended(parameter, value)]}
        self._network.charge("user", [person.id], USER_READ)
        return 200, {"data": Shaper(self._network, view).person(person)}

    def _some_people(
        self, call: Call, parameter: str, form: re.Pattern[str], find: Callable[[str], Person | None]
    ) -> tuple[int, Json]:
        allow(call, USER_VIEW, parameter)
        shaper = Shaper(self._network, read_view(call.query, USER_VIEW, who=call.who))
        found: list[Person] = []
        errors: list[Json] = []
        for value in listed(call, parameter, form):
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
