"""Serve the stand-in Slack, the stand-in X, the control API and the page from one process on one port.

Run as `python -m sandbox.server --port 4000`. Everything is held in memory by one event loop.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.faults import RESETS, WOUND, Faults, NotThere
from sandbox.playbooks import SHIPPED, Folders
from sandbox.playbooks import add_routes as add_playbooks
from sandbox.slack.api import STARTED_WITH
from sandbox.slack.api import add_routes as add_slack
from sandbox.x.api import add_routes as add_x

_STATIC = Path(__file__).parent / "page" / "static"
_STREAMS: web.AppKey[set[asyncio.Queue[str]]] = web.AppKey("streams", set)
_CLOCK: web.AppKey[dict[str, float]] = web.AppKey("clock", dict)
_WINDING: web.AppKey[asyncio.Lock] = web.AppKey("winding", asyncio.Lock)
_LADDER: web.AppKey[asyncio.Lock] = web.AppKey("ladder", asyncio.Lock)
_ASK_TIMEOUT_S = 30.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(
    *, events_url: str | None = None, mode: str = "http", playbooks: Folders | None = None
) -> web.Application:
    """Return the whole sandbox server as one application, empty but for its seed.

    events_url  where requests of Slack go (`http://127.0.0.1:3000/slack/events`); may be set later.
    mode        `http` or `socket`: how Slack reaches the desk.
    playbooks   the folders among which the page chooses; None: it shows no chooser.
    """
    app = web.Application(middlewares=[_speak_json], client_max_size=4 * 2**20)
    faults = Faults()
    app[RESETS], app[WOUND] = [], []
    app[_STREAMS], app[_CLOCK] = set(), {}
    app[_WINDING], app[_LADDER] = asyncio.Lock(), asyncio.Lock()
    app[STARTED_WITH] = {"events_url": events_url, "mode": mode}

    def changed(what: str) -> None:
        for stream in app[_STREAMS]:
            stream.put_nowait(what)

    add_slack(app, faults, changed)
    add_x(app, faults, changed)
    _add_fault_routes(app, faults, changed)
    _add_clock_routes(app, changed)
    add_playbooks(app, playbooks, changed)
    _add_own_routes(app, faults, changed)
    return app


def _add_fault_routes(app: web.Application, faults: Faults, changed: Callable[[str], None]) -> None:
    async def add(request: web.Request) -> web.Response:
        fault_id = faults.add(await _body(request))
        changed("faults")
        return web.json_response({"id": fault_id})

    async def left(request: web.Request) -> web.Response:
        return web.json_response(faults.left())

    async def end(request: web.Request) -> web.Response:
        wanted = request.match_info.get("id")
        if wanted is not None and not wanted.isdigit():
            raise NotThere(f"no fault {wanted} is waiting")
        faults.clear(None if wanted is None else int(wanted))
        changed("faults")
        return web.json_response({"ok": True})

    async def seed(request: web.Request) -> web.Response:
        number = (await _body(request)).get("seed")
        if not isinstance(number, int):
            raise ValueError("seed must be a whole number")  # noqa: TRY004 - answered as 400
        faults.seed(number)
        return web.json_response({"ok": True})

    app.router.add_post("/control/faults", add)
    app.router.add_get("/control/faults", left)
    app.router.add_delete("/control/faults", end)
    app.router.add_delete("/control/faults/{id}", end)
    app.router.add_post("/control/seed", seed)


def _add_own_routes(app: web.Application, faults: Faults, changed: Callable[[str], None]) -> None:
    async def reset(request: web.Request) -> web.Response:
        faults.clear()
        for forget in app[RESETS]:
            forget()
        for what in ("slack", "x", "faults"):
            changed(what)
        return web.json_response({"ok": True})

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    app.router.add_post("/control/reset", reset)
    app.router.add_get("/healthz", health)
    app.router.add_get("/events", _stream)
    app.router.add_get("/", _page)
    app.router.add_get("/assets/{path:.+}", _page)


def _add_clock_routes(app: web.Application, changed: Callable[[str], None]) -> None:
    async def wind(request: web.Request) -> web.Response:
        forward = (await _body(request)).get("forward_s")
        if isinstance(forward, bool) or not isinstance(forward, int | float):
            raise ValueError("forward_s must be a number of seconds")  # noqa: TRY004 - answered as 400
        offset = await _wind(app, forward)
        changed("clock")
        return web.json_response({"offset_s": offset})

    async def clock(request: web.Request) -> web.Response:
        if "offset_s" not in app[_CLOCK]:  # the desk may have been wound before this process started
            with contextlib.suppress(ValueError):  # or there is no desk yet: then nothing was wound
                await _wind(app, 0)
        return web.json_response({"offset_s": app[_CLOCK].get("offset_s", 0.0)})

    async def ladder(request: web.Request) -> web.Response:
        case = request.query.get("case", "")
        if not (case.isascii() and case.isdigit()):
            raise ValueError("case must be the number of a case")
        async with app[_LADDER]:  # each look starts a process: several windows may not start several at once
            told = await _ask("sandbox.ladder", "--case", case, why="there is no time line")
        return web.json_response(told)

    app.router.add_post("/control/clock", wind)
    app.router.add_get("/control/clock", clock)
    app.router.add_get("/control/ladder", ladder)


async def _wind(app: web.Application, forward: float) -> float:
    """Let `sandbox.wind` move the desk's clock, and tell everyone who follows it."""
    async with app[_WINDING]:  # of two programs the one that read the clock first may answer last
        told = await _ask("sandbox.wind", "--forward", str(forward), why="the clock was not wound")
        offset = float(told["offset_s"])
        app[_CLOCK]["offset_s"] = offset
        for follow in app[WOUND]:
            follow(offset)
        return offset


async def _ask(module: str, *words: str, why: str) -> dict[str, Any]:
    """Return what a program beside this one prints; unlike the stand-ins it may look into the database.

    Raises ValueError with `why` and the program's last line.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _ASK_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        raise ValueError(f"{why}: {module} took too long") from None
    if process.returncode != 0:
        lines = err.decode(errors="replace").strip().splitlines() or ["it gave no reason"]
        raise ValueError(f"{why}: {lines[-1]}")
    told: dict[str, Any] = json.loads(out)
    return told


async def _stream(request: web.Request) -> web.StreamResponse:
    """Tell the page what has changed, as server-sent events, until it goes away."""
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await answer.prepare(request)
    news: asyncio.Queue[str] = asyncio.Queue()
    streams = request.app[_STREAMS]
    streams.add(news)
    try:
        await answer.write(b": here\n\n")
        while True:
            waiting = {await news.get()}
            while not news.empty():  # a burst of changes is one change to whoever looks afterwards
                waiting.add(news.get_nowait())
            for what in sorted(waiting):
                await answer.write(f"data: {json.dumps({'changed': what})}\n\n".encode())
    except ConnectionError:
        return answer
    finally:
        streams.discard(news)


async def _page(request: web.Request) -> web.StreamResponse:
    path = request.match_info.get("path")
    root = _STATIC if path is None else _STATIC / "assets"
    file = (root / (path or "index.html")).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        return web.Response(status=404, text="There is no such page.\n")
    return web.FileResponse(file, headers={"Cache-Control": "no-store"})


@web.middleware
async def _speak_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a control call raises into the answers of docs/sandbox.md."""
    if not request.path.startswith("/control/"):
        return await handler(request)
    try:
        return await handler(request)
    except NotThere as error:
        return web.json_response({"error": str(error)}, status=404)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)


async def _body(request: web.Request) -> dict[str, Any]:
    body = await request.json() if request.can_read_body else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as 400
    return body


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then stop at once, whatever is under way."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        for address in runner.addresses:
            sys.stdout.write(f"http://{address[0]}:{address[1]}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Read the command line and serve."""
    options = argparse.ArgumentParser(prog="python -m sandbox.server", description=__doc__)
    options.add_argument("--port", type=int, required=True, help="0 takes a free one; the URL is printed")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--events-url", help="where Slack's requests go")
    options.add_argument("--mode", choices=("http", "socket"), default="http")
    options.add_argument("--playbooks", type=Path, help="the desk's folder of playbooks")
    options.add_argument("--shipped", type=Path, help="the folder of those that it may be given")
    given = options.parse_args()
    folders = Folders(given.shipped or SHIPPED, given.playbooks) if given.playbooks else None
    app = make_app(events_url=given.events_url, mode=given.mode, playbooks=folders)
    asyncio.run(serve(app, given.host, given.port))


if __name__ == "__main__":
    main()
