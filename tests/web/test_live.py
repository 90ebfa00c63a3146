"""The service as it is served: waitress on a free port, asked over HTTP by several at once."""

from __future__ import annotations

import http.client
import json
import socket
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
    for _ in range(40):
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n")
        half_open.append(connection)
    try:
        assert ask(port, "GET", "/healthz")[0] == 200
    finally:
        for connection in half_open:
            connection.close()
