"""The register of readings: how an ambiguous sentence or record is read, and what was traded away.

Reads ``readings.toml`` (sentences of the papers, AMB-..) and ``rulings.toml`` (records, RUL-..),
each entry checked as strictly as the statements are. ``python -m cdshooks.consensus.register``
prints ``READINGS.md``.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from cdshooks.consensus.readings import BOUNDS, DEFAULT, PROFILES, Readings, toml_value
from cdshooks.consensus.strict_tables import Table, Value, toml_of

FILES: Mapping[str, str] = {"readings.toml": r"AMB-\d\d", "rulings.toml": r"RUL(-[A-Z]+)+(-\d+)?"}
"""The files of entries, and what an id looks like in each."""
FRAME = "register.toml"
SCENARIO, TEST = r"[a-z]\d\d+(-[a-z0-9]+)*", r"tests/[a-z_/]+\.py::test_\w+"


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Subject:
    id: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Words:
    """Headings and labels of ``READINGS.md``."""

    language: Text
    contents: Text
    profiles: Text
    profile: Text
    changes: Text
    nothing: Text
    keys_by_name: Text
    sentence: Text
    statements: Text
    question: Text
    options: Text
    default: Text
    key: Text
    default_value: Text
    other_values: Text
    range: Text
    entry: Text
    fixed: Text
    scenarios: Text
    tests: Text
    not_pinned: Text
    traded_away: Text
    see: Text
    decided_on: Text


@dataclass(frozen=True, slots=True)
class Frame:
    title: Text
    intro: tuple[Text, ...]
    words: Words
    subjects: tuple[Subject, ...]
    """In the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of :class:`Readings`, or one with a single built value."""

    name: str
    default: Value
    other: tuple[Value, ...] = ()
    """Values of which each changes the answer of a scenario named beside it; empty: fixed."""


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    subject: str
    statements: tuple[str, ...]
    sentence_en: str
    sentence_zh: str
    question_en: str
    question_zh: str
    options: tuple[Text, ...]
    default_en: str
    default_zh: str
    traded_away_en: str
    traded_away_zh: str
    decided_on: datetime.date
    keys: tuple[Key, ...] = ()
    """Empty where no key changes the reading."""
    scenarios: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    not_pinned_because_en: str = ""
    not_pinned_because_zh: str = ""
    see: tuple[str, ...] = ()


@cache
def entries() -> Mapping[str, Entry]:
    """Every entry by its id, in the order of the files."""
    texts = {name: _packaged(name) for name in FILES}
    return MappingProxyType(load(texts, {subject.id for subject in frame().subjects}))


@cache
def frame() -> Frame:
    table = Table(FRAME, "register", toml_of(FRAME, _packaged(FRAME)), _PARTS)
    return table.build(Frame)


def entry_of_key(name: str) -> Entry:
    """Raises ``KeyError`` for a name that is no key."""
    for entry in entries().values():
        if any(key.name == name for key in entry.keys):
            return entry
    raise KeyError(name)


def load(texts: Mapping[str, str], subjects: Iterable[str]) -> dict[str, Entry]:
    """Entries from the texts of files by their names; raises :class:`SourceError`."""
    found: dict[str, tuple[Table, Entry]] = {}
    for name, text in texts.items():
        for id, values in toml_of(name, text).items():
            table = Table(name, id, values, _PARTS)
            if id in found:
                raise table.wrong("id", "stands in another file too")
            if not re.fullmatch(FILES[name], id):
                raise table.wrong("id", f"must look like {FILES[name]}")
            found[id] = table, _entry(table, set(subjects))
    keys: set[str] = set()
    for table, entry in found.values():
        if unknown := [id for id in entry.see if id not in found or id == entry.id]:
            raise table.wrong("see", f"no other entry: {', '.join(unknown)}")
        for key in entry.keys:
            if key.name in keys:
                raise table.wrong("keys", f"{key.name} belongs to another entry")
            keys.add(key.name)
    return {id: entry for id, (_, entry) in found.items()}


_PARTS: Mapping[str, type] = {kind.__name__: kind for kind in (Text, Subject, Words, Key)}


def _entry(table: Table, subjects: set[str]) -> Entry:
    entry = table.build(Entry, id=table.name)
    if entry.subject not in subjects:
        raise table.wrong("subject", f"must be one of {', '.join(sorted(subjects))}")
    if not entry.statements:
        raise table.wrong("statements", "must name a statement")
    if len(entry.options) < 2:
        raise table.wrong("options", "must be two or more")
    for key, names, shape in (
        ("scenarios", entry.scenarios, SCENARIO),
        ("tests", entry.tests, TEST),
    ):
        if wrong := [name for name in names if not re.fullmatch(shape, name)]:
            raise table.wrong(key, f"must look like {shape}: {', '.join(wrong)}")
    pinned = bool(entry.scenarios or entry.tests)
    for key, reason in (
        ("not_pinned_because_en", entry.not_pinned_because_en),
        ("not_pinned_because_zh", entry.not_pinned_because_zh),
    ):
        if bool(reason) == pinned:
            raise table.wrong(key, "must stand where nothing pins the entry, and only there")
    if not entry.scenarios and any(key.other for key in entry.keys):
        raise table.wrong("scenarios", "must name one that changes under each other value")
    return entry


def _packaged(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


# ---------------------------------------------------------------- READINGS.md


def render() -> str:
    """``READINGS.md``: contents by subject, profiles, keys, then every entry in both languages."""
    told = frame()
    parts = [f"# {_both(told.title)}"]
    parts += [f"{text.en}\n\n{text.zh}" for text in told.intro]
    parts += [_contents(told), _profiles(told.words), _keys(told.words)]
    for subject in told.subjects:
        parts.append(f'<a id="{subject.id}"></a>\n\n## {subject.en} · {subject.zh}')
        parts += [_told(entry, told.words) for entry in _of(subject)]
    return "\n\n".join(parts) + "\n"


def _of(subject: Subject) -> list[Entry]:
    return [entry for entry in entries().values() if entry.subject == subject.id]


def _contents(told: Frame) -> str:
    lines = [f"## {_both(told.words.contents)}", ""]
    for subject in told.subjects:
        lines.append(f"- [{subject.en} · {subject.zh}](#{subject.id})")
        lines += [
            f"  - {_link(entry.id)} {entry.question_en} · {entry.question_zh}"
            for entry in _of(subject)
        ]
    return "\n".join(lines)


def _profiles(words: Words) -> str:
    rows = [(_label(words.profile), _label(words.changes))]
    default = DEFAULT.as_dict()
    for name, readings in PROFILES.items():
        changed = [
            _code(f"{key} = {toml_value(value)}")
            for key, value in readings.as_dict().items()
            if key != "profile" and value != default[key]
        ]
        rows.append((_code(name), ", ".join(changed) or _label(words.nothing)))
    return f"## {_both(words.profiles)}\n\n{_table(rows)}"


def _keys(words: Words) -> str:
    head = (words.key, words.default_value, words.other_values, words.range, words.entry)
    rows = [tuple(_label(word) for word in head)]
    of_name = {key.name: (key, entry) for entry in entries().values() for key in entry.keys}
    order = [name for name in Readings.__dataclass_fields__ if name in of_name]
    for name in [*order, *(name for name in of_name if name not in order)]:
        key, entry = of_name[name]
        other = _values(key.other) or _label(words.fixed)
        low_high = "{} … {}".format(*BOUNDS[name]) if name in BOUNDS else ""
        rows.append((_code(name), _values((key.default,)), other, low_high, _link(entry.id)))
    return f"## {_both(words.keys_by_name)}\n\n{_table(rows)}"


def _told(entry: Entry, words: Words) -> str:
    options_en, options_zh = (
        "<br>".join(f"{number}. {text}" for number, text in enumerate(texts, start=1))
        for texts in ((o.en for o in entry.options), (o.zh for o in entry.options))
    )
    rows = [
        ("", words.language.en, words.language.zh),
        (_label(words.sentence), entry.sentence_en, entry.sentence_zh),
        (_label(words.question), entry.question_en, entry.question_zh),
        (_label(words.options), options_en, options_zh),
        (_label(words.default), f"**{entry.default_en}**", f"**{entry.default_zh}**"),
        (_label(words.traded_away), entry.traded_away_en, entry.traded_away_zh),
    ]
    if entry.not_pinned_because_en:
        because = entry.not_pinned_because_en, entry.not_pinned_because_zh
        rows.append((_label(words.not_pinned), *because))
    keys = [_key(key, words) for key in entry.keys] or [_label(words.fixed)]
    below = [
        (words.statements, [_code(id) for id in entry.statements]),
        (words.key, keys),
        (words.scenarios, [_code(name) for name in entry.scenarios]),
        (words.tests, [_code(name) for name in entry.tests]),
        (words.see, [_link(id) for id in entry.see]),
        (words.decided_on, [entry.decided_on.isoformat()]),
    ]
    lines = [f"- {_label(word)}: {', '.join(items)}" for word, items in below if items]
    return f"### {entry.id}\n\n{_table(rows)}\n\n" + "\n".join(lines)


def _key(key: Key, words: Words) -> str:
    told = f"{_code(key.name)} ({_label(words.default_value)} {_values((key.default,))}"
    if key.other:
        return f"{told}; {_label(words.other_values)} {_values(key.other)})"
    return f"{told}; {_label(words.other_values)} {_label(words.fixed)})"


def _values(values: Iterable[Value]) -> str:
    return ", ".join(_code(toml_value(value)) for value in values)


def _both(text: Text) -> str:
    return f"{text.en} · {text.zh}"


def _label(text: Text) -> str:
    return f"{text.en} {text.zh}"


def _code(text: str) -> str:
    return f"`{text}`"


def _link(id: str) -> str:
    return f"[{id}](#{id.lower()})"


def _table(rows: list[Any]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


if __name__ == "__main__":
    sys.stdout.buffer.write(render().encode("utf-8"))
