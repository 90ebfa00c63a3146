"""Stands before a FHIR server: counts what is asked, and can make the server lose a page."""

from __future__ import annotations

import http.client
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PAGE = re.compile(r"_getpages=[^&]+")
_PASSED_ON = ("Content-Type", "Content-Encoding", "WWW-Authenticate")


@dataclass
class Watched:
    """A server seen through the proxy; its links lead through the proxy again."""

    base: str = ""
    asked: list[str] = field(default_factory=list)
    """Path and query of every request."""
    pages_to_lose: float = 0
    """So many requests for a further page ask for one that the server does not have."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def pages(self) -> list[str]:
        """Requests for further pages."""
        return [query for query in self.asked if _PAGE.search(query)]

    @property
    def searches(self) -> list[str]:
        """Requests for first pages."""
        return [q for q in self.asked if "?" in q and not _PAGE.search(q)]

    def note(self, target: str) -> str:
        """Remembers a request; gives what is to be asked of the server."""
        with self.lock:
            self.asked.append(target)
            if self.pages_to_lose > 0 and _PAGE.search(target):
                self.pages_to_lose -= 1
                return _PAGE.sub(f"_getpages={uuid.uuid4()}", target)
        return target


@contextmanager
def watched(base: str, pages_to_lose: float = 0) -> Iterator[Watched]:
    behind = urlsplit(base)
    seen = Watched(pages_to_lose=pages_to_lose)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            connection = http.client.HTTPConnection(behind.netloc, timeout=60)
            headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
            connection.request("GET", seen.note(self.path), headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name in _PASSED_ON:
                if (value := answer.getheader(name)) is not None:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen.base = f"http://127.0.0.1:{server.server_port}{behind.path}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
