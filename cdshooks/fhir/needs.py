"""What is asked of a FHIR server about one patient: the prefetch keys and their queries.

A key is one resource type with one filter that a server supports or does not, so what a server
refuses costs only that key (CDS Hooks, Prefetch Template; Prefetch query restrictions). The queries
are data: ``fhir_profiles/prefetch.json``.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

PATIENT = "patient"
REQUIRED = ("patient", "procedures")
"""Without these nothing is answered; any other key lost is a gap."""

LABS = "labs"
LABS_DAYS = 730
"""24 months: how far back laboratory results are asked for, where a site wants that."""

_TOKEN = "{{context.patientId}}"
_KEPT = "/?=&,._-~:"
"""Not percent-encoded in a query; a token's ``|`` is, for some servers refuse it raw."""


@dataclass(frozen=True, slots=True)
class Need:
    key: str
    query: str
    """A FHIR read or search, relative, with the token of the patient's id."""
    why: str
    core: bool
    """The verdict itself rests on it; the others degrade single criteria."""

    @property
    def required(self) -> bool:
        return self.key in REQUIRED

    def expand(self, patient_id: str, labs_since: datetime.date | None = None) -> str:
        """The query for one patient, percent-encoded; ``labs_since`` counts for that key alone."""
        before, token, after = self.query.partition(_TOKEN)
        if labs_since is not None and self.key == LABS:
            after += f"&date=ge{labs_since.isoformat()}"
        return quote(before, _KEPT) + quote(patient_id if token else "", "") + quote(after, _KEPT)


class _Template(msgspec.Struct, forbid_unknown_fields=True):
    query: str
    why: str
    core: bool


def _read() -> tuple[Need, ...]:
    data = (files("fhir_profiles") / "prefetch.json").read_bytes()
    templates = msgspec.json.decode(data, type=dict[str, _Template])
    return tuple(Need(key, t.query, t.why, t.core) for key, t in templates.items())


NEEDS: tuple[Need, ...] = _read()
PREFETCH: dict[str, str] = {need.key: need.query for need in NEEDS}
"""Query template by key, as discovery shows them."""


def _codes_asked_for() -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for query in PREFETCH.values():
        for name, value in parse_qsl(urlsplit(query).query):
            tokens = value.split(",") if name == "code" else ()
            found.update((system, code) for system, _, code in (t.partition("|") for t in tokens))
    return frozenset(found)


CODES_ASKED_FOR = _codes_asked_for()
"""System and code of every observation that a search names by its code."""


def prefetch_templates(*, dated: bool = False) -> dict[str, str]:
    """Query template by key, for discovery (CDS Hooks, Discovery).

    ``dated``: of laboratory results the recent ones alone, by a token of CDS Hooks 3.0 (ballot;
    Prefetch Template, Relative dates); a client of 2.0.1 knows no ``today()``.
    """
    templates = dict(PREFETCH)
    if dated:
        templates[LABS] += f"&date=ge{{{{today() - {LABS_DAYS} days}}}}"
    return templates
