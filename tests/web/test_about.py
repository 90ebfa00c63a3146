"""The source attributes: every one that forms ask for, in whichever form and language."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

EVIDENCE_BASED = {
    "bibliographic-citation",
    "developer",
    "funding",
    "release-and-revision-dates",
    "race",
    "ethnicity",
    "language",
    "sexual-orientation",
    "gender-identity",
    "sex",
    "date-of-birth",
    "social-determinants-of-health",
    "health-status-assessments",
}
PREDICTIVE = {
    "developer-contact",
    "funding-source",
    "value-produced",
    "output-type",
    "intended-use",
    "intended-population",
    "intended-users",
    "decision-role",
    "cautioned-use",
    "known-risks",
    "training-data-criteria",
    "use-of-demographics",
    "training-data-representativeness",
    "training-data-relevance",
    "fairness-approach",
    "bias-management",
    "external-validation-source",
    "external-validation-party",
    "external-validation-representativeness",
    "external-validation-process",
    "validity-in-test-data",
    "fairness-in-test-data",
    "validity-in-external-data",
    "fairness-in-external-data",
    "outcome-evaluation",
    "validity-monitoring",
    "local-validity",
    "fairness-monitoring",
    "local-fairness",
    "update-process",
    "correction-process",
}


def about(client: Any, language: str, media_type: str) -> Any:
    headers = {"Accept": media_type, "Accept-Language": language}
    response = client.get("/about", headers=headers)
    assert (response.status_code, response.mimetype) == (200, media_type)
    return response


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_all_of_13_and_31_attributes_are_shown(client: Any, language: str) -> None:
    assert (len(EVIDENCE_BASED), len(PREDICTIVE)) == (13, 31)
    attributes = about(client, language, "application/json").get_json()["sourceAttributes"]
    assert {kind: set(named) for kind, named in attributes.items()} == {
        "evidence-based": EVIDENCE_BASED,
        "predictive": PREDICTIVE,
    }
    page = about(client, language, "text/html").get_data(as_text=True)
    for named in attributes.values():
        for name, value in named.items():
            told = value if isinstance(value, list) else [value]
            assert told and all(text.strip() for text in told), name
            shown = "".join(f"<dd>{escape(text)}</dd>" for text in told)
            assert f"<dt>{name.replace('-', ' ')}</dt>{shown}" in page, name
