"""The WSGI app (Slack's requests, health, metrics) under gunicorn's threads, and Socket Mode."""

import contextlib
import hmac
import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from gunicorn.app.base import BaseApplication
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from redis.exceptions import RedisError
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.signature import SignatureVerifier

from slackbot.app import build_app
from slackbot.listeners.click import tell_now
from slackbot.sender import POST_S, web_client
from workflows.desk import Desk, open_desk
from workflows.errors import NotSaved
from workflows.queues import Road, connect, relay_in_background
from workflows.redis_server import redis_url
from workflows.services.playbooks import make_ready
from workflows.settings import Settings

log = logging.getLogger(__name__)

WIDTH = 20
SOCKETS = 2
MOST_BYTES = 1_000_000
CLOCK_LATE_S = 30.0
_HANDLERS: list[SocketModeHandler] = []  # the Socket Mode connections of this process
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def make_wsgi(desk: Desk, app: App) -> Flask:
    """Return the WSGI app."""
    flask = Flask("mentiondesk", static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    handler = SlackRequestHandler(app)
    secret = desk.settings.slack_signing_secret.get_secret_value()

    @flask.post("/slack/events")
    def slack_events() -> Response:
        if not is_from_slack(secret, request.get_data(cache=True), request.headers):
            log.warning("a request to /slack/events was not signed by our Slack app, or its clock is off")
            return Response(status=401)
        return handler.handle(request)

    @flask.get("/healthz")
    def healthz() -> Response:
        return jsonify(ok=True)

    @flask.get("/readyz")
    def readyz() -> tuple[Response, int]:
        reasons = why_not_ready(desk)
        return jsonify(ok=not reasons, reasons=reasons), 503 if reasons else 200

    @flask.get("/metrics")
    def metrics() -> Response:
        if not _may_see_metrics(desk.settings):
            return Response(status=403)
        return Response(generate_latest(_measure(desk)), content_type=CONTENT_TYPE_LATEST)

    return flask


def is_from_slack(secret: str, body: bytes, headers: Any) -> bool:
    """Tell whether Slack signed this body within the last five minutes.

    The SDK's verifier raises on malformed input; whatever it raises is a no.
    """
    if not secret:
        return False
    try:
        return SignatureVerifier(secret).is_valid(
            body=body,
            timestamp=headers.get("X-Slack-Request-Timestamp", ""),
            signature=headers.get("X-Slack-Signature", ""),
        )
    except (ValueError, TypeError, OverflowError):
        return False


def why_not_ready(desk: Desk) -> list[str]:
    """Return what keeps the desk from working; empty when nothing does."""
    reasons = []
    try:
        with desk.look() as views:
            ticked = views.clock_ticked_at()
            if ticked is None or (views.machine - ticked).total_seconds() > CLOCK_LATE_S:
                reasons.append("clock: it has not ticked for 30 s; is `mentiondesk clock` running?")
            if trouble := views.slack_trouble():
                reasons.append(f"slack: it refuses our login ({trouble}); check SLACK_BOT_TOKEN")
            reasons += [
                f"x: mentions cannot be polled ({row.trouble})" for row in views.intake() if row.trouble
            ]
    except NotSaved as error:
        reasons.append(f"database: {error}")
    except Exception as error:
        log.exception("the database cannot be read")
        reasons.append(f"database: {type(error).__name__}")
    if desk.settings.slack_app_token.get_secret_value() and not _is_connected():
        reasons.append("slack: no Socket Mode connection; check SLACK_APP_TOKEN")
    try:
        desk.road.redis.ping()
    except (RedisError, OSError) as error:
        reasons.append(f"redis: {type(error).__name__}; clicks are saved and shown late")
    return reasons


def _is_connected() -> bool:
    return any(handler.client.is_connected() for handler in _HANDLERS)


def _may_see_metrics(settings: Settings) -> bool:
    token = settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    return request.remote_addr in _LOOPBACK and "X-Forwarded-For" not in request.headers


def _measure(desk: Desk) -> CollectorRegistry:
    registry = CollectorRegistry()
    effects = Gauge("mentiondesk_effects", "Effects that are not settled", ["state"], registry=registry)
    ticked = Gauge("mentiondesk_clock_ticked_timestamp", "When the clock last turned", registry=registry)
    audited = Gauge("mentiondesk_audit_ok_timestamp", "When the audit last found nothing", registry=registry)
    polled = Gauge("mentiondesk_polled_timestamp", "Last good poll", ["account"], registry=registry)
    with desk.look() as views:
        for state, count in views.unsettled().items():
            effects.labels(state).set(count)
        ticked.set(_stamp(views.clock_ticked_at()))
        audited.set(_stamp(views.audited_at()))
        for row in views.intake():
            polled.labels(row.account_id).set(_stamp(row.polled_at))
    return registry


def _stamp(at: datetime | None) -> float:
    return (at or datetime.fromtimestamp(0, UTC)).timestamp()


def open_web(settings: Settings) -> tuple[Flask, Callable[[], None]]:
    """Return the WSGI app and what ends its Socket Mode connections; called in the serving process."""
    road = Road(connect(redis_url(settings)))
    relay = relay_in_background(road, lambda told: tell_now(told.answer_url, told.code, told.facts))
    desk = open_desk(settings, name="web", clicks=True, relay=relay)
    app = build_app(desk)
    threading.Thread(target=_make_ready, args=(desk,), daemon=True).start()
    # Twenty clicks share one interpreter lock: handed over after 5 ms, the last of them would wait for long.
    sys.setswitchinterval(0.001)
    stop = threading.Event()
    if settings.slack_app_token.get_secret_value():
        for _ in range(SOCKETS):
            threading.Thread(target=_hold_socket, args=(app, settings, stop), daemon=True).start()
    return make_wsgi(desk, app), stop.set


def _make_ready(desk: Desk) -> None:
    """Read the playbooks before the first click has to."""
    with contextlib.suppress(NotSaved):
        make_ready(desk.begin)


def _hold_socket(app: App, settings: Settings, stop: threading.Event) -> None:
    """Keep one Socket Mode connection open; with two, one is there while the other is renewed."""
    wait_s = 1.0
    client = web_client(settings.slack_api_url, settings.slack_bot_token.get_secret_value(), timeout_s=POST_S)
    while not stop.is_set():
        handler = SocketModeHandler(
            app,
            settings.slack_app_token.get_secret_value(),
            logger=logging.getLogger("slack_bolt.socket"),
            web_client=client,
            concurrency=WIDTH,
        )
        try:
            handler.connect()  # type: ignore[no-untyped-call]
        except Exception as error:  # whatever Slack answered: a desk without a connection is deaf
            log.warning("Socket Mode cannot connect: %s", type(error).__name__)
            handler.close()  # type: ignore[no-untyped-call]
            stop.wait(wait_s)
            wait_s = min(30.0, wait_s * 2)
            continue
        _HANDLERS.append(handler)
        stop.wait()  # from here on the client renews its connection by itself
        handler.close()  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn around our WSGI app: one process, 20 threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._end_sockets: Callable[[], None] = lambda: None
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        options = {
            "bind": [f"{host}:{self._settings.port}"],
            "workers": 1,
            "worker_class": "gthread",
            "threads": WIDTH,
            "timeout": 60,
            "graceful_timeout": 25,
            "keepalive": 75,
            "accesslog": None,
            "loglevel": "warning",
            "proc_name": "mentiondesk-web",
            "worker_exit": lambda _server, _worker: self._end_sockets(),
            "control_socket_disable": True,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app, in the worker process."""
        wsgi, self._end_sockets = open_web(self._settings)
        return wsgi
