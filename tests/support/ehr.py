"""An EHR that signs its calls: its keys, its tokens, and every way to make one wrong."""

from __future__ import annotations

import base64
import datetime
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

BASE = "https://cds.example.org"
"""What the service is called by; never where it listens."""
SERVICE = "/cds-services/tace-refractoriness"
FEEDBACK = f"{SERVICE}/feedback"
DELETE = object()
HASH_KEY = "a long random text of the tests"
ANY = jws.JWSRegistry(
    algorithms=["ES256", "ES384", "RS256", "RS384", "PS384", "HS256", "none"],
    strict_check_header=False,
)
ANY.max_header_length = 100_000


@cache
def ec_key(name: str, curve: str = "P-384") -> ECKey:
    return ECKey.generate_key(curve, {"kid": name, "use": "sig"})


@cache
def rsa_key(name: str, bits: int = 2048) -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": name, "use": "sig"})


@dataclass
class Ehr:
    """One hospital: ``key`` signs; its token can be changed in any claim or header."""

    name: str = "general-hospital"
    issuer: str = "https://ehr.example.org"
    key: Any = field(default_factory=lambda: ec_key("k1"))
    algorithm: str = "ES384"
    fhir: str = "https://ehr.example.org/fhir"
    """Empty: none that may be asked."""
    origin: str = "https://ehr.example.org"
    published: list[Any] | None = None
    """What stands in its set of keys, when that is not just its own."""
    more: str = ""
    """Further lines of its section of the configuration."""

    def claims(self, path: str, now: datetime.datetime, **changes: Any) -> dict[str, Any]:
        seconds = int(now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": BASE + path,
            "iat": seconds,
            "exp": seconds + 300,
            "jti": str(uuid.uuid4()),
        }
        return _changed(claims, changes)

    def head(self, **changes: Any) -> dict[str, Any]:
        return _changed({"alg": self.algorithm, "kid": self.key.kid, "typ": "JWT"}, changes)

    def token(
        self,
        path: str,
        now: datetime.datetime,
        *,
        head: Mapping[str, Any] | None = None,
        key: Any = None,
        **changes: Any,
    ) -> str:
        return signed(self.head(**(head or {})), self.claims(path, now, **changes), key or self.key)

    def key_set(self) -> dict[str, Any]:
        own = [self.key.as_dict(private=False)]
        return {"keys": own if self.published is None else self.published}

    def section(self, folder: Path, more: str = "") -> str:
        """Its part of the configuration; the keys are written to a file beside it."""
        file = folder / f"{self.name}.json"
        file.write_text(json.dumps(self.key_set()), encoding="utf-8")
        more = f"{self.more}\n{more}"
        jwks = "" if "jwks_url" in more else f'jwks_file = "{file.name}"\n'
        servers = f'"{self.fhir}"' if self.fhir else ""
        return (
            f'[clients.{self.name}]\nissuer = "{self.issuer}"\n{jwks}'
            f'fhir_servers = [{servers}]\norigins = ["{self.origin}"]\n{more}\n'
        )


def signed(head: Mapping[str, Any], claims: Any, key: Any) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    return jws.serialize_compact(dict(head), payload, key, registry=ANY)


def unsigned(head: Mapping[str, Any], claims: Any, signature: bytes = b"") -> str:
    return ".".join((_part(head), _part(claims), _encoded(signature)))


def hand_signed(head: Mapping[str, Any], claims: Any, key: Any) -> str:
    """With a head that no library would sign."""
    start = f"{_part(head)}.{_part(claims)}"
    return f"{start}.{_encoded(ANY.algorithms[head['alg']].sign(start.encode(), key))}"


def hmac_signed(head: Mapping[str, Any], claims: Any, secret: bytes) -> str:
    """By hand: no library lets a public key be a secret."""
    start = f"{_part(head)}.{_part(claims)}"
    return f"{start}.{_encoded(hmac.digest(secret, start.encode(), 'sha256'))}"


def _changed(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**members, **changes}.items() if v is not DELETE}


def _part(value: Any) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def configuration(folder: Path, *ehrs: Ehr, database: str = "", more: str = "") -> Path:
    """A configuration file for these hospitals."""
    url = database or f"sqlite:///{folder}/cdshooks.db"
    file = folder / "site.toml"
    file.write_text(
        f'[service]\naudience_base = "{BASE}"\n[database]\nurl = "{url}"\n{more}\n'
        + "".join(ehr.section(folder) for ehr in ehrs),
        encoding="utf-8",
    )
    return file
