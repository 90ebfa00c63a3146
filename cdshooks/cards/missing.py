"""What is missing, for which answer, who has it and what to do."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from cdshooks.cards import caveats
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.lost import could_not_be_read
from cdshooks.cards.wording import MISSING_BEHIND_REASON, missing_what
from cdshooks.clinical.scores import missing_parts
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import (
    CCI,
    DEFINITIONS,
    Assessment,
    DefinitionVerdict,
    StrategyStatus,
    Verdict,
)
from cdshooks.consensus.unsuitable import (
    HEPATIC_ENCEPHALOPATHY,
    HEPATORENAL_SYNDROME,
    REFRACTORY_ASCITES,
    SEVERE_JAUNDICE,
)

DECOMPENSATION = (
    SEVERE_JAUNDICE,
    HEPATIC_ENCEPHALOPATHY,
    REFRACTORY_ASCITES,
    HEPATORENAL_SYNDROME,
)
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


def lines(assessment: Assessment, today: datetime.date, say: Catalogue) -> list[Phrase]:
    """Per code: what is missing, who can supply it, what to do (with dates when known).

    What may be recorded and could not be read is asked of the record, not of the clinic.
    """
    found = []
    for code in by_weight(assessment):
        what = named(code, assessment, say)
        who, do = say.say(f"missing.{code}.who"), _what_to_do(code, assessment, today, say)
        if could_not_be_read(code, assessment):
            what = say.say("line.unread", what=what)
            who, do = say.say(f"missing.{codes.RECORD_INCOMPLETE}.who"), say.say("line.unread-do")
        found.append(
            say.say(
                "line.missing",
                what=Phrase(what[:1].upper() + what[1:]),
                needed=say.join(_needed_for(code, assessment, say)),
                who=who,
                do=do,
            )
        )
    return found


def named(code: str, assessment: Assessment, say: Catalogue, part: str = "what") -> Phrase:
    """What is missing, and of which treatments or scans, as far as that is known."""
    points = [point for point in assessment.open_points if point.code == code and part == "what"]
    events = [event for point in points for event in point.events]
    text = _only(code, assessment, say, part) or missing_what(code, assessment.readings, say, part)
    return say.join([text, caveats.told(events, say)], "word.colon") if events else text


def _only(code: str, assessment: Assessment, say: Catalogue, part: str) -> Phrase:
    """Of what has several parts only those that are not recorded; empty where that is not known."""
    if code == codes.DECOMPENSATION_STATUS:
        criteria = assessment.unsuitable.criteria
        open_ = [name for name in DECOMPENSATION if criteria.get(name, True) is None]
        what = say.join((say.say(f"unsuitable-criterion.{name}") for name in open_), "word.either")
        return say.say(f"missing-part.decompensation-{part}", what=what) if open_ else Phrase("")
    if code == codes.LIVER_FUNCTION and assessment.chart is not None:
        parts = missing_parts(assessment.chart.liver, assessment.as_of)
        what = say.join(say.say(f"child-pugh-part.{name}") for name in parts)
        return say.say(f"missing-part.liver-function-{part}", what=what) if parts else Phrase("")
    return Phrase("")


def named_list(
    missing: Iterable[str], assessment: Assessment, say: Catalogue, part: str = "short"
) -> Phrase:
    return say.join(named(code, assessment, say, part) for code in missing)


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
    """The answers that hang on the datum: those that are open or provisional for want of it."""
    if code == codes.RECORD_INCOMPLETE:
        return [say.say("line.needed-all")]
    found = [
        say.say(f"short-definition.{name}")
        for name in DEFINITIONS
        if _hangs(assessment.definitions[name], code)
    ]
    open_figure = (StrategyStatus.SEVERAL, StrategyStatus.UNDETERMINED)
    if code in FIGURE_CODES and assessment.strategy.status in open_figure:
        found.append(say.say("line.needed-figure"))
    if code == codes.VI_STATUS and assessment.other_therapy.portal:
        found.append(say.say("line.needed-options"))
    if code in C9_CODES and assessment.unsuitable.verdict is None:
        found.append(say.say("line.needed-c9"))
    if code in assessment.therapy.conditional_on or code in TIER_CODES:
        found.append(say.say("line.needed-tier"))
    if found:
        return found
    return [say.say("line.needed-other" if code in codes.CAUSES else "line.needed-none")]


def _hangs(shown: DefinitionVerdict, code: str) -> bool:
    if code == codes.TACE_TECHNIQUE_ATTESTATION and shown.provisional:
        return True
    if shown.verdict is not Verdict.INDETERMINATE:
        return False
    asked = {missing for finding in shown.findings for missing in finding.missing}
    return code in asked | {MISSING_BEHIND_REASON.get(shown.reason, shown.reason)}


def _what_to_do(code: str, assessment: Assessment, today: datetime.date, say: Catalogue) -> Phrase:
    sessions, readings = assessment.course.sessions, assessment.readings
    if code != "imaging-in-window" or not sessions:
        return say.say(f"missing.{code}.do")
    end = sessions[-1].end
    first = end + datetime.timedelta(days=readings.window_lo)
    last = end + datetime.timedelta(days=readings.window_hi)
    key = "do-passed" if today > last else "do-range"
    return say.say(f"missing.{code}.{key}", first=first, last=last)
