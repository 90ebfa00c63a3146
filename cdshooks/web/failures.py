"""Every error as an OperationOutcome, and as a line of the log."""

from __future__ import annotations

import re
import uuid

import structlog
from flask import Response, g
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from cdshooks.errors import (
    BadRequest,
    CdsHooksError,
    PreconditionFailed,
    StoreUnavailable,
    TooManyRequests,
    Unauthorised,
)
from cdshooks.logs import place_of
from cdshooks.web.contract import MEMBERS
from cdshooks.web.outcome import outcome_response

_ISSUES = {404: "not-found", 405: "not-supported", 413: "too-long"}

log = structlog.get_logger()


def failed(error: Exception) -> Response:
    """Every error as an OperationOutcome; one that we did not foresee says only a reference id."""
    if isinstance(error, HTTPException):
        return _http_failed(error)
    reference = str(uuid.uuid4())
    if isinstance(error, Unauthorised):
        log.info(
            "refused",
            status=401,
            problem=error.why,
            expected_aud=error.expected,
            reference=reference,
        )
        diagnostics = f"reference {reference}"
        response = outcome_response(401, error.code, str(error), diagnostics)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    client = g.get("client")
    if isinstance(error, StoreUnavailable):
        log.error("failed", status=503, problem=error.problem, client=client, reference=reference)
        response = outcome_response(503, error.code, str(error), f"reference {reference}")
        response.headers["Retry-After"] = "5"
        return response
    if isinstance(error, CdsHooksError) and error.status < 500:
        problem = type(error).__name__
        log.info("refused", status=error.status, problem=problem, client=client, **_which(error))
        keys = error.keys if isinstance(error, PreconditionFailed) else ()
        diagnostics = f"prefetch: {', '.join(keys)}" if keys else ""
        response = outcome_response(error.status, error.code, str(error), diagnostics)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    problem, where = type(error).__name__, place_of(error)
    log.error("failed", status=500, problem=problem, where=where, reference=reference)
    return outcome_response(500, "exception", "The service failed.", f"reference {reference}")


def _http_failed(error: HTTPException) -> Response:
    """Flask's own: no such address, no such method, a body beyond the limit."""
    status = error.code or 500
    if status < 400:  # a redirect
        return Response(status=status, headers=error.get_headers())
    log.info("refused", status=status, problem=type(error).__name__)
    response = outcome_response(status, _ISSUES.get(status, "processing"), f"{error.name}.")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _which(error: CdsHooksError) -> dict[str, str | None]:
    """Which check it was that failed, and on which member."""
    if not isinstance(error, BadRequest):
        return {}
    return {"check": error.check, "where": member_of(str(error))}


def member_of(message: str) -> str | None:
    """The member that a message begins with; a name in it that is not ours is shown as ``*``."""
    names = re.split(r"[.\[\]]+", message.partition(" ")[0].rstrip("."))
    if names[0] not in MEMBERS:
        return None
    return ".".join(name if name in MEMBERS else "*" for name in names)
