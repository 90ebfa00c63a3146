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
        "check",
        "where",
        "key",
        "expected_aud",
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
    """Log to ``stream`` (stderr). Libraries that log URLs, and so patient ids, are silenced.

    The HTTP server's reports are lines of this log as well.
    """
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
    _take_over("waitress", _OfTheServer(logging.WARNING))


_MEANT = {
    "Task queue depth": "all-threads-busy",
    "total open connections reached": "too-many-connections",
    "total open connections dropped": "connections-free-again",
    "Client disconnected": "caller-gone",
    "Socket error": "caller-gone",
}
"""Reports of the HTTP server, by how they begin."""


class _OfTheServer(logging.Handler):
    """What the HTTP server (waitress) reports, without its words: they may hold the caller's."""

    def emit(self, record: logging.LogRecord) -> None:
        said = str(record.msg)
        problem = next((word for start, word in _MEANT.items() if said.startswith(start)), "")
        if not problem and record.exc_info and record.exc_info[0]:
            problem = record.exc_info[0].__name__
        where = f"{record.filename}:{record.lineno}"
        log = structlog.get_logger()
        log.log(record.levelno, "http-server", problem=problem or "other", where=where)


def _take_over(library: str, handler: logging.Handler) -> None:
    logger = logging.getLogger(library)
    logger.handlers = [handler]
    logger.propagate = False


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
