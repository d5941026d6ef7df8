"""Polling direct messages, at the pace that X allows.

X lets us look 15 times in 15 minutes: each look spends a budget of its own, which is also the timer.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from rq.timeouts import BaseTimeoutException

from workflows.crash import crash_point
from workflows.desk import Desk
from workflows.domain.post import Author, DirectMessage, id_before, id_order
from workflows.errors import DeliveryError, NotSaved, OutcomeUnknown, TryLater
from workflows.services.board import alert
from workflows.services.direct import take_direct_messages
from workflows.services.playbooks import current_playbook
from workflows.store.streams import DIRECT_MESSAGES, Stream
from workflows.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

OVERLAP_S = 120.0
MAX_PAGES = 5
CHUNK = 20
NOT_ALLOWED = "dm_not_allowed"
NOT_ALLOWED_S = 3600.0
_LONGEST_PAUSE_S = 900.0


def poll_inboxes(desk: Desk) -> None:
    """Look into every account's direct messages whose turn it is."""
    with desk.begin() as uow:
        accounts = uow.accounts.all()
    for account in accounts:
        with desk.begin() as uow:
            stream = uow.streams.get(account.id, DIRECT_MESSAGES) if _take_look(uow, account) else None
        if stream is None:
            continue
        try:
            _poll_inbox(desk, account, stream)
        except DeliveryError as error:
            _note_trouble(desk, account, error)
        except NotSaved:
            raise
        except Exception as error:
            log.exception("the poll of direct messages broke")
            _note_trouble(desk, account, OutcomeUnknown(type(error).__name__))


def _budget(account: Author) -> str:
    return f"x:inbox:{account.id}"


def _take_look(uow: UnitOfWork, account: Author) -> bool:
    """Spend one look, if X allows one by now."""
    if not uow.budgets.room(_budget(account), 1):
        return False
    uow.budgets.spend(_budget(account))
    return True


def _poll_inbox(desk: Desk, account: Author, stream: Stream) -> None:
    messages, is_whole = _new_messages(desk, account, stream)
    crash_point("inbox:fetched")
    for start in range(0, len(messages), CHUNK):
        _store(desk, account, messages[start : start + CHUNK], first_look=not stream.newest_id)
        crash_point("inbox:stored")
    with desk.begin() as uow:
        uow.streams.note(account.id, DIRECT_MESSAGES, trouble="", failures=0)
        if stream.newest_id and not is_whole and messages:
            facts = {"since": stream.newest_id, "until": messages[0].id}
            alert(uow, desk.settings.admin_channel, f"dm_gap:{messages[0].id}", "dm_gap", **facts)


def _new_messages(desk: Desk, account: Author, stream: Stream) -> tuple[list[DirectMessage], bool]:
    """Return what X shows beyond the last look, old to new, and whether that is all of it.

    It overlaps by two minutes: a message that X shows late, with an id below the cursor, is still taken.
    """
    since = id_order(id_before(stream.newest_id, OVERLAP_S) or stream.newest_id)
    oldest = _oldest(desk, account)
    found: dict[str, DirectMessage] = {}
    token = ""
    for number in range(MAX_PAGES):
        if number:
            with desk.begin() as uow:
                uow.budgets.spend(_budget(account))
        page = desk.gateway.direct_messages(account.id, page_token=token)
        fresh = [m for m in page.messages if id_order(m.id) > since and m.written_at >= oldest]
        found |= {message.id: message for message in fresh}
        token = page.next_token
        if not token or len(fresh) < len(page.messages):
            return _in_order(found), True
    return _in_order(found), False


def _in_order(found: dict[str, DirectMessage]) -> list[DirectMessage]:
    return sorted(found.values(), key=lambda message: id_order(message.id))


def _oldest(desk: Desk, account: Author) -> datetime:
    with desk.begin() as uow:
        return datetime.now(UTC) - current_playbook(uow, account.username).threading.dm


def _store(
    desk: Desk, account: Author, messages: Sequence[DirectMessage], *, first_look: bool = False
) -> None:
    """Store these and how far they reach in one transaction; one that cannot be stored holds up no other."""
    channel = desk.settings.slack_channel
    try:
        with desk.begin() as uow:
            take_direct_messages(uow, account, messages, channel=channel, first_look=first_look)
            _move_on(uow, account, messages[-1].id)
    except (NotSaved, BaseTimeoutException):
        raise  # not this message's fault: the next poll brings it again
    except Exception:
        if len(messages) > 1:
            for message in messages:
                _store(desk, account, [message], first_look=first_look)
            return
        log.exception("direct message=%s cannot be stored", messages[0].id)
        with desk.begin() as uow:
            lost = messages[0].id
            alert(uow, desk.settings.admin_channel, f"post:{lost}", "post_not_stored", post=lost)
            _move_on(uow, account, lost)


def _move_on(uow: UnitOfWork, account: Author, reached: str) -> None:
    stored = uow.streams.get(account.id, DIRECT_MESSAGES).newest_id
    uow.streams.note(account.id, DIRECT_MESSAGES, newest_id=max(stored, reached, key=id_order))


def _note_trouble(desk: Desk, account: Author, error: DeliveryError) -> None:
    """Look less often while X refuses; tell the operators when only they can help."""
    reason = getattr(error, "reason", "no_answer")
    log.warning("direct messages cannot be polled: %s", error)
    with desk.begin() as uow:
        before = uow.streams.get(account.id, DIRECT_MESSAGES)
        uow.streams.note(account.id, DIRECT_MESSAGES, trouble=reason, failures=before.failures + 1)
        pause_s = min(_LONGEST_PAUSE_S, desk.settings.x_dm_poll_seconds * 2 ** min(before.failures, 4))
        if isinstance(error, TryLater):
            pause_s = max(pause_s if not error.throttled else 0.0, error.after_s)
            pause_s = NOT_ALLOWED_S if reason == NOT_ALLOWED else pause_s
            if error.parked and before.trouble != reason:
                day = uow.machine.strftime("%Y%m%d")
                alert(uow, desk.settings.admin_channel, f"x:{reason}:{day}", f"parked_{reason}")
        uow.budgets.block(_budget(account), pause_s)
