"""A post as somebody types it, or another program hands it over, as triage takes it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.domain.rules import Author, Mention
from workflows.errors import DeskError

KINDS = ("mention", "reply", "quote", "dm")
_WRITE = {str: "a text", int: "a whole number", bool: "true or false"}


class WrongUsage(DeskError):
    """A command was given what it cannot take; the text says what to write."""


def object_in(line: str) -> dict[str, Any] | None:
    """Return the JSON object that this line is; None if it is plain words."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def without_halves(text: str) -> str:
    """Return the text with a sign in place of halves of characters, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def mention_of(given: Mapping[str, Any]) -> Mention:
    """Return the post of `{text, lang?, language?, author?, kind?, at?, media?, account?}`.

    `lang` is what X says and only a hint, `language` is believed; other keys are passed over.

    Raises WrongUsage with a sentence that names the key.
    """
    author = _of(given, "author", dict, {})
    kind = _of(given, "kind", str, "mention")
    if kind not in KINDS:
        raise WrongUsage(f"`kind` is one of {', '.join(KINDS)}, not {kind!r}")
    if not isinstance(given.get("text"), str):
        raise WrongUsage('`text` is missing: write the words of the post, as in {"text": "I paid twice"}')
    return Mention(
        text=without_halves(given["text"]),
        author=Author(
            username=_of(author, "username", str, "").removeprefix("@"),
            followers=_of(author, "followers", int, 0),
            verified=_of(author, "verified", bool, False),
            vip=_of(author, "vip", bool, False),
            earlier_cases=_of(author, "earlier_cases", int, 0),
        ),
        kind=kind,
        at=moment_of(_of(given, "at", str, "")),
        language=_of(given, "language", str, ""),
        hint=_of(given, "lang", str, ""),
        media=_of(given, "media", int, 0),
        account=_of(given, "account", str, "").removeprefix("@"),
    )


def moment_of(written: str) -> datetime | None:
    """Return the moment of an RFC 3339 text; None of an empty one.

    Raises WrongUsage.
    """
    if not written:
        return None
    advice = f"a time is written as in 2026-11-23T09:30:00+03:00, not {written!r}"
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise WrongUsage(advice) from None
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise WrongUsage(advice)
    return moment


def _of(given: Mapping[str, Any], key: str, kind: type, otherwise: Any) -> Any:
    value = given.get(key)
    if value is None:
        return otherwise
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise WrongUsage(f"`{key}` is {_WRITE.get(kind, 'a mapping')}, not {value!r}")
    return without_halves(value) if isinstance(value, str) else value
