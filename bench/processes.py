"""Start what is measured, and measure processes: memory, start-up."""

import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from workflows.redis_server import RedisServer

SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-bench",
    "SLACK_SIGNING_SECRET": "bench-secret",
    "SLACK_CHANNEL": "C1",
    "SLACK_POSTS_PER_SECOND": "100000",
    "SLACK_UPDATES_PER_MINUTE": "10000000",
    "X_CONSUMER_KEY": "k",
    "X_CONSUMER_SECRET": "s",
    "X_ACCESS_TOKEN": "17-t",
    "X_ACCESS_TOKEN_SECRET": "s",
    "X_POLL_SECONDS": "0.2",
    "LOG_LEVEL": "WARNING",
    "DATABASE_URL": "",
}


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bench:
    """A folder, a Redis, a far side, and the processes of one measurement."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="desk-bench-"))
        self.redis = RedisServer(self.home)
        self.far = free_port()
        self.port = free_port()
        base = f"http://127.0.0.1:{self.far}"
        self.environment = {
            **os.environ,
            **SETTINGS,
            "DATA_DIR": str(self.home),
            "SLACK_API_URL": f"{base}/slack/",
            "X_API_URL": base,
            "PORT": str(self.port),
            "REDIS_URL": f"unix://{self.home}/redis/redis.sock?db=0",
            "BARE_DB": str(self.home / "bare.db"),
        }
        os.environ.update({k: self.environment[k] for k in ("REDIS_URL", "BARE_DB", "SLACK_API_URL")})
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Bench":
        self.redis.start()
        self.start("bench.mock", str(self.far))
        self.wait(lambda: is_open(self.far))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.redis.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `python -m module`."""
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env=self.environment, start_new_session=True
        )
        self.running.append(process)
        return process

    def stop(self, *processes: subprocess.Popen[bytes]) -> None:
        """Stop some of them."""
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.running.remove(process)

    @staticmethod
    def wait(look: Callable[[], object], within: float = 60.0) -> None:
        """Wait until `look` is true."""
        deadline = time.monotonic() + within
        while not look():
            if time.monotonic() > deadline:
                raise TimeoutError(look)
            time.sleep(0.005)


def is_open(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Return the proportional memory of the largest process of this group, in MB."""
    return max(_pss_mb(pid) for pid in _group(process.pid))


def _group(leader: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if os.getpgid(int(entry.name)) == leader:
                    yield int(entry.name)


def _pss_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def import_only_mb(bench: Bench, modules: str) -> float:
    """Return the memory of a process that merely imports these third-party libraries."""
    code = f"import {modules}; import sys; sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.read(1)
    bench.running.append(process)
    found = memory_mb(process)
    bench.stop(process)
    process.stdout.close()
    return found


def seconds(command: list[str], runs: int = 7) -> float:
    """Return the median wall time of a command."""
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def sandbox_start_s() -> float:
    """Return the seconds from `mentiondesk sandbox` to the line that says it is ready."""
    home = tempfile.mkdtemp(prefix="desk-bench-")
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(free_port())],
        cwd=home,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"ready" in line:
            break
    spent = time.perf_counter() - started
    process.send_signal(signal.SIGINT)
    process.wait(40)
    process.stdout.close()
    shutil.rmtree(home, ignore_errors=True)
    return spent


def fetch(url: str, data: bytes | None = None) -> bytes:
    """Call a local address."""
    with urllib.request.urlopen(url, data=data, timeout=10) as answer:
        return bytes(answer.read())
