"""A server examined: what it says of itself, and how it answered each search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import msgspec

from cdshooks.errors import FhirFailure, FhirServerError
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.gather import Answer
from cdshooks.fhir.needs import Need
from cdshooks.fhir.record import GapKind

_VERSION = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,3}")
_NO_ENTRY = frozenset({401, 403})
_NOTHING_THERE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class ServerFound:
    metadata: str
    """``read``, ``absent``, ``refused`` or ``timed-out``."""
    fhir_version: str | None = None
    claimed: int | None = None


@dataclass(frozen=True, slots=True)
class SearchFound:
    answer: Answer
    claimed: bool | None
    unclaimed: tuple[str, ...]
    too_slow: bool

    @property
    def outcome(self) -> str:
        return self.answer.gap.value if self.answer.gap is not None else "complete"

    @property
    def http(self) -> int | None:
        problem = self.answer.problem
        return problem.http if problem is not None else None

    @property
    def reason(self) -> str | None:
        """Why it is not complete: a class, never the server's own words."""
        problem = self.answer.problem
        if self.answer.gap is None:
            return None
        if problem is None:
            return "truncated" if self.answer.gap is GapKind.TRUNCATED else "failed"
        if problem.kind is FhirFailure.REFUSED:
            return "http" if problem.http is not None else "failed"
        return problem.kind.value


# What the server says of itself


class _Parameter(msgspec.Struct):
    name: str = ""


class _Interaction(msgspec.Struct):
    code: str = ""


class _OfType(msgspec.Struct, rename="camel"):
    type: str = ""
    interaction: tuple[_Interaction, ...] = ()
    search_param: tuple[_Parameter, ...] = ()


class _Rest(msgspec.Struct):
    resource: tuple[_OfType, ...] = ()


class _Capabilities(msgspec.Struct, rename="camel"):
    fhir_version: str = ""
    rest: tuple[_Rest, ...] = ()


def metadata(server: FhirClient) -> tuple[_Capabilities | None, ServerFound]:
    try:
        content = server.metadata()
    except FhirServerError as problem:
        if problem.kind is FhirFailure.TIMED_OUT:
            return None, ServerFound("timed-out")
        absent = problem.http in (404, 410) or problem.kind is FhirFailure.NOT_FHIR
        return None, ServerFound("absent" if absent else "refused")
    for resource in content.resources:
        if resource.type == "CapabilityStatement":
            try:
                found = msgspec.json.decode(resource.raw, type=_Capabilities)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                break
            version = found.fhir_version if _VERSION.fullmatch(found.fhir_version) else None
            return found, ServerFound("read", version)
    return None, ServerFound("absent")


def claim(capabilities: _Capabilities | None, need: Need) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the server lists what a search wants, and which parameters it does not."""
    if capabilities is None:
        return None, ()
    kind = re.split(r"[/?]", need.query)[0]
    wanted = "search-type" if "?" in need.query else "read"
    for rest in capabilities.rest:
        for one in rest.resource:
            if one.type == kind:
                listed = {parameter.name for parameter in one.search_param}
                asked = [name for name, _ in parse_qsl(need.query.partition("?")[2])]
                missing = [n for n in asked if n not in listed and not n.startswith("_")]
                can = any(interaction.code == wanted for interaction in one.interaction)
                return can and not missing, tuple(missing)
    return False, ()


def is_silent(answer: Answer) -> bool:
    problem = answer.problem
    return problem is not None and problem.kind is FhirFailure.REFUSED and problem.http is None


# Why nothing at all was answered


def why_nothing(searches: Sequence[SearchFound]) -> str | None:
    """``base``, ``token`` or ``no-answer`` when every search failed, and all for one cause."""
    problems = [search.answer.problem for search in searches]
    failed = [problem for problem in problems if problem is not None]
    if not failed or len(failed) < len(problems):
        return None
    if all(problem.http in _NO_ENTRY for problem in failed):
        return "token"
    if all(_is_elsewhere(problem) for problem in failed):
        return "base"
    if all(problem.kind is FhirFailure.TIMED_OUT for problem in failed):
        return "no-answer"
    return None


def _is_elsewhere(problem: FhirServerError) -> bool:
    """Nothing there, a redirect, or a web page: no FHIR server is at that address."""
    status = problem.http or 0
    return (
        problem.kind in (FhirFailure.NOT_FHIR, FhirFailure.GONE)
        or status in _NOTHING_THERE
        or 300 <= status < 400
    )
