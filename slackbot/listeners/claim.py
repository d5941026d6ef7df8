"""Claim, release, take over: who has the case."""

from slack_bolt import App

from slackbot.listeners.click import listen
from workflows.desk import Desk
from workflows.services.cases import claim_case, release_case, take_over_case


def register(app: App, desk: Desk) -> None:
    """Listen for the buttons that move a case between hands."""
    listen(app, desk, "claim", lambda uow, click: claim_case(uow, click.case_id, click.asker))
    listen(app, desk, "release", lambda uow, click: release_case(uow, click.case_id, click.asker))
    listen(
        app,
        desk,
        "take_over",
        lambda uow, click: take_over_case(uow, click.case_id, click.asker, from_whom=click.holder or None),
    )
