"""Wind the desk's clock: one row in the sandbox's database, read by every door."""

import argparse
import json
import sys

from sqlalchemy import select, update

from workflows.settings import load_settings
from workflows.store.engine import insert_new, make_engine
from workflows.store.tables import desk_clock


def wind(url: str, forward_s: float) -> float:
    """Move desk time forward and return how far it is now from the machine's, in seconds."""
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            insert_new(connection, desk_clock, {"id": 1, "offset_s": 0.0}, unique=("id",))
            connection.execute(update(desk_clock).values(offset_s=desk_clock.c.offset_s + forward_s))
            return float(connection.execute(select(desk_clock.c.offset_s)).scalar_one())
    finally:
        engine.dispose()


def main() -> None:
    """Read the command line and wind."""
    options = argparse.ArgumentParser(prog="python -m sandbox.wind", description=__doc__)
    options.add_argument("--forward", type=float, default=0.0, help="seconds; 0 only tells")
    given = options.parse_args()
    offset_s = wind(load_settings().store_url, given.forward)
    sys.stdout.write(json.dumps({"offset_s": offset_s}) + "\n")


if __name__ == "__main__":
    main()
