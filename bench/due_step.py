"""A due step of a ladder: from its due moment to the ping's request at the stand-in of Slack, on a whole desk."""

import json
import random
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.whole_desk import WholeDesk, wait_until
from workflows.store.tables import cases, outbox

CASES = 16
STEPS = 8
FIRST_S = 2  # the card has to stand by then: a ping goes into its thread
PLAYBOOK = """
version: 1
name: Steps
threading: {burst: 0s}
escalation:
  ladders:
    - name: steps
      steps:
"""


def measure() -> list[float]:
    """Return by how many ms each ping's request came after its step was due."""
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        home = Path(folder)
        (home / "rules").mkdir()
        steps = [f"        - {{after: {FIRST_S + n}s, ping: [U0ASHA]}}\n" for n in range(STEPS)]
        (home / "rules" / "steps.yaml").write_text(PLAYBOOK + "".join(steps))
        desk = WholeDesk(home, extra={"PLAYBOOKS_DIR": str(home / "rules")})
        try:
            return _spread_over_time(desk.start())
        finally:
            desk.stop()


def _spread_over_time(desk: WholeDesk) -> list[float]:
    """Let a customer write now and then, so that steps fall due at any moment of the clock's turns."""
    chance = random.Random(1)
    desk.write("@sarishop is anybody there?")
    desk.card_of("is anybody there")  # every process runs by now; this case is not counted
    for number in range(CASES):
        desk.write(f"@sarishop where is order {number}?")
        time.sleep(chance.uniform(0.3, 1.0))
    wait_until(lambda: _climbed(desk) == CASES + 1, within=60, why="every ladder was climbed")
    came_at = _requests(desk)
    return [(came_at[number] - due_at).total_seconds() * 1000 for number, due_at in _pings(desk)]


def _climbed(desk: WholeDesk) -> int:
    """Count the ladders that are behind us; where two steps fall due at once only the higher one is said."""
    waiting = select(outbox.c.id).where(outbox.c.kind == "ping", outbox.c.state != "done")
    with desk.engine.connect() as connection:
        reached = connection.execute(select(cases.c.reached)).scalars().all()
        is_waiting = connection.execute(waiting).first()
    return 0 if is_waiting else sum(number >= STEPS for number in reached)


def _pings(desk: WholeDesk) -> list[tuple[int, datetime]]:
    """Return of each ping that is out its number and when its step was due."""
    found = (
        select(outbox.c.id, outbox.c.dedup_key, cases.c.waiting_since)
        .join(cases, cases.c.id == outbox.c.case_id)
        .where(outbox.c.kind == "ping", outbox.c.state == "done", cases.c.id > 1)
    )
    with desk.engine.connect() as connection:
        rows = connection.execute(found).all()
    return [(row.id, row.waiting_since + _after(row.dedup_key)) for row in rows]


def _after(key: str) -> timedelta:
    return timedelta(seconds=int(key.split(":")[3]))  # case:turn:ladder:seconds after T0:place


def _requests(desk: WholeDesk) -> dict[int, datetime]:
    """Return when the request of each effect came; a message's blocks bear its number: fx-<id>-<attempt>."""
    found: dict[int, datetime] = {}
    for request in desk.requests("chat.postMessage"):
        for block in _blocks(request):
            name = str(block.get("block_id", ""))
            if name.startswith("fx-"):
                found.setdefault(int(name.split("-")[1]), datetime.fromisoformat(request["at"]))
    return found


def _blocks(request: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = request["args"].get("blocks") or []
    return list(json.loads(blocks) if isinstance(blocks, str) else blocks)


def p50_p99(spent: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return statistics.median(spent), statistics.quantiles(spent, n=100)[98]
