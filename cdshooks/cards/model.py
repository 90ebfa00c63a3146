"""A CDS Hooks card, in CDS Hooks' own names; what is empty is left out of its JSON."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXTENSION = "org.tace-cds.assessment"
EXTENSION_SCHEMA = "tace-card/1"
INFO, WARNING = "info", "warning"
"""The third indicator of CDS Hooks, ``critical``, is never used: nothing here is an emergency."""
SUMMARY_BELOW = 140
AT_MOST_ONE, ANY = "at-most-one", "any"
"""Of the suggestions of a card."""
STATUS, NEXT_STEP, MISSING, GUARD = "status", "next-step", "missing", "guard"


@dataclass(frozen=True, slots=True)
class Source:
    label: str
    topic: Mapping[str, str]
    url: str = ""

    def as_dict(self) -> dict[str, Any]:
        return filled({"label": self.label, "url": self.url, "topic": dict(self.topic)})


@dataclass(frozen=True, slots=True)
class Proposal:
    """One resource that may be created, told as data: it is coded where FHIR is known."""

    kind: str
    """``mdt-review``, ``haic``, ``systemic-therapy``, ``imaging-ct``, ``afp``, ..."""
    action: str
    """What the client is asked to do, for the user."""
    text: str
    """What the resource says that it is."""
    note: str
    statements: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """References of what speaks for it, the most telling first."""
    supporting: tuple[str, ...] = ()
    """References of everything else that was used."""
    focus: str = ""
    """The order that it is about."""
    period: tuple[datetime.date, datetime.date] | None = None
    parts: tuple[tuple[str, str], ...] = ()
    """Kind and text of the activities of a plan."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What becomes a suggestion, if the client can apply all of it."""

    kind: str
    label: str
    proposals: tuple[Proposal, ...]
    delete: str = ""
    """Reference of an order that goes."""
    delete_action: str = ""
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One card. Suggestions, links and override reasons come by :func:`dataclasses.replace`."""

    kind: str
    """``status``, ``next-step``, ``missing`` or ``guard``."""
    summary: str
    detail: str
    indicator: str
    source: Source
    extension: Mapping[str, Any]
    offers: tuple[Offer, ...] = ()
    """Not part of the JSON: those that the client can apply become ``suggestions``."""
    suggestions: tuple[Mapping[str, Any], ...] = ()
    selection_behavior: str = AT_MOST_ONE
    override_reasons: tuple[Mapping[str, str], ...] = ()
    links: tuple[Mapping[str, str], ...] = ()
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        if len(self.summary) >= SUMMARY_BELOW:
            raise ValueError(f"a card summary has fewer than {SUMMARY_BELOW} characters")
        if self.indicator not in (INFO, WARNING):
            raise ValueError("a card is info or warning")

    def as_dict(self) -> dict[str, Any]:
        return filled(
            {
                "uuid": self.uuid,
                "summary": self.summary,
                "detail": self.detail,
                "indicator": self.indicator,
                "source": self.source.as_dict(),
                "suggestions": [dict(one) for one in self.suggestions],
                "selectionBehavior": self.selection_behavior if self.suggestions else "",
                "overrideReasons": [dict(one) for one in self.override_reasons],
                "links": [dict(one) for one in self.links],
                "extension": {EXTENSION: dict(self.extension)},
            }
        )


def filled(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are neither null nor empty."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
