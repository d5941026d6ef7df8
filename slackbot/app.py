"""The Bolt app: our own authorisation from the store, and the listeners."""

import logging
import re
from typing import Any

from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from slackbot.listeners import approve, claim, escalate, lifecycle, move_to_dm, reply
from slackbot.listeners.click import tell_now
from slackbot.sender import Sender, web_client
from workflows.desk import Desk
from workflows.errors import Refusal

log = logging.getLogger(__name__)

# Bolt logs whole request bodies at INFO and DEBUG, and with them customers' words.
logging.getLogger("slack_bolt").setLevel(logging.WARNING)
_NO_CALLS_S = 2
_ANYTHING = re.compile(".*")


def build_app(desk: Desk) -> App:
    """Return the Bolt app of this desk; building it makes no call to Slack.

    Every request is worked through before it is answered: an event is acknowledged after its commit, and one
    that raises is a 500, so that Slack brings it again. Signatures are checked before Bolt (slackbot.web).
    """
    settings = desk.settings
    token = settings.slack_bot_token.get_secret_value()
    # Bolt reads SLACK_BOT_TOKEN by itself and then warns that it does not use it.
    logging.getLogger("slack_bolt.app").setLevel(logging.ERROR)
    app = App(
        client=web_client(settings.slack_api_url, token, timeout_s=_NO_CALLS_S),
        authorize=_authorize_from(desk, token),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=True,
        logger=logging.getLogger("slack_bolt.app"),
    )
    app.error(_on_error)
    claim.register(app, desk)
    sender = Sender(settings)
    reply.register(app, desk, sender)
    escalate.register(app, desk, sender)
    approve.register(app, desk, sender)
    move_to_dm.register(app, desk, sender)
    lifecycle.register(app, desk)
    _register_rest(app)
    return app


def _register_rest(app: App) -> None:
    """Acknowledge what nobody listens to: Slack repeats what is not, and at last stops sending."""
    app.event(_ANYTHING)(lambda ack: ack())
    app.action(_ANYTHING)(lambda ack: ack())
    app.view_closed(_ANYTHING)(lambda ack: ack())


def _authorize_from(desk: Desk, token: str) -> Any:
    known: list[AuthorizeResult] = []

    def authorize(**_: object) -> AuthorizeResult:
        """Return who we are, from the store; auth.test is a job's business (kind `hello`)."""
        if known:
            return known[0]
        with desk.look() as views:
            row = views.workspace()
        result = AuthorizeResult(
            enterprise_id=None,
            team_id=row.team_id if row else None,
            bot_user_id=row.bot_user_id if row else None,
            bot_id=row.bot_id if row else None,
            bot_token=token,
        )
        if row:
            known.append(result)
        return result

    return authorize


def _on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer a refusal in private; anything else is a fault of ours, and Slack is told so."""
    if isinstance(error, Refusal):
        tell_now(str(body.get("response_url") or ""), error.code)
        return BoltResponse(status=200, body="")
    log.error("a listener broke", exc_info=error)
    return BoltResponse(status=500, body="")
