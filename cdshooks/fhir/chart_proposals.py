"""What the text of a report may say: proposed for a reader to confirm, never used.

A closed table of words with denials is looked up in the ``conclusion`` and the attachments,
sentence by sentence. A proposal names the kind of fact and the number, never the sentence; a denied
or doubtful word proposes nothing, and silence proposes nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.chart_attachments import LONGEST_TEXT, Attachments
from cdshooks.fhir.chart_desk import Desk, Entry
from cdshooks.fhir.views import Binary, DiagnosticReport, DocumentReference, Media

PROPOSAL = "text-proposal"
_STATUSES = frozenset({"final", "amended", "corrected", "appended"})
_PICTURES = ("image/", "video/", "audio/", "application/dicom")
_SENTENCE = re.compile(r"[\u3002\uff1b;!\uff01\uff1f?\r\n]|\.(?!\d)")
_CLAUSE = re.compile(r"[,\uff0c\u3001]")
_COMMAS = (",", "\uff0c")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEAR = 30
"""Characters between a size and the word that makes it a viable one."""
LONGEST_SENTENCE = 400
MOST_CHARACTERS = 200_000
"""Of all reports together."""
MOST_PROPOSALS = 12
"""Of one report."""


class _Text(NamedTuple):
    reference: str
    date: str | None
    """When it holds, as written."""
    path: str
    text: str


def propose_from_texts(
    desk: Desk,
    reports: list[Entry[DiagnosticReport]],
    documents: list[Entry[DocumentReference]],
    media: list[Entry[Media]],
    binaries: list[Entry[Binary]],
) -> None:
    """Notes on what the texts of reports, documents and media may say."""
    attachments = Attachments.of(desk, binaries)
    left = MOST_CHARACTERS
    found: dict[tuple[str, str | None], set[tuple[str, str, Decimal | None]]] = {}
    for reference, date, path, text in (
        *_of_reports(desk, reports, attachments),
        *_of_documents(documents, attachments),
        *_of_media(media, attachments),
    ):
        text = text[: max(0, left)]
        left -= len(text)
        for kind, mm in proposals(desk, text):
            found.setdefault((reference, date), set()).add((path, kind, mm))
    attachments.note_unread()
    for (reference, date), proposed in found.items():
        day = desk.day(date, reference, f"{reference.partition('/')[0]}.date")
        on = day.date if day is not None else None
        kept = sorted(proposed, key=lambda one: (one[1], one[2] or Decimal(0), one[0]))
        for path, kind, mm in kept[:MOST_PROPOSALS]:
            note = ChartNote(PROPOSAL, (reference,), f"proposes-{kind}", path, mm=mm, day=on)
            desk.notes.add(note)


def _of_reports(
    desk: Desk, reports: list[Entry[DiagnosticReport]], attachments: Attachments
) -> Iterator[_Text]:
    replaced = {
        desk.reference(extension.value_reference)
        for _, view, _ in reports
        for extension in desk.extensions(view.extension, "report-replaces")
    }
    for reference, view, _ in reports:
        if view.status not in _STATUSES or reference in replaced:
            continue
        period = view.effective_period.start if view.effective_period is not None else None
        date = view.effective_date_time or period or view.issued
        if view.conclusion:
            yield _Text(reference, date, "DiagnosticReport.conclusion", view.conclusion)
        path = "DiagnosticReport.presentedForm"
        for text in attachments.texts(view.presented_form, reference, path):
            yield _Text(reference, date, path, text)


def _of_documents(
    documents: list[Entry[DocumentReference]], attachments: Attachments
) -> Iterator[_Text]:
    path = "DocumentReference.content"
    for reference, view, _ in documents:
        if view.status != "current" or view.doc_status not in (None, *_STATUSES):
            continue
        forms = [one.attachment for one in view.content if one.attachment is not None]
        for text in attachments.texts(forms, reference, path):
            yield _Text(reference, view.date, path, text)


def _of_media(media: list[Entry[Media]], attachments: Attachments) -> Iterator[_Text]:
    """Texts that were filed as media; an image is what it is, and nothing is missed of it."""
    path = "Media.content"
    for reference, view, _ in media:
        form = view.content
        kind = (form.content_type or "").lower() if form is not None else ""
        if form is None or view.status != "completed" or kind.startswith(_PICTURES):
            continue
        period = view.created_period.start if view.created_period is not None else None
        for text in attachments.texts([form], reference, path):
            yield _Text(reference, view.created_date_time or period, path, text)


def proposals(desk: Desk, text: str) -> Iterator[tuple[str, Decimal | None]]:
    """Kinds of fact that a text may state, with the size in mm where one belongs to it."""
    table = desk.terminology.texts.proposals
    for sentence in _SENTENCE.split(text[:LONGEST_TEXT]):
        sentence = sentence[:LONGEST_SENTENCE]
        for kind, words, is_size in table.kinds:
            for match in words.finditer(sentence):
                if _is_denied(desk, sentence, match.start(), match.end()):
                    continue
                if not is_size:
                    yield kind, None
                    continue
                for mm in _sizes_near(desk, sentence, match.start(), match.end()):
                    yield kind, mm


def _is_denied(desk: Desk, sentence: str, start: int, end: int) -> bool:
    """Denied or doubtful in its clause; an enumeration ("no A, B or C") denies to its end.

    A clause that affirms ("no A, B has formed") is none of the enumeration before it.
    """
    table = desk.terminology.texts.proposals
    following = _CLAUSE.search(sentence, end)
    until = following.start() if following else len(sentence)
    begin = max(sentence.rfind(comma, 0, start) for comma in _COMMAS) + 1
    before = sentence[begin if table.affirmed.search(sentence[begin:until]) else 0 : start]
    return bool(table.denied.search(before) or table.denied_after.search(sentence[end:until]))


def _sizes_near(desk: Desk, sentence: str, start: int, end: int) -> Iterator[Decimal]:
    for match in desk.terminology.texts.proposals.size.finditer(sentence):
        distance = max(match.start() - end, start - match.end())
        name = desk.terminology.unit_of_text(match["unit"])
        if distance <= _NEAR and name is not None:
            size = max(Decimal(number) for number in _NUMBER.findall(match[0]))
            yield size * 10 if name == "cm" else size
