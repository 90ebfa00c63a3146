"""The papers' statements, verbatim and translated: reads ``sources/*.toml``, once.

A file that is malformed is refused with its name and the key. ``display`` says what may be shown of
a statement: as printed, only with its annotation, or not at all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from cdshooks.consensus.strict_tables import SourceError, Table, toml_of

KINDS = (
    "bibliography",
    "context",
    "definition",
    "statement",
    "survey",
    "strategy",
    "evidence",
    "recommendation",
)
AS_PRINTED, ANNOTATED, SUPPRESSED = DISPLAYS = ("as-printed", "annotated", "suppressed")
PUBLISHED_ABSTRACT, PROJECT_TRANSLATION = ORIGINS = ("published abstract", "project translation")
PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Paper:
    id: str
    title_zh: str
    title_en: str
    authors_zh: str
    authors_en: str
    published_in: str
    doi: str
    """Empty when the paper's text prints none."""
    year: int
    licence: str


@dataclass(frozen=True, slots=True)
class Grade:
    """As printed: quality and strength, or one level. Never mapped to another scheme (AMB-34)."""

    scheme: str
    quality: str = ""
    strength: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A survey figure with its own denominator; ``percent`` as printed."""

    count: int
    of: int
    percent: str


@dataclass(frozen=True, slots=True)
class Arm:
    id: str
    en: str
    zh: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Figures as printed: one value for each arm, or one for all (a ratio); intervals likewise."""

    name: str
    arms: tuple[str, ...]
    values: tuple[str, ...]
    unit: str = ""
    ci: tuple[str, ...] = ()
    p: str = ""
    """With its sign: ``= 0.021``, ``< 0.001``."""


@dataclass(frozen=True, slots=True)
class Study:
    design_en: str
    design_zh: str
    n: int | None = None
    definition_used_en: str = ""
    definition_used_zh: str = ""
    arms: tuple[Arm, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    adverse_events_en: str = ""
    adverse_events_zh: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    id: str
    kind: str
    paper: Paper
    locator: str
    zh: tuple[str, ...]
    """Verbatim quotations in the paper's order."""
    en: str
    en_origin: str
    last_checked_on: datetime.date
    withheld_zh: tuple[str, ...] = ()
    """Part of the printed sentence that is not shown."""
    grade: Grade | None = None
    """None where the paper prints none."""
    cites: tuple[int, ...] = ()
    """Reference numbers of the paper."""
    readings: tuple[str, ...] = ()
    implemented_by: tuple[str, ...] = ()
    not_implemented_because: str = ""
    display: str = AS_PRINTED
    annotation_en: str = ""
    annotation_zh: str = ""
    share: Share | None = None
    study: Study | None = None

    @property
    def quotation(self) -> str:
        return "…".join(self.zh)


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement of the papers by its id."""
    folder = files("cdshooks.consensus").joinpath("sources")
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda i: i.name
    )
    return MappingProxyType(load({item.name: item.read_text(encoding="utf-8") for item in found}))


def statement(id: str) -> Statement:
    """Raises ``KeyError`` naming an id that no source file has."""
    return statements()[id]


def load(texts: Mapping[str, str]) -> dict[str, Statement]:
    """Statements from the texts of source files by their names; raises :class:`SourceError`."""
    tables = {name: toml_of(name, text) for name, text in texts.items()}
    papers: dict[str, Paper] = {}
    for name, table in tables.items():
        if PAPER in table:
            paper = _table(name, PAPER, table.pop(PAPER)).build(Paper)
            papers[paper.id] = paper
    result: dict[str, Statement] = {}
    for name, table in tables.items():
        for id, values in table.items():
            if id in result:
                raise SourceError(f"{name}: {id}: stands in another file too")
            result[id] = _statement(_table(name, id, values), papers)
    return result


_PARTS: Mapping[str, type] = {kind.__name__: kind for kind in (Grade, Share, Arm, Outcome, Study)}


def _table(file: str, name: str, values: Any) -> Table:
    return Table(file, name, values, _PARTS, may_be_empty=("doi",))


def _statement(table: Table, papers: Mapping[str, Paper]) -> Statement:
    name = table.values.get(PAPER) if isinstance(table.values, dict) else None
    paper = papers.get(name) if isinstance(name, str) else None
    if paper is None:
        raise table.wrong(PAPER, f"must be one of {', '.join(papers)}")
    found = table.build(Statement, id=table.name, paper=paper)
    for key, allowed in (("kind", KINDS), ("en_origin", ORIGINS), ("display", DISPLAYS)):
        if getattr(found, key) not in allowed:
            raise table.wrong(key, f"must be one of {', '.join(allowed)}")
    if not found.zh:
        raise table.wrong("zh", "must not be empty")
    if bool(found.implemented_by) == bool(found.not_implemented_because):
        raise table.wrong("implemented_by", "either this or not_implemented_because, not both")
    for key in ("annotation_en", "annotation_zh"):
        if bool(getattr(found, key)) != (found.display != AS_PRINTED):
            raise table.wrong(key, "must stand where display is not as-printed, and only there")
    if any(not re.fullmatch(r"AMB-\d\d", reading) for reading in found.readings):
        raise table.wrong("readings", "must be ids such as AMB-01")
    if found.grade and bool(found.grade.level) == bool(
        found.grade.quality and found.grade.strength
    ):
        raise table.wrong("grade", "must have quality and strength, or level")
    _check_study(table, found.study)
    return found


def _check_study(table: Table, study: Study | None) -> None:
    if study is None:
        return
    arms = {arm.id for arm in study.arms}
    for outcome in study.outcomes:
        key = f"study.outcomes ({outcome.name})"
        if not outcome.arms or not arms.issuperset(outcome.arms):
            raise table.wrong(key, "arms must be ids of study.arms")
        if len(outcome.values) not in (1, len(outcome.arms)):
            raise table.wrong(key, "must have one value, or one for each arm")
        if len(outcome.ci) not in (0, len(outcome.values)):
            raise table.wrong(key, "must have one interval for each value, or none")
