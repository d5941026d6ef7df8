"""People of the workspace and what they may do."""

from dataclasses import dataclass

from workflows.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the Slack workspace, as last fetched."""

    id: str
    team_id: str
    name: str
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_deleted: bool = False


def may_act(person: Person | None, *, team_id: str, home_team: str) -> None:
    """Check that this person may work on cases; guests, externals, bots and leavers may only read.

    person     None while Slack has not yet told us who this is: a full member until known otherwise.
    team_id    the workspace that the click says this person is of; "" when it does not say.
    home_team  our workspace's id; "" while unknown.

    Raises NotAllowed.
    """
    theirs = (person.team_id if person else "") or team_id
    if home_team and theirs and theirs != home_team:
        raise NotAllowed("externals_read_only")
    if person is None:
        return
    if person.is_guest:
        raise NotAllowed("guests_read_only")
    if person.is_bot or person.is_deleted:
        raise NotAllowed("not_a_member")
