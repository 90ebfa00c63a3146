"""The book's own headings and explanations in both languages: ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from cdshooks.cards.catalogue import leaves, phrases
from cdshooks.consensus.register import Text


@cache
def words() -> Mapping[str, Text]:
    table = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    return {key: Text(en=leaf["en"], zh=leaf["zh"]) for key, leaf in leaves(table)}


def word(key: str) -> Text:
    """Raises ``KeyError`` naming a key that is not there."""
    return words()[key]


def phrase(key: str) -> Text:
    """A sentence of the cards' catalogue that has no places to fill."""
    leaf = phrases()[key]
    return Text(en=leaf["en"], zh=leaf["zh"])


def told(group: str, english: str) -> Text:
    """The pair of a group whose English is this text, as a source file has it."""
    return next(
        text for key, text in words().items() if key.startswith(f"{group}.") and text.en == english
    )
