"""The trace from what CDS Hooks asks of a service to the tests that show it: it has no hole."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TRACE = Path(__file__).with_name("requirements.csv")
BINDING = {"SHALL", "SHALL NOT", "REQUIRED"}
OTHERS = {"SHOULD", "SHOULD NOT", "RECOMMENDED", "CONDITIONAL", "MAY", "OPTIONAL", "desc"}
LAST = 155
OF_THE_CLIENT = {
    *(6, 9, 29, 38, 40, 42, 43, 44, 45, 46, 58, 77, 81, 87, 119),
    *(124, 125, 126, 127, 128, 129, 130, 131, 138, 139, 141, 151),
}
"""Numbers that bind only a client, or a hook that is not offered."""

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
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def missing(test: str) -> bool:
    file, _, function = test.partition("::")
    return not (ROOT / file).is_file() or function not in functions_in(file)


def holes(row: Row) -> Iterator[str]:
    if row["strength"] in BINDING and not named(row) and not row["reason"]:
        yield "neither a test nor a reason"
    yield from (f"no such test: {test}" for test in named(row) if missing(test))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_every_requirement_has_its_test_or_its_reason(row: Row) -> None:
    assert row["strength"] in BINDING | OTHERS
    assert row["section"] and row["sentence"]
    assert not list(holes(row))
    assert named(row) or row["reason"]


def test_no_requirement_is_left_out() -> None:
    numbers = [int(row["id"]) for row in rows()]
    assert numbers == sorted(set(numbers))
    assert set(numbers).isdisjoint(OF_THE_CLIENT)
    assert set(numbers) | OF_THE_CLIENT == set(range(1, LAST + 1))


@pytest.mark.parametrize(
    ("changes", "hole"),
    [
        ({"tests": "", "reason": ""}, "neither a test nor a reason"),
        ({"tests": "tests/contract/nowhere.py::test_x"}, "no such test"),
        ({"tests": "tests/contract/test_requirements.py::test_x"}, "no such test"),
    ],
)
def test_a_hole_is_seen(changes: dict[str, str], hole: str) -> None:
    row = {"strength": "SHALL", "tests": "", "reason": ""} | changes
    assert any(hole in found for found in holes(row))
