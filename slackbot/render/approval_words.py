"""The words of approvals: reasons, outcomes and times, for request, card and thread alike."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from slackbot.render.ladder import priority_word
from slackbot.render.text import escape, moment, person
from slackbot.words import count, say
from workflows.domain.approval import Need
from workflows.domain.tone import Check
from workflows.store import approvals as book
from workflows.store.approvals import Approval
from workflows.store.history import Event
from workflows.store.views import EventView

TOLD = frozenset(
    {
        Event.APPROVAL_ASKED,
        Event.APPROVED,
        Event.APPROVAL_VOIDED,
        Event.APPROVAL_LATE,
        Event.SENT_BACK,
        Event.RECALLED,
    }
)
"""The events of approvals that the thread tells."""


def called(one: str) -> str:
    """Return what calls a person, a group, or everybody who is here."""
    if one == "here":
        return "<!here>"
    return f"<!subteam^{one}>" if one.startswith("S") and one.isalnum() else person(one)


def who_words(names: Sequence[str]) -> str:
    """Return those whom a rule names: "a supervisor", "an admin", a person, a group."""
    roles = {"supervisors": say("a supervisor"), "admins": say("an admin")}
    return ", ".join(roles.get(name) or called(name) for name in dict.fromkeys(names)) or say("nobody")


def reason_words(need: Need, *, is_bare: bool = False) -> str:
    """Return what made a rule hold, for an inert element.

    is_bare  without the words of the draft.
    """
    why = dict(need.why) | ({"offer": ""} if is_bare and "offer" in need.why else {})
    said = [_REASONS[name](value) for name, value in why.items() if name in _REASONS]
    return " · ".join(said) or say("every reply needs one")


_TONES: dict[str, Callable[[], str]] = {
    Check.SWEARING: lambda: say("swears"),
    Check.AGGRESSION: lambda: say("sounds aggressive"),
    Check.BLAME: lambda: say("blames the customer"),
    Check.DEFENSIVE: lambda: say("defends us instead of helping"),
    Check.TOO_LONG: lambda: say("is too long"),
    Check.UNCLEAR: lambda: say("is hard to follow"),
    Check.PERSONAL_DATA_SHOWN: lambda: say("shows personal data"),
    Check.PERSONAL_DATA_ASKED: lambda: say("asks for personal data"),
    Check.NO_NAME: lambda: say("does not use the customer’s name"),
    Check.NO_SIGNATURE: lambda: say("has no signature"),
    Check.NO_EMPATHY: lambda: say("does not acknowledge or apologise"),
    Check.PROMISE_WITHOUT_TIME: lambda: say("promises without a time"),
    Check.LINK_COST: lambda: say("has a link, which costs"),
}


def tone_words(checks: str) -> str:
    """Return what the tone check found, by the names of its checks with commas between."""
    return ", ".join(_TONES[name]() for name in checks.split(",") if name in _TONES)


def _offer(words: str) -> str:
    return say("offers money or goods: “%(words)s”", words=words) if words else say("offers money or goods")


def _tone(checks: str) -> str:
    found = tone_words(checks)
    return say("tone: %(found)s", found=found) if found else say("tone")


_REASONS: dict[str, Callable[[str], str]] = {
    "sensitive": lambda _: say("sensitive case"),
    "tone": _tone,
    "trainee": lambda _: say("its author is in training"),
    "offer": _offer,
    "tag": lambda value: say("tag %(tag)s", tag=value),
    "priority": lambda value: say("%(priority)s priority", priority=priority_word(value)),
    "team": lambda value: say("team %(team)s", team=value),
    "account": lambda value: say("account @%(account)s", account=value),
    "followers": lambda value: count(
        "the customer has %(number)s follower", "the customer has %(number)s followers", int(value)
    ),
    "cost": lambda value: say("costs $%(dollars)s", dollars=value),
}

_LANGUAGES: dict[str, Callable[[], str]] = {
    "en": lambda: say("English"),
    "hi": lambda: say("Hindi"),
    "hi-Latn": lambda: say("Hinglish"),
    "te": lambda: say("Telugu"),
    "bn": lambda: say("Bengali"),
    "tr": lambda: say("Turkish"),
}


def language_word(code: str) -> str:
    """Return a language's name; its code where we have none, "" for unknown."""
    if code in _LANGUAGES:
        return _LANGUAGES[code]()
    return "" if code in ("", "und") else escape(code, 10)


def count_words(approval: Approval, left: Sequence[Need]) -> str:
    """Return who has approved so far and how many are missing; "" where one yes is all."""
    if max((need.count for need in approval.needs), default=0) < 2 and not approval.voters:
        return ""
    missing = max((need.count for need in left), default=0)
    more = count("%(number)s more approval needed", "%(number)s more approvals needed", missing)
    if not approval.voters:
        return more if approval.is_pending else ""
    given = say("approved by %(who)s", who=", ".join(map(person, approval.voters)))
    return f"{given} · {more}" if approval.is_pending else given


def time_left(approval: Approval) -> str:
    """Return until when somebody has to decide, or since when it is late."""
    at = moment(approval.requested_at + approval.within, "{date_short_pretty} {time} ({ago})")
    if approval.wake_at is None or approval.step:
        return say(":red_circle: *LATE* · a decision was due %(at)s", at=at)
    return say(":hourglass_flowing_sand: decide by %(at)s", at=at)


def outcome(approval: Approval, editor: str, customer: str) -> str:
    """Return the line that says what came of a request: who, when, what.

    customer  already escaped.
    """
    who, author = person(approval.settled_by), person(approval.requested_by)
    at = moment(approval.settled_at) if approval.settled_at else ""
    if approval.state == book.APPROVED and editor == approval.settled_by:
        return say(
            ":white_check_mark: %(who)s changed %(author)s’s reply to @%(customer)s and approved it %(at)s",
            who=who,
            author=author,
            customer=customer,
            at=at,
        )
    if approval.state == book.APPROVED:
        return say(
            ":white_check_mark: %(who)s approved %(author)s’s reply to @%(customer)s %(at)s",
            who=who,
            author=author,
            customer=customer,
            at=at,
        )
    if approval.state == book.SENT_BACK:
        return say(
            ":leftwards_arrow_with_hook: %(who)s sent %(author)s’s reply to @%(customer)s back %(at)s",
            who=who,
            author=author,
            customer=customer,
            at=at,
        )
    if approval.state == book.RECALLED:
        return say(
            ":leftwards_arrow_with_hook: %(author)s recalled the reply to @%(customer)s %(at)s",
            author=author,
            customer=customer,
            at=at,
        )
    return _void(approval, who, author, customer, at)


def _void(approval: Approval, who: str, author: str, customer: str, at: str) -> str:
    """Return why a request is not needed any more."""
    if approval.reason == "edited":
        return say(
            ":pencil2: %(who)s changed %(author)s’s reply to @%(customer)s %(at)s; the new text is asked "
            "for below",
            who=who,
            author=author,
            customer=customer,
            at=at,
        )
    return say(
        ":no_entry_sign: Not needed any more since %(at)s: %(why)s. %(author)s looks at the reply to "
        "@%(customer)s again.",
        why=change_words(approval.reason),
        at=at,
        author=author,
        customer=customer,
    )


def change_words(why: str) -> str:
    """Return what has happened in a case that makes an approval void, inside a sentence."""
    another = say("another reply was sent")
    return {
        "post_received": say("the customer has written again"),
        "post_edited": say("the customer has edited the post"),
        "post_gone": say("the post is gone"),
        "reply_submitted": another,
        "reply_sent": another,
        "another_sent": another,
        "answered_on_x": say("somebody has answered on X itself"),
        "taken_over": say("somebody else has the case now"),
        "resolved": say("the case is resolved"),
        "opted_out": say("the customer wants no more messages"),
        "edited": say("the text was changed"),
    }.get(why, say("something has happened in the case"))


def event_sentence(event: EventView) -> str:
    """Return one line of the history about approvals as the thread says it."""
    facts = event.facts
    who, author = person(event.actor), person(facts.get("author", ""))
    if event.event == Event.APPROVAL_ASKED:
        return _asked(event, author)
    if event.event == Event.APPROVED:
        return _approved(facts, who, author)
    if event.event == Event.APPROVAL_LATE:
        return _late(facts.get("who", ""))
    if event.event == Event.APPROVAL_VOIDED:
        return _voided(facts.get("why", ""), who, author)
    if event.event == Event.RECALLED:
        return say("%(who)s recalled the reply", who=who)
    return say("%(who)s sent the reply back to %(author)s: Reply has the draft", who=who, author=author)


def _approved(facts: Mapping[str, str], who: str, author: str) -> str:
    if facts.get("left", "0") != "0":
        more = count("%(number)s more", "%(number)s more", int(facts["left"]))
        return say("%(who)s approved %(author)s’s reply; %(more)s needed", who=who, author=author, more=more)
    if "instead_of" in facts:
        return say("%(who)s changed %(author)s’s reply and approved it", who=who, author=author)
    return say("%(who)s approved %(author)s’s reply", who=who, author=author)


def _asked(event: EventView, author: str) -> str:
    names = who_words([name for name in event.facts.get("who", "").split(",") if name])
    until = event.facts.get("until", "")
    by = moment(datetime.fromisoformat(until)) if until else ""
    if event.actor != event.facts.get("author", event.actor):
        return say(
            "%(editor)s changed %(author)s’s reply; the new text needs the approval of %(who)s, until "
            "%(until)s",
            editor=person(event.actor),
            author=author,
            who=names,
            until=by,
        )
    return say(
        ":raised_hand: %(author)s’s reply waits for the approval of %(who)s, until %(until)s",
        author=person(event.actor),
        who=names,
        until=by,
    )


def _late(names: str) -> str:
    if not names:
        return say(":red_circle: Nobody has decided about the reply in time, and nobody else is in line")
    who = who_words(names.split(","))
    return say(
        ":red_circle: Nobody has decided about the reply in time; the next in line is asked: %(who)s", who=who
    )


def _voided(why: str, who: str, author: str) -> str:
    if why == "edited":
        return say("The approval asked for before is void: %(who)s changed the text", who=who)
    return say(
        "%(author)s’s reply was not sent: %(why)s. Please look at it again: Reply has the draft",
        author=author,
        why=change_words(why),
    )
