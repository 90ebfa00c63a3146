"""What the last whole run of the tests said of each statement: written by the tests, read here.

The record says what it ran on: versions, day, and a digest of the files, so that the book can tell
whether they have changed since.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

RECORD = ".pytest_cache/d/traceability/last-run.json"
"""Where it stands in a source tree; no part of it."""
ROOMS = ("cdshooks", "fhir_profiles", "tests")
SUFFIXES = frozenset({".py", ".toml", ".json", ".md", ".html", ".css"})
PASSED, FAILED, SKIPPED, NOT_RUN = "passed", "failed", "skipped", "not run"


class Exercised(msgspec.Struct, frozen=True):
    """One statement: scenarios whose judgement uses it, tests that name it, the worst outcome."""

    scenarios: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    result: str = NOT_RUN


class LastRun(msgspec.Struct, frozen=True, rename="camel"):
    software: str
    knowledge: str
    ran_on: str
    digest: str
    statements: dict[str, Exercised]


def last_run(root: Path) -> LastRun | None:
    """None where no whole run is recorded, or where the record cannot be read."""
    try:
        return msgspec.json.decode((root / RECORD).read_bytes(), type=LastRun)
    except (OSError, msgspec.DecodeError):
        return None


def digest_of(root: Path) -> str:
    """SHA-256 over the names and contents of code, knowledge and tests."""
    found = hashlib.sha256()
    for name in ROOMS:
        for file in sorted((root / name).rglob("*")):
            if file.suffix in SUFFIXES and "interop" not in file.parts:
                found.update(file.relative_to(root).as_posix().encode() + b"\0")
                found.update(file.read_bytes() + b"\0")
    return found.hexdigest()
