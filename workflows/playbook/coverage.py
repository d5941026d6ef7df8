"""Whether a condition holds whenever another does: what makes a rule that stands behind it dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workflows.domain import rules as terms
from workflows.domain.rules import Condition
from workflows.domain.text import words_of

Part = tuple[str, bool]  # a folded word, and whether any ending may follow


@lru_cache(maxsize=20_000)
def parts_of(entry: str) -> tuple[Part, ...]:
    """Return the words of an entry of `words`, as triage looks for them."""
    parts: list[Part] = []
    for piece in entry.split():
        words = words_of(piece)
        parts += [(word, False) for word in words]
        if words and piece.endswith("*"):
            parts[-1] = (words[-1], True)
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Words:
    """The entries of a list by their form."""

    plain: frozenset[str]
    stems: frozenset[str]
    phrases: Sequence[tuple[Part, ...]]

    def cover(self, entry: tuple[Part, ...]) -> bool:
        """Return whether each text with this entry has one of ours."""
        for word, is_stem in entry:
            if not is_stem and word in self.plain:
                return True
            if self.stems and any(word[:length] in self.stems for length in range(1, len(word) + 1)):
                return True
        return any(_stands_in(phrase, entry) for phrase in self.phrases)


@lru_cache(maxsize=4_000)
def _words(words: Sequence[str]) -> _Words:
    entries = [parts for word in words if (parts := parts_of(word))]
    single = [parts[0] for parts in entries if len(parts) == 1]
    return _Words(
        frozenset(word for word, is_stem in single if not is_stem),
        frozenset(word for word, is_stem in single if is_stem),
        tuple(parts for parts in entries if len(parts) > 1),
    )


def _stands_in(phrase: tuple[Part, ...], entry: tuple[Part, ...]) -> bool:
    return any(
        all(_fits(ours, theirs) for ours, theirs in zip(phrase, entry[start:], strict=False))
        for start in range(len(entry) - len(phrase) + 1)
    )


def _fits(ours: Part, theirs: Part) -> bool:
    return theirs[0].startswith(ours[0]) if ours[1] else ours == theirs


def implies(later: Condition, earlier: Condition) -> bool:
    """Return whether `earlier` is sure to hold for each post for which `later` does; False when in doubt."""
    if later == earlier:
        return True
    match earlier:
        case terms.AllOf(conditions):
            return all(implies(later, each) for each in conditions)
        case terms.AnyOf(conditions) if any(implies(later, each) for each in conditions):
            return True
    match later:
        case terms.AllOf(conditions):
            return any(implies(each, earlier) for each in conditions)
        case terms.AnyOf(conditions):
            return all(implies(each, earlier) for each in conditions)
    return _plainly_implies(later, earlier)


def _plainly_implies(later: Condition, earlier: Condition) -> bool:
    match later, earlier:
        case terms.HasWords(theirs), terms.HasWords(ours):
            cover = _words(tuple(ours)).cover
            return all(cover(parts) for word in theirs if (parts := parts_of(word)))
        case terms.Between(figure, least, most), terms.Between(other, at_least, at_most):
            fits_above = at_most is None or (most is not None and most <= at_most)
            return figure == other and least >= at_least and fits_above
        case terms.Not(theirs), terms.Not(ours):
            return implies(ours, theirs)
        case terms.HasLinks(True, _), terms.HasLinks(True, ()):
            return True
    return _is_choice_of(later, earlier)


def _is_choice_of(later: Condition, earlier: Condition) -> bool:
    match later, earlier:
        case (
            (terms.LanguageIs(theirs), terms.LanguageIs(ours))
            | (terms.SentimentIs(theirs), terms.SentimentIs(ours))
            | (terms.KindIs(theirs), terms.KindIs(ours))
            | (terms.Hashtags(theirs), terms.Hashtags(ours))
            | (terms.Matches(theirs), terms.Matches(ours))
        ):
            return set(theirs) <= set(ours)
    return False
