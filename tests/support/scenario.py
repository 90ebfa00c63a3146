"""Reads a scenario: a patient and the expected answers, in Markdown that a clinician can sign.

How a scenario is written: ``tests/scenarios/README.md``. A row that cannot be read is an error with
file and row; nothing is skipped.

``python -m tests.support.scenario FILE`` prints the sha256 to write into the review table.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from cdshooks.book.scenarios import REVIEW, english, heading_of, sha256_of
from tests.support.patient import (
    DRUGS,
    FACTS,
    OTHER_KINDS,
    SCOPES,
    SYSTEMIC,
    TACE_KINDS,
    VESSELS,
    Burden,
    Dated,
    Event,
    HaicOrder,
    LesionSeen,
    MarkerValue,
    Patient,
    Scan,
    State,
    Treatment,
)

SCENARIOS = Path(__file__).parent.parent / "scenarios"
COURSE, STATE, EXPECT, OTHER_READINGS = "Course", "State", "Expect", "Other readings"
DEFINITIONS = ("cci-2022", "jsh-lcsgj-2014", "epoihcc", "european")
BRANCHES = ("F1-1a", "F1-1b", "F1-2", "F1-3a", "F1-3b", "F1-4", "F1-R")
VERDICTS = ("met", "not-met", "indeterminate")
ANSWER_KEYS = ("response", *DEFINITIONS, "strategy", "unsuitable", "tier")
"""Eight of the nine answers; the ninth is ``missing``."""
COMPUTED_KEYS = (
    "counted sessions",
    "baseline sum",
    "current sum",
    "change",
    "response by nadir",
    "cci-2022 reason",
    "jsh viability",
    "jsh new-lesions",
    "jsh vascular-or-extrahepatic",
    "jsh markers",
    "Child-Pugh",
    "six-and-twelve",
    "up-to-seven",
    "cards cite",
    "cards do not cite",
)
MODALITIES = ("CT", "MR")
NOT_RECORDED = "not recorded"
AS_OF = re.compile(r"as of (\d{4}-\d{2}-\d{2})")
LESION = re.compile(r"([A-Z]+\d+) (?:(\d+(?:\.\d+)?) mm|(listed, not measured))")
BETWEEN_LESIONS = re.compile(r", (?=[A-Z]+\d+ )")


class ScenarioError(ValueError):
    """A scenario that cannot be read; the text names the file and the row."""


@dataclass(frozen=True)
class OtherReading:
    """The same patient under other readings or with a changed input, and what then differs."""

    readings: Mapping[str, Any]
    patient: Patient
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Review:
    reviewer: str
    date: str
    verdict: str
    text_sha256: str


@dataclass(frozen=True)
class Scenario:
    id: str
    title: str
    point: str
    patient: Patient
    as_of: datetime.date
    answers: Mapping[str, str]
    """By :data:`ANSWER_KEYS`, in the contract's words; several branches joined by ``, ``."""
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    """At least these."""
    computed: Mapping[str, str] = field(default_factory=dict)
    other_readings: tuple[OtherReading, ...] = ()
    reviews: tuple[Review, ...] = ()
    text_sha256: str = ""

    @property
    def outdated_reviews(self) -> tuple[Review, ...]:
        """Signatures under a text that has changed since."""
        return tuple(review for review in self.reviews if review.text_sha256 != self.text_sha256)


def scenario_files() -> list[Path]:
    return sorted(SCENARIOS.glob("*/*.md"))


def load_scenario(path: Path) -> Scenario:
    return parse_scenario(path.read_text(encoding="utf-8"), path.name)


def parse_scenario(text: str, name: str) -> Scenario:
    try:
        return _scenario(text)
    except (KeyError, IndexError, ValueError, InvalidOperation) as error:
        raise ScenarioError(f"{name}: {error}") from error


# ---------------------------------------------------------------- Markdown


def tables(text: str) -> dict[str, list[list[str]]]:
    """Rows of the pipe table under each second-level heading, without head and rule."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("## "):
            rows = found.setdefault(heading_of(line), [])
        elif line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return {heading: rows[2:] for heading, rows in found.items()}


# ---------------------------------------------------------------- the scenario


def _scenario(text: str) -> Scenario:
    lines = text.splitlines()
    title = next(line for line in lines if line.startswith("# ")).removeprefix("# ")
    scenario_id = title.split(" · ")[0]
    point = next(line for line in lines if line.startswith("要点 Point: "))
    found = tables(text)
    patient = Patient(
        id=scenario_id.lower(),
        course=tuple(_event(*row) for row in found[COURSE]),
        state=_state(found[STATE]),
    )
    heading = next(line for line in lines if heading_of(line) == EXPECT)
    as_of = AS_OF.search(heading)
    if as_of is None:
        raise ValueError(f"no date of judgement in: {heading}")
    expected = _unique((english(item), answer) for item, answer in found[EXPECT])
    answers = {key: expected.pop(key) for key in ANSWER_KEYS}
    missing, flags = _codes(expected.pop("missing")), _codes(expected.pop("flags at least", "none"))
    for key in expected:
        _one_of(key, COMPUTED_KEYS)
    return Scenario(
        id=scenario_id,
        title=title,
        point=point.removeprefix("要点 Point: "),
        patient=patient,
        as_of=datetime.date.fromisoformat(as_of.group(1)),
        answers=_checked(answers),
        missing=missing,
        flags=flags,
        computed=expected,
        other_readings=tuple(_other(patient, *row) for row in found.get(OTHER_READINGS, [])),
        reviews=tuple(Review(*row) for row in found[REVIEW] if any(row)),
        text_sha256=sha256_of(text),
    )


def _event(date_text: str, event: str, detail: str) -> Event:
    date = datetime.date.fromisoformat(date_text)
    if event in MODALITIES:
        return _scan(date, event, detail)
    if event in ("AFP", "PIVKA-II"):
        value, unit = detail.split(" ")
        return MarkerValue(date, event, Decimal(value), unit)
    parts = _unique(_pair(part, ": ") for part in detail.split("; ")) if detail else {}
    if event == "burden":
        return _burden(date, parts.pop("largest"), parts.pop("number"))
    if event == "HAIC order":
        drugs = tuple(_one_of(drug, DRUGS) for drug in parts["drugs"].split(", "))
        return HaicOrder(date, drugs, _one_of(parts["status"], ("draft", "active")))
    if event in TACE_KINDS:
        treatment = Treatment(
            date,
            event,
            standardised=_answer(parts.pop("standardised")),
            group=parts.pop("staged session", None),
        )
    elif event == SYSTEMIC:
        treatment = Treatment(date, event)
    else:
        treated = _recorded(parts.pop("treated"), lambda word: _one_of(word, SCOPES))
        treatment = Treatment(date, _one_of(event, OTHER_KINDS), treated=treated)
    _nothing_left(parts)
    return treatment


def _scan(date: datetime.date, modality: str, detail: str) -> Scan:
    parts = _unique(_pair(part, ": ") for part in detail.split("; "))
    seen = parts.pop("lesions")
    scan = Scan(
        date,
        modality,
        contrast=_answer(parts.pop("contrast")),
        lesions=() if seen == "none" else tuple(map(_lesion, BETWEEN_LESIONS.split(seen))),
        new_lesion=_answer(parts.pop("new lesion")),
        vascular_invasion=_answer(parts.pop("VI")),
        extrahepatic_spread=_answer(parts.pop("EHS")),
        vessels=tuple(
            _one_of(vessel, VESSELS) for vessel in parts.pop("vessel", "").split(", ") if vessel
        ),
    )
    _nothing_left(parts)
    return scan


def _burden(date: datetime.date, largest: str, number: str) -> Burden:
    count = _recorded(number, lambda text: int(text.removeprefix("at least ")))
    return Burden(date, _with_unit(largest, "mm"), count, number.startswith("at least "))


def _lesion(text: str) -> LesionSeen:
    match = LESION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a lesion: {text}")
    return LesionSeen(match.group(1), Decimal(match.group(2)) if match.group(2) else None)


def _state(rows: list[list[str]]) -> State:
    cells = {english(item): (value, date) for item, value, date in rows}
    if len(cells) != len(rows):
        raise ValueError("an item stands twice in the state table")

    def dated(item: str, read: Callable[[str], Value]) -> Dated[Value] | None:
        value, date = cells.pop(item)
        return _recorded(value, lambda v: Dated(read(v), datetime.date.fromisoformat(date)))

    facts = []
    state = State(
        ecog=dated("ECOG", int),
        bilirubin=dated("bilirubin", lambda value: _with_unit(value, "µmol/L")),
        albumin=dated("albumin", lambda value: _with_unit(value, "g/L")),
        inr=dated("INR", Decimal),
        ascites=dated("ascites", lambda word: _one_of(word, ("none", "mild", "moderate-severe"))),
        encephalopathy=dated(
            "encephalopathy", lambda value: int(_one_of(value.removeprefix("grade "), "01234"))
        ),
    )
    for fact in FACTS:
        answer = dated(fact, _yes_or_no)
        if answer is not None:
            facts.append((fact, answer))
    intent, _ = cells.pop("intent")
    stages = {name: dated(name, str) for name in ("BCLC", "CNLC") if name in cells}
    _nothing_left(cells)
    return replace(
        state,
        facts=tuple(facts),
        bclc=stages.get("BCLC"),
        cnlc=stages.get("CNLC"),
        intent=_recorded(intent, lambda word: _one_of(word, ("palliative", "curative"))),
    )


def _other(patient: Patient, readings: str, changed_input: str, differences: str) -> OtherReading:
    keys = [] if readings == "–" else readings.split("; ")
    changes = [] if changed_input == "–" else changed_input.split("; ")
    for change in changes:
        patient = _changed(patient, change)
    answers = _unique(_pair(part, " = ") for part in differences.split("; "))
    for key in answers:
        _one_of(key, ANSWER_KEYS)
    return OtherReading(
        readings={key: _toml(value) for key, value in (_pair(part, " = ") for part in keys)},
        patient=patient,
        answers=_checked(answers),
    )


def _changed(patient: Patient, change: str) -> Patient:
    """The two changes of input that scenarios use."""
    if change == "no staged sessions stated":
        course = tuple(
            replace(event, group=None) if isinstance(event, Treatment) else event
            for event in patient.course
        )
        return replace(patient, course=course)
    key, value = _pair(change, " = ")
    _one_of(key, ("intent",))
    return replace(patient, state=replace(patient.state, intent=value))


# ---------------------------------------------------------------- cells

Value = TypeVar("Value")


def _toml(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


def _pair(text: str, separator: str) -> tuple[str, str]:
    key, found, value = text.partition(separator)
    if not found:
        raise ValueError(f"no '{separator.strip()}' in: {text}")
    return key, value


def _unique(pairs: Any) -> dict[str, str]:
    result: dict[str, str] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"stands twice: {key}")
        result[key] = value
    return result


def _codes(cell: str) -> tuple[str, ...]:
    return () if cell == "none" else tuple(cell.split(", "))


def _recorded(word: str, read: Callable[[str], Value]) -> Value | None:
    return None if word in (NOT_RECORDED, "not stated") else read(word)


def _answer(word: str) -> bool | None:
    return _recorded(word, _yes_or_no)


def _yes_or_no(word: str) -> bool:
    return _one_of(word, ("yes", "no")) == "yes"


def _with_unit(text: str, unit: str) -> Decimal:
    value, _, found = text.partition(" ")
    _one_of(found, (unit,))
    return Decimal(value)


def _one_of(word: str, allowed: tuple[str, ...] | str) -> str:
    if word not in tuple(allowed):
        raise ValueError(f"'{word}' is none of: {', '.join(allowed)}")
    return word


def _checked(answers: Mapping[str, str]) -> Mapping[str, str]:
    for key, word in answers.items():
        if key in DEFINITIONS:
            _one_of(word, VERDICTS)
        elif key == "unsuitable":
            _one_of(word, ("yes", "no", "unknown"))
        elif key == "tier":
            _one_of(word, ("HAIC-R1", "HAIC-R2", "NONE", "NA", "UNDETERMINED"))
        elif key == "strategy" and word not in ("undetermined", "not-applicable"):
            for branch in word.split(", "):
                _one_of(branch, BRANCHES)
        elif key == "response":
            for category in word.split(" or "):
                _one_of(category, ("CR", "PR", "SD", "PD", "NE"))
    return answers


def _nothing_left(parts: Mapping[str, Any]) -> None:
    if parts:
        raise ValueError(f"not understood: {', '.join(parts)}")


if __name__ == "__main__":
    for file in sys.argv[1:]:
        print(sha256_of(Path(file).read_text(encoding="utf-8")), file)
