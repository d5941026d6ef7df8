"""The promises of a desk at rest, proven on its store and on what the stand-ins saw."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Row, select

from slackbot.render.card import render_card
from tests.backstage import case_of
from tests.faults.breakable import BreakableDesk
from tests.faults.schedule import AGENTS_WORD, CUSTOMERS_WORD, PRIVATE_WORD
from tests.faults.settling import theirs
from tests.whole_desk import Json, shown
from workflows.domain.case import CaseId
from workflows.store import drafts as states
from workflows.store.approvals import APPROVED, PENDING
from workflows.store.reply_tables import approvals, drafts, votes
from workflows.store.tables import cases, history, messages
from workflows.store.unit_of_work import look_on

MARK = re.compile(rf"{AGENTS_WORD}\d{{4}}")
PERSONAL = re.compile(rf"(?:{CUSTOMERS_WORD}|{AGENTS_WORD}|{PRIVATE_WORD})\d{{4}}")
OFFER = "voucher"
OF_THE_CUSTOMER = re.compile(
    ":no_bell: wants no automatic messages|:mailbox: DM(?:: X does not say whether it is)? open|"
    ":mailbox_closed: DM not possible: offer a public reply with the link that opens a DM"
)
WAITS_FOR_LIMIT = re.compile(r":hourglass: (\S+)’s DM waits for X’s limit, leaves about <!date[^>]*>")
REDIS_WAS_LOST = ("rq.exceptions.", "redis.exceptions.")
MAY_REST = frozenset(
    {
        states.OPEN,
        states.AWAITING,
        states.LATER,
        states.ASKED,
        states.SENT,
        states.REFUSED,
        states.DROPPED,
    }
)


def broken(desk: BreakableDesk) -> list[str]:
    """Name every promise that does not hold; nothing may be under way."""
    return [line for proof in PROOFS for line in proof(desk)]


def _rows(desk: BreakableDesk, wanted: Any) -> list[Row[Any]]:
    with desk.reading() as connection:
        return list(connection.execute(wanted))


def _audit_is_green(desk: BreakableDesk) -> Iterator[str]:
    yield from desk.audit()


def _said(state: Json) -> list[Json]:
    """Return all that we have said on X through its API."""
    return [said for said in (*state["posts"], *state["dms"]) if said["by_api"]]


def _each_draft_is_said_once(desk: BreakableDesk) -> Iterator[str]:
    """I2: one post or message a draft at the most; what is said is a draft, what is held sent is there."""
    said = _said(desk.control("x/state"))
    marks = Counter(mark for one in said for mark in MARK.findall(one["text"]))
    yield from (f"I2 said {count} times: {mark}" for mark, count in marks.items() if count > 1)
    texts = Counter((one.get("in_reply_to"), one["text"]) for one in said if "in_reply_to" in one)
    yield from (f"I2 {count} posts with one text: {key}" for key, count in texts.items() if count > 1)
    known = {row.external_id: row for row in _rows(desk, select(drafts)) if row.external_id}
    by_hand = [row for row in _rows(desk, select(drafts)) if row.state in (states.SENT, states.ASKED)]
    there = {one["id"] for one in said}
    for one in said:
        draft = known.get(one["id"])
        if draft is None and not any(row.text in one["text"] for row in by_hand if not row.external_id):
            yield f"I2 on X without a draft that is sent: {one['id']} {one['text']!r}"
    for name, draft in known.items():
        if name not in there:
            yield f"I2 draft {draft.id} {draft.state} became {name}, which X has not"


def _each_draft_is_settled_or_waits_for_a_person(desk: BreakableDesk) -> Iterator[str]:
    """I3: nothing is silent."""
    pending = Counter(row.draft_id for row in _rows(desk, select(approvals)) if row.state == PENDING)
    for draft in _rows(desk, select(drafts)):
        if draft.state not in MAY_REST:
            yield f"I3 draft {draft.id} rests as {draft.state}"
        if pending[draft.id] != (draft.state == states.AWAITING):
            yield f"I3 draft {draft.id} is {draft.state} with {pending[draft.id]} pending approvals"


def _nothing_left_without_its_approval(desk: BreakableDesk) -> Iterator[str]:
    """What offers money has a yes to these very words, by somebody who neither wrote nor changed them."""
    given = {row.draft_id: row for row in _rows(desk, select(approvals)) if row.state == APPROVED}
    voters: dict[int, set[str]] = {}
    for vote in _rows(desk, select(votes)):
        voters.setdefault(vote.approval_id, set()).add(vote.user_id)
    out = (states.SENT, states.ASKED, states.REFUSED)
    for draft in _rows(desk, select(drafts).where(drafts.c.state.in_(out))):
        if OFFER not in (draft.whole or draft.text) or draft.thread_of:
            continue
        approval = given.get(draft.id)
        if approval is None or approval.digest != draft.digest:
            yield f"draft {draft.id} left without an approval of its words"
        elif not voters.get(approval.id, set()) - {draft.author}:
            yield f"draft {draft.id} was approved by {voters.get(approval.id)} only"


def _each_post_is_in_one_case(desk: BreakableDesk) -> Iterator[str]:
    """I1: each post of X, by whichever of its versions, is one message of one case."""
    wanted = select(messages.c.id, messages.c.external_id, messages.c.newest_id)
    rows = _rows(desk, wanted.where(messages.c.author == "customer"))
    for post in theirs(desk.control("x/state")):
        versions = {post["id"], *(edit["id"] for edit in post["edits"])}
        found = [row.id for row in rows if versions & {row.external_id, row.newest_id}]
        if len(found) != 1:
            yield f"I1 post {post['id']} is stored {len(found)} times: {found}"


def _each_card_is_true(desk: BreakableDesk) -> Iterator[str]:
    """I6: one live card a case, which shows what the store knows."""
    there: dict[int, list[str]] = {}
    for card in desk.cards():
        there.setdefault(case_of(card), []).append(_of_the_case(shown(card)))
    rule = desk.environment.get("X_REPLY_RULE", "open")
    with look_on(desk.engine)() as views:
        for number in views.connection.execute(select(cases.c.id)).scalars().all():
            drawn = render_card(views.case(CaseId(number)), rule=rule)
            true = _of_the_case(shown({"blocks": drawn.message.blocks}))
            if there.get(number) != [true]:
                yield f"I6 case {number} has {there.get(number)}\n  and should have {true}"


def _of_the_case(told: str) -> str:
    """Return what a card says without what is known of the customer in all of their cases.

    A case's card says that with the next change of the case: news of a customer redraw one card, not all.
    When a direct message leaves that waits for X's limit is a guess of the moment at which it was drawn.
    """
    return OF_THE_CUSTOMER.sub("", WAITS_FOR_LIMIT.sub(r":outbox_tray: \1’s reply is on its way to X", told))


def _each_pending_approval_is_asked_once(desk: BreakableDesk) -> Iterator[str]:
    """One live request in the supervisors' channel for each approval that was asked."""
    heads = Counter(
        message["blocks"][0]["block_id"].split("-")[1]
        for message in desk.channel("C0LEADS")["messages"]
        if not message.get("deleted") and str(message["blocks"][0]["block_id"]).startswith("request-")
    )
    for approval in _rows(desk, select(approvals)):
        if heads[str(approval.id)] > 1 or (approval.state == PENDING and not heads[str(approval.id)]):
            yield f"approval {approval.id} {approval.state} has {heads[str(approval.id)]} requests"


def _no_error_is_logged(desk: BreakableDesk) -> Iterator[str]:
    """No error of ours, and no job that broke but by the loss of Redis itself."""
    yield from desk.logged_errors()
    broke = [line for line in desk.log().splitlines() if "exception raised while executing" in line]
    yield from (line[-1500:] for line in broke if not any(reason in line for reason in REDIS_WAS_LOST))


def _words_stay_where_they_belong(desk: BreakableDesk) -> Iterator[str]:
    """Nobody's words in logs, in Redis or in the history; those of direct messages in no open channel."""
    for name, told in {"log": desk.log(), "Redis": _all_of_redis(desk), "history": _told(desk)}.items():
        found = sorted(set(PERSONAL.findall(told)))
        if found:
            yield f"{name} holds words of people: {found[:5]}"
    for channel in desk.slack("U0OMAR")["channels"]:
        if not channel["is_im"] and PRIVATE_WORD in str(channel["messages"]):
            told = next(str(m) for m in channel["messages"] if PRIVATE_WORD in str(m))
            at = told.index(PRIVATE_WORD)
            where = f"{told[:60]} … {told[max(0, at - 200) : at + 60]}"
            yield f"{channel['name']} shows a direct message: {where}"


def _all_of_redis(desk: BreakableDesk) -> str:
    redis = desk.redis_client()
    reads: dict[bytes | str, Callable[[bytes], Any]] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"stream": redis.xrange,
    }
    keys = [(key, reads.get(redis.type(key))) for key in redis.scan_iter(count=500)]
    return str([(key, read(key)) for key, read in keys if read])  # without those that went meanwhile


def _told(desk: BreakableDesk) -> str:
    return str([row.facts for row in _rows(desk, select(history.c.facts))])


def _nobody_is_ahead_of_the_store(desk: BreakableDesk) -> Iterator[str]:
    """Each card is where its case knows it to be."""
    known = {row.card_ts for row in _rows(desk, select(cases.c.card_ts))}
    live = {card["ts"] for card in desk.cards()}
    yield from (f"case whose card at {ts} is gone" for ts in sorted(known - live, key=str))


PROOFS: tuple[Callable[[BreakableDesk], Iterator[str]], ...] = (
    _audit_is_green,
    _each_draft_is_said_once,
    _each_draft_is_settled_or_waits_for_a_person,
    _nothing_left_without_its_approval,
    _each_post_is_in_one_case,
    _each_card_is_true,
    _nobody_is_ahead_of_the_store,
    _each_pending_approval_is_asked_once,
    _no_error_is_logged,
    _words_stay_where_they_belong,
)
