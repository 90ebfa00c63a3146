"""Who calls: the client whose token is valid for this URL and was never used before."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from flask import g, request

from cdshooks.errors import Unauthorised
from cdshooks.service import SERVICES
from cdshooks.settings import Client
from cdshooks.web.tokens import Keys, bearer, unverified_issuer, verify


class Ledger(Protocol):
    """Notes each token; False when it was used before. Times in ms."""

    def use(
        self, *, issuer: str, token_id: str, client: str, expires_at: int, now: int, per_minute: int
    ) -> bool: ...


class Gate(Protocol):
    def caller(self) -> str:
        """The client's id in the configuration. Raises :class:`Unauthorised`."""
        ...


class OpenGate:
    """The sandbox: anybody, and a token is not looked at."""

    def __init__(self, name: str) -> None:
        self._name = name

    def caller(self) -> str:
        g.client = self._name
        return self._name


@dataclass(frozen=True, slots=True)
class TokenGate:
    clients: Mapping[str, Client]
    keys: Mapping[str, Keys]
    audience_base: str
    """What clients address; never the Host header."""
    ledger: Ledger
    per_minute: int
    seconds: Callable[[], float]

    def caller(self) -> str:
        token = bearer(_only_header())
        issuer = unverified_issuer(token)
        name = next((n for n, client in self.clients.items() if client.issuer == issuer), None)
        if name is None:
            raise Unauthorised("unknown-issuer")
        now = self.seconds()
        try:
            said = verify(
                token, self.clients[name], self.keys[name], audience=self._audience(), now=now
            )
        except Unauthorised as refused:
            if refused.why == "audience":
                refused.expected = self.audience_base.rstrip("/") + _known_address()
            raise
        g.client = name  # from here on the answer is that client's, errors too
        is_new = self.ledger.use(
            issuer=said.issuer,
            token_id=said.id,
            client=name,
            expires_at=math.ceil(said.expires_at * 1000),
            now=int(now * 1000),
            per_minute=self.per_minute,
        )
        if not is_new:
            g.client = None
            raise Unauthorised("used-before")
        return name

    def _audience(self) -> str:
        return self.audience_base.rstrip("/") + request.path.rstrip("/")


def _known_address() -> str:
    """The path that was called, as far as its words are ours: it may stand in the log."""
    if request.url_rule is None:
        return "/..."
    address = request.url_rule.rule
    service = (request.view_args or {}).get("service_id")
    return address.replace("<service_id>", service) if service in SERVICES else address


def _only_header() -> str | None:
    headers = request.headers.getlist("Authorization")
    if len(headers) > 1:
        raise Unauthorised("no-bearer-token")
    return headers[0] if headers else None
