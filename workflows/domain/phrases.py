"""Phrases with gaps and endings, found at their places in a text, whatever the spelling; in linear time.

A phrase is words in a row. A word may be a beginning ("promis*") or an ending ("*meliydiniz"), several words
in one place ("read/see/check"), one that may be missing ("(very)"), or spelled to the letter ("=piç"). ".."
stands for up to three other words without a comma between them, "..." for up to six. No phrase reaches
over the end of a sentence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from workflows.domain.lexicon import unstretched
from workflows.domain.spelling import parted, spelled
from workflows.domain.text import fold

_MASKED = regex.compile(r"https?://\S++|www\.\S++|(?<![\w.+-])[\w.+-]++@[\w.-]++|(?<!\w)[@＠]\w++")
_WORD = regex.compile(r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u200c\u200d\u00ad]|['’](?=\p{L}))*+")
_TOKENS = regex.compile(
    r"(?P<starred>\p{L}[\p{L}\p{M}]*+(?:[*#$@!]++[\p{L}\p{M}]++)+[*]*+|\p{L}++[*$]{2,})"
    rf"|(?P<word>{_WORD.pattern})"
    r"|(?P<end>[.!?।॥؟…。！？]++(?=[\s\p{P}\p{So}]|$)|\n++)"
    r"|(?P<pause>[,;:،—–()])"
)
_STARS = "*#$@!"
_GAPS = {"..": 3, "...": 6}
_LONGEST_STARRED = 24
_DIGITS = frozenset("0123456789०१२३४५६७८९০১২৩৪৫৬৭৮৯౦౧౨౩౪౫౬౭౮౯")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, from `start` to before `end`, in its spelling for comparing and as it is written."""

    word: str
    raw: str
    start: int
    end: int
    sentence: int
    clause: int


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that stands in a text, from token `first` to before token `after`."""

    section: str
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class _Place:
    """What may stand in one place of a phrase; `gap` is for how many other words may stand there."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    raw: frozenset[str] = frozenset()
    gap: int = 0

    def fits(self, token: Token) -> bool:
        word = token.word
        return (
            word in self.words
            or word.startswith(self.stems)
            or word.endswith(self.endings)
            or token.raw in self.raw
        )


class _Node:
    """Where phrases stand that began alike: what they go on with, and the sections of those that end here."""

    __slots__ = ("gaps", "others", "sections", "words")

    def __init__(self) -> None:
        self.words: dict[str, list[_Node]] = {}
        self.others: list[tuple[_Place, _Node]] = []
        self.gaps: dict[int, _Node] = {}
        self.sections: list[str] = []

    def add(self, child: "_Node", place: _Place) -> None:
        for word in place.words:
            self.words.setdefault(word, []).append(child)
        if place.stems or place.endings or place.raw:
            self.others.append((place, child))


class _Root(_Node):
    """Where all phrases begin: so many that beginnings and endings are looked up too."""

    __slots__ = ("endings", "raw", "stems")

    def __init__(self) -> None:
        super().__init__()
        self.stems: dict[str, list[_Node]] = {}
        self.endings: dict[str, list[_Node]] = {}
        self.raw: dict[str, list[_Node]] = {}

    def add(self, child: _Node, place: _Place) -> None:
        for known, words in (
            (self.words, place.words),
            (self.stems, place.stems),
            (self.endings, place.endings),
            (self.raw, place.raw),
        ):
            for word in words:
                known.setdefault(word, []).append(child)

    def starting_with(self, token: Token) -> list[_Node]:
        word = token.word
        found = [*self.words.get(word, ()), *self.raw.get(token.raw, ())]
        for length in range(1, len(word) + 1):
            found += self.stems.get(word[:length], ())
            found += self.endings.get(word[-length:], ())
        return found


class Phrases:
    """The phrases of one language, by section."""

    def __init__(self, sections: Mapping[str, Iterable[str]], language: str) -> None:
        self.language = language
        self._root = _Root()
        self._swearing: dict[str, list[str]] = {}
        children: dict[tuple[int, _Place], _Node] = {}
        for section, entries in sections.items():
            for entry in entries:
                for places in _phrases_of(entry, language):
                    self._add(section, places, children)

    def tokens_of(self, text: str) -> list[Token]:
        """Return the words of the text, without links, mail addresses and @names."""
        masked = _MASKED.sub(lambda match: " " * len(match[0]), text)
        tokens: list[Token] = []
        sentence = clause = 0
        for match in _TOKENS.finditer(masked):
            kind = match.lastgroup
            if kind in {"end", "pause"}:
                sentence += kind == "end"
                clause += 1
                continue
            found, (start, end) = match.group(), match.span()
            if kind == "starred":
                found = self._unstarred(fold(found, self.language))
            for word, raw in _compared(found, self.language):
                tokens.append(Token(word, raw, start, end, sentence, clause))
        return tokens

    def find(self, tokens: Sequence[Token]) -> list[Found]:
        """Return what stands in these words: at each place the longest phrase of each section."""
        found: list[Found] = []
        for index, token in enumerate(tokens):
            best: dict[str, int] = {}
            for node in self._root.starting_with(token):
                _walk(node, tokens, index + 1, best)
            found += [Found(section, index, after) for section, after in best.items()]
        return found

    def _add(self, section: str, places: Sequence[_Place], children: dict[tuple[int, _Place], _Node]) -> None:
        node: _Node = self._root
        for place in places:
            if place.gap:
                node = node.gaps.setdefault(place.gap, _Node())
                continue
            child = children.get((id(node), place))
            if child is None:
                child = children[id(node), place] = _Node()
                node.add(child, place)
            node = child
        if section not in node.sections:
            node.sections.append(section)
        for word in (*places[0].words, *places[0].stems) if len(places) == 1 else ():
            self._swearing.setdefault(word[0], []).append(word)

    def _unstarred(self, found: str) -> str:
        """Return the listed word that is meant by "f**k", else the letters without the stars."""
        if len(found) <= _LONGEST_STARRED:
            for word in self._swearing.get(found[0], ()):
                if len(word) == len(found) and all(
                    seen in _STARS or seen == letter for seen, letter in zip(found, word, strict=True)
                ):
                    return word
        return regex.sub(r"[*#$@!]++", "", found)


@lru_cache(maxsize=50_000)
def _compared(word: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the words that a word is short for, each as it is compared and as it is written."""
    pieces = parted(fold(word, language), language)
    return tuple((spelled(unstretched(piece), language), piece) for piece in pieces)


def _walk(node: _Node, tokens: Sequence[Token], index: int, best: dict[str, int]) -> None:
    """Note in `best` the token after the longest phrase of each section that goes on from here."""
    for section in node.sections:
        if index > best.get(section, 0):
            best[section] = index
    if index >= len(tokens):
        return
    before, token = tokens[index - 1], tokens[index]
    if token.sentence == before.sentence:
        _step(node, tokens, index, best)
    for gap, child in node.gaps.items():
        for at in range(index, min(index + gap + 1, len(tokens))):
            if tokens[at].clause != before.clause:
                break
            _step(child, tokens, at, best)


def _step(node: _Node, tokens: Sequence[Token], index: int, best: dict[str, int]) -> None:
    token = tokens[index]
    for child in node.words.get(token.word, ()):
        _walk(child, tokens, index + 1, best)
    for place, child in node.others:
        if place.fits(token):
            _walk(child, tokens, index + 1, best)


def _phrases_of(entry: str, language: str) -> list[tuple[_Place, ...]]:
    """Return the phrases that an entry stands for: one, or more if words of it may be missing."""
    phrases: list[tuple[_Place, ...]] = [()]
    for piece in entry.split():
        is_optional = piece.startswith("(") and piece.endswith(")")
        places = _places_of(piece.strip("()"), language)
        longer = [(*phrase, *places) for phrase in phrases]
        phrases = [*phrases, *longer] if is_optional and not places[0].gap else longer
    ready = {_without_idle_gaps(phrase) for phrase in phrases}
    return [phrase for phrase in ready if phrase]


def _without_idle_gaps(phrase: tuple[_Place, ...]) -> tuple[_Place, ...]:
    """Return the phrase without gaps at its ends and with one where two meet."""
    kept: list[_Place] = []
    for place in phrase:
        if not place.gap:
            kept.append(place)
        elif kept and kept[-1].gap:
            kept[-1] = max(kept[-1], place, key=lambda one: one.gap)
        elif kept:
            kept.append(place)
    return tuple(kept[:-1] if kept and kept[-1].gap else kept)


def _places_of(piece: str, language: str) -> list[_Place]:
    if piece in _GAPS:
        return [_Place(gap=_GAPS[piece])]
    if "/" in piece or piece.startswith(("*", "=", "#")) or piece.endswith("*"):
        return [_choice(piece.split("/"), language)]
    parts = [part for word in _WORD.findall(fold(piece, language)) for part in parted(word, language)]
    return [_Place(words=frozenset({spelled(part, language)})) for part in parts]


def _choice(alternatives: Iterable[str], language: str) -> _Place:
    words: set[str] = set()
    stems: set[str] = set()
    endings: set[str] = set()
    raw: set[str] = set()
    for alternative in alternatives:
        folded = fold(alternative.strip("*="), language)
        if alternative == "#":
            stems |= _DIGITS
        elif alternative.startswith("="):
            raw.add(folded)
        elif alternative.endswith("*"):
            stems.add(spelled(folded, language, is_whole=False))
        elif alternative.startswith("*"):
            endings.add(spelled(folded, language))
        elif len(parts := parted(folded, language)) == 1:
            words.add(spelled(parts[0], language))
    return _Place(frozenset(words), tuple(stems), tuple(endings), frozenset(raw))
