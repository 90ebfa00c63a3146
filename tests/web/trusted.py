"""A service with two hospitals, and a clock that a test can set."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import msgspec

from cdshooks.app import create_app
from cdshooks.settings import load_settings
from cdshooks.store import Store
from tests.support.ehr import HASH_KEY, SERVICE, Ehr, configuration, ec_key, rsa_key
from tests.web.calls import morning

HOSPITAL = Ehr()
CLINIC = Ehr(
    name="clinic",
    issuer="https://clinic.example.org",
    key=rsa_key("k1"),
    algorithm="RS384",
    fhir="https://clinic.example.org/fhir",
    origin="https://clinic.example.org",
)
STRANGER = Ehr(name="stranger", issuer="https://stranger.example.org", key=ec_key("k9"))


class Clock:
    def __init__(self) -> None:
        self.now = morning()

    def __call__(self) -> datetime.datetime:
        return self.now

    def later(self, **duration: float) -> None:
        self.now += datetime.timedelta(**duration)


class Trusted:
    """The service and how it is called; every call has a token of its own."""

    def __init__(
        self,
        folder: Path,
        more: str = "",
        database: str = "",
        hospital: Ehr = HOSPITAL,
        **limits: Any,
    ) -> None:
        file = configuration(folder, hospital, CLINIC, more=more, database=database)
        settings = load_settings(file, {"CDSHOOKS_HASH_KEY": HASH_KEY})
        if limits:
            changed = msgspec.structs.replace(settings.limits, **limits)
            settings = msgspec.structs.replace(settings, limits=changed)
        self.settings = settings
        self.file = file
        self.clock = Clock()
        self.app = create_app(settings, clock=self.clock)
        self.client = self.app.test_client()
        self.store: Store = self.app.extensions["cdshooks"]

    def close(self) -> None:
        self.store.database.close()

    def post(
        self,
        body: Any,
        path: str = SERVICE,
        ehr: Ehr = HOSPITAL,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        token = token or ehr.token(path, self.clock())
        authorization = {"Authorization": f"Bearer {token}"}
        return self.client.post(path, json=body, headers=authorization | (headers or {}))

    def get(self, path: str, ehr: Ehr = HOSPITAL, **headers: str) -> Any:
        token = ehr.token(path, self.clock())
        return self.client.get(path, headers={"Authorization": f"Bearer {token}", **headers})
