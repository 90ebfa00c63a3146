from __future__ import annotations

from typing import Any

import pytest

from cdshooks.app import create_app
from cdshooks.settings import Settings
from tests.web.calls import morning, patient_call


@pytest.fixture(scope="session")
def app() -> Any:
    return create_app(Settings(), dev=True, clock=morning)


@pytest.fixture(scope="session")
def client(app: Any) -> Any:
    return app.test_client()


@pytest.fixture(scope="session")
def call(client: Any) -> dict[str, Any]:
    return patient_call(client)
