"""The house keeps its laws: which room may import which, where codes live, what code never does."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cdshooks

PACKAGE = Path(cdshooks.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))
EVERYWHERE = frozenset({"errors", "settings", "logs"})
MAY_IMPORT: dict[str, frozenset[str]] = {
    "clinical": frozenset(),
    "consensus": frozenset({"clinical"}),
    "fhir": frozenset({"clinical"}) | EVERYWHERE,
    "cards": frozenset({"clinical", "consensus"}) | EVERYWHERE,
    "store": frozenset({"clinical", "consensus"}) | EVERYWHERE,
    "hooks": frozenset({"clinical", "consensus", "fhir", "cards"}) | EVERYWHERE,
    "service": frozenset({"clinical", "consensus", "fhir", "cards", "store", "hooks"}) | EVERYWHERE,
    "doctor": frozenset({"clinical", "fhir", "cards"}) | EVERYWHERE,
    "web": frozenset({"service"}) | EVERYWHERE,
    "book": frozenset({"clinical", "consensus", "cards"}) | EVERYWHERE,
    "errors": frozenset(),
    "settings": EVERYWHERE,
    "logs": EVERYWHERE,
}
"""Rooms of our own; ``app``, ``trust``, ``cli``, ``demo`` and ``__main__`` may import all."""
ONLY_IN = {
    "flask": ("web", "app"),
    "werkzeug": ("web", "app"),
    "waitress": ("web",),
    "requests": ("fhir",),
    "fhir": ("fhir",),  # fhir.resources
    "sqlalchemy": ("store",),
    "jinja2": ("book",),
    "markupsafe": ("book",),
    "alembic": ("store",),
    "joserfc": ("web",),
    "prometheus_client": ("web",),
}
FREE = frozenset({"app", "trust", "cli", "store_cli", "demo", "__main__", "__init__"})
CODE_SYSTEMS = re.compile(r"snomed\.info|loinc\.org|whocc\.no|nema\.org|unitsofmeasure\.org|ncicb")
CLOCK = re.compile(r"\b(?:datetime\.now|date\.today|utcnow|time\.time)\b")


def room(module: Path) -> str:
    """``clinical`` for clinical/chart.py, ``service`` for service.py."""
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(module: Path) -> Iterator[str]:
    """Every module that is imported, at the top or inside a function."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield node.module or ""
            if node.module == "cdshooks":
                yield from (f"cdshooks.{alias.name}" for alias in node.names)


def violations(module: Path) -> list[str]:
    here = room(module)
    found = []
    for name in imported(module):
        top, _, rest = name.partition(".")
        if top == "cdshooks" and rest and here not in FREE:
            other = rest.partition(".")[0]
            if other not in MAY_IMPORT.get(here, frozenset()) | {here, "__version__"}:
                found.append(f"{here} imports {name}")
        if top in ONLY_IN and here not in ONLY_IN[top]:
            found.append(f"{here} imports {name}")
        if here == "clinical" and top != "cdshooks" and top not in sys.stdlib_module_names:
            found.append(f"clinical is standard library only, and imports {name}")
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_import_law(module: Path) -> None:
    assert not violations(module)


def test_every_room_has_a_law() -> None:
    assert {room(module) for module in MODULES} <= MAY_IMPORT.keys() | FREE


@pytest.mark.parametrize(
    ("room_name", "source"),
    [
        ("clinical", "from cdshooks.consensus import codes"),
        ("clinical", "import msgspec"),
        ("consensus", "from cdshooks.fhir.codes import Terminology"),
        ("consensus", "def f():\n    import requests"),
        ("cards", "from cdshooks.fhir import codes"),
        ("fhir", "from cdshooks import consensus"),
        ("web", "from cdshooks.cards import compose"),
        ("service", "from flask import request"),
        ("service", "from cdshooks.book import render"),
    ],
)
def test_a_forbidden_import_is_seen(room_name: str, source: str, tmp_path: Path) -> None:
    module = PACKAGE / room_name / "x.py"
    tree = tmp_path / "x.py"
    tree.write_text(source, encoding="utf-8")
    fake = type("Module", (), {})()
    fake.relative_to = module.relative_to
    fake.read_text = tree.read_text
    assert violations(fake)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_codes_live_in_the_profiles_only(module: Path) -> None:
    assert not CODE_SYSTEMS.search(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["clinical", "consensus", "fhir", "cards"])
def test_no_rule_asks_the_clock(name: str) -> None:
    for module in (PACKAGE / name).rglob("*.py"):
        assert not CLOCK.search(module.read_text(encoding="utf-8")), module


def test_no_chinese_sentence_stands_in_code() -> None:
    sentence = re.compile("[\u4e00-\u9fff]{6,}")
    for module in MODULES:
        assert not sentence.search(module.read_text(encoding="utf-8")), module
