"""What the desk asks of X; the one implementation is tweepy_gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.domain.post import Author, Post


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a timeline, newest first; `next_token` is "" on the last."""

    posts: Sequence[Post]
    next_token: str = ""


class Gateway(Protocol):
    """X as the desk sees it.

    Every call raises TryLater (proven not accepted), Undeliverable (never) or OutcomeUnknown.
    """

    def me(self) -> Author:
        """Return the account that the tokens belong to."""

    def mentions(self, account_id: str, *, since_id: str = "", page_token: str = "") -> Page:
        """Return a page of the posts that mention the account, newer than `since_id`."""

    def own_posts(self, account_id: str, *, since: datetime) -> Sequence[Post]:
        """Return the account's own posts since this moment, newest first."""

    def look_up(self, post_ids: Sequence[str]) -> Sequence[Post]:
        """Return those of these posts (at most 100) that can still be seen."""

    def reply(self, *, to: str, text: str) -> str:
        """Publish `text` under the post `to` and return the new post's id."""
