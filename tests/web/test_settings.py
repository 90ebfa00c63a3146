"""The configuration file: defaults, whole, and every wrong key named with the file."""

from __future__ import annotations

import json
import textwrap
import tomllib
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from cdshooks.app import create_app
from cdshooks.errors import ConfigurationError
from cdshooks.settings import Client, Database, Knowledge, Settings, load_settings
from tests.support.ehr import ec_key

WHOLE = """
[service]
audience_base = "https://cds.example.org"
language = "zh"
site_timezone = "Europe/Vienna"
hooks = ["patient-view", "encounter-start"]

[database]
url = "sqlite:///data/cdshooks.db"

[knowledge]
readings = "own.toml"

[terminology]
folders = ["codes", "/srv/codes"]

[alerts]
repeat_days = 0

[limits]
request_bytes = 1_000
deadline_seconds = 2

[clients.general-hospital]
issuer = "https://ehr.example.org"
jwks_url = "https://ehr.example.org/jwks"
fhir_servers = ["https://ehr.example.org/fhir", "http://127.0.0.1:8080/fhir"]
ca_file = "hospital-ca.pem"
origins = ["https://ehr.example.org"]
language = "zh"
readings = "literal-cci"

[clients.other]
issuer = "other"
jwks_file = "keys.json"
"""


def write(folder, text):
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults():
    settings = load_settings(None, {})
    assert settings == Settings()
    assert settings.service.site_timezone == "Asia/Shanghai"
    assert settings.limits.json_depth == 64
    assert settings.limits.json_nodes == 500_000
    assert settings.knowledge.readings == "default"


def test_the_readme_lists_every_limit_with_its_default():
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    settings = "    [service]\n" + readme.split("    [service]\n")[1].split("\n\n")[0]
    told = tomllib.loads(textwrap.dedent(settings))["limits"]
    assert told == msgspec.structs.asdict(Settings().limits)


def test_the_readme_names_every_key_of_a_client_and_what_it_may_hold():
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    told = readme.split("### Configure a client")[1].split("\n### ")[0]
    for key in Client.__struct_fields__:
        assert f"`{key}`" in told or f"    {key} = " in told, key
    hints = get_type_hints(Client)
    for key in ("suggestions", "suggestion_resources"):
        for word in get_args(get_args(hints[key])[0]):
            assert f"`{word}`" in told, word


def test_an_empty_file_is_the_defaults(tmp_path):
    settings = load_settings(write(tmp_path, ""), {})
    beside = Database(url=f"sqlite:///{tmp_path}/cdshooks.db")
    assert settings == Settings(file=settings.file, database=beside)


def test_a_whole_file(tmp_path):
    settings = load_settings(write(tmp_path, WHOLE), {})
    assert settings.service.hooks == ("patient-view", "encounter-start")
    assert settings.limits.deadline_seconds == 2.0
    assert settings.alerts.repeat_days == 0
    hospital = settings.clients["general-hospital"]
    assert hospital.algorithms == ("ES384", "RS384")
    assert hospital.readings == "literal-cci"


def test_relative_paths_are_relative_to_the_file(tmp_path):
    settings = load_settings(write(tmp_path, WHOLE), {})
    assert settings.knowledge.readings == str(tmp_path / "own.toml")
    assert settings.terminology.folders == (str(tmp_path / "codes"), "/srv/codes")
    assert settings.database.url == f"sqlite:///{tmp_path}/data/cdshooks.db"
    assert settings.clients["other"].jwks_file == str(tmp_path / "keys.json")
    assert settings.clients["general-hospital"].ca_file == str(tmp_path / "hospital-ca.pem")


def test_the_default_database_lies_beside_the_file(tmp_path):
    settings = load_settings(write(tmp_path, ""), {})
    assert settings.database.url == f"sqlite:///{tmp_path}/cdshooks.db"
    assert not settings.keeps_data
    assert load_settings(None, {}).database.url == "sqlite:///cdshooks.db"


def test_the_environments_secrets(tmp_path):
    environment = {"CDSHOOKS_DATABASE_URL": "sqlite:////x.db", "CDSHOOKS_HASH_KEY": "k"}
    settings = load_settings(write(tmp_path, WHOLE), environment)
    assert (settings.database.url, settings.hash_key) == ("sqlite:////x.db", "k")


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        Settings().service.language = "zh"


IN_MEMORY = {"CDSHOOKS_DATABASE_URL": "sqlite://"}
HOSPITAL = '[service]\naudience_base="https://a.example"\n[clients.h]\nissuer="i"\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[servise]\n", "servise: unknown section"),
        ("language = 'en'\n", "language"),
        ("[service]\nlangauge = 'en'\n", "service.langauge: unknown key"),
        ("[service]\nlanguage = 'fr'\n", "service.language"),
        ("[service]\nlanguage = 1\n", "service.language"),
        ("[service]\nsite_timezone = 'Asia/Peking'\n", "service.site_timezone"),
        ("[service]\nsite_timezone = '../etc/passwd'\n", "service.site_timezone"),
        ("[service]\nhooks = ['order-dispatch']\n", "service.hooks"),
        ("[service]\naudience_base = 'http://cds.example.org'\n", "service.audience_base"),
        ("service = 1\n", "service"),
        ("[limits]\nrequest_bytes = 0\n", "limits.request_bytes"),
        ("[limits]\nrequest_bytes = '10 MB'\n", "limits.request_bytes"),
        ("[limits]\npages = true\n", "limits.pages"),
        ("[limits]\ndeadline_seconds = 0\n", "limits.deadline_seconds"),
        ("[alerts]\nrepeat_days = -1\n", "alerts.repeat_days"),
        ("[terminology]\nfolders = 'codes'\n", "terminology.folders"),
        ("[terminology]\nlesion_identifiers = 'x'\n", "terminology.lesion_identifiers"),
        (
            "[terminology]\nlesion_identifiers = ['lesion-id']\n",
            "terminology.lesion_identifiers: must be urls of extensions",
        ),
        (
            "[terminology]\nlesion_identifiers = ['https://e.example/a b']\n",
            "terminology.lesion_identifiers",
        ),
        ("[hash]\nkey = 'x'\n", "hash: unknown section"),
        ("hash_key = 'x'\n", "hash_key: unknown section"),
        ("clients = 1\n", "clients"),
        ("[clients]\nh = 1\n", "clients.h"),
        ('[clients.h]\njwks_file="k"\n', "clients.h.issuer: is required"),
        (HOSPITAL, "clients.h: needs either jwks_url or jwks_file"),
        (HOSPITAL + 'jwks_url="http://ehr.example.org/k"\n', "clients.h.jwks_url"),
        (HOSPITAL + 'jwks_file="k"\nalgorithms=["HS256"]\n', "clients.h.algorithms"),
        (HOSPITAL + 'jwks_file="k"\nalgorithms=["none"]\n', "clients.h.algorithms"),
        (HOSPITAL + 'jwks_file="k"\nalgorithms=[]\n', "clients.h.algorithms"),
        (
            HOSPITAL + 'jwks_file="k"\nfhir_servers=["http://e.example/f"]\n',
            "clients.h.fhir_servers",
        ),
        (
            HOSPITAL + 'jwks_file="k"\nfhir_servers=["https://e.example:65536/f"]\n',
            "clients.h.fhir_servers",
        ),
        (HOSPITAL + 'jwks_file="k"\norigins=["https://e.example:65536"]\n', "clients.h.origins"),
        (HOSPITAL + 'jwks_file="k"\nfhir_server="x"\n', "clients.h.fhir_server: unknown key"),
        ('[clients.h]\nissuer="i"\njwks_file="k"\n', "service.audience_base: is required"),
        (
            HOSPITAL + 'jwks_file="k"\n[clients.i]\nissuer="i"\njwks_file="k"\n',
            "clients.i.issuer: clients.h has the same",
        ),
        (HOSPITAL + 'jwks_file="k"\norigins=["*"]\n', "clients.h.origins"),
        (HOSPITAL + 'jwks_file="k"\norigins=["null"]\n', "clients.h.origins"),
        (HOSPITAL + 'jwks_file="k"\norigins=["https://e.example/"]\n', "clients.h.origins"),
        ('[clients."h h"]\nissuer="i"\njwks_file="k"\n', "clients.h h"),
        ("[service]\nlanguage = 'de'\n", "service.language: must be one of en, zh"),
        (
            "[service]\nhooks = ['patient-open']\n",
            "service.hooks[0]: must be one of patient-view, order-select, order-sign, "
            "encounter-start, appointment-book",
        ),
        (
            HOSPITAL + 'jwks_file="k"\nalgorithms=["ES384","HS256"]\n',
            "clients.h.algorithms[1]: must be one of ES256, ES384, ES512, RS256",
        ),
        (
            HOSPITAL + 'jwks_file="k"\nsuggestions=["add"]\n',
            "clients.h.suggestions[0]: must be one of create, update, delete",
        ),
        (
            HOSPITAL + 'jwks_file="k"\nsuggestion_resources=["Task","Taskk"]\n',
            "clients.h.suggestion_resources[1]: must be one of ServiceRequest, Task, CarePlan",
        ),
        (
            HOSPITAL + 'jwks_file="k"\njwks_url="https://e.example/k"\n',
            "clients.h: give one of jwks_url and jwks_file, not both",
        ),
        ("[alerts]\nrepeat = 1\n", "alerts.repeat: unknown key; the keys here are repeat_days"),
        ("[alert]\n", "alert: unknown section; the sections are service, database, knowledge"),
        ("[service\n", "not a TOML file"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(tmp_path, text, named):
    path = write(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, {})
    assert str(caught.value).startswith(f"{path}: {named}" if "TOML" not in named else str(path))
    assert named in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read"):
        load_settings(tmp_path / "none.toml", {})


def test_unknown_readings_stop_the_start():
    settings = Settings(knowledge=Knowledge(readings="my-own"))
    with pytest.raises(ConfigurationError, match=r"^knowledge\.readings: neither a profile"):
        create_app(settings, dev=True)


def test_without_dev_it_does_not_start_and_says_what_to_configure(tmp_path):
    with pytest.raises(ConfigurationError, match=r"--dev.*clients"):
        create_app(load_settings(write(tmp_path, ""), {}))


def test_a_service_with_clients_needs_the_key_of_the_hashes(tmp_path):
    path = write(tmp_path, HOSPITAL + 'jwks_file="keys.json"\n')
    with pytest.raises(ConfigurationError, match="CDSHOOKS_HASH_KEY"):
        create_app(load_settings(path, {}))
    with pytest.raises(ConfigurationError, match=r"h\.jwks_file: cannot be read") as caught:
        create_app(load_settings(path, {"CDSHOOKS_HASH_KEY": "k", **IN_MEMORY}))
    assert str(tmp_path / "keys.json") in str(caught.value)
    (tmp_path / "keys.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"clients\.h\.jwks_file: not a set of keys"):
        create_app(load_settings(path, {"CDSHOOKS_HASH_KEY": "k", **IN_MEMORY}))


@pytest.mark.parametrize(
    "key", [ec_key("k1").as_dict(private=True), {"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}]
)
def test_a_file_of_keys_with_a_secret_in_it_is_refused(tmp_path, key):
    path = write(tmp_path, HOSPITAL + 'jwks_file="keys.json"\n')
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [key]}), encoding="utf-8")
    environment = {"CDSHOOKS_HASH_KEY": "k", **IN_MEMORY}
    with pytest.raises(ConfigurationError, match=r"clients\.h\.jwks_file: .*public keys") as caught:
        create_app(load_settings(path, environment))
    assert not any(str(key[name]) in str(caught.value) for name in ("d", "k") if name in key)
    public = {"keys": [ec_key("k1").as_dict(private=False)]}
    (tmp_path / "keys.json").write_text(json.dumps(public), encoding="utf-8")
    assert create_app(load_settings(path, environment))


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    path = write(tmp_path, HOSPITAL + 'jwks_file="keys.json"\nca_file="ca.pem"\n')
    with pytest.raises(ConfigurationError, match=r"clients\.h\.ca_file: cannot be read") as caught:
        create_app(load_settings(path, {"CDSHOOKS_HASH_KEY": "k", **IN_MEMORY}))
    assert str(tmp_path / "ca.pem") in str(caught.value)


def test_a_database_that_cannot_be_opened_says_why(tmp_path):
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)
    for name, why in (("x.db", "not a SQLite database"), ("no/x.db", f"({tmp_path}/no/x.db)")):
        settings = load_settings(write(tmp_path, f"[database]\nurl='sqlite:///{name}'\n"), {})
        with pytest.raises(ConfigurationError, match=r"database\.url: ") as caught:
            create_app(settings, dev=True)
        assert why in str(caught.value)


def test_the_example_is_toml():
    assert tomllib.loads(WHOLE)["clients"]["other"]
