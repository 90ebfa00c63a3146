"""The service in processes of its own, to be killed."""

from __future__ import annotations

import datetime
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.support.ehr import HASH_KEY, SERVICE, Ehr

HOSPITAL = Ehr()


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int

    def post(self, path: str, body: Any, token: str) -> requests.Response:
        return requests.post(
            f"http://127.0.0.1:{self.port}{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )

    def get(self, path: str, token: str = "") -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30)

    def kill(self) -> None:
        """As the kernel does it, or a power cut: without a word."""
        self.process.kill()
        self.process.wait(10)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def token(path: str = SERVICE, **changes: Any) -> str:
    return HOSPITAL.token(path, now(), **changes)


@contextmanager
def served(config: Path) -> Iterator[Served]:
    """On a free port, until the end of the block or a kill."""
    with subprocess.Popen(
        [sys.executable, "-m", "cdshooks", "serve", "--port", "0", "--config", str(config)],
        stderr=subprocess.PIPE,
        env={**os.environ, "CDSHOOKS_HASH_KEY": HASH_KEY},
    ) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line.decode())
                event = json.loads(line) if line.startswith(b"{") else {}
                if event.get("event") == "listening":
                    yield Served(process, event["port"])
                    break
            else:
                raise AssertionError("".join(said))
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.close()
            process.wait(15)


def run(config: Path, *arguments: str) -> str:
    """A command on the same configuration."""
    done = subprocess.run(
        [sys.executable, "-m", "cdshooks", *arguments, "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "CDSHOOKS_HASH_KEY": HASH_KEY},
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout
