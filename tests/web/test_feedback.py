"""Feedback: bound to the cards that were issued, kept once, each item by itself."""

from __future__ import annotations

import datetime
import json
import uuid
from contextlib import closing

import pytest

from cdshooks.store.report import report
from tests.support.ehr import FEEDBACK, SERVICE
from tests.web.calls import outcome_text, patient_call
from tests.web.trusted import CLINIC, HOSPITAL, Trusted

REASON = {
    "reason": {
        "code": "patient-refuses",
        "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
    }
}


@pytest.fixture
def trusted(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url)) as site:
        yield site


@pytest.fixture
def issued(trusted):
    """The uuids of the cards of one call."""
    return [card["uuid"] for card in cards(trusted)]


def cards(trusted, ehr=HOSPITAL):
    return trusted.post(patient_call(trusted.client), ehr=ehr).get_json()["cards"]


def overridden(card, **more):
    return {
        "card": card,
        "outcome": "overridden",
        "outcomeTimestamp": "2025-09-10T04:00:05.036Z",
        **more,
    }


def give(trusted, *items, ehr=HOSPITAL):
    return trusted.post({"feedback": list(items)}, path=FEEDBACK, ehr=ehr)


def kept(trusted):
    """What is stored: card, outcome and reason."""
    from sqlalchemy import select

    from cdshooks.store.tables import feedback

    with trusted.store.database.reading() as connection:
        rows = connection.execute(select(feedback).order_by(feedback.c.id)).mappings()
        return [dict(row) for row in rows]


def test_the_bodies_that_clients_send(trusted, issued):
    for item in (
        overridden(issued[0]),
        overridden(issued[1], overrideReason=REASON),
        overridden(issued[1], overrideReason={**REASON, "userComment": "\u4e2d\u0000\u6587"}),
    ):
        response = give(trusted, item)
        assert response.status_code == 200, response.get_data(as_text=True)
        assert response.get_json()["resourceType"] == "OperationOutcome"
    first, second = kept(trusted)
    assert (first["card_id"], first["reason_code"]) == (issued[0], None)
    assert second["reason_code"] == "patient-refuses"
    assert second["user_comment"] == "\u4e2d\ufffd\u6587"
    assert not first["doubtful_time"]


def test_the_same_counts_once(trusted, issued):
    for _ in range(3):
        again = [overridden(issued[0], overrideReason=REASON)] * 3
        assert give(trusted, *again).status_code == 200
    assert len(kept(trusted)) == 1


def texts(response):
    return [issue["details"]["text"] for issue in response.get_json()["issue"]]


def test_what_was_known_already_is_told_to_be_unchanged(trusted, issued):
    """The first reason stays; only what the first left out may still be brought."""
    other = {"reason": {"code": "need-more-info", "system": "https://x.example"}}
    comment = {"userComment": "why"}
    kept_now, known = "1 of 1 items are kept.", "feedback.0 was known already and is not changed"
    for override, unchanged in (
        ({}, False),
        ({}, True),
        (comment, False),
        (REASON, False),
        (other, True),
        (other | {"userComment": "another"}, True),
        (REASON, True),
    ):
        more = {"overrideReason": override} if override else {}
        response = give(trusted, overridden(issued[0], **more))
        assert response.status_code == 200
        first, *others = texts(response)
        assert first == kept_now
        assert [text.startswith(known) for text in others] == [True] * unchanged
    (row,) = kept(trusted)
    assert (row["reason_code"], row["user_comment"]) == ("patient-refuses", "why")


def test_which_items_of_a_call_were_known(trusted, issued):
    give(trusted, overridden(issued[0], overrideReason=REASON))
    unknown = overridden(str(uuid.uuid4()))
    response = give(
        trusted, {}, overridden(issued[0]), unknown, overridden(issued[1]), overridden(issued[1])
    )
    assert [text.split()[0] for text in texts(response)] == [
        "3", "feedback.1", "feedback.4", "feedback.0.card", "feedback.2.card",
    ]  # fmt: skip


def test_a_system_is_never_joined_to_the_code_of_another_item(trusted, issued):
    bare = {"reason": {"code": "patient-refuses"}}
    other = {"reason": {"code": "need-more-info", "system": "https://x.example"}}
    for override in (bare, other):
        give(trusted, overridden(issued[0], overrideReason=override))
    (row,) = kept(trusted)
    assert (row["reason_code"], row["reason_system"]) == ("patient-refuses", None)


def test_a_suggestion_must_be_of_the_card(trusted):
    card = suggested(trusted)
    ids = [one["uuid"] for one in card["suggestions"]]

    def accepted(*chosen, of=card["uuid"]):
        return {
            "card": of,
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": one} for one in chosen],
            "outcomeTimestamp": "2025-09-10T04:01:00Z",
        }

    assert give(trusted, accepted(ids[0])).status_code == 200
    assert give(trusted, accepted(ids[0], ids[0])).status_code == 200
    assert len(kept(trusted)) == 1
    assert give(trusted, accepted(ids[1], ids[0])).status_code == 200
    assert give(trusted, accepted(ids[0], ids[1])).status_code == 200
    assert len(kept(trusted)) == 2
    for wrong in (str(uuid.uuid4()), card["uuid"]):
        assert "acceptedSuggestions" in outcome_text(give(trusted, accepted(wrong)), 400)
    assert give(trusted, accepted(ids[0]), overridden(card["uuid"])).status_code == 200
    assert len(kept(trusted)) == 3
    figures = report(trusted.store.database)
    assert figures["response"]["items"] == 3
    assert figures["suggestions"] == {"create Task": {"offered": None, "accepted": None}}


def suggested(trusted):
    """A card with two suggestions, kept as if it had been issued."""
    from cdshooks.store.trail import Told

    action = {"type": "create", "description": "d", "resource": {"resourceType": "Task"}}
    card = {
        "uuid": str(uuid.uuid4()),
        "indicator": "info",
        "suggestions": [
            {"label": "l", "uuid": str(uuid.uuid4()), "actions": [action]} for _ in range(2)
        ],
    }
    trusted.store.trail.keep(
        Told(
            id=str(uuid.uuid4()),
            client=HOSPITAL.name,
            service="tace-refractoriness",
            hook="patient-view",
            hook_instance=None,
            status=200,
            started_at=int(trusted.clock().timestamp() * 1000),
            ms=1,
            software="1",
            knowledge="1",
            readings="default",
            cards=[card],
        )
    )
    return card


def test_a_card_of_another_client_or_service_is_unknown(trusted, issued):
    for item, ehr in (
        (overridden(issued[0]), CLINIC),
        (overridden(str(uuid.uuid4())), HOSPITAL),
        (overridden("x' OR 1=1 --"), HOSPITAL),
        (overridden("\u0000" * 36), HOSPITAL),
    ):
        assert "feedback.0.card" in outcome_text(give(trusted, item, ehr=ehr), 400)
    assert kept(trusted) == []
    path = "/cds-services/tace-refractoriness-order-sign/feedback"
    assert trusted.post({"feedback": [overridden(issued[0])]}, path=path).status_code in (400, 404)
    assert kept(trusted) == []


def test_a_bad_item_fails_alone(trusted, issued):
    good, bad = overridden(issued[0]), overridden(str(uuid.uuid4()))
    response = give(trusted, bad, good, "x", {**good, "outcome": "ignored"})
    assert response.status_code == 200
    severities = [issue["severity"] for issue in response.get_json()["issue"]]
    assert severities == ["information", "error", "error", "error"]
    texts = [issue["details"]["text"] for issue in response.get_json()["issue"]]
    assert texts[0] == "1 of 4 items are kept."
    assert [text.split()[0] for text in texts[1:]] == [
        "feedback.0.card", "feedback.2", "feedback.3.outcome",
    ]  # fmt: skip
    assert len(kept(trusted)) == 1


BAD = [
    {"outcome": "accepted"},
    {"outcome": "accepted", "acceptedSuggestions": []},
    {"outcome": "accepted", "acceptedSuggestions": [{}]},
    {"outcome": "accepted", "acceptedSuggestions": None},
    {"outcome": None},
    {"outcome": ["overridden"]},
    {"card": 7},
    {"card": ""},
    {"card": "x" * 10_000},
    {"outcomeTimestamp": None},
    {"outcomeTimestamp": "2025-09-10"},
    {"outcomeTimestamp": "2025-09-10T04:00:05"},
    {"outcomeTimestamp": "2025-09-10T24:60:00Z"},
    {"outcomeTimestamp": "2025-02-30T04:00:00Z"},
    {"outcomeTimestamp": "0001-01-01T00:00:00+14:00"},
    {"outcomeTimestamp": "0000-01-01T00:00:00Z"},
    {"outcomeTimestamp": "\u0662025-09-10T04:00:05Z"},
    {"outcomeTimestamp": "2025-09-10T04:00:05Z\n"},
    {"overrideReason": {}},
    {"overrideReason": None},
    {"overrideReason": {"reason": {}}},
    {"overrideReason": {"reason": {"code": "a b"}}},
    {"overrideReason": {"reason": {"code": "\u0000"}}},
    {"overrideReason": {"userComment": "x" * 1001}},
    {"overrideReason": {"userComment": 1}},
]


@pytest.mark.parametrize("change", BAD, ids=lambda change: str(change)[:60])
def test_an_item_that_is_not_as_it_must_be(site, change):
    item = {**overridden(site.issued[0]), **change}
    text = outcome_text(site.post({"feedback": [item]}, path=FEEDBACK), 400)
    assert "feedback.0" in text
    assert kept(site) == []


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Trusted(tmp_path_factory.mktemp("site"))
    site.issued = [card["uuid"] for card in cards(site)]
    return site


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"feedback": []},
        {"feedback": None},
        {"feedback": {}},
        {"feedback": [{}] * 101},
        {"feedback": [{}] * 10_000},
        {"Feedback": [{}]},
    ],
    ids=lambda body: str(body)[:40],
)
def test_an_envelope_that_is_not_as_it_must_be(site, body):
    assert "feedback" in outcome_text(site.post(body, path=FEEDBACK), 400)


def test_a_hundred_items_are_taken(site):
    items = [overridden(str(uuid.uuid4())) for _ in range(99)]
    items.append(overridden(site.issued[-1], overrideReason={"userComment": "y" * 1000}))
    assert site.post({"feedback": items}, path=FEEDBACK).status_code == 200
    assert len(kept(site)) == 1


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("2025-09-10T04:00:05.036Z", False),
        ("2025-09-10t12:00:05+08:00", False),
        ("2025-09-10T03:56:00Z", False),
        ("2025-09-10T04:04:59.999999999Z", False),
        ("2025-09-10T03:54:00Z", True),
        ("2025-09-10T04:06:00Z", True),
        ("1970-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:60Z", True),
    ],
)
def test_a_time_that_cannot_be_is_kept_and_marked(tmp_path, text, doubtful):
    site = Trusted(tmp_path)
    card = cards(site)[0]["uuid"]
    assert give(site, {**overridden(card), "outcomeTimestamp": text}).status_code == 200
    assert [row["doubtful_time"] for row in kept(site)] == [doubtful]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"feedback":NaN}', b'{"feedback":[{"a":"\\ud800"}]}']
)
def test_what_is_not_strict_json(site, body):
    token = HOSPITAL.token(FEEDBACK, site.clock())
    headers = {"Authorization": f"Bearer {token}"}
    response = site.client.post(
        FEEDBACK, data=body, content_type="application/json", headers=headers
    )
    outcome_text(response, 400)


def test_the_sandbox_takes_feedback_too(client, call):
    card = client.post(SERVICE, json=call).get_json()["cards"][0]["uuid"]
    item = {**overridden(card), "outcomeTimestamp": datetime.datetime.now(datetime.UTC).isoformat()}
    for _ in range(2):
        assert client.post(FEEDBACK, json={"feedback": [item]}).status_code == 200
    assert (
        client.post(FEEDBACK, json={"feedback": [overridden(str(uuid.uuid4()))]}).status_code == 400
    )


def test_a_comment_is_kept_and_shown_nowhere(trusted, issued):
    canary = "<script>canary7</script>"
    give(trusted, overridden(issued[0], overrideReason={"userComment": canary}))
    figures = report(trusted.store.database)
    assert figures["comments"] == 1
    assert "canary7" not in json.dumps(figures)
    assert "canary7" not in trusted.client.get("/metrics").get_data(as_text=True)


def test_the_report_names_a_reason_that_the_card_offered_and_no_other(tmp_path):
    import argparse

    from cdshooks.store_cli import run_feedback

    with closing(Trusted(tmp_path)) as site:
        told = cards(site)
        (offered,) = {(one["system"], one["code"]) for one in told[0]["overrideReasons"][:1]}
        for _ in range(5):
            reason = {"system": offered[0], "code": offered[1]}
            give(site, overridden(cards(site)[0]["uuid"], overrideReason={"reason": reason}))
            reason = {"system": "https://canary7.example", "code": "canary7"}
            give(site, overridden(cards(site)[1]["uuid"], overrideReason={"reason": reason}))
        printed = []
        run_feedback(argparse.Namespace(format="json"), site.settings, printed.append)
    figures = json.loads("".join(printed))
    assert figures["overrideReasons"] == {"|".join(offered): 5, "other": 5}
    assert "canary7" not in "".join(printed)
