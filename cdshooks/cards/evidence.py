"""Which statements stand behind an answer; grades as printed, never compared."""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.assessment import CCI, DEFINITIONS, Assessment, StrategyStatus, Tier
from cdshooks.consensus.evidence import studies_behind
from cdshooks.consensus.statements import Grade, statement, statements
from cdshooks.consensus.strategy import statements_of

OTHER_THERAPY = "CCI-F1.fb"
UNSUITABLE = "CCI-C9"
TIER_STATEMENTS = {
    Tier.R1: ("HAIC-R1", "HAIC-R0", "HAIC-B6", "HAIC-Z2", "HAIC-Z3", "HAIC-R3"),
    Tier.R2: ("HAIC-R2", "HAIC-R0", "HAIC-B6", "HAIC-Z3", "HAIC-R3"),
    Tier.NONE: ("HAIC-R1", "HAIC-R2"),
}
BURDEN, STAGE, SINGLE_AGENT = "CCI-C8", "CCI-B3", "HAIC-R3"
WITHOUT_OTHER_THERAPY = frozenset({"F1-1a"})
"""The one branch that asks for no other therapy."""


def unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def of_definition(assessment: Assessment, name: str) -> tuple[str, ...]:
    return unique(finding.statement for finding in assessment.definitions[name].findings)


def of_status(assessment: Assessment) -> tuple[str, ...]:
    ids = ["CCI-C1", *of_definition(assessment, CCI)]
    for name in DEFINITIONS[1:]:
        ids += of_definition(assessment, name)
    if assessment.unsuitable.verdict is not False:
        ids.append(UNSUITABLE)
    return unique(ids)


def of_next_step(assessment: Assessment) -> tuple[str, ...]:
    ids: list[str] = []
    strategy = assessment.strategy
    if strategy.status in (StrategyStatus.DETERMINED, StrategyStatus.SEVERAL):
        absent = _did_not_happen(assessment)
        for branch in strategy.branches:
            ids += [one for one in statements_of(branch) if one not in absent]
        if has_other_therapy(assessment):
            ids.append(OTHER_THERAPY)
            ids += assessment.other_therapy.portal
        if strategy.overlay:
            ids.append(UNSUITABLE)
    tier = assessment.therapy.tier
    ids += TIER_STATEMENTS.get(tier, ())
    if tier in (Tier.R1, Tier.R2):
        ids += [one.id for one in studies_behind(str(tier))]
    ids += assessment.other_therapy.conflicting
    if assessment.scores.burden is not None:
        ids.append(BURDEN)
    return unique(ids)


def _did_not_happen(assessment: Assessment) -> frozenset[str]:
    """Of PD, which stands whatever else there is: the statements on what the scan denies."""
    if assessment.strategy.branches != ("F1-R",):
        return frozenset()
    now = {one.name: one.now for one in assessment.data.statements}
    lesions = {lesion.role for lesion in assessment.response.lesions}
    found = set()
    if now.get("new-intrahepatic-lesion") is False and "new" not in lesions:
        found.add("CCI-C4")
    if now.get("vascular-invasion") is False and now.get("extrahepatic-spread") is False:
        found.add("CCI-C5")
    return frozenset(found)


def of_discouraged(assessment: Assessment) -> tuple[str, ...]:
    """The statement against a planned HAIC and the studies that it rests on; of none, nothing."""
    if not assessment.discouraged:
        return ()
    return (SINGLE_AGENT, *(one.id for one in studies_behind(SINGLE_AGENT)))


def of_explanation(assessment: Assessment) -> tuple[str, ...]:
    """All that the long text names."""
    ids = (*of_status(assessment), *of_next_step(assessment), *of_discouraged(assessment))
    recorded = assessment.stage.bclc is not None or assessment.stage.cnlc is not None
    return unique((*ids, STAGE) if recorded else ids)


def of_missing(assessment: Assessment) -> tuple[str, ...]:
    """The statements that cannot be answered for want of a datum."""
    findings = [f for name in DEFINITIONS for f in assessment.definitions[name].findings]
    findings += assessment.unsuitable.findings
    return unique(finding.statement for finding in findings if finding.missing)


def has_other_therapy(assessment: Assessment) -> bool:
    return bool(set(assessment.strategy.branches) - WITHOUT_OTHER_THERAPY)


def _grade(statement_id: str) -> Grade | None:
    """An item of a graded list (CCI-C9.2) has the grade that is printed for the list."""
    found = statement(statement_id).grade
    above, _, item = statement_id.rpartition(".")
    if found is None and item.isdigit() and above in statements():
        return statement(above).grade
    return found


def printed_grade(statement_id: str, say: Catalogue) -> Phrase:
    """The printed grade; empty where none is printed."""
    return grade_text(statement_id, say) if _grade(statement_id) is not None else Phrase("")


def grade_text(statement_id: str, say: Catalogue) -> Phrase:
    """The printed grade of one statement, or that none is printed."""
    grade = _grade(statement_id)
    if grade is None:
        return say.say("evidence.ungraded")
    if grade.level:
        return say.say("evidence.level", level=Phrase(grade.level))
    return say.say(
        "evidence.quality-strength", quality=Phrase(grade.quality), strength=Phrase(grade.strength)
    )


def source_of(statement_id: str, say: Catalogue) -> Phrase:
    return say.say("evidence.haic" if statement_id.startswith(("HAIC-", "EV-")) else "evidence.cci")


def lines(ids: Iterable[str], assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """One line per source and grade: the statements, the grade as printed, source and year.

    A recommendation whose conditions the patient does not meet is named without its grade.
    """
    unmet = TIER_STATEMENTS[Tier.NONE] if assessment.therapy.tier is Tier.NONE else ()
    groups: dict[tuple[Phrase, Phrase], list[str]] = {}
    for statement_id in ids:
        grade = grade_text(statement_id, say)
        if statement_id in unmet:
            grade = say.say("evidence.unmet")
        key = (grade, source_of(statement_id, say))
        groups.setdefault(key, []).append(statement_id)
    return [
        say.say("evidence.grade", statement=say.join(names), grade=grade, source=source)
        for (grade, source), names in groups.items()
    ]


def papers(ids: Iterable[str]) -> tuple[str, ...]:
    """Addresses of the papers that the statements come from, where one is printed."""
    found = (statement(one).paper.doi for one in ids)
    return unique(f"https://doi.org/{doi}" for doi in found if doi)


def source_url() -> str:
    """Where the consensus can be read; empty when its record has no address."""
    return str(getattr(statement("CCI-C1").paper, "url", ""))
