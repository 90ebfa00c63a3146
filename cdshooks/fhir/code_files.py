"""ValueSet and ConceptMap files, ours and a site's: every entry is read, or the start is stopped.

What would otherwise be passed over in silence (a filter, a value set in a value set, a mapping
with a condition, a second member of one name) is refused with the file and the path of the
element. ``compose.include.version`` and an ``expansion`` are not looked at: codes are compared by
system and code, and the codes are listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cdshooks.errors import ConfigurationError

Key = tuple[str, str]
"""System and code."""
File = tuple[str, dict[str, Any]]
"""Name of a file, for messages, and its resource."""

_SAME_MEANING = ("equal", "equivalent", "wider", "subsumes")
"""Map equivalences under which the source *is a* target (FHIR R4)."""
_NO_MEANING = ("unmatched", "disjoint")
"""Those under which it surely is none; under any other it may be one."""
_IN_USE = ("draft", "active", "unknown")


class _Twice(ValueError):
    """A member of an object that stands there twice; the text is its name."""


def site_files(folder: Path) -> Iterator[File]:
    """Every JSON file of a site's folder and of those in it.

    Other files are passed over, and whatever has a name that begins with a dot.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: is not a folder")
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() == ".json" and not is_hidden and not path.is_dir():
            yield str(path), _resource(path)


def _resource(path: Path) -> dict[str, Any]:
    data = _json(path)
    if not isinstance(data, dict) or data.get("resourceType") not in ("ValueSet", "ConceptMap"):
        raise ConfigurationError(f"{path}: resourceType: must be ValueSet or ConceptMap")
    status = data.get("status", "active")
    if status == "retired":
        raise ConfigurationError(f"{path}: status: is retired (take the file out of the folder)")
    if status not in _IN_USE:
        raise ConfigurationError(f"{path}: status: must be one of {', '.join(_IN_USE)}")
    return data


def _json(path: Path) -> Any:
    try:
        raw = path.read_bytes()
    except OSError:
        raise ConfigurationError(f"{path}: cannot be read") from None
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{path}: line {line}: is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ConfigurationError(f"{path}: {where}: is not readable JSON") from None
    except _Twice as error:
        raise ConfigurationError(f"{path}: {error}: stands twice in one object") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{path}: is not readable JSON") from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def of_type(found: Iterable[File], kind: str) -> Iterator[File]:
    return ((where, data) for where, data in found if data["resourceType"] == kind)


def enumerated(data: Mapping[str, Any], where: str) -> Iterator[tuple[str, Key, str | None]]:
    """Path, key and display of every concept; a set that is not enumerated cannot be read."""
    compose = _member(data, "compose", dict, where)
    _refuse(compose, ("exclude",), where, "compose.")
    for i, include in enumerate(_member(compose, "include", list, where, "compose.")):
        here = f"compose.include[{i}]"
        if isinstance(include, dict):
            _refuse(include, ("valueSet", "filter"), where, here + ".")
        system = _token(include, "system", where, here + ".")
        if "concept" not in include:
            raise ConfigurationError(f"{where}: {here}.concept: is missing (list the codes)")
        for j, concept in enumerate(_member(include, "concept", list, where, here + ".")):
            path = f"{here}.concept[{j}]"
            code = _token(concept, "code", where, path + ".")
            display = concept.get("display")
            yield path, (system, code), display if isinstance(display, str) else None


def mapped(data: Mapping[str, Any], where: str) -> Iterator[tuple[str, Key, Key]]:
    """Path, source and target of every mapping that gives its source a meaning."""
    for i, group in enumerate(_member(data, "group", list, where)):
        here = f"group[{i}]"
        source = _token(group, "source", where, here + ".")
        target = _token(group, "target", where, here + ".")
        _refuse(group, ("unmapped",), where, here + ".", "")
        for j, element in enumerate(_member(group, "element", list, where, here + ".")):
            at = f"{here}.element[{j}]"
            code = _token(element, "code", where, at + ".")
            for k, one in enumerate(_member(element, "target", list, where, at + ".")):
                path = f"{at}.target[{k}]"
                if _says_what_it_is(one, where, path):
                    meaning = _token(one, "code", where, path + ".")
                    yield path, (source, code), (target, meaning)


def _says_what_it_is(target: Any, where: str, path: str) -> bool:
    equivalence = text_of(target, "equivalence", where, path + ".")
    if equivalence in _NO_MEANING:
        return False
    if equivalence not in _SAME_MEANING:
        known = ", ".join((*_SAME_MEANING, *_NO_MEANING))
        raise ConfigurationError(f"{where}: {path}.equivalence: must be one of {known}")
    _refuse(target, ("dependsOn", "product"), where, path + ".", "")
    return True


def _refuse(
    data: Mapping[str, Any],
    names: Iterable[str],
    where: str,
    at: str,
    advice: str = " (list the codes)",
) -> None:
    for name in names:
        if data.get(name):
            raise ConfigurationError(f"{where}: {at}{name}: is not supported{advice}")


def _token(data: Any, name: str, where: str, at: str) -> str:
    """A system or code; one with spaces about it would never match."""
    text = text_of(data, name, where, at)
    if text != " ".join(text.split()):
        raise ConfigurationError(f"{where}: {at}{name}: has spaces that no code has")
    return text


def text_of(data: Any, name: str, where: str, at: str = "") -> str:
    text: str = _member(data, name, str, where, at)
    return text


def _member(data: Any, name: str, kind: type, where: str, at: str = "") -> Any:
    if not isinstance(data, dict):
        raise ConfigurationError(f"{where}: {at.rstrip('.') or 'the file'}: must be an object")
    if name not in data:
        raise ConfigurationError(f"{where}: {at}{name}: is missing")
    if not isinstance(data[name], kind) or not data[name]:
        raise ConfigurationError(f"{where}: {at}{name}: is not a usable {kind.__name__}")
    return data[name]
