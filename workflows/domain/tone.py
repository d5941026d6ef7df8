"""Tone: what a draft says that it should not, or leaves out; found by rules, explained, decided by policy."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows.domain.text import words_of


class Verdict(StrEnum):
    """What a finding does, from nothing to the hardest."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    APPROVAL = "approval"
    REFUSE = "refuse"


class Check(StrEnum):
    """What the tone check looks for."""

    SWEARING = "swearing"
    AGGRESSION = "aggression"
    BLAME = "blame"
    DEFENSIVE = "defensive"
    TOO_LONG = "too_long"
    UNCLEAR = "unclear"
    PERSONAL_DATA_SHOWN = "personal_data_shown"
    PERSONAL_DATA_ASKED = "personal_data_asked"
    NO_NAME = "no_name"
    NO_SIGNATURE = "no_signature"
    NO_EMPATHY = "no_empathy"
    PROMISE_WITHOUT_TIME = "promise_without_time"
    LINK_COST = "link_cost"


DEFAULT_VERDICTS: Mapping[Check, Verdict] = {
    Check.SWEARING: Verdict.REFUSE,
    Check.AGGRESSION: Verdict.APPROVAL,
    Check.BLAME: Verdict.APPROVAL,
    Check.DEFENSIVE: Verdict.WARN,
    Check.TOO_LONG: Verdict.WARN,
    Check.UNCLEAR: Verdict.NOTE,
    Check.PERSONAL_DATA_SHOWN: Verdict.REFUSE,
    Check.PERSONAL_DATA_ASKED: Verdict.REFUSE,
    Check.NO_NAME: Verdict.OK,
    Check.NO_SIGNATURE: Verdict.OK,
    Check.NO_EMPATHY: Verdict.NOTE,
    Check.PROMISE_WITHOUT_TIME: Verdict.NOTE,
    Check.LINK_COST: Verdict.NOTE,
}


@dataclass(frozen=True, slots=True)
class TonePolicy:
    """What a playbook makes of each finding.

    verdicts       a check that stands at `ok` is not looked for.
    order_numbers  compiled expressions (workflows.domain.text.compile_pattern) of what is personal in this
                   trade: order, booking, account numbers.
    """

    verdicts: Mapping[Check, Verdict] = field(default_factory=lambda: dict(DEFAULT_VERDICTS))
    order_numbers: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: which check, where in the text (code points, `end` exclusive).

    what   the words or the kind of datum that it is about ("card", "iban", "phone", "fuck"); for sentences.
    """

    check: Check
    start: int
    end: int
    what: str = ""
    verdict: Verdict = Verdict.NOTE


@dataclass(frozen=True, slots=True)
class Said:
    """A draft and what must be known to judge it.

    customer       the customer's name as X tells it; "" for unknown.
    customer_text  what they wrote last.
    is_angry       whether they are.
    agent          the agent's name, for the signature.
    is_public      everybody reads it; a direct message may ask for an order number.
    """

    text: str
    language: str = ""
    customer: str = ""
    customer_text: str = ""
    is_angry: bool = False
    agent: str = ""
    is_public: bool = True


_ORDER = tuple(Verdict)


def hardest(findings: Sequence[Finding]) -> Verdict:
    """Return the hardest verdict of these findings; `ok` when there are none."""
    return max((finding.verdict for finding in findings), key=_ORDER.index, default=Verdict.OK)


_VOWELS = re.compile(r"[aeiouyh]|(?<=[sc])h")
_ALIKE = str.maketrans({"w": "v", "z": "j", "f": "p", "q": "k", "c": "k", "x": "k"})
_AT_THE_END = 40  # code points in which a signature stands
_INITIALS = re.compile(r"[\^~/–—-]\s?([^\W\d_]{1,3})\W*$")


def is_named(text: str, customer: str) -> bool:
    """Say whether the customer is called by name, in whatever script; also if they have no name to call."""
    names = [sound for word in words_of(customer) if len(word) > 1 and (sound := _sound(word))]
    said = [_sound(word) for word in words_of(text)]
    return not names or any(word.startswith(name) for name in names for word in said)


def is_signed(text: str, agent: str) -> bool:
    """Say whether the agent's name, or their initials after a sign, end the text; also without a name."""
    names = [word for word in words_of(agent) if len(word) > 1]
    initials = "".join(word[0] for word in words_of(agent))
    ending = _INITIALS.search(text)
    if not names or (ending and initials.startswith(ending[1].casefold())):
        return True
    said = words_of(text.rstrip()[-_AT_THE_END:])
    return any(_sound(word).startswith(_sound(name)) for name in names for word in said)


def _sound(word: str) -> str:
    """Return the consonants of a word as Latin letters: what is left of a name in another script."""
    letters = unicodedata.normalize("NFKD", word.partition("'")[0])
    heard = "".join(letter if letter.isascii() else _consonant(letter) for letter in letters)
    kept = _VOWELS.sub("", heard).translate(_ALIKE)
    return re.sub(r"(.)\1+", r"\1", kept) if len(kept) > 1 else heard


def _consonant(letter: str) -> str:
    """Return "sh" for the letter whose Unicode name ends so, "" for vowels, marks and signs."""
    name = unicodedata.name(letter, "")
    if " LETTER " not in name:
        return ""
    sound = name.rpartition(" ")[2].lower()
    return sound.removesuffix("a") if len(sound) <= 4 else ""
