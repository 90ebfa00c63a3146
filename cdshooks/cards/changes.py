"""What would change the verdicts, as sentences; the facts themselves come with the assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cdshooks.cards import caveats, missing, wording
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import (
    DEFINITIONS,
    Assessment,
    Change,
    ChangeKind,
    Then,
    Verdict,
)

_ONE_OF_SEVERAL = (ChangeKind.CRITERION,)
"""Of these the subjects of one definition stand in one sentence."""
_WITH_LIMIT = (ChangeKind.SCAN, ChangeKind.INITIAL_SCAN)
_MAY_LEAVE_OPEN = (ChangeKind.NOT_STANDARDISED, ChangeKind.COUNT_DEB, ChangeKind.STRICT_WINDOW)
SPREAD = ("vascular-invasion", "extrahepatic-spread")


def lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """One sentence per fact, with every definition it would change."""
    found = [
        _line([change.definition for change in same], same, assessment, say)
        for same in _grouped(assessment.outlook)
    ]
    found += _open_points(assessment, say)
    found += _suitable_again(assessment, say)
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
    subjects = dict.fromkeys(_subject(one, assessment, say) for one in same)
    values: dict[str, object] = {
        "names": say.join(say.say(f"short-definition.{name}") for name in distinct),
        "verdict": say.say(f"verdict.{change.verdict}") if change.verdict else "",
        "mm": wording.millimetres(change.mm, say),
        "first": change.first or "",
        "last": change.last or "",
        "count": change.count,
        "subject": say.join(subjects, "word.semicolon"),
        "sessions": say.join((*change.alike, change.first or ""), "word.or"),
        "then": _then(change.then, say) if change.then is not None else "",
    }
    text = say.say(_key(change, assessment), **values)
    if change.kind in _WITH_LIMIT and change.mm is not None:
        text = say.join([text, say.say(f"change.{change.kind}-limit", **values)], "word.space")
    return text


def _key(change: Change, assessment: Assessment) -> str:
    key = f"change.{change.kind}"
    if change.kind is ChangeKind.MEASUREMENT and not change.lesions:
        return f"{key}-any"
    if change.kind in _MAY_LEAVE_OPEN and change.verdict is Verdict.INDETERMINATE:
        return f"{key}-open"
    now = assessment.definitions[change.definition].verdict
    if change.kind is ChangeKind.NO_CRITERION and now is Verdict.INDETERMINATE:
        return f"{key}-open"
    return key


def _then(then: Then, say: Catalogue) -> Phrase:
    """On what the definition would rest."""
    if not then.category:
        return say.say("change.then-few", count=then.count)
    key = "both" if then.baseline and then.assessment else "baseline" if then.baseline else ""
    key = key or ("assessment" if then.assessment else "none")
    scans = {"baseline": then.baseline or "", "assessment": then.assessment or ""}
    return say.say(
        "change.then",
        count=then.count,
        scans=say.say(f"change.then-{key}", **scans),
        category=then.category,
    )


def _suitable_again(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What would reverse unsuitability: every criterion that holds, and what is still open."""
    if assessment.unsuitable.verdict is not True:
        return []
    criteria = assessment.unsuitable.criteria
    holding = [name for name, answer in criteria.items() if answer]
    unknown = [name for name, answer in criteria.items() if answer is None]
    open_ = [say.say(f"unsuitable-criterion.{name}") for name in unknown]
    if codes.RECORD_INCOMPLETE in assessment.missing:
        open_.append(say.say(f"missing.{codes.RECORD_INCOMPLETE}.short"))
    lifted = say.join((say.say(f"unsuitable-lifted.{name}") for name in holding), "word.semicolon")
    found = [say.say("change.unsuitable", lifted=lifted)]
    if open_:
        found.append(say.say("change.unsuitable-open", open=say.join(open_, "word.semicolon")))
    return [say.join(found, "word.space")]


def _open_points(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """The verdicts either way, where one thing alone is open."""
    found = []
    for point in assessment.open_points:
        if point.if_so == point.if_not:
            continue
        for holds, verdicts in ((True, point.if_so), (False, point.if_not)):
            condition = caveats.if_so(point.code, point.events, holds, say)
            if verdicts and condition:
                shown = say.join(
                    say.say(
                        "line.disagreement",
                        name=say.say(f"short-definition.{name}"),
                        verdict=say.say(f"verdict.{verdict}"),
                    )
                    for name, verdict in verdicts.items()
                )
                found.append(say.say("change.open-then", condition=condition, verdicts=shown))
    return found


def _subject(change: Change, assessment: Assessment, say: Catalogue) -> Phrase:
    if change.kind is ChangeKind.MEASUREMENT:
        return say.join(change.lesions)
    if change.kind is ChangeKind.INTENT:
        return say.say(f"intent.{change.subject}")
    if change.kind in (ChangeKind.CRITERION, ChangeKind.NO_CRITERION):
        return _criterion(change.subject, assessment, say)
    if change.kind is ChangeKind.OPEN_POINT:
        return missing.named(change.subject, assessment, say)
    return Phrase("")


def _criterion(subject: str, assessment: Assessment, say: Catalogue) -> Phrase:
    """Of vascular invasion and extrahepatic spread only what may still appear."""
    jsh = assessment.data.jsh
    before = jsh.present_before if jsh is not None else ()
    if subject == "vascular-or-extrahepatic" and len(before) == 1:
        (may_appear,) = set(SPREAD) - set(before)
        return say.say(f"jsh-criterion.only-{may_appear}")
    return say.say(f"jsh-criterion.{subject}")
