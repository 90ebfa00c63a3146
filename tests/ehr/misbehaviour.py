"""What real clients get wrong, one switch each, and how the service must answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.ehr.client import Change, Json
from tests.support.draft_orders import order
from tests.web.calls import DELETE, changed

TOLERATED, REFUSED, LACKING = 200, 400, 412


@dataclass(frozen=True)
class Misbehaviour:
    name: str
    change: Change
    status: int
    guards: bool = True
    """Of what is tolerated: whether the guard still stands."""


def setting(*changes: tuple[str, Any]) -> Change:
    return lambda call: changed(call, *changes)


def untyped(call: Json) -> Json:
    for value in [*call["prefetch"].values(), call["context"]["draftOrders"]]:
        if value and value["resourceType"] == "Bundle":
            value.pop("type", None)
    return call


def nulls_for_empty(call: Json) -> Json:
    return call | {
        "prefetch": {
            k: v if v and v.get("entry", True) else None for k, v in call["prefetch"].items()
        }
    }


def cut_off(call: Json) -> Json:
    """More exists than was sent, and nobody says where."""
    return changed(call, ("prefetch.procedures.total", 10_000))


def half(call: Json) -> Json:
    keys = ["patient", *list(call["prefetch"])[::2]]
    return call | {"prefetch": {key: call["prefetch"][key] for key in dict.fromkeys(keys)}}


def somebody_elses_draft(call: Json) -> Json:
    call["context"]["draftOrders"]["entry"].append({"resource": order(id="x", patient="other")})
    return call


def somebody_elses_result(call: Json) -> Json:
    entries = call["prefetch"]["labs"].setdefault("entry", [])
    entries.append(
        {
            "resource": {
                "resourceType": "Observation",
                "id": "foreign",
                "status": "final",
                "subject": {"reference": "Patient/other"},
            }
        }
    )
    return call


def shape_of_r5(call: Json) -> Json:
    for entry in call["context"]["draftOrders"]["entry"]:
        entry["resource"]["code"] = {"concept": entry["resource"]["code"]}
    return call


def without_ids(call: Json) -> Json:
    for entry in call["context"]["draftOrders"]["entry"]:
        entry["resource"].pop("id")
    return call


FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}

SWITCHES = (
    Misbehaviour("Bundles without a type", untyped, TOLERATED),
    Misbehaviour("null for an empty search", nulls_for_empty, TOLERATED),
    Misbehaviour("only half of the prefetch", half, TOLERATED),
    Misbehaviour("no prefetch", setting(("prefetch", DELETE)), TOLERATED),
    Misbehaviour("its own search failed", setting(("prefetch.procedures", FAILED)), TOLERATED),
    Misbehaviour("a search cut off", cut_off, TOLERATED),
    Misbehaviour(
        "unknown members everywhere", setting(("x", [None]), ("context.y", {})), TOLERATED
    ),
    Misbehaviour("a hookInstance that is no UUID", setting(("hookInstance", "42")), TOLERATED),
    Misbehaviour(
        "a key nobody asked for", setting(("prefetch.more", {"resourceType": "X"})), TOLERATED
    ),
    Misbehaviour("a draft of another patient beside", somebody_elses_draft, TOLERATED),
    Misbehaviour("a result of another patient", somebody_elses_result, TOLERATED),
    Misbehaviour("drafts without ids", without_ids, TOLERATED),
    Misbehaviour(
        "no drafts at all", setting(("context.draftOrders.entry", DELETE)), TOLERATED, False
    ),
    Misbehaviour("the patient of another call", setting(("prefetch.patient.id", "other")), REFUSED),
    Misbehaviour("no drafts Bundle", setting(("context.draftOrders", DELETE)), REFUSED),
    Misbehaviour(
        "a draft in place of the Bundle", setting(("context.draftOrders", order())), REFUSED
    ),
    Misbehaviour("drafts of FHIR R5", shape_of_r5, REFUSED),
    Misbehaviour("the hook of another service", setting(("hook", "order-select")), REFUSED),
    Misbehaviour(
        "a reference in place of an id", setting(("context.patientId", "Patient/x")), REFUSED
    ),
    Misbehaviour("fhirServer null", setting(("fhirServer", None)), REFUSED),
    Misbehaviour(
        "fhirServer elsewhere", setting(("fhirServer", "https://evil.example/fhir")), REFUSED
    ),
    Misbehaviour("prefetch null", setting(("prefetch", None)), REFUSED),
    Misbehaviour("the patient known to be absent", setting(("prefetch.patient", None)), LACKING),
    Misbehaviour(
        "neither prefetch nor server",
        setting(("prefetch", DELETE), ("fhirServer", DELETE)),
        LACKING,
    ),
)
