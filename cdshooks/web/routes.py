"""The HTTP face: discovery, hook calls, health, about. Parse, call the service, check, answer."""

from __future__ import annotations

import time
import uuid
from typing import Any

import msgspec
import orjson
import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from cdshooks.errors import CdsHooksError, NotFound, PreconditionFailed
from cdshooks.logs import place_of
from cdshooks.service import SERVICES, Service, Site, answer, offered, read_call, stand_in
from cdshooks.web.about import about, as_html
from cdshooks.web.contract import check_context, check_discovery, check_request, mend
from cdshooks.web.outcome import outcome_response
from cdshooks.web.request_body import read_body
from cdshooks.web.strict_json import read_members, read_prefetch, read_value

CDS_HOOKS_VERSION = "2.0.1"
_ISSUES = {404: "not-found", 405: "not-supported", 413: "too-long"}
_MEMBERS_READ = ("hook", "hookInstance", "fhirServer", "fhirAuthorization", "context")

log = structlog.get_logger()


def create_routes(site: Site, versions: dict[str, str]) -> Blueprint:
    web = Blueprint("web", __name__)
    discovery = _discovery(site)
    facts = about(versions, site.dev)

    @web.get("/cds-services", strict_slashes=False)
    def discover() -> Response:
        return Response(discovery, mimetype="application/json")

    @web.post("/cds-services/<service_id>", strict_slashes=False)
    def call(service_id: str) -> Response:
        return _call(site, service_id)

    @web.get("/healthz", strict_slashes=False)
    def health() -> Response:
        return _json({"status": "up"})

    @web.get("/readyz", strict_slashes=False)
    def ready() -> Response:
        return _json({"status": "ready"})

    @web.get("/about", strict_slashes=False)
    def say_about() -> Response:
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html":
            return Response(as_html(facts), mimetype="text/html")
        return _json(facts)

    web.app_errorhandler(Exception)(failed)
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
                "prefetch": service.prefetch,
            }
            for service in offered(site)
        ]
    }
    check_discovery(body)
    return orjson.dumps(body)


def _call(site: Site, service_id: str) -> Response:
    """The checks in the contract's order: size, content type, strict JSON, contract, FHIR."""
    started = time.perf_counter()
    limits = site.settings.limits
    body = read_body(request, limits.request_bytes)
    service = _service(site, service_id)
    members = read_members(body, limits)
    contract = {name: read_value(name, members[name]) for name in _MEMBERS_READ if name in members}
    prefetch: dict[str, msgspec.Raw] = {}
    if "prefetch" in members:
        contract["prefetch"], prefetch = _prefetch(members["prefetch"], site)
    check_request(contract)
    hook_call = read_call(site, service, contract, prefetch, _wanted_language())
    check_context(service.hook, hook_call.context)
    answered = answer(hook_call, site)
    response = _mended(answered.response, hook_call.language)
    log.info(
        "answered",
        service=service.id,
        hook_instance=_if_uuid(hook_call.hook_instance),
        status=200,
        ms=round((time.perf_counter() - started) * 1000, 1),
        cards=len(response["cards"]),
        gaps=answered.gaps,
    )
    return _json(response)


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


def _wanted_language() -> str | None:
    """The language that Accept-Language names first, of the two that there are."""
    for tag, quality in request.accept_languages:
        language = tag.lower().replace("_", "-").split("-")[0]
        if quality > 0 and language in ("zh", "en"):
            return language
    return None


def _if_uuid(text: str) -> str | None:
    try:
        return text if str(uuid.UUID(text)) == text.lower() else None
    except ValueError:
        return None


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), mimetype="application/json")


def failed(error: Exception) -> Response:
    """Every error as an OperationOutcome; one that we did not foresee says only a reference id."""
    if isinstance(error, HTTPException):
        return _http_failed(error)
    if isinstance(error, CdsHooksError) and error.status < 500:
        log.info("refused", status=error.status, problem=type(error).__name__)
        keys = error.keys if isinstance(error, PreconditionFailed) else ()
        diagnostics = f"prefetch: {', '.join(keys)}" if keys else ""
        return outcome_response(error.status, error.code, str(error), diagnostics)
    reference = str(uuid.uuid4())
    problem, where = type(error).__name__, place_of(error)
    log.error("failed", status=500, problem=problem, where=where, reference=reference)
    return outcome_response(500, "exception", "The service failed.", f"reference {reference}")


def _http_failed(error: HTTPException) -> Response:
    """Flask's own: no such address, no such method, a body beyond the limit."""
    status = error.code or 500
    if status < 400:  # a redirect
        return Response(status=status, headers=error.get_headers())
    log.info("refused", status=status, problem=type(error).__name__)
    response = outcome_response(status, _ISSUES.get(status, "processing"), f"{error.name}.")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response
