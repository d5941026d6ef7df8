"""Resolve and re-open; and the button that only opens a page."""

from slack_bolt import Ack, App

from slackbot.listeners.click import listen
from workflows.desk import Desk
from workflows.services.cases import reopen_case, resolve_case


def register(app: App, desk: Desk) -> None:
    """Listen for the buttons that close and open a case."""
    listen(app, desk, "resolve", lambda uow, click: resolve_case(uow, click.case_id, click.asker))
    listen(app, desk, "reopen", lambda uow, click: reopen_case(uow, click.case_id, click.asker))

    @app.action("open_on_x")
    def on_open_on_x(ack: Ack) -> None:
        ack()  # Slack tells us of link buttons too, and warns when nobody listens
