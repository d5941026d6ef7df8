"""The rows of playbooks: clocks and ladders, triage, reading and linting, a simulated day."""

from collections.abc import Callable
from pathlib import Path

from bench import due_step, tick, triage
from bench.big_playbook import SHIPPED, big_source, read_or_fail

Row = Callable[..., None]
_DEFAULT = next(path for path in SHIPPED if path.name == "default.yaml")
_DAY, _MENTIONS = "2026-11-16", 100_000


def tick_rows(row: Row) -> None:
    """A tick that finds nothing due: with 100,000 open cases against 1,000; the index that it goes by."""
    for database, found in tick.measure():
        parts = {"looking for due cases": found.looks, "the whole turn with its commit": found.turns}
        for part, spent in parts.items():
            few, many = spent[tick.FEW], spent[tick.MANY]
            what = f"tick, nothing due, {database}, {part}: ms with 100,000 and with 1,000 open cases"
            row(what, f"{many:.2f}", f"{few:.2f} (1,000)", many / few, "≤ 1.5")
        row(f"… {database}'s EXPLAIN with 100,000", f"`{found.plan}`", "")


def due_rows(row: Row) -> None:
    """A due step: from its moment to its request at Slack's stand-in."""
    runs = [due_step.measure() for _ in range(3)]
    middle = sorted(runs, key=lambda spent: due_step.p50_p99(spent)[1])[1]
    p50, p99 = due_step.p50_p99(middle)
    what = f"step due → its ping at Slack, {len(middle)} of {due_step.CASES * due_step.STEPS} steps said, the middle of three runs: p50 / p99 ms"
    row(what, f"{p50:.0f} / {p99:.0f}", "", None, "p99 ≤ 1000")


def triage_rows(row: Row) -> None:
    """Triage of one mention; reading and linting."""
    source = big_source()
    playbooks = {
        "300 rules": read_or_fail(source, "big.yaml"),
        "`default.yaml`": read_or_fail(_DEFAULT.read_bytes(), str(_DEFAULT)),
    }
    for name, playbook in playbooks.items():
        spent = triage.triage_ms(playbook)
        figures = f"{spent.p50:.2f} / {spent.p99:.2f}"
        row(f"triage of one mention, {name}: p50 / p99 ms", figures, "", None, "p50 ≤ 2")
        parts = f"{spent.understanding:.2f} + {spent.rules:.2f}"
        row(f"… of it language and mood + rules ({spent.asked:.0f} asked): p50 ms", parts, "")
    row(
        "triage of a post of 25,000 characters, 300 rules: ms",
        f"{triage.longest_ms(playbooks['300 rules']):.0f}",
        "",
    )
    row("first mention of a fresh process: ms", f"{triage.first_ms(_DEFAULT):.0f}", "")
    for name, text in {"300 rules": source, "`default.yaml`": _DEFAULT.read_text(encoding="utf-8")}.items():
        read, linted = triage.read_and_lint_ms(text, "playbook.yaml")
        row(f"reading / linting a playbook, {name}: ms", f"{read:.0f} / {linted:.0f}", "")


def simulate_rows(row: Row) -> None:
    """A day of 100,000 mentions through each playbook that ships, by the command itself."""
    for path in SHIPPED:
        what = f"`playbook simulate` of 100,000 mentions, `{path.name}`: s"
        row(what, f"{_simulate_s(path):.0f}", "", None, "≤ 120")


def _simulate_s(path: Path) -> float:
    return triage.command_s("playbook", "simulate", str(path), "--mentions", str(_MENTIONS), "--day", _DAY)
