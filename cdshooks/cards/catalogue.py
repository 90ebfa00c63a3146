"""Every sentence the service says, in English and Chinese: ``phrases.toml`` and the gate before it.

What is put into a sentence passes an allow-list (:func:`safe`): templates are ours, values are not.
A value that is itself a sentence of ours is a :class:`Phrase` and passes as it is.
"""

from __future__ import annotations

import datetime
import re
import string
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("en", "zh")

_ALLOWED = re.compile(r"[0-9A-Za-z_\u4e00-\u9fff ,;:/()+.%=-]{0,200}")
_LINK_LIKE = re.compile(r"://|www\.|\.{2}/", re.IGNORECASE)


class Phrase(str):
    """A sentence from the catalogue, or one made only of such sentences and safe values."""

    __slots__ = ()


class UnsafeValue(ValueError):
    """A value that may not stand in a card. The text never holds the value."""


def safe(value: object) -> str:
    """The value as text for a card, or :class:`UnsafeValue`.

    Letters, digits, Chinese characters and harmless punctuation only: no markup, no address, no
    control or bidirectional character.
    """
    if isinstance(value, Phrase):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | datetime.date):
        raise UnsafeValue("a value in a sentence must be text, a whole number, a decimal or a date")
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    text = unicodedata.normalize("NFC", text)
    if not _ALLOWED.fullmatch(text) or _LINK_LIKE.search(text):
        raise UnsafeValue("a value in a sentence has a character that is not allowed there")
    return text


def leaves(tree: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, Mapping[str, str]]]:
    """Every phrase of the catalogue file as (dotted key, {en, zh})."""
    for name, below in tree.items():
        key = f"{above}.{name}" if above else name
        if not isinstance(below, dict):
            raise ValueError(f"phrases.toml: {above} must have exactly en and zh")
        if all(isinstance(text, str) for text in below.values()):
            yield key, below
        else:
            yield from leaves(below, key)


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("cdshooks.cards").joinpath("phrases.toml").read_text(encoding="utf-8")
    return dict(leaves(tomllib.loads(text)))


def places(template: str) -> frozenset[str]:
    """The {named} places of a template; anything but a plain name is refused."""
    names = [name for _, name, spec, how in string.Formatter().parse(template) if name is not None]
    if not all(name.isidentifier() for name in names):
        raise ValueError("a place in a phrase must be a plain {name}")
    return frozenset(names)


class Catalogue:
    """The phrases of one language."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}")
        self.lang = lang

    def has(self, key: str) -> bool:
        return key in phrases()

    def say(self, key: str, /, **values: object) -> Phrase:
        """The phrase with its places filled; a value that is not safe is shown as withheld."""
        template = phrases()[key][self.lang]
        return Phrase(template.format_map({name: self.show(v) for name, v in values.items()}))

    def show(self, value: object) -> Phrase:
        try:
            return Phrase(safe(value))
        except UnsafeValue:
            return self.say("word.withheld")

    def first(self, *keys: str, **values: object) -> Phrase:
        """The first of ``keys`` that exists; the last one must."""
        for key in keys[:-1]:
            if self.has(key):
                return self.say(key, **values)
        return self.say(keys[-1], **values)

    def join(self, parts: Iterable[object], by: str = "word.comma") -> Phrase:
        return Phrase(phrases()[by][self.lang].join(self.show(part) for part in parts))

    def glue(self, *parts: object) -> Phrase:
        """Parts one after the other, nothing between."""
        return Phrase("".join(self.show(part) for part in parts))

    def bracketed(self, *parts: object) -> Phrase:
        """The parts that are not empty, in brackets; nothing when all are."""
        shown = [self.show(part) for part in parts if part not in (None, "")]
        if not shown:
            return Phrase("")
        return self.say("word.brackets", text=self.join(shown, "word.pause"))

    def answer(self, answer: bool | None) -> Phrase:
        return self.say(f"word.{yes_no(answer)}")


def yes_no(answer: bool | None) -> str:
    """``yes``, ``no`` or ``unknown``: the words of the published object."""
    return "unknown" if answer is None else "yes" if answer else "no"
