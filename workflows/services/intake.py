"""Intake: what a network showed us becomes cases, each post exactly once."""

from collections.abc import Sequence
from dataclasses import replace

from workflows.domain.case import Status, customer_wrote
from workflows.domain.post import Author, Post, follows_up, id_order, names
from workflows.services.board import post_card, show
from workflows.store.cases import NewMessage
from workflows.store.history import Event
from workflows.store.unit_of_work import UnitOfWork

NETWORK = "x"


def take_posts(uow: UnitOfWork, account: Author, posts: Sequence[Post], *, channel: str) -> int:
    """Store these posts, open or continue their cases, and return how many were new.

    channel  where the card of a new case goes.

    The same post again, from whichever poll or process, changes nothing. Retweets are no cases; posts
    of our own are attached to the case that they answer and open none.
    """
    new = 0
    known = uow.cases.known_posts(account.id, [post.id for post in posts])
    for post in sorted(map(_storable, posts), key=lambda post: id_order(post.id)):
        if post.id in known or post.retweets:
            continue
        taken = (
            _own(uow, account, post) if post.author.id == account.id else _theirs(uow, account, post, channel)
        )
        new += taken
    return new


def _theirs(uow: UnitOfWork, account: Author, post: Post, channel: str) -> bool:
    customer_id = uow.cases.keep_customer(post.author, NETWORK)
    conversation = _conversation(uow, account, post)
    case, is_new = uow.cases.open_for(account.id, customer_id, conversation, channel=channel)
    message = NewMessage(
        case_id=case.id,
        account_id=account.id,
        author="customer",
        kind="quote" if post.quotes else "reply" if post.in_reply_to else "mention",
        post=post,
        names_us=names(post, account),
        follows_up=follows_up(post, account),
    )
    if uow.cases.add_message(message) is None:
        return False
    actor = ("customer", str(customer_id))
    if is_new:
        uow.history.add(case.id, Event.OPENED, actor, post=post.id)
        post_card(uow, case)
        return True
    uow.history.add(case.id, Event.POST_RECEIVED, actor, post=post.id)
    if case.status is Status.RESOLVED:
        uow.history.add(case.id, Event.REOPENED, actor, post=post.id)
    changed = uow.cases.save(case, customer_wrote(case))
    if changed == case:
        uow.cases.touch(case.id)
    show(uow, changed)
    return True


def _conversation(uow: UnitOfWork, account: Author, post: Post) -> str:
    """Return the conversation of a post; where X leaves it out, it is that of the post it answers."""
    if post.in_reply_to and post.conversation_id == post.in_reply_to:
        return uow.cases.conversation_of(account.id, post.in_reply_to) or post.conversation_id
    return post.conversation_id


def _own(uow: UnitOfWork, account: Author, post: Post) -> bool:
    """Attach a post of ours to the case whose post it answers; the echo of our reply is there already."""
    answered = uow.cases.message(account.id, post.in_reply_to) if post.in_reply_to else None
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
    return uow.cases.add_message(message) is not None


def _storable(post: Post) -> Post:
    """Return the post with words that every database takes: no NUL, no lone surrogate."""
    author = replace(post.author, name=_plain(post.author.name), username=_plain(post.author.username))
    return replace(post, text=_plain(post.text), author=author)


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
