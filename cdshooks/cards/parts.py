"""What every card is made of: how it is told, its Markdown, its extension and its topic."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from cdshooks.cards import evidence, wording
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.cards.model import (
    AT_MOST_ONE,
    EXTENSION_SCHEMA,
    GUARD,
    INFO,
    NEXT_STEP,
    SUMMARY_BELOW,
    Card,
    Offer,
    Source,
    filled,
)
from cdshooks.consensus.assessment import CCI, DEFINITIONS, Assessment


@dataclass(frozen=True, slots=True)
class Telling:
    """How the cards are told, beside the assessment itself."""

    lang: str
    knowledge: str
    dev: bool = False
    today: datetime.date | None = None
    """Only for the advice on dates; the day of the assessment when absent."""
    unchanged_since: datetime.date | None = None
    """A repeat: the same cards, softened to ``info``. Ignored in ``dev``."""
    evaluation: str = ""
    """Uuid under which the evaluation can be read again."""
    override_reasons: Sequence[Mapping[str, str]] = ()
    """Codings with display for the status card."""

    @property
    def repeated(self) -> datetime.date | None:
        return None if self.dev else self.unchanged_since


@dataclass(slots=True)
class Detail:
    """Markdown of our own making: paragraphs, and titled lists of one-line items."""

    say: Catalogue
    blocks: list[str] = field(default_factory=list)

    def add(self, paragraph: Phrase | None) -> None:
        if paragraph:
            self.blocks.append(_literal(paragraph))

    def block(self, title: str, items: Iterable[Phrase]) -> None:
        shown = "\n".join(f"- {_literal(item)}" for item in items)
        if shown:
            self.blocks.append(f"**{self.say.say(title)}**\n\n{shown}")

    def text(self) -> str:
        return "\n\n".join(self.blocks)


_AROUND_A_WORD = re.compile("(?<![0-9A-Za-z\u4e00-\u9fff])_|_(?![0-9A-Za-z\u4e00-\u9fff])")
_LIST_MARKER = re.compile(r"([-+]|\d{1,9}[.)])(?=[ +-]|$)")


def _literal(line: Phrase) -> str:
    """One line in which Markdown finds nothing of its own: neither a list nor emphasis.

    Of what :func:`~cdshooks.cards.catalogue.safe` lets through, only these can mean something: an
    underscore that does not stand within a word, and a list's marker or spaces at the beginning.
    """
    text = _AROUND_A_WORD.sub(r"\_", line.lstrip(" "))
    marker = _LIST_MARKER.match(text)
    if marker is None:
        return text
    place = marker.end() - 1
    return f"{text[:place]}\\{text[place:]}"


def fit(choices: Sequence[Phrase]) -> Phrase:
    """The first choice that is short enough for a summary; the last one must be."""
    return next((one for one in choices if len(one) < SUMMARY_BELOW), choices[-1])


def make_card(
    kind: str,
    assessment: Assessment,
    telling: Telling,
    *,
    summary: Phrase,
    detail: Detail,
    statements: Iterable[str],
    indicator: str = INFO,
    override_reasons: Sequence[Mapping[str, str]] = (),
    offers: Sequence[Offer] = (),
    selection_behavior: str = AT_MOST_ONE,
) -> Card:
    say = detail.say
    if assessment.data_as_of is None:
        detail.add(say.say("line.as-of", as_of=assessment.as_of))
    else:
        newest = assessment.data_as_of
        detail.add(say.say("line.data-as-of", as_of=assessment.as_of, data_as_of=newest))
    if telling.repeated is not None:
        detail.add(say.say("line.unchanged", date=telling.repeated))
    if telling.dev:
        detail.add(say.say("line.sandbox"))
    label = say.say("source.both" if kind in (NEXT_STEP, GUARD) else "source.cci")
    return Card(
        kind=kind,
        summary=str(summary),
        detail=detail.text(),
        indicator=indicator,
        source=Source(str(label), topic(telling.lang), evidence.source_url()),
        extension=extension(kind, assessment, telling, statements),
        override_reasons=tuple(override_reasons),
        offers=tuple(offers),
        selection_behavior=selection_behavior,
    )


def link(kind: str, url: str, lang: str) -> dict[str, str]:
    """``url``: only ever from the configuration."""
    return {"label": str(Catalogue(lang).say(f"link.{kind}")), "url": url, "type": "absolute"}


def extension(
    kind: str, assessment: Assessment, telling: Telling, statements: Iterable[str]
) -> dict[str, Any]:
    """``tace-card/1``: words and codes only; what is empty or unknown is left out."""
    unsuitable = assessment.unsuitable.verdict
    data_as_of = assessment.data_as_of
    return filled(
        {
            "schema": EXTENSION_SCHEMA,
            "card": kind,
            "asOf": assessment.as_of.isoformat(),
            "dataAsOf": data_as_of.isoformat() if data_as_of is not None else None,
            "knowledge": telling.knowledge,
            "readings": wording.readings_name(assessment.readings),
            "definitions": {
                name: {
                    "verdict": str(assessment.definitions[name].verdict),
                    **({"provisional": True} if assessment.definitions[name].provisional else {}),
                }
                for name in DEFINITIONS
            },
            "unsuitable": None if unsuitable is None else yes_no(unsuitable),
            "branches": list(assessment.strategy.branches),
            "tier": str(assessment.therapy.tier),
            "missing": sorted(set(assessment.missing)),
            "flags": sorted(set(assessment.flags)),
            "statements": list(statements),
            "evaluation": telling.evaluation,
        }
    )


@cache
def topic(lang: str) -> Mapping[str, str]:
    """The card's topic, one code of the published list of definitions."""
    folder = resources.files("fhir_profiles").joinpath("codesystems")
    file = folder.joinpath("refractoriness-definition.json")
    system = json.loads(file.read_text(encoding="utf-8"))
    concept = next(one for one in system["concept"] if one["code"] == CCI)
    chinese = [one["value"] for one in concept.get("designation", ()) if lang == "zh"]
    return {
        "system": system["url"],
        "code": concept["code"],
        "display": chinese[0] if chinese else concept["display"],
    }
