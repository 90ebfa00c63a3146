"""Why a database cannot be asked, in words of ours.

A driver's text names statements, values, users and hosts: it is only looked at, never repeated.
"""

from __future__ import annotations

import re
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_OF_SQLITE = {
    "SQLITE_BUSY": "it is locked by another process",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk cannot be read or written",
    "SQLITE_LOCKED": "it is locked by another process",
    "SQLITE_NOTADB": "the file is not a SQLite database",
    "SQLITE_PERM": "the file may not be used",
    "SQLITE_READONLY": "the file cannot be written",
}
"""By the beginning of the name of SQLite's result code."""
_OF_POSTGRESQL = (
    (r"connection refused", "nothing listens at that host and port"),
    (r"resolve host|translate host name|name or service not known", "the host is not known"),
    (r"password authentication failed|no password supplied", "user or password is refused"),
    (r"no pg_hba\.conf entry", "the server lets nobody in from here as that user"),
    (r'database "[^"]*" does not exist', "there is no database of that name"),
    (r'role "[^"]*" does not exist', "there is no such user"),
    (r"permission denied", "the user lacks a permission"),
    (r"too many (clients|connections)|connection slots", "it has too many connections"),
    (r"starting up|shutting down|recovery mode", "it is starting or stopping"),
    (r"timeout|timed out", "it did not answer in time"),
    (r"certificate|\bssl\b", "TLS could not be agreed on"),
    (r"no route to host|network is unreachable", "the host cannot be reached"),
)
"""Patterns in what libpq or the server says, and what they stand for."""


def cause(error: DBAPIError | PoolTimeout) -> str:
    """The error's kind and, where it is a known one, why; holds nothing of the error's text."""
    kind = type(error).__name__
    why = "no connection was free in time" if isinstance(error, PoolTimeout) else _why(error.orig)
    return f"{kind}, {why}" if why else kind


def _why(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "") or ""
        return next((why for code, why in _OF_SQLITE.items() if name.startswith(code)), "")
    said = str(error).lower()
    return next((why for pattern, why in _OF_POSTGRESQL if re.search(pattern, said)), "")
