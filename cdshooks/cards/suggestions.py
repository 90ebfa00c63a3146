"""What a card offers to do: data only, without codes, doses or a client's abilities.

Therapies are offered as options; only the review by a tumour board is recommended. Nothing is
offered that no statement speaks for, and no systemic therapy to a patient whose liver or general
state is what stands against TACE.
"""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.cards import evidence
from cdshooks.cards.catalogue import Catalogue
from cdshooks.cards.lost import LABORATORY, could_not_be_read, is_lost
from cdshooks.cards.model import Offer, Proposal
from cdshooks.clinical.chart import References, named
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import CCI, Assessment, Finding, Tier, Verdict

STOP = "F1-R"
TIERS = (Tier.R1, Tier.R2)
TOO_ILL = frozenset({"child-pugh", "ecog"})
"""Reasons for no tier that speak against systemic therapy as well."""
ACCESS_ONLY = frozenset({"hepatic-artery-occlusion", "diffuse-hepatic-fistula"})
"""Criteria of unsuitability that concern the hepatic artery, not the patient's state."""
IMAGING = ("imaging-ct", "imaging-mr")
LIVER_TESTS = ("bilirubin", "albumin", "inr")
_REASON_TYPES = ("Observation/", "DiagnosticReport/", "Condition/")
_RESPONSE = "finding.target-response"


def of_next_step(assessment: Assessment, say: Catalogue) -> list[Offer]:
    """Tumour board, HAIC by its tier, systemic therapy as the consensus lists it."""
    found = []
    if is_refractory(assessment) or assessment.unsuitable.verdict is True:
        found.append(mdt_review(assessment, say))
    if assessment.therapy.tier in TIERS:
        found.append(_haic(assessment, say))
    if _may_have_systemic_therapy(assessment):
        found.append(_systemic_therapy(assessment, say))
    return found


def of_guard(
    assessment: Assessment, say: Catalogue, order: str, *, replaceable: bool
) -> list[Offer]:
    """For an order ``Type/id``, which may have no id; it can be replaced only when it has one.

    ``replaceable``: it is a TACE, and no other order has its id.
    """
    found = [mdt_review(assessment, say, order)]
    if replaceable and order and assessment.therapy.tier in TIERS:
        found.append(
            Offer(
                "replace-by-haic",
                say.say("suggestion.replace-by-haic.label"),
                _haic(assessment, say).proposals,
                delete=order,
                delete_action=say.say("suggestion.replace-by-haic.action", order=order),
            )
        )
    return found


def of_missing(assessment: Assessment, say: Catalogue) -> list[Offer]:
    """What can be ordered now to get a missing datum; nothing that may be there, unread."""
    missing = {code for code in assessment.missing if not could_not_be_read(code, assessment)}
    found = []
    if codes.IMAGING_IN_WINDOW in missing and assessment.due is not None:
        due = assessment.due
        for kind in IMAGING:
            found.append(
                Offer(
                    kind,
                    say.say(f"suggestion.{kind}.label", first=due.first, last=due.last),
                    (_imaging(kind, assessment, say),),
                )
            )
    if codes.MARKERS in missing and assessment.course.sessions:
        found.append(_single("afp", assessment, say, ("DEF-JSH.4",)))
    if codes.LIVER_FUNCTION in assessment.missing and not is_lost(LABORATORY, assessment):
        proposals = tuple(
            _proposal(kind, assessment, say, ("CCI-C9.2",), ()) for kind in LIVER_TESTS
        )
        found.append(Offer("liver-function", say.say("suggestion.liver-function.label"), proposals))
    return found


def is_refractory(assessment: Assessment) -> bool:
    return assessment.definitions[CCI].verdict is Verdict.MET


def mdt_review(assessment: Assessment, say: Catalogue, focus: str = "") -> Offer:
    statements = evidence.unique(
        [
            *(("CCI-C1",) if is_refractory(assessment) else ()),
            *((evidence.UNSUITABLE,) if assessment.unsuitable.verdict is True else ()),
            *((evidence.SINGLE_AGENT,) if assessment.discouraged else ()),
        ]
    )
    offer = _single("mdt-review", assessment, say, statements, focus)
    return Offer(offer.kind, offer.label, offer.proposals, recommended=True)


def _may_have_systemic_therapy(assessment: Assessment) -> bool:
    if STOP not in assessment.strategy.branches or assessment.therapy.reason in TOO_ILL:
        return False
    met = {name for name, answer in assessment.unsuitable.criteria.items() if answer}
    return met <= ACCESS_ONLY


def _haic(assessment: Assessment, say: Catalogue) -> Offer:
    return _single("haic", assessment, say, ("CCI-C1", "HAIC-B6", str(assessment.therapy.tier)))


def _systemic_therapy(assessment: Assessment, say: Catalogue) -> Offer:
    kinds = ("targeted-therapy", "immunotherapy")
    statements = ("CCI-C1", evidence.OTHER_THERAPY)
    parts = tuple((kind, str(say.say(f"suggestion.{kind}.text"))) for kind in kinds)
    plan = _proposal("systemic-therapy", assessment, say, statements, used(assessment), parts=parts)
    return Offer("systemic-therapy", say.say("suggestion.systemic-therapy.label"), (plan,))


def _imaging(kind: str, assessment: Assessment, say: Catalogue) -> Proposal:
    assert assessment.due is not None
    due = assessment.due
    sessions = [
        reference for one in assessment.course.sessions[-1:] for reference in one.references
    ]
    return Proposal(
        kind,
        action=say.say(f"suggestion.{kind}.action", first=due.first, last=due.last),
        text=say.say(f"suggestion.{kind}.text"),
        note=_note(assessment, ("CCI-C1",), say),
        statements=("CCI-C1",),
        supporting=named(sessions),
        period=(due.first, due.last),
    )


def _single(
    kind: str, assessment: Assessment, say: Catalogue, statements: tuple[str, ...], focus: str = ""
) -> Offer:
    """An offer that creates one resource of the same kind."""
    references = () if kind == "afp" else used(assessment)
    proposal = _proposal(kind, assessment, say, statements, references, focus)
    return Offer(kind, say.say(f"suggestion.{kind}.label"), (proposal,))


def _proposal(
    kind: str,
    assessment: Assessment,
    say: Catalogue,
    statements: tuple[str, ...],
    references: References,
    focus: str = "",
    parts: tuple[tuple[str, str], ...] = (),
) -> Proposal:
    reasons = _reasons(assessment) if references else ()
    return Proposal(
        kind,
        action=say.say(f"suggestion.{kind}.action"),
        text=say.say(f"suggestion.{kind}.text"),
        note=_note(assessment, statements, say),
        statements=statements,
        reasons=reasons,
        supporting=tuple(one for one in references if one not in reasons),
        focus=focus,
        parts=parts,
    )


def _note(assessment: Assessment, statements: tuple[str, ...], say: Catalogue) -> str:
    return say.say("suggestion.note", as_of=assessment.as_of, statements=say.join(statements))


def _reasons(assessment: Assessment) -> References:
    """The measurements of the response, and of what makes the patient unsuitable."""
    findings = [f for f in assessment.definitions[CCI].findings if f.label == _RESPONSE]
    findings += [f for f in assessment.unsuitable.findings if f.answer]
    return tuple(one for one in _used(findings) if one.startswith(_REASON_TYPES))


def used(assessment: Assessment) -> References:
    """Everything that the verdict on refractoriness and suitability rests on."""
    course = assessment.course
    scans = [scan for scan in (course.baseline_scan, course.assessment_scan) if scan is not None]
    shown = [reference for session in course.sessions for reference in session.references]
    shown += [reference for scan in scans for reference in scan.references]
    findings = [*assessment.definitions[CCI].findings]
    findings += [f for f in assessment.unsuitable.findings if f.answer]
    return named([*shown, *_used(findings)])


def _used(findings: Iterable[Finding]) -> References:
    return named(reference for finding in findings for reference in finding.used)
