"""Whatever stands in a context: an answer or an OperationOutcome, never a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdshooks.app import create_app
from cdshooks.settings import Service, Settings
from tests.support.draft_orders import drug, order
from tests.web.calls import changed, morning, patient_call
from tests.web.order_calls import BOOK, ENCOUNTER, SELECT, SIGN

CANARY = "canary8"
ANSWERS = {200, 400}
values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", CANARY, "Patient/demo-refractory", "draft", "Bundle", "TACE"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["resourceType", "id", "code", "coding", "subject", "reference", "status", "entry"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A draft with some of its elements replaced by anything."""
    kinds = [order(patient="demo-refractory"), drug("cisplatin", patient="demo-refractory")]
    resource = dict(draw(st.sampled_from(kinds)))
    for name in draw(st.sets(st.sampled_from(sorted(resource)), max_size=2)):
        resource[name] = draw(values)
    return resource


bundles = st.builds(
    lambda resources: {"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]},
    st.lists(damaged() | values, max_size=3),
)
slow = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def all_hooks() -> Any:
    hooks = ("order-select", "order-sign", "encounter-start", "appointment-book")
    return create_app(Settings(service=Service(hooks=hooks)), dev=True, clock=morning).test_client()


@pytest.fixture(scope="module")
def base(all_hooks: Any) -> dict[str, Any]:
    return patient_call(all_hooks, "refractory")


def answered(client: Any, path: str, hook: str, base: Any, **context: Any) -> None:
    parts = ((f"context.{name}", value) for name, value in context.items())
    body = json.dumps(changed(base, ("hook", hook), *parts))
    response = client.post(path, data=body, content_type="application/json")
    text = response.get_data(as_text=True)
    assert response.status_code in ANSWERS, (response.status_code, text[:300])
    assert "Traceback" not in text
    if response.status_code == 400:
        assert CANARY not in text
        assert response.get_json()["resourceType"] == "OperationOutcome"


@slow
@given(drafts=bundles | values)
def test_any_drafts(all_hooks: Any, base: Any, drafts: Any) -> None:
    answered(all_hooks, SIGN, "order-sign", base, draftOrders=drafts)


@slow
@given(drafts=bundles, selections=st.lists(st.just("ServiceRequest/d1"), max_size=2) | values)
def test_any_selections(all_hooks: Any, base: Any, drafts: Any, selections: Any) -> None:
    answered(all_hooks, SELECT, "order-select", base, draftOrders=drafts, selections=selections)


@slow
@given(appointments=bundles | values, encounter=values)
def test_any_appointments_and_encounters(
    all_hooks: Any, base: Any, appointments: Any, encounter: Any
) -> None:
    context = {"appointments": appointments, "encounterId": encounter}
    answered(all_hooks, BOOK, "appointment-book", base, **context)
    answered(all_hooks, ENCOUNTER, "encounter-start", base, encounterId=encounter)


@pytest.mark.parametrize("encounter", [7, None, {}, [], "a/b", "x" * 200, True])
def test_an_encounter_of_any_shape_on_opening_a_chart(
    client: Any, call: Any, encounter: Any
) -> None:
    odd = changed(call, ("context.encounterId", encounter))
    response = client.post("/cds-services/tace-refractoriness", json=odd)
    assert response.status_code == 200
    assert "Encounter/" not in response.get_data(as_text=True)
