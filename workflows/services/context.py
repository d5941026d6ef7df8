"""Context: what happened in a case since a draft's author last looked at it."""

from collections.abc import Sequence

from workflows.domain.case import CaseId
from workflows.store.history import Entry, Event
from workflows.store.unit_of_work import UnitOfWork

# What makes an answer wrong that was right a moment ago. Claims, pings and clocks do not.
_MATTERS = frozenset(
    {
        Event.POST_RECEIVED,
        Event.POST_EDITED,
        Event.POST_GONE,
        Event.REPLY_SUBMITTED,
        Event.REPLY_SENT,
        Event.ANSWERED_ON_X,
        Event.TAKEN_OVER,
        Event.RESOLVED,
        Event.OPTED_OUT,
    }
)
_SAID = frozenset({Event.REPLY_SUBMITTED, Event.REPLY_SENT})


def newest_line(uow: UnitOfWork, case_id: CaseId) -> int:
    """Return the number of the newest line of the case's history: what who looks now has seen."""
    return uow.history.newest(case_id)


def changes_since(uow: UnitOfWork, case_id: CaseId, seen: int, *, but_by: str) -> Sequence[Entry]:
    """Return what happened after line `seen` that an answer should know of, old to new.

    but_by  the author: what they did themselves is no news to them, nor what became of it.
    """
    lines = uow.history.after(case_id, seen, _MATTERS)
    if not lines:
        return ()
    theirs = {line.facts.get("draft") for line in lines if line.actor == but_by and line.event in _SAID}
    return [line for line in lines if not _is_of(uow, line, but_by, theirs)]


def _is_of(uow: UnitOfWork, line: Entry, author: str, drafts: set[str | None]) -> bool:
    if line.actor_kind == "agent" and line.actor == author:
        return True
    if line.event not in _SAID:
        return False
    draft = line.facts.get("draft", "")
    return draft in drafts or (draft.isdecimal() and uow.drafts.author_of(int(draft)) == author)
