"""The real servers that the tests are run against: built once, kept outside the repository.

``python -m tests.interop`` does the set-up alone. What is built is kept under
``$XDG_CACHE_HOME/cdshooks`` (``~/.cache/cdshooks``) by the hash of its sources, so a second run
needs neither Maven nor a network. What is missing on the machine is installed with ``apt-get``
where that is allowed, else :class:`Unavailable` says what to install.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HAPI_SOURCES = Path(__file__).parent / "hapi"
JAVA_FLAGS = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
TIMEZONE = "America/Los_Angeles"
"""Of the server; neither UTC nor that of the site, so that no date may depend on it."""
SMALL_PAGE = 5
"""Resources on a page of the endpoint ``/small-pages``; most patients have more."""
TOKEN = "a-token-of-the-tests"
"""Wanted by the endpoint ``/gated``."""
READY_SECONDS = 240
STOP_SECONDS = 15
LOGS_KEPT = 10
JAVA_VERSION = 17
JAVA_PACKAGES = ("openjdk-17-jdk-headless", "default-jdk-headless")
"""The first that the distribution has."""


class Unavailable(Exception):
    """A peer that cannot be had on this machine; the text says what to do about it."""


def is_required() -> bool:
    """In CI a peer that is missing is a failure."""
    return os.environ.get("CI") == "true"


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "cdshooks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process at a time; the lock ends with the process that holds it."""
    with (cache_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def built_once(folder: Path) -> Iterator[Path]:
    """Built aside and moved at once, so a build that is killed leaves nothing half.

    To be held under a lock that is named as the folder begins.
    """
    name = folder.name.partition("-")[0]
    for left_over in folder.parent.glob(f"building-{name}-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    workshop = Path(tempfile.mkdtemp(prefix=f"building-{name}-", dir=folder.parent))
    try:
        result = workshop / "result"
        result.mkdir()
        yield result
        result.rename(folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


# What is needed on the machine


def apt_install(*packages: str) -> bool:
    """Whether the packages could be installed, which only root may do."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ("apt-get", "-q", "-y")
    subprocess.run([*quiet, "update"], capture_output=True, env=environment, check=False)
    command = [*quiet, "install", "--no-install-recommends", *packages]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    return done.returncode == 0


def has_java() -> bool:
    java = shutil.which("java")
    if java is None:
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return version is not None and int(version[1]) >= JAVA_VERSION


def _missing(to_build: bool) -> list[str]:
    tools = {"java": has_java()}
    if to_build:
        tools |= {tool: shutil.which(tool) is not None for tool in ("javac", "mvn")}
    return [tool for tool, is_there in tools.items() if not is_there]


def require_java(to_build: bool) -> None:
    """Java to run the server, and a compiler and Maven to build it."""
    if _missing(to_build):
        any(apt_install(java, "maven") and has_java() for java in JAVA_PACKAGES)
    if missing := _missing(to_build):
        raise Unavailable(
            f"HAPI FHIR cannot be {'built' if to_build else 'run'}: {', '.join(missing)} missing "
            f"or older than needed. Install Java {JAVA_VERSION} or later (JDK) and Maven, on "
            f"Debian: apt-get install {JAVA_PACKAGES[0]} maven"
        )


# HAPI FHIR, built


def hapi_folder() -> Path:
    """Where the built server is or will be."""
    digest = hashlib.sha256()
    sources = (HAPI_SOURCES / "src").rglob("*")
    for file in [HAPI_SOURCES / "pom.xml", *sorted(path for path in sources if path.is_file())]:
        digest.update(str(file.relative_to(HAPI_SOURCES)).encode() + b"\0" + file.read_bytes())
    return cache_folder() / f"hapi-{digest.hexdigest()[:16]}"


def prepare_hapi() -> Path:
    """The folder with ``server.jar`` and ``lib``, built if need be. Raises Unavailable."""
    folder = hapi_folder()
    with locked("hapi"):
        require_java(to_build=not folder.exists())
        if not folder.exists():
            _build(folder)
    return folder


def _build(folder: Path) -> None:
    with built_once(folder) as result, tempfile.TemporaryDirectory(dir=result.parent) as workshop:
        project = shutil.copytree(
            HAPI_SOURCES, Path(workshop) / "project", ignore=shutil.ignore_patterns("target")
        )
        done = subprocess.run(
            ["mvn", "-q", "-B", "package"], cwd=project, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            reason = "\n".join((done.stdout + done.stderr).splitlines()[:12])
            raise Unavailable(f"HAPI FHIR cannot be built; mvn package says:\n{reason}")
        for part in ("server.jar", "lib"):
            (project / "target" / part).rename(result / part)


# HAPI FHIR, running


@dataclass(frozen=True)
class Hapi:
    """A running server: one storage behind three endpoints."""

    base: str
    """The open one."""
    version: str
    log: Path
    token: str = field(default=TOKEN, repr=False)

    @property
    def small_pages(self) -> str:
        """The base of the endpoint with pages of :data:`SMALL_PAGE`."""
        return self._beside("small-pages")

    @property
    def gated(self) -> str:
        """The base of the endpoint that wants the token."""
        return self._beside("gated")

    def _beside(self, name: str) -> str:
        return f"{self.base.rpartition('/')[0]}/{name}"

    def log_tail(self, lines: int) -> list[str]:
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]


@contextmanager
def running_hapi(folder: Path) -> Iterator[Hapi]:
    """The server for as long as it is needed."""
    command = [
        "java",
        *JAVA_FLAGS,
        f"-Duser.timezone={TIMEZONE}",
        f"-Dsmall.page.size={SMALL_PAGE}",
        "-jar",
        str(folder / "server.jar"),
    ]
    with running("hapi", command, HAPI_TOKEN=TOKEN) as started:
        yield Hapi(*started)


# Any of them, running


@contextmanager
def running(name: str, command: list[str], **environment: str) -> Iterator[tuple[str, str, Path]]:
    """Base, version and log of a server; it ends with this process, however that ends.

    The server prints ``READY <base> <version>`` and stops at the end of its standard input.
    """
    log = _new_log(name)
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **environment},
        ) as process,
    ):
        try:
            base, version = _wait_until_ready(process, log)
            yield base, version, log
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    assert process.stdout is not None
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if not select.select([process.stdout], [], [], 1)[0]:
            continue
        line = process.stdout.readline().decode()
        if line.startswith("READY "):
            _, base, version = line.split()
            return base, version
        if not line:
            break
    said = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    raise RuntimeError(f"the server did not start; the end of {log}:\n{said}")


def _new_log(name: str) -> Path:
    folder = cache_folder() / "logs"
    folder.mkdir(exist_ok=True)
    for old in sorted(folder.glob(f"{name}-*.log"))[: 1 - LOGS_KEPT]:
        old.unlink(missing_ok=True)
    return folder / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
