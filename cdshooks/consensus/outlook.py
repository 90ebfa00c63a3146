"""What would change a verdict, and which scan is due: single facts, tried out on the rules.

Nothing here is a rule of its own. A hypothetical fact is put into the reading of the record that
the course shows, the definition judges it anew, and the fact is kept when the verdict differs.
Sums are tried at a tenth of a millimetre, the precision of a measurement.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from cdshooks.clinical.chart import Response, TreatmentKind
from cdshooks.clinical.course import Session, closing_day
from cdshooks.clinical.mrecist import partial_limit, progression_limit
from cdshooks.consensus import jsh_lcsgj2014
from cdshooks.consensus.assessment import (
    CCI,
    EPOIHCC,
    EUROPEAN,
    JSH,
    Change,
    ChangeKind,
    DefinitionVerdict,
    Due,
    Then,
    Verdict,
)
from cdshooks.consensus.case import Case, graded, work_out
from cdshooks.consensus.definitions import RULES
from cdshooks.consensus.epoihcc2013 import MIN_SESSIONS, sessions_in_window
from cdshooks.consensus.evaluation import INSUFFICIENT_SESSIONS
from cdshooks.consensus.flags import STRICT_WINDOW
from cdshooks.consensus.settling import TENTH, by_intent, decimal, half_of_initial, settling, window

Sums = tuple[tuple[Fraction, Response], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A reading of the record and what several definitions are tried on."""

    case: Case
    sums: Sums
    below_standard: tuple[tuple[Session, Case], ...]
    """Each session that nobody attested, taken as attested not standardised; latest first."""
    read_otherwise: tuple[tuple[ChangeKind, Case], ...]
    """The same facts under another reading of the paper, where a caveat says that it matters."""


def due(case: Case) -> Due | None:
    """While the window after the last counted session is open and holds no adequate scan."""
    last = case.last
    if last is None or case.assessment is not None:
        return None
    if closing_day(last, case.sessions, case.aimed) is not None:
        return None
    first, end = window(case)
    if case.facts.as_of > end:
        return None
    return Due(max(first, case.facts.as_of), end)


def outlook(
    cases: Sequence[Case], definitions: Mapping[str, DefinitionVerdict]
) -> tuple[Change, ...]:
    """Per definition the facts that would settle or flip its verdict, the nearest first.

    ``cases``: every admissible reading of the record, the one that the course shows first. A fact
    is named only when it would do the same in all of them.
    """
    first, *others = [_tried(case) for case in _distinct(cases)]
    found: list[Change] = []
    for name, shown in definitions.items():
        changes = _changes(name, shown, first)
        for other in others:
            also = set(_changes(name, shown, other))
            changes = [change for change in changes if change in also]
        found += changes
    return tuple(found)


def _tried(case: Case) -> Tried:
    return Tried(case, _sums(case), _below_standard(case), _read_otherwise(case))


def _distinct(cases: Sequence[Case]) -> list[Case]:
    """Readings that differ in nothing that a single fact is tried on are one."""
    return list({_tried_on(case): case for case in reversed(cases)}.values())[::-1]


def _tried_on(case: Case) -> tuple[object, ...]:
    scans = tuple(point and point.date for point in (case.baseline, case.assessment))
    sessions = tuple((s.start, s.end, s.kinds, s.standardised) for s in case.counted)
    aimed = tuple(therapy.references for therapy in case.aimed)
    return scans, sessions, aimed, case.n, case.measured, case.response, case.targets.all


def _changes(name: str, shown: DefinitionVerdict, tried: Tried) -> list[Change]:
    if shown.verdict is Verdict.INDETERMINATE:
        return list(settling(name, shown, tried.case))
    return list(_flipping(name, shown.verdict, tried))


# --- a known verdict ---


def _flipping(name: str, verdict: Verdict, tried: Tried) -> Iterator[Change]:
    case = tried.case
    if name == JSH:
        yield from _jsh_flips(case, verdict)
    elif (short := _sessions_short(name, case)) > 0:
        yield Change(name, ChangeKind.SESSIONS, count=short)
        yield from _by_separation(name, verdict, case)
        return
    else:
        nearest = _nearest_sum(name, verdict, case, tried.sums)
        if nearest is not None:
            yield nearest
        if name == EUROPEAN:
            yield from by_intent(case, verdict)
    yield from _by_attestation(name, verdict, tried.below_standard)
    yield from _by_reading(name, verdict, tried.read_otherwise)


def _sessions_short(name: str, case: Case) -> int:
    """How many more counted sessions the definition asks for."""
    if RULES[name](case).reason != INSUFFICIENT_SESSIONS:
        return 0
    if name == EPOIHCC:
        return MIN_SESSIONS - sessions_in_window(case)
    wanted = {CCI: case.readings.min_sessions, EUROPEAN: case.readings.eu_min_sessions}
    return wanted[name] - case.n


def _sums(case: Case) -> Sums:
    """Sums at the assessment scan at which the response changes, by their distance from its own."""
    m = case.measured
    if m.baseline_sum is None or m.current_sum is None or m.nadir is None:
        return ()
    if case.response is Response.NE or case.response_stated:
        return ()
    reference = m.nadir if case.readings.pd_reference == "nadir" else m.baseline_sum
    limits = (
        progression_limit(reference, case.readings.pd_min_abs_mm),
        partial_limit(m.baseline_sum),
        Fraction(0),
    )
    own = m.current_sum
    nearest = sorted(_around(limits), key=lambda current: (abs(current - own), current))
    return tuple((s, graded(case, m.baseline_sum, s, m.nadir).category) for s in nearest)


def _nearest_sum(name: str, verdict: Verdict, case: Case, sums: Sums) -> Change | None:
    """The nearest sum at the assessment scan with which the definition says the contrary."""
    answers = {
        category: RULES[name](replace(case, response=category)).verdict
        for category in {category for _, category in sums}
    }
    found = next((one for one in sums if answers[one[1]] is not verdict), None)
    own = case.measured.current_sum
    if found is None or own is None:
        return None
    current, answer = found[0], answers[found[1]]
    more = current > own
    kind = ChangeKind.SUM_AT_LEAST if more else ChangeKind.SUM_AT_MOST
    assert case.assessment is not None
    return Change(name, kind, answer, mm=decimal(current), first=case.assessment.date)


def _around(limits: Iterable[Fraction]) -> list[Fraction]:
    """Each limit in whole tenths of a millimetre, with the tenth on either side."""
    tenths = {math.floor(limit * 10) + step for limit in limits for step in (-1, 0, 1)}
    return [tenth * TENTH for tenth in sorted(tenths) if tenth >= 0]


def _by_separation(name: str, verdict: Verdict, case: Case) -> Iterator[Change]:
    """Parts of one staged session, taken as sessions of their own (AMB-10)."""
    for session in reversed(case.counted):
        if len(session.parts) < 2:
            continue
        apart = tuple(
            replace(part, group=f"{number}") if part in session.parts else part
            for number, part in enumerate(case.facts.treatments)
        )
        readings = replace(case.readings, merge_within_days=0)
        other = work_out(replace(case.facts, treatments=apart), readings)
        answer = RULES[name](other).verdict
        if answer is not verdict:
            yield Change(
                name,
                ChangeKind.SEPARATE,
                answer,
                first=session.start,
                last=session.last_part_start,
                references=session.references,
            )
            return


def _below_standard(case: Case) -> tuple[tuple[Session, Case], ...]:
    found = []
    for session in reversed(case.counted):
        if session.standardised is not None:
            continue
        parts = tuple(
            replace(part, standardised=False) if part in session.parts else part
            for part in case.facts.treatments
        )
        found.append((session, work_out(replace(case.facts, treatments=parts), case.readings)))
    return tuple(found)


def _by_attestation(
    name: str, verdict: Verdict, below_standard: Sequence[tuple[Session, Case]]
) -> Iterator[Change]:
    """The latest session that would change it, with the others that would do the same alone."""
    answers = [(session, other, RULES[name](other)) for session, other in below_standard]
    flipping = [
        (session, said.verdict, _then(name, other, said))
        for session, other, said in answers
        if said.verdict is not verdict
    ]
    if not flipping:
        return
    session, answer, then = flipping[0]
    alike = (one.start for one, *rest in reversed(flipping[1:]) if rest == [answer, then])
    yield Change(
        name,
        ChangeKind.NOT_STANDARDISED,
        answer,
        first=session.start,
        references=session.references,
        alike=tuple(alike),
        then=then,
    )


def _then(name: str, case: Case, said: DefinitionVerdict) -> Then:
    """What it would rest on; where too few sessions would be left, only their number."""
    if said.reason == INSUFFICIENT_SESSIONS:
        return Then(sessions_in_window(case) if name == EPOIHCC else case.n)
    before, now = case.baseline, case.assessment
    return Then(
        case.n,
        before.date if before is not None else None,
        now.date if now is not None else None,
        case.response.value,
    )


def _read_otherwise(case: Case) -> tuple[tuple[ChangeKind, Case], ...]:
    readings, after = case.readings, case.days_after_last
    found = []
    if readings.count_deb and any(TreatmentKind.DEB_TACE in s.kinds for s in case.counted):
        found.append((ChangeKind.COUNT_DEB, replace(readings, count_deb=False)))
    lo, hi = STRICT_WINDOW
    inside = after is not None and readings.window_lo <= after <= readings.window_hi
    if inside and after not in range(lo, hi + 1):
        found.append((ChangeKind.STRICT_WINDOW, replace(readings, window_lo=lo, window_hi=hi)))
    return tuple((kind, work_out(case.facts, other)) for kind, other in found)


def _by_reading(
    name: str, verdict: Verdict, read_otherwise: Sequence[tuple[ChangeKind, Case]]
) -> Iterator[Change]:
    for kind, other in read_otherwise:
        said = RULES[name](other)
        if said.verdict is not verdict:
            yield Change(name, kind, said.verdict, then=_then(name, other, said))


def _jsh_flips(case: Case, verdict: Verdict) -> Iterator[Change]:
    criteria = RULES[JSH](case).criteria or {}
    viability = jsh_lcsgj2014.VIABILITY
    others = [answer for name, answer in criteria.items() if name != viability]
    if verdict is Verdict.MET:
        if criteria.get(viability) is True and others.count(False) == len(others):
            yield from _initial_sum(case, ChangeKind.INITIAL_SUM_AT_MOST, Verdict.NOT_MET)
        only = [name for name, answer in criteria.items() if answer is not False]
        if len(only) == 1 and only != [viability]:
            yield Change(JSH, ChangeKind.NO_CRITERION, Verdict.NOT_MET, subject=only[0])
        return
    scans = jsh_lcsgj2014.the_two_scans(case)
    previous = jsh_lcsgj2014.viability_ratio(case, scans.previous, case.readings.jsh_metric)
    if previous is not None and previous > jsh_lcsgj2014.RESIDUAL:
        yield from _initial_sum(case, ChangeKind.INITIAL_SUM_AT_LEAST, Verdict.MET)
    spread = jsh_lcsgj2014.VASCULAR_OR_EXTRAHEPATIC
    may_appear = len(jsh_lcsgj2014.present_before(case)) < len(jsh_lcsgj2014.SPREAD)
    if criteria.get(spread) is False and case.counted and may_appear:
        yield Change(JSH, ChangeKind.CRITERION, Verdict.MET, subject=spread)


def _initial_sum(case: Case, kind: ChangeKind, verdict: Verdict) -> Iterator[Change]:
    """Half of the initial lesions' sum before the first TACE; only for the diameter metric."""
    if case.baseline is None or case.assessment is None:
        return
    if case.readings.jsh_metric != "diameter":
        return
    limit = half_of_initial(case, int(kind is ChangeKind.INITIAL_SUM_AT_LEAST))
    yield Change(JSH, kind, verdict, mm=limit, first=case.assessment.date)
