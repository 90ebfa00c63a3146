"""What each chapter shows, gathered from the registers; no sentence is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cdshooks.book.words import phrase, told, word
from cdshooks.clinical.chart import Response
from cdshooks.consensus.assessment import Tier
from cdshooks.consensus.evidence import STUDIES, table
from cdshooks.consensus.readings import BOUNDS, DEFAULT, PROFILES, Readings, toml_value
from cdshooks.consensus.register import Entry, Key, Subject, Text, entries, frame
from cdshooks.consensus.statements import SUPPRESSED, Outcome, Paper, Statement, statements
from cdshooks.consensus.strategy import cells, in_order, statements_of, strength_of
from cdshooks.consensus.therapies import rows

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "cci-2022": ("CCI-C", "CCI-F1", "CCI-M", "CCI-A", "CCI-B", "DEF", "CCI-S"),
    "haic-2025": (
        *("HAIC-M", "HAIC-A", "HAIC-B", "HAIC-D", "HAIC-T1"),
        *("EV", "HAIC-R", "HAIC-Z"),
    ),
}
"""Sections of each paper by the beginning of the ids; what decides most goes first."""


@dataclass(frozen=True, slots=True)
class SectionOf:
    id: str
    title: Text
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class PaperChapter:
    paper: Paper
    sections: tuple[SectionOf, ...]


def papers() -> tuple[PaperChapter, ...]:
    every = list(statements().values())
    papers = {one.paper.id: one.paper for one in every}
    return tuple(
        PaperChapter(
            papers[name],
            tuple(
                SectionOf(
                    f"section-{prefix}",
                    word(f"section.{prefix}"),
                    tuple(one for one in every if section_of(one) == prefix),
                )
                for prefix in prefixes
            ),
        )
        for name, prefixes in SECTIONS.items()
    )


def section_of(one: Statement) -> str:
    """The longest beginning that fits: ``HAIC-T1`` and not ``HAIC-T``."""
    fitting = [prefix for prefix in SECTIONS[one.paper.id] if one.id.startswith(prefix)]
    return max(fitting, key=len)


def reason(one: Statement) -> Text:
    """Why it is not implemented, in both languages."""
    return told("because", one.not_implemented_because)


def is_hidden(one: Statement) -> bool:
    """Neither the claim nor its figures may be shown; the reason may."""
    return one.display == SUPPRESSED


# ---------------------------------------------------------------- evidence


@dataclass(frozen=True, slots=True)
class Figure:
    text: str
    interval: str
    span: int = 1


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    outcome: Outcome
    figures: tuple[Figure, ...]
    """As wide as all arms together; empty text where the outcome is not of that arm."""


@dataclass(frozen=True, slots=True)
class StudyTable:
    statement: Statement
    rows: tuple[OutcomeRow, ...]
    behind: tuple[str, ...]
    """Recommendations that rest on it."""


def evidence_tables() -> tuple[StudyTable, ...]:
    return tuple(
        StudyTable(one, _rows(one), tuple(name for name, ids in STUDIES.items() if one.id in ids))
        for one in table()
    )


def _rows(one: Statement) -> tuple[OutcomeRow, ...]:
    if one.study is None:
        return ()
    arms = [arm.id for arm in one.study.arms]
    return tuple(_row(outcome, arms) for outcome in one.study.outcomes)


def _row(outcome: Outcome, arms: list[str]) -> OutcomeRow:
    """A value for all arms of the outcome spans them; they stand side by side."""
    intervals = outcome.ci or ("",) * len(outcome.values)
    figures: list[Figure] = []
    if len(outcome.values) == 1:
        first = arms.index(outcome.arms[0])
        figures += [Figure("", "")] * first
        figures.append(Figure(outcome.values[0], intervals[0], len(outcome.arms)))
        figures += [Figure("", "")] * (len(arms) - first - len(outcome.arms))
    else:
        of_arm = dict(zip(outcome.arms, zip(outcome.values, intervals, strict=True), strict=True))
        figures += [Figure(*of_arm.get(arm, ("", ""))) for arm in arms]
    return OutcomeRow(outcome, tuple(figures))


# ---------------------------------------------------------------- figure 1 and the tiers

RESPONSES = (Response.CR, Response.PR, Response.SD, Response.PD)
BESIDE = {
    "neither": (False, False),
    "new": (True, False),
    "spread": (False, True),
    "both": (True, True),
}
"""New intrahepatic lesion; vascular invasion or extrahepatic spread."""
TIER_COLUMNS = ("artery", "child-pugh", "ecog", "ici-contraindicated", "intolerant")


@dataclass(frozen=True, slots=True)
class Branch:
    id: str
    advice: Text
    strength: Text | None
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierRow:
    cells: tuple[str | bool, ...]
    tier: str
    advice: Text


def figure_rows() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """By target response: the branch of each column of :data:`BESIDE`."""
    return tuple(
        (response.value, tuple(cells()[response, *beside] for beside in BESIDE.values()))
        for response in RESPONSES
    )


def branches() -> tuple[Branch, ...]:
    return tuple(
        Branch(
            name,
            phrase(f"branch.{name}"),
            phrase(f"strength.{strength_of(name)}") if strength_of(name) else None,
            statements_of(name),
        )
        for name in in_order(set(cells().values()))
    )


def tier_rows() -> tuple[TierRow, ...]:
    return tuple(
        TierRow(
            pattern,
            tier.value,
            phrase(f"tier.NONE-{why}" if tier is Tier.NONE else f"tier.{tier.value}"),
        )
        for pattern, tier, why in rows()
    )


# ---------------------------------------------------------------- readings


@dataclass(frozen=True, slots=True)
class KeyRow:
    key: Key
    default: str
    other: tuple[str, ...]
    bounds: tuple[int, int] | None
    entry: Entry


def subjects() -> tuple[tuple[Subject, tuple[Entry, ...]], ...]:
    return tuple(
        (subject, tuple(entry for entry in entries().values() if entry.subject == subject.id))
        for subject in frame().subjects
    )


def key_rows() -> tuple[KeyRow, ...]:
    """In the order of the readings, those with one built value last."""
    found = {
        key.name: KeyRow(
            key,
            toml_value(key.default),
            tuple(toml_value(value) for value in key.other),
            BOUNDS.get(key.name),
            entry,
        )
        for entry in entries().values()
        for key in entry.keys
    }
    order = [name for name in Readings.__dataclass_fields__ if name in found]
    return tuple(found[name] for name in unique((*order, *found)))


def profile_changes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every named profile and what it sets otherwise than the default."""
    default = DEFAULT.as_dict()
    return tuple(
        (
            name,
            tuple(
                f"{key} = {toml_value(value)}"
                for key, value in readings.as_dict().items()
                if key != "profile" and value != default[key]
            ),
        )
        for name, readings in PROFILES.items()
    )


def unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
