"""Processes that share work: started by name, as multiprocessing would run the caller's script anew."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

CHUNK = 2000
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Crew:
    """So many processes of this program, each made ready by `start(given)`; with fewer than two, this one."""

    def __init__(self, count: int, start: Callable[[Any], None], given: Any) -> None:
        self._count = count
        self._ready = (start, given)
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._stack = ExitStack()
        self._threads: ThreadPoolExecutor | None = None

    def __enter__(self) -> "Crew":
        if self._count < 2:
            start, given = self._ready
            start(given)
            return self
        for _ in range(self._count):
            command = [sys.executable, "-m", __name__]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
            self._stack.enter_context(process)
            _ask(process, *self._ready)
            self._idle.put(process)
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self._count))
        return self

    def __exit__(self, *why: object) -> None:
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
        self._stack.close()

    def run(self, work: Callable[[Sequence[_In]], list[_Out]], items: Sequence[_In]) -> list[_Out]:
        """Do the work, a function of a module, on all items, in their order."""
        chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
        done = self._threads.map(partial(self._one, work), chunks) if self._threads else map(work, chunks)
        return [one for chunk in done for one in chunk]

    def _one(self, work: Callable[[Sequence[_In]], list[_Out]], chunk: Sequence[_In]) -> list[_Out]:
        process = self._idle.get()
        try:
            answer: list[_Out] = _ask(process, work, chunk)
        finally:
            self._idle.put(process)
        return answer


def _ask(process: subprocess.Popen[bytes], work: Callable[[Any], Any], given: Any) -> Any:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise TypeError("a process of a crew has pipes")
    pickle.dump((work, given), stdin, pickle.HIGHEST_PROTOCOL)
    stdin.flush()
    return pickle.load(stdout)  # noqa: S301 - from our own process


def _serve() -> None:
    """Do what is asked, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            work, given = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process
        except EOFError:
            return
        pickle.dump(work(given), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
