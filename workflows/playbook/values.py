"""The kinds of value that playbooks are written with: spans, times of day, ids, channels, names …"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import regex
from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from workflows.domain.playbook import PRIORITIES
from workflows.domain.rules import Span
from workflows.playbook.known import COUNTRIES_HINT, LANGUAGE_NAMES, LANGUAGES, countries, time_zones
from workflows.playbook.problems import did_you_mean, nearest, one_of, shown

MAX_SPAN = timedelta(days=366)
CHANNEL_ROLES = ("cards", "supervisors", "admins")
PING_ROLES = ("agents", "supervisors", "admins", "team", "owner", "on_duty_supervisor")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?\Z", re.ASCII)
_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z", re.ASCII)
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


def unfit(code: str, found: str, fix: str) -> PydanticCustomError:
    """Return the error that refuses the value being read."""
    return PydanticCustomError(code, "{found}; {fix}", {"found": found, "fix": fix})


def _text(value: Any, example: str) -> str:
    if isinstance(value, str) and value.strip():
        return value
    if value is None:
        raise unfit(
            "empty", "nothing", f"write a value, as in {example}; a # begins a comment unless it is in quotes"
        )
    if isinstance(value, bool | int | float):
        raise unfit(
            "wrong-type",
            shown(value),
            f"write a text, as in {example}; a number meant as text goes in quotes",
        )
    raise unfit("empty" if value == "" else "wrong-type", shown(value), f"write one text, as in {example}")


def read_span(value: Any) -> timedelta:
    """Return `1h30m` as a span."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        fix = f"add the unit s, m, h or d, as in `{value}m`"
        raise unfit("bad-span", f"{shown(value)} without a unit", fix)
    text = _text(value, "`15m`")
    match = _SPAN.match(text)
    if not match or not text:
        raise unfit(
            "bad-span", shown(text), f"write whole numbers with d, h, m, s, as in `{_likely_span(text)}`"
        )
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if span > MAX_SPAN:
        raise unfit("span-too-long", shown(text), "write at most `366d`")
    return span


def _likely_span(text: str) -> str:
    """Return what was probably meant by "1.5 h", "30m1h" or "15 minutes"."""
    found = re.findall(r"([0-9]{1,5}(?:[.,][0-9]{1,3})?)\s*(d|h|m|s)", text[:100].casefold())
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    left = round(sum(float(number.replace(",", ".")) * units[unit] for number, unit in found))
    meant = ""
    for unit, seconds in list(units.items())[0 if any(unit == "d" for _, unit in found) else 1 :]:
        count, left = divmod(left, seconds)
        meant += f"{count}{unit}" if count else ""
    return meant or "1h30m"


def _positive_span(value: Any) -> timedelta:
    span = read_span(value)
    if not span:
        raise unfit("bad-span", shown(value), "write a span longer than nothing, as in `15m`")
    return span


def _times(value: Any) -> Span:
    text = _text(value, '"09:00-17:30"')
    match = _TIMES.match(text)
    if not match:
        fix = (
            'write two times of 24 hours with a plain hyphen, in quotes, as in "09:00-17:30" or "22:00-06:00"'
        )
        raise unfit("bad-time", shown(text), fix)
    start = int(match[1]) * 60 + int(match[2])
    end = int(match[3]) * 60 + int(match[4]) if match[3] else 1440
    if start == end:
        raise unfit(
            "bad-time", f"{shown(text)}, which ends when it begins", 'write "00:00-24:00" for the whole day'
        )
    return Span(start, end)


def _date(value: Any) -> date:
    text = _text(value, "`2026-12-24`")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise unfit("bad-date", shown(text), "write year, month and day, as in `2026-12-24`")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unfit("bad-date", shown(text), "write a date that exists, as in `2026-12-24`") from None


def _moment(value: Any) -> datetime:
    text = _text(value, '"2026-12-24T18:30:00+03:00"')
    moment: datetime | None = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
    if moment is None or moment.utcoffset() is None:
        fix = 'write date, time and offset, as in "2026-12-24T18:30:00+03:00"'
        raise unfit("bad-moment", shown(text), fix)
    return moment


def _percent(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise unfit("bad-percent", shown(value), f"add the sign, as in `{75 if value < 1 else int(value)}%`")
    text = _text(value, "`75%`")
    match = re.fullmatch(r"([0-9]{1,9})%", text)
    if not match:
        raise unfit(
            "bad-percent", shown(text), "write a whole number with %, as in `75%`; a span goes under `after`"
        )
    if not 1 <= int(match[1]) <= 1000:
        raise unfit("bad-percent", shown(text), "write a share from `1%` to `1000%`")
    return int(match[1]) / 100


def _time_zone(value: Any) -> str:
    text = _text(value, "`Europe/Istanbul`")
    zones = time_zones()
    if text not in zones:
        cities = {
            zone.rsplit("/", 1)[-1].casefold(): zone
            for zone in sorted(zones)
            if "/" in zone and zone[:4] != "Etc/"
        }
        city = nearest(text.rsplit("/", 1)[-1].replace(" ", "_"), cities)
        hint = f"did you mean `{cities[city]}`? " if city else ""
        raise unfit(
            "bad-time-zone", shown(text), f"{hint}write a continent and a city, as in `Europe/Istanbul`"
        )
    return text


def _country(value: Any) -> str:
    text = _text(value, "`TR`")
    known = countries()
    if text not in known:
        upper = COUNTRIES_HINT.get(text.casefold(), text.upper())
        hint = f"did you mean `{upper}`? " if upper in known else ""
        fix = f"{hint}write the two capital letters of ISO 3166, as in `TR`; not every country is known"
        raise unfit("bad-country", shown(text), fix)
    return text


def _language(value: Any) -> str:
    text = _text(value, "`en`")
    if text not in LANGUAGES:
        folded = text.casefold()
        meant = next((name for name in LANGUAGES if name.casefold() == folded), LANGUAGE_NAMES.get(folded))
        hint = f"did you mean `{meant}`? " if meant else ""
        fix = f"{hint}write the two small letters of ISO 639-1, as in `en`, or `hi-Latn` for romanised Hindi"
        raise unfit("bad-language", shown(text), fix)
    return text


def _user(value: Any) -> str:
    text = _text(value, "`U0ASHA`")
    if not _USER.match(text):
        raise unfit("bad-id", shown(text), f"write a Slack user id: {_FIND_ID}")
    return text


def _inside(text: str) -> str:
    """Return the hint to take an id out of what Slack makes of it in a message: <@U0ASHA|asha>."""
    found = re.match(r"<[@#!](?:subteam\^)?([A-Z][A-Z0-9]{2,20})(?:\|[^>]*)?>\Z", text)
    return f"write `{found[1]}` alone; " if found else ""


def _member(value: Any) -> str:
    text = _text(value, "`U0ASHA`")
    if not (_USER.match(text) or _GROUP.match(text)):
        if inside := _inside(text):
            raise unfit("bad-id", shown(text), f"{inside}ids of people begin with U or W, of groups with S")
        raise unfit("bad-id", shown(text), f"write a Slack user id or group id, not a name: {_FIND_ID}")
    return text


def _ping(value: Any) -> str:
    text = _text(value, "`supervisors`")
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
    text = _text(value, '`cards` or `"#press"`')
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


def _name(value: Any) -> str:
    text = _text(value, "`payment failed`")
    if len(text) > 80 or not text.isprintable():
        raise unfit("bad-name", shown(text), "write a name on one line of at most 80 characters")
    return text


def _tag(value: Any) -> str:
    text = _text(value, "`payment`")
    if not _TAG.match(text):
        likely = regex.sub(r"[^\p{L}\p{M}\p{N}_-]+", "-", text.lower()).strip("-_")[:80] or "payment"
        raise unfit("bad-tag", shown(text), f"write small letters, digits, - and _, as in `{likely}`")
    return text


def _username(value: Any) -> str:
    text = _text(value, "`acme`")
    if text.startswith("@"):
        raise unfit("bad-username", shown(text), f"leave the @ out, as in `{text[1:16]}`")
    if not _USERNAME.match(text):
        fix = "write a username of X: letters, digits and _, at most 15, as in `acme_help`"
        raise unfit("bad-username", shown(text), fix)
    return text


def _host(value: Any) -> str:
    text = _text(value, "`example.com`")
    if not _HOST.match(text):
        likely = re.sub(r"^[a-z]+://", "", text.lower()).split("/", maxsplit=1)[0]
        likely = likely if _HOST.match(likely) else "example.com"
        raise unfit("bad-host", shown(text), f"write the host only, as in `{likely}`")
    return text


def _long_text(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value, '"Please take this one."')
        if len(text) > limit:
            raise unfit("too-long", f"a text of {len(text)} characters", f"write at most {limit} characters")
        return text

    return read


def _choice(choices: Sequence[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if isinstance(value, str) and value in choices:
            return value
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        code = "wrong-type" if isinstance(value, list | dict) else "not-a-choice"
        raise unfit("empty" if value is None else code, shown(value), f"{hint}write {one_of(choices)}")

    return read


def _kind(read: Callable[[Any], Any], **schema: Any) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(read), WithJsonSchema({"type": "string", **schema})


_SPAN_PATTERN = r"^(?=[0-9])([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}s)?$"
_ID = "[A-Z0-9]{2,20}"
_SOME_SPAN = rf"^(?!(0+[dhms])+$){_SPAN_PATTERN[1:]}"

PositiveSpan = Annotated[timedelta, *_kind(_positive_span, pattern=_SOME_SPAN, examples=["15m", "1h30m"])]
AnySpan = Annotated[timedelta, *_kind(read_span, pattern=_SPAN_PATTERN, examples=["10m", "0s"])]
Times = Annotated[
    Span,
    *_kind(
        _times,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        examples=["09:00-17:30", "22:00-06:00"],
    ),
]
Day = Annotated[date, *_kind(_date, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-12-24"])]
Moment = Annotated[datetime, *_kind(_moment, format="date-time", examples=["2026-12-24T18:30:00+03:00"])]
Percent = Annotated[float, *_kind(_percent, pattern=r"^([1-9][0-9]{0,2}|1000)%$", examples=["75%"])]
TimeZone = Annotated[str, *_kind(_time_zone, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Istanbul"])]
Country = Annotated[str, *_kind(_country, pattern="^[A-Z]{2}$", examples=["TR"])]
Language = Annotated[str, *_kind(_language, enum=sorted(LANGUAGES), examples=["en"])]
UserId = Annotated[str, *_kind(_user, pattern=f"^[UW]{_ID}$", examples=["U0ASHA"])]
Member = Annotated[str, *_kind(_member, pattern=f"^[UWS]{_ID}$", examples=["U0ASHA", "S0LEADS"])]
PingTarget = Annotated[
    str,
    *_kind(_ping, anyOf=[{"enum": list(PING_ROLES)}, {"pattern": f"^[UWS]{_ID}$"}], examples=["supervisors"]),
]
_CHANNEL_FORMS = [
    {"enum": list(CHANNEL_ROLES)},
    {"pattern": r"^#[^\sA-Z.,:;!?#@'\"()]{1,80}$"},
    {"pattern": "^[CG][A-Z0-9]{6,20}$"},
]
Channel = Annotated[str, *_kind(_channel, anyOf=_CHANNEL_FORMS, examples=["cards", "#press"])]
Name = Annotated[str, *_kind(_name, minLength=1, maxLength=80, examples=["payment failed"])]
Tag = Annotated[str, *_kind(_tag, pattern=r"^[^\sA-Z.,:;!?#@'\"()]{1,80}$", examples=["payment"])]
Username = Annotated[str, *_kind(_username, pattern="^[A-Za-z0-9_]{1,15}$", examples=["acme_help"])]
Host = Annotated[str, *_kind(_host, pattern=r"^[a-z0-9.-]+\.[a-z0-9-]{2,}$", examples=["example.com"])]
ShortText = Annotated[
    str, *_kind(_long_text(500), minLength=1, maxLength=500, examples=["Please take this one."])
]
LongText = Annotated[str, *_kind(_long_text(5000), minLength=1, maxLength=5000, examples=["For our shop."])]
PriorityName = Annotated[str, *_kind(_choice(PRIORITIES), enum=list(PRIORITIES), examples=["high"])]
Kind = Annotated[
    str,
    *_kind(
        _choice(("mention", "reply", "quote", "dm")),
        enum=["mention", "reply", "quote", "dm"],
        examples=["dm"],
    ),
]
_MOODS = ("angry", "negative", "neutral", "positive")
Mood = Annotated[str, *_kind(_choice(_MOODS), enum=list(_MOODS), examples=["angry"])]
_OWNERS = ("none", "round_robin", "least_load")
Owner = Annotated[str, *_kind(_choice(_OWNERS), enum=list(_OWNERS), examples=["least_load"])]
_QUIET = ("acknowledge", "claim")
Quieting = Annotated[str, *_kind(_choice(_QUIET), enum=list(_QUIET), examples=["acknowledge"])]
