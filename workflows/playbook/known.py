"""Which languages, countries and time zones there are."""

import zoneinfo
from functools import lru_cache

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
