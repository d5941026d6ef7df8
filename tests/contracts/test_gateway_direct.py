"""The gateway over HTTP: direct messages and lookups at the stand-in X, and whatever else X might answer."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.slackbot.answering import Answering, answering
from workflows.domain.post import Author
from workflows.errors import DeliveryError, OutcomeUnknown, TryLater, Undeliverable
from workflows.settings import Settings
from workflows.x.gateway import Gateway, Looked, Reach
from workflows.x.tweepy_gateway import TweepyGateway

from .x_client import BRAND, KEYS, Sandbox

EMMA, RAVI = "1700000000000000011", "1700000000000000012"
SEND = "POST /2/dm_conversations/with/*/messages"


def make_gateway(url: str) -> TweepyGateway:
    given = {f"x_{name}": value for name, value in KEYS.items()}
    return TweepyGateway(Settings(_env_file=None, x_api_url=url, **given))  # type: ignore[call-arg, arg-type]


@pytest.fixture
def gateway(x: Sandbox) -> Iterator[TweepyGateway]:
    gateway = make_gateway(f"{x.url}/x")
    yield gateway
    gateway._client.session.close()


def emma_writes(x: Sandbox, text: str, **more: Any) -> str:
    return str(x.control("x/dm", author="emma_w", text=text, **more)["id"])


def fault(x: Sandbox, match: str, action: str, **more: Any) -> None:
    x.control("faults", side="x", match=match, action=action, times=1, **more)


def sent(x: Sandbox) -> list[tuple[str, str]]:
    return [(one["customer"], one["text"]) for one in x.state()["dms"] if one["author_id"] == BRAND]


# --- direct messages


def test_a_customers_direct_message_is_read_whole(x: Sandbox, gateway: Gateway) -> None:
    text = "मेरा पार्सल <3 & https://shop.example/order?a=1&b=2 कहाँ है?"
    message_id = emma_writes(x, text)

    page = gateway.direct_messages(BRAND)

    (message,) = page.messages
    assert (message.id, message.text, message.person_id) == (message_id, text, EMMA)
    assert message.sender == Author(EMMA, "emma_w", "Emma Wilson", followers=1204)
    assert message.conversation_id == f"{BRAND}-{EMMA}"
    assert abs(message.written_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert page.next_token == ""


def test_direct_messages_come_newest_first_page_by_page(x: Sandbox, gateway: Gateway) -> None:
    ids = [emma_writes(x, f"message {number}") for number in range(101)]

    first = gateway.direct_messages(BRAND)
    second = gateway.direct_messages(BRAND, page_token=first.next_token)

    assert [message.id for message in [*first.messages, *second.messages]] == ids[::-1]
    assert len(first.messages) == 100
    assert second.next_token == ""


def test_what_we_wrote_is_told_with_whom_it_was_written_to(x: Sandbox, gateway: Gateway) -> None:
    emma_writes(x, "hello")
    by_api = gateway.send_dm(to=EMMA, text="Hi Emma! – Asha")
    by_hand = x.control("x/native_dm", to="emma_w", text="By hand")["id"]

    ours = [message for message in gateway.direct_messages(BRAND).messages if message.sender.id == BRAND]

    assert [(message.id, message.text, message.person_id) for message in ours] == [
        (by_hand, "By hand", EMMA),
        (by_api, "Hi Emma! – Asha", EMMA),
    ]


def test_the_messages_with_one_person_are_those_alone(x: Sandbox, gateway: Gateway) -> None:
    first = emma_writes(x, "from Emma")
    x.control("x/dm", author="ravi_k", text="from Ravi")
    answer = gateway.send_dm(to=EMMA, text="to Emma")

    messages = gateway.messages_with(BRAND, EMMA)

    assert [(message.id, message.person_id) for message in messages] == [(answer, EMMA), (first, EMMA)]
    assert gateway.messages_with(BRAND, "1700000000000000013") == []


def test_a_desk_without_direct_messages_reads_none(gateway: Gateway) -> None:
    page = gateway.direct_messages(BRAND)
    assert (list(page.messages), page.next_token) == ([], "")


@pytest.mark.parametrize(
    ("person", "refusals", "reason"),
    [
        ({"takes_dms": "nobody"}, "v2", "dm_closed"),
        ({"takes_dms": "nobody"}, "v1", "dm_closed"),
        ({"takes_dms": "contacts"}, "v1", "dm_closed"),
        ({"blocks_us": True}, "v1", "dm_closed"),
        ({"suspended": True}, "v2", "dm_closed"),
    ],
)
def test_a_person_who_takes_no_messages_gets_none(
    x: Sandbox, gateway: Gateway, person: dict[str, Any], refusals: str, reason: str
) -> None:
    x.control("x/settings", dm_refusals=refusals)
    x.control("x/person", username="ravi_k", **person)
    with pytest.raises(Undeliverable) as refused:
        gateway.send_dm(to=RAVI, text="hello")
    assert refused.value.reason == reason
    assert sent(x) == []


def test_too_long_a_message_is_refused_for_its_length(x: Sandbox, gateway: Gateway) -> None:
    assert gateway.send_dm(to=EMMA, text="क" * 10_000)
    with pytest.raises(Undeliverable) as refused:
        gateway.send_dm(to=EMMA, text="[blocked] credits " * 600)
    assert refused.value.reason == "too_long"
    assert "blocked" not in str(refused.value)


def test_the_sixteenth_message_of_a_quarter_hour_waits(x: Sandbox, gateway: Gateway) -> None:
    for number in range(15):
        gateway.send_dm(to=EMMA, text=f"{number}")
    with pytest.raises(TryLater) as busy:
        gateway.send_dm(to=EMMA, text="15")
    assert (busy.value.reason, busy.value.throttled) == ("x_busy", True)
    assert 600 < busy.value.after_s <= 901  # X tells whole seconds
    assert len(sent(x)) == 15


def test_when_the_day_is_used_up_it_waits_longer_than_a_quarter_hour(x: Sandbox, gateway: Gateway) -> None:
    x.control("x/settings", limits={f"{SEND} a day": [1, 86_400]})
    gateway.send_dm(to=EMMA, text="one")
    with pytest.raises(TryLater) as busy:
        gateway.send_dm(to=EMMA, text="two")
    assert busy.value.after_s == 3600


def test_the_wait_is_told_by_xs_own_clock(x: Sandbox, gateway: Gateway) -> None:
    fault(x, SEND, "rate_limit", retry_after=90)
    with pytest.raises(TryLater) as busy:
        gateway.send_dm(to=EMMA, text="hello")
    assert busy.value.after_s == pytest.approx(90, abs=2)


@pytest.mark.parametrize(
    ("action", "more", "was_sent"),
    [
        ("status", {"status": 503}, False),
        ("status_after", {"status": 500}, True),
        ("drop_before", {}, False),
        ("drop_after", {}, True),
        ("garbage_after", {}, True),
        ("empty_after", {}, True),
        ("status_after", {"status": 200, "body": {"data": {"dm_conversation_id": "1-2"}}}, True),
    ],
)
def test_a_message_whose_fate_is_unclear_is_sent_once_and_left_to_be_looked_for(
    x: Sandbox, gateway: Gateway, action: str, more: dict[str, Any], was_sent: bool
) -> None:
    gateway.send_dm(to=EMMA, text="before")  # so that a kept connection could break
    fault(x, SEND, action, **more)

    with pytest.raises(OutcomeUnknown):
        gateway.send_dm(to=EMMA, text="hello")

    assert len(x.log(match=SEND)) == 2
    found = [message.text for message in gateway.messages_with(BRAND, EMMA)]
    assert found == (["hello", "before"] if was_sent else ["before"])


def test_an_app_that_may_not_write_direct_messages_waits_for_an_operator(
    x: Sandbox, gateway: Gateway
) -> None:
    for match, call in (
        (SEND, lambda: gateway.send_dm(to=EMMA, text="hello")),
        ("GET /2/dm_events", lambda: gateway.direct_messages(BRAND)),
    ):
        fault(x, match, "error", status=403, problem="client-forbidden")
        with pytest.raises(TryLater) as parked:
            call()
        assert (parked.value.reason, parked.value.parked) == ("dm_not_allowed", True)


# --- X's refusals


@pytest.mark.parametrize(
    ("problem", "status", "reason"),
    [
        ("duplicate", 403, "duplicate_text"),
        ("not-summoned", 403, "not_summoned"),
        ("gone", 403, "target_gone"),
        ("old-version", 403, "target_edited"),
        ("blocked", 403, "blocked"),
        ("too-long", 403, "too_long"),
        ("not-permitted", 403, "forbidden"),
    ],
)
def test_a_reply_that_x_refuses_names_the_reason(
    x: Sandbox, gateway: Gateway, problem: str, status: int, reason: str
) -> None:
    mention = x.write("emma_w", "@sarishop hello")
    fault(x, "POST /2/tweets", "error", status=status, problem=problem)
    with pytest.raises(Undeliverable) as refused:
        gateway.reply(to=mention, text="Hi!")
    assert refused.value.reason == reason
    assert x.brands() == []


@pytest.mark.parametrize(
    ("problem", "status", "reason"),
    [
        ("suspended", 403, "account_suspended"),
        ("usage-capped", 429, "credits_spent"),
        ("credits", 402, "credits_spent"),
        ("oauth1-permissions", 403, "login_refused"),
    ],
)
def test_what_only_an_operator_can_mend_keeps_the_reply(
    x: Sandbox, gateway: Gateway, problem: str, status: int, reason: str
) -> None:
    mention = x.write("emma_w", "@sarishop hello")
    fault(x, "POST /2/tweets", "error", status=status, problem=problem)
    with pytest.raises(TryLater) as parked:
        gateway.reply(to=mention, text="Hi!")
    assert (parked.value.reason, parked.value.parked) == (reason, True)
    assert gateway.reply(to=mention, text="Hi!")


def test_a_customer_who_blocked_us_is_told_apart(x: Sandbox, gateway: Gateway) -> None:
    post = x.write("emma_w", "@sarishop goodbye")
    x.control("x/person", username="emma_w", blocks_us=True)
    with pytest.raises(Undeliverable) as refused:
        gateway.reply(to=post, text="Hi!")
    assert refused.value.reason == "blocked"


def test_x_refuses_limited_replies_in_the_words_for_unsummoned_ones_but_the_post_tells(
    x: Sandbox, gateway: Gateway
) -> None:
    root = x.write("tanvir_h", "just us", reply_settings="following")
    below = x.write("ravi_k", "@sarishop look", reply_to=root)
    with pytest.raises(Undeliverable) as refused:
        gateway.reply(to=below, text="Hi!")
    assert refused.value.reason == "not_summoned"
    assert [post.reply_settings for post in gateway.look_up([root]).posts] == ["following"]


# --- what can be seen, and who can be written to


def test_a_look_at_posts_tells_what_is_left_and_why_the_rest_is_gone(x: Sandbox, gateway: Gateway) -> None:
    seen = x.write("emma_w", "@sarishop still here")
    deleted = x.write("emma_w", "@sarishop oops")
    hidden = x.write("ravi_k", "@sarishop now private")
    x.control("x/delete", id=deleted)
    x.control("x/person", username="ravi_k", protected=True)

    looked = gateway.look_up([seen, deleted, hidden, "5"])

    assert [post.id for post in looked.posts] == [seen]
    assert looked.gone == {deleted: "deleted", hidden: "unavailable", "5": "deleted"}


def test_a_post_is_not_gone_because_the_post_it_quotes_is(x: Sandbox, gateway: Gateway) -> None:
    quoted = x.write("emma_w", "look at this")
    post = x.write("ravi_k", "@sarishop is this true?", quote_of=quoted)
    x.control("x/delete", id=quoted)

    looked = gateway.look_up([post])

    assert [one.id for one in looked.posts] == [post]
    assert looked.gone == {}


def test_an_edited_post_is_told_with_all_its_versions(x: Sandbox, gateway: Gateway) -> None:
    first = x.write("emma_w", "@sarishop order 7 is late")
    assert gateway.look_up([first]).posts[0].versions == ()
    second = x.control("x/edit", id=first, text="@sarishop order 8 is late")["id"]

    by_id = {post.id: post for post in gateway.look_up([first, second]).posts}

    assert by_id[second].versions == (first, second)
    assert by_id[second].text == "@sarishop order 8 is late"
    until = by_id[second].editable_until
    assert until is not None
    assert timedelta(0) < until - datetime.now(UTC) <= timedelta(hours=1)


def test_people_are_told_by_whether_they_take_our_messages(x: Sandbox, gateway: Gateway) -> None:
    x.control("x/person", username="ravi_k", takes_dms="nobody")
    x.control("x/person", username="lakshmi_t", suspended=True)

    people = gateway.people([EMMA, RAVI, "1700000000000000013", "5"])

    assert people == {
        EMMA: Reach(takes_dms=True),
        RAVI: Reach(takes_dms=False),
        "1700000000000000013": Reach(takes_dms=None, gone="suspended"),
        "5": Reach(takes_dms=None, gone="deleted"),
    }


def test_nothing_asked_is_nothing_sent(x: Sandbox, gateway: Gateway) -> None:
    assert gateway.look_up([]) == Looked()
    assert gateway.people([]) == {}
    assert x.log() == []


def test_our_own_timeline_tells_what_was_answered_by_hand(x: Sandbox, gateway: Gateway) -> None:
    mention = x.write("emma_w", "@sarishop where is it?")
    answered = gateway.reply(to=mention, text="On its way. – Asha")
    by_hand = x.control("x/native", text="Out for delivery!", reply_to=mention)["id"]

    newer = gateway.own_timeline(BRAND, since_id=answered).posts
    everything = gateway.own_timeline(BRAND).posts

    assert [(post.id, post.in_reply_to, post.in_reply_to_author) for post in newer] == [
        (by_hand, mention, EMMA)
    ]
    assert [post.id for post in everything] == [by_hand, answered]
    assert {post.author.id for post in everything} == {BRAND}


def test_our_own_timeline_comes_page_by_page(x: Sandbox, gateway: Gateway) -> None:
    ids = [x.control("x/native", text=f"post {number}")["id"] for number in range(101)]
    first = gateway.own_timeline(BRAND)
    second = gateway.own_timeline(BRAND, page_token=first.next_token)
    assert [post.id for post in [*first.posts, *second.posts]] == ids[::-1]


# --- whatever X answers

CALLS: dict[str, Callable[[Gateway], object]] = {
    "me": lambda gateway: gateway.me(),
    "mentions": lambda gateway: gateway.mentions(BRAND, since_id="1"),
    "own_posts": lambda gateway: gateway.own_posts(BRAND, since=datetime(2026, 11, 22, tzinfo=UTC)),
    "own_timeline": lambda gateway: gateway.own_timeline(BRAND, page_token="x"),
    "look_up": lambda gateway: gateway.look_up(["1", "2"]),
    "people": lambda gateway: gateway.people(["1", "2"]),
    "reply": lambda gateway: gateway.reply(to="1", text="hello"),
    "direct_messages": lambda gateway: gateway.direct_messages(BRAND),
    "messages_with": lambda gateway: gateway.messages_with(BRAND, "1"),
    "send_dm": lambda gateway: gateway.send_dm(to="1", text="hello"),
}
WRITES = {"reply", "send_dm"}
STATUSES = [
    200,
    201,
    204,
    301,
    302,
    304,
    400,
    401,
    402,
    403,
    404,
    408,
    409,
    420,
    422,
    429,
    500,
    502,
    503,
    529,
]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "data", "errors", "meta", "includes", "users", "text", "code", "detail"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=40) | ODD.map(lambda value: json.dumps(value).encode())
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "x-rate-limit-reset", "Date", "Location", "Content-Type", "Set-Cookie"]),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "nan",
            "inf",
            "1e400",
            "soon",
            "\xff\xfe",
            "http://[",
            "//",
            "gzip",
            "text/html; charset=?",
        ]
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def anything() -> Iterator[tuple[Answering, TweepyGateway]]:
    """A server that answers as it is told, and a gateway to it."""
    with answering() as server:
        gateway = make_gateway(server.url)
        yield server, gateway
        gateway._client.session.close()


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(CALLS)), st.sampled_from(STATUSES), BODIES, HEADERS)
@example("send_dm", 302, b"", {"Location": "http://["})
@example("reply", 302, b"", {"Location": "\xff\xfe"})
@example("mentions", 200, b"[" * 100_000, {})
@example("send_dm", 429, b"", {"Retry-After": "nan"})
@example("people", 200, b'{"data": [{"id": null}], "errors": [{"resource_id": "1"}]}', {})
def test_nothing_but_our_three_errors_comes_out_of_the_gateway(
    anything: tuple[Answering, TweepyGateway], call: str, status: int, body: bytes, headers: dict[str, str]
) -> None:
    server, gateway = anything
    server.status, server.bodies, server.headers = status, [body], headers
    server.asked.clear()
    error: DeliveryError | None = None
    try:
        CALLS[call](gateway)
    except (TryLater, Undeliverable, OutcomeUnknown) as raised:
        error = raised
    if 200 <= status < 300:
        assert error is None or isinstance(error, OutcomeUnknown)
    else:
        assert error is not None
    if isinstance(error, TryLater):
        assert 1 <= error.after_s <= 3600
    assert server.asked
    assert len(server.asked) == 1 or call not in WRITES  # said once, whatever came back


@pytest.mark.parametrize("call", sorted(WRITES))
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"data": {}}', b'{"errors": [{}]}', b'{"data": {"id": []}}']
)
def test_a_write_that_x_took_without_telling_an_id_is_never_taken_for_refused(
    anything: tuple[Answering, TweepyGateway], call: str, body: bytes
) -> None:
    server, gateway = anything
    server.status, server.bodies, server.headers = 201, [body], {}
    with pytest.raises(DeliveryError) as unclear:
        CALLS[call](gateway)
    assert isinstance(unclear.value, OutcomeUnknown)


@pytest.mark.parametrize("call", sorted(CALLS))
def test_an_x_that_cannot_be_reached_surely_took_nothing(call: str) -> None:
    with answering() as server:
        url = server.url
    gateway = make_gateway(url)
    with pytest.raises(TryLater) as unreachable:
        CALLS[call](gateway)
    assert unreachable.value.reason == "unreachable"
    gateway._client.session.close()


@contextmanager
def raw_server(raw: bytes) -> Iterator[str]:
    """Answer the first request of each connection with these bytes, and leave the connection open."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # the listener is shut down at the end
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=answer, args=[connection]).start()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # a client may hang up on such an answer
            connection.settimeout(10)
            connection.recv(65_536)
            connection.sendall(raw)
            connection.recv(65_536)

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        serving.join()
        listener.close()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\x00\xff garbage\r\n\r\n", id="nothing like HTTP"),
        pytest.param(b"HTTP/1.1 99999 OK\r\n\r\n", id="a status beyond all"),
        pytest.param(OK + b"Content-Length: 5, 6\r\n\r\nhello", id="two lengths"),
        pytest.param(OK + b"A: b\r\n" * 200 + b"\r\n", id="too many headers"),
        pytest.param(CHUNKS + b"zz\r\nhello\r\n", id="a chunk without a length"),
        pytest.param(CHUNKS + b"-5\r\nhello\r\n", id="a chunk of less than nothing"),
        pytest.param(OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", id="no gzip"),
        pytest.param(
            OK + b"Content-Type: application/json; charset=undefined\r\nContent-Length: 4\r\n\r\n\xff\xfe{}",
            id="no charset",
        ),
    ],
)
def test_an_answer_that_is_hardly_http_leaves_the_outcome_unknown(raw: bytes) -> None:
    with raw_server(raw) as url:
        gateway = make_gateway(url)
        with pytest.raises(OutcomeUnknown):
            gateway.send_dm(to="1", text="hello")
        gateway._client.session.close()


@pytest.mark.parametrize("call", sorted(WRITES))
def test_each_write_goes_over_a_connection_of_its_own(call: str) -> None:
    """The far side breaks each connection at its second request, as a tired server does."""
    body = b'{"data": {"id": "7", "dm_event_id": "7"}}'
    with raw_server(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body) as url:
        gateway = make_gateway(url)
        assert [CALLS[call](gateway) for _ in range(3)] == ["7", "7", "7"]
        gateway._client.session.close()
