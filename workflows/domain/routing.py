"""Routing: where a case goes, and whose it becomes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from workflows.domain.playbook import Playbook, Route
from workflows.domain.triage import Verdict

NOWHERE = Route()


def route_of(playbook: Playbook, verdict: Verdict, *, account: str) -> Route:
    """Return the first route that fits what triage made of a post."""
    return route_for(
        playbook, tags=verdict.tags, team=verdict.team, language=verdict.language, account=account
    )


def route_for(
    playbook: Playbook, *, tags: Sequence[str], team: str | None, language: str, account: str
) -> Route:
    """Return the first route that fits; one without conditions fits always."""
    for route in playbook.routes:
        if (
            _fits(route.tags, tags)
            and _fits(route.teams, [team])
            and _fits(route.languages, [language])
            and _fits([name.casefold() for name in route.accounts], [account.casefold()])
        ):
            return route
    return NOWHERE


def _fits(wanted: Sequence[str], given: Sequence[str | None]) -> bool:
    return not wanted or any(one in wanted for one in given)


def owner_of(
    route: Route,
    candidates: Sequence[str],
    *,
    load: Mapping[str, int],
    last_given: Mapping[str, datetime],
) -> str | None:
    """Return who gets a new case; None leaves it to be claimed.

    candidates  user ids of those on duty.
    load        how many unresolved cases each has.
    last_given  when each was given a case last; who is missing comes first.
    """
    if not candidates or route.owner == "none":
        return None
    if route.owner == "least_load":
        return min(candidates, key=lambda user: (load.get(user, 0), _turn(last_given, user)))
    return min(candidates, key=lambda user: _turn(last_given, user))


def _turn(last_given: Mapping[str, datetime], user: str) -> tuple[float, str]:
    at = last_given.get(user)
    return (at.timestamp() if at else 0.0, user)
