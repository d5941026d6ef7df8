"""Posts and authors as the networks tell of them, free of any network's own field names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Author:
    """A person or brand on a network; ids are text everywhere."""

    id: str
    username: str
    name: str
    followers: int = 0
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One public post.

    text         whole and unescaped, links as their author wrote them.
    mentions     ids (or lower-case usernames, where the network gave no id) that the text names.
    leading      how many characters at the start are mentions that the network itself may have put there.
    in_reply_to  id of the answered post, "" when it answers none.
    conversation_id  "" when it is that of the answered post and the network did not say which.
    versions     ids of all versions of an edited post, oldest first; () when there is only one.
    editable_until  None where X does not say.
    """

    id: str
    author: Author
    text: str
    written_at: datetime
    conversation_id: str
    in_reply_to: str = ""
    in_reply_to_author: str = ""
    quotes: str = ""
    quotes_author: str = ""
    retweets: str = ""
    mentions: Sequence[tuple[int, str]] = ()
    leading: int = 0
    language: str = ""
    media: int = 0
    reply_settings: str = "everyone"
    versions: Sequence[str] = ()
    editable_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """One direct message between the account and a person.

    text       whole and unescaped, links as their author wrote them; "" for a picture alone.
    person_id  the other one's id, whether they or we wrote it; "" when X does not tell.
    """

    id: str
    conversation_id: str
    sender: Author
    text: str
    written_at: datetime
    person_id: str = ""


def id_order(post_id: str) -> tuple[int, str]:
    """Return a key that sorts post ids from old to new: by number, whatever their length."""
    return (len(post_id.lstrip("0")), post_id.lstrip("0")) if post_id.isdigit() else (0, post_id)


_SNOWFLAKE_SHIFT = 22
_FIRST_SNOWFLAKE_DIGITS = 16


def id_before(post_id: str, seconds: float) -> str:
    """Return an id as of `seconds` before this one; "" where ids carry no time (shorter than a snowflake).

    Source: a snowflake is (milliseconds since X's epoch) << 22, plus machine and sequence.
    """
    if not post_id.isdigit() or len(post_id) < _FIRST_SNOWFLAKE_DIGITS:
        return ""
    earlier = int(post_id) - (int(seconds * 1000) << _SNOWFLAKE_SHIFT)
    return str(earlier) if earlier > 0 else ""


def dm_link(account_id: str, text: str = "") -> str:
    """Return the link that opens a direct message to the account, with `text` already written.

    Source: X's documentation of its "Message" button.
    """
    link = f"https://x.com/messages/compose?recipient_id={quote(account_id, safe='')}"
    return f"{link}&text={quote(text, safe='', errors='replace')}" if text else link


def names(post: Post, account: Author) -> bool:
    """Tell whether the author mentioned the account in this very post, or quoted it.

    Mentions at the very start of an answer to the account may be the network's own doing; they are
    left to `follows_up`, because the network does not tell them apart from typed ones.
    """
    if post.quotes_author == account.id:
        return True
    implicit_to = post.leading if post.in_reply_to_author == account.id else 0
    return any(
        at >= implicit_to and who in (account.id, account.username.lower()) for at, who in post.mentions
    )


def follows_up(post: Post, account: Author) -> bool:
    """Tell whether the post answers the account's own, without surely naming it."""
    return post.in_reply_to_author == account.id and not names(post, account)
