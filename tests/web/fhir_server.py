"""A FHIR server with one synthetic patient, for as long as a test lasts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from cdshooks.demo import prefetched
from tests.web.calls import bundle


@dataclass
class FhirServer:
    base: str = ""
    token: str | None = None
    """When given, anything without it is refused."""
    refused: set[str] = field(default_factory=set)
    """Resource types that are refused."""
    instead_of: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """By resource type another answer: status, media type, body."""
    capabilities: Any = None
    """What stands under ``/metadata``; when None, nothing."""
    slow: float = 0.0
    """Seconds before each answer."""
    slow_types: set[str] | None = None
    """Resource types that are slow; None: all."""
    instead: tuple[int, dict[str, str], bytes] | None = None
    """Status, headers and body of every answer, as of what is no FHIR server."""
    asked: list[str] = field(default_factory=list)


def not_before(resource: dict[str, Any], day: str) -> bool:
    """By its own date, as a search with ``date=ge`` finds it: not at all without one."""
    return not day or str(resource.get("effectiveDateTime", ""))[:10] >= day


@contextmanager
def fhir_server(
    patient: str = "refractory", token: str | None = None, resources: list[Any] | None = None
) -> Iterator[FhirServer]:
    """``resources``: instead of those of a demo patient."""
    resources = resources or [entry["resource"] for entry in bundle(patient)["entry"]]
    about = FhirServer(token=token)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = unquote(self.path.removeprefix("/fhir/"))
            about.asked.append(query)
            kind = query.partition("?")[0].partition("/")[0]
            if about.slow_types is None or kind in about.slow_types:
                time.sleep(about.slow)
            if kind in about.instead_of:
                status, media_type, body = about.instead_of[kind]
                self.send(
                    status, {"Content-Type": media_type, "Location": "/elsewhere"}, body.encode()
                )
                return
            wanted = about.token and f"Bearer {about.token}"
            if about.instead is not None:
                self.send(*about.instead)
            elif self.headers["Authorization"] != wanted or kind in about.refused:
                self.answer(403, {"resourceType": "OperationOutcome", "issue": []})
            elif query == "metadata" and about.capabilities is not None:
                self.answer(200, about.capabilities)
            elif query == "metadata":
                self.answer(404, {"resourceType": "OperationOutcome", "issue": []})
            else:
                query, _, since = query.partition("&date=ge")
                self.answer(200, prefetched(query, [r for r in resources if not_before(r, since)]))

        def answer(self, status: int, body: Any) -> None:
            media_type = {"Content-Type": "application/fhir+json"}
            self.send(status, media_type, json.dumps(body).encode())

        def send(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    about.base = f"http://127.0.0.1:{server.server_port}/fhir"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield about
    finally:
        server.shutdown()
        server.server_close()
