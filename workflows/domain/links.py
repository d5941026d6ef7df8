"""Finds what X takes for a link, by the rules of twitter-text 3, in linear time.

A link may be written with a scheme ("https://example.com/path") or bare ("example.com"). The rules,
and some odd corners of them that the tests name, are those of twitter-text's published regular
expressions. Those backtrack for seconds over a hostile text; nothing here looks back.
"""

import re

from workflows.domain.hostnames import LATIN, Labels, allowed, cut, latin_domains, sound

_INVALID = "\ufffe\ufeff\uffff"
_DIRECTIONAL = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_IN_PATH = rf"[{LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&]"

# A stretch that may hold a domain: letters of any script, signs, "-", "_" and ".".
_STRETCH = re.compile(rf"[^!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${_SPACES}{_INVALID}{_DIRECTIONAL}]+")
# Where a link may begin: not after these (^ and the end of the last link are seen to by the caller).
_START = re.compile(rf"(?<![A-Za-z0-9@＠$#＃{_INVALID}])[^\-_.]")

_SCHEME = re.compile(r"https?\Z", re.IGNORECASE | re.ASCII)
_PORT = re.compile(r":[0-9]+")
# Brackets belong to a path when they are balanced, one pair inside another at most.
_PATH = re.compile(rf"/(?:{_IN_PATH}++|\((?:{_IN_PATH}++\)|{_IN_PATH}*+\({_IN_PATH}++\){_IN_PATH}*+\)))*+")
_NOT_LAST_IN_PATH = "!*';:,.$%[]\u2013~@|&"
_QUERY = re.compile(r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_SHORTENED = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)

_MAX_URL = 4096
_MAX_SLUG = 40


def links(text: str) -> list[tuple[int, int]]:
    """Return the spans of `text` that X takes for links, in order and apart from each other.

    `text` is looked at as it stands; X looks at the NFC of a post.
    """
    if "." not in text:
        return []
    found: list[tuple[int, int]] = []
    used = 0  # what lies before belongs to a link, or to what looked like one
    at = 0
    while stretch := _STRETCH.search(text, at):
        used = _bare_links(text, stretch, used, found)
        used = _full_link(text, stretch, used, found)
        at = max(stretch.end(), used)
    return found


def has_link(text: str) -> bool:
    """Tell whether X would find a link in `text`: a post with one costs thirteen times as much."""
    return bool(links(text))


def _bare_links(text: str, stretch: re.Match[str], used: int, found: list[tuple[int, int]]) -> int:
    """Add the links without a scheme of a stretch to `found`; return what is used up by then."""
    labels = cut(text, stretch.start(), stretch.end(), latin=False)
    if labels is None:
        return used
    first = 0
    while first < len(labels.words) - 1:
        start = _start_in(text, labels, first, used)
        if start is None:
            first += 1
            continue
        first = labels.last(first)
        domain_end = labels.end(first)
        used = _end_of_link(text, domain_end)
        before = text[start - 1 : start]
        if before not in {"-", "_", ".", "/"} and _valid(
            text[start:domain_end], len("https://") + used - start
        ):
            spans = list(latin_domains(text, start, domain_end))
            if spans and _has_path(text, domain_end):
                spans[-1] = (spans[-1][0], used)
            found += spans
    return used


def _start_in(text: str, labels: Labels, first: int, used: int) -> int | None:
    """Return where a domain starts inside label `first`, as far left as may be; None for nowhere."""
    last = labels.last(first)
    word, low = labels.words[first], labels.starts[first]
    if not last or not word or word[-1] in "-_":
        return None
    high = low + len(word)
    if last == first + 1:  # the name right before the top-level domain has no underscore
        low += word.rfind("_") + 1
    match = _START.search(text, max(low, used + 1 if used else 0), high)
    if match is None:
        return None
    if match.start() == 0 and high > 1 and _START.match(text, 1, high):
        return 1  # twitter-text tries "a sign before it" ahead of "the start of the text"
    return match.start()


def _full_link(text: str, stretch: re.Match[str], used: int, found: list[tuple[int, int]]) -> int:
    """Add the link to `found` whose scheme ends a stretch, if one does; return what is used up by then."""
    start, host = _scheme_start(text, stretch, used), stretch.end() + 3
    host_end = None if start is None else _host_end(text, host)
    if start is None or host_end is None:
        return used
    used = end = _end_of_link(text, host_end)
    if not _valid(text[host:host_end], (host - start) + (end - start)):
        return used
    if short := _SHORTENED.match(text, start, end):
        if short.end(1) - short.start(1) > _MAX_SLUG:
            return used
        end = _end_of_query(text, short.end(), used)
    found.append((start, end))
    return used


def _scheme_start(text: str, stretch: re.Match[str], used: int) -> int | None:
    """Return where the "http" or "https" begins that ends a stretch before "://"; None for neither."""
    if not text.startswith("://", stretch.end()):
        return None
    scheme = _SCHEME.search(text, max(stretch.start(), stretch.end() - 5), stretch.end())
    if scheme is None or 0 < scheme.start() <= used or not _START.match(text, scheme.start()):
        return None
    return scheme.start()


def _host_end(text: str, start: int) -> int | None:
    """Return where the longest domain ends that begins right at `start`; None for no domain."""
    stretch = _STRETCH.match(text, start)
    labels = stretch and cut(text, start, stretch.end(), latin=False)
    if not labels or not sound(labels.words[0], latin=False):
        return None
    last = labels.last(0)
    if not last or (last == 1 and "_" in labels.words[0]):
        return None
    return labels.end(last)


def _has_path(text: str, domain_end: int) -> bool:
    port = _PORT.match(text, domain_end)
    return text.startswith("/", port.end() if port else domain_end)


def _end_of_link(text: str, domain_end: int) -> int:
    """Return where the port, path and query end that follow a domain."""
    end = domain_end
    if port := _PORT.match(text, end):
        end = port.end()
    if path := _PATH.match(text, end):
        end += len(path.group().rstrip(_NOT_LAST_IN_PATH))
    return _end_of_query(text, end, len(text))


def _end_of_query(text: str, end: int, limit: int) -> int:
    query = _QUERY.match(text, end, limit)
    return end + len(query.group().rstrip(_NOT_LAST_IN_QUERY)) if query else end


def _valid(domain: str, length: int) -> bool:
    return length <= _MAX_URL and allowed(domain)
