"""What real clients get wrong, one switch each, and how the service must answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.ehr.client import Change, Ehr, Json, Signer
from tests.support.draft_orders import order
from tests.web.calls import DELETE, changed

TOLERATED, REFUSED, UNKNOWN, LACKING, UNSUITABLE = 200, 400, 401, 412, 415
ELSEWHERE = "https://evil.example/fhir?page=2"


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


def next_page(url: str, **more: Any) -> Change:
    """Says that there are further procedures; ``more``: members of the Bundle."""
    link = [{"relation": "next", "url": url}]
    members = {"link": link, **more}
    return setting(*((f"prefetch.procedures.{name}", value) for name, value in members.items()))


def outcome_among(key: str, severity: str) -> Change:
    """An OperationOutcome as an entry beside what was found."""
    issue = {"severity": severity, "code": "incomplete"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}

    def change(call: Json) -> Json:
        entry = {"resource": outcome, "search": {"mode": "outcome"}}
        kept = call["prefetch"][key].get("entry", [])
        return changed(call, (f"prefetch.{key}.entry", [*kept, entry]))

    return change


def another_patients_token(call: Json) -> Json:
    authorization = {
        "access_token": "t",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "cds-service",
        "patient": "other",
    }
    return call | {"fhirAuthorization": authorization}


UNRESOLVED = "Procedure?subject=Patient/{{context.patientId}}"
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
    Misbehaviour("a next page on another host", next_page(ELSEWHERE), TOLERATED),
    Misbehaviour(
        "nothing but a next page on another host", next_page(ELSEWHERE, entry=[]), TOLERATED
    ),
    Misbehaviour("a remark in a Bundle", outcome_among("procedures", "warning"), TOLERATED),
    Misbehaviour("an error in a Bundle", outcome_among("procedures", "error"), TOLERATED),
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
    Misbehaviour("a token of another patient for the server", another_patients_token, REFUSED),
    Misbehaviour(
        "a template in place of data", setting(("prefetch.procedures", UNRESOLVED)), REFUSED
    ),
    Misbehaviour(
        "an id that is a template", setting(("context.patientId", "{{context.patientId}}")), REFUSED
    ),
    Misbehaviour("prefetch null", setting(("prefetch", None)), REFUSED),
    Misbehaviour("the patient known to be absent", setting(("prefetch.patient", None)), LACKING),
    Misbehaviour(
        "neither prefetch nor server",
        setting(("prefetch", DELETE), ("fhirServer", DELETE)),
        LACKING,
    ),
)

LOST = (
    Misbehaviour("a next page on another host", next_page(ELSEWHERE), TOLERATED),
    Misbehaviour("an error in a Bundle", outcome_among("procedures", "error"), TOLERATED),
    Misbehaviour("errors among the results", outcome_among("labs", "error"), TOLERATED),
    Misbehaviour("a search cut off", cut_off, TOLERATED),
    Misbehaviour("nothing but a next page", next_page(ELSEWHERE, entry=[]), LACKING),
    Misbehaviour("its own search failed", setting(("prefetch.procedures", FAILED)), LACKING),
    Misbehaviour("a key left out", setting(("prefetch.procedures", DELETE)), LACKING),
    Misbehaviour("results left out", setting(("prefetch.labs", DELETE)), TOLERATED),
    Misbehaviour("reports left out", setting(("prefetch.imagingReports", DELETE)), TOLERATED),
    Misbehaviour(
        "an error among the measurements", outcome_among("imagingObservations", "error"), TOLERATED
    ),
    Misbehaviour(
        "a failed search for responses",
        setting(("prefetch.responseObservations", FAILED)),
        TOLERATED,
    ),
)
"""What costs data where no server can be asked."""


# On the way: not what is sent, but how


@dataclass(frozen=True)
class OnTheWay:
    name: str
    spoil: Callable[[Ehr], None]
    statuses: tuple[int, int]
    """Of the first call and of the next."""


def typed(content_type: str) -> Callable[[Ehr], None]:
    return lambda ehr: setattr(ehr, "content_type", content_type)


def signing(change: Callable[[Signer], Signer]) -> Callable[[Ehr], None]:
    return lambda ehr: setattr(ehr, "sign", change(ehr.sign))


def spoilt(sign: Signer) -> Signer:
    """One character of the signature is another."""

    def change(address: str) -> str | None:
        head, claims, signature = str(sign(address)).split(".")
        other = "A" if signature[0] != "A" else "B"
        return f"{head}.{claims}.{other}{signature[1:]}"

    return change


def replayed(sign: Signer) -> Signer:
    """The first token of an address is used for ever."""
    kept: dict[str, str | None] = {}
    return lambda address: kept.setdefault(address, sign(address))


def of_another_address(sign: Signer) -> Signer:
    return lambda address: sign("{0.scheme}://{0.netloc}/cds-services".format(urlsplit(address)))


ON_THE_WAY = (
    OnTheWay("nothing wrong", lambda ehr: None, (TOLERATED, TOLERATED)),
    OnTheWay("text/plain", typed("text/plain"), (UNSUITABLE, UNSUITABLE)),
    OnTheWay("FHIR's content type", typed("application/fhir+json"), (UNSUITABLE, UNSUITABLE)),
    OnTheWay(
        "another charset", typed("application/json; charset=gb18030"), (UNSUITABLE, UNSUITABLE)
    ),
    OnTheWay("no token", signing(lambda _sign: lambda _address: None), (UNKNOWN, UNKNOWN)),
    OnTheWay("no JWT", signing(lambda _sign: lambda _address: "token"), (UNKNOWN, UNKNOWN)),
    OnTheWay("a spoilt signature", signing(spoilt), (UNKNOWN, UNKNOWN)),
    OnTheWay("a token of another address", signing(of_another_address), (UNKNOWN, UNKNOWN)),
    OnTheWay("a replayed token", signing(replayed), (TOLERATED, UNKNOWN)),
)


# Feedback


def twice(body: Json) -> Json:
    return body | {"feedback": body["feedback"] * 2}


def foreign_card(body: Json) -> Json:
    """In place of every card one that nobody gave."""
    return body | {"feedback": [{**item, "card": str(uuid.uuid4())} for item in body["feedback"]]}


def foreign_card_beside(body: Json) -> Json:
    return body | {"feedback": [*body["feedback"], *foreign_card(body)["feedback"]]}


def foreign_suggestion(body: Json) -> Json:
    change = {"outcome": "accepted", "acceptedSuggestions": [{"id": str(uuid.uuid4())}]}
    return body | {"feedback": [item | change for item in body["feedback"]]}


@dataclass(frozen=True)
class OfFeedback:
    name: str
    change: Change
    status: int
    kept: int
    """How many responses are counted."""


OF_FEEDBACK = (
    OfFeedback("nothing wrong", lambda body: body, TOLERATED, 1),
    OfFeedback("the same twice in one", twice, TOLERATED, 1),
    OfFeedback("a card that nobody gave", foreign_card, REFUSED, 0),
    OfFeedback("a card that nobody gave beside", foreign_card_beside, TOLERATED, 1),
    OfFeedback("a suggestion that nobody made", foreign_suggestion, REFUSED, 0),
    OfFeedback("no items", lambda body: body | {"feedback": []}, REFUSED, 0),
    OfFeedback(
        "an item in place of the list",
        lambda body: body | {"feedback": body["feedback"][0]},
        REFUSED,
        0,
    ),
)
