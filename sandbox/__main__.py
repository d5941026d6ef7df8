"""The sandbox: the desk's own processes, pointed at the stand-ins, and a page to use them.

Everything lives in `.sandbox/` of the folder it is started in; Ctrl-C stops all of it.
"""

import argparse
import contextlib
import os
import shutil
import socket
import sys
import time
import urllib.request
from pathlib import Path

from sandbox.playbooks import SHIPPED, Folders, begin_with_default
from slackbot.cli.processes import CHILDREN, configure_logs
from slackbot.cli.supervisor import Child, Supervisor
from workflows.errors import DeskError
from workflows.settings import load_settings
from workflows.store.schema import migrate_to_newest

_HOME = Path(".sandbox")
_READY_S = 30.0

# The stand-ins know these words and no others; they open nothing anywhere else.
_TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_SIGNING_SECRET": "sandbox-signing-secret",
    "X_CONSUMER_KEY": "sandbox-consumer-key",
    "X_CONSUMER_SECRET": "sandbox-consumer-secret",
    "X_ACCESS_TOKEN": "1700000000000000001-sandbox",
    "X_ACCESS_TOKEN_SECRET": "sandbox-access-secret",
}
_ROOM = {
    "SLACK_CHANNEL": "C0SUPPORT",
    "SLACK_ADMIN_CHANNEL": "C0ADMIN",
    "SLACK_SUPERVISORS_CHANNEL": "C0LEADS",
    "X_POLL_SECONDS": "3.2",  # X allows 300 reads in 15 minutes
}


def environment(page: int, desk: int, home: Path, *, socket_mode: bool) -> dict[str, str]:
    """Return the settings of a desk that lives among the stand-ins."""
    base = f"http://127.0.0.1:{page}"
    chosen = {
        **_TOKENS,
        **_ROOM,
        "SLACK_API_URL": f"{base}/slack/api/",
        "X_API_URL": f"{base}/x",
        "DATA_DIR": str(home.absolute()),
        "PLAYBOOKS_DIR": str(_playbooks(home)),
        "HOST": "127.0.0.1",
        "PORT": str(desk),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
    if socket_mode:
        chosen["SLACK_APP_TOKEN"] = "xapp-sandbox"
    return chosen


def _playbooks(home: Path) -> Path:
    return home.absolute() / "playbooks"


def main() -> None:
    """Start everything, say where the page is, and run until Ctrl-C."""
    options = argparse.ArgumentParser(prog="mentiondesk sandbox", description=__doc__)
    options.add_argument("--port", type=int, default=8080, help="of the page")
    options.add_argument("--fresh", action="store_true", help="begin with empty stores")
    options.add_argument("--socket-mode", action="store_true", help="let Slack speak over Socket Mode")
    given = options.parse_args()
    if given.fresh:
        shutil.rmtree(_HOME, ignore_errors=True)
    _HOME.mkdir(mode=0o700, exist_ok=True)
    desk = _free_port()
    _leave_only(environment(given.port, desk, _HOME, socket_mode=given.socket_mode))
    configure_logs(os.environ["LOG_LEVEL"])
    try:
        _run(given.port, desk, socket_mode=given.socket_mode)
    except DeskError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)


def _run(page: int, desk: int, *, socket_mode: bool) -> None:
    if not _is_free(page):
        raise DeskError(
            f"Port {page} is taken: stop what uses it, or choose another (make sandbox PORT=8081)."
        )
    settings = load_settings()
    migrate_to_newest(settings.store_url)
    playbooks = _playbooks(_HOME)
    begin_with_default(Folders(SHIPPED, playbooks))
    mode = "socket" if socket_mode else "http"
    events = f"http://127.0.0.1:{desk}/slack/events"
    words = ("--port", str(page), "--events-url", events, "--mode", mode, "--playbooks", str(playbooks))
    stand_ins = Child("stand-ins", words, module="sandbox.server")
    supervisor = Supervisor(settings, [stand_ins, *(Child(*words) for words in CHILDREN)])
    supervisor.start()
    try:
        _wait_for(f"http://127.0.0.1:{page}/healthz", supervisor)
        _wait_for(f"http://127.0.0.1:{desk}/readyz", supervisor)
        sys.stdout.write(f"The sandbox is ready: http://127.0.0.1:{page}/  (Ctrl-C stops it)\n")
        sys.stdout.flush()
        supervisor.run()
    finally:
        supervisor.stop()


def _leave_only(chosen: dict[str, str]) -> None:
    """Let no real token or store of this machine reach the sandbox's processes, not even from `.env`."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "X_")) or name.removesuffix("_FILE") in ("DATABASE_URL", "REDIS_URL"):
            del os.environ[name]
    os.environ.update(chosen)
    os.environ.update({"DATABASE_URL": "", "REDIS_URL": ""})


def _wait_for(url: str, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our loopback
            return  # what is not ready answers 503, which raises
        supervisor.look()
        time.sleep(0.03)
    raise DeskError(f"{url} does not answer; run again with LOG_LEVEL=INFO to see why.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
