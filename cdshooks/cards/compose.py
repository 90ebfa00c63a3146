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
    missing,
    remarks,
    situation,
    studies,
    suggestions,
    wording,
)
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.cards.model import ANY, INFO, MISSING, NEXT_STEP, STATUS, WARNING, Card
from cdshooks.cards.numbers import one_decimal
from cdshooks.cards.parts import Detail, Telling, fit, make_card
from cdshooks.clinical.chart import ChartNote
from cdshooks.consensus.assessment import (
    CCI,
    DEFINITIONS,
    Assessment,
    OtherTherapy,
    StrategyStatus,
    Tier,
    Verdict,
)
from cdshooks.consensus.codes import (
    BORDERLINE,
    EHS_STATUS,
    NEW_LESION_STATUS,
    PD_BY_NADIR_ONLY,
    PROCEDURE_CONFIRMATION,
    RECORD_INCOMPLETE,
    TECHNIQUE_UNATTESTED,
    VI_STATUS,
)
from cdshooks.consensus.evaluation import INSUFFICIENT_SESSIONS
from cdshooks.consensus.flags import BORDERLINE_AT, BORDERLINE_POINTS
from cdshooks.consensus.statements import statement
from cdshooks.consensus.strategy import contains_tace, statements_of, strength_of

NO_TACE = "no-tace"
FOREIGN = "foreign-patient"
GOING_ON = "session-in-progress"
UNREAD = frozenset({"unreadable-resource", "modifier-extension", "conflict"})
UNSURE_OF_NONE = frozenset({RECORD_INCOMPLETE, PROCEDURE_CONFIRMATION})
"""With one of these missing, no TACE found is not yet no TACE."""
GAP_NOTES = frozenset({"server-refused", "truncated", "foreign-patient"})
"""Notes that alone call for a missing card: a part of the record was not had, or not used."""
TIER_FLAGS = ("ecog2-gap", "ehs-at-refractoriness", "haic-feasibility")
PORTAL_OPTIONS = {"CCI-C5.s3": "portal-branch", "CCI-C5.s4": "portal-trunk"}
"""Phrase of the options for a tumour thrombus of the portal vein, by statement."""
SITES = frozenset({"portal-branch", "portal-trunk"})
MAX_NOTES = 12
WHOLE_FIGURE = ("CCI-F1.e", evidence.OTHER_THERAPY)
"""Stand behind several branches."""


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
    for sentence in leading_sentences(assessment, say):
        detail.add(sentence)
    if not has_next_step(assessment):
        detail.block("title.discouraged", discouraged_lines(assessment, say))
    detail.block("title.response", response_lines(assessment, say))
    detail.block("title.data", course.data(assessment, say))
    detail.block("title.course", course_lines(assessment, say))
    detail.block("title.definitions", definition_lines(assessment, say))
    detail.add(disagreement(assessment, say))
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


def leading_sentences(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What must be read first: unsuitability if it is so, then the verdict and what limits it."""
    cci = assessment.definitions[CCI]
    found = [verdict_sentence(assessment, say), *limits(assessment, say)]
    if cci.provisional:
        found += provisional_sentences(assessment, say)
    reasons = cci.reasons or (cci.reason,)
    if INSUFFICIENT_SESSIONS in reasons and assessment.course.count:
        found.append(say.say("line.not-advice"))
    due = changes.due(assessment, say)
    if due is not None:
        found.append(due)
    suitability = unsuitable_sentence(assessment, say)
    if assessment.unsuitable.verdict is True:
        return [suitability, *found]
    return [*found, suitability]


def provisional_sentences(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Why the verdicts are provisional."""
    found = []
    if TECHNIQUE_UNATTESTED in assessment.flags:
        found.append(_unattested(assessment, say))
    if RECORD_INCOMPLETE in assessment.missing:
        found.append(say.say("line.provisional-incomplete"))
    return found


def _unattested(assessment: Assessment, say: Catalogue) -> Phrase:
    caveat = caveats.certain(TECHNIQUE_UNATTESTED, assessment)
    dates = [event.start for event in caveat.events] if caveat is not None else []
    if not dates:
        return say.say("line.provisional-technique")
    return say.say("line.provisional-sessions", dates=say.join(dates))


def limits(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What belongs beside the response: PD by the smallest sum alone, and a change near a limit."""
    shown = assessment.response
    found = []
    if caveats.is_said_first(PD_BY_NADIR_ONLY, assessment):
        values = {"nadir": wording.millimetres(shown.nadir, say), "date": shown.nadir_on or ""}
        found.append(say.say("line.lead-nadir", category=shown.category, **values))
    if caveats.is_said_first(BORDERLINE, assessment):
        change = one_decimal(shown.change_percent)
        key = f"line.lead-near-{_near(assessment)}"
        found.append(say.say(key, category=shown.category, change=f"{change:+.1f}"))
    return found


def _near(assessment: Assessment) -> str:
    """Which limit the change against the baseline is near: ``pr``, ``pd`` or another."""
    percent = assessment.response.change_percent
    assert percent is not None
    by_baseline = assessment.readings.pd_reference == "pre_first_tace"
    for limit, name in zip(BORDERLINE_AT, ("pr", "pd"), strict=True):
        if abs(percent - limit) <= BORDERLINE_POINTS and (by_baseline or name == "pr"):
            return name
    return "other"


def verdict_sentence(assessment: Assessment, say: Catalogue) -> Phrase:
    cci = assessment.definitions[CCI]
    if cci.verdict is Verdict.MET:
        return say.say("line.verdict-met", count=assessment.course.count)
    reason = wording.reason_text(cci, assessment.readings, say)
    if cci.verdict is Verdict.NOT_MET:
        return say.say("line.verdict-not-met", reason=reason)
    points = (point for point in assessment.open_points if point.code == cci.reason)
    open_ = [event for point in points for event in point.events]
    reason = say.glue(reason, say.bracketed(caveats.told(open_, say)))
    return say.say("line.verdict-indeterminate", reason=reason)


def unsuitable_sentence(assessment: Assessment, say: Catalogue) -> Phrase:
    verdict, criteria = assessment.unsuitable.verdict, assessment.unsuitable.criteria
    if verdict is False:
        return say.say("line.unsuitable-no")
    named = [name for name, answer in criteria.items() if answer is verdict]
    if not named:
        return say.say("line.unsuitable-unread")
    shown = say.join((say.say(f"unsuitable-criterion.{name}") for name in named), "word.semicolon")
    return say.say(f"line.unsuitable-{yes_no(verdict)}", criteria=shown)


def response_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    return [*course.compared(assessment, say), *course.response(assessment, say)]


def course_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    return course.course(assessment, say)


def definition_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    found = [wording.definition(assessment, name, say) for name in DEFINITIONS]
    return [*found, *remarks.of_the_card(assessment, say)]


def disagreement(assessment: Assessment, say: Catalogue) -> Phrase | None:
    """One line when another definition gives another known verdict (AMB-49, CCI-C3)."""
    cci = assessment.definitions[CCI].verdict
    others = {name: assessment.definitions[name].verdict for name in DEFINITIONS[1:]}
    differ = {
        name: verdict
        for name, verdict in others.items()
        if verdict not in (cci, Verdict.INDETERMINATE)
    }
    if not differ:
        return None
    shown = say.join(
        say.say(
            "line.disagreement",
            name=say.say(f"short-definition.{name}"),
            verdict=say.say(f"verdict.{verdict}"),
        )
        for name, verdict in differ.items()
    )
    known = "disagrees-open" if cci is Verdict.INDETERMINATE else "disagrees"
    text = say.say(f"line.{known}", list=shown)
    met = [say.say(f"short-definition.{n}") for n, v in differ.items() if v is Verdict.MET]
    if met and cci is Verdict.NOT_MET:
        only = say.say("line.others-met", list=say.join(met))
        text = say.join([text, only], "word.space")
    return text


# --- next step -----------------------------------------------------------------------------------


def next_step_card(assessment: Assessment, telling: Telling) -> Card:
    say = Catalogue(telling.lang)
    strategy, therapy = assessment.strategy, assessment.therapy
    detail = Detail(say)
    detail.block("title.strategy", strategy_lines(assessment, say))
    if evidence.has_other_therapy(assessment):
        detail.block("title.other-therapy", other_therapy_lines(assessment, say))
    detail.block("title.therapy", therapy_lines(assessment, say))
    detail.block("title.discouraged", discouraged_lines(assessment, say))
    notes = caveats.lines(assessment, say, only=TIER_FLAGS)
    detail.block("title.flags", notes)
    detail.block("title.burden", burden_line(assessment, say))
    ids = (*evidence.of_next_step(assessment), *evidence.of_discouraged(assessment))
    ids = evidence.unique(ids)
    detail.block("title.evidence", evidence.lines(ids, assessment, say))
    detail.add(say.say("line.decide"))
    actions = [_action(assessment, say)]
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


def _action(assessment: Assessment, say: Catalogue) -> Phrase:
    """The action of the branches, when they agree on one."""
    branches = assessment.strategy.branches
    actions = {say.say(f"action.{branch}") for branch in branches}
    if len(actions) == 1:
        return actions.pop()
    return say.say("action.several") if actions else Phrase("")


def strategy_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    strategy, readings = assessment.strategy, assessment.readings
    if strategy.status not in (StrategyStatus.DETERMINED, StrategyStatus.SEVERAL):
        return [wording.strategy_text(strategy, readings, say)]
    found = [say.say("strategy.overlay")] if strategy.overlay else []
    found += [
        say.say(
            "line.branch-unsuitable"
            if strategy.overlay and contains_tace((branch,))
            else "line.branch",
            branch=branch,
            text=say.say(f"branch.{branch}"),
            ids=say.join([figure_grade(branch, say), strength(branch, say)], "word.semicolon")
            if strength(branch, say)
            else figure_grade(branch, say),
        )
        for branch in strategy.branches
    ]
    if strategy.status is StrategyStatus.SEVERAL:
        if len({say.say(f"action.{branch}") for branch in strategy.branches}) == 1:
            found.append(say.say("line.several-agree", action=_action(assessment, say)))
        ask = (NEW_LESION_STATUS, VI_STATUS, EHS_STATUS)
        open_ = tuple(code for code in ask if code in assessment.missing)
        if open_:
            what = wording.missing_list(open_, readings, say)
            found.append(say.say("line.several-ask", what=what))
    if (
        not strategy.overlay
        and assessment.unsuitable.verdict is None
        and "F1-R" not in strategy.branches
    ):
        found.append(say.say("line.conditional-on-c9"))
    return found


def figure_grade(branch: str, say: Catalogue) -> Phrase:
    """The figure's own statement behind a branch, and its grade as printed."""
    (own,) = [
        id for id in statements_of(branch) if id.startswith("CCI-F1.") and id not in WHOLE_FIGURE
    ]
    return say.join([own, evidence.grade_text(own, say)], "word.pause")


def strength(branch: str, say: Catalogue) -> Phrase:
    """The modal verb of the figure, as printed; empty where it prints none."""
    word = strength_of(branch)
    return say.say("line.strength", word=say.say(f"strength.{word}")) if word else Phrase("")


def other_therapy_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """The consensus' open list, without DEB-TACE where that is what was given (AMB-11)."""
    listed = "other-therapy-no-deb" if assessment.other_therapy.deb_given else "other-therapy"
    found = [say.say(f"therapy-note.{listed}"), say.say("therapy-note.as-printed")]
    if assessment.unsuitable.verdict is True:
        found.append(say.say("therapy-note.no-tace"))
    found += portal_lines(assessment.other_therapy, say)
    if "F1-3a" in assessment.strategy.branches:
        found.append(say.say("therapy-note.c5-alternative"))
    if assessment.unsuitable.criteria.get("hepatic-artery-occlusion"):
        found.append(say.say("therapy-note.no-artery"))
    return found


def portal_lines(situation: OtherTherapy, say: Catalogue) -> list[Phrase]:
    """Options for a tumour thrombus of the portal vein; with its site open, both groups."""
    found = [say.say(f"therapy-note.{PORTAL_OPTIONS[id]}") for id in situation.portal]
    if situation.vascular_invasion is None:
        lead = "portal-if-present"
    elif not situation.vessels:
        lead = "portal-if-there"
    else:
        lead = "" if SITES & set(situation.vessels) else "portal-by-site"
    return [say.say(f"therapy-note.{lead}"), *found] if lead and found else found


def therapy_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    tier = assessment.therapy.tier
    found = [wording.therapy_text(assessment, say)]
    if tier in (Tier.R1, Tier.R2):
        grade = say.join([str(tier), evidence.grade_text(str(tier), say)], "word.pause")
        found = [say.glue(found[0], say.bracketed(grade)), *_why_second(assessment, say)]
        before, after = ("label", "guideline"), (str(tier), "beside", "R3")
        found += [say.say(f"therapy-note.{key}") for key in before]
        found += studies.lines(str(tier), say)
        found += [say.say(f"therapy-note.{key}") for key in after]
    if assessment.other_therapy.conflicting:
        found.append(say.say("therapy-note.conflict"))
    return found


def _why_second(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    therapy = assessment.therapy
    if therapy.tier is not Tier.R2 or not therapy.second_because:
        return []
    used = say.bracketed(wording.sourced(therapy.used, assessment.sources, say))
    return [say.say(f"therapy-note.{therapy.second_because}", used=used)]


def discouraged_warnings(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """A planned HAIC with cisplatin or 5-FU alone, whatever the verdict (HAIC-R3)."""
    found = []
    for regimen in assessment.discouraged:
        warning = say.say(
            "line.discouraged",
            drug=say.say(f"drug.{regimen.drug}"),
            when=say.bracketed(regimen.date),
            grade=evidence.grade_text(evidence.SINGLE_AGENT, say),
            orders=say.bracketed(wording.references(regimen.references, say)),
        )
        unless = "" if regimen.certain else say.say("line.discouraged-unless")
        found.append(say.join([warning, unless], "word.full-stop") if unless else warning)
    return found


def discouraged_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """The warnings, and on which studies they rest."""
    warnings = discouraged_warnings(assessment, say)
    if not warnings:
        return []
    note = studies.annotation(statement(evidence.SINGLE_AGENT), say)
    return [*warnings, note, *studies.lines(evidence.SINGLE_AGENT, say)]


def burden_line(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """One line: six-and-twelve first, then up-to-seven (CCI-C8); none without a burden."""
    scores = assessment.scores
    if scores.burden is None:
        return []
    six, seven = situation.six_and_twelve(scores, say), situation.up_to_seven(scores.burden, say)
    return [say.say("line.burden-card", six=six, seven=seven)]


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
