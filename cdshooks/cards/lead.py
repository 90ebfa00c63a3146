"""The first sentences of a status card: unsuitability, verdict, what limits it, who disagrees."""

from __future__ import annotations

from cdshooks.cards import caveats, changes, wording
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.cards.numbers import one_decimal
from cdshooks.consensus.assessment import CCI, DEFINITIONS, Assessment, Verdict
from cdshooks.consensus.codes import (
    BORDERLINE,
    PD_BY_NADIR_ONLY,
    RECORD_INCOMPLETE,
    TECHNIQUE_UNATTESTED,
)
from cdshooks.consensus.evaluation import INSUFFICIENT_SESSIONS
from cdshooks.consensus.flags import BORDERLINE_AT, BORDERLINE_POINTS


def sentences(assessment: Assessment, say: Catalogue) -> list[Phrase]:
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
