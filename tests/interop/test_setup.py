"""``python -m tests.interop hapi``: a server for one's own use, until it is interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import requests

from tests.interop.peers import READY_SECONDS, Hapi

COMMAND = [sys.executable, "-m", "tests.interop"]


def test_anything_else_says_how_it_is_used() -> None:
    done = subprocess.run([*COMMAND, "hapy"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "[hapi]" in done.stderr


@pytest.mark.interop
def test_the_server_runs_until_it_is_interrupted(hapi: Hapi) -> None:
    """``hapi`` is not asked: the fixture skips where no server can be had."""
    with subprocess.Popen([*COMMAND, "hapi"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            base = process.stdout.readline().strip().removeprefix("export FHIR=")
            assert base != hapi.base
            answer = requests.get(f"{base}/metadata", timeout=READY_SECONDS)
            assert answer.json()["fhirVersion"] == "4.0.1"
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base}/metadata", timeout=10)
