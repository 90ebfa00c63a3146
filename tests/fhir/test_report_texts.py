"""Texts of reports propose, never decide; a denial, a doubt or silence proposes nothing."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from cdshooks.fhir.chart_attachments import LONGEST_DATA, LONGEST_TEXT, MOST_ATTACHMENTS, decoded
from cdshooks.fhir.chart_proposals import MOST_PROPOSALS
from cdshooks.fhir.views import Attachment
from tests.fhir.test_situation_charting import charted
from tests.support.courses import REFRACTORY, canonical, judge, record, scenario
from tests.support.fhir_writer import LOINC, Resource, bundled, concept
from tests.support.pipeline import judged_bundle
from tests.support.shapes import notes_of, of_kind, told


def report(**members: Any) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": concept(LOINC, "36134-5"),
        "subject": {"reference": "Patient/p-1"},
        "effectiveDateTime": "2023-05-16",
        **members,
    }


def proposed(text: str | None = None, **members: Any) -> list[tuple[str, str | None]]:
    chart = charted(report(**({"conclusion": text} if text else {}), **members))
    return [
        (note.detail.removeprefix("proposes-"), str(note.mm.normalize()) if note.mm else None)
        for note in chart.notes
        if note.code == "text-proposal"
    ]


SAID = [
    ("肝S8病灶动脉期明显强化，大小约3.9×3.1cm。", [("viable-size", "39")]),
    ("存活肿瘤最大径约28mm", [("viable-size", "28")]),
    ("S5病灶边缘见活性，范围12毫米×9毫米", [("viable-size", "12")]),
    ("residual viable tumour of 2.5 cm", [("viable-size", "25")]),
    ("肝内新发结节", [("new-lesion", None)]),
    ("S4新出现病灶", [("new-lesion", None)]),
    ("A new liver lesion in segment IV", [("new-lesion", None)]),
    ("门静脉右支癌栓形成", [("tumour-thrombus", None)]),
    ("Portal vein tumour thrombus", [("tumour-thrombus", None)]),
    ("双肺多发转移", [("metastasis", None)]),
    ("Lung metastases", [("metastasis", None)]),
    ("未见新发病灶，门静脉右支癌栓形成", [("tumour-thrombus", None)]),
    ("未见新发病灶,门静脉右支可见癌栓", [("tumour-thrombus", None)]),
    ("No new lesion, but tumour thrombus in the right portal vein", [("tumour-thrombus", None)]),
]


@pytest.mark.parametrize(("text", "expected"), SAID)
def test_what_a_sentence_proposes(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert proposed(text) == expected


NOT_SAID = [
    "未见强化",
    "碘油沉积良好，未见明显强化灶，大小约3.9×3.1cm",
    "肝S8病灶大小约3.9×3.1cm",
    "未见新发病灶",
    "无新发结节",
    "门静脉未见癌栓",
    "排除癌栓",
    "癌栓待排",
    "癌栓不除外",
    "可疑转移",
    "转移可能",
    "未见肺、骨转移",
    "未见新发病灶，癌栓及转移",
    "未见新发病灶，门静脉未见癌栓",
    "未见癌栓形成，未见转移",
    "门静脉可见充盈缺损，癌栓待排",
    "No new lesion, tumour thrombus or metastasis",
    "No new lesion",
    "No evidence of tumour thrombus or metastasis",
    "suspicious for metastasis",
    "metastasis cannot be excluded, possible",
    "增强扫描各期未见异常",
    "肝硬化，脾大",
]


@pytest.mark.parametrize("text", NOT_SAID)
def test_a_denial_a_doubt_or_silence_proposes_nothing(text: str) -> None:
    assert proposed(text) == []


def test_each_sentence_stands_for_itself() -> None:
    text = "未见新发病灶。门静脉右支癌栓。双肺未见转移；右肾上腺转移。"
    assert proposed(text) == [("metastasis", None), ("tumour-thrombus", None)]


FORM = "门静脉左支癌栓。"


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        ("text/plain; charset=UTF-8", "utf-8"),
        ("text/plain; charset=GBK", "gbk"),
        ("text/plain; charset=gb2312", "gb2312"),
        ("text/plain", "utf-8"),
        ("text/plain", "gb18030"),
        ("text/plain; charset=utf-8", "gbk"),
        ("text/plain; charset=no-such", "gb18030"),
        ("text/plain", "utf-8-sig"),
        (None, "gbk"),
    ],
)
def test_charset_of_an_attachment(kind: str | None, encoding: str) -> None:
    form: Resource = {"data": base64.b64encode(FORM.encode(encoding)).decode()}
    if kind is not None:
        form["contentType"] = kind
    assert proposed(presentedForm=[form]) == [("tumour-thrombus", None)]


def test_markup_is_taken_out() -> None:
    data = base64.b64encode("<p>门静脉左支<b>癌栓</b></p>".encode()).decode()
    form = {"contentType": "text/html", "data": data}
    assert proposed(presentedForm=[form]) == [("tumour-thrombus", None)]


DATA = base64.b64encode(FORM.encode()).decode()
TEXT, PDF = {"contentType": "text/plain", "data": DATA}, {"contentType": "application/pdf"}
UNREAD: dict[str, list[Resource]] = {
    "a PDF": [{**PDF, "data": DATA}],
    "a PDF elsewhere": [{**PDF, "url": "https://pacs.example.org/report.pdf"}],
    "a text elsewhere": [{"contentType": "text/plain", "url": "Binary/none"}],
    "no base64": [{"data": "%%%"}],
    "no charset": [{"data": base64.b64encode(b"\xff\xff\xff").decode()}],
    "too long": [{"data": "A" * (LONGEST_DATA + 4)}],
    "too many": [TEXT] * (MOST_ATTACHMENTS + 1),
}


@pytest.mark.parametrize("forms", UNREAD.values(), ids=UNREAD)
def test_a_text_that_is_not_read_is_noted_with_its_place(forms: list[Resource]) -> None:
    path = "DiagnosticReport.presentedForm"
    chart = charted(report(presentedForm=forms))
    found = [note for note in chart.notes if note.code == "value-not-usable"]
    assert [(n.references, n.detail, n.path) for n in found] == [
        (("DiagnosticReport/r",), "report-text", path)
    ]


def test_a_pdf_beside_its_text_and_an_empty_form_are_nothing_unread() -> None:
    for forms in ([TEXT, {**PDF, "data": DATA}], [PDF], []):
        assert not any(
            n.code == "value-not-usable" for n in charted(report(presentedForm=forms)).notes
        )


def test_unread_texts_are_counted_in_one_note() -> None:
    many = [{**report(presentedForm=[{**PDF, "data": DATA}]), "id": f"r{n}"} for n in range(5)]
    (note,) = (n for n in charted(*many).notes if n.detail == "report-text")
    assert (note.count, len(note.references)) == (5, 5)


BINARY = {"resourceType": "Binary", "id": "b", "contentType": "text/plain; charset=GBK"}
BINARY["data"] = base64.b64encode(FORM.encode("gbk")).decode()
POINTERS: dict[str, Resource] = {
    "report": report(presentedForm=[{"contentType": "text/plain", "url": "Binary/b"}]),
    "report, by an absolute url": report(
        presentedForm=[{"url": "https://h.example/fhir/Binary/b"}]
    ),
    "document": {
        "resourceType": "DocumentReference",
        "id": "r",
        "status": "current",
        "content": [{"attachment": {"url": "Binary/b"}}],
    },
    "media": {
        "resourceType": "Media",
        "id": "r",
        "status": "completed",
        "createdDateTime": "2023-05-16",
        "content": {"contentType": "text/plain", "url": "Binary/b"},
    },
    "media with its own text": {
        "resourceType": "Media",
        "id": "r",
        "status": "completed",
        "content": TEXT,
    },
}


@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_a_text_in_a_binary_or_media_proposes_alike(pointer: Resource) -> None:
    pointer = {**pointer, "subject": {"reference": "Patient/p-1"}}
    notes = charted(pointer, BINARY).notes
    (note,) = (n for n in notes if n.code == "text-proposal")
    assert note.detail == "proposes-tumour-thrombus"
    assert note.references == (f"{pointer['resourceType']}/r",)
    assert not any(n.code in ("value-not-usable", "foreign-patient") for n in notes)


def test_a_binary_that_nothing_of_the_patient_points_to_is_not_read() -> None:
    assert charted(BINARY).notes == ()
    foreign = {**POINTERS["document"], "subject": {"reference": "Patient/other"}}
    assert {n.code for n in charted(foreign, BINARY).notes} == {"foreign-patient"}


def test_a_binary_named_by_the_urn_of_its_bundle() -> None:
    urn = "urn:uuid:6f2d1c3e-6f0a-4c0e-9d3a-2b1c0d9e8f7a"
    resources = record(REFRACTORY)
    subject = of_kind(resources, "Procedure")[0]["subject"]
    found = report(presentedForm=[{"url": urn}], subject=subject)
    whole = bundled([*resources, found])
    binary = {key: value for key, value in BINARY.items() if key != "id"}
    whole["entry"].append({"fullUrl": urn, "resource": binary})
    shown = judged_bundle(whole, scenario(REFRACTORY).as_of)
    assert len(notes_of(shown, "text-proposal")) == 1


@pytest.mark.parametrize("kind", ["image/jpeg", "application/dicom", "video/mp4"])
def test_a_picture_is_no_text_that_was_missed(kind: str) -> None:
    media = {**POINTERS["media"], "subject": {"reference": "Patient/p-1"}}
    media["content"] = {"contentType": kind, "data": DATA}
    assert charted(media).notes == ()


def test_bounded_in_size_and_time() -> None:
    start = time.perf_counter()
    hostile = ["1x" * 50_000, "强化" * 10_000, "9" * 50_000 + "cm", "<" * 50_000, "无" * 50_000]
    for text in hostile:
        proposed(text)
    assert time.perf_counter() - start < 5
    many = "".join(f"强化灶{size}mm。" for size in range(10, 90))
    assert len(proposed(many)) == MOST_PROPOSALS
    late = "。" * LONGEST_TEXT + FORM
    assert proposed(late) == []
    assert decoded(Attachment(data=base64.b64encode(FORM.encode()).decode())) == FORM


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error"])
def test_only_a_final_report_proposes(status: str) -> None:
    assert proposed(FORM, status=status) == []


SECRET = "张三丰"


def test_a_proposal_names_the_kind_and_the_number_and_nothing_feeds_a_verdict() -> None:
    resources = record(REFRACTORY)
    subject = of_kind(resources, "Procedure")[0]["subject"]
    text = f"{SECRET}：门静脉主干癌栓，双肺转移，肝内新发病灶，强化灶大小12.5cm"
    found = report(conclusion=text, subject=subject, category=[])
    found["code"] = {"text": "report"}
    shown = judge(REFRACTORY, [*resources, found])
    assert told(shown) == told(canonical(REFRACTORY))
    notes = notes_of(shown, "text-proposal")
    assert len(notes) == 4
    assert SECRET not in json.dumps(shown, ensure_ascii=False)
    assert any("125 mm" in note["text"] for note in notes)
    assert all(note["references"] == ["DiagnosticReport/r"] for note in notes)


def test_a_later_report_does_not_exist_yet() -> None:
    resources = record(REFRACTORY)
    subject = of_kind(resources, "Procedure")[0]["subject"]
    found = report(conclusion=FORM, subject=subject, effectiveDateTime="2023-06-30")
    found["code"] = {"text": "report"}
    assert not notes_of(judge(REFRACTORY, [*resources, found]), "text-proposal")


def test_a_document_with_its_text_proposes_alike() -> None:
    form = {"contentType": "text/plain", "data": base64.b64encode(FORM.encode("gbk")).decode()}
    document = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": {"reference": "Patient/p-1"},
        "date": "2023-05-16T10:00:00+08:00",
        "content": [{"attachment": form}],
    }
    (note,) = charted(document).notes
    assert (note.code, note.detail) == ("text-proposal", "proposes-tumour-thrombus")
    assert charted({**document, "status": "superseded"}).notes == ()
    assert charted({**document, "docStatus": "preliminary"}).notes == ()
