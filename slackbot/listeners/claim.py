"""Claim, release, take over: who has the case."""

from slack_bolt import Ack, App

from slackbot.listeners.click import answer, read_click
from slackbot.render.text import Json
from workflows.desk import Desk
from workflows.services.cases import claim_case, release_case, take_over_case


def register(app: App, desk: Desk) -> None:
    """Listen for the buttons that move a case between hands."""

    @app.action("claim")
    def on_claim(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(desk, click, lambda uow: claim_case(uow, click.case_id, click.asker))
        ack()

    @app.action("release")
    def on_release(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(desk, click, lambda uow: release_case(uow, click.case_id, click.asker))
        ack()

    @app.action("take_over")
    def on_take_over(ack: Ack, body: Json, action: Json) -> None:
        click = read_click(body, action)
        answer(
            desk,
            click,
            lambda uow: take_over_case(uow, click.case_id, click.asker, from_whom=click.holder or None),
        )
        ack()
