"""Sentences about parts of an assessment that the JSON object, the texts and the cards share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.numbers import one_decimal
from cdshooks.clinical.chart import Certainty, ChartNote, Source, named
from cdshooks.consensus.assessment import (
    JSH,
    Assessment,
    DefinitionVerdict,
    Finding,
    Strategy,
    StrategyStatus,
    Tier,
    Verdict,
)
from cdshooks.consensus.jsh_lcsgj2014 import MIN_SESSIONS
from cdshooks.consensus.readings import DEFAULT, PROFILES, Readings

MOST_NAMED = 20
"""Resources of one note; the JSON has all of them."""
MISSING_BEHIND_REASON = {
    "technique-attestation": "tace-technique-attestation",
    "intent": "tace-intent",
}
"""Reasons of an indeterminate verdict that are not spelled like their missing-data code."""


def finding_label(finding: Finding, readings: Readings, say: Catalogue) -> Phrase:
    label = finding.label
    key = label if label.startswith("finding.") else f"finding.{label}"
    return say.first(label, key, "finding.other", min_sessions=readings.min_sessions)


def missing_what(code: str, readings: Readings, say: Catalogue, part: str = "what") -> Phrase:
    """``part``: ``short`` for a summary, ``what`` for a sentence."""
    key = f"missing.{code}.{part}"
    if not say.has(key):
        return say.show(code)
    return say.say(
        key, lo=readings.window_lo, hi=readings.window_hi, max_age=readings.baseline_max_age
    )


def missing_list(
    missing: tuple[str, ...], readings: Readings, say: Catalogue, part: str = "short"
) -> Phrase:
    return say.join(missing_what(code, readings, say, part) for code in missing)


def reason_text(
    definition: DefinitionVerdict, readings: Readings, say: Catalogue, part: str = "short"
) -> Phrase:
    reason = definition.reason
    code = MISSING_BEHIND_REASON.get(reason, reason)
    if definition.verdict is Verdict.INDETERMINATE and say.has(f"missing.{code}.what"):
        if reason in MISSING_BEHIND_REASON:
            return say.say(f"reason.{reason}")
        return say.say("reason.missing", what=missing_what(code, readings, say, part))
    reasons = definition.reasons or (reason,)
    shown = [say.first(f"reason.{one}", "reason.other") for one in reasons]
    return say.join(dict.fromkeys(shown), "word.or")


def strategy_text(strategy: Strategy, readings: Readings, say: Catalogue) -> Phrase:
    if strategy.status is StrategyStatus.NOT_APPLICABLE:
        return say.say("strategy.not-applicable", min_sessions=readings.min_sessions)
    if strategy.status is StrategyStatus.UNDETERMINED or not strategy.branches:
        return say.say("strategy.undetermined")
    branches = [say.say(f"branch.{branch}") for branch in strategy.branches]
    text = (
        branches[0]
        if strategy.status is StrategyStatus.DETERMINED
        else say.say("strategy.several", branches=say.join(branches, "word.semicolon"))
    )
    if strategy.overlay:
        text = say.glue(text, say.say("word.full-stop"), say.say("strategy.overlay"))
    return text


def therapy_text(assessment: Assessment, say: Catalogue) -> Phrase:
    """The tier in the review's own words; what it depends on; never a dose."""
    therapy, readings = assessment.therapy, assessment.readings
    what = missing_list(therapy.conditional_on, readings, say)
    if therapy.tier is Tier.UNDETERMINED:
        if what:
            return say.say("tier.UNDETERMINED-on", what=what)
        return say.say("tier.UNDETERMINED")
    if therapy.tier is Tier.NA:
        opens = say.say(f"tier-definition.{readings.tier_definition}")
        return say.say("tier.NA", definition=opens)
    if therapy.tier is Tier.NONE:
        text = say.first(f"tier.NONE-{therapy.reason}", "tier.NONE")
    else:
        text = say.say(f"tier.{therapy.tier}")
    if what:
        text = say.glue(text, say.say("word.semicolon"), say.say("tier.conditional", what=what))
    return text


def note_text(note: ChartNote, say: Catalogue) -> Phrase:
    """What was not used and why; a detail whose key the catalogue lacks is left out."""
    parts = note_parts(note, say)
    not_sent = note.code == "server-refused" and note.path.startswith("prefetch.")
    key = "note.not-sent" if not_sent else f"note.{note.code}"
    return say.glue(say.first(key, "note.value-not-usable"), say.bracketed(*parts))


def note_parts(note: ChartNote, say: Catalogue) -> list[Phrase]:
    """Why and where, as far as the note says."""
    parts: list[Phrase] = []
    if note.detail and say.has(f"note-detail.{note.detail}"):
        parts.append(say.say(f"note-detail.{note.detail}"))
    if note.mm is not None:
        parts.append(say.say("note-part.mm", mm=_plain(note.mm)))
    if note.count is not None:
        parts.append(say.say("note-part.count", count=note.count))
    if note.path:
        path = note.path.replace("[", ".").replace("]", "")
        parts.append(say.say("note-part.path", path=path))
    return parts


def _plain(mm: Decimal) -> str:
    """As a reader writes it: 63, 6.5."""
    return f"{mm.normalize():f}"


def note_line(note: ChartNote, say: Catalogue, sources: Mapping[str, Source]) -> Phrase:
    """Of a conflict, both sides are told with their versions; of very many resources the first."""
    items = named(note.references)
    found = sourced(items[:MOST_NAMED], sources, say, always=note.code == "conflict")
    if len(items) > MOST_NAMED:
        found = say.join([found, say.say("line.more", count=len(items) - MOST_NAMED)])
    text = note_text(note, say)
    return say.join([text, found], "word.colon") if found else text


def sourced(
    items: tuple[str, ...], sources: Mapping[str, Source], say: Catalogue, *, always: bool = False
) -> Phrase:
    """References; what is not plainly stated with its version and how it came about."""
    return say.join(_sourced(one, sources.get(one, Source()), say, always) for one in named(items))


def _sourced(reference: str, source: Source, say: Catalogue, always: bool) -> Phrase:
    inferred = source.certainty is not Certainty.STATED
    parts: list[Phrase] = []
    if source.version is not None and (inferred or always):
        parts.append(say.say("read-from.version", version=source.version))
    if inferred:
        parts.append(say.say(f"read-from.{source.certainty}"))
    return say.glue(reference, say.bracketed(*parts))


def references(items: tuple[str, ...], say: Catalogue) -> Phrase:
    return say.join(named(items))


def category(categories: str, say: Catalogue) -> Phrase:
    """``PD``, or the categories of a joined ``NE|PD``."""
    parts = [say.first(f"category.{one}", "word.unknown") for one in categories.split("|")]
    return say.join(parts, "word.or")


def millimetres(value: Decimal | Fraction | None, say: Catalogue) -> Phrase:
    shown = one_decimal(value)
    return say.say("word.unknown") if shown is None else say.show(f"{shown:.1f}")


def diameter(value: Decimal | None, say: Catalogue) -> Phrase:
    """A lesion's diameter with its unit, or that it is not known."""
    shown = millimetres(value, say)
    return shown if value is None else say.glue(shown, " mm")


def _reason(name: str, assessment: Assessment, say: Catalogue) -> Phrase:
    """Of JSH-LCSGJ below two sessions: that most of it could not be asked."""
    shown, jsh = assessment.definitions[name], assessment.data.jsh
    if name == JSH and shown.reason == "none" and jsh is not None and jsh.sessions < MIN_SESSIONS:
        return say.say("reason.none-too-few")
    return reason_text(shown, assessment.readings, say)


def definition(assessment: Assessment, name: str, say: Catalogue) -> Phrase:
    shown = assessment.definitions[name]
    provisional = say.say("word.provisional") if shown.provisional else ""
    return say.say(
        "line.definition",
        name=say.say(f"definition.{name}"),
        verdict=say.say(f"verdict.{shown.verdict}"),
        more=say.bracketed(_reason(name, assessment, say), provisional),
    )


# --- readings ------------------------------------------------------------------------------------


def readings_changes(readings: Readings, base: Readings) -> dict[str, object]:
    ours, theirs = readings.as_dict(), base.as_dict()
    return {key: value for key, value in ours.items() if key != "profile" and value != theirs[key]}


def readings_name(readings: Readings) -> str:
    """The profile, and what differs from it: ``default window_lo=30``."""
    changes = readings_changes(readings, PROFILES[readings.profile])
    return " ".join([readings.profile, *(f"{key}={toml(v)}" for key, v in changes.items())])


def reading_lines(readings: Readings, say: Catalogue) -> list[Phrase]:
    """The profile in force and every reading that is not the default."""
    found = [say.say("line.readings", profile=readings.profile)]
    for key, value in readings_changes(readings, DEFAULT).items():
        found.append(
            say.say(
                "line.reading-differs",
                what=say.say(f"reading.{key}"),
                key=key,
                value=toml(value),
                default=toml(getattr(DEFAULT, key)),
            )
        )
    return found


def toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
