"""The texts of attachments: in the attachment itself, or in the Binary that it points to.

A Binary is nobody's: it is read only for the report or document that points to it. What is there
and is no text that can be read, as a PDF, is noted once for every kind of resource.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from cdshooks.clinical.chart import ChartNote
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk, Entry
from cdshooks.fhir.views import Attachment, Binary, Reference

LONGEST_TEXT = 20_000
LONGEST_DATA = 400_000
"""Characters of base64."""
MOST_ATTACHMENTS = 4
"""Of one resource."""
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


@dataclass(slots=True)
class Attachments:
    desk: Desk
    binaries: Mapping[str, Binary]
    """By reference."""
    unread: dict[str, set[str]] = field(default_factory=dict)
    """By path, the resources whose text is not, or not wholly, read."""

    @classmethod
    def of(cls, desk: Desk, binaries: Iterable[Entry[Binary]]) -> Attachments:
        return cls(desk, {entry.reference: entry.view for entry in binaries})

    def texts(self, forms: Iterable[Attachment], reference: str, path: str) -> list[str]:
        """The texts of the attachments of one resource.

        A form that is no text beside one that is, is taken for the same in another form.
        """
        there = [form for form in map(self._held, forms) if form.data or form.url]
        readable = [form for form in there if _is_text(form)]
        texts = [decoded(form) for form in islice(readable, MOST_ATTACHMENTS)]
        if None in texts or len(readable) > MOST_ATTACHMENTS or (there and not readable):
            self.unread.setdefault(path, set()).add(reference)
        return [text for text in texts if text is not None]

    def note_unread(self) -> None:
        for path, references in self.unread.items():
            count = len(references) if len(references) > 1 else None
            note = ChartNote(NOT_USABLE, tuple(sorted(references)), "report-text", path, count)
            self.desk.notes.add(note)

    def _held(self, form: Attachment) -> Attachment:
        """With what the Binary holds that it points to."""
        if form.data or not form.url:
            return form
        name = self.desk.reference(Reference(reference=form.url))
        held = self.binaries.get(name or "")
        if held is None or not held.data:
            return form
        return Attachment(content_type=held.content_type or form.content_type, data=held.data)


def _is_text(form: Attachment) -> bool:
    kind = (form.content_type or "text/plain").lower()
    return bool(form.data) and kind.startswith(_READABLE)


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
