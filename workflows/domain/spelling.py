"""One spelling for many: how words are compared that people write in several ways."""

from collections.abc import Callable
from functools import lru_cache

import regex

from workflows.domain.lexicon import to_ascii

ENGLISH, HINGLISH = ("en", "hi-Latn")

_CONTRACTIONS = {
    "let's": "let us",
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "cant": "can not",
    "wont": "will not",
    "dont": "do not",
    "didnt": "did not",
    "doesnt": "does not",
    "isnt": "is not",
    "wasnt": "was not",
    "arent": "are not",
    "couldnt": "could not",
    "shouldnt": "should not",
    "wouldnt": "would not",
    "havent": "have not",
    "hasnt": "has not",
    "youre": "you are",
    "youve": "you have",
    "im": "i am",
    "ive": "i have",
    "thats": "that is",
    "its": "it is",
    "u": "you",
    "ur": "your",
    "pls": "please",
    "plz": "please",
    "yall": "you",
    "y'all": "you",
    "gonna": "going to",
    "gotta": "got to",
    "shoulda": "should have",
    "should've": "should have",
    "couldve": "could have",
    "shouldve": "should have",
}
_IS = frozenset(
    {"it", "that", "there", "here", "what", "he", "she", "who", "this", "how", "where", "everything"}
)
_ENDINGS = {"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}

_NASALS = regex.compile(r"[ङञणनम]्(?=[क-ह])")
_HINDI = str.maketrans({"\u093c": None, "ँ": "ं", "ऑ": "ओ", "ॉ": "ो", "ऱ": "र"})
_BENGALI = str.maketrans({"ী": "ি", "ূ": "ু", "ণ": "ন", "ষ": "শ", "ঁ": None, "\u09bc": None, "ঈ": "ই", "ঊ": "উ"})
_TELUGU = str.maketrans({"ీ": "ి", "ూ": "ు", "ే": "ె", "ో": "ొ", "ళ": "ల", "ణ": "న", "ఱ": "ర", "ఁ": None})
_SHORT = {
    "nhi": "nahi",
    "nai": "nahi",
    "nahin": "nahi",
    "nahn": "nahi",
    "kr": "kar",
    "krke": "karke",
    "h": "hai",
    "he": "hai",
    "hn": "hai",
    "hain": "hai",
    "hei": "hai",
    "tk": "tak",
    "mein": "me",
    "main": "mai",
    "m": "me",
    "kia": "kya",
    "ky": "kya",
    "plz": "please",
    "pls": "please",
    "app": "aplikeshan",
    "u": "you",
    "ur": "your",
    "bt": "baat",
    "aur": "or",
    "pr": "par",
    "pe": "par",
}
_SOUNDS = tuple(
    (regex.compile(pattern), instead)
    for pattern, instead in (
        (r"^hum", "ham"),
        (r"^hm(?=[ae])", "ham"),
        (r"^bta", "bata"),
        (r"ph", "f"),
        (r"q", "k"),
        (r"w", "v"),
        (r"z", "j"),
        (r"a+", "a"),
        (r"ee+|ii+", "i"),
        (r"oo+|uu+", "u"),
        (r"([^h])\1+", r"\1"),
        (r"iy(?=[ae])", "i"),
        (r"aye", "ae"),
        (r"chahie|chaie", "chahie"),
        (r"samaj(?!h)", "samajh"),
        (r"ghalt|galat(?=i)", "galt"),
    )
)
_LAST = regex.compile(r"(?<=[aeiou])n$")


def parted(word: str, language: str) -> list[str]:
    """Return the folded word as the words that it is short for: "don't" is "do" and "not"."""
    if language == "tr":
        return [word.partition("'")[0]]
    if language not in (ENGLISH, HINGLISH):
        return [word]
    if word in _CONTRACTIONS and (language == ENGLISH or "'" in word):
        return _CONTRACTIONS[word].split()
    stem, apostrophe, ending = word.partition("'")
    return _contracted(stem, ending) if apostrophe else [word]


def _contracted(stem: str, ending: str) -> list[str]:
    if ending == "t" and stem.endswith("n"):
        return [stem[:-1], "not"]
    if ending in _ENDINGS:
        return [stem, _ENDINGS[ending]]
    return [stem, "is"] if ending == "s" and stem in _IS else [stem]


@lru_cache(maxsize=50_000)
def spelled(word: str, language: str, *, is_whole: bool = True) -> str:
    """Return the folded word as it is compared; the beginning of one keeps its last letters."""
    way = _WAYS.get(language)
    return way(word, is_whole) if way else word


def _hinglish(word: str, is_whole: bool) -> str:
    word = _SHORT.get(word, word) if is_whole else word
    for pattern, instead in _SOUNDS:
        word = pattern.sub(instead, word)
    return _LAST.sub("", word) if is_whole and len(word) > 3 else word


def _hindi(word: str, is_whole: bool) -> str:
    word = _NASALS.sub("ं", word.translate(_HINDI))
    return word.replace("ये", "ए").replace("यी", "ई")


_WAYS: dict[str, Callable[[str, bool], str]] = {
    "hi": _hindi,
    HINGLISH: _hinglish,
    "bn": lambda word, _: word.translate(_BENGALI),
    "te": lambda word, _: word.translate(_TELUGU),
    "tr": lambda word, _: to_ascii(word),
}
