"""Playbooks at work: triage of one mention, reading and linting, a simulated day."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.big_playbook import posts
from workflows.domain.playbook import Playbook
from workflows.domain.rules import Mention
from workflows.domain.triage import Rules
from workflows.playbook.judge import Judge
from workflows.words.understand import understand

RUNS = 5


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of one mention: medians of several runs over all posts; `asked` of the rules, per mention."""

    p50: float
    p99: float
    understanding: float
    rules: float
    asked: float
    posts: int


def triage_ms(playbook: Playbook, runs: int = RUNS) -> Spent:
    """Judge every post once in each run, after one run that nobody times."""
    judge, rules = Judge(playbook), Rules(playbook)
    mentions = posts()
    asked = statistics.mean(len(judge.judge(mention).verdict.tried) for mention in mentions)
    whole = [_each(judge.judge, mentions) for _ in range(runs)]
    known = [(mention, understand(mention.text, hint=mention.hint)) for mention in mentions]
    understanding, deciding = (
        statistics.median(statistics.median(_each(part, known)) for _ in range(runs))
        for part in (
            lambda one: understand(one[0].text, hint=one[0].hint),
            lambda one: rules.decide(one[0], language=one[1].language, sentiment=one[1].sentiment),
        )
    )
    return Spent(
        statistics.median(statistics.median(run) for run in whole),
        statistics.median(statistics.quantiles(run, n=100)[98] for run in whole),
        understanding,
        deciding,
        asked,
        len(mentions),
    )


def longest_ms(playbook: Playbook, runs: int = RUNS) -> float:
    """Return the median of judging a post of 25,000 characters, the longest that X has."""
    judge = Judge(playbook)
    words = " ".join(mention.text for mention in posts())
    text = (words * (1 + 25_000 // len(words)))[:25_000]
    return statistics.median(_each(judge.judge, [Mention(text=text)] * (1 + runs))[1:])


def _each(work: Callable[[Any], object], items: Sequence[Any]) -> list[float]:
    spent = []
    for item in items:
        started = time.perf_counter()
        work(item)
        spent.append((time.perf_counter() - started) * 1000)
    return spent


def first_ms(file: Path) -> float:
    """Return what the first mention of a fresh process costs, with a playbook that was read already."""
    code = (
        "import sys, time; from bench.big_playbook import read_or_fail; from workflows.domain.rules import Mention; "
        "from workflows.playbook.judge import judge; f = sys.argv[1]; p = read_or_fail(open(f, 'rb').read(), f); "
        "m = Mention(text='siparişim nerede? my order is late'); t = time.perf_counter(); judge(p, m); "
        "print(time.perf_counter() - t)"
    )
    runs = [subprocess.check_output([sys.executable, "-c", code, str(file)]) for _ in range(RUNS)]
    return statistics.median(float(run) * 1000 for run in runs)


def read_and_lint_ms(source: str, file: str) -> tuple[float, float]:
    """Return the ms of the first reading and linting in a fresh process: medians of several."""
    code = (
        "import json, sys, time; from workflows.playbook.read import read_playbook; "
        "from workflows.playbook.lint import lint; s = sys.stdin.read(); a = time.perf_counter(); "
        "p, _ = read_playbook(s, sys.argv[1]); b = time.perf_counter(); lint(p, s); c = time.perf_counter(); "
        "print(json.dumps([b - a, c - b]))"
    )
    runs = [
        json.loads(subprocess.check_output([sys.executable, "-c", code, file], input=source.encode()))
        for _ in range(RUNS)
    ]
    return statistics.median(run[0] for run in runs) * 1000, statistics.median(run[1] for run in runs) * 1000


def command_s(*words: str) -> float:
    """Return the wall time of one run of a command."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "slackbot", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
