"""Text matching that is right in every script: folding, words, and lists of words in linear time."""

import unicodedata
from collections.abc import Iterable, Sequence

import regex

# Letters with the marks that belong to them, digits, and the joiners that Indic and Arabic words hold.
_WORD = regex.compile(r"[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_\u200c\u200d]|['’](?=\p{L}))*")
_JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
_TURKISH = str.maketrans({"İ": "i", "I": "ı"})
_DOTTED = str.maketrans({"İ": "i"})  # casefold makes two characters of it, which match nothing
_APOSTROPHE = str.maketrans("’", "'")


def fold(text: str, language: str = "") -> str:
    """Return the text for comparing: NFC, without case and joiners; İ and I as Turkish has them if it is."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHE)
    text = text.translate(_TURKISH if language == "tr" else _DOTTED)
    return unicodedata.normalize("NFC", text.casefold()).translate(_JOINERS)


def words_of(text: str, language: str = "") -> list[str]:
    """Return the folded words of the text in their order; linear in its length."""
    return _WORD.findall(fold(text, language))


class WordList:
    """Entries that are looked for in texts: whole words, phrases of several words, beginnings ("hack*").

    A Turkish text matches as Turkish and as others fold (IBAN and iban are one word there too). Phrases
    match over whatever stands between their words but words.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._stems: set[str] = set()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for entry in entries:
            for language in ("", "tr"):
                self._take(entry, language)
        self._longest = max(map(len, self._stems), default=0)

    def _take(self, entry: str, language: str) -> None:
        words = tuple(words_of(entry, language))
        is_stem = entry.rstrip().endswith("*")
        if len(words) > 1:
            last = words[-1] + ("*" if is_stem else "")
            phrase = (*words[:-1], last)
            starts = self._phrases.setdefault(words[0], [])
            if phrase not in starts:
                starts.append(phrase)
        elif words:
            (self._stems if is_stem else self._words).add(words[0])

    def find(self, words: Sequence[str]) -> str | None:
        """Return the first entry that stands in these folded words; None when none does."""
        for index, word in enumerate(words):
            if word in self._words:
                return word
            if self._longest and (stem := self._stem_of(word)):
                return f"{stem}*"
            for phrase in self._phrases.get(word, ()):
                if _stands_at(phrase, words, index):
                    return " ".join(phrase)
        return None

    def _stem_of(self, word: str) -> str | None:
        for length in range(1, min(len(word), self._longest) + 1):
            if word[:length] in self._stems:
                return word[:length]
        return None


def _stands_at(phrase: Sequence[str], words: Sequence[str], index: int) -> bool:
    if index + len(phrase) > len(words):
        return False
    for offset, wanted in enumerate(phrase):
        word = words[index + offset]
        if wanted.endswith("*"):
            if not word.startswith(wanted[:-1]):
                return False
        elif word != wanted:
            return False
    return True
