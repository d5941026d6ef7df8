"""The stand-in Slack's Web API: what it does, what it refuses, its limits and its faults."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from .test_standin_slack import CARD, Slack, serve


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    yield from serve()


@pytest.fixture
def slack(server: Slack) -> Slack:
    server.reset()
    return server


def error(answer: requests.Response) -> str:
    body = answer.json()
    assert body["ok"] is False
    return str(body["error"])


# Tokens and arguments


def test_the_bot_knows_itself(slack: Slack) -> None:
    me = slack.web.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U0DESK", "B0DESK", "T0SANDBOX")


@pytest.mark.parametrize(
    ("method", "token", "refused"),
    [
        ("auth.test", None, "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("chat.postMessage", "xapp-sandbox", "not_allowed_token_type"),
        ("apps.connections.open", "xoxb-sandbox", "not_allowed_token_type"),
        ("chat.shout", "xoxb-sandbox", "unknown_method"),
        ("chat.shout", None, "unknown_method"),
    ],
)
def test_wrong_tokens_and_methods_are_refused(
    slack: Slack, method: str, token: str | None, refused: str
) -> None:
    assert error(slack.call(method, token=token)) == refused


def test_a_missing_method_is_unknown_until_it_comes_back(slack: Slack) -> None:
    slack.control("settings", missing_methods=["conversations.history"])
    assert error(slack.call("conversations.history", channel="C0SUPPORT")) == "unknown_method"
    slack.control("settings", missing_methods=[])
    assert slack.call("conversations.history", channel="C0SUPPORT").json()["ok"]


def test_forms_queries_and_json_are_all_understood(slack: Slack) -> None:
    url = f"{slack.url}/slack/api/chat.postMessage"
    form = {"token": "xoxb-sandbox", "channel": "C0SUPPORT", "text": "a", "blocks": json.dumps(CARD)}
    assert slack.http.post(url, data=form).json()["message"]["blocks"][0]["block_id"] == "card-7-1"
    assert slack.call("chat.postMessage", channel="C0SUPPORT", text="b", blocks=CARD).json()["ok"]
    history = slack.http.get(
        f"{slack.url}/slack/api/conversations.history",
        params={"channel": "C0SUPPORT", "limit": "1"},
        headers={"Authorization": "Bearer xoxb-sandbox"},
    )
    assert [message["text"] for message in history.json()["messages"]] == ["b"]


def test_json_that_is_broken_is_said_to_be(slack: Slack) -> None:
    headers = {"Authorization": "Bearer xoxb-sandbox", "Content-Type": "application/json"}
    for body, refused in (("{", "invalid_json"), ("[]", "json_not_object")):
        url = f"{slack.url}/slack/api/chat.postMessage"
        assert error(slack.http.post(url, data=body, headers=headers)) == refused


# Messages


@pytest.mark.parametrize("name", ["C0SUPPORT", "#support", "support"])
def test_a_post_may_name_its_channel_and_is_told_the_id(slack: Slack, name: str) -> None:
    assert slack.web.chat_postMessage(channel=name, text="hello")["channel"] == "C0SUPPORT"


def test_other_methods_take_ids_only(slack: Slack) -> None:
    ts = slack.post()
    for method in ("chat.update", "chat.delete", "conversations.history", "chat.postEphemeral"):
        refused = slack.call(method, channel="#support", ts=ts, text="x", user="U0ASHA")
        assert error(refused) == "channel_not_found"


def test_a_post_to_a_person_lands_in_their_direct_messages(slack: Slack) -> None:
    opened = slack.web.conversations_open(users="U0ASHA")["channel"]["id"]
    assert slack.web.chat_postMessage(channel="U0ASHA", text="psst")["channel"] == opened
    assert [m["text"] for m in slack.channel(opened, "U0ASHA")] == ["psst"]
    assert opened not in {channel["id"] for channel in slack.state("U0MEHMET")["channels"]}


@pytest.mark.parametrize(
    ("args", "refused"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": "x"}, "channel_not_found"),
        ({"channel": "C0RANDOM", "text": "x"}, "not_in_channel"),
        ({"channel": "C0SUPPORT"}, "no_text"),
        ({"channel": "C0SUPPORT", "text": "  "}, "no_text"),
        ({"channel": "C0SUPPORT", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0SUPPORT", "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "C0SUPPORT", "text": "x", "blocks": [{"type": "knob"}]}, "invalid_blocks"),
        ({"channel": "C0SUPPORT", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0SUPPORT", "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"channel": "C0SUPPORT", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        (
            {"channel": "C0SUPPORT", "text": "x", "metadata": {"event_type": "", "event_payload": {}}},
            "invalid_metadata_format",
        ),
    ],
)
def test_a_post_that_slack_would_refuse_is_refused(slack: Slack, args: dict[str, Any], refused: str) -> None:
    assert error(slack.call("chat.postMessage", **args)) == refused
    assert slack.channel() == []


def test_refused_blocks_come_with_the_place_of_the_mistake(slack: Slack) -> None:
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    with pytest.raises(SlackApiError) as refused:
        slack.web.chat_postMessage(channel="C0SUPPORT", text="x", blocks=long)
    assert refused.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_timestamps_are_unique_and_rising(slack: Slack) -> None:
    stamps = [slack.post(str(n)) for n in range(20)]
    assert stamps == sorted(set(stamps))
    assert all(len(ts.partition(".")[2]) == 6 for ts in stamps)


def test_an_update_replaces_text_and_blocks(slack: Slack) -> None:
    ts = slack.post(blocks=CARD)
    answer = slack.web.chat_update(channel="C0SUPPORT", ts=ts, text="new", blocks=CARD[:1])
    assert (answer["ts"], answer["text"]) == (ts, "new")
    message = slack.channel()[0]
    assert (message["text"], len(message["blocks"])) == ("new", 1)
    assert message["edited"] > ts


def test_an_update_with_text_alone_takes_the_blocks_away(slack: Slack) -> None:
    ts = slack.post(blocks=CARD)
    slack.web.chat_update(channel="C0SUPPORT", ts=ts, text="only words")
    assert slack.channel()[0]["blocks"] == []


def test_an_update_holds_less_text_than_a_post(slack: Slack) -> None:
    ts = slack.post("x" * 40_000)
    assert error(slack.call("chat.update", channel="C0SUPPORT", ts=ts, text="x" * 4001)) == "msg_too_long"


def test_only_the_bots_own_messages_can_be_changed_or_deleted(slack: Slack) -> None:
    ts = slack.control("message", user="U0ASHA", channel="C0SUPPORT", text="mine")["ts"]
    where = {"channel": "C0SUPPORT", "ts": ts}
    assert error(slack.call("chat.update", text="yours", **where)) == "cant_update_message"
    assert error(slack.call("chat.delete", **where)) == "cant_delete_message"
    where["ts"] = "1.000001"
    assert error(slack.call("chat.update", text="x", **where)) == "message_not_found"
    assert error(slack.call("chat.delete", **where)) == "message_not_found"


def test_a_deleted_message_is_gone_but_the_head_of_a_thread_stays_as_a_tombstone(slack: Slack) -> None:
    alone, head = slack.post("alone"), slack.post("head")
    reply = slack.post("reply", thread_ts=head)
    for ts in (alone, head):
        slack.web.chat_delete(channel="C0SUPPORT", ts=ts)
    left = slack.web.conversations_history(channel="C0SUPPORT")["messages"]
    assert [(m["ts"], m["subtype"]) for m in left] == [(head, "tombstone")]
    thread = slack.web.conversations_replies(channel="C0SUPPORT", ts=head)["messages"]
    assert [m["ts"] for m in thread] == [head, reply]
    assert error(slack.call("chat.update", channel="C0SUPPORT", ts=head, text="x")) == "message_not_found"


def test_replies_are_in_the_thread_and_broadcasts_also_in_the_channel(slack: Slack) -> None:
    head = slack.post("head")
    first = slack.post("first", thread_ts=head)
    slack.post("to the reply", thread_ts=first)
    slack.post("to all", thread_ts=head, reply_broadcast=True)
    shown = slack.channel()[0]
    assert shown["reply_count"] == 3
    assert [reply["text"] for reply in shown["thread"]] == ["first", "to the reply", "to all"]
    history = slack.web.conversations_history(channel="C0SUPPORT")["messages"]
    assert [m["text"] for m in history] == ["to all", "head"]
    assert history[1]["reply_count"] == 3


def test_an_ephemeral_needs_its_reader_in_the_channel(slack: Slack) -> None:
    to_guest = {"channel": "C0LEADS", "user": "U0GUEST", "text": "x"}
    assert error(slack.call("chat.postEphemeral", **to_guest)) == "user_not_in_channel"
    assert error(slack.call("chat.postEphemeral", channel="C0LEADS", text="x")) == "invalid_arguments"
    assert slack.web.chat_postEphemeral(channel="C0LEADS", user="U0PRIYA", text="x")["message_ts"]
    assert slack.channel("C0LEADS") == []


def test_permalinks_name_channel_message_and_thread(slack: Slack) -> None:
    head = slack.post()
    reply = slack.post(thread_ts=head)
    link = slack.web.chat_getPermalink(channel="C0SUPPORT", message_ts=reply)["permalink"]
    assert f"/C0SUPPORT/p{reply.replace('.', '')}?thread_ts={head}" in link


def test_a_reaction_is_added_once(slack: Slack) -> None:
    ts = slack.post()
    args = {"channel": "C0SUPPORT", "timestamp": ts, "name": "eyes"}
    assert slack.call("reactions.add", **args).json() == {"ok": True}
    assert error(slack.call("reactions.add", **args)) == "already_reacted"
    assert error(slack.call("reactions.add", **(args | {"name": "no such!"}))) == "invalid_name"


def test_an_archived_channel_takes_neither_posts_nor_updates(slack: Slack) -> None:
    ts = slack.post()
    slack.control("channel", channel="C0SUPPORT", archived=True)
    where = {"channel": "C0SUPPORT", "text": "x"}
    assert error(slack.call("chat.postMessage", **where)) == "is_archived"
    assert error(slack.call("chat.postEphemeral", user="U0ASHA", **where)) == "is_archived"
    assert error(slack.call("chat.update", ts=ts, **where)) == "is_inactive"


def test_a_bot_that_was_thrown_out_is_out_until_invited(slack: Slack) -> None:
    slack.control("channel", channel="C0SUPPORT", member=False)
    assert error(slack.call("chat.postMessage", channel="C0SUPPORT", text="x")) == "not_in_channel"
    slack.control("channel", channel="C0SUPPORT", member=True)
    slack.post()


# Metadata and history


METADATA = {"event_type": "desk_card", "event_payload": {"case": "7"}}


def test_metadata_comes_back_only_to_those_who_ask(slack: Slack) -> None:
    ts = slack.post(metadata=METADATA)
    slack.web.chat_update(channel="C0SUPPORT", ts=ts, text="new")
    quiet = slack.web.conversations_history(channel="C0SUPPORT")["messages"][0]
    full = slack.web.conversations_history(channel="C0SUPPORT", include_all_metadata=True)["messages"][0]
    assert "metadata" not in quiet
    assert full["metadata"] == METADATA  # it outlives an update that does not name it
    slack.call("chat.update", channel="C0SUPPORT", ts=ts, text="new", metadata={})
    assert slack.channel()[0]["metadata"] is None


def test_a_workspace_without_metadata_ignores_it_in_silence(slack: Slack) -> None:
    slack.control("settings", metadata=False)
    slack.post(metadata=METADATA)
    assert slack.channel()[0]["metadata"] is None


def test_the_history_is_read_newest_first_in_pages(slack: Slack) -> None:
    stamps = [slack.post(str(n)) for n in range(5)]
    seen: list[str] = []
    for page in slack.web.conversations_history(channel="C0SUPPORT", limit=2):
        assert len(page["messages"]) <= 2
        seen += [message["ts"] for message in page["messages"]]
    assert seen == stamps[::-1]


def test_the_history_is_cut_by_oldest_and_latest(slack: Slack) -> None:
    a, b, c = (slack.post(text) for text in "abc")

    def between(**args: Any) -> list[str]:
        found = slack.web.conversations_history(channel="C0SUPPORT", **args)["messages"]
        return [message["ts"] for message in found]

    assert between(oldest=a, latest=c) == [b]
    assert between(oldest=a, latest=c, inclusive=True) == [c, b, a]
    assert error(slack.call("conversations.history", channel="C0SUPPORT", cursor="?")) == "invalid_cursor"


def test_a_channel_without_the_bot_keeps_its_history(slack: Slack) -> None:
    assert error(slack.call("conversations.history", channel="C0RANDOM")) == "not_in_channel"
    assert error(slack.call("conversations.replies", channel="C0SUPPORT", ts="1.0")) == "thread_not_found"


# People and channels


def test_people_are_as_slack_describes_them(slack: Slack) -> None:
    guest = slack.web.users_info(user="U0GUEST")["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"], guest["is_admin"]) == (True, False, False)
    mehmet = slack.web.users_info(user="U0MEHMET")["user"]
    assert (mehmet["profile"]["real_name"], mehmet["tz"]) == ("Mehmet Yılmaz", "Europe/Istanbul")
    assert error(slack.call("users.info", user="U0NOBODY")) == "user_not_found"


def test_everybody_is_listed_in_pages_with_slackbot(slack: Slack) -> None:
    pages = [page["members"] for page in slack.web.users_list(limit=3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    members = {member["id"]: member for page in pages for member in page}
    assert members["U0OMAR"]["is_owner"]
    assert members["USLACKBOT"]["is_bot"] is False
    assert members["U0DESK"]["profile"]["api_app_id"] == "A0DESK"


def test_channels_are_listed_with_whether_the_bot_is_in(slack: Slack) -> None:
    listed = {c["name"]: c["is_member"] for c in slack.web.conversations_list()["channels"]}
    assert listed == {"support": True, "support-leads": True, "desk-admin": True, "random": False}
    assert slack.web.conversations_info(channel="C0RANDOM")["channel"]["is_member"] is False
    assert "U0GUEST" in slack.web.conversations_members(channel="C0SUPPORT")["members"]


def test_the_app_can_ask_about_team_and_bot(slack: Slack) -> None:
    assert slack.web.team_info()["team"]["name"] == "Sari Shop"
    assert slack.web.bots_info(bot="B0DESK")["bot"]["user_id"] == "U0DESK"
    assert slack.web.api_test(foo="1")["args"] == {"foo": "1"}


# Limits


def test_one_post_a_second_in_a_channel_and_others_are_not_held_up(slack: Slack) -> None:
    slack.control("settings", limits={"all": "default"})
    slack.post()
    second = slack.call("chat.postMessage", channel="C0SUPPORT", text="x")
    assert (second.status_code, second.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert second.headers["Retry-After"] == "1"
    slack.post(channel="C0LEADS")
    assert error(slack.call("chat.postMessage", channel="#support", text="by name")) == "ratelimited"
    time.sleep(1)
    slack.post()


def test_updates_share_one_budget_of_the_workspace(slack: Slack) -> None:
    ts = slack.post()
    slack.control("settings", limits={"update": [2, 60]})
    update = {"channel": "C0SUPPORT", "ts": ts, "text": "x"}
    assert [slack.call("chat.update", **update).status_code for _ in range(3)] == [200, 200, 429]
    assert slack.requests()[-1]["error"] == "ratelimited"


def test_any_method_can_be_given_a_limit_of_its_own(slack: Slack) -> None:
    slack.control("settings", limits={"users.info": [1, 60]})
    codes = [slack.call("users.info", user="U0ASHA").status_code for _ in range(2)]
    assert codes == [200, 429]


# Faults


def test_a_status_comes_without_the_work(slack: Slack) -> None:
    slack.fault("status", status=503, times=1, retry_after=7)
    answer = slack.call("chat.postMessage", channel="C0SUPPORT", text="x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert slack.channel() == []
    slack.post()
    entries = slack.requests()
    assert [(entry["status"], entry["fault"]) for entry in entries] == [(503, "status"), (200, None)]


@pytest.mark.parametrize(
    ("action", "more", "status", "body"),
    [
        ("status_after", {"status": 502, "body": "<oops>"}, 502, b"<oops>"),
        ("empty_after", {}, 200, b""),
        ("garbage_after", {}, 200, b"<html>"),
        ("error_after", {"error": "internal_error"}, 200, b'"internal_error"'),
    ],
)
def test_an_answer_is_spoilt_after_the_work_was_done(
    slack: Slack, action: str, more: dict[str, Any], status: int, body: bytes
) -> None:
    slack.fault(action, times=1, **more)
    answer = slack.call("chat.postMessage", channel="C0SUPPORT", text="x")
    assert answer.status_code == status
    assert body in answer.content
    assert len(slack.channel()) == 1


@pytest.mark.parametrize(("action", "done"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_has_no_answer(slack: Slack, action: str, done: int) -> None:
    slack.fault(action, times=1)
    with pytest.raises(requests.ConnectionError):
        slack.call("chat.postMessage", channel="C0SUPPORT", text="x")
    assert len(slack.channel()) == done
    assert slack.requests()[0]["status"] is None


def test_slack_sdks_own_retries_post_twice_when_the_answer_is_lost(slack: Slack) -> None:
    slack.fault("drop_after", times=1)
    WebClient("xoxb-sandbox", base_url=f"{slack.url}/slack/api/").chat_postMessage(
        channel="C0SUPPORT", text="x"
    )
    assert len(slack.channel()) == 2


def test_a_hanging_answer_outlasts_its_caller(slack: Slack) -> None:
    slack.fault("hang_after", seconds=5, times=1)
    with pytest.raises(requests.ReadTimeout):
        slack.http.post(
            f"{slack.url}/slack/api/chat.postMessage",
            data={"token": "xoxb-sandbox", "channel": "C0SUPPORT", "text": "x"},
            timeout=0.3,
        )
    assert len(slack.channel()) == 1


def test_a_delay_and_a_slow_body_answer_right_in_the_end(slack: Slack) -> None:
    slack.fault("delay", "auth.test", seconds=0.3, times=1)
    slack.fault("slow_body", "api.test", times=1)
    for method, least in (("auth.test", 0.3), ("api.test", 0.5)):
        began = time.monotonic()
        assert slack.call(method).json()["ok"]
        assert time.monotonic() - began > least


def test_a_rate_limit_may_come_with_or_without_a_wait(slack: Slack) -> None:
    slack.fault("rate_limit", retry_after=30, times=1)
    slack.fault("rate_limit", times=1)
    first, second = (slack.call("chat.postMessage", channel="C0SUPPORT", text="x") for _ in range(2))
    assert (first.status_code, first.headers["Retry-After"], error(first)) == (429, "30", "ratelimited")
    assert (second.status_code, "Retry-After" in second.headers) == (429, False)


def test_errors_and_revoked_tokens_are_slacks_own(slack: Slack) -> None:
    slack.fault("error", error="fatal_error", times=1)
    slack.fault("token_revoked", "*", times=1)
    assert error(slack.call("chat.postMessage", channel="C0SUPPORT", text="x")) == "fatal_error"
    assert error(slack.call("auth.test")) == "token_revoked"


def test_a_fault_may_be_meant_for_one_channel(slack: Slack) -> None:
    slack.fault("error", error="fatal_error", channel="C0LEADS")
    slack.post()
    assert error(slack.call("chat.postMessage", channel="#support-leads", text="x")) == "fatal_error"


def test_faults_with_a_chance_fall_the_same_way_after_the_same_seed(slack: Slack) -> None:
    def throw() -> list[bool]:
        slack.http.post(f"{slack.url}/control/seed", json={"seed": 7}).raise_for_status()
        return [slack.call("api.test").json()["ok"] for _ in range(20)]

    slack.fault("error", "api.test", probability=0.5)
    first = throw()
    assert throw() == first
    assert {True, False} == set(first)


def test_faults_are_listed_counted_down_and_ended(slack: Slack) -> None:
    first, second = slack.fault("error", times=2), slack.fault("error", "views.*")
    slack.call("chat.postMessage", channel="C0SUPPORT", text="x")
    url = f"{slack.url}/control/faults"
    assert [(f["id"], f.get("times")) for f in slack.http.get(url).json()] == [(first, 1), (second, None)]
    assert slack.http.delete(f"{url}/{second}").status_code == 200
    assert slack.http.delete(f"{url}/{second}").status_code == 404
    slack.http.delete(url)
    assert slack.http.get(url).json() == []


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"match": "*", "action": "delay", "seconds": 1}, "side must be slack or x"),
        ({"side": "slack", "action": "delay", "seconds": 1}, "match must be a pattern"),
        ({"side": "slack", "match": "*", "action": "sulk"}, "action must be one of delay"),
        ({"side": "slack", "match": "*", "action": "status"}, "status needs status"),
        ({"side": "slack", "match": "*", "action": "delay"}, "delay needs seconds"),
        ({"side": "slack", "match": "*", "action": "error", "times": 0}, "times must be a number"),
        ({"side": "slack", "match": "*", "action": "error", "probability": 2}, "probability must be"),
        ({"side": "slack", "match": "*", "action": "error", "when": "now"}, "a fault has no key when"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(
    slack: Slack, spec: dict[str, Any], words: str
) -> None:
    answer = slack.http.post(f"{slack.url}/control/faults", json=spec)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
