"""What may go wrong, and what a caller is told.

    CdsHooksError                500
    ├── UnusableInput            400   command line: exit 2
    ├── BadRequest               400
    ├── Unauthorised             401
    ├── NotFound                 404
    ├── PreconditionFailed       412   CDS Hooks 2.0.1 "Prefetch Template": data cannot be had
    ├── TooLarge                 413
    ├── WrongContentType         415
    ├── TooManyRequests          429
    ├── ConfigurationError       500   stops the start
    ├── FhirServerError          502   becomes a gap or a 412, never an answer by itself
    └── StoreUnavailable         503   the database cannot be asked

A message names the field and what to do. It never holds a patient's value, an id or a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class CdsHooksError(Exception):
    """The root; ``status`` is the HTTP status, ``code`` the OperationOutcome issue type."""

    status = 500
    code = "exception"


class UnusableInput(CdsHooksError):
    """A source that cannot be read: one clear line on the command line, exit 2."""

    status = 400
    code = "invalid"


class BadRequest(CdsHooksError):
    """A call that breaks the contract; the message names the field.

    ``check``: a word of ours for the log, which check it was that failed.
    """

    status = 400
    code = "invalid"

    def __init__(self, message: str, check: str = "unfit") -> None:
        self.check = check
        super().__init__(message)


class Unauthorised(CdsHooksError):
    """Not authenticated. ``why`` is a word for the log; the caller is never told.

    ``expected``: what the token's ``aud`` must be, for the log too, where that was wrong.
    """

    status = 401
    code = "login"

    def __init__(self, why: str) -> None:
        self.why = why
        self.expected: str | None = None
        super().__init__("The request is not authenticated.")


class NotFound(CdsHooksError):
    status = 404
    code = "not-found"


class PreconditionFailed(CdsHooksError):
    """Data without which nothing can be said; ``keys`` are the prefetch keys.

    ``causes``: by key why, in words for the log.
    """

    status = 412
    code = "incomplete"

    def __init__(
        self, keys: Iterable[str], why: str = "", causes: Mapping[str, str] | None = None
    ) -> None:
        self.keys = tuple(sorted(keys))
        self.causes = causes or {}
        because = f" ({why})" if why else ""
        super().__init__(
            f"These data could be had neither from prefetch nor from the FHIR server{because}:"
            f" {', '.join(self.keys)}. Send them as prefetch, or allow the service to read them."
        )


class TooLarge(CdsHooksError):
    status = 413
    code = "too-long"


class WrongContentType(CdsHooksError):
    status = 415
    code = "not-supported"


class TooManyRequests(CdsHooksError):
    """``retry_after``: whole seconds."""

    status = 429
    code = "throttled"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"Too many requests from this client; ask again in {retry_after} s.")


class ConfigurationError(CdsHooksError):
    """Names the file and the dotted key, and says what would be right."""


class FhirFailure(StrEnum):
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    GONE = "gone"
    NOT_FHIR = "not-fhir"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"


CONNECTION_FAILED = "connection-failed"
_OF_STATUS = {401: "refused-401", 403: "refused-403", 404: "not-found", 410: "not-found"}
_OF_STATUS_CLASS = {3: "redirect", 5: "http-5xx"}
_OF_KIND = {FhirFailure.REFUSED: "search-failed", FhirFailure.GONE: "not-found"}


class FhirServerError(CdsHooksError):
    """A FHIR server did not give what was asked for; ``kind`` says how, ``http`` its status."""

    status = 502
    code = "transient"

    def __init__(
        self, kind: FhirFailure, message: str, http: int | None = None, *, reached: bool = True
    ) -> None:
        self.kind = kind
        self.http = http
        self.reached = reached
        super().__init__(message)

    @property
    def cause(self) -> str:
        """A word for the log and the counters, of a closed set."""
        if not self.reached:
            return CONNECTION_FAILED
        if self.http is None:
            return _OF_KIND.get(self.kind, self.kind.value)
        default = _OF_STATUS_CLASS.get(self.http // 100, "http-4xx")
        return _OF_STATUS.get(self.http, default)


class StoreUnavailable(CdsHooksError):
    """Used tokens cannot be told from new ones, nor cards be kept: so nothing is answered."""

    status = 503
    code = "transient"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__("The service's database cannot be asked now; try again later.")
