"""Named points at which a fault test may kill this very process; in production they do nothing.

The tests set MENTIONDESK_CRASH_AT to `<point>` and MENTIONDESK_CRASH_FILE to a file that allows one
crash: it is removed first, so that the process that takes over lives.
"""

import os
import signal
from pathlib import Path

_POINT = os.environ.get("MENTIONDESK_CRASH_AT", "")


def crash_point(name: str) -> None:
    """Die here by SIGKILL if a test asked for it."""
    if not _POINT or name != _POINT:
        return
    leave = Path(os.environ.get("MENTIONDESK_CRASH_FILE", ""))
    try:
        leave.unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
