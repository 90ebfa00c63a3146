"""The course, the target response and the data behind the answers, as sentences."""

from __future__ import annotations

from decimal import Decimal

from cdshooks.cards import caveats
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.cards.numbers import one_decimal
from cdshooks.cards.wording import category, diameter, millimetres, references
from cdshooks.consensus.assessment import (
    Assessment,
    LesionShown,
    Part,
    SessionShown,
    TreatmentShown,
)

MAX_LESIONS, MAX_BESIDE = 10, 12


def compared(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Which scan is compared with which; after an earlier series also which TACE is the first."""
    found, shown = [_compared(assessment, say)], assessment.course
    if shown.sessions and any(one.part is Part.EARLIER_SERIES for one in shown.beside):
        found.append(say.say("line.first-of-series", date=shown.sessions[0].start))
    return found


def _compared(assessment: Assessment, say: Catalogue) -> Phrase:
    before, now = assessment.course.baseline_scan, assessment.course.assessment_scan
    if before is None and now is None:
        return say.say("line.no-scans")
    if now is None:
        assert before is not None
        return say.say("line.no-assessment", baseline=before.date)
    days = now.days_after_last_session
    shown_days = days if days is not None else say.say("word.unknown")
    if before is None:
        return say.say("line.no-baseline", current=now.date, days=shown_days)
    values = {"current": now.date, "days": shown_days, "baseline": before.date}
    late = [lesion for lesion in assessment.response.lesions if lesion.since is not None]
    if not late:
        return say.say("line.compared", **values)
    shown = say.join(
        say.say("event.measurement", label=one.label, when=one.since) for one in late[:MAX_LESIONS]
    )
    return say.say("line.compared-own", late=shown, **values)


def response(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    shown = assessment.response
    found = [sums(assessment, say)]
    if shown.category_by_nadir != shown.category:
        known = "line.by-nadir" if shown.nadir_on is not None else "line.by-nadir-stated"
        nadir = millimetres(shown.nadir, say)
        by_nadir = category(shown.category_by_nadir, say)
        found.append(say.say(known, category=by_nadir, nadir=nadir, date=shown.nadir_on or ""))
    found += [_lesion(lesion, assessment, say) for lesion in shown.lesions[:MAX_LESIONS]]
    if len(shown.lesions) > MAX_LESIONS:
        found.append(say.say("line.more", count=len(shown.lesions) - MAX_LESIONS))
    return found


def _lesion(lesion: LesionShown, assessment: Assessment, say: Catalogue) -> Phrase:
    """With its days where the targets were first measured on several; a new lesion has no
    baseline.
    """
    baseline, now = assessment.course.baseline_scan, assessment.course.assessment_scan
    measured_on = lesion.since or (baseline.date if baseline is not None else "")
    dated = now is not None and any(one.since for one in assessment.response.lesions)
    key = "line.lesion-late" if lesion.role == "late-entry" else "line.lesion"
    if lesion.baseline is None and lesion.role == "new":
        key = "line.lesion-new"
    elif dated and lesion.baseline is not None and lesion.current is not None:
        key = "line.lesion-dated"
    return say.say(
        key,
        label=lesion.label,
        role=say.first(f"role.{lesion.role}", "word.unknown"),
        before=diameter(lesion.baseline, say),
        now=diameter(lesion.current, say),
        date=measured_on,
        current=now.date if now is not None else "",
    )


def first_measurements(assessment: Assessment) -> tuple[Decimal, Decimal] | None:
    """The baseline sum, of the initial targets and of those that entered late; None: one scan."""
    shown = assessment.response
    if shown.baseline_sum is None or not any(lesion.since for lesion in shown.lesions):
        return None
    initial = sum(
        (one.baseline or Decimal(0) for one in shown.lesions if one.role == "initial"), Decimal(0)
    )
    return initial, shown.baseline_sum - initial


def data(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What a tumour board asks for: statements, intent, ECOG, viability and markers with dates."""
    shown = assessment.data
    found = [
        say.say(
            "line.statement",
            name=say.say(f"statement.{one.name}"),
            before=say.say(f"presence.{yes_no(one.before)}"),
            now=say.say(f"presence.{yes_no(one.now)}"),
        )
        for one in shown.statements
    ]
    if shown.viability:
        values = (
            say.say("line.viability-value", date=day, percent=millimetres(ratio * 100, say))
            for day, ratio in shown.viability
        )
        found.append(say.say("line.viability", values=say.join(values)))
    for marker in shown.markers:
        values = (
            say.say("line.marker-value", date=day, value=f"{value.normalize():f}")
            for day, value in marker.values
        )
        found.append(
            say.say(
                "line.marker",
                name=say.say(f"marker.{marker.marker}"),
                unit=marker.unit,
                values=say.join(values),
                rising=say.say(f"marker.rising-{yes_no(marker.rising)}"),
                limit=f"{marker.upper_limit.normalize():f}",
            )
        )
    if shown.intent:
        found.append(say.say("line.intent", intent=say.say(f"intent.{shown.intent}")))
    found += [say.say("line.ecog", grade=grade, date=day) for grade, day in shown.ecog]
    return found


def sums(assessment: Assessment, say: Catalogue) -> Phrase:
    shown = assessment.response
    if "|" in shown.category:
        return say.say("line.category-several", category=category(shown.category, say))
    known = category(shown.category, say)
    if shown.baseline_sum is None or shown.current_sum is None:
        return say.say("line.category-only", category=known)
    before = millimetres(shown.baseline_sum, say)
    now = millimetres(shown.current_sum, say)
    change = one_decimal(shown.change_percent)
    if change is None:
        return say.say("line.sums-no-percent", before=before, now=now, category=known)
    values = {"before": before, "now": now, "change": f"{change:+.1f}", "category": known}
    parts = first_measurements(assessment)
    if parts is None:
        return say.say("line.sums", **values)
    initial, late = (millimetres(part, say) for part in parts)
    return say.say("line.sums-own", initial=initial, late=late, **values)


def course(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    shown = assessment.course
    found = [*_which_reading(assessment, say), say.say("line.sessions", count=shown.count)]
    for session in shown.sessions:
        text = say.say(
            "line.session",
            date=period(session, say),
            kind=say.first(f"kind.{session.kind}", "kind.tace"),
            attested=say.say(f"attested.{yes_no(session.standardised)}"),
        )
        found.append(say.glue(text, say.bracketed(references(session.references, say))))
    found += [_beside(one, say) for one in shown.beside[:MAX_BESIDE]]
    if len(shown.beside) > MAX_BESIDE:
        found.append(say.say("line.more", count=len(shown.beside) - MAX_BESIDE))
    if shown.baseline_scan is not None:
        text = say.say("line.baseline-scan", date=shown.baseline_scan.date)
        refs = references(shown.baseline_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if shown.previous_scan is not None:
        text = say.say("line.previous-scan", date=shown.previous_scan.date)
        refs = references(shown.previous_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if shown.assessment_scan is not None:
        days = shown.assessment_scan.days_after_last_session
        text = say.say(
            "line.assessment-scan",
            date=shown.assessment_scan.date,
            days=days if days is not None else say.say("word.unknown"),
        )
        refs = references(shown.assessment_scan.references, say)
        found.append(say.glue(text, say.bracketed(refs)))
    return found


def _which_reading(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Where the record is open: that the course shown is the one with nothing of it so."""
    if not assessment.open_points:
        return []
    conditions = [
        caveats.if_so(point.code, point.events, False, say) for point in assessment.open_points
    ]
    if len(conditions) > 1 or not conditions[0]:
        return [say.say("course.one-of")]
    text = say.say("course.follows")
    return [say.say("condition.joined", condition=conditions[0], text=text)]


def _beside(one: TreatmentShown, say: Catalogue) -> Phrase:
    return say.say(f"course.treatment.{one.part}", event=caveats.event(one.event, say))


def period(session: SessionShown, say: Catalogue) -> Phrase:
    if session.start == session.end:
        return say.show(session.start)
    return say.say("line.period", start=session.start, end=session.end)
