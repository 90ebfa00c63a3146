"""Calls of the order hooks and of the two optional ones."""

from __future__ import annotations

from typing import Any

from tests.support.draft_orders import Resource, bundle
from tests.web.calls import changed, patient_call

SELECT = "/cds-services/tace-refractoriness-order-select"
SIGN = "/cds-services/tace-refractoriness-order-sign"
ENCOUNTER = "/cds-services/tace-refractoriness-encounter-start"
BOOK = "/cds-services/tace-refractoriness-appointment-book"


def selecting(
    client: Any, name: str, *resources: Resource, selections: list[str] | None = None
) -> dict[str, Any]:
    """All that is in the Bundle is selected, unless it is said what."""
    chosen = [f"{r['resourceType']}/{r['id']}" for r in resources]
    return changed(
        patient_call(client, name),
        ("hook", "order-select"),
        ("context.draftOrders", bundle(*resources)),
        ("context.selections", chosen if selections is None else selections),
    )


def signing(client: Any, name: str, *resources: Resource) -> dict[str, Any]:
    return changed(
        patient_call(client, name),
        ("hook", "order-sign"),
        ("context.draftOrders", bundle(*resources)),
    )
