"""Drafts: an agent's words from the open modal to the post that they became."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType

from sqlalchemy import Connection, Row, bindparam, select, update

from workflows.domain.case import AgentId, CaseId
from workflows.errors import Missing
from workflows.store.reply_tables import drafts

DraftId = NewType("DraftId", int)

OPEN = "open"
AWAITING = "awaiting"  # an approval
LATER = "later"  # a part of a thread whose turn has not come
SUBMITTED = "submitted"
DOUBTED = "doubted"
ASKED = "asked"
SENT = "sent"
REFUSED = "refused"
DROPPED = "dropped"

UNSAID = frozenset({OPEN, AWAITING, LATER, DROPPED})  # nothing of it is on its way

PUBLIC, DM = "public", "dm"
MOST_USES = 200

_CASE = select(drafts.c.case_id).where(drafts.c.id == bindparam("number"))
_AUTHOR = select(drafts.c.author).where(drafts.c.id == bindparam("number"))
_USES = (
    select(drafts.c.id)
    .where(drafts.c.macro == bindparam("macro"), drafts.c.submitted_at.is_not(None))
    .order_by(drafts.c.id.desc())
    .limit(MOST_USES)
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One answer in the making.

    digest       of the whole text: when it was handed in; of an open one: when its author last saw it whole.
    target       the post that it answers; of a direct message the customer's newest.
    external_id  the post that it became, once sent.
    channel      PUBLIC or DM.
    purpose      "invite", "nudge", "other_channels", "closing" of a hand-off to DM; "" for any other.
    macro        name of the macro that it began with.
    promised_by  until when its author promises something (desk time).
    as_thread    goes out in numbered parts when it is too long for one post.
    seen         number of the last line of the case's history that its author saw.
    editor       who changed it when approving it.
    leaves_at    until then it can be undone (machine time).
    thread_of    the draft that is the first part; `part` of `parts` says which this is.
    fills        how often a macro filled it: the dialog's field is a new one then.
    whole        the whole text, of a first part.
    """

    id: DraftId
    case_id: CaseId
    author: AgentId
    target: str
    text: str
    digest: str
    state: str
    reason: str
    external_id: str
    opened_at: datetime | None
    submitted_at: datetime | None
    settled_at: datetime | None
    channel: str = PUBLIC
    purpose: str = ""
    macro: str = ""
    promised_by: datetime | None = None
    signed: bool = True
    as_thread: bool = False
    seen: int = 0
    editor: str = ""
    leaves_at: datetime | None = None
    thread_of: int | None = None
    part: int = 0
    parts: int = 0
    fills: int = 0
    whole: str = ""

    @property
    def is_public(self) -> bool:
        """Whether the whole world will read it."""
        return self.channel == PUBLIC


class Drafts:
    """Drafts inside one transaction; `now` is desk time."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get(self, draft_id: DraftId) -> Draft:
        """Return the draft, held for this transaction.

        Raises Missing.
        """
        row = self._connection.execute(
            select(drafts).where(drafts.c.id == draft_id).with_for_update()
        ).first()
        if row is None:
            raise Missing("no_such_draft")
        return draft_of(row)

    def case_of(self, draft_id: DraftId) -> CaseId:
        """Return the case of a draft, which is held before the draft itself, as everywhere.

        Raises Missing.
        """
        number = self._connection.execute(_CASE, {"number": draft_id}).scalar()
        if number is None:
            raise Missing("no_such_draft")
        return CaseId(number)

    def author_of(self, draft_id: int) -> str:
        """Return who wrote this draft; "" when there is none."""
        return str(self._connection.execute(_AUTHOR, {"number": draft_id}).scalar() or "")

    def start(
        self, case_id: CaseId, author: AgentId, target: str, *, channel: str, purpose: str = "", seen: int = 0
    ) -> tuple[Draft, bool]:
        """Return this agent's open draft of the case with this purpose, and whether it is new.

        One with words goes before a blank one. Drafts of another channel are others: what was meant for the
        customer alone is never found in a public dialog.
        """
        mine = (
            drafts.c.case_id == case_id,
            drafts.c.author == author,
            drafts.c.state == OPEN,
            drafts.c.purpose == purpose,
            drafts.c.channel == channel,
        )
        with_words_first = (drafts.c.text == "").asc()
        newest = (
            select(drafts.c.id).where(*mine).order_by(with_words_first, drafts.c.id.desc()).limit(1)
        ).scalar_subquery()
        again = {"opened_at": self._now, "target": target, "channel": channel, "seen": seen}
        row = self._connection.execute(
            update(drafts).where(drafts.c.id == newest).values(**again).returning(drafts)
        ).first()
        if row is not None:
            return draft_of(row), False
        values = {"case_id": case_id, "author": author, "text": "", "state": OPEN, "purpose": purpose}
        row = self._connection.execute(drafts.insert().values(**values, **again).returning(drafts)).one()
        return draft_of(row), True

    def add_part(self, first: Draft, number: int, parts: int, text: str) -> None:
        """Keep a later part of a thread; its turn comes when the part before it is out."""
        values = {
            "case_id": first.case_id,
            "author": first.author,
            "target": first.target,
            "text": text,
            "state": LATER,
            "submitted_at": self._now,
            "thread_of": first.id,
            "part": number,
            "parts": parts,
        }
        self._connection.execute(drafts.insert().values(**values))

    def copy_part(self, refused: Draft) -> Draft:
        """Return a new draft, submitted, that says what a refused part of a thread said."""
        names = ("case_id", "author", "target", "text", "digest", "channel", "part", "parts", "seen")
        values = {name: getattr(refused, name) for name in names}
        values |= {
            "thread_of": refused.thread_of or refused.id,
            "state": SUBMITTED,
            "submitted_at": self._now,
        }
        row = self._connection.execute(drafts.insert().values(**values).returning(drafts)).one()
        return draft_of(row)

    def copy_open(self, said: Draft, text: str) -> None:
        """Let these words be found again by their author: the row that they were in is settled for good."""
        names = (
            "case_id",
            "author",
            "target",
            "channel",
            "purpose",
            "macro",
            "promised_by",
            "signed",
            "as_thread",
        )
        values = {name: getattr(said, name) for name in names} | {"seen": said.seen, "fills": said.fills}
        self._connection.execute(drafts.insert().values(**values, text=text, state=OPEN))

    def later_parts(self, first: int) -> list[Draft]:
        """Return the parts of a thread whose turn has not come, in order."""
        waiting = select(drafts).where(drafts.c.thread_of == first, drafts.c.state == LATER)
        return [draft_of(row) for row in self._connection.execute(waiting.order_by(drafts.c.part))]

    def later_part(self, first: int, number: int) -> Draft | None:
        """Return a part of a thread that waits for its turn."""
        row = self._connection.execute(
            select(drafts).where(
                drafts.c.thread_of == first, drafts.c.part == number, drafts.c.state == LATER
            )
        ).first()
        return draft_of(row) if row else None

    def drop_later_parts(self, first: int) -> None:
        """Forget the parts of a thread whose turn has not come."""
        self._connection.execute(
            update(drafts).where(drafts.c.thread_of == first, drafts.c.state == LATER).values(state=DROPPED)
        )

    def times_used(self, macro: str) -> int:
        """Return how many answers that began with this macro were handed in; of very many, of the newest.

        One more with each: wordings take turns by it.
        """
        numbers = self._connection.execute(_USES, {"macro": macro}).scalars().all()
        if len(numbers) < MOST_USES:
            return len(numbers)
        # All of them would take longer with each year, and the newest few would be as many each time. So
        # count from a number among them that stays the same until it is far behind: the roundest.
        newest, oldest = numbers[0], numbers[-1]
        zeros = (newest ^ oldest).bit_length() - 1
        since = newest >> zeros << zeros
        return sum(number >= since for number in numbers)

    def change(self, draft_id: DraftId, author: AgentId, **values: Any) -> bool:
        """Change what an agent's open draft says or chooses; False when it is not open or not theirs."""
        result = self._connection.execute(
            update(drafts)
            .where(drafts.c.id == draft_id, drafts.c.author == author, drafts.c.state == OPEN)
            .values(**values)
        )
        return result.rowcount == 1

    def keep_text(self, draft_id: DraftId, author: AgentId, text: str) -> bool:
        """Keep what was typed so far; False when the draft is not open or not this agent's."""
        result = self._connection.execute(
            update(drafts)
            .where(drafts.c.id == draft_id, drafts.c.author == author, drafts.c.state == OPEN)
            .values(text=text)
        )
        return result.rowcount == 1

    def close(self, draft_id: DraftId) -> bool:
        """Note that no dialog shows the draft any more; False when none did."""
        result = self._connection.execute(
            update(drafts)
            .where(drafts.c.id == draft_id, drafts.c.opened_at.is_not(None))
            .values(opened_at=None)
        )
        return result.rowcount == 1

    def on_their_way(self, case_id: CaseId, *, target: str) -> list[Draft]:
        """Return our answers to this post that are on their way: what X shows may be their echo."""
        rows = self._connection.execute(
            select(drafts).where(
                drafts.c.case_id == case_id,
                drafts.c.target == target,
                drafts.c.state.in_([SUBMITTED, DOUBTED, ASKED]),
            )
        )
        return [draft_of(row) for row in rows]

    def left_open(self, before: datetime) -> list[Draft]:
        """Return the drafts whose dialog was opened before this moment and never told to be closed."""
        rows = self._connection.execute(
            select(drafts).where(drafts.c.opened_at < before, drafts.c.state == OPEN).limit(100)
        )
        return [draft_of(row) for row in rows]

    def move(self, draft_id: DraftId, *before: str, to: str, **values: Any) -> bool:
        """Set the state if it is one of `before`; False when it is another by now."""
        result = self._connection.execute(
            update(drafts)
            .where(drafts.c.id == draft_id, drafts.c.state.in_(before))
            .values(state=to, **values)
        )
        return result.rowcount == 1


def draft_of(row: Row[Any]) -> Draft:
    """Return the draft that this row holds."""
    return Draft(**{name: getattr(row, name) for name in Draft.__dataclass_fields__})
