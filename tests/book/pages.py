"""A page as its readers have it: ids, links, and the text with where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = frozenset({"meta", "br", "link", "img", "hr", "input"})


@dataclass
class Element:
    tag: str
    id: str
    classes: tuple[str, ...]


@dataclass
class Page(HTMLParser):
    source: str
    ids: list[str] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    texts: list[tuple[str, tuple[Element, ...]]] = field(default_factory=list)
    inside: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        assert not self.inside, f"not closed: {self.inside[-1]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= values.keys()
        if "id" in values:
            self.ids.append(values["id"])
        if "href" in values:
            self.hrefs.append(values["href"])
        if tag not in EMPTY:
            classes = tuple(values.get("class", "").split())
            self.inside.append(Element(tag, values.get("id", ""), classes))

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self.inside)))

    def text(self, id: str = "") -> str:
        """Without white space; of one element, or of the whole body."""
        parts = (
            text
            for text, inside in self.texts
            if any(element.id == id if id else element.tag == "body" for element in inside)
        )
        return squeezed("".join(parts))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
