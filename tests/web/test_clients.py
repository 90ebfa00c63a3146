"""What differs by client: servers that may be asked, language, readings, pages, rate."""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.support.ehr import BASE, FEEDBACK, SERVICE, ec_key
from tests.web.calls import changed, outcome_text, patient_call
from tests.web.fhir_server import fhir_server
from tests.web.trusted import CLINIC, HOSPITAL, Trusted

ALLOWED = HOSPITAL.fhir
NOT_ALLOWED = [
    "https://ehr.example.org@evil.example/fhir",
    "https://evil.example#@ehr.example.org/fhir",
    "https://evil.example\\@ehr.example.org/fhir",
    "https://user:password@ehr.example.org/fhir",
    ALLOWED + "#x",
    ALLOWED + "?x=1",
    ALLOWED + "?",
    ALLOWED + "/../fhir",
    ALLOWED + "/%2e%2e/fhir",
    ALLOWED + "/%252e%252e/fhir",
    ALLOWED + "/more",
    ALLOWED + "//",
    "https://ehr.example.org",
    "https://ehr.example.org/",
    "https://ehr.example.org/fhi",
    "https://ehr.example.org:8443/fhir",
    "https://ehr.example.org:443/fhir",
    "https://ehr.example.org:0/fhir",
    "http://ehr.example.org/fhir",
    "//ehr.example.org/fhir",
    "ehr.example.org/fhir",
    "https://ehr.example.org./fhir",
    "https://EHR.example.org/fhir",
    "HTTPS://ehr.example.org/fhir",
    "https://ehr.example.org/FHIR",
    "https://\u0435hr.example.org/fhir",
    "https://xn--hr-1fd.example.org/fhir",
    "https://ehr.example.org.evil.example/fhir",
    "https://evil.example/ehr.example.org/fhir",
    "https://ehr.example.org/\tfhir",
    "https://ehr.example.org/fhir\r\n",
    "https://ehr.example.org/fhir\n",
    "https://ehr.example.org/fhir\x00",
    " https://ehr.example.org/fhir",
    "https://ehr.example.org/fhir ",
    "\uff48ttps://ehr.example.org/fhir",
    "https://ehr\uff0eexample\uff0eorg/fhir",
    "https%3a%2f%2fehr.example.org%2ffhir",
    "http://2130706433/fhir",
    "http://0177.0.0.1/fhir",
    "http://0x7f000001/fhir",
    "http://127.1/fhir",
    "http://127.0.0.1/fhir",
    "http://[::1]/fhir",
    "http://[::ffff:127.0.0.1]/fhir",
    "http://0.0.0.0/fhir",
    "http://169.254.169.254/latest/meta-data",
    "http://localhost/fhir",
    "http://localtest.me/fhir",
    "https://clinic.example.org/fhir",
    "file:///etc/passwd",
    "ftp://ehr.example.org/fhir",
    "gopher://ehr.example.org/fhir",
    "data:application/json,{}",
    "jar:https://ehr.example.org!/fhir",
    "",
    None,
    7,
    [ALLOWED],
    {"url": ALLOWED},
    "https://ehr.example.org/fhir/" + "a" * 90_000,
    "x" * 100_000,
]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return Trusted(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def call(trusted):
    return patient_call(trusted.client)


@pytest.fixture
def asked(monkeypatch):
    """The hosts that a socket was opened to, or whose name was asked for."""
    hosts: list[str] = []

    def refuse(host, *_arguments, **_more):
        hosts.append(host[0] if isinstance(host, tuple) else host)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: refuse(address))
    return hosts


@pytest.mark.parametrize("url", NOT_ALLOWED, ids=lambda url: repr(url)[:60])
def test_a_server_that_may_not_be_asked_opens_no_socket(trusted, call, asked, url):
    response = trusted.post(changed(call, ("fhirServer", url), ("prefetch", {})))
    assert "fhirServer" in outcome_text(response, 400)
    assert asked == []
    assert not isinstance(url, str) or not url or url not in response.get_data(as_text=True)


@pytest.mark.parametrize("url", [ALLOWED, ALLOWED + "/"])
def test_the_configured_server_is_asked_and_no_other(trusted, call, asked, url):
    response = trusted.post(changed(call, ("fhirServer", url), ("prefetch", {})))
    outcome_text(response, 412)
    assert set(asked) == {"ehr.example.org"}


def test_an_authorization_without_server_is_refused(trusted, call):
    authorization = {
        "access_token": "t",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "s",
    }
    response = trusted.post(changed(call, ("fhirAuthorization", authorization)))
    assert "fhirServer" in outcome_text(response, 400)


def test_a_loopback_server_may_be_configured(tmp_path):
    with fhir_server(token="secret-token") as server:
        hospital = replace(HOSPITAL, fhir=server.base)
        with capture_logs() as events:
            site = Trusted(tmp_path, hospital=hospital)
        assert "clients.general-hospital.fhir_servers" in str(events)
        call = changed(
            patient_call(site.client),
            ("prefetch", {}),
            ("fhirServer", server.base),
            (
                "fhirAuthorization",
                {
                    "access_token": "secret-token",
                    "token_type": "Bearer",
                    "expires_in": 300,
                    "scope": "patient/*.rs",
                    "subject": "s",
                },
            ),
        )
        assert site.post(call).status_code == 200
        assert site.post(call, ehr=CLINIC).status_code == 400


def test_an_absolute_reference_below_the_clients_server_is_the_patients(trusted, call):
    """Also when everything comes by prefetch, and under no server but one of that client's."""

    def told(base):
        text = json.dumps(call).replace(
            '"Patient/demo-refractory"', f'"{base}/Patient/demo-refractory"'
        )
        response = trusted.post(json.loads(text.replace(f'"userId": "{base}/', '"userId": "')))
        return {
            card["extension"]["org.tace-cds.assessment"]["definitions"]["cci-2022"]["verdict"]
            for card in response.get_json()["cards"]
        }

    assert told(ALLOWED) == {"met"}
    assert told(CLINIC.fhir) != {"met"}


def test_a_client_without_a_server_has_no_absolute_references(tmp_path, call):
    """Whoever's they are cannot be told: they are not used, and nothing is concluded from that."""
    site = Trusted(tmp_path, hospital=replace(HOSPITAL, fhir=""))
    text = json.dumps(call["prefetch"]["procedures"])
    elsewhere = text.replace('"Patient/', '"https://evil.example/fhir/Patient/')
    assert elsewhere != text
    response = site.post(changed(call, ("prefetch.procedures", json.loads(elsewhere))))
    status, *_, missing = response.get_json()["cards"]
    told = status["extension"]["org.tace-cds.assessment"]
    assert told["definitions"]["cci-2022"]["verdict"] == "indeterminate"
    assert "record-incomplete" in told["missing"]
    assert "whose it is cannot be told" in missing["detail"]


def test_language_and_readings_of_a_client(tmp_path):
    text = '[knowledge]\nreadings = "mrecist-nadir"\n'
    site = Trusted(tmp_path, more=text)
    file = site.file.read_text("utf-8")
    site.file.write_text(
        file.replace(
            'issuer = "https://clinic.example.org"',
            'issuer = "https://clinic.example.org"\nlanguage = "zh"\nreadings = "literal-cci"',
        ),
        encoding="utf-8",
    )
    from cdshooks.app import create_app
    from cdshooks.settings import load_settings
    from tests.support.ehr import HASH_KEY

    settings = load_settings(site.file, {"CDSHOOKS_HASH_KEY": HASH_KEY})
    site.client = create_app(settings, clock=site.clock).test_client()
    call = patient_call(site.client)

    def card(ehr, **headers):
        cards = site.post(call, ehr=ehr, headers=headers).get_json()["cards"]
        return cards[0]["summary"], cards[0]["extension"]["org.tace-cds.assessment"]["readings"]

    assert card(HOSPITAL)[1] == "mrecist-nadir"
    assert card(HOSPITAL)[0].isascii()
    assert card(CLINIC)[1] == "literal-cci"
    assert not card(CLINIC)[0].isascii()
    assert card(CLINIC, **{"Accept-Language": "en"})[0].isascii()


def test_a_clients_readings_that_are_none_stop_the_start(tmp_path):
    from cdshooks.errors import ConfigurationError

    site = Trusted(tmp_path)
    text = site.file.read_text("utf-8").replace(
        'issuer = "https://clinic', 'readings = "x"\nissuer = "https://clinic'
    )
    site.file.write_text(text, encoding="utf-8")
    from cdshooks.app import create_app
    from cdshooks.settings import load_settings

    with pytest.raises(ConfigurationError, match=r"clients\.clinic\.readings"):
        create_app(load_settings(site.file, {"CDSHOOKS_HASH_KEY": "k"}))


# Pages of other origins


def allowed(response):
    assert "Access-Control-Allow-Credentials" not in response.headers
    return response.headers.get("Access-Control-Allow-Origin")


OTHERS = [
    "null",
    "https://ehr.example.org.evil.example",
    "http://ehr.example.org",
    "https://ehr.example.org:8443",
    "https://evil.example",
    "https://ehr.example.org/",
]


def test_an_answer_is_for_the_pages_of_its_client(trusted, call):
    for body, status in ((call, 200), ({}, 400)):
        for ehr, other in ((HOSPITAL, CLINIC), (CLINIC, HOSPITAL)):
            own = trusted.post(body, ehr=ehr, headers={"Origin": ehr.origin})
            assert own.status_code == status
            assert allowed(own) == ehr.origin
            assert "Origin" in own.headers["Vary"]
            assert allowed(trusted.post(body, ehr=ehr, headers={"Origin": other.origin})) is None
            for origin in OTHERS:
                assert allowed(trusted.post(body, ehr=ehr, headers={"Origin": origin})) is None


def test_what_has_no_client_is_for_the_pages_of_all(trusted, call):
    preflight = {"Access-Control-Request-Method": "POST"}
    for origin in (HOSPITAL.origin, CLINIC.origin):
        for path in (SERVICE, FEEDBACK, "/cds-services/unknown", "/evaluations/x"):
            response = trusted.client.options(path, headers={"Origin": origin, **preflight})
            assert response.status_code == 200
            assert allowed(response) == origin
            names = response.headers["Access-Control-Allow-Headers"].lower()
            assert "authorization" in names and "content-type" in names
        refused = trusted.client.post(SERVICE, json=call, headers={"Origin": origin})
        assert (refused.status_code, allowed(refused)) == (401, origin)
    for origin in OTHERS:
        response = trusted.client.options(SERVICE, headers={"Origin": origin, **preflight})
        assert allowed(response) is None
        assert "Access-Control-Allow-Methods" not in response.headers
        assert allowed(trusted.client.post(SERVICE, headers={"Origin": origin})) is None


def test_discovery_is_for_every_page(trusted):
    for origin in (HOSPITAL.origin, "https://evil.example"):
        response = trusted.client.get("/cds-services", headers={"Origin": origin})
        assert allowed(response) == "*"
        assert allowed(trusted.client.get("/about", headers={"Origin": origin})) is None
        assert allowed(trusted.client.get("/metrics", headers={"Origin": origin})) is None


# Rate


def test_beyond_its_rate_a_client_waits_and_the_other_does_not(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url, requests_per_minute=3)) as site:
        rate(site)


def rate(site):
    for _ in range(3):
        assert site.post({}).status_code == 400
        site.clock.later(seconds=5)
    token = HOSPITAL.token(SERVICE, site.clock())
    refused = site.post({}, token=token, headers={"Origin": HOSPITAL.origin})
    outcome_text(refused, 429)
    assert refused.headers["Retry-After"] == "45"
    assert allowed(refused) == HOSPITAL.origin
    assert site.post({}, token=token).status_code == 401
    assert site.post({}, ehr=CLINIC).status_code == 400
    site.clock.later(seconds=44)
    assert site.post({}).status_code == 429
    site.clock.later(seconds=1)
    assert site.post({}).status_code == 400
    assert site.post({}).status_code == 429


def test_a_clock_that_is_set_back_gives_a_client_its_rate(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url, requests_per_minute=3)) as site:
        for _ in range(3):
            assert site.post({}).status_code == 400
        site.clock.later(minutes=-10)
        for _ in range(3):
            assert site.post({}).status_code == 400
        assert site.post({}).status_code == 429


# Keys by URL


class Fetched:
    """A client's key server."""

    def __init__(self, *keys):
        self.keys = list(keys)
        self.count = 0
        self.fails = False

    def __call__(self):
        self.count += 1
        if self.fails:
            raise OSError
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()


def test_keys_are_fetched_once_an_hour_and_for_a_new_kid_once_a_minute():
    from cdshooks.errors import Unauthorised
    from cdshooks.web.key_sets import KeysByUrl

    now = [0.0]
    server = Fetched(ec_key("a"))
    keys = KeysByUrl(server, clock=lambda: now[0])
    assert len(keys.under("a")) == 1
    assert len(keys.under("a")) == 1
    assert list(keys.under("b")) == []
    assert server.count == 1
    server.keys.append(ec_key("b"))  # rotated
    now[0] = 59.0
    assert list(keys.under("b")) == []
    now[0] = 60.0
    assert len(keys.under("b")) == 1
    for kid in range(100):
        assert list(keys.under(str(kid))) == []
    assert server.count == 2
    server.keys = [ec_key("b")]  # withdrawn
    now[0] = 60.0 + 3599
    assert len(keys.under("a")) == 1
    now[0] += 1
    assert list(keys.under("a")) == []
    assert server.count == 3
    server.fails = True
    now[0] += 3600
    with pytest.raises(Unauthorised):
        keys.under("b")
    assert list(keys.under("b")) == []
    assert server.count == 4
    server.fails = False
    now[0] += 60
    assert len(keys.under("b")) == 1


def test_a_clock_that_is_set_back_does_not_lock_a_new_key_out():
    from cdshooks.web.key_sets import KeysByUrl

    now = [1_000_000.0]
    server = Fetched(ec_key("a"))
    keys = KeysByUrl(server, clock=lambda: now[0])
    assert len(keys.under("a")) == 1
    server.keys.append(ec_key("b"))
    now[0] -= 86_400
    assert len(keys.under("b")) == 1
    assert server.count == 2


class KeyFile:
    """A client's file of keys, and how often it was opened."""

    def __init__(self, folder, monkeypatch):
        from pathlib import Path

        self.path = folder / "keys.json"
        self.now = [0.0]
        self.reads = 0
        self.problems = []
        opened = Path.open

        def counted(path, *arguments, **more):
            self.reads += path == self.path and arguments == ("rb",)
            return opened(path, *arguments, **more)

        monkeypatch.setattr(Path, "open", counted)

    def write(self, *keys):
        self.path.write_text(
            json.dumps({"keys": [key.as_dict(private=False) for key in keys]}), "utf-8"
        )

    def keys(self):
        from cdshooks.web.key_sets import KeysOfFile

        return KeysOfFile(self.path, lambda: self.now[0], self.problems.append)


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    return KeyFile(tmp_path, monkeypatch)


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(key_file):
    key_file.write(ec_key("a"))
    keys = key_file.keys()
    key_file.path.unlink()
    os.mkfifo(key_file.path)
    key_file.now[0] = 60
    assert len(keys.under("a")) == 1
    assert key_file.problems == ["is not a file"]


def test_a_file_of_keys_is_read_again_when_it_changed_and_looked_at_once_a_minute(key_file):
    key_file.write(ec_key("a"))
    keys = key_file.keys()
    for seconds in (0, 59, 60, 600):
        key_file.now[0] = seconds
        assert len(keys.under("a")) == 1
        assert list(keys.under("b")) == []
    assert key_file.reads == 1
    key_file.write(ec_key("a"), ec_key("b"))
    key_file.now[0] = 659.0
    assert list(keys.under("b")) == []
    key_file.now[0] = 660.0
    for kid in range(100):
        assert list(keys.under(str(kid))) == []
    assert len(keys.under("b")) == 1
    assert key_file.reads == 2
    key_file.write(ec_key("b"))
    key_file.now[0] = 719.0
    assert len(keys.under("a")) == 1
    key_file.now[0] = 720.0
    assert (list(keys.under("a")), len(keys.under("b"))) == ([], 1)
    assert (key_file.reads, key_file.problems) == (3, [])


@pytest.mark.parametrize("broken", [b'{"keys": [', b"", b"x" * 70_000, None], ids=repr)
def test_a_change_that_cannot_be_read_leaves_the_keys_for_an_hour(key_file, broken):
    key_file.write(ec_key("a"))
    keys = key_file.keys()
    if broken is None:
        key_file.path.unlink()
    else:
        key_file.path.write_bytes(broken)
    key_file.now[0] = 60.0
    assert len(keys.under("a")) == 1
    assert len(key_file.problems) == 1
    for seconds in (3_000, 3_599):
        key_file.now[0] = seconds
        assert len(keys.under("a")) == 1
    key_file.now[0] = 3_600.0
    assert list(keys.under("a")) == []
    key_file.write(ec_key("a"))
    key_file.now[0] = 3_660.0
    assert len(keys.under("a")) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": 1}', b"\xff", b"[" * 100_000, b"null"]
)
def test_what_is_no_set_of_keys(body):
    from cdshooks.web.key_sets import read_key_set

    with pytest.raises(ValueError, match="not a set of keys"):
        read_key_set(body)


def test_the_aud_is_the_configured_base_and_the_path(trusted, call):
    token = HOSPITAL.token(SERVICE, trusted.clock(), aud=f"{BASE}{SERVICE}")
    headers = {"Authorization": f"Bearer {token}"}
    assert trusted.client.post(SERVICE + "/", json=call, headers=headers).status_code == 200
