"""The calls and the token that README writes out, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cdshooks.app import create_app, running
from cdshooks.settings import Settings, load_settings
from tests.web.calls import PATH, morning, patient_call

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:8080/cds-services"
EXTENSION = "org.tace-cds.assessment"


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return str(found)


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


@pytest.mark.usefixtures("curl")
def test_the_calls(tmp_path: Path) -> None:
    (tmp_path / "p-1.json").write_text(block("json"), encoding="utf-8")
    app = create_app(Settings(), dev=True, clock=morning)
    with closing(app.extensions["cdshooks"].database), running(app) as port:
        script = block("bash")
        assert BASE in script
        script = script.replace(BASE, f"http://127.0.0.1:{port}/cds-services")
        answered = json.loads(run(["bash", "-eu", "-c", script], tmp_path))
    assert answered["issue"][0]["severity"] == "information", "the feedback is kept"
    kinds = [card["extension"][EXTENSION]["card"] for card in cards(tmp_path / "cards.json")]
    assert kinds == ["status", "next-step", "missing"]
    (guard,) = cards(tmp_path / "guard.json")
    assert (guard["indicator"], guard["extension"][EXTENSION]["card"]) == ("warning", "guard")


def cards(file: Path) -> list[dict[str, dict[str, dict[str, str]]]]:
    found: list[dict[str, dict[str, dict[str, str]]]] = json.loads(file.read_text())["cards"]
    return found


def test_the_token(tmp_path: Path) -> None:
    token = run(["python", "-c", block("python")], tmp_path).strip()
    site = tmp_path / "site.toml"
    site.write_text(
        '[service]\naudience_base = "https://cds.example.org"\n[database]\nurl = "sqlite://"\n'
        '[clients.h]\nissuer = "https://ehr.example.org"\njwks_file = "keys.json"\n',
        encoding="utf-8",
    )
    app = create_app(load_settings(site, {"CDSHOOKS_HASH_KEY": "a long random text"}))
    with closing(app.extensions["cdshooks"].database):
        client = app.test_client()
        call = patient_call(client)
        assert client.post(PATH, json=call).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post(PATH, json=call, headers=headers).status_code == 200
