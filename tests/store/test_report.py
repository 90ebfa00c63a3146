"""The figures, counted by hand; small cells hidden in breakdowns and nowhere else."""

from __future__ import annotations

import uuid
from contextlib import closing
from zoneinfo import ZoneInfo

import pytest

from cdshooks.store import Store
from cdshooks.store.database import Database
from cdshooks.store.feedback import Heard
from cdshooks.store.report import as_text, report
from cdshooks.store.trail import Marks, Told

DAY = 86_400_000
START = 1_757_476_800_000  # 2025-09-10T04:00:00Z


@pytest.fixture
def store(database_url):
    with closing(Database(database_url)) as database:
        yield Store(database, hash_key=b"k", repeat_days=14)


def told(
    store,
    number,
    *,
    status=200,
    patient="a",
    suggestions=0,
    verdict="met",
    missing=(),
    card_kind="status",
    indicator="warning",
):
    create = {"type": "create", "description": "d", "resource": {"resourceType": "Task"}}
    card = {
        "uuid": str(uuid.uuid4()),
        "indicator": indicator,
        "extension": {"org.tace-cds.assessment": {"card": card_kind}},
        "suggestions": [
            {"label": "l", "uuid": str(uuid.uuid4()), "actions": [create]}
            for _ in range(suggestions)
        ],
    }
    store.trail.keep(
        Told(
            id=str(uuid.uuid4()),
            client="hospital",
            service="tace-refractoriness",
            hook="patient-view",
            hook_instance=None,
            status=status,
            started_at=START + number * DAY,
            ms=10 * number,
            software="1",
            knowledge="2026.1",
            readings="default",
            marks=Marks(patient=patient * 64),
            told={"definitions": {"cci-2022": {"verdict": verdict}}, "missing": list(missing)},
            gaps=["labs"] if missing else [],
            cards=[card] if status == 200 else [],
        )
    )
    return card


def heard(card, outcome, after, **more):
    accepted = [one["uuid"] for one in card["suggestions"][:1]] if outcome == "accepted" else []
    return Heard(card["uuid"], outcome, accepted, after, **more)


def test_the_figures(store):
    cards = [
        told(store, n, patient="ab"[n % 2], suggestions=1, missing=["ecog"] * (n < 6))
        for n in range(10)
    ]
    told(store, 10, status=412)
    items = [
        heard(card, "accepted", START + n * DAY + 10 * n + 60_000)
        for n, card in enumerate(cards[:5])
    ]
    items.append(heard(cards[5], "overridden", START + 5 * DAY + 120_000, reason_code="x"))
    items.append(heard(cards[6], "overridden", START + 6 * DAY + 120_000))
    items.append(heard(cards[0], "overridden", START + DAY, user_comment="canary7"))
    taken = store.feedback.take("hospital", "tace-refractoriness", items, START + 20 * DAY)
    assert (taken.new, set(taken.problems)) == (8, {None})
    figures = report(store.database)
    assert (figures["from"], figures["to"]) == ("2025-09-10", "2025-09-20")
    volume = figures["volume"]
    assert (volume["calls"], volume["answered"], volume["withCards"]) == (11, 10, 10)
    assert (volume["patients"], volume["cardsPer100Calls"]) == (2, 100.0)
    assert volume["failures"] == {"412": None}
    assert figures["response"] == {
        "cards": 10,
        "accepted": 4,
        "overriddenWithReason": 2,
        "overriddenWithoutReason": 1,
        "noFeedback": 3,
        "items": 8,
    }
    cells = {"cards": 10, "accepted": None, "overridden": None, "noFeedback": None}
    assert figures["responseBy"]["client"] == {"hospital": cells}
    assert figures["responseBy"]["definitionMet"] == {"cci-2022": cells}
    assert figures["responseBy"]["month"] == {"2025-09": cells}
    assert figures["suggestions"] == {"create Task": {"offered": 10, "accepted": 5}}
    assert figures["overrideReasons"] == {"other": None}
    assert figures["missing"] == {"ecog": 6}
    assert figures["gaps"] == {"labs": 6}
    assert figures["comments"] == 1
    assert figures["secondsToResponse"]["median"] == 60.0
    text = as_text(figures)
    assert "canary7" not in text
    assert "accepted: 4" in text
    assert "cards 10, accepted <5" in text
    assert "  cards per 100 calls: 100.0" in text
    assert "  calls per patient in 30 days: 5.0" in text
    assert "median 60.0, p95 " in text


@pytest.mark.parametrize(
    ("zone", "day", "month"),
    [("UTC", "2025-09-30", "2025-09"), ("Asia/Shanghai", "2025-10-01", "2025-10")],
)
def test_days_are_those_of_the_site(store, zone, day, month):
    told(store, 20.6)  # 2025-09-30T18:24:00Z
    figures = report(store.database, ZoneInfo(zone))
    assert (figures["from"], figures["to"]) == (day, day)
    assert list(figures["responseBy"]["month"]) == [month]


def test_only_reasons_that_a_card_offers_are_named(store):
    """Whatever else a client sends in their place may be a text about somebody."""
    sent = [("s", "a")] * 5 + [("s", "b")] * 5 + [("t", "a"), (None, "a"), ("canary7", "canary7")]
    items = [
        heard(told(store, n), "overridden", START, reason_system=system, reason_code=code)
        for n, (system, code) in enumerate(sent)
    ]
    store.feedback.take("hospital", "tace-refractoriness", items, START + 90 * DAY)
    figures = report(store.database, reasons={("s", "a"), ("s", "c")})
    assert figures["overrideReasons"] == {"other": 8, "s|a": 5}
    assert "canary7" not in as_text(figures)


def test_of_nothing(store):
    figures = report(store.database)
    assert figures["volume"]["calls"] == 0
    assert figures["secondsToResponse"] == {"count": 0, "median": None, "p95": None}
    assert "nothing stored yet" in as_text(figures)


# Within 90 days after a card


def test_what_was_missing_and_was_there_later(store):
    """By patient: it counts from the first time that it was told, and only within 90 days."""
    for n, patient in enumerate("abcdefgh"):
        told(store, n, patient=patient, missing=["ecog", "markers"])
        if patient in "abcdef":
            told(store, n + 90, patient=patient, missing=["markers"])
    told(store, 6 + 91, patient="g")
    told(store, 7 + 30, patient="h", missing=["ecog"])
    later = report(store.database)["later"]
    assert later["days"] == 90
    assert later["missing"] == {
        "ecog": {"patients": 8, "askedAgain": 7, "there": 6},
        "markers": {"patients": 8, "askedAgain": 7, "there": None},
    }
    text = as_text(report(store.database))
    assert "  ecog: patients 8, asked again 7, there 6" in text
    assert "  markers: patients 8, asked again 7, there <5" in text


def test_what_was_not_judged_is_no_answer(store):
    """A failure, or a call that said nothing, does not say that a datum is there."""
    told(store, 0, missing=["ecog"])
    told(store, 1, status=412)
    store.trail.keep(SAID_NOTHING)
    assert report(store.database)["later"]["missing"]["ecog"]["there"] == 0


@pytest.mark.parametrize(
    ("first", "indicator", "then", "days", "expected"),
    [
        ("status", "warning", "guard", 90, (1, 1)),
        ("status", "warning", "guard", 91, (1, 0)),
        ("status", "warning", "status", 10, (1, 0)),
        ("status", "info", "guard", 10, (0, 0)),
        ("guard", "warning", "guard", 10, (0, 0)),
    ],
)
def test_an_order_that_was_warned_of_after_a_warning(store, first, indicator, then, days, expected):
    told(store, 0, card_kind=first, indicator=indicator)
    told(store, days, card_kind=then, indicator="info" if then == "status" else "warning")
    told(store, 5, patient="b", card_kind="guard")
    found = report(store.database)["later"]["taceOrder"]
    assert (found["patientsWarned"], found["orderedAgain"]) == expected


SAID_NOTHING = Told(
    id=str(uuid.uuid4()),
    client="hospital",
    service="tace-refractoriness-order-sign",
    hook="order-sign",
    hook_instance=None,
    status=200,
    started_at=START + 2 * DAY,
    ms=1,
    software="1",
    knowledge="2026.1",
    readings="default",
    marks=Marks(patient="a" * 64),
)
