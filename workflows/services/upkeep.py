"""Upkeep: what becomes of a post on the network after it was stored – edited, gone, there again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from workflows.domain.case import Case, CaseId, Status, answered, customer_wrote
from workflows.domain.post import Author, Post, follows_up, id_order, names
from workflows.services.approvals import void_approvals
from workflows.services.arrival import Arrival, storable, written_at
from workflows.services.board import correct_quotes, show
from workflows.services.clocks import case_playbook, keep_time
from workflows.services.handoffs import heed_words
from workflows.services.requests import show_request
from workflows.store.drafts import Draft
from workflows.store.history import Event
from workflows.store.posts import FOR_GOOD
from workflows.store.unit_of_work import UnitOfWork

OLDER_TEXT_KEPT = timedelta(hours=24)
CUSTOMER = "customer"
GONE_BY_REFUSAL = {
    "target_gone": "unavailable",  # X says "deleted or not visible": the next look tells which
    "author_suspended": "suspended",
    "author_protected": "protected",
    "author_unavailable": "unavailable",
}
"""Refusals of an answer that tell that the post is gone, and why."""
_BLOCKED = "blocked"


@dataclass(frozen=True)
class _Edit(Arrival):
    """A newer version of a post that is in its case already: it can make the case more urgent."""

    stored_kind: str = ""

    @property
    def kind(self) -> str:
        """What kind of post it is."""
        return self.stored_kind


def take_newest(uow: UnitOfWork, account: Author, post: Post, stored: Row[Any]) -> bool:
    """Let a stored post be as the network shows it now, and tell whether that changes anything.

    An older version than the stored one, or the same, changes nothing; it never opens a case.
    """
    if not is_news(post, stored):
        return False
    case = uow.cases.get(
        CaseId(stored.case_id)
    )  # the case first, as clicks do; then what nobody else changes
    stored = uow.posts.get(stored.id)
    if not is_news(post, stored):
        return False
    post = storable(post)
    is_newer = id_order(post.id) > _version(stored)
    uow.posts.change(stored.id, **_as_shown(uow, account, post, stored, is_newer=is_newer))
    if stored.gone:
        case = _is_back(uow, case, stored)
    if is_newer:
        case = _is_edited(uow, account, post, stored, case)
    _correct_quotes(uow, case)
    return True


def is_news(post: Post, stored: Row[Any]) -> bool:
    """Tell whether the network shows a stored post otherwise than it is stored."""
    if stored.author != CUSTOMER or id_order(post.id) < _version(stored):
        return False
    return id_order(post.id) > _version(stored) or bool(stored.gone)


def _version(stored: Row[Any]) -> tuple[int, str]:
    return id_order(stored.newest_id or stored.external_id)


def _as_shown(
    uow: UnitOfWork, account: Author, post: Post, stored: Row[Any], *, is_newer: bool
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "text": post.text,
        "language": post.language,
        "media": post.media,
        "names_us": names(post, account),
        "follows_up": follows_up(post, account),
        "gone": "",
        "refused": "" if stored.refused in GONE_BY_REFUSAL else stored.refused,
        "checked_at": uow.machine,
    }
    if is_newer:
        values |= {"newest_id": post.id, "edited_at": written_at(uow, post), "older_text": stored.text}
    return values


def _is_edited(uow: UnitOfWork, account: Author, post: Post, stored: Row[Any], case: Case) -> Case:
    """Let the case follow the newer words: drafts are held, it may become more urgent, never new again."""
    customer = (CUSTOMER, str(case.customer_id))
    uow.history.add(case.id, Event.POST_EDITED, customer, post=stored.external_id, version=post.id)
    heed_words(uow, case, post.text, stored.external_id)
    void_approvals(uow, case.id, Event.POST_EDITED)
    case = uow.cases.get(case.id)
    arrival = _Edit(uow, account, post, case_playbook(uow, case), "", False, stored.kind)
    return _shown(uow, case, arrival.raised(case))


def _is_back(uow: UnitOfWork, case: Case, stored: Row[Any]) -> Case:
    uow.history.add(case.id, Event.POST_BACK, (CUSTOMER, str(case.customer_id)), post=stored.external_id)
    before = case.waiting_since
    case = keep_time(uow, case)
    waits_again = before is None and case.waiting_since is not None
    return _shown(uow, case, customer_wrote(case) if waits_again else case)


def take_gone(uow: UnitOfWork, stored: Row[Any], why: str) -> bool:
    """Blank the words of a post that the network does not show any more; False when that was done before.

    why  "deleted", "protected", "suspended", or "unavailable" where the network does not tell.

    The case stays, with a tombstone. When all that waited for an answer is gone, nobody waits.
    """
    if stored.author != CUSTOMER or stored.gone in (why, FOR_GOOD):
        return False
    case = uow.cases.get(CaseId(stored.case_id))
    stored = uow.posts.get(stored.id)
    if stored.gone in (why, FOR_GOOD):
        return False
    never_again = why == FOR_GOOD or case.status is Status.RESOLVED
    looked_for = {"checked_at": None} if never_again else {}
    uow.posts.change(stored.id, text="", older_text="", media=0, gone=why, **looked_for)
    if not stored.gone:
        uow.history.add(case.id, Event.POST_GONE, post=stored.external_id, why=why)
        void_approvals(uow, case.id, Event.POST_GONE)
        case = nobody_waits(uow, uow.cases.get(case.id))
    else:
        case = _shown(uow, case, case)
    _correct_quotes(uow, case)
    return True


def _correct_quotes(uow: UnitOfWork, case: Case) -> None:
    """Wish that whatever quotes the post in Slack beside the card follows, requests that are settled too."""
    correct_quotes(uow, case)
    for approval in uow.approvals.posted_in(case.id):
        show_request(uow, approval)


def nobody_waits(uow: UnitOfWork, case: Case) -> Case:
    """Let clocks and status follow what the history tells of posts that are gone."""
    waited = case.waiting_since is not None
    case = keep_time(uow, case)
    is_over = waited and case.waiting_since is None
    return _shown(uow, case, answered(case, customer_wrote_since=False) if is_over else case)


def _shown(uow: UnitOfWork, case: Case, after: Case) -> Case:
    changed = uow.cases.save(case, after)
    if changed == case:
        uow.cases.touch(case.id)
        changed = uow.cases.get(case.id)
    changed = keep_time(uow, changed)
    show(uow, changed)
    return changed


def answer_refused(uow: UnitOfWork, draft: Draft, reason: str) -> None:
    """Learn from a refused answer what has become of the post that it was for.

    Who has blocked us cannot be answered at all: their posts stay, and nobody waits.
    """
    case = uow.cases.get(draft.case_id)
    if reason == _BLOCKED:
        nobody_waits(uow, case)
    elif why := GONE_BY_REFUSAL.get(reason):
        stored = uow.cases.message(case.account_id, draft.target)
        if stored is not None:
            take_gone(uow, stored, why)
            uow.posts.look_soon(case.account_id, stored.external_id)


def forget_older_texts(uow: UnitOfWork) -> int:
    """Blank what posts said before they were edited, a day after the edit; return of how many."""
    return uow.posts.forget_older_texts(uow.now - OLDER_TEXT_KEPT)
