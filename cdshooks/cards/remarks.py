"""What must be said beside an answer of JSH-LCSGJ, lest it be taken for something else."""

from __future__ import annotations

from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.assessment import JSH, Assessment, Finding
from cdshooks.consensus.jsh_lcsgj2014 import MIN_SESSIONS

SPREAD = "finding.jsh-vascular-or-extrahepatic"
OF_TWO_SESSIONS = frozenset(
    {"finding.jsh-viability", "finding.jsh-new-lesions", "finding.jsh-markers"}
)


def of_finding(finding: Finding, assessment: Assessment, say: Catalogue) -> list[Phrase]:
    jsh = assessment.data.jsh
    if jsh is None or finding.answer is None:
        return []
    if is_unasked(finding, assessment):
        key = "remark.too-few" if jsh.sessions else "remark.none"
        return [say.say(key, count=jsh.sessions)]
    return _of_spread(assessment, say) if finding.label == SPREAD else []


def is_unasked(finding: Finding, assessment: Assessment) -> bool:
    """Answered no for want of two sessions: no scan and no value stands behind it."""
    jsh = assessment.data.jsh
    if jsh is None or finding.answer is None or finding.label not in OF_TWO_SESSIONS:
        return False
    return jsh.sessions < MIN_SESSIONS


def of_the_card(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """On what vascular invasion and extrahepatic spread were read, and what is no appearance."""
    name = say.say(f"short-definition.{JSH}")
    return [
        say.say("remark.of", name=name, text=text)
        for finding in assessment.definitions[JSH].findings
        if finding.label == SPREAD
        for text in of_finding(finding, assessment, say)
    ]


def _of_spread(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    jsh, baseline = assessment.data.jsh, assessment.course.baseline_scan
    assert jsh is not None
    found = []
    if baseline is not None:
        found += [
            say.say("remark.before", what=say.say(f"statement.{what}"), date=baseline.date)
            for what in jsh.present_before
        ]
    scan, now = jsh.spread_scan, assessment.course.assessment_scan
    if scan is not None and (now is None or now.date != scan.date):
        days, readings = scan.days_after_last_session, assessment.readings
        assert days is not None
        when = "early" if days < readings.window_lo else "other"
        when = "late" if days > readings.window_hi else when
        found.append(say.say(f"remark.spread-{when}", date=scan.date, days=days))
    return found
