"""Whole hook calls: cards, languages, what cannot be had, and what fails inside."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from cdshooks.app import create_app
from cdshooks.demo import PATIENTS
from cdshooks.service import answer
from cdshooks.settings import Service, Settings
from cdshooks.web.contract import check_response
from tests.web.calls import DELETE, PATH, changed, morning, outcome_text, patient_call

EXTENSION = "org.tace-cds.assessment"
EMPTY = {"resourceType": "Bundle", "type": "searchset", "total": 0}
CHINESE = re.compile("[\u4e00-\u9fff]")


def cards_of(client, call, **headers):
    response = client.post(PATH, json=call, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    check_response(response.get_json())
    return response.get_json()["cards"]


def kinds(cards):
    return [card["extension"][EXTENSION]["card"] for card in cards]


@pytest.mark.parametrize(
    ("language", "sent", "said", "not_said"),
    [
        ("en", DELETE, "A prefetch key was not sent", "refused or failed"),
        ("en", {"resourceType": "OperationOutcome"}, "refused or failed", "was not sent"),
        ("zh", DELETE, "有prefetch键未提供", "查询失败"),
        ("zh", {"resourceType": "OperationOutcome"}, "查询失败", "未提供"),
    ],
)
def test_a_key_that_was_not_sent_is_told_from_a_search_that_failed(
    client, language, sent, said, not_said
):
    call = changed(patient_call(client), ("prefetch.imagingObservations", sent))
    cards = cards_of(client, call, **{"Accept-Language": language})
    (missing,) = (c for c in cards if c["extension"][EXTENSION]["card"] == "missing")
    assert said in missing["detail"] and not_said not in missing["detail"]
    assert ("prefetch.imagingObservations" in missing["detail"]) is (sent is DELETE)


@pytest.mark.parametrize(
    ("name", "verdict", "indicator", "branches", "tier"),
    [
        ("refractory", "met", "warning", ["F1-R"], "HAIC-R1"),
        ("effective", "not-met", "info", ["F1-4"], "NA"),
        ("not-enough-data", "indeterminate", "info", None, "UNDETERMINED"),
        ("unsuitable", "not-met", "warning", ["F1-1b"], "NA"),
        ("two-sessions", "not-met", "info", None, "NA"),
    ],
)
def test_the_demo_patients(client, name, verdict, indicator, branches, tier):
    cards = cards_of(client, patient_call(client, name))
    status = cards[0]
    said = status["extension"][EXTENSION]
    assert said["schema"] == "tace-card/1"
    assert said["card"] == "status"
    assert said["definitions"]["cci-2022"]["verdict"] == verdict
    assert status["indicator"] == indicator
    assert said.get("branches") == branches
    assert kinds(cards) == [k for k in ("status", "next-step", "missing") if k in kinds(cards)]
    assert {card["indicator"] for card in cards[1:]} <= {"info"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_key_that_was_not_sent_is_told_as_that(client, call, lang):
    """Nobody was asked; and what its search would have held is not offered to be ordered."""
    said = {"en": "A prefetch key was not sent", "zh": "有prefetch键未提供"}[lang]
    refused = {"en": "The server refused", "zh": "服务器拒绝"}[lang]
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    for value, told, not_told in ((DELETE, said, refused), (failed, refused, said)):
        cards = cards_of(
            client, changed(call, ("prefetch.labs", value)), **{"Accept-Language": lang}
        )
        missing = cards[-1]
        assert told in missing["detail"] and not_told not in missing["detail"]
        labels = {one["label"] for one in missing.get("suggestions", ())}
        assert not any("AFP" in label or "liver" in label or "肝功能" in label for label in labels)
        assert missing["extension"][EXTENSION]["missing"] == [
            *("liver-function", "markers", "record-incomplete")
        ]


def test_the_sandbox_says_so_on_every_card(client, call):
    for card in cards_of(client, call):
        assert "sandbox" in card["detail"].lower()


def test_two_calls_say_the_same_but_for_the_uuids(client, call):
    first, second = cards_of(client, call), cards_of(client, call)
    told = [*first, *second]
    told += [one for card in first + second for one in card.get("suggestions", [])]
    uuids = [one.pop("uuid") for one in told]
    assert len(set(uuids)) == len(uuids)
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize(
    ("accept", "chinese"),
    [
        (None, False),
        ("en-GB,en;q=0.9", False),
        ("zh-CN,zh;q=0.9,en;q=0.8", True),
        ("zh", True),
        ("fr-FR,fr;q=0.9,zh;q=0.2,en;q=0.1", True),
        ("en;q=0.5,zh-TW;q=0.9", True),
        ("zh;q=0,en", False),
        ("fr", False),
        ("*", False),
        ("\u00ff;;;q=x", False),
    ],
)
def test_the_language_of_the_cards(client, call, accept, chinese):
    headers = {"Accept-Language": accept} if accept else {}
    for card in cards_of(client, call, **headers):
        assert bool(CHINESE.search(card["summary"])) == chinese


def test_the_sites_language_when_the_client_names_none(call):
    settings = Settings(service=Service(language="zh"))
    client = create_app(settings, dev=True, clock=morning).test_client()
    assert CHINESE.search(cards_of(client, call)[0]["summary"])
    english = cards_of(client, call, **{"Accept-Language": "en"})
    assert not CHINESE.search(english[0]["summary"])


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ([("prefetch", DELETE)], {"patient", "procedures"}),
        ([("prefetch", {})], {"patient", "procedures"}),
        ([("prefetch.patient", DELETE)], {"patient"}),
        ([("prefetch.patient", None)], {"patient"}),
        ([("prefetch.procedures", DELETE)], {"procedures"}),
        (
            [("prefetch.procedures", {"resourceType": "OperationOutcome", "issue": []})],
            {"procedures"},
        ),
    ],
    ids=str,
)
def test_without_patient_or_procedures_it_is_412_and_says_which(client, call, changes, keys):
    text = outcome_text(client.post(PATH, json=changed(call, *changes)), 412)
    for key in ("patient", "procedures"):
        assert (key in text) == (key in keys)


def test_without_another_key_the_datum_is_named_and_no_verdict_is_surer(client, call):
    for key in ("imagingStudies", "labs", "imagingObservations", "clinicalFacts"):
        cards = cards_of(client, changed(call, (f"prefetch.{key}", DELETE)))
        assert kinds(cards)[-1] == "missing"
        verdicts = cards[0]["extension"][EXTENSION]["definitions"]
        assert "not-met" not in {verdict["verdict"] for verdict in verdicts.values()}


@pytest.mark.parametrize("nothing", [None, EMPTY, EMPTY | {"entry": []}], ids=str)
def test_no_tace_at_all_is_no_card(client, call, nothing):
    quiet = changed(call, *((f"prefetch.{key}", nothing) for key in call["prefetch"]))
    quiet["prefetch"]["patient"] = call["prefetch"]["patient"]
    assert client.post(PATH, json=quiet).get_json() == {"cards": []}


def test_what_fails_inside_is_a_500_with_a_reference_and_nothing_else(app, call, monkeypatch):
    def fail(*_arguments, **_more):
        raise RuntimeError("canary: Zhang San, 310101")

    monkeypatch.setattr("cdshooks.web.routes.answer", fail)
    response = app.test_client().post(PATH, json=call)
    text = outcome_text(response, 500)
    assert "canary" not in text and "RuntimeError" not in text
    assert re.search(r"reference [0-9a-f-]{36}", text)


def broken(**changes):
    """The service's answers, with the first card changed in a way that the contract forbids."""

    def answered(*arguments):
        answered = answer(*arguments)
        answered.response["cards"][0].update(changes)
        return answered

    return answered


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"summary": ""}, "cards.0.summary: minLength"),
        ({"summary": "x" * 140}, "cards.0.summary: maxLength"),
        ({"indicator": "critical"}, "cards.0: never-critical"),
        ({"detail": "<script>x</script>"}, "cards.0: detail-without-html"),
        (
            {"links": [{"label": "l", "type": "absolute", "url": "x"}]},
            "cards.0.links.0.url: pattern",
        ),
        (
            {"overrideReasons": [{"code": "c", "system": "s"}]},
            "cards.0.overrideReasons.0: required",
        ),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_card_that_breaks_the_contract_is_stood_in_for(
    client, call, monkeypatch, changes, rule, language
):
    monkeypatch.setattr("cdshooks.web.routes.answer", broken(**changes))
    with capture_logs() as logged:
        first, *others = cards_of(client, call, **{"Accept-Language": language})[::-1]
    assert kinds([first, *others]) == ["missing", "next-step"]
    assert bool(CHINESE.search(first["summary"])) == (language == "zh")
    assert first["indicator"] == ("info" if changes.get("indicator") else "warning")
    (event,) = (event for event in logged if event["event"] == "broken-contract")
    assert event["log_level"] == "error" and rule in event["where"]
    assert event["reference"] in first["detail"]


def test_an_answer_that_is_no_response_at_all_is_stood_in_for(client, call, monkeypatch):
    def no_response(hook_call, site):
        return replace(answer(hook_call, site), response={"cards": None})

    monkeypatch.setattr("cdshooks.web.routes.answer", no_response)
    (card,) = cards_of(client, call)
    assert card["indicator"] == "info" and "withheld" in card["detail"]


def test_all_demo_patients_are_covered():
    assert len(PATIENTS) == 5
