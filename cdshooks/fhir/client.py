"""A FHIR server, asked with care: for one call, within its limits and its deadline.

The bearer token goes to the server's own base and to nothing else: no redirect is followed, no
proxy, netrc or cookie is used, and a link to the next page is followed only below the base (FHIR
R4, Search, Paging; CDS Hooks, FHIR Resource Access). One deadline holds for everything, down to
each read from the socket, so a server that drips bytes cannot hold a call.
"""

from __future__ import annotations

import http.client
import io
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from cdshooks.errors import FhirFailure, FhirServerError
from cdshooks.fhir.bundles import Content, NotFhir, unpack
from cdshooks.settings import Limits

logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)  # its messages hold patients' ids

_CHUNK = 16 * 1024
_CONNECTIONS = 32
"""Kept open per server."""
_URL = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%|-]+")
_HIDDEN_IN_PATH = re.compile(r"%(2e|2f|5c|25|00)|(^|/)\.\.?((;|%3b)[^/]*)?(/|$)", re.IGNORECASE)
"""Some servers drop what follows a ``;`` before they resolve ``..``."""
_PORTS = {"http": 80, "https": 443}
_HEADERS = {
    "Accept": "application/fhir+json",
    "Cache-Control": "no-cache",  # a server may answer the same search from a cache
    "User-Agent": "cdshooks",
}


def is_base_url(url: str) -> bool:
    """Whether a FHIR server can be addressed so: http or https, a host, at most a path."""
    try:
        parts = urlsplit(url)
        return (
            _URL.fullmatch(url) is not None
            and parts.scheme in _PORTS
            and bool(parts.hostname)
            and parts.port != 0
            and "@" not in parts.netloc
            and "?" not in url
            and not _HIDDEN_IN_PATH.search(parts.path)
        )
    except ValueError:
        return False


@dataclass(slots=True)
class Found:
    """What a search gave, page by page."""

    pages: list[Content] = field(default_factory=list)
    truncated: bool = False
    """There is more, or may be."""
    problem: FhirServerError | None = None
    """Why."""


class FhirClient:
    """One server for one call; several threads may use it. The deadline counts from now.

    Raises ValueError for a base that can name no server.
    """

    def __init__(
        self,
        base: str,
        token: str | None = None,
        *,
        ca_file: str | None = None,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base = base.rstrip("/")
        self.limits = limits or Limits()
        origin = _origin(self.base)
        if origin is None:
            raise ValueError("the base has no address")
        self._origin = origin
        self._path = urlsplit(self.base).path
        self._token = token
        self._clock = clock
        self._session = _session(ca_file)
        self._deadline = clock() + self.limits.deadline_seconds

    def remaining(self) -> float:
        """Seconds until the deadline; not negative."""
        return max(0.0, self._deadline - self._clock())

    def read(self, query: str) -> Content:
        """One resource, as ``Patient/p-1``. Raises FhirServerError, ``GONE`` if unknown."""
        content = self._get(f"{self.base}/{query}", if_not_found=FhirFailure.GONE)
        if content.failed:
            raise FhirServerError(FhirFailure.REFUSED, "the server answered with an error")
        return content

    def metadata(self) -> Content:
        """The server's CapabilityStatement, or what it has in its place."""
        return self._get(f"{self.base}/metadata", if_not_found=FhirFailure.REFUSED)

    def search(self, query: str, start: str | None = None) -> Found:
        """All pages of a search. Raises :class:`FhirServerError` when nothing was had.

        ``start``: the link to the second page, when the first is already at hand. A page that is
        gone, or a link that leads back, starts the search once more from its beginning.
        """
        beginning = f"{self.base}/{query}"
        first = self._followed(start) if start is not None else None
        pages: list[Content] = []
        problem = self._walk(first or beginning, pages, follows=first is not None)
        if problem is not None and problem.kind is FhirFailure.GONE:
            again: list[Content] = []
            problem = self._walk(beginning, again)
            pages = again if problem is None else pages + again
        if problem is not None and not pages:
            raise problem
        return Found(pages, problem is not None, problem)

    def _walk(
        self, address: str, pages: list[Content], follows: bool = False
    ) -> FhirServerError | None:
        """Collects pages; returns why it ended before the last page, or None."""
        visited = {address}
        count = 0
        while True:
            missing = FhirFailure.GONE if follows else FhirFailure.REFUSED
            try:
                page = self._get(address, if_not_found=missing)
            except FhirServerError as problem:
                return problem
            follows = True
            room = self.limits.resources - count
            if len(page.resources) > room:
                page.resources = page.resources[:room]
                pages.append(page)
                return FhirServerError(FhirFailure.TRUNCATED, "too many resources")
            count += len(page.resources)
            if page.resources or not page.failed:
                pages.append(page)
            if page.failed:
                return FhirServerError(
                    FhirFailure.REFUSED, "the server says that the search failed"
                )
            if page.next is None:
                return None
            if len(visited) == self.limits.pages:
                return FhirServerError(FhirFailure.TRUNCATED, "too many pages")
            following = self._followed(page.next)
            if following is None:
                return FhirServerError(
                    FhirFailure.TRUNCATED, "the next page is not below the server's base"
                )
            if following in visited:
                return FhirServerError(FhirFailure.GONE, "the next page was read already")
            visited.add(following)
            address = following

    def _followed(self, link: str) -> str | None:
        """The address of a link that may be followed: same origin, and the base or below it."""
        if not _URL.fullmatch(link):
            return None
        try:
            address = urljoin(self.base + "/", link)
        except ValueError:
            return None
        return address if self._is_below_base(address) else None

    def _is_below_base(self, address: str) -> bool:
        path = urlsplit(address).path
        return (
            _origin(address) == self._origin
            and (path == self._path or path.startswith(self._path + "/"))
            and not _HIDDEN_IN_PATH.search(path)
        )

    def _get(self, address: str, if_not_found: FhirFailure) -> Content:
        body = self._read(address, if_not_found)
        try:
            return unpack(body)
        except NotFhir:
            raise FhirServerError(FhirFailure.NOT_FHIR, "the answer is not FHIR JSON") from None

    def document(self, address: str) -> bytes:
        """Plain JSON from the base or below it: a set of keys."""
        self._session.headers["Accept"] = "application/json"
        return self._read(address, FhirFailure.GONE)

    def _read(self, address: str, if_not_found: FhirFailure) -> bytes:
        if not self._is_below_base(address):
            raise FhirServerError(FhirFailure.REFUSED, "not an address of the server")
        try:
            with self._answer(address) as response:
                self._check(response, if_not_found)
                return self._body(response)
        except (requests.Timeout, TimeoutError):
            raise _timed_out() from None
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError) as error:
            if not self.remaining() or isinstance(_cause(error), ReadTimeoutError):
                raise _timed_out() from None
            raise FhirServerError(
                FhirFailure.REFUSED, "the server cannot be reached, or broke off", reached=False
            ) from None

    @contextmanager
    def _answer(self, address: str) -> Iterator[requests.Response]:
        with _deadline(self.remaining):
            try:
                response = self._send(address)
            except requests.ConnectionError as error:
                if not isinstance(_cause(error), ProtocolError):
                    raise
                response = self._send(address)  # the server had closed a connection kept open
            with response:
                yield response

    def _send(self, address: str) -> requests.Response:
        remaining = self.remaining()
        if not remaining:
            raise _timed_out()
        authorization = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._session.get(
            address,
            headers=authorization,
            timeout=remaining,
            allow_redirects=False,
            stream=True,
        )

    def _check(self, response: requests.Response, if_not_found: FhirFailure) -> None:
        status = response.status_code
        if status in (404, 410):
            raise FhirServerError(if_not_found, f"the server answered HTTP {status}", status)
        if status != 200:
            message = f"the server answered HTTP {status}"
            raise FhirServerError(FhirFailure.REFUSED, message, status)
        media_type = response.headers.get("Content-Type", "").lower()
        if "html" in media_type or "xml" in media_type:
            raise FhirServerError(FhirFailure.NOT_FHIR, "the answer is not FHIR JSON")

    def _body(self, response: requests.Response) -> bytes:
        """The decoded bytes, no more than allowed (a small answer may unpack to a huge one)."""
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self.limits.response_bytes:
                raise FhirServerError(FhirFailure.TOO_LARGE, "the answer is too large")
            if not self.remaining():
                raise _timed_out()
        return bytes(body)


def _cause(error: Exception) -> object:
    return error.args[0] if error.args else None


def _timed_out() -> FhirServerError:
    return FhirServerError(FhirFailure.TIMED_OUT, "the server did not answer in time")


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port; None when there is more, or less, than that before the path.

    None is the origin of nothing: two addresses without one have nothing in common.
    """
    try:
        parts = urlsplit(url)
        if "@" in parts.netloc or "#" in url:
            return None
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None


# The transport: connections are shared by all calls, what belongs to one call is not


class _TimedReads(io.RawIOBase):
    """Reads of a response, each waiting no longer than to the call's deadline."""

    def __init__(
        self, stream: io.RawIOBase, sock: socket.socket, remaining: Callable[[], float]
    ) -> None:
        self._stream = stream
        self._sock = sock
        self._remaining = remaining

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        remaining = self._remaining()
        if not remaining:
            raise TimeoutError
        self._sock.settimeout(remaining)
        return self._stream.readinto(buffer)

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        remaining = getattr(_of_thread, "remaining", None)
        if remaining is not None:
            stream = self.fp.detach()
            self.fp = io.BufferedReader(_TimedReads(stream, sock, remaining))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


_of_thread = threading.local()
_adapter = _Adapter(pool_connections=16, pool_maxsize=_CONNECTIONS, max_retries=0)


@contextmanager
def _deadline(remaining: Callable[[], float]) -> Iterator[None]:
    _of_thread.remaining = remaining
    try:
        yield
    finally:
        _of_thread.remaining = None


def _session(ca_file: str | None) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_file or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update(_HEADERS)
    for scheme in _PORTS:
        session.mount(f"{scheme}://", _adapter)
    return session
