"""Resources inside another (``contained``): results, studies and lesions that stand nowhere else.

A report may hold its results in itself and refer to them by ``#id``. They have no identity but
there, so each gets a reference that nothing outside can name, and that is never shown.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from cdshooks.clinical.chart import NAMELESS

CONTAINERS = frozenset({"DiagnosticReport", "Observation"})
_KINDS = {"Observation": b"subject", "ImagingStudy": b"subject", "BodyStructure": b"patient"}
"""What is read when it is contained, and the element that says whose it is."""
_FRAGMENT = re.compile(rb'("reference"\s*:\s*")#([^"\\]+)"')
_FAILURES = (msgspec.MsgspecError, ValueError, RecursionError)


class Inner(NamedTuple):
    reference: str
    raw: msgspec.Raw


class _Container(msgspec.Struct, rename="camel"):
    contained: tuple[msgspec.Raw, ...] = ()
    subject: msgspec.Raw = msgspec.Raw()


class _Contained(msgspec.Struct, rename="camel"):
    resource_type: str = ""
    id: str = ""
    subject: msgspec.Raw = msgspec.Raw()
    patient: msgspec.Raw = msgspec.Raw()


def unfolded(raw: msgspec.Raw, first: int) -> tuple[msgspec.Raw, list[Inner]]:
    """A resource that refers to what it contains by references, and what that is.

    ``first`` numbers what is contained, over the whole record. Only what something in the resource
    refers to is taken; what does not say whose it is, is its container's.
    """
    text = bytes(raw)
    if b'"contained"' not in text:
        return raw, []
    try:
        outer = msgspec.json.decode(text, type=_Container)
    except _FAILURES:
        return raw, []
    asked_for = {match[2] for match in _FRAGMENT.finditer(text)}
    names: dict[bytes, str] = {}
    found: list[tuple[str, bytes]] = []
    for one in outer.contained:
        try:
            head = msgspec.json.decode(one, type=_Contained)
        except _FAILURES:
            continue
        name = head.id.encode()
        if head.resource_type in _KINDS and name in asked_for and name not in names:
            names[name] = f"{head.resource_type}/{NAMELESS}in{first + len(names)}"
            found.append((names[name], _owned(bytes(one), head, bytes(outer.subject))))

    def resolved(match: re.Match[bytes]) -> bytes:
        name = names.get(match[2])
        return match[0] if name is None else match[1] + name.encode() + b'"'

    inner = [Inner(name, msgspec.Raw(_FRAGMENT.sub(resolved, each))) for name, each in found]
    return msgspec.Raw(_FRAGMENT.sub(resolved, text)), inner


def _owned(text: bytes, head: _Contained, owner: bytes) -> bytes:
    """With the container's patient where the contained resource names none."""
    if bytes(head.subject) or bytes(head.patient) or not owner:
        return text
    return text.rstrip()[:-1] + b',"' + _KINDS[head.resource_type] + b'":' + owner + b"}"
