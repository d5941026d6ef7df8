"""What is not to be seen: secrets and people's words stay out of logs, Redis, history and figures."""

import contextlib
import json
import re
import zlib
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from tests.backstage import case_that_holds, look_now, quiet, rows, try_now
from tests.doors import as_form, click_on, knock, signed
from tests.whole_desk import Json, WholeDesk, wait_until
from workflows.domain.effects import Kind
from workflows.store.engine import make_engine
from workflows.store.tables import metadata

SECRETS = {
    "bot token": "xoxb-sandbox",
    "app token": "xapp-sandbox",
    "signing secret": "sandbox-signing-secret",
    "consumer key": "sandbox-consumer-key",
    "consumer secret": "sandbox-consumer-secret",
    "access token": "1700000000000000001-sandbox",
    "access secret": "sandbox-access-secret",
    "metrics token": "metrics-secret-7391",
    "an OAuth signature": "oauth_signature",
    "a bearer": "Bearer ",
    "a socket's ticket": "/slack/socket/",
    "a click's answer": "/slack/response/",
}
# One word each for what a customer writes, is called, and what an agent types, sends and throws away.
CANARIES = {
    "post": "kanarienvogel",
    "name": "kanaryaoglu",
    "reply": "canarinho",
    "draft": "pikipiki",
    "forged": "wellensittich",
}
UNSTORABLE = """
    CREATE TRIGGER unstorable BEFORE INSERT ON messages WHEN NEW.text LIKE '%noch ein%'
    BEGIN SELECT RAISE(ABORT, 'no such words here'); END
"""
KEPT = {"messages.text", "drafts.text", "customers.name"}


@pytest.fixture(scope="module")
def watched_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeDesk]:
    """A desk that logs all it can, after a day on which a lot went wrong."""
    extra = {"LOG_LEVEL": "DEBUG", "METRICS_TOKEN": SECRETS["metrics token"]}
    desk = WholeDesk(tmp_path_factory.mktemp("sight"), extra=extra, socket_mode=True)
    try:
        desk.start()
        wait_until(lambda: desk.slack()["sockets"] == 2, within=40, why="two connections are open")
        a_bad_day(desk)
        yield desk
    finally:
        desk.stop()


def a_bad_day(desk: WholeDesk) -> None:
    """Let every road be taken on which words or secrets could come to light."""
    card = a_reply_through_troubles(desk, f"ein {CANARIES['post']}")
    # A post that cannot be stored, a forged click, and signed ones that make no sense.
    with desk.engine.begin() as connection:
        connection.exec_driver_sql(UNSTORABLE)
    desk.write(f"@sarishop noch ein {CANARIES['post']}", author="piri")
    wait_until(lambda: [m for m in desk.channel("C0ADMIN")["messages"] if "could not be stored" in m["text"]])
    forged = as_form(click_on(card, "Release", value=CANARIES["forged"]))
    assert knock(desk, "/slack/events", forged, signed(forged, secret="guessed"))[0] == 401
    assert knock(desk, "/slack/events", forged, signed(forged))[0] == 200
    for body in (b"payload=%s", b"payload={%%22%s%%22:[]}", b"%s", b"payload=[%%22%s%%22]", b"command=/%s"):
        nonsense = body % CANARIES["forged"].encode()
        knock(desk, "/slack/events", nonsense, signed(nonsense))
    quiet(desk)


def a_reply_through_troubles(desk: WholeDesk, words: str) -> Json:
    """Answer a mention while Slack and X refuse, babble and fall silent; return its card."""
    desk.control("x/person", {"username": "piri", "name": CANARIES["name"], "create": True})
    desk.fault("slack", "chat.postMessage", "error", error="invalid_blocks", times=1)
    desk.fault("slack", "chat.postMessage", "drop_after", times=1)
    desk.fault("x", "GET /2/users/*/mentions", "garbage_after", times=1)
    case = case_that_holds(desk, desk.write(f"@sarishop {words}", author="piri"))
    look_now(desk, case, Kind.POST_CARD)
    desk.click("Claim", desk.card_shows(words, "nobody has it"))
    card = desk.card_shows(words, "<@U0ASHA> has it")
    desk.click("Release", card, user="U0MEHMET")
    for method, action, more in (
        ("chat.update", "garbage_after", {}),
        ("response_url", "status", {"status": 500}),
        ("views.update", "garbage_after", {}),
    ):
        desk.fault("slack", method, action, times=1, **more)
    dialog = desk.open_reply(card)
    typed = {"user": "U0ASHA", "view_id": dialog["id"], "action_id": "reply_text", "value": CANARIES["draft"]}
    desk.control("slack/view_action", typed)
    desk.submit(dialog, f"{CANARIES['draft']} " * 40)
    desk.fault("x", "POST /2/tweets", "token_revoked", times=1)
    desk.fault("x", "POST /2/tweets", "garbage_after", times=1)
    desk.submit(dialog, f"Gern. {CANARIES['reply']}")
    try_now(desk, case, Kind.REPLY)
    look_now(desk, case, Kind.REPLY)
    return desk.card_shows(words, "<@U0ASHA> replied on X")


def found_in(text: str, needles: dict[str, str]) -> dict[str, str]:
    """Return the needles that are in the text, each with its surroundings."""
    return {
        name: text[max(0, at - 200) : at + 100]
        for name, needle in needles.items()
        if (at := text.lower().find(needle.lower())) >= 0
    }


def test_no_secret_and_nobodys_words_are_in_the_log_even_at_its_most_talkative(
    watched_desk: WholeDesk,
) -> None:
    log = watched_desk.log()

    assert "cannot be stored" in log
    assert "in doubt" in log
    assert "was not signed by our Slack app" in log
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert '"level": "debug"' in log, "it was at its most talkative"
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert found_in(log, SECRETS) == {}
    assert found_in(log, CANARIES) == {}


def inflated(raw: bytes) -> str:
    """Return what was compressed in these bytes: RQ compresses the arguments of its jobs."""
    found = b""
    for start in re.finditer(b"x\x9c", raw):
        with contextlib.suppress(zlib.error):
            found += zlib.decompressobj().decompress(raw[start.start() :])
    return found.decode(errors="replace")


def test_redis_is_told_ids_only(watched_desk: WholeDesk) -> None:
    files = [path for path in watched_desk.redis._home.rglob("*") if path.is_file()]

    raw = b"".join(path.read_bytes() for path in files)  # its append-only file holds all it was ever told
    jobs = inflated(raw)

    assert jobs.count("slackbot.jobs.deliver") > 10
    assert "workflows.jobs.deliver" in jobs
    for written in (raw.decode(errors="replace"), jobs):
        assert found_in(written, CANARIES) == {}
        assert found_in(written, SECRETS) == {}


def test_words_are_kept_in_three_columns_only_and_secrets_in_none(watched_desk: WholeDesk) -> None:
    tables = metadata.sorted_tables
    holding: dict[str, str] = {}
    for table in tables:
        for column in table.columns:
            values = " ".join(str(row[0]) for row in rows(watched_desk, select(column)))
            if found_in(values, CANARIES):
                holding[f"{table.name}.{column.name}"] = values[:100]
            assert found_in(values, {k: v for k, v in SECRETS.items() if k != "a click's answer"}) == {}

    assert holding.keys() == KEPT


def test_figures_hold_no_words_and_are_for_who_has_the_token(watched_desk: WholeDesk) -> None:
    token = SECRETS["metrics token"]
    wrong = [
        "",
        "Bearer",
        f"Bearer {token}x",
        f"Bearer {token[:-1]}",
        token.upper(),
        "Basic " + token,
        "Bearer ü",
    ]

    for given in wrong:
        headers = {"Authorization": given.encode()} if given else {}
        assert knock(watched_desk, "/metrics", headers=headers)[0] == 403, given
    status, figures = knock(watched_desk, "/metrics", headers={"Authorization": f"Bearer {token}"})

    assert status == 200
    assert "mentiondesk_effects" in figures
    proxied = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.7"}
    assert knock(watched_desk, "/metrics", headers=proxied)[0] == 200
    assert found_in(figures, CANARIES | SECRETS) == {}


def test_operators_are_told_of_a_post_that_cannot_be_stored_without_its_words(
    watched_desk: WholeDesk,
) -> None:
    told = watched_desk.channel("C0ADMIN")["messages"]

    assert [m for m in told if "could not be stored" in m["text"]]
    assert found_in(json.dumps(told), CANARIES) == {}


def test_an_error_of_the_database_does_not_quote_what_was_to_be_stored(database_url: str) -> None:
    engine = make_engine(database_url)
    row = {"id": "1", "network": "x", "username": CANARIES["post"], "name": CANARIES["name"]}
    wanted = metadata.tables["accounts"].insert().values(row | {"follow_ups_refused": False})
    with engine.begin() as connection:
        connection.execute(wanted)

    with engine.connect() as connection, pytest.raises(DBAPIError) as broken:
        connection.execute(wanted)  # its id is taken

    assert found_in(str(broken.value), CANARIES) == {}
    engine.dispose()
