"""Give posts and people the shape in which X's API v2 returns them: only what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.x.length import LIMIT, compose, cut, weighted_length
from sandbox.x.people import Person
from sandbox.x.rules import EDITABLE_FOR, EDITS
from sandbox.x.state import Network, Post, iso

Json = dict[str, Any]

PROBLEMS = "https://api.twitter.com/2/problems/"

_NAMES = {
    "tweet.fields": """
        article attachments author_id card_uri community_id context_annotations conversation_id created_at
        display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang
        media_metadata non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics
        public_metrics referenced_tweets reply_settings scopes source suggested_source_links text withheld
    """,
    "user.fields": """
        affiliation confirmed_email connection_status created_at description entities id is_identity_verified
        location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url
        protected public_metrics receives_your_dm subscription subscription_type url username verified
        verified_followers_count verified_type withheld
    """,
    "media.fields": """
        alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url
        promoted_metrics public_metrics type url variants width
    """,
    "place.fields": "contained_within country country_code full_name geo id name place_type",
    "poll.fields": "duration_minutes end_datetime id options voting_status",
    "expansions": """
        article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet
        attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username
        entities.note.mentions.username geo.place_id in_reply_to_user_id referenced_tweets.id
        referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id
    """,
}
POST_VIEW = {name: words.split() for name, words in _NAMES.items()}
"""What a call about posts may ask for, by parameter."""

USER_VIEW = {
    "tweet.fields": POST_VIEW["tweet.fields"],
    "user.fields": POST_VIEW["user.fields"],
    "expansions": ["affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"],
}
"""What a call about people may ask for."""

DM_VIEW = {
    "dm_event.fields": [
        *("attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id"),
        *("participant_ids", "referenced_tweets", "sender_id", "text"),
    ],
    "tweet.fields": POST_VIEW["tweet.fields"],
    "user.fields": POST_VIEW["user.fields"],
    "media.fields": POST_VIEW["media.fields"],
    "expansions": ["attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"],
}
"""What a call about direct messages may ask for."""

_DEFAULT_POST = frozenset({"id", "text", "edit_history_tweet_ids"})
_DEFAULT_USER = frozenset({"id", "name", "username"})
_BRINGING_POSTS = frozenset({"referenced_tweets.id", "referenced_tweets.id.author_id"})
_BETWEEN_USERS = frozenset({"receives_your_dm", "connection_status"})


class Problem(Exception):
    """X's refusal: a status and the JSON that goes with it."""

    def __init__(self, status: int, body: Json) -> None:
        first = (body.get("errors") or [{}])[0]
        super().__init__(str(body.get("detail") or first.get("message") or body.get("title") or status))
        self.status = status
        self.body = body


def plain(status: int, title: str, detail: str | None = None) -> Problem:
    """Return a problem without a type of its own, such as `Forbidden`."""
    return Problem(
        status, {"title": title, "detail": detail or title, "type": "about:blank", "status": status}
    )


def _numbered(code: int, message: str) -> Problem:
    """Return a refusal as X's older API words it."""
    return Problem(403, {"errors": [{"code": code, "message": message}]})


REFUSALS = {
    "duplicate": plain(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."),
    "not-summoned": plain(
        403,
        "Forbidden",
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
        "by the author of the post you are replying to.",
    ),
    "gone": plain(
        403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
    ),
    "too-long": plain(
        403,
        "Forbidden",
        "Your Tweet text is too long. For more information on how Twitter determines text length see "
        "https://github.com/twitter/twitter-text.",
    ),
    "not-permitted": plain(403, "Forbidden", "You are not permitted to perform this action."),
    "suspended": plain(
        403, "Forbidden", "This account is suspended and is not allowed to perform this action."
    ),
    "blocked": plain(403, "Forbidden", "You have been blocked from the author of this Tweet."),
    "old-version": plain(
        403, "Forbidden", "You attempted to reply to a Tweet of which there is a newer version."
    ),
    "dm-refused": plain(403, "Forbidden", "You do not have permission to DM one or more participants."),
    "dm-349": _numbered(349, "You cannot send messages to this user."),
    "dm-476": _numbered(476, "Sender is not verified to send message requests."),
    "usage-capped": Problem(
        429,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": PROBLEMS + "usage-capped",
            "period": "Monthly",
            "scope": "Product",
        },
    ),
    "credits": Problem(
        402,
        {
            "title": "CreditsDepleted",
            "detail": "Your enrolled account does not have any credits to fulfill this request.",
            "type": PROBLEMS + "credits",
        },
    ),
}
"""X's refusals by the names that an `error` fault may give as its `problem`."""


def invalid(name: str, value: object, message: str) -> Problem:
    """Return the problem of one wrong parameter, or of one wrong key of the body (`$.text`)."""
    return Problem(
        400,
        {
            "errors": [{"parameters": {name: [str(value)]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": PROBLEMS + "invalid-request",
        },
    )


def invalid_value(name: str, value: object, wrong: str) -> Problem:
    """Return the problem of a parameter whose value is `wrong`, as in `is not between 5 and 100`."""
    return invalid(name, value, f"The `{name}` query parameter value [{value}] {wrong}")


def missing(kind: str, parameter: str, value: str) -> Json:
    """Return the entry of `errors[]` for a `tweet` or `user` that is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }


def hidden(parameter: str, value: str) -> Json:
    """Return the entry of `errors[]` for a post whose author is protected or suspended."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the Tweet with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "not-authorized-for-resource",
    }


@dataclass(frozen=True, slots=True)
class View:
    """What a caller asked to see of posts and people."""

    post_fields: frozenset[str]
    user_fields: frozenset[str]
    expansions: frozenset[str]


def read_view(query: dict[str, str], names: dict[str, list[str]], *, who: str = "user") -> View:
    """Return the view that the query asks for; raise Problem for a field that is not in `names`.

    who  `app` has no direct messages and knows nobody, so it sees nothing of either.
    """
    asked: dict[str, frozenset[str]] = {}
    for name, known in names.items():
        values = query[name].split(",") if name in query else []
        for value in values:
            if value not in known:
                raise invalid_value(name, value, f"is not one of [{','.join(known)}]")
        asked[name] = frozenset(values)
    return View(
        _DEFAULT_POST | asked["tweet.fields"],
        _DEFAULT_USER | (asked["user.fields"] - (_BETWEEN_USERS if who == "app" else frozenset())),
        asked["expansions"],
    )


class Shaper:
    """Shapes posts and people of one network by one view, and gathers what the expansions bring along."""

    def __init__(self, network: Network, view: View) -> None:
        self._network = network
        self._view = view
        self._answers: Counter[tuple[str, str]] | None = None

    def posts_answer(self, posts: Sequence[Post]) -> Json:
        """Return `data`, and `includes` and `errors` where there are any."""
        answer: Json = {"data": [self.post(post) for post in posts]}
        includes, errors = self._expand(posts)
        if includes:
            answer["includes"] = includes
        if errors:
            answer["errors"] = errors
        return answer

    def person(self, person: Person) -> Json:
        """Return the person with the fields asked for."""
        shown = {
            name: value for name, value in self._person(person).items() if name in self._view.user_fields
        }
        if shown.get("connection_status") == []:  # X leaves it out where there is no connection
            del shown["connection_status"]
        return shown

    def post(self, post: Post) -> Json:
        """Return the post with the fields asked for; fields that it does not have are left out."""
        network, wanted = self._network, self._view.post_fields
        shown: Json = {
            "id": post.id,
            "edit_history_tweet_ids": list(post.versions),
            "author_id": post.author_id,
            "conversation_id": post.conversation_id,
            "created_at": iso(post.created_at),
            "lang": post.lang,
            "reply_settings": post.reply_settings,
            "possibly_sensitive": False,
            "source": "mentiondesk" if post.by_api else "Twitter Web App",
        }
        shown.update(_texts(post, network))
        if post.in_reply_to_user is not None:
            shown["in_reply_to_user_id"] = post.in_reply_to_user
        if references := _references(post):
            shown["referenced_tweets"] = references
        if "public_metrics" in wanted:
            shown["public_metrics"] = self._metrics(post)
        shown["edit_controls"] = {
            "edits_remaining": EDITS + 1 - len(post.versions),
            "is_edit_eligible": post.is_editable,
            "editable_until": iso(network.posts[post.versions[0]].created_at + EDITABLE_FOR),
        }
        return {name: value for name, value in shown.items() if name in wanted}

    def _person(self, person: Person) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "username": person.username,
            "verified": person.verified,
            "verified_type": "blue" if person.verified else "none",
            "protected": person.protected,
            "created_at": "2023-09-09T00:00:00.000Z",
            "description": "",
            "location": "",
            "url": "",
            "profile_image_url": f"https://pbs.twimg.com/profile_images/{person.id}/normal.jpg",
            "receives_your_dm": self._network.takes_dm(person),
            "connection_status": ["followed_by"] if person.follows_us else [],
            "public_metrics": {
                "followers_count": person.followers,
                "following_count": 100,
                "tweet_count": 0,
                "listed_count": 0,
                "like_count": 0,
                "media_count": 0,
            },
        }

    def _expand(self, posts: Sequence[Post]) -> tuple[Json, list[Json]]:
        wanted, network = self._view.expansions, self._network
        people: list[str] = []
        referenced: list[Post] = []
        errors: list[Json] = []
        for post in posts:
            people += self._people_of(post)
            for reference in _references(post):
                other = network.posts.get(reference["id"])
                if other is not None and network.is_visible(other):
                    referenced.append(other)
                elif "referenced_tweets.id" in wanted:
                    errors.append(missing("tweet", "referenced_tweets.id", reference["id"]))
        if "referenced_tweets.id.author_id" in wanted:
            people += [other.author_id for other in referenced]
        includes: Json = {}
        if people:
            includes["users"] = [self.person(network.people[one]) for one in dict.fromkeys(people)]
        brought = referenced if wanted & _BRINGING_POSTS else []
        if unique := {other.id: other for other in [*brought, *self._versions_of(posts)]}:
            includes["tweets"] = [self.post(other) for other in unique.values()]
        return includes, errors

    def _versions_of(self, posts: Sequence[Post]) -> list[Post]:
        if "edit_history_tweet_ids" not in self._view.expansions:
            return []
        return [self._network.posts[one] for post in posts for one in post.versions if one != post.id]

    def _metrics(self, post: Post) -> Json:
        if self._answers is None:  # counted once for all posts of an answer
            visible = (other for other in self._network.posts.values() if self._network.is_visible(other))
            self._answers = Counter(
                (one["type"], one["id"]) for other in visible for one in _references(other)
            )
        return {
            "retweet_count": self._answers["retweeted", post.id],
            "reply_count": self._answers["replied_to", post.id],
            "quote_count": self._answers["quoted", post.id],
            "like_count": 0,
            "bookmark_count": 0,
            "impression_count": 0,
        }

    def _people_of(self, post: Post) -> list[str]:
        wanted = self._view.expansions
        people = [post.author_id] if "author_id" in wanted else []
        if "in_reply_to_user_id" in wanted and post.in_reply_to_user is not None:
            people.append(post.in_reply_to_user)
        if "entities.mentions.username" in wanted:
            people += sorted(post.mentions)
        return people


def _references(post: Post) -> list[Json]:
    pairs = (("retweeted", post.retweet_of), ("quoted", post.quote_of), ("replied_to", post.in_reply_to))
    return [{"type": kind, "id": other} for kind, other in pairs if other is not None]


def _texts(post: Post, network: Network) -> Json:
    """Return what depends on the text: itself as X returns it, its entities, and the note of a long post."""
    whole = post.text
    if post.quote_of is not None:
        quoted = network.posts[post.quote_of]
        whole += f" https://x.com/{network.people[quoted.author_id].username}/status/{quoted.id}"
    if post.deep_link is not None:
        whole += f" {post.deep_link}"
    text, entities = compose_text(whole, post.id, network)
    note: Json = {}
    if weighted_length(post.typed) > LIMIT:
        note = {"text": text, "entities": entities} if entities else {"text": text}
        lead = post.text[: len(post.text) - len(post.typed)]
        short = f"{lead}{cut(post.typed)}… https://x.com/i/web/status/{post.id}"
        text, entities = compose_text(short, post.id, network)
    texts = {
        "text": text,
        "display_text_range": [sum(len(name) + 2 for name in post.lead), len(text)],
        "entities": entities,
        "note_tweet": note,
    }
    return {name: value for name, value in texts.items() if value}


def compose_text(text: str, seed: str, network: Network) -> tuple[str, Json]:
    """Return the text as X returns it and its entities; a name that nobody has is no mention.

    seed  the id of what the text belongs to: it makes the short links differ.
    """
    shown, entities = compose(text, seed)
    for mention in entities.get("mentions", []):
        if person := network.find_person(mention["username"]):
            mention |= {"username": person.username, "id": person.id}
    named = [mention for mention in entities.pop("mentions", []) if "id" in mention]
    return shown, {**entities, "mentions": named} if named else entities
