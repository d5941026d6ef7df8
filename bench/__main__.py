"""`make bench`: one table, everything side by side in one run on this machine."""

import sys
from collections.abc import Callable
from functools import partial

from bench import cards, clicks, drafts, playbooks
from bench.processes import Bench, fetch, import_only_mb, is_open, memory_mb, sandbox_start_s, seconds

LIBRARIES = {
    "web": "slack_bolt, slack_bolt.adapter.flask, slack_bolt.adapter.socket_mode, flask, gunicorn.app.base, "
    "gunicorn.workers.gthread, sqlalchemy, rq, redis, pydantic_settings, structlog, prometheus_client, regex, yaml, re2",
    "worker": "slack_sdk.web, tweepy, rq, rq.worker, redis, sqlalchemy, pydantic_settings, structlog, regex, slack_bolt, yaml, re2, lingua",
    "clock": "tweepy, rq, redis, sqlalchemy, pydantic_settings, structlog, regex, yaml, re2",
}


def row(what: str, ours: str, bare: str, ratio: float | None = None, target: str = "") -> None:
    """Print one line of the table."""
    shown = f"{ratio:.2f}" if ratio is not None else ""
    print(f"| {what} | {ours} | {bare} | {shown} | {target} |", flush=True)


def measure_clicks() -> None:
    """Click to ack."""
    found = clicks.measure()
    for connections in (1, 8):
        ours, bare = found[f"desk {connections}"], found[f"bare {connections}"]
        what = f"click → ack, {connections} connection{'s' if connections > 1 else ''}: p50 / p99 ms"
        row(
            what,
            f"{ours[0]:.1f} / {ours[1]:.1f}",
            f"{bare[0]:.1f} / {bare[1]:.1f}",
            ours[1] / bare[1],
            "p99 ≤ 1.5",
        )


def measure_cards() -> None:
    """Mention to card."""
    with Bench() as bench:
        simple = cards.bare_per_s(bench, "SimpleWorker")
        idle_bare = cards.bare_idle_ms(bench, "SimpleWorker")
    with Bench() as bench:
        forking = cards.bare_per_s(bench, "Worker", mentions=60)
    with Bench() as bench:
        one = cards.desk_per_s(bench, workers=1)
    with Bench() as bench:
        two = cards.desk_per_s(bench, workers=2)
    with Bench() as bench:
        idle = cards.desk_idle_ms(bench)
    row("mention → card, one worker: cards/s", f"{one:.0f}", f"{simple:.0f} (SimpleWorker)", one / simple)
    row(
        "mention → card, as `up` runs it (two workers): cards/s",
        f"{two:.0f}",
        f"{simple:.0f} (SimpleWorker)",
        two / simple,
        "≥ 0.8",
    )
    row("bare path with a forking worker: cards/s", "", f"{forking:.0f} (Worker)")
    row("mention → card, idle: p50 ms", f"{idle:.1f}", f"{idle_bare:.1f}", idle / idle_bare, "≤ 3")
    with Bench() as bench:
        jobs, enqueued = cards.noop_per_s(bench, "SimpleWorker")
    row("RQ no-op jobs/s, one SimpleWorker", "", f"{jobs:.0f}")
    row("enqueue, one by one /s", "", f"{enqueued:.0f}")


def measure_memory() -> None:
    """Memory of each process after it has worked, against one that merely imports the libraries."""
    with Bench() as bench:
        clicks.fill(bench, 50)
        run = {
            "web": bench.start("slackbot", "web"),
            "worker": bench.start("slackbot", "worker", "--name", "worker-1"),
            "clock": bench.start("slackbot", "clock"),
        }
        bench.wait(lambda: is_open(bench.port))
        clicks.press(bench.port, 8, 400)
        fetch(f"http://127.0.0.1:{bench.far}/feed", b'{"count": 100}')
        bench.wait(lambda: len(fetch(f"http://127.0.0.1:{bench.far}/fed")) > 2)
        found = {name: memory_mb(process) for name, process in run.items()}
        for name, mb in found.items():
            alone = import_only_mb(bench, LIBRARIES[name])
            row(f"memory of `{name}`: MB", f"{mb:.0f}", f"{alone:.0f} (imports only)", mb / alone, "≤ 1.3")


def measure_start() -> None:
    """Cold starts."""
    row(
        "`mentiondesk --help`: s",
        f"{seconds([sys.executable, '-m', 'slackbot', '--help']):.2f}",
        "",
        None,
        "≤ 0.5",
    )
    row("`mentiondesk sandbox` to ready: s", f"{sandbox_start_s():.1f}", "", None, "≤ 6")


def main() -> None:
    """Print the table; arguments choose parts: clicks cards memory start tick due drafts triage simulate."""
    parts: dict[str, Callable[[], None]] = {
        "clicks": measure_clicks,
        "cards": measure_cards,
        "memory": measure_memory,
        "start": measure_start,
        "tick": partial(playbooks.tick_rows, row),
        "due": partial(playbooks.due_rows, row),
        "drafts": partial(drafts.draft_rows, row),
        "triage": partial(playbooks.triage_rows, row),
        "simulate": partial(playbooks.simulate_rows, row),
    }
    print("| what | desk | bare | ratio | target |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
