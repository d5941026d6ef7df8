"""Host names as twitter-text 3 knows them: labels, top-level domains, and how long each may be.

A stretch of text is cut at its dots once, and every label is looked at a fixed number of times, so
the work is linear in the text however hostile it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workflows.domain.word_lists import read_words

LATIN = (
    "a-zA-Z0-9\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
"""Digits and Latin letters with or without accents, for use inside [ ] of a pattern."""

_LATIN_LABEL = re.compile(rf"[{LATIN}-]+")
_LATIN_DOMAIN = re.compile(rf"[{LATIN}.-]+")
_PLAIN_TLD = re.compile(r"[0-9a-z]++(?!-)")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]+")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what Punycode's encoder takes for dots besides "."
_MAX_LABEL = 63


_TLDS = frozenset(read_words("tlds.txt"))
_FOREIGN_TLDS: dict[str, list[str]] = {}
for _word in sorted(_TLDS, key=len, reverse=True):
    if not _word.isascii():
        _FOREIGN_TLDS.setdefault(_word[0], []).append(_word)


@dataclass(frozen=True, slots=True)
class Labels:
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


def cut(text: str, start: int, end: int, *, latin: bool) -> Labels | None:
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
        if sound(words[i], latin=latin):
            reach[i] = reach[i + 1] or (i + 1 if tlds[i + 1] and "_" not in words[i] else 0)
    return Labels(starts, words, tlds, reach)


def sound(label: str, *, latin: bool) -> bool:
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


def latin_domains(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans inside a domain without a scheme that are links: their labels are Latin."""
    if _LATIN_DOMAIN.fullmatch(text, start, end):
        yield start, end
        return
    labels = cut(text, start, end, latin=True)
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


def _latin_tail(text: str, labels: Labels, index: int, low: int) -> int | None:
    """Return where the Latin end of a label begins, not left of `low`; None when it has none."""
    end = labels.starts[index] + len(labels.words[index])
    runs = [run.span() for run in _LATIN_LABEL.finditer(text, max(low, labels.starts[index]), end)]
    return runs[-1][0] if runs and runs[-1][1] == end else None


def allowed(domain: str) -> bool:
    """Tell whether the labels of a domain are short enough for the DNS, measured in Punycode."""
    if (len(domain) > _MAX_LABEL or not domain.isascii()) and not all(map(_fits, domain.split("."))):
        return False
    return not domain.startswith("xn--") or any(latin_domains(domain, 0, len(domain)))


def _fits(label: str) -> bool:
    if len(label) <= 8:  # whatever its letters, for none takes over six in Punycode
        return bool(label)
    if len(label) > _MAX_LABEL:
        return False
    length = sum(_encoded_length(part) for part in _DOTS.split(label))
    return 1 <= length + len(_DOTS.findall(label)) <= _MAX_LABEL


def _encoded_length(part: str) -> int:
    """Return the length of a label in Punycode, or 4 + its own where that alone is too long."""
    if part.isascii():
        return len(part)
    if len(part) > _MAX_LABEL - 4:
        return 4 + len(part)
    return 4 + len(part.encode("punycode"))
