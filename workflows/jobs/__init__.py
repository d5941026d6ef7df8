"""RQ doors of X: deliver an answer, look for it, poll what X shows. Ids in, nothing decided here.

The deeds stand in `speaking`, the polls in `polling` (mentions) and `inbox` (direct messages),
what changes on X after it was stored in `upkeep`.
"""

from workflows.delivery import Deed, deliver_effect, reconcile_effect
from workflows.desk import Desk, the_desk
from workflows.domain.effects import Kind
from workflows.jobs import upkeep
from workflows.jobs.inbox import poll_inboxes
from workflows.jobs.polling import poll_mentions
from workflows.jobs.speaking import DmDeed, ReachDeed, ReplyDeed


def deliver(effect_id: int) -> None:
    """Carry out one effect on X."""
    desk = the_desk()
    deliver_effect(desk.performer, deeds_of(desk), effect_id)


def reconcile(effect_id: int) -> None:
    """Look on X for an answer of which nobody knows whether it is there."""
    desk = the_desk()
    reconcile_effect(desk.performer, deeds_of(desk), effect_id)


def poll(_: int) -> None:
    """Ask X for new mentions of our account, and store them."""
    poll_mentions(the_desk())


def poll_direct(_: int) -> None:
    """Ask X for new direct messages when their time has come; offer agents the help that is due."""
    poll_inboxes(the_desk())


def poll_own(_: int) -> None:
    """Ask X for answers that somebody gave on X itself, past the desk."""
    upkeep.poll_own(the_desk())


def recheck(_: int) -> None:
    """Ask X whether stored posts are still there, and as they were."""
    upkeep.recheck_posts(the_desk())


def deeds_of(desk: Desk) -> dict[Kind, Deed]:
    """Return how each kind of effect on X is carried out."""
    return {Kind.REPLY: ReplyDeed(desk), Kind.DM: DmDeed(desk), Kind.REACH: ReachDeed(desk)}
