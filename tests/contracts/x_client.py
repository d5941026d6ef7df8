"""A client of the stand-in X: the real tweepy, and its control API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import tweepy

BRAND = "1700000000000000001"
ROOT = Path(__file__).parents[2]
KEYS = {
    "consumer_key": "sandbox-consumer-key",
    "consumer_secret": "sandbox-consumer-secret",
    "access_token": f"{BRAND}-sandbox",
    "access_token_secret": "sandbox-access-secret",
}


class Client(tweepy.Client):  # type: ignore[misc]
    """The real tweepy, sent to the sandbox: it signs the URL that it really calls."""

    def __init__(self, url: str, **keys: str) -> None:
        super().__init__(**(keys or KEYS))
        self._url = url

    def request(
        self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
    ) -> requests.Response:
        headers = {} if user_auth else {"Authorization": f"Bearer {self.bearer_token}"}
        auth = None
        if user_auth:
            auth = tweepy.OAuth1UserHandler(
                self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
            ).apply_auth()
        answer: requests.Response = self.session.request(
            method, f"{self._url}/x{route}", params=params, json=json, headers=headers, auth=auth, timeout=10
        )
        refusals = {
            400: tweepy.BadRequest,
            401: tweepy.Unauthorized,
            403: tweepy.Forbidden,
            404: tweepy.NotFound,
            429: tweepy.TooManyRequests,
        }
        if answer.status_code in refusals:
            raise refusals[answer.status_code](answer)
        if not answer.ok:
            raise tweepy.HTTPException(answer)
        return answer


class Sandbox:
    """The server, steered by its control API, and a client of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.client = Client(url)
        self.control("reset")

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self.client.session.close()

    def control(self, path: str, **body: Any) -> Any:
        answer = self.session.post(f"{self.url}/control/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def refuses(self, path: str, **body: Any) -> tuple[int, str]:
        answer = self.session.post(f"{self.url}/control/{path}", json=body, timeout=10)
        return answer.status_code, answer.json()["error"]

    def write(self, author: str, text: str, **more: Any) -> str:
        return str(self.control("x/write", author=author, text=text, **more)["id"])

    def state(self) -> Any:
        return self.session.get(f"{self.url}/control/x/state", timeout=10).json()

    def log(self, **query: str) -> Any:
        return self.session.get(f"{self.url}/control/x/requests", params=query, timeout=10).json()

    def get(self, path: str, **query: Any) -> requests.Response:
        """Call X by hand, signed by a second implementation of OAuth."""
        return self.session.get(f"{self.url}/x/2/{path}", params=query, auth=signed(), timeout=10)

    def post(self, **body: Any) -> requests.Response:
        return self.session.post(f"{self.url}/x/2/tweets", json=body, auth=signed(), timeout=10)

    def message(self, to: str, **body: Any) -> requests.Response:
        """Send a direct message by hand; `to` is the customer's id."""
        path = f"{self.url}/x/2/dm_conversations/with/{to}/messages"
        return self.session.post(path, json=body, auth=signed(), timeout=10)

    def reply(self, to: str, text: str) -> Any:
        return self.client.create_tweet(text=text, in_reply_to_tweet_id=to).data

    def brands(self) -> list[str]:
        return [post["text"] for post in self.state()["posts"] if post["author_id"] == BRAND]


def signed(*, timestamp: int | None = None) -> Any:
    auth = tweepy.OAuth1UserHandler(*KEYS.values()).apply_auth()
    auth.client.timestamp = None if timestamp is None else str(timestamp)
    return auth


@contextmanager
def serve() -> Iterator[str]:
    """Run the real server process on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.server", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
