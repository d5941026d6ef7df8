"""Print the ladder of one case as a time line, in JSON: what `GET /control/ladder` answers."""

import argparse
import json
import sys
from typing import Any


def ladder_of(case: int) -> dict[str, Any]:
    """Return the time line of this case; without any rung as long as the desk has no ladders."""
    return {"case": case, "rungs": []}


def main() -> None:
    """Read the command line and print the time line."""
    options = argparse.ArgumentParser(prog="python -m sandbox.ladder", description=__doc__)
    options.add_argument("--case", type=int, required=True)
    json.dump(ladder_of(options.parse_args().case), sys.stdout)


if __name__ == "__main__":
    main()
