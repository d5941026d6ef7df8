"""X's names of fields, and how its JSON becomes posts: the one place that X's renames touch."""

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workflows.domain.post import Author, Post

POST_FIELDS = (
    "id,text,author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets,entities,lang,"
    "note_tweet,reply_settings,attachments,edit_history_tweet_ids"
)
USER_FIELDS = "id,name,username,verified,public_metrics"
EXPANSIONS = "author_id,referenced_tweets.id,referenced_tweets.id.author_id"

_X_EPOCH_MS = 1288834974657
# A name ends where its letters do, though Hindi or Japanese goes on without a space; an address names nobody.
_MENTION = re.compile(r"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,50})")
_LEADING = re.compile(r"\A(?:[@＠][A-Za-z0-9_]{1,50}\s+)+")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))

Json = Mapping[str, Any]
log = logging.getLogger(__name__)


def read_posts(body: Json) -> list[Post]:
    """Return the posts of an answer's `data`, joined with what its `includes` tell of them."""
    includes = body.get("includes") if isinstance(body.get("includes"), Mapping) else {}
    authors = {str(user["id"]): read_author(user) for user in _objects(includes, "users")}
    others = {str(post["id"]): post for post in _objects(includes, "tweets")}
    data = body.get("data") or ()
    items = [data] if isinstance(data, Mapping) else data
    posts = []
    for item in items:
        try:
            posts.append(_read_post(item, authors, others))
        except (AttributeError, KeyError, TypeError, ValueError):
            # One odd post must not hold up the others; it is named, so that nothing is lost in silence.
            log.exception("post=%s cannot be read", item.get("id") if isinstance(item, Mapping) else item)
    return posts


def _objects(includes: Any, key: str) -> list[Json]:
    return [item for item in includes.get(key) or () if isinstance(item, Mapping) and "id" in item]


def read_author(user: Json) -> Author:
    """Return the author that a user object tells of."""
    username = str(user.get("username") or user["id"])
    return Author(
        id=str(user["id"]),
        username=username,
        name=str(user.get("name") or username),
        followers=_count((user.get("public_metrics") or {}).get("followers_count")),
        verified=bool(user.get("verified")),
    )


def _count(value: object) -> int:
    digits = re.sub(r"[^0-9]", "", str(value or ""))
    return int(digits) if digits else 0


def _read_post(item: Json, authors: Mapping[str, Author], others: Mapping[str, Json]) -> Post:
    post_id = str(item["id"])
    author_id = str(item.get("author_id") or "")
    referenced = {str(ref.get("type")): str(ref.get("id")) for ref in item.get("referenced_tweets") or ()}
    note = item.get("note_tweet") or {}
    raw = str(note.get("text") or item.get("text") or "")
    entities = (note.get("entities") if note.get("text") else None) or item.get("entities") or {}
    text = _readable(raw, entities)
    quoted, answered = referenced.get("quoted", ""), referenced.get("replied_to", "")
    leading = _LEADING.match(text)
    return Post(
        id=post_id,
        author=authors.get(author_id) or Author(author_id, author_id or "unknown", author_id or "unknown"),
        text=text,
        written_at=_moment(item.get("created_at"), post_id),
        conversation_id=str(item.get("conversation_id") or answered or post_id),
        in_reply_to=answered,
        in_reply_to_author=str(item.get("in_reply_to_user_id") or _author_of(others, answered)),
        quotes=quoted,
        quotes_author=_author_of(others, quoted),
        retweets=referenced.get("retweeted", ""),
        mentions=_mentions(text, entities),
        leading=leading.end() if leading else 0,
        language=str(item.get("lang") or ""),
        media=len((item.get("attachments") or {}).get("media_keys") or ()),
        reply_settings=str(item.get("reply_settings") or "everyone"),
    )


def _author_of(others: Mapping[str, Json], post_id: str) -> str:
    return str(others.get(post_id, {}).get("author_id") or "")


def _readable(text: str, entities: Json) -> str:
    """Undo what X does to a text: its escapes of & < >, and its t.co links."""
    for escaped, sign in _ESCAPED:
        text = text.replace(escaped, sign)
    for url in entities.get("urls") or ():
        short, long = url.get("url"), url.get("expanded_url")
        if short and long:
            text = text.replace(short, long)
    return text


def _mentions(text: str, entities: Json) -> Sequence[tuple[int, str]]:
    """Return where the text names whom.

    Positions are looked up in the readable text, because X's are those of the escaped one. A name that
    X does not list as an entity still counts: a server may leave entities out.
    """
    ids = {str(m.get("username", "")).lower(): str(m.get("id") or "") for m in entities.get("mentions") or ()}
    found = [(match.start(), match[1].lower()) for match in _MENTION.finditer(text)]
    return tuple((at, ids.get(username) or username) for at, username in found)


def _moment(written: object, post_id: str) -> datetime:
    """Return when the post was written: as X says, else as its id says."""
    if isinstance(written, str):
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            pass
        else:
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if post_id.isdigit() and len(post_id) >= 16:
        return datetime.fromtimestamp(((int(post_id) >> 22) + _X_EPOCH_MS) / 1000, UTC)
    return datetime.now(UTC)
