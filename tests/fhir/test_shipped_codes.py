"""Laws of the value sets that are shipped: where a code may stand, and that no set is idle."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import cdshooks
import fhir_profiles
from cdshooks.clinical.chart import Fact, Marker, Staging, TreatmentKind
from cdshooks.fhir.chart_procedures import ARTERIAL_CHEMOTHERAPY, EMBOLISATION
from cdshooks.fhir.codes import PROBABLE, standard_terminology

VALUE_SETS = Path(fhir_profiles.__file__).parent / "valuesets"
SOURCES = Path(cdshooks.__file__).parent
CHINESE = {"urn:oid:2.16.156.10011.2.3.3.12", "urn:oid:2.16.156.10011.2.3.3.11"}
BY_NUMBER_ALONE = {"http://www.ama-assn.org/go/cpt", "http://fhir.de/CodeSystem/bfarm/ops"}
SNOMED, LOINC = ("http://snomed.info/sct", "http://loinc.org")
OPEN = ("procedure-at-liver", "procedure-candidate", "procedure-half")
FOR_OTHERS = {"liver-segment", "observation-category", "override-reason"}
"""Bound to in the profiles, or shown to the reader of the guide; read by no rule."""
HINTS = {"hepatic-artery-occlusion", "hepatic-fistula"}
"""Diagnoses that never decide: candidates for ever, no site can promote them."""
STAGES = {f"{system.value}-stage" for system in Staging}


class Code(NamedTuple):
    value_set: str
    system: str
    code: str
    display: str | None

    @property
    def slot(self) -> str:
        return self.value_set.partition(".")[0]

    @property
    def role(self) -> str:
        return self.value_set.partition(".")[2] or self.slot


@cache
def shipped() -> tuple[Code, ...]:
    return tuple(
        Code(data["id"], include["system"], concept["code"], concept.get("display"))
        for path in sorted(VALUE_SETS.glob("*.json"))
        for data in [json.loads(path.read_bytes())]
        for include in data["compose"]["include"]
        for concept in include["concept"]
    )


def roles() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in shipped():
        found.setdefault(code.slot, set()).add(code.role)
    return found


def keys(slot: str) -> set[tuple[str, str]]:
    return {(code.system, code.code) for code in shipped() if code.slot == slot}


def probable() -> list[str]:
    return sorted(slot for slot in roles() if slot.endswith(PROBABLE))


# Where a code may stand


def test_there_are_probable_codes_of_all_that_a_record_is_read_for() -> None:
    expected = {"procedure", "condition", "observation", "imaging", "drug", "hcc-antineoplastic"}
    assert {slot.removesuffix(PROBABLE) for slot in probable()} == expected


@pytest.mark.parametrize("slot", probable())
def test_a_code_is_sure_or_probable_of_a_meaning_that_a_site_can_promote_it_to(slot: str) -> None:
    sure = slot.removesuffix(PROBABLE)
    assert not keys(slot) & keys(sure)
    promoted = {role.removesuffix(PROBABLE) for role in roles()[slot]}
    assert promoted - HINTS <= roles()[sure]
    assert not HINTS & roles()["condition"]


def test_a_procedure_code_stands_in_one_of_its_slots() -> None:
    slots = ("procedure", *OPEN, f"procedure{PROBABLE}")
    every = [key for slot in slots for key in keys(slot)]
    assert len(every) == len(set(every))
    halves = {EMBOLISATION, ARTERIAL_CHEMOTHERAPY}
    for slot in OPEN:
        assert roles()[slot] <= halves | {kind.value for kind in TreatmentKind}


def test_no_set_has_a_code_twice() -> None:
    every = [(code.value_set, code.system, code.code) for code in shipped()]
    assert len(every) == len(set(every))


def test_every_chinese_code_is_only_probable() -> None:
    assert {code.slot.endswith(PROBABLE) for code in shipped() if code.system in CHINESE} == {True}


def test_every_probable_meaning_has_the_words_that_bear_it_out() -> None:
    terminology = standard_terminology()
    texts = terminology.texts
    assert roles()[f"condition{PROBABLE}"] - HINTS <= terminology.condition_texts.keys()
    assert roles()["condition-metastatic"] == {"anywhere"}
    assert roles()[f"observation{PROBABLE}"] == set(texts.observation_probable.values())
    assert roles()[f"drug{PROBABLE}"] <= set(texts.drug.values())


# What a code is


def test_every_system_is_one_that_a_server_can_send() -> None:
    systems = {code.system for code in shipped()}
    assert not [
        system for system in systems if not re.fullmatch(r"(https?://|urn:oid:)\S+", system)
    ]


def test_a_spelling_is_of_one_system_and_no_system_itself() -> None:
    data = json.loads((VALUE_SETS.parent / "systems.json").read_bytes())
    systems = {code.system for code in shipped()}
    spellings = [one for every in data["spellings"].values() for one in every]
    assert data["spellings"].keys() | set(data["loose"]) <= systems
    assert len(spellings) == len(set(spellings))
    assert not systems & set(spellings)


def test_codes_of_licensed_systems_stand_by_their_number_alone() -> None:
    assert not [c for c in shipped() if c.system in BY_NUMBER_ALONE and c.display]
    assert {code.system for code in shipped()} >= BY_NUMBER_ALONE


_TIMES = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_PERMUTED = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def verhoeff(digits: str) -> int:
    """0 for a number with its right check digit."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_TIMES[check][int(_PERMUTED[place % 8][int(digit)])])
    return check


def luhn(digits: str) -> int:
    """0 for a number with its right check digit."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in reversed(digits[-2::-2]))
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10


def test_the_check_digits_are_known_to_be_wrong_when_they_are() -> None:
    assert verhoeff("109841003") == 0 and verhoeff("109841004") != 0
    assert luhn("18341") == 0 and luhn("18342") != 0


def test_every_snomed_ct_and_loinc_number_has_its_check_digit() -> None:
    numbers = [code.code for code in shipped() if code.system == SNOMED]
    assert numbers
    assert not [number for number in numbers if verhoeff(number)]
    terms = [c.code for c in shipped() if c.system == LOINC and c.code[0].isdigit()]
    assert terms
    assert not [term for term in terms if luhn(term.replace("-", ""))]


# What reads them


_ASKED = {"find", "only", "role", "roles", "slot", "coding", "codings", "tokens"}


@cache
def constants() -> frozenset[str]:
    """Every string that the sources name."""
    return frozenset(
        node.value
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def asked_for() -> Iterator[tuple[str, ...]]:
    """The slots, and slots with a role, that the sources ask for by their names."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            names = []
            for argument in node.args[:2]:
                if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                    break
                names.append(argument.value)
            if node.func.attr in _ASKED and names and "terminology" in ast.unparse(node.func):
                yield tuple(names)


def test_every_slot_and_role_that_is_asked_for_is_shipped() -> None:
    asked = sorted(set(asked_for()))
    assert len(asked) > 10
    for slot, *rest in asked:
        assert slot in roles(), slot
        assert set(rest) <= roles()[slot], (slot, rest)


def test_every_slot_that_is_shipped_is_asked_for() -> None:
    idle = {s for s in roles() if s.removesuffix(PROBABLE) not in constants()}
    assert idle - STAGES == FOR_OTHERS


@pytest.mark.parametrize(
    ("slot", "meanings"),
    [
        ("procedure", {kind.value for kind in TreatmentKind} | {EMBOLISATION, "excluded"}),
        ("procedure", {ARTERIAL_CHEMOTHERAPY}),
        ("observation", {*(f.value for f in Fact), *(m.value for m in Marker)}),
        ("observation", STAGES),
        ("condition", {"hcc", "excluded", "extrahepatic-spread", "vascular-invasion"}),
        ("drug", {"cisplatin", "fluorouracil"}),
    ],
)
def test_every_meaning_of_a_rule_has_a_code(slot: str, meanings: set[str]) -> None:
    assert meanings <= roles()[slot]
