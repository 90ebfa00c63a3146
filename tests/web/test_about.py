"""The source attributes: every one that forms ask for, in whichever form and language."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest

from cdshooks.app import create_app
from cdshooks.settings import Service, Settings

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


def walked(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in walked(part)]
    if isinstance(value, list):
        return [text for part in value for text in walked(part)]
    return [value]


def test_every_sentence_is_said_in_both_languages(client: Any) -> None:
    """But for citations and version numbers; in Chinese nothing is left in English."""
    english = about(client, "en", "application/json").get_json()
    chinese = about(client, "zh", "application/json").get_json()
    for facts in (english, chinese):
        facts.pop("versions")
        facts["sourceAttributes"]["evidence-based"].pop("bibliographic-citation")
    pairs = list(zip(walked(english), walked(chinese), strict=True))
    assert len(pairs) > 45
    for here, there in pairs:
        assert here.isascii() and "{" not in here + there, here
        assert any("\u4e00" <= letter <= "\u9fff" for letter in there), there
        assert english.keys() == chinese.keys()


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh", "zh"),
        ("zh-Hans-CN, en;q=0.5", "zh"),
        ("fr, en;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_of_the_reader_else_of_the_site(
    client: Any, wanted: str, language: str
) -> None:
    page = client.get("/about", headers={"Accept": "text/html", "Accept-Language": wanted})
    assert page.headers["Content-Language"] == language
    text = page.get_data(as_text=True)
    assert f'<html lang="{language}">' in text
    title = {"en": "<h2>Limits</h2>", "zh": "<h2>局限</h2>"}
    assert title[language] in text


def test_a_chinese_site_says_it_in_chinese() -> None:
    site = create_app(Settings(service=Service(language="zh")), dev=True).test_client()
    assert site.get("/about").headers["Content-Language"] == "zh"
