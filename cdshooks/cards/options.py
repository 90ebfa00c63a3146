"""What the consensus says to do next, the tier of HAIC and on what both rest, as sentences."""

from __future__ import annotations

from cdshooks.cards import evidence, situation, studies, wording
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.assessment import Assessment, OtherTherapy, StrategyStatus, Tier
from cdshooks.consensus.codes import EHS_STATUS, NEW_LESION_STATUS, VI_STATUS
from cdshooks.consensus.statements import statement
from cdshooks.consensus.strategy import contains_tace, statements_of, strength_of

PORTAL_OPTIONS = {"CCI-C5.s3": "portal-branch", "CCI-C5.s4": "portal-trunk"}
"""Phrase of the options for a tumour thrombus of the portal vein, by statement."""
SITES = frozenset({"portal-branch", "portal-trunk"})
WHOLE_FIGURE = ("CCI-F1.e", evidence.OTHER_THERAPY)
"""Stand behind several branches."""


def action(assessment: Assessment, say: Catalogue) -> Phrase:
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
            found.append(say.say("line.several-agree", action=action(assessment, say)))
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
