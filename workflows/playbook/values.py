"""The kinds of value that playbooks are written with: spans, days, times, places, languages, choices."""

import re
import zoneinfo
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from workflows.domain.playbook import PRIORITIES
from workflows.domain.rules import Span
from workflows.domain.tone import Verdict
from workflows.playbook.problems import did_you_mean, nearest, one_of, shown

MAX_SPAN = timedelta(days=366)
MAX_UNDO = timedelta(seconds=60)
MAX_DOLLARS = 100
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?\Z", re.ASCII)
_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z", re.ASCII)
_COMMON = {
    "weekdays": "mon-fri",
    "workdays": "mon-fri",
    "weekend": "sat-sun",
    "weekends": "sat-sun",
    "daily": "mon-sun",
    "everyday": "mon-sun",
    "all": "mon-sun",
}
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr
ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset({*_ISO_639_1.split(), "hi-Latn"})
LANGUAGE_NAMES = {
    "english": "en",
    "hindi": "hi",
    "hinglish": "hi-Latn",
    "telugu": "te",
    "bengali": "bn",
    "bangla": "bn",
    "turkish": "tr",
    "türkçe": "tr",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "arabic": "ar",
    "urdu": "ur",
    "tamil": "ta",
    "marathi": "mr",
    "hi_latn": "hi-Latn",
    "en-us": "en",
    "en-gb": "en",
    "tr-tr": "tr",
}
COUNTRIES_HINT = {
    "turkey": "TR",
    "türkiye": "TR",
    "tur": "TR",
    "india": "IN",
    "ind": "IN",
    "bangladesh": "BD",
    "germany": "DE",
    "usa": "US",
    "uk": "GB",
    "england": "GB",
}


def unfit(code: str, found: str, fix: str) -> PydanticCustomError:
    """Return the error that refuses the value being read."""
    return PydanticCustomError(code, "{found}; {fix}", {"found": found, "fix": fix})


def text_of(value: Any, example: str) -> str:
    """Return the text; what is none is refused with the example."""
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
    text = text_of(value, "`15m`")
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


def _undo(value: Any) -> timedelta:
    span = read_span(value)
    if span > MAX_UNDO:
        fix = "write at most `60s`: the customer waits as long for every answer"
        raise unfit("span-too-long", shown(value), fix)
    return span


def _dollars(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        digits = re.sub("[^0-9.,]", "", value).replace(",", ".") if isinstance(value, str) else ""
        likely = digits if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", digits) else "0.015"
        fix = f"write US dollars as a number without signs or quotes, as in `{likely}`"
        raise unfit("empty" if value is None else "wrong-type", shown(value), fix)
    if not 0 <= value <= MAX_DOLLARS:
        fix = f"write US dollars from 0 to {MAX_DOLLARS}, as in `0.015`"
        raise unfit("out-of-range", shown(value), fix)
    return float(value)


def _times(value: Any) -> Span:
    text = text_of(value, '"09:00-17:30"')
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


def days_of(key: str) -> list[int]:
    """Return the weekdays that `mon` or `fri-sun` names; none when it names none."""
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS or key.endswith("-"):
        return []
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]


def _day_key(value: Any) -> str:
    if isinstance(value, str) and days_of(value):
        return value
    text = str(value).casefold()
    likely = _COMMON.get(text, "-".join(part.strip()[:3] for part in re.split("[-–—]| to ", text)))
    hint = f"did you mean `{likely}`? " if days_of(likely) else did_you_mean(text[:3], DAYS)
    raise unfit("bad-day", shown(value), f"{hint}write a day or a range, as in `mon` or `mon-fri`")


def _date(value: Any) -> date:
    text = text_of(value, "`2026-12-24`")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise unfit("bad-date", shown(text), "write year, month and day, as in `2026-12-24`")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unfit("bad-date", shown(text), "write a date that exists, as in `2026-12-24`") from None


def _moment(value: Any) -> datetime:
    text = text_of(value, '"2026-12-24T18:30:00+03:00"')
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
    text = text_of(value, "`75%`")
    match = re.fullmatch(r"([0-9]{1,9})%", text)
    if not match:
        raise unfit(
            "bad-percent", shown(text), "write a whole number with %, as in `75%`; a span goes under `after`"
        )
    if not 1 <= int(match[1]) <= 1000:
        raise unfit("bad-percent", shown(text), "write a share from `1%` to `1000%`")
    return int(match[1]) / 100


@lru_cache(1)
def time_zones() -> frozenset[str]:
    """Return the names of the time zone database."""
    return frozenset(zoneinfo.available_timezones())


@lru_cache(1)
def countries() -> dict[str, frozenset[str]]:
    """Return the countries whose public holidays are known, each with its subdivisions."""
    # 130 ms that a playbook without holidays need not wait for.
    import holidays  # noqa: PLC0415

    supported = holidays.list_supported_countries()
    return {code: frozenset(parts) for code, parts in supported.items() if len(code) == 2}


@lru_cache(64)
def subdivisions(country: str) -> frozenset[str]:
    """Return the states or provinces of a known country, by code, and by former codes and names."""
    import holidays  # noqa: PLC0415

    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    return countries()[country] | {alias for names in aliases.values() for alias in names}


def _time_zone(value: Any) -> str:
    text = text_of(value, "`Europe/Istanbul`")
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
    text = text_of(value, "`TR`")
    known = countries()
    if text not in known:
        upper = COUNTRIES_HINT.get(text.casefold(), text.upper())
        hint = f"did you mean `{upper}`? " if upper in known else ""
        fix = f"{hint}write the two capital letters of ISO 3166, as in `TR`; not every country is known"
        raise unfit("bad-country", shown(text), fix)
    return text


def _language(value: Any) -> str:
    text = text_of(value, "`en`")
    if text not in LANGUAGES:
        folded = text.casefold()
        meant = next((name for name in LANGUAGES if name.casefold() == folded), LANGUAGE_NAMES.get(folded))
        hint = f"did you mean `{meant}`? " if meant else ""
        fix = f"{hint}write the two small letters of ISO 639-1, as in `en`, or `hi-Latn` for romanised Hindi"
        raise unfit("bad-language", shown(text), fix)
    return text


def _long_text(limit: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = text_of(value, '"Please take this one."')
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


def as_kind(read: Callable[[Any], Any], **schema: Any) -> tuple[PlainValidator, WithJsonSchema]:
    """Return what makes a text a kind of value: how it is read, and what editors are told of it."""
    return PlainValidator(read), WithJsonSchema({"type": "string", **schema})


_SPAN_PATTERN = r"^(?=[0-9])([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}s)?$"
_SOME_SPAN = rf"^(?!(0+[dhms])+$){_SPAN_PATTERN[1:]}"
PositiveSpan = Annotated[timedelta, *as_kind(_positive_span, pattern=_SOME_SPAN, examples=["15m", "1h30m"])]
AnySpan = Annotated[timedelta, *as_kind(read_span, pattern=_SPAN_PATTERN, examples=["10m", "0s"])]
UndoSpan = Annotated[timedelta, *as_kind(_undo, pattern=_SPAN_PATTERN, examples=["5s", "0s"])]
Dollars = Annotated[
    float,
    PlainValidator(_dollars),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MAX_DOLLARS, "examples": [0.015]}),
]
Times = Annotated[
    Span,
    *as_kind(
        _times,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        examples=["09:00-17:30", "22:00-06:00"],
    ),
]
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
DayKey = Annotated[
    str,
    PlainValidator(_day_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY}(-{_DAY})?$", "examples": ["mon-fri"]}),
]
Day = Annotated[date, *as_kind(_date, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-12-24"])]
Moment = Annotated[datetime, *as_kind(_moment, format="date-time", examples=["2026-12-24T18:30:00+03:00"])]
Percent = Annotated[float, *as_kind(_percent, pattern=r"^([1-9][0-9]{0,2}|1000)%$", examples=["75%"])]
TimeZone = Annotated[str, *as_kind(_time_zone, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Istanbul"])]
Country = Annotated[str, *as_kind(_country, pattern="^[A-Z]{2}$", examples=["TR"])]
Language = Annotated[str, *as_kind(_language, enum=sorted(LANGUAGES), examples=["en"])]
ShortText = Annotated[
    str, *as_kind(_long_text(500), minLength=1, maxLength=500, examples=["Please take this one."])
]
LongText = Annotated[str, *as_kind(_long_text(5000), minLength=1, maxLength=5000, examples=["For our shop."])]
PriorityName = Annotated[str, *as_kind(_choice(PRIORITIES), enum=list(PRIORITIES), examples=["high"])]
Kind = Annotated[
    str,
    *as_kind(
        _choice(("mention", "reply", "quote", "dm")),
        enum=["mention", "reply", "quote", "dm"],
        examples=["dm"],
    ),
]
_MOODS = ("angry", "negative", "neutral", "positive")
Mood = Annotated[str, *as_kind(_choice(_MOODS), enum=list(_MOODS), examples=["angry"])]
_OWNERS = ("none", "round_robin", "least_load")
Owner = Annotated[str, *as_kind(_choice(_OWNERS), enum=list(_OWNERS), examples=["least_load"])]
_QUIET = ("acknowledge", "claim")
Quieting = Annotated[str, *as_kind(_choice(_QUIET), enum=list(_QUIET), examples=["acknowledge"])]
_VERDICTS = tuple(verdict.value for verdict in Verdict)
VerdictName = Annotated[str, *as_kind(_choice(_VERDICTS), enum=list(_VERDICTS), examples=["warn"])]
