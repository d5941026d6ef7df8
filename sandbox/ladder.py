"""Print the ladder of one case as a time line, in JSON: what `GET /control/ladder` answers."""

import argparse
import json
import sys
from typing import Any

from workflows.desk import house_of, rates_of
from workflows.domain.case import CaseId
from workflows.errors import Missing
from workflows.services.why import Rung, Why, why_of
from workflows.settings import load_settings
from workflows.store.engine import make_engine
from workflows.store.unit_of_work import begin_on


def ladder_of(case: int) -> dict[str, Any]:
    """Return the time line of this case, as `why?` sees it; a case that is not there has no rungs."""
    settings = load_settings()
    begin = begin_on(make_engine(settings.store_url), rates_of(settings), lambda _: None, house_of(settings))
    try:
        with begin() as uow:
            return as_json(why_of(uow, CaseId(case)))
    except Missing:
        return {"case": case, "rungs": []}


def as_json(why: Why) -> dict[str, Any]:
    """Return the time line with its times as RFC 3339."""
    case = why.case
    return {
        "case": case.id,
        "playbook": why.playbook.name,
        "priority": case.priority,
        "ladder": case.ladder,
        "now": why.now.isoformat(),
        "waiting_since": case.waiting_since.isoformat() if case.waiting_since else None,
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "late": case.is_late,
        "rungs": [_rung(rung) for rung in why.rungs],
    }


def _rung(rung: Rung) -> dict[str, Any]:
    notes = {
        "quiet": "somebody has taken it on",
        "skipped": "passed over: a later step was due, or nobody on duty",
    }
    return {
        "at": rung.at.isoformat(),
        "label": f"Step {rung.number}",
        "targets": [*rung.ping, *([f"in {rung.channel}"] if rung.channel else [])],
        "state": rung.state,
        "note": notes.get(rung.state, ""),
    }


def main() -> None:
    """Read the command line and print the time line."""
    options = argparse.ArgumentParser(prog="python -m sandbox.ladder", description=__doc__)
    options.add_argument("--case", type=int, required=True)
    json.dump(ladder_of(options.parse_args().case), sys.stdout)


if __name__ == "__main__":
    main()
