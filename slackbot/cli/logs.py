"""Logs: one JSON object a line, without secrets and without anybody's words."""

import logging
import sys

import structlog

# These libraries write tokens, bodies or whole payloads below INFO.
_TALKATIVE = (
    "tweepy",
    "requests_oauthlib",
    "oauthlib",
    "urllib3",
    "slack_sdk",
    "slack_bolt",
    "rq.worker",
    "alembic",
)


def configure_logs(level: str) -> None:
    """Send everything that is logged to standard error as JSON lines."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
