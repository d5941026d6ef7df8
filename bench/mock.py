"""A far side that answers at once: Slack's `ok`, and X's mentions when told to; nothing is checked.

The stand-ins are strict and therefore slow; a benchmark that used them would measure them.
`python -m bench.mock PORT`; POST /feed {"count": n} lets the next poll bring n mentions; GET /fed tells when.
"""

import asyncio
import itertools
import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

_EPOCH_MS = 1288834974657
_SERIAL = itertools.count(1)


class FarSide:
    """What it was told to bring, and when it brought it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.brought_at: list[float] = []

    def answer(self, method: str, path: str, body: bytes) -> Any:
        """Return the JSON of an answer."""
        if path == "/feed":
            self.waiting += json.loads(body)["count"]
            return {}
        if path == "/fed":
            return self.brought_at
        if path.endswith("/users/me"):
            return {"data": {"id": "17", "username": "brand", "name": "Brand"}}
        if path.endswith("/mentions"):
            return self._mentions()
        if path.endswith("/auth.test"):
            return {"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1", "team": "t", "url": "u"}
        return {"ok": True, "channel": "C1", "ts": f"{time.time():.3f}{next(_SERIAL):03d}", "members": []}

    def _mentions(self) -> Any:
        count, self.waiting = min(self.waiting, 100), max(0, self.waiting - 100)
        if not count:
            return {"meta": {"result_count": 0}}
        now_ms = int(time.time() * 1000)
        data, users = [], []
        for _ in range(count):
            number = next(_SERIAL)
            post_id = str(((now_ms - _EPOCH_MS) << 22) + number)
            users.append(
                {"id": str(number + 1000), "username": f"user{number}", "name": f"Kullanıcı {number}"}
            )
            data.append(
                {
                    "id": post_id,
                    "text": f"@brand siparişim {number} nerede? मेरा ऑर्डर कहाँ है?",
                    "author_id": str(number + 1000),
                    "conversation_id": post_id,
                    "entities": {"mentions": [{"start": 0, "end": 6, "username": "brand", "id": "17"}]},
                    "lang": "tr",
                }
            )
        self.brought_at.append(time.time())
        more = {"next_token": "more"} if self.waiting else {}
        return {"data": data[::-1], "includes": {"users": users}, "meta": {"result_count": count, **more}}


async def serve(port: int) -> None:
    """Serve for ever."""
    far = FarSide()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode("latin-1").split("\r\n")
                method, target, _ = first.split(" ", 2)
                headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                said = json.dumps(far.answer(method, urlsplit(target).path, body)).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                    % (len(said), said)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
