"""A tiny real HTTP server that answers as a test tells it to, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Asked:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def args(self) -> dict[str, Any]:
        """The arguments, from JSON or a form."""
        if "json" in self.headers.get("Content-Type", ""):
            return dict(json.loads(self.body or "{}"))
        return dict(parse_qsl(self.body))


@dataclass
class Answering:
    """What is answered to each request; `drops` closes the connection without a word instead.

    bodies  answered one after the other, the last one for ever after.
    """

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=lambda: [b'{"ok":true}'])
    drops: bool = False
    hangs: threading.Event | None = None
    asked: list[Asked] = field(default_factory=list)

    def say(self, *bodies: Any, status: int = 200, **headers: str) -> "Answering":
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.bodies = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        return self


@contextmanager
def answering() -> Iterator[Answering]:
    told = Answering()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            told.asked.append(Asked(self.path, dict(self.headers), body))
            if told.hangs:
                told.hangs.wait(30)
            if told.drops or told.hangs:
                self.close_connection = True
                return
            answer = told.bodies[min(len(told.asked), len(told.bodies)) - 1]
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815  # the name is http.server's

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # so that closing the server waits for them
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        if told.hangs:
            told.hangs.set()
        server.shutdown()
        server.server_close()
        thread.join()
