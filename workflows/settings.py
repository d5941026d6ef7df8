"""Settings from the environment, from `.env`, and from `NAME_FILE` for secrets.

Every variable is described for operators in docs/settings.md (a test compares).
"""

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workflows.errors import DeskError

_SECRETS = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "X_CONSUMER_KEY",
    "X_CONSUMER_SECRET",
    "X_ACCESS_TOKEN",
    "X_ACCESS_TOKEN_SECRET",
    "DATABASE_URL",
    "REDIS_URL",
    "METRICS_TOKEN",
)


SHIPPED_PLAYBOOKS = Path(__file__).parents[1] / "playbooks"


def _user_data_dir() -> Path:
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "mentiondesk"


def _listed(text: str) -> list[str]:
    return [word for word in re.split(r"[,\s]+", text) if word]


class BadSettings(DeskError):
    """The environment does not make sense; the text says which variable and what to write."""


class Settings(BaseSettings):
    """All that an operator can set; the defaults run everything on one machine."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_channel: str = ""
    slack_supervisors_channel: str = ""
    slack_admin_channel: str = ""
    slack_supervisors: str = ""
    slack_admins: str = ""
    slack_posts_per_second: float = Field(default=1.0, gt=0)
    slack_updates_per_minute: float = Field(default=50.0, gt=0)

    x_api_url: str = "https://api.x.com"
    x_consumer_key: SecretStr = SecretStr("")
    x_consumer_secret: SecretStr = SecretStr("")
    x_access_token: SecretStr = SecretStr("")
    x_access_token_secret: SecretStr = SecretStr("")
    x_poll_seconds: float = Field(default=5.0, gt=0)
    x_first_lookback_hours: float = Field(default=0.0, ge=0)
    x_posts_per_15min: int = Field(default=100, gt=0)
    x_dms_per_15min: int = Field(default=15, gt=0)
    x_dm_poll_seconds: float = Field(default=65.0, gt=0)
    x_own_poll_seconds: float = Field(default=30.0, gt=0)
    x_recheck_minutes: float = Field(default=60.0, gt=0)
    x_reply_rule: Literal["summoned", "open"] = "open"
    x_post_limit: int = Field(default=280, gt=0)

    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    data_dir: Path = Field(default_factory=_user_data_dir)
    playbooks_dir: Path | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    metrics_token: SecretStr = SecretStr("")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, given: dict[str, object]) -> dict[str, object]:
        """Take an empty number for the default, as in `PORT=`; an empty text stays one."""
        texts = {name for name, field in cls.model_fields.items() if field.annotation in (str, SecretStr)}
        return {name: value for name, value in given.items() if value != "" or name.lower() in texts}

    @field_validator("data_dir", "playbooks_dir")
    @classmethod
    def _from_home(cls, folder: Path | None) -> Path | None:
        return folder.expanduser() if folder else None

    @field_validator("slack_api_url")
    @classmethod
    def _with_slash(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("x_api_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("slack_supervisors", "slack_admins")
    @classmethod
    def _ids(cls, listed: str) -> str:
        wrong = [word for word in _listed(listed) if not re.fullmatch(r"[UWS][A-Z0-9]{2,30}", word)]
        if wrong:
            raise ValueError(f"{wrong[0]} is no id: write user ids (U…) or user group ids (S…) with commas")
        return listed

    @field_validator("slack_channel", "slack_supervisors_channel", "slack_admin_channel")
    @classmethod
    def _trimmed(cls, channel: str) -> str:
        return channel.strip()

    @property
    def admin_channel(self) -> str:
        """Where operators are told of trouble: the admin channel, else the cards' channel."""
        return self.slack_admin_channel or self.slack_channel

    @property
    def supervisors(self) -> tuple[str, ...]:
        """Who supervises where a playbook does not say: user ids and user group ids."""
        return tuple(_listed(self.slack_supervisors))

    @property
    def admins(self) -> tuple[str, ...]:
        """Who administers where a playbook does not say: user ids and user group ids."""
        return tuple(_listed(self.slack_admins))

    @property
    def playbooks(self) -> Path:
        """Where playbooks lie: PLAYBOOKS_DIR, else ./playbooks if any is there, else those that ship."""
        here = Path("playbooks")
        return self.playbooks_dir or (here if any(here.glob("*.y*ml")) else SHIPPED_PLAYBOOKS)

    @property
    def store_url(self) -> str:
        """SQLAlchemy's address of the database; SQLite in `data_dir` unless DATABASE_URL names another."""
        url = self.database_url.get_secret_value()
        if not url:
            return f"sqlite:///{self.data_dir / 'mentiondesk.db'}"
        for scheme in ("postgres://", "postgresql://"):  # Heroku's form, and the usual one
            if url.startswith(scheme):
                return "postgresql+psycopg://" + url.removeprefix(scheme)
        return url


def _secrets_from_files() -> dict[str, str]:
    found = {}
    for name in _SECRETS:
        path = os.environ.get(f"{name}_FILE")
        if path:
            try:
                found[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSettings(f"{name}_FILE: cannot read {path} ({error.strerror})") from error
    return found


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises BadSettings, whose text names each wrong variable and what was expected.
    """
    try:
        return Settings(**_secrets_from_files())  # type: ignore[arg-type]  # pydantic turns text into secrets
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise BadSettings("These settings cannot be used:\n  " + "\n  ".join(lines)) from error


def missing_for_work(settings: Settings) -> list[str]:
    """Return the names of variables without which `up` cannot post the first card."""
    wanted = {
        "SLACK_BOT_TOKEN": settings.slack_bot_token,
        "SLACK_CHANNEL": settings.slack_channel,
        "X_CONSUMER_KEY": settings.x_consumer_key,
        "X_CONSUMER_SECRET": settings.x_consumer_secret,
        "X_ACCESS_TOKEN": settings.x_access_token,
        "X_ACCESS_TOKEN_SECRET": settings.x_access_token_secret,
    }
    missing = [
        name
        for name, value in wanted.items()
        if not (value.get_secret_value() if isinstance(value, SecretStr) else value)
    ]
    if (
        not settings.slack_app_token.get_secret_value()
        and not settings.slack_signing_secret.get_secret_value()
    ):
        missing.append("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
    return missing
