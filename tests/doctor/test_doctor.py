"""``cdshooks doctor`` from outside: what it says of a server, of a file, and never of a patient."""

from __future__ import annotations

import datetime
import inspect
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cdshooks.cards.catalogue import phrases
from cdshooks.doctor import advice, examination, facts
from cdshooks.errors import FhirFailure
from cdshooks.fhir import validity
from cdshooks.fhir.client import FhirClient
from cdshooks.fhir.codes import standard_terminology
from cdshooks.fhir.needs import NEEDS
from cdshooks.fhir.record import GapKind
from cdshooks.settings import Limits
from tests.cards.test_catalogue import NOTES
from tests.test_cli import CHINESE, complaint, printed
from tests.web.calls import bundle
from tests.web.fhir_server import fhir_server

DEMO = Path(str(files("cdshooks") / "demo_patients"))
REFRACTORY = str(DEMO / "refractory.json")
PATIENT = ("--patient", "demo-refractory")
CANARY = "canary7"

JSON = dict[str, Any]


def resources(name: str = "refractory") -> list[JSON]:
    return [entry["resource"] for entry in bundle(name)["entry"]]


def written(folder: Path, record: list[JSON]) -> str:
    file = folder / "record.json"
    entries = [{"resource": resource} for resource in record]
    file.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}), encoding="utf-8")
    return str(file)


def doctor(*arguments: str, **environment: str) -> JSON:
    found: JSON = json.loads(printed("doctor", *arguments, "--format", "json", **environment))
    return found


def examined(folder: Path, record: list[JSON]) -> JSON:
    return doctor(written(folder, record))


def fact(found: JSON, name: str) -> JSON:
    (one,) = (one for one in found["facts"] if one["fact"] == name)
    return dict(one)


def lacks(found: JSON, name: str) -> dict[str, int]:
    return {lack["code"]: lack["count"] for lack in fact(found, name)["lacks"]}


def search(found: JSON, key: str) -> JSON:
    (one,) = (one for one in found["searches"] if one["key"] == key)
    return dict(one)


def every(record: list[JSON], kind: str) -> list[JSON]:
    return [resource for resource in record if resource["resourceType"] == kind]


# A server


def test_a_server_that_gives_everything() -> None:
    with fhir_server() as server:
        found = doctor(server.base, *PATIENT)
    assert found["verdict"] == {"answer": "yes", "reasons": []}
    assert found["server"] == {"metadata": "absent", "fhirVersion": None, "claimed": None}
    assert [one["key"] for one in found["searches"]] == [need.key for need in NEEDS]
    assert {one["outcome"] for one in found["searches"]} == {"complete"}
    procedures = search(found, "procedures")
    assert (procedures["resources"], procedures["pages"], procedures["required"]) == (3, 1, True)


def test_laboratory_results_are_asked_for_as_a_call_does(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text("[service]\nprefetch_today = true\n", encoding="utf-8")
    with fhir_server() as server:
        doctor(server.base, *PATIENT)
        assert not any("date=" in query for query in server.asked)
        doctor(server.base, *PATIENT, "--config", str(config))
        (labs,) = [query for query in server.asked if "date=" in query]
    day = datetime.date.fromisoformat(labs.partition("&date=ge")[2])
    assert "1834-1" in labs
    assert 729 <= (datetime.datetime.now(datetime.UTC).date() - day).days <= 731


def test_a_server_and_a_file_hold_the_same() -> None:
    with fhir_server() as server:
        of_server = doctor(server.base, *PATIENT)
    of_file = doctor(REFRACTORY)
    assert (of_file["server"], of_file["searches"]) == (None, [])
    for part in ("verdict", "facts", "notes", "invalid"):
        assert of_server[part] == of_file[part]


def test_what_the_server_says_of_itself() -> None:
    kinds = {re.split("[/?]", need.query)[0] for need in NEEDS} - {"BodyStructure"}
    parameters = [{"name": name} for name in ("patient", "code", "intent", "status")]
    with fhir_server() as server:
        server.capabilities = {
            "resourceType": "CapabilityStatement",
            "fhirVersion": "4.0.1",
            "rest": [
                {
                    "mode": "server",
                    "resource": [
                        {
                            "type": kind,
                            "interaction": [{"code": "read"}, {"code": "search-type"}],
                            "searchParam": parameters,
                        }
                        for kind in sorted(kinds)
                    ],
                }
            ],
        }
        found = doctor(server.base, *PATIENT)
        text = printed("doctor", server.base, *PATIENT)
    assert found["server"] == {"metadata": "read", "fhirVersion": "4.0.1", "claimed": 11}
    assert search(found, "lesions")["claimed"] is False
    assert search(found, "imagingReports")["unclaimed"] == ["category"]
    assert search(found, "labs")["claimed"] is True
    assert "FHIR 4.0.1; it lists 11 of our 14 searches" in text
    assert "parameters not listed in /metadata: category" in text


def test_a_refused_search_degrades_only_its_own_line() -> None:
    with fhir_server() as server:
        whole = doctor(server.base, *PATIENT)
        server.refused.add("BodyStructure")
        found = doctor(server.base, *PATIENT)
        text = printed("doctor", server.base, *PATIENT)
    changed = [
        (one["key"], one["outcome"], one["reason"], one["http"])
        for one, before in zip(found["searches"], whole["searches"], strict=True)
        if one["outcome"] != before["outcome"]
    ]
    assert changed == [("lesions", "refused", "http", 403)]
    others = [one for one in found["facts"] if one["fact"] not in ("lesions", "diameters")]
    assert others == [o for o in whole["facts"] if o["fact"] not in ("lesions", "diameters")]
    assert lacks(found, "lesions") == {"search-lost": 0}
    assert found["verdict"] == {"answer": "partly", "reasons": ["search-lost"]}
    assert "REFUSED: lesions, 0 resources, 0 pages" in text and "HTTP 403" in text


def test_without_procedures_the_answer_is_no() -> None:
    with fhir_server() as server:
        server.refused.add("Procedure")
        found = doctor(server.base, *PATIENT)
    assert found["verdict"]["answer"] == "no"
    assert "procedures" in found["verdict"]["reasons"]
    assert "no-session" not in found["verdict"]["reasons"]
    assert lacks(found, "sessions") == {"search-lost": 0}


def test_a_patient_that_it_does_not_know() -> None:
    with fhir_server() as server:
        found = doctor(server.base, "--patient", "nobody")
    assert found["verdict"]["answer"] == "no"
    assert found["verdict"]["reasons"][0] == "patient"


@pytest.mark.parametrize(
    ("instead", "reason", "advice"),
    [
        ((404, {}, b""), "base", "check the base URL"),
        ((404, {"Content-Type": "text/html"}, b"<html>"), "base", "check the base URL"),
        ((200, {"Content-Type": "text/html"}, b"<html>log in</html>"), "base", "login page"),
        ((302, {"Location": "https://login.example.org"}, b""), "base", "a redirect"),
        ((401, {}, b""), "token", "check the token"),
        ((403, {}, b""), "token", "check the token"),
    ],
)
def test_when_nothing_is_answered_the_one_cause_is_told(
    instead: tuple[int, dict[str, str], bytes], reason: str, advice: str
) -> None:
    with fhir_server() as server:
        server.instead = instead
        found = doctor(server.base, *PATIENT)
        text = printed("doctor", server.base, *PATIENT)
    assert found["verdict"] == {"answer": "no", "reasons": [reason]}
    assert advice in text and "viable diameter, sum" not in text


def test_a_server_that_never_answers_in_time() -> None:
    with fhir_server() as server:
        server.slow = 2.0
        client = FhirClient(server.base, limits=Limits(deadline_seconds=0.2))
        found = examination.examine_server(
            client,
            "demo-refractory",
            site_timezone="UTC",
            terminology=standard_terminology(),
            seconds_of_call=0.1,
        )
    assert (found.answer, found.reasons) == ("no", ("no-answer",))


def test_a_patient_that_is_not_known_says_nothing_of_codes_and_diameters() -> None:
    with fhir_server() as server:
        found = doctor(server.base, "--patient", "nobody")
        text = printed("doctor", server.base, "--patient", "nobody")
    assert found["verdict"] == {"answer": "no", "reasons": ["patient", "search-lost"]}
    assert "map the local" not in text


def test_what_measures_is_lost() -> None:
    with fhir_server() as server:
        server.refused.add("Observation")
        found = doctor(server.base, *PATIENT)
    assert found["verdict"]["answer"] == "no"
    assert found["verdict"]["reasons"] == ["measurement-lost", "search-lost"]


def test_the_token() -> None:
    with fhir_server(token=CANARY) as server:
        allowed = printed("doctor", server.base, *PATIENT, CDSHOOKS_FHIR_TOKEN=CANARY)
        refused = printed("doctor", server.base, *PATIENT, CDSHOOKS_FHIR_TOKEN=CANARY + "x")
    assert "fed from here? Yes" in allowed and "fed from here? No" in refused
    assert "/metadata was refused" in refused
    assert CANARY not in allowed + refused


def test_a_search_slower_than_a_hook_call_waits(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[limits]\ndeadline_seconds = 0.05\n", encoding="utf-8")
    with fhir_server() as server:
        server.slow = 0.2
        found = doctor(server.base, *PATIENT, "--config", str(site))
        text = printed("doctor", server.base, *PATIENT, "--config", str(site))
    assert all(one["tooSlow"] and one["outcome"] == "complete" for one in found["searches"])
    assert found["verdict"] == {"answer": "no", "reasons": ["too-slow"]}
    assert "fed from here? No, except by prefetch" in text


def test_a_search_that_may_be_lost_is_too_slow(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[limits]\ndeadline_seconds = 0.5\n", encoding="utf-8")
    with fhir_server() as server:
        server.slow, server.slow_types = 1.0, {"BodyStructure"}
        found = doctor(server.base, *PATIENT, "--config", str(site))
    assert found["verdict"] == {"answer": "partly", "reasons": ["too-slow"]}


def test_what_cannot_be_examined_is_one_line() -> None:
    assert "cannot be reached" in complaint("doctor", "http://127.0.0.1:9/fhir", *PATIENT)
    assert "--patient" in complaint("doctor", "http://127.0.0.1:9/fhir")
    assert "https only" in complaint(
        "doctor", "http://ehr.example.org/fhir", *PATIENT, CDSHOOKS_FHIR_TOKEN=CANARY
    )
    assert "no such file" in complaint("doctor", "nowhere.json")


# Facts and what they lack


def test_every_demo_patient_is_valid_r4_and_canonical() -> None:
    for file in sorted(DEMO.glob("*.json")):
        found = doctor(str(file))
        assert found["invalid"]["breaches"] == []
        shapes = {shape for one in found["facts"] for shape in one["shapes"]}
        assert shapes <= {"canonical", "condition", "session-identifier", "part-of", "report"}


def test_contrast_that_is_not_recorded(tmp_path: Path) -> None:
    record = resources()
    for study in every(record, "ImagingStudy"):
        study.pop("extension", None)
        study.pop("procedureCode", None)
    every(record, "ImagingStudy")[0]["description"] = "MR 平扫+增强"
    found = examined(tmp_path, record)
    assert lacks(found, "contrast") == {"no-contrast": 3}
    assert fact(found, "contrast")["shapes"] == {"text-matched": 1}
    assert fact(found, "scans")["shapes"] == {"canonical": 4}
    text = printed("doctor", written(tmp_path, record))
    assert "no contrast recorded on 3 scans: judged both ways (ImagingStudy/" in text


def test_a_session_known_by_its_text_and_one_by_an_unspecific_code(tmp_path: Path) -> None:
    record = resources()
    first, second, _ = every(record, "Procedure")
    first["code"] = {"text": "TACE"}
    second["status"] = "stopped"
    found = examined(tmp_path, record)
    assert fact(found, "sessions")["shapes"] == {"canonical": 2, "text-matched": 1}
    assert lacks(found, "sessions") == {"session-unconfirmed": 1}
    notes = {note["code"]: note["count"] for note in found["notes"]}
    assert notes == {"status-not-used": 1, "text-matched": 1}


def test_a_diagnosis_that_is_no_carcinoma_now_is_none(tmp_path: Path) -> None:
    record = resources()
    (diagnosis,) = every(record, "Condition")
    found = [fact(examined(tmp_path, record), "conditions")["found"]]
    for code in ("Z85.05", "C22.0"):
        coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}
        diagnosis["code"] = {"coding": [coding]}
        found.append(fact(examined(tmp_path, record), "conditions")["found"])
    assert found == [1, 0, 1]


def test_technique_intent_and_statements_that_are_not_recorded(tmp_path: Path) -> None:
    record = resources()
    for procedure in every(record, "Procedure"):
        procedure.pop("extension")
    record = [one for one in record if not one["id"].endswith("-vi")]
    found = examined(tmp_path, record)
    assert lacks(found, "attestation") == {"no-attestation": 3}
    assert lacks(found, "intent") == {"no-intent": 3}
    assert lacks(found, "vascular-invasion") == {"not-stated-on-scan": 3}
    assert found["verdict"] == {"answer": "partly", "reasons": ["no-attestation"]}


def test_nothing_to_compare(tmp_path: Path) -> None:
    record = [one for one in resources() if one["resourceType"] in ("Patient", "Procedure")]
    found = examined(tmp_path, record)
    assert found["verdict"] == {"answer": "no", "reasons": ["no-measurement"]}
    assert lacks(found, "scans") == {"no-scan": 1}


LOCAL = "https://hospital.example.org/procedures"


def with_local_codes(*more: JSON) -> list[JSON]:
    """The sessions by a code that nobody has mapped."""
    record = resources()
    for number, procedure in enumerate(every(record, "Procedure")):
        coding = {"system": LOCAL, "code": f"TACE-0{min(number, 1)}", "display": CANARY}
        procedure["code"] = {"coding": [coding], "text": CANARY}
    return [*record, *more]


def test_procedures_of_unknown_code_are_listed(tmp_path: Path) -> None:
    record = with_local_codes()
    found = examined(tmp_path, record)
    first, second, third = sorted(f"Procedure/{one['id']}" for one in every(record, "Procedure"))
    assert found["procedures"] == [
        {"system": LOCAL, "code": "TACE-01", "count": 2, "references": [second, third]},
        {"system": LOCAL, "code": "TACE-00", "count": 1, "references": [first]},
    ]
    assert "no-session" in found["verdict"]["reasons"]
    text = printed("doctor", written(tmp_path, record))
    assert f"2 x {LOCAL}|TACE-01 ({second}, {third})" in text
    assert CANARY not in text + json.dumps(found)


def test_what_is_known_noted_planned_or_another_patients_is_not_listed(tmp_path: Path) -> None:
    record = resources()
    base = every(record, "Procedure")[0]
    local = {"coding": [{"system": LOCAL, "code": "X"}]}
    record += [
        {**base, "id": "planned", "status": "preparation", "code": local},
        {**base, "id": "wrong", "status": "entered-in-error", "code": local},
        {**base, "id": "foreign", "subject": {"reference": "Patient/other"}, "code": local},
        {**base, "id": "text", "code": {"text": "TACE"}},
        {**base, "id": "nothing", "code": None},
    ]
    assert examined(tmp_path, record)["procedures"] == []


@pytest.mark.parametrize(
    ("coding", "system", "code"),
    [
        ({"system": "urn:oid:1.2.156", "code": "99.2501"}, "urn:oid:1.2.156", "99.2501"),
        ({"code": "99"}, None, "99"),
        ({"system": "Zhang San", "code": "99"}, None, "99"),
        ({"system": LOCAL, "code": "Zhang San"}, LOCAL, None),
        ({"system": LOCAL, "code": "张三"}, LOCAL, None),
        ({"display": CANARY}, None, None),
    ],
)
def test_only_what_has_the_form_of_a_code_is_shown(
    tmp_path: Path, coding: JSON, system: str | None, code: str | None
) -> None:
    record = resources()
    every(record, "Procedure")[0]["code"] = {"coding": [coding]}
    (one,) = examined(tmp_path, record)["procedures"]
    assert (one["system"], one["code"], one["count"]) == (system, code, 1)
    text = printed("doctor", written(tmp_path, record))
    assert "Zhang" not in text and "张三" not in text and CANARY not in text
    assert (f"{system or '?'}|{code}" if code else "without a code that could be shown") in text


def test_a_yes_or_no_in_words_and_a_marker_without_a_limit_get_their_own_advice(
    tmp_path: Path,
) -> None:
    record = resources()
    vi = next(one for one in record if one["id"].endswith("-vi"))
    del vi["valueBoolean"]
    vi["valueString"] = "no"
    afp = next(one for one in record if one["id"].endswith("-mk0"))
    afp["valueQuantity"] = {**afp["valueQuantity"], "unit": "IU/mL", "code": "[IU]/mL"}
    afp.pop("referenceRange", None)
    found = examined(tmp_path, record)
    (group,) = (one for one in found["notes"] if one["code"] == "value-not-usable")
    assert {place["advice"] for place in group["where"]} == {"boolean", "unit-or-range"}
    text = printed("doctor", written(tmp_path, record))
    assert "send it as valueBoolean" in text and "or with the referenceRange" in text
    assert "in the shape that README shows" not in text


def test_one_thing_is_not_told_as_several(tmp_path: Path) -> None:
    record = resources()
    every(record, "ImagingStudy")[0].pop("extension")
    text = printed("doctor", written(tmp_path, record))
    assert "no contrast recorded on 1 scan:" in text
    with fhir_server() as server:
        text = printed("doctor", server.base, *PATIENT)
    assert "patient, 1 resource, 1 page, " in text
    assert not re.search(r"\b1 (resources|pages|scans|pairs|measurements|kinds)\b", text)


# Validity


def test_what_is_not_valid_r4_is_told_by_path_and_rule(tmp_path: Path) -> None:
    record = resources()
    procedure, other, _ = every(record, "Procedure")
    procedure["occurrenceDateTime"] = CANARY
    procedure["zhangSan"] = CANARY
    other["performedDateTime"] = CANARY
    observation, *_ = every(record, "Observation")
    observation.pop("status")
    found = examined(tmp_path, record)
    breaches = {(one["path"], one["rule"]) for one in found["invalid"]["breaches"]}
    assert breaches == {
        ("Observation.status", "required"),
        ("Procedure", "unknown-element"),
        ("Procedure.occurrenceDateTime", "unknown-element"),
        ("Procedure.performedDateTime", "wrong-format"),
    }
    assert found["invalid"]["checked"] == len(record)


@pytest.mark.parametrize("output", ["json", "text"])
def test_no_value_name_or_token_is_told(output: str) -> None:
    """Every text of the record, and a value of each kind, is marked."""
    record = json.loads(_marked(json.dumps(resources())))
    broken = json.loads(_marked(json.dumps(resources()), every_text=True))
    for one in broken:
        one["id"] += "-broken"
    patient = next(one for one in record if one["resourceType"] == "Patient")
    patient["name"] = [{"text": CANARY, CANARY: CANARY}]
    with fhir_server(token=CANARY, resources=[*record, *broken]) as server:
        text = printed(
            "doctor", server.base, *PATIENT, "--format", output, CDSHOOKS_FHIR_TOKEN=CANARY
        )
    assert CANARY not in text and "77.77" not in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text), "a date"
    assert server.base not in text


def _marked(text: str, every_text: bool = False) -> str:
    text = re.sub(r'"(text|display|description|family)": "[^"]*"', rf'"\1": "{CANARY}"', text)
    text = re.sub(r'"value": \d[\d.]*', '"value": 77.77', text)
    if every_text:
        text = re.sub(
            r'"(code|unit|started|performedDateTime|effectiveDateTime|status|url)": "[^"]*"',
            rf'"\1": "{CANARY}"',
            text,
        )
    return text


# The text


def test_in_chinese() -> None:
    assert CHINESE.search(printed("doctor", REFRACTORY, "--lang", "zh"))
    assert printed("doctor", REFRACTORY, "--lang", "zh", "--format", "json") == printed(
        "doctor", REFRACTORY, "--format", "json"
    )


def test_the_same_file_gives_the_same_bytes() -> None:
    assert printed("doctor", REFRACTORY) == printed("doctor", REFRACTORY, PYTHONHASHSEED="7")


def test_a_good_record_is_a_screenful() -> None:
    text = printed("doctor", REFRACTORY)
    assert len(text.splitlines()) < 50
    assert max(map(len, text.splitlines())) < 160


def test_every_code_has_its_sentence() -> None:
    sources = "".join(
        Path(module.__file__).read_text(encoding="utf-8") for module in (facts, examination)
    )
    wanted = {
        f"doctor-lack.{code}" for code in re.findall(r'(?:_lack|_none|Lack)\("(.+?)"', sources)
    }
    wanted |= {f"doctor-fact.{one['fact']}" for one in doctor(REFRACTORY)["facts"]}
    wanted |= {f"doctor-rule.{rule}" for _, rule in validity._RULES}
    wanted |= {"doctor-rule.invalid", "doctor-rule.one-of-several"}
    wanted |= {f"doctor-do.{code}" for code in NOTES if code != "no-tace"}
    wanted |= {f"doctor.outcome-{kind}" for kind in (*GapKind, "complete")}
    kinds = set(FhirFailure) - {FhirFailure.REFUSED}
    wanted |= {f"doctor.reason-{kind}" for kind in (*kinds, "http", "failed")}
    wanted |= {f"doctor.metadata-{how}" for how in ("read", "absent", "refused", "timed-out")}
    wanted |= {f"doctor.verdict-{answer}" for answer in ("yes", "partly", "no", "prefetch")}
    wanted |= {f"doctor-reason.{reason}" for reason in examination.STOPS}
    wanted |= {f"doctor-advice.{key}" for key in (*advice.BY_DETAIL.values(), advice.BOOLEAN)}
    shapes = re.findall(r'"(report|observation|component|condition|candidate)"', sources)
    wanted |= {f"doctor-shape.{shape}" for shape in (*shapes, "session-identifier", "part-of")}
    wanted |= {f"doctor-shape.{shape}" for shape in ("canonical", "other-code", "text-matched")}
    assert wanted <= set(phrases())
    verdict = inspect.getsource(examination._verdict)
    reasons = set(re.findall(r'^        "([a-z-]+)": ', verdict, re.MULTILINE))
    assert {"patient", "no-contrast"} <= reasons
    assert {f"doctor-reason.{reason}" for reason in reasons} <= set(phrases())
