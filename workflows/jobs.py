"""RQ doors of X: deliver an answer, look for it, poll the mentions. Ids in, nothing decided here."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rq.timeouts import BaseTimeoutException

from workflows.crash import crash_point
from workflows.delivery import Deed, deliver_effect, reconcile_effect
from workflows.desk import Desk, the_desk
from workflows.domain.effects import Effect, Kind
from workflows.domain.post import Author, Post, id_before, id_order
from workflows.domain.reply import same_words
from workflows.domain.rules import Mention
from workflows.errors import DeliveryError, NotSaved, OutcomeUnknown, TryLater, Undeliverable
from workflows.playbook.judge import judge
from workflows.services import outcomes
from workflows.services.board import alert
from workflows.services.intake import take_posts
from workflows.services.playbooks import make_ready
from workflows.services.sending import hold_if_spoilt
from workflows.store.drafts import DOUBTED, SUBMITTED, Draft, DraftId
from workflows.store.unit_of_work import UnitOfWork
from workflows.x.gateway import Gateway

log = logging.getLogger(__name__)

OVERLAP_S = 120.0
MAX_PAGES = 200
MOST_POSTS = 900
MOST_EMPTY_PAGES = 3
SAVE_EVERY_S = 15.0
CHUNK = 20  # few enough that a click need not wait for them
REACH = 780  # X shows the newest 800 mentions: near that, some may have slipped out of reach
OWN_WINDOW = timedelta(seconds=30)


def deliver(effect_id: int) -> None:
    """Carry out one effect on X."""
    desk = the_desk()
    deliver_effect(desk.performer, deeds_of(desk), effect_id)


def reconcile(effect_id: int) -> None:
    """Look for a doubted answer on our own timeline."""
    desk = the_desk()
    reconcile_effect(desk.performer, deeds_of(desk), effect_id)


def poll(_: int) -> None:
    """Ask X for new mentions of our account, and store them."""
    poll_mentions(the_desk())


def deeds_of(desk: Desk) -> dict[Kind, Deed]:
    """Return how each kind of effect on X is carried out."""
    return {Kind.REPLY: ReplyDeed(desk)}


_ASKED: list[str] = []


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """An answer with its words frozen."""

    draft: Draft
    account_id: str


class ReplyDeed(Deed):
    """Say an agent's words on X, once.

    Looks for a proof at 5 s, 60 s and 120 s: X's timelines lag, and one that lacks the post proves nothing
    before that. What no look finds is put to the agent.
    """

    checks_s = (5.0, 60.0, 120.0)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _gateway(self) -> Gateway:
        return self._desk.gateway

    def prepare(self, uow: UnitOfWork, effect: Effect) -> ReadyReply | None:
        """Read the frozen words; None when the draft was settled otherwise, or something has spoilt it."""
        draft = uow.drafts.get(DraftId(int(effect.key)))
        if draft.state not in (SUBMITTED, DOUBTED) or hold_if_spoilt(uow, draft, effect):
            return None
        return ReadyReply(draft, uow.cases.get(draft.case_id).account_id)

    def perform(self, ready: ReadyReply) -> str:
        """Publish the answer; a refused duplicate may be our own, said before."""
        try:
            return self._gateway.reply(to=ready.draft.target, text=ready.draft.text)
        except Undeliverable as error:
            found = self._seen(ready, ready.draft.submitted_at) if error.reason == "duplicate_text" else None
            if found is None:
                raise
            return found

    def record(self, uow: UnitOfWork, effect: Effect, ready: Any, external_id: str) -> None:
        """Write down the post's id."""
        outcomes.reply_sent(uow, effect, external_id)

    def refuse(self, uow: UnitOfWork, effect: Effect, error: Undeliverable) -> None:
        """Write down why X will not have it."""
        outcomes.reply_refused(uow, effect, error.reason)

    def postpone(self, uow: UnitOfWork, effect: Effect, error: TryLater) -> None:
        """Let the card say what the answer waits for."""
        outcomes.reply_postponed(uow, effect, error.reason)

    def doubt(self, uow: UnitOfWork, effect: Effect) -> None:
        """Let the card say that we look."""
        outcomes.reply_doubted(uow, effect)

    def find(self, ready: ReadyReply, effect: Effect) -> str | None:
        """Look on our own timeline for an answer to that post with those words."""
        return self._seen(ready, effect.started_at)

    def unproven(self, uow: UnitOfWork, effect: Effect) -> None:
        """Ask a person: only they can tell whether it is there."""
        if uow.outbox.asked(effect):
            outcomes.reply_asked(uow, effect)

    def _seen(self, ready: ReadyReply, since: datetime | None) -> str | None:
        since = min(since or datetime.now(UTC), datetime.now(UTC)) - OWN_WINDOW
        for post in self._gateway.own_posts(ready.account_id, since=since):
            if post.in_reply_to == ready.draft.target and same_words(ready.draft.text, post.text):
                return post.id
        return None


def poll_mentions(desk: Desk) -> None:
    """Poll every account once; who polls already is left alone."""
    for playbook in make_ready(desk.begin):
        judge(playbook, Mention(""))  # word lists and rules are made ready before clicks could wait for them
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
