"""One hook call end to end, without Flask: what is offered, what a call must say, its answer."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from cdshooks import __version__
from cdshooks.cards.model import EXTENSION
from cdshooks.cards.parts import Telling
from cdshooks.cards.stand_in import stand_in_card
from cdshooks.clinical.chart import Chart
from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import Readings
from cdshooks.errors import BadRequest, NotFound
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.gather import check_prefetched_patient, gather
from cdshooks.fhir.needs import prefetch_templates
from cdshooks.fhir.recent_labs import labs_since, with_what_is_lost
from cdshooks.fhir.record import Record
from cdshooks.hooks import (
    HOOK_VERSIONS,
    NOTHING,
    Capabilities,
    capabilities,
    read_context,
    told,
)
from cdshooks.settings import LOOPBACK_URL, Client, Settings
from cdshooks.store import Store
from cdshooks.store.database import new_id
from cdshooks.store.feedback import Heard as Heard
from cdshooks.store.feedback import Taken as Taken
from cdshooks.store.feedback import UnknownCard as UnknownCard
from cdshooks.store.trail import Marks, Told


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of discovery; ``id`` is the last part of its URL."""

    id: str
    hook: str
    title: str
    description: str

    @property
    def hook_version(self) -> str:
        return HOOK_VERSIONS[self.hook]


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


SANDBOX = "sandbox"
"""Whoever calls in the sandbox mode."""
NEVER_SOFTENED = ("order-sign",)


@dataclass(frozen=True, slots=True)
class Caller:
    """A configured client, or anybody in the sandbox mode; ``name`` stands in logs and metrics."""

    name: str
    readings: Readings
    client: Client | None
    """None in the sandbox mode: it may apply every suggestion."""

    @property
    def fhir_servers(self) -> tuple[str, ...] | None:
        """The only ones that are asked, and under which an absolute reference is a patient's.

        None in the sandbox mode: it has none of its own.
        """
        if self.client is None:
            return None
        return tuple(url.removesuffix("/") for url in self.client.fhir_servers)


@dataclass(frozen=True, slots=True)
class Site:
    """What holds for every call: settings, how codes are read, who may call, and the clock."""

    settings: Settings
    callers: Mapping[str, Caller]
    terminology: Terminology
    dev: bool
    clock: Callable[[], datetime.datetime]
    store: Store

    def today(self) -> datetime.date:
        return self.clock().astimezone(self.settings.timezone).date()

    def milliseconds(self) -> int:
        """Since 1970, as times are stored."""
        return int(self.clock().timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class FhirAccess:
    base_url: str
    token: str | None = field(repr=False)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class HookCall:
    caller: Caller
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
    """The response body, and what may be logged and kept about it."""

    response: dict[str, Any]
    gaps: Sequence[str]
    """Prefetch keys."""
    evaluation: str
    as_of: datetime.date
    marks: Marks
    unchanged_since: datetime.date | None
    causes: Mapping[str, str] = field(default_factory=dict)
    """By key of the gaps, in words for the log and the counters."""


def offered(site: Site) -> list[Service]:
    return [s for s in SERVICES.values() if s.hook in site.settings.service.hooks]


def prefetch_of(site: Site) -> dict[str, str]:
    """Query template by key: every service is given the whole record."""
    return prefetch_templates(dated=site.settings.service.prefetch_today)


def prefetch_keys() -> frozenset[str]:
    """As they may stand in the log."""
    return frozenset(prefetch_templates())


def read_call(
    site: Site,
    caller: Caller,
    service: Service,
    request: Mapping[str, Any],
    prefetch: Mapping[str, msgspec.Raw],
    language: str | None,
) -> HookCall:
    """A call from a request that has the contract's shape; what contradicts itself is refused."""
    if request["hook"] != service.hook:
        raise BadRequest(f"hook must be {service.hook} at this address.", "other-hook")
    patient_id = request["context"]["patientId"]
    authorization = request.get("fhirAuthorization")
    if authorization and authorization.get("patient", patient_id) != patient_id:
        raise BadRequest("fhirAuthorization.patient is not context.patientId.", "other-patient")
    wanted = language or (caller.client and caller.client.language)
    return HookCall(
        caller=caller,
        service=service,
        hook_instance=request["hookInstance"],
        patient_id=patient_id,
        user_id=request["context"]["userId"],
        language=wanted or site.settings.service.language,
        prefetch=prefetch,
        fhir=_fhir_access(caller, request.get("fhirServer"), authorization),
        context=request["context"],
        can=capabilities(
            caller.client, dev=site.dev, base=site.settings.service.audience_base or ""
        ),
    )


def answer(call: HookCall, site: Site) -> Answer:
    """Gather the record, judge it as of today, and put the judgement on cards."""
    server, bases = _server(call.fhir, site), call.caller.fhir_servers
    today, evaluation = site.today(), new_id()
    asked = read_context(
        call.service.hook,
        call.context,
        site.terminology,
        bases=bases if server is None or bases is not None else (server.base,),
        site_timezone=site.settings.service.site_timezone,
    )
    if not asked.concerned:
        check_prefetched_patient(call.patient_id, call.prefetch)
        return Answer({"cards": []}, (), evaluation, today, Marks(), None)
    since = labs_since(today) if site.settings.service.prefetch_today else None
    record = gather(call.patient_id, call.prefetch, server, bases=bases, labs_since=since)
    record, chart = _charted(record, site, since)
    assessment = guide(chart, today, call.caller.readings)
    marks, told_on = Marks(), None
    if not site.dev:
        name, trail = call.caller.name, site.store.trail
        marks = trail.marks(name, call.patient_id, call.user_id, (chart, asked.drafts), assessment)
        if call.service.hook not in NEVER_SOFTENED:
            told_on = trail.unchanged_since(name, call.service.id, marks, today)
    telling = Telling(
        call.language,
        KNOWLEDGE_VERSION,
        site.dev,
        unchanged_since=told_on,
        evaluation="" if site.dev else evaluation,
    )
    cards = told(asked, chart, assessment, telling, site.terminology, call.can)
    causes = {gap.key: gap.cause for gap in record.gaps}
    gaps, since_when = tuple(gap.key for gap in record.gaps), told_on if cards else None
    return Answer({"cards": cards}, gaps, evaluation, today, marks, since_when, causes)


def _charted(record: Record, site: Site, since: datetime.date | None) -> tuple[Record, Chart]:
    """``since``: from when there are laboratory results; older ones may then be a gap."""
    zone, terminology = site.settings.service.site_timezone, site.terminology
    chart = chart_of(record, site_timezone=zone, terminology=terminology)
    lost = with_what_is_lost(record, chart, since) if since is not None else None
    if lost is None:
        return record, chart
    return lost, chart_of(lost, site_timezone=zone, terminology=terminology)


def keep(site: Site, call: HookCall, answered: Answer, *, started_at: int, ms: int) -> None:
    """Before the answer is sent, so that feedback finds every card it can name."""
    cards = answered.response["cards"]
    told = _told(site, call.caller, call.service, 200, started_at, ms, answered.evaluation)
    site.store.trail.keep(
        replace(
            told,
            hook_instance=uuid_or_none(call.hook_instance),
            as_of=answered.as_of,
            marks=answered.marks,
            unchanged_since=answered.unchanged_since,
            gaps=answered.gaps,
            told=_words(cards),
            cards=cards,
        )
    )


def keep_failure(
    site: Site, caller: Caller, service: Service, status: int, *, started_at: int, ms: int
) -> None:
    """That a call was not answered; nothing of its patient."""
    site.store.trail.keep(_told(site, caller, service, status, started_at, ms, new_id()))


def _told(
    site: Site,
    caller: Caller,
    service: Service,
    status: int,
    started_at: int,
    ms: int,
    evaluation: str,
) -> Told:
    return Told(
        id=evaluation,
        client=caller.name,
        service=service.id,
        hook=service.hook,
        hook_instance=None,
        status=status,
        started_at=started_at,
        ms=ms,
        software=__version__,
        knowledge=KNOWLEDGE_VERSION,
        readings=caller.readings.profile,
    )


def _words(cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The judgement as the first card's extension has it: words and codes."""
    if not cards:
        return {}
    extension: Mapping[str, Any] = cards[0].get("extension", {}).get(EXTENSION, {})
    return {
        name: value
        for name, value in extension.items()
        if name not in ("schema", "card", "evaluation", "statements")
    }


def uuid_or_none(text: str) -> str | None:
    try:
        return text if str(uuid.UUID(text)) == text.lower() else None
    except ValueError:
        return None


def stand_in(language: str, reference: str, warns: bool) -> dict[str, Any]:
    """The card in place of one that could not be shown; ``reference`` stands in the log."""
    return stand_in_card(language, reference, warns=warns)


def _fhir_access(
    caller: Caller, server: str | None, authorization: Mapping[str, Any] | None
) -> FhirAccess | None:
    """Only a server that may be asked: one that the configuration names, letter by letter.

    The sandbox mode knows loopback servers and no others.
    """
    if server is None:
        return None
    token = authorization["access_token"] if authorization else None
    if caller.client is None and LOOPBACK_URL.fullmatch(server):
        return FhirAccess(server.rstrip("/"), token)
    base = server.removesuffix("/")
    if caller.client is None or base not in (caller.fhir_servers or ()):
        raise BadRequest("fhirServer is not a server that this service may ask.", "not-configured")
    return FhirAccess(base, token, caller.client.ca_file)


def _server(access: FhirAccess | None, site: Site) -> FhirClient | None:
    if access is None:
        return None
    limits = site.settings.limits
    return FhirClient(access.base_url, access.token, ca_file=access.ca_file, limits=limits)


def take_feedback(site: Site, caller: Caller, service: Service, items: Sequence[Heard]) -> Taken:
    return site.store.feedback.take(caller.name, service.id, items, site.milliseconds())


def stored_evaluation(site: Site, caller: Caller, evaluation: str) -> dict[str, Any]:
    """An answered evaluation of that caller's; another's is unknown to it."""
    found = site.store.trail.read(caller.name, evaluation)
    if found is None:
        raise NotFound("There is no evaluation at this address.")
    return found


def evaluation_as_fhir(site: Site, stored: Mapping[str, Any], time: str) -> bytes:
    from cdshooks.fhir.guidance_response import guidance_bundle  # slow to load, and seldom asked

    return guidance_bundle(stored, time, (site.settings.service.audience_base or "").rstrip("/"))
