"""The kinds of value that have a form: ids, channels, names, tags, words, regular expressions.

Expressions are compiled by RE2, so that none can hang; what it refuses is told with the reason.
"""

import re
import unicodedata
from typing import Annotated, Any

import regex
from pydantic import PlainValidator, WithJsonSchema

from workflows.domain.text import compile_pattern, fold, words_of
from workflows.playbook.problems import did_you_mean, one_of, safe, shown
from workflows.playbook.values import as_kind, text_of, unfit

CHANNEL_ROLES = ("cards", "supervisors", "admins")
APPROVER_ROLES = ("supervisors", "admins")
PING_ROLES = ("agents", "supervisors", "admins", "team", "owner", "on_duty_supervisor")
_USER = re.compile(r"[UW][A-Z0-9]{2,20}\Z")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}\Z")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{6,20}\Z")
_CHANNEL_NAME = regex.compile(r"#[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_-]{1,80}\Z")
_TAG = regex.compile(r"[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_-]{0,79}\Z")
_USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}\Z")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{1,62}\Z")
_FIND_ID = (
    "in Slack open the profile, press the three dots and copy the member id, as in U0ASHA (groups: S0LEADS)"
)
MAX_LENGTH = 500
_HINTS = (
    ("\\b may stand", "write \\b at the beginning or the end only, or {or_else}"),
    ("perl operator", "RE2 has no look-around; in triage write two conditions with `all` and `not`"),
    ("escape sequence", "RE2 has no back-references and no such escape; write out what may stand there"),
    ("missing )", "close the round bracket, or write \\( for the character"),
    ("unexpected )", "open the round bracket, or write \\) for the character"),
    ("missing ]", "close the square bracket, or write \\[ for the character"),
    ("no argument for repetition", "write something before *, + or ?, or a backslash for the character"),
    ("bad repetition operator", "use one of *, + and ? at a time"),
    ("repetition size", "repeat at most 1000 times in all, as in `[0-9]{{4,20}}`"),
    (
        "character class range",
        "write the range from small to large, as in `[a-z]`, or a class such as `\\p{{L}}`",
    ),
    ("trailing \\", "take the backslash at the end out, or write \\\\ for the character"),
    ("too large", "shorten the expression, or {or_else}"),
)
# At the start of a word, or two. Between letters it stands for itself, as in sh*t: lint warns of long ones.
_STAR_ASTRAY = regex.compile(r"(?:^|\s)\*|\*\*")


def _user(value: Any) -> str:
    text = text_of(value, "`U0ASHA`")
    if not _USER.match(text):
        raise unfit("bad-id", shown(text), f"write a Slack user id: {_FIND_ID}")
    return text


def _inside(text: str) -> str:
    """Return the hint to take an id out of what Slack makes of it in a message: <@U0ASHA|asha>."""
    found = re.match(r"<[@#!](?:subteam\^)?([A-Z][A-Z0-9]{2,20})(?:\|[^>]*)?>\Z", text)
    return f"write `{found[1]}` alone; " if found else ""


def _member(value: Any) -> str:
    text = text_of(value, "`U0ASHA`")
    if not (_USER.match(text) or _GROUP.match(text)):
        if inside := _inside(text):
            raise unfit("bad-id", shown(text), f"{inside}ids of people begin with U or W, of groups with S")
        raise unfit("bad-id", shown(text), f"write a Slack user id or group id, not a name: {_FIND_ID}")
    return text


def _ping(value: Any) -> str:
    text = text_of(value, "`supervisors`")
    if text in PING_ROLES or _USER.match(text) or _GROUP.match(text):
        return text
    if text.startswith("#") or _CHANNEL_ID.match(text):
        raise unfit(
            "bad-ping",
            shown(text),
            f'write a channel beside it, as in `channel: "{text}"`, and whom under `ping`',
        )
    hint = _inside(text) or did_you_mean(text, PING_ROLES)
    raise unfit("bad-ping", shown(text), f"{hint}write {one_of(PING_ROLES)}, or an id: {_FIND_ID}")


def _channel(value: Any) -> str:
    text = text_of(value, '`cards` or `"#press"`')
    if text in CHANNEL_ROLES or _CHANNEL_ID.match(text) or _CHANNEL_NAME.match(text):
        return text
    if text.startswith("#"):
        likely = regex.sub(r"[^\p{L}\p{M}\p{N}_-]+", "-", text[1:].lower()).strip("-")[:80] or "press"
        fix = f'Slack\'s channel names are small letters, digits, - and _, at most 80: write "#{likely}"'
        raise unfit("bad-channel", shown(text), fix)
    hint = _inside(text) or did_you_mean(text, CHANNEL_ROLES)
    fix = (
        f'{hint}write {one_of(CHANNEL_ROLES)}, a name with # in quotes as in "#press", or an id as in C0PRESS'
    )
    raise unfit("bad-channel", shown(text), fix)


def _approver(value: Any) -> str:
    text = text_of(value, "`supervisors`")
    if text in APPROVER_ROLES or _USER.match(text) or _GROUP.match(text):
        return text
    hint = _inside(text) or did_you_mean(text, APPROVER_ROLES)
    raise unfit("bad-approver", shown(text), f"{hint}write {one_of(APPROVER_ROLES)}, or an id: {_FIND_ID}")


def _private_channel(value: Any) -> str:
    text = text_of(value, '`"#customers-private"`')
    if text in CHANNEL_ROLES:
        fix = 'write a private channel of its own, as in "#customers-private": direct messages are read in it'
        raise unfit("public-role", f"the role `{text}`, whose channel many people read", fix)
    return _channel(text)


def _name(value: Any) -> str:
    text = text_of(value, "`payment failed`")
    if len(text) > 80 or not text.isprintable():
        raise unfit("bad-name", shown(text), "write a name on one line of at most 80 characters")
    return text


def is_tag(text: str) -> bool:
    """Return whether the text has the form of a tag, which the names of teams and macros have too."""
    return bool(_TAG.match(text))


def _tag(value: Any) -> str:
    text = text_of(value, "`payment`")
    if not is_tag(text):
        likely = regex.sub(r"[^\p{L}\p{M}\p{N}_-]+", "-", text.lower()).strip("-_")[:80] or "payment"
        raise unfit("bad-tag", shown(text), f"write small letters, digits, - and _, as in `{likely}`")
    return text


def _username(value: Any) -> str:
    text = text_of(value, "`acme`")
    if text.startswith("@"):
        raise unfit("bad-username", shown(text), f"leave the @ out, as in `{text[1:16]}`")
    if not _USERNAME.match(text):
        fix = "write a username of X: letters, digits and _, at most 15, as in `acme_help`"
        raise unfit("bad-username", shown(text), fix)
    return text


def _host(value: Any) -> str:
    text = text_of(value, "`example.com`")
    if not _HOST.match(text):
        likely = re.sub(r"^[a-z]+://", "", text.lower()).split("/", maxsplit=1)[0]
        likely = likely if _HOST.match(likely) else "example.com"
        raise unfit("bad-host", shown(text), f"write the host only, as in `{likely}`")
    return text


def folded_pattern(pattern: str) -> str:
    """Return the pattern for folded texts: its letters beyond ASCII are folded likewise.

    ASCII stays as it is, because \\S and \\s differ; the pattern is compiled without regard to case.
    """
    composed = unicodedata.normalize("NFC", pattern)
    return regex.sub(r"[^\x00-\x7f]+", lambda found: fold(found[0]), composed)


def _pattern(value: Any) -> str:
    return _expression(value, fold_it=True, or_else="list the words under `words`")


def _offer(value: Any) -> str:
    return _expression(value, fold_it=True, or_else="write several short ones")


def _order_number(value: Any) -> str:
    """Numbers are looked for in drafts as they stand, so that their places are known: nothing is folded."""
    return _expression(value, fold_it=False, or_else="write one for each form of your numbers")


def _expression(value: Any, *, fold_it: bool, or_else: str) -> str:
    if not isinstance(value, str) or not value:
        raise unfit(
            "wrong-type", shown(value), "write an expression in single quotes, as in 'order *[0-9]{6}'"
        )
    if len(value) > MAX_LENGTH:
        fix = f"write at most {MAX_LENGTH} characters, or {or_else}"
        raise unfit("bad-regex", f"an expression of {len(value)} characters", fix)
    pattern = folded_pattern(value) if fold_it else unicodedata.normalize("NFC", value)
    try:
        compiled = compile_pattern(pattern)
    except ValueError as error:
        found = f"{shown(value)} ({safe(str(error))})"
        raise unfit("bad-regex", found, _hint(str(error), or_else)) from None
    if any((found := compiled.search(text)) and not found.group(0) for text in ("", "a", "a 1")):
        fix = "it matches the empty text and so everything: write + for *, or name what must stand there"
        raise unfit("bad-regex", shown(value), fix)
    return pattern


def _hint(reason: str, or_else: str) -> str:
    for words, hint in _HINTS:
        if words in reason:
            return hint.format(or_else=or_else)
    return f"write an expression of RE2, or {or_else}"


def _word(value: Any) -> str:
    if isinstance(value, bool | int | float):
        plain = str(value).lower() if isinstance(value, bool) else value
        raise unfit("wrong-type", shown(value), f'put it in quotes: "{plain}"')
    if not isinstance(value, str) or not value.strip():
        fix = "write a word, as in `refund`; one that begins with # goes in quotes"
        raise unfit("empty" if not value else "wrong-type", shown(value), fix)
    if len(value) > 200:
        raise unfit("too-long", f"a text of {len(value)} characters", "write at most 200 characters")
    if value.strip() == "*":
        raise unfit("bad-word", shown(value), "write the beginning of a word before the *, as in `refund*`")
    if _STAR_ASTRAY.search(value):
        fix = 'a * stands at the end of a word, as in "refund*"; for more write an expression under `regex`'
        raise unfit("bad-word", shown(value), fix)
    return value


def _hashtag(value: Any) -> str:
    text = _word(value)
    if text.startswith("#"):
        raise unfit("bad-hashtag", shown(text), f"leave the # out, as in `{safe(text[1:])}`")
    if len(words_of(text)) != 1 or regex.search(r"[\s*]", text):
        raise unfit("bad-hashtag", shown(text), "write one word without spaces, as in `outage`")
    return text


_ID = "[A-Z0-9]{2,20}"
_APPROVER_FORMS = [{"enum": list(APPROVER_ROLES)}, {"pattern": f"^[UWS]{_ID}$"}]
Approver = Annotated[str, *as_kind(_approver, anyOf=_APPROVER_FORMS, examples=["supervisors"])]
UserId = Annotated[str, *as_kind(_user, pattern=f"^[UW]{_ID}$", examples=["U0ASHA"])]
Member = Annotated[str, *as_kind(_member, pattern=f"^[UWS]{_ID}$", examples=["U0ASHA", "S0LEADS"])]
PingTarget = Annotated[
    str,
    *as_kind(
        _ping, anyOf=[{"enum": list(PING_ROLES)}, {"pattern": f"^[UWS]{_ID}$"}], examples=["supervisors"]
    ),
]
_CHANNEL_FORMS = [
    {"enum": list(CHANNEL_ROLES)},
    {"pattern": r"^#[^\sA-Z.,:;!?#@'\"()]{1,80}$"},
    {"pattern": "^[CG][A-Z0-9]{6,20}$"},
]
Channel = Annotated[str, *as_kind(_channel, anyOf=_CHANNEL_FORMS, examples=["cards", "#press"])]
PrivateChannel = Annotated[
    str, *as_kind(_private_channel, anyOf=_CHANNEL_FORMS[1:], examples=["#customers-private"])
]
Name = Annotated[str, *as_kind(_name, minLength=1, maxLength=80, examples=["payment failed"])]
Tag = Annotated[str, *as_kind(_tag, pattern=r"^[^\sA-Z.,:;!?#@'\"()]{1,80}$", examples=["payment"])]
Username = Annotated[str, *as_kind(_username, pattern="^[A-Za-z0-9_]{1,15}$", examples=["acme_help"])]
Host = Annotated[str, *as_kind(_host, pattern=r"^[a-z0-9.-]+\.[a-z0-9-]{2,}$", examples=["example.com"])]
Pattern = Annotated[
    str,
    PlainValidator(_pattern),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "examples": ["order *[0-9]{6}"]}
    ),
]
OfferPattern = Annotated[str, *as_kind(_offer, minLength=1, maxLength=MAX_LENGTH, examples=["[0-9]+ ?% off"])]
OrderNumber = Annotated[
    str,
    *as_kind(_order_number, minLength=1, maxLength=MAX_LENGTH, examples=["\\b[0-9]{9}\\b"]),
]
Word = Annotated[
    str,
    PlainValidator(_word),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?!.*(^|\s)\*)(?!.*\*\*).*\S.*$",
            "minLength": 1,
            "maxLength": 200,
        }
        | {"examples": ["refund*", "account stolen"]}
    ),
]
Hashtag = Annotated[
    str,
    PlainValidator(_hashtag),
    WithJsonSchema({"type": "string", "pattern": r"^[^\s#*]+$", "maxLength": 200, "examples": ["outage"]}),
]
