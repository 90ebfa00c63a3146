"""Every fact that was judged, with its resources, their versions and how it came into the chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from cdshooks.cards import caveats, situation, wording
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.clinical.chart import (
    Chart,
    Grade,
    Laboratory,
    References,
    Scan,
    Source,
    Statement,
    named,
)
from cdshooks.clinical.timepoints import STATEMENTS
from cdshooks.consensus.assessment import CCI, Assessment
from cdshooks.consensus.codes import RESPONSE_STATED
from cdshooks.consensus.events import of_treatment

TARGET_RESPONSE = "finding.target-response"
Told = tuple[Phrase, References]


def lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """One line per fact of the chart, and one per figure that was computed of them."""
    if assessment.chart is None:
        return []
    conflicts = {
        reference
        for note in assessment.notes
        if note.code == "conflict"
        for reference in note.references
    }
    shown = [
        say.say("provenance.line", fact=fact, sources=_sources(refs, assessment, conflicts, say))
        for read in READ
        for fact, refs in read(assessment.chart, say)
    ]
    return list(dict.fromkeys([*shown, *_computed(assessment, conflicts, say)]))


def _sources(
    references: References, assessment: Assessment, conflicts: set[str], say: Catalogue
) -> Phrase:
    found = []
    for reference in named(references):
        source = assessment.sources.get(reference, Source())
        version = say.say("read-from.no-version")
        if source.version is not None:
            version = say.say("read-from.version", version=source.version)
        parts = [version, say.say(f"read-from.{source.certainty}")]
        if reference in conflicts:
            parts.append(say.say("read-from.conflict"))
        found.append(say.glue(reference, say.bracketed(*parts)))
    return say.join(found) if found else say.say("read-from.nameless")


# --- what the chart holds ---


def _treatments(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for treatment in chart.treatments:
        event = caveats.what(of_treatment(treatment), say)
        yield event, treatment.references
    if chart.undated_sessions:
        kind = say.say("kind.tace")
        yield say.say("event.undated", kind=kind), chart.undated_sessions


def _scans(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for scan in chart.scans:
        contrast = {True: "yes", False: "no", None: "unknown"}[scan.contrast]
        yield (
            say.say(
                "provenance.scan",
                modality=say.say(f"modality.{scan.modality or 'unknown'}"),
                when=_when(scan, say),
                contrast=say.say(f"contrast.{contrast}"),
            ),
            scan.references,
        )
        yield from _on_scan(scan, chart, say)


def _when(scan: Scan, say: Catalogue) -> Phrase:
    if scan.latest is None:
        return say.show(scan.date)
    return say.say("event.imprecise", start=scan.date, end=scan.latest)


def _on_scan(scan: Scan, chart: Chart, say: Catalogue) -> Iterator[Told]:
    when = _when(scan, say)
    for one in scan.measurements:
        lesion = chart.lesions.get(one.lesion)
        label = lesion.label if lesion is not None else one.lesion
        key = "provenance.diameter" if one.mm is not None else "provenance.unmeasured"
        mm = wording.diameter(one.mm, say)
        yield say.say(key, label=label, mm=mm, when=when), one.references
    for name in STATEMENTS:
        said: tuple[Statement, ...] = getattr(scan, name)
        for statement in said:
            what = say.say(f"statement.{name.replace('_', '-')}")
            answer = say.say(f"presence.{yes_no(statement.answer)}")
            yield (
                say.say("provenance.answer", what=what, answer=answer, when=when),
                (statement.references),
            )
    for response in scan.stated_responses:
        category = response.category.value
        yield say.say("provenance.response", category=category, when=when), response.references
    for percent, references in scan.residual_viability_percent:
        yield say.say("provenance.viability", percent=_plain(percent), when=when), references
    for total, references in scan.viable_sum_mm:
        yield say.say("provenance.sum", mm=wording.diameter(total, say), when=when), references


def _lesions(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for lesion in chart.lesions.values():
        if lesion.references:
            yield say.say("provenance.lesion", label=lesion.label), lesion.references


def _markers(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for one in chart.markers:
        what = say.say(f"marker.{one.marker.value}")
        unit = one.series.rpartition("|")[2]
        yield _value(what, one.value, unit, one.date, say), one.references


def _liver(chart: Chart, say: Catalogue) -> Iterator[Told]:
    liver = chart.liver
    laboratory: dict[str, tuple[Laboratory, ...]] = {
        "bilirubin": liver.bilirubin,
        "albumin": liver.albumin,
        "inr": liver.inr,
    }
    for name, values in laboratory.items():
        what = say.say(f"child-pugh-part.{name}")
        for value in values:
            unit = "" if value.unit == "1" else value.unit
            yield _value(what, value.value, unit, value.date, say), value.references
    for name, grades in {"ascites": liver.ascites, "encephalopathy": liver.encephalopathy}.items():
        for grade in grades:
            yield _grade(f"provenance.{name}", grade, say), grade.references
    for whole in liver.stated:
        yield (
            say.say(
                "provenance.child-pugh",
                value=situation.limits(str(whole.lowest), str(whole.highest), say),
                when=_on(whole.date, say),
            ),
            whole.references,
        )


def _grade(key: str, grade: Grade, say: Catalogue) -> Phrase:
    value = situation.limits(str(grade.lowest), str(grade.highest), say)
    return say.say(key, value=value, when=_on(grade.date, say))


def _condition(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for one in chart.ecog:
        yield _value(say.say("provenance.ecog"), one.value, "", one.date, say), one.references
    for fact in chart.facts:
        what, answer = say.say(f"finding.{fact.fact.value}"), say.answer(fact.answer)
        when = _on(fact.date, say)
        yield say.say("provenance.fact", what=what, answer=answer, when=when), fact.references


def _burden(chart: Chart, say: Catalogue) -> Iterator[Told]:
    for name, values in (("size", chart.largest_diameter), ("number", chart.lesion_count)):
        unit = "mm" if name == "size" else ""
        for one in values:
            what = say.say(f"provenance.{name}")
            yield _value(what, one.value, unit, one.date, say), one.references
    for stage in chart.stages:
        system = say.say(f"staging.{stage.system.value}")
        shown = say.first(f"cnlc-stage.{stage.value}", "score.exact", lowest=stage.value)
        when = _on(stage.date, say)
        yield say.say("provenance.stage", system=system, stage=shown, when=when), stage.references
    for planned in chart.planned_infusions:
        when = _on(planned.date, say)
        yield say.say("provenance.planned", when=when), planned.references


def _value(what: Phrase, value: Decimal, unit: str, day: date | None, say: Catalogue) -> Phrase:
    amount = say.glue(_plain(value), f" {unit}" if unit else "")
    return say.say("provenance.value", what=what, value=amount, when=_on(day, say))


def _on(day: date | None, say: Catalogue) -> Phrase:
    return say.say("provenance.no-date") if day is None else say.say("provenance.on", date=day)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


READ: tuple[Callable[[Chart, Catalogue], Iterator[Told]], ...] = (
    _treatments,
    _scans,
    _lesions,
    _markers,
    _liver,
    _condition,
    _burden,
)


# --- what was computed of it ---


def _computed(assessment: Assessment, conflicts: set[str], say: Catalogue) -> list[Phrase]:
    found: list[Told] = []
    scores, response = assessment.scores, assessment.response
    if scores.child_pugh is not None:
        found.append((situation.child_pugh(scores.child_pugh, say), scores.child_pugh.references))
    if scores.albi is not None:
        found.append((situation.albi(scores.albi, say), scores.albi.references))
    if response.baseline_sum is not None and RESPONSE_STATED not in assessment.flags:
        category = wording.category(response.category, say)
        used = [
            finding.used
            for finding in assessment.definitions[CCI].findings
            if finding.label == TARGET_RESPONSE
        ]
        found += [(say.say("line.category-only", category=category), refs) for refs in used]
    return [
        say.say(
            "provenance.computed",
            fact=fact,
            sources=_sources(references, assessment, conflicts, say),
        )
        for fact, references in found
        if references
    ]
