"""A patient's record from a file: a Bundle, one resource, or a folder of NDJSON (Bulk Data).

What cannot be used at all is said in one line that holds no patient's id or value; what costs only
a part is noted on the record. An entry or a line that cannot be read may have been a session of
anybody: the record is then a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from cdshooks.clinical.chart import ChartNote
from cdshooks.errors import UnusableInput
from cdshooks.fhir.bundles import Content, NotFhir, Resource, unpack
from cdshooks.fhir.record import Gap, GapKind, Record
from cdshooks.fhir.references import is_id
from cdshooks.fhir.versions import merge
from cdshooks.fhir.views import READ_TYPES, Unreadable, decode

_UNREADABLE = "unreadable-resource"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def load_source(path: str, patient: str | None = None) -> Record:
    """The record of one patient; ``patient`` is ``p-1`` or ``Patient/p-1``.

    It may be left out when the source is about one patient only. Raises :class:`UnusableInput`.
    """
    source = Path(path)
    wanted = _patient_id(patient) if patient is not None else None
    try:
        if source.is_dir():
            return _from_lines(path, _ndjson_files(source), wanted)
        if source.suffix == ".ndjson":
            return _from_lines(path, [source], wanted)
        return _from_document(path, source.read_bytes(), wanted)
    except FileNotFoundError:
        raise UnusableInput(f"{path}: no such file or folder") from None
    except (OSError, ValueError) as error:  # ValueError: a path that cannot be one
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise UnusableInput(f"{path}: cannot be read: {reason}") from None


def _patient_id(patient: str) -> str:
    patient_id = patient.removeprefix("Patient/")
    if not is_id(patient_id):
        raise UnusableInput("--patient must be a patient's id, as p-1 or Patient/p-1")
    return patient_id


# One document


def _from_document(path: str, text: bytes, wanted: str | None) -> Record:
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if not text.strip():
        raise UnusableInput(f"{path}: the file is empty")
    try:
        text.decode("utf-8")
        content = unpack(text)
    except UnicodeDecodeError:
        raise UnusableInput(f"{path}: not UTF-8 text") from None
    except NotFhir as problem:
        raise UnusableInput(f"{path}: {problem}") from None
    if not any(map(_can_be_read, content.resources)):
        raise UnusableInput(f"{path}: {_why_nothing(content)}")
    people = _People()
    people.meet(content.resources)
    merged = merge([content])
    patient_id = people.choose(path, wanted)
    record = Record(patient_id, merged.resources, notes=merged.notes, contested=merged.contested)
    record.notes += [ChartNote(_UNREADABLE, path=where) for where in content.unreadable]
    if content.failed:
        record.gaps.append(Gap("bundle", GapKind.REFUSED))
    if content.is_part:
        record.gaps.append(Gap("bundle", GapKind.TRUNCATED))
    return record


def _why_nothing(content: Content) -> str:
    if content.failed:
        return "holds an OperationOutcome and no data"
    if content.resources:
        return "holds no resource that can be read"
    return "no entry can be read" if content.unreadable else "holds no resource"


def _can_be_read(resource: Resource) -> bool:
    return resource.type in READ_TYPES and not isinstance(decode(resource.raw), Unreadable)


class _People:
    """Who occurs in a source."""

    def __init__(self) -> None:
        self.patients: set[str] = set()
        self.subjects: set[str] = set()

    def meet(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            patient_id = resource.patient_id
            if patient_id is not None:
                group = self.patients if resource.type == "Patient" else self.subjects
                group.add(patient_id)

    @property
    def known(self) -> set[str]:
        """The Patients; where there is none, those whom the resources are about."""
        return self.patients or self.subjects

    def choose(self, path: str, wanted: str | None) -> str:
        if wanted is not None:
            if wanted not in self.known:
                raise UnusableInput(f"{path}: the patient given with --patient is not in it")
            return wanted
        if not self.known:
            raise UnusableInput(f"{path}: names no patient")
        if len(self.known) > 1:
            raise UnusableInput(f"{path}: {len(self.known)} patients; choose one with --patient")
        return next(iter(self.known))


# NDJSON


class _Line(NamedTuple):
    where: str
    content: Content | None
    """None: not a FHIR resource."""


def _ndjson_files(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.glob("*.ndjson") if file.is_file())
    if not files:
        raise UnusableInput(f"{folder}: holds no .ndjson file")
    return files


def _from_lines(path: str, files: list[Path], wanted: str | None) -> Record:
    """Read twice: who is in the folder, then what is the patient's; a cohort may exceed the memory.

    The lines of the other members of a cohort are left out; where the folder is about one patient,
    a line of somebody else is a mix-up and stays, for charting to count.
    """
    people = _People()
    readable = False
    for line in _lines(files):
        if line.content is not None:
            readable = readable or any(map(_can_be_read, line.content.resources))
            people.meet(line.content.resources)
    if not readable:
        raise UnusableInput(f"{path}: no line can be read as a FHIR resource")
    chosen = people.choose(path, wanted)
    is_cohort = len(people.known) > 1
    contents, notes = [], []
    incomplete: set[GapKind] = set()
    for line in _lines(files):
        content = line.content
        if content is None:
            notes.append(ChartNote(_UNREADABLE, path=line.where))
            incomplete.add(GapKind.TRUNCATED)
            continue
        if content.failed and not content.only_remarks:
            incomplete.add(GapKind.REFUSED)
        if content.is_part:
            incomplete.add(GapKind.TRUNCATED)
        notes += [ChartNote(_UNREADABLE, path=line.where) for _ in content.unreadable[:1]]
        if is_cohort:
            own = [r for r in content.resources if r.patient_id in (None, chosen)]
            content.resources = own
        if content.resources or content.deleted:
            contents.append(content)
    merged = merge(contents)
    gaps = [Gap("bundle", kind) for kind in sorted(incomplete)]
    notes += merged.notes
    return Record(chosen, merged.resources, gaps, notes, contested=merged.contested)


def _lines(files: list[Path]) -> Iterator[_Line]:
    for file in files:
        with file.open("rb") as lines:
            for number, text in enumerate(lines, start=1):
                text = text.removeprefix(_BYTE_ORDER_MARK).strip()
                if text:
                    yield _Line(f"{file.name}:{number}", _unpacked(text))


def _unpacked(text: bytes) -> Content | None:
    try:
        text.decode("utf-8")
        content = unpack(msgspec.Raw(text))
    except (NotFhir, UnicodeDecodeError):
        return None
    return content
