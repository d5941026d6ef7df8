"""What breaks in a schedule: processes die, Slack and X fail in every way, Redis forgets, time passes."""

import os
import signal
from contextlib import suppress
from random import Random
from typing import Any

from redis.exceptions import RedisError

from tests.faults.schedule import Act, Walk
from tests.faults.settling import hasten

WORKERS = ("worker-1", "worker-2")
POINTS = (
    "popped",
    "committing",
    "committed",
    *(
        f"{when}:{kind}"
        for when in ("claiming", "claimed", "performed", "recorded")
        for kind in ("x_reply", "x_reply", "x_dm", "post_card", "card", "thread", "post_request")
    ),
    "poll:fetched",
    "poll:stored",
    "inbox:fetched",
    "inbox:stored",
)
CALLS = {
    "x": (*["POST /2/tweets"] * 4, "POST /2/dm_conversations/*", "GET /2/users/*", "GET *"),
    "slack": ("chat.postMessage", "chat.update", "chat.*", "views.*", "response_url", "conversations.*", "*"),
}
HANG_S = 1.5
FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("rate_limit", {"retry_after": 1}),
    ("rate_limit", {}),
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("status_after", {"status": 500}),
    ("status_after", {"status": 504}),
    ("hang_after", {"seconds": HANG_S}),
    ("delay", {"seconds": 0.3}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("drop_after", {}),
    ("garbage_after", {}),
    ("empty_after", {}),
    ("token_revoked", {}),
)
# With any other refusal Slack has surely not done it, and the desk relies on that.
UNSURE = ("internal_error", "fatal_error")
REFUSALS = {
    "x": tuple(
        {"problem": one}
        for one in ("not-permitted", "gone", "blocked", "suspended", "dm-refused", "usage-capped", "credits")
    ),
    "slack": tuple(
        {"error": one} for one in ("internal_error", "fatal_error", "ratelimited", "expired_trigger_id")
    ),
}


def something_fails(walk: Walk, dice: Random) -> str:
    """Slack or X begins to fail: the next calls, or some of all calls until all faults end."""
    side = dice.choice(["x", "x", "slack"])
    match = dice.choice(CALLS[side])
    action, more = dice.choice(FAULTS)
    if dice.random() < 0.15:
        action, more = "error", dice.choice(REFUSALS[side])
        if more.get("error") in UNSURE and dice.random() < 0.5:
            action = "error_after"
    lasts = {"times": dice.randint(1, 4)} if dice.random() < 0.8 else {"probability": 0.2}
    fault = {"side": side, "match": match, "action": action, **more, **lasts}
    walk.ask("faults", fault)
    return str(fault)


def faults_end(walk: Walk, dice: Random) -> str:
    """Slack and X are well again."""
    walk.desk.end_faults()
    return "well again"


def is_killed(walk: Walk, dice: Random) -> str:
    """A process is killed, or told to stop, at whatever it does just now."""
    name = dice.choice((*WORKERS, *WORKERS, "web", "clock"))
    process = walk.desk.processes[name]
    how = signal.SIGTERM if dice.random() < 0.2 else signal.SIGKILL
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
    return f"{name} by {how.name}"


def will_die(walk: Walk, dice: Random) -> str:
    """A process will die the next time that it comes to some point."""
    name = dice.choice((*WORKERS, *WORKERS, "web", "clock"))
    point = dice.choice(POINTS)
    if name == "web":
        point = dice.choice(["committing", "committed"])
    if name == "clock":
        point = dice.choice(["committing", "committed", "woken"])
    walk.desk.crash_at(point, name)
    return f"{name} at {point}"


def redis_forgets(walk: Walk, dice: Random) -> str:
    """Redis is emptied, or is away for some steps."""
    if dice.random() < 0.6:
        with suppress(RedisError):
            walk.desk.redis_client().flushall()
        return "emptied"
    walk.desk.redis.stop()
    walk.redis_back = walk.step + dice.randint(0, 10)
    return f"away until step {walk.redis_back}"


def time_passes(walk: Walk, dice: Random) -> str:
    """Some minutes of desk time pass at once; X shows no post later than that."""
    walk.ask("x/release", {})
    minutes = dice.choice([1, 3, 10, 20])
    walk.desk.wind(minutes=minutes)
    return f"{minutes} minutes"


def waits_end(walk: Walk, dice: Random) -> str:
    """Pauses after refusals, and the waits between looks for a proof, are over."""
    return f"{hasten(walk.desk)} waits"


ACTS: list[tuple[float, Act]] = [
    (6, something_fails),
    (2, faults_end),
    (1, is_killed),
    (1.6, will_die),
    (0.7, redis_forgets),
    (0.3, time_passes),
    (3, waits_end),
]
