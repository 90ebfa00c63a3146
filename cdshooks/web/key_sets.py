"""Where a client's public keys come from: a URL or a file, and when they are looked for again.

Both kinds look at most once a minute, however many tokens ask, and a set that was got is good for
an hour after it was last confirmed. The clock is the site's; one that is set back only makes them
look sooner.
"""

from __future__ import annotations

import json
import math
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock

from cdshooks.errors import Unauthorised
from cdshooks.web.tokens import Jwk

HOUR, MINUTE = 3600.0, 60.0
KEY_SET_BYTES = 64 * 1024

Clock = Callable[[], float]
"""Seconds."""


def read_key_set(body: bytes) -> dict[str, list[Jwk]]:
    """Keys by ``kid``; one that has none cannot be chosen. Raises ValueError."""
    try:
        keys = json.loads(body)["keys"]
        usable = [key for key in keys if isinstance(key, dict) and isinstance(key.get("kid"), str)]
    except (KeyError, TypeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError):
        raise ValueError("not a set of keys (an object with an array named keys)") from None
    by_id: dict[str, list[Jwk]] = {}
    for key in usable:
        by_id.setdefault(key["kid"], []).append(key)
    return by_id


def _passed(now: float, since: float, seconds: float) -> bool:
    return not 0 <= now - since < seconds


class KeysOfFile:
    """Read at the start, and again within a minute when the file has changed.

    A change that cannot be read, as a file that is half written, is told to ``failed`` and tried
    again a minute later; for an hour the keys that were read last hold. The constructor raises
    OSError or ValueError.
    """

    def __init__(self, path: Path, clock: Clock, failed: Callable[[str], None]) -> None:
        self._path = path
        self._clock = clock
        self._failed = failed
        self._stamp, self._keys = self._read()
        self._looked_at = self._confirmed_at = clock()
        self._lock = Lock()

    def under(self, kid: str) -> Sequence[Jwk]:
        with self._lock:
            now = self._clock()
            if _passed(now, self._looked_at, MINUTE):
                self._looked_at = now
                self._look(now)
            stale = _passed(now, self._confirmed_at, HOUR)
            return () if stale else self._keys.get(kid, ())

    def _look(self, now: float) -> None:
        try:
            if self._stamp != self._stamped():
                self._stamp, self._keys = self._read()
            self._confirmed_at = now
        except OSError as error:
            self._failed(f"cannot be read: {error.strerror}")
        except ValueError as error:
            self._failed(str(error))

    def _read(self) -> tuple[tuple[int, ...], Mapping[str, Sequence[Jwk]]]:
        stamp = self._stamped()  # before it is read: a change meanwhile is seen next time
        with self._path.open("rb") as file:
            body = file.read(KEY_SET_BYTES + 1)
        if len(body) > KEY_SET_BYTES:
            raise ValueError(f"larger than {KEY_SET_BYTES} bytes")
        return stamp, read_key_set(body)

    def _stamped(self) -> tuple[int, ...]:
        found = self._path.stat()
        if not stat.S_ISREG(found.st_mode):  # another might never end
            raise ValueError("is not a file")
        return found.st_mtime_ns, found.st_size, found.st_ino


class KeysByUrl:
    """Fetched from the configured URL, and never from what a token says.

    A set is good for an hour. A ``kid`` that is not in it may be new: the set is fetched again, at
    most once a minute however many tokens ask.
    """

    def __init__(self, fetch: Callable[[], bytes], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, Sequence[Jwk]] = {}
        self._fetched_at = -math.inf
        self._asked_at = -math.inf
        self._lock = Lock()

    def under(self, kid: str) -> Sequence[Jwk]:
        found = self._known(kid)
        if found:
            return found
        with self._lock:
            found = self._known(kid)  # another thread may just have fetched it
            if not found and _passed(self._clock(), self._asked_at, MINUTE):
                self._refetch()
                found = self._known(kid)
        return found

    def _known(self, kid: str) -> Sequence[Jwk]:
        stale = _passed(self._clock(), self._fetched_at, HOUR)
        return () if stale else self._keys.get(kid, ())

    def _refetch(self) -> None:
        self._asked_at = self._clock()
        try:
            self._keys = read_key_set(self._fetch())
            self._fetched_at = self._clock()
        except Exception:  # whatever the client's server does, a token is refused and no more
            raise Unauthorised("keys-unavailable") from None
