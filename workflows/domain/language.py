"""The language of a text: by its script, then by the words that languages in Latin script use most."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import regex

from workflows.domain.lexicon import to_ascii, unstretched, without_links
from workflows.domain.text import words_of

UNKNOWN = "und"
ENGLISH = "en"
TURKISH = "tr"
HINGLISH = "hi-Latn"
# What X says when it has no idea.
NO_LANGUAGE = frozenset({"", UNKNOWN, "qam", "qct", "qht", "qme", "qst", "zxx", "art"})
_OLD_CODES = {"in": "id"}  # X still says it so

_LATIN = "Latn"
# Unicode gives these scripts whole blocks of 128 characters, so that one shift names the script.
_BLOCKS = {
    0x0000: _LATIN, 0x0080: _LATIN, 0x0100: _LATIN, 0x0180: _LATIN, 0x1E00: _LATIN, 0x1E80: _LATIN,
    0x0380: "el", 0x0400: "ru", 0x0480: "ru", 0x0580: "he", 0x0600: "ar", 0x0680: "ar", 0x0750: "ar",
    0x0900: "hi", 0x0980: "bn", 0x0A00: "pa", 0x0A80: "gu", 0x0B00: "or", 0x0B80: "ta", 0x0C00: "te",
    0x0C80: "kn", 0x0D00: "ml", 0x0D80: "si", 0x0E00: "th", 0x0E80: "lo", 0x1000: "my", 0x1080: "ka",
    0x1780: "km", 0x3000: "ja", 0x3080: "ja",
}  # fmt: skip
_SCRIPTS = {start >> 7: script for start, script in _BLOCKS.items()}
_WITH_SCRIPT = frozenset(_SCRIPTS.values()) | {"zh", "ko", "ur", "fa", "iw", "mr", "ne"}
_ASSAMESE = frozenset("ৰৱ")
_URDU = frozenset("ٹڈڑںےہھ")
_PERSIAN = frozenset("پچژگ")
_LATIN_SHARE = 0.4  # brand names and loan words stand in Latin letters in texts of every script
_HASHTAGS = regex.compile(r"[#＃]\w++")
_TURKISH_ENDINGS = regex.compile(
    r"(?:[iu]yor(?:um|uz|sun|lar|du|mu|sunuz)?|m[ae]d[iı](?:m|k|niz|nız|ler|lar)?|[sd][iu]n[iu]z|y[ea]c[ea][kg]\w*"
    r"|m[ae]m[ıi][sş]|l[ae]r[iı]n[iı]z\w*|[ae]m[iı]yor\w*)$"
)
_ENOUGH = 2000  # characters tell the language; the rest of a long message need not be read
# From which share of a text's words on they settle it: English ones stand in texts of all languages, and
# short Turkish ones ("o", "para") in Romance texts, which the detector can tell; it does not know Hinglish.
_SETTLED = {ENGLISH: 0.5, TURKISH: 0.45, HINGLISH: 0.3}
_MATRIX = 2  # who mixes English into Hindi or Turkish writes Hindi or Turkish


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by which a language is known in Latin script; `stems` take any ending."""

    words: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()

    def holds(self, word: str) -> bool:
        """Say whether the word is of this language."""
        if word in self.words:
            return True
        return any(word[:length] in self.stems for length in range(4, min(len(word), 14) + 1))


Detect = Callable[[str], str]


def detect_language(
    text: str, vocabularies: Mapping[str, Vocabulary], detect: Detect, *, hint: str = ""
) -> str:
    """Return the language's code, "und" if the text has no words.

    detect  the statistical detector, asked only for Latin script that the vocabularies do not settle; it
            answers "" when it does not know.
    hint    X's own guess; it decides only where nothing else does.
    """
    said = without_links(text[:_ENOUGH])
    said = _HASHTAGS.sub(" ", said) if _HASHTAGS.sub("", said).strip() else said
    script = script_of(said)
    if script != _LATIN:
        return script
    return _of_latin(said, vocabularies, detect, hint)


def script_of(text: str) -> str:
    """Return the language that writes in most of the letters; "Latn" for Latin, "und" without letters."""
    if text.isascii():
        return _LATIN if any(map(str.isalpha, text)) else UNKNOWN
    counts = Counter(_script(letter) for letter in text if letter.isalpha() or "\u0900" <= letter < "\u0e00")
    counts.pop("", 0)
    if not counts:
        return UNKNOWN
    if counts["ja"]:  # Japanese writes most nouns in Chinese characters
        counts["ja"] += counts.pop("zh", 0)
    script = max(counts, key=lambda name: counts[name] * (_LATIN_SHARE if name == _LATIN else 1))
    if script == "bn" and not _ASSAMESE.isdisjoint(text):
        return "as"
    return _of_arabic(text) if script == "ar" else script


def _of_arabic(text: str) -> str:
    if not _URDU.isdisjoint(text):
        return "ur"
    return "ar" if _PERSIAN.isdisjoint(text) else "fa"


def _script(letter: str) -> str:
    code = ord(letter)
    known = _SCRIPTS.get(code >> 7)
    if known:
        return known
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF:
        return "zh"
    return "ko" if 0xAC00 <= code <= 0xD7A3 else ""


def _of_latin(text: str, vocabularies: Mapping[str, Vocabulary], detect: Detect, hint: str) -> str:
    words = [unstretched(word) for word in words_of(text) if not word.isdigit()]
    if not words:
        return UNKNOWN
    votes = _votes(words, vocabularies)
    if any(letter in text for letter in "ğşıİĞŞ"):
        votes[TURKISH] = votes.get(TURKISH, 0) + max(1.0, 0.3 * len(words))
    hinted = _hinted(hint)
    if hinted in votes:
        votes[hinted] += 0.5
    best = max(votes, key=lambda name: votes[name] * (1 if name == ENGLISH else _MATRIX), default=ENGLISH)
    share = votes.get(best, 0) / len(words)
    if share >= _SETTLED.get(best, 0.3):
        return best
    if hinted and len(words) <= 3:  # the detector knows little of names and single words
        return hinted
    return detect(text) or hinted or (best if share else UNKNOWN)


def _hinted(hint: str) -> str:
    """Return the language in Latin script that X's code stands for; "" if it stands for none."""
    if hint == "hi":
        return HINGLISH
    code = _OLD_CODES.get(hint, hint)
    return "" if code in NO_LANGUAGE or code in _WITH_SCRIPT else code


def _votes(words: Sequence[str], vocabularies: Mapping[str, Vocabulary]) -> dict[str, float]:
    """Return how many words speak for each language; a word of several languages is shared among them."""
    votes = dict.fromkeys(vocabularies, 0.0)
    for word in words:
        plain = to_ascii(word)
        holders = [name for name, words_of_it in vocabularies.items() if words_of_it.holds(plain)]
        for name in holders:
            votes[name] += 1 / len(holders)
        if not holders and TURKISH in votes and len(plain) > 4 and _TURKISH_ENDINGS.search(plain):
            votes[TURKISH] += 1
    return votes


def vocabulary_of(common: Sequence[str], entries: Sequence[str], *, foreign: frozenset[str]) -> Vocabulary:
    """Return the vocabulary of a language's word lists, as typed without Turkish letters.

    common   its function words; these always count.
    entries  its other entries; of those, single words count that are not `foreign`: "ticket", "refund"
             stand in phrases of every language.
    """
    words: set[str] = set()
    stems: set[str] = set()
    for source, unwanted in ((common, frozenset[str]()), (entries, foreign)):
        for entry in source:
            found = [to_ascii(word) for word in words_of(entry)]
            if source is entries and len(found) > 1:
                continue
            if found and entry.endswith("*"):
                stems |= {found.pop()} - unwanted
            words |= set(found) - unwanted
    return Vocabulary(frozenset(words), frozenset(stem for stem in stems if len(stem) >= 4))
