"""The record of one patient, from prefetch and from a FHIR server, and what is missing of it.

What prefetch may hold under a key (CDS Hooks, Prefetch Template): nothing (ask the server),
``null`` or an empty Bundle (known to be empty), a Bundle or a resource, a Bundle of which more
exists, an OperationOutcome (the client's search failed: asked once more). Data that could not be
had is a gap; without the patient or the procedures nothing can be said.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import msgspec

from cdshooks.clinical.chart import ChartNote
from cdshooks.errors import (
    BadRequest,
    FhirFailure,
    FhirServerError,
    PreconditionFailed,
    UnusableInput,
)
from cdshooks.fhir.bundles import Content, NotFhir, unpack
from cdshooks.fhir.client import FhirClient, Found, is_base_url
from cdshooks.fhir.named import fetch_named
from cdshooks.fhir.needs import NEEDS, PATIENT, Need
from cdshooks.fhir.record import Gap, GapKind, Record
from cdshooks.fhir.references import Bases, is_id
from cdshooks.fhir.versions import merge
from cdshooks.settings import LOOPBACK_URL, Limits

Prefetch = Mapping[str, msgspec.Raw | None]

_GRACE_SECONDS = 0.2
"""How much later than its deadline a search may hand over what it has."""
_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="fhir")
_GAPS = {
    FhirFailure.TIMED_OUT: GapKind.TIMED_OUT,
    FhirFailure.TRUNCATED: GapKind.TRUNCATED,
    FhirFailure.TOO_LARGE: GapKind.TRUNCATED,
}
"""Any other failure is a refusal."""
_CAUSES = {
    None: "empty",
    GapKind.NOT_FETCHABLE: "not-sent",
    GapKind.REFUSED: "other-patient",
}
"""Where no server failed and nothing was unreadable."""


@dataclass(slots=True)
class _Part:
    """What is known under one key."""

    need: Need
    contents: list[Content] = field(default_factory=list)
    gap: GapKind | None = None
    """Why the contents are not the whole; None: they are."""
    next: str | None = None
    """Where the rest is; None: only the whole search can make it whole."""
    unreadable: list[str] = field(default_factory=list)
    why: str = ""
    """What the server said, for the command line."""
    problem: FhirServerError | None = None
    seconds: float = 0.0

    @property
    def is_empty(self) -> bool:
        return not any(content.resources for content in self.contents)

    def ids(self, kind: str) -> list[str | None]:
        return [r.id for content in self.contents for r in content.resources if r.type == kind]

    @property
    def cause(self) -> str:
        """Why it is not whole, in a word of a closed set for the log and the counters."""
        if self.problem is not None:
            return self.problem.cause
        if self.unreadable or any(content.unreadable for content in self.contents):
            return "unreadable"
        if any(content.failed for content in self.contents):
            return "search-failed"
        return _CAUSES.get(self.gap, "truncated")

    @property
    def is_lost(self) -> bool:
        """Not even a part of it could be had."""
        return self.gap is not None and self.is_empty


def gather(
    patient_id: str,
    prefetch: Prefetch | None,
    server: FhirClient | None,
    *,
    bases: Bases = None,
    labs_since: datetime.date | None = None,
) -> Record:
    """The record, from prefetch and, where that is not enough, from ``server`` if it may be asked.

    ``bases``: under which an absolute reference is the patient's (default: the server's, and
    without one any); ``labs_since``: the day from which laboratory results are asked for (default:
    all). Raises
    :class:`BadRequest` for another patient, :class:`PreconditionFailed` without patient or
    procedures.
    """
    if not is_id(patient_id):
        raise BadRequest("context.patientId must be a FHIR id.")
    parts = [_prefetched(need, prefetch or {}) for need in NEEDS]
    _check_prefetched_patient(parts, patient_id)
    if server is not None:
        _fetch(parts, patient_id, server, labs_since)
    _check_required(parts, patient_id)
    return _record(parts, patient_id, server, bases)


def gather_from_server(
    base_url: str,
    patient_id: str,
    token: str | None = None,
    *,
    ca_file: str | None = None,
    limits: Limits | None = None,
) -> Record:
    """The record from a server alone, for the command line. Raises :class:`UnusableInput`."""
    server = server_of_command_line(base_url, token, ca_file=ca_file, limits=limits)
    patient_id = patient_id.removeprefix("Patient/")
    if not is_id(patient_id):
        raise UnusableInput("--patient must be a patient's id, as p-1 or Patient/p-1")
    parts = [_Part(need, gap=GapKind.NOT_FETCHABLE) for need in NEEDS]
    _fetch(parts, patient_id, server)
    try:
        _check_required(parts, patient_id)
    except PreconditionFailed as problem:
        why = [part.why for part in parts if part.need.key in problem.keys][-1]
        raise UnusableInput(
            f"the FHIR server did not give {' and '.join(problem.keys)}: {why}"
        ) from None
    return _record(parts, patient_id, server)


def server_of_command_line(
    base_url: str,
    token: str | None = None,
    *,
    ca_file: str | None = None,
    limits: Limits | None = None,
) -> FhirClient:
    """The server that somebody names. Raises :class:`UnusableInput`."""
    if not is_base_url(base_url):
        raise UnusableInput("the FHIR base URL must be http or https, without query or fragment")
    if token and base_url.startswith("http:") and not LOOPBACK_URL.fullmatch(base_url):
        raise UnusableInput("a token is sent over https only (or to this machine)")
    return FhirClient(base_url, token, ca_file=ca_file, limits=limits)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a server answered one of our searches."""

    need: Need
    gap: GapKind | None
    """None: all of it is here."""
    problem: FhirServerError | None
    resources: int
    pages: int
    seconds: float


def survey(
    server: FhirClient, patient_id: str, labs_since: datetime.date | None = None
) -> tuple[list[Answer], Record]:
    """Every search as it is sent in a call, and the record as far as it could be had."""
    parts = [_Part(need, gap=GapKind.NOT_FETCHABLE) for need in NEEDS]
    _fetch(parts, patient_id, server, labs_since)
    _check_is_patient(_of(parts, PATIENT), patient_id)
    answers = [
        Answer(
            part.need,
            part.gap,
            part.problem,
            sum(len(content.resources) for content in part.contents),
            len(part.contents),
            part.seconds,
        )
        for part in parts
    ]
    return answers, _record(parts, patient_id, server)


def check_prefetched_patient(patient_id: str, prefetch: Prefetch) -> None:
    """Raises :class:`BadRequest` for another patient, where nothing else of the record is read."""
    part = _prefetched(next(need for need in NEEDS if need.key == PATIENT), prefetch)
    if not part.is_empty:
        _check_prefetched_patient([part], patient_id)


# From prefetch


def _prefetched(need: Need, prefetch: Prefetch) -> _Part:
    part = _Part(need)
    if need.key not in prefetch:
        part.gap = GapKind.NOT_FETCHABLE
        return part
    raw = prefetch[need.key]
    if raw is None or bytes(raw).strip() == b"null":
        return part
    try:
        content = unpack(raw)
    except NotFhir:
        part.gap = GapKind.REFUSED
        part.unreadable.append(f"prefetch.{need.key}")
        return part
    part.contents.append(content)
    if content.failed:
        part.gap = GapKind.REFUSED
    elif content.is_part:
        part.gap = GapKind.TRUNCATED
        part.next = None if content.hides else content.next
    return part


def _check_prefetched_patient(parts: Iterable[_Part], patient_id: str) -> None:
    """Known to be empty: nobody to judge. Somebody else's: a call that contradicts itself."""
    patient = _of(parts, PATIENT)
    if not patient.is_empty and set(patient.ids("Patient")) != {patient_id}:
        raise BadRequest("prefetch.patient is not the Patient of context.patientId.")
    if patient.gap is None and patient.is_empty:
        raise PreconditionFailed([PATIENT], "prefetch.patient is empty", {PATIENT: patient.cause})


# From the server


def _fetch(
    parts: Iterable[_Part],
    patient_id: str,
    server: FhirClient,
    labs_since: datetime.date | None = None,
) -> None:
    """Everything that is not whole, at once; what has arrived at the deadline is used."""
    asked: dict[Future[Found], _Part] = {}
    for part in parts:
        if part.gap is not None:
            query = part.need.expand(patient_id, labs_since)
            asked[_threads.submit(_timed(part, _question(part, query, server)))] = part
    arrived, late = wait(asked, timeout=server.remaining() + _GRACE_SECONDS)
    for future in late:
        future.cancel()
        part = asked[future]
        part.seconds = server.limits.deadline_seconds
        _fail(part, FhirServerError(FhirFailure.TIMED_OUT, "the server did not answer in time"))
    for future in arrived:
        part = asked[future]
        try:
            found = future.result()
        except FhirServerError as problem:
            _fail(part, problem)
            continue
        hidden = any(page.hides for page in found.pages)
        part.contents += found.pages
        part.problem = found.problem
        part.gap = GapKind.TRUNCATED if found.truncated or hidden else None
        part.unreadable.clear()


def _question(part: _Part, query: str, server: FhirClient) -> Callable[[], Found]:
    start = part.next
    if part.need.key == PATIENT:
        return lambda: Found([server.read(query)])
    return lambda: server.search(query, start)


def _timed(part: _Part, question: Callable[[], Found]) -> Callable[[], Found]:
    def ask() -> Found:
        started = time.monotonic()
        try:
            return question()
        finally:
            part.seconds = time.monotonic() - started

    return ask


def _fail(part: _Part, problem: FhirServerError) -> None:
    """A part that prefetch began stays; it is then truncated."""
    gone = problem.kind is FhirFailure.GONE
    part.why = "it knows no such patient" if gone else str(problem)
    part.problem = problem
    if part.is_empty:
        part.gap = _GAPS.get(problem.kind, GapKind.REFUSED)


# Together


def _check_required(parts: Iterable[_Part], patient_id: str) -> None:
    _check_is_patient(_of(parts, PATIENT), patient_id)
    lost = {part.need.key: part.cause for part in parts if part.need.required and part.is_lost}
    if lost:
        raise PreconditionFailed(lost, causes=lost)


def _check_is_patient(patient: _Part, patient_id: str) -> None:
    if patient.gap is None and set(patient.ids("Patient")) != {patient_id}:
        patient.gap = GapKind.REFUSED
        patient.contents.clear()
        patient.why = "it answered with something else"


def _record(
    parts: Iterable[_Part],
    patient_id: str,
    server: FhirClient | None,
    bases: Bases = None,
) -> Record:
    """The parts as one, with what they name and the server gives beside them."""
    contents = [content for part in parts for content in part.contents]
    if server is not None:
        bases = (server.base,) if bases is None else bases
        contents += fetch_named(contents, server, bases, _threads, _GRACE_SECONDS)
    merged = merge(contents)
    notes = merged.notes
    for part in parts:
        paths = [
            f"{part.need.key}.{path}" for content in part.contents for path in content.unreadable
        ]
        notes += [
            ChartNote("unreadable-resource", path=path) for path in (*part.unreadable, *paths)
        ]
    gaps = [Gap(part.need.key, part.gap, part.cause) for part in parts if part.gap is not None]
    return Record(patient_id, merged.resources, gaps, notes, bases, merged.contested)


def _of(parts: Iterable[_Part], key: str) -> _Part:
    return next(part for part in parts if part.need.key == key)
