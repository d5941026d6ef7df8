"""Read the parameters of calls to the stand-in X, and refuse what it would refuse."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sandbox.x.door import Call
from sandbox.x.shape import Json, invalid, invalid_value
from sandbox.x.state import Post

ID = re.compile(r"[0-9]{1,19}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z")


class _Numbered(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_Numbered)


def allow(call: Call, view: dict[str, list[str]], *more: str) -> None:
    """Raise Problem for a parameter that is neither in `view` nor in `more`, or that is given twice."""
    known = [*more, *view]
    for name, value in call.query.items():
        if name not in known:
            message = f"The query parameter [{name}] is not one of [{','.join(known)}]"
            raise invalid(name, value, message)
        if len(call.request.query.getall(name)) > 1:
            raise invalid(name, value, f"Duplicate parameters are not allowed: the `{name}` query parameter")


def path_id(call: Call) -> str:
    """Return the id in the path."""
    value = call.request.match_info["id"]
    if not ID.fullmatch(value):
        raise invalid_value("id", value, "is not valid")
    return value


def listed(call: Call, parameter: str, form: re.Pattern[str]) -> list[str]:
    """Return the 1 to 100 values of a parameter, each once."""
    text = call.query.get(parameter, "")
    values = text.split(",") if text else []
    if not 1 <= len(values) <= 100:
        message = f"The number of values in the `{parameter}` query parameter list [{len(values)}]"
        raise invalid(parameter, text, f"{message} is not between 1 and 100")
    for value in values:
        if not form.fullmatch(value):
            raise invalid_value(parameter, value, f"does not match ^{form.pattern}$")
    return list(dict.fromkeys(values))


def number(query: dict[str, str], name: str, least: int, most: int, *, default: int) -> int:
    """Return a whole number between two bounds."""
    text = query.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid_value(name, text, f"is not between {least} and {most}")
    return int(text)


def within(query: dict[str, str], posts: list[Post]) -> list[Post]:
    """Return the posts between the ids and times of the query; all bounds but start_time are exclusive."""
    for name in ("since_id", "until_id"):
        if name in query and not ID.fullmatch(query[name]):
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


def cut_page(query: dict[str, str], items: Sequence[_Item], size: int) -> tuple[Sequence[_Item], Json]:
    """Return the page of `items` (newest first) that the query's token leads to, and its `meta`."""
    name = "next_token" if "next_token" in query else "pagination_token"
    first = 0
    if name in query:
        forward, mark = _read_token(name, query[name])
        older = sum(int(item.id) >= mark for item in items) if forward else None
        newer = sum(int(item.id) > mark for item in items)
        first = older if older is not None else max(0, newer - size)
    page = items[first : first + size]
    meta: Json = {"result_count": len(page)}
    if page and first + size < len(items):
        meta["next_token"] = _token("n", page[-1].id)
    if page and first > 0:
        meta["previous_token"] = _token("p", page[0].id)
    return page, meta


def _token(direction: str, item_id: str) -> str:
    return base64.urlsafe_b64encode(f"{direction}{item_id}".encode()).decode().rstrip("=")


def _read_token(name: str, text: str) -> tuple[bool, int]:
    """Return whether the token leads to older posts, and the id it starts from."""
    try:
        plain_text = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        plain_text = ""
    if not re.fullmatch(r"[np][0-9]{1,19}", plain_text):
        raise invalid_value(name, text, "is not valid")
    return plain_text[0] == "n", int(plain_text[1:])
