"""The auditor: proves the promises I1 to I5 on the database, or says what breaks them."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select

from workflows.domain.effects import SETTLED, Kind, State
from workflows.store import drafts as draft_states
from workflows.store.approvals import APPROVED, PENDING, SENT_BACK
from workflows.store.reply_tables import approvals, drafts
from workflows.store.tables import cases, history, messages, outbox
from workflows.store.views import Views

GRACE = timedelta(seconds=60)


def audit(views: Views) -> list[str]:
    """Return a line for each broken promise; empty when all hold.

    I1 nothing lost, I2 nothing said twice, I3 nothing silent, I4 one owner, one answer. I5 (escalation)
    is held by the unique keys of its effects.
    """
    return [
        *_listed(views, "I1 case without a card or a wish for one", _cardless(views)),
        *_listed(views, "I1 case without a message", _wordless(), of=cases),
        *_listed(views, "I3 card older than its case, and no refresh wished for", _untrue(views)),
        *_listed(views, "I2 post attached to two answers", _twice(), of=drafts),
        *_listed(views, "I2 answer out that its approver did not let out", _unapproved(), of=drafts),
        *_listed(views, "I3 effect beyond its lease", _left_behind(views), of=outbox),
        *_listed(views, "I3 answer submitted without an effect", _silent(), of=drafts),
        *_listed(views, "I3 settled effect, unsettled draft", _untold(), of=drafts),
        *_listed(views, "I4 holder that no claim made", _unclaimed(), of=cases),
    ]


def _listed(views: Views, promise: str, where: ColumnElement[bool], *, of: Table = cases) -> list[str]:
    rows = views.connection.execute(select(of.c.id).where(where).limit(10)).scalars()
    return [f"{promise}: {of.name} {number}" for number in rows]


def _cardless(views: Views) -> ColumnElement[bool]:
    wished = exists().where(
        outbox.c.kind == Kind.POST_CARD,
        outbox.c.case_id == cases.c.id,
        outbox.c.state.not_in(SETTLED),
    )
    return and_(cases.c.card_ts.is_(None), ~wished)


def _untrue(views: Views) -> ColumnElement[bool]:
    wished = exists().where(
        outbox.c.kind == Kind.REFRESH_CARD,
        outbox.c.dedup_key == func.cast(cases.c.id, type_=outbox.c.dedup_key.type),
        outbox.c.state.in_([State.PENDING, State.SENDING]),
    )
    old = (cases.c.card_version < cases.c.version) & (cases.c.changed_at < views.now - GRACE)
    return and_(cases.c.card_ts.is_not(None), old, ~wished)


def _wordless() -> ColumnElement[bool]:
    return ~exists().where(messages.c.case_id == cases.c.id)


def _twice() -> ColumnElement[bool]:
    other = drafts.alias("other")
    return and_(
        drafts.c.external_id != "",
        exists().where(other.c.external_id == drafts.c.external_id, other.c.id < drafts.c.id),
    )


def _unapproved() -> ColumnElement[bool]:
    """Find what left although its newest approval was not given, or was given for another text.

    One that was sent back, and then rewritten so that it needs no approval, left later than that.
    """
    out = (draft_states.SUBMITTED, draft_states.DOUBTED, draft_states.ASKED, draft_states.SENT)
    others = approvals.alias("others")
    newest = (
        select(func.max(others.c.id))
        .where(others.c.draft_id == drafts.c.id)
        .correlate(drafts)
        .scalar_subquery()
    )
    given = approvals.c.state == APPROVED
    same = approvals.c.digest == drafts.c.digest
    wrong = or_(
        approvals.c.state == PENDING,
        and_(approvals.c.state == SENT_BACK, same),
        and_(given != same, drafts.c.submitted_at <= approvals.c.settled_at),
    )
    return and_(drafts.c.state.in_(out), exists().where(approvals.c.id == newest, wrong))


def _left_behind(views: Views) -> ColumnElement[bool]:
    return outbox.c.state.in_([State.SENDING, State.IN_DOUBT]) & (
        outbox.c.lease_until < views.machine - GRACE
    )


def _reply_effect(*states: State) -> ColumnElement[bool]:
    return exists().where(
        outbox.c.kind.in_([Kind.REPLY, Kind.DM]),
        outbox.c.dedup_key == func.cast(drafts.c.id, type_=outbox.c.dedup_key.type),
        outbox.c.state.in_(states),
    )


def _silent() -> ColumnElement[bool]:
    return and_(drafts.c.state == draft_states.SUBMITTED, ~_reply_effect(*State))


def _untold() -> ColumnElement[bool]:
    under_way = drafts.c.state.in_([draft_states.SUBMITTED, draft_states.DOUBTED, draft_states.ASKED])
    return and_(under_way, _reply_effect(State.DONE, State.FAILED))


def _unclaimed() -> ColumnElement[bool]:
    claimed = exists().where(
        history.c.case_id == cases.c.id,
        history.c.actor == cases.c.assignee,
        history.c.event.in_(["claimed", "taken_over", "reopened"]),
    )
    assigned = exists().where(history.c.case_id == cases.c.id, history.c.event == "assigned")
    return and_(cases.c.assignee.is_not(None), ~claimed, ~assigned)
