"""An explanation as a person reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflows.domain.playbook import ALWAYS, TEAM
from workflows.playbook.explain import Explanation, Ping

_LANGUAGES = {
    "en": "English",
    "hi": "Hindi",
    "hi-Latn": "Hindi in Latin letters",
    "te": "Telugu",
    "bn": "Bengali",
    "tr": "Turkish",
    "und": "no words",
}
_KINDS = {
    "first_response": "first answer",
    "next_response": "next answer",
    "resolution": "resolved",
    "time_to_claim": "claimed",
}
_WIDTH = 11


def lines_about(explanation: Explanation) -> Iterator[str]:
    """Yield what a support lead wants to know, in the order in which the desk finds it out."""
    yield f"“{explanation.mention.text}”"
    yield ""
    yield from _understood(explanation)
    yield ""
    yield from _rules(explanation)
    yield ""
    yield from _result(explanation)
    yield ""
    yield from _due(explanation)
    yield ""
    yield from _pings(explanation)


def _fact(name: str, value: str) -> str:
    return f"  {name:<{_WIDTH}} {value}"


def _understood(explanation: Explanation) -> Iterator[str]:
    verdict, book = explanation.judgement.verdict, explanation.playbook
    name = _LANGUAGES.get(verdict.language)
    yield _fact("playbook", f"{book.name} ({book.file})" if book.file else book.name)
    yield _fact("came", _moment(explanation.at, explanation))
    yield _fact("language", f"{name} ({verdict.language})" if name else verdict.language)
    yield _fact("mood", verdict.sentiment.value)


def _rules(explanation: Explanation) -> Iterator[str]:
    yield "Rules asked (✓ held; the first of each set that holds wins)"
    rule_set = ""
    for tried in explanation.judgement.verdict.tried:
        if tried.rule_set != rule_set:
            rule_set = tried.rule_set
            yield f"  {rule_set}"
        place = f"   line {tried.rule.line}" if tried.held else ""
        yield f"    {'✓' if tried.held else '·'} {tried.rule.name}{place}"
    if not rule_set:
        yield "  the playbook has none"


def _result(explanation: Explanation) -> Iterator[str]:
    judgement = explanation.judgement
    verdict, route = judgement.verdict, judgement.route
    by = f"by the rule “{verdict.rule.name}”" if verdict.rule else "as no rule decides it (`otherwise`)"
    yield "What becomes of it"
    yield _fact("priority", f"{verdict.priority}, {by}")
    yield _fact("tags", ", ".join(verdict.tags) or "none")
    yield _fact("sensitive", "yes" if verdict.sensitive else "no")
    yield _fact("team", judgement.team or "none")
    yield _fact("channel", route.channel + (f" (route “{route.name}”)" if route.name else ""))
    if route.owner != "none":
        yield _fact("given to", f"somebody on duty, by {route.owner.replace('_', ' ')}")


def _due(explanation: Explanation) -> Iterator[str]:
    yield "Due"
    for clock in explanation.clocks:
        span = _span(clock.target) if clock.target is not None else ""
        counted = {ALWAYS: "", TEAM: " of the team's hours"}.get(
            clock.hours, f" of the hours “{clock.hours}”"
        )
        when = _moment(clock.due_at, explanation) if clock.due_at else "never: these hours do not open"
        kind = _KINDS[clock.kind]
        yield f"  {kind:<{_WIDTH + 2}} {when}   within {span}{counted}"
    if not explanation.clocks:
        yield "  nothing: this priority has no targets"


def _pings(explanation: Explanation) -> Iterator[str]:
    if not explanation.pings:
        yield "Nobody is pinged: no ladder is for such cases."
        return
    yield f"Pinged while nobody answers (ladder “{explanation.ladder}”)"
    for ping in explanation.pings:
        number = ping.step.index + 1
        yield f"  {number:>2}. {_moment(ping.step.at, explanation)}   {_whom(ping)}"


def _whom(ping: Ping) -> str:
    rung = ping.step.rung
    channel = f", also in {rung.channel}" if rung.channel else ""
    off = "   (all off duty then: passed over)" if not ping.is_on_duty else ""
    return f"{', '.join(rung.ping).replace('_', ' ')}{channel}{off}"


def _moment(at: datetime, explanation: Explanation) -> str:
    return at.astimezone(explanation.zone).strftime("%a %d %b %Y %H:%M:%S %Z")


def _span(span: timedelta) -> str:
    left = int(span.total_seconds())
    parts = []
    for sign, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size}{sign}")
            left %= size
    return "".join(parts) or "0s"
