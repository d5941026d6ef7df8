"""The examples beside the rules: does the playbook still make of each post what stands there?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.domain.playbook import Playbook
from workflows.domain.rules import Example, Rule
from workflows.playbook.judge import Judgement, judge


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that came out otherwise; of what was expected and got, only what differs."""

    rule: Rule
    example: Example
    expected: Mapping[str, object]
    got: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Examined:
    """A playbook after its examples were run."""

    playbook: Playbook
    passed: int
    failed: Sequence[Failure]

    @property
    def count(self) -> int:
        """Return how many examples there are."""
        return self.passed + len(self.failed)


def run_examples(playbook: Playbook) -> Examined:
    """Judge each example as the running desk would, and compare."""
    passed, failed = 0, []
    for rule_set in playbook.triage.rule_sets:
        for rule in rule_set.rules:
            for example in rule.examples:
                failure = _compare(playbook, rule, example)
                if failure:
                    failed.append(failure)
                else:
                    passed += 1
    return Examined(playbook, passed, failed)


def as_json(examined: Sequence[Examined]) -> dict[str, Any]:
    """Return the form of `playbook test --json`."""
    failures = [failure for one in examined for failure in one.failed]
    return {
        "ok": not failures,
        "passed": sum(one.passed for one in examined),
        "failed": [_failure_json(failure) for failure in failures],
        "files": [
            {"file": one.playbook.file, "passed": one.passed, "failed": len(one.failed)} for one in examined
        ],
    }


def _failure_json(failure: Failure) -> dict[str, Any]:
    return {
        "rule": failure.rule.name,
        "post": failure.example.mention.text,
        "expected": dict(failure.expected),
        "got": dict(failure.got),
        "file": failure.rule.file,
        "line": failure.example.line,
    }


def _compare(playbook: Playbook, rule: Rule, example: Example) -> Failure | None:
    got = _outcome(judge(playbook, example.mention))
    differing = [name for name, value in example.expected.items() if _plain(got[name]) != _plain(value)]
    if not differing:
        return None
    expected = {name: example.expected[name] for name in differing}
    return Failure(rule, example, expected, {name: got[name] for name in differing})


def _outcome(judgement: Judgement) -> dict[str, object]:
    verdict = judgement.verdict
    return {
        "rule": verdict.rule.name if verdict.rule else None,
        "priority": verdict.priority,
        "tags": verdict.tags,
        "sensitive": verdict.sensitive,
        "team": judgement.team,
        "channel": judgement.route.channel,
        "language": verdict.language,
        "sentiment": verdict.sentiment.value,
    }


def _plain(value: object) -> object:
    """Tags are compared without their order."""
    return sorted(value) if isinstance(value, tuple) else value
