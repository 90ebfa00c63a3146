"""The HTTP face: discovery, hook calls, feedback, evaluations, health, about.

Parse, call the service, check, answer.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import orjson
import structlog
from flask import Blueprint, Response, g, request
from werkzeug.datastructures import MIMEAccept

from cdshooks.errors import (
    BadRequest,
    CdsHooksError,
    NotFound,
    PreconditionFailed,
    StoreUnavailable,
    Unauthorised,
)
from cdshooks.service import (
    SERVICES,
    Answer,
    Caller,
    HookCall,
    Service,
    Site,
    answer,
    evaluation_as_fhir,
    keep,
    keep_failure,
    offered,
    prefetch_of,
    read_call,
    stand_in,
    stored_evaluation,
    take_feedback,
    uuid_or_none,
)
from cdshooks.web.about import Facts, about, as_html
from cdshooks.web.auth import Gate
from cdshooks.web.contract import check_context, check_discovery, check_request, mend
from cdshooks.web.evaluations import instant, shown
from cdshooks.web.failures import failed, member_of
from cdshooks.web.feedback import fates, outcome, read_items
from cdshooks.web.metrics import Metrics
from cdshooks.web.openapi import openapi
from cdshooks.web.outcome import MEDIA_TYPE
from cdshooks.web.request_body import read_body
from cdshooks.web.strict_json import limit_context, read_members, read_prefetch, read_value

CDS_HOOKS_VERSION = "2.0.1"
UNAUTHORISED_SECONDS = 0.01
"""No 401 is faster, so that the time tells nobody how far a token was looked at."""
_MEMBERS_READ = ("hook", "hookInstance", "fhirServer", "fhirAuthorization", "context")

log = structlog.get_logger()


def create_routes(site: Site, gate: Gate, metrics: Metrics, known: Facts) -> Blueprint:
    web = Blueprint("web", __name__)
    discovery = _discovery(site)
    document = openapi(offered(site), known.versions["cdshooks"], site.settings)

    @web.get("/cds-services", strict_slashes=False)
    def discover() -> Response:
        return Response(discovery, mimetype="application/json")

    @web.post("/cds-services/<service_id>", strict_slashes=False)
    def call(service_id: str) -> Response:
        return _call(site, gate, metrics, service_id)

    @web.post("/cds-services/<service_id>/feedback", strict_slashes=False)
    def feedback(service_id: str) -> Response:
        return _feedback(site, gate, metrics, service_id)

    @web.get("/evaluations/<evaluation_id>", strict_slashes=False)
    def evaluation(evaluation_id: str) -> Response:
        return _evaluation(site, gate, evaluation_id)

    @web.get("/healthz", strict_slashes=False)
    def health() -> Response:
        return _json({"status": "up"})

    @web.get("/readyz", strict_slashes=False)
    def ready() -> Response:
        site.store.database.check()
        return _json({"status": "ready"})

    @web.get("/metrics", strict_slashes=False)
    def show_metrics() -> Response:
        return metrics.page()

    @web.get("/openapi.json", strict_slashes=False)
    def describe() -> Response:
        return _json(document)

    @web.get("/about", strict_slashes=False)
    def say_about() -> Response:
        language = _wanted_language() or site.settings.service.language
        facts = about(known, language)
        is_page = _wanted_type("text/html", "application/json") == "text/html"
        response = _json(facts) if not is_page else _page(as_html(facts, language))
        response.headers["Content-Language"] = language
        return response

    def arrived() -> None:
        g.arrived = time.perf_counter()

    def refused(error: Exception) -> Response:
        if isinstance(error, Unauthorised):
            metrics.count_unauthorised(error.why)
            time.sleep(max(0.0, g.arrived + UNAUTHORISED_SECONDS - time.perf_counter()))
        return failed(error)

    web.before_app_request(arrived)
    web.app_errorhandler(Exception)(refused)
    return web


def _discovery(site: Site) -> bytes:
    body = {
        "services": [
            {
                "hook": service.hook,
                "title": service.title,
                "description": service.description,
                "id": service.id,
                "version": CDS_HOOKS_VERSION,
                "hookVersion": service.hook_version,
                "prefetch": prefetch_of(site),
            }
            for service in offered(site)
        ]
    }
    check_discovery(body)
    return orjson.dumps(body)


def _call(site: Site, gate: Gate, metrics: Metrics, service_id: str) -> Response:
    """The contract's order of checks: size, content type, token, strict JSON, contract, FHIR."""
    started, started_at = time.perf_counter(), site.milliseconds()
    body = read_body(request, site.settings.limits.request_bytes)
    caller = site.callers[gate.caller()]
    service = _service(site, service_id)
    try:
        answered = _answered(site, caller, metrics, service, body, started, started_at)
    except StoreUnavailable:  # it would be waited for once more, to be told that it is not there
        raise
    except Exception as error:
        status = error.status if isinstance(error, CdsHooksError) else 500
        _keep_failure(site, caller, service, status, started, started_at)
        raise
    cards = answered.response["cards"]
    metrics.count_call(service.id, caller.name, cards, time.perf_counter() - started)
    if answered.unchanged_since:
        metrics.count_repeat(service.id, caller.name)
    return _json(answered.response)


def _answered(
    site: Site,
    caller: Caller,
    metrics: Metrics,
    service: Service,
    body: bytes,
    started: float,
    started_at: int,
) -> Answer:
    limits = site.settings.limits
    members = read_members(body, limits)
    contract = {name: read_value(name, members[name]) for name in _MEMBERS_READ if name in members}
    prefetch: dict[str, msgspec.Raw] = {}
    if "prefetch" in members:
        contract["prefetch"], prefetch = _prefetch(members["prefetch"], site)
    check_request(contract)
    limit_context(members["context"], limits)
    hook_call = read_call(site, caller, service, contract, prefetch, _wanted_language())
    check_context(service.hook, hook_call.context)
    try:
        answered = answer(hook_call, site)
    except PreconditionFailed as problem:
        _tell_lost(metrics, hook_call, problem.causes, problem.status)
        raise
    _tell_lost(metrics, hook_call, answered.causes, 200)
    answered = replace(answered, response=_mended(answered.response, hook_call.language))
    ms = (time.perf_counter() - started) * 1000
    keep(site, hook_call, answered, started_at=started_at, ms=round(ms))
    log.info(
        "answered",
        service=service.id,
        client=caller.name,
        hook_instance=uuid_or_none(hook_call.hook_instance),
        evaluation=answered.evaluation,
        status=200,
        ms=round(ms, 1),
        cards=len(answered.response["cards"]),
        gaps=len(answered.gaps),
    )
    return answered


def _tell_lost(metrics: Metrics, call: HookCall, causes: Mapping[str, str], status: int) -> None:
    """Why a part of the record could not be had whole: for whoever runs the service."""
    for key, cause in causes.items():
        metrics.count_lost(key, cause)
        log.warning(
            "not-had",
            service=call.service.id,
            client=call.caller.name,
            hook_instance=uuid_or_none(call.hook_instance),
            key=key,
            problem=cause,
            status=status,
        )


def _keep_failure(
    site: Site, caller: Caller, service: Service, status: int, started: float, started_at: int
) -> None:
    ms = round((time.perf_counter() - started) * 1000)
    with suppress(StoreUnavailable):  # the answer is an error already
        keep_failure(site, caller, service, status, started_at=started_at, ms=ms)


def _feedback(site: Site, gate: Gate, metrics: Metrics, service_id: str) -> Response:
    """The same order of checks; 400 only when no item can be kept."""
    limits = site.settings.limits
    body = read_body(request, limits.request_bytes)
    caller = site.callers[gate.caller()]
    service = _service(site, service_id)
    members = read_members(body, limits)
    items = read_items({name: read_value(name, members[name]) for name in members})
    good = [item for item in items if not isinstance(item, BadRequest)]
    taken = take_feedback(site, caller, service, good)
    found = fates(items, taken)
    bad = [fate for fate in found if fate.problem is not None]
    known = len(items) - len(bad) - taken.new
    metrics.count_feedback(service.id, caller.name, taken.new, known, len(bad))
    status = 200 if len(bad) < len(items) else 400
    log.info(
        "feedback",
        service=service.id,
        client=caller.name,
        status=status,
        items=len(items),
        check=bad[0].check if bad else None,
        where=member_of(bad[0].problem or "") if bad else None,
    )
    return Response(orjson.dumps(outcome(found)), status=status, mimetype=MEDIA_TYPE)


def _evaluation(site: Site, gate: Gate, evaluation_id: str) -> Response:
    caller = site.callers[gate.caller()]
    stored = stored_evaluation(site, caller, (uuid_or_none(evaluation_id) or "").lower())
    wanted = _wanted_type("application/json", MEDIA_TYPE)
    log.info("shown", client=caller.name, evaluation=stored["id"], status=200)
    if wanted == MEDIA_TYPE:
        body = evaluation_as_fhir(site, stored, instant(stored["started_at"]))
        return Response(body, mimetype=MEDIA_TYPE)
    return _json(shown(stored))


def _mended(response: dict[str, Any], language: str) -> dict[str, Any]:
    """The response as the contract has it; what we built wrongly is logged and stood in for."""
    reference = str(uuid.uuid4())
    kept, problems = mend(response, lambda warns: stand_in(language, reference, warns))
    if problems:
        where = "; ".join(problems)
        log.error("broken-contract", problem="BrokenContract", where=where, reference=reference)
    return kept


def _service(site: Site, service_id: str) -> Service:
    service = SERVICES.get(service_id)
    if service is None or service not in offered(site):
        raise NotFound("There is no service at this address; see GET /cds-services.")
    return service


def _prefetch(raw: msgspec.Raw, site: Site) -> tuple[Any, dict[str, msgspec.Raw]]:
    """For the contract only what kind of value each key holds; for the service the values."""
    if _kind(raw) is not dict:
        return None, {}
    values = read_prefetch(raw, site.settings.limits)
    kinds = {key: {} if (kind := _kind(value)) is dict else kind for key, value in values.items()}
    return kinds, values


def _kind(raw: msgspec.Raw) -> Any:
    return {ord("{"): dict, ord("n"): None}.get(memoryview(raw)[0], False)


def _wanted_type(*offered: str) -> str | None:
    """Of these the one that Accept names first, with whatever parameters (``fhirVersion=4.0``)."""
    accepted = [(kind.partition(";")[0].strip(), q) for kind, q in request.accept_mimetypes]
    return MIMEAccept(accepted).best_match(offered)


def _wanted_language() -> str | None:
    """The language that Accept-Language names first, of the two that there are."""
    for tag, quality in request.accept_languages:
        language = tag.lower().replace("_", "-").split("-")[0]
        if quality > 0 and language in ("zh", "en"):
            return language
    return None


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


def _page(html: str) -> Response:
    return Response(html, mimetype="text/html")
