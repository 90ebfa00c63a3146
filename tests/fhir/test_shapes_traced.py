"""The trace from what a record may look like to the tests that show how it is read: no hole."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TRACE = Path(__file__).with_name("shapes.csv")
PITFALLS = range(1, 18)
FACTS = {
    *("session", "scan", "lesion", "viable diameter", "other size", "new lesion"),
    *("vascular invasion", "extrahepatic spread", "response", "marker", "Child-Pugh", "ECOG"),
    *("intent", "drug", "other therapy", "diagnosis", "link"),
}
"""What is accepted in more than its canonical shape."""

Row = dict[str, Any]


@cache
def rows() -> tuple[Row, ...]:
    with TRACE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def named(row: Row) -> list[str]:
    return str(row["tests"]).split()


@cache
def functions_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(
        n.name for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
    )


def missing(test: str) -> bool:
    file, _, function = test.partition("::")
    return not (ROOT / file).is_file() or function not in functions_in(file)


def holes(row: Row) -> Iterator[str]:
    if not named(row) and not row["reason"]:
        yield "neither a test nor a reason"
    yield from (f"no such test: {test}" for test in named(row) if missing(test))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['fact']}: {row['shape']}")
def test_every_shape_and_pitfall_has_its_test_or_its_reason(row: Row) -> None:
    assert row["fact"] and row["shape"] and None not in row
    assert not list(holes(row))


def test_no_fact_and_no_pitfall_is_left_out() -> None:
    pitfalls = [int(row["pitfall"]) for row in rows() if row["pitfall"]]
    assert pitfalls == sorted(pitfalls) and set(pitfalls) == set(PITFALLS)
    assert {row["fact"] for row in rows() if not row["pitfall"]} == FACTS


@pytest.mark.parametrize("row", [r for r in rows() if r["pitfall"]], ids=lambda r: r["pitfall"])
def test_a_pitfall_has_a_test_that_bears_its_number(row: Row) -> None:
    name = f"tests/fhir/test_pitfalls.py::test_pitfall_{int(row['pitfall']):02d}_"
    assert any(test.startswith(name) for test in named(row))


def test_no_row_stands_twice() -> None:
    told = [(row["pitfall"], row["fact"], row["shape"]) for row in rows()]
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("changes", "hole"),
    [
        ({}, "neither a test nor a reason"),
        ({"tests": "tests/fhir/nowhere.py::test_x"}, "no such test"),
        ({"tests": "tests/fhir/test_shapes_traced.py::test_x"}, "no such test"),
        ({"tests": "tests/fhir/test_shapes_traced.py::holes"}, "no such test"),
    ],
)
def test_a_hole_is_seen(changes: dict[str, str], hole: str) -> None:
    row = {"tests": "", "reason": ""} | changes
    assert any(hole in found for found in holes(row))
