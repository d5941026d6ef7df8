"""What any card and thread may say of direct messages: how they stand, and never a word of them."""

from datetime import datetime

from slackbot.render.notices import refusal_of_x
from slackbot.render.text import Json, button, moment, person, quote, rich
from slackbot.words import say
from workflows.domain.case import Case, Status
from workflows.domain.handoff import Stage
from workflows.store import drafts as states
from workflows.store.contacts import NO, YES
from workflows.store.directs import DirectState
from workflows.store.drafts import Draft
from workflows.store.views import EventView

READ_DM, MOVE_TO_DM, REPLY_BY_DM, CLAIM = "read_dm", "move_to_dm", "dm_reply", "dm_claim"
IT_IS_THERE, SEND_AGAIN, ENCRYPTED = "dm_it_is_there", "dm_send_again", "dm_encrypted"


def state_lines(state: DirectState, *, leaves_at: datetime | None = None) -> list[str]:
    """Return how a case's direct messages stand, for the card that shows them.

    leaves_at  about when an answer leaves that waits for X's limit.
    """
    reply = _reply_line(state.reply, leaves_at) if state.reply else ""
    return [line for line in (reply, *_standing(state)) if line]


def direct_lines(state: DirectState) -> list[str]:
    """Return what a card in a channel that everybody reads says of direct messages, beside our answers."""
    came = say(":envelope: *Direct message* – open it to read") if state.count else ""
    return [line for line in (came, *_standing(state)) if line]


def _standing(state: DirectState) -> list[str]:
    opted_out = say(":no_bell: wants no automatic messages") if state.opted_out_at else ""
    return [_stage_line(state), _reach(state), opted_out]


def direct_buttons(state: DirectState, case: Case, value: str, *, may_invite: bool) -> list[Json]:
    """Return the buttons about direct messages for a card in a channel that everybody reads.

    value       of the card's buttons.
    may_invite  X lets us answer the customer's post, which is how we invite them.
    """
    buttons = []
    is_open = case.status is not Status.RESOLVED
    if state.count:
        buttons.append(button(READ_DM, say("Read DM"), value))
        if is_open:
            buttons.append(button(REPLY_BY_DM, say("Reply by DM"), value))
    elif is_open and may_invite:
        buttons.append(button(MOVE_TO_DM, say("Move to DM"), value))
    return buttons


def _stage_line(state: DirectState) -> str:
    if state.stage is Stage.INVITED and state.invited_at:
        return say(":incoming_envelope: invited to DM %(at)s, nothing came yet", at=moment(state.invited_at))
    if state.stage in (Stage.WROTE, Stage.CONTINUED):
        return say(":incoming_envelope: goes on by DM")
    return ""


def _reach(state: DirectState) -> str:
    if state.is_encrypted:
        return say(":closed_lock_with_key: their chat is encrypted: read it in the X app")
    if state.takes_dms == NO:
        return say(":mailbox_closed: DM not possible: offer a public reply with the link that opens a DM")
    if state.takes_dms == YES:
        return say(":mailbox: DM open")
    return say(":mailbox: DM: X does not say whether it is open") if state.was_asked else ""


def _reply_line(draft: Draft, leaves_at: datetime | None) -> str:
    who = person(draft.author)
    if draft.state == states.SUBMITTED:
        return _waiting_line(draft, who, leaves_at)
    why = refusal_of_x(draft.reason) if draft.state == states.REFUSED else ""
    at = moment(draft.settled_at) if draft.settled_at else ""
    return {
        states.AWAITING: say(":raised_hand: %(who)s’s DM waits for approval", who=who),
        states.DOUBTED: say(
            ":mag: X gave no clear answer to %(who)s’s DM; looking whether it is there", who=who
        ),
        states.ASKED: say(
            ":grey_question: We could not confirm that %(who)s’s DM is on X. Please look and say which.",
            who=who,
        ),
        states.SENT: say(":white_check_mark: %(who)s answered by DM %(at)s", who=who, at=at),
        states.REFUSED: say(":no_entry: X refused %(who)s’s DM: %(why)s", who=who, why=why),
    }.get(draft.state, "")


def _waiting_line(draft: Draft, who: str, leaves_at: datetime | None) -> str:
    if leaves_at:
        return limit_line(draft, leaves_at)
    if draft.reason:
        return say(":hourglass: %(who)s’s DM waits: %(why)s", who=who, why=refusal_of_x(draft.reason))
    return say(":outbox_tray: %(who)s’s DM is on its way to X", who=who)


def limit_line(draft: Draft, leaves_at: datetime) -> str:
    """Return about when an answer leaves that waits for X's limit; any card may say it."""
    who, at = person(draft.author), moment(leaves_at, "{time}")
    return say(":hourglass: %(who)s’s DM waits for X’s limit, leaves about %(at)s", who=who, at=at)


def doubt_buttons(draft: Draft) -> list[Json]:
    """Return the buttons of the question whether a direct message of ours is there."""
    return [
        button(IT_IS_THERE, say("It is there"), str(draft.id), style="primary"),
        button(SEND_AGAIN, say("Send again"), str(draft.id)),
    ]


def render_help(purpose: str, words: str, case_id: str, block_id: str) -> list[Json]:
    """Return words that were made ready for an agent, with the buttons that open them for sending.

    purpose  nudge, other_channels or closing.
    """
    value = f"{case_id}|0|"
    labels = {
        "nudge": say("Send nudge"),
        "other_channels": say("Offer other channels"),
        "closing": say("Send closing line"),
    }
    buttons = [button(f"send_{purpose}", labels[purpose], value, style="primary")]
    if purpose != "closing":
        buttons.append(button(ENCRYPTED, say("They wrote, I see nothing"), value))
    return [
        rich(f"{block_id}-words", quote(words, limit=800)),
        {"type": "actions", "block_id": f"{block_id}-actions", "elements": buttons},
    ]


def help_sentence(purpose: str, agent: str) -> str:
    """Return what is said above words that were made ready for this agent."""
    who = person(agent)
    nudge = say("%(who)s, no direct message has come yet. A reminder is ready:", who=who)
    return {
        "other_channels": say("%(who)s, still no direct message. An offer of other ways is ready:", who=who),
        "closing": say("%(who)s, it goes on by DM. A last line for the public thread is ready:", who=who),
    }.get(purpose, nudge)


def is_direct(event: EventView) -> bool:
    """Tell whether a line of the history is about a direct message, whose words no thread shows."""
    return event.facts.get("channel") == "dm"
