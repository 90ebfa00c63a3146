"""The service as it is served: waitress on a free port, asked over HTTP by several at once."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cdshooks.app import running
from tests.web.calls import PATH


@pytest.fixture(scope="module")
def port(app: Any) -> Iterator[int]:
    with running(app) as port:
        yield port


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body or None, {"Content-Type": "application/json"} | headers)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_many_calls_at_once(port, call):
    body = json.dumps(call).encode()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(port, "POST", PATH, body), range(40)))
    assert {status for status, _ in answers} == {200}
    assert {len(answer["cards"]) for _, answer in answers} == {len(answers[0][1]["cards"])}


def test_too_large_is_an_operation_outcome_here_too(port):
    status, outcome = ask(port, "POST", PATH, b"x" * 10_000_001)
    assert (status, outcome["resourceType"]) == (413, "OperationOutcome")


def raw(port: int, request: bytes) -> tuple[int, dict[str, str], Any]:
    """The whole answer to bytes as they are; JSON, if it is."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        body = response.read()
        return response.status, dict(response.getheaders()), json.loads(body)


NOT_HTTP = {
    "no request": (b"canary7\r\n\r\n", 400),
    "an odd address": (b"GET http://[canary7]/x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "an odd header": (b"GET / HTTP/1.1\r\ncanary7\r\n\r\n", 400),
    "an odd length": (b"POST / HTTP/1.1\r\nContent-Length: canary7\r\n\r\n", 400),
    "long headers": (b"GET / HTTP/1.1\r\nX: " + b"canary7" * 40_000 + b"\r\n\r\n", 431),
    "another encoding": (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    "far too long": (b"POST / HTTP/1.1\r\nContent-Length: 40000000\r\n\r\n", 413),
}


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_the_http_server_refuses_is_an_operation_outcome_too(port, name):
    request, expected = NOT_HTTP[name]
    status, headers, body = raw(port, request)
    assert (status, body["resourceType"]) == (expected, "OperationOutcome")
    assert headers["Content-Type"] == "application/fhir+json"
    assert headers["Cache-Control"] == "no-store"
    assert "canary7" not in json.dumps(body)


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
BESIDE_CHUNKS = {
    "the line of a chunk": CHUNKED + b"1;" + b"a" * 2_000,
    "headers behind the chunks": CHUNKED + b"0\r\na: " + b"b" * 400_000,
}


@pytest.mark.parametrize("request_", BESIDE_CHUNKS.values(), ids=BESIDE_CHUNKS)
def test_what_stands_beside_the_chunks_of_a_body_is_bounded(port, request_):
    status, _, body = raw(port, request_)
    assert (status, body["resourceType"]) == (400, "OperationOutcome")


def test_a_short_trailer_is_read(port):
    assert raw(port, CHUNKED + b"0\r\na: b\r\n\r\n")[0] == 404


EXPECT = b"Host: x\r\nExpect: 100-continue\r\n"


def test_an_expectation_without_a_body_is_answered_at_once(port):
    """And the next request of the connection is its own."""
    request = b"GET /healthz HTTP/1.1\r\n" + EXPECT + b"\r\n"
    following = b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request + following)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404"]


@pytest.mark.parametrize(
    ("length", "expected"), [(b"x", 400), (b"11000000", 413), (b"41000000", 413)]
)
def test_a_body_that_would_be_refused_is_not_asked_for(port, length, expected):
    head = b"POST " + PATH.encode() + b" HTTP/1.1\r\n" + EXPECT
    assert raw(port, head + b"Content-Length: " + length + b"\r\n\r\n")[0] == expected


def test_a_body_that_is_awaited_is_asked_for(port):
    head = b"POST " + PATH.encode() + b" HTTP/1.1\r\n" + EXPECT + b"Content-Length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"{}")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 415")


def test_the_refusal_of_a_head_request_has_no_body(port):
    request = b"HEAD / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 501") and answer.endswith(b"\r\n\r\n")


@pytest.fixture
def spooled(monkeypatch):
    """The bytes of bodies that are kept in files before they are looked at."""
    written = []
    from waitress.buffers import TempfileBasedBuffer

    append = TempfileBasedBuffer.append

    def noted(self, data):
        written.append(len(data))
        append(self, data)

    monkeypatch.setattr(TempfileBasedBuffer, "append", noted)
    return written


@pytest.mark.parametrize("path", [PATH, f"{PATH}/feedback"])
def test_a_body_over_the_limit_is_read_and_kept_nowhere(port, spooled, path):
    status, outcome = ask(port, "POST", path, b"x" * 12_000_000, Origin="https://x.example")
    assert (status, outcome["resourceType"]) == (413, "OperationOutcome")
    assert sum(spooled) == 0
    assert ask(port, "POST", path, b"x" * 9_000_000)[0] == 400
    assert sum(spooled) > 8_000_000


def test_a_body_in_pieces_is_kept_to_the_limit_and_no_further(port, spooled):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    pieces = (b"x" * 100_000 for _ in range(200))
    connection.request(
        "POST", PATH, pieces, {"Content-Type": "application/json"}, encode_chunked=True
    )
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["issue"][0]["code"]) == (413, "too-long")
    connection.close()
    assert 0 < sum(spooled) <= 10_500_000


def test_a_body_where_none_belongs_is_answered_as_if_there_were_none(port):
    assert ask(port, "GET", "/healthz", b"x" * 12_000_000) == (200, {"status": "up"})


def test_a_chunked_body_is_read(port, call):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = json.dumps(call).encode()
    chunks = (body[start : start + 4096] for start in range(0, len(body), 4096))
    connection.request(
        "POST", PATH, chunks, {"Content-Type": "application/json"}, encode_chunked=True
    )
    assert connection.getresponse().status == 200
    connection.close()


def test_half_open_connections_do_not_stop_the_others(port):
    half_open = []
    for _ in range(300):
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n")
        half_open.append(connection)
    try:
        assert ask(port, "GET", "/healthz")[0] == 200
    finally:
        for connection in half_open:
            connection.close()


@pytest.mark.parametrize(
    "begun", [b"POST / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n"]
)
def test_a_request_that_drips_is_cut_off(app, monkeypatch, begun):
    """However often a byte comes; one that takes its time between two requests is cut off too."""
    monkeypatch.setattr("cdshooks.web.serving.SECONDS_TO_ARRIVE", 1)
    monkeypatch.setattr("cdshooks.web.serving.SECONDS_BETWEEN_LOOKS", 0)
    with running(app) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(begun)
        slow.settimeout(0.1)
        started = time.monotonic()
        while time.monotonic() - started < 8:
            try:
                slow.sendall(b"a")
                if slow.recv(1000) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert 0.5 < time.monotonic() - started < 6
