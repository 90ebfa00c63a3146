"""Deleting what is stored: a used token stays used for as long as it may be accepted."""

from __future__ import annotations

import datetime
from contextlib import closing

import pytest

from cdshooks.store.keeping import purge
from cdshooks.web.tokens import SKEW_SECONDS
from tests.web.calls import patient_call
from tests.web.trusted import HOSPITAL, SERVICE, Trusted

FUTURE = 32_000_000_000_000


@pytest.fixture
def trusted(tmp_path, database_url):
    with closing(Trusted(tmp_path, database=database_url)) as site:
        yield site


def test_a_used_token_stays_used_within_the_skew_of_clocks(trusted):
    call = patient_call(trusted.client)
    token = HOSPITAL.token(SERVICE, trusted.clock())
    assert trusted.post(call, token=token).status_code == 200
    trusted.clock.later(seconds=300 + SKEW_SECONDS - 1)
    purge(trusted.store.database, FUTURE, trusted.clock())
    assert trusted.post(call, token=token).status_code == 401
    later = trusted.clock() + datetime.timedelta(minutes=10)
    purge(trusted.store.database, FUTURE, later)
    assert trusted.post(call, token=token).status_code == 200
