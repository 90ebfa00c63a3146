"""Counters for those who run the service (Prometheus). Every label has a closed set of values:
names of routes, services and clients that the configuration knows, and words of this program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
NOBODY = "none"
"""Of a request that named no client, or was not believed."""
ELSEWHERE = "other"
"""Of an address that is no route of ours."""
METHODS = ("GET", "HEAD", "OPTIONS", "POST")


class Metrics:
    """Of one process."""

    def __init__(self, versions: Mapping[str, str]) -> None:
        self.registry = CollectorRegistry()
        named = {name.lower().replace(" ", "_"): value for name, value in versions.items()}
        Info("cdshooks", "Versions.", registry=self.registry).info(named)
        self._requests = Counter(
            "cdshooks_requests",
            "Requests answered.",
            ("route", "method", "status", "client"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "cdshooks_hook_seconds",
            "Time to answer a hook call.",
            ("service",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._cards = Counter(
            "cdshooks_cards",
            "Cards issued.",
            ("service", "client", "card", "indicator"),
            registry=self.registry,
        )
        self._repeats = Counter(
            "cdshooks_repeats",
            "Hook calls whose cards were softened.",
            ("service", "client"),
            registry=self.registry,
        )
        self._feedback = Counter(
            "cdshooks_feedback",
            "Feedback items: new, repeated, refused.",
            ("service", "client", "result"),
            registry=self.registry,
        )
        self._lost = Counter(
            "cdshooks_lost",
            "Prefetch keys that could not be had whole, by why.",
            ("key", "cause"),
            registry=self.registry,
        )
        self._refused = Counter(
            "cdshooks_unauthorised",
            "Requests that were not believed, by what was wrong.",
            ("why",),
            registry=self.registry,
        )

    def count_request(self, response: Response) -> Response:
        rule = request.url_rule
        self._requests.labels(
            rule.rule if rule else ELSEWHERE,
            request.method if request.method in METHODS else ELSEWHERE,
            str(response.status_code),
            g.get("client") or NOBODY,
        ).inc()
        return response

    def count_call(
        self, service: str, client: str, cards: Sequence[Mapping[str, Any]], seconds: float
    ) -> None:
        self._seconds.labels(service).observe(seconds)
        for card in cards:
            self._cards.labels(service, client, _kind(card), card["indicator"]).inc()

    def count_repeat(self, service: str, client: str) -> None:
        self._repeats.labels(service, client).inc()

    def count_feedback(self, service: str, client: str, new: int, known: int, bad: int) -> None:
        for result, count in (("new", new), ("repeated", known), ("refused", bad)):
            self._feedback.labels(service, client, result).inc(count)

    def count_unauthorised(self, why: str) -> None:
        self._refused.labels(why).inc()

    def count_lost(self, key: str, cause: str) -> None:
        self._lost.labels(key, cause).inc()

    def page(self) -> Response:
        return Response(generate_latest(self.registry), content_type=CONTENT_TYPE_LATEST)


def _kind(card: Mapping[str, Any]) -> str:
    extensions: Iterable[Mapping[str, Any]] = card.get("extension", {}).values()
    return next((str(each["card"]) for each in extensions if "card" in each), ELSEWHERE)
