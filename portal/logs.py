"""What happens, as lines and as numbers: one JSON object a line on standard error, with the number of the request it
belongs to, and a count of every kind for `/metrics`.

No line holds a code, a secret, a token, a password or a mailbox's address: whoever notes something names its facts, and
none of these is one. What a customer sent comes in escaped (JSON, RFC 8259, 7): it can begin no line of its own.
"""

import logging
import sys
import traceback
from typing import Any

from flask import g, has_request_context
from prometheus_client import Counter
from pythonjsonlogger.json import JsonFormatter

EVENTS = Counter("portal_events", "What happened, by kind, and which method or limit it was about", ["event", "about"])

log = logging.getLogger("portal.events")


def note(event: str, *, about: str = "", **facts: str | int | None) -> None:
    """Write a line and count it. `about` is a method's or a limit's name, one of a few."""
    EVENTS.labels(event, about).inc()
    log.info(event, extra={"about": about, **facts} if about else facts)


def formatter() -> logging.Formatter:
    """One JSON object a line, its time in UTC (RFC 3339)."""
    names = {"levelname": "level", "message": "event", "exc_info": "mistake"}
    return _Lines(["levelname", "message"], rename_fields=names, timestamp="at")


def to_standard_error(level: int = logging.INFO) -> None:
    """Let this process write its lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    portal = logging.getLogger("portal")
    portal.handlers, portal.propagate = [handler], False
    portal.setLevel(level)


class _Lines(JsonFormatter):
    """Adds the number of the request. Of an exception, its kind and where it was raised: its words may hold what the
    customer sent."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        if has_request_context() and "request_number" in g:
            log_data["request"] = g.request_number

    def formatException(self, ei: Any) -> str:
        raised = ei[1]
        return f"{type(raised).__name__}\n{''.join(traceback.format_tb(raised.__traceback__))}"
