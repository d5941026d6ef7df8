"""What the stand-in X remembers: people, posts, its settings and what its answers have cost.

Everything is in memory and belongs to one event loop. Nothing here speaks HTTP.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.faults import NotThere
from sandbox.x.length import find_mentions

BRAND = "1700000000000000001"
TIMELINE_WINDOW = 3200

OWNED_READ = Decimal("0.001")
POST_READ = Decimal("0.005")
USER_READ = Decimal("0.010")
WRITE = Decimal("0.015")
WRITE_WITH_LINK = Decimal("0.200")
WRITE_SUMMONED = Decimal("0.010")
DELETION = Decimal("0.010")

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


@dataclass(slots=True)
class Person:
    """An account on X; `lang` is what its owner mostly writes."""

    id: str
    username: str
    name: str
    lang: str = "en"
    followers: int = 0
    verified: bool = False
    protected: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to post.

    unnamed   ids of people whom X shall not put in front of a reply.
    led       whether X puts any `@name` in front of a reply.
    late      the post gets its id now and is seen only after `Network.release`.
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


@dataclass(slots=True)
class Post:
    """A post; `typed` is what its author wrote, `lead` the names X put in front of it."""

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

    @property
    def text(self) -> str:
        """The whole text: the names in front, and what was typed."""
        return " ".join([*(f"@{name}" for name in self.lead), self.typed])


@dataclass(slots=True)
class Settings:
    """What the control API may change about X's rules."""

    reply_rule: str = "summoned"
    implicit_mentions_summon: bool = True
    mentions_window: int = 800

    def change(self, spec: dict[str, Any]) -> None:
        """Change what `spec` names; raise ValueError when it makes no sense."""
        for key, value in spec.items():
            if key not in self.__slots__:
                raise ValueError(f"there is no setting {key}")
            if key == "reply_rule" and value not in {"summoned", "open"}:
                raise ValueError(f"reply_rule must be summoned or open, not {value!r}")
            if type(value) is not type(getattr(self, key)):
                raise ValueError(f"{key} must be {type(getattr(self, key)).__name__}, not {value!r}")
        if spec.get("mentions_window", 1) < 1:
            raise ValueError(f"mentions_window must be above zero, not {spec['mentions_window']!r}")
        for key, value in spec.items():
            setattr(self, key, value)

    def shown(self) -> dict[str, Any]:
        """Return all of them, as `change` would take them."""
        return {key: getattr(self, key) for key in self.__slots__}


@dataclass(slots=True)
class Spending:
    """What X would have charged; the same thing read twice in a day is charged once."""

    reads: Decimal = Decimal(0)
    writes: Decimal = Decimal(0)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def read(self, kind: str, ids: Iterable[str], price: Decimal, *, day: str) -> None:
        """Charge `price` for each of these posts or users that was not read on this `day` yet."""
        fresh = {(kind, one, day) for one in ids} - self._seen
        self._seen |= fresh
        self.reads += price * len(fresh)

    def write(self, price: Decimal) -> None:
        """Charge for a post or a deletion."""
        self.writes += price

    def summary(self) -> dict[str, str]:
        """Return dollars as text with four decimals."""
        return {
            "reads": f"{self.reads:.4f}",
            "writes": f"{self.writes:.4f}",
            "total": f"{self.reads + self.writes:.4f}",
        }


class Network:
    """People and posts, as they stand; the brand is the account that the desk's keys belong to."""

    def __init__(self) -> None:
        self.offset_s = 0.0
        self.forget()

    def forget(self) -> None:
        """Empty everything to the seed of docs/sandbox.md; the clock stays as it was wound."""
        self.people = {person.id: person for person in _seed()}
        self._by_name = {person.username: person for person in self.people.values()}
        self.posts: dict[str, Post] = {}
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
        """Return the posts that the brand may see, by their ids."""
        seen = [post for post in self.posts.values() if self.is_visible(post)]
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
        )
        post.mentions = self._mentioned(post.text)
        self.posts[post.id] = post
        return post

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
        root = self.posts.get(post.conversation_id, post)
        if root.reply_settings != "everyone" and BRAND not in {root.author_id, *root.mentions}:
            return False
        return self.settings.reply_rule == "open" or self.is_summoned_by(post)

    def is_duplicate(self, text: str) -> bool:
        """Say whether the brand has posted the same words, the names in front included, within a day."""
        since = self.now() - _DUPLICATE_FOR
        words = text.split()
        return any(
            post.typed and post.text.split() == words
            for post in self.posts.values()
            if post.author_id == BRAND and not post.deleted and post.created_at > since
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
        while str(number) in self.posts or str(number) in self.people:
            number += 1
        self._last_minted = max(self._last_minted, number)
        return str(number)

    def snapshot(self) -> dict[str, Any]:
        """Return what `GET /control/x/state` shows, oldest post first."""
        return {
            "account": {key: getattr(self.brand, key) for key in ("id", "username", "name")},
            "people": [
                {key: getattr(person, key) for key in Person.__slots__}
                for person in self.people.values()
                if person.id != BRAND
            ],
            "posts": [self._post_shown(post) for post in self.posts.values() if not post.held],
            "spent": self.spent.summary(),
            "settings": self.settings.shown(),
        }

    def _post_shown(self, post: Post) -> dict[str, Any]:
        same = ("id", "author_id", "text", "conversation_id", "in_reply_to", "quote_of", "by_api", "deleted")
        return {
            **{key: getattr(post, key) for key in same},
            "username": self.people[post.author_id].username,
            "created_at": iso(post.created_at),
            "retweet_of": post.retweet_of,
            "lang": post.lang,
        }


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


def _seed() -> list[Person]:
    return [
        Person(BRAND, "sarishop", "Sari Shop", followers=48_200, verified=True),
        Person("1700000000000000011", "emma_w", "Emma Wilson", "en", 1_204),
        Person("1700000000000000012", "ravi_k", "रवि कुमार", "hi", 312),
        Person("1700000000000000013", "lakshmi_t", "లక్ష్మి", "te", 8_950, verified=True),
        Person("1700000000000000014", "tanvir_h", "তানভীর হোসেন", "bn", 77),
        Person("1700000000000000015", "ismail_d", "İsmail Doğan", "tr", 15_300),
    ]
