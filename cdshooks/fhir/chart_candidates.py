"""Scans whose code only probably says whether contrast was given: noted, and not believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cdshooks.fhir.chart_desk import CANDIDATE, DROPPED, TEXT_MATCHED, Desk, Entry, texts_of
from cdshooks.fhir.codes import PROBABLE
from cdshooks.fhir.views import CodeableConcept, DiagnosticReport, ImagingStudy

_SLOT = "imaging"


def note_probable_imaging(
    desk: Desk, studies: list[Entry[ImagingStudy]], reports: list[Entry[DiagnosticReport]]
) -> None:
    """To be called after the scans were read, from their words and from what else they state."""
    noted: dict[str, set[str]] = {}
    for note in desk.notes:
        for reference in note.references:
            noted.setdefault(reference, set()).add(note.code)
    for reference, path, concepts, words in (*_of_studies(desk, studies), *_of_reports(reports)):
        codes = noted.get(reference, set())
        told = TEXT_MATCHED in codes and _say_contrast(desk, words)
        if not told and DROPPED not in codes and any(_is_probable(desk, c) for c in concepts):
            desk.note(CANDIDATE, reference, path=path)


_Coded = tuple[str, str, tuple[CodeableConcept, ...], tuple[str, ...]]
"""Reference, path, codes, and all words that tell what kind of scan it is."""


def _of_studies(desk: Desk, studies: list[Entry[ImagingStudy]]) -> Iterator[_Coded]:
    for reference, view, _ in studies:
        if desk.extensions(view.extension, "imaging-contrast"):
            continue
        own = (view.description, *(series.description for series in view.series))
        words = (*filter(None, own), *(w for c in view.procedure_code for w in texts_of(c)))
        yield reference, "ImagingStudy.procedureCode", view.procedure_code, words


def _of_reports(reports: list[Entry[DiagnosticReport]]) -> Iterator[_Coded]:
    for reference, view, _ in reports:
        if view.code is not None:
            yield reference, "DiagnosticReport.code", (view.code,), texts_of(view.code)


def _is_probable(desk: Desk, concept: CodeableConcept) -> bool:
    table = desk.terminology
    return bool(table.find(_SLOT + PROBABLE, concept)) and not table.find(_SLOT, concept)


def _say_contrast(desk: Desk, words: Iterable[str]) -> bool:
    return any(map(desk.terminology.texts.contrast.say_anything, words))
