"""What would settle an open verdict: the datum that is missing, with its days and its limit."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from cdshooks.clinical.chart import Intent, References
from cdshooks.clinical.mrecist import progression_limit
from cdshooks.consensus import codes, jsh_lcsgj2014
from cdshooks.consensus.assessment import (
    EUROPEAN,
    JSH,
    Change,
    ChangeKind,
    DefinitionVerdict,
    Verdict,
)
from cdshooks.consensus.case import Case, work_out
from cdshooks.consensus.cci2022 import TECHNIQUE_ATTESTATION
from cdshooks.consensus.definitions import RULES
from cdshooks.consensus.european2014 import INTENT_REASON

TENTH = Fraction(1, 10)


def settling(name: str, shown: DefinitionVerdict, case: Case) -> Iterator[Change]:
    if shown.reason in codes.CAUSES:
        yield Change(name, ChangeKind.OPEN_POINT, subject=shown.reason)
    elif name == JSH:
        yield from _open_criteria(case)
    elif shown.reason == TECHNIQUE_ATTESTATION:
        refs = _unattested(case)
        yield Change(name, ChangeKind.ALL_STANDARDISED, Verdict.MET, references=refs)
    elif shown.reason == INTENT_REASON:
        yield from by_intent(case, Verdict.INDETERMINATE)
    elif shown.reason == codes.IMAGING_BASELINE and case.baseline is None and case.counted:
        yield _baseline_wanted(name, case)
    elif shown.reason == codes.IMAGING_IN_WINDOW:
        yield _scan_wanted(name, case)
    elif shown.reason in (codes.TARGET_MEASUREMENT, codes.IMAGING_BASELINE):
        yield Change(name, ChangeKind.MEASUREMENT, lesions=_unmeasured(case))


def _baseline_wanted(name: str, case: Case) -> Change:
    first = case.counted[0].start
    earliest = first - datetime.timedelta(days=case.readings.baseline_max_age)
    return Change(name, ChangeKind.BASELINE, first=earliest, last=first)


def _scan_wanted(name: str, case: Case) -> Change:
    first, last = window(case)
    return Change(name, ChangeKind.SCAN, first=first, last=last, mm=_pd_at_a_next_scan(case))


def window(case: Case) -> tuple[datetime.date, datetime.date]:
    assert case.last is not None
    lo = datetime.timedelta(days=case.readings.window_lo)
    hi = datetime.timedelta(days=case.readings.window_hi)
    return case.last.end + lo, case.last.end + hi


def _pd_at_a_next_scan(case: Case) -> Decimal | None:
    """The smallest sum that would be PD on a scan still to come, when the targets are known."""
    baseline, targets = case.baseline, case.targets
    if baseline is None or not targets.comparable:
        return None
    zero = case.readings.late_lesion == "zero"
    reference = targets.baseline_sum(baseline, late_at_zero=zero)
    if case.readings.pd_reference == "nadir":
        sums = (targets.sum_at(point, late_at_zero=zero) for point in case.facts.points)
        dated = zip(case.facts.points, sums, strict=True)
        known = [s for p, s in dated if s is not None and p.date >= baseline.date]
        reference = min(known, default=reference)
    if reference <= 0:
        return None
    return _up(progression_limit(reference, case.readings.pd_min_abs_mm))


def _unmeasured(case: Case) -> tuple[str, ...]:
    """Labels of the lesions for want of whose diameter there is no response."""
    baseline, point, targets = case.baseline, case.assessment, case.targets
    keys = set(targets.unmeasured_at_baseline | targets.without_baseline)
    if point is not None:
        keys |= {key for key in targets.all if point.mm(key) is None}
    if baseline is not None and not keys:
        keys = set(baseline.values)
    lesions = case.facts.lesions
    return tuple(sorted(lesions[key].label if key in lesions else key for key in keys))


def _open_criteria(case: Case) -> Iterator[Change]:
    criteria = RULES[JSH](case).criteria or {}
    unknown = [name for name, answer in criteria.items() if answer is None]
    scan = _for_viability(case) if jsh_lcsgj2014.VIABILITY in unknown else None
    if scan is not None:
        yield scan
        unknown.remove(jsh_lcsgj2014.VIABILITY)
    for name in unknown:
        yield Change(JSH, ChangeKind.CRITERION, Verdict.MET, subject=name)
    if len(unknown) == 1 and scan is None:
        yield Change(JSH, ChangeKind.NO_CRITERION, Verdict.NOT_MET, subject=unknown[0])


def _for_viability(case: Case) -> Change | None:
    """The one scan for want of which the viability is not known."""
    scans = jsh_lcsgj2014.the_two_scans(case)
    if case.baseline is None:
        both = scans.previous is not None and scans.last is not None
        return _baseline_wanted(JSH, case) if both else None
    ratio = jsh_lcsgj2014.viability_ratio(case, scans.previous, case.readings.jsh_metric)
    if scans.last is not None or ratio is None or ratio <= jsh_lcsgj2014.RESIDUAL:
        return None
    first, last = window(case)
    limit = half_of_initial(case, 1)
    return Change(JSH, ChangeKind.INITIAL_SCAN, mm=limit, first=first, last=last)


def by_intent(case: Case, verdict: Verdict) -> Iterator[Change]:
    for intent in Intent:
        if intent is case.intent:
            continue
        parts = tuple(
            replace(part, intent=intent) if part.kind.is_chemoembolisation else part
            for part in case.facts.treatments
        )
        other = work_out(replace(case.facts, treatments=parts), case.readings)
        answer = RULES[EUROPEAN](other).verdict
        if answer is not verdict:
            yield Change(EUROPEAN, ChangeKind.INTENT, answer, subject=intent.value)


def _unattested(case: Case) -> References:
    return tuple(sorted({r for s in case.counted if s.standardised is None for r in s.references}))


def half_of_initial(case: Case, tenths_more: int) -> Decimal | None:
    """Half of the initial lesions' sum before the first TACE, in whole tenths of a millimetre."""
    if case.baseline is None or case.readings.jsh_metric != "diameter":
        return None
    sizes = [mm for key in case.targets.initial if (mm := case.baseline.mm(key)) is not None]
    half = sum(map(Fraction, sizes), Fraction(0)) * jsh_lcsgj2014.RESIDUAL
    return decimal((math.floor(half * 10) + tenths_more) * TENTH)


def _up(limit: Fraction) -> Decimal:
    return decimal(math.ceil(limit * 10) * TENTH)


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
