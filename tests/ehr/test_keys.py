"""An EHR whose keys rotate: a new key is known within a minute, a withdrawn one for an hour.

In a file a withdrawn key, too, is gone within a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cdshooks.app import running
from tests.ehr.client import Ehr, cards_of, overridden
from tests.ehr.keys import Rotating, publishing
from tests.web.fhir_server import fhir_server
from tests.web.trusted import Trusted

PATIENT = "demo-refractory"


@pytest.fixture
def fhir() -> Iterator[str]:
    with fhir_server() as server:
        yield server.base


def status(ehr: Ehr) -> int:
    answer = ehr.open_chart(PATIENT)
    if answer.status_code != 200:
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert "cards" not in answer.json()
    return answer.status_code


def test_keys_under_a_url_rotate(tmp_path: Path, fhir: str) -> None:
    hospital = Rotating(fhir=fhir)
    with publishing(hospital) as asked:
        site = Trusted(tmp_path, hospital=hospital, deadline_seconds=60)
        with closing(site), running(site.app) as port:
            ehr = Ehr(f"http://127.0.0.1:{port}", fhir, sign=hospital.signer(site.clock))
            ehr.clock = site.clock
            assert status(ehr) == 200
            old = hospital.rotate()
            before = Ehr(ehr.cds, fhir, sign=hospital.signer(site.clock, key=old, head=kid(old)))
            assert status(ehr) == 401  # asked for keys less than a minute ago
            site.clock.later(seconds=60)
            assert status(ehr) == status(before) == 200
            hospital.withdraw()
            site.clock.later(seconds=3599)
            assert status(ehr) == status(before) == 200  # the set is good for an hour
            site.clock.later(seconds=1)
            assert status(before) == 401
            assert status(ehr) == 200
            (card, *_) = cards_of(ehr.open_chart(PATIENT))
            assert ehr.feedback("patient-view", overridden(card)).status_code == 200
            assert before.feedback("patient-view", overridden(card)).status_code == 401
    assert asked == ["/jwks"] * 3


def test_a_key_of_the_same_name_is_not_the_key(tmp_path: Path, fhir: str) -> None:
    """The withdrawn key under the new kid."""
    hospital = Rotating(fhir=fhir)
    old = hospital.rotate()
    hospital.withdraw()
    with publishing(hospital), closing(Trusted(tmp_path, hospital=hospital)) as site:
        sign = hospital.signer(site.clock, key=old)
        with running(site.app) as port:
            assert status(Ehr(f"http://127.0.0.1:{port}", fhir, sign=sign)) == 401


def test_keys_in_a_file_rotate_within_a_minute(tmp_path: Path, fhir: str) -> None:
    hospital = Rotating(fhir=fhir)
    site = Trusted(tmp_path, hospital=hospital, deadline_seconds=60)
    with closing(site), running(site.app) as port:
        ehr = Ehr(f"http://127.0.0.1:{port}", fhir, sign=hospital.signer(site.clock))
        assert status(ehr) == 200
        old = hospital.rotate()
        before = Ehr(ehr.cds, fhir, sign=hospital.signer(site.clock, key=old, head=kid(old)))
        hospital.section(tmp_path)
        assert (status(ehr), status(before)) == (401, 200)
        site.clock.later(seconds=60)
        assert (status(ehr), status(before)) == (200, 200)
        hospital.withdraw()
        hospital.section(tmp_path)
        site.clock.later(seconds=59)
        assert (status(ehr), status(before)) == (200, 200)
        site.clock.later(seconds=1)
        assert (status(ehr), status(before)) == (200, 401)


def kid(key: Any) -> dict[str, str]:
    return {"kid": key.kid}
