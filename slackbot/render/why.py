"""The dialog behind `why?`: priority and its rule, what each clock counted, and the ladder."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from slackbot.render.ladder import due_words, priority_word, span_words
from slackbot.render.text import Json, context, escape, moment, person, plain, section
from slackbot.words import say
from workflows.domain.clocks import Interval
from workflows.services.why import Counted, Rung, Why
from workflows.store.history import Entry, Event
from workflows.store.views import EventView

TIMED = frozenset(
    {
        Event.TRIAGED,
        Event.PRIORITY_CHANGED,
        Event.ASSIGNED,
        Event.BREACHED,
        Event.STEP_SKIPPED,
        Event.ESCALATED,
        Event.ACKNOWLEDGED,
        Event.PLAYBOOK_CHANGED,
    }
)
"""The events of clocks and ladders that the thread tells in the same words."""

_MOST_BLOCKS = 95
_MOST_INTERVALS = 12
_MOST_LINES = 25
_MOST_CLOCKS = 10
_MOST_CHARACTERS = 2900  # of a section's 3000
_MOST_IN_CONTEXT = 1900  # of 2000


def render_why(why: Why) -> Json:
    """Return the dialog."""
    blocks = list(islice(_blocks(why), _MOST_BLOCKS))
    return {
        "type": "modal",
        "callback_id": "why",
        "private_metadata": str(why.case.id),
        "title": plain(say("Why?")),
        "close": plain(say("Close")),
        "blocks": blocks,
    }


def _blocks(why: Why) -> Iterator[Json]:
    yield _section("priority", _priority(why))
    divider = {"type": "divider"}
    yield divider
    limited = [counted for counted in why.clocks if counted.clock.target] or list(why.clocks)
    running = [counted for counted in limited if counted.clock.stopped_at is None]
    ended = [counted for counted in limited if counted.clock.stopped_at is not None]
    yield from _clocks("running", running)
    if why.rungs:
        yield divider
        lines = [_rung(rung) for rung in why.rungs[:_MOST_LINES]]
        title = say("*Ladder %(name)s*", name=escape(why.case.ladder, 80))
        yield _section("ladder", title + "\n" + "\n".join(lines))
    lines = _newest([_line(entry, why) for entry in why.told[-_MOST_LINES:]])
    if lines:
        yield divider
        yield _section("told", say("*What happened*") + "\n" + "\n".join(lines))
    if ended:
        yield divider
        yield from _clocks("ended", ended[::-1][:_MOST_CLOCKS])


def _clocks(name: str, clocks: Sequence[Counted]) -> Iterator[Json]:
    for index, counted in enumerate(clocks):
        yield _section(f"{name}-{index}", _clock(counted))
        lines = [_interval(interval) for interval in counted.intervals[-_MOST_INTERVALS:]]
        hidden = len(counted.intervals) - len(lines)
        if hidden > 0:
            lines.insert(0, say("… %(n)s earlier parts are not shown", n=hidden))
        if lines:
            yield context(f"why-{name}-{index}-parts", _clip("\n".join(lines), _MOST_IN_CONTEXT))


def _newest(lines: Sequence[str]) -> list[str]:
    """Return the newest lines, as many as a section holds."""
    kept: list[str] = []
    left = _MOST_CHARACTERS - 100
    for line in reversed(lines):
        left -= len(line) + 1
        if left < 0:
            break
        kept.insert(0, line)
    return kept


def _section(block_id: str, words: str) -> Json:
    return section(f"why-{block_id}", _clip(words))


def _clip(words: str, most: int = _MOST_CHARACTERS) -> str:
    """Return whole lines only, as many as fit: half a line may hold half a date or half an escape."""
    lines: list[str] = []
    left = most
    for words_line in words.split("\n"):
        left -= len(words_line) + 1
        if left < 0:
            lines.append("…")
            break
        lines.append(words_line)
    return "\n".join(lines)


def _priority(why: Why) -> str:
    case = why.case
    name = escape(why.playbook.name, 80)
    rule_set, _, rule = case.rule.partition("/")
    if why.rule and why.rule.file:
        place = f"{escape(why.rule.file.rpartition('/')[2], 80)}:{why.rule.line}"
        by = say(
            "rule *%(rule)s* of the set %(set)s (%(place)s)",
            rule=escape(rule, 80),
            set=escape(rule_set, 80),
            place=place,
        )
    elif rule:
        by = say("rule *%(rule)s* of the set %(set)s", rule=escape(rule, 80), set=escape(rule_set, 80))
    else:
        by = say("no rule decided; the playbook’s `otherwise` did")
    words = [
        say("*Priority %(priority)s*: %(by)s", priority=priority_word(case.priority), by=by),
        say("Playbook *%(name)s*, version %(version)s", name=name, version=case.playbook or "–"),
    ]
    found = [
        say("language %(code)s", code=escape(case.language, 10)) if case.language else "",
        say("mood %(mood)s", mood=escape(case.sentiment, 20)) if case.sentiment else "",
        say("tags %(tags)s", tags=escape(", ".join(case.tags), 200)) if case.tags else "",
        say("team %(team)s", team=escape(case.team, 80)) if case.team else "",
    ]
    if any(found):
        words.append(say("Found: %(found)s", found=" · ".join(filter(None, found))))
    return "\n".join(words)


def clock_word(kind: str) -> str:
    """Return what a clock is called."""
    return {
        "first_response": say("First response"),
        "next_response": say("Next response"),
        "resolution": say("Resolution"),
        "time_to_claim": say("Time to claim"),
    }.get(kind, say("A clock"))


def _clock(counted: Counted) -> str:
    clock = counted.clock
    spent = span_words(clock.spent.total_seconds())
    hours = {"always": say("around the clock"), "team": say("in the team’s hours")}.get(
        clock.hours, say("in the hours %(name)s", name=escape(clock.hours, 80))
    )
    parts = [
        say(
            "*%(clock)s*: %(spent)s counted %(hours)s", clock=clock_word(clock.kind), spent=spent, hours=hours
        )
    ]
    if clock.target:
        parts.append(say("target %(target)s", target=span_words(clock.target.total_seconds())))
    if clock.stopped_at:
        parts.append(say("stopped %(at)s", at=moment(clock.stopped_at)))
    elif clock.is_paused:
        parts.append(say("paused"))
    elif clock.due_at:
        parts.append(due_words(clock.due_at, is_late=clock.is_late))
    words = " · ".join(parts)
    return f":red_circle: {words}" if clock.is_late else words


def _interval(part: Interval) -> str:
    reason = {
        "waiting_for_us": say("waiting for us"),
        "not_claimed": say("nobody had it"),
        "waiting_for_customer": say("waiting for the customer"),
        "closed": say("closed"),
        "holiday": say("holiday: %(name)s", name=escape(part.holiday, 60)),
    }.get(part.why, part.why)
    sign = ":black_small_square:" if part.counts else ":white_small_square:"
    counted = say("counted") if part.counts else say("paused")
    until = moment(part.end) if part.end else say("now")
    return say(
        "%(sign)s %(start)s – %(end)s %(counted)s: %(why)s",
        sign=sign,
        start=moment(part.start),
        end=until,
        counted=counted,
        why=reason,
    )


_RUNG_SIGNS = {
    "done": ":white_check_mark:",
    "skipped": ":fast_forward:",
    "next": ":arrow_right:",
    "quiet": ":zzz:",
}


def _rung(rung: Rung) -> str:
    state = {
        "done": say("said"),
        "skipped": say("skipped"),
        "next": say("next"),
        "later": say("later"),
        "quiet": say("rests, somebody took it on"),
    }[rung.state]
    return say(
        "%(sign)s %(number)s. %(at)s → %(who)s: %(state)s",
        sign=_RUNG_SIGNS.get(rung.state, ":white_small_square:"),
        number=rung.number,
        at=moment(rung.at),
        who=", ".join(map(named, rung.ping)),
        state=state,
    )


def named(target: str) -> str:
    """Return whom a rung names, without pinging them: a dialog rings nobody, but a group's name helps."""
    roles = {
        "agents": say("agents"),
        "supervisors": say("supervisors"),
        "admins": say("admins"),
        "team": say("the team"),
        "owner": say("who has it"),
        "on_duty_supervisor": say("the supervisor on duty"),
    }
    return roles.get(target) or (person(target) if target.startswith(("U", "W")) else f"<!subteam^{target}>")


def _line(entry: Entry, why: Why) -> str:
    return f"{moment(entry.at)} {event_words(entry, {str(e.id): e.reason for e in why.asked})}"


def event_words(entry: Entry | EventView, reasons: dict[str, str]) -> str:
    """Return the sentence of one line of the history; `reasons` are the words of escalations by number."""
    facts = entry.facts
    who = person(entry.actor) if entry.actor_kind == "agent" else ""
    reason = escape(reasons.get(facts.get("escalation", ""), ""), 200)
    sentences: dict[str, Callable[[], str]] = {
        "triaged": lambda: _triaged(facts),
        "priority_changed": lambda: say(
            "%(who)s raised it to %(priority)s", who=who, priority=priority_word(facts.get("priority", ""))
        ),
        "assigned": lambda: say("given to %(who)s", who=person(facts.get("to", ""))),
        "breached": lambda: say("%(clock)s is late", clock=clock_word(facts.get("clock", ""))),
        "pinged": lambda: _pinged(facts),
        "step_skipped": lambda: say("step %(step)s skipped: nobody was on duty", step=facts.get("step", "")),
        "escalated": lambda: _escalated(who, reason),
        "acknowledged": lambda: say("%(who)s has taken it on", who=who),
        "playbook_changed": lambda: say("another version of the playbook decides from here on"),
    }
    return sentences[entry.event]()


def _triaged(facts: dict[str, str]) -> str:
    rule = escape(facts.get("rule") or "–", 120)
    if facts.get("priority"):
        priority = priority_word(facts["priority"])
        return say("a later post made it %(priority)s (%(rule)s)", priority=priority, rule=rule)
    return say(
        "a later post added %(tags)s (%(rule)s)", tags=escape(facts.get("tags") or "–", 100), rule=rule
    )


def _escalated(who: str, reason: str) -> str:
    if reason:
        return say("%(who)s escalated: %(reason)s", who=who, reason=reason)
    return say("%(who)s escalated the case", who=who)


def _pinged(facts: dict[str, str]) -> str:
    parts = [say("step %(step)s of the ladder was said", step=facts.get("step", ""))]
    late_s = int(facts.get("late_s") or 0)
    if late_s:
        parts.append(say("%(late)s late", late=span_words(late_s)))
    if facts.get("skipped"):
        parts.append(say("steps skipped: %(steps)s", steps=facts["skipped"]))
    return ", ".join(parts)
