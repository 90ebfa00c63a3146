"""References between resources, brought to the one form ``Type/id``."""

from __future__ import annotations

from cdshooks.fhir.views import Reference

_ID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")
_LONGEST_ID = 128

Bases = tuple[str, ...] | None
"""FHIR base URLs under which an absolute reference is the patient's.

None: under any, for a file and a sandbox know none. Empty: under none, for no server is trusted.
"""


def is_id(text: str | None) -> bool:
    """Whether a logical id is safe to use and to print; a little more than FHIR allows."""
    return (
        text is not None
        and 0 < len(text) <= _LONGEST_ID
        and _ID_CHARACTERS.issuperset(text)
        and text.strip(".") != ""
    )


def local_reference(reference: Reference | None, bases: Bases) -> str | None:
    """``Type/id`` (or the ``urn:`` as it is); ``None`` when it can name nothing in the record.

    Contained and conditional references are not followed, and a path with ``..`` is not one.
    """
    text = reference.reference if reference is not None else None
    if not text:
        return None
    if ":" in text:
        if text.startswith("urn:"):
            return text if is_id(text.replace(":", "-")) else None
        relative = _relative(text, bases)
        if relative is None:
            return None
        text = relative
    parts = text.split("/")
    if len(parts) == 4 and parts[2] == "_history":
        del parts[2:]
    if len(parts) != 2 or not (parts[0].isascii() and parts[0].isalpha()) or not is_id(parts[1]):
        return None
    return f"{parts[0]}/{parts[1]}"


def _relative(text: str, bases: Bases) -> str | None:
    if bases is not None:
        for base in bases:
            root = base.rstrip("/") + "/"
            if text.startswith(root):
                return text[len(root) :]
        return None
    if not text.startswith(("http://", "https://")):
        return None
    parts = text.split("/")
    if len(parts) > 3 and parts[-2] == "_history":
        del parts[-2:]
    return "/".join(parts[-2:]) if len(parts) >= 5 else None
