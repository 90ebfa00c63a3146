"""One hook call end to end, without Flask: what is offered, what a call must say, its answer."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cdshooks.cards.parts import Telling
from cdshooks.cards.stand_in import stand_in_card
from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import Readings
from cdshooks.errors import BadRequest
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.gather import check_prefetched_patient, gather
from cdshooks.fhir.needs import prefetch_templates
from cdshooks.hooks import NOTHING, Capabilities, capabilities, read_context, told
from cdshooks.settings import LOOPBACK_URL, Settings


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of discovery; ``id`` is the last part of its URL."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def prefetch(self) -> dict[str, str]:
        """Query template by key: every service is given the whole record."""
        return prefetch_templates()


SERVICES = {
    service.id: service
    for service in (
        Service(
            "tace-refractoriness",
            "patient-view",
            "TACE refractoriness",
            "Judges whether hepatocellular carcinoma has become refractory to TACE by the Chinese "
            "consensus of 2022 and three other published definitions, says what the consensus "
            "advises next, and names the datum that is missing when it cannot say.",
        ),
        Service(
            "tace-refractoriness-order-select",
            "order-select",
            "TACE refractoriness: order selected",
            "Warns when a selected order is a TACE for a patient who is refractory to TACE or no "
            "longer suitable for it, or a hepatic arterial infusion of cisplatin or 5-FU alone.",
        ),
        Service(
            "tace-refractoriness-order-sign",
            "order-sign",
            "TACE refractoriness: order signed",
            "Warns before a TACE is ordered for a patient who is refractory to TACE or no longer "
            "suitable for it, or a hepatic arterial infusion of cisplatin or 5-FU alone.",
        ),
        Service(
            "tace-refractoriness-encounter-start",
            "encounter-start",
            "TACE refractoriness: missing data",
            "Names, when an encounter starts, the data that are missing to judge whether "
            "hepatocellular carcinoma has become refractory to TACE.",
        ),
        Service(
            "tace-refractoriness-appointment-book",
            "appointment-book",
            "TACE refractoriness: appointment for TACE",
            "Shows the next step by the consensus when a TACE is booked for a patient who is "
            "refractory to TACE or no longer suitable for it. Only for health professionals.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Site:
    """What holds for every call: settings, how papers and codes are read, and the clock."""

    settings: Settings
    readings: Readings
    terminology: Terminology
    dev: bool
    clock: Callable[[], datetime.datetime]

    def today(self) -> datetime.date:
        return self.clock().astimezone(self.settings.timezone).date()


@dataclass(frozen=True, slots=True)
class FhirAccess:
    base_url: str
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HookCall:
    service: Service
    hook_instance: str
    patient_id: str
    user_id: str
    language: str
    prefetch: Mapping[str, msgspec.Raw]
    fhir: FhirAccess | None
    context: Mapping[str, Any] = field(default_factory=dict)
    can: Capabilities = NOTHING


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body, and what may be logged about it."""

    response: dict[str, Any]
    gaps: int


def offered(site: Site) -> list[Service]:
    return [s for s in SERVICES.values() if s.hook in site.settings.service.hooks]


def read_call(
    site: Site,
    service: Service,
    request: Mapping[str, Any],
    prefetch: Mapping[str, msgspec.Raw],
    language: str | None,
) -> HookCall:
    """A call from a request that has the contract's shape; what contradicts itself is refused."""
    if request["hook"] != service.hook:
        raise BadRequest(f"hook must be {service.hook} at this address.")
    patient_id = request["context"]["patientId"]
    authorization = request.get("fhirAuthorization")
    if authorization and authorization.get("patient", patient_id) != patient_id:
        raise BadRequest("fhirAuthorization.patient is not context.patientId.")
    return HookCall(
        service=service,
        hook_instance=request["hookInstance"],
        patient_id=patient_id,
        user_id=request["context"]["userId"],
        language=language or site.settings.service.language,
        prefetch=prefetch,
        fhir=_fhir_access(site, request.get("fhirServer"), authorization),
        context=request["context"],
        can=capabilities(None, dev=site.dev),
    )


def answer(call: HookCall, site: Site) -> Answer:
    """Gather the record, judge it as of today, and put the judgement on cards."""
    server = _server(call.fhir, site)
    asked = read_context(
        call.service.hook,
        call.context,
        site.terminology,
        bases=() if server is None else (server.base,),
        site_timezone=site.settings.service.site_timezone,
    )
    if not asked.concerned:
        check_prefetched_patient(call.patient_id, call.prefetch)
        return Answer({"cards": []}, gaps=0)
    record = gather(call.patient_id, call.prefetch, server)
    chart = chart_of(
        record,
        site_timezone=site.settings.service.site_timezone,
        terminology=site.terminology,
    )
    assessment = guide(chart, site.today(), site.readings)
    telling = Telling(call.language, KNOWLEDGE_VERSION, site.dev)
    cards = told(asked, chart, assessment, telling, site.terminology, call.can)
    return Answer({"cards": cards}, gaps=len(record.gaps))


def stand_in(language: str, reference: str, warns: bool) -> dict[str, Any]:
    """The card in place of one that could not be shown; ``reference`` stands in the log."""
    return stand_in_card(language, reference, warns=warns)


def _fhir_access(
    site: Site, server: str | None, authorization: Mapping[str, Any] | None
) -> FhirAccess | None:
    """Only a server that may be asked; the sandbox mode knows loopback servers and no others."""
    if server is None:
        return None
    if not (site.dev and LOOPBACK_URL.fullmatch(server)):
        raise BadRequest("fhirServer is not a server that this service may ask.")
    return FhirAccess(server.rstrip("/"), authorization["access_token"] if authorization else None)


def _server(access: FhirAccess | None, site: Site) -> FhirClient | None:
    if access is None:
        return None
    return FhirClient(access.base_url, access.token, limits=site.settings.limits)
