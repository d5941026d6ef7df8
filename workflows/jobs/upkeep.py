"""Looking again at what is stored: our own timeline, where answers by hand stand, and customers' posts.

Both go by a timer each. A look that begins keeps its timer for itself, and sets it anew when it ends.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rq.timeouts import BaseTimeoutException
from sqlalchemy import Row

from workflows.crash import crash_point
from workflows.desk import Desk
from workflows.domain.post import Author, Post, id_before, id_order
from workflows.errors import DeliveryError, NotSaved, OutcomeUnknown, TryLater
from workflows.services.intake import take_posts
from workflows.services.upkeep import forget_older_texts, is_news, take_gone, take_newest
from workflows.settings import Settings
from workflows.store.streams import OWN
from workflows.x.gateway import Looked

log = logging.getLogger(__name__)

OWN_TIMER, RECHECK_TIMER = "own", "recheck"
OVERLAP_S = 120.0
FIRST_LOOK = timedelta(hours=1)
MAX_PAGES = 8
CHUNK = 20
AT_ONCE = 100
MOST_CALLS = 5
OTHERS_AFTER = timedelta(hours=24)
MOST_PAUSE_S = 60.0
UNDER_WAY_S = 120.0
_LONGEST_PAUSE_S = 900.0


def poll_own(desk: Desk) -> None:
    """Look for answers that somebody gave on X itself, in every account's own timeline."""
    _in_turn(desk, OWN_TIMER, desk.settings.x_own_poll_seconds, _poll_own)


def recheck_posts(desk: Desk) -> None:
    """Look whether stored posts are still there, and as they were; forget what was said before edits."""
    with desk.begin() as uow:
        forget_older_texts(uow)
    _in_turn(desk, RECHECK_TIMER, recheck_pause_s(desk.settings), _recheck)


def recheck_pause_s(settings: Settings) -> float:
    """Return how often to see whether posts are due: each in its own time, not all of them at once."""
    return min(MOST_PAUSE_S, settings.x_recheck_minutes * 60)


def _in_turn(desk: Desk, timer: str, pause_s: float, look: Callable[[Desk, Author], None]) -> None:
    """Look for each account, and set the timer for the next time; later while X refuses."""
    with desk.begin() as uow:
        uow.timers.set_next(timer, after_s=max(pause_s, UNDER_WAY_S))
        accounts = uow.accounts.all()
    after_s = pause_s
    for account in accounts:
        error: DeliveryError | None = None
        try:
            look(desk, account)
        except DeliveryError as said:
            error = said
        except (NotSaved, BaseTimeoutException):
            raise
        except Exception as broken:
            log.exception("%s: the look at X broke", timer)
            error = OutcomeUnknown(type(broken).__name__)
        after_s = max(after_s, _note(desk, account, timer, pause_s, error))
    with desk.begin() as uow:
        uow.timers.set_next(timer, after_s=after_s)


def _note(desk: Desk, account: Author, timer: str, pause_s: float, error: DeliveryError | None) -> float:
    """Remember how it went, and return after how many seconds to look again.

    Nobody is told: the poll of the mentions meets the same trouble, and tells the operators.
    """
    with desk.begin() as uow:
        before = uow.streams.get(account.id, timer)
        if error is None:
            if before.failures:
                uow.streams.note(account.id, timer, trouble="", failures=0)
            return pause_s
        reason = getattr(error, "reason", "no_answer")
        uow.streams.note(account.id, timer, trouble=reason, failures=before.failures + 1)
    if reason != before.trouble:
        log.warning("%s: X cannot be asked: %s", timer, error)
    wait_s: float = min(_LONGEST_PAUSE_S, pause_s * 2 ** min(before.failures + 1, 10))
    return max(wait_s, error.after_s) if isinstance(error, TryLater) else wait_s


# --- our own timeline


def _poll_own(desk: Desk, account: Author) -> None:
    with desk.begin() as uow:
        newest = uow.streams.get(account.id, OWN).newest_id
        opened = uow.posts.oldest_unresolved(account.id)
        waited = max(uow.now - opened, FIRST_LOOK) if opened else FIRST_LOOK
    posts = _own_posts(desk, account, newest, datetime.now(UTC) - waited)
    crash_point("own:fetched")
    for start in range(0, len(posts), CHUNK):
        _store_own(desk, account, posts[start : start + CHUNK], newest)
        crash_point("own:stored")


def _store_own(desk: Desk, account: Author, posts: Sequence[Post], newest: str) -> None:
    """Store these and how far they reach in one transaction; one that cannot be stored holds up no other."""
    try:
        with desk.begin() as uow:
            take_posts(uow, account, posts, channel=desk.settings.slack_channel)
            uow.streams.note(account.id, OWN, newest_id=max(newest, posts[-1].id, key=id_order))
    except (NotSaved, BaseTimeoutException):
        raise  # not this post's fault: the next look brings it again
    except Exception:
        if len(posts) > 1:
            for post in posts:
                _store_own(desk, account, [post], newest)
            return
        log.exception("own post=%s cannot be stored", posts[0].id)


def _own_posts(desk: Desk, account: Author, newest: str, oldest: datetime) -> list[Post]:
    """Return what we wrote beyond the last look, old to new; the first time, since this moment.

    It overlaps by two minutes: a post that X shows late, with an id below the cursor, is still taken.
    """
    since = id_before(newest, OVERLAP_S)
    found: dict[str, Post] = {}
    token = ""
    for _ in range(MAX_PAGES):
        page = desk.gateway.own_timeline(account.id, since_id=since, page_token=token)
        fresh = [post for post in page.posts if newest or post.written_at >= oldest]
        found |= {post.id: post for post in fresh}
        token = page.next_token
        if not token or len(fresh) < len(page.posts):
            break
    return sorted(found.values(), key=lambda post: id_order(post.id))


# --- customers' posts


def _recheck(desk: Desk, account: Author) -> None:
    for _ in range(MOST_CALLS):
        with desk.begin() as uow:
            asked = uow.posts.to_check(
                account.id,
                unresolved_after=timedelta(minutes=desk.settings.x_recheck_minutes),
                others_after=OTHERS_AFTER,
                most=AT_ONCE,
            )
        if not asked:
            return
        posts, gone = _look(desk, asked)
        crash_point("recheck:fetched")
        for row in asked:
            _follow(desk, account, row, posts.get(_name(row)), gone.get(_name(row), ""))
        with desk.begin() as uow:
            uow.posts.note_checked([row.id for row in asked])
        if len(asked) < AT_ONCE:
            return


def _name(row: Row[Any]) -> str:
    """Return the id by which a stored post is asked for: that of its newest version that we know."""
    return str(row.newest_id or row.external_id)


def _look(desk: Desk, asked: Sequence[Row[Any]]) -> tuple[dict[str, Post], Mapping[str, str]]:
    """Return the newest versions of what is there, by the id asked for, and why the rest is not.

    X shows an older version under its own id: the newest one is asked for by the last id of its history.
    """
    looked = desk.gateway.look_up([_name(row) for row in asked])
    posts = {post.id: post for post in looked.posts}
    newer = {post.id: post.versions[-1] for post in looked.posts if post.versions}
    newer = {name: newest for name, newest in newer.items() if newest != name}
    again = desk.gateway.look_up(list(newer.values())) if newer else Looked()
    newest_posts = {post.id: post for post in again.posts}
    found = {name: newest_posts.get(newer.get(name, ""), post) for name, post in posts.items()}
    return found, looked.gone


def _follow(desk: Desk, account: Author, row: Row[Any], post: Post | None, why: str) -> None:
    """Let one stored post follow what was found, in a transaction of its own: most are as they were."""
    if (post is None or not is_news(post, row)) and why in ("", row.gone):
        return
    with desk.begin() as uow:
        if post is not None:
            take_newest(uow, account, post, row)
        else:
            take_gone(uow, row, why)
    crash_point("recheck:stored")
