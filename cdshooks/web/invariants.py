"""What a card must keep, each rule a named line; the names are those of CDS Hooks where it has one.

The JSON Schemas say which members there are; the rules here are those that schemas say badly or
not at all. A rule is asked about one card and answers whether it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Card = Mapping[str, Any]

SUMMARY_BELOW = 140
_HTML = re.compile(r"<[A-Za-z/!?]")
_RELATIVE_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9._-]{1,128}")


def suggestions(card: Card) -> list[Any]:
    found: list[Any] = card.get("suggestions", [])
    return found


def actions(card: Card) -> list[Any]:
    return [action for one in suggestions(card) for action in one.get("actions", [])]


def links(card: Card) -> list[Any]:
    found: list[Any] = card.get("links", [])
    return found


def _recommended(card: Card) -> int:
    return sum(one.get("isRecommended", False) is True for one in suggestions(card))


def _addresses(card: Card) -> list[Any]:
    source = card.get("source", {})
    shown = [source[name] for name in ("url", "icon") if name in source]
    return shown + [link.get("url") for link in links(card)]


def is_absolute(address: Any) -> bool:
    """An http or https URL with a host, and no white space or user in it."""
    if not isinstance(address, str) or re.search(r"\s", address):
        return False
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _uuids(card: Card) -> list[Any]:
    return [card.get("uuid"), *(one.get("uuid") for one in suggestions(card))]


INVARIANTS: dict[str, Callable[[Card], bool]] = {
    "cds-resp-1": lambda card: (
        card.get("selectionBehavior") != "at-most-one" or _recommended(card) <= 1
    ),
    "cds-resp-2": lambda card: all(
        "resourceId" in action and "resource" not in action
        for action in actions(card)
        if action.get("type") == "delete"
    ),
    "cds-resp-3": lambda card: all(
        link.get("type") == "smart" or "appContext" not in link for link in links(card)
    ),
    "cds-resp-4": lambda card: all(one.get("display") for one in card.get("overrideReasons", [])),
    "cds-resp-5": lambda card: all(action.get("description") for action in actions(card)),
    "cds-resp-6": lambda card: not suggestions(card) or "selectionBehavior" in card,
    "cds-resp-7": lambda card: all(
        one.get("actionSelectionBehavior", "all") in ("all", "any", "at-most-one")
        for one in suggestions(card)
    ),
    "summary-length": lambda card: 0 < len(card.get("summary", "")) < SUMMARY_BELOW,
    "summary-one-line": lambda card: "\n" not in card.get("summary", ""),
    "detail-without-html": lambda card: not _HTML.search(card.get("detail", "")),
    "never-critical": lambda card: card.get("indicator") in ("info", "warning"),
    "absolute-urls": lambda card: all(map(is_absolute, _addresses(card))),
    "create-or-update-has-resource": lambda card: all(
        bool(action.get("resource", {}).get("resourceType")) and "resourceId" not in action
        for action in actions(card)
        if action.get("type") in ("create", "update")
    ),
    "delete-by-relative-reference": lambda card: all(
        _RELATIVE_REFERENCE.fullmatch(str(action.get("resourceId")))
        for action in actions(card)
        if action.get("type") == "delete"
    ),
    "only-proposals": lambda card: all(
        resource.get("status") == "draft" or resource.get("intent") == "proposal"
        for action in actions(card)
        if (resource := action.get("resource"))
    ),
    "all-actions-apply": lambda card: (
        not any("actionSelectionBehavior" in one for one in suggestions(card))
    ),
    "uuids-differ": lambda card: len(set(_uuids(card))) == len(_uuids(card)),
    "nothing-null-or-empty": lambda card: nothing_said(card) is None,
}


def broken(card: Card) -> Iterator[str]:
    """The names of the rules that a card breaks."""
    return (name for name, holds in INVARIANTS.items() if not holds(card))


def nothing_said(value: Any) -> str | None:
    """Where a null, an empty text, list or object stands; None when it stands nowhere."""
    if isinstance(value, Mapping):
        parts: Any = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return "" if value is None or value == "" else None
    if not value:
        return ""
    for key, part in parts:
        if (place := nothing_said(part)) is not None:
            return f".{key}{place}"
    return None
