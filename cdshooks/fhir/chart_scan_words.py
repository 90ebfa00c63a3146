"""What codes and words say of a scan: CT or MR, and whether it was contrast-enhanced.

Codes go before words. What they say together never depends on their order: a scan that one code
calls unenhanced and another enhanced was done both ways, and the part with contrast counts; two
kinds of imaging are none that is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cdshooks.clinical.chart import Modality
from cdshooks.fhir.chart_desk import texts_of
from cdshooks.fhir.codes import Terminology
from cdshooks.fhir.views import CodeableConcept

_CODE_MEANING: dict[str, tuple[Modality, bool | None]] = {
    "enhanced-ct": (Modality.CT, True),
    "enhanced-mr": (Modality.MR, True),
    "plain-ct": (Modality.CT, False),
    "plain-mr": (Modality.MR, False),
    "ct": (Modality.CT, None),
    "mr": (Modality.MR, None),
}


class Told(NamedTuple):
    """``None``: not said. ``by_words``: what no code said, any of ``modality``, ``contrast``."""

    modality: Modality | None
    contrast: bool | None
    by_words: frozenset[str] = frozenset()


def told_by(
    table: Terminology,
    concepts: Iterable[CodeableConcept],
    words: Iterable[str | None] = (),
    series: tuple[str, ...] = (),
) -> Told:
    """What the whole is called goes before what its ``series`` are called."""
    concepts = list(concepts)
    meanings = [_CODE_MEANING[role] for c in concepts for role in table.roles("imaging", c)]
    modalities = {modality for modality, _ in meanings}
    modality = modalities.pop() if len(modalities) == 1 else None
    contrast = of_parts(contrast for _, contrast in meanings)
    said = " ; ".join(filter(None, (*words, *(word for c in concepts for word in texts_of(c)))))
    by_words = set()
    if contrast is None:
        contrast = contrast_in_words(table, said)
        if contrast is None:
            contrast = of_parts(contrast_in_words(table, one) for one in series)
        if contrast is not None:
            by_words.add("contrast")
    if modality is None and not modalities:
        named = table.texts.modality(" ; ".join(filter(None, (said, *series))))
        if named is not None:
            modality = Modality(named)
            by_words.add("modality")
    return Told(modality, contrast, frozenset(by_words))


def of_parts(answers: Iterable[bool | None]) -> bool | None:
    """A part without contrast beside one with it says nothing against the whole."""
    found = set(answers)
    if True in found:
        return True
    return False if False in found else None


def contrast_in_words(table: Terminology, said: str) -> bool | None:
    """Of a scan with and without contrast the part with it counts.

    That a lesion does not enhance is no word on the technique, nor is an enhanced scan that was
    advised or refused. What is called enhanced and unenhanced at once is neither.
    """
    words = table.texts.contrast
    said = words.no_technique.sub(" ", said)
    if words.both.search(said):
        return True
    without = words.unenhanced.search(said) is not None
    if words.enhanced.search(words.unenhanced.sub(" ", said)):
        return None if without else True
    return False if without or words.plain.search(said) else None
