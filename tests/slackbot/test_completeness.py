"""Nothing that the desk can raise, wish for or tell lacks its sentence, its deed or its job."""

import ast
import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App

import slackbot.jobs
import workflows.jobs
from slackbot.listeners import approve, claim, escalate, lifecycle, move_to_dm, reply
from slackbot.render import notices
from slackbot.render.approval import EDITED_TEXT
from slackbot.render.approval import REASON as BACK_REASON
from slackbot.render.ladder import REASON, TARGET
from slackbot.render.notices import plain_words, private_words, refusal_of_x, render_alert
from slackbot.render.thread import render_events
from slackbot.sender import Sender
from tests.slackbot.samples import ASHA, make_event
from workflows.delivery import Deed
from workflows.desk import Desk
from workflows.domain.effects import NATURE, Kind
from workflows.errors import HeldByOther
from workflows.queues import DELIVER, POLLS, RECONCILE, Road, connect, relay_now
from workflows.settings import Settings
from workflows.store.engine import make_engine
from workflows.store.history import Event
from workflows.x.refusals import REFUSALS

ROOT = Path(__file__).resolve().parents[2]
WHEN = "2026-11-21T12:00:00+00:00"
SAMPLES = {"holder": ASHA, "since": WHEN, "until": WHEN, "at": WHEN}
PRIVATE_CALLS = {"Refusal", "Missing", "Conflict", "NotAllowed"}


@dataclass(frozen=True)
class Call:
    """A call in our sources: the function's last name, its literal texts and its keywords."""

    where: str
    name: str
    texts: tuple[str | None, ...]
    keywords: frozenset[str]
    starred: bool


def calls(*packages: str) -> Iterator[Call]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield _call(node, f"{path.relative_to(ROOT)}:{node.lineno}")


def _call(node: ast.Call, where: str) -> Call:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    texts = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in node.args]
    return Call(
        where=where,
        name=name,
        texts=tuple(texts),
        keywords=frozenset(keyword.arg for keyword in node.keywords if keyword.arg),
        starred=any(keyword.arg is None for keyword in node.keywords),
    )


ALL = list(calls("workflows", "slackbot"))
PRIVATE = [call for call in ALL if call.name in PRIVATE_CALLS and call.texts and call.texts[0]]
TOLD_NOW = [
    call
    for call in ALL
    if call.name in ("private_words", "plain_words", "tell_now", "Told") and any(call.texts[:2])
]
TOLD = [call for call in ALL if call.name in ("tell_privately", "_tell") and call.texts[-1]]
ALERTS = [call for call in ALL if call.name in ("alert", "_tell_operators") and any(call.texts)]


def test_the_sources_were_really_read() -> None:
    assert {call.texts[0] for call in PRIVATE} >= {"resolved", "empty", "too_long", "not_a_member"}
    assert {text for call in TOLD_NOW for text in call.texts if text} >= {"not_saved", "saved_shown_late"}
    assert {call.texts[-1] for call in ALERTS} >= {"poison", "intake_gap", "post_not_stored", "card_refused"}


@pytest.mark.parametrize("call", PRIVATE, ids=lambda call: f"{call.texts[0]} {call.where}")
def test_every_refusal_has_a_sentence_made_of_the_facts_it_is_raised_with(call: Call) -> None:
    facts = {name: SAMPLES.get(name, "7") for name in call.keywords}
    words = private_words(str(call.texts[0]), facts)
    assert words[-1] in ".!?"
    assert "<" not in plain_words(str(call.texts[0]), facts, lambda user: f"@{user}")


def test_a_holder_is_named_with_since_when() -> None:
    held = HeldByOther(ASHA, datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    assert "<@U0ASHA> has this case since <!date^" in private_words(held.code, held.facts)
    plain = plain_words(held.code, held.facts, lambda user: {"U0ASHA": "Asha Rao"}[user])
    assert plain == "Asha Rao has this case since 2026-11-21 12:00 UTC."


@pytest.mark.parametrize("call", TOLD, ids=lambda call: f"{call.texts[-1]} {call.where}")
def test_every_word_in_private_has_a_sentence_made_of_the_facts_it_is_told_with(call: Call) -> None:
    facts = {name: SAMPLES.get(name, "7") for name in call.keywords}
    assert private_words(str(call.texts[-1]), facts)[-1] in ".!?"


@pytest.mark.parametrize("call", TOLD_NOW, ids=lambda call: call.where)
def test_every_word_that_is_told_at_once_has_a_sentence(call: Call) -> None:
    for code in filter(None, call.texts[:2]):
        assert private_words(code, {})


@pytest.mark.parametrize("call", ALERTS, ids=lambda call: call.where)
def test_every_alert_has_a_sentence(call: Call) -> None:
    facts = {"effect": "1", "kind": "x", "since": "1", "until": "2", "channel": "#c", "why": "w"}
    facts |= {
        "file": "f.yaml",
        "line": "1",
        "column": "2",
        "found": "a",
        "fix": "b",
        "more": "3",
        "jump_s": "9",
        "case": "7",
    }
    given = facts if call.starred else dict.fromkeys(call.keywords, "7")
    assert render_alert(str(call.texts[-1]), given, "fx-1").text


def test_every_parking_has_its_alert() -> None:
    parked = [call for call in ALL if call.name == "TryLater" and "parked" in call.keywords]
    assert parked
    for call in parked:
        assert f"parked_{call.texts[0]}" in notices._ALERTS


def reasons_of_x() -> set[str]:
    raised = {
        call.texts[0]
        for call in calls("workflows/x", "workflows/jobs")
        if call.name in ("TryLater", "Undeliverable") and call.texts and call.texts[0]
    }
    return {str(reason) for reason in raised} | {reason for _, reason in REFUSALS} | {"forbidden", "poison"}


@pytest.mark.parametrize("reason", sorted(reasons_of_x()))
def test_every_reason_of_x_is_put_into_words_of_its_own(reason: str) -> None:
    assert reason in notices._X_REFUSALS
    assert refusal_of_x(reason)[-1] == "."


def test_a_reason_that_nobody_knows_is_put_into_words_too() -> None:
    assert refusal_of_x("never seen") == refusal_of_x("forbidden")


def test_no_sentence_is_without_use() -> None:
    said = {text for call in PRIVATE + TOLD_NOW + TOLD + ALERTS for text in call.texts if text}
    parked = {f"parked_{call.texts[0]}" for call in ALL if call.name == "TryLater" and call.texts}
    assert notices.codes() - said - parked - reasons_of_x() - {"held"} == set()


# --- deeds and jobs


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose stores are never asked."""
    road = Road(connect("redis://127.0.0.1:1"))
    engine = make_engine(f"sqlite:///{tmp_path}/desk.db")
    yield Desk(Settings(_env_file=None), engine, road, relay_now(road), "test")  # type: ignore[call-arg]
    engine.dispose()


def deeds(desk: Desk) -> dict[str, dict[Kind, Deed]]:
    return {
        "x": workflows.jobs.deeds_of(desk),
        "slack": slackbot.jobs.deeds_of(desk, Sender(desk.settings)),
    }


def overrides(deed: Deed, method: str) -> bool:
    return getattr(type(deed), method) is not getattr(Deed, method)


def test_every_kind_of_effect_has_one_deed_on_its_side(desk: Desk) -> None:
    sides = deeds(desk)
    assert {kind: side for side, done in sides.items() for kind in done} == {
        kind: nature.side for kind, nature in NATURE.items()
    }
    assert sum(map(len, sides.values())) == len(Kind)


def test_every_deed_can_be_prepared_and_performed_and_speech_can_be_looked_for(desk: Desk) -> None:
    for done in deeds(desk).values():
        for kind, deed in done.items():
            needed = ["prepare", "perform"] + ["find", "unproven"] * NATURE[kind].speech
            assert [method for method in needed if not overrides(deed, method)] == [], kind
            assert not NATURE[kind].speech or deed.checks_s


def test_every_job_is_named_where_it_really_is() -> None:
    polls = [name for names in POLLS.values() for name in names]
    for name in (*DELIVER.values(), *RECONCILE.values(), *polls):
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), name
    sides = {nature.side for nature in NATURE.values()}
    assert DELIVER.keys() == RECONCILE.keys() == sides


# --- events and buttons


QUIET = {
    Event.APPROVAL_REFUSED,
    Event.OPENED,
    Event.REPLY_SUBMITTED,
    Event.CARD_LOST,
    Event.PINGED,
    Event.TIMED,
}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_is_told_in_the_thread_or_is_meant_to_be_quiet(event: Event) -> None:
    told = render_events([make_event(1, event)], customer="emma_w", block_id="fx-1-1")
    assert (told is None) == (event in QUIET)


class Listening(App):
    """Bolt's app, which also tells for what somebody listens."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-1", signing_secret="s", token_verification_enabled=False)
        self.actions: set[str] = set()
        self.views: set[str] = set()

    def action(self, constraints: Any, *more: Any, **others: Any) -> Any:
        self.actions.add(constraints)
        return super().action(constraints, *more, **others)

    def view(self, constraints: Any, *more: Any, **others: Any) -> Any:
        self.views.add(constraints)
        return super().view(constraints, *more, **others)


def test_every_button_and_dialog_has_a_listener_and_every_listener_something_to_hear(desk: Desk) -> None:
    app = Listening()
    claim.register(app, desk)
    lifecycle.register(app, desk)
    reply.register(app, desk, Sender(desk.settings))
    escalate.register(app, desk, Sender(desk.settings))
    approve.register(app, desk, Sender(desk.settings))
    move_to_dm.register(app, desk, Sender(desk.settings))

    def named(part: Any, key: str) -> Iterator[str]:
        if isinstance(part, dict):
            if key in part:
                yield part[key]
            for value in part.values():
                yield from named(value, key)
        elif isinstance(part, list):
            for item in part:
                yield from named(item, key)

    shown = [
        json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "golden").glob("*.json")
    ]
    fields = {
        TARGET,
        REASON,
        EDITED_TEXT,
        BACK_REASON,
    }  # inputs without a dispatch: only their submission is heard
    only_read = {"why", "read_request", "read_dm"}
    assert {name for part in shown for name in named(part, "action_id")} - fields == app.actions
    assert {name for part in shown for name in named(part, "callback_id")} - only_read == app.views
