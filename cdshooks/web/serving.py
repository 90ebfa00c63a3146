"""The HTTP server (waitress): how much it takes from strangers, and for how long.

What comes before any token is looked at is bounded here: how many connections, how long a request
may take to arrive, how much of a body is kept. What waitress itself refuses is an OperationOutcome
too.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import structlog
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, RequestEntityTooLarge

from cdshooks.web.headers import SECURITY
from cdshooks.web.outcome import MEDIA_TYPE, operation_outcome

THREADS = 8
CONNECTIONS = 800
"""At once; a process may usually open 1,024 files."""
SECONDS_TO_ARRIVE = 60
"""From the first byte of a request to its last, and between two requests of a connection."""
SECONDS_BETWEEN_LOOKS = 5
"""How often connections are looked at that take too long."""
PASSED_OVER = 4
"""So many times the limit of a body are read and forgotten, that the 413 is still heard by who
sends first and listens then. A longer body is cut off."""

LONGEST_LINE, LONGEST_TRAILER = 1_024, 65_536
"""Bytes of a chunk's size with its extensions, and of all headers behind the chunks."""

_ISSUES = {400: "invalid", 413: "too-long", 431: "too-long", 501: "not-supported"}

log = structlog.get_logger()


def waitress_server(app: Flask, host: str, port: int) -> Any:
    """Listening; ``run()`` serves."""
    limit = app.config["MAX_CONTENT_LENGTH"]
    server: Any = create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident="",
        recv_bytes=256 * 1024,
        max_request_body_size=PASSED_OVER * limit,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() fails beyond 1,024 files
        channel_timeout=SECONDS_TO_ARRIVE,
        cleanup_interval=SECONDS_BETWEEN_LOOKS,
    )
    parser = type("Parser", (_Parser,), {"limit": limit})
    for listening in _listening(server):
        listening.channel_class = type("Channel", (_Channel,), {"parser_class": parser})
    return server


def _listening(server: Any) -> Iterator[Any]:
    """A name may stand for several addresses."""
    each = [server] if isinstance(server, BaseWSGIServer) else server.map.values()
    return (one for one in each if isinstance(one, BaseWSGIServer))


class _Discarded:
    """A body of which only the length is kept."""

    def __init__(self, length: int = 0) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    def append(self, data: bytes) -> None:
        self._length += len(data)

    def getfile(self) -> io.BytesIO:
        return io.BytesIO()

    def close(self) -> None:
        pass


class _Parser(HTTPRequestParser):
    """A body over the limit is read to its end, and not kept: the length alone tells the service.

    For a declared length from the first byte on; else from where it goes beyond.
    """

    limit = 0

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:  # of an address such as http://[x]/, which waitress does not expect
            raise ParsingError("Bad URI") from None
        if self.content_length > self.limit:
            self._discard()

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.body_rcv is not None and len(self.body_rcv) > self.limit:
            self._discard()
        if self.chunked and self.body_rcv is not None:
            self._bound_what_is_no_body(self.body_rcv)
        if self.expect_continue:
            self._answer_expectation()
        return consumed

    def _bound_what_is_no_body(self, receiver: Any) -> None:
        """Lines between the chunks and headers behind them are kept until they end."""
        if len(receiver.control_line) > LONGEST_LINE or len(receiver.trailer) > LONGEST_TRAILER:
            receiver.control_line = receiver.trailer = b""
            self.error, self.completed = BadRequest("Too much beside the chunks"), True

    def _answer_expectation(self) -> None:
        """ "100 Continue" is for a body that is awaited and would be read; all else has its answer.

        Without this, waitress takes the next request of the connection for the body.
        """
        if self.headers_finished and self.content_length > self.limit and not self.error:
            self.error, self.completed = RequestEntityTooLarge("exceeds the limit"), True
        if self.completed:
            self.expect_continue = False

    def _discard(self) -> None:
        receiver: Any = self.body_rcv
        if receiver is not None and not isinstance(receiver.buf, _Discarded):
            kept, receiver.buf = receiver.buf, _Discarded(len(receiver))
            kept.close()


class _ErrorTask(ErrorTask):
    """What waitress refuses by itself; nothing of the request is repeated."""

    def execute(self) -> None:
        request: Any = self.request
        error, headers = request.error, SECURITY | {"Content-Type": MEDIA_TYPE}
        outcome = operation_outcome(_ISSUES.get(error.code, "exception"), f"{error.reason}.")
        body = msgspec.json.encode(outcome)
        log.info("refused", status=error.code, problem=type(error).__name__)
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [*self.response_headers, *headers.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if getattr(request, "command", "") == "HEAD" else body)


class _Channel(HTTPChannel):
    """One connection. Bytes that drip are no activity: a request counts from its first byte."""

    error_task_class = _ErrorTask

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self._begun = 0.0
        super().__init__(*arguments, **more)

    def received(self, data: bytes) -> bool:
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self._begun = time.time()
        if self.request is not None:
            self.last_activity = self._begun
        return taken
