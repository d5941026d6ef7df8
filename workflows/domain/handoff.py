"""Move to DM: the hand-off of a public matter into direct messages.

invited → wrote → continued → closed; invited → lapsed when no DM came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Stage(StrEnum):
    """Where a hand-off stands."""

    INVITED = "invited"  # the public invitation was handed in
    WROTE = "wrote"  # the customer's direct message came
    CONTINUED = "continued"  # we answered it there
    CLOSED = "closed"  # the public thread has its closing line
    LAPSED = "lapsed"  # the matter ended otherwise


@dataclass(frozen=True, slots=True)
class MoveToDm:
    """How a playbook moves customers to DM; the four texts are names of macros, "" for none.

    invite          the public invitation; it needs {dm_link}.
    nudge           offered to the agent when no DM came within `wait`.
    other_channels  offered `wait` after the nudge was due.
    closing         the one public line when the DM goes on.
    privacy         language to the line that ends the account's first DM to a person: where the privacy
                    policy stands, and how to opt out.
    """

    invite: str = ""
    nudge: str = ""
    other_channels: str = ""
    closing: str = ""
    wait: timedelta = timedelta(minutes=30)
    privacy: Mapping[str, str] = field(default_factory=dict)
