"""What the name of a performed procedure says was done, and how surely."""

from __future__ import annotations

import datetime
import json
import re
from importlib.resources import files
from typing import Any

import pytest

from cdshooks.clinical.chart import Chart, TreatmentKind
from tests.fhir.test_bad_resources import LAST_SESSION, answers, judged
from tests.fhir.test_open_procedures import arterial_drug
from tests.fhir.test_open_records import copied, like
from tests.fhir.test_probable_codes import (
    CANDIDATE,
    MATCHED,
    charted,
    diagnosed,
    kinds,
    performed,
    said,
)
from tests.support.fhir_writer import LOINC, SNOMED, concept

JSON = dict[str, Any]
TACE, DEB, TAE = TreatmentKind.TACE, TreatmentKind.DEB_TACE, TreatmentKind.TAE
HAIC, BOTH, TARE = TreatmentKind.HAIC, TreatmentKind.TACE_HAIC, TreatmentKind.TARE
ABLATION, RESECTION = TreatmentKind.ABLATION, TreatmentKind.RESECTION
TRANSPLANT = TreatmentKind.TRANSPLANTATION
RADIOTHERAPY = TreatmentKind.EXTERNAL_BEAM_RADIOTHERAPY
OPEN = "indeterminate"


def named(text: str, **more: Any) -> Chart:
    return charted(performed({"text": text}, **more))


def note(chart: Chart) -> set[tuple[str, str]]:
    return {(n.code, n.detail) for n in chart.notes if "Procedure/t-1" in n.references}


DONE = [
    ("肝动脉化疗栓塞术", TACE),
    ("肝动脉栓塞化疗术", TACE),
    ("经导管肝动脉栓塞化疗", TACE),
    ("肝癌介入栓塞化疗术", TACE),
    ("肝癌动脉化疗栓塞", TACE),
    ("选择性肝动脉造影+化疗栓塞术", TACE),
    ("肝动脉造影并化疗栓塞", TACE),
    ("肝动脉插管化疗栓塞术", TACE),
    ("肝右动脉化疗栓塞术", TACE),
    ("肝动脉插管灌注化疗栓塞术", TACE),
    ("肝动脉化疗灌注栓塞术", TACE),
    ("肝动脉灌注化疗+栓塞术", TACE),
    ("肝癌合并门静脉癌栓化疗栓塞术", TACE),
    ("Chemoembolization of HCC with portal vein tumor thrombus", TACE),
    ("肝动脉、胃左动脉化疗栓塞术", TACE),
    ("肝动脉及胃十二指肠动脉化疗栓塞术", TACE),
    ("经肝动脉及肠系膜上动脉化疗栓塞术", TACE),
    ("肝癌并动静脉瘘化疗栓塞术", TACE),
    ("Hepatic artery and gastroduodenal chemoembolization", TACE),
    ("Embolization, chemo, hepatic artery", TACE),
    ("IR chemoembolization liver tumor", TACE),
    ("第3次TACE", TACE),
    ("肝動脈化学塞栓療法", TACE),
    ("TACE bridging to liver transplant", TACE),
    ("TACE联合仑伐替尼", TACE),
    ("TACE+肝穿刺活检", TACE),
    ("质子治疗(肝)", RADIOTHERAPY),
    ("irreversible electroporation liver", ABLATION),
    ("肝癌门脉癌栓碘125粒子植入", TreatmentKind.IODINE_125),
    ("肝动脉载药微球栓塞术", DEB),
    ("TACE (DC Bead)", DEB),
    ("drug-eluting bead chemoembolization, hepatic", DEB),
    ("Bland embolization, hepatic artery", TAE),
    ("肝动脉化疗药物灌注", HAIC),
    ("肝动脉灌注化疗+脾动脉栓塞术", HAIC),
    ("Hepatic artery infusion chemotherapy", HAIC),
    ("TACE序贯HAIC", BOTH),
    ("HAIC and TACE", BOTH),
    ("Selective internal radiation therapy", TARE),
    ("Radioembolization, liver", TARE),
    ("肝右叶切除术", RESECTION),
    ("Partial hepatectomy, segment 6", RESECTION),
    ("肝移植术", TRANSPLANT),
    ("Orthotopic liver transplantation", TRANSPLANT),
    ("RFA liver", ABLATION),
    ("percutaneous ethanol injection liver", ABLATION),
    ("肝肿瘤无水酒精注射术", ABLATION),
    ("CT引导下肝癌无水乙醇注射术", ABLATION),
    ("SBRT of liver metastasis", RADIOTHERAPY),
    ("门静脉癌栓放疗", RADIOTHERAPY),
    ("肝癌根治性切除术", RESECTION),
    ("钇90微球选择性内放射治疗", TARE),
    ("选择性内放射治疗(SIRT)", TARE),
    ("肝癌碘-125粒子近距离放射治疗", TreatmentKind.IODINE_125),
    ("TACE联合FOLFOX-HAIC", BOTH),
    ("肝癌术后复发行TACE", TACE),
    ("肝癌切除术后复发，肝动脉化疗栓塞术", TACE),
    ("TACE for recurrent HCC after resection", TACE),
    ("肝肿瘤射波刀治疗", RADIOTHERAPY),
    ("Cyberknife liver", RADIOTHERAPY),
    ("伽马刀 肝", RADIOTHERAPY),
    ("Proton therapy HCC", RADIOTHERAPY),
    ("Leberteilresektion", RESECTION),
    ("Hemihepatektomie", RESECTION),
    ("Lebertransplantation", TRANSPLANT),
    ("肝動注化学療法", HAIC),
    ("肝动脉药盒植入+灌注化疗", HAIC),
]


@pytest.mark.parametrize(("text", "kind"), DONE)
def test_a_name_says_what_was_done(text: str, kind: TreatmentKind) -> None:
    chart = named(text)
    assert kinds(chart) == [(kind, True)]
    assert note(chart) == {(MATCHED, "")}


@pytest.mark.parametrize(
    "text",
    [
        "TACE No. 3",
        "cTACE no.3, right lobe",
        "TACE session no 3",
        "TACE, no complications",
        "TACE without complication",
        "TACE without immediate complications",
        "TACE,无并发症",
        "TACE(术中未见明显并发症)",
        "TACE+无水酒精注射术",
        "2nd TACE, no immediate post procedure complication",
        "TACE without contrast extravasation",
        "Non-selective TACE",
        "TACE w/o complications",
        "超选择性TACE, super-selective",
    ],
)
def test_a_number_or_a_good_outcome_is_no_doubt(text: str) -> None:
    chart = named(text)
    assert kinds(chart)[0][1]
    assert note(chart) == {(MATCHED, "")}


# What is not settled


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("肝动脉栓塞术", TACE),
        ("经导管肝动脉栓塞术", TACE),
        ("Hepatic artery embolization", TACE),
        ("肝动脉化学栓塞", TACE),
        ("肝癌介入治疗", TACE),
        ("动脉化疗栓塞", TACE),
        ("Chemoembolization", TACE),
        ("胃左动脉化疗栓塞术", TACE),
        ("肝局部灌注术", HAIC),
        ("肝动脉化疗", HAIC),
        ("肝癌破裂急诊TAE", TACE),
        ("Bland TAE", TAE),
        ("经动脉灌注化疗(TAI)", HAIC),
        ("percutaneous hepatic perfusion", HAIC),
        ("Hepatic arterial embolization with doxorubicin beads", TACE),
        ("肝癌根治术", RESECTION),
        ("Microwave ablation", ABLATION),
        ("肿瘤微波消融术", ABLATION),
        ("planned TACE", TACE),
        ("TACE planned for Monday", TACE),
        ("TACE失败", TACE),
        ("TACE deferred", TACE),
        ("TACE - patient refused", TACE),
        ("Unsuccessful TACE", TACE),
        ("TACE?", TACE),
        ("TACE intended", TACE),
        ("TACE术后", TACE),
        ("TACE后续治疗", TACE),
        ("不再行TACE", TACE),
        ("Stop TACE, start lenvatinib", TACE),
        ("TACE术前评估", TACE),
        ("TACE术后评估", TACE),
        ("MRI TACE", TACE),
        ("单纯性肝动脉栓塞?未行化疗栓塞", TACE),
        ("Z.n. Lebertransplantation", TRANSPLANT),
        ("肝癌TACE术后复发", TACE),
        ("肝癌术后复发未行TACE", TACE),
        ("Evaluation zur Lebertransplantation", TRANSPLANT),
    ],
)
def test_a_name_that_leaves_it_open_makes_a_candidate(text: str, kind: TreatmentKind) -> None:
    chart = named(text)
    assert (kind, False) in kinds(chart)
    assert not any(confirmed for _, confirmed in kinds(chart))
    assert note(chart) == {(CANDIDATE, "text-in-doubt")}


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("TACE术后肝肿瘤射频消融术", {TACE, ABLATION}),
        ("Radiofrequency ablation after TACE, liver", {TACE, ABLATION}),
        ("TACE后微波消融(肝)", {TACE, ABLATION}),
        ("TACE术后HAIC", {TACE, HAIC}),
        ("TACE后肝动脉灌注化疗", {TACE, HAIC}),
        ("TACE转HAIC", {TACE, HAIC}),
        ("TACE failed, HAIC", {TACE, HAIC}),
        ("Change TACE to HAIC", {TACE, HAIC}),
        ("TACE或HAIC", {TACE, HAIC}),
        ("HAIC (TACE)", {TACE, HAIC}),
        ("TACE/ablation", {TACE, ABLATION}),
        ("肝癌切除术后TACE", {TACE, RESECTION}),
    ],
)
def test_a_name_of_two_acts_may_be_each(text: str, several: set[TreatmentKind]) -> None:
    assert sorted(kinds(named(text))) == sorted((kind, False) for kind in several)


@pytest.mark.parametrize(
    "text",
    [
        "TACE+RFA",
        "TACE联合微波消融",
        "TACE术中消融",
        "TACE with RFA",
        "肝动脉化疗栓塞联合射频消融术",
        "肝癌TACE+PEI",
        "TACE联合无水酒精注射",
        "TACE+无水酒精注射术",
        "经导管肝动脉化疗栓塞术(TACE)+经皮肝穿刺微波消融",
    ],
)
def test_two_acts_that_are_joined_were_both_done(text: str) -> None:
    chart = named(text)
    assert sorted(kinds(chart)) == [(ABLATION, True), (TACE, True)]
    assert note(chart) == {(MATCHED, "")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("HAIC治疗(TACE抵抗)", HAIC),
        ("TACE抵抗后HAIC", HAIC),
        ("TACE失败后HAIC", HAIC),
        ("HAIC for TACE-refractory HCC", HAIC),
        ("支气管动脉、肝动脉化疗栓塞术", TACE),
        ("肝动脉化疗栓塞术+支气管动脉造影", TACE),
        ("TACE及脾动脉栓塞", TACE),
        ("TACE+门静脉栓塞术", TACE),
    ],
)
def test_what_else_is_mentioned_was_not_done(text: str, kind: TreatmentKind) -> None:
    assert kinds(named(text)) == [(kind, True)]


def test_text_and_display_are_one_name_and_two_places() -> None:
    both = said("X", "动脉化疗栓塞", "经导管肝动脉栓塞术", system="http://his")
    assert kinds(charted(performed(both))) == [(TACE, True)]
    apart = said("X", "TACE", "HAIC", system="http://his")
    assert sorted(kinds(charted(performed(apart)))) == [(HAIC, False), (TACE, False)]
    undone = said("X", "取消", "TACE", system="http://his")
    assert kinds(charted(performed(undone))) == [(TACE, False)]


# What is left out


@pytest.mark.parametrize(
    "text",
    [
        "拟行TACE",
        "建议TACE",
        "计划行肝动脉化疗栓塞术",
        "TACE知情同意谈话",
        "TACE护理常规",
        "肝癌TACE综合征护理",
        "TACE planning angiography",
        "Visceral angiogram for TACE evaluation",
        "MAA injection for TARE",
        "TACE consent",
        "支气管动脉化疗栓塞术",
        "肝移植评估门诊",
        "TACE并发症处理",
        "TACE术前准备",
        "TACE申请单",
        "TACE疗效评估",
        "TACE麻醉",
        "TACE tumor board",
        "Anesthesia for TACE",
        "下一步TACE",
        "是否TACE",
        "等待TACE",
        "HAIC导管拔除",
        "HAIC pump refill",
        "Y90 mapping",
        "Y-90 radioembolization planning arteriogram",
        "肝脏放疗定位",
        "Liver SBRT simulation",
        "肝动脉灌注化疗泵植入术",
    ],
)
def test_what_mentions_a_treatment_and_is_none_is_noted(text: str) -> None:
    chart = named(text)
    assert kinds(chart) == []
    assert {code for code, _ in note(chart)} == {CANDIDATE}
    for status in ("not-done", "entered-in-error"):
        assert note(named(text, status=status)) <= {("status-not-used", status)}


def test_a_plan_is_no_session_and_a_document_of_it_neither() -> None:
    assert kinds(named("拟行TACE")) == []
    assert note(named("拟行TACE")) == {(CANDIDATE, "text-left-out")}
    assert kinds(named("TACE consent")) == []


@pytest.mark.parametrize(
    "text",
    [
        "肝动脉造影术",
        "门静脉造影",
        "胆囊切除术",
        "肝素封管",
        "子宫动脉栓塞术",
        "门静脉栓塞术",
        "PVE",
        "Portal vein embolization",
        "胃左动脉栓塞术",
        "甲状腺结节微波消融术",
        "肝囊肿无水酒精注射硬化术",
        "cardiac ablation",
        "Gamma knife, brain",
        "腹水引流",
        "CT肝动脉灌注成像",
    ],
)
def test_what_is_no_treatment_of_the_liver_is_passed_over(text: str) -> None:
    chart = named(text)
    assert kinds(chart) == []
    assert note(chart) == set()


def test_an_excluded_code_with_the_name_of_a_tace_is_noted() -> None:
    chart = charted(performed(said("88933-7", "Portal vein embolization after TACE", system=LOINC)))
    assert kinds(chart) == []
    assert note(chart) == {(CANDIDATE, "text-left-out")}


@pytest.mark.parametrize(
    "text",
    [
        "脑伽马刀(肝癌脑转移)",
        "Gamma knife for brain metastasis of liver cancer",
        "Proton therapy HCC bone metastasis",
        "肝動注化学療法予定",
        "肝动脉药盒植入术",
    ],
)
def test_what_only_comes_near_a_treatment_of_the_liver_is_none(text: str) -> None:
    assert kinds(named(text)) == []


# Site, reason, notes


@pytest.mark.parametrize("text", ["Microwave ablation", "消融术", "SBRT", "楔形切除术"])
def test_the_site_says_that_it_was_the_liver(text: str) -> None:
    chart = named(text, bodySite=[concept(SNOMED, "10200004")])
    assert [confirmed for _, confirmed in kinds(chart)] == [True]
    assert [confirmed for _, confirmed in kinds(named(text, bodySite=[{"text": "肝S8"}]))] == [True]


@pytest.mark.parametrize(
    ("reason", "sure"),
    [
        ("原发性肝癌", True),
        ("肝恶性肿瘤", True),
        ("liver cancer", True),
        ("HCC, BCLC B", True),
        ("转移性肝癌", False),
        ("metastatic liver cancer", False),
        ("排除肝癌", False),
        ("肺癌", False),
    ],
)
def test_a_cancer_of_the_liver_is_a_reason_in_its_usual_words(reason: str, sure: bool) -> None:
    chart = named("动脉化疗栓塞术", reasonCode=[{"text": reason}])
    assert kinds(chart) == [(TACE, sure)]
    code = performed({"text": "动脉化疗栓塞术"}, reasonReference=[{"reference": "Condition/c-1"}])
    assert kinds(charted(code, diagnosed({"text": reason}))) == [(TACE, sure)]


@pytest.mark.parametrize(
    ("text", "found"), [("肝动脉造影+支气管动脉造影", [(TACE, False)]), ("支气管动脉栓塞术", [])]
)
def test_a_probable_code_is_not_lost_to_another_organ_unnoted(
    text: str, found: list[tuple[TreatmentKind, bool]]
) -> None:
    chart = charted(performed(said("99.2501", text)))
    assert kinds(chart) == found
    assert {code for code, _ in note(chart)} == {CANDIDATE}


def test_the_carcinoma_says_so_only_of_a_chemoembolisation() -> None:
    reason = {"reasonReference": [{"reference": "Condition/c-1"}]}
    carcinoma = diagnosed(concept("http://hl7.org/fhir/sid/icd-10", "C22.0"))

    def kinds_for(text: str) -> list[tuple[TreatmentKind, bool]]:
        return kinds(charted(performed({"text": text}, **reason), carcinoma))

    assert kinds_for("动脉化疗栓塞术") == [(TACE, True)]
    assert kinds_for("射频消融术") == [(ABLATION, False)], "of a metastasis, perhaps"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ({"text": "介入手术"}, "行肝动脉化疗栓塞术(TACE)"),
        (said("88.4701", display="肝动脉造影"), "TACE"),
    ],
)
def test_what_only_a_note_names_is_a_candidate(code: JSON, text: str) -> None:
    chart = charted(performed(code, note=[{"text": text}]))
    assert kinds(chart) == [(TACE, False)]
    assert note(chart) == {(CANDIDATE, "text-of-a-note")}


def test_a_note_that_tells_of_the_past_is_only_noted() -> None:
    chart = charted(performed({"text": "腹腔穿刺"}, note=[{"text": "TACE术后"}]))
    assert kinds(chart) == []
    assert note(chart) == {(CANDIDATE, "text-left-out")}


def test_a_note_does_not_speak_against_the_code() -> None:
    chart = charted(performed({"text": "HAIC"}, note=[{"text": "TACE"}]))
    assert kinds(chart) == [(HAIC, True)]


def test_a_named_embolisation_is_one_half() -> None:
    parts = [
        performed({"text": text}, f"t-{n}")
        for n, text in enumerate(("肝动脉栓塞术", "肝局部灌注术"))
    ]
    chart = charted(*parts)
    assert kinds(chart) == [(TACE, False)]
    assert len(chart.treatments[0].references) == 2
    chemotherapy = performed(said("96420", system="http://www.ama-assn.org/go/cpt"), "chemo")
    assert kinds(charted(parts[0], chemotherapy)) == [(TACE, True)]


def test_an_arterial_drug_makes_a_named_embolisation_a_tace() -> None:
    chart = charted(performed({"text": "肝动脉栓塞术"}), arterial_drug())
    assert kinds(chart) == [(TACE, True)]
    assert note(chart) == {(MATCHED, "")}


# Statuses that could not be read


@pytest.mark.parametrize("status", ["Completed", "done", "已完成"])
def test_a_status_that_fhir_does_not_have_may_be_completed(status: str) -> None:
    chart = charted(performed({"text": "TACE"}, status=status))
    assert kinds(chart) == [(TACE, False)]
    assert ("status-not-used", "other") in note(chart)


def test_an_unreadable_status_may_be_completed() -> None:
    chart = charted(performed({"text": "TACE"}, status=5))
    assert kinds(chart) == [(TACE, False)]
    chart = charted(performed({"text": "TACE"}, status=None))
    assert kinds(chart) == [], "not said is not performed"


# What comes of it


def cci(text: str) -> str:
    """With the third session named so."""
    return answers(judged(copied((LAST_SESSION, {"code": {"text": text}}))))["cci-2022"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("肝动脉栓塞化疗术", "met"),
        ("肝动脉栓塞术", OPEN),
        ("TACE后肝动脉灌注化疗", OPEN),
        ("TACE抵抗后HAIC", "not-met"),
        ("TACE护理常规", "not-met"),
        ("TACE planning angiography", "not-met"),
        ("拟行TACE", "not-met"),
    ],
)
def test_the_third_session_by_its_name(text: str, verdict: str) -> None:
    assert cci(text) == verdict


def test_each_act_that_a_name_leaves_open_is_judged() -> None:
    """Between two sessions an ablation breaks the series; a TACE that is beside it hides that."""
    second, third = judged(copied())["course"]["sessions"][1:3]
    start, end = (datetime.date.fromisoformat(day) for day in (second["end"], third["start"]))
    between = (start + (end - start) / 2).isoformat()

    def with_it(text: str) -> JSON:
        more = like(LAST_SESSION, id="x", code={"text": text}, performedDateTime=between)
        return judged([*copied(), more])

    assert answers(with_it("TACE"))["cci-2022"] == "met"
    shown = with_it("TACE术后肝肿瘤射频消融术")
    assert answers(shown)["cci-2022"] == OPEN
    assert shown["definitions"]["cci-2022"]["reason"] == "procedure-confirmation"


def test_no_name_is_passed_over_for_want_of_a_sign() -> None:
    """Every word by which a treatment is known begins a search; the table says so of itself."""
    table = json.loads((files("fhir_profiles") / "texts.json").read_bytes())["procedure"]
    signs = re.compile(table["signs"], re.IGNORECASE)
    for entry in table["kinds"]:
        for pattern in entry["patterns"]:
            bare = re.sub(r"\(\?<?[!=][^()]*\)|\[\^[^\]]*\]\{[^}]*\}\??", "", pattern)
            plain = bare.replace("[sz]", "s").replace("-?", "-").replace("[- ]?", "-")
            assert signs.search(plain), pattern
