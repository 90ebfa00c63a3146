"""The keys that an EHR signs with: published under a URL or in a file, rotated, withdrawn."""

from __future__ import annotations

import datetime
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.ehr.client import Signer
from tests.support.ehr import Ehr as Hospital
from tests.support.ehr import ec_key


@dataclass
class Rotating(Hospital):
    """A hospital whose keys may change: ``key`` signs, ``retiring`` are published beside it."""

    key: Any = field(default_factory=lambda: ec_key(str(uuid.uuid4())))
    jwks_url: str = ""
    """Where the service gets the keys; without one it is given a file."""
    retiring: list[Any] = field(default_factory=list)

    def key_set(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in (*self.retiring, self.key)]}

    def rotate(self) -> Any:
        """A new key signs from now on; the old one is returned, published until withdrawn."""
        old, self.key = self.key, ec_key(str(uuid.uuid4()))
        self.retiring.append(old)
        return old

    def withdraw(self) -> None:
        """Only the key that signs is published any longer."""
        self.retiring.clear()

    def signer(self, clock: Callable[[], datetime.datetime], **how: Any) -> Signer:
        """Signs for the address that is called; ``how`` as for ``token``."""
        return lambda address: self.token(urlsplit(address).path, clock(), **how)

    def section(self, folder: Path, more: str = "") -> str:
        url = f'jwks_url = "{self.jwks_url}"\n' if self.jwks_url else ""
        return super().section(folder, url + more)


@contextmanager
def publishing(hospital: Rotating) -> Iterator[list[str]]:
    """Serves the keys as they are when they are asked for; yields the paths that were asked.

    ``/moved`` leads to them, and ``/large`` is more than a set of keys should be.
    """
    asked: list[str] = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(hospital.key_set()).encode()
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/jwks")
            else:
                self.send_response(200)
            body += b" " * (70_000 if self.path == "/large" else 0)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    server.daemon_threads = True
    hospital.jwks_url = f"http://127.0.0.1:{server.server_port}/jwks"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()
