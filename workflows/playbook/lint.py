"""What is right in a playbook and yet surely not meant: warnings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workflows.domain import rules as terms
from workflows.domain.playbook import DESK, Playbook, Route
from workflows.domain.rules import Condition, RuleSet
from workflows.domain.text import fold, words_of
from workflows.playbook.checks import Finder, at, whens
from workflows.playbook.lint_approvals import approval_problems
from workflows.playbook.lint_dm import dm_problems
from workflows.playbook.lint_macros import macro_problems
from workflows.playbook.lint_times import ladder_problems, target_problems
from workflows.playbook.problems import Problem, did_you_mean, in_order, path_text, safe, shown
from workflows.playbook.strict_yaml import Path, load


def lint(playbook: Playbook, source: bytes | str) -> list[Problem]:
    """Return the warnings for a playbook that was read from this source, in the order of the lines."""
    document, _ = load(source, playbook.file)
    if document is None:
        return []
    finder = Warner(document, playbook.file)
    return in_order(
        [
            *_dead_rules(finder, playbook.triage.rule_sets),
            *_words(finder),
            *_desk_hours(finder, playbook),
            *_tags(finder, playbook),
            *_accounts(finder, playbook),
            *_routes(finder, playbook),
            *_teams(finder, playbook),
            *target_problems(finder, playbook),
            *ladder_problems(finder, playbook),
            *macro_problems(finder, playbook),
            *_tone(finder, playbook),
            *approval_problems(finder, playbook),
            *dm_problems(finder, playbook),
        ]
    )


def _tone(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    if playbook.macros:
        # Word lists and telephone numbers take 100 ms, for which files without macros need not wait.
        from workflows.playbook.lint_tone import tone_problems  # noqa: PLC0415

        yield from tone_problems(finder, playbook)


class Warner(Finder):
    """A finder whose problems are warnings."""

    def problem(self, path: Path, found: str, fix: str, code: str, *, of_key: bool = False) -> Problem:
        """Return a warning at this path."""
        line, column = self.document.place(path, of_key=of_key)
        return Problem("warning", self.file, line, column, path_text(path), found, fix, code)


def _dead_rules(finder: Finder, rule_sets: Sequence[RuleSet]) -> Iterator[Problem]:
    for number, rule_set in enumerate(rule_sets):
        for place, rule in enumerate(rule_set.rules):
            earlier = next((e for e in rule_set.rules[:place] if _implies(rule.when, e.when)), None)
            if earlier is not None:
                found = f"the rule `{safe(rule.name)}`, which is never reached"
                fix = (
                    f"put it before `{safe(earlier.name)}` (line {earlier.line}), which takes all its posts,"
                    " or take it out"
                )
                path = ("triage", "rule_sets", number, "rules", place, "name")
                yield finder.problem(path, found, fix, "dead-rule")


def _words(finder: Finder) -> Iterator[Problem]:
    for path, when in whens(finder.root):
        for key in ("words", "phrases"):
            first: dict[str, Path] = {}
            for place, word in at(when, (key, "*"), path):
                if isinstance(word, str):
                    yield from _word(finder, place, word, first)


def _word(finder: Finder, path: Path, word: str, first: dict[str, Path]) -> Iterator[Problem]:
    if not words_of(word):
        fix = "write letters or digits; signs and emoji go under `regex`"
        yield finder.problem(path, f"{shown(word)}, which is no word and never matches", fix, "never-matches")
        return
    # Masked swear words (sh*t) are short; in a long word a person took the * for "anything".
    if any("*" in piece[:-1] and len(piece) > 6 for piece in word.split()):
        fix = 'a * takes any ending and stands at the end, as in "refund*"; inside it stands for itself'
        yield finder.problem(path, f"{shown(word)} with a * inside", fix, "star-inside")
    earlier = first.setdefault(" ".join(fold(word).split()), path)
    if earlier != path:
        fix = f"take it out: it stands on line {finder.line(earlier)} already"
        yield finder.problem(path, f"{shown(word)} again", fix, "duplicate-word")


def _desk_hours(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    if DESK in playbook.hours:
        return
    fix = 'define them, as in `hours: {desk: {time_zone: Europe/Istanbul, days: {mon-fri: ["09:00-18:00"]}}}`'
    for path, when in whens(finder.root):
        if isinstance(when.get("open"), bool):
            found = "`open` without hours `desk`: it is always open"
            yield finder.problem((*path, "open"), found, fix, "no-desk-hours", of_key=True)
        if "hour" in when:
            found = "`hour` without hours `desk`: it goes by the clock of UTC"
            yield finder.problem((*path, "hour"), found, fix, "no-desk-hours", of_key=True)


_TAGS_USED: tuple[Path, ...] = (
    ("routing", "*", "tags", "*"),
    ("macros", "*", "tags", "*"),
    ("approvals", "rules", "*", "when", "tags", "*"),
)
_ACCOUNTS_USED: tuple[Path, ...] = (
    ("routing", "*", "accounts", "*"),
    ("approvals", "rules", "*", "when", "accounts", "*"),
)


def _tags(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    outcomes = [rule.then for rule_set in playbook.triage.rule_sets for rule in rule_set.rules]
    tags = sorted({tag for outcome in [*outcomes, playbook.triage.otherwise] for tag in outcome.tags})
    for path, tag in (found for used in _TAGS_USED for found in at(finder.root, used)):
        if tag not in tags:
            fix = (
                f"{did_you_mean(str(tag), tags)}set it in a rule, as in `then: {{tags: [{safe(str(tag))}]}}`"
            )
            yield finder.problem(path, f"the tag `{safe(str(tag))}`, which no rule sets", fix, "no-such-tag")


def _accounts(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    ours = {name.casefold() for name in playbook.accounts}
    for path, account in (found for used in _ACCOUNTS_USED for found in at(finder.root, used)):
        if ours and str(account).casefold() not in ours:
            fix = "name it under `accounts` at the top too, or take it out"
            found = f"the account `{safe(str(account))}`, which the playbook is not for"
            yield finder.problem(path, found, fix, "not-our-account")


def _routes(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    for number, route in enumerate(playbook.routes):
        earlier = next((n for n in range(number) if _takes_all(playbook.routes[n], route)), None)
        if earlier is not None:
            line = finder.line(("routing", earlier))
            fix = f"put it before the one on line {line}, which takes all its cases, or take it out"
            yield finder.problem(("routing", number), "a route that is never reached", fix, "dead-route")


def _takes_all(earlier: Route, later: Route) -> bool:
    pairs = (
        (earlier.tags, later.tags),
        (earlier.teams, later.teams),
        (earlier.languages, later.languages),
        (earlier.accounts, later.accounts),
    )
    return all(not ours or (theirs and set(theirs) <= set(ours)) for ours, theirs in pairs)


def _teams(finder: Finder, playbook: Playbook) -> Iterator[Problem]:
    """A team without members is fine as long as only its name is used."""
    for name, team in playbook.people.teams.items():
        path = ("people", "teams", name)
        if not team.members and _is_relied_on(playbook, name):
            fix = "name its people, as in `members: [S0BILLING]`"
            found = f"the team `{safe(name)}` without members, though cases are given to it or it is pinged"
            yield finder.problem(path, found, fix, "no-members", of_key=True)


def _is_relied_on(playbook: Playbook, team: str) -> bool:
    gets_cases = any(
        route.owner != "none" and (route.team == team or team in route.teams) for route in playbook.routes
    )
    is_pinged = any(
        tuple(rung.ping) == ("team",) and (not ladder.teams or team in ladder.teams)
        for ladder in playbook.escalation.ladders
        for rung in ladder.rungs
    )
    return gets_cases or is_pinged


_Part = tuple[str, bool]  # a folded word, and whether any ending may follow


@lru_cache(maxsize=20_000)
def _parts_of(entry: str) -> tuple[_Part, ...]:
    """Return the words of an entry of `words`, as triage looks for them."""
    parts: list[_Part] = []
    for piece in entry.split():
        words = words_of(piece)
        parts += [(word, False) for word in words]
        if words and piece.endswith("*"):
            parts[-1] = (words[-1], True)
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Listed:
    """The entries of a list by their form."""

    plain: frozenset[str]
    stems: frozenset[str]
    phrases: Sequence[tuple[_Part, ...]]

    def cover(self, entry: tuple[_Part, ...]) -> bool:
        """Return whether each text with this entry has one of ours."""
        for word, is_stem in entry:
            if not is_stem and word in self.plain:
                return True
            if self.stems and any(word[:length] in self.stems for length in range(1, len(word) + 1)):
                return True
        return any(_stands_in(phrase, entry) for phrase in self.phrases)


@lru_cache(maxsize=4_000)
def _listed(words: Sequence[str]) -> _Listed:
    entries = [parts for word in words if (parts := _parts_of(word))]
    single = [parts[0] for parts in entries if len(parts) == 1]
    return _Listed(
        frozenset(word for word, is_stem in single if not is_stem),
        frozenset(word for word, is_stem in single if is_stem),
        tuple(parts for parts in entries if len(parts) > 1),
    )


def _stands_in(phrase: tuple[_Part, ...], entry: tuple[_Part, ...]) -> bool:
    return any(
        all(_fits(ours, theirs) for ours, theirs in zip(phrase, entry[start:], strict=False))
        for start in range(len(entry) - len(phrase) + 1)
    )


def _fits(ours: _Part, theirs: _Part) -> bool:
    return theirs[0].startswith(ours[0]) if ours[1] else ours == theirs


def _implies(later: Condition, earlier: Condition) -> bool:
    """Return whether `earlier` is sure to hold for each post for which `later` does; False when in doubt."""
    if later == earlier:
        return True
    match earlier:
        case terms.AllOf(conditions):
            return all(_implies(later, each) for each in conditions)
        case terms.AnyOf(conditions) if any(_implies(later, each) for each in conditions):
            return True
    match later:
        case terms.AllOf(conditions):
            return any(_implies(each, earlier) for each in conditions)
        case terms.AnyOf(conditions):
            return all(_implies(each, earlier) for each in conditions)
    return _plainly_implies(later, earlier)


def _plainly_implies(later: Condition, earlier: Condition) -> bool:
    match later, earlier:
        case terms.HasWords(theirs), terms.HasWords(ours):
            cover = _listed(tuple(ours)).cover
            return all(cover(parts) for word in theirs if (parts := _parts_of(word)))
        case terms.Between(figure, least, most), terms.Between(other, at_least, at_most):
            fits_above = at_most is None or (most is not None and most <= at_most)
            return figure == other and least >= at_least and fits_above
        case terms.Not(theirs), terms.Not(ours):
            return _implies(ours, theirs)
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
