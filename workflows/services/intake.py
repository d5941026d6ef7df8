"""Intake: what a network showed us becomes cases, each post exactly once, judged by a playbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from workflows.domain.case import Case, CaseId, Status
from workflows.domain.effects import Kind, State
from workflows.domain.post import Author, Post, id_order
from workflows.domain.reply import same_words
from workflows.services.arrival import Arrival, answered_past_the_desk, storable
from workflows.services.dm_help import answer_out
from workflows.services.outcomes import reply_sent
from workflows.services.playbooks import current_playbook
from workflows.services.upkeep import take_newest
from workflows.store.cases import NewMessage
from workflows.store.drafts import Draft
from workflows.store.unit_of_work import UnitOfWork


def take_posts(
    uow: UnitOfWork, account: Author, posts: Sequence[Post], *, channel: str, first_look: bool = False
) -> int:
    """Store these posts, open or continue their cases, and return how many were new.

    channel     where the card of a new case goes whose playbook says `cards`.
    first_look  the account was never polled before: what is older than an hour calls nobody.

    The same post again, from whichever poll or process, changes nothing. Retweets are no cases; posts
    of our own are attached to the case that they answer and open none; an edit changes the post that it
    is a version of, and one that was gone and is seen again is restored.
    """
    new = 0
    playbook = current_playbook(uow, account.username)
    known = _known_by(uow, account, [post.id for post in posts])
    for post in sorted(map(storable, posts), key=lambda post: id_order(post.id)):
        if post.retweets:
            continue
        stored = known.get(post.id)
        if stored is None and post.versions:
            stored = next(iter(_known_by(uow, account, post.versions).values()), None)
        if stored is not None:
            take_newest(uow, account, post, stored)
        elif post.author.id == account.id:
            new += _own(uow, account, post)
        else:
            new += _PublicArrival(uow, account, post, playbook, channel, first_look).take()
    return new


def _known_by(uow: UnitOfWork, account: Author, post_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the stored messages of these posts, by the ids of their first and their newest version."""
    rows = uow.posts.known_as(account.id, post_ids)
    return {name: row for row in rows for name in (row.external_id, row.newest_id) if name}


@dataclass(frozen=True)
class _PublicArrival(Arrival):
    """A customer's public post on its way into a case."""

    def conversation(self) -> str:
        """Return the conversation of the post; where X leaves it out, it is that of the post it answers."""
        post = self.post
        if post.in_reply_to and not post.conversation_id:
            known = self.uow.cases.conversation_of(self.account.id, post.in_reply_to)
            return known or post.in_reply_to
        return post.conversation_id

    def known_case(self, customer_id: int, conversation: str) -> Case | None:
        """Return the case that the post continues: of its conversation, or of a burst; None for a new one."""
        uow, windows = self.uow, self.playbook.threading
        case = uow.cases.of_conversation(self.account.id, customer_id, conversation)
        if case is not None:
            last = uow.cases.last_post_at(case.id) or case.opened_at
            window = windows.public
            if case.status is Status.RESOLVED:
                window = min(windows.public, windows.reopen)
            if uow.now - last <= window or case.status is not Status.RESOLVED:
                return case
            uow.cases.leave_conversation(case, conversation)
        latest = uow.cases.latest_new(self.account.id, customer_id) if windows.burst else None
        if latest and timedelta() <= uow.now - latest[1] <= windows.burst:
            uow.cases.join(latest[0], conversation)
            return latest[0]
        return None

    @property
    def kind(self) -> str:
        """What kind of post it is."""
        return "quote" if self.post.quotes else "reply" if self.post.in_reply_to else "mention"


def _own(uow: UnitOfWork, account: Author, post: Post) -> bool:
    """Attach a post of ours to the case whose post it answers; the echo of our reply proves it."""
    answered = uow.cases.message(account.id, post.in_reply_to)
    if answered is None:
        return False
    message = NewMessage(
        case_id=answered.case_id,
        account_id=account.id,
        author="brand",
        kind="reply",
        post=post,
        names_us=False,
        follows_up=False,
    )
    uow.cases.get(CaseId(answered.case_id))  # held before its messages, as clicks hold it
    if uow.cases.add_message(message) is None:
        return False
    leaving = uow.drafts.on_their_way(answered.case_id, target=answered.external_id)
    echoed = next((draft for draft in leaving if same_words(draft.text, post.text)), None)
    if echoed is not None:
        _prove(uow, echoed, post.id)
    else:
        answered_past_the_desk(uow, CaseId(answered.case_id), post)
    return True


def _prove(uow: UnitOfWork, draft: Draft, post_id: str) -> None:
    """Settle a doubted answer whose echo has come; one that is just leaving is settled by its performer."""
    effect = uow.outbox.find(Kind.REPLY, str(draft.id))
    if effect and effect.state in (State.IN_DOUBT, State.ASKED) and uow.outbox.done(effect, post_id):
        reply_sent(uow, effect, post_id)
        answer_out(uow, uow.drafts.get(draft.id))
