"""order-select and order-sign: when there is a guard card, when silence, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import ValidationError

from cdshooks.app import create_app
from cdshooks.settings import Client, Limits, Settings
from tests.support.draft_orders import ORAL, TACE_KINDS, bundle, drug, order
from tests.web.calls import DELETE, PATH, changed, morning, outcome_text
from tests.web.fhir_server import fhir_server
from tests.web.order_calls import SELECT, SIGN, selecting, signing

EXTENSION = "org.tace-cds.assessment"
REFRACTORY = "demo-refractory"


def cards_of(client: Any, path: str, call: Any, **headers: str) -> list[dict[str, Any]]:
    response = client.post(path, json=call, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    body = response.get_json()
    assert body.keys() == {"cards"}
    for card in body["cards"]:
        assert card["extension"][EXTENSION]["card"] == "guard"
        assert card["overrideReasons"]
    cards: list[dict[str, Any]] = body["cards"]
    return cards


def both(client: Any, name: str, *resources: Any) -> list[list[str]]:
    """Indicators of the guard cards, when selected and when signed."""
    selected = cards_of(client, SELECT, selecting(client, name, *resources))
    signed = cards_of(client, SIGN, signing(client, name, *resources))
    return [[card["indicator"] for card in cards] for cards in (selected, signed)]


@pytest.mark.parametrize("kind", TACE_KINDS)
def test_a_tace_for_a_refractory_patient(client, kind):
    assert both(client, "refractory", order(kind, patient=REFRACTORY)) == [["warning"]] * 2


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        ({"text": "TACE No. 4"}, "TACE ordered"),
        ({"text": "拟行第4次TACE"}, "TACE ordered"),
        ({"text": "肝动脉栓塞术"}, "Perhaps TACE ordered"),
        (
            {"coding": [{"system": "urn:oid:2.16.156.10011.2.3.3.12", "code": "99.2501"}]},
            "Perhaps TACE ordered",
        ),
    ],
)
def test_a_tace_by_the_wording_of_its_order(client, code, begins):
    draft = order(patient=REFRACTORY, code=code)
    assert both(client, "refractory", draft) == [["warning"]] * 2
    (card,) = cards_of(client, SIGN, signing(client, "refractory", draft))
    assert card["summary"].startswith(begins)


@pytest.mark.parametrize("text", ["TACE consultation", "Consent form TACE", "CT after TACE"])
def test_an_order_that_only_mentions_a_tace(client, text):
    draft = order(patient=REFRACTORY, code={"text": text})
    assert both(client, "refractory", draft) == [[], []]


def test_a_tace_for_an_unsuitable_patient(client):
    draft = order(patient="demo-unsuitable")
    assert both(client, "unsuitable", draft) == [["warning"]] * 2
    (card,) = cards_of(client, SIGN, signing(client, "unsuitable", draft))
    assert card["extension"][EXTENSION]["unsuitable"] == "yes"


@pytest.mark.parametrize("name", ["effective", "not-enough-data", "two-sessions"])
def test_a_tace_for_another_patient_with_tace(client, name):
    assert both(client, name, order(patient=f"demo-{name}")) == [[], []]


@pytest.mark.parametrize("name", ["refractory", "effective", "unsuitable"])
def test_a_haic_is_guarded_for_its_drugs_only(client, name):
    patient = f"demo-{name}"
    haic = order("haic", "h1", patient)
    given = {one: drug(one, patient=patient) for one in ("cisplatin", "fluorouracil", "folinate")}
    oxaliplatin = drug("oxaliplatin", patient=patient)
    by_mouth = drug("lenvatinib", patient=patient, route=ORAL)
    silent = [[], []]
    assert both(client, name, haic) == silent
    assert both(client, name, haic, oxaliplatin, given["fluorouracil"]) == silent
    assert both(client, name, haic, oxaliplatin) == silent
    assert both(client, name, given["cisplatin"]) == silent
    warned = [["warning"]] * 2
    assert both(client, name, haic, given["cisplatin"]) == warned
    assert both(client, name, haic, given["fluorouracil"], given["folinate"], by_mouth) == warned


def test_the_drugs_of_the_record_are_not_those_of_the_draft(client):
    """HAIC-R3 asks for the drugs of the same Bundle, not for what is planned elsewhere."""
    call = signing(client, "refractory", order("haic", "h1", REFRACTORY))
    planned = drug("cisplatin", patient=REFRACTORY, authoredOn="2025-09-09")
    more = changed(call, ("prefetch.medicationRequests", bundle(planned)))
    assert cards_of(client, SIGN, more) == []


def test_one_order_with_both_reasons_gets_one_card(client):
    combined = order("tace-haic", patient=REFRACTORY), drug("cisplatin", patient=REFRACTORY)
    (card,) = cards_of(client, SIGN, signing(client, "refractory", *combined))
    assert "HAIC-R3" in card["extension"][EXTENSION]["statements"]
    assert "TACE-refractory" in card["summary"]


@pytest.mark.parametrize("kind", ["tare", "ablation", "tae"])
def test_another_order(client, kind):
    assert both(client, "refractory", order(kind, patient=REFRACTORY)) == [[], []]


def test_only_the_selected_drafts_count_at_select(client):
    tace, other = order(patient=REFRACTORY), order("ablation", "d2", REFRACTORY)
    chosen = selecting(client, "refractory", tace, other, selections=["ServiceRequest/d2"])
    assert cards_of(client, SELECT, chosen) == []
    chosen = selecting(client, "refractory", tace, other, selections=["ServiceRequest/d1"])
    assert len(cards_of(client, SELECT, chosen)) == 1
    assert cards_of(client, SELECT, selecting(client, "refractory", tace, selections=[])) == []
    assert len(cards_of(client, SIGN, signing(client, "refractory", tace, other))) == 1


def test_a_card_for_each_guarded_draft(client):
    drafts = [order(id=f"d{number}", patient=REFRACTORY) for number in (1, 2)]
    cards = cards_of(client, SIGN, signing(client, "refractory", *drafts))
    deleted = [card["suggestions"][1]["actions"][0]["resourceId"] for card in cards]
    assert deleted == ["ServiceRequest/d1", "ServiceRequest/d2"]


def test_an_id_used_twice_hides_no_draft_and_is_not_deleted(client):
    haic, tace = order("haic", patient=REFRACTORY), order("ctace", patient=REFRACTORY)
    for pair in ((haic, tace), (tace, haic)):
        assert both(client, "refractory", *pair) == [["warning"]] * 2
        (card,) = cards_of(client, SIGN, signing(client, "refractory", *pair))
        actions = [action for one in card["suggestions"] for action in one["actions"]]
        assert {action["type"] for action in actions} == {"create"}
    kinds = [order(kind, patient=REFRACTORY) for kind in ("ctace", "deb-tace")]
    cards = cards_of(client, SIGN, signing(client, "refractory", *kinds))
    assert len({card["uuid"] for card in cards}) == len({card["summary"] for card in cards}) == 2


def test_the_drafts_of_a_call_are_limited():
    limited = Settings(limits=Limits(resources=150))
    client = create_app(limited, dev=True, clock=morning).test_client()

    def signed(count):
        drafts = [order(id=f"d{number}", patient=REFRACTORY) for number in range(count)]
        return client.post(SIGN, json=signing(client, "refractory", *drafts))

    assert len(signed(150).get_json()["cards"]) == 21
    refused = outcome_text(signed(151), 400)
    assert "context.draftOrders" in refused and "150" in refused


def test_the_order_of_another_patient_is_not_guarded(client):
    foreign = order(id="x1", patient="somebody")
    assert both(client, "refractory", foreign) == [[], []]
    call = signing(client, "refractory", foreign, order(patient=REFRACTORY))
    (card,) = cards_of(client, SIGN, call)
    assert "Orders of another patient" in card["detail"] and "x1" not in str(card)


@pytest.mark.parametrize("id", ["x" * 128, "a_b.c-d", "-"])
def test_ids_that_are_longer_and_other_than_they_may_be(client, id):
    (card,) = cards_of(
        client, SIGN, signing(client, "refractory", order(id=id, patient=REFRACTORY))
    )
    assert card["suggestions"][1]["actions"][0]["resourceId"] == f"ServiceRequest/{id}"


@pytest.mark.parametrize("id", ["", "a b", "../x", "<b>", "x" * 129])
def test_an_id_that_cannot_be_used_is_guarded_and_not_shown(client, id):
    (card,) = cards_of(
        client, SIGN, signing(client, "refractory", order(id=id, patient=REFRACTORY))
    )
    assert len(card["suggestions"]) == 1
    assert "ServiceRequest/" not in card["summary"]


def test_in_chinese(client):
    call = signing(client, "refractory", order(patient=REFRACTORY))
    (card,) = cards_of(client, SIGN, call, **{"Accept-Language": "zh-CN"})
    assert "TACE抵抗" in card["summary"]
    assert card["suggestions"][0]["label"] == "提交多学科（MDT）讨论"
    assert card["overrideReasons"][0]["display"] == "患者存在禁忌"


def test_a_bundle_without_a_type(client):
    call = signing(client, "refractory", order(patient=REFRACTORY))
    untyped = bundle(order(patient=REFRACTORY), typed=False)
    assert len(cards_of(client, SIGN, changed(call, ("context.draftOrders", untyped)))) == 1


@pytest.mark.parametrize("before", ["", "https://ehr.example/fhir/"])
@pytest.mark.parametrize("after", ["", "/_history/3"])
def test_a_selection_may_be_absolute_and_of_a_version(client, before, after):
    chosen = [f"{before}ServiceRequest/d1{after}"]
    call = selecting(client, "refractory", order(patient=REFRACTORY), selections=chosen)
    assert len(cards_of(client, SELECT, call)) == 1


URN = "urn:uuid:0b6e0d4c-0f5e-4a52-9f6d-6a3c0a4b7a11"


@pytest.mark.parametrize(("identity", "url"), [("..", ""), ("d1", URN), (None, URN)])
def test_a_draft_with_an_unusual_name_is_not_overlooked(client, identity, url):
    """Named as its Bundle names it: by an id of dots alone, or by the urn of its entry."""
    call = selecting(client, "refractory", order(id=identity or "d1", patient=REFRACTORY))
    (entry,) = call["context"]["draftOrders"]["entry"]
    if identity is None:
        del entry["resource"]["id"]
    if url:
        entry["fullUrl"] = url
    call["context"]["selections"] = [url or f"ServiceRequest/{identity}"]
    (card,) = cards_of(client, SELECT, call)
    deleted = [a.get("resourceId") for s in card["suggestions"] for a in s["actions"]]
    assert "ServiceRequest/.." not in deleted
    call["context"]["selections"] = [URN.replace("0b6e", "ffff")]
    assert "context.selections" in outcome_text(client.post(SELECT, json=call), 400)


# Suggestions


def test_replace_is_one_suggestion_that_deletes_and_creates(client):
    call = changed(
        signing(client, "refractory", order(patient=REFRACTORY)), ("context.encounterId", "e1")
    )
    (card,) = cards_of(client, SIGN, call)
    assert card["selectionBehavior"] == "at-most-one"
    review, replace = card["suggestions"]
    assert review["isRecommended"] is True and "isRecommended" not in replace
    delete, create = replace["actions"]
    assert (delete["type"], delete["resourceId"]) == ("delete", "ServiceRequest/d1")
    haic = create["resource"]
    assert haic["subject"] == {"reference": "Patient/demo-refractory"}
    assert haic["encounter"] == {"reference": "Encounter/e1"}
    assert (haic["status"], haic["intent"]) == ("draft", "proposal")
    assert "ServiceRequest/d1" not in str(haic)
    (task,) = [action["resource"] for action in review["actions"]]
    assert task["focus"] == {"reference": "ServiceRequest/d1"}


def test_replace_says_which_diagnosis_and_response_it_rests_on(client):
    (card,) = cards_of(client, SIGN, signing(client, "refractory", order(patient=REFRACTORY)))
    haic = card["suggestions"][1]["actions"][1]["resource"]
    reasons = [one["reference"] for one in haic["reasonReference"]]
    assert reasons[0] == "Condition/demo-refractory-hcc"
    assert any(one.startswith("Observation/") for one in reasons[1:])
    supporting = [one["reference"] for one in haic["supportingInfo"]]
    assert any(one.startswith("Procedure/") for one in supporting)


def client_settings(**more: Any) -> Client:
    return Client(issuer="https://ehr.example", jwks_url="https://ehr.example/jwks", **more)


@pytest.mark.parametrize(
    ("can", "kinds"),
    [
        ({}, [["Task"], ["delete", "ServiceRequest"]]),
        ({"suggestions": ("create",)}, [["Task"]]),
        ({"suggestions": ("delete",)}, []),
        ({"suggestions": ()}, []),
        ({"suggestion_resources": ("Task",)}, [["Task"]]),
        (
            {"suggestion_resources": ("ServiceRequest",)},
            [["ServiceRequest"], ["delete", "ServiceRequest"]],
        ),
        ({"suggestion_resources": ("CarePlan",)}, []),
    ],
)
def test_only_what_the_client_can_apply_is_offered(client, monkeypatch, can, kinds):
    from cdshooks.hooks import capabilities

    ours = capabilities(client_settings(**can), dev=False)
    monkeypatch.setattr("cdshooks.service.capabilities", lambda *_a, **_k: ours)
    (card,) = cards_of(client, SIGN, signing(client, "refractory", order(patient=REFRACTORY)))
    found = [
        [action.get("resource", {}).get("resourceType", action["type"]) for action in actions]
        for actions in (one["actions"] for one in card.get("suggestions", []))
    ]
    assert found == kinds
    assert ("selectionBehavior" in card) == bool(kinds)


def test_a_call_without_a_client_outside_the_sandbox_is_offered_nothing():
    from cdshooks.hooks import NOTHING, capabilities

    assert capabilities(None, dev=False) == NOTHING


# What is refused


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("hook", "order-select", "hook"),
        ("hook", "patient-view", "hook"),
        ("context.draftOrders", DELETE, "context.draftOrders"),
        ("context.draftOrders", None, "context.draftOrders"),
        ("context.draftOrders", [], "context.draftOrders"),
        ("context.draftOrders", {}, "context.draftOrders"),
        ("context.draftOrders", order(), "context.draftOrders"),
        ("context.draftOrders.entry", {"resource": order()}, "context.draftOrders.entry"),
        ("context.draftOrders.entry", [{"resource": {"id": "x"}}], "context.draftOrders.entry"),
        (
            "context.draftOrders.entry",
            [{"resource": order(code="x", subject=None)}],
            "ServiceRequest.code",
        ),
        ("context.encounterId", "Encounter/e1", "context.encounterId"),
        ("context.patientId", DELETE, "context.patientId"),
    ],
)
def test_a_sign_context_that_is_not_as_it_must_be(client, path, value, named):
    call = signing(client, "refractory", order(patient=REFRACTORY))
    assert named in outcome_text(client.post(SIGN, json=changed(call, (path, value))), 400)


@pytest.mark.parametrize(
    "value",
    [
        DELETE,
        None,
        "ServiceRequest/d1",
        ["d1"],
        [1],
        ["ServiceRequest/d1\n"],
        ["ServiceRequest/no"],
    ],
)
def test_selections_that_are_not_as_they_must_be(client, value):
    call = selecting(client, "refractory", order(patient=REFRACTORY))
    bad = changed(call, ("context.selections", value))
    assert "context.selections" in outcome_text(client.post(SELECT, json=bad), 400)


def test_an_order_hook_at_the_wrong_address(client):
    call = signing(client, "refractory", order(patient=REFRACTORY))
    for path in (PATH, SELECT):
        assert "hook" in outcome_text(client.post(path, json=call), 400)


# The record


@pytest.mark.parametrize("lost", ["patient", "procedures"])
def test_without_the_record_a_guarded_order_is_412(client, lost):
    call = signing(client, "refractory", order(patient=REFRACTORY))
    bad = changed(call, (f"prefetch.{lost}", DELETE))
    assert lost in outcome_text(client.post(SIGN, json=bad), 412)
    assert lost in outcome_text(client.post(SIGN, json=changed(call, ("prefetch", DELETE))), 412)


def test_an_order_of_no_concern_needs_no_record(client):
    call = signing(client, "refractory", order("ablation", patient=REFRACTORY))
    with fhir_server() as server:
        asked = changed(call, ("prefetch", DELETE), ("fhirServer", server.base))
        assert cards_of(client, SIGN, asked) == []
        assert server.asked == []


def test_the_prefetched_patient_is_checked_whatever_the_order(client):
    call = signing(client, "refractory", order("ablation", patient=REFRACTORY))
    bad = changed(call, ("prefetch.patient.id", "somebody"))
    assert "prefetch.patient" in outcome_text(client.post(SIGN, json=bad), 400)


def test_the_record_comes_from_the_server_as_well(client):
    with fhir_server(token="secret") as server:
        reference = f"{server.base}/Patient/{REFRACTORY}"
        call = changed(
            signing(client, "refractory", order(subject={"reference": reference})),
            ("prefetch", DELETE),
            ("fhirServer", server.base),
            (
                "fhirAuthorization",
                {
                    "access_token": "secret",
                    "token_type": "Bearer",
                    "expires_in": 60,
                    "scope": "patient/*.rs",
                    "subject": "s",
                    "patient": REFRACTORY,
                },
            ),
        )
        assert len(cards_of(client, SIGN, call)) == 1


def test_the_first_answer_is_warm():
    """Everything an order needs is imported and read when the service starts."""
    client = create_app(Settings(), dev=True, clock=morning).test_client()
    call = signing(client, "refractory", order(patient=REFRACTORY))
    assert len(cards_of(client, SIGN, call)) == 1


# Many


@pytest.mark.parametrize("count", [20, 21, 300])
def test_beyond_twenty_cards_one_more_tells_of_all_the_others(client, count):
    """Nothing is silent: it says how many, of which kind, why, and names what there is room for."""
    drafts = [order(id=f"d{n}", patient=REFRACTORY) for n in range(count - 1)]
    haic, cisplatin = order("haic", "h1", REFRACTORY), drug("cisplatin", patient=REFRACTORY)
    for path, call in (
        (SIGN, signing(client, "refractory", *drafts, haic, cisplatin)),
        (SELECT, selecting(client, "refractory", *drafts, haic, cisplatin)),
    ):
        cards = cards_of(client, path, call)
        assert len(cards) == min(count, 21)
        assert {card["indicator"] for card in cards} == {"warning"}
        if count == 20:
            continue
        rest = cards[-1]
        assert f"{count - 20} more" in rest["summary"] and len(rest["summary"]) < 140
        assert rest["detail"].count("ServiceRequest/") == min(count - 20, 50)
        assert ("230 of them are not listed here" in rest["detail"]) == (count == 300)
        assert "HAIC-R3" in rest["extension"][EXTENSION]["statements"]
        labels = [one["label"] for one in rest["suggestions"]]
        assert labels == ["Refer to the tumour board (MDT)"]


def test_thousands_of_orders_are_answered_within_reason(client):
    drafts = [order(id=f"d{n}", patient=REFRACTORY) for n in range(4_900)]
    for language in ("en", "zh"):
        response = client.post(
            SIGN,
            json=signing(client, "refractory", *drafts),
            headers={"Accept-Language": language},
        )
        assert len(response.get_json()["cards"]) == 21
        assert len(response.get_data()) < 500_000
        assert "4830" in response.get_json()["cards"][-1]["detail"]


def test_what_a_draft_is_called_is_never_markdown(client):
    """An id as no FHIR server gives it is shown as it is: not bold, and not as a list."""
    for name in ("__b__", "_x_", "a_b"):
        (card,) = cards_of(
            client, SIGN, signing(client, "refractory", order(id=name, patient=REFRACTORY))
        )
        shown = name if name == "a_b" else name.replace("_", "\\_")
        assert f"ServiceRequest/{shown})" in card["detail"]
        assert f"ServiceRequest/{name})" in card["summary"]


def test_of_many_mistakes_only_the_first_are_looked_at(client, monkeypatch):
    found = []
    keep = ValidationError._set

    def noted(self, *given, **more):
        found.append(self)
        keep(self, *given, **more)

    monkeypatch.setattr(ValidationError, "_set", noted)
    call = selecting(client, "refractory", order(), selections=[1] * 100_000)
    response = client.post(SELECT, json=call)
    assert response.status_code == 400
    assert "context.selections" in response.get_data(as_text=True)
    assert 0 < len(found) < 1_000
