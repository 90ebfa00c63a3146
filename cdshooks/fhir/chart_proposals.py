"""What the text of a report may say: proposed for a reader to confirm, never used.

A closed table of words with denials is looked up in the ``conclusion`` and the attachments,
sentence by sentence. A proposal names the kind of fact and the number, never the sentence; a denied
or doubtful word proposes nothing, and silence proposes nothing either.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk, Entry
from cdshooks.fhir.views import Attachment, DiagnosticReport, DocumentReference

PROPOSAL = "text-proposal"
_STATUSES = frozenset({"final", "amended", "corrected", "appended"})
_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_-]{1,20})", re.IGNORECASE)
_CHARSETS = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "utf-16": "utf-16",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "big5": "big5",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
_READABLE = ("text/", "application/xml", "application/xhtml")
_MARKUP = re.compile(r"<[^<>]{0,500}>")
_SENTENCE = re.compile(r"[\u3002\uff1b;!\uff01\uff1f?\r\n]|\.(?!\d)")
_CLAUSE = re.compile(r"[,\uff0c\u3001]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEAR = 30
"""Characters between a size and the word that makes it a viable one."""
LONGEST_TEXT = 20_000
LONGEST_SENTENCE = 400
LONGEST_DATA = 400_000
"""Characters of base64."""
MOST_ATTACHMENTS = 4
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
) -> None:
    """Notes on what the texts of reports and documents may say."""
    left = MOST_CHARACTERS
    found: dict[tuple[str, str | None], set[tuple[str, str, Decimal | None]]] = {}
    for reference, date, path, text in (
        *_of_reports(desk, reports),
        *_of_documents(desk, documents),
    ):
        text = text[: max(0, left)]
        left -= len(text)
        for kind, mm in proposals(desk, text):
            found.setdefault((reference, date), set()).add((path, kind, mm))
    for (reference, date), proposed in found.items():
        day = desk.day(date, reference, f"{reference.partition('/')[0]}.date")
        on = day.date if day is not None else None
        kept = sorted(proposed, key=lambda one: (one[1], one[2] or Decimal(0), one[0]))
        for path, kind, mm in kept[:MOST_PROPOSALS]:
            note = ChartNote(PROPOSAL, (reference,), f"proposes-{kind}", path, mm=mm, day=on)
            desk.notes.add(note)


def _of_reports(desk: Desk, reports: list[Entry[DiagnosticReport]]) -> Iterator[_Text]:
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
        for text in _readable(desk, view.presented_form, reference, path):
            yield _Text(reference, date, path, text)


def _of_documents(desk: Desk, documents: list[Entry[DocumentReference]]) -> Iterator[_Text]:
    for reference, view, _ in documents:
        if view.status != "current" or view.doc_status not in (None, *_STATUSES):
            continue
        forms = [one.attachment for one in view.content if one.attachment is not None]
        if not any(form.data for form in forms):
            continue
        for text in _readable(desk, forms, reference, "DocumentReference.content"):
            yield _Text(reference, view.date, "DocumentReference.content", text)


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
    """Denied or doubtful in its clause; an enumeration ("no A, B or C") denies to its end."""
    table = desk.terminology.texts.proposals
    following = _CLAUSE.search(sentence, end)
    after = sentence[end : following.start() if following else len(sentence)]
    return bool(table.denied.search(sentence[:start]) or table.denied_after.search(after))


def _sizes_near(desk: Desk, sentence: str, start: int, end: int) -> Iterator[Decimal]:
    for match in desk.terminology.texts.proposals.size.finditer(sentence):
        distance = max(match.start() - end, start - match.end())
        name = desk.terminology.unit_of_text(match["unit"])
        if distance <= _NEAR and name is not None:
            size = max(Decimal(number) for number in _NUMBER.findall(match[0]))
            yield size * 10 if name == "cm" else size


# Attachments


def _readable(desk: Desk, forms: Iterable[Attachment], reference: str, path: str) -> Iterator[str]:
    kept = [
        form
        for form in forms
        if form.data and (form.content_type or "text/plain").lower().startswith(_READABLE)
    ]
    for form in kept[:MOST_ATTACHMENTS]:
        text = decoded(form)
        if text is None:
            desk.note(NOT_USABLE, reference, detail="report-text", path=path)
        else:
            yield text


def decoded(attachment: Attachment) -> str | None:
    """The text of an attachment: by its charset, else UTF-8, else GB18030."""
    data = "".join((attachment.data or "").split())
    if len(data) > LONGEST_DATA:
        return None
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    stated = _CHARSET.search(attachment.content_type or "")
    names = [_CHARSETS.get(stated[1].lower(), "") if stated else "", "utf-8-sig", "gb18030"]
    for name in names:
        if not name:
            continue
        try:
            return _MARKUP.sub(" ", content.decode(name)[:LONGEST_TEXT])
        except UnicodeError:
            continue
    return None
