"""What a playbook's parts say of each other, and what types cannot say of one: names, days, bounds, labels.

All of it looks at the values as they were written, so that it is told together with wrong types.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import regex

from workflows.domain.playbook import ALWAYS, TEAM
from workflows.playbook.problems import YES_NO, Problem, did_you_mean, path_text, safe, shown
from workflows.playbook.strict_yaml import Document, Path
from workflows.playbook.values import countries, days_of, subdivisions

_EACH = "*"
_RULES: Path = ("triage", "rule_sets", _EACH, "rules", _EACH)
_LADDERS: Path = ("escalation", "ladders", _EACH)
_APPROVALS: Path = ("approvals", "rules", _EACH)
_HOURS_USED: tuple[Path, ...] = (
    ("people", "teams", _EACH, "hours"),
    ("people", "shifts", _EACH, "hours"),
    ("priorities", _EACH, "hours"),
)
_TEAMS_USED: tuple[Path, ...] = (
    (*_RULES, "then", "team"),
    (*_RULES, "examples", _EACH, "expect", "team"),
    ("triage", "otherwise", "team"),
    ("routing", _EACH, "team"),
    ("routing", _EACH, "teams", _EACH),
    (*_LADDERS, "teams", _EACH),
    (*_APPROVALS, "when", "teams", _EACH),
)
_UNIQUE: tuple[tuple[Path, str], ...] = (
    ((*_RULES, "name"), "rule"),
    (("triage", "rule_sets", _EACH, "name"), "rule set"),
    (("routing", _EACH, "name"), "route"),
    ((*_LADDERS, "name"), "ladder"),
    (("accounts", _EACH), "account"),
    (("macros", _EACH, "name"), "macro"),
    ((*_APPROVALS, "name"), "approval rule"),
)
MAX_EXPRESSIONS = 500
_EXPRESSIONS: tuple[Path, ...] = (("tone", "order_numbers", _EACH), (*_APPROVALS, "when", "patterns", _EACH))

# X forbids to derive or store these of a person; so does the law of many countries.
_LABELS_TEXT = """
health illness disease disabled disability pregnant pregnancy depressed depression mental-health
suicide suicidal self-harm selfharm cancer hiv addict addiction politics political politician
leftist conservative liberal republican democrat religion religious muslim islam christian hindu
jewish jew sikh buddhist atheist caste dalit ethnicity ethnic race racial kurdish alevi gay lesbian
bisexual transgender trans lgbt lgbtq queer sexuality trade-union criminal-record sağlık din siyaset
hamile engelli
"""
_LABELS = frozenset(_LABELS_TEXT.split())
_TAGS: tuple[Path, ...] = (
    ("triage", "rule_sets", "*", "rules", "*", "then", "tags", "*"),
    ("triage", "otherwise", "tags", "*"),
    ("routing", "*", "tags", "*"),
    ("macros", "*", "tags", "*"),
    (*_APPROVALS, "when", "tags", "*"),
)


def at(node: Any, pattern: Path, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each place that the pattern names, `*` being any key or entry, with what stands there."""
    if not pattern:
        yield path, node
        return
    step, rest = pattern[0], pattern[1:]
    if isinstance(node, list) and step == _EACH:
        for index, part in enumerate(node):
            yield from at(part, rest, (*path, index))
    elif isinstance(node, dict):
        for key in node if step == _EACH else [step] if step in node else []:
            yield from at(node[key], rest, (*path, key))


def whens(root: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every condition, the ones inside others too."""
    waiting = [found for found in at(root, (*_RULES, "when")) if isinstance(found[1], dict)]
    while waiting:
        path, when = waiting.pop()
        yield path, when
        for pattern in (("any", _EACH), ("all", _EACH), ("not",)):
            waiting += [found for found in at(when, pattern, path) if isinstance(found[1], dict)]


class Finder:
    """Collects problems at paths of one file."""

    def __init__(self, document: Document, file: str) -> None:
        self.document = document
        self.root = document.value
        self.file = file

    def problem(self, path: Path, found: str, fix: str, code: str, *, of_key: bool = False) -> Problem:
        """Return an error at this path."""
        line, column = self.document.place(path, of_key=of_key)
        return Problem("error", self.file, line, column, path_text(path), found, fix, code)

    def line(self, path: Path) -> int:
        """Return the line of what stands at this path."""
        return self.document.place(path)[0]


def reference_problems(finder: Finder) -> Iterator[Problem]:
    """Yield the names that nothing has, and those that two things have."""
    yield from _hours(finder)
    yield from _names(finder, "team", _all(finder, _TEAMS_USED), _keys(finder, "people", "teams"), _team_fix)
    rules = [name for _, name in at(finder.root, (*_RULES, "name")) if isinstance(name, str)]
    expected = at(finder.root, (*_RULES, "examples", _EACH, "expect", "rule"))
    yield from _names(finder, "rule", expected, rules, lambda _: "write the name of a rule of this file")
    for pattern, what in _UNIQUE:
        yield from _twice(finder, pattern, what)


def _all(finder: Finder, patterns: Iterable[Path]) -> Iterator[tuple[Path, Any]]:
    for pattern in patterns:
        yield from at(finder.root, pattern)


def _keys(finder: Finder, *where: str) -> list[str]:
    return [str(path[-1]) for path, _ in at(finder.root, (*where, _EACH)) if isinstance(path[-1], str)]


def _hours(finder: Finder) -> Iterator[Problem]:
    known = _keys(finder, "hours")
    for name in (ALWAYS, TEAM):
        if name in known:
            fix = "give these hours another name: this word has a meaning of its own"
            yield finder.problem(("hours", name), f"hours called `{name}`", fix, "reserved-name", of_key=True)
    of_teams_and_shifts = [*_all(finder, _HOURS_USED[:2]), *_open_hours(finder)]
    yield from _names(finder, "hours", of_teams_and_shifts, [*known, ALWAYS], _hours_fix)
    yield from _names(finder, "hours", at(finder.root, _HOURS_USED[2]), [*known, ALWAYS, TEAM], _hours_fix)


def _open_hours(finder: Finder) -> Iterator[tuple[Path, Any]]:
    for path, when in whens(finder.root):
        if isinstance(when.get("open"), str) and when["open"] not in YES_NO:
            yield (*path, "open"), when["open"]


def _hours_fix(name: str) -> str:
    return f"define them, as in `hours: {{{safe(name)}: always}}`, or write `always`"


def _team_fix(name: str) -> str:
    return f"define it, as in `people: {{teams: {{{safe(name)}: {{members: [S0BILLING]}}}}}}`"


def _names(
    finder: Finder, what: str, used: Iterable[tuple[Path, Any]], known: list[str], fix: Callable[[str], str]
) -> Iterator[Problem]:
    for path, name in used:
        if isinstance(name, str) and name and name not in known:
            answer = f"{did_you_mean(name, known)}{fix(name)}"
            kind = "hours that nothing defines" if what == "hours" else f"a {what} that nothing defines"
            yield finder.problem(path, f"{shown(name)}, {kind}", answer, f"no-such-{what}")


def _twice(finder: Finder, pattern: Path, what: str) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, name in at(finder.root, pattern):
        if not isinstance(name, str) or not name:
            continue
        earlier = first.setdefault(name.casefold(), path)
        if earlier != path:
            fix = f"give it another name: the first {what} of this name stands on line {finder.line(earlier)}"
            if what == "account":
                fix = f"take it out: it stands on line {finder.line(earlier)} already"
            yield finder.problem(path, f"a second {what} `{safe(name)}`", fix, "duplicate-name")


def sense_problems(finder: Finder) -> Iterator[Problem]:
    """Yield what cannot be meant."""
    yield from _nothings(finder)
    yield from _labels(finder)
    yield from _bounds(finder)
    yield from _steps(finder)
    yield from _days(finder)
    yield from _holidays(finder)


def too_many_expressions(finder: Finder) -> Problem | None:
    """Return why the file's expressions are too many to be compiled at all."""
    places = [place for path, when in whens(finder.root) for place, _ in at(when, ("regex", "*"), path)]
    places += [place for place, _ in _all(finder, _EXPRESSIONS)]
    if len(places) <= MAX_EXPRESSIONS:
        return None
    fix = f"write at most {MAX_EXPRESSIONS} in a file, and list plain words under `words`"
    return finder.problem(places[0], f"{len(places)} expressions", fix, "too-many")


def _nothings(finder: Finder) -> Iterator[Problem]:
    for path in finder.document.empty - {()}:
        key = path[-1]
        if isinstance(key, str) and regex.fullmatch(r"[a-z_]+:\S+", key):
            fix = f"put a space after the colon: `{safe(key.replace(':', ': ', 1))}`"
            yield finder.problem(path, f"the key `{safe(key)}`", fix, "no-space", of_key=True)
            continue
        what = "key" if isinstance(path[-1], str) else "entry"
        fix = f'write a value or take the {what} out; a # begins a comment unless in quotes, as in "#press"'
        yield finder.problem(path, "nothing", fix, "empty", of_key=True)


def _labels(finder: Finder) -> Iterator[Problem]:
    for pattern in _TAGS:
        for path, tag in at(finder.root, pattern):
            if isinstance(tag, str) and _is_label(tag):
                fix = "act on words with priority and team, store no label of a person: X forbids it"
                yield finder.problem(path, f"the tag `{safe(tag)}`", fix, "sensitive-label")


def _is_label(tag: str) -> bool:
    folded = tag.casefold().replace("_", "-")
    return folded in _LABELS or (
        folded != "race" and any(part in _LABELS - {"race", "trans"} for part in folded.split("-"))
    )


def _bounds(finder: Finder) -> Iterator[Problem]:
    for path, when in whens(finder.root):
        for figure in ("followers", "earlier_cases"):
            bounds = when.get(figure)
            if not isinstance(bounds, dict):
                continue
            least, most = bounds.get("at_least"), bounds.get("at_most")
            if not bounds:
                fix = "write a bound, as in `{at_least: 10000}`"
                yield finder.problem((*path, figure), "an empty mapping", fix, "empty")
            elif type(least) is int and type(most) is int and least > most:
                found = f"at_least {least} above at_most {most}"
                fix = f"write the smaller number first, as in `{{at_least: {most}, at_most: {least}}}`"
                yield finder.problem((*path, figure), found, fix, "bad-bounds")


def _steps(finder: Finder) -> Iterator[Problem]:
    for path, step in at(finder.root, ("escalation", "ladders", "*", "steps", "*")):
        if not isinstance(step, dict):
            continue
        if "after" in step and "at" in step:
            fix = "keep one of them, as in `after: 5m`"
            yield finder.problem((*path, "at"), "both `after` and `at`", fix, "two-times", of_key=True)
        if "ping" not in step and "channel" not in step:
            fix = "write whom, as in `ping: [agents]`, or where, as in `channel: supervisors`"
            yield finder.problem(path, "a step that tells nobody", fix, "nobody")
        if "after" not in step and "at" not in step:
            yield finder.problem(path, "a step without a time", "write `after: 5m` or `at: 75%`", "no-time")


def _days(finder: Finder) -> Iterator[Problem]:
    for path, days in at(finder.root, ("hours", "*", "days")):
        if not isinstance(days, dict):
            continue
        taken: dict[int, str] = {}
        for key, spans in days.items():
            numbers = days_of(key)
            twice = next((taken[day] for day in numbers if day in taken), None)
            if twice is not None:
                found, fix = f"a day of `{key}` again", f"name each day once: `{twice}` has it already"
                yield finder.problem((*path, key), found, fix, "day-twice", of_key=True)
            taken |= dict.fromkeys(numbers, str(key))
            yield from _overlaps(finder, (*path, key), spans)


def _overlaps(finder: Finder, path: Path, spans: Any) -> Iterator[Problem]:
    ends: list[tuple[int, int]] = []
    for index, span in enumerate(spans if isinstance(spans, list) else []):
        match = regex.fullmatch(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])", str(span))
        if not match:
            continue
        numbers = [int(part) for part in match.groups()]
        start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        end += 1440 if end <= start else 0
        if any(start < other_end and other < end for other, other_end in ends):
            fix = 'let the spans of a day follow each other, as in ["09:00-12:30", "13:30-18:00"]'
            yield finder.problem(
                (*path, index), f"{shown(span)}, which overlaps another span", fix, "overlap"
            )
        ends.append((start, end))


def _holidays(finder: Finder) -> Iterator[Problem]:
    for path, holidays in at(finder.root, ("hours", "*", "holidays")):
        if not isinstance(holidays, dict) or not isinstance(holidays.get("subdivision"), str):
            continue
        place, part, country = (*path, "subdivision"), holidays["subdivision"], holidays.get("country")
        if not isinstance(country, str):
            fix = "write its country too, as in `{country: IN, subdivision: TG}`"
            yield finder.problem(place, f"{shown(part)} without a country", fix, "bad-country")
        elif country in countries() and part not in subdivisions(country):
            known = sorted(countries()[country])
            fix = f"write one of {', '.join(known)}" if known else f"take it out: {country} is one in this"
            hint = did_you_mean(part, subdivisions(country))
            yield finder.problem(place, shown(part), f"{hint}{fix}", "bad-subdivision")
