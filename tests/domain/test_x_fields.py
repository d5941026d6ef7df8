"""X's JSON becomes posts: whole texts, true ids, and nothing that a missing field could break."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.domain.post import Author, DirectMessage, Post, names
from workflows.x.fields import (
    DM_FIELDS,
    POST_FIELDS,
    USER_FIELDS,
    new_id,
    next_token,
    read_author,
    read_gone,
    read_messages,
    read_posts,
    takes_dms,
)

Json = dict[str, Any]
PROBLEMS = "https://api.twitter.com/2/problems/"
BRAND = Author("1700000000000000001", "sarishop", "Sari Shop")
EMMA: Json = {
    "id": "1700000000000000011",
    "username": "emma_w",
    "name": "Emma Wilson",
    "verified": True,
    "public_metrics": {"followers_count": 1204, "tweet_count": 5},
}
KEYS = {*POST_FIELDS.split(","), *USER_FIELDS.split(","), *DM_FIELDS.split(",")}
KEYS |= {"users", "tweets", "urls", "mentions", "media_keys", "followers_count", "type", "next_token"}
ID = "1212092628029698048"  # of 2019-12-31T19:26:16Z, as X's own documentation tells
ID_TIME = datetime(2019, 12, 31, 19, 26, 16, tzinfo=UTC)


def make_tweet(**more: Any) -> Json:
    return {
        "id": ID,
        "text": "@sarishop where is it?",
        "author_id": EMMA["id"],
        "conversation_id": ID,
        "created_at": "2026-11-21T10:20:30.000Z",
        "lang": "en",
        "edit_history_tweet_ids": [ID],
    } | more


def read(tweet: Json, **includes: Any) -> Post:
    (post,) = read_posts({"data": [tweet], "includes": {"users": [EMMA]} | includes})
    return post


def mention(username: str, start: int, user_id: str = "") -> Json:
    return {"username": username, "start": start, "end": start + len(username) + 1, "id": user_id}


def test_a_post_has_its_author_text_time_and_ids() -> None:
    post = read(make_tweet(attachments={"media_keys": ["3_1", "3_2"]}, reply_settings="following"))
    assert post == Post(
        id=ID,
        author=Author(EMMA["id"], "emma_w", "Emma Wilson", followers=1204, verified=True),
        text="@sarishop where is it?",
        written_at=datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC),
        conversation_id=ID,
        mentions=((0, "sarishop"),),
        leading=10,
        language="en",
        media=2,
        reply_settings="following",
    )


def test_a_post_with_nothing_but_an_id_and_a_text_is_read_all_the_same() -> None:
    (post,) = read_posts({"data": [{"id": ID, "text": "help"}]})
    assert (post.text, post.conversation_id, post.author.username) == ("help", ID, "unknown")
    assert (post.in_reply_to, post.quotes, post.retweets, post.mentions) == ("", "", "", ())
    assert post.written_at.replace(microsecond=0) == ID_TIME


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None, "meta": {"result_count": 0}}])
def test_an_answer_without_posts_is_no_post(body: Json) -> None:
    assert read_posts(body) == []


def test_a_single_post_is_read_like_a_list_of_one() -> None:
    assert [post.id for post in read_posts({"data": make_tweet()})] == [ID]


def test_posts_that_x_could_not_show_do_not_spoil_the_others() -> None:
    body = {"data": [make_tweet(), {"text": "no id"}], "errors": [{"title": "Not Found Error"}]}
    assert [post.id for post in read_posts(body)] == [ID]


@given(st.integers(10**18, 2**63 - 1))
def test_ids_stay_text_to_the_last_digit(number: int) -> None:
    post = read(make_tweet(id=str(number), conversation_id=str(number - 1)))
    assert (post.id, post.conversation_id) == (str(number), str(number - 1))


def test_ids_that_come_as_numbers_become_text() -> None:
    assert read(make_tweet(id=9223372036854775807)).id == "9223372036854775807"


# --- the text


def test_a_long_post_has_its_whole_text() -> None:
    whole = "@sarishop " + "क्षमा करें। " * 60
    tweet = make_tweet(text=whole[:270] + "… https://t.co/abcdefghij", note_tweet={"text": whole})
    assert read(tweet).text == whole


def test_the_links_of_a_long_post_are_those_of_its_whole_text() -> None:
    link = {"url": "https://t.co/aaaaaaaaaa", "expanded_url": "https://shop.example/order/7"}
    note = {"text": "see https://t.co/aaaaaaaaaa", "entities": {"urls": [link]}}
    assert read(make_tweet(text="see…", note_tweet=note)).text == "see https://shop.example/order/7"


@pytest.mark.parametrize(
    ("escaped", "written"),
    [
        ("Tom &amp; Jerry &lt;3 &gt; 2", "Tom & Jerry <3 > 2"),
        ("they write &amp;lt; for it", "they write &lt; for it"),
        ("&amp;amp;", "&amp;"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("&quot; stays", "&quot; stays"),
    ],
)
def test_a_text_is_read_as_its_author_wrote_it(escaped: str, written: str) -> None:
    assert read(make_tweet(text=escaped)).text == written


def test_links_are_unfolded_and_kept_to_the_letter() -> None:
    tweet = make_tweet(
        text="&lt;look&gt; https://t.co/aaaaaaaaaa and https://t.co/bbbbbbbbbb",
        entities={
            "urls": [
                {"url": "https://t.co/aaaaaaaaaa", "expanded_url": "https://a.example/?x=1&lt=2;&lt;3"},
                {"url": "https://t.co/bbbbbbbbbb"},
                {"expanded_url": "https://nowhere.example"},
            ]
        },
    )
    assert read(tweet).text == "<look> https://a.example/?x=1&lt=2;&lt;3 and https://t.co/bbbbbbbbbb"


# --- who is named, answered, quoted


@pytest.mark.parametrize(
    "text",
    [
        "@sarishop hi",
        "hi @SariShop!",
        "@emma_w @sarishop",
        "नमस्ते @sarishop",
        # Scripts that go on without a space: the name ends where its letters end.
        "@sarishopको बताया",
        "@sarishopさん助けて",
        "मैंने@sarishop से कहा",
        "(@sarishop)",
        "@sarishop's parcel",
        "＠sarishop どこ",
    ],
)
def test_a_text_that_names_us_names_us_wherever_it_stands(text: str) -> None:
    position = text.lower().index("sarishop") - 1
    post = read(make_tweet(text=text, entities={"mentions": [mention("SariShop", position, BRAND.id)]}))
    assert [place for place, who in post.mentions if who == BRAND.id] == [position]
    assert names(post, BRAND)


@pytest.mark.parametrize(
    "text", ["help@sarishop.example is their address", "x_@sarishop", "@sarishop_tr not you", "sarishop"]
)
def test_a_text_that_only_looks_like_our_name_does_not_name_us(text: str) -> None:
    assert not names(read(make_tweet(text=text)), BRAND)


def test_a_name_counts_though_the_server_leaves_its_entities_out() -> None:
    post = read(make_tweet(text="hi @SariShop"))
    assert post.mentions == ((3, "sarishop"),)
    assert names(post, BRAND)


def test_the_names_at_the_start_of_an_answer_are_measured_in_the_readable_text() -> None:
    tweet = make_tweet(
        text="@sarishop @ravi_k &lt;3 @sarishop",
        in_reply_to_user_id=BRAND.id,
        referenced_tweets=[{"type": "replied_to", "id": "5"}],
        entities={
            "mentions": [
                mention("sarishop", 0, BRAND.id),
                mention("ravi_k", 10, "12"),
                mention("sarishop", 24, BRAND.id),
            ]
        },
    )
    post = read(tweet)
    assert post.text == "@sarishop @ravi_k <3 @sarishop"
    assert post.leading == len("@sarishop @ravi_k ")
    assert post.mentions == ((0, BRAND.id), (10, "12"), (21, BRAND.id))


def test_an_answer_tells_what_and_whom_it_answers() -> None:
    post = read(
        make_tweet(
            in_reply_to_user_id=BRAND.id,
            conversation_id="1990000000000000001",
            referenced_tweets=[{"type": "replied_to", "id": "1990000000000000100"}],
        )
    )
    assert (post.in_reply_to, post.in_reply_to_author) == ("1990000000000000100", BRAND.id)
    assert post.conversation_id == "1990000000000000001"


def test_whom_a_post_answers_or_quotes_is_found_among_what_came_with_it() -> None:
    others = [
        {"id": "100", "author_id": BRAND.id, "text": "Hi"},
        {"id": "200", "author_id": "9", "text": "x"},
    ]
    post = read(
        make_tweet(
            conversation_id=None,
            referenced_tweets=[{"type": "replied_to", "id": "200"}, {"type": "quoted", "id": "100"}],
        ),
        tweets=others,
    )
    assert (post.in_reply_to_author, post.quotes, post.quotes_author) == ("9", "100", BRAND.id)
    assert post.conversation_id == "", "X left it out: it is that of the answered post, whichever that is"


def test_a_retweet_is_told_from_a_quotation() -> None:
    assert read(make_tweet(referenced_tweets=[{"type": "retweeted", "id": "100"}])).retweets == "100"
    assert read(make_tweet(referenced_tweets=[{"type": "quoted", "id": "100"}])).retweets == ""


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-11-21T10:20:30.000Z", datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC)),
        ("2026-11-21T15:50:30+05:30", datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC)),
        ("2026-11-21T10:20:30", datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC)),
        (None, ID_TIME),
        ("yesterday", ID_TIME),
    ],
)
def test_a_post_has_a_time_with_a_zone_whatever_the_server_says(
    written: str | None, read_as: datetime
) -> None:
    assert read(make_tweet(created_at=written)).written_at.replace(microsecond=0) == read_as


def test_an_author_without_a_name_goes_by_what_is_known() -> None:
    assert read_author({"id": "7"}) == Author("7", "7", "7")
    assert read_author({"id": 7, "username": "x"}) == Author("7", "x", "x")


def test_a_post_whose_author_did_not_come_with_it_keeps_the_authors_id() -> None:
    post = read(make_tweet(author_id="99"), users=[])
    assert post.author == Author("99", "99", "99")


# --- versions


def test_an_edited_post_names_all_its_versions_and_until_when_there_may_be_more() -> None:
    controls = {"edits_remaining": 4, "is_edit_eligible": True, "editable_until": "2026-11-21T11:20:30.000Z"}
    post = read(make_tweet(edit_history_tweet_ids=["1", ID], edit_controls=controls))
    assert post.versions == ("1", ID)
    assert post.editable_until == datetime(2026, 11, 21, 11, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("history", [None, [], [ID], "1,2", {"ids": ["1", "2"]}, [None, ID], [True, ID]])
def test_a_post_without_a_second_version_has_none(history: Any) -> None:
    post = read(make_tweet(edit_history_tweet_ids=history, edit_controls="none"))
    assert (post.versions, post.editable_until) == ((), None)


# --- direct messages

CONVERSATION = f"{BRAND.id}-{EMMA['id']}"
EMMAS = Author(EMMA["id"], "emma_w", "Emma Wilson", followers=1204, verified=True)


def make_event(**more: Any) -> Json:
    return {
        "id": ID,
        "event_type": "MessageCreate",
        "text": "Where is it?",
        "sender_id": EMMA["id"],
        "dm_conversation_id": CONVERSATION,
        "created_at": "2026-11-21T10:20:30.000Z",
    } | more


def read_event(event: Json, *, person_id: str = "") -> DirectMessage:
    body = {"data": [event], "includes": {"users": [EMMA]}}
    (message,) = read_messages(body, BRAND.id, person_id=person_id)
    return message


def test_a_direct_message_has_its_writer_text_time_and_ids() -> None:
    assert read_event(make_event()) == DirectMessage(
        id=ID,
        conversation_id=CONVERSATION,
        sender=EMMAS,
        text="Where is it?",
        written_at=datetime(2026, 11, 21, 10, 20, 30, tzinfo=UTC),
        person_id=EMMA["id"],
    )


@pytest.mark.parametrize(
    ("event", "asked_for", "person"),
    [
        (make_event(sender_id=BRAND.id), "", EMMA["id"]),
        (make_event(sender_id=BRAND.id, dm_conversation_id=f"5-{BRAND.id}"), "", "5"),
        (make_event(sender_id=BRAND.id, dm_conversation_id=None, participant_ids=["5", BRAND.id]), "", "5"),
        (make_event(sender_id=None), "", EMMA["id"]),
        (make_event(dm_conversation_id=None), "", EMMA["id"]),
        # In a group whoever writes is the one that is written with; what we write is to nobody in particular.
        (make_event(dm_conversation_id="1578398451921985538"), "", EMMA["id"]),
        (make_event(dm_conversation_id="1578398451921985538", sender_id=BRAND.id), "", ""),
        (make_event(dm_conversation_id=None, sender_id=BRAND.id, participant_ids=["5", "6"]), "", ""),
        (make_event(dm_conversation_id=None, sender_id=BRAND.id, participant_ids=5), "", ""),
        (make_event(dm_conversation_id=f"{BRAND.id}-{BRAND.id}", sender_id=BRAND.id), "", ""),
        (make_event(dm_conversation_id=None, sender_id=BRAND.id), "7", "7"),
    ],
)
def test_a_direct_message_names_the_other_one_whoever_wrote_it(
    event: Json, asked_for: str, person: str
) -> None:
    assert read_event(event, person_id=asked_for).person_id == person


def test_a_direct_message_without_any_field_but_its_id_is_still_a_message() -> None:
    (message,) = read_messages({"data": [{"id": ID}]}, BRAND.id)
    assert (message.sender, message.text, message.person_id) == (Author("", "unknown", "unknown"), "", "")
    assert message.written_at.replace(microsecond=0) == ID_TIME


def test_a_direct_message_is_read_as_its_author_wrote_it() -> None:
    link = {"url": "https://t.co/aaaaaaaaaa", "expanded_url": "https://shop.example/order?a=1&b=2"}
    event = make_event(text="&lt;3 &amp;lt; https://t.co/aaaaaaaaaa", entities={"urls": [link]})
    assert read_event(event).text == "<3 &lt; https://shop.example/order?a=1&b=2"


def test_who_joins_or_leaves_a_conversation_says_nothing() -> None:
    events = [make_event(event_type=kind, id=kind) for kind in ("ParticipantsJoin", "ParticipantsLeave")]
    events += [make_event(), {"text": "no id"}]
    assert [message.id for message in read_messages({"data": events}, BRAND.id)] == [ID]


# --- what is gone, and who can be written to


def make_error(**more: Any) -> Json:
    return {
        "value": ID,
        "resource_id": ID,
        "resource_type": "tweet",
        "parameter": "ids",
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{ID}].",
        "type": PROBLEMS + "resource-not-found",
    } | more


UNAUTHORIZED = make_error(
    title="Authorization Error",
    detail=f"Sorry, you are not authorized to see the Tweet with ids: [{ID}].",
    type=PROBLEMS + "not-authorized-for-resource",
)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (make_error(), "deleted"),
        (make_error(resource_id=None), "deleted"),
        (make_error(parameter=None), "deleted"),
        (make_error(detail=None, title=None), "deleted"),
        (UNAUTHORIZED, "unavailable"),
        (UNAUTHORIZED | {"detail": "The author of this post is protected."}, "protected"),
        (make_error(title="Forbidden", detail=f"User has been suspended: [{ID}]."), "suspended"),
        (make_error(type=PROBLEMS + "disallowed-resource", title="Disallowed", detail=""), "unavailable"),
    ],
)
def test_why_a_post_cannot_be_seen_is_told_by_its_error(error: Json, why: str) -> None:
    assert read_gone({"errors": [error]}, [ID]) == {ID: why}


@pytest.mark.parametrize(
    "errors",
    [
        None,
        [],
        "none",
        [5, None, "x"],
        # X could not look: nothing is known of the post.
        [make_error(title="Internal Server Error", detail="Something is broken.", type="about:blank")],
        [make_error(title="Service Unavailable", detail=None, type=None)],
        # What it answers or quotes is gone, not the post; and nobody asked for these.
        [make_error(parameter="referenced_tweets.id")],
        [make_error(resource_id="5", value="5")],
        [make_error(resource_id=None, value=None)],
    ],
)
def test_an_error_about_anything_else_makes_no_post_gone(errors: Any) -> None:
    assert read_gone({"errors": errors}, [ID]) == {}


@pytest.mark.parametrize(
    ("user", "takes"),
    [
        ({"receives_your_dm": True}, True),
        ({"receives_your_dm": False}, False),
        ({"receives_your_dm": True, "connection_status": ["followed_by"]}, True),
        ({"receives_your_dm": True, "connection_status": ["following", "blocking"]}, False),
        ({"connection_status": ["followed_by"]}, None),
        ({"connection_status": "blocking"}, None),
        ({"receives_your_dm": "yes"}, None),
        ({}, None),
    ],
)
def test_whether_a_person_takes_our_messages_is_only_what_x_says(user: Json, takes: bool | None) -> None:
    assert takes_dms(user) is takes


# --- odd JSON


@pytest.mark.parametrize("odd", [None, 5, True, "x", [], [5], {}, {"id": {}}, [{"id": None}], [[]]])
@pytest.mark.parametrize(
    "key", ["entities", "note_tweet", "attachments", "referenced_tweets", "created_at", "author_id", "lang"]
)
def test_an_odd_field_does_not_cost_the_post(key: str, odd: Any) -> None:
    assert read(make_tweet(**{key: odd})).text == "@sarishop where is it?"


def test_odd_entities_do_not_cost_the_post() -> None:
    entities = {"urls": [5, {"url": 5, "expanded_url": []}], "mentions": ["x", {"username": 7, "id": []}]}
    assert read(make_tweet(entities=entities)).text == "@sarishop where is it?"
    assert read_event(make_event(entities=entities)).text == "Where is it?"


def test_halves_of_characters_and_nul_do_not_reach_the_database() -> None:
    odd = {"text": "a\0b \ud83d", "author_id": "9"}
    post = read(make_tweet(**odd), users=[{"id": "9", "username": "x", "name": "\udc00\0X"}])
    assert (post.text, post.author.name) == ("ab ?", "?X")
    assert read_event(make_event(**odd)).text == "ab ?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KEYS)), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["data", "includes", "errors", "meta"]), JSON))
def test_no_json_breaks_what_reads_it(body: Json) -> None:
    posts, messages = read_posts(body), read_messages(body, BRAND.id)
    assert all(isinstance(post.id, str) and post.written_at.tzinfo for post in posts)
    assert all(isinstance(message.id, str) and message.written_at.tzinfo for message in messages)
    assert read_gone(body, [ID]).keys() <= {ID}
    assert isinstance(next_token(body), str)
    assert isinstance(new_id(body, "id"), str)
