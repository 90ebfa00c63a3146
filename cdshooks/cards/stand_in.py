"""The card in place of one that could not be shown: silence is never taken for all is well."""

from __future__ import annotations

import uuid
from typing import Any

from cdshooks.cards.catalogue import Catalogue
from cdshooks.cards.model import EXTENSION, EXTENSION_SCHEMA, INFO, MISSING, WARNING
from cdshooks.cards.parts import topic


def stand_in_card(language: str, reference: str, *, warns: bool) -> dict[str, Any]:
    """``reference`` stands in the log beside what went wrong; ``warns``: as the other card did."""
    say = Catalogue(language)
    return {
        "uuid": str(uuid.uuid4()),
        "summary": say.say("stand-in.summary"),
        "detail": say.say("stand-in.detail", reference=reference),
        "indicator": WARNING if warns else INFO,
        "source": {"label": say.say("source.cci"), "topic": dict(topic(language))},
        "extension": {EXTENSION: {"schema": EXTENSION_SCHEMA, "card": MISSING}},
    }
