"""From settings to what keeps strangers out: clients' keys, the gate, the database.

Beside :mod:`cdshooks.app`, and like it allowed to know every room.
"""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import structlog

from cdshooks.consensus.readings import Readings, ReadingsError, load_readings
from cdshooks.errors import ConfigurationError, StoreUnavailable
from cdshooks.fhir.client import FhirClient
from cdshooks.settings import Client, Limits, Settings
from cdshooks.store import Store
from cdshooks.store.database import IN_MEMORY, Database, NotADatabase
from cdshooks.store.schema import WrongSchema
from cdshooks.web.auth import Ledger, TokenGate
from cdshooks.web.key_sets import KEY_SET_BYTES, KeysByUrl, KeysOfFile
from cdshooks.web.tokens import Keys

KEY_SET_SECONDS = 2.0
SHORT_KEY = 16
"""A hash key below this many characters can be guessed."""

_SECRET_MEMBER = re.compile(rb'"(d|p|q|dp|dq|qi|oth|k)"\s*:')
"""Of a JSON Web Key (RFC 7518, 6.2.2, 6.3.2, 6.4.1)."""

log = structlog.get_logger()


def check_for_clients(settings: Settings) -> None:
    """What only a service with clients needs. Raises :class:`ConfigurationError`."""
    if not settings.clients:
        raise ConfigurationError(
            "no client is configured: start with --dev for a sandbox, or name a --config FILE with "
            "service.audience_base and, for each EHR, a section [clients.NAME] with issuer, "
            "jwks_url (or jwks_file) and fhir_servers"
        )
    if not settings.service.audience_base:
        raise settings.wrong("service.audience_base", "is required when a client is configured")
    if not settings.hash_key:
        raise ConfigurationError(
            "the environment variable CDSHOOKS_HASH_KEY is required: a long random text, kept "
            "secret and constant, that keys the hashes of patient ids"
        )
    for name, client in settings.clients.items():
        if client.ca_file and not Path(client.ca_file).is_file():
            what = f"cannot be read: no such file ({client.ca_file})"
            raise settings.wrong(f"clients.{name}.ca_file", what)
        if client.jwks_file:
            _check_key_file(settings, f"clients.{name}.jwks_file", client.jwks_file)


def _check_key_file(settings: Settings, key: str, file: str) -> None:
    """It is there, and holds what may be known to all."""
    try:
        found = Path(file).read_bytes()
    except OSError as error:
        raise settings.wrong(key, f"cannot be read: {error.strerror} ({file})") from None
    if _SECRET_MEMBER.search(found):
        raise settings.wrong(
            key, "holds a private or symmetric key: give the service the public keys alone"
        )


def warn_of_weak_settings(settings: Settings) -> None:
    for key in settings.unsafe_urls():
        log.warning("a URL is not https", where=key)
    if len(settings.hash_key or "") < SHORT_KEY:
        log.warning("CDSHOOKS_HASH_KEY is short and can be guessed")


def readings_of(settings: Settings, key: str, own: str | None = None) -> Readings:
    """A client's own readings, else the site's; ``key`` is where they are configured."""
    try:
        return load_readings(own or settings.knowledge.readings)
    except ReadingsError as error:
        where = key if own else "knowledge.readings"
        raise settings.wrong(where, str(error)) from None


def open_store(settings: Settings, dev: bool) -> Store:
    """The configured database; a sandbox without one keeps its data in memory.

    So does one on the configuration of a service with clients: its calls are none of theirs.
    """
    in_memory = dev and (bool(settings.clients) or not settings.keeps_data)
    url = IN_MEMORY if in_memory else settings.database.url
    key = settings.hash_key.encode() if settings.hash_key else secrets.token_bytes(32)
    try:
        return Store(Database(url), hash_key=key, repeat_days=settings.alerts.repeat_days)
    except (NotADatabase, WrongSchema) as error:
        raise settings.wrong("database.url", str(error)) from None
    except StoreUnavailable as error:
        raise settings.wrong("database.url", f"cannot be opened: {error.problem}") from None


def token_gate(
    settings: Settings, ledger: Ledger, clock: Callable[[], datetime.datetime]
) -> TokenGate:
    def seconds() -> float:
        return clock().timestamp()

    return TokenGate(
        clients=settings.clients,
        keys={
            name: _keys(settings, name, client, seconds)
            for name, client in settings.clients.items()
        },
        audience_base=settings.service.audience_base or "",
        ledger=ledger,
        per_minute=settings.limits.requests_per_minute,
        seconds=seconds,
    )


def _keys(settings: Settings, name: str, client: Client, seconds: Callable[[], float]) -> Keys:
    if url := client.jwks_url:
        return KeysByUrl(lambda: _fetched(url, client.ca_file), seconds)
    key = f"clients.{name}.jwks_file"

    def failed(problem: str) -> None:
        log.error("the keys of a client", where=key, problem=problem)

    try:
        return KeysOfFile(Path(client.jwks_file or ""), seconds, failed)
    except OSError as error:
        raise settings.wrong(key, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise settings.wrong(key, str(error)) from None


def _fetched(url: str, ca_file: str | None) -> bytes:
    """A client's keys: small, soon, from the configured URL and no other."""
    limits = Limits(deadline_seconds=KEY_SET_SECONDS, response_bytes=KEY_SET_BYTES)
    return FhirClient(url, ca_file=ca_file, limits=limits).document(url)
