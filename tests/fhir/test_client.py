"""The FHIR client on a real socket: what it sends where, how far it follows, when it gives up."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
import responses

from cdshooks.errors import FhirFailure, FhirServerError
from cdshooks.fhir.bundles import Content
from cdshooks.fhir.client import FhirClient, Found, is_base_url
from cdshooks.settings import Limits

SECRET = "s3cret-token"
QUERY = "Procedure?patient=p-1"


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is what some tests are about."""


class Peer:
    """A FHIR server of which a test says, path by path, what it answers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                peer.seen.append((self.path, dict(self.headers.items())))
                peer.answers.get(self.path, not_found)(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = _Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.base = f"{self.origin}/fhir"
        self.stopped = threading.Event()
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def page(self, path: str, names: str, following: str | None = None, **more: Any) -> None:
        body = bundle(names, following, **more)
        self.answers[path] = lambda handler: reply(handler, body)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


def reply(
    handler: BaseHTTPRequestHandler, body: Any = None, status: int = 200, **headers: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/fhir+json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def not_found(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, status=404)


def bundle(names: str, following: str | None = None, **more: Any) -> dict[str, Any]:
    entries = [{"resource": {"resourceType": "Procedure", "id": name}} for name in names.split()]
    link = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries, **more}


def ids(found: Found | Content) -> list[str | None]:
    pages = found.pages if isinstance(found, Found) else [found]
    return [resource.id for page in pages for resource in page.resources]


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture
def other() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


def client_of(peer: Peer, token: str | None = SECRET, **limits: Any) -> FhirClient:
    return FhirClient(peer.base, token, limits=Limits(**{"deadline_seconds": 10.0, **limits}))


def failure(action: Callable[[], object]) -> FhirFailure:
    with pytest.raises(FhirServerError) as caught:
        action()
    assert SECRET not in str(caught.value)
    assert "p-1" not in str(caught.value)
    return caught.value.kind


# What is sent


def test_headers_and_bearer(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1")
    assert ids(client_of(peer).search(QUERY)) == ["t1"]
    [(_, headers)] = peer.seen
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Accept"] == "application/fhir+json"
    assert headers["Cache-Control"] == "no-cache"


def test_no_token_no_header(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1")
    client_of(peer, token=None).search(QUERY)
    assert "Authorization" not in peer.seen[0][1]


def test_environment_is_not_trusted(
    peer: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Neither proxies nor a .netrc, which would replace the bearer."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password pw\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, other.origin)
    monkeypatch.setenv("NO_PROXY", "")
    peer.page(f"/fhir/{QUERY}", "t1")
    client_of(peer).search(QUERY)
    assert other.seen == []
    assert peer.seen[0][1]["Authorization"] == f"Bearer {SECRET}"


def test_cookies_are_not_kept(peer: Peer) -> None:
    body = bundle("t1", f"{peer.base}?page=2")
    peer.answers[f"/fhir/{QUERY}"] = lambda h: reply(h, body, Set_Cookie="session=abc")
    peer.page("/fhir?page=2", "t2")
    client_of(peer).search(QUERY)
    assert "Cookie" not in peer.seen[1][1]


def test_nothing_about_the_patient_is_logged(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    peer.page(f"/fhir/{QUERY}", "t1")
    with caplog.at_level(logging.DEBUG):
        client_of(peer).search(QUERY)
    assert caplog.text == ""


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(peer: Peer, other: Peer, status: int) -> None:
    address = f"{other.base}/{QUERY}"
    peer.answers[f"/fhir/{QUERY}"] = lambda h: reply(h, status=status, Location=address)
    assert failure(lambda: client_of(peer).search(QUERY)) is FhirFailure.REFUSED
    assert other.seen == []
    assert len(peer.seen) == 1


# Paging


def test_pages_are_followed_verbatim(peer: Peer) -> None:
    """HAPI's next page is the base itself, without a slash or a type."""
    peer.page(f"/fhir/{QUERY}", "t1", f"{peer.base}?_getpages=x-1&_count=20")
    peer.page("/fhir?_getpages=x-1&_count=20", "t2", f"{peer.base}/Procedure?page=3")
    peer.page("/fhir/Procedure?page=3", "t3", total=99)
    found = client_of(peer).search(QUERY)
    assert (ids(found), found.truncated) == (["t1", "t2", "t3"], False)
    assert {headers["Authorization"] for _, headers in peer.seen} == {f"Bearer {SECRET}"}


def test_a_relative_link_is_relative_to_the_base(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1", "Procedure?page=2")
    peer.page("/fhir/Procedure?page=2", "t2")
    assert ids(client_of(peer).search(QUERY)) == ["t1", "t2"]


@pytest.mark.parametrize(
    "link",
    [
        "{other}/fhir?page=2",
        "http://127.0.0.1/fhir?page=2",
        "http://localhost:{port}/fhir?page=2",
        "https://127.0.0.1:{port}/fhir?page=2",
        "//evil.example.org/fhir?page=2",
        "http://127.0.0.1:{port}@evil.example.org/fhir?page=2",
        "http://user@127.0.0.1:{port}/fhir?page=2",
        "{origin}/fhirsecret?page=2",
        "{origin}/admin",
        "/admin",
        "{origin}/fhir/../admin",
        "{origin}/fhir/%2e%2e/admin",
        "{origin}/fhir/..%2fadmin",
        "{origin}/fhir\\@evil.example.org/",
        "{origin}/fhir?page=2#x",
        "{origin}/fhir ?page=2",
        "file:///etc/passwd",
        "http://[::1/fhir",
        "http://127.0.0.1:99999/fhir",
        "{origin}/fhir/..;/admin",
        "{origin}/fhir/..;x=1/admin",
        "{origin}/fhir/.;/Procedure?page=2",
        "{origin}/fhir/..%3b/admin",
        "{origin}/fhir/a/..;",
    ],
)
def test_a_link_out_of_the_base_is_not_followed(peer: Peer, other: Peer, link: str) -> None:
    port = peer.server.server_address[1]
    link = link.format(other=other.origin, origin=peer.origin, port=port)
    peer.page(f"/fhir/{QUERY}", "t1", link)
    found = client_of(peer).search(QUERY)
    assert (ids(found), found.truncated) == (["t1"], True)
    assert (len(peer.seen), other.seen) == (1, [])


def test_a_page_that_leads_back(peer: Peer) -> None:
    """Searched once more, then given up."""
    peer.page(f"/fhir/{QUERY}", "t1", f"{peer.base}?page=2")
    peer.page("/fhir?page=2", "t2", f"{peer.base}/{QUERY}")
    found = client_of(peer).search(QUERY)
    assert (set(ids(found)), found.truncated) == ({"t1", "t2"}, True)
    assert len(peer.seen) == 4


@pytest.mark.parametrize("status", [404, 410])
def test_an_expired_page_restarts_the_search_once(peer: Peer, status: int) -> None:
    def first(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, bundle("t1", f"{peer.base}?page={len(peer.seen)}"))

    peer.answers[f"/fhir/{QUERY}"] = first
    peer.answers["/fhir?page=1"] = lambda h: reply(h, status=status)
    peer.page("/fhir?page=3", "t2")
    found = client_of(peer).search(QUERY)
    assert (ids(found), found.truncated) == (["t1", "t2"], False)


def test_a_page_that_expires_again(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1", f"{peer.base}?page=2")
    peer.answers["/fhir?page=2"] = lambda h: reply(h, status=410)
    found = client_of(peer).search(QUERY)
    assert (set(ids(found)), found.truncated) == ({"t1"}, True)
    assert len(peer.seen) == 4


def test_endless_pages(peer: Peer) -> None:
    def page(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, bundle(f"t{len(peer.seen)}", f"{peer.base}?page={len(peer.seen)}"))

    peer.answers = _Always(page)
    found = client_of(peer, pages=7).search(QUERY)
    assert (len(found.pages), found.truncated, len(peer.seen)) == (7, True, 7)


class _Always(dict[str, Callable[[BaseHTTPRequestHandler], None]]):
    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answer = answer

    def get(self, _path: str, _default: Any = None) -> Any:
        return self.answer


def test_too_many_resources(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1 t2 t3", f"{peer.base}?page=2")
    peer.page("/fhir?page=2", "t4 t5 t6")
    found = client_of(peer, resources=5).search(QUERY)
    assert (ids(found), found.truncated) == (["t1", "t2", "t3", "t4", "t5"], True)
    assert not client_of(peer, resources=6).search(QUERY).truncated


def test_a_later_page_that_fails_leaves_the_earlier(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1", f"{peer.base}?page=2")
    peer.answers["/fhir?page=2"] = lambda h: reply(h, status=500)
    found = client_of(peer).search(QUERY)
    assert (ids(found), found.truncated) == (["t1"], True)


def test_a_search_may_start_at_the_second_page(peer: Peer, other: Peer) -> None:
    """And at the beginning when that page is gone or elsewhere."""
    peer.page("/fhir?page=2", "t2")
    peer.page(f"/fhir/{QUERY}", "t1 t2")
    client = client_of(peer)
    assert ids(client.search(QUERY, f"{peer.base}?page=2")) == ["t2"]
    assert ids(client.search(QUERY, f"{peer.base}?page=gone")) == ["t1", "t2"]
    assert ids(client.search(QUERY, f"{other.base}?page=2")) == ["t1", "t2"]
    assert other.seen == []


# Answers that are none


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}
REMARK = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "x"}]}


@pytest.mark.parametrize(
    ("status", "body", "media_type", "kind"),
    [
        (400, OUTCOME, "application/fhir+json", FhirFailure.REFUSED),
        (401, OUTCOME, "application/fhir+json", FhirFailure.REFUSED),
        (401, b"<html>login</html>", "text/html", FhirFailure.REFUSED),
        (403, b"", "text/plain", FhirFailure.REFUSED),
        (404, OUTCOME, "application/fhir+json", FhirFailure.REFUSED),
        (410, OUTCOME, "application/fhir+json", FhirFailure.REFUSED),
        (429, b"", "text/plain", FhirFailure.REFUSED),
        (500, b"<html>", "text/html", FhirFailure.REFUSED),
        (204, b"", "text/plain", FhirFailure.REFUSED),
        (200, b"<html>HAPI</html>", "text/html;charset=UTF-8", FhirFailure.NOT_FHIR),
        (200, b"<Bundle/>", "application/fhir+xml", FhirFailure.NOT_FHIR),
        (200, b"{", "application/fhir+json", FhirFailure.NOT_FHIR),
        (200, b"", "application/fhir+json", FhirFailure.NOT_FHIR),
        (200, b'{"a": 1}', "application/fhir+json", FhirFailure.NOT_FHIR),
        (200, b"[" * 100_000, "application/fhir+json", FhirFailure.NOT_FHIR),
        (200, OUTCOME, "application/fhir+json", FhirFailure.REFUSED),
        (200, REMARK, "application/fhir+json", FhirFailure.REFUSED),
        (
            200,
            {"resourceType": "Bundle", "entry": [{"resource": OUTCOME}]},
            "application/fhir+json",
            FhirFailure.REFUSED,
        ),
    ],
)
@responses.activate
def test_a_search_that_fails(status: int, body: Any, media_type: str, kind: FhirFailure) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"https://ehr.example.org/fhir/{QUERY}"
    responses.get(address, status=status, body=content, content_type=media_type)
    client = FhirClient("https://ehr.example.org/fhir/", SECRET)
    assert failure(lambda: client.search(QUERY)) is kind


@pytest.mark.parametrize("status", [404, 410])
def test_a_read_of_nothing_is_gone(peer: Peer, status: int) -> None:
    peer.answers["/fhir/Patient/p-1"] = lambda h: reply(h, status=status)
    assert failure(lambda: client_of(peer).read("Patient/p-1")) is FhirFailure.GONE


@responses.activate
def test_outcomes_and_included_resources_beside_results() -> None:
    entries = [
        {"resource": {"resourceType": "Procedure", "id": "t1"}, "search": {"mode": "match"}},
        {"resource": {"resourceType": "BodyStructure", "id": "l1"}, "search": {"mode": "include"}},
        {"resource": REMARK, "search": {"mode": "outcome"}},
    ]
    body = {"resourceType": "Bundle", "total": 1, "entry": entries}
    responses.get(f"https://ehr.example.org/fhir/{QUERY}", json=body)
    found = FhirClient("https://ehr.example.org/fhir").search(QUERY)
    assert (ids(found), found.truncated, found.pages[0].matches) == (["t1", "l1"], False, 1)


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{unused.getsockname()[1]}/fhir"
        assert failure(lambda: FhirClient(base).search(QUERY)) is FhirFailure.REFUSED


def test_an_answer_that_breaks_off(peer: Peer) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"resourceType": "Bundle"}')
        handler.close_connection = True

    peer.answers[f"/fhir/{QUERY}"] = broken
    assert failure(lambda: client_of(peer).search(QUERY)) is FhirFailure.REFUSED


def test_a_connection_that_the_server_dropped_meanwhile(peer: Peer) -> None:
    def once(handler: BaseHTTPRequestHandler) -> None:
        if len(peer.seen) == 1:
            handler.close_connection = True
        else:
            reply(handler, bundle("t1"))

    peer.answers[f"/fhir/{QUERY}"] = once
    assert ids(client_of(peer).search(QUERY)) == ["t1"]


# Size and time


def test_size(peer: Peer) -> None:
    body = json.dumps(bundle("t1")).encode()
    peer.answers[f"/fhir/{QUERY}"] = lambda h: reply(h, body)
    assert ids(client_of(peer, response_bytes=len(body)).search(QUERY)) == ["t1"]
    small = client_of(peer, response_bytes=len(body) - 1)
    assert failure(lambda: small.search(QUERY)) is FhirFailure.TOO_LARGE


def test_decompression_bomb(peer: Peer) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    peer.answers[f"/fhir/{QUERY}"] = lambda h: reply(h, bomb, Content_Encoding="gzip")
    client = client_of(peer, response_bytes=100_000)
    assert failure(lambda: client.search(QUERY)) is FhirFailure.TOO_LARGE


def test_compressed_answers_are_read(peer: Peer) -> None:
    body = gzip.compress(json.dumps(bundle("t1")).encode())
    peer.answers[f"/fhir/{QUERY}"] = lambda h: reply(h, body, Content_Encoding="gzip")
    assert ids(client_of(peer).search(QUERY)) == ["t1"]


def drip_body(peer: Peer) -> Callable[[BaseHTTPRequestHandler], None]:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        _drip(peer, handler, b" ")

    return drip


def drip_header(peer: Peer) -> Callable[[BaseHTTPRequestHandler], None]:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        _drip(peer, handler, b"x")

    return drip


def _drip(peer: Peer, handler: BaseHTTPRequestHandler, byte: bytes) -> None:
    try:
        while not peer.stopped.wait(0.02):
            handler.wfile.write(byte)
            handler.wfile.flush()
    except OSError:
        pass
    handler.close_connection = True


def silent(peer: Peer) -> Callable[[BaseHTTPRequestHandler], None]:
    def wait(handler: BaseHTTPRequestHandler) -> None:
        peer.stopped.wait()
        handler.close_connection = True

    return wait


@pytest.mark.parametrize("slow", [drip_body, drip_header, silent])
def test_a_slow_server_is_left_at_the_deadline(peer: Peer, slow: Any) -> None:
    """Without a deadline the test would not end: the drip stops only with the peer."""
    peer.answers[f"/fhir/{QUERY}"] = slow(peer)
    client = client_of(peer, deadline_seconds=0.3)
    assert failure(lambda: client.search(QUERY)) is FhirFailure.TIMED_OUT
    assert client.remaining() == 0


def test_pages_that_arrived_before_the_deadline_are_kept(peer: Peer) -> None:
    peer.page(f"/fhir/{QUERY}", "t1", f"{peer.base}?page=2")
    peer.answers["/fhir?page=2"] = silent(peer)
    found = client_of(peer, deadline_seconds=0.5).search(QUERY)
    assert (ids(found), found.truncated) == (["t1"], True)


def test_nothing_is_sent_after_the_deadline(peer: Peer) -> None:
    times = iter([100.0, 103.0])
    client = FhirClient(peer.base, clock=lambda: next(times, 103.0))
    assert failure(lambda: client.search(QUERY)) is FhirFailure.TIMED_OUT
    assert peer.seen == []


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://ehr.example.org/fhir", True),
        ("http://127.0.0.1:8080/fhir/", True),
        ("https://ehr.example.org", True),
        ("http://[::1]:8080/fhir", True),
        ("ftp://ehr.example.org/fhir", False),
        ("https://", False),
        ("https://user:pw@ehr.example.org/fhir", False),
        ("https://ehr.example.org/fhir?x=1", False),
        ("https://ehr.example.org/fhir#x", False),
        ("https://ehr.example.org/fhir/../x", False),
        ("https://ehr.example.org:x/fhir", False),
        ("https://ehr.example.org:65535/fhir", True),
        ("https://ehr.example.org:65536/fhir", False),
        ("https://ehr.example.org/fhir/..;/x", False),
        ("https://ehr.example.org/ fhir", False),
    ],
)
def test_base_urls(url: str, usable: bool) -> None:
    assert is_base_url(url) is usable


@pytest.mark.parametrize(
    "base", ["http://localhost:65536", "http://localhost:99999/fhir", "http://a@localhost/fhir"]
)
def test_a_server_that_has_no_address_has_no_client(base: str) -> None:
    """Its origin is that of no link, least of all of another link without one."""
    with pytest.raises(ValueError, match="no address"):
        FhirClient(base, SECRET)


def test_numbers_stay_as_written(peer: Peer) -> None:
    text = b'{"resourceType":"Observation","id":"o1","valueQuantity":{"value":35.00}}'
    peer.answers["/fhir/Observation/o1"] = lambda h: reply(h, text)
    [resource] = client_of(peer).read("Observation/o1").resources
    assert isinstance(resource.raw, msgspec.Raw)
    assert bytes(resource.raw) == text
