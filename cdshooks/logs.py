"""The service's log: one JSON line per event on stderr, and only what the allow-list names.

A patient's name, id, values or texts, a token or a body have no key here, so they cannot be
logged: a key that is not on the list is dropped, and an exception leaves its type and place,
never its text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "service",
        "client",
        "evaluation",
        "items",
        "hook",
        "hook_instance",
        "method",
        "status",
        "ms",
        "cards",
        "indicator",
        "gaps",
        "problem",
        "where",
        "reference",
        "host",
        "database",
        "port",
        "warning",
        "version",
        "knowledge",
        "readings",
    }
)


def configure(stream: TextIO | None = None) -> None:
    """Log to ``stream`` (stderr). Libraries that log URLs, and so patient ids, are silenced."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    for library in ("urllib3", "requests", "werkzeug", "flask", "cdshooks"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


def only_allowed(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {k: value for k, value in event.items() if k in ALLOWED and value is not None}


def place_of(error: BaseException) -> str:
    """Where an unexpected error was raised, as ``module.py:12 in function``; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown"
    last = frames[-1]
    ours = [frame for frame in frames if "cdshooks" in Path(frame.filename).parts]
    frame = ours[-1] if ours else last
    return f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
