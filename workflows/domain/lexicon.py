"""Words and phrases with what they mean for a text's mood, found in linear time in any script."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import regex

from workflows.domain.text import fold

BREAK = "\n"  # a token between clauses: no phrase and no negation reaches over it

_LINKS = regex.compile(r"https?://\S++|www\.\S++|(?<![\w.+-])[\w.+-]++@[\w.-]++|(?<!\w)[@＠]\w++")
_WORD = r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_]|'(?=\p{L}))*+"
_TOKENS = regex.compile(
    rf"(?P<starred>\p{{L}}[\p{{L}}\p{{M}}]*+(?:[*#$@]++[\p{{L}}\p{{M}}]++)+[*]*+|\p{{L}}++[*$]{{2,}})"
    rf"|(?P<word>{_WORD})"
    r"|(?P<face>[:;=][-'^]?[)(\]\[dpo/\\|]++(?!\w)|<3|</3)"
    r"|(?P<picture>\p{Extended_Pictographic})"
    r"|(?P<end>[.,;:!?…।॥؟،。！？\n—–()]++)"
)
_WORDS_ONLY = regex.compile(_WORD)
_STRETCHED = regex.compile(r"(.)\1{2,}+")
_TURKISH_LETTERS = frozenset("ğşçöüıĞŞÇÖÜİ")
_TO_ASCII = str.maketrans("ğşçöüıâîû", "gscouiaiu")
_STARS = "*#$@"
_LONGEST_SWEARING = 24


class Meaning(StrEnum):
    """What an entry says of the text; where one stands twice, the earlier of these counts."""

    AGGRESSION = "aggression"
    ANGRY = "angry"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    THANKS = "thanks"
    NEGATOR = "negators"
    INTENSIFIER = "intensifiers"
    SOFTENER = "softeners"


@dataclass(frozen=True, slots=True)
class Entry:
    """One word or phrase.

    words    folded; each may end with "*" and then takes any ending.
    weight   strength from 0 to 3; 0 is for what is only noticed when it is missing ("not delivered").
    follows  the entry's language says its "not" after the word that it denies.
    """

    words: tuple[str, ...]
    meaning: Meaning
    weight: float = 1
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that stands in a text, from token `start` to before token `end`."""

    start: int
    end: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by how their first word is looked up; `lexicon_of` makes it.

    by_word, by_stem  the entries whose first word is this, or begins so; those of most words first.
    known             all single words of entries, for undoing stretched letters.
    swearing          words of aggression by their first letter, for starred ones (f**k).
    """

    by_word: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    by_stem: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    longest_stem: int = 0
    known: frozenset[str] = frozenset()
    swearing: Mapping[str, Sequence[str]] = field(default_factory=dict)


def without_links(text: str) -> str:
    """Return the text without links, mail addresses and @names."""
    return _LINKS.sub(" ", text)


def to_ascii(text: str) -> str:
    """Return folded Turkish as it is typed on a keyboard without Turkish letters."""
    return text.translate(_TO_ASCII)


def has_turkish_letters(text: str) -> bool:
    """Say whether one of the letters that Turkish adds to ASCII stands in the text."""
    return not _TURKISH_LETTERS.isdisjoint(text)


def entry_of(text: str, meaning: Meaning, weight: float = 1, *, language: str = "") -> Entry | None:
    """Return the entry that this line of a word list is; None if there is nothing in it to look for."""
    words: list[str] = []
    for piece in fold(text, language).split():
        found = [match.group() for match in _TOKENS.finditer(piece.rstrip("*")) if match.lastgroup != "end"]
        if found and piece.endswith("*"):
            found[-1] += "*"
        words += found
    if not words:
        return None
    if not _WORDS_ONLY.match(words[0]):  # of a picture with its variation selectors, the picture
        words = words[:1]
    return Entry(tuple(words), meaning, weight, follows=language not in ("", "en"))


def lexicon_of(entries: Iterable[Entry]) -> Lexicon:
    """Return the lexicon of these entries; of the same words, the first entry counts."""
    taken: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        taken.setdefault(entry.words, entry)
    by_word: dict[str, list[Entry]] = {}
    by_stem: dict[str, list[Entry]] = {}
    swearing: dict[str, list[str]] = {}
    for entry in sorted(taken.values(), key=lambda entry: -len(entry.words)):
        first = entry.words[0]
        start = by_stem if first.endswith("*") else by_word
        start.setdefault(first.rstrip("*"), []).append(entry)
        if entry.meaning is Meaning.AGGRESSION and len(entry.words) == 1:
            swearing.setdefault(first[0], []).append(first.rstrip("*"))
    known = frozenset(word.rstrip("*") for words in taken for word in words)
    return Lexicon(by_word, by_stem, max(map(len, by_stem), default=0), known, swearing)


def tokens_of(text: str, lexicon: Lexicon, language: str = "") -> list[str]:
    """Return words, emoji and breaks in their order: folded, stretched letters and stars undone.

    Linear in the text's length.
    """
    folded = fold(without_links(text), language)
    if language == "tr" and not has_turkish_letters(text):
        folded = to_ascii(folded)
    tokens: list[str] = []
    for match in _TOKENS.finditer(folded):
        found, kind = match.group(), match.lastgroup
        if kind == "word":
            tokens.append(_unstretched(found, lexicon))
        elif kind == "end":
            tokens.append(BREAK)
        elif kind == "starred":
            tokens += _unstarred(found, lexicon)
        else:
            tokens.append(found if kind == "picture" else _STRETCHED.sub(r"\1", found))
    return tokens


def hits_in(tokens: Sequence[str], lexicon: Lexicon) -> list[Hit]:
    """Return the entries in these tokens, from left to right, the longest first, none over another."""
    hits: list[Hit] = []
    index = 0
    while index < len(tokens):
        entry = _entry_at(tokens, index, lexicon)
        if entry is None:
            index += 1
            continue
        hits.append(Hit(index, index + len(entry.words), entry))
        index += len(entry.words)
    return hits


def unstretched(word: str, copies: int = 1) -> str:
    """Return the word with runs of three and more of one letter cut to this many."""
    return _STRETCHED.sub(lambda match: match[1] * copies, word)


def _unstretched(word: str, lexicon: Lexicon) -> str:
    once = unstretched(word)
    if once == word:
        return word
    twice = unstretched(word, 2)
    return twice if twice in lexicon.known else once


def _unstarred(found: str, lexicon: Lexicon) -> list[str]:
    """Return the swear word that is meant, else the words between the stars."""
    if len(found) <= _LONGEST_SWEARING:
        letters = regex.split(r"[*#$@]+", found)
        for word in lexicon.swearing.get(found[0], ()):
            if _is_meant(word, found, letters[0], letters[-1]):
                return [word]
    return _WORDS_ONLY.findall(found)


def _is_meant(word: str, found: str, head: str, tail: str) -> bool:
    if len(word) == len(found):
        return all(seen in _STARS or seen == letter for seen, letter in zip(found, word, strict=True))
    return (
        tail != ""
        and abs(len(word) - len(found)) <= 2
        and len(word) > len(head) + len(tail)
        and word.startswith(head)
        and word.endswith(tail)
    )


def _entry_at(tokens: Sequence[str], index: int, lexicon: Lexicon) -> Entry | None:
    word = tokens[index]
    best: Entry | None = None
    for entry in lexicon.by_word.get(word, ()):
        if _stands_at(entry.words, tokens, index):
            best = entry
            break
    for length in range(min(len(word), lexicon.longest_stem), 0, -1):
        for entry in lexicon.by_stem.get(word[:length], ()):
            if best and len(entry.words) <= len(best.words):
                break
            if _stands_at(entry.words, tokens, index):
                best = entry
                break
    return best


def _stands_at(wanted: Sequence[str], tokens: Sequence[str], index: int) -> bool:
    if index + len(wanted) > len(tokens):
        return False
    for offset in range(1, len(wanted)):
        piece, token = wanted[offset], tokens[index + offset]
        if piece != token and not (piece.endswith("*") and token.startswith(piece[:-1])):
            return False
    return True
