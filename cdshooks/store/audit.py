"""The audit trail: what was done, in order, each row sealed with the hash of the one before it.

A row holds ids, names of clients and services, and counts; no patient, no value, no text. So it
stays when evaluations are purged.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, insert, select, text

from cdshooks.store.tables import audit

BEGINNING = "0" * 64
_LOCK = 0x6175_6469
"""PostgreSQL: one writer at a time; SQLite has only one."""


def append(connection: Connection, at: int, event: str, **detail: Any) -> None:
    """The last thing that a transaction does, for others wait behind it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, BEGINNING)
    written = json.dumps(detail, sort_keys=True)
    connection.execute(
        insert(audit).values(
            seq=seq,
            at=at,
            event=event,
            detail=written,
            previous_hash=previous,
            hash=_seal(seq, at, event, written, previous),
        )
    )


def first_broken(connection: Connection) -> int | None:
    """The first row that was changed, or before which one is missing; None: the trail is whole."""
    previous = BEGINNING
    rows = connection.execute(select(audit).order_by(audit.c.seq))
    for seq, row in enumerate(rows, start=1):
        sealed = _seal(row.seq, row.at, row.event, row.detail, previous)
        if (row.seq, row.previous_hash, row.hash) != (seq, previous, sealed):
            return seq
        previous = row.hash
    return None


def _seal(seq: int, at: int, event: str, detail: str, previous: str) -> str:
    return hashlib.sha256(json.dumps([seq, at, event, detail, previous]).encode()).hexdigest()
