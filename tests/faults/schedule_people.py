"""What customers, agents and supervisors do in a schedule: each act is drawn by dice and may be refused."""

from collections.abc import Callable
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from slackbot.render.approval import EDITED_TEXT
from slackbot.render.approval import REASON as BACK_REASON
from slackbot.render.ladder import REASON as ESCALATE_REASON
from tests.faults.schedule import AGENTS_WORD, CUSTOMERS_WORD, PRIVATE_WORD, Act, Walk
from tests.whole_desk import AGENTS, Json
from workflows.store import drafts as states
from workflows.store.approvals import PENDING
from workflows.store.reply_tables import approvals, drafts
from workflows.store.tables import cases, customers, messages

CUSTOMERS = ("emma_w", "ravi_k", "lakshmi_t", "tanvir_h", "ismail_d")
SUPERVISORS = ("U0PRIYA", "U0OMAR")
EVERYBODY = (*AGENTS, *AGENTS, *SUPERVISORS, "U0GUEST")
SAID = (
    "where is my parcel",
    "यह तीन हफ़्ते से देर है, कोई बताएगा?",
    "mera order abhi tak nahi aaya yaar",
    "నా ఆర్డర్ ఇంకా రాలేదు, దయచేసి చూడండి",
    "আমার টাকা এখনও ফেরত আসেনি",
    "kargom nerede acaba, çok geç kaldı",
    "my lawyer will hear of this",
    "avukatım sizi arayacak",
    "thank you, all is well now",
    "<!channel> <@U0ASHA> <https://evil.example|free money> &amp; *bold* `code`",
    "\u202egnirts siht\u202c \u200b\u200d 👩🏽‍🚀👨‍👩‍👧‍👦 Z̷͎̈a̸l̶g̵o̴ \x07 \ufeff end",
    "https://example.com/?q=1 " + "very long words " * 15,
)
ANSWERED = (
    "Sorry to hear that, we look into it today.",
    "Sorry, we look into it at once. Please tell us your city.",
    "We can offer you a voucher of 20 € for the trouble.",
    "As we already told you, that is not our problem.",
    "Please reply here with your phone number.",
    "You idiot, read your mail.",
    "Sorry, this is how it works. " * 14,
)


# --- customers


def customer_writes(walk: Walk, dice: Random) -> str:
    """A customer begins a conversation, goes on with one, quotes or thanks us; some posts show up late."""
    body = _post(walk, dice)
    earlier = dice.random()
    if walk.written and earlier < 0.35:
        body["reply_to"] = dice.choice(walk.written)
    elif earlier < 0.55:
        body |= _about_ours(walk, dice)
    answer = walk.ask("x/write", body)
    return walk.post(str(answer["id"])) if "id" in answer else walk.say(answer)


def _post(walk: Walk, dice: Random) -> Json:
    text = f"@sarishop {walk.words(CUSTOMERS_WORD)} {dice.choice(SAID)}"
    return {"author": dice.choice(CUSTOMERS), "text": text, "late": dice.random() < 0.1}


def _about_ours(walk: Walk, dice: Random) -> Json:
    """Return what makes a post an answer to, or a quote of, one of ours."""
    sent = select(drafts.c.external_id).where(drafts.c.external_id != "", drafts.c.channel == states.PUBLIC)
    ours = [row.external_id for row in walk.rows(sent)]
    return {dice.choice(["reply_to", "reply_to", "quote_of"]): dice.choice(ours)} if ours else {}


def customer_bursts(walk: Walk, dice: Random) -> str:
    """One customer writes several posts at once."""
    author = dice.choice(CUSTOMERS)
    posts = [_post(walk, dice) | {"author": author} for _ in range(dice.randint(2, 5))]
    return " ".join(map(walk.post, walk.ask("x/write_many", {"posts": posts})["ids"]))


def late_posts_show(walk: Walk, dice: Random) -> str:
    """X shows the posts that it held back."""
    return walk.say({"id": walk.ask("x/release", {})["ids"]})


def customer_edits(walk: Walk, dice: Random) -> str:
    """A customer edits a post."""
    if not walk.written:
        return "nothing to edit"
    text = f"@sarishop {walk.words(CUSTOMERS_WORD)} {dice.choice(SAID)}"
    return walk.say(walk.ask("x/edit", {"id": dice.choice(walk.written), "text": text, "force": True}))


def customer_deletes(walk: Walk, dice: Random) -> str:
    """A customer deletes a post."""
    if not walk.written:
        return "nothing to delete"
    post = dice.choice(walk.written)
    answer = walk.ask("x/delete", {"id": post})
    walk.gone.add(post)
    return walk.say(answer)


def customer_writes_dm(walk: Walk, dice: Random) -> str:
    """A customer sends a direct message; some ask us to stop."""
    text = "STOP" if dice.random() < 0.05 else f"{walk.words(PRIVATE_WORD)} {dice.choice(SAID)}"
    return walk.say(walk.ask("x/dm", {"author": dice.choice(CUSTOMERS), "text": text}))


def customer_minds(walk: Walk, dice: Random) -> str:
    """A customer closes or opens their messages, blocks us or no more."""
    body: Json = {"username": dice.choice(CUSTOMERS), "blocks_us": dice.random() < 0.2}
    body["takes_dms"] = dice.choice(["everyone", "everyone", "nobody"])
    return walk.say(walk.ask("x/person", body))


def answered_by_hand(walk: Walk, dice: Random) -> str:
    """Somebody answers on X itself, in public or by direct message."""
    if dice.random() < 0.2:
        body = {"to": dice.choice(CUSTOMERS), "text": f"{walk.words(PRIVATE_WORD)} by hand"}
        return walk.say(walk.ask("x/native_dm", body))
    if not walk.written:
        return "nothing to answer"
    body = {"text": f"{walk.words('by hand ')}", "reply_to": dice.choice(walk.written)}
    return walk.say(walk.ask("x/native", body))


# --- cards


def _often(dice: Random) -> Json:
    """Return how Slack delivers it: once, several times, or while the walk goes on."""
    roll = dice.random()
    if roll < 0.2:
        return {"deliveries": dice.randint(2, 4), "parallel": dice.random() < 0.7}
    return {"wait": False} if roll < 0.5 else {}


def _case(walk: Walk, dice: Random, *where: ColumnElement[bool]) -> Row[Any] | None:
    found = walk.rows(select(cases).where(cases.c.card_ts.is_not(None), *where).order_by(cases.c.id))
    # Work is mostly about what is new.
    return found[-1 - int(len(found) * dice.random() ** 2)] if found else None


def _press(walk: Walk, dice: Random, action: str, *where: ColumnElement[bool], user: str = "") -> str:
    """Press a button of some case's card, sometimes as an older version of the card showed it."""
    case = _case(walk, dice, *where)
    if case is None:
        return "no such card"
    user = user or dice.choice(EVERYBODY)
    body = {"user": user, "channel": case.card_channel, "ts": case.card_ts, "action_id": action}
    if dice.random() < 0.2:
        body["stale"] = True
    return f"{user} case {case.id}: {walk.say(walk.ask('slack/click', body | _often(dice)))}"


def claims(walk: Walk, dice: Random) -> str:
    """Somebody claims a case."""
    return _press(walk, dice, "claim", cases.c.assignee.is_(None))


def two_claim(walk: Walk, dice: Random) -> str:
    """Two claim the same case within milliseconds."""
    case = _case(walk, dice, cases.c.assignee.is_(None))
    if case is None:
        return "no free case"
    body = {"channel": case.card_channel, "ts": case.card_ts, "action_id": "claim", "wait": False}
    return " ".join(walk.say(walk.ask("slack/click", body | {"user": user})) for user in AGENTS)


def moves_a_case(walk: Walk, dice: Random) -> str:
    """Somebody releases, takes over, resolves or re-opens a case, or asks why."""
    action = dice.choice(["release", "take_over", "take_over", "resolve", "reopen", "why"])
    return f"{action} " + _press(walk, dice, action)


def escalates(walk: Walk, dice: Random) -> str:
    """Somebody opens Escalate."""
    return _press(walk, dice, "escalate", user=dice.choice(AGENTS))


def acknowledges(walk: Walk, dice: Random) -> str:
    """Somebody acknowledges a ping in some channel."""
    user = dice.choice((*AGENTS, *SUPERVISORS))
    channels = walk.desk.slack("U0OMAR")["channels"]
    found = [(c["id"], m) for c in channels for m in c["messages"] if "'acknowledge'" in str(m["blocks"])]
    if not found:
        return "no ping"
    channel, ping = dice.choice(found)
    body = {"user": user, "channel": channel, "ts": ping["ts"], "action_id": "acknowledge"}
    return walk.say(walk.ask("slack/click", body | _often(dice)))


def deletes_a_card(walk: Walk, dice: Random) -> str:
    """Somebody deletes a card in Slack, and its customer writes again: that change brings it back."""
    wanted = select(messages.c.external_id, cases.c.card_channel, cases.c.card_ts, customers.c.username)
    joined = wanted.join(cases, cases.c.id == messages.c.case_id).join(customers)
    # An answer to the first post of a conversation surely continues its case.
    alive = messages.c.external_id.in_(set(walk.written) - walk.gone) & (messages.c.kind == "mention")
    found = walk.rows(joined.where(cases.c.card_ts.is_not(None), alive).order_by(messages.c.id))
    if not found:
        return "no card"
    post = dice.choice(found)
    text = f"@sarishop {walk.words(CUSTOMERS_WORD)} are you there?"
    again = {"author": post.username, "text": text, "reply_to": post.external_id, "late": True}
    written = walk.ask("x/write", again)
    if "id" not in written:
        return walk.say(written)
    answer = walk.ask("slack/delete_message", {"channel": post.card_channel, "ts": post.card_ts})
    walk.ask("x/release", {})
    return f"{walk.say(answer)}, then post {walk.post(written['id'])}"


# --- the reply dialog


def opens_reply(walk: Walk, dice: Random) -> str:
    """An agent presses Reply, or one of the buttons about direct messages."""
    action = dice.choice(["reply"] * 8 + ["move_to_dm", "dm_reply", "dm_reply", "read_dm"])
    user = dice.choice((*AGENTS, *AGENTS, *SUPERVISORS))
    free = cases.c.assignee.is_(None) | (cases.c.assignee == user)
    where: list[ColumnElement[bool]] = [free] if dice.random() < 0.8 else []
    if action in ("dm_reply", "read_dm"):
        private = select(messages.c.id).where(messages.c.case_id == cases.c.id, messages.c.kind == "dm")
        where = [private.exists()]
    return f"{action} " + _press(walk, dice, action, cases.c.status != "resolved", *where, user=user)


def _dialog(walk: Walk, dice: Random, field: str = "") -> Json | None:
    """Return a dialog that somebody has open, with this field, if any."""
    views = [view for view in walk.desk.control("slack/state")["views"] if view["type"] == "modal"]
    return dice.choice(found) if (found := [v for v in views if field in str(v["blocks"])]) else None


def types(walk: Walk, dice: Random) -> str:
    """An agent uses a field of the dialog that is open."""
    view = _dialog(walk, dice, "reply_text")
    if view is None:
        return "no dialog"
    body: Json = {"user": view["user"], "view_id": view["id"], **_filled(walk, dice)}
    return f"{body['action_id']} {walk.say(walk.ask('slack/view_action', body | _often(dice)))}"


def _filled(walk: Walk, dice: Random) -> Json:
    roll = dice.random()
    if roll < 0.6:
        return {"action_id": "reply_text", "value": _answer(walk, dice)}
    if roll < 0.8:
        return {"action_id": "reply_macro", "selected": dice.choice(["late", "sorry"])}
    if roll < 0.9:
        return {"action_id": "reply_channel", "selected": dice.choice(["public", "dm"])}
    return {"action_id": "reply_options", "selected": dice.choice([["signed"], ["signed", "as_thread"]])}


def _answer(walk: Walk, dice: Random) -> str:
    return f"{walk.words(AGENTS_WORD)} {dice.choice(ANSWERED[:2] * 8 + ANSWERED[:3] * 4 + ANSWERED)}"


def submits(walk: Walk, dice: Random) -> str:
    """Somebody hands in the dialog that is open, as it stands or with words of the last moment."""
    view = _dialog(walk, dice, "plain_text_input")
    if view is None:
        return "no dialog"
    user = view["user"]
    body = {"user": user, "view_id": view["id"], "values": _values(walk, dice, view), **_often(dice)}
    if dice.random() < 0.15:  # a double click: both are on their way before the dialog goes
        walk.ask("slack/submit", body | {"wait": False})
    return f"{user} {view['callback_id']}: {walk.say(walk.ask('slack/submit', body))}"


def _values(walk: Walk, dice: Random, view: Json) -> Json:
    fields: dict[str, Callable[[], str]] = {
        "reply_text": lambda: _answer(walk, dice),
        EDITED_TEXT: lambda: f"{walk.words(AGENTS_WORD)} Sorry, we look into it. A voucher follows.",
        BACK_REASON: lambda: f"{walk.words(AGENTS_WORD)} too short",
        ESCALATE_REASON: lambda: f"{walk.words(AGENTS_WORD)} help me, please",
    }
    there = str(view["blocks"])
    as_it_stands = dice.random() < 0.3 and "'initial_value'" in there
    return {} if as_it_stands else {name: fill() for name, fill in fields.items() if f"'{name}'" in there}


def closes(walk: Walk, dice: Random) -> str:
    """Somebody closes their dialog."""
    view = _dialog(walk, dice)
    closed = {"user": view["user"], "view_id": view["id"]} if view else {}
    return walk.say(walk.ask("slack/close", closed)) if view else "no dialog"


def takes_back(walk: Walk, dice: Random) -> str:
    """The author of an answer on its way presses Undo on the card."""
    return _with_draft(walk, dice, "undo", states.SUBMITTED)


def _with_draft(walk: Walk, dice: Random, action: str, *of: str) -> str:
    wanted = select(drafts.c.case_id, drafts.c.author).where(drafts.c.state.in_(of))
    found = walk.rows(wanted.order_by(drafts.c.id))
    if not found:
        return "none"
    draft = dice.choice(found)
    user = draft.author if dice.random() < 0.8 else dice.choice(AGENTS)
    return _press(walk, dice, action, cases.c.id == draft.case_id, user=user)


def answers_a_doubt(walk: Walk, dice: Random) -> str:
    """Somebody looks at X for an answer that the desk asks about, and presses the button that is true."""
    found = walk.rows(select(drafts).where(drafts.c.state == states.ASKED).order_by(drafts.c.id))
    if not found:
        return "no doubt"
    draft = dice.choice(found)
    there = is_there(walk.desk.control("x/state"), draft)
    action = ("" if draft.channel == states.PUBLIC else "dm_") + ("it_is_there" if there else "send_again")
    # Either card may show the question, and its button bears the name that the card gives it.
    named = [action, action.removeprefix("dm_")]
    return f"{action} " + " ".join(
        _press(walk, dice, name, cases.c.id == draft.case_id) for name in dict.fromkeys(named)
    )


def is_there(state: Json, draft: Row[Any]) -> bool:
    """Tell whether X shows an answer: a person looks at the conversation, not at ids."""
    if draft.channel == states.PUBLIC:
        ours = [p for p in state["posts"] if p["by_api"] and p["in_reply_to"] == draft.target]
    else:
        ours = [message for message in state["dms"] if message["by_api"]]
    return any(draft.text.strip() in said["text"] for said in ours)


# --- supervisors


def decides(walk: Walk, dice: Random) -> str:
    """Somebody presses a button of a request; often who may, sometimes two at once."""
    wanted = select(approvals).where(approvals.c.card_ts.is_not(None)).order_by(approvals.c.id)
    pending = [row for row in walk.rows(wanted) if row.state == PENDING or dice.random() < 0.03]
    if not pending:
        return "no request"
    asked = dice.choice(pending)
    buttons = ["approve"] * 4 + ["edit_and_approve", "send_back", "recall", "read_request"]
    body = {"channel": asked.card_channel, "ts": asked.card_ts, "action_id": dice.choice(buttons)}
    users = dice.sample((*SUPERVISORS, *SUPERVISORS, *AGENTS), dice.choice([1, 1, 2]))
    often = _often(dice) | ({"wait": False} if len(users) > 1 else {})
    answers = [walk.say(walk.ask("slack/click", body | often | {"user": user})) for user in users]
    return f"{body['action_id']} approval {asked.id} by {users}: {answers}"


ACTS: list[tuple[float, Act]] = [
    (11, customer_writes),
    (1.5, customer_bursts),
    (1, late_posts_show),
    (3, customer_writes_dm),
    (2.5, customer_edits),
    (1.5, customer_deletes),
    (0.5, customer_minds),
    (1.5, answered_by_hand),
    (5, claims),
    (1, two_claim),
    (8, moves_a_case),
    (1.5, escalates),
    (1, acknowledges),
    (0.5, deletes_a_card),
    (17, opens_reply),
    (6, types),
    (17, submits),
    (1.5, closes),
    (2, takes_back),
    (3, answers_a_doubt),
    (7, decides),
]
