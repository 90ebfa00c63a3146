"""What a FHIR document holds: Bundles unpacked into resources, each kept as the bytes it came in.

Read tolerantly (FHIR R4, Bundle): a Bundle needs no ``type``, may hold Bundles, and an entry that
cannot be read costs only itself. Nothing is rebuilt, so numbers stay exactly as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import msgspec

from cdshooks.fhir.references import is_id, local_reference
from cdshooks.fhir.views import Meta, Reference

_DEEPEST = 16
"""Bundles inside Bundles."""
_MOST_LENIENT = 10_000
"""Entries of a Bundle that are looked at one by one when some of them are none."""
_FAILURES = (msgspec.MsgspecError, ValueError, RecursionError)
_HARMLESS = frozenset({"information", "warning", "success"})
_URN_REFERENCE = re.compile(rb'("(?:reference|url)"\s*:\s*")(urn:[^"\\]+)"')
"""``url``: an attachment may point to a Binary of its Bundle."""

View = TypeVar("View")


class NotFhir(ValueError):
    """Not a FHIR resource; the text says what is wrong, never a value."""


class Resource(NamedTuple):
    type: str
    id: str | None
    meta: Meta | None
    owner: str | None
    """The reference by which the resource names its patient, as written."""
    raw: msgspec.Raw
    historic: bool = False
    """From a history: older versions beside it are normal."""

    @property
    def name(self) -> str | None:
        return None if self.id is None else f"{self.type}/{self.id}"

    @property
    def patient_id(self) -> str | None:
        """The id of the patient whom the resource is about; its own, when it is a Patient."""
        if self.type == "Patient":
            return self.id if is_id(self.id) else None
        if self.owner is None:
            return None
        name = local_reference(Reference(reference=self.owner), None) or ""
        kind, _, patient_id = name.partition("/")
        return patient_id if kind == "Patient" else None


@dataclass(slots=True)
class Content:
    """What one document held."""

    resources: list[Resource] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Paths of entries that are no resource."""
    deleted: list[Resource] = field(default_factory=list)
    """Deletions that a history tells of (only type, id and meta)."""
    matches: int = 0
    """Entries that are results of the search: not outcomes, not included resources."""
    failed: bool = False
    """An OperationOutcome says that the search, or a part of it, failed."""
    only_remarks: bool = False
    """In the place of data stood an OperationOutcome without an error."""
    short: bool = False
    """``total`` exceeds the entries, and no link leads to more."""
    lacks_inside: bool = False
    """An inner Bundle has further pages, or fewer entries than its ``total``; nobody follows it."""
    next: str | None = None
    """The link to the next page."""
    urns: dict[str, str] = field(default_factory=dict)
    """Whom the ``urn:`` of an entry names, by the urn in lower case."""

    @property
    def hides(self) -> bool:
        """Something that stands here or belongs here is not to be had, wherever ``next`` leads."""
        return self.lacks_inside or bool(self.unreadable)

    @property
    def is_part(self) -> bool:
        return self.hides or self.short or self.next is not None


def unpack(raw: msgspec.Raw | bytes) -> Content:
    """All resources of a document: of a Bundle, or the one resource that it is.

    An OperationOutcome in the place of data is a failure whatever its severity; beside data, one of
    severity information or warning says nothing about what was found.
    """
    head = _head(raw)
    if head.resource_type == "OperationOutcome":
        return Content(failed=True, only_remarks=not _is_failure(head))
    content = Content()
    urns = content.urns
    if head.resource_type == "Bundle":
        try:
            _unpack_bundle(head, content, urns, "Bundle", 0)
        except RecursionError:
            raise NotFhir("the JSON is nested too deeply") from None
        if urns:
            content.resources = [_with_resolved_urns(one, urns) for one in content.resources]
    else:
        content.resources.append(_resource(head, raw))
        content.matches = 1
    return content


# Views: only what is needed to unpack


class _Part(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    pass


class _Head(_Part):
    """The outside of any resource, and the members that only a Bundle or an outcome has."""

    resource_type: str = ""
    id: str | None = None
    meta: Meta | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    type: msgspec.Raw = msgspec.Raw()
    total: msgspec.Raw = msgspec.Raw()
    link: msgspec.Raw = msgspec.Raw()
    entry: msgspec.Raw = msgspec.Raw()
    issue: msgspec.Raw = msgspec.Raw()


class _Search(_Part):
    mode: str | None = None


class _Request(_Part):
    method: str | None = None
    url: str | None = None


class _Response(_Part):
    status: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class _Entry(_Part):
    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()
    search: _Search | None = None
    request: _Request | None = None
    response: _Response | None = None


class _Link(_Part):
    relation: str | None = None
    url: str | None = None


class _Issue(_Part):
    severity: str | None = None


_read_head = msgspec.json.Decoder(_Head)
_read_entries = msgspec.json.Decoder(list[_Entry])


def _head(raw: msgspec.Raw | bytes) -> _Head:
    try:
        head = _read_head.decode(raw)
    except RecursionError:
        raise NotFhir("the JSON is nested too deeply") from None
    except msgspec.ValidationError:
        head = _lenient(raw, _Head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotFhir("not JSON") from None
    if not head.resource_type:
        raise NotFhir("not FHIR: there is no resourceType")
    return head


def _lenient(raw: msgspec.Raw | bytes, kind: type[View]) -> View:
    """A view of which every member that has the wrong type is left out."""
    try:
        members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except _FAILURES:
        raise NotFhir("not FHIR: there is no JSON object") from None
    found = {}
    for known in msgspec.structs.fields(kind):  # type: ignore[arg-type]
        if known.encode_name in members:
            value = _lone(members[known.encode_name], known.type)
            if value is not None:
                found[known.name] = value
    return kind(**found)


def _lone(raw: msgspec.Raw | bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except _FAILURES:
        return None


def _given(raw: msgspec.Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


# Bundles


def _unpack_bundle(
    head: _Head, content: Content, urns: dict[str, str], path: str, depth: int
) -> None:
    kind = _lone(head.type, str)
    matches = 0
    for index, entry in enumerate(_entries(head, content, path)):
        if entry is None:
            continue
        here = f"{path}.entry[{index}].resource"
        mode = entry.search.mode if entry.search is not None else None
        if entry.response is not None and (entry.response.status or "")[:1] in ("4", "5"):
            content.failed = True
        if not _given(entry.resource):
            if kind == "history":
                _note_deletion(entry, content)
            continue
        try:
            inner = _head(entry.resource)
        except NotFhir:
            matches += mode in (None, "match")
            content.unreadable.append(here)
            continue
        if inner.resource_type == "OperationOutcome":
            content.failed = content.failed or _is_failure(inner)
            continue
        matches += mode in (None, "match")
        if inner.resource_type == "Bundle":
            if depth == _DEEPEST:
                content.unreadable.append(here)
                continue
            _unpack_bundle(inner, content, urns, here, depth + 1)
            content.lacks_inside |= content.short or content.next is not None
            continue
        resource = _resource(inner, entry.resource, historic=kind == "history")
        if entry.full_url is not None and entry.full_url.startswith("urn:"):
            resource = _named_by_urn(resource, entry.full_url, urns)
        content.resources.append(resource)
    content.matches = matches
    content.next = _link(head, "next")
    total = _lone(head.total, int) if kind != "history" and content.next is None else None
    content.short = total is not None and total > matches
    if _asked_with_a_template(_link(head, "self") or ""):
        content.failed = True


def _entries(head: _Head, content: Content, path: str) -> list[_Entry | None]:
    """Entries by their index; None for one that is none, which is told."""
    if not _given(head.entry):
        return []
    try:
        return list(_read_entries.decode(head.entry))
    except _FAILURES:
        pass
    parts = _lone(head.entry, list[msgspec.Raw])
    if parts is None or len(parts) > _MOST_LENIENT:
        content.unreadable.append(f"{path}.entry")
        return []
    entries: list[_Entry | None] = []
    for index, part in enumerate(parts):
        try:
            entries.append(_lenient(part, _Entry))
        except NotFhir:
            content.unreadable.append(f"{path}.entry[{index}]")
            entries.append(None)
    return entries


def _asked_with_a_template(url: str) -> bool:
    """Whether a search was sent with ``{{...}}`` in it: it asked about nobody, found nothing."""
    return "{{" in url or "%7b%7b" in url.lower()


def _link(head: _Head, relation: str) -> str | None:
    for raw in _lone(head.link, list[msgspec.Raw]) or ():
        link = _lone(raw, _Link)
        if link is not None and link.relation == relation and link.url:
            return str(link.url)
    return None


def _is_failure(outcome: _Head) -> bool:
    """Whether an OperationOutcome says error or fatal; one that says nothing readable does, too."""
    issues = _lone(outcome.issue, list[_Issue])
    return not issues or any(issue.severity not in _HARMLESS for issue in issues)


def _resource(head: _Head, raw: msgspec.Raw | bytes, historic: bool = False) -> Resource:
    owner = head.subject or head.patient
    return Resource(
        head.resource_type,
        head.id or None,
        head.meta,
        owner.reference if owner is not None else None,
        raw if isinstance(raw, msgspec.Raw) else msgspec.Raw(raw),
        historic,
    )


def _note_deletion(entry: _Entry, content: Content) -> None:
    """A history's entry without resource: ``DELETE Type/id`` (FHIR R4, http, history)."""
    if entry.request is None or entry.request.method != "DELETE":
        return
    name = local_reference(Reference(reference=entry.request.url), None)
    if name is None or name.startswith("urn:"):
        return
    kind, _, identity = name.partition("/")
    meta = Meta()
    if entry.response is not None:
        version = re.fullmatch(r'(?:W/)?"?([^"]+)"?', entry.response.etag or "")
        meta = Meta(
            version_id=version[1] if version else None, last_updated=entry.response.last_modified
        )
    content.deleted.append(Resource(kind, identity, meta, None, msgspec.Raw(), historic=True))


# References inside a Bundle (FHIR R4, Bundle, Resolving references)


def _named_by_urn(resource: Resource, full_url: str, urns: dict[str, str]) -> Resource:
    """Remember whom the urn names; a resource without an id gets the urn's last part as id."""
    if resource.id is None:
        identity = full_url.rpartition(":")[2]
        if not is_id(identity):
            return resource
        text = bytes(resource.raw).rstrip()[:-1] + b',"id":"' + identity.encode() + b'"}'
        resource = resource._replace(id=identity, raw=msgspec.Raw(text))
    if is_id(resource.id):
        urns.setdefault(full_url.lower(), f"{resource.type}/{resource.id}")
    return resource


def _with_resolved_urns(resource: Resource, urns: dict[str, str]) -> Resource:
    text = bytes(resource.raw)
    if b'"urn:' not in text:
        return resource

    def resolved(match: re.Match[bytes]) -> bytes:
        name = urns.get(match[2].decode(errors="replace").lower())
        return match[0] if name is None else match[1] + name.encode() + b'"'

    owner = resource.owner and urns.get(resource.owner.lower(), resource.owner)
    return resource._replace(owner=owner, raw=msgspec.Raw(_URN_REFERENCE.sub(resolved, text)))
