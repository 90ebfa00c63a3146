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
    procedures  of unknown code: system, code (null: absent, or not fit to be shown), count,
                references
    notes       by code: code, count, where: detail, path, count, references, advice (null, or
                a key of the catalogue, doctor-advice)
    invalid     checked: how many resources; breaches: path, rule, count, references
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cdshooks.clinical.chart import Chart, ChartNote, named
from cdshooks.doctor.advice import Advisor
from cdshooks.doctor.facts import EXAMPLES, SEARCHES, FactFound, facts_of
from cdshooks.doctor.procedures import UnknownProcedure, unknown_procedures
from cdshooks.doctor.server import (
    SearchFound,
    ServerFound,
    claim,
    is_silent,
    metadata,
    why_nothing,
)
from cdshooks.errors import UnusableInput
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.gather import survey
from cdshooks.fhir.needs import PATIENT, REQUIRED
from cdshooks.fhir.record import Record
from cdshooks.fhir.validity import Breach, breaches

SCHEMA = "fhir-examination/1"
STOPS = frozenset(
    {
        *("base", "token", "no-answer", "patient", "procedures"),
        *("no-session", "no-measurement", "measurement-lost"),
    }
)
"""Reasons that let the answer be no, whichever way the data comes."""
_MEASURED = ("diameters", "sums", "response")


@dataclass(frozen=True, slots=True)
class Place:
    detail: str
    path: str
    count: int
    references: tuple[str, ...]
    advice: str | None
    """What to do there, where that is not what the note's code says of all."""


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
    procedures: tuple[UnknownProcedure, ...]
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
    capabilities, about = metadata(server)
    answers, record = survey(server, patient_id, labs_since)
    if about.metadata == "refused" and all(map(is_silent, answers)):
        raise UnusableInput("the FHIR server cannot be reached")
    searches = []
    for answer in answers:
        claimed, unclaimed = claim(capabilities, answer.need)
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
        procedures=unknown_procedures(record, chart, terminology),
        notes=_grouped(chart.notes, Advisor(record, terminology)),
        checked=checked,
        invalid=_broken(found),
    )


def _verdict(
    record: Record, chart: Chart, facts: tuple[FactFound, ...], searches: list[SearchFound]
) -> tuple[str, tuple[str, ...]]:
    """Yes, partly or no, and why; what nobody answered is no reason to call the record empty."""
    if nothing := why_nothing(searches):
        return "no", (nothing,)
    found = {fact.fact: fact for fact in facts}
    lost = {gap.key for gap in record.gaps}
    slow = [search.answer.need.key for search in searches if search.too_slow]
    nobody = PATIENT in lost
    measured = any(found[name].found for name in _MEASURED)
    brings_measures = {"bundle", *(key for name in _MEASURED for key in SEARCHES[name])}
    unmeasured_because_lost = bool(lost & brings_measures)
    stops = {
        "patient": nobody,
        "procedures": any(
            search.answer.need.key in REQUIRED
            and search.answer.need.key != PATIENT
            and search.answer.gap
            and not search.answer.resources
            for search in searches
        ),
        "no-session": not nobody and "procedures" not in lost and not found["sessions"].found,
        "no-measurement": not (nobody or measured or unmeasured_because_lost),
        "measurement-lost": unmeasured_because_lost and not (nobody or measured),
    }
    limits = {
        "search-lost": bool(lost),
        "too-slow": bool(slow),
        "no-contrast": bool(chart.scans) and not found["contrast"].found,
        "no-attestation": bool(found["sessions"].found) and not found["attestation"].found,
        "foreign-patient": any(note.code == "foreign-patient" for note in chart.notes),
        "unreadable": any(note.code == "unreadable-resource" for note in chart.notes),
    }
    reasons = [code for code, holds in (stops | limits).items() if holds]
    if any(stops.values()) or not set(REQUIRED).isdisjoint(slow):
        return "no", tuple(reasons)
    return "partly" if reasons else "yes", tuple(reasons)


# Together


def _grouped(notes: Iterable[ChartNote], advisor: Advisor) -> tuple[NoteGroup, ...]:
    """By code, the most frequent first; under each by where it was and what to do there."""
    by_code: dict[str, dict[tuple[str, str, str], list[ChartNote]]] = {}
    for note in notes:
        kind = (note.detail, note.path, advisor.on(note) or "")
        by_code.setdefault(note.code, {}).setdefault(kind, []).append(note)
    groups = []
    for code, places in by_code.items():
        where = [
            Place(
                detail,
                path,
                sum(note.count or 1 for note in alike),
                named(r for note in alike for r in note.references)[:EXAMPLES],
                advice or None,
            )
            for (detail, path, advice), alike in places.items()
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
        "procedures": [
            {
                "system": one.system,
                "code": one.code,
                "count": one.count,
                "references": list(one.references),
            }
            for one in examination.procedures
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
                        "advice": place.advice,
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
