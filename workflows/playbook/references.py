"""What sections say of each other: names that must exist, names that stand twice.

All of it looks at the values as they were written, so that it is told together with wrong types.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from workflows.domain.playbook import ALWAYS, TEAM
from workflows.playbook.problems import YES_NO, Problem, did_you_mean, path_text, safe, shown
from workflows.playbook.strict_yaml import Document, Path

_EACH = "*"
_RULES: Path = ("triage", "rule_sets", _EACH, "rules", _EACH)
_LADDERS: Path = ("escalation", "ladders", _EACH)
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
)
_UNIQUE: tuple[tuple[Path, str], ...] = (
    ((*_RULES, "name"), "rule"),
    (("triage", "rule_sets", _EACH, "name"), "rule set"),
    (("routing", _EACH, "name"), "route"),
    ((*_LADDERS, "name"), "ladder"),
    (("accounts", _EACH), "account"),
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
