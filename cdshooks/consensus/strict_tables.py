"""Strict reading of the package's own TOML: a table becomes a frozen dataclass or is refused.

A key that is unknown, missing, empty or of another kind than the dataclass says is an error that
names the file and the key.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
Value = str | int | bool

# What a field holds, by its annotation; a tuple is written as a list, or singly as one value.
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "datetime.date": (datetime.date,),
    "Value": (str, int, bool),
}


class SourceError(ValueError):
    """A source file that cannot be used; the text names the file and the key."""


def toml_of(name: str, text: str) -> dict[str, Any]:
    """The tables of one file; ``name`` stands in the error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{name}: not TOML: {error}") from error


@dataclass(frozen=True, slots=True)
class Table:
    file: str
    name: str
    values: Any
    parts: Mapping[str, type] = field(default_factory=dict)
    """Dataclasses that may stand inside, by their names."""
    may_be_empty: tuple[str, ...] = ()
    """Keys whose text may be empty."""

    def wrong(self, key: str, why: str) -> SourceError:
        return SourceError(f"{self.file}: {self.name}.{key}: {why}")

    def build(self, kind: type[T], **given: Any) -> T:
        """A dataclass of texts, numbers, lists and other tables, every key checked."""
        if not isinstance(self.values, dict):
            raise SourceError(f"{self.file}: {self.name}: must be a table")
        fields: Mapping[str, str] = kind.__annotations__
        arguments = dict(given)
        for key, value in self.values.items():
            if key not in fields or (key == "id" and "id" in given):
                raise self.wrong(key, "unknown key")
            if key not in given:
                arguments[key] = self._value(key, value, fields[key])
        try:
            return kind(**arguments)
        except TypeError as error:
            raise SourceError(f"{self.file}: {self.name}: {error}") from error

    def _value(self, key: str, value: Any, wanted: str) -> Any:
        several = re.fullmatch(r"tuple\[(\S+), \.\.\.\]", wanted)
        if several:
            items = value if isinstance(value, list) else [value]
            return tuple(self._value(key, item, several[1]) for item in items)
        name = wanted.removesuffix(" | None")
        if name in self.parts:
            inner = Table(self.file, f"{self.name}.{key}", value, self.parts, self.may_be_empty)
            return inner.build(self.parts[name])
        if type(value) not in _PLAIN[name]:
            raise self.wrong(key, f"must be {name}")
        if value == "" and key not in self.may_be_empty:
            raise self.wrong(key, "must not be empty")
        return value
