"""Finds what X takes for a link, by the rules of twitter-text 3, in linear time.

A link may be written with a scheme ("https://example.com/path") or bare ("example.com"). The rules,
and some odd corners of them that the tests name, are those of twitter-text's published regular
expressions. Those backtrack for seconds over a hostile text; here a stretch of text that may hold a
domain is cut at its dots once, and every label is looked at a fixed number of times.
"""

import re
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

_LATIN = (
    "a-zA-Z0-9\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_INVALID = "\ufffe\ufeff\uffff"
_DIRECTIONAL = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_IN_PATH = rf"[{_LATIN}\u0400-\u04ff!*';:=+,.$/%#\[\]\-\u2013_~@|&]"

# What a domain is made of: letters of any script, signs, "-" and "_", between dots.
_APART = rf"!'#%&()*+,\\/:;<=>?@\[\]^{{|}}~${_SPACES}{_INVALID}{_DIRECTIONAL}"
_STRETCH = re.compile(rf"[^{_APART}]+")
# Where a link may begin: not after these (^ and the end of the last link are seen to by the caller).
_NOT_BEFORE = f"A-Za-z0-9@＠$#＃{_INVALID}"
_START = re.compile(rf"(?<![{_NOT_BEFORE}])[^\-_.]")
# The usual domain without a scheme: Latin but for its top and a sign or two before it, with "@", "+" and
# "://" not behind it. It is told apart at once; its labels are too short to be measured.
_FOREIGN_BEGINNING = (
    rf"(?:(?:[^{_APART}._-][^{_APART}._]{{0,3}})?[^{_APART}._{_LATIN}-](?=[0-9A-Za-z]{{1,20}}\.))?+"
)
_PLAIN = (
    rf"(?<=[^{_NOT_BEFORE}/]){_FOREIGN_BEGINNING}(?P<link>)(?:[0-9A-Za-z]{{1,63}}+\.|[{_LATIN}]{{1,8}}+\.)++"
    rf"(?P<tld>[^{_APART}._-]{{2,}}+)(?![^{_APART}]|[@+]|://)"
)
# Any other stretch that may matter: it has a Latin label before a dot, or something goes on with it, and
# it has a label of two letters after a dot (no top-level domain is shorter), or ends in a scheme.
_ANY = (
    rf"(?=[^{_APART}]*(?:[{_LATIN}-]\.|(?=[:/?])))"
    rf"[^{_APART}.]*+(?:\.[^{_APART}.]?(?![^{_APART}.]))*+(?:\.[^{_APART}]*+|(?<=[Pp]|[Ss])(?=://))"
)
# A stretch is tried from its first sign only, and no part of it more than a few times.
_WHOLE = re.compile(rf"(?<![^{_APART}])(?:{_PLAIN}|{_ANY})")

_SCHEME = re.compile(r"https?\Z", re.IGNORECASE | re.ASCII)
_PORT = re.compile(r":[0-9]+")
# Brackets belong to a path when they are balanced, one pair inside another at most.
_PATH = re.compile(rf"/(?:{_IN_PATH}++|\((?:{_IN_PATH}++\)|{_IN_PATH}*+\({_IN_PATH}++\){_IN_PATH}*+\)))*+")
_NOT_LAST_IN_PATH = "!*';:,.$%[]\u2013~@|&"
_QUERY = re.compile(r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+")
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_SHORTENED = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)

_LATIN_LABEL = re.compile(rf"[{_LATIN}-]+")
_LATIN_TAIL = re.compile(rf"(?<![{_LATIN}-])[{_LATIN}-]++\Z")
_LATIN_END = re.compile(rf"[{_LATIN}-]\.")
# A domain that is Latin but for its top and the beginning of its first label, as most are.
_LATIN_DOMAIN = re.compile(rf"(?:[^.]*[^{_LATIN}.-])?([{_LATIN}-]++\.(?:[{_LATIN}-]++\.)*+[^.]+)")
_PLAIN_TLD = re.compile(r"[0-9a-z]++(?!-)")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what Punycode's encoder takes for dots besides "."
_NO_BARE_LINK_AFTER = {"-", "_", ".", "/"}
_GOES_ON = {":", "/", "?"}
_MAX_URL, _MAX_SLUG, _MAX_LABEL = 4096, 40, 63


def read_words(name: str) -> list[str]:
    """Return the words of the file `name` of this package; a line that starts with # is a comment."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


_TLDS = frozenset(read_words("tlds.txt"))
_TLD_STARTS = {word[:2] for word in _TLDS} | {"xn"}
_FOREIGN_TLDS: dict[str, list[str]] = {}
for _word in sorted(_TLDS, key=len, reverse=True):
    if not _word.isascii():
        _FOREIGN_TLDS.setdefault(_word[0], []).append(_word)


_Stretch = tuple[str, bool, bool]
"""A stretch with a sign before and behind it; whether a path goes on with it; whether a link ends at it."""


class _Known(dict[str, int]):
    """What a function says of each label: asked once for each, for hostile texts repeat theirs."""

    def __init__(self, ask: Callable[[str], int]) -> None:
        super().__init__()
        self.ask = ask

    def __missing__(self, label: str) -> int:
        answer = self[label] = self.ask(label)
        return answer


class _Labels(NamedTuple):
    """The labels between the dots of a stretch, and the domains that they can make."""

    starts: list[int]
    words: list[str]
    tlds: list[int]
    """How many characters at the start of each label are a top-level domain; 0 for none."""
    last: list[int]
    """The last label of the longest domain that starts inside each label; 0 for none.

    The part of that first label which belongs to the domain must be a sound label.
    """

    def end(self, last: int) -> int:
        """Return where the domain ends whose last label is `last`."""
        return self.starts[last] + self.tlds[last]


def links(text: str) -> list[tuple[int, int]]:
    """Return the spans of `text` that X takes for links, in order and apart from each other.

    `text` is looked at as it stands; X looks at the NFC of a post.
    """
    return _Search(text).links() if "." in text else []


def has_link(text: str) -> bool:
    """Tell whether X would find a link in `text`: a post with one costs thirteen times as much."""
    return bool(links(text))


class _Search:
    """One look through a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[tuple[int, int]] = []
        self.used = 0  # what lies before belongs to a link, or to what looked like one
        self.tld_length = _Known(_tld_length).__getitem__
        self.seen: dict[_Stretch, tuple[list[tuple[int, int]], bool]] = {}
        self.hosts: dict[str, int] = {}
        self.fits = _Known(_fits).__getitem__

    def links(self) -> list[tuple[int, int]]:
        text = self.text
        stretch = _WHOLE.search(text)
        while stretch:
            start, end = stretch.span()
            if stretch.lastgroup == "tld" and stretch["tld"].lower() in _TLDS:
                self._add_plain(start, stretch.start("link"), end)
            else:
                if "." in stretch[0]:
                    self._links_of(start, end)
                if text.startswith("://", end):
                    self._full_link(start, end)
            used = self.used
            stretch = (used > end and _STRETCH.match(text, used)) or _WHOLE.search(text, max(used, end))
        return self.found

    def _links_of(self, start: int, end: int) -> None:
        """Find the links without a scheme of a stretch; those of one that was there before are known."""
        stretch = (self.text[start - 1 : end + 1], _has_path(self.text, end), self.used == start)
        known = self.seen.get(stretch) if start else None
        if known is None:
            self._learn_links(stretch, start, end)
            return
        spans, to_end = known
        used = _end_of_link(self.text, end) if to_end else self.used
        if used - start >= _MAX_URL - len("https://"):
            self._bare_links(start, end)
            return
        self.used = used
        if spans:
            self.found += [(start + left, start + right) for left, right in spans]
            if stretch[1] and spans[-1][1] > end - start:
                self.found[-1] = (start + spans[-1][0], used)

    def _learn_links(self, stretch: _Stretch, start: int, end: int) -> None:
        before = len(self.found)
        self._bare_links(start, end)
        if self.used - start < _MAX_URL - len("https://"):  # none was left out for what goes on with it
            spans = [(left - start, right - start) for left, right in self.found[before:]]
            self.seen[stretch] = (spans, self.used >= end)

    def _add_plain(self, start: int, latin: int, end: int) -> None:
        """Add the link without a scheme of the domain `text[start:end]`, which is Latin from `latin` on."""
        self.used = _end_of_link(self.text, end)
        if len("https://") + self.used - start <= _MAX_URL:
            self.found.append((latin, self.used if _has_path(self.text, end) else end))

    def _bare_links(self, start: int, end: int) -> None:
        """Find the links without a scheme of a stretch."""
        labels = self._cut(start, end, latin=False)
        if labels is None:
            return
        first, count = 0, len(labels.words) - 1
        while first < count:
            begin = self._start_in(labels, first) if labels.last[first] else None
            if begin is None:
                first += 1
                continue
            first = labels.last[first]
            domain_end = labels.end(first)
            self.used = _end_of_link(self.text, domain_end)
            if self.text[begin - 1 : begin] not in _NO_BARE_LINK_AFTER:
                self._add_latin(begin, domain_end)

    def _start_in(self, labels: _Labels, first: int) -> int | None:
        """Return where a domain starts inside label `first`, as far left as may be; None for nowhere."""
        word, low = labels.words[first], labels.starts[first]
        if word[-1:] in "-_":
            return None
        high = low + len(word)
        if labels.last[first] == first + 1:  # the name right before the top-level domain has no underscore
            low += word.rfind("_") + 1
        if self.used >= low > 0:
            low = self.used + 1
        match = _START.search(self.text, low, high)
        if not match:
            return None
        begin = match.start()
        if begin == 0 and high > 1 and _START.match(self.text, 1, high):
            return 1  # twitter-text tries "a sign before it" ahead of "the start of the text"
        return begin

    def _add_latin(self, start: int, end: int) -> None:
        """Add what may be a link of the domain `text[start:end]` without a scheme."""
        spans = self._latin_domains(start, end)
        if not spans or not self._valid(self.text[start:end], len("https://") + self.used - start):
            return
        if self.used > end and _has_path(self.text, end):
            spans[-1] = (spans[-1][0], self.used)
        self.found += spans

    def _full_link(self, start: int, end: int) -> None:
        """Add the link whose scheme ends a stretch, if one does."""
        text, host = self.text, end + len("://")
        begin = _scheme_start(text, start, end, self.used)
        host_end = None if begin is None else self._host_end(host)
        if begin is None or host_end is None:
            return
        self.used = link_end = _end_of_link(text, host_end)
        domain = text[host:host_end]
        if domain.startswith("xn--") and not self._latin_domains(host, host_end):
            return
        if not self._valid(domain, (host - begin) + (link_end - begin)):
            return
        if domain.lower() == "t.co" and (short := _SHORTENED.match(text, begin, link_end)):
            if short.end(1) - short.start(1) > _MAX_SLUG:
                return
            link_end = _end_of_query(text, short.end(), self.used)
        self.found.append((begin, link_end))

    def _host_end(self, start: int) -> int | None:
        """Return where the longest domain ends that begins right at `start`; None for no domain."""
        stretch = _STRETCH.match(self.text, start)
        if not stretch:
            return None
        host = self.text[start : stretch.end() + 1]
        if host not in self.hosts:
            self.hosts[host] = self._host_length(start, stretch.end())
        length = self.hosts[host]
        return start + length if length else None

    def _host_length(self, start: int, end: int) -> int:
        """Return how long the longest domain is that begins the stretch `text[start:end]`; 0 for none."""
        labels = self._cut(start, end, latin=False)
        if not labels or not _sound(labels.words[0]):
            return 0
        last = labels.last[0]
        if not last or (last == 1 and "_" in labels.words[0]):
            return 0
        return labels.end(last) - start

    def _cut(self, start: int, end: int, *, latin: bool) -> _Labels | None:
        """Cut `text[start:end]` at its dots; None when no top-level domain is in it.

        latin  the stricter rule for links without a scheme: only ASCII and accented Latin labels.
        """
        words = self.text[start:end].split(".")
        tlds = [0, *map(self.tld_length, words[1:])]
        if tlds[-1] == len(words[-1]) and not latin and self.text[end : end + 1] in {"@", "+"}:
            tlds[-1] *= words[-1].lower().startswith("xn--")  # only Punycode may stand before an "@"
        if not any(tlds):
            return None
        sound = _LATIN_LABEL.fullmatch if latin else _sound
        last = [0] * len(words)
        whole = 0  # the last label of the longest domain that starts with the label to the right
        for i in range(len(words) - 2, -1, -1):
            if end_label := whole or (tlds[i + 1] and i + 1):
                last[i] = end_label
                whole = end_label if sound(words[i]) and (whole or "_" not in words[i]) else 0
        starts = []
        for word in words:
            starts.append(start)
            start += len(word) + 1
        return _Labels(starts, words, tlds, last)

    def _latin_domains(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the spans inside a domain without a scheme that are links: their labels are Latin."""
        if latin := _LATIN_DOMAIN.fullmatch(self.text, start, end):
            return [latin.span(1)]
        labels = self._cut(start, end, latin=True) if _LATIN_END.search(self.text, start, end) else None
        if labels is None:
            return []
        spans: list[tuple[int, int]] = []
        first, low = 0, start
        while first < len(labels.words) - 1:
            last = labels.last[first]
            tail = _latin_tail(labels, first, low) if last else None
            if tail is None:
                first += 1
                continue
            first, low = last, labels.end(last)
            spans.append((tail, low))
        return spans

    def _valid(self, domain: str, length: int) -> bool:
        """Tell whether a link of this length may have this domain: labels are measured in Punycode."""
        if length > _MAX_URL:
            return False
        if len(domain) <= _MAX_LABEL and domain.isascii():
            return True
        return all(map(self.fits, domain.split(".")))


def _scheme_start(text: str, start: int, end: int, used: int) -> int | None:
    """Return where the "http" or "https" begins that ends the stretch `text[start:end]`; None for neither."""
    scheme = _SCHEME.search(text, max(start, end - len("https")), end)
    if scheme is None or 0 < scheme.start() <= used or not _START.match(text, scheme.start()):
        return None
    return scheme.start()


def _has_path(text: str, domain_end: int) -> bool:
    port = _PORT.match(text, domain_end) if text.startswith(":", domain_end) else None
    return text.startswith("/", port.end() if port else domain_end)


def _end_of_link(text: str, domain_end: int) -> int:
    """Return where the port, path and query end that follow a domain."""
    if text[domain_end : domain_end + 1] not in _GOES_ON:
        return domain_end
    port = _PORT.match(text, domain_end) if text.startswith(":", domain_end) else None
    end = port.end() if port else domain_end
    if path := _PATH.match(text, end) if text.startswith("/", end) else None:
        end += len(path[0].rstrip(_NOT_LAST_IN_PATH))
    return _end_of_query(text, end, len(text))


def _end_of_query(text: str, end: int, limit: int) -> int:
    query = _QUERY.match(text, end, limit) if text.startswith("?", end) else None
    return end + len(query.group().rstrip(_NOT_LAST_IN_QUERY)) if query else end


def _sound(label: str) -> bool:
    """Tell whether a label may stand before a dot; the one before the top-level domain has no "_" either."""
    return label[:1] not in "-_" and label[-1] not in "-_"  # no label at all is "in" too


def _latin_tail(labels: _Labels, index: int, low: int) -> int | None:
    """Return where the Latin end of a label begins, not left of `low`; None when it has none."""
    start = max(low, labels.starts[index])
    tail = _LATIN_TAIL.search(labels.words[index][start - labels.starts[index] :])
    return start + tail.start() if tail else None


def _tld_length(label: str) -> int:
    """Return how many characters at the start of `label` are a top-level domain; 0 for none.

    Nothing that could go on a domain may follow: "com-pany" has none, "comです" has three.
    """
    small = label.lower()
    if small in _TLDS:
        return len(label)
    if small[:2] not in _TLD_STARTS or (small.isascii() and small.isalpha()):  # said quickly of most
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


def _fits(label: str) -> bool:
    if len(label) <= 8:  # whatever its letters, for none takes over six in Punycode
        return bool(label)
    if len(label) > _MAX_LABEL:
        return False
    parts = _DOTS.split(label)
    return len(parts) - 1 + sum(map(_encoded_length, parts)) <= _MAX_LABEL


def _encoded_length(part: str) -> int:
    return len(part) if part.isascii() else len("xn--") + len(part.encode("punycode"))
