"""Caveats as sentences: what each is about, and on what it hangs where the record is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cdshooks.cards import wording
from cdshooks.cards.catalogue import Catalogue, Phrase, yes_no
from cdshooks.consensus import codes
from cdshooks.consensus.assessment import Assessment
from cdshooks.consensus.events import (
    MARKER,
    MEASUREMENT,
    RESPONSE,
    SCAN,
    Caveat,
    Dependence,
    EarlierPair,
    Event,
)

IN_THE_LEAD = frozenset({codes.PD_BY_NADIR_ONLY, codes.BORDERLINE, codes.TECHNIQUE_UNATTESTED})
"""Where they hold for sure, the first lines say them beside the response."""


def lines(
    assessment: Assessment,
    say: Catalogue,
    *,
    only: Collection[str] = codes.FLAGS,
    lead: bool = False,
) -> list[Phrase]:
    """One sentence per flag; with ``lead`` those are left out that the first lines have said."""
    return [
        _line(caveat, say)
        for caveat in all_of(assessment)
        if caveat.flag in only and not (lead and is_said_first(caveat.flag, assessment))
    ]


def all_of(assessment: Assessment) -> Sequence[Caveat]:
    """A flag of which nothing more is known holds in every reading."""
    known = {caveat.flag: caveat for caveat in assessment.caveats}
    return [known.get(flag, Caveat(flag)) for flag in assessment.flags]


def certain(flag: str, assessment: Assessment) -> Caveat | None:
    """The caveat, where it is raised and holds in every reading of the record."""
    found = (caveat for caveat in all_of(assessment) if caveat.flag == flag)
    return next((caveat for caveat in found if not caveat.depends_on), None)


def is_said_first(flag: str, assessment: Assessment) -> bool:
    """It holds for sure, and what the first lines say of it is known."""
    if flag not in IN_THE_LEAD or certain(flag, assessment) is None:
        return False
    shown = assessment.response
    if flag == codes.PD_BY_NADIR_ONLY:
        return shown.nadir_on is not None
    return flag == codes.TECHNIQUE_UNATTESTED or shown.change_percent is not None


def _line(caveat: Caveat, say: Catalogue) -> Phrase:
    parts = [say.say(f"flag.{caveat.flag}")]
    of_condition = {event for one in caveat.depends_on for event in one.events}
    events = [event for event in caveat.events if event not in of_condition]
    if events:
        parts.append(say.say("caveat.about", events=told(events, say)))
    if caveat.dropped:
        parts.append(say.say("caveat.dropped", dates=say.join(caveat.dropped)))
    parts += [_pair(pair, say) for pair in caveat.pairs]
    return conditional(caveat.depends_on, say.join(parts, "word.space"), say)


def _pair(pair: EarlierPair, say: Catalogue) -> Phrase:
    values: dict[str, object] = {
        "session": pair.sessions[0],
        "next": pair.sessions[1],
        "first": pair.scans[0],
        "second": pair.scans[1],
    }
    if not pair.ratios:
        return say.say(f"caveat.pair-{pair.criterion}", **values)
    before, after = (wording.millimetres(ratio * 100, say) for ratio in pair.ratios)
    return say.say("caveat.pair-measured", before=before, after=after, **values)


def conditional(depends_on: Sequence[Dependence], text: Phrase, say: Catalogue) -> Phrase:
    """The sentence under its condition; as it is where there is none."""
    if not depends_on:
        return text
    if len(depends_on) == 1:
        (one,) = depends_on
        condition = if_so(one.code, one.events, one.holds, say)
        if condition:
            return say.say("condition.joined", condition=condition, text=text)
    what = (
        say.glue(say.say(f"condition.{one.code}"), say.bracketed(told(one.events, say)))
        for one in depends_on
    )
    shown = say.join(what, "word.semicolon")
    return say.say("condition.depends", what=shown, text=text)


def if_so(code: str, events: Sequence[Event], holds: bool | None, say: Catalogue) -> Phrase:
    """The condition that a thing is what it may be, or is not; empty where none can be worded."""
    key = f"condition.{code}-{yes_no(holds)}"
    if len(events) != 1 or not say.has(key):
        return Phrase("")
    return say.say(key, events=told(events, say))


# --- events ---


def told(events: Sequence[Event], say: Catalogue) -> Phrase:
    """Kind, day and references of each."""
    return say.join(event(one, say) for one in events)


def event(one: Event, say: Catalogue) -> Phrase:
    return say.glue(what(one, say), say.bracketed(wording.references(one.references, say)))


def what(one: Event, say: Catalogue) -> Phrase:
    """Kind and day, without the references."""
    when = _when(one, say)
    if one.kind == SCAN:
        if one.days_after is None:
            return say.say("event.scan", when=when)
        return say.say("event.scan-after", when=when, days=one.days_after)
    if one.kind == MEASUREMENT:
        return say.say("event.measurement", label=one.label, when=when)
    if one.kind == RESPONSE:
        return say.say("event.response", when=when)
    if one.kind == MARKER:
        return say.say("event.marker", when=when)
    kind = say.first(f"kind.{one.kind}", "kind.tace")
    if one.start is None:
        return say.say("event.undated", kind=kind)
    return say.say("event.treatment", kind=kind, when=when)


def _when(one: Event, say: Catalogue) -> Phrase:
    if one.start is None or one.end is None or one.start == one.end:
        return say.show(one.start or "")
    key = "event.imprecise" if one.imprecise else "line.period"
    return say.say(key, start=one.start, end=one.end)
