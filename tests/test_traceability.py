"""Statement -> code -> scenarios and tests: nothing is unaccounted for, in either direction."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import cdshooks
from cdshooks.book.last_run import FAILED, NOT_RUN, PASSED, RECORD, last_run
from cdshooks.consensus.register import entries
from cdshooks.consensus.statements import statements
from tests import traceability
from tests.traceability import Trace, marked_tests, marks_of, scenario_statements, traces

PACKAGE = Path(cdshooks.__file__).parent
MODULES = {
    f"cdshooks.{room}.{file.stem}": ast.parse(file.read_text(encoding="utf-8"))
    for room in ("clinical", "consensus")
    for file in sorted((PACKAGE / room).glob("*.py"))
}
DECISIONS = re.compile(
    r"\b(Tri|Verdict|DefinitionVerdict|Tier|Finding|Strategy|Unsuitability|Therapy|OtherTherapy"
    r"|TumourStage|DiscouragedRegimen|Response|Targets|Series|Population|TumourBurden|ChildPugh)\b"
)
"""Types of answers: a public function that returns one decides something."""
DECIDES_NOTHING_OF_ITS_OWN = {
    "cdshooks.clinical.logic": "three-valued logic, whatever it is applied to",
    "cdshooks.consensus.evaluation": "steps shared by definitions, which name their statement",
}
NAMED = re.compile(
    "|".join(
        rf"(?<![\w.-]){re.escape(id)}(?![\w-]|\.\w)"
        for id in sorted((*statements(), *entries()), key=len, reverse=True)
    )
)


@pytest.mark.parametrize("trace", traces(), ids=lambda trace: trace.statement.id)
def test_every_statement_is_exercised_or_says_why_not(trace: Trace) -> None:
    assert not trace.is_hole, f"{trace.statement.id}: neither a scenario nor a marked test"
    assert trace.statement.implemented_by or trace.statement.not_implemented_because


def test_the_table_has_every_statement_and_no_other() -> None:
    assert [trace.statement.id for trace in traces()] == list(statements())
    rows = traceability.table(None).splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(statements())


@pytest.mark.parametrize("name", marked_tests())
def test_a_mark_names_statements_that_exist_and_are_implemented(name: str) -> None:
    ids = marked_tests()[name]
    assert ids <= statements().keys()
    assert all(statements()[id].implemented_by for id in ids)


def test_every_scenario_rests_on_statements_that_exist() -> None:
    assert len(scenario_statements()) > 100
    for name, ids in scenario_statements().items():
        assert ids and ids <= statements().keys(), name


def test_ids_that_are_not_written_out_are_refused() -> None:
    source = "@pytest.mark.statement(*IDS)\ndef test_x(): pass"
    with pytest.raises(ValueError, match=r"x\.py:1"):
        list(marks_of(ast.parse(source), "x.py"))


# ---------------------------------------------------------------- from the code's side


def deciding_functions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (module, node)
        for module, tree in MODULES.items()
        if module not in DECIDES_NOTHING_OF_ITS_OWN
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and DECISIONS.search(ast.unparse(node.returns))
    ]


def test_deciding_functions_are_found() -> None:
    found = {f"{module.rpartition('.')[2]}.{node.name}" for module, node in deciding_functions()}
    assert {"cci2022.tace_refractory", "therapies.tier_of", "strategy.strategy"} <= found
    assert MODULES.keys() >= DECIDES_NOTHING_OF_ITS_OWN.keys()


@pytest.mark.parametrize(
    ("module", "node"), deciding_functions(), ids=lambda part: getattr(part, "name", part)
)
def test_what_decides_names_its_statement(module: str, node: ast.FunctionDef) -> None:
    told = f"{ast.get_docstring(MODULES[module])} {ast.get_docstring(node)}"
    assert NAMED.search(told), f"{module}.{node.name}: no id of a statement or reading"


def implementing_modules() -> list[str]:
    names = {name for one in statements().values() for name in one.implemented_by}
    return sorted(
        module for module in MODULES if any(f"{n}.".startswith(f"{module}.") for n in names)
    )


@pytest.mark.parametrize("module", implementing_modules())
def test_what_implements_a_statement_says_so(module: str) -> None:
    assert NAMED.search(ast.get_docstring(MODULES[module]) or "")


# ---------------------------------------------------------------- results


def test_the_worst_of_several_outcomes_counts() -> None:
    found = traceability.exercised({"V01": FAILED})["CCI-C1"]
    assert (found.result, "V01" in found.scenarios) == (FAILED, True)
    names = {name for trace in traces() for name in (*trace.scenarios, *trace.tests)}
    every = traceability.exercised(dict.fromkeys(names, PASSED))
    implemented = [id for id, one in statements().items() if one.implemented_by]
    assert {every[id].result for id in implemented} == {PASSED}
    assert traceability.exercised({})["CCI-C1"].result == NOT_RUN
    assert f"implemented {len(implemented)}, " in traceability.summary({})


def test_no_record_or_a_broken_one_is_none(tmp_path: Path) -> None:
    assert last_run(tmp_path) is None
    file = tmp_path / RECORD
    file.parent.mkdir(parents=True)
    file.write_text('{"software": 1}', encoding="utf-8")
    assert last_run(tmp_path) is None
