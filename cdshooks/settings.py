"""The service's settings: one frozen object from a TOML file; a wrong one stops the start.

Every key has a default but those of a client. A message names the file and the dotted key, never
a value that may be secret. Two secrets may come from the environment instead of the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from cdshooks.errors import ConfigurationError

Hook = Literal["patient-view", "order-select", "order-sign", "encounter-start", "appointment-book"]
Language = Literal["en", "zh"]
Algorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]

_PORT = r"(:([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?"
_PATH = _PORT + r"(/(?!\.\.?(/|$))[A-Za-z0-9._~-]+)*/?"
LOOPBACK_URL = re.compile(
    rf"https?://(localhost|127(\.(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){{3}}|\[::1\]){_PATH}"
)
HTTPS_URL = re.compile(rf"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?{_PATH}")
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[::1\])" + _PORT)
_CANONICAL = re.compile(r"(https?://|urn:)[^\s|#]+")
_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Service(_Section, frozen=True):
    audience_base: Text | None = None
    language: Language = "en"
    site_timezone: Text = "Asia/Shanghai"
    hooks: tuple[Hook, ...] = ("patient-view", "order-select", "order-sign")
    prefetch_today: bool = False
    """Ask for laboratory results of the last 24 months alone, by ``today()`` of CDS Hooks 3.0."""


class Database(_Section, frozen=True):
    url: Text = "sqlite:///cdshooks.db"


class Knowledge(_Section, frozen=True):
    readings: Text = "default"


class Terminology(_Section, frozen=True):
    folders: tuple[Text, ...] = ()
    lesion_identifiers: tuple[Text, ...] = ()
    """Urls of further extensions of an Observation that hold the id of a lesion."""


class Alerts(_Section, frozen=True):
    repeat_days: Annotated[int, msgspec.Meta(ge=0)] = 14


class Limits(_Section, frozen=True):
    request_bytes: Positive = 10_000_000
    resources: Positive = 5_000
    json_depth: Positive = 64
    json_nodes: Positive = 500_000
    string_bytes: Positive = 100_000
    response_bytes: Positive = 10_000_000
    pages: Positive = 20
    deadline_seconds: Annotated[float, msgspec.Meta(gt=0)] = 3.0
    requests_per_minute: Positive = 600


class Client(_Section, frozen=True):
    """One EHR; its key in ``[clients]`` is its id in logs and metrics."""

    issuer: Text
    jwks_url: Text | None = None
    jwks_file: Text | None = None
    algorithms: Annotated[tuple[Algorithm, ...], msgspec.Meta(min_length=1)] = ("ES384", "RS384")
    max_token_age_seconds: Positive = 900
    fhir_servers: tuple[Text, ...] = ()
    ca_file: Text | None = None
    origins: tuple[Text, ...] = ()
    suggestions: tuple[Literal["create", "update", "delete"], ...] = ("create", "delete")
    suggestion_resources: tuple[Literal["ServiceRequest", "Task", "CarePlan"], ...] = (
        "ServiceRequest",
        "Task",
        "CarePlan",
    )
    chart_url: Text | None = None
    """Where a card leads whose suggestions this client cannot apply."""
    language: Language | None = None
    readings: Text | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    service: Service = Service()
    database: Database = Database()
    knowledge: Knowledge = Knowledge()
    terminology: Terminology = Terminology()
    alerts: Alerts = Alerts()
    limits: Limits = Limits()
    clients: Mapping[str, Client] = {}
    hash_key: str | None = None
    """From the environment only: keys the hashes of patient ids."""
    keeps_data: bool = False
    """A database was named; the sandbox mode keeps its data in memory otherwise."""
    file: str = ""
    """The file they came from; empty for the defaults."""

    def wrong(self, key: str, what: str) -> ConfigurationError:
        """What is wrong with the value of a dotted key, and where it stands."""
        return ConfigurationError(": ".join(part for part in (self.file, key, what) if part))

    def unsafe_urls(self) -> list[str]:
        """Dotted keys of URLs that are not https; they name this machine, or were refused."""
        return [
            f"clients.{name}.{key}"
            for name, client in self.clients.items()
            for key, urls in (
                ("jwks_url", (client.jwks_url or "",)),
                ("fhir_servers", client.fhir_servers),
                ("chart_url", (client.chart_url or "",)),
            )
            if any(url.startswith("http:") for url in urls)
        ]

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.service.site_timezone)


SectionType = TypeVar("SectionType", bound=_Section)
_SECTIONS = ("service", "database", "knowledge", "terminology", "alerts", "limits")


def _choices(kind: type[_Section], where: str) -> Iterator[str]:
    """The words that the key at ``.key`` or ``.key[0]`` may hold."""
    todo = [get_type_hints(kind)[where.strip(".`").partition("[")[0]]]
    for hint in todo:
        if get_origin(hint) is Literal:
            yield from get_args(hint)
        else:
            todo += get_args(hint)


def load_settings(path: str | Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file ``path`` (None: the defaults) and the environment's two secrets."""
    file = _File(Path(path)) if path is not None else None
    settings = file.settings() if file else Settings()
    if url := environment.get("CDSHOOKS_DATABASE_URL"):
        settings = msgspec.structs.replace(settings, database=Database(url=url), keeps_data=True)
    if key := environment.get("CDSHOOKS_HASH_KEY"):
        settings = msgspec.structs.replace(settings, hash_key=key)
    return settings


class _File:
    """Reads one file; whatever is wrong is said with the file's name and the dotted key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def settings(self) -> Settings:
        tables = self._tables()
        clients = tables.pop("clients", {})
        for name in tables:
            if name not in _SECTIONS:
                known = ", ".join((*_SECTIONS, "clients.NAME"))
                raise self._wrong(name, f"unknown section; the sections are {known}")
        if not isinstance(clients, dict):
            raise self._wrong("clients", "must hold sections named [clients.NAME]")
        settings = Settings(
            service=self._section("service", tables, Service),
            database=self._section("database", tables, Database),
            knowledge=self._section("knowledge", tables, Knowledge),
            terminology=self._section("terminology", tables, Terminology),
            alerts=self._section("alerts", tables, Alerts),
            limits=self._section("limits", tables, Limits),
            clients={name: self._client(name, clients) for name in clients},
            file=str(self.path),
        )
        self._check_service(settings)
        self._check_terminology(settings)
        self._check_issuers(settings)
        return self._with_absolute_paths(settings, "url" in tables.get("database", {}))

    def _tables(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be read: {error.strerror}") from None
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"{self.path}: not a TOML file: {error}") from None

    def _wrong(self, key: str, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self.path}: {key}: {what}")

    def _section(
        self, name: str, tables: dict[str, Any], kind: type[SectionType], prefix: str = ""
    ) -> SectionType:
        try:
            return msgspec.convert(tables.get(name, {}), kind)
        except msgspec.ValidationError as error:
            what, _, where = str(error).partition(" - at `$")
            key = prefix + name + where.rstrip("`")
            if field := re.search(r"(?:unknown|missing required) field `(.+)`", what):
                key, what = f"{key}.{field[1]}", what.split(" field")[0]
                keys = ", ".join(kind.__struct_fields__)
                is_unknown = what.endswith("unknown")
                what = f"unknown key; the keys here are {keys}" if is_unknown else "is required"
            elif what.startswith("Invalid enum value"):
                what = f"must be one of {', '.join(_choices(kind, where))}"
            raise self._wrong(key, what) from None

    def _client(self, name: str, clients: dict[str, Any]) -> Client:
        client = self._section(name, clients, Client, prefix="clients.")
        key = f"clients.{name}"
        if not _CLIENT_ID.fullmatch(name):
            raise self._wrong(key, "a name is up to 64 letters, digits, dots, hyphens, underscores")
        if client.jwks_url is not None and client.jwks_file is not None:
            raise self._wrong(key, "give one of jwks_url and jwks_file, not both")
        if (client.jwks_url is None) == (client.jwks_file is None):
            raise self._wrong(key, "needs either jwks_url or jwks_file")
        urls: list[tuple[str, str | None]] = [("fhir_servers", url) for url in client.fhir_servers]
        urls += [("jwks_url", client.jwks_url), ("chart_url", client.chart_url)]
        for field, url in urls:
            if url and not (HTTPS_URL.fullmatch(url) or LOOPBACK_URL.fullmatch(url)):
                raise self._wrong(
                    f"{key}.{field}", "must be an https URL (http only for a loopback host)"
                )
        for origin in client.origins:
            if not _ORIGIN.fullmatch(origin):
                raise self._wrong(f"{key}.origins", "must be origins, as https://ehr.example.org")
        return client

    def _check_issuers(self, settings: Settings) -> None:
        """A token names its client by the issuer alone."""
        seen: dict[str, str] = {}
        for name, client in settings.clients.items():
            if client.issuer in seen:
                what = f"clients.{seen[client.issuer]} has the same"
                raise self._wrong(f"clients.{name}.issuer", what)
            seen[client.issuer] = name

    def _check_terminology(self, settings: Settings) -> None:
        for url in settings.terminology.lesion_identifiers:
            if not _CANONICAL.fullmatch(url):
                what = "must be urls of extensions, as https://ehr.example.org/lesion"
                raise self._wrong("terminology.lesion_identifiers", what)

    def _check_service(self, settings: Settings) -> None:
        base = settings.service.audience_base
        if base and not (HTTPS_URL.fullmatch(base) or LOOPBACK_URL.fullmatch(base)):
            raise self._wrong("service.audience_base", "must be an https URL")
        if settings.clients and not base:
            raise self._wrong("service.audience_base", "is required when a client is configured")
        try:
            ZoneInfo(settings.service.site_timezone)
        except (KeyError, ValueError, OSError):
            what = "not a time zone, as Asia/Shanghai is"
            raise self._wrong("service.site_timezone", what) from None

    def _with_absolute_paths(self, settings: Settings, own_database: bool) -> Settings:
        """Relative paths are relative to the file."""
        replace = msgspec.structs.replace
        clients = {
            name: replace(
                client,
                jwks_file=client.jwks_file and self._absolute(client.jwks_file),
                ca_file=client.ca_file and self._absolute(client.ca_file),
                readings=client.readings and self._readings(client.readings),
            )
            for name, client in settings.clients.items()
        }
        url = settings.database.url
        scheme, slashes, database = url.partition(":///")
        if scheme.startswith("sqlite") and slashes and database not in ("", ":memory:"):
            url = f"{scheme}:///{self._absolute(database)}"
        folders = tuple(self._absolute(folder) for folder in settings.terminology.folders)
        return replace(
            settings,
            database=Database(url=url),
            keeps_data=own_database,
            knowledge=Knowledge(readings=self._readings(settings.knowledge.readings)),
            terminology=replace(settings.terminology, folders=folders),
            clients=clients,
        )

    def _absolute(self, path: str) -> str:
        return str(self.path.parent.absolute() / path)

    def _readings(self, profile_or_file: str) -> str:
        """A profile keeps its name; a TOML file is a path."""
        return (
            self._absolute(profile_or_file)
            if profile_or_file.endswith(".toml")
            else profile_or_file
        )
