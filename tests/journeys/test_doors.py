"""The HTTP door: only what Slack signed comes in, once; health and figures are told to whom they concern."""

import json
import time
from typing import Any

import pytest

from tests.backstage import case_of, count, events
from tests.doors import FORM, as_form, click_on, knock, press, signed
from tests.whole_desk import WholeDesk, shown, wait_until
from workflows.store.tables import deliveries, history, outbox

EVENTS = "/slack/events"


def with_headers(body: bytes, **changed: Any) -> dict[str, Any]:
    """The right headers but for these; None leaves one out."""
    names = {"signature": "X-Slack-Signature", "timestamp": "X-Slack-Request-Timestamp"}
    headers = signed(body) | {names[key]: value for key, value in changed.items()}
    return {key: value for key, value in headers.items() if value is not None}


def test_what_slack_did_not_sign_is_turned_away_without_a_trace(desk: WholeDesk) -> None:
    words = "unsigned clicks"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)
    body = as_form(click_on(card, "Claim"))
    broken = b"payload=%7B\xff\xfe" + body
    attempts: dict[str, tuple[bytes, dict[str, Any]]] = {
        "nothing signed": (body, {"Content-Type": FORM}),
        "no signature": (body, with_headers(body, signature=None)),
        "no timestamp": (body, with_headers(body, timestamp=None)),
        "an empty signature": (body, with_headers(body, signature="")),
        "half a signature": (body, with_headers(body, signature="v0=")),
        "another secret": (body, signed(body, secret="guessed")),
        "another body": (body, signed(body + b"&x=1")),
        "a body that was changed": (body.replace(b"U0ASHA", b"U0OMAR"), signed(body)),
        "six minutes old": (body, signed(body, age_s=360)),
        "six minutes ahead": (body, signed(body, age_s=-360)),
        "a timestamp of words": (body, with_headers(body, timestamp="yesterday")),
        "an empty timestamp": (body, with_headers(body, timestamp="")),
        "a fraction for a timestamp": (body, with_headers(body, timestamp=f"{time.time():.3f}")),
        "a timestamp beyond all numbers": (body, with_headers(body, timestamp="9" * 400)),
        "a timestamp beyond all digits": (body, with_headers(body, timestamp="9" * 5000)),
        "a timestamp that is no ASCII": (body, with_headers(body, timestamp="１２３".encode())),
        "a signature that is no ASCII": (body, with_headers(body, signature="v0=ü".encode())),
        "a signature that is no UTF-8": (body, with_headers(body, signature=b"v0=\xff\xfe")),
        "a body that is no UTF-8": (broken, with_headers(broken, signature="v0=00")),
        "a signed body that is no UTF-8": (broken, signed(broken)),
        "no body": (b"", {"Content-Type": FORM}),
    }
    told, before = len(desk.log()), (count(desk, deliveries), count(desk, history))

    answers = {name: knock(desk, EVENTS, *attempt) for name, attempt in attempts.items()}

    assert {name: status for name, (status, _) in answers.items() if status != 401} == {}
    assert {said for _, said in answers.values()} == {""}
    assert (count(desk, deliveries), count(desk, history)) == before
    log = desk.log()[told:]
    assert "Traceback" not in log
    assert "was not signed by our Slack app" in log
    assert "U0ASHA" not in log, "what an unsigned body says is not logged"
    assert "nobody has it yet" in shown(desk.card_of(words))


def test_the_same_signed_request_sent_again_later_changes_nothing(desk: WholeDesk) -> None:
    words = "a recorded claim"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)
    body = as_form(click_on(card, "Claim"))
    headers = signed(body)
    assert knock(desk, EVENTS, body, headers)[0] == 200
    card = desk.card_shows(words, "<@U0ASHA> has it")
    desk.click("Release", card)
    desk.card_shows(words, "nobody has it yet")
    before = events(desk, case_of(card)), count(desk, outbox)

    for fresh in (headers, signed(body, age_s=10), signed(body)):
        assert knock(desk, EVENTS, body, fresh)[0] == 200

    assert (events(desk, case_of(card)), count(desk, outbox)) == before
    assert "nobody has it yet" in shown(desk.card_of(words))
    desk.assert_promises()


def test_a_body_of_more_than_a_megabyte_is_refused_however_well_it_is_signed(desk: WholeDesk) -> None:
    big = b"payload=" + b"x" * 1_000_000

    assert knock(desk, EVENTS, big, signed(big))[0] == 413
    assert knock(desk, EVENTS, big, {"Content-Type": FORM})[0] in (401, 413)
    assert knock(desk, EVENTS, b"x", {"Content-Type": FORM, "Content-Length": "99999999999"})[0] in (400, 413)


def test_buttons_with_made_up_values_point_at_nothing(desk: WholeDesk) -> None:
    words = "made-up values"
    desk.write(f"@sarishop {words}")
    card = desk.card_of(words)
    before = count(desk, history)

    for value in ("999999|1|", "abc", "", "1e3|1|", "-1|1|", "٣|1|", "9" * 400, "1; DROP TABLE cases", "\0"):
        assert press(desk, click_on(card, "Claim", value=value))[0] == 200, value

    assert count(desk, history) == before
    assert "nobody has it yet" in shown(desk.card_of(words))
    desk.assert_promises()


@pytest.mark.parametrize("path", ["/", "/slack", "/slack/events/more", "/metrics/", "/admin", "/.env"])
def test_there_is_nothing_behind_other_paths(desk: WholeDesk, path: str) -> None:
    assert knock(desk, path)[0] == 404


def test_health_says_that_the_process_lives_and_that_the_desk_is_ready(desk: WholeDesk) -> None:
    assert knock(desk, "/healthz") == (200, '{"ok":true}\n')
    status, said = wait_until(lambda: (answer := knock(desk, "/readyz"))[0] == 200 and answer)
    assert (status, json.loads(said)) == (200, {"ok": True, "reasons": []})
    assert knock(desk, EVENTS)[0] == 405


def test_figures_are_shown_on_this_machine_and_not_through_a_proxy(desk: WholeDesk) -> None:
    status, figures = knock(desk, "/metrics")

    assert status == 200
    for name in ("effects", "clock_ticked_timestamp", "audit_ok_timestamp", "polled_timestamp"):
        assert f"# HELP mentiondesk_{name} " in figures
    assert knock(desk, "/metrics", headers={"X-Forwarded-For": "203.0.113.7"})[0] == 403
    assert knock(desk, "/metrics", headers={"X-Forwarded-For": "127.0.0.1"})[0] == 403
