"""What would change the verdicts, as sentences; the facts themselves come with the assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cdshooks.cards import wording
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.assessment import (
    DEFINITIONS,
    Assessment,
    Change,
    ChangeKind,
    Verdict,
)

_ONE_OF_SEVERAL = (ChangeKind.CRITERION,)
"""Of these the subjects of one definition stand in one sentence."""


def lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """One sentence per fact, with every definition it would change."""
    found = [
        _line([change.definition for change in same], same, assessment, say)
        for same in _grouped(assessment.outlook)
    ]
    told = {change.definition for change in assessment.outlook}
    others = [say.say(f"short-definition.{name}") for name in DEFINITIONS if name not in told]
    if told and others:
        found.append(say.say("change.none", names=say.join(others)))
    if "pd-by-nadir-only" in assessment.flags:
        found.append(say.say("change.nadir"))
    if "technique-unattested" in assessment.flags:
        found.append(say.say("change.technique"))
    return found or [say.say("change.new-scan")]


def due(assessment: Assessment, say: Catalogue) -> Phrase | None:
    """The scan that can still be made in time."""
    if assessment.due is None:
        return None
    readings = assessment.readings
    text = say.say(
        "change.due",
        first=assessment.due.first,
        last=assessment.due.last,
        lo=readings.window_lo,
        hi=readings.window_hi,
    )
    if readings.late_scan == "accept":
        return text
    return say.join([text, say.say("change.due-late")], "word.space")


def _grouped(changes: Iterable[Change]) -> list[list[Change]]:
    groups: dict[Change, list[Change]] = {}
    for change in changes:
        several = change.kind in _ONE_OF_SEVERAL
        key = replace(change, subject="") if several else replace(change, definition="")
        groups.setdefault(key, []).append(change)
    return list(groups.values())


def _line(names: list[str], same: list[Change], assessment: Assessment, say: Catalogue) -> Phrase:
    change = same[0]
    distinct = dict.fromkeys(names)
    values: dict[str, object] = {
        "names": say.join(say.say(f"short-definition.{name}") for name in distinct),
        "verdict": say.say(f"verdict.{change.verdict}") if change.verdict else "",
        "mm": wording.millimetres(change.mm, say),
        "first": change.first or "",
        "last": change.last or "",
        "count": change.count,
        "subject": say.join((_subject(one, assessment, say) for one in same), "word.semicolon"),
    }
    key = f"change.{change.kind}"
    if change.kind is ChangeKind.MEASUREMENT and not change.lesions:
        key += "-any"
    if change.kind is ChangeKind.NOT_STANDARDISED and change.verdict is Verdict.INDETERMINATE:
        key += "-open"
    text = say.say(key, **values)
    if change.kind is ChangeKind.SCAN and change.mm is not None:
        text = say.join([text, say.say("change.scan-limit", **values)], "word.space")
    return text


def _subject(change: Change, assessment: Assessment, say: Catalogue) -> Phrase:
    if change.kind is ChangeKind.MEASUREMENT:
        return say.join(change.lesions)
    if change.kind is ChangeKind.INTENT:
        return say.say(f"intent.{change.subject}")
    if change.kind in (ChangeKind.CRITERION, ChangeKind.NO_CRITERION):
        return say.say(f"jsh-criterion.{change.subject}")
    if change.kind is ChangeKind.OPEN_POINT:
        return wording.missing_what(change.subject, assessment.readings, say)
    return Phrase("")
