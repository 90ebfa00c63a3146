"""The second, different server: Medplum's router over its in-memory repository, from npm.

The packages are installed once, as ``medplum/package-lock.json`` names them by hash, into the cache
folder of :mod:`tests.interop.peers`. It has no paging links and no CapabilityStatement, knows no
unknown resource type (an empty answer), and a deleted resource is 404.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.peers import (
    Unavailable,
    apt_install,
    built_once,
    cache_folder,
    locked,
    running,
)

SOURCES = Path(__file__).parent / "medplum"
LOCK = ("package.json", "package-lock.json")
SERVER = "server.mjs"
NODE_VERSION = 20
WEB_SOCKET = 22
"""From this version on Node.js has the WebSocket that the packages want without a flag."""


def _node_version() -> int:
    """0 when there is no Node.js, or no npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    return int(version[1]) if version is not None else 0


def require_node() -> None:
    if _node_version() < NODE_VERSION:
        apt_install("nodejs", "npm")
    if _node_version() < NODE_VERSION:
        raise Unavailable(
            f"Medplum cannot be run: Node.js {NODE_VERSION} or later and npm are needed, on "
            "Debian: apt-get install nodejs npm"
        )


def prepare_medplum() -> Path:
    """The folder with the server and its packages, installed if need be. Raises Unavailable."""
    digest = hashlib.sha256()
    for name in (*LOCK, SERVER):
        digest.update(name.encode() + b"\0" + (SOURCES / name).read_bytes())
    folder = cache_folder() / f"medplum-{digest.hexdigest()[:16]}"
    with locked("medplum"):
        require_node()
        if not folder.exists():
            with built_once(folder) as workshop:
                _install(workshop)
    return folder


def _install(folder: Path) -> None:
    for name in (*LOCK, SERVER):
        shutil.copy(SOURCES / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[:12])
        raise Unavailable(f"Medplum cannot be installed; npm ci says:\n{said}")


@dataclass(frozen=True)
class Medplum:
    base: str
    version: str
    log: Path


@contextmanager
def running_medplum(folder: Path) -> Iterator[Medplum]:
    """The server for as long as it is needed."""
    flags = ["--experimental-websocket"] if _node_version() < WEB_SOCKET else []
    with running("medplum", ["node", *flags, str(folder / SERVER)]) as started:
        yield Medplum(*started)
