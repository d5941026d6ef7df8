"""What the stand-in X remembers: people, posts, direct messages, its settings and what its answers cost.

Everything is in memory and belongs to one event loop. Nothing here speaks HTTP.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.faults import NotThere
from sandbox.x.length import find_mentions
from sandbox.x.people import BRAND, Person, seed
from sandbox.x.rules import DMS_KEPT_FOR, EDITABLE_FOR, EDITS, Settings, Spending

_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_DUPLICATE_FOR = timedelta(hours=24)
_SCRIPTS = (
    ("\u0900", "\u097f", "hi"),
    ("\u0980", "\u09ff", "bn"),
    ("\u0c00", "\u0c7f", "te"),
    ("\u0400", "\u04ff", "ru"),
    ("\u0600", "\u06ff", "ar"),
    ("\u3040", "\u30ff", "ja"),
    ("\u4e00", "\u9fff", "zh"),
    ("\uac00", "\ud7a3", "ko"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to post.

    unnamed   ids of people whom X shall not put in front of a reply.
    led       whether X puts any `@name` in front of a reply.
    late      the post gets its id now and is seen only after `Network.release`.
    deep_link leads from the post to a direct message.
    """

    author_id: str
    text: str
    reply_to: str | None = None
    quote_of: str | None = None
    retweet_of: str | None = None
    id: str | None = None
    age_s: float = 0.0
    late: bool = False
    by_api: bool = False
    led: bool = True
    unnamed: frozenset[str] = frozenset()
    reply_settings: str = "everyone"
    lang: str | None = None
    deep_link: str | None = None


@dataclass(slots=True)
class Post:
    """One version of a post; `typed` is what its author wrote, `lead` the names X put in front of it.

    versions  the ids of all versions, oldest first; the versions of a post share this list.
    """

    id: str
    author_id: str
    typed: str
    created_at: datetime
    conversation_id: str
    lang: str
    lead: tuple[str, ...] = ()
    mentions: frozenset[str] = frozenset()
    in_reply_to: str | None = None
    in_reply_to_user: str | None = None
    quote_of: str | None = None
    retweet_of: str | None = None
    reply_settings: str = "everyone"
    by_api: bool = False
    held: bool = False
    deleted: bool = False
    deep_link: str | None = None
    versions: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole text: the names in front, and what was typed."""
        return " ".join([*(f"@{name}" for name in self.lead), self.typed])

    @property
    def is_newest(self) -> bool:
        """Whether this is the version that timelines show."""
        return self.versions[-1] == self.id

    @property
    def is_editable(self) -> bool:
        """Whether X lets its author edit such a post at all: no repost, and no reply to somebody else."""
        return self.retweet_of is None and self.in_reply_to_user in {None, self.author_id}


@dataclass(frozen=True, slots=True)
class Message:
    """A direct message between the brand and `customer_id`.

    encrypted  a message that the API never shows.
    """

    id: str
    author_id: str
    customer_id: str
    text: str
    created_at: datetime
    by_api: bool = False
    encrypted: bool = False

    @property
    def conversation_id(self) -> str:
        """The id X gives to a conversation of two: the smaller id first."""
        return "-".join(sorted((BRAND, self.customer_id), key=int))


class Network:
    """People and posts, as they stand; the brand is the account that the desk's keys belong to."""

    def __init__(self) -> None:
        self.offset_s = 0.0
        self.forget()

    def forget(self) -> None:
        """Empty everything to the seed of docs/sandbox.md; the clock stays as it was wound."""
        self.people = {person.id: person for person in seed()}
        self._by_name = {person.username: person for person in self.people.values()}
        self.posts: dict[str, Post] = {}
        self.messages: dict[str, Message] = {}
        self._wrote: set[str] = set()
        self.settings = Settings()
        self.spent = Spending()
        self._last_minted = 0

    def now(self) -> datetime:
        """Return the time on X, which follows the desk's wound clock."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)

    @property
    def brand(self) -> Person:
        """The account that the desk's keys belong to."""
        return self.people[BRAND]

    def person(self, username: str) -> Person:
        """Return who has this name, in any case; raise NotThere."""
        found = self.find_person(username)
        if found is None:
            raise NotThere(f"there is no @{username} on this X")
        return found

    def find_person(self, username: str) -> Person | None:
        """Return who has this name, in any case, or None."""
        return self._by_name.get(username.lower())

    def join(self, username: str) -> Person:
        """Return a new account of that name."""
        person = Person(self._mint(self.now()), username, username)
        self.people[person.id] = self._by_name[username.lower()] = person
        return person

    def post(self, post_id: str) -> Post:
        """Return the post with this id, deleted or not; raise NotThere."""
        if post_id not in self.posts:
            raise NotThere(f"there is no post {post_id}")
        return self.posts[post_id]

    def is_visible(self, post: Post) -> bool:
        """Say whether the brand may see the post now."""
        author = self.people[post.author_id]
        return not (
            post.deleted or post.held or author.suspended or (author.protected and author.id != BRAND)
        )

    def visible(self, *, newest_first: bool = True) -> list[Post]:
        """Return the posts that the brand may see, each in its newest version, by their ids."""
        seen = [post for post in self.posts.values() if post.is_newest and self.is_visible(post)]
        return sorted(seen, key=lambda post: int(post.id), reverse=newest_first)

    def add(self, draft: Draft) -> Post:
        """Publish the draft (or hold it back when it is late) and return the post.

        Raises NotThere when it answers or quotes what never was, ValueError when its id is taken.
        """
        created_at = self.now() - timedelta(seconds=draft.age_s)
        answered = None if draft.reply_to is None else self.post(draft.reply_to)
        if draft.quote_of is not None:
            self.post(draft.quote_of)
        if draft.id in self.posts:
            raise ValueError(f"there is a post {draft.id} already")
        post_id = draft.id or self._mint(created_at)
        typed = self._typed(draft)
        post = Post(
            id=post_id,
            author_id=draft.author_id,
            typed=typed,
            created_at=created_at,
            conversation_id=answered.conversation_id if answered else post_id,
            lang=draft.lang or _language(typed, self.people[draft.author_id]),
            lead=self.lead(draft, answered),
            in_reply_to=draft.reply_to,
            in_reply_to_user=answered.author_id if answered else None,
            quote_of=draft.quote_of,
            retweet_of=draft.retweet_of,
            reply_settings=draft.reply_settings,
            by_api=draft.by_api,
            held=draft.late,
            deep_link=draft.deep_link,
            versions=[post_id],
        )
        post.mentions = self._mentioned(post.text)
        self.posts[post.id] = post
        return post

    def edit(self, post_id: str, text: str, *, force: bool = False) -> Post:
        """Publish a new version of a post, whichever version `post_id` names, and return it.

        force  edit also a reply to somebody else, and after the hour is over.

        Raises NotThere, or ValueError when X would not have it.
        """
        post = self.newest(self.post(post_id))
        first = self.posts[post.versions[0]]
        if post.deleted or post.held:
            raise ValueError("a post that nobody sees cannot be edited")
        if len(post.versions) > EDITS:
            raise ValueError(f"a post can be edited {EDITS} times only")
        if post.retweet_of is not None:
            raise ValueError("a repost cannot be edited")
        if not force and not post.is_editable:
            raise ValueError("X lets nobody edit a reply to somebody else; force does")
        if not force and self.now() > first.created_at + EDITABLE_FOR:
            raise ValueError("X lets a post be edited for one hour only; force does it later")
        now = self.now()
        edited = replace(post, id=self._mint(now), typed=tidy(text), created_at=now)
        edited.mentions = self._mentioned(edited.text)
        edited.versions.append(edited.id)
        self.posts[edited.id] = edited
        return edited

    def newest(self, post: Post) -> Post:
        """Return the newest version of this post."""
        return self.posts[post.versions[-1]]

    def delete(self, post: Post) -> None:
        """Delete the post in all its versions."""
        for version in post.versions:
            self.posts[version].deleted = True

    def send(
        self, author_id: str, customer_id: str, text: str, *, by_api: bool = False, age_s: float = 0
    ) -> Message:
        """Deliver a direct message between the brand and a customer, whoever takes any, and return it."""
        at = self.now() - timedelta(seconds=age_s)
        encrypted = author_id != BRAND and self.people[author_id].encrypted_dms
        message = Message(self._mint(at), author_id, customer_id, text, at, by_api, encrypted)
        self.messages[message.id] = message
        if author_id != BRAND and not encrypted:
            self._wrote.add(author_id)
        return message

    def readable_messages(self) -> list[Message]:
        """Return the direct messages that the API still shows, newest first."""
        since = self.now() - DMS_KEPT_FOR
        kept = [one for one in self.messages.values() if not one.encrypted and one.created_at > since]
        return sorted(kept, key=lambda message: int(message.id), reverse=True)

    def takes_dm(self, person: Person) -> bool:
        """Say whether X delivers a direct message of the brand's to this person."""
        if person.id == BRAND or person.suspended or person.blocks_us:
            return False
        return person.id in self._wrote or person.takes_first_dm_from(self.brand)

    def lead(self, draft: Draft, answered: Post | None) -> tuple[str, ...]:
        """Return the names X puts in front of a reply: whom it answers, and who was named there."""
        if answered is None or not draft.led:
            return ()
        named = [answered.author_id, *self._in_order(answered.text)]
        left_out = {draft.author_id} | draft.unnamed | self._mentioned(draft.text)
        return tuple(self.people[one].username for one in dict.fromkeys(named) if one not in left_out)

    def release(self) -> list[str]:
        """Let the posts be seen that were held back, and return their ids."""
        held = [post for post in self.posts.values() if post.held]
        for post in held:
            post.held = False
        return [post.id for post in held]

    def is_summoned_by(self, post: Post) -> bool:
        """Say whether the author called the brand in this very post: by name, or by quoting it."""
        if BRAND in self._mentioned(post.typed):
            return True
        if post.quote_of is not None and self.posts[post.quote_of].author_id == BRAND:
            return True
        return self.settings.implicit_mentions_summon and self.brand.username in post.lead

    def may_reply(self, post: Post) -> bool:
        """Say whether X lets the brand answer this post, by its rule and by the conversation's own."""
        if post.author_id == BRAND:
            return True
        root = self.newest(self.posts.get(post.conversation_id, post))
        if BRAND not in {root.author_id, *root.mentions} and not self._is_let_in(root):
            return False
        return self.settings.reply_rule == "open" or self.is_summoned_by(post)

    def _is_let_in(self, root: Post) -> bool:
        """Say whether a conversation that does not name the brand is open to it."""
        return {
            "everyone": True,
            "following": self.people[root.author_id].follows_us,
            "verified": self.brand.verified,
        }.get(root.reply_settings, False)

    def is_duplicate(self, text: str) -> bool:
        """Say whether the brand has posted the same words, the names in front included, within a day."""
        since = self.now() - _DUPLICATE_FOR
        words = text.split()
        return any(
            post.typed and post.text.split() == words
            for post in self.posts.values()
            if post.author_id == BRAND and post.is_newest and not post.deleted and post.created_at > since
        )

    def charge(self, kind: str, ids: Iterable[str], price: Decimal) -> None:
        """Charge for having read these posts or users."""
        self.spent.read(kind, ids, price, day=f"{self.now():%Y-%m-%d}")

    def _typed(self, draft: Draft) -> str:
        if draft.retweet_of is None:
            return tidy(draft.text)
        original = self.post(draft.retweet_of)
        whole = f"RT @{self.people[original.author_id].username}: {original.text}"
        return whole if len(whole) <= 140 else whole[:139] + "…"

    def _in_order(self, text: str) -> list[str]:
        found = (self.find_person(piece.value) for piece in find_mentions(text))
        return [person.id for person in found if person is not None]

    def _mentioned(self, text: str) -> frozenset[str]:
        return frozenset(self._in_order(text))

    def _mint(self, at: datetime) -> str:
        """Return a new snowflake of that time; those of the present always rise."""
        number = (int(at.timestamp() * 1000) - _SNOWFLAKE_EPOCH_MS) << 22
        if self.now() - at < timedelta(seconds=1):
            number = max(number, self._last_minted + 1)
        while any(str(number) in there for there in (self.posts, self.people, self.messages)):
            number += 1
        self._last_minted = max(self._last_minted, number)
        return str(number)


def tidy(text: str) -> str:
    """Return the text as X keeps it: composed, without carriage returns and outer white space."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())


def iso(at: datetime) -> str:
    """Return a time as X writes it, with milliseconds and a Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _language(text: str, author: Person) -> str:
    for sign in text:
        for first, last, language in _SCRIPTS:
            if first <= sign <= last:
                return language
    if not any(sign.isalpha() for sign in text):
        return "und"
    return author.lang if author.lang in {"en", "tr"} else "en"
