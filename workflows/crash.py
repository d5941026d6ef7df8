"""Named points at which a fault test may kill this very process; in production they do nothing.

The tests set MENTIONDESK_CRASH_FILE to a file that allows one crash: it names the point, unless
MENTIONDESK_CRASH_AT does, and is removed first, so that the process that takes over lives.
"""

import os
import signal
from pathlib import Path

_POINT = os.environ.get("MENTIONDESK_CRASH_AT", "")
_LEAVE = os.environ.get("MENTIONDESK_CRASH_FILE", "")


def crash_point(name: str) -> None:
    """Die here by SIGKILL if a test asked for it."""
    if not _LEAVE:
        return
    leave = Path(_LEAVE)
    try:
        if name != (_POINT or leave.read_text(encoding="utf-8")):
            return
        leave.unlink()
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
