"""Regular expressions of playbooks: compiled by RE2, so that none can hang, or the reason why not."""

import unicodedata
from typing import Annotated, Any

import regex
from pydantic import PlainValidator, WithJsonSchema

from workflows.domain.text import compile_pattern, fold, words_of
from workflows.playbook.problems import safe, shown
from workflows.playbook.values import unfit

MAX_LENGTH = 500

_HINTS = (
    ("\\b may stand", "list words under `words`, which finds whole words of any script"),
    ("perl operator", "RE2 has no look-around; write two conditions with `all` and `not` instead"),
    ("escape sequence", "RE2 has no back-references and no such escape; write out what may stand there"),
    ("missing )", "close the round bracket, or write \\( for the character"),
    ("unexpected )", "open the round bracket, or write \\) for the character"),
    ("missing ]", "close the square bracket, or write \\[ for the character"),
    ("no argument for repetition", "write something before *, + or ?, or a backslash for the character"),
    ("bad repetition operator", "use one of *, + and ? at a time"),
    ("repetition size", "repeat at most 1000 times in all, as in `[0-9]{4,20}`"),
    (
        "character class range",
        "write the range from small to large, as in `[a-z]`, or a class such as `\\p{L}`",
    ),
    ("trailing \\", "take the backslash at the end out, or write \\\\ for the character"),
    ("too large", "shorten the expression, or list the words under `words`"),
)
# At the start of a word, or two. Between letters it stands for itself, as in sh*t: lint warns of long ones.
_STAR_ASTRAY = regex.compile(r"(?:^|\s)\*|\*\*")


def folded_pattern(pattern: str) -> str:
    """Return the pattern for folded texts: its letters beyond ASCII are folded likewise.

    ASCII stays as it is, because \\S and \\s differ; the pattern is compiled without regard to case.
    """
    composed = unicodedata.normalize("NFC", pattern)
    return regex.sub(r"[^\x00-\x7f]+", lambda found: fold(found[0]), composed)


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise unfit(
            "wrong-type", shown(value), "write an expression in single quotes, as in 'order *[0-9]{6}'"
        )
    if len(value) > MAX_LENGTH:
        fix = f"write at most {MAX_LENGTH} characters, or list the words under `words`"
        raise unfit("bad-regex", f"an expression of {len(value)} characters", fix)
    pattern = folded_pattern(value)
    try:
        compiled = compile_pattern(pattern)
    except ValueError as error:
        raise unfit("bad-regex", f"{shown(value)} ({safe(str(error))})", _hint(str(error))) from None
    if any((found := compiled.search(text)) and not found.group(0) for text in ("", "a", "a 1")):
        fix = "it matches the empty text and so every post: write + for *, or name what must stand there"
        raise unfit("bad-regex", shown(value), fix)
    return pattern


def _hint(reason: str) -> str:
    for words, hint in _HINTS:
        if words in reason:
            return hint
    return "write an expression of RE2, or list the words under `words`"


def _word(value: Any) -> str:
    if isinstance(value, bool | int | float):
        plain = str(value).lower() if isinstance(value, bool) else value
        raise unfit("wrong-type", shown(value), f'put it in quotes: "{plain}"')
    if not isinstance(value, str) or not value.strip():
        fix = "write a word, as in `refund`; one that begins with # goes in quotes"
        raise unfit("empty" if not value else "wrong-type", shown(value), fix)
    if len(value) > 200:
        raise unfit("too-long", f"a text of {len(value)} characters", "write at most 200 characters")
    if value.strip() == "*":
        raise unfit("bad-word", shown(value), "write the beginning of a word before the *, as in `refund*`")
    if _STAR_ASTRAY.search(value):
        fix = 'a * stands at the end of a word, as in "refund*"; for more write an expression under `regex`'
        raise unfit("bad-word", shown(value), fix)
    return value


def _hashtag(value: Any) -> str:
    text = _word(value)
    if text.startswith("#"):
        raise unfit("bad-hashtag", shown(text), f"leave the # out, as in `{safe(text[1:])}`")
    if len(words_of(text)) != 1 or regex.search(r"[\s*]", text):
        raise unfit("bad-hashtag", shown(text), "write one word without spaces, as in `outage`")
    return text


Pattern = Annotated[
    str,
    PlainValidator(_pattern),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "examples": ["order *[0-9]{6}"]}
    ),
]
Word = Annotated[
    str,
    PlainValidator(_word),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(?!.*(^|\s)\*)(?!.*\*\*).*\S.*$",
            "minLength": 1,
            "maxLength": 200,
        }
        | {"examples": ["refund*", "account stolen"]}
    ),
]
Hashtag = Annotated[
    str,
    PlainValidator(_hashtag),
    WithJsonSchema({"type": "string", "pattern": r"^[^\s#*]+$", "maxLength": 200, "examples": ["outage"]}),
]
