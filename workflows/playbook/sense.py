"""What types cannot say of a section: days named twice, bounds the wrong way round, labels of people."""

from collections.abc import Iterator
from typing import Any

import regex

from workflows.playbook.problems import Problem, did_you_mean, safe, shown
from workflows.playbook.references import Finder, at, whens
from workflows.playbook.strict_yaml import Path
from workflows.playbook.values import countries, days_of, subdivisions

MAX_EXPRESSIONS = 500

# X forbids to derive or store these of a person; so does the law of many countries.
_LABELS = frozenset(
    [
        "health",
        "illness",
        "disease",
        "disabled",
        "disability",
        "pregnant",
        "pregnancy",
        "depressed",
        "depression",
        "mental-health",
        "suicide",
        "suicidal",
        "self-harm",
        "selfharm",
        "cancer",
        "hiv",
        "addict",
        "addiction",
        "politics",
        "political",
        "politician",
        "leftist",
        "conservative",
        "liberal",
        "republican",
        "democrat",
        "religion",
        "religious",
        "muslim",
        "islam",
        "christian",
        "hindu",
        "jewish",
        "jew",
        "sikh",
        "buddhist",
        "atheist",
        "caste",
        "dalit",
        "ethnicity",
        "ethnic",
        "race",
        "racial",
        "kurdish",
        "alevi",
        "gay",
        "lesbian",
        "bisexual",
        "transgender",
        "trans",
        "lgbt",
        "lgbtq",
        "queer",
        "sexuality",
        "trade-union",
        "criminal-record",
        "sağlık",
        "din",
        "siyaset",
        "hamile",
        "engelli",
    ]
)
_TAGS: tuple[Path, ...] = (
    ("triage", "rule_sets", "*", "rules", "*", "then", "tags", "*"),
    ("triage", "otherwise", "tags", "*"),
    ("routing", "*", "tags", "*"),
)


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
    if len(places) <= MAX_EXPRESSIONS:
        return None
    fix = f"write at most {MAX_EXPRESSIONS} in a file, and list plain words under `words`"
    return finder.problem(places[0], f"{len(places)} expressions under `regex`", fix, "too-many")


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
        elif "after" not in step and "at" not in step:
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
