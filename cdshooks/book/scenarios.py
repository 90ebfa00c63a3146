"""Scenarios as they stand in the source tree: Markdown of headings, paragraphs, lists and tables.

They are shown, not understood: what a row means is the concern of the tests that judge it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("tests/scenarios")
GROUPS = ("cci-2022", "haic-2025", "untidy")
COURSE, STATE, EXPECT, REVIEW = "Course", "State", "Expect", "Review"
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
BETWEEN_LANGUAGES = " · "
POINT = "要点 Point: "


@dataclass(frozen=True, slots=True)
class Block:
    """``kind``: h1, h2, p, li or table; a table has rows, its head first, the others text."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    """The English half of the heading."""
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    id: str
    file: str
    title_zh: str
    title_en: str
    point_zh: str
    point_en: str
    sections: tuple[Section, ...]
    text_sha256: str

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)


@dataclass(frozen=True, slots=True)
class Scenarios:
    words: tuple[Block, ...]
    """How scenarios are written, from the folder's README."""
    groups: tuple[tuple[str, tuple[ScenarioPage, ...]], ...]

    @property
    def every(self) -> tuple[ScenarioPage, ...]:
        return tuple(page for _, pages in self.groups for page in pages)


def source_tree(package: Path) -> Path | None:
    """The folder beside the package that holds the scenarios; None where it was installed alone."""
    root = package.parent
    return root if (root / FOLDER / "README.md").is_file() else None


def scenarios(root: Path) -> Scenarios:
    folder = root / FOLDER
    readme = tuple(blocks((folder / "README.md").read_text(encoding="utf-8")))
    groups = (
        (name, tuple(map(_page, sorted((folder / name).glob("*.md"), key=_number))))
        for name in GROUPS
    )
    return Scenarios(readme[1:], tuple(group for group in groups if group[1]))


def _number(file: Path) -> tuple[str, int]:
    match = re.match(r"([a-z]+)(\d+)", file.stem)
    return (match[1], int(match[2])) if match else (file.stem, 0)


def _page(file: Path) -> ScenarioPage:
    text = file.read_text(encoding="utf-8")
    found = list(blocks(text))
    id, title_zh, title_en = found[0].text.split(BETWEEN_LANGUAGES, 2)
    point = next(block.text for block in found if block.text.startswith(POINT))
    point_zh, _, point_en = point.removeprefix(POINT).partition(BETWEEN_LANGUAGES)
    return ScenarioPage(
        id,
        file.stem,
        title_zh,
        title_en,
        point_zh,
        point_en,
        tuple(_sections(found)),
        sha256_of(text),
    )


def _sections(found: list[Block]) -> Iterable[Section]:
    starts = [i for i, block in enumerate(found) if block.kind == "h2"]
    for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
        heading = found[start].text
        yield Section(english(heading.split("(")[0]), heading, tuple(found[start + 1 : end]))


# ---------------------------------------------------------------- Markdown


def blocks(text: str) -> Iterable[Block]:
    """Headings, paragraphs, list items and pipe tables; a continued line joins the one before."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        starts = re.match(r"#+ |- |\|", line)
        if lines and (not line.strip() or (starts and not lines[0].startswith("|"))):
            yield _block(lines)
            lines = []
        if line.strip():
            lines.append(line.strip())


def _block(lines: list[str]) -> Block:
    first = lines[0]
    if first.startswith("|"):
        rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
        return Block("table", rows=(rows[0], *rows[2:]))
    for mark, kind in (("# ", "h1"), ("## ", "h2"), ("### ", "h3"), ("- ", "li")):
        if first.startswith(mark):
            return Block(kind, " ".join([first.removeprefix(mark), *lines[1:]]))
    return Block("p", " ".join(lines))


def english(cell: str) -> str:
    """A bilingual cell (``疗效 response``) without its Chinese half."""
    return CHINESE.sub("", cell).strip()


# ---------------------------------------------------------------- what a reviewer signs


def signed_text(text: str) -> str:
    """Everything before the review table."""
    lines = [line.rstrip() for line in text.splitlines()]
    end = next((i for i, line in enumerate(lines) if heading_of(line) == REVIEW), len(lines))
    return "\n".join(lines[:end]).rstrip() + "\n"


def sha256_of(text: str) -> str:
    return hashlib.sha256(signed_text(text).encode("utf-8")).hexdigest()


def heading_of(line: str) -> str:
    """``## 期望 Expect (as of …)`` is ``Expect``; empty where the line is no such heading."""
    return english(line.removeprefix("## ").split("(")[0]) if line.startswith("## ") else ""
