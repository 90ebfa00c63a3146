"""What a service that was killed has left in its database."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from cdshooks.settings import load_settings
from cdshooks.store.database import Database
from cdshooks.store.keeping import broken_audit_row, exported


def rows(config: Path) -> list[dict[str, Any]]:
    """As ``store export`` has them, without the time that a process takes to start."""
    with closing(stored(config)) as database:
        return [json.loads(line) for line in exported(database, None)]


def stored(config: Path) -> Database:
    return Database(load_settings(config, {}).database.url)


def of(exported: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    return [row for row in exported if row["table"] == table]


def assert_whole(config: Path) -> list[dict[str, Any]]:
    """Every evaluation has all the cards that its audit row counted; nothing hangs in the air."""
    found = rows(config)
    evaluations = {row["id"] for row in of(found, "evaluation")}
    cards = of(found, "card")
    assert {card["evaluation_id"] for card in cards} <= evaluations
    assert {row["card_id"] for row in of(found, "feedback")} <= {card["id"] for card in cards}
    told = [json.loads(row["detail"]) for row in of(found, "audit") if row["event"] == "evaluation"]
    assert {row["evaluation"] for row in told} == evaluations
    for row in told:
        assert sum(card["evaluation_id"] == row["evaluation"] for card in cards) == row["cards"]
    with closing(stored(config)) as database:
        assert broken_audit_row(database) is None
    return found
