"""An assessment as patient-view cards: status, next step, what is missing.

Texts come from the catalogue, values pass its gate, and no card decides anything: it says what the
assessment holds, on what it rests and what would change it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from cdshooks.cards import (
    caveats,
    changes,
    course,
    evidence,
    lead,
    missing,
    options,
    remarks,
    suggestions,
    wording,
)
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.model import ANY, INFO, MISSING, NEXT_STEP, STATUS, WARNING, Card
from cdshooks.cards.parts import Detail, Telling, fit, make_card
from cdshooks.clinical.chart import ChartNote
from cdshooks.consensus.assessment import (
    CCI,
    DEFINITIONS,
    Assessment,
    StrategyStatus,
    Tier,
    Verdict,
)
from cdshooks.consensus.codes import (
    PROCEDURE_CONFIRMATION,
    RECORD_INCOMPLETE,
)
from cdshooks.consensus.evaluation import INSUFFICIENT_SESSIONS

NO_TACE = "no-tace"
FOREIGN = "foreign-patient"
GOING_ON = "session-in-progress"
UNREAD = frozenset({"unreadable-resource", "modifier-extension", "conflict"})
UNSURE_OF_NONE = frozenset({RECORD_INCOMPLETE, PROCEDURE_CONFIRMATION})
"""With one of these missing, no TACE found is not yet no TACE."""
GAP_NOTES = frozenset({"server-refused", "truncated", "foreign-patient"})
"""Notes that alone call for a missing card: a part of the record was not had, or not used."""
TIER_FLAGS = ("ecog2-gap", "ehs-at-refractoriness", "haic-feasibility")
MAX_NOTES = 12


def compose(
    assessment: Assessment,
    lang: str,
    *,
    knowledge: str,
    dev: bool = False,
    today: datetime.date | None = None,
    unchanged_since: datetime.date | None = None,
    evaluation: str = "",
    override_reasons: Sequence[Mapping[str, str]] = (),
) -> list[dict[str, Any]]:
    """The cards of a patient-view call, in their fixed order, as plain JSON data."""
    telling = Telling(
        lang, knowledge, dev, today, unchanged_since, evaluation, tuple(override_reasons)
    )
    return [card.as_dict() for card in cards(assessment, telling)]


def cards(assessment: Assessment, telling: Telling) -> list[Card]:
    """As :func:`compose`, but as cards that suggestions and links can be added to."""
    if not is_concerned(assessment):
        return []
    found = [status_card(assessment, telling)]
    if has_next_step(assessment):
        found.append(next_step_card(assessment, telling))
    if has_missing(assessment):
        found.append(missing_card(assessment, telling))
    return found


def is_concerned(assessment: Assessment) -> bool:
    """False only for a whole record without any TACE, done or going on."""
    if all(note.code != NO_TACE for note in assessment.notes):
        return True
    if UNSURE_OF_NONE & set(assessment.missing):
        return True
    return any(_may_hide_a_session(note) for note in assessment.notes)


def _may_hide_a_session(note: ChartNote) -> bool:
    """Another patient's entries, a TACE going on, or a procedure that could not be read."""
    if note.code == FOREIGN or note.detail == GOING_ON:
        return True
    of_a_procedure = any(where.startswith("Procedure") for where in (note.path, *note.references))
    return note.code in UNREAD and of_a_procedure


def has_next_step(assessment: Assessment) -> bool:
    strategy = assessment.strategy.status in (StrategyStatus.DETERMINED, StrategyStatus.SEVERAL)
    return strategy or assessment.therapy.tier in (Tier.R1, Tier.R2, Tier.NONE)


def has_missing(assessment: Assessment) -> bool:
    return bool(assessment.missing) or any(note.code in GAP_NOTES for note in assessment.notes)


# --- status --------------------------------------------------------------------------------------


def status_card(assessment: Assessment, telling: Telling) -> Card:
    say = Catalogue(telling.lang)
    cci = assessment.definitions[CCI]
    detail = Detail(say)
    for sentence in lead.sentences(assessment, say):
        detail.add(sentence)
    if not has_next_step(assessment):
        detail.block("title.discouraged", options.discouraged_lines(assessment, say))
    detail.block("title.response", response_lines(assessment, say))
    detail.block("title.data", course.data(assessment, say))
    detail.block("title.course", course_lines(assessment, say))
    detail.block("title.definitions", definition_lines(assessment, say))
    detail.add(lead.disagreement(assessment, say))
    detail.block("title.flags", caveats.lines(assessment, say, lead=True))
    detail.block("title.change", changes.lines(assessment, say))
    detail.block("title.readings", wording.reading_lines(assessment.readings, say))
    ids = evidence.of_status(assessment)
    if not has_next_step(assessment):
        ids = evidence.unique((*ids, *evidence.of_discouraged(assessment)))
    detail.block("title.evidence", evidence.lines(ids, assessment, say))
    warns = cci.verdict is Verdict.MET or assessment.unsuitable.verdict is True
    return make_card(
        STATUS,
        assessment,
        telling,
        summary=fit([status_summary(assessment, say, part) for part in ("short", "")]),
        detail=detail,
        statements=ids,
        indicator=WARNING if warns and telling.repeated is None else INFO,
        override_reasons=telling.override_reasons,
    )


def status_summary(assessment: Assessment, say: Catalogue, part: str = "short") -> Phrase:
    """The verdict in one line; ``part`` empty: without the reason, for want of room."""
    cci = assessment.definitions[CCI]
    count, readings = assessment.course.count, assessment.readings
    if cci.verdict is Verdict.MET:
        text = say.say("summary.met", count=count)
    elif cci.verdict is Verdict.INDETERMINATE:
        reason = wording.reason_text(cci, readings, say) if part else None
        text = (
            say.say("summary.indeterminate", reason=reason)
            if reason
            else say.say("summary.indeterminate-short")
        )
    elif cci.reason == INSUFFICIENT_SESSIONS and not cci.reasons:
        text = say.say("summary.too-few", count=count, needed=readings.min_sessions)
    elif say.has(f"category.{cci.reason}") and not cci.reasons:
        text = say.say("summary.not-met", category=cci.reason, count=count)
    else:
        text = say.say("summary.not-met-other")
    if cci.provisional:
        text = say.glue(text, say.bracketed(say.say("word.provisional")))
    if assessment.unsuitable.verdict is True:
        text = say.say("summary.unsuitable-first", text=text)
    return text


def response_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    return [*course.compared(assessment, say), *course.response(assessment, say)]


def course_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    return course.course(assessment, say)


def definition_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    found = [wording.definition(assessment, name, say) for name in DEFINITIONS]
    return [*found, *remarks.of_the_card(assessment, say)]


# --- next step -----------------------------------------------------------------------------------


def next_step_card(assessment: Assessment, telling: Telling) -> Card:
    say = Catalogue(telling.lang)
    strategy, therapy = assessment.strategy, assessment.therapy
    detail = Detail(say)
    detail.block("title.strategy", options.strategy_lines(assessment, say))
    if evidence.has_other_therapy(assessment):
        detail.block("title.other-therapy", options.other_therapy_lines(assessment, say))
    detail.block("title.therapy", options.therapy_lines(assessment, say))
    detail.block("title.discouraged", options.discouraged_lines(assessment, say))
    notes = caveats.lines(assessment, say, only=TIER_FLAGS)
    detail.block("title.flags", notes)
    detail.block("title.burden", options.burden_line(assessment, say))
    ids = (*evidence.of_next_step(assessment), *evidence.of_discouraged(assessment))
    ids = evidence.unique(ids)
    detail.block("title.evidence", evidence.lines(ids, assessment, say))
    detail.add(say.say("line.decide"))
    actions = [options.action(assessment, say)]
    if strategy.overlay:
        actions.append(say.say("action.overlay"))
    if therapy.tier in (Tier.R1, Tier.R2, Tier.NONE):
        actions.append(say.say(f"action.{therapy.tier}"))
    shown = [action for action in actions if action]
    choices = [
        say.say("summary.next", action=say.join(shown[:size], "word.semicolon"))
        for size in range(len(shown), 0, -1)
    ]
    return make_card(
        NEXT_STEP,
        assessment,
        telling,
        summary=fit(choices),
        detail=detail,
        statements=ids,
        offers=suggestions.of_next_step(assessment, say),
    )


# --- what is missing -----------------------------------------------------------------------------


def missing_card(assessment: Assessment, telling: Telling) -> Card:
    say = Catalogue(telling.lang)
    today = telling.today or assessment.as_of
    detail = Detail(say)
    detail.block("title.missing", missing.lines(assessment, today, say))
    detail.block("title.notes", _notes(assessment, say))
    codes = missing.by_weight(assessment)
    if codes:
        first = missing.named(codes[0], assessment, say, "short")
        choices = [
            say.say("summary.missing", what=missing.named_list(codes, assessment, say)),
            say.say("summary.missing-count", count=len(codes), what=first),
            say.say("summary.missing-only-count", count=len(codes)),
        ]
    else:
        choices = [say.say("summary.missing-notes")]
    return make_card(
        MISSING,
        assessment,
        telling,
        summary=fit(choices),
        detail=detail,
        statements=evidence.of_missing(assessment),
        offers=suggestions.of_missing(assessment, say),
        selection_behavior=ANY,
    )


def _notes(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Notes with the gaps first; a long list is cut and says so."""
    ordered = sorted(assessment.notes, key=lambda note: note.code not in GAP_NOTES)
    shown = [
        wording.note_line(note, say, assessment.sources) for note in ordered if note.code != NO_TACE
    ]
    shown = list(dict.fromkeys(shown))
    if len(shown) > MAX_NOTES:
        rest = say.say("line.more", count=len(shown) - MAX_NOTES)
        shown = [*shown[:MAX_NOTES], rest]
    return shown
