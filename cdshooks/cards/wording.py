"""Sentences about parts of an assessment that the JSON object, the texts and the cards share."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.cards.numbers import exactly, one_decimal
from cdshooks.clinical.burden import MEDIAN_SURVIVAL_MONTHS, MM_PER_CM, TumourBurden
from cdshooks.clinical.chart import Certainty, ChartNote, Source, named
from cdshooks.clinical.scores import ChildPugh
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import (
    CCI,
    DEFINITIONS,
    Assessment,
    DefinitionVerdict,
    Finding,
    LesionShown,
    Population,
    Scores,
    SessionShown,
    StageShown,
    Strategy,
    StrategyStatus,
    Tier,
    Verdict,
)
from cdshooks.consensus.readings import DEFAULT, PROFILES, Readings

MAX_LESIONS = 10
FIGURE_CODES = frozenset({codes.NEW_LESION_STATUS, codes.VI_STATUS, codes.EHS_STATUS})
C9_CODES = frozenset(
    {
        codes.DECOMPENSATION_STATUS,
        codes.LIVER_FUNCTION,
        codes.ECOG,
        codes.HEPATIC_ARTERY_PATENCY,
        codes.AV_FISTULA_STATUS,
    }
)
TIER_CODES = frozenset({codes.ICI_CONTRAINDICATION_SCREEN, codes.COMBINATION_TOLERANCE})

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
    return say.first(f"reason.{reason}", "reason.other")


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
    """Of a conflict, both sides are told with their versions."""
    found = sourced(note.references, sources, say, always=note.code == "conflict")
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


# --- course and response -------------------------------------------------------------------------


def compared(assessment: Assessment, say: Catalogue) -> Phrase:
    """Which scan is compared with which."""
    before, now = assessment.course.baseline_scan, assessment.course.assessment_scan
    if before is None and now is None:
        return say.say("line.no-scans")
    if now is None:
        assert before is not None
        return say.say("line.no-assessment", baseline=before.date)
    days = now.days_after_last_session
    shown_days = days if days is not None else say.say("word.unknown")
    if before is None:
        return say.say("line.no-baseline", current=now.date, days=shown_days)
    text = say.say("line.compared", current=now.date, days=shown_days, baseline=before.date)
    if all(lesion.since is None for lesion in assessment.response.lesions):
        return text
    return say.join([text, say.say("line.compared-late")], "word.full-stop")


def response(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    shown = assessment.response
    found = [_sums(assessment, say)]
    if shown.category_by_nadir != shown.category:
        known = "line.by-nadir" if shown.nadir is not None else "line.by-nadir-stated"
        nadir = millimetres(shown.nadir, say)
        by_nadir = category(shown.category_by_nadir, say)
        found.append(say.say(known, category=by_nadir, nadir=nadir))
    found += [_lesion(lesion, say) for lesion in shown.lesions[:MAX_LESIONS]]
    if len(shown.lesions) > MAX_LESIONS:
        found.append(say.say("line.more", count=len(shown.lesions) - MAX_LESIONS))
    return found


def _lesion(lesion: LesionShown, say: Catalogue) -> Phrase:
    """A late entry has a baseline of its own; a new lesion none."""
    key = {"late-entry": "line.lesion-late", "new": "line.lesion-new"}.get(lesion.role, "")
    if lesion.since is None and lesion.baseline is not None:
        key = ""
    return say.say(
        key or "line.lesion",
        label=lesion.label,
        role=say.first(f"role.{lesion.role}", "word.unknown"),
        before=diameter(lesion.baseline, say),
        now=diameter(lesion.current, say),
        date=lesion.since or "",
    )


def data(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What a tumour board asks for: statements, intent, ECOG, viability and markers with dates."""
    shown = assessment.data
    found = [
        say.say(
            "line.statement",
            name=say.say(f"statement.{one.name}"),
            before=say.answer(one.before),
            now=say.answer(one.now),
        )
        for one in shown.statements
    ]
    if shown.viability:
        values = (
            say.say("line.viability-value", date=day, percent=millimetres(ratio * 100, say))
            for day, ratio in shown.viability
        )
        found.append(say.say("line.viability", values=say.join(values)))
    for marker in shown.markers:
        values = (
            say.say("line.marker-value", date=day, value=f"{value.normalize():f}")
            for day, value in marker.values
        )
        found.append(
            say.say(
                "line.marker",
                name=say.say(f"marker.{marker.marker}"),
                unit=marker.unit,
                values=say.join(values),
                rising=say.say(f"marker.rising-{yes_no(marker.rising)}"),
                limit=f"{marker.upper_limit.normalize():f}",
            )
        )
    if shown.intent:
        found.append(say.say("line.intent", intent=say.say(f"intent.{shown.intent}")))
    found += [say.say("line.ecog", grade=grade, date=day) for grade, day in shown.ecog]
    return found


def _sums(assessment: Assessment, say: Catalogue) -> Phrase:
    shown = assessment.response
    if "|" in shown.category:
        return say.say("line.category-several", category=category(shown.category, say))
    known = category(shown.category, say)
    if shown.baseline_sum is None or shown.current_sum is None:
        return say.say("line.category-only", category=known)
    before = millimetres(shown.baseline_sum, say)
    now = millimetres(shown.current_sum, say)
    change = one_decimal(shown.change_percent)
    if change is None:
        return say.say("line.sums-no-percent", before=before, now=now, category=known)
    return say.say("line.sums", before=before, now=now, change=f"{change:+.1f}", category=known)


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


def course(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    shown = assessment.course
    found = [say.say("line.sessions", count=shown.count)]
    for session in shown.sessions:
        text = say.say(
            "line.session",
            date=period(session, say),
            kind=say.first(f"kind.{session.kind}", "kind.tace"),
            attested=say.say(f"attested.{yes_no(session.standardised)}"),
        )
        found.append(say.glue(text, say.bracketed(references(session.references, say))))
    if shown.baseline_scan is not None:
        text = say.say("line.baseline-scan", date=shown.baseline_scan.date)
        refs = references(shown.baseline_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if shown.previous_scan is not None:
        text = say.say("line.previous-scan", date=shown.previous_scan.date)
        refs = references(shown.previous_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if shown.assessment_scan is not None:
        days = shown.assessment_scan.days_after_last_session
        text = say.say(
            "line.assessment-scan",
            date=shown.assessment_scan.date,
            days=days if days is not None else say.say("word.unknown"),
        )
        refs = references(shown.assessment_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    return found


def period(session: SessionShown, say: Catalogue) -> Phrase:
    if session.start == session.end:
        return say.show(session.start)
    return say.say("line.period", start=session.start, end=session.end)


def definition(assessment: Assessment, name: str, say: Catalogue) -> Phrase:
    shown = assessment.definitions[name]
    provisional = say.say("word.provisional") if shown.provisional else ""
    return say.say(
        "line.definition",
        name=say.say(f"definition.{name}"),
        verdict=say.say(f"verdict.{shown.verdict}"),
        more=say.bracketed(reason_text(shown, assessment.readings, say), provisional),
    )


# --- scores and stages ---------------------------------------------------------------------------


def child_pugh(score: ChildPugh, say: Catalogue) -> Phrase:
    shown = (
        str(score.lowest) if score.lowest == score.highest else f"{score.lowest}-{score.highest}"
    )
    if score.child_pugh_class is None:
        return say.say("line.child-pugh-open", score=shown)
    return say.say("line.child-pugh", score=shown, class_=score.child_pugh_class)


def six_and_twelve(scores: Scores, say: Catalogue) -> Phrase:
    """Score and stratum, with the published median only where its population fits."""
    burden = scores.burden
    assert burden is not None
    if burden.stratum is None:
        return say.say("score.six-and-twelve-open", value=_sum(burden, say))
    more = _median(burden.stratum, scores.population, say) if scores.population else ""
    return say.say(
        "score.six-and-twelve",
        value=_sum(burden, say),
        stratum=burden.stratum,
        more=say.bracketed(more),
    )


def _median(stratum: int, population: Population, say: Catalogue) -> Phrase:
    if population.fits:
        return say.say("score.median", months=MEDIAN_SURVIVAL_MONTHS[stratum])
    if population.outside:
        what = say.join(say.say(f"population.{name}.outside") for name in population.outside)
        return say.say("score.outside", what=what)
    what = say.join(say.say(f"population.{name}.what") for name in population.unknown)
    return say.say("score.population-unknown", what=what)


def up_to_seven(burden: TumourBurden, say: Catalogue) -> Phrase:
    within = burden.within_up_to_seven
    key = "within-open" if within is None else "within" if within else "beyond"
    return say.say(f"score.{key}", value=_sum(burden, say))


def _sum(burden: TumourBurden, say: Catalogue) -> Phrase:
    highest = burden.highest_cm
    return _limits(
        str(exactly(burden.lowest_cm)), None if highest is None else str(exactly(highest)), say
    )


def _limits(lowest: str, highest: str | None, say: Catalogue) -> Phrase:
    if highest is None:
        return say.say("score.at-least", lowest=lowest)
    if lowest == highest:
        return say.say("score.exact", lowest=lowest)
    return say.say("score.range", lowest=lowest, highest=highest)


def burden_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Size and number, both scores, and which of them the consensus prefers."""
    scores, readings = assessment.scores, assessment.readings
    burden = scores.burden
    if burden is None:
        return [say.say("line.burden-unknown", max_age=readings.baseline_max_age)]
    most = None if burden.most is None else str(burden.most)
    size = say.say(
        "line.burden",
        date=burden.date,
        size=str(exactly(Fraction(burden.largest_mm) / MM_PER_CM)),
        number=_limits(str(burden.fewest), most, say),
    )
    found = [
        say.glue(size, say.bracketed(references(burden.references, say))),
        six_and_twelve(scores, say),
        up_to_seven(burden, say),
        say.say("line.burden-preference"),
    ]
    if assessment.stage.standard is False:
        found.append(say.say("line.burden-not-intermediate"))
    return found


def stage_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What is recorded, and what the consensus says of TACE at that stage (CCI-B3)."""
    stage = assessment.stage
    by_cnlc = "first-choice" if stage.first_choice else "indicated"
    recorded = stage.bclc is not None or stage.cnlc is not None
    stopped = assessment.definitions[CCI].verdict is Verdict.MET or assessment.unsuitable.verdict
    past = [say.say("line.stage-past")] if recorded and stopped else []
    return [
        *past,
        _stage("bclc", stage.bclc, "standard" if stage.standard else "not-standard", say),
        _stage("cnlc", stage.cnlc, by_cnlc if stage.indicated else "not-indicated", say),
    ]


def _stage(name: str, shown: StageShown | None, text: str, say: Catalogue) -> Phrase:
    system = say.say(f"staging.{name}")
    if shown is None:
        return say.say("line.stage-unknown", system=system)
    key = f"cnlc-stage.{shown.value}"
    return say.say(
        "line.stage",
        system=system,
        stage=say.say(key) if name == "cnlc" else shown.value,
        when=say.bracketed(shown.date, references(shown.references, say)),
        text=say.say(f"stage-text.{text}"),
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


# --- what is missing -----------------------------------------------------------------------------


def missing_lines(assessment: Assessment, today: datetime.date, say: Catalogue) -> list[Phrase]:
    """Per code: what is missing, who can supply it, what to do (with dates when known)."""
    found = []
    for code in by_weight(assessment):
        what = missing_what(code, assessment.readings, say)
        found.append(
            say.say(
                "line.missing",
                what=Phrase(what[:1].upper() + what[1:]),
                needed=say.join(_needed_for(code, assessment, say)),
                who=say.say(f"missing.{code}.who"),
                do=_what_to_do(code, assessment, today, say),
            )
        )
    return found


def by_weight(assessment: Assessment) -> tuple[str, ...]:
    """The missing codes, those that hold back the CCI verdict first."""
    cci = assessment.definitions[CCI]
    first = {MISSING_BEHIND_REASON.get(cci.reason, cci.reason)}
    first |= {code for finding in cci.findings for code in finding.missing}
    return tuple(
        sorted(
            set(assessment.missing), key=lambda code: (code not in first, codes.MISSING.index(code))
        )
    )


def _needed_for(code: str, assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """The answers that the datum is asked for."""
    if code == codes.RECORD_INCOMPLETE:
        return [say.say("line.needed-all")]
    found = []
    for name in DEFINITIONS:
        shown = assessment.definitions[name]
        asked = {missing for finding in shown.findings for missing in finding.missing}
        asked.add(MISSING_BEHIND_REASON.get(shown.reason, shown.reason))
        if code in asked:
            found.append(say.say(f"short-definition.{name}"))
    if code in FIGURE_CODES:
        found.append(say.say("line.needed-figure"))
    if code in C9_CODES:
        found.append(say.say("line.needed-c9"))
    if code in assessment.therapy.conditional_on or code in TIER_CODES:
        found.append(say.say("line.needed-tier"))
    return found or [say.say("line.needed-other")]


def _what_to_do(code: str, assessment: Assessment, today: datetime.date, say: Catalogue) -> Phrase:
    sessions, readings = assessment.course.sessions, assessment.readings
    if code != "imaging-in-window" or not sessions:
        return say.say(f"missing.{code}.do")
    end = sessions[-1].end
    first = end + datetime.timedelta(days=readings.window_lo)
    last = end + datetime.timedelta(days=readings.window_hi)
    key = "do-passed" if today > last else "do-range"
    return say.say(f"missing.{code}.{key}", first=first, last=last)
