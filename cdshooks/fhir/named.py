"""What a record names and does not hold: results of a report, members of a group, drugs.

A search by category or code finds only what is so labelled; a report and a group of measurements
name theirs. What is named is asked for by its id, a few at a time and no deeper than reports nest.
Whether it came is for charting to see: a result that is named and not there is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import msgspec

from cdshooks.errors import FhirServerError
from cdshooks.fhir.bundles import Content
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.references import Bases, local_reference
from cdshooks.fhir.views import Reference

ROUNDS = 3
"""A report names a group, the group its measurements, each of them perhaps its parts."""
IDS_PER_SEARCH = 50
MOST_IDS = 200
"""In one round; the rest is not had."""
_KINDS = ("Observation", "Medication")
_VOID = frozenset(
    {
        *("entered-in-error", "cancelled", "unknown", "registered", "preliminary", "partial"),
        *("completed", "stopped", "not-done"),
    }
)
"""Statuses of reports, groups and orders of which nothing more is asked."""
_NAMING = frozenset(
    {
        *("DiagnosticReport", "Observation"),
        *("MedicationRequest", "MedicationAdministration", "MedicationStatement"),
    }
)
_GIVEN = frozenset({"MedicationAdministration", "MedicationStatement"})
"""A drug that was given is one once it is completed."""


class _Names(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    status: str | None = None
    result: tuple[Reference, ...] = ()
    has_member: tuple[Reference, ...] = ()
    medication_reference: Reference | None = None


_decoder = msgspec.json.Decoder(_Names)


def fetch_named(
    contents: Iterable[Content],
    server: FhirClient,
    bases: Bases,
    threads: ThreadPoolExecutor,
    grace: float,
) -> list[Content]:
    """What the contents name and do not hold, as far as the server gives it in time.

    ``grace``: seconds after the deadline in which a search may hand over what it has.
    """
    fetched: list[Content] = []
    fresh = list(contents)
    known: set[str | None] = set()
    """What is here, or was asked for."""
    for _ in range(ROUNDS):
        known.update(resource.name for content in fresh for resource in content.resources)
        wanted = [name for name in _named(fresh, bases) if name not in known][:MOST_IDS]
        if not wanted or not server.remaining():
            break
        known.update(wanted)
        fresh = _searched(_queries(wanted), server, threads, grace)
        fetched += fresh
    return fetched


def _named(contents: Iterable[Content], bases: Bases) -> Iterator[str]:
    """``Type/id`` of what is named, observations first, each once."""
    found: dict[str, None] = {}
    for content in contents:
        for resource in content.resources:
            if resource.type not in _NAMING:
                continue
            try:
                names = _decoder.decode(resource.raw)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            if names.status in _VOID and not (
                names.resource_type in _GIVEN and names.status == "completed"
            ):
                continue
            for reference in (*names.result, *names.has_member, names.medication_reference):
                name = local_reference(reference, bases)
                if name is not None and name.partition("/")[0] in _KINDS:
                    found[name] = None
    return iter(sorted(found, key=lambda name: (not name.startswith("Observation/"), name)))


def _queries(names: list[str]) -> Iterator[str]:
    for kind in _KINDS:
        ids = [name.partition("/")[2] for name in names if name.startswith(f"{kind}/")]
        for start in range(0, len(ids), IDS_PER_SEARCH):
            yield f"{kind}?_id={','.join(ids[start : start + IDS_PER_SEARCH])}"


def _searched(
    queries: Iterable[str], server: FhirClient, threads: ThreadPoolExecutor, grace: float
) -> list[Content]:
    futures = [threads.submit(server.search, query) for query in queries]
    arrived, late = wait(futures, timeout=server.remaining() + grace)
    for future in late:
        future.cancel()
    pages: list[Content] = []
    for future in futures:
        if future not in arrived:
            continue
        try:
            pages += future.result().pages
        except FhirServerError:
            continue
    return pages
