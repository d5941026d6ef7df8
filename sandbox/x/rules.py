"""What the stand-in X charges, and which of its rules the control API may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

OWNED_READ = Decimal("0.001")
POST_READ = Decimal("0.005")
USER_READ = Decimal("0.010")
DM_READ = Decimal("0.010")
WRITE = Decimal("0.015")
WRITE_WITH_LINK = Decimal("0.200")
WRITE_SUMMONED = Decimal("0.010")
WRITE_DM = Decimal("0.015")
DELETION = Decimal("0.010")

TIMELINE_WINDOW = 3200
DM_LENGTH = 10_000
DMS_KEPT_FOR = timedelta(days=30)
EDITS = 5
EDITABLE_FOR = timedelta(hours=1)
REPLY_SETTINGS = ("everyone", "following", "mentionedUsers", "subscribers", "verified")

_CHOICES = {"reply_rule": ("summoned", "open"), "dm_refusals": ("v2", "v1")}


@dataclass(slots=True)
class Settings:
    """What the control API may change about X's rules.

    old_versions_answerable  whether a post may be answered by the id it had before an edit.
    dm_refusals              how a refused direct message is answered: `v1` tells the reason, by number.
    deep_link_costs          whether a post with a `direct_message_deep_link` is charged as one with a link.
    """

    reply_rule: str = "summoned"
    implicit_mentions_summon: bool = True
    mentions_window: int = 800
    old_versions_answerable: bool = False
    dm_refusals: str = "v2"
    deep_link_costs: bool = False

    def change(self, spec: dict[str, Any]) -> None:
        """Change what `spec` names; raise ValueError when it makes no sense."""
        for key, value in spec.items():
            if key not in self.__slots__:
                raise ValueError(f"there is no setting {key}")
            if key in _CHOICES and value not in _CHOICES[key]:
                raise ValueError(f"{key} must be {' or '.join(_CHOICES[key])}, not {value!r}")
            if type(value) is not type(getattr(self, key)):
                raise ValueError(f"{key} must be {type(getattr(self, key)).__name__}, not {value!r}")
        if spec.get("mentions_window", 1) < 1:
            raise ValueError(f"mentions_window must be above zero, not {spec['mentions_window']!r}")
        for key, value in spec.items():
            setattr(self, key, value)

    def shown(self) -> dict[str, Any]:
        """Return all of them, as `change` would take them."""
        return {key: getattr(self, key) for key in self.__slots__}


@dataclass(slots=True)
class Spending:
    """What X would have charged; the same thing read twice in a day is charged once."""

    reads: Decimal = Decimal(0)
    writes: Decimal = Decimal(0)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def read(self, kind: str, ids: Iterable[str], price: Decimal, *, day: str) -> None:
        """Charge `price` for each of these posts, users or messages that was not read on this `day` yet."""
        fresh = {(kind, one, day) for one in ids} - self._seen
        self._seen |= fresh
        self.reads += price * len(fresh)

    def write(self, price: Decimal) -> None:
        """Charge for a post, a deletion or a direct message."""
        self.writes += price

    def summary(self) -> dict[str, str]:
        """Return dollars as text with four decimals."""
        return {
            "reads": f"{self.reads:.4f}",
            "writes": f"{self.writes:.4f}",
            "total": f"{self.reads + self.writes:.4f}",
        }
