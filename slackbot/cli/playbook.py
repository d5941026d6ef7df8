"""What can be typed after `mentiondesk playbook`; each command imports what it needs when it runs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slackbot.cli.streams import (
    FINE,
    NOT_SO,
    answer_lines,
    plainly,
    read_text,
    tell,
    tell_json,
)
from workflows.domain.playbook import ALWAYS, TEAM

if TYPE_CHECKING:
    from workflows.domain.playbook import Playbook
    from workflows.playbook.explain import Explanation, Ping
    from workflows.playbook.problems import Problem
    from workflows.playbook.read import Looked

playbook = typer.Typer(help="Look at your playbooks before the desk does.", no_args_is_help=True)

Files = Annotated[
    list[Path] | None, typer.Argument(help="files, or folders of them; else the desk's own", metavar="FILE…")
]
AsJson = Annotated[bool, typer.Option("--json", help="print a JSON object")]
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


class Form(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@playbook.command()
def lint(
    files: Files = None,
    as_json: AsJson = False,
    form: Annotated[Form, typer.Option("--format", help="of what is printed")] = Form.TEXT,
) -> None:
    """Say everything that is wrong, with its place and its mend."""
    with plainly():
        from workflows.playbook.problems import as_json as problem_json  # noqa: PLC0415

        looked = _look(files or [])
        if as_json or form is Form.JSON:
            problems = [problem_json(problem) for problem in looked.problems]
            tell_json({"ok": not looked.errors, "problems": problems}, indent=1)
        else:
            _tell_problems(looked, form)
        raise typer.Exit(NOT_SO if looked.errors else FINE)


@playbook.command()
def schema() -> None:
    """Print the JSON Schema (draft-07), for editors."""
    from workflows.playbook.schema import schema_text  # noqa: PLC0415

    tell(schema_text().removesuffix("\n"))


@playbook.command()
def explain(  # noqa: PLR0913, PLR0917 - each is an option
    text: Annotated[str | None, typer.Argument(help="words, a JSON object, or - for standard input")] = None,
    file: Annotated[Path | None, typer.Option("--playbook", help="a file; else the desk's own")] = None,
    account: Annotated[str, typer.Option(help="the account of ours that is written to")] = "",
    lang: Annotated[str, typer.Option(help="X's guess of the language")] = "",
    username: Annotated[str, typer.Option(help="who wrote it")] = "",
    author_followers: Annotated[int, typer.Option(min=0, help="how many follow them")] = 0,
    verified: Annotated[bool, typer.Option("--verified", help="X has verified them")] = False,
    kind: Annotated[str, typer.Option(help="mention, reply, quote or dm")] = "mention",
    at: Annotated[str, typer.Option(help="when it came (RFC 3339); else now")] = "",
    as_json: AsJson = False,
    jsonl: Annotated[
        str, typer.Option(help="many posts: a file with one a line, or -", metavar="FILE|-")
    ] = "",
) -> None:
    """Show what would become of a post: its rules, its clocks, who is pinged when."""
    with plainly():
        from workflows.playbook.explain import as_json as explanation_json  # noqa: PLC0415
        from workflows.playbook.given import object_in  # noqa: PLC0415

        author = {"username": username, "followers": author_followers, "verified": verified}
        options = {"lang": lang, "kind": kind, "at": at, "account": account, "author": author}
        explainer = _Explainer([file] if file else [], options)
        if jsonl:
            raise typer.Exit(answer_lines(jsonl, lambda given: explanation_json(explainer.explain(given))))
        words = read_text(text)
        given = object_in(words)
        explanation = explainer.explain({"text": words} if given is None else given)
        if as_json:
            tell_json(explanation_json(explanation), indent=1)
        else:
            tell("\n".join(_lines_about(explanation)))


class _Explainer:
    """The playbooks, read once, and what the options say of every post."""

    def __init__(self, files: Sequence[Path], options: Mapping[str, Any]) -> None:
        self._playbooks = readable(files)
        self._options = options

    def explain(self, given: Mapping[str, Any]) -> Any:
        """Explain this post; what it does not say itself the options do."""
        from workflows.playbook import explain as explaining  # noqa: PLC0415
        from workflows.playbook.given import mention_of  # noqa: PLC0415
        from workflows.playbook.read import playbook_for  # noqa: PLC0415

        mention = mention_of({**self._options, **given})
        only = self._playbooks[0] if len(self._playbooks) == 1 else None
        chosen = only or playbook_for(self._playbooks, mention.account)
        return explaining.explain(chosen, mention, now=datetime.now(UTC))


@playbook.command("test")
def run_examples_of(files: Files = None, as_json: AsJson = False) -> None:
    """Run the examples that stand beside the rules."""
    with plainly():
        from workflows.playbook import examples  # noqa: PLC0415

        examined = [examples.run_examples(one) for one in readable(files or [], together=False)]
        outcome = examples.as_json(examined)
        for one in examined:
            if not one.count:
                typer.echo(f"{one.playbook.file}: there is no example beside any rule", err=True)
        if as_json:
            tell_json(outcome, indent=1)
        else:
            for failure in outcome["failed"]:
                tell(f"{failure['file']}:{failure['line']}: {failure['rule']}: {failure['post']}")
                for name, wanted in failure["expected"].items():
                    tell(f"    {name}: expected {wanted}, got {failure['got'][name]}")
            tell(f"{outcome['passed']} examples as expected, {len(outcome['failed'])} not")
        raise typer.Exit(FINE if outcome["ok"] else NOT_SO)


@playbook.command()
def apply(
    preview: Annotated[bool, typer.Option(help="only say which open cases would change")] = False,
    as_json: AsJson = False,
) -> None:
    """Let the desk's open cases follow the current playbooks; new ones do so anyway."""
    with plainly():
        from slackbot.cli.open_cases import follow_current  # noqa: PLC0415

        moved = follow_current(preview=preview)
        if as_json:
            listed = [{"case": str(number), "playbook": name} for number, name in moved]
            tell_json({"preview": preview, "cases": listed})
            return
        for number, name in moved:
            tell(f"case {number}: {name}")
        tell(f"{len(moved)} open cases {'would follow' if preview else 'follow'} the current playbooks")


@playbook.command()
def simulate(  # noqa: PLR0913, PLR0917 - each is an option
    file: Annotated[Path | None, typer.Argument(help="a playbook; else the desk's own")] = None,
    other: Annotated[Path | None, typer.Argument(help="one to hold against it", metavar="[FILE2]")] = None,
    mentions: Annotated[int, typer.Option(min=1, max=1_000_000, help="how many come")] = 1000,
    seed: Annotated[int, typer.Option(help="another seed makes another day")] = 0,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="else today")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="the desk's newest cases, not a made-up day")
    ] = False,
    agents: Annotated[int, typer.Option(min=0, max=100_000, help="on duty in the desk's hours")] = 4,
    minutes: Annotated[float, typer.Option(min=0.1, max=1440, help="that one answer takes")] = 6,
    account: Annotated[str, typer.Option(help="of the desk's own playbooks: the one for this account")] = "",
    chart: Annotated[Path | None, typer.Option(help="draw a picture too", metavar="FILE.png")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a day go by: how much of what comes, who is pinged when, what is late."""
    with plainly():
        from slackbot.cli.simulation import Wanted, draw_into, lines_about, simulated  # noqa: PLC0415

        named = [one for one in (file, other) if one]
        chosen = [one for each in named for one in readable([each])] or [_own(account)]
        wanted = Wanted(mentions, seed, day.date() if day else None, history, agents, minutes)
        outcome = simulated(chosen, wanted)
        if chart:
            draw_into(chart, outcome, wanted)
        if as_json:
            tell_json(outcome, indent=1)
        else:
            tell("\n".join(lines_about(outcome)))


def _own(account: str) -> "Playbook":
    from workflows.playbook.read import playbook_for  # noqa: PLC0415

    return playbook_for(readable([]), account)


def readable(files: Sequence[Path], *, together: bool = True) -> "Sequence[Playbook]":
    """Return the playbooks of these files, else the desk's own; broken ones end the command."""
    looked = _look(files, together=together, with_warnings=False)
    if looked.errors:
        for problem in looked.errors:
            typer.echo(_line(problem, Form.TEXT), err=True)
        raise typer.Exit(NOT_SO)
    return looked.playbooks


def _look(files: Sequence[Path], *, together: bool = True, with_warnings: bool = True) -> "Looked":
    from workflows.playbook.read import look_at  # noqa: PLC0415

    if not files:
        from workflows.settings import load_settings  # noqa: PLC0415

        files = [load_settings().playbooks]
    return look_at(files, together=together, with_warnings=with_warnings)


def _tell_problems(looked: "Looked", form: Form) -> None:
    for problem in looked.problems:
        tell(_line(problem, form))
    if form is Form.TEXT:
        errors = len(looked.errors)
        warnings = len(looked.problems) - errors
        counts = ((len(looked.files), "file"), (errors, "error"), (warnings, "warning"))
        tell(", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts))


def _line(problem: "Problem", form: Form) -> str:
    from workflows.playbook.problems import as_github, as_text  # noqa: PLC0415

    return as_github(problem) if form is Form.GITHUB else as_text(problem)


def _lines_about(explanation: "Explanation") -> Iterator[str]:
    """Yield what a support lead wants to know: what becomes of it first, then the rules that were asked."""
    yield f"“{explanation.mention.text}”"
    yield ""
    yield from _understood(explanation)
    yield ""
    yield from _result(explanation)
    yield ""
    yield from _due(explanation)
    yield ""
    yield from _pings(explanation)
    yield ""
    yield from _asked(explanation)


def _fact(name: str, value: str) -> str:
    return f"  {name:<{_WIDTH}} {value}"


def _understood(explanation: "Explanation") -> Iterator[str]:
    verdict, book = explanation.judgement.verdict, explanation.playbook
    name = _LANGUAGES.get(verdict.language)
    yield _fact("playbook", f"{book.name} ({book.file})" if book.file else book.name)
    yield _fact("came", _time(explanation.at, explanation))
    yield _fact("language", f"{name} ({verdict.language})" if name else verdict.language)
    yield _fact("mood", verdict.sentiment.value)


def _asked(explanation: "Explanation") -> Iterator[str]:
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


def _result(explanation: "Explanation") -> Iterator[str]:
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


def _due(explanation: "Explanation") -> Iterator[str]:
    yield "Due"
    far = datetime.max.replace(tzinfo=UTC)
    for clock in sorted(explanation.clocks, key=lambda clock: clock.due_at or far):
        span = _span(clock.target) if clock.target is not None else ""
        counted = {ALWAYS: "", TEAM: " of the team's hours"}.get(
            clock.hours, f" of the hours “{clock.hours}”"
        )
        when = _time(clock.due_at, explanation) if clock.due_at else "never: these hours do not open"
        kind = _KINDS[clock.kind]
        yield f"  {kind:<{_WIDTH + 2}} {when}   within {span}{counted}"
    if not explanation.clocks:
        yield "  nothing: this priority has no targets"


def _pings(explanation: "Explanation") -> Iterator[str]:
    if not explanation.pings:
        yield "Nobody is pinged: no ladder is for such cases."
        return
    yield f"Pinged while nobody answers (ladder “{explanation.ladder}”)"
    for ping in explanation.pings:
        number = ping.step.index + 1
        yield f"  {number:>2}. {_time(ping.step.at, explanation)}   {_when(ping):>6}  {_whom(ping)}"


def _when(ping: "Ping") -> str:
    """Return the step's time as the playbook writes it."""
    rung = ping.step.rung
    return f"{rung.share:.0%}" if rung.share is not None else f"+{_span(rung.after or timedelta())}"


def _whom(ping: "Ping") -> str:
    rung = ping.step.rung
    role = "the channel of " if rung.channel in ("cards", "supervisors", "admins") else ""
    channel = f", also in {role}{rung.channel}" if rung.channel else ""
    off = "   (all off duty then: passed over)" if not ping.is_on_duty else ""
    return f"{', '.join(rung.ping).replace('_', ' ')}{channel}{off}"


def _time(at: datetime, explanation: "Explanation") -> str:
    return at.astimezone(explanation.zone).strftime("%a %d %b %Y %H:%M:%S %Z")


def _span(span: timedelta) -> str:
    left = int(span.total_seconds())
    parts = []
    for sign, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        if left >= size:
            parts.append(f"{left // size}{sign}")
            left %= size
    return "".join(parts) or "0s"
