"""Real processes on one real database: a token used twice, and processes killed at any moment."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import requests

from cdshooks.settings import load_settings
from cdshooks.store.database import Database
from cdshooks.store.keeping import broken_audit_row, exported
from tests.interop.served import HOSPITAL, Served, now, run, served, token
from tests.support.ehr import FEEDBACK, SERVICE, configuration
from tests.web.calls import patient_call

pytestmark = pytest.mark.interop

EXTENSION = "org.tace-cds.assessment"


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Path:
    return configuration(tmp_path, HOSPITAL, database=database_url)


@pytest.fixture(scope="session")
def call() -> dict[str, Any]:
    from cdshooks.app import create_app
    from cdshooks.settings import Settings

    return patient_call(create_app(Settings(), dev=True).test_client())


def overridden(card: str, **more: Any) -> dict[str, Any]:
    time = now().isoformat().replace("+00:00", "Z")
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": time, **more}


REASON = {"reason": {"code": "expert-contradicts", "system": "http://example.org"}}


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


def test_two_processes_and_one_token_give_exactly_one_200(config: Path, call: Any) -> None:
    with ExitStack() as stack:
        services = [stack.enter_context(served(config)) for _ in range(2)]
        with ThreadPoolExecutor(8) as pool:
            for _ in range(5):
                same = token()
                answers = list(
                    pool.map(lambda n, t=same: services[n % 2].post(SERVICE, call, t), range(8))
                )
                assert sorted(a.status_code for a in answers) == [200] + [401] * 7
        cards = next(a for a in answers if a.status_code == 200).json()["cards"]
        other = services[1].post(
            FEEDBACK, {"feedback": [overridden(cards[0]["uuid"])]}, token(FEEDBACK)
        )
        assert other.status_code == 200
    assert len(of(assert_whole(config), "evaluation")) == 5


def test_the_rate_holds_for_both_processes_together(tmp_path: Path, database_url: str) -> None:
    config = configuration(
        tmp_path, HOSPITAL, database=database_url, more="[limits]\nrequests_per_minute = 4\n"
    )
    with ExitStack() as stack:
        services = [stack.enter_context(served(config)) for _ in range(2)]
        answers = [services[n % 2].post(SERVICE, {}, token()) for n in range(7)]
        assert [a.status_code for a in answers] == [400] * 4 + [429] * 3
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_conversation_survives_a_kill_between_any_two_steps(config: Path, call: Any) -> None:
    def step(path: str, body: Any) -> requests.Response:
        with served(config) as service:
            answer = service.post(path, body, token(path))
            service.kill()
        assert answer.status_code == 200, answer.text
        assert_whole(config)
        return answer

    first = step(SERVICE, call).json()["cards"]
    assert first[0]["indicator"] == "warning"
    accepted = {"feedback": [overridden(first[0]["uuid"], overrideReason=REASON)]}
    step(FEEDBACK, accepted)
    step(FEEDBACK, accepted)
    again = step(SERVICE, call).json()["cards"]
    assert again[0]["indicator"] == "info"
    assert "Unchanged since" in again[0]["detail"]
    with served(config) as service:
        evaluation = first[0]["extension"][EXTENSION]["evaluation"]
        path = f"/evaluations/{evaluation}"
        told = service.get(path, token(path)).json()
        assert [one["outcome"] for one in told["cards"][0]["feedback"]] == ["overridden"]
    figures = json.loads(run(config, "feedback", "report", "--format", "json"))
    assert figures["response"]["items"] == 1
    assert figures["response"]["overriddenWithReason"] == 1


def test_a_used_token_stays_used_after_a_kill(config: Path, call: Any) -> None:
    same = token()
    with served(config) as service:
        assert service.post(SERVICE, call, same).status_code == 200
        service.kill()
    with served(config) as service:
        assert service.post(SERVICE, call, same).status_code == 401


def test_no_accepted_feedback_is_lost_in_the_middle_of_many(config: Path, call: Any) -> None:
    accepted: list[str] = []
    for _ in range(2):
        with served(config) as service:
            threads = [
                threading.Thread(target=talk, args=(service, call, accepted)) for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.5, 1.5))
            service.kill()
            for thread in threads:
                thread.join()
        found = assert_whole(config)
        assert set(accepted) <= {row["card_id"] for row in of(found, "feedback")}
    assert accepted


def talk(service: Served, call: Any, accepted: list[str]) -> None:
    """Calls and gives feedback until nobody answers."""
    try:
        while True:
            cards = service.post(SERVICE, call, token()).json()["cards"]
            item = overridden(cards[0]["uuid"], overrideReason={"userComment": str(uuid.uuid4())})
            answer = service.post(FEEDBACK, {"feedback": [item]}, token(FEEDBACK))
            if answer.status_code == 200:
                accepted.append(cards[0]["uuid"])
    except requests.RequestException:
        pass


def test_what_is_stored_can_be_listed_and_purged(config: Path, call: Any) -> None:
    with served(config) as service:
        cards = service.post(SERVICE, call, token()).json()["cards"]
        item = overridden(cards[0]["uuid"], overrideReason={"userComment": "canary7"})
        assert service.post(FEEDBACK, {"feedback": [item]}, token(FEEDBACK)).status_code == 200
        today = now().date().isoformat()
        assert len(run(config, "store", "list").splitlines()) == 1
        assert "canary7" in run(config, "store", "export")
        assert run(config, "store", "list", "--before", "2020-01-01") == ""
        purged = run(config, "store", "purge", "--before", "2020-01-01")
        assert "0 evaluations" in purged
        assert "1 evaluation." in run(config, "store", "purge", "--all")
        assert run(config, "store", "list") == ""
        left = run(config, "store", "export")
        assert "canary7" not in left
        assert {row["table"] for row in map(json.loads, left.splitlines())} == {"audit"}
        gone = service.post(FEEDBACK, {"feedback": [item]}, token(FEEDBACK))
        assert gone.status_code == 400
        assert service.post(SERVICE, call, token()).status_code == 200
        assert today in run(config, "store", "list") or run(config, "store", "list")
    assert "whole" in run(config, "store", "verify")


def test_keys_are_fetched_from_the_clients_url_and_may_rotate(tmp_path: Path, call: Any) -> None:
    """Over a real socket, with the real client; the redirect is not followed."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    asked: list[str] = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(HOSPITAL.key_set()).encode()
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/jwks")
                body = b""
            else:
                self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body + b" " * (70_000 if self.path == "/large" else 0))

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for path, status in (("/jwks", 200), ("/moved", 401)):
            config = configuration(tmp_path, HOSPITAL)
            url = f"http://127.0.0.1:{server.server_port}{path}"
            text = config.read_text("utf-8").replace(
                'jwks_file = "general-hospital.json"', f'jwks_url = "{url}"'
            )
            config.write_text(text, encoding="utf-8")
            with served(config) as service:
                assert service.post(SERVICE, call, token()).status_code == status
                with_jku = token(head={"jku": url})
                assert service.post(SERVICE, call, with_jku).status_code == status
                other = token(head={"jku": url + "/"})
                assert service.post(SERVICE, call, other).status_code == 401
        assert asked == ["/jwks", "/moved"]
    finally:
        server.shutdown()
        server.server_close()
