"""Each finding of the tone check as one sentence: where, why, and what to do instead."""

from collections.abc import Callable

from slackbot.words import say
from workflows.domain.tone import Check, Finding


def why(finding: Finding) -> str:
    """Return the sentence; what it quotes are words of the draft, so it goes to Slack through `escape`."""
    return _SENTENCES[finding.check](finding.what)


def _unclear(what: str) -> str:
    return {
        "questions": say("So many questions at once are hard to answer: ask for one or two things."),
        "paragraph": say("It is one long block: break it into short paragraphs."),
    }.get(what, say("This sentence is hard to follow: cut it into shorter ones."))


def _no_empathy(what: str) -> str:
    return {
        "late": say("The customer is angry: say that you understand and are sorry before what comes next."),
        "no_step": say("The customer is angry, and nothing says what happens next: add the next step."),
    }.get(what, say("The customer is angry: say that you understand and are sorry, then what comes next."))


def _datum(kind: str) -> str:
    return {
        "card": say("a card number"),
        "iban": say("an IBAN"),
        "phone": say("a telephone number"),
        "email": say("an e-mail address"),
        "aadhaar": say("an Aadhaar number"),
        "pan": say("a PAN"),
        "tckn": say("a Turkish identity number"),
        "nid": say("a national identity number"),
        "order_number": say("an order number"),
    }.get(kind, say("personal data"))


_SENTENCES: dict[Check, Callable[[str], str]] = {
    Check.SWEARING: lambda what: say("“%(words)s” is a swear word: leave it out.", words=what),
    Check.AGGRESSION: lambda what: say(
        "“%(words)s” sounds like an attack: say what happened and what you will do.", words=what
    ),
    Check.BLAME: lambda what: say(
        "“%(words)s” blames the customer: say what happened, without whose fault it was.", words=what
    ),
    Check.DEFENSIVE: lambda what: say(
        "“%(words)s” defends us instead of helping: say what you can do for them.", words=what
    ),
    Check.TOO_LONG: lambda _: say("It is too long for one post from here on: shorten it."),
    Check.UNCLEAR: _unclear,
    Check.PERSONAL_DATA_SHOWN: lambda what: say(
        "Everybody could read %(datum)s here: take it out, or send it in a direct message.",
        datum=_datum(what),
    ),
    Check.PERSONAL_DATA_ASKED: lambda what: say(
        "“%(words)s” asks for personal data where everybody reads: ask for it in a direct message.",
        words=what,
    ),
    Check.NO_NAME: lambda _: say("The customer’s name is missing: address them by name."),
    Check.NO_SIGNATURE: lambda _: say("Your signature is missing: end with your name."),
    Check.NO_EMPATHY: _no_empathy,
    Check.PROMISE_WITHOUT_TIME: lambda what: say(
        "“%(words)s” promises without saying when: say by what time.", words=what
    ),
    Check.LINK_COST: lambda _: say("With a link, this post costs many times what it costs without."),
}
