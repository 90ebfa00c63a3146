"""What is missing, for which answer, who has it and what to do."""

from __future__ import annotations

import datetime

from cdshooks.cards import caveats
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.wording import MISSING_BEHIND_REASON, missing_what
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import CCI, DEFINITIONS, Assessment

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
    """Per code: what is missing, who can supply it, what to do (with dates when known)."""
    found = []
    for code in by_weight(assessment):
        what = named(code, assessment, say)
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


def named(code: str, assessment: Assessment, say: Catalogue, part: str = "what") -> Phrase:
    """What is missing, and of which treatments or scans, as far as that is known."""
    events = [e for point in assessment.open_points if point.code == code for e in point.events]
    text = missing_what(code, assessment.readings, say, part)
    return say.join([text, caveats.told(events, say)], "word.colon") if events else text


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
