"""Which drafts are a TACE or a liver infusion of the patient, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cdshooks.clinical.chart import Drug
from cdshooks.errors import BadRequest
from cdshooks.fhir.codes import standard_terminology
from cdshooks.fhir.draft_orders import DraftOrders, read_draft_orders
from tests.support.draft_orders import ORAL, TACE_KINDS, bundle, concept, drug, order

HAIC = order("haic", "h1")


def read(*resources: dict[str, Any], **how: Any) -> DraftOrders:
    return read_draft_orders(bundle(*resources), "p", standard_terminology(), **how)


def kinds(orders: DraftOrders) -> list[tuple[str, str]]:
    return [(draft.reference, str(draft.kind)) for draft in orders.drafts]


def surely(orders: DraftOrders) -> list[tuple[str, bool]]:
    return [(str(draft.kind), draft.certain) for draft in orders.drafts]


def icd9(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": code}]}


def drugs(*resources: dict[str, Any]) -> tuple[frozenset[Drug], bool] | None:
    (draft,) = read(*resources).drafts
    infusion = draft.infusion
    return None if infusion is None else (infusion.antineoplastics, infusion.unrecognised)


@pytest.mark.parametrize("kind", [*TACE_KINDS, "haic"])
def test_the_kinds_that_are_looked_at(kind: str) -> None:
    assert kinds(read(order(kind))) == [("ServiceRequest/d1", kind)]


@pytest.mark.parametrize("contained", [True, False])
def test_a_drug_in_a_medication_of_its_own(contained: bool) -> None:
    ordered = drug("cisplatin")
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "code": ordered.pop("medicationCodeableConcept"),
    }
    ordered["medicationReference"] = {"reference": "#m" if contained else "Medication/m"}
    if contained:
        ordered["contained"] = [medication]
    beside = [] if contained else [medication]
    assert drugs(HAIC, ordered, *beside) == (frozenset({Drug.CISPLATIN}), False)
    orders = read(HAIC, {**ordered, "contained": []})
    assert orders.drafts[0].infusion is None
    assert [note.detail for note in orders.notes] == ["no-medication"]


@pytest.mark.parametrize("kind", ["tare", "tae", "tila-tace", "ablation", "resection"])
def test_other_procedures_are_none(kind: str) -> None:
    assert not read(order(kind)).drafts


@pytest.mark.parametrize(
    "code",
    [
        {"text": "TACE"},
        {"text": "经导管动脉化疗栓塞术"},
        {"coding": [{"system": "urn:local", "code": "x", "display": "cTACE"}]},
    ],
)
def test_a_text_of_the_closed_table_is_matched_and_noted(code: dict[str, Any]) -> None:
    orders = read(order(code=code))
    assert len(orders.drafts) == 1
    assert [note.code for note in orders.notes] == ["text-matched"]


@pytest.mark.parametrize(
    "more",
    [
        {"bodySite": [{"coding": [{"system": "http://snomed.info/sct", "code": "76015000"}]}]},
        {"bodySite": [{"text": "肝"}]},
        {"reasonCode": [{"text": "肝细胞癌"}]},
    ],
    ids=str,
)
def test_the_site_or_the_reason_of_an_order_says_where(more: dict[str, Any]) -> None:
    said = order(code={"text": "化疗栓塞"})
    assert surely(read(said)) == [("tace", False)]
    assert surely(read({**said, **more})) == [("tace", True)]


def test_an_embolisation_is_surely_a_tace_only_with_an_arterial_drug() -> None:
    embolisation = order(code=concept("embolisation"))
    assert surely(read(embolisation)) == [("tace", False)]
    assert surely(read(embolisation, drug("lenvatinib", route=None))) == [("tace", False)]
    assert surely(read(embolisation, drug("cisplatin"))) == [("tace", True)]


@pytest.mark.parametrize(
    "text",
    [
        "TACE No. 4",
        "planned TACE",
        "TACE planned",
        "拟行TACE",
        "拟行第4次TACE",
        "拟TACE",
        "建议肝动脉化疗栓塞术",
        "TACE, elective",
        "待TACE",
        "申请TACE",
        "TACE申请",
        "TACE申请单",
        "TACE治疗申请",
        "经导管肝动脉化疗栓塞术申请",
        "肝动脉化疗栓塞申请单",
        "TACE protocol",
        "TACE consult and procedure",
    ],
)
def test_an_order_is_a_plan_and_surely_meant(text: str) -> None:
    assert surely(read(order(code={"text": text}))) == [("tace", True)]


@pytest.mark.parametrize(
    "code",
    [
        {"coding": [{"system": "urn:oid:2.16.156.10011.2.3.3.12", "code": "99.2501"}]},
        {"coding": [{"system": "http://snomed.info/sct", "code": "441525007"}]},
        {"text": "肝动脉栓塞术"},
        {"text": "TACE, if no contraindication"},
        {"text": "TACE - cancelled?"},
        {"text": "MRI + TACE"},
        {"text": "是否TACE"},
        {"text": "拟行TACE,术后随访"},
        {"text": "拟行TACE，复查增强MRI"},
        {"text": "行TACE治疗，1月后复查"},
        {"text": "TACE+复查CT"},
        {"text": "TACE后续治疗"},
    ],
    ids=str,
)
def test_what_only_may_be_a_tace_is_told_of_as_such(code: dict[str, Any]) -> None:
    orders = read(order(code=code))
    assert surely(orders) == [("tace", False)]
    assert [note.code for note in orders.notes] == ["candidate-code"]


@pytest.mark.parametrize(
    "text",
    [
        "TACE consultation",
        "Consent form TACE",
        "TACE planning MRI",
        "TACE diet",
        "TACE护理",
        "TACE知情同意书",
        "CT 6 weeks after TACE",
        "复查增强CT(TACE术后)",
        "TACE术前检查",
        "TACE术前准备",
        "Anesthesia for TACE",
        "TACE tumor board",
        "post-TACE MRI",
        "TACE疗效评估",
        "TACE评估",
        "MDT讨论 TACE",
        "Interventional radiology consult re TACE",
        "不再行TACE",
        "Stop TACE, start lenvatinib",
        "TACE禁忌",
        "TACE麻醉申请单",
        "TACE申请会诊",
        "TACE术前评估申请单",
        "TACE后复查增强CT申请",
        "TACE术后，复查MRI",
        "TACE后续随访",
        "MRI liver, TACE protocol",
        "TACE protocol MRI",
        "TACE follow-up CT",
        "支气管动脉化疗栓塞术",
        "门静脉栓塞术",
    ],
)
def test_what_only_mentions_a_tace_is_no_order_of_one(text: str) -> None:
    assert not read(order(code={"text": text})).drafts


@pytest.mark.parametrize("text", ["TACE failed, HAIC", "Change TACE to HAIC", "不再行TACE，改HAIC"])
def test_what_follows_a_tace_that_is_given_up_is_what_is_ordered(text: str) -> None:
    assert surely(read(order(code={"text": text}))) == [("haic", True)]


@pytest.mark.parametrize("text", ["MDT讨论后行TACE", "评估后行TACE", "TACE（无禁忌）"])
def test_what_came_before_a_tace_does_not_take_it_away(text: str) -> None:
    assert [kind for kind, _ in surely(read(order(code={"text": text})))] == ["tace"]


def test_an_order_of_one_of_two_is_told_of_as_a_tace() -> None:
    either = read(order(code={"text": "TACE或HAIC"}), drug("cisplatin"))
    assert surely(either) == [("tace", False)]
    assert either.drafts[0].infusion is not None


def test_half_a_tace_of_any_vessel_is_no_order_of_one() -> None:
    assert not read(order(code=icd9("39.79"))).drafts
    assert surely(read(order(code=icd9("39.79")), drug("cisplatin"))) == [("tace", True)]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "revoked"},
        {"status": "completed"},
        {"status": "entered-in-error"},
        {"doNotPerform": True},
        {"code": {"text": "follow-up CT after TACE cancelled"}},
        {"code": None},
    ],
)
def test_what_will_not_be_carried_out_is_none(changes: dict[str, Any]) -> None:
    assert not read(order(**changes)).drafts


def test_a_signed_order_that_is_revised_is_looked_at() -> None:
    for status in ("active", "on-hold", "unknown", None):
        assert read(order(status=status)).drafts


# Whose


def test_an_order_of_another_patient_is_left_out_and_noted() -> None:
    orders = read(order(patient="q"), order(id="d2"), drug("cisplatin", patient="q"))
    assert kinds(orders) == [("ServiceRequest/d2", "ctace")]
    (note,) = orders.notes
    assert (note.code, note.count) == ("foreign-patient", 2)


def test_an_order_that_says_nobodys_is_the_patients() -> None:
    assert read(order(subject=None)).drafts
    assert read(order(subject={"display": "somebody"})).drafts


def test_an_absolute_reference_lies_under_a_known_base() -> None:
    bases = ("https://ehr.example/fhir",)
    mine = order(subject={"reference": "https://ehr.example/fhir/Patient/p"})
    elsewhere = order(subject={"reference": "https://other.example/fhir/Patient/p"})
    assert read(mine, bases=bases).drafts
    assert read(
        order(patient="q", subject={"reference": f"{bases[0]}/Patient/q"}), bases=bases
    ) == (read(order(patient="q")))
    for known in (bases, ()):
        with pytest.raises(BadRequest):
            read(elsewhere, bases=known)
    assert read(elsewhere).drafts


NOBODY = [
    "#p",
    "urn:uuid:0b0e4f4a-3a5b-4c0e-9d4e-0f7c2f1f5a10",
    "Patient?name=x",
    "Group/g",
    "Wang",
]


@pytest.mark.parametrize("named", NOBODY)
@pytest.mark.parametrize("kind", ["ServiceRequest", "MedicationRequest"])
def test_an_order_for_nobody_who_can_be_told_is_refused(kind: str, named: str) -> None:
    """It may be the patient's; nothing said of it would read as nothing against it."""
    ordered = order() if kind == "ServiceRequest" else drug("cisplatin")
    ordered["subject"] = {"reference": named}
    with pytest.raises(BadRequest, match=rf"context\.draftOrders .* {kind}\.subject") as caught:
        read(HAIC, ordered)
    assert named not in str(caught.value)
    assert kinds(read(HAIC, {**ordered, "status": "revoked"})) == [("ServiceRequest/h1", "haic")]
    unread = {"resourceType": "Device", "patient": {"reference": named}}
    assert kinds(read(HAIC, unread)) == [("ServiceRequest/h1", "haic")]


# Drugs of an infusion


def test_the_drugs_of_the_same_bundle() -> None:
    assert drugs(HAIC) is None
    assert drugs(HAIC, drug("cisplatin")) == ({Drug.CISPLATIN}, False)
    assert drugs(HAIC, drug("fluorouracil", route=None)) == ({Drug.FLUOROURACIL}, False)
    several = drugs(HAIC, drug("fluorouracil"), drug("oxaliplatin"), drug("folinate"))
    assert several == ({Drug.FLUOROURACIL, Drug.OTHER}, False)
    assert drugs(HAIC, drug("fluorouracil"), drug("folinate")) == ({Drug.FLUOROURACIL}, False)


def test_a_drug_by_another_route_is_not_the_infusions() -> None:
    assert drugs(HAIC, drug("cisplatin"), drug("lenvatinib", route=ORAL)) == (
        {Drug.CISPLATIN},
        False,
    )


@pytest.mark.parametrize(
    "changes", [{"status": "cancelled"}, {"doNotPerform": True}, {"status": "stopped"}]
)
def test_a_drug_that_is_not_given(changes: dict[str, Any]) -> None:
    assert drugs(HAIC, drug("cisplatin", **changes)) is None


def test_a_drug_that_is_not_known_makes_it_uncertain() -> None:
    assert drugs(HAIC, drug("cisplatin"), drug("XYZ")) == ({Drug.CISPLATIN}, True)
    by_reference = {"medicationReference": {"reference": "Medication/m"}}
    other = {k: v for k, v in drug("x").items() if k != "medicationCodeableConcept"} | by_reference
    assert drugs(HAIC, drug("cisplatin"), other) == ({Drug.CISPLATIN}, True)
    unreadable = drug("x") | {"medicationCodeableConcept": "cisplatin"}
    assert drugs(HAIC, drug("cisplatin"), unreadable) == ({Drug.CISPLATIN}, True)


def test_a_planned_tace_has_no_infusion() -> None:
    assert drugs(order("ctace"), drug("cisplatin")) is None
    assert drugs(order("tace-haic"), drug("cisplatin")) == ({Drug.CISPLATIN}, False)


# The Bundle


def test_a_bundle_needs_neither_type_nor_entries() -> None:
    terminology = standard_terminology()
    untyped = bundle(order(), typed=False)
    assert read_draft_orders(untyped, "p", terminology).drafts
    assert not read_draft_orders({"resourceType": "Bundle"}, "p", terminology).drafts


def test_ids_from_the_entry_and_no_id_at_all() -> None:
    without = {name: value for name, value in order().items() if name != "id"}
    entry = {"fullUrl": "urn:uuid:0b6e0d4c-0f5e-4a52-9f6d-6a3c0a4b7a11", "resource": without}
    by_urn = {"resourceType": "Bundle", "entry": [entry]}
    orders = read_draft_orders(by_urn, "p", standard_terminology())
    reference = "ServiceRequest/0b6e0d4c-0f5e-4a52-9f6d-6a3c0a4b7a11"
    assert kinds(orders) == [(reference, "ctace")]
    assert kinds(read(without, without)) == [("", "ctace"), ("", "ctace")]
    assert kinds(read(order(), order())) == [("ServiceRequest/d1", "ctace")]


def test_drafts_of_one_id_are_all_looked_at() -> None:
    haic, tace = order("haic"), order("ctace")
    expected = [("ServiceRequest/d1", "ctace"), ("ServiceRequest/d1", "haic")]
    for pair in ((haic, tace), (tace, haic)):
        orders = read(*pair)
        assert sorted(kinds(orders)) == expected
        assert all(draft.ambiguous for draft in orders.drafts)
        assert len(orders.selected(["ServiceRequest/d1"])) == 2
    assert not read(tace, tace).drafts[0].ambiguous
    for other in (order("ablation"), order(patient="q"), order(status="revoked")):
        assert [draft.ambiguous for draft in read(other, tace).drafts] == [True]


def test_the_selected_ones() -> None:
    orders = read(order(), order(id="d2"), drug("cisplatin"))
    assert [d.reference for d in orders.selected(["ServiceRequest/d2"])] == ["ServiceRequest/d2"]
    assert orders.selected(["MedicationRequest/m-cisplatin"]) == ()
    assert orders.selected([]) == ()
    with pytest.raises(BadRequest, match=r"context\.selections"):
        orders.selected(["ServiceRequest/d3"])


@pytest.mark.parametrize("identity", ["..", ".", "....", "a..b", "x" * 64])
def test_every_id_that_fhir_allows_can_be_selected(identity: str) -> None:
    """An id of dots alone can stand in no URL, so nothing is offered for it; it is judged."""
    orders = read(order(id=identity), order(id="d2"))
    (chosen,) = orders.selected([f"ServiceRequest/{identity}"])
    assert chosen.reference == ("" if set(identity) == {"."} else f"ServiceRequest/{identity}")
    assert len(orders.drafts) == 2


URN = "urn:uuid:0b6e0d4c-0f5e-4a52-9f6d-6a3c0a4b7a11"


@pytest.mark.parametrize("has_id", [True, False])
@pytest.mark.parametrize("url", [URN, URN.upper().replace("URN:UUID", "urn:uuid")])
def test_a_selection_by_the_urn_of_the_entry(has_id: bool, url: str) -> None:
    resource = order() if has_id else {k: v for k, v in order().items() if k != "id"}
    entries = [{"fullUrl": url, "resource": resource}, {"resource": order("haic", id="d2")}]
    bundle = {"resourceType": "Bundle", "entry": entries}
    orders = read_draft_orders(bundle, "p", standard_terminology())
    assert [draft.kind.value for draft in orders.selected([url])] == ["ctace"]
    assert len(orders.selected([url, "ServiceRequest/d2"])) == 2
    with pytest.raises(BadRequest, match=r"context\.selections"):
        orders.selected([URN.replace("0b6e", "ffff")])


@pytest.mark.parametrize(
    "selection",
    [
        "ServiceRequest/d1/_history/3",
        "https://ehr.example/fhir/ServiceRequest/d1",
        "https://ehr.example/fhir/ServiceRequest/d1/_history/3",
    ],
)
def test_a_selection_by_version_or_absolute_url(selection: str) -> None:
    orders, bases = read(order(), order(id="d2")), ("https://ehr.example/fhir/",)
    assert [draft.reference for draft in orders.selected([selection])] == ["ServiceRequest/d1"]
    assert len(orders.selected([selection, "ServiceRequest/d1"], bases)) == 1
    with pytest.raises(BadRequest, match=r"context\.selections"):
        orders.selected(["https://other.example/fhir/ServiceRequest/d1"], bases)


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (order(code={"concept": {"coding": []}}), "FHIR R4"),
        (drug("cisplatin") | {"medication": {"concept": {}}}, "FHIR R4"),
        (order(code="TACE"), "ServiceRequest.code"),
        (order(authoredOn=7), "ServiceRequest.authoredOn"),
        (order(subject={"reference": 1}), "ServiceRequest.subject"),
        ({"id": "x"}, r"entry\[0\]"),
        ("x", r"entry\[0\]"),
        (None, ""),
    ],
)
def test_what_would_be_overlooked_is_refused(resource: Any, named: str) -> None:
    if resource is None:
        assert not read_draft_orders(
            {"resourceType": "Bundle", "entry": [{}]}, "p", standard_terminology()
        ).drafts
        return
    with pytest.raises(BadRequest, match=named) as refused:
        read(resource)
    assert "TACE" not in str(refused.value)
