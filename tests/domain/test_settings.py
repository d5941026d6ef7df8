"""Settings: from the environment, from .env, from files for secrets; a bad value is named."""

from pathlib import Path

import pytest

from workflows.settings import _SECRETS, BadSettings, Settings, load_settings, missing_for_work

WORK = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_CHANNEL": "#support",
    "SLACK_APP_TOKEN": "xapp-1",
    "X_CONSUMER_KEY": "k",
    "X_CONSUMER_SECRET": "s",
    "X_ACCESS_TOKEN": "17-t",
    "X_ACCESS_TOKEN_SECRET": "ts",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours is set, and no .env lies where we are."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def test_without_any_setting_the_desk_knows_where_everything_is() -> None:
    settings = load_settings()
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.x_api_url == "https://api.x.com"
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.x_reply_rule == "open"


@pytest.mark.parametrize("name", _SECRETS)
def test_every_secret_can_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "secret"
    file.write_text("  s3cret\n", encoding="utf-8")

    settings = load(monkeypatch, **{f"{name}_FILE": str(file)})

    assert getattr(settings, name.lower()).get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_every_secret_variable_is_kept_secret() -> None:
    secret = {
        name.upper() for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)
    }
    assert secret == set(_SECRETS)


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings, match=r"SLACK_BOT_TOKEN_FILE: cannot read /nowhere/token"):
        load(monkeypatch, SLACK_BOT_TOKEN_FILE="/nowhere/token")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("X_POLL_SECONDS", "0"),
        ("X_POLL_SECONDS", "often"),
        ("X_REPLY_RULE", "always"),
        ("SLACK_POSTS_PER_SECOND", "-1"),
        ("SLACK_UPDATES_PER_MINUTE", "0"),
        ("X_POSTS_PER_15MIN", "0"),
        ("X_POST_LIMIT", "many"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(BadSettings) as bad:
        load(monkeypatch, **{name: value})
    assert f"\n  {name}: " in str(bad.value)


def test_all_bad_values_are_named_at_once_and_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings) as bad:
        load(monkeypatch, PORT="x", X_REPLY_RULE="y", SLACK_BOT_TOKEN="xoxb-secret")
    assert "PORT" in str(bad.value)
    assert "X_REPLY_RULE" in str(bad.value)
    assert "xoxb-secret" not in str(bad.value)


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_addresses_are_taken_with_or_without_a_final_slash(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    settings = load(
        monkeypatch,
        SLACK_API_URL=f"http://127.0.0.1:1/slack/api{end}",
        X_API_URL=f"http://127.0.0.1:1/x{end}",
    )
    assert settings.slack_api_url == "http://127.0.0.1:1/slack/api/"
    assert settings.x_api_url == "http://127.0.0.1:1/x"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db:5432/desk", "postgresql+psycopg://u:p@db:5432/desk"),
        ("postgresql://u:p@db/desk?sslmode=require", "postgresql+psycopg://u:p@db/desk?sslmode=require"),
        ("postgresql+psycopg://u@/desk", "postgresql+psycopg://u@/desk"),
        ("sqlite:////var/desk.db", "sqlite:////var/desk.db"),
        ("", "sqlite:////data/desk/mentiondesk.db"),
    ],
)
def test_a_database_may_be_named_as_hosting_providers_do(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    settings = load(monkeypatch, DATABASE_URL=given, DATA_DIR="/data/desk")
    assert settings.store_url == used


def test_without_a_place_for_data_a_folder_of_the_users_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    assert load_settings().data_dir == Path("/xdg/mentiondesk")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings().data_dir == tmp_path / ".local/share/mentiondesk"


def test_a_dot_env_counts_less_than_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4000\nSLACK_CHANNEL=#support\nUNKNOWN=1\n", encoding="utf-8")
    settings = load(monkeypatch, PORT="5000")
    assert settings.port == 5000
    assert settings.slack_channel == "#support"


def test_operators_are_told_in_their_channel_else_in_that_of_the_cards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(monkeypatch, SLACK_CHANNEL=" #support ").admin_channel == "#support"
    assert load(monkeypatch, SLACK_ADMIN_CHANNEL="#desk-admin").admin_channel == "#desk-admin"


def test_what_is_missing_for_work_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_for_work(load_settings()) == [
        *(name for name in WORK if name != "SLACK_APP_TOKEN"),
        "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
    ]
    assert missing_for_work(load(monkeypatch, **WORK)) == []


@pytest.mark.parametrize("name", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_socket_mode_or_http_is_enough(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert missing_for_work(load(monkeypatch, **WORK | {"SLACK_APP_TOKEN": "", name: "given"})) == []
