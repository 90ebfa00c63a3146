"""Under a judgement: that something was passed over or noted, and where that is told."""

from __future__ import annotations

from cdshooks.cards.catalogue import Catalogue
from cdshooks.cards.text import Text


def hints_text(notes: int, unknown_procedures: int, lang: str) -> str:
    """Nothing when there is nothing to tell, else a blank line and one line for each."""
    say = Catalogue(lang)
    text = Text(say)
    for key, count in (("unknown-procedures", unknown_procedures), ("notes", notes)):
        if count:
            text.add(say.say(f"hint.{key}{'-one' if count == 1 else ''}", count=count))
    return f"\n{text.whole()}" if text.lines else ""
