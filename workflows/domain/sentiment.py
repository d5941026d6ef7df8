"""The mood of a text by words: what is good, bad or furious in it, what denies it, how loud it is said."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from workflows.domain.lexicon import (
    BREAK,
    Entry,
    Hit,
    Lexicon,
    Meaning,
    hits_in,
    tokens_of,
    without_links,
)
from workflows.domain.rules import Sentiment

_FEELINGS = frozenset({Meaning.ANGRY, Meaning.NEGATIVE, Meaning.POSITIVE})
# After these comes what the writer really has to say.
_TURNS = frozenset(
    [
        "but",
        "however",
        "yet",
        "lekin",
        "magar",
        "लेकिन",
        "मगर",
        "किन्तु",
        "किंतु",
        "परंतु",
        "কিন্তু",
        "కానీ",
        "కాని",
        "ama",
        "fakat",
        "ancak",
    ]
)
_SHOUTS = regex.compile(r"!{2,}|[!?]*(?:!\?|\?!)[!?]*|\?{3,}|！{2,}")
_QUESTION = regex.compile(r"[?؟？]")
_CAPITALS = regex.compile(r"\p{Lu}{4,}+(?:\s+\p{Lu}{4,}+)+")
_REACH_BEFORE = 4  # words that "not" reaches forward over
_REACH_AFTER = 3  # and back, where it follows
_STRONG = 3.0
_IDLE = 0.5  # how bad a "not" is that denies no word of feeling


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: strengths of the good and the bad, how much anger, and whether it is said loudly."""

    good: float = 0
    bad: float = 0
    anger: float = 0
    is_loud: bool = False
    asks: bool = False


def mood_by_words(text: str, lexicon: Lexicon, language: str = "") -> Sentiment:
    """Return the mood of the text; without any word of feeling it is neutral. Linear in its length."""
    return _verdict(tally_of(text, lexicon, language))


def tally_of(text: str, lexicon: Lexicon, language: str = "") -> Tally:
    """Return what speaks for which mood."""
    tokens = tokens_of(text, lexicon, language)
    hits = hits_in(tokens, lexicon)
    denied, idle = _denied(tokens, hits)
    turn = max((index for index, token in enumerate(tokens) if token in _TURNS), default=-1)
    good = bad = anger = 0.0
    for index, hit in enumerate(hits):
        strength = _strength(hits, index)
        share = 0.5 if hit.start < turn else 1.0
        if hit.entry.meaning is Meaning.AGGRESSION:
            anger, bad = anger + strength, bad + 2 * strength
        elif hit.entry.meaning not in _FEELINGS:
            continue
        elif index in denied:
            worse, better = _of_denied(hit.entry)
            good, bad = good + better, bad + worse
        elif hit.entry.meaning is Meaning.POSITIVE:
            good += strength * share
        else:
            is_fury = hit.entry.meaning is Meaning.ANGRY
            bad += strength * (2 if is_fury else 1)
            anger += strength if is_fury or strength >= _STRONG else 0
    asks = _QUESTION.search(text) is not None
    # Customers who say that something is not so rarely praise it; who asks, may only want to know.
    return Tally(good, bad + (0 if asks else _IDLE * idle), anger, is_loud(text), asks)


def is_loud(text: str) -> bool:
    """Say whether it is shouted: in capitals, or with heaps of exclamation marks."""
    if _SHOUTS.search(text) or text.count("!") >= 3:
        return True
    said = without_links(text)
    capitals = sum(map(str.isupper, said))
    if capitals < 8:
        return False
    letters = capitals + sum(map(str.islower, said))
    return capitals >= 0.7 * letters or _CAPITALS.search(said) is not None


def _verdict(tally: Tally) -> Sentiment:
    good = tally.good - (2 if tally.asks else 0)  # "the best plan?", "could you, thanks?" praise nothing
    if tally.bad >= 0.5 and tally.bad >= good:
        if tally.anger >= 1 or (tally.is_loud and tally.bad >= 1):
            return Sentiment.ANGRY
        return Sentiment.NEGATIVE
    return Sentiment.POSITIVE if good >= 1 else Sentiment.NEUTRAL


def _of_denied(entry: Entry) -> tuple[float, float]:
    """Return how bad and how good an entry is that is denied: "not good" is bad, "not bad" hardly good."""
    if entry.meaning is Meaning.POSITIVE:
        return max(1.0, entry.weight), 0.0
    return 0.0, 0.5


def _strength(hits: Sequence[Hit], index: int) -> float:
    hit = hits[index]
    if index == 0:
        return hit.entry.weight
    before = hits[index - 1]
    if hit.start - before.end > 1:
        return hit.entry.weight
    if before.entry.meaning is Meaning.INTENSIFIER:
        return hit.entry.weight * 1.5
    if before.entry.meaning is Meaning.SOFTENER:
        return hit.entry.weight * 0.5
    return hit.entry.weight


def _denied(tokens: Sequence[str], hits: Sequence[Hit]) -> tuple[set[int], int]:
    """Return the indices of hits that a "not" denies, each the nearest in reach, and how many deny none."""
    denied: set[int] = set()
    idle = 0
    for index, hit in enumerate(hits):
        if hit.entry.meaning is not Meaning.NEGATOR:
            continue
        ways = ((-1, _REACH_AFTER), (1, 1)) if hit.entry.follows else ((1, _REACH_BEFORE),)
        for step, reach in ways:
            found = _nearest(tokens, hits, index, step, reach)
            if found is not None:
                denied.add(found)
                break
        else:
            idle += _is_in_sentence(tokens, hit)
    return denied, idle


def _is_in_sentence(tokens: Sequence[str], hit: Hit) -> bool:
    """Say whether other words stand around it; a bare "no" answers somebody."""
    around = [*tokens[max(0, hit.start - 1) : hit.start], *tokens[hit.end : hit.end + 1]]
    return bool(around) and BREAK not in around


def _nearest(tokens: Sequence[str], hits: Sequence[Hit], index: int, step: int, reach: int) -> int | None:
    origin = hits[index]
    found = index + step
    while 0 <= found < len(hits):
        between = (origin.end, hits[found].start) if step > 0 else (hits[found].end, origin.start)
        if between[1] - between[0] >= reach or BREAK in tokens[between[0] : between[1]]:
            return None
        if hits[found].entry.meaning in _FEELINGS:
            return found
        found += step
    return None
