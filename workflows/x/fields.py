"""X's names of fields, and how its JSON becomes posts and messages: the one place that X's renames touch."""

import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from workflows.domain.post import Author, DirectMessage, Post

POST_FIELDS = (
    "id,text,author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets,entities,lang,"
    "note_tweet,reply_settings,attachments,edit_history_tweet_ids,edit_controls"
)
USER_FIELDS = "id,name,username,verified,public_metrics"
REACH_FIELDS = "id,username,receives_your_dm,connection_status"
EXPANSIONS = "author_id,referenced_tweets.id,referenced_tweets.id.author_id"
DM_FIELDS = "id,event_type,text,sender_id,dm_conversation_id,created_at,participant_ids,entities,attachments"
DM_EXPANSIONS = "sender_id"
MESSAGE = "MessageCreate"

_X_EPOCH_MS = 1288834974657
# A name ends where its letters do, though Hindi or Japanese goes on without a space; an address names nobody.
_MENTION = re.compile(r"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,50})")
_LEADING = re.compile(r"\A(?:[@＠][A-Za-z0-9_]{1,50}\s+)+")
_SNOWFLAKE = re.compile(r"[0-9]{16,19}")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# In the order in which they are looked for: a suspended person's error also has the type "not found".
_GONE = (
    ("suspended", "suspended"),
    ("protected", "protected"),
    ("could not find", "deleted"),
    ("resource-not-found", "deleted"),
    ("no longer available", "deleted"),
    ("authoriz", "unavailable"),
    ("disallowed-resource", "unavailable"),
)

Json = Mapping[str, Any]
T = TypeVar("T")
log = logging.getLogger(__name__)


def read_posts(body: Json) -> list[Post]:
    """Return the posts of an answer's `data`, joined with what its `includes` tell of them."""
    authors = _authors(body)
    others = {str(post["id"]): post for post in objects(mapping(body.get("includes")).get("tweets"), "id")}
    data = body.get("data") or ()
    items = data if isinstance(data, list | tuple) else [data]
    return _read_each(items, lambda item: _read_post(item, authors, others))


def read_messages(body: Json, account_id: str, *, person_id: str = "") -> list[DirectMessage]:
    """Return the messages of an answer's `data`; who joins or leaves a conversation is none.

    person_id  the other one of each, when the question named them.
    """
    authors = _authors(body)
    events = [item for item in objects(body.get("data")) if item.get("event_type", MESSAGE) == MESSAGE]
    return _read_each(events, lambda item: _read_message(item, authors, account_id, person_id))


def read_gone(body: Json, asked: Collection[str]) -> dict[str, str]:
    """Return why X does not show some of what was asked for, by id.

    An error that X may take back (it could not look, say) says nothing about the post or person, nor does
    one about what a post only refers to.
    """
    gone = {}
    for error in objects(body.get("errors")):
        wanted = str(error.get("resource_id") or error.get("value") or "")
        if wanted not in asked or str(error.get("parameter") or "ids") not in {"ids", "id"}:
            continue
        said = " ".join(str(error.get(key, "")) for key in ("title", "detail", "type")).lower()
        if why := next((why for words, why in _GONE if words in said), ""):
            gone[wanted] = why
    return gone


def takes_dms(user: Json) -> bool | None:
    """Return whether a person takes our direct messages; None where X does not say."""
    states = user.get("connection_status")
    if isinstance(states, list) and "blocking" in states:
        return False
    told = user.get("receives_your_dm")
    return told if isinstance(told, bool) else None


def next_token(body: Json) -> str:
    """Return where the next page begins; "" on the last."""
    token = mapping(body.get("meta")).get("next_token")
    return token if isinstance(token, str) else ""


def new_id(body: Json, key: str) -> str:
    """Return the id that X gave to what was just written; "" when it does not tell."""
    value = mapping(body.get("data")).get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def read_author(user: Json) -> Author:
    """Return the author that a user object tells of."""
    username = _words(user.get("username")) or str(user["id"])
    return Author(
        id=str(user["id"]),
        username=username,
        name=_words(user.get("name")) or username,
        followers=_count(mapping(user.get("public_metrics")).get("followers_count")),
        verified=bool(user.get("verified")),
    )


def mapping(value: object) -> Json:
    """Return the object that this JSON is; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object, key: str = "") -> list[Json]:
    """Return the objects that this JSON is or lists; with a `key` only those that have it."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, Mapping) and (not key or key in item)]


def _read_each(items: Sequence[Any], read: Callable[[Json], T]) -> list[T]:
    found = []
    for item in items:
        try:
            found.append(read(item))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # One odd post must not hold up the others; it is named, so that nothing is lost in silence.
            log.warning("post=%s cannot be read: %s", _id(mapping(item).get("id")), type(error).__name__)
    return found


def _authors(body: Json) -> dict[str, Author]:
    users = objects(mapping(body.get("includes")).get("users"), "id")
    return {str(user["id"]): read_author(user) for user in users}


def _count(value: object) -> int:
    digits = re.sub(r"[^0-9]", "", str(value or ""))[:15]
    return int(digits) if digits else 0


def _id(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _read_post(item: Json, authors: Mapping[str, Author], others: Mapping[str, Json]) -> Post:
    post_id = _id(item["id"])
    if not post_id:
        raise ValueError("a post without an id")
    author_id = _id(item.get("author_id"))
    referenced = {str(ref.get("type")): _id(ref.get("id")) for ref in objects(item.get("referenced_tweets"))}
    note = mapping(item.get("note_tweet"))
    entities = mapping(note.get("entities") if note.get("text") else None) or mapping(item.get("entities"))
    text = _readable(note.get("text") or item.get("text"), entities)
    quoted, answered = referenced.get("quoted", ""), referenced.get("replied_to", "")
    leading = _LEADING.match(text)
    return Post(
        id=post_id,
        author=_author(author_id, authors),
        text=text,
        written_at=_moment(item.get("created_at"), post_id),
        conversation_id=_id(item.get("conversation_id")) or ("" if answered else post_id),
        in_reply_to=answered,
        in_reply_to_author=_id(item.get("in_reply_to_user_id")) or _author_of(others, answered),
        quotes=quoted,
        quotes_author=_author_of(others, quoted),
        retweets=referenced.get("retweeted", ""),
        mentions=_mentions(text, entities),
        leading=leading.end() if leading else 0,
        language=_words(item.get("lang")),
        media=_length(mapping(item.get("attachments")).get("media_keys")),
        reply_settings=_words(item.get("reply_settings")) or "everyone",
        versions=_versions(item.get("edit_history_tweet_ids")),
        editable_until=_read_moment(mapping(item.get("edit_controls")).get("editable_until")),
    )


def _read_message(
    item: Json, authors: Mapping[str, Author], account_id: str, person_id: str
) -> DirectMessage:
    message_id = _id(item["id"])
    if not message_id:
        raise ValueError("a message without an id")
    conversation, sender = _id(item.get("dm_conversation_id")), _id(item.get("sender_id"))
    return DirectMessage(
        id=message_id,
        conversation_id=conversation,
        sender=_author(sender, authors),
        text=_readable(item.get("text"), mapping(item.get("entities"))),
        written_at=_moment(item.get("created_at"), message_id),
        person_id=person_id or _other(account_id, sender, conversation, item.get("participant_ids")),
    )


def _other(account_id: str, sender: str, conversation: str, participants: object) -> str:
    """Return who the message is with, besides us: of two as the conversation's id tells, else its writer."""
    if sender not in {"", account_id}:
        return sender
    ids = conversation.split("-") if "-" in conversation else participants
    others = [_id(one) for one in ids if one != account_id] if isinstance(ids, list) else []
    return others[0] if len(others) == 1 else ""


def _author(author_id: str, authors: Mapping[str, Author]) -> Author:
    return authors.get(author_id) or Author(author_id, author_id or "unknown", author_id or "unknown")


def _author_of(others: Mapping[str, Json], post_id: str) -> str:
    return _id(others.get(post_id, {}).get("author_id"))


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _versions(value: object) -> Sequence[str]:
    ids = tuple(filter(None, map(_id, value))) if isinstance(value, list) else ()
    return ids if len(ids) > 1 else ()


def _words(value: object) -> str:
    """Return this text without what no database takes: halves of characters, and NUL."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _readable(value: object, entities: Json) -> str:
    """Undo what X does to a text: its escapes of & < >, and its t.co links."""
    text = _words(value)
    for escaped, sign in _ESCAPED:
        text = text.replace(escaped, sign)
    for url in objects(entities.get("urls")):
        short, long = _words(url.get("url")), _words(url.get("expanded_url"))
        if short and long:
            text = text.replace(short, long)
    return text


def _mentions(text: str, entities: Json) -> Sequence[tuple[int, str]]:
    """Return where the text names whom.

    Positions are looked up in the readable text, because X's are those of the escaped one. A name that
    X does not list as an entity still counts: a server may leave entities out.
    """
    ids = {str(m.get("username", "")).lower(): _id(m.get("id")) for m in objects(entities.get("mentions"))}
    found = [(match.start(), match[1].lower()) for match in _MENTION.finditer(text)]
    return tuple((at, ids.get(username) or username) for at, username in found)


def _moment(written: object, some_id: str) -> datetime:
    """Return when it was written: as X says, else as its id says."""
    if moment := _read_moment(written):
        return moment
    if _SNOWFLAKE.fullmatch(some_id):
        return datetime.fromtimestamp(((int(some_id) >> 22) + _X_EPOCH_MS) / 1000, UTC)
    return datetime.now(UTC)


def _read_moment(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
