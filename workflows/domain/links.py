"""Finds what X takes for a link, by the rules of twitter-text 3, in linear time.

A link may be written with a scheme ("https://example.com/path") or bare ("example.com"). The rules,
and some odd corners of them that the tests name, are those of twitter-text's published regular
expressions. Those backtrack for seconds over a hostile text; here a stretch of text that may hold a
domain is cut at its dots once, and every label is looked at a fixed number of times.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

_LATIN = (
    "a-zA-Z0-9\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_INVALID = "\ufffe\ufeff\uffff"
_DIRECTIONAL = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_IN_PATH = rf"[{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&]"

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

_LATIN_LABEL = re.compile(rf"[{_LATIN}-]+")
_LATIN_DOMAIN = re.compile(rf"[{_LATIN}.-]+")
_PLAIN_TLD = re.compile(r"[0-9a-z]++(?!-)")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what Punycode's encoder takes for dots besides "."
_MAX_URL, _MAX_SLUG, _MAX_LABEL = 4096, 40, 63


def read_words(name: str) -> list[str]:
    """Return the words of the file `name` of this package; a line that starts with # is a comment."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


_TLDS = frozenset(read_words("tlds.txt"))
_FOREIGN_TLDS: dict[str, list[str]] = {}
for _word in sorted(_TLDS, key=len, reverse=True):
    if not _word.isascii():
        _FOREIGN_TLDS.setdefault(_word[0], []).append(_word)


@dataclass(frozen=True, slots=True)
class _Labels:
    """The labels between the dots of a stretch, and the domains that they can make."""

    starts: list[int]
    words: list[str]
    tlds: list[int]
    """How many characters at the start of each label are a top-level domain; 0 for none."""
    reach: list[int]
    """The last label of the longest domain that starts with each label; 0 for none."""

    def last(self, first: int) -> int:
        """Return the last label of the longest domain that starts inside label `first`; 0 for none.

        The part of `first` that belongs to the domain must be a sound label.
        """
        after = first + 1
        if after >= len(self.words):
            return 0
        return self.reach[after] or (after if self.tlds[after] else 0)

    def end(self, last: int) -> int:
        """Return where the domain ends whose last label is `last`."""
        return self.starts[last] + self.tlds[last]


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
    labels = _cut(text, stretch.start(), stretch.end(), latin=False)
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
        length = len("https://") + used - start
        if text[start - 1 : start] not in {"-", "_", ".", "/"} and _valid(text[start:domain_end], length):
            spans = list(_latin_domains(text, start, domain_end))
            if spans and _has_path(text, domain_end):
                spans[-1] = (spans[-1][0], used)
            found += spans
    return used


def _start_in(text: str, labels: _Labels, first: int, used: int) -> int | None:
    """Return where a domain starts inside label `first`, as far left as may be; None for nowhere."""
    last = labels.last(first)
    word, low = labels.words[first], labels.starts[first]
    if not last or not word or word[-1] in "-_":
        return None
    high = low + len(word)
    if last == first + 1:  # the name right before the top-level domain has no underscore
        low += word.rfind("_") + 1
    match = _START.search(text, max(low, used + 1 if used else 0), high)
    if match and match.start() == 0 and high > 1 and _START.match(text, 1, high):
        return 1  # twitter-text tries "a sign before it" ahead of "the start of the text"
    return match.start() if match else None


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
    labels = stretch and _cut(text, start, stretch.end(), latin=False)
    if not labels or not _sound(labels.words[0], latin=False):
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
    port = _PORT.match(text, domain_end)
    end = port.end() if port else domain_end
    if path := _PATH.match(text, end):
        end += len(path.group().rstrip(_NOT_LAST_IN_PATH))
    return _end_of_query(text, end, len(text))


def _end_of_query(text: str, end: int, limit: int) -> int:
    query = _QUERY.match(text, end, limit)
    return end + len(query.group().rstrip(_NOT_LAST_IN_QUERY)) if query else end


def _cut(text: str, start: int, end: int, *, latin: bool) -> _Labels | None:
    """Cut `text[start:end]` at its dots; None when no top-level domain is in it.

    latin  the stricter rule for links without a scheme: only ASCII and accented Latin labels.
    """
    words = text[start:end].split(".")
    tlds = [_tld_length(word) for word in words]
    if tlds[-1] == len(words[-1]) and text[end : end + 1] in {"@", "+"} and not latin:
        tlds[-1] *= words[-1].lower().startswith("xn--")  # only Punycode may stand before an "@"
    tlds[0] = 0
    if not any(tlds):
        return None
    starts, at = [], start
    for word in words:
        starts.append(at)
        at += len(word) + 1
    reach = [0] * len(words)
    for i in range(len(words) - 2, 0, -1):
        if _sound(words[i], latin=latin):
            reach[i] = reach[i + 1] or (i + 1 if tlds[i + 1] and "_" not in words[i] else 0)
    return _Labels(starts, words, tlds, reach)


def _sound(label: str, *, latin: bool) -> bool:
    """Tell whether a label may stand before a dot; the one before the top-level domain has no "_" either."""
    if latin:
        return _LATIN_LABEL.fullmatch(label) is not None
    return bool(label) and label[0] not in "-_" and label[-1] not in "-_"


def _tld_length(label: str) -> int:
    """Return how many characters at the start of `label` are a top-level domain; 0 for none.

    Nothing that could go on a domain may follow: "com-pany" has none, "comです" has three.
    """
    small = label.lower()
    if small in _TLDS:
        return len(label)
    if small.isalpha() and small.isascii():  # the usual word, said quickly
        return 0
    plain = _PLAIN_TLD.match(small)
    if plain and plain.group() in _TLDS:
        return plain.end()
    for tld in _FOREIGN_TLDS.get(small[:1], ()):
        after = small[len(tld) : len(tld) + 1]
        if small.startswith(tld) and not (after == "-" or (after.isascii() and after.isalnum())):
            return len(tld)
    code = _PUNYCODE.match(small)
    return code.end() if code else 0


def _latin_domains(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans inside a domain without a scheme that are links: their labels are Latin."""
    if _LATIN_DOMAIN.fullmatch(text, start, end):
        yield start, end
        return
    labels = _cut(text, start, end, latin=True)
    if labels is None:
        return
    first, low = 0, start
    while first < len(labels.words) - 1:
        last = labels.last(first)
        tail = _latin_tail(text, labels, first, low) if last else None
        if tail is None:
            first += 1
            continue
        first, low = last, labels.end(last)
        yield tail, low


def _latin_tail(text: str, labels: _Labels, index: int, low: int) -> int | None:
    """Return where the Latin end of a label begins, not left of `low`; None when it has none."""
    end = labels.starts[index] + len(labels.words[index])
    runs = [run.span() for run in _LATIN_LABEL.finditer(text, max(low, labels.starts[index]), end)]
    return runs[-1][0] if runs and runs[-1][1] == end else None


def _valid(domain: str, length: int) -> bool:
    """Tell whether a link of this length may have this domain: labels are measured in Punycode."""
    if length > _MAX_URL:
        return False
    if (len(domain) > _MAX_LABEL or not domain.isascii()) and not all(map(_fits, domain.split("."))):
        return False
    return not domain.startswith("xn--") or any(_latin_domains(domain, 0, len(domain)))


def _fits(label: str) -> bool:
    if len(label) <= 8:  # whatever its letters, for none takes over six in Punycode
        return bool(label)
    if len(label) > _MAX_LABEL:
        return False
    parts = _DOTS.split(label)
    return len(parts) - 1 + sum(map(_encoded_length, parts)) <= _MAX_LABEL


def _encoded_length(part: str) -> int:
    return len(part) if part.isascii() else len("xn--") + len(part.encode("punycode"))
