"""Used tokens: each is good for one request, in whichever process it arrives first.

The same rows tell how many requests a client made in the last minute, so that its rate holds for
all processes together.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cdshooks.errors import TooManyRequests
from cdshooks.store.database import Database
from cdshooks.store.tables import token

MINUTE = 60_000
KEPT_AFTER_EXPIRY = 2 * MINUTE
"""For clocks that differ: a token is accepted a little later than it says."""


class TokenLedger:
    """``running``: seconds of a clock that nobody sets, from whatever beginning."""

    def __init__(self, database: Database, running: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._running = running
        self._ahead: float | None = None
        """By how much the clock of the first call was ahead of the one that nobody sets, in ms."""
        self._pruned_at = -math.inf
        self._pruning = threading.Lock()

    def use(
        self, *, issuer: str, token_id: str, client: str, expires_at: int, now: int, per_minute: int
    ) -> bool:
        """Notes a token; False when it was used before. Times in ms.

        Raises :class:`TooManyRequests` when the client has made its requests of this minute. The
        token counts as used then as well.
        """
        digest = hashlib.sha256(
            json.dumps([issuer, token_id]).encode()  # escapes whatever a text may hold
        ).hexdigest()
        row = {"digest": digest, "client": client, "expires_at": expires_at, "admitted_at": now}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(token).values(row))
                wait = _wait(connection, client, now, per_minute)
                if wait:
                    this = token.c.digest == digest
                    connection.execute(update(token).where(this).values(admitted_at=None))
        except IntegrityError:
            return False
        self._prune(now)
        if wait:
            raise TooManyRequests(wait)
        return True

    def _prune(self, now: int) -> None:
        """Once a minute: tokens that are refused for their age by now.

        A clock that was set forward says so too early, and when it is set back again a token that
        was forgotten would be new: so no more time has passed than has been lived through.
        """
        with self._pruning:
            running = self._running() * 1000
            if self._ahead is None:
                self._ahead = now - running
            if running - self._pruned_at < MINUTE:
                return
            self._pruned_at = running
            passed = min(now, int(running + self._ahead))
        with self._database.writing() as connection:
            connection.execute(delete(token).where(token.c.expires_at < passed - KEPT_AFTER_EXPIRY))


def _wait(connection: Connection, client: str, now: int, per_minute: int) -> int:
    """Seconds until the client may ask again; 0 when it may now. The new token counts already.

    What was admitted later than now, before the clock was set back, is not of this minute.
    """
    recent = (token.c.client == client) & token.c.admitted_at.between(now - MINUTE + 1, now)
    count = connection.execute(select(func.count()).where(recent)).scalar_one()
    if count <= per_minute:
        return 0
    newest = select(token.c.admitted_at).where(recent).order_by(token.c.admitted_at.desc())
    next_to_leave = connection.execute(newest.offset(per_minute).limit(1)).scalar_one()
    return min(60, max(1, math.ceil((int(next_to_leave) + MINUTE - now) / 1000)))
