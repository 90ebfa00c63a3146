"""What the service is for and which versions answer: one text, as HTML or JSON."""

from __future__ import annotations

from html import escape
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


def about(versions: dict[str, str], dev: bool) -> dict[str, Any]:
    mode = "sandbox (--dev): no client authentication, synthetic data only" if dev else "production"
    return {
        "name": "cdshooks: TACE refractoriness",
        "intendedUse": INTENDED_USE,
        "limits": list(LIMITS),
        "mode": mode,
        "versions": versions,
    }


def as_html(facts: dict[str, Any]) -> str:
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in facts["limits"])
    versions = "".join(
        f"<li>{escape(name)}: {escape(value)}</li>" for name, value in facts["versions"].items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(facts['name'])}</title></head><body><h1>{escape(facts['name'])}</h1>"
        f"<p>{escape(facts['intendedUse'])}</p><h2>Limits</h2><ul>{limits}</ul>"
        f"<h2>Versions</h2><ul>{versions}</ul><p>Mode: {escape(facts['mode'])}</p></body></html>\n"
    )
