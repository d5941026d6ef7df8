"""What can be typed after `mentiondesk`; each command imports what it needs when it runs."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from slackbot.cli.playbook import playbook
from slackbot.cli.streams import FINE, NOT_SO, answer_lines, plainly, read_text, tell, tell_json

cli = typer.Typer(
    help="Answer your customers on X from Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
text = typer.Typer(help="Look at a text as the reply dialog does.", no_args_is_help=True)
cli.add_typer(text, name="text")
cli.add_typer(playbook, name="playbook")

Words = Annotated[str | None, typer.Argument(help="the text; - reads it from standard input")]
AsJson = Annotated[bool, typer.Option("--json", help="print a JSON object")]
Jsonl = Annotated[
    str, typer.Option(help="many texts: a file with one a line, or -", metavar="FILE|-", show_default=False)
]


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(envvar="PORT", help="port of the page")] = 8080,
    fresh: Annotated[bool, typer.Option(envvar="FRESH", help="begin with empty stores")] = False,
) -> None:
    """Run everything on this machine with a stand-in Slack and X, and show a page."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), *(["--fresh"] if fresh else [])]
    os.execv(sys.executable, command)  # noqa: S606 - our own module; the desk imports nothing of it


@cli.command()
def up() -> None:
    """Run the desk on this machine with real tokens: web, two workers and the clock."""
    with plainly():
        from slackbot.cli.processes import run_up  # noqa: PLC0415

        run_up()


@cli.command()
def web() -> None:
    """Answer Slack's requests (HTTP and Socket Mode), health and metrics."""
    with plainly():
        from slackbot.cli.processes import run_web  # noqa: PLC0415

        run_web()


@cli.command()
def worker(
    urgent: Annotated[bool, typer.Option(help="take no intake and no background work")] = False,
    name: Annotated[str, typer.Option(help="of this worker among its kin; leases are held under it")] = "",
) -> None:
    """Carry out effects: cards, replies, polls."""
    with plainly():
        from slackbot.cli.processes import run_worker  # noqa: PLC0415

        run_worker(urgent=urgent, name=name)


@cli.command()
def clock() -> None:
    """Watch what is due, and what was left behind."""
    with plainly():
        from slackbot.cli.processes import run_clock  # noqa: PLC0415

        run_clock()


@cli.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    with plainly():
        from workflows.settings import load_settings  # noqa: PLC0415
        from workflows.store.schema import migrate_to_newest  # noqa: PLC0415

        migrate_to_newest(load_settings().store_url)


@text.command("length")
def text_length(words: Words = None, as_json: AsJson = False, jsonl: Jsonl = "") -> None:
    """Weigh a text as X does."""
    with plainly():
        from workflows.domain.length import weighted_length  # noqa: PLC0415
        from workflows.settings import load_settings  # noqa: PLC0415

        limit = load_settings().x_post_limit

        def weigh(given: Mapping[str, Any]) -> dict[str, Any]:
            weighted = weighted_length(_text_of(given))
            return {"weighted": weighted, "limit": limit, "ok": weighted <= limit}

        if jsonl:
            raise typer.Exit(answer_lines(jsonl, weigh))
        answer = weigh({"text": read_text(words)})
        if as_json:
            tell_json(answer)
        else:
            tell(f"{answer['weighted']} of {limit}")
        raise typer.Exit(FINE if answer["ok"] else NOT_SO)


@text.command("language")
def text_language(words: Words = None, as_json: AsJson = False, jsonl: Jsonl = "") -> None:
    """Find out the language and the mood of a text, as triage does."""
    with plainly():
        from workflows.words.understand import understand  # noqa: PLC0415

        def look(given: Mapping[str, Any]) -> dict[str, Any]:
            understood = understand(_text_of(given), hint=str(given.get("lang") or ""))
            return {"language": understood.language, "sentiment": understood.sentiment.value}

        if jsonl:
            raise typer.Exit(answer_lines(jsonl, look))
        answer = look({"text": read_text(words)})
        if as_json:
            tell_json(answer)
        else:
            tell(f"{answer['language']} {answer['sentiment']}")


def _text_of(given: Mapping[str, Any]) -> str:
    from workflows.playbook.given import mention_of  # noqa: PLC0415

    return mention_of({"text": given.get("text")}).text
