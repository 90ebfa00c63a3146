"""Every id that is mentioned leads to its entry: text in, safe HTML out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

_MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def linker(targets: Mapping[str, str]) -> Callable[[str], Markup]:
    """``targets``: the anchor of each name. Backticks become code, double stars bold."""
    names = sorted(targets, key=len, reverse=True)
    mention = re.compile(
        rf"(?<![A-Za-z0-9_.-])({'|'.join(map(re.escape, names))})(?![A-Za-z0-9_-]|\.[A-Za-z0-9])"
    )

    def with_links(text: str) -> Markup:
        found, end = Markup(), 0
        for match in mention.finditer(text):
            link = Markup('<a href="#{}">{}</a>').format(targets[match[1]], match[1])
            found += escape(text[end : match.start()]) + link
            end = match.end()
        return found + escape(text[end:])

    def linked(text: str) -> Markup:
        found, end = Markup(), 0
        for match in _MARKED.finditer(text):
            found += with_links(text[end : match.start()])
            tag = "code" if match[1] is not None else "b"
            inner = with_links(match[1] if match[1] is not None else match[2])
            found += Markup("<{0}>{1}</{0}>").format(Markup(tag), inner)
            end = match.end()
        return found + with_links(text[end:])

    return linked
