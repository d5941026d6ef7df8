"""Resolve and re-open; and the button that only opens a page."""

from slack_bolt import Ack, App

from slackbot.listeners.click import answer, read_click
from slackbot.render.text import Json
from workflows.desk import Desk
from workflows.services.cases import reopen_case, resolve_case


def register(app: App, desk: Desk) -> None:
    """Listen for the buttons that close and open a case."""

    @app.action("resolve")
    def on_resolve(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(desk, click, lambda uow: resolve_case(uow, click.case_id, click.asker))
        ack()

    @app.action("reopen")
    def on_reopen(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(desk, click, lambda uow: reopen_case(uow, click.case_id, click.asker))
        ack()

    @app.action("open_on_x")
    def on_open_on_x(ack: Ack) -> None:
        ack()  # Slack tells us of link buttons too, and warns when nobody listens
