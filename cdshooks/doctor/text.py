"""An examination as plain text that is read within two minutes: the answer first, then why."""

from __future__ import annotations

from cdshooks.cards import wording
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.text import Text
from cdshooks.clinical.chart import ChartNote
from cdshooks.doctor.examination import STOPS, BreachGroup, Examination, NoteGroup, Place
from cdshooks.doctor.facts import FactFound, Lack
from cdshooks.doctor.procedures import UnknownProcedure
from cdshooks.doctor.server import SearchFound, ServerFound

PLACES_SHOWN = 5
PROCEDURES_SHOWN = 20
BREACHES_SHOWN = 20


def examination_text(examination: Examination, lang: str) -> str:
    say = Catalogue(lang)
    text = Text(say)
    text.add(say.say("doctor.title", patient=examination.patient))
    text.add(say.say(f"doctor.verdict-{_verdict(examination)}"))
    text.items([say.say(f"doctor-reason.{reason}") for reason in examination.reasons])
    if examination.server is not None:
        text.section("doctor.server", [_server(examination.server, say)])
        text.section("doctor.searches", [_search(one, say) for one in examination.searches])
    text.add("")
    text.add(say.say("doctor.facts"))
    for fact in examination.facts:
        text.items([_fact(fact, say)])
        text.items([_lack(lack, say) for lack in fact.lacks], 3)
    if examination.procedures:
        text.section("doctor.procedures", _procedures(examination.procedures, say))
    if examination.notes:
        text.add("")
        text.add(say.say("doctor.notes"))
    for group in examination.notes:
        text.items([_note(group, say)])
        if any(place.advice is None for place in group.where):
            text.items([say.first(f"doctor-do.{group.code}", "doctor-do.other")], 3)
        for place in group.where[:PLACES_SHOWN]:
            text.items([_place(group.code, place, say)], 3)
            if place.advice is not None:
                text.items([say.say(f"doctor-advice.{place.advice}")], 5)
        if len(group.where) > PLACES_SHOWN:
            text.items([_counted("doctor.more", len(group.where) - PLACES_SHOWN, say)], 3)
    text.add("")
    text.add(_counted("doctor.validity", examination.checked, say))
    text.items([_breach(group, say) for group in examination.invalid[:BREACHES_SHOWN]])
    if len(examination.invalid) > BREACHES_SHOWN:
        text.items([_counted("doctor.more", len(examination.invalid) - BREACHES_SHOWN, say)])
    if not examination.invalid:
        text.items([say.say("doctor.all-valid")])
    return text.whole()


def _verdict(examination: Examination) -> str:
    """Slowness alone stands in the way of the searches only, not of prefetch."""
    is_slow = examination.answer == "no" and STOPS.isdisjoint(examination.reasons)
    return "prefetch" if is_slow else examination.answer


def _procedures(found: tuple[UnknownProcedure, ...], say: Catalogue) -> list[Phrase]:
    lines = [say.say("doctor-do.procedures")]
    for one in found[:PROCEDURES_SHOWN]:
        code = Phrase(f"{one.system or '?'}|{one.code}") if one.code else say.say("doctor.no-code")
        examples = say.bracketed(_references(one.references, say))
        lines.append(say.say("doctor.place", count=one.count, what=code, examples=examples))
    if len(found) > PROCEDURES_SHOWN:
        lines.append(_counted("doctor.more", len(found) - PROCEDURES_SHOWN, say))
    return lines


def _counted(key: str, count: int, say: Catalogue) -> Phrase:
    """The phrase for one thing, where there is one, or for several."""
    return say.first(*((f"{key}-one", key) if count == 1 else (key,)), count=count)


def _server(server: ServerFound, say: Catalogue) -> Phrase:
    if server.metadata != "read":
        return say.say(f"doctor.metadata-{server.metadata}")
    version = server.fhir_version or say.say("word.unknown")
    return say.say("doctor.metadata-read", version=version, count=server.claimed or 0)


def _search(search: SearchFound, say: Catalogue) -> Phrase:
    answer = search.answer
    key = answer.need.key
    parts: list[Phrase] = []
    if search.reason is not None:
        parts.append(say.say(f"doctor.reason-{search.reason}", status=search.http or ""))
    if search.too_slow:
        parts.append(say.say("doctor.too-slow"))
    if search.claimed is False:
        parts.append(
            say.say("doctor.unclaimed-parameters", list=say.join(search.unclaimed))
            if search.unclaimed
            else say.say("doctor.unclaimed")
        )
    return say.say(
        "doctor.search",
        outcome=say.say(f"doctor.outcome-{search.outcome}"),
        key=key,
        resources=_counted("doctor.resources", answer.resources, say),
        pages=_counted("doctor.pages", answer.pages, say),
        milliseconds=round(answer.seconds * 1000),
        more=say.glue(*(say.say("doctor.and", text=part) for part in parts)),
    )


def _fact(fact: FactFound, say: Catalogue) -> Phrase:
    label = say.say(f"doctor-fact.{fact.fact}")
    if not fact.found:
        return say.say("doctor.fact-none", label=label)
    shapes = say.join(
        say.say("doctor.shape", shape=say.say(f"doctor-shape.{shape}"), count=count)
        for shape, count in fact.shapes.items()
    )
    examples = say.bracketed(_references(fact.examples, say))
    return say.say("doctor.fact", label=label, count=fact.found, shapes=shapes, examples=examples)


def _lack(lack: Lack, say: Catalogue) -> Phrase:
    text = _counted(f"doctor-lack.{lack.code}", lack.count, say)
    return say.glue(text, say.bracketed(_references(lack.references, say)))


def _note(group: NoteGroup, say: Catalogue) -> Phrase:
    text = say.first(f"note.{group.code}", "note.value-not-usable")
    return say.say("doctor.note", text=text, code=group.code, count=group.count)


def _place(code: str, place: Place, say: Catalogue) -> Phrase:
    parts = wording.note_parts(ChartNote(code, detail=place.detail, path=place.path), say)
    what = say.join(parts) if parts else say.say("doctor.somewhere")
    examples = say.bracketed(_references(place.references, say))
    return say.say("doctor.place", count=place.count, what=what, examples=examples)


def _breach(group: BreachGroup, say: Catalogue) -> Phrase:
    return say.say(
        "doctor.breach",
        count=group.count,
        path=group.path,
        rule=say.say(f"doctor-rule.{group.rule}"),
        examples=say.bracketed(_references(group.references, say)),
    )


def _references(references: tuple[str, ...], say: Catalogue) -> Phrase | str:
    return say.join(references) if references else ""
