"""Polling the mentions: what X shows is stored, with how far it was read, in small transactions."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rq.timeouts import BaseTimeoutException

from workflows.crash import crash_point
from workflows.desk import Desk
from workflows.domain.post import Author, Post, id_before, id_order
from workflows.domain.rules import Mention
from workflows.errors import DeliveryError, NotSaved, OutcomeUnknown, TryLater
from workflows.playbook.judge import judge
from workflows.services.board import alert
from workflows.services.intake import take_posts
from workflows.services.playbooks import make_ready
from workflows.words.tone import is_opt_out

log = logging.getLogger(__name__)

OVERLAP_S = 120.0
MAX_PAGES = 200
MOST_POSTS = 900
MOST_EMPTY_PAGES = 3
SAVE_EVERY_S = 15.0
CHUNK = 20  # few enough that a click need not wait for them
REACH = 780  # X shows the newest 800 mentions: near that, some may have slipped out of reach

_ASKED: list[str] = []


def poll_mentions(desk: Desk) -> None:
    """Poll every account once; who polls already is left alone."""
    for playbook in make_ready(desk.begin):
        judge(playbook, Mention(""))  # word lists and rules are made ready before clicks could wait for them
    is_opt_out("", "en")
    for account in _accounts(desk):
        with desk.begin() as uow:
            newest = uow.accounts.start_poll(account.id, uow.machine, by=desk.name)
        if newest is None:
            continue
        try:
            _poll_account(desk, account, newest)
        except Exception as error:
            log.exception("the poll broke")
            _note_trouble(desk, account, OutcomeUnknown(type(error).__name__))


def _accounts(desk: Desk) -> list[Author]:
    """Return our accounts; the first time, X says whose tokens these are."""
    owner = desk.settings.x_access_token.get_secret_value().partition("-")[0]
    with desk.begin() as uow:
        known = uow.accounts.all()
    if known and (not owner.isdigit() or any(account.id == owner for account in known) or _ASKED):
        return known
    _ASKED.append(owner)  # once a process: a token need not begin with its account's number
    try:
        me = desk.gateway.me()
    except DeliveryError as error:
        _note_trouble(desk, None, error)
        return known
    with desk.begin() as uow:
        uow.accounts.add(me)
    return [me]


def _poll_account(desk: Desk, account: Author, newest: str) -> None:
    try:
        posts, is_whole = _new_posts(desk, account, newest)
    except DeliveryError as error:
        _note_trouble(desk, account, error)
        return
    crash_point("poll:fetched")
    cursor = _store_all(desk, account, posts, newest)
    with desk.begin() as uow:
        found = {"newest_id": cursor, "polled_at": uow.machine, "trouble": "", "failures": 0}
        uow.accounts.end_poll(account.id, polling_until=uow.machine + _rest(desk), **found)
        if newest and (not is_whole or len(posts) >= REACH):
            facts = {"since": newest, "until": cursor}
            alert(uow, desk.settings.admin_channel, f"gap:{cursor}", "intake_gap", **facts)


def _rest(desk: Desk) -> timedelta:
    """Return how long no poll begins after one: those that piled up behind a slow one come to nothing."""
    return timedelta(seconds=desk.settings.x_poll_seconds / 10)


def _store_all(desk: Desk, account: Author, posts: Sequence[Post], cursor: str, *, keep: bool = True) -> str:
    """Store these posts, old to new, each chunk with the cursor in one transaction; return the newest id.

    keep  the cursor follows; False while older posts than these are still to be fetched.
    """
    since = cursor
    for start in range(0, len(posts), CHUNK):
        chunk = list(posts[start : start + CHUNK])
        reached = max(cursor, chunk[-1].id, key=id_order) if keep else cursor
        _store(desk, account, chunk, reached, first_look=not since)
        cursor = reached
        crash_point("poll:stored")
    return cursor


def _new_posts(desk: Desk, account: Author, newest: str) -> tuple[list[Post], bool]:
    """Return what X shows beyond the cursor, old to new, and whether that is all of it.

    It overlaps the cursor by two minutes: a post that X shows late, with an id below the cursor, is still
    taken; what was stored is told apart by the database's constraint. What a slow X has brought so far is
    stored on the way, with the cursor left where it is.
    """
    since = id_before(newest, OVERLAP_S)
    oldest = _first_look(desk) if not newest else None
    posts: list[Post] = []
    token, empty, saved_at = "", 0, time.monotonic()
    for _ in range(MAX_PAGES):
        page = desk.gateway.mentions(account.id, since_id=since, page_token=token)
        known = not since and bool(page.posts) and _all_known(desk, account, page.posts)
        posts += page.posts
        token = page.next_token
        beyond = oldest and page.posts and page.posts[-1].written_at < oldest
        empty = 0 if page.posts else empty + 1
        if not token or known or beyond:
            return _in_order(posts, oldest), True
        if len(posts) >= MOST_POSTS or empty > MOST_EMPTY_PAGES:
            break
        if time.monotonic() - saved_at > SAVE_EVERY_S:
            _store_all(desk, account, _in_order(posts, oldest), newest, keep=False)
            saved_at = time.monotonic()
    return _in_order(posts, oldest), False


def _in_order(posts: Sequence[Post], oldest: datetime | None) -> list[Post]:
    wanted = {post.id: post for post in posts if not oldest or post.written_at >= oldest}
    return sorted(wanted.values(), key=lambda post: id_order(post.id))


def _first_look(desk: Desk) -> datetime | None:
    hours = desk.settings.x_first_lookback_hours
    return datetime.now(UTC) - timedelta(hours=hours) if hours else None


def _all_known(desk: Desk, account: Author, posts: Sequence[Post]) -> bool:
    ids = [post.id for post in posts if not post.retweets]
    with desk.begin() as uow:
        return len(uow.cases.known_posts(account.id, ids)) == len(ids)


def _store(desk: Desk, account: Author, posts: list[Post], cursor: str, *, first_look: bool = False) -> None:
    """Store these posts and the cursor in one transaction; one that cannot be stored holds up no other."""
    channel = desk.settings.slack_channel
    try:
        with desk.begin() as uow:
            take_posts(uow, account, posts, channel=channel, first_look=first_look)
            uow.accounts.move_cursor(account.id, cursor)
    except (NotSaved, BaseTimeoutException):
        raise  # not this post's fault: the next poll brings it again
    except Exception:
        if len(posts) > 1:
            for post in posts:
                _store(desk, account, [post], post.id, first_look=first_look)
            return
        log.exception("post=%s cannot be stored", posts[0].id)
        with desk.begin() as uow:
            alert(
                uow, desk.settings.admin_channel, f"post:{posts[0].id}", "post_not_stored", post=posts[0].id
            )
            uow.accounts.move_cursor(account.id, cursor)


def _note_trouble(desk: Desk, account: Author | None, error: DeliveryError) -> None:
    """Poll less often while X refuses; tell the operators when only they can help."""
    reason = getattr(error, "reason", "no_answer")
    log.warning("mentions cannot be polled: %s", error)
    with desk.begin() as uow:
        failures = 1
        if account:
            failures = uow.accounts.failures(account.id) + 1
            until = uow.machine + _rest(desk)
            uow.accounts.end_poll(account.id, polling_until=until, trouble=reason, failures=failures)
        wait_s = min(60.0, desk.settings.x_poll_seconds * 2 ** min(failures, 6))
        if isinstance(error, TryLater):
            wait_s = max(error.after_s, desk.settings.x_poll_seconds)
            if error.parked:
                day = uow.machine.strftime("%Y%m%d")
                alert(uow, desk.settings.admin_channel, f"x:{reason}:{day}", f"parked_{reason}")
        uow.timers.set_next("poll", after_s=wait_s)
