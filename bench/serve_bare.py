"""Bare Bolt behind the server that the desk uses, with the same options."""

from flask import Flask

from bench.bare import app
from slackbot.web import Server
from workflows.settings import load_settings


class BareServer(Server):
    """The desk's gunicorn, serving a bare app."""

    def load(self) -> Flask:
        """Return the bare app."""
        return app()  # type: ignore[no-any-return, no-untyped-call]


if __name__ == "__main__":
    BareServer(load_settings()).run()
