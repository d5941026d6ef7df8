"""What can be typed after `mentiondesk`; each command imports what it needs when it runs."""

import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from slackbot.cli.playbook import playbook
from slackbot.cli.streams import plainly, tell_json
from slackbot.cli.text import text

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

cli = typer.Typer(
    help="Answer your customers on X from Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
cli.add_typer(text, name="text")
cli.add_typer(playbook, name="playbook")
export = typer.Typer(help="Write the desk's record as JSON, one object a line.", no_args_is_help=True)
cli.add_typer(export, name="export")

OfCase = Annotated[int | None, typer.Option("--case", help="of this case only")]
Since = Annotated[datetime | None, typer.Option(help="from this time on (UTC)", formats=_TIMES)]


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


@export.command("history")
def export_history(case: OfCase = None, since: Since = None) -> None:
    """Write what happened: who did what when, and about which text (by its digest), never the words."""
    with plainly():
        from slackbot.cli.export import history_lines  # noqa: PLC0415

        for line in history_lines(case, since.replace(tzinfo=UTC) if since else None):
            tell_json(line)


@export.command("cases")
def export_cases(case: OfCase = None, since: Since = None) -> None:
    """Write the cases as they stand."""
    with plainly():
        from slackbot.cli.export import case_lines  # noqa: PLC0415

        for line in case_lines(case, since.replace(tzinfo=UTC) if since else None):
            tell_json(line)
