"""Real processes on one real database: a token used twice, and processes killed at any moment."""

from __future__ import annotations

import json
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.ehr.keys import Rotating, publishing
from tests.interop.served import HOSPITAL, Served, now, run, served, token
from tests.interop.stored import assert_whole, of
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


# Keys


def keys_at(config: Path, url: str) -> None:
    """The hospital's keys are fetched from there, and no longer read from its file."""
    text = config.read_text("utf-8")
    file = 'jwks_file = "general-hospital.json"'
    config.write_text(text.replace(file, f'jwks_url = "{url}"'), encoding="utf-8")


def test_keys_are_fetched_from_the_clients_url_and_no_other(tmp_path: Path, call: Any) -> None:
    """Over a real socket, with the real client; no redirect is followed, nothing large is read."""
    hospital = Rotating(key=HOSPITAL.key)
    with publishing(hospital) as asked:
        base = hospital.jwks_url.removesuffix("/jwks")
        for path, status in (("/jwks", 200), ("/moved", 401), ("/large", 401)):
            config = configuration(tmp_path, HOSPITAL)
            url = base + path
            keys_at(config, url)
            with served(config) as service:
                assert service.post(SERVICE, call, token()).status_code == status
                with_jku = token(head={"jku": url})
                assert service.post(SERVICE, call, with_jku).status_code == status
                other = token(head={"jku": url + "/"})
                assert service.post(SERVICE, call, other).status_code == 401
        assert asked == ["/jwks", "/moved", "/large"]


def test_keys_rotate_while_the_service_runs(tmp_path: Path, call: Any) -> None:
    """A minute passes, as it does at a hospital: one publishes under a URL, the other in a file."""
    by_url = Rotating(issuer="https://url.example.org", name="by-url")
    by_file = Rotating(issuer="https://file.example.org", name="by-file")
    hospitals = (by_url, by_file)
    with publishing(by_url):
        config = configuration(tmp_path, *hospitals)
        with served(config) as service:

            def statuses(keys: list[Any]) -> list[int]:
                return [
                    service.post(
                        SERVICE, call, one.token(SERVICE, now(), key=key, head={"kid": key.kid})
                    ).status_code
                    for one, key in zip(hospitals, keys, strict=True)
                ]

            first = [one.key for one in hospitals]
            assert statuses(first) == [200, 200]
            for one in hospitals:
                one.rotate()
            by_file.section(tmp_path)
            second = [one.key for one in hospitals]
            assert statuses(second) == [401, 401]
            time.sleep(61)
            assert statuses(second) == statuses(first) == [200, 200]
