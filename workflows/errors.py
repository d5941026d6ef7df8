"""What can go wrong, in one tree.

DeskError
├── Refusal            a rule says no; the person is told why, nothing changed
│   ├── Missing        what the click points at is not there
│   ├── HeldByOther    somebody else has the case
│   └── NotAllowed     this person may not do this
├── Conflict           somebody was faster: the click came too late
├── AlreadyTaken       this very delivery was worked through before
├── NotSaved           the store did not answer in time; nothing was kept
└── DeliveryError      an effect did not go out
    ├── TryLater       proven not accepted; may go out after a while
    ├── Undeliverable  the far side says never
    └── OutcomeUnknown it may or may not have been accepted
"""

from datetime import datetime


class DeskError(Exception):
    """Any error that the desk itself raises."""


class Refusal(DeskError):
    """A rule says no.

    code   the name of the sentence that the person reads (slackbot.render.notices).
    facts  ids and times that the sentence needs; never customer text.
    """

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.facts = facts


class Missing(Refusal):
    """What the click points at does not exist (any more)."""


class HeldByOther(Refusal):
    """Somebody else has the case."""

    def __init__(self, holder: str, since: datetime) -> None:
        super().__init__("held", holder=holder, since=since.isoformat())


class NotAllowed(Refusal):
    """This person's role does not allow this."""


class Conflict(Refusal):
    """The case changed between the rendering of the button and the click."""


class AlreadyTaken(DeskError):
    """This delivery (event, click, submission) was worked through before."""


class NotSaved(DeskError):
    """The store did not take the change in time; nothing was kept."""


class DeliveryError(DeskError):
    """An effect did not go out as asked."""


class TryLater(DeliveryError):
    """Proven not accepted: the effect may be tried again.

    after_s    seconds to wait before the next try.
    throttled  the far side said "too fast": everything of the same budget waits too.
    parked     the credentials are refused: an operator has to act.
    """

    def __init__(self, reason: str, *, after_s: float, throttled: bool = False, parked: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s
        self.throttled = throttled
        self.parked = parked


class Undeliverable(DeliveryError):
    """The far side says never: `reason` is one of the codes that notices can put into words."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class OutcomeUnknown(DeliveryError):
    """The request was (or may have been) written and no readable answer came."""
