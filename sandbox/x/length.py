"""Take the text of a post apart, weigh it, and write it as X returns it.

The rules are those X publishes as twitter-text, configuration v3.

They are written from there alone, so that it can catch a mistake of the desk's own counter. Every pass over
a text is linear: domains are cut out of runs of letters instead of being guessed at each position.

Two things are simpler than in the original: any emoji may join any other with a zero-width joiner (the
original knows a list of families), and of the top-level domains the country codes and common ones are known.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from html import escape
from typing import Any

LIMIT = 280
LINK_WEIGHT = 23
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_LATIN = "À-ÖØ-öø-ɏɓɔɖɗəɛɣɨɯɲʉʋʻ\u0300-\u036fḀ-ỿ"
_CYRILLIC = "\u0400-\u04ff"

_COUNTRIES = """
ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv
bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu
fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in
io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf
mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph
pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy
sz tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws ye yt
za zm zw भारत ভারত భారత్ বাংলা ভাৰত ભારત ਭਾਰਤ இந்தியா рф укр 中国 中國 台灣 香港 한국 مصر السعودية امارات
"""
_COMMON = """
com net org edu gov mil int info biz name pro aero coop museum jobs mobi tel travel cat asia post xxx arpa
academy agency app art audio auto bank bar beauty best bike bio blog boutique build business buzz cab cafe
camera camp capital care careers cars cash center chat church city click clinic clothing cloud club codes
coffee community company computer contact credit data date deals delivery dental design dev digital direct
directory discount doctor dog domains download earth eco education email energy engineer equipment estate
events exchange expert express family fan farm fashion film finance fish fit flowers food football forum
foundation fun fund furniture fyi gallery game games garden gift gifts glass global gold golf google green
group guide guru health help here holiday home hospital host hosting hotels house how immo industries ing
ink insurance international investments ist istanbul jewelry land law legal life lighting limited link live
loan lol london love ltd market marketing media menu mobile moda money movie network news ngo ninja nyc ong
one online page paris parts party pet photo photography photos pics pictures pink pizza plus poker press
promo properties property pub radio recipes red rent report restaurant review reviews rocks run sale salon
school science security services sexy shoes shop shopping show site ski social software solutions space
sport store stream studio style support surf systems tax taxi team tech technology tips tires tokyo tools
top tours town toys trade training tube university vacations video vip vision vote voyage watch web website
wedding wiki win wine work works world wtf xyz yoga youtube zone コム 网络 公司 онлайн संगठन
"""
_TOP_LEVEL = frozenset(_COUNTRIES.split()) | frozenset(_COMMON.split())

_START = re.compile(
    r"(?P<scheme>(?<![A-Za-z0-9@＠$#＃])https?://)"
    rf"|(?P<run>[A-Za-z0-9{_LATIN}](?:(?!(?<=[._\-])https?://)[A-Za-z0-9{_LATIN}._\-])*)",
    re.IGNORECASE,
)
_ASCII_HOST = re.compile(rf"[A-Za-z0-9{_LATIN}._\-]+")
_ANY_HOST = re.compile(r"[^\s!-,/:-@\[-^`{-~\u2000-\u206f\u3000-\u303f]+")
_ANOTHER_SCRIPT = re.compile(r"[^\s\x00-\x7f]\.")
"""Before a bare domain: to X `ధన్యవాదాలు.example.com` is one domain, of which it links what is Latin."""
_PORT = re.compile(r":[0-9]+")
_PATH_CHARS = rf"[a-z{_CYRILLIC}0-9!*';:=+,.$/%#\[\]\-–_~@|&{_LATIN}]"
_PATH_CHAR = re.compile(_PATH_CHARS, re.IGNORECASE)
_PATH_LAST = re.compile(rf"[+\-a-z{_CYRILLIC}0-9=_#/{_LATIN}]", re.IGNORECASE)
_PARENTHESES = re.compile(rf"\({_PATH_CHARS}*+(?:\({_PATH_CHARS}++\){_PATH_CHARS}*+)?\)", re.IGNORECASE)
_QUERY = re.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/]", re.IGNORECASE)
_SHORT_LINK = re.compile(r"https?://t\.co/[a-z0-9]+", re.IGNORECASE)

_MENTION = re.compile(
    rf"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{{1,20}}+)(?![@＠{_LATIN}]|://)", re.IGNORECASE
)
_HASHTAG = re.compile(r"(?<![\w&])[#＃]([\w\u0900-\u0dff\u200c\u200d]+)(?!://|[#＃])")

_BASES = (
    "☝⛹✊-✍🎅🏂-🏄🏇🏊-🏌👂👃👆-👐👦-👸👼💁-💃💅-💇💏💑💪🕴🕵🕺🖐🖕🖖🙅-🙇🙋-🙏🚣🚴-🚶🛀🛌"
    "\U0001f90c\U0001f90f\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93c-\U0001f93e\U0001f977"
    "\U0001f9b5\U0001f9b6\U0001f9b8\U0001f9b9\U0001f9bb\U0001f9cd-\U0001f9cf\U0001f9d1-\U0001f9dd"
    "\U0001fac3-\U0001fac5\U0001faf0-\U0001fafa"
)
_TONES = "\U0001f3fb-\U0001f3ff"
_PICTURES = (
    "\u203c\u2049\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
_ONE = rf"(?:[{_BASES}][{_TONES}]|[©®™]\ufe0f|[{_PICTURES}](?!\ufe0e)\ufe0f?)"
_EMOJI = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    rf"|\U0001f3f4[\U000e0061-\U000e007a]+\U000e007f|{_ONE}(?:\u200d{_ONE})*|[{_TONES}]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch `text[start:end]` of a post: a link, a mention or a hashtag; `value` is without its sign."""

    start: int
    end: int
    value: str


def weighted_length(text: str) -> int:
    """Return how much of the limit `text` uses up: 280 is the most that may be posted."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for link in find_links(text):
        total += _weigh(text[at : link.start]) + LINK_WEIGHT
        at = link.end
    return total + _weigh(text[at:])


def _weigh(text: str) -> int:
    emoji = 0
    kept: list[str] = []
    at = 0
    for found in _EMOJI.finditer(text):
        emoji += 2
        kept.append(text[at : found.start()])
        at = found.end()
    kept.append(text[at:])
    return emoji + sum(1 if _is_light(ord(sign)) else 2 for part in kept for sign in part)


def _is_light(point: int) -> bool:
    return (
        point <= 0x10FF or 0x2000 <= point <= 0x200D or 0x2010 <= point <= 0x201F or 0x2032 <= point <= 0x2037
    )


def find_links(text: str) -> list[Piece]:
    """Return what X would make a link of, with a scheme or without one, in order."""
    links: list[Piece] = []
    at = 0
    while found := _START.search(text, at):
        link = _schemed(text, found) if found["scheme"] else _bare(text, found)
        at = found.end() if link is None else link.end
        if link is not None:
            links.append(link)
            at = _query_end(text, _port_end(text, at))  # of a bare domain X passes over these, unlinked
    return links


def _schemed(text: str, found: re.Match[str]) -> Piece | None:
    start, at = found.span()
    for host in (_ASCII_HOST, _ANY_HOST):
        run = host.match(text, at)
        end = _domain_end(text, run) if run else None
        if end is not None:
            break
    else:
        return None
    if short := _SHORT_LINK.match(text, start):
        return Piece(start, short.end(), short.group())
    end = _query_end(text, _path_end(text, _port_end(text, end)))
    return Piece(start, end, text[start:end])


def _bare(text: str, found: re.Match[str]) -> Piece | None:
    start = found.start()
    if start and text[start - 1] in "@＠$#＃-_./" and not _ANOTHER_SCRIPT.match(text, start - 2):
        return None  # the tail of an e-mail address, a hashtag, a path
    end = _domain_end(text, found)
    if end is None:
        return None
    with_port = _port_end(text, end)
    if text[with_port : with_port + 1] == "/":  # without a path, port and query stay plain text
        end = _query_end(text, _path_end(text, with_port))
    return Piece(start, end, text[start:end])


def _domain_end(text: str, run: re.Match[str]) -> int | None:
    """Return where the longest valid domain ends that begins where `run` begins."""
    labels = run.group().split(".")
    ends: list[int] = []
    at = run.start() - 1
    for label in labels:
        at += 1 + len(label)
        ends.append(at)
    sound = 0
    while sound < len(labels) and _is_label(labels[sound]):
        sound += 1
    for last in range(min(sound, len(labels)) - 1, 0, -1):
        if "_" in labels[last - 1] or not _is_top_level(labels[last]):
            continue
        after = text[ends[last] : ends[last] + 1]
        if not re.match(r"[0-9A-Za-z@]", after):
            return ends[last]
    return None


def _is_label(label: str) -> bool:
    return 0 < len(label) <= 63 and label[0] not in "-_" and label[-1] not in "-_"


def _is_top_level(label: str) -> bool:
    label = label.lower()
    return label in _TOP_LEVEL or (label.startswith("xn--") and "_" not in label)


def _port_end(text: str, at: int) -> int:
    port = _PORT.match(text, at)
    return port.end() if port else at


def _path_end(text: str, at: int) -> int:
    if text[at : at + 1] != "/":
        return at
    end = at = at + 1
    while at < len(text):
        if pair := _PARENTHESES.match(text, at):
            end = at = pair.end()
        elif _PATH_CHAR.match(text, at):
            at += 1
            if _PATH_LAST.match(text, at - 1):
                end = at
        else:
            break
    return end


def _query_end(text: str, at: int) -> int:
    query = _QUERY.match(text, at)
    return query.end() if query else at


def find_mentions(text: str) -> list[Piece]:
    """Return every `@name` in `text` that would notify someone, if there is such a person."""
    return _outside_links(text, _MENTION)


def find_hashtags(text: str) -> list[Piece]:
    """Return every hashtag; a number alone is none."""
    return [tag for tag in _outside_links(text, _HASHTAG) if not tag.value.isdigit()]


def _outside_links(text: str, pattern: re.Pattern[str]) -> list[Piece]:
    links = find_links(text)
    starts = [link.start for link in links]
    pieces: list[Piece] = []
    for found in pattern.finditer(text):
        before = bisect_right(starts, found.start())
        if not before or links[before - 1].end <= found.start():
            pieces.append(Piece(found.start(), found.end(), found[1]))
    return pieces


def cut(text: str) -> str:
    """Return the longest beginning that leaves room for `… ` and a link, up to a word's end if possible."""
    room = LIMIT - LINK_WEIGHT - 3
    least, most = 0, min(len(text), room)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if weighted_length(text[:middle]) <= room else (least, middle - 1)
    word = text[:least].rfind(" ")
    return text[: word if word > least // 2 else least].rstrip()


def compose(text: str, seed: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Return the text with links shortened and `& < >` as entities, and X's `entities` of what came out.

    seed  makes the short links of different posts differ.
    """
    pieces = [
        *(("urls", piece) for piece in find_links(text)),
        *(("mentions", piece) for piece in find_mentions(text)),
        *(("hashtags", piece) for piece in find_hashtags(text)),
    ]
    shown, at = "", 0
    entities: dict[str, list[dict[str, Any]]] = {}
    for kind, piece in sorted(pieces, key=lambda pair: pair[1].start):
        shown += escape(text[at : piece.start], quote=False)
        start = len(shown)
        entity = _entity(kind, piece.value, seed)
        shown += entity.get("url", text[piece.start : piece.end])
        entities.setdefault(kind, []).append({"start": start, "end": len(shown), **entity})
        at = piece.end
    return shown + escape(text[at:], quote=False), entities


def _entity(kind: str, value: str, seed: str) -> dict[str, str]:
    if kind != "urls":
        return {"username" if kind == "mentions" else "tag": value}
    shown = value.split("://", 1)[-1]
    return {
        "url": _short_link(f"{seed} {value}"),
        "expanded_url": value if "://" in value else f"http://{value}",
        "display_url": shown if len(shown) <= 27 else f"{shown[:26]}…",
    }


def _short_link(seed: str) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:10])
    signs = []
    for _ in range(10):
        number, sign = divmod(number, 62)
        signs.append(_BASE62[sign])
    return "https://t.co/" + "".join(signs)
