"""create_app: the only place that wires the parts together."""

from __future__ import annotations

import datetime
import gc
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import msgspec
import orjson
import structlog
from flask import Flask

from cdshooks import __version__
from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.statements import Paper, statements
from cdshooks.fhir.codes import Terminology, site_terminology
from cdshooks.fhir.needs import prefetch_templates
from cdshooks.hooks import EVERYTHING, example_context
from cdshooks.service import SANDBOX, Caller, HookCall, Site, answer, keep, offered
from cdshooks.settings import Settings
from cdshooks.trust import (
    check_for_clients,
    open_store,
    readings_of,
    token_gate,
    warn_of_weak_settings,
)
from cdshooks.web.about import Facts
from cdshooks.web.auth import OpenGate
from cdshooks.web.contract import check_response
from cdshooks.web.headers import add_security_headers, cors
from cdshooks.web.metrics import Metrics
from cdshooks.web.routes import create_routes
from cdshooks.web.serving import waitress_server

Clock = Callable[[], datetime.datetime]

log = structlog.get_logger()


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def create_app(settings: Settings, *, dev: bool = False, clock: Clock = now) -> Flask:
    """The service as a WSGI application, warm: its first answer is as fast as the others."""
    if not dev:
        check_for_clients(settings)
    callers = _callers(settings, dev)
    store = open_store(settings, dev)
    site = Site(settings, callers, site_terminology(settings), dev, clock, store)
    _warm_up(settings, callers, site.terminology)
    facts = Facts(
        versions={
            "cdshooks": __version__,
            "knowledge": KNOWLEDGE_VERSION,
            "readings": readings_of(settings, "knowledge.readings").profile,
            "CDS Hooks": "2.0.1",
            "FHIR": "4.0.1",
        },
        dev=dev,
        repeat_days=settings.alerts.repeat_days,
        citations=_citations(),
    )
    metrics = Metrics(facts.versions)
    gate = OpenGate(SANDBOX) if dev else token_gate(settings, store.tokens, clock)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.limits.request_bytes
    app.extensions["cdshooks"] = store  # to be closed by who ends before the process does
    app.register_blueprint(create_routes(site, gate, metrics, facts))
    app.after_request(add_security_headers)
    app.after_request(cors(settings.clients, dev))
    app.after_request(metrics.count_request)
    app.wsgi_app = _OneSlash(app.wsgi_app)  # type: ignore[method-assign]
    if dev:
        log.warning(
            "SANDBOX MODE (--dev): NO CLIENT AUTHENTICATION. Any caller is answered. "
            "Never use it with data of real patients."
        )
        if settings.clients:
            log.warning(
                "the configured clients are not used with --dev: their tokens are not asked for, "
                "their FHIR servers not called, their database not written"
            )
    else:
        warn_of_weak_settings(settings)
    return app


def _callers(settings: Settings, dev: bool) -> dict[str, Caller]:
    """By name; in the sandbox mode only anybody."""
    readings = readings_of(settings, "knowledge.readings")
    if dev:
        return {SANDBOX: Caller(SANDBOX, readings, None)}
    return {
        name: Caller(
            name, readings_of(settings, f"clients.{name}.readings", client.readings), client
        )
        for name, client in settings.clients.items()
    }


def _citations() -> list[str]:
    papers = {found.paper.id: found.paper for found in statements().values()}
    return [_citation(paper) for paper in papers.values()]


def _citation(paper: Paper) -> str:
    doi = f" doi:{paper.doi}" if paper.doi else ""
    return f"{paper.authors_en}. {paper.title_en}. {paper.published_in}, {paper.year}.{doi}"


def _warm_up(settings: Settings, callers: Mapping[str, Caller], terminology: Terminology) -> None:
    """One judgement of a bundled synthetic patient, so that everything is imported and read.

    On a database of its own, which is forgotten.
    """
    site = Site(settings, callers, terminology, True, now, open_store(Settings(), True))
    caller = next(iter(callers.values()))
    record = (files("cdshooks") / "demo_patients" / "refractory.json").read_bytes()
    patient = orjson.loads(record)["entry"][0]["resource"]
    prefetch = {key: msgspec.Raw(b"null") for key in prefetch_templates()}
    prefetch |= {"procedures": msgspec.Raw(record), "patient": msgspec.Raw(orjson.dumps(patient))}
    for service in offered(site):
        for language in ("en", "zh"):
            call = HookCall(
                caller,
                service,
                "",
                patient["id"],
                "Practitioner/p",
                language,
                prefetch,
                None,
                example_context(service.hook, patient["id"], site.terminology),
                EVERYTHING,
            )
            answered = answer(call, site)
            check_response(answered.response)
            keep(site, call, answered, started_at=0, ms=0)
    site.store.database.close()


class _OneSlash:
    """``/cds-services//id``, as a client makes it from a URL typed with a final slash.

    A redirect would not do: browsers refuse one as the answer to a preflight.
    """

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ["PATH_INFO"] = re.sub("//+", "/", environ.get("PATH_INFO", ""))
        return self.application(environ, start_response)


def create_server(app: Flask, host: str, port: int) -> Any:
    """Waitress, listening; ``run()`` serves. Garbage made so far is never looked at again."""
    server = waitress_server(app, host, port)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    several = getattr(server, "effective_listen", None)  # a name may stand for several addresses
    for address, free_port in several or [(server.effective_host, server.effective_port)]:
        log.info("listening", host=address, port=int(free_port))
    return server


@contextmanager
def running(app: Flask) -> Iterator[int]:
    """The service on a free loopback port, in a thread of its own; gives the port."""
    server = create_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, name="service", daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(server.close)  # runs in the server's own thread
        thread.join(timeout=2)
