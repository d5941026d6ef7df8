"""`mentiondesk up`: what dies is started again, nothing outlives it, and it says why it will not run."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.wind import wind
from slackbot.cli.processes import CHILDREN
from tests.faults.breakable import LONG, BreakableDesk
from tests.whole_desk import ROOT, call, free_port, wait_until
from workflows.redis_server import NoRedis, RedisServer
from workflows.store.schema import migrate_to_newest

NEEDED = (
    "SLACK_BOT_TOKEN",
    "SLACK_CHANNEL",
    "X_CONSUMER_KEY",
    "X_CONSUMER_SECRET",
    "X_ACCESS_TOKEN",
    "X_ACCESS_TOKEN_SECRET",
    "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
)
SOON = 20.0
"""Seconds; a quiet machine needs one."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BreakableDesk]:
    """A desk that one `mentiondesk up` runs, its own Redis included."""
    desk = BreakableDesk(tmp_path_factory.mktemp("desk"))
    try:
        desk.start("up", redis=False)
        wait_until(desk.healthy, within=LONG, why="web answers")
        yield desk
    finally:
        desk.stop()


def up(desk: BreakableDesk, where: Path) -> subprocess.CompletedProcess[str]:
    """Run another `up`, which is expected to refuse, and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "slackbot", "up"],
        cwd=where,
        env={**desk.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def descendants(pid: int) -> dict[int, str]:
    """The processes below this one, and what each is."""
    found: dict[int, str] = {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # one may end while we look
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found |= {int(child): name_of(int(child))} | descendants(int(child))
    return found


def name_of(pid: int) -> str:
    return " ".join(Path(f"/proc/{pid}/cmdline").read_text().split("\0")).partition("slackbot ")[2].strip()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def redis_of(pid: int) -> int:
    """The redis-server that this process owns."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return next(int(c) for c in children if "redis-server" in Path(f"/proc/{c}/cmdline").read_text())


def test_every_process_that_is_killed_is_started_again_and_so_is_redis(desk: BreakableDesk) -> None:
    desk.given_card("before the killing")
    before = descendants(desk.processes["up"].pid)

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    desk.end_clock_lease()

    def all_back() -> bool:
        now = descendants(desk.processes["up"].pid)
        return not set(now) & set(before) and set(now.values()) >= {" ".join(words) for _, words in CHILDREN}

    wait_until(all_back, within=LONG, why="all children run again")
    wait_until(desk.healthy, within=LONG, why="web answers")
    desk.given_card("after the killing")
    desk.wait_until_quiet()
    assert desk.untrue_cards() == {}


def test_a_second_desk_on_the_same_folder_is_refused_in_one_clear_line(
    desk: BreakableDesk, tmp_path: Path
) -> None:
    refused = up(desk, tmp_path)

    assert refused.returncode == 1
    assert (
        refused.stderr == f"Another desk runs on {desk.home}: stop it, or set DATA_DIR to another folder.\n"
    )
    desk.given_card("the first desk is unharmed")


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_takes_over(desk: BreakableDesk) -> None:
    left = descendants(desk.processes["up"].pid)
    redis = redis_of(desk.processes["up"].pid)

    desk.kill("up")

    wait_until(
        lambda: not [pid for pid in (*left, redis) if alive(pid)], within=SOON, why=f"all gone: {left}"
    )
    desk.start_process("up")
    desk.given_card("under the next supervisor")
    desk.assert_promises()


def test_told_to_stop_it_takes_everything_with_it_and_ends_well(desk: BreakableDesk) -> None:
    left = [*descendants(desk.processes["up"].pid), redis_of(desk.processes["up"].pid)]

    desk.processes["up"].send_signal(signal.SIGTERM)

    assert desk.processes["up"].wait(SOON) == 0
    assert not [pid for pid in left if alive(pid)]


def test_the_embedded_redis_dies_with_its_owner(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, threading\n"
        "from workflows.redis_server import RedisServer\n"
        f"RedisServer(pathlib.Path({str(tmp_path)!r})).start()\n"
        "print('started', flush=True)\n"
        "threading.Event().wait()\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"started\n"
        redis = redis_of(owner.pid)
        owner.kill()

    wait_until(lambda: not alive(redis), within=SOON, why="redis-server is gone")
    with RedisServer(tmp_path) as next_one:
        assert next_one.alive()


def test_one_folder_has_one_redis(tmp_path: Path) -> None:
    with RedisServer(tmp_path), pytest.raises(NoRedis, match="Another desk runs on"):
        RedisServer(tmp_path).start()


def test_a_redis_that_runs_is_not_started_a_second_time(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        first = redis_of(os.getpid())
        server.start()
        assert redis_of(os.getpid()) == first  # two on one socket would each get half of the jobs
        assert alive(first)


def test_the_sandbox_as_its_user_starts_it_brings_a_mention_to_slack_and_ends_at_ctrl_c(
    tmp_path: Path,
) -> None:
    page = free_port()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sandbox", "--port", str(page)]
    launcher = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, start_new_session=True
    )
    with launcher:
        assert launcher.stdout
        assert any(b"The sandbox is ready" in line for line in iter(launcher.stdout.readline, b""))
        base = f"http://127.0.0.1:{page}/control"
        for author in ("emma_w", "ravi_k", "ismail_d"):
            call(f"{base}/x/write", {"author": author, "text": f"@sarishop where is it? {author}"})
        wait_until(
            lambda: len(call(f"{base}/slack/requests?method=chat.postMessage")) >= 3,
            within=SOON,
            why="three cards",
        )
        redis = redis_of(launcher.pid)
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(LONG) == 0
    assert not alive(redis)


def test_a_database_whose_clock_was_wound_is_refused(tmp_path: Path) -> None:
    desk = BreakableDesk(tmp_path)
    migrate_to_newest(desk.store_url)
    wind(desk.store_url, 3600)

    refused = up(desk, tmp_path)

    assert refused.returncode == 1
    assert "This database belongs to a sandbox (its clock was wound)" in refused.stderr
    desk.engine.dispose()


def test_settings_that_are_missing_are_named_all_at_once(tmp_path: Path) -> None:
    desk = BreakableDesk(tmp_path)
    for name in [name for name in desk.environment if name.startswith(("SLACK_", "X_"))]:
        del desk.environment[name]

    refused = up(desk, tmp_path)

    assert refused.returncode == 1
    assert refused.stderr.startswith("These settings are needed first")
    assert refused.stderr.splitlines()[1:] == [f"  {name}" for name in NEEDED]
    desk.engine.dispose()
