"""What the desk asks of X; the one implementation is tweepy_gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from workflows.domain.post import Author, DirectMessage, Post


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a timeline, newest first; `next_token` is "" on the last."""

    posts: Sequence[Post]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class DmPage:
    """One page of direct messages, newest first; `next_token` is "" on the last."""

    messages: Sequence[DirectMessage]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at posts found.

    gone  why a post cannot be seen, by its id: "deleted", "protected", "suspended", or "unavailable" where
          X does not tell which. A post that is neither here nor there was not told of: nothing is known.
    """

    posts: Sequence[Post] = ()
    gone: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a person can be written to.

    takes_dms  None where X does not say.
    gone       "" or, in the words of `Looked`, why the account cannot be seen.
    """

    takes_dms: bool | None
    gone: str = ""


class Gateway(Protocol):
    """X as the desk sees it.

    Every call raises TryLater (proven not accepted), Undeliverable (never) or OutcomeUnknown, nothing else.
    """

    def me(self) -> Author:
        """Return the account that the tokens belong to."""

    def mentions(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of the posts that mention the account, newer than `since_id`."""

    def own_posts(self, account_id: str, *, since: datetime) -> Sequence[Post]:
        """Return the account's own posts since this moment, newest first."""

    def own_timeline(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of what the account itself wrote, answers included, newer than `since_id`."""

    def look_up(self, post_ids: Sequence[str]) -> Looked:
        """Return what can still be seen of these posts (at most 100), and why the others cannot."""

    def people(self, person_ids: Sequence[str]) -> Mapping[str, Reach]:
        """Return whether these people (at most 100) take our messages; whom X is silent about is left out."""

    def reply(self, *, to: str, text: str) -> str:
        """Publish `text` under the post `to` and return the new post's id."""

    def direct_messages(self, account_id: str, *, page_token: str = "") -> DmPage:
        """Return a page of all the account's direct messages of the last 30 days, sent and received."""

    def messages_with(self, account_id: str, person_id: str) -> Sequence[DirectMessage]:
        """Return the newest direct messages (at most 100) between the account and this person."""

    def send_dm(self, *, to: str, text: str) -> str:
        """Write `text` to the person `to` and return the message's id."""
