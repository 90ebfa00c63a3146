"""The TACE course: parts become sessions, sessions become series, with windows (CCI-C1, CCI-C7).

All limits are inclusive and counted in whole days. The numbers come as arguments: they are readings
of the papers and live with them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cdshooks.clinical.chart import Intent, References, Scope, Treatment, TreatmentKind
from cdshooks.clinical.logic import Tri, all_of

HAIC_BELONGS_DAYS = 3
"""HAIC begun up to this many days after a session is part of it (TACE-HAIC; AMB-11)."""


def days(earlier: datetime.date, later: datetime.date) -> int:
    return (later - earlier).days


@dataclass(frozen=True, slots=True)
class Session:
    """One TACE session of one or more staged parts, in order of start (AMB-10)."""

    parts: tuple[Treatment, ...]
    skippable_kind: bool = False
    """Bland TAE, or DEB-TACE where that is not counted: performed, but never counted."""

    @property
    def start(self) -> datetime.date:
        return self.parts[0].start

    @property
    def end(self) -> datetime.date:
        return max(part.end for part in self.parts)

    @property
    def last_part_start(self) -> datetime.date:
        return self.parts[-1].start

    @property
    def standardised(self) -> Tri:
        """Kleene AND of the parts' attestations (CCI-C7)."""
        return all_of(part.standardised for part in self.parts)

    @property
    def counted(self) -> bool:
        """A session attested as not standardised is skipped, as are the kinds that never count."""
        return not self.skippable_kind and self.standardised is not False

    @property
    def kind(self) -> TreatmentKind:
        return self.parts[0].kind

    @property
    def kinds(self) -> frozenset[TreatmentKind]:
        return frozenset(part.kind for part in self.parts)

    @property
    def intents(self) -> frozenset[Intent]:
        return frozenset(part.intent for part in self.parts if part.intent is not None)

    @property
    def references(self) -> References:
        return tuple(sorted({ref for part in self.parts for ref in part.references}))


@dataclass(slots=True)
class _Open:
    """A session while its parts are being collected; it has every group of its parts."""

    parts: list[Treatment]

    @property
    def start(self) -> datetime.date:
        return min(part.start for part in self.parts)

    @property
    def end(self) -> datetime.date:
        return max(part.end for part in self.parts)

    @property
    def groups(self) -> set[str]:
        return {part.group for part in self.parts if part.group is not None}


def _order(treatment: Treatment) -> tuple[datetime.date, datetime.date, References]:
    return treatment.start, treatment.end, treatment.references


def performed_sessions(
    treatments: Iterable[Treatment], *, merge_within_days: int, count_deb: bool
) -> tuple[Session, ...]:
    """Every performed TACE or bland TAE session, counted or not, in order of start."""
    opened: list[_Open] = []
    skipped: list[Session] = []
    for part in sorted(treatments, key=_order):
        if part.kind is TreatmentKind.TAE or (
            part.kind is TreatmentKind.DEB_TACE and not count_deb
        ):
            skipped.append(Session((part,), skippable_kind=True))
        elif part.kind.is_chemoembolisation:
            _place(part, opened, merge_within_days)
    sessions = [Session(tuple(sorted(session.parts, key=_order))) for session in opened]
    return tuple(sorted(sessions + skipped, key=lambda s: s.start))


def _place(part: Treatment, opened: list[_Open], merge_within_days: int) -> None:
    session = _session_for(part, opened, merge_within_days)
    if session is None:
        opened.append(_Open([part]))
        return
    session.parts.append(part)
    # None begins after this part, so one that ends after the session's start overlaps it.
    for other in [one for one in opened if one is not session and one.end >= session.start]:
        session.parts += other.parts
        opened.remove(other)


def _session_for(part: Treatment, opened: Sequence[_Open], merge_within_days: int) -> _Open | None:
    """The session that has its group, else one that spans its day, else a near one (AMB-10)."""
    for session in opened:
        if part.group in session.groups:
            return session
    for session in opened:
        if session.start <= part.start <= session.end:
            return session
    near = [s for s in opened if days(s.start, part.start) <= merge_within_days]
    latest = max(near, key=lambda s: s.start, default=None)
    if latest is None or (part.group is not None and latest.groups):
        return None
    return latest


def session_of(therapy: Treatment, sessions: Iterable[Session]) -> Session | None:
    """The counted session that a local therapy belongs to; transplantation never belongs."""
    if therapy.kind is TreatmentKind.TRANSPLANTATION:
        return None
    for session in sessions:
        if not session.counted:
            continue
        if session.start <= therapy.start <= session.end:
            return session
        after = days(session.end, therapy.start)
        if therapy.kind is TreatmentKind.HAIC and 0 < after <= HAIC_BELONGS_DAYS:
            return session
    return None


def stated_aim(therapy: Treatment) -> Tri:
    """Whether a local therapy was aimed at a target; unknown when its scope is not recorded."""
    if therapy.kind is TreatmentKind.TRANSPLANTATION:
        return True
    return None if therapy.scope is None else therapy.scope is Scope.TARGET


@dataclass(frozen=True, slots=True)
class Series:
    """The current series: the counted sessions since the last break (AMB-08)."""

    sessions: tuple[Session, ...]
    broken_by_gap: bool = False
    broken_by_therapy: bool = False


def current_series(
    sessions: Sequence[Session], aimed: Sequence[Treatment], *, max_gap_days: int | None
) -> Series:
    """``aimed``: local therapies aimed at a target that belong to no session."""
    series: list[Session] = []
    by_gap = by_therapy = False
    gap_since_counted = False
    last_end: datetime.date | None = None
    for session in sessions:
        if last_end is not None and max_gap_days is not None:
            gap_since_counted |= days(last_end, session.start) > max_gap_days
        last_end = session.end if last_end is None else max(last_end, session.end)
        if not session.counted:
            continue
        if series:
            therapy = any(series[-1].end < t.start < session.start for t in aimed)
            by_gap |= gap_since_counted
            by_therapy |= therapy
            if gap_since_counted or therapy:
                series = []
        gap_since_counted = False
        series.append(session)
    return Series(tuple(series), by_gap, by_therapy)


def closing_day(
    session: Session, sessions: Iterable[Session], aimed: Iterable[Treatment]
) -> datetime.date | None:
    """Day of the next treatment that ends the follow-up of ``session``; a scan of that day still
    counts.
    """
    closings = [s.start for s in sessions if s.start > session.end]
    closings += [t.start for t in aimed if t.start > session.end]
    return min(closings, default=None)
