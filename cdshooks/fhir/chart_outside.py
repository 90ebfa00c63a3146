"""Treatments that only a visit or a document tells of ("TACE at another hospital").

They cannot be counted: when and how often is not said. What no Procedure of the record explains
may be a session without a date, and a verdict that hangs on one is not given.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable

from cdshooks.fhir.chart_desk import CANDIDATE, Desk, Entry, texts_of
from cdshooks.fhir.dates import Day
from cdshooks.fhir.procedure_texts import Told
from cdshooks.fhir.views import DocumentReference, Encounter, Period, Procedure

_VOID = frozenset({"cancelled", "entered-in-error", "planned", "superseded"})
_REPORTED_WITHIN_DAYS = 30
"""A document tells of what was done up to so many days before it."""
_EVER = 36_500
"""What tells of a TACE in the past, not of one elsewhere, is explained by any before it."""


def sessions_told_elsewhere(
    desk: Desk,
    encounters: Iterable[Entry[Encounter]],
    documents: Iterable[Entry[DocumentReference]],
    procedures: Iterable[Entry[Procedure]],
    recognised: frozenset[str],
    performed: Iterable[tuple[datetime.date, datetime.date]],
) -> tuple[str, ...]:
    """Visits and documents that tell of a TACE and that no Procedure explains.

    Each stands there as often as it tells of sessions ("TACE x 3"), or once.

    ``recognised``: the Procedures that are, or may be, a TACE; ``performed``: their days.
    """
    days = _joined(performed)
    explained = {
        visit
        for reference, view, _ in procedures
        if reference in recognised and (visit := desk.reference(view.encounter)) is not None
    }
    found: list[str] = []
    times = desk.terminology.procedure_texts.times
    for reference, visit_view, _ in encounters:
        words = [w for one in (*visit_view.type, *visit_view.reason_code) for w in texts_of(one)]
        told = desk.terminology.procedure_texts.tells_of_tace(words)
        if visit_view.status in _VOID or reference in explained or told is None:
            continue
        before = _EVER if told is Told.HISTORY else 0
        if not _explained_by_day(_days(desk, visit_view.period, reference), days, before):
            found += [reference] * times(words)
    for reference, view, _ in documents:
        titles = [one.attachment.title for one in view.content if one.attachment is not None]
        words = [w for w in (view.description, *titles, *texts_of(view.type)) if w]
        told = desk.terminology.procedure_texts.tells_of_tace(words)
        if view.status in _VOID or view.doc_status in _VOID or told is None:
            continue
        context = view.context
        related = context.related if context is not None else ()
        visits = context.encounter if context is not None else ()
        if set(desk.references(related, "Procedure")) & recognised:
            continue
        if set(desk.references(visits, "Encounter")) & explained:
            continue
        about = _days(desk, context.period if context is not None else None, reference)
        if about is None:
            about = desk.day(view.date, reference, "DocumentReference.date")
        before = _EVER if told is Told.HISTORY else _REPORTED_WITHIN_DAYS
        if not _explained_by_day(about, days, before):
            found += [reference] * times(words)
    for reference in found:
        desk.note(CANDIDATE, reference, detail="told-elsewhere")
    return tuple(sorted(found))


def _days(desk: Desk, period: Period | None, reference: str) -> Day | None:
    return desk.period(period, reference, f"{reference.partition('/')[0]}.period")


def _joined(
    periods: Iterable[tuple[datetime.date, datetime.date]],
) -> list[tuple[datetime.date, datetime.date]]:
    """Periods in order, those that overlap as one."""
    found: list[tuple[datetime.date, datetime.date]] = []
    for start, end in sorted(periods):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _explained_by_day(
    about: Day | None, days: list[tuple[datetime.date, datetime.date]], before: int
) -> bool:
    """Whether a TACE was done on the days told of, or up to so many days before them."""
    if about is None:
        return False
    place = bisect_right(days, about.last, key=lambda period: period[0])
    return place > 0 and (about.date - days[place - 1][1]).days <= before
