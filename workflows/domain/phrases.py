"""Phrases with gaps and endings, found at their places in a text, whatever the spelling; in linear time.

A phrase is words in a row. A word may be a beginning ("promis*") or an ending ("*meliydiniz"), several words
in one place ("read/see/check"), one that may be missing ("(very)"), or spelled to the letter ("=piç"). ".."
stands for up to three other words without a comma between them, "..." for up to six. No phrase reaches
over the end of a sentence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from workflows.domain.lexicon import unstretched
from workflows.domain.spelling import parted, spelled
from workflows.domain.text import fold

_MASKED = regex.compile(r"https?://\S++|www\.\S++|(?<![\w.+-])[\w.+-]++@[\w.-]++|(?<!\w)[@＠]\w++")
_TOKENS = regex.compile(
    r"(?P<starred>\p{L}[\p{L}\p{M}]*+(?:[*#$@!]++[\p{L}\p{M}]++)+[*]*+|\p{L}++[*$]{2,})"
    r"|(?P<word>[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u200c\u200d\u00ad]|['’](?=\p{L}))*+)"
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


_Phrase = tuple[str, tuple[_Place, ...]]


@dataclass(slots=True)
class _Starts:
    """Phrases by how their first word is known."""

    words: dict[str, list[_Phrase]] = field(default_factory=dict)
    stems: dict[str, list[_Phrase]] = field(default_factory=dict)
    endings: dict[str, list[_Phrase]] = field(default_factory=dict)
    raw: dict[str, list[_Phrase]] = field(default_factory=dict)

    def add(self, section: str, places: tuple[_Place, ...]) -> None:
        phrase, first = (section, places[1:]), places[0]
        for known, words in (
            (self.words, first.words),
            (self.stems, first.stems),
            (self.endings, first.endings),
            (self.raw, first.raw),
        ):
            for word in words:
                known.setdefault(word, []).append(phrase)


class Phrases:
    """The phrases of one language, by section."""

    def __init__(self, sections: Mapping[str, Iterable[str]], language: str) -> None:
        self.language = language
        self._starts = _Starts()
        swearing: dict[str, list[str]] = {}
        for section, entries in sections.items():
            for entry in entries:
                for places in _phrases_of(entry, language):
                    self._starts.add(section, places)
                    for word in (*places[0].words, *places[0].stems) if len(places) == 1 else ():
                        swearing.setdefault(word[0], []).append(word)
        self._swearing = swearing
        self._stem_lengths = sorted({len(stem) for stem in self._starts.stems})
        self._ending_lengths = sorted({len(ending) for ending in self._starts.endings})

    def tokens_of(self, text: str) -> list[Token]:
        """Return the words of the text, without links, mail addresses and @names."""
        masked = _MASKED.sub(lambda match: " " * len(match[0]), text)
        tokens: list[Token] = []
        sentence = clause = 0
        for match in _TOKENS.finditer(masked):
            if match.lastgroup in {"end", "pause"}:
                sentence += match.lastgroup == "end"
                clause += 1
                continue
            start, end = match.span()
            folded = fold(match.group(), self.language)
            if match.lastgroup == "starred":
                folded = self._unstarred(folded)
            for piece in parted(folded, self.language):
                word = spelled(unstretched(piece), self.language)
                tokens.append(Token(word, piece, start, end, sentence, clause))
        return tokens

    def find(self, tokens: Sequence[Token]) -> list[Found]:
        """Return what stands in these words: at each place the longest phrase of each section."""
        found: list[Found] = []
        for index, token in enumerate(tokens):
            best: dict[str, int] = {}
            for section, rest in self._starting_at(token):
                after = _after(rest, tokens, index + 1)
                if after > best.get(section, 0):
                    best[section] = after
            found += [Found(section, index, after) for section, after in best.items()]
        return found

    def _starting_at(self, token: Token) -> list[_Phrase]:
        word, starts = token.word, self._starts
        phrases = [*starts.words.get(word, ()), *starts.raw.get(token.raw, ())]
        for length in self._stem_lengths:
            if length > len(word):
                break
            phrases += starts.stems.get(word[:length], ())
        for length in self._ending_lengths:
            if length > len(word):
                break
            phrases += starts.endings.get(word[-length:], ())
        return phrases

    def _unstarred(self, found: str) -> str:
        """Return the listed word that is meant by "f**k", else the letters without the stars."""
        if len(found) <= _LONGEST_STARRED:
            for word in self._swearing.get(found[0], ()):
                if len(word) == len(found) and all(
                    seen in _STARS or seen == letter for seen, letter in zip(found, word, strict=True)
                ):
                    return word
        return regex.sub(r"[*#$@!]++", "", found)


def _after(places: Sequence[_Place], tokens: Sequence[Token], index: int) -> int:
    """Return the token after the rest of a phrase that starts at `index`; 0 where it does not stand there."""
    before = tokens[index - 1]
    for at, place in enumerate(places):
        if place.gap:
            rest = places[at + 1 :]
            for skipped in range(place.gap + 1):
                if index + skipped >= len(tokens) or tokens[index + skipped].clause != before.clause:
                    return 0
                after = _after(rest, tokens, index + skipped)
                if after:
                    return after
            return 0
        if index >= len(tokens) or tokens[index].sentence != before.sentence or not place.fits(tokens[index]):
            return 0
        index += 1
    return index


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
    alternatives = piece.split("/")
    if len(alternatives) == 1 and not piece.startswith(("*", "=", "#")) and not piece.endswith("*"):
        return [
            _Place(words=frozenset({spelled(part, language)}))
            for part in parted(fold(piece, language), language)
        ]
    words, stems, endings, raw = set(), set(), set(), set()
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
        else:
            words.add(spelled(folded, language))
    return [_Place(frozenset(words), tuple(stems), tuple(endings), frozenset(raw))]
