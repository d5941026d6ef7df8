"""A made-up playbook of many rules, always the same one, and the posts that are judged by it."""

import random
from dataclasses import replace
from pathlib import Path

import yaml

from workflows.domain.playbook import Playbook
from workflows.domain.rules import Mention
from workflows.playbook.read import read_playbook
from workflows.words.understand import words_for

RULES = 300
ENTRIES = 10  # of each rule, one of them an expression
LANGUAGES = ("en", "hi", "te", "bn", "tr")
SHIPPED = sorted((Path(__file__).parents[1] / "playbooks").glob("*.yaml"))


def big_source(rules: int = RULES) -> str:
    """Return a playbook of so many rules, each of nine words, stems or phrases in five languages and one expression.

    Words are glued from two of the lexicons', phrases are pairs of them: few posts fit a rule, so that nearly
    every post is asked by all of them, and yet phrases begin with words that posts are full of.
    """
    chance = random.Random(300)
    known = {language: _plain_words(language) for language in LANGUAGES}
    made = [_rule(number, known, chance) for number in range(rules)]
    playbook = {"version": 1, "name": "Big", "triage": {"rule_sets": [{"name": "all", "rules": made}]}}
    return yaml.safe_dump(playbook, allow_unicode=True, sort_keys=False, width=110)


def _plain_words(language: str) -> list[str]:
    entries = {entry for section in words_for(language).values() for entry in section}
    return sorted(entry for entry in entries if entry.isalpha() or (" " not in entry and "*" not in entry))


def _rule(number: int, known: dict[str, list[str]], chance: random.Random) -> dict[str, object]:
    entries = [
        _entry(place, known[LANGUAGES[place % len(LANGUAGES)]], chance) for place in range(ENTRIES - 1)
    ]
    one, other = chance.sample(known["en"], 2)
    when = {
        "any": [{"words": entries}, {"regex": [rf"\b{one}(s|ed|ing)? (the|my|our) {other}[0-9]{{0,3}}\b"]}]
    }
    return {
        "name": f"rule {number}",
        "when": when,
        "then": {"priority": "high", "tags": [f"tag-{number % 20}"]},
    }


def _entry(place: int, words: list[str], chance: random.Random) -> str:
    one, other = chance.sample(words, 2)
    return (one + other, f"{one} {other}", f"{one + other}*")[place % 3]


def read_or_fail(source: str | bytes, file: str) -> Playbook:
    """Return the playbook; a benchmark of a broken one would measure nothing."""
    playbook, problems = read_playbook(source, file)
    if playbook is None:
        raise RuntimeError(str(problems[:3]))
    return playbook


def posts() -> list[Mention]:
    """Return every example of the shipped playbooks as X would bring it: nobody says in which language it is."""
    playbooks = [read_or_fail(path.read_bytes(), str(path)) for path in SHIPPED]
    return [
        replace(example.mention, language="", text=f"@brand {example.mention.text}")
        for playbook in playbooks
        for rule_set in playbook.triage.rule_sets
        for rule in rule_set.rules
        for example in rule.examples
    ]
