"""The book as one HTML document: no script, nothing fetched, the same bytes for the same input."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from cdshooks import __version__
from cdshooks.book import chapters
from cdshooks.book.last_run import LastRun, digest_of, last_run
from cdshooks.book.links import linker
from cdshooks.book.scenarios import Scenarios, scenarios
from cdshooks.book.words import told, word, words
from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.evidence import survey
from cdshooks.consensus.register import entries, frame
from cdshooks.consensus.statements import statements

CHAPTERS = (
    *("how", "statements", "survey", "evidence", "tables", "readings", "scenarios"),
    "traceability",
)


def book(root: Path | None) -> str:
    """``root``: the source tree with scenarios and the record of the tests; None: without them."""
    found = scenarios(root) if root else None
    run = last_run(root) if root else None
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["linked"] = linker(anchors(found))
    every = statements().values()
    return environment.get_template("book.html").render(
        chapters=CHAPTERS,
        word=word,
        told=told,
        words=words(),
        reason=chapters.reason,
        is_hidden=chapters.is_hidden,
        software=__version__,
        knowledge=KNOWLEDGE_VERSION,
        checked=max(one.last_checked_on for one in every),
        papers=chapters.papers(),
        survey=survey(),
        studies=chapters.evidence_tables(),
        beside=tuple(chapters.BESIDE),
        figure=chapters.figure_rows(),
        branches=chapters.branches(),
        tier_columns=chapters.TIER_COLUMNS,
        tiers=chapters.tier_rows(),
        frame=frame(),
        subjects=chapters.subjects(),
        profiles=chapters.profile_changes(),
        keys=chapters.key_rows(),
        scenarios=found,
        statements=tuple(every),
        run=run,
        unchanged=bool(run and root and digest_of(root) == run.digest),
        results=_results(run),
    )


def _results(run: LastRun | None) -> dict[str, object]:
    return dict(run.statements) if run else {}


def anchors(found: Scenarios | None) -> dict[str, str]:
    """Where each name that a text may mention leads."""
    targets = {id: id for id in (*statements(), *entries())}
    targets |= {branch.id: branch.id for branch in chapters.branches()}
    targets |= {row.key.name: f"key-{row.key.name}" for row in chapters.key_rows()}
    for page in found.every if found else ():
        targets |= dict.fromkeys((page.id, page.id.lower(), page.file), page.id)
    return targets
