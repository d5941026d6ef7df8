"""Requests for approval: no words of anybody ring, link or break, and direct messages stay unread."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack.blocks import check_view
from slackbot.render.approval import (
    render_awaiting,
    render_edit,
    render_read,
    render_request,
    render_request_ping,
    render_send_back,
)
from slackbot.render.text import Json, Message, moment
from slackbot.render.thread import render_events
from tests.slackbot.approval_samples import BARE, CARD_LINK, REQUESTS, THREAD, make_approval, make_request
from tests.slackbot.samples import NOW
from tests.slackbot.test_rendering import (
    AGENT,
    NAMES,
    OTHER,
    OURS,
    QUICK,
    TEXTS,
    USERNAMES,
    assert_taken,
    strings,
)
from workflows.domain.reply import digest
from workflows.services.requests import Request

BUILT = (
    *OURS,
    moment(NOW + timedelta(minutes=20), "{date_short_pretty} {time} ({ago})"),
    f"<{CARD_LINK}|open the card>",
    f"<{CARD_LINK}|open the request>",
    "<https://x.com/i/status/1990000000000000001|see the post>",
    "<!subteam^S0REALGROUP>",
)


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.slackbot.test_rendering.OURS", list(BUILT))


@st.composite
def hostile_requests(draw: st.DrawFn) -> Request:
    """Any state of a request, about a customer, an author and a supervisor who write anything."""
    request = REQUESTS[draw(st.sampled_from(sorted(REQUESTS)))]
    text = draw(TEXTS)
    offers = draw(NAMES)
    approval = request.approval
    needs = [replace(n, rule=draw(NAMES), why={"offer": offers, "tag": offers}) for n in approval.needs[:2]]
    sealed = digest(text) if approval.digest == request.draft.digest else approval.digest
    approval = replace(
        approval,
        needs=needs,
        digest=sealed,
        requested_by=AGENT,  # type: ignore[arg-type]
        settled_by=OTHER if approval.settled_by else "",
        voters=[OTHER][: len(approval.voters)],
        reason=draw(TEXTS) if approval.state == "sent_back" else approval.reason,
    )
    customer = replace(request.view.customer, name=draw(NAMES), username=draw(USERNAMES))
    return replace(
        request,
        approval=approval,
        draft=replace(request.draft, text=text, author=AGENT, editor=OTHER if request.draft.editor else ""),  # type: ignore[arg-type]
        view=replace(request.view, customer=customer),
        target=replace(request.target, text=draw(TEXTS)),
        left=needs,
        who=[OTHER, "S0REALGROUP", "here"][: draw(st.integers(0, 2))],
    )


@given(hostile_requests())
@QUICK
def test_a_request_rings_nobody_but_whom_it_calls_and_slack_takes_it(request: Request) -> None:
    assert_taken(render_request(request, card_link=CARD_LINK).message)


@given(hostile_requests())
@QUICK
def test_a_call_to_the_next_in_line_rings_only_them(request: Request) -> None:
    who = [OTHER, "S0REALGROUP"]
    assert_taken(render_request_ping(request, who, block_id="fx-1-1", link=CARD_LINK, card_link=CARD_LINK))


@given(hostile_requests(), st.sampled_from([render_edit, render_send_back, render_read]))
@QUICK
def test_the_dialogs_of_a_request_are_taken_by_slack(
    request: Request, render: Callable[[Request], Json]
) -> None:
    text = request.draft.text[:3000]
    view = render(replace(request, draft=replace(request.draft, text=text)))
    check_view(view, "modal")


@given(TEXTS)
@QUICK
def test_what_a_supervisor_gives_as_the_reason_is_only_quoted(reason: str) -> None:
    told = [
        replace(event, text=reason, actor=OTHER, facts=event.facts | {"author": AGENT}) for event in THREAD
    ]
    message = render_events([e for e in told if e.event == "sent_back"], customer="emma_w", block_id="fx-1-1")
    assert message is not None
    assert_taken(message)


SECRET = "account 7741 of my mother"


@pytest.mark.parametrize("state", ["pending", "approved", "sent_back", "recalled", "void"])
def test_a_request_about_direct_messages_shows_nobodys_words(state: str) -> None:
    reason = SECRET if state == "sent_back" else "post_received"
    needs = (replace(BARE.approval.needs[0], why={"offer": SECRET}),)
    settled = {"settled_at": NOW, "settled_by": OTHER} if state != "pending" else {}
    approval = replace(
        BARE.approval,
        state=state,
        digest=digest(SECRET),
        reason=reason,
        needs=needs,
        **settled,  # type: ignore[arg-type]
    )
    request = replace(
        BARE,
        approval=approval,
        draft=replace(BARE.draft, text=SECRET),
        target=replace(BARE.target, text=SECRET),
    )

    message = render_request(request, card_link=CARD_LINK).message

    shown = "".join(strings([message.text, message.blocks]))
    assert SECRET not in shown
    assert ("Read it" in shown) == (state == "pending")
    assert SECRET in "".join(strings(render_read(request)))


def labels(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def test_the_buttons_are_those_that_everybody_was_told_of_and_the_text_is_sealed_into_them() -> None:
    request = make_request()
    message = render_request(request).message
    (row,) = [block for block in message.blocks if block["type"] == "actions"]

    assert labels(message) == ["Approve", "Edit and approve", "Send back", "Recall"]
    sealed = f"5.{request.approval.digest}"
    assert [element["value"] for element in row["elements"]] == [sealed, sealed, sealed, "5"]
    assert all("confirm" not in element for element in row["elements"])


@pytest.mark.parametrize("name", ["approved", "edited_and_approved", "sent_back", "recalled", "void"])
def test_once_settled_a_request_says_who_when_and_what_and_has_no_button(name: str) -> None:
    message = render_request(REQUESTS[name]).message
    assert labels(message) == []
    assert "<!date^" in message.text


def test_a_text_that_has_changed_since_is_not_shown_under_the_old_decision() -> None:
    request = REQUESTS["sent_back"]
    later = replace(request, draft=replace(request.draft, text="Something else entirely"))
    assert "Something else" not in "".join(strings(render_request(later).message.blocks))


def test_two_requests_that_show_the_same_are_told_apart_by_nothing_but_their_block_ids() -> None:
    first, second = (render_request(make_request(), attempt=n) for n in (1, 2))
    assert first.digest == second.digest
    assert first.message.blocks != second.message.blocks
    assert render_request(REQUESTS["late"]).digest != first.digest


def test_a_reply_that_no_field_holds_cannot_be_edited_but_decided() -> None:
    request: Any = make_request(answer="word " * 700)
    assert labels(render_request(request).message) == ["Approve", "Send back", "Recall"]


def test_a_card_says_who_must_approve_until_when_and_lets_its_author_recall() -> None:
    blocks = render_awaiting(make_approval("x"), "card-7-4-0")
    shown = "".join(strings(blocks))
    assert "<@U0ASHA>’s reply waits for the approval of a supervisor" in shown
    assert "<!date^" in shown
    assert labels(Message("", blocks)) == ["Recall"]
