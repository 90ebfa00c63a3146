"""What the service is for, what it rests on and which versions answer: one text, HTML or JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

INTENDED_USE = (
    "Decision support for health professionals who treat hepatocellular carcinoma (interventional "
    "radiologists, hepatologists, tumour boards): says whether a patient's TACE course meets "
    "published definitions of refractoriness, why, and what the consensus advises next."
)
LIMITS = (
    "Reads recorded measurements and reports, never images.",
    "Says unknown when a datum is missing; missing is never taken as no.",
    "Gives no doses and orders nothing; a clinician decides.",
    "Not a medical device, not for emergencies, not for use without a clinician.",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the program knows of itself."""

    versions: Mapping[str, str]
    dev: bool
    repeat_days: int
    citations: Sequence[str]


def about(facts: Facts) -> dict[str, Any]:
    sandbox = "sandbox (--dev): no client authentication, synthetic data only"
    return {
        "name": "cdshooks: TACE refractoriness",
        "intendedUse": INTENDED_USE,
        "limits": list(LIMITS),
        "repeats": _repeats(facts.repeat_days),
        "mode": sandbox if facts.dev else "production",
        "versions": dict(facts.versions),
        "sourceAttributes": _source_attributes(facts),
    }


def _repeats(days: int) -> str:
    lately = f"within {days} days, or after" if days else "after"
    return (
        f"Told again by the same service to the same client, of the same patient, with the same "
        f"verdicts and data, {lately} somebody overrode the card with a reason, a card is softened "
        f"to info and says since when nothing has changed. At order-sign nothing is softened."
    )


def _source_attributes(facts: Facts) -> dict[str, Any]:
    written = tomllib.loads((files(__package__) / "source_attributes.toml").read_text("utf-8"))
    versions = ", ".join(f"{name} {facts.versions[name]}" for name in ("cdshooks", "knowledge"))
    dates = f"{versions}: released {written['released']}, revised {written['revised']}"
    return {
        "evidence-based": {
            "bibliographic-citation": list(facts.citations),
            "release-and-revision-dates": dates,
            **written["evidence-based"],
        },
        "predictive": written["predictive"],
    }


def as_html(facts: dict[str, Any]) -> str:
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in facts["limits"])
    versions = "".join(
        f"<li>{escape(name)}: {escape(value)}</li>" for name, value in facts["versions"].items()
    )
    attributes = "".join(
        f"<h3>{escape(kind)}</h3><dl>{''.join(map(_described, named.items()))}</dl>"
        for kind, named in facts["sourceAttributes"].items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(facts['name'])}</title></head><body><h1>{escape(facts['name'])}</h1>"
        f"<p>{escape(facts['intendedUse'])}</p><h2>Limits</h2><ul>{limits}</ul>"
        f"<h2>Repeats</h2><p>{escape(facts['repeats'])}</p>"
        f"<h2>Versions</h2><ul>{versions}</ul><p>Mode: {escape(facts['mode'])}</p>"
        f"<h2>Source attributes</h2>{attributes}</body></html>\n"
    )


def _described(attribute: tuple[str, Any]) -> str:
    name, value = attribute
    values = value if isinstance(value, list) else [value]
    told = "".join(f"<dd>{escape(one)}</dd>" for one in values)
    return f"<dt>{escape(name.replace('-', ' '))}</dt>{told}"
