"""One bearer token of a client (CDS Hooks 2.0.1, Trusting CDS Clients): every check, and no more.

joserfc verifies the signature; what a token must say, and by which key it may be signed, is
decided here. Whatever is wrong is :class:`Unauthorised` with a word for the log: the caller is told
nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from cdshooks.errors import Unauthorised
from cdshooks.settings import Client

HEADER_BYTES = 8 * 1024
SKEW_SECONDS = 30
RSA_BITS = 2048
MILLISECONDS = 1e11
"""In seconds this is the year 5138; in milliseconds it was 1973."""
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE)

Jwk = Mapping[str, Any]


class Keys(Protocol):
    """A client's public keys."""

    def under(self, kid: str) -> Sequence[Jwk]: ...


@dataclass(frozen=True, slots=True)
class Token:
    """What a verified token says."""

    issuer: str
    id: str
    expires_at: float


def bearer(header: str | None) -> str:
    """The token of an Authorization header; there must be exactly one."""
    if header is None:
        raise Unauthorised("no-token")
    if len(header) > HEADER_BYTES:
        raise Unauthorised("header-too-long")
    if match := _BEARER.fullmatch(header):
        return match[1]
    raise Unauthorised("no-bearer-token")


def unverified_issuer(token: str) -> str:
    """Who it claims to be from: only to find the keys that can prove it."""
    claims = _object(token.split(".")[1])
    if isinstance(issuer := claims.get("iss"), str):
        return issuer
    raise Unauthorised("no-issuer")


def verify(token: str, client: Client, keys: Keys, *, audience: str, now: float) -> Token:
    """``audience``: the URL that was called, as configured. Raises :class:`Unauthorised`."""
    head, claims = (_object(part) for part in token.split(".")[:2])
    algorithm = _checked_head(head, client)
    verified = _checked_claims(claims, client, audience, now)
    _verify_signature(token, _key(keys.under(head["kid"]), algorithm), client.algorithms)
    return verified


def _object(part: str) -> dict[str, Any]:
    try:
        read = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Unauthorised("not-a-token") from None
    if isinstance(read, dict):
        return read
    raise Unauthorised("not-a-token")


def _checked_head(head: Jwk, client: Client) -> str:
    algorithm = head.get("alg")
    if not isinstance(algorithm, str) or algorithm not in client.algorithms:
        raise Unauthorised("algorithm")
    if not isinstance(head.get("kid"), str) or not head["kid"]:
        raise Unauthorised("no-kid")
    if "crit" in head or "b64" in head:
        raise Unauthorised("critical-header")
    if "jwk" in head or "x5u" in head:
        raise Unauthorised("key-in-header")
    if "jku" in head and (client.jwks_url is None or head["jku"] != client.jwks_url):
        raise Unauthorised("jku")
    kind = head.get("typ", "JWT")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise Unauthorised("type")
    return algorithm


def _checked_claims(claims: Jwk, client: Client, audience: str, now: float) -> Token:
    if claims.get("iss") != client.issuer:
        raise Unauthorised("issuer")
    named = claims.get("aud")
    if audience not in (named if isinstance(named, list) else [named]):
        raise Unauthorised("audience")
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    if expires + SKEW_SECONDS <= now:
        raise Unauthorised("expired")
    if issued > now + SKEW_SECONDS:
        raise Unauthorised("issued-in-future")
    if not 0 < expires - issued <= client.max_token_age_seconds:
        raise Unauthorised("lives-too-long")
    if "nbf" in claims and _time(claims, "nbf") > now + SKEW_SECONDS:
        raise Unauthorised("not-yet-valid")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise Unauthorised("no-jti")
    return Token(client.issuer, claims["jti"], expires)


def _time(claims: Jwk, name: str) -> float:
    """Seconds since 1970."""
    value = claims.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) < MILLISECONDS:
            return float(value)
        if abs(value) < 1000 * MILLISECONDS:
            raise Unauthorised(f"{name}-in-milliseconds")
    raise Unauthorised(f"no-{name}")


def _key(candidates: Sequence[Jwk], algorithm: str) -> Any:
    """The one key, fit for the algorithm by all that it says of itself."""
    if len(candidates) != 1:
        raise Unauthorised("unknown-kid" if not candidates else "kid-not-unique")
    key = candidates[0]
    kind = "EC" if algorithm in CURVES else "RSA"
    operations = key.get("key_ops", ["verify"])
    if (
        key.get("kty") != kind
        or key.get("use", "sig") != "sig"
        or key.get("alg", algorithm) != algorithm
        or not isinstance(operations, list)
        or "verify" not in operations
    ):
        raise Unauthorised("key-not-fit")
    if kind == "EC" and key.get("crv") != CURVES[algorithm]:
        raise Unauthorised("key-not-fit")
    if kind == "RSA" and _bits(key.get("n")) < RSA_BITS:
        raise Unauthorised("key-too-short")
    public = {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key}
    try:
        return import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Unauthorised("key-not-fit") from None


def _bits(modulus: Any) -> int:
    try:
        read = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    except (ValueError, TypeError):
        return 0
    return int.from_bytes(read).bit_length()


def _verify_signature(token: str, key: Any, algorithms: Sequence[str]) -> None:
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_header_length = HEADER_BYTES
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError, TypeError):
        raise Unauthorised("signature") from None
