"""What the reply dialog works out while one types: the counter, the tone check, and the submit's whole way."""

import time
from collections.abc import Callable

from bench.playbooks import Row
from tests.words.tone_table import read_replies, reply_files
from workflows.domain.length import weighted_length
from workflows.domain.tone import TonePolicy
from workflows.words.tone import check_tone

_MOST = 10_000
NASTY = {
    "emoji": "👩🏽‍🚀",
    "families": "👨‍👩‍👧‍👦",
    "flags": "🇹🇷",
    "dots": ".",
    "a.": "a.",
    "x.com": "x.com ",
    "links after CJK": "中http://a.co",
    "digits": "4",
    "mixed": "é.👍🏽‍a ",
    "Hindi": "नमस्ते ",
}


def _best_ms(work: Callable[[], object], times: int = 9) -> float:
    """Return processor time, so that what else the machine does is left out."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1000)
    return min(spent)


def draft_rows(row: Row) -> None:
    """Print the counter on its worst texts, and the tone check on replies of six languages."""
    found = {
        name: _best_ms(lambda t=(piece * _MOST)[:_MOST]: weighted_length(t)) for name, piece in NASTY.items()
    }
    worst = max(found, key=lambda name: found[name])
    row(
        f"weigh 10,000 characters, the worst of {len(found)} ({worst}): ms",
        f"{found[worst]:.1f}",
        "",
        None,
        "≤ 5",
    )
    replies = [reply.said for path in reply_files() for reply in read_replies(path)]
    spent = sorted(_best_ms(lambda s=said: check_tone(s, TonePolicy(), limit=280), 2) for said in replies)
    middle, last = spent[len(spent) // 2], spent[int(len(spent) * 0.99)]
    row(
        f"tone check of a reply ({len(spent)} in six languages): p50 / p99 ms",
        f"{middle:.2f} / {last:.2f}",
        "",
        None,
        "≤ 5",
    )
