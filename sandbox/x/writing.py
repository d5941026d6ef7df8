"""What the brand posts and deletes through the API of the stand-in X, and what X refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from sandbox.x.door import Call
from sandbox.x.length import LIMIT, find_links, weighted_length
from sandbox.x.people import BRAND
from sandbox.x.query import ID
from sandbox.x.rules import DELETION, REPLY_SETTINGS, WRITE, WRITE_SUMMONED, WRITE_WITH_LINK
from sandbox.x.shape import POST_VIEW, REFUSALS, Json, Shaper, invalid, plain, read_view
from sandbox.x.state import Draft, Network, Post, tidy

_CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}\b")
_DEEP_LINK = re.compile(
    r"https://(?:x|twitter)\.com/messages/compose\?recipient_id=[0-9]{1,19}(?:&text=[^\s&]*)?"
)
_APART_FROM_DEEP_LINK = ("quote_tweet_id", "media", "poll", "card_uri")
_BODY_KEYS: dict[str, type] = {
    "text": str,
    "reply": dict,
    "quote_tweet_id": str,
    "reply_settings": str,
    "media": dict,
    "poll": dict,
    "geo": dict,
    "edit_options": dict,
    "card_uri": str,
    "community_id": str,
    "direct_message_deep_link": str,
    "for_super_followers_only": bool,
    "made_with_ai": bool,
    "nullcast": bool,
    "paid_partnership": bool,
    "share_with_followers": bool,
}
_REPLY_KEYS: dict[str, type] = {
    "in_reply_to_tweet_id": str,
    "exclude_reply_user_ids": list,
    "auto_populate_reply_metadata": bool,
}
_TYPES = {str: "string", dict: "object", list: "array", bool: "boolean", int: "integer", float: "number"}


class Publisher:
    """Publishes and deletes the brand's posts by X's rules."""

    def __init__(self, network: Network, changed: Callable[[], None]) -> None:
        self._network = network
        self._changed = changed

    def publish(self, call: Call) -> tuple[int, Json]:
        """POST tweets."""
        network = self._network
        draft = _read_draft(call)
        answered = self._check(draft)
        post = network.add(draft)
        self._charge(post, answered)
        self._changed()
        shaped = Shaper(network, read_view({}, POST_VIEW)).post(post)
        return 201, {"data": shaped}

    def delete(self, call: Call) -> tuple[int, Json]:
        """DELETE tweets/:id."""
        post = self._network.posts.get(call.request.match_info["id"])
        if post is None or not self._network.is_visible(post):
            raise plain(404, "Not Found")
        if post.author_id != BRAND:
            raise REFUSALS["not-permitted"]
        self._network.delete(post)
        self._network.spent.write(DELETION)
        self._changed()
        return 200, {"data": {"deleted": True}}

    def _check(self, draft: Draft) -> Post | None:
        """Raise the Problem with which X refuses this post; return the post that it answers, if any."""
        network = self._network
        if network.brand.suspended:
            raise REFUSALS["suspended"]
        if weighted_length(draft.text) > LIMIT:
            raise REFUSALS["too-long"]
        if len(_CASHTAG.findall(draft.text)) > 1:
            raise REFUSALS["not-permitted"]
        answered = self._seen(draft.reply_to)
        if draft.quote_of is not None:
            self._seen(draft.quote_of)
            if network.settings.reply_rule != "open":  # quoting by API ended for self-serve apps, 2026-04-20
                raise REFUSALS["not-permitted"]
        if answered is not None:
            self._check_reply(answered)
        whole = [*(f"@{name}" for name in network.lead(draft, answered)), draft.text]
        if network.is_duplicate(" ".join(whole)):
            raise REFUSALS["duplicate"]
        return answered

    def _check_reply(self, answered: Post) -> None:
        if self._network.people[answered.author_id].blocks_us:
            raise REFUSALS["blocked"]
        if not self._network.may_reply(answered):
            raise REFUSALS["not-summoned"]

    def _seen(self, post_id: str | None) -> Post | None:
        if post_id is None:
            return None
        post = self._network.posts.get(post_id)
        if post is None or not self._network.is_visible(post):
            raise REFUSALS["gone"]
        if not post.is_newest and not self._network.settings.old_versions_answerable:
            raise REFUSALS["old-version"]
        return post

    def _charge(self, post: Post, answered: Post | None) -> None:
        costly = post.deep_link is not None and self._network.settings.deep_link_costs
        if costly or find_links(
            post.typed
        ):  # X does not say which price wins for a summoned reply with a link
            price = WRITE_WITH_LINK
        elif answered is not None and self._network.is_summoned_by(answered):
            price = WRITE_SUMMONED
        else:
            price = WRITE
        self._network.spent.write(price)


def _read_draft(call: Call) -> Draft:
    body = call.body
    _check_keys("$", body, _BODY_KEYS)
    text, reply = tidy(body.get("text", "")), body.get("reply")
    if not text:
        raise invalid("$.text", text, "$.text: must be at least 1 characters long")
    if "media" in body:
        raise invalid("$.media.media_ids", body["media"], "Your media IDs are invalid.")
    settings = body.get("reply_settings", "everyone")
    if settings not in REPLY_SETTINGS:
        raise invalid(
            "$.reply_settings", settings, "$.reply_settings: does not have a value in the enumeration"
        )
    _check_id("$.quote_tweet_id", body.get("quote_tweet_id"))
    _check_deep_link(body)
    draft = Draft(
        BRAND,
        text,
        quote_of=body.get("quote_tweet_id"),
        by_api=True,
        reply_settings=settings,
        deep_link=body.get("direct_message_deep_link"),
    )
    return draft if reply is None else _answering(draft, reply)


def _answering(draft: Draft, reply: Json) -> Draft:
    _check_keys("$.reply", reply, _REPLY_KEYS)
    if "in_reply_to_tweet_id" not in reply:
        name = "$.reply.in_reply_to_tweet_id"
        raise invalid("$.reply", reply, f"{name}: is missing but it is required")
    _check_id("$.reply.in_reply_to_tweet_id", reply["in_reply_to_tweet_id"])
    return replace(
        draft,
        reply_to=reply["in_reply_to_tweet_id"],
        led=reply.get("auto_populate_reply_metadata", True),
        unnamed=frozenset(map(str, reply.get("exclude_reply_user_ids", []))),
    )


def _check_deep_link(body: Json) -> None:
    name, link = "$.direct_message_deep_link", body.get("direct_message_deep_link")
    if link is None:
        return
    if not _DEEP_LINK.fullmatch(link):
        raise invalid(name, link, f"{name}: is not a valid direct message deep link")
    for other in _APART_FROM_DEEP_LINK:
        if other in body:
            raise invalid(name, link, f"{name}: cannot be used together with {other}")


def _check_keys(where: str, body: Json, known: dict[str, type]) -> None:
    for key, value in body.items():
        name = f"{where}.{key}"
        if key not in known:
            message = "is not defined in the schema and the schema does not allow additional properties"
            raise invalid(name, value, f"{name}: {message}")
        if type(value) is not known[key]:
            found, wanted = _TYPES.get(type(value), "null"), _TYPES[known[key]]
            raise invalid(name, value, f"{name}: {found} found, {wanted} expected")


def _check_id(name: str, value: str | None) -> None:
    if value is not None and not ID.fullmatch(value):
        raise invalid(name, value, f"{name}: does not match the regex pattern ^[0-9]{{1,19}}$")
