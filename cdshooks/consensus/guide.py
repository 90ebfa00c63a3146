"""``guide(chart, as_of, readings)``: the whole judgement, a pure function without I/O and without
clock.

Every admissible reading of the record is judged whole. What all readings share is known; what
differs is not known, and the cause is named: the datum that would settle it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cdshooks.clinical.chart import Chart, ChartNote, References, Response, Scan, Treatment
from cdshooks.clinical.course import performed_sessions, session_of, stated_aim
from cdshooks.clinical.logic import agreed
from cdshooks.clinical.record_readings import (
    MAX_READINGS,
    Dating,
    as_known_on,
    combined,
    dated,
    datings,
    subsets,
)
from cdshooks.clinical.scores import albi
from cdshooks.clinical.timepoints import conflicts, is_adequate, time_points
from cdshooks.consensus import codes, jsh_lcsgj2014, presentation
from cdshooks.consensus.assessment import (
    CCI,
    DEFINITIONS,
    JSH,
    Assessment,
    DefinitionVerdict,
    Finding,
    ResponseShown,
    Scores,
    Strategy,
    StrategyStatus,
    Therapy,
    Tier,
    Unsuitability,
    Verdict,
)
from cdshooks.consensus.burden import population, tumour_burden
from cdshooks.consensus.case import Case, Facts, work_out
from cdshooks.consensus.definitions import RULES
from cdshooks.consensus.evaluation import contradicting_references, response_missing
from cdshooks.consensus.flags import flags
from cdshooks.consensus.other_therapy import other_therapy
from cdshooks.consensus.outlook import due, outlook
from cdshooks.consensus.planned_haic import single_agent
from cdshooks.consensus.readings import Readings
from cdshooks.consensus.staging import tace_by_stage
from cdshooks.consensus.strategy import contains_tace, in_order, strategy
from cdshooks.consensus.therapies import opening, questions, therapy
from cdshooks.consensus.unsuitable import Condition, condition, unsuitable
from cdshooks.consensus.unsuitable import missing as condition_missing

WHOLE_RECORD = frozenset({"procedures", "imaging", "observations"})
"""Parts of the record whose loss makes every negative answer unsure."""
CONDITIONS = "conditions"
"""Their loss makes it unsure that the patient is still suitable."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which reading of the record: one choice for each thing that the record leaves open."""

    dating: Dating
    sessions: frozenset[References]
    """Procedures that may be sessions, taken as sessions."""
    contrast: frozenset[References]
    """Scans of unrecorded contrast or modality, taken as adequate."""
    smaller: frozenset[tuple[datetime.date, str]]
    """Values in conflict, taken at their smallest."""
    aimed: frozenset[References]
    """Local therapies of unknown scope, taken as aimed at a target."""


CAUSE_OF = {
    "dating": codes.EVENT_DATE,
    "sessions": codes.PROCEDURE_CONFIRMATION,
    "aimed": codes.CONSECUTIVENESS,
    "contrast": codes.CONTRAST_STATUS,
    "smaller": codes.CONFLICTING_DATA,
}
_IN_EACH = {
    "dating": ("aimed", "smaller"),
    "sessions": ("aimed", "smaller"),
    "aimed": ("smaller",),
    "contrast": ("aimed", "smaller"),
    "smaller": ("aimed",),
}
UNDATED = ("undated",)
"""Stands among ``Key.sessions`` for the completed sessions without any date."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reading of the record, judged whole."""

    case: Case
    definitions: Mapping[str, DefinitionVerdict]
    strategy: Strategy
    therapy: Therapy
    opened: Verdict

    @property
    def outcome(self) -> tuple[object, ...]:
        """The tier follows from the definitions, for the condition is the same in every reading."""
        return (
            tuple(self.definitions[name].verdict for name in DEFINITIONS),
            self.case.response,
            self.strategy,
        )


def guide(chart: Chart, as_of: datetime.date, readings: Readings) -> Assessment:
    """Judge a chart on a day. Never raises for what a record may hold."""
    known = as_known_on(chart, as_of)
    state = condition(known, as_of)
    judged = {
        key: _judge(facts, readings, state) for key, facts in _readings(known, as_of, readings)
    }
    return _compared(known, as_of, readings, state, judged)


# --- the admissible readings ---


def _readings(
    chart: Chart, as_of: datetime.date, readings: Readings
) -> Iterable[tuple[Key, Facts]]:
    """Every admissible reading; the first is the one that the course shows."""
    distances = (
        0,
        readings.window_lo - 1,
        readings.window_hi,
        readings.merge_within_days,
        readings.baseline_max_age,
        readings.epo_window_days,
        int(readings.max_gap_days),
    )
    unsure = tuple(_act(t) for t in chart.treatments if not t.confirmed)
    if chart.undated_sessions:
        unsure = (*unsure, UNDATED)
    open_scans = tuple(s.references for s in chart.scans if is_adequate(s) is None)
    unscoped = sum(t.kind.is_local_therapy and stated_aim(t) is None for t in chart.treatments)
    limit = MAX_READINGS // max(1, len(subsets(range(unscoped))))
    for dating, sessions, contrast in combined(
        [datings(chart, as_of, distances), subsets(unsure), subsets(open_scans)], limit
    ):
        on_days = dated(chart, dating, as_of)
        yield from _inner(on_days, as_of, readings, dating, sessions, contrast)


def _inner(
    chart: Chart,
    as_of: datetime.date,
    readings: Readings,
    dating: Dating,
    chosen: frozenset[References],
    contrast: frozenset[References],
) -> Iterable[tuple[Key, Facts]]:
    treatments = tuple(t for t in chart.treatments if t.confirmed or _act(t) in chosen)
    adequate = [s for s in chart.scans if _taken_as_adequate(s, contrast)]
    local = [t for t in treatments if t.kind.is_local_therapy]
    if local:
        sessions = performed_sessions(
            treatments, merge_within_days=readings.merge_within_days, count_deb=readings.count_deb
        )
        local = [therapy for therapy in local if session_of(therapy, sessions) is None]
    stated = frozenset(t.references for t in local if stated_aim(t) is True)
    unknown = tuple(t.references for t in local if stated_aim(t) is None)
    apart = tuple((conflict.date, conflict.lesion) for conflict in conflicts(adequate))
    for smaller, aimed in combined([subsets(apart), subsets(unknown)]):
        yield (
            Key(dating, chosen, contrast, smaller, aimed),
            Facts(
                as_of=as_of,
                treatments=treatments,
                aimed=stated | aimed,
                scans=chart.scans,
                points=time_points(adequate, smaller),
                lesions=chart.lesions,
                markers=chart.markers,
                unseen_sessions=len(chart.undated_sessions) if UNDATED in chosen else 0,
            ),
        )


def _act(treatment: Treatment) -> References:
    """Tells an unconfirmed treatment from another that the same procedure may have been."""
    return (*treatment.references, treatment.kind.value)


def _taken_as_adequate(scan: Scan, contrast: frozenset[References]) -> bool:
    adequate = is_adequate(scan)
    return scan.references in contrast if adequate is None else adequate


def _judge(facts: Facts, readings: Readings, state: Condition) -> Judgement:
    case = work_out(facts, readings)
    definitions = {name: rule(case) for name, rule in RULES.items()}
    opened = opening(definitions, readings)
    return Judgement(
        case=case,
        definitions=definitions,
        strategy=strategy(case, definitions[CCI].verdict),
        therapy=therapy(state, opened, readings),
        opened=opened,
    )


# --- what the readings share, and what differs ---


def _compared(
    chart: Chart,
    as_of: datetime.date,
    readings: Readings,
    state: Condition,
    judged: Mapping[Key, Judgement],
) -> Assessment:
    base_key = next(iter(judged))
    base = judged[base_key]
    first = [
        judgement
        for key, judgement in judged.items()
        if replace(key, aimed=base_key.aimed) == base_key
    ]
    everyone = list(judged.values())
    lost = frozenset(chart.incomplete)
    incomplete = bool(WHOLE_RECORD & lost)
    causes = _causes(judged, base_key)
    definitions = {
        name: _definition(name, everyone, base, causes, judged, base_key, incomplete)
        for name in DEFINITIONS
    }
    suitability = _unsuitability(unsuitable(state), bool((WHOLE_RECORD | {CONDITIONS}) & lost))
    opened = opening(definitions, readings)
    tier = _therapy([judgement.therapy for judgement in everyone], incomplete)
    branches = _strategy([j.strategy for j in everyone], definitions[CCI].verdict, incomplete)
    overlay = suitability.verdict is True and contains_tace(branches.branches)
    branches = replace(branches, overlay=overlay)

    missing = condition_missing(state, suitability) | causes
    for judgement in first:
        missing |= _missing(judgement.case, judgement.definitions[JSH].verdict)
    missing |= questions(state, opened, tier)
    if lost:
        missing.add(codes.RECORD_INCOMPLETE)
    raised: set[str] = set()
    for judgement in first:
        raised |= flags(judgement.case, state, judgement.opened)
        if suitability.verdict is True and contains_tace(judgement.strategy.branches):
            raised.add(codes.TACE_CONTRAINDICATED_OVERLAY)

    cases = [judgement.case for judgement in everyone]
    stage, stage_notes = tace_by_stage(chart.stages)
    apart = conflicts(scan for scan in chart.scans if is_adequate(scan))
    in_conflict = [ChartNote("conflict", one.references, "values") for one in apart]
    in_conflict += [
        ChartNote("conflict", references, "response")
        for judgement in first
        if (references := contradicting_references(judgement.case))
    ]
    notes = (*chart.notes, *state.notes, *stage_notes, *in_conflict)
    if not base.case.sessions:
        notes = (*notes, ChartNote("no-tace"))
    return Assessment(
        patient=chart.patient,
        as_of=as_of,
        readings=readings,
        course=presentation.course(base.case),
        response=_response(everyone, base),
        definitions=definitions,
        unsuitable=suitability,
        strategy=branches,
        therapy=tier,
        scores=_scores(chart, as_of, state, cases),
        missing=tuple(sorted(missing)),
        flags=tuple(sorted(raised)),
        notes=tuple(sorted(set(notes), key=_note_order)),
        data_as_of=presentation.newest(chart),
        data=presentation.data(base.case, chart),
        outlook=outlook(cases, definitions),
        due=due(base.case),
        other_therapy=other_therapy(cases, definitions[CCI].verdict),
        stage=stage,
        discouraged=single_agent(chart.planned_infusions),
        sources=chart.sources,
    )


def _scores(chart: Chart, as_of: datetime.date, state: Condition, cases: Sequence[Case]) -> Scores:
    burden = tumour_burden(chart, cases)
    return Scores(
        state.child_pugh,
        albi(chart.liver, as_of),
        burden,
        population(chart, cases) if burden is not None and burden.stratum else None,
    )


def _note_order(note: ChartNote) -> tuple[object, ...]:
    return note.code, note.references, note.path, note.detail, note.count or 0, note.mm or 0


def _causes(judged: Mapping[Key, Judgement], base: Key) -> set[str]:
    """Codes of the open points by which some answer differs, each with the other points closed.

    ``_IN_EACH`` says in which readings of the other points one is compared; the rest stay as they
    are in the first judgement. Where only several together make a difference, all are named.
    """
    if len(judged) == 1:
        return set()
    found = {code for name, code in CAUSE_OF.items() if _differs(judged, base, name)}
    if not found and len({judgement.outcome for judgement in judged.values()}) > 1:
        for name, code in CAUSE_OF.items():
            if len({getattr(key, name) for key in judged}) > 1:
                found.add(code)
    return found


def _differs(judged: Mapping[Key, Judgement], base: Key, name: str) -> bool:
    varied = _IN_EACH[name]
    fixed = [field for field in CAUSE_OF if field != name and field not in varied]
    groups: dict[object, set[object]] = {}
    for key, judgement in judged.items():
        if any(getattr(key, field) != getattr(base, field) for field in fixed):
            continue
        group = tuple(getattr(key, field) for field in varied)
        groups.setdefault(group, set()).add(judgement.outcome)
    return any(len(outcomes) > 1 for outcomes in groups.values())


def _definition(
    name: str,
    everyone: Sequence[Judgement],
    base: Judgement,
    causes: set[str],
    judged: Mapping[Key, Judgement],
    base_key: Key,
    incomplete: bool,
) -> DefinitionVerdict:
    shown = base.definitions[name]
    of_all = [judgement.definitions[name] for judgement in everyone]
    verdict, reason = shown.verdict, shown.reason
    if len({one.verdict for one in of_all}) > 1:
        verdict = Verdict.INDETERMINATE
        differing = _causes_of(name, judged, base_key)
        by = [code for code in codes.CAUSES if code in differing & causes]
        reason = (by or [code for code in codes.CAUSES if code in causes] or [reason])[0]
    provisional = any(one.provisional for one in of_all)
    if incomplete:
        if verdict is Verdict.MET:
            provisional = True
        else:
            verdict, reason = Verdict.INDETERMINATE, codes.RECORD_INCOMPLETE
    criteria = shown.criteria
    if criteria is not None:
        criteria = {
            key: agreed(one.criteria[key] for one in of_all if one.criteria is not None)
            for key in criteria
        }
    return DefinitionVerdict(
        verdict, provisional, reason, _findings([one.findings for one in of_all]), criteria
    )


def _causes_of(name: str, judged: Mapping[Key, Judgement], base: Key) -> set[str]:
    """Codes of the open points by which the verdict of one definition differs."""
    found = set()
    for cause, code in CAUSE_OF.items():
        groups: dict[Key, set[Verdict]] = {}
        for key, judgement in judged.items():
            others = replace(key, **{cause: getattr(base, cause)})
            groups.setdefault(others, set()).add(judgement.definitions[name].verdict)
        if any(len(verdicts) > 1 for verdicts in groups.values()):
            found.add(code)
    return found


def _findings(of_all: Sequence[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """The findings of the reading shown; an answer on which the readings differ is unknown."""
    if len(of_all) == 1:
        return of_all[0]
    merged = []
    for finding, *others in zip(*of_all, strict=True):
        answer = agreed([finding.answer, *(other.answer for other in others)])
        used = {ref for one in (finding, *others) for ref in one.used}
        missing = {code for one in (finding, *others) for code in one.missing}
        merged.append(
            replace(
                finding,
                answer=answer,
                used=tuple(sorted(used)),
                missing=tuple(sorted(missing)) if answer is None else (),
            )
        )
    return tuple(merged)


def _unsuitability(judged: Unsuitability, incomplete: bool) -> Unsuitability:
    if incomplete and judged.verdict is False:
        return replace(judged, verdict=None)
    return judged


def _therapy(tiers: Sequence[Therapy], incomplete: bool) -> Therapy:
    shown = tiers[0]
    if len({one.tier for one in tiers}) > 1:
        conditional = {code for one in tiers for code in one.conditional_on}
        return Therapy(Tier.UNDETERMINED, tuple(sorted(conditional)))
    if incomplete and shown.tier is Tier.NA:
        return Therapy(Tier.UNDETERMINED)
    return shown


def _strategy(of_all: Sequence[Strategy], cci: Verdict, incomplete: bool) -> Strategy:
    if incomplete:
        if cci is Verdict.MET:
            return Strategy(("F1-R",), StrategyStatus.DETERMINED, False)
        return Strategy((), StrategyStatus.UNDETERMINED, False)
    shown = of_all[0]
    if all(one == shown for one in of_all):
        return shown
    if any(not one.branches for one in of_all):
        return Strategy((), StrategyStatus.UNDETERMINED, False)
    branches = in_order({branch for one in of_all for branch in one.branches})
    several = len(branches) > 1
    return Strategy(
        branches, StrategyStatus.SEVERAL if several else StrategyStatus.DETERMINED, False
    )


def _response(everyone: Sequence[Judgement], base: Judgement) -> ResponseShown:
    categories = {judgement.case.response.value for judgement in everyone}
    by_nadir = {_nadir_category(judgement.case) for judgement in everyone}
    shown = presentation.response(base.case, _nadir_category(base.case))
    if len(categories) == 1:
        return replace(shown, category_by_nadir="|".join(sorted(by_nadir)))
    return replace(
        shown,
        category="|".join(sorted(categories)),
        category_by_nadir="|".join(sorted(by_nadir)),
        baseline_sum=None,
        current_sum=None,
        change_percent=None,
    )


def _nadir_category(case: Case) -> str:
    """The nadir view; a response that stands on a statement, or is in conflict, is shown alike."""
    if case.stated_conflict:
        return Response.NE.value
    if case.response_stated:
        return case.response.value
    return case.measured.by_nadir.value


def _missing(case: Case, jsh: Verdict) -> set[str]:
    """Codes that hold in one reading of the record, whatever the verdict."""
    if not case.counted:
        return set()
    found = set(response_missing(case))
    if case.unattested:
        found.add(codes.TACE_TECHNIQUE_ATTESTATION)
    if case.intent is None:
        found.add(codes.TACE_INTENT)
    if case.assessment is not None:
        if case.assessment.new_intrahepatic_lesion is None:
            found.add(codes.NEW_LESION_STATUS)
        if case.is_status_missing("vascular_invasion"):
            found.add(codes.VI_STATUS)
        if case.is_status_missing("extrahepatic_spread"):
            found.add(codes.EHS_STATUS)
    if len(case.counted) > 1 and jsh_lcsgj2014.rising_markers(case) is None:
        found.add(codes.MARKERS)
    if jsh is Verdict.INDETERMINATE and jsh_lcsgj2014.previous_session_unassessed(case):
        found.add(codes.IMAGING_PREVIOUS_SESSION)
    return found
