"""Count calls against the rate limits of the stand-ins.

A window opens with the first call of its bucket and lasts as long as its rule says; then it starts afresh,
which is what X documents and what is indistinguishable, for one call a second, from Slack's behaviour.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

Rule = tuple[int, float]
"""How many calls, in how many seconds."""

_UNLIMITED = 10**9


@dataclass(frozen=True, slots=True)
class Room:
    """What is left in a bucket after a call has been counted (a refused call is not counted)."""

    limit: int
    remaining: int
    reset_in_seconds: float
    refused: bool


@dataclass(slots=True)
class _Window:
    opened: float
    used: int = 0


class Limits:
    """Rate limits by rule, each with as many buckets as there are keys."""

    def __init__(self, defaults: dict[str, Rule]) -> None:
        self._defaults = dict(defaults)
        self._rules = dict(defaults)
        self._windows: dict[str, _Window] = {}

    def take(self, key: str, *, name: str | None = None) -> Room:
        """Count one call into the bucket `key` by the rule `name` (by default the rule called like the key).

        A name without a rule is unlimited.
        """
        rule = self._rules.get(name or key)
        if rule is None:
            return Room(_UNLIMITED, _UNLIMITED, 0.0, refused=False)
        limit, seconds = rule
        now = time.monotonic()
        window = self._windows.get(key)
        if window is None or now - window.opened >= seconds:
            window = self._windows[key] = _Window(now)
        refused = window.used >= limit
        if not refused:
            window.used += 1
        return Room(limit, max(0, limit - window.used), window.opened + seconds - now, refused)

    def change(self, spec: dict[str, Any]) -> None:
        """Change the named rules and start all windows afresh; raise ValueError when `spec` makes no sense.

        `{"all": None}` takes every limit away, `{"all": "default"}` puts the first ones back; either may be
        followed by single rules, `[count, seconds]` or None.
        """
        rules = dict(self._rules)
        if "all" in spec:
            if spec["all"] not in (None, "default"):
                raise ValueError(f'limits: all must be null or "default", not {spec["all"]!r}')
            rules = {} if spec["all"] is None else dict(self._defaults)
        for name, rule in spec.items():
            if name == "all":
                continue
            if rule is None:
                rules.pop(name, None)
            else:
                rules[name] = _read_rule(name, rule)
        self._rules = rules
        self._windows.clear()

    def pass_time(self, seconds: float) -> None:
        """Let every window grow older by so much."""
        for window in self._windows.values():
            window.opened -= seconds

    def reset(self) -> None:
        """Put the first rules back and forget what was used."""
        self.change({"all": "default"})

    def rules(self) -> dict[str, list[float]]:
        """Return the rules now in force, as `change` would take them."""
        return {name: [count, seconds] for name, (count, seconds) in sorted(self._rules.items())}


def _read_rule(name: str, rule: Any) -> Rule:
    wrong = ValueError(f"limits: {name} must be [count, seconds], both above zero, not {rule!r}")
    if not isinstance(rule, list | tuple) or len(rule) != 2:
        raise wrong
    count, seconds = rule
    if isinstance(count, bool) or not isinstance(count, int) or not isinstance(seconds, int | float):
        raise wrong
    if count < 0 or seconds <= 0:
        raise wrong
    return count, float(seconds)
