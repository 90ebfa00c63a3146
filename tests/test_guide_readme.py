"""The README of the guide: its commands in a shell of one's own, and its table of folders."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

GUIDE = Path(__file__).parent.parent / "fhir_profiles"
README = (GUIDE / "README.md").read_text(encoding="utf-8")
NOBODY = "http://127.0.0.1:9/fhir"
SNIPPETS = re.findall(r"^```bash\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("curl")
@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_stands_alone_and_leaves_the_shell_open(snippet: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{snippet}\necho still open"],
        cwd=GUIDE,
        env={**os.environ, "FHIR": NOBODY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.endswith("still open\n")
    assert "command not found" not in done.stderr
    assert done.stderr.count("curl:") <= 2, "the first failure ends it"


def test_the_table_names_every_folder_and_file() -> None:
    table = README.split("| folder |")[1].split("\n\n")[0]
    named = {name.strip("/") for name in re.findall(r"`([^`]+)`", table)}
    unnamed = {"README.md", "__init__.py", "__pycache__", "fsh-generated", "node_modules"}
    assert {path.name for path in GUIDE.iterdir()} - unnamed <= named
