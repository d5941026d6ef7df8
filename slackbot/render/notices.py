"""Private words, refusals and alerts: codes in, sentences out."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from slackbot.render.approval_words import change_words, tone_words, who_words
from slackbot.render.text import Message, button, escape, moment, person, section
from slackbot.words import say

Facts = Mapping[str, str]


def _held(facts: Facts) -> str:
    since = moment(datetime.fromisoformat(facts["since"]))
    return say("%(who)s has this case since %(at)s.", who=person(facts["holder"]), at=since)


def _too_long(facts: Facts) -> str:
    return say(
        "X counts %(length)s characters here and allows %(limit)s. Please shorten the text by %(over)s.",
        length=facts["length"],
        limit=facts["limit"],
        over=facts["over"],
    )


def _settled(facts: Facts) -> str:
    at = moment(datetime.fromisoformat(facts["since"]))
    who = person(facts["holder"])
    words = {
        "approved": say("%(who)s has approved this already, %(at)s.", who=who, at=at),
        "sent_back": say("%(who)s has sent this back already, %(at)s.", who=who, at=at),
        "recalled": say("%(who)s has recalled this, %(at)s.", who=who, at=at),
    }
    return words.get(facts["state"], say("This was settled at %(at)s; please look at the case.", at=at))


_PRIVATE: dict[str, Callable[[Facts], str]] = {
    "held": _held,
    "changed_hands": lambda facts: say(
        "%(who)s has taken this case meanwhile; nothing was changed.", who=person(facts["holder"])
    ),
    "resolved": lambda _: say("This case is resolved. Re-open it first."),
    "post_gone": lambda _: say("The post is gone, so that nobody can answer it. Please choose another one."),
    "not_resolved": lambda _: say("This case is open already."),
    "not_held": lambda _: say("Nobody has this case, so there is nothing to release."),
    "no_such_case": lambda _: say("This case is not there any more."),
    "no_such_draft": lambda _: say("This draft is not there any more."),
    "no_such_post": lambda _: say("There is no post to answer in this case."),
    "not_your_draft": lambda _: say("This is a colleague’s draft."),
    "already_submitted": lambda _: say("This reply was handed in already."),
    "doubt_settled": lambda _: say("This was settled meanwhile; please look at the card."),
    "opted_out": lambda _: say("This customer asked for no automatic messages; nothing is sent."),
    "dm_came": lambda _: say("Their direct message has come meanwhile; please look at the card."),
    "dm_closed_already": lambda _: say("The public thread has its last line already."),
    "answer_on_x": lambda _: say("X does not let us answer this post from here. Please use Open on X."),
    "sends_at": lambda facts: say(
        "Sends at %(at)s.", at=moment(datetime.fromisoformat(facts["at"]), "{time_secs}")
    ),
    "left_already": lambda _: say("It has left for X already and cannot be taken back."),
    "macro_missing": lambda _: say("The playbook names no macro for this."),
    "macro_empty": lambda _: say("This macro has no words in any language."),
    "unfilled": lambda facts: say(
        "The macro needs %(placeholder)s, which nobody knows here. Please write it yourself.",
        placeholder="{" + escape(facts["placeholder"], 60) + "}",
    ),
    "promise_past": lambda _: say("The time that is promised has passed. Please choose a later one."),
    "empty": lambda _: say("Please write something."),
    "too_long": _too_long,
    "guests_read_only": lambda _: say("Guests may read the cards, but not work on them."),
    "externals_read_only": lambda _: say(
        "People of other workspaces may read the cards, but not work on them."
    ),
    "not_a_member": lambda _: say("Only members of this workspace may work on cases."),
    "not_an_agent": lambda _: say("Only the agents whom the playbook lists may work on cases."),
    "nobody_on_duty": lambda _: say("Nobody of them is on duty. Please choose somebody else."),
    "no_next_step": lambda _: say("The ladder has no further step. Please choose somebody else."),
    "nobody_waits": lambda _: say("Nobody waits for an answer in this case any more."),
    "taken_on": lambda facts: say(
        "%(who)s has taken this on already, since %(at)s.",
        who=person(facts["holder"]),
        at=moment(datetime.fromisoformat(facts["since"])),
    ),
    "approval_asked": lambda facts: say(
        "Not sent yet: it needs the approval of %(who)s, until %(until)s. You can recall it on the card.",
        who=who_words(facts["who"].split(",")),
        until=moment(datetime.fromisoformat(facts["until"])),
    ),
    "approval_settled": _settled,
    "approval_text_changed": lambda _: say(
        "The text is not the one that this button was made for; nothing was sent. Please read the new one."
    ),
    "approved_before": lambda _: say("You have approved this already; somebody else is still needed."),
    "context_changed": lambda facts: say(
        "Nothing was sent: %(why)s. The author was asked to look at the reply again.",
        why=change_words(facts["why"]),
    ),
    "own_draft": lambda _: say("This is your own reply: somebody else has to decide about it."),
    "own_edit": lambda _: say("You have changed this text yourself: somebody else has to approve it."),
    "not_an_approver": lambda _: say("You are not among those who may decide about this reply."),
    "no_such_approval": lambda _: say("This request is not there any more."),
    "edit_refused": lambda facts: say(
        "The playbook does not let this out: the text %(found)s.",
        found=tone_words(facts["checks"]) or say("breaks a rule of tone"),
    ),
    "press_again": lambda _: say("Slack gave up waiting for the dialog. Please press the button again."),
    "not_saved": lambda _: say("Not saved, please press again."),
    "saved_shown_late": lambda _: say("Saved. Slack will show it a little late."),
}

_ALERTS: dict[str, Callable[[Facts], str]] = {
    "parked_login_refused": lambda _: say(
        ":rotating_light: X refuses our login. Replies and intake wait. Check X_ACCESS_TOKEN and its secret."
    ),
    "parked_credits_spent": lambda _: say(
        ":rotating_light: X says that the plan’s credits or cap are used up. Replies and intake wait."
    ),
    "parked_account_locked": lambda _: say(
        ":rotating_light: X has locked our account. Replies and intake wait. Log in on x.com and unlock it."
    ),
    "parked_account_suspended": lambda _: say(
        ":rotating_light: X has suspended our account. Replies and intake wait. Only X can lift that."
    ),
    "parked_dm_not_allowed": lambda _: say(
        ":warning: X does not let us read or write direct messages. All else goes on. Check that the X app’s "
        "permissions are “Read and write and Direct message”, and its plan."
    ),
    "dm_gap": lambda facts: say(
        ":warning: More direct messages came than the desk reads in one look. Some between message %(since)s "
        "and message %(until)s may be missing.",
        since=facts["since"],
        until=facts["until"],
    ),
    "dm_channel_not_private": lambda facts: say(
        ":warning: Everybody could read %(where)s, so no direct message is shown there; a dialog opens "
        "them. Make the channel private, or invite the bot to the private one.",
        where=escape(facts["where"], 80),
    ),
    "dm_channel_refused": lambda facts: say(
        ":warning: Slack does not take direct messages for %(where)s (%(why)s); a dialog opens them.",
        where=escape(facts["where"], 80),
        why=facts["why"],
    ),
    "intake_gap": lambda facts: say(
        ":warning: More mentions came than X shows (about 800). Some between post %(since)s and post "
        "%(until)s may be missing.",
        since=facts["since"],
        until=facts["until"],
    ),
    "post_not_stored": lambda facts: say(
        ":warning: Post %(post)s could not be stored; the log says why. The other posts are in.",
        post=facts["post"],
    ),
    "poison": lambda facts: say(
        ":warning: Effect %(effect)s (%(kind)s) broke its worker three times and is set aside.",
        effect=facts["effect"],
        kind=facts["kind"],
    ),
    "playbook_refused": lambda facts: say(
        ":warning: The playbook %(file)s has an error, the last good one stays. Line %(line)s, column "
        "%(column)s: %(found)s; %(fix)s. (%(more)s more; `mentiondesk playbook lint` "
        "shows all.)",
        file=escape(facts["file"], 100),
        line=facts["line"],
        column=facts["column"],
        found=escape(facts["found"], 400),
        fix=escape(facts["fix"], 400),
        more=facts["more"],
    ),
    "case_not_timed": lambda facts: say(
        ":warning: The clocks of case %(case)s cannot be worked out; the log says why. The others go on.",
        case=facts["case"],
    ),
    "clock_jumped": lambda facts: say(
        ":warning: The machine’s clock jumped by %(jump_s)s s. Escalation waited one turn; please check "
        "the time.",
        jump_s=facts["jump_s"],
    ),
    "ping_refused": lambda facts: say(
        ":warning: Slack does not take pings for %(channel)s (%(why)s). They go to the cards’ channel "
        "meanwhile.",
        channel=facts["channel"],
        why=facts["why"],
    ),
    "request_refused": lambda facts: say(
        ":warning: Slack does not take requests for approval in %(channel)s (%(why)s). They go to the cards’ "
        "channel meanwhile.",
        channel=facts["channel"],
        why=facts["why"],
    ),
    "card_refused": lambda facts: say(
        ":warning: Slack does not take the cards of %(channel)s (%(why)s). They are tried again and again.",
        channel=facts["channel"],
        why=facts["why"],
    ),
}

_X_REFUSALS: dict[str, Callable[[], str]] = {
    "duplicate_text": lambda: say(
        "the same text was posted before. Please make it personal and reply again."
    ),
    "not_summoned": lambda: say(
        "it lets us answer only people who mention or quote us. Please use Open on X."
    ),
    "reply_restricted": lambda: say("the author has limited who may reply. Please use Open on X."),
    "target_gone": lambda: say("the customer’s post is gone. Please resolve the case, or look on X."),
    "author_unavailable": lambda: say(
        "the customer’s account is protected or suspended. Please resolve the case, or wait."
    ),
    "blocked": lambda: say("the customer has blocked us. Please resolve the case."),
    "too_long": lambda: say("the text is too long for this account."),
    "dm_closed": lambda: say(
        "DM not possible, the customer takes none from us. Please offer a public reply with the DM link."
    ),
    "dm_not_allowed": lambda: say("X does not let us write direct messages. The operators know."),
    "target_edited": lambda: say("the customer edited the post. Please look again and reply to the new one."),
    "edited_meanwhile": lambda: say(
        "the customer edited the post. We fetch the new words; then the reply comes back to you."
    ),
    "author_suspended": lambda: say("X has suspended the customer’s account. Please resolve the case."),
    "author_protected": lambda: say(
        "the customer’s account is protected. Please resolve the case, or wait until it is open."
    ),
    "account_locked": lambda: say("X has locked our account. The operators know; nothing is lost."),
    "account_suspended": lambda: say("X has suspended our account. The operators know; nothing is lost."),
    "forbidden": lambda: say("it gave no reason that we know. Please try on X itself."),
    "poison": lambda: say("sending it broke the worker. The operators know."),
    "login_refused": lambda: say("X refuses our login. The operators know; nothing is lost."),
    "credits_spent": lambda: say("the plan’s credits are used up. The operators know; nothing is lost."),
    "x_busy": lambda: say("X asks us to slow down; it goes out by itself."),
    "unreachable": lambda: say("X cannot be reached; it goes out by itself."),
}


def private_words(code: str, facts: Facts) -> str:
    """Return the sentence behind a refusal's code."""
    return _PRIVATE[code](facts)


_MOMENT = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_MENTION = re.compile(r"<@(\w+)>")


def plain_words(code: str, facts: Facts, name_of: Callable[[str], str]) -> str:
    """Return the same sentence for under a dialog's field, where Slack draws neither times nor mentions."""
    words = _MOMENT.sub(r"\1", private_words(code, facts))
    return _MENTION.sub(lambda mention: name_of(mention[1]), words)


def refusal_of_x(reason: str) -> str:
    """Return why X would not have a reply, and what to do next."""
    return _X_REFUSALS.get(reason, _X_REFUSALS["forbidden"])()


_HELD: dict[str, Callable[[], str]] = {
    "post_received": lambda: say("the customer wrote meanwhile. Please press Reply and look again."),
    "post_edited": lambda: say("the customer edited the post. Please press Reply and look again."),
    "post_gone": lambda: say("the customer’s post is gone. Please look whether an answer is still wanted."),
    "reply_submitted": lambda: say("a colleague answered meanwhile. Please press Reply and look again."),
    "reply_sent": lambda: say("a colleague answered meanwhile. Please press Reply and look again."),
    "answered_on_x": lambda: say("somebody answered on X itself. Please press Reply and look again."),
    "resolved": lambda: say("the case was resolved meanwhile."),
    "taken_over": lambda: say("a colleague took the case over."),
    "needs_approval": lambda: say(
        "such an answer needs an approval by now. Please press Reply and hand it in."
    ),
    "opted_out": lambda: say("the customer asked to be left alone. Please look again."),
    "another_sent": lambda: say("another reply was sent meanwhile. Please press Reply and look again."),
    "sent_back": lambda: say("it was sent back, the thread says why. Please press Reply to change it."),
}


def held_because(reason: str) -> str:
    """Return why an answer came back to its author, and what to do next."""
    return _HELD.get(
        reason, lambda: say("something happened meanwhile. Please press Reply and look again.")
    )()


def render_notice(code: str, facts: Facts, block_id: str) -> Message:
    """Return a private message."""
    words = private_words(code, facts)
    blocks = [section(block_id, words)]
    if code == "sends_at":
        undo = button("undo", say("Undo"), facts["draft"])
        blocks.append({"type": "actions", "block_id": f"{block_id}-undo", "elements": [undo]})
    return Message(words, blocks)


def render_alert(code: str, facts: Facts, block_id: str) -> Message:
    """Return a message to the operators."""
    words = _ALERTS[code](facts)
    return Message(words, [section(block_id, words)])


def codes() -> set[str]:
    """Return every code that has a sentence, for the test that none is missing."""
    return {*_PRIVATE, *_ALERTS, *_X_REFUSALS}
