"""Statement -> code -> scenarios and tests -> result, for all statements of both papers.

Two links, both mechanical. A scenario exercises the statements that its judgement rests on: those
its findings ask, those behind the branches of Figure 1, the tier and the options it shows. A test
exercises what its mark names: ``@pytest.mark.statement("CCI-C4")``, ids written out.

``python -m tests.traceability`` prints the table, with the results of the last whole run.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cdshooks.book.last_run import (
    FAILED,
    NOT_RUN,
    PASSED,
    SKIPPED,
    Exercised,
    LastRun,
    digest_of,
    last_run,
)
from cdshooks.cards.evidence import TIER_STATEMENTS, of_discouraged
from cdshooks.consensus.assessment import Assessment, Tier
from cdshooks.consensus.evidence import studies_behind
from cdshooks.consensus.statements import Statement, statements
from cdshooks.consensus.strategy import statements_of
from tests.support.pipeline import assessed
from tests.support.scenario import load_scenario, scenario_files

ROOT = Path(__file__).parent.parent
MARK = "statement"


@dataclass(frozen=True)
class Trace:
    statement: Statement
    scenarios: tuple[str, ...]
    tests: tuple[str, ...]
    """``tests/test_x.py::test_y``, whatever the parameters."""

    @property
    def is_hole(self) -> bool:
        return bool(self.statement.implemented_by) and not (self.scenarios or self.tests)


def traces() -> list[Trace]:
    """One for each statement of the registry, in its order."""
    of_scenarios, of_tests = scenario_statements(), marked_tests()
    return [
        Trace(
            one,
            tuple(name for name, ids in of_scenarios.items() if one.id in ids),
            tuple(name for name, ids in of_tests.items() if one.id in ids),
        )
        for one in statements().values()
    ]


# ---------------------------------------------------------------- scenarios


@cache
def scenario_statements() -> Mapping[str, frozenset[str]]:
    """Every scenario by its id, judged under the default readings, and what that rests on."""
    found = {}
    for scenario in map(load_scenario, scenario_files()):
        found[scenario.id] = rests_on(assessed(scenario.patient, scenario.as_of))
    return found


def rests_on(assessment: Assessment) -> frozenset[str]:
    """Only what this patient's answers use; what every text names in general is left out."""
    findings = [f for one in assessment.definitions.values() for f in one.findings]
    ids = {finding.statement for finding in (*findings, *assessment.unsuitable.findings)}
    for branch in assessment.strategy.branches:
        ids.update(statements_of(branch))
    tier = assessment.therapy.tier
    ids.update(TIER_STATEMENTS.get(tier, ()))
    if tier in (Tier.R1, Tier.R2):
        ids.update(one.id for one in studies_behind(str(tier)))
    ids.update(assessment.other_therapy.portal)
    ids.update(assessment.other_therapy.conflicting)
    ids.update(of_discouraged(assessment))
    return frozenset(ids)


# ---------------------------------------------------------------- marked tests


@cache
def marked_tests() -> Mapping[str, frozenset[str]]:
    """Every test that names statements, read from the files: no test is imported or run."""
    found: dict[str, frozenset[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        place = file.relative_to(ROOT).as_posix()
        for name, ids in marks_of(ast.parse(file.read_text(encoding="utf-8")), place):
            found[f"{place}::{name}"] = ids
    return found


def marks_of(tree: ast.Module, place: str) -> Iterator[tuple[str, frozenset[str]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            ids = [id for mark in node.decorator_list for id in _ids(mark, place)]
            if ids:
                yield node.name, frozenset(ids)


def _ids(node: ast.expr, place: str) -> Iterator[str]:
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith(f"mark.{MARK}"):
            continue
        for argument in _unpacked(call.args):
            if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                raise ValueError(f"{place}:{call.lineno}: ids of statements must be written out")
            yield argument.value


def _unpacked(arguments: list[ast.expr]) -> Iterator[ast.expr]:
    """``*("A", "B")`` is two ids, as a long list is laid out."""
    for argument in arguments:
        if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Tuple):
            yield from argument.value.elts
        else:
            yield argument


# ---------------------------------------------------------------- results

WORST_FIRST = (FAILED, NOT_RUN, SKIPPED, PASSED)


def exercised(outcomes: Mapping[str, str]) -> dict[str, Exercised]:
    """``outcomes`` by scenario id and by test; of several the worst counts."""
    return {
        trace.statement.id: Exercised(
            trace.scenarios,
            trace.tests,
            worst(outcomes.get(name, NOT_RUN) for name in (*trace.scenarios, *trace.tests)),
        )
        for trace in traces()
    }


def worst(outcomes: Iterator[str]) -> str:
    found = set(outcomes)
    return next((outcome for outcome in WORST_FIRST if outcome in found), NOT_RUN)


def summary(outcomes: Mapping[str, str]) -> str:
    """One line for the end of a run."""
    every = traces()
    implemented = [trace for trace in every if trace.statement.implemented_by]
    named = {name for trace in every for name in (*trace.scenarios, *trace.tests)}
    counts = {word: sum(outcomes.get(name) == word for name in named) for word in WORST_FIRST[::3]}
    fewest = min(len(trace.scenarios) + len(trace.tests) for trace in implemented)
    return (
        f"statements: {len(every)}, implemented {len(implemented)}, each exercised by {fewest} or"
        f" more of {len(named)} scenarios and tests: {counts[PASSED]} passed,"
        f" {counts[FAILED]} failed"
    )


# ---------------------------------------------------------------- the table

SHOWN = 6


def table(run: LastRun | None) -> str:
    """Markdown; of long lists the first few, with the number of the others."""
    lines = ["| statement | code | scenarios | tests | result |", "|---|---|---|---|---|"]
    for trace in traces():
        one = trace.statement
        result = "not implemented: " + one.not_implemented_because
        if one.implemented_by:
            found = run.statements.get(one.id) if run else None
            result = found.result if found else NOT_RUN
        cells = (one.id, _short(one.implemented_by), _short(trace.scenarios), _short(trace.tests))
        lines.append(f"| {' | '.join((*cells, result))} |")
    return "\n".join(lines) + "\n"


def _short(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def main() -> int:
    run = last_run(ROOT)
    sys.stdout.write(table(run))
    if run is None:
        sys.stdout.write("\nNo whole run of the tests is recorded: run pytest.\n")
    else:
        changed = "" if run.digest == digest_of(ROOT) else "; files have changed since"
        sys.stdout.write(f"\nLast whole run: {run.ran_on}{changed}.\n")
    holes = [trace.statement.id for trace in traces() if trace.is_hole]
    if holes:
        sys.stdout.write(f"\nHoles: {', '.join(holes)}\n")
    return 1 if holes else 0


if __name__ == "__main__":
    raise SystemExit(main())
