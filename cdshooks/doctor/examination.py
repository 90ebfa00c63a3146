"""One patient's record examined: which search worked, which fact was found in which shape.

Nothing is judged, and no value is told, only counts, codes and references. As JSON, in this order
(``null`` for what is not known, an empty list for nothing; codes do not depend on the language)::

    schema      "fhir-examination/1"
    patient     "Patient/p-1"
    verdict     answer: yes, partly or no; reasons: codes of the catalogue (doctor-reason)
    server      null for a file, else
                metadata: read, absent, refused or timed-out; fhirVersion; claimed: of our searches
    searches    per prefetch key: key, required, claimed (true, false, null), unclaimed (parameters
                that the server does not list), outcome: complete, truncated, refused or timed-out,
                reason: null, http, failed, gone, not-fhir, too-large, timed-out or truncated,
                http, resources, pages, milliseconds, tooSlow (for a hook call)
    facts       per fact: fact, found, shapes (count by shape), examples (references),
                lacks: code, count, references
    notes       by code: code, count, where: detail, path, count, references
    invalid     checked: how many resources; breaches: path, rule, count, references
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from cdshooks.clinical.chart import Chart, ChartNote, named
from cdshooks.doctor.facts import EXAMPLES, FactFound, facts_of
from cdshooks.errors import FhirFailure, FhirServerError, UnusableInput
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.gather import Answer, survey
from cdshooks.fhir.needs import PATIENT, REQUIRED, Need
from cdshooks.fhir.record import GapKind, Record
from cdshooks.fhir.validity import Breach, breaches

SCHEMA = "fhir-examination/1"
_VERSION = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,3}")
_MEASURED = ("diameters", "sums", "response")


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


@dataclass(frozen=True, slots=True)
class Place:
    detail: str
    path: str
    count: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteGroup:
    code: str
    count: int
    where: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class BreachGroup:
    path: str
    rule: str
    count: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    patient: str
    answer: str
    """``yes``, ``partly`` or ``no``: can the service be fed from here?"""
    reasons: tuple[str, ...]
    server: ServerFound | None
    searches: tuple[SearchFound, ...]
    facts: tuple[FactFound, ...]
    notes: tuple[NoteGroup, ...]
    checked: int
    """Resources of which the validity was looked at."""
    invalid: tuple[BreachGroup, ...]

    def fact(self, name: str) -> FactFound:
        return next(fact for fact in self.facts if fact.fact == name)


def examine_server(
    server: FhirClient,
    patient_id: str,
    *,
    site_timezone: str,
    terminology: Terminology,
    seconds_of_call: float,
    labs_since: datetime.date | None = None,
) -> Examination:
    """Asks everything once. Raises :class:`UnusableInput` when nobody answers at all."""
    capabilities, about = _metadata(server)
    answers, record = survey(server, patient_id, labs_since)
    if about.metadata == "refused" and all(map(_is_silent, answers)):
        raise UnusableInput("the FHIR server cannot be reached")
    searches = []
    for answer in answers:
        claimed, unclaimed = _claim(capabilities, answer.need)
        too_slow = answer.seconds > seconds_of_call
        searches.append(SearchFound(answer, claimed, unclaimed, too_slow))
    if capabilities is not None:
        claimed_searches = sum(search.claimed is True for search in searches)
        about = ServerFound("read", about.fhir_version, claimed_searches)
    return _examined(record, site_timezone, terminology, about, searches)


def examine_record(record: Record, *, site_timezone: str, terminology: Terminology) -> Examination:
    """The same of a file, of which nothing was asked."""
    return _examined(record, site_timezone, terminology, None, [])


def _examined(
    record: Record,
    site_timezone: str,
    terminology: Terminology,
    server: ServerFound | None,
    searches: list[SearchFound],
) -> Examination:
    chart = chart_of(record, site_timezone=site_timezone, terminology=terminology)
    facts = facts_of(record, chart, terminology)
    checked, found = breaches(record.resources)
    answer, reasons = _verdict(record, chart, facts, searches)
    return Examination(
        patient=f"Patient/{record.patient_id}",
        answer=answer,
        reasons=reasons,
        server=server,
        searches=tuple(searches),
        facts=facts,
        notes=_grouped(chart.notes),
        checked=checked,
        invalid=_broken(found),
    )


def _verdict(
    record: Record, chart: Chart, facts: tuple[FactFound, ...], searches: list[SearchFound]
) -> tuple[str, tuple[str, ...]]:
    found = {fact.fact: fact for fact in facts}
    lost = {gap.key for gap in record.gaps}
    slow = any(search.too_slow for search in searches)
    stops = {
        "patient": any(
            search.answer.need.key == PATIENT and search.answer.gap for search in searches
        ),
        "procedures": any(
            search.answer.need.key in REQUIRED
            and search.answer.need.key != PATIENT
            and search.answer.gap
            and not search.answer.resources
            for search in searches
        ),
        "no-session": "procedures" not in lost and not found["sessions"].found,
        "no-measurement": not any(found[name].found for name in _MEASURED),
    }
    limits = {
        "search-lost": bool(lost),
        "too-slow": slow,
        "no-contrast": bool(chart.scans) and not found["contrast"].found,
        "no-attestation": bool(found["sessions"].found) and not found["attestation"].found,
        "foreign-patient": any(note.code == "foreign-patient" for note in chart.notes),
        "unreadable": any(note.code == "unreadable-resource" for note in chart.notes),
    }
    reasons = [code for code, holds in (stops | limits).items() if holds]
    answer = "no" if any(stops.values()) else "partly" if reasons else "yes"
    return answer, tuple(reasons)


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


def _metadata(server: FhirClient) -> tuple[_Capabilities | None, ServerFound]:
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


def _claim(capabilities: _Capabilities | None, need: Need) -> tuple[bool | None, tuple[str, ...]]:
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


def _is_silent(answer: Answer) -> bool:
    problem = answer.problem
    return problem is not None and problem.kind is FhirFailure.REFUSED and problem.http is None


# Together


def _grouped(notes: Iterable[ChartNote]) -> tuple[NoteGroup, ...]:
    """By code, the most frequent first; under each by where it was."""
    by_code: dict[str, dict[tuple[str, str], list[ChartNote]]] = {}
    for note in notes:
        by_code.setdefault(note.code, {}).setdefault((note.detail, note.path), []).append(note)
    groups = []
    for code, places in by_code.items():
        where = [
            Place(
                detail,
                path,
                sum(note.count or 1 for note in alike),
                named(r for note in alike for r in note.references)[:EXAMPLES],
            )
            for (detail, path), alike in places.items()
        ]
        where.sort(key=lambda place: (-place.count, place.path, place.detail))
        groups.append(NoteGroup(code, sum(place.count for place in where), tuple(where)))
    return tuple(sorted(groups, key=lambda group: (-group.count, group.code)))


def _broken(found: list[Breach]) -> tuple[BreachGroup, ...]:
    counts = Counter((breach.path, breach.rule) for breach in found)
    references: dict[tuple[str, str], list[str]] = {}
    for breach in found:
        references.setdefault((breach.path, breach.rule), []).append(breach.reference)
    return tuple(
        BreachGroup(path, rule, count, named(references[path, rule])[:EXAMPLES])
        for (path, rule), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def as_json(examination: Examination) -> dict[str, Any]:
    """The published object; see the head of this module."""
    server = examination.server
    return {
        "schema": SCHEMA,
        "patient": examination.patient,
        "verdict": {"answer": examination.answer, "reasons": list(examination.reasons)},
        "server": server
        and {
            "metadata": server.metadata,
            "fhirVersion": server.fhir_version,
            "claimed": server.claimed,
        },
        "searches": [
            {
                "key": search.answer.need.key,
                "required": search.answer.need.required,
                "claimed": search.claimed,
                "unclaimed": list(search.unclaimed),
                "outcome": search.outcome,
                "reason": search.reason,
                "http": search.http,
                "resources": search.answer.resources,
                "pages": search.answer.pages,
                "milliseconds": round(search.answer.seconds * 1000),
                "tooSlow": search.too_slow,
            }
            for search in examination.searches
        ],
        "facts": [
            {
                "fact": fact.fact,
                "found": fact.found,
                "shapes": dict(fact.shapes),
                "examples": list(fact.examples),
                "lacks": [
                    {"code": lack.code, "count": lack.count, "references": list(lack.references)}
                    for lack in fact.lacks
                ],
            }
            for fact in examination.facts
        ],
        "notes": [
            {
                "code": group.code,
                "count": group.count,
                "where": [
                    {
                        "detail": place.detail,
                        "path": place.path,
                        "count": place.count,
                        "references": list(place.references),
                    }
                    for place in group.where
                ],
            }
            for group in examination.notes
        ],
        "invalid": {
            "checked": examination.checked,
            "breaches": [
                {
                    "path": group.path,
                    "rule": group.rule,
                    "count": group.count,
                    "references": list(group.references),
                }
                for group in examination.invalid
            ],
        },
    }
