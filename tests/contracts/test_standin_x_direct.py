"""How direct messages travel on the stand-in X, and whose are refused."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import tweepy

from sandbox.limits import Limits

from .x_client import BRAND, Client, Sandbox

EMMA = "1700000000000000011"
RAVI = "1700000000000000012"
WITH_EMMA = f"{BRAND}-{EMMA}"
CLOSED = "You do not have permission to DM one or more participants."
FIELDS = ["id", "event_type", "text", "sender_id", "created_at", "dm_conversation_id", "participant_ids"]


def events(x: Sandbox, **more: Any) -> Any:
    return x.client.get_direct_message_events(**more)


def texts(x: Sandbox, **more: Any) -> list[str]:
    return [event.text for event in events(x, **more).data or []]


def test_a_direct_message_is_sent(x: Sandbox) -> None:
    sent = x.client.create_direct_message(participant_id=EMMA, text="Hello Emma")

    assert sent.data == {"dm_conversation_id": WITH_EMMA, "dm_event_id": sent.data["dm_event_id"]}
    assert x.message(EMMA, text="And again").status_code == 201
    shown = x.state()["dms"][0]
    assert shown == {
        "id": sent.data["dm_event_id"],
        "dm_conversation_id": WITH_EMMA,
        "author_id": BRAND,
        "username": "sarishop",
        "customer": "emma_w",
        "text": "Hello Emma",
        "created_at": shown["created_at"],
        "by_api": True,
        "encrypted": False,
    }


def test_a_conversation_is_continued_by_its_id(x: Sandbox) -> None:
    first = x.client.create_direct_message(participant_id=EMMA, text="Hello").data

    x.client.create_direct_message(dm_conversation_id=first["dm_conversation_id"], text="Are you there?")

    assert texts(x, participant_id=EMMA) == ["Are you there?", "Hello"]


@pytest.mark.parametrize(
    ("conversation", "status"), [(f"{EMMA}-{RAVI}", 403), (f"{EMMA}-{BRAND}", 403), ("7", 403), ("a-b", 400)]
)
def test_a_conversation_of_others_is_closed_to_the_brand(x: Sandbox, conversation: str, status: int) -> None:
    assert x.get(f"dm_conversations/{conversation}/dm_events").status_code == status


def test_events_come_newest_first_with_the_default_fields_only(x: Sandbox) -> None:
    theirs = x.control("x/dm", author="emma_w", text="My order is 48213")["id"]
    ours = x.client.create_direct_message(participant_id=EMMA, text="Thank you").data["dm_event_id"]

    assert x.get("dm_events").json() == {
        "data": [
            {"id": ours, "event_type": "MessageCreate", "text": "Thank you"},
            {"id": theirs, "event_type": "MessageCreate", "text": "My order is 48213"},
        ],
        "meta": {"result_count": 2},
    }


def test_events_tell_who_wrote_when_in_which_conversation(x: Sandbox) -> None:
    written = x.control("x/dm", author="emma_w", text="Hello")

    answer = events(
        x,
        dm_event_fields=FIELDS,
        expansions=["sender_id"],
        user_fields=["receives_your_dm", "public_metrics"],
    )

    event = answer.data[0]
    assert (str(event.id), str(event.sender_id), event.dm_conversation_id) == (
        written["id"],
        EMMA,
        WITH_EMMA,
    )
    assert datetime.now(UTC) - event.created_at < timedelta(minutes=1)
    assert event.participant_ids is None  # X lists them for groups only
    assert written["dm_conversation_id"] == WITH_EMMA
    sender = answer.includes["users"][0].data
    assert (sender["username"], sender["receives_your_dm"]) == ("emma_w", True)


def test_the_text_of_a_message_has_short_links_and_entities(x: Sandbox) -> None:
    post = x.write("emma_w", "@sarishop hello")
    x.control("x/dm", author="emma_w", text=f"this & that https://x.com/emma_w/status/{post}")

    event = x.get("dm_events", **{"dm_event.fields": "entities,referenced_tweets"}).json()["data"][0]

    assert event["text"].startswith("this &amp; that https://t.co/")
    assert event["entities"]["urls"][0]["expanded_url"].endswith(post)
    assert event["referenced_tweets"] == [{"id": post}]


def test_messages_of_one_customer_are_read_apart(x: Sandbox) -> None:
    x.control("x/dm", author="emma_w", text="from Emma")
    x.control("x/dm", author="ravi_k", text="from Ravi")

    assert texts(x) == ["from Ravi", "from Emma"]
    assert texts(x, participant_id=EMMA) == ["from Emma"]
    assert texts(x, dm_conversation_id=f"{BRAND}-{RAVI}") == ["from Ravi"]
    assert x.get("dm_conversations/with/1700000000000000014/dm_events").json() == {
        "meta": {"result_count": 0}
    }


def test_messages_are_paged_forth_and_back(x: Sandbox) -> None:
    for number in range(5):
        x.control("x/dm", author="emma_w", text=str(number))

    first = events(x, max_results=2)
    second = events(x, max_results=2, pagination_token=first.meta["next_token"])
    last = events(x, max_results=2, pagination_token=second.meta["next_token"])
    back = events(x, max_results=2, pagination_token=last.meta["previous_token"])

    pages = [[event.text for event in page.data] for page in (first, second, last, back)]
    assert pages == [["4", "3"], ["2", "1"], ["0"], ["2", "1"]]
    assert "next_token" not in last.meta


def test_other_kinds_of_events_are_none(x: Sandbox) -> None:
    x.control("x/dm", author="emma_w", text="hello")

    assert texts(x, event_types="MessageCreate,ParticipantsJoin") == ["hello"]
    assert texts(x, event_types="ParticipantsJoin") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"max_results": "0"}, "is not between 1 and 100"),
        ({"max_results": "101"}, "is not between 1 and 100"),
        ({"dm_event.fields": "colour"}, "value [colour] is not one of ["),
        ({"expansions": "author_id"}, "value [author_id] is not one of ["),
        ({"event_types": "MessageEdit"}, "value [MessageEdit] is not one of ["),
        ({"pagination_token": "x"}, "value [x] is not valid"),
        ({"since_id": "1"}, "[since_id] is not one of ["),
    ],
)
def test_wrong_questions_about_messages_are_refused(x: Sandbox, query: dict[str, str], message: str) -> None:
    answer = x.get("dm_events", **query)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "$.text: is missing"),
        ({"text": " \n"}, "must be at least 1 characters long"),
        ({"text": "a" * 10_001}, "may only be 10000 characters long"),
        ({"text": 5}, "$.text: is missing or not a string"),
        ({"text": "a", "colour": "red"}, "$.colour: is not defined in the schema"),
        ({"text": "a", "attachments": [{"media_id": "7"}]}, "media IDs are invalid"),
    ],
)
def test_a_wrong_message_is_refused(x: Sandbox, body: dict[str, Any], message: str) -> None:
    answer = x.message(EMMA, **body)

    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]
    assert x.state()["dms"] == []


def test_the_longest_message_is_ten_thousand_signs(x: Sandbox) -> None:
    assert x.message(EMMA, text="₹" * 10_000).status_code == 201


@pytest.mark.parametrize(
    "person",
    [
        {"takes_dms": "nobody"},
        {"takes_dms": "contacts"},
        {"blocks_us": True},
        {"suspended": True},
        {"takes_dms": "nobody", "follows_us": True},
    ],
)
def test_who_takes_no_messages_gets_none(x: Sandbox, person: dict[str, Any]) -> None:
    x.control("x/person", username="emma_w", **person)

    with pytest.raises(tweepy.Forbidden) as refusal:
        x.client.create_direct_message(participant_id=EMMA, text="Hello")

    assert refusal.value.response.json() == {
        "detail": CLOSED,
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    assert x.state()["dms"] == []
    assert x.state()["spent"]["total"] == "0.0000"


@pytest.mark.parametrize("to", [BRAND, "7"])
def test_neither_oneself_nor_nobody_can_be_written_to(x: Sandbox, to: str) -> None:
    assert x.message(to, text="Hello").json()["detail"] == CLOSED


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"takes_dms": "nobody"}, 349),
        ({"takes_dms": "verified"}, 476),
        ({"takes_dms": "verified", "blocks_us": True}, 349),
    ],
)
def test_the_older_refusals_tell_the_reason_by_number(x: Sandbox, person: dict[str, Any], code: int) -> None:
    x.control("x/settings", dm_refusals="v1")
    x.control("x/person", username="sarishop", verified=False)
    x.control("x/person", username="emma_w", **person)

    answer = x.message(EMMA, text="Hello")

    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (403, [code])
    assert x.log(match="POST /2/dm_conversations/*")[0]["error"] == answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "person",
    [{"takes_dms": "contacts", "follows_us": True}, {"takes_dms": "verified"}, {"protected": True}],
)
def test_whoever_lets_the_brand_in_is_reached(x: Sandbox, person: dict[str, Any]) -> None:
    x.control("x/person", username="emma_w", **person)

    assert x.message(EMMA, text="Hello").status_code == 201


def test_whoever_wrote_first_is_answered_whatever_the_settings(x: Sandbox) -> None:
    x.control("x/person", username="emma_w", takes_dms="nobody")
    x.control("x/dm", author="emma_w", text="Hello?")

    assert x.message(EMMA, text="Hello!").status_code == 201
    x.control("x/person", username="emma_w", blocks_us=True)
    assert x.message(EMMA, text="Still there?").status_code == 403


def test_a_suspended_brand_writes_to_nobody(x: Sandbox) -> None:
    x.control("x/person", username="sarishop", suspended=True)

    assert "suspended" in x.message(EMMA, text="Hello").json()["detail"]


def test_people_tell_beforehand_whether_they_can_be_written_to(x: Sandbox) -> None:
    x.control("x/person", username="ravi_k", takes_dms="nobody", follows_us=True, protected=True)

    found = x.client.get_users(
        ids=[EMMA, RAVI, BRAND],
        user_fields=["receives_your_dm", "connection_status", "protected", "verified", "public_metrics"],
        user_auth=True,
    ).data

    shown = {
        user.username: (
            user.data["receives_your_dm"],
            user.data.get("connection_status"),
            user.protected,
            user.verified,
            user.public_metrics["followers_count"],
        )
        for user in found
    }
    assert shown == {
        "emma_w": (True, None, False, False, 1204),
        "ravi_k": (False, ["followed_by"], True, False, 312),
        "sarishop": (False, None, False, True, 48_200),
    }


def test_the_app_alone_learns_nothing_about_messages(x: Sandbox) -> None:
    x.control("x/person", username="emma_w", follows_us=True)
    client = Client(x.url, bearer_token="sandbox-bearer")

    with closing(client.session):
        found = client.get_user(id=EMMA, user_fields=["receives_your_dm", "connection_status", "verified"])
        with pytest.raises(tweepy.Forbidden):
            client.get_direct_message_events(user_auth=False)
        with pytest.raises(tweepy.Forbidden):
            client.create_direct_message(participant_id=EMMA, text="Hello", user_auth=False)

    assert {"receives_your_dm", "connection_status"} & set(found.data.data) == set()


def test_suspended_people_are_among_the_errors(x: Sandbox) -> None:
    x.control("x/person", username="emma_w", suspended=True)

    answer = x.get("users", ids=f"{EMMA},{RAVI},7").json()

    assert [user["id"] for user in answer["data"]] == [RAVI]
    assert [(error["title"], error["detail"]) for error in answer["errors"]] == [
        ("Forbidden", f"User has been suspended: [{EMMA}]."),
        ("Not Found Error", "Could not find user with ids: [7]."),
    ]
    assert "data" not in x.get(f"users/{EMMA}").json()
    assert x.get("users/by/username/emma_w").json()["errors"][0]["title"] == "Forbidden"


def test_encrypted_messages_are_never_shown(x: Sandbox) -> None:
    x.control("x/person", username="emma_w", encrypted_dms=True, takes_dms="nobody")
    x.control("x/dm", author="emma_w", text="secret")

    assert texts(x) == []
    assert x.message(EMMA, text="Hello").status_code == 403
    assert [(dm["text"], dm["encrypted"]) for dm in x.state()["dms"]] == [("secret", True)]


def test_messages_are_kept_for_thirty_days(x: Sandbox) -> None:
    x.control("x/dm", author="emma_w", text="just there", age_s=30 * 86_400 - 60)
    x.control("x/dm", author="emma_w", text="gone", age_s=30 * 86_400 + 60)

    assert texts(x) == ["just there"]
    assert len(x.state()["dms"]) == 2


def test_messages_cost_what_x_asks(x: Sandbox) -> None:
    x.control("x/dm", author="emma_w", text="hello")
    texts(x)
    texts(x)

    assert x.state()["spent"] == {"reads": "0.0100", "writes": "0.0000", "total": "0.0100"}
    x.message(EMMA, text="https://example.com")
    assert x.state()["spent"]["writes"] == "0.0150"


def test_fifteen_reads_in_a_quarter_of_an_hour_are_all(x: Sandbox) -> None:
    statuses = [x.get("dm_events").status_code for _ in range(16)]

    assert statuses == 15 * [200] + [429]
    assert texts(x, participant_id=EMMA) == []  # another call, another limit


def test_fifteen_messages_in_a_quarter_of_an_hour_are_all(x: Sandbox) -> None:
    answers = [x.message(EMMA, text=f"Hello {number}") for number in range(16)]

    assert [answer.status_code for answer in answers] == 15 * [201] + [429]
    assert answers[-1].headers["x-rate-limit-remaining"] == "0"
    assert answers[-1].headers["x-user-limit-24hour-remaining"] == "1425"


def test_a_day_has_a_limit_of_its_own(x: Sandbox) -> None:
    x.control("x/settings", limits={"POST /2/dm_conversations/with/*/messages a day": [2, 86_400]})

    answers = [x.message(EMMA, text=f"Hello {number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    reset = int(answers[2].headers["x-user-limit-24hour-reset"])
    assert reset - datetime.now(UTC).timestamp() > 86_000


def test_a_wound_clock_opens_the_windows_that_it_passed() -> None:
    limits = Limits({"often": (1, 900.0), "a day": (1, 86_400.0)})

    def refused() -> list[bool]:
        return [limits.take(name).refused for name in ("often", "a day")]

    assert [refused(), refused()] == [[False, False], [True, True]]
    limits.pass_time(600)
    limits.pass_time(600)
    assert refused() == [False, True]
    limits.pass_time(86_400)
    assert refused() == [False, False]


def test_the_brand_writes_by_hand_as_well(x: Sandbox) -> None:
    sent = x.control("x/native_dm", to="emma_w", text="By hand")

    assert sent["dm_conversation_id"] == WITH_EMMA
    assert [event.text for event in events(x).data] == ["By hand"]
    assert x.state()["dms"][0]["by_api"] is False


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("dm", {"author": "nobody", "text": "hi"}, 404),
        ("dm", {"author": "sarishop", "text": "hi"}, 400),
        ("dm", {"author": "emma_w", "text": " "}, 400),
        ("dm", {"author": "emma_w", "text": "a" * 10_001}, 400),
        ("dm", {"author": "emma_w", "text": "hi", "colour": "red"}, 400),
        ("native_dm", {"to": "nobody", "text": "hi"}, 404),
        ("native_dm", {"to": "sarishop", "text": "hi"}, 400),
        ("native_dm", {"to": "emma_w", "text": ""}, 400),
        ("person", {"username": "emma_w", "takes_dms": "friends"}, 400),
        ("person", {"username": "emma_w", "blocks_us": "yes"}, 400),
        ("settings", {"dm_refusals": "v3"}, 400),
    ],
)
def test_wrong_control_calls_about_messages_are_refused(
    x: Sandbox, call: str, body: dict[str, Any], status: int
) -> None:
    assert x.refuses(f"x/{call}", **body)[0] == status


def test_neither_the_suspended_write_nor_are_the_unwilling_written_to_by_hand(x: Sandbox) -> None:
    x.control("x/person", username="emma_w", suspended=True)
    x.control("x/person", username="ravi_k", takes_dms="nobody")

    assert "suspended" in x.refuses("x/dm", author="emma_w", text="hi")[1]
    assert "takes no direct messages" in x.refuses("x/native_dm", to="ravi_k", text="hi")[1]
