"""What a liver-directed procedure is, by its codes, its site and its words.

A code that says what was done decides. Codes that leave something open stand in slots of their
own, by what they need: ``procedure-at-liver`` a site in the liver, ``procedure-candidate`` a
confirmation, ``procedure-half`` the other half of a TACE, ``procedure-probable`` a text that says
the same. Without it they make a candidate, but a half that may be anything anywhere is nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cdshooks.clinical.chart import Certainty, TreatmentKind
from cdshooks.fhir.chart_desk import CANDIDATE, TEXT_MATCHED, Desk, texts_of
from cdshooks.fhir.codes import PROBABLE, Terminology
from cdshooks.fhir.procedure_texts import ARTERIAL_CHEMOTHERAPY, EMBOLISATION, Act, Place
from cdshooks.fhir.views import CodeableConcept, Procedure

IN_DOUBT, IN_NOTE = "text-in-doubt", "text-of-a-note"
LEFT_OUT = "text-left-out"
RADIOEMBOLISATION = TreatmentKind.TARE.value
_EXCLUDED = "excluded"
_CARCINOMA = "hcc"
_AT_LIVER, _OPEN, _HALF = "procedure-at-liver", "procedure-candidate", "procedure-half"
_PROBABLE = f"procedure{PROBABLE}"
KINDS = {kind.value: kind for kind in TreatmentKind}
_MOST_SPECIFIC = (
    TreatmentKind.TACE_HAIC,
    TreatmentKind.DEB_TACE,
    TreatmentKind.CTACE,
    TreatmentKind.TACE,
)


class Recognised(NamedTuple):
    kind: TreatmentKind
    confirmed: bool = True
    certainty: Certainty = Certainty.STATED
    note: str = ""
    role: str = ""
    """``embolisation``, ``arterial-chemotherapy`` or ``tare``: one half of a treatment."""
    sure: bool = True
    """With its other half it is a treatment beyond doubt."""
    only_half: bool = False
    """Without its other half it is nothing."""
    detail: str = ""
    """Why the note is left, where not for the code."""


_HALVES = {
    EMBOLISATION: TreatmentKind.TACE,
    ARTERIAL_CHEMOTHERAPY: TreatmentKind.HAIC,
}
"""What a half is when it stands alone."""
_TABLED = KINDS.keys() | _HALVES.keys()
_TACE = frozenset(kind.value for kind in TreatmentKind if kind.is_chemoembolisation)
_SAME = {
    EMBOLISATION: _TACE | {RADIOEMBOLISATION},
    ARTERIAL_CHEMOTHERAPY: _TACE | {TreatmentKind.HAIC.value},
    TreatmentKind.TACE.value: _TACE,
}
"""Kinds that a text may name more exactly than such a code."""


def recognise(
    desk: Desk,
    view: Procedure,
    *,
    with_arterial_drug: bool = False,
    for_carcinoma: bool = False,
    ordered: bool = False,
) -> tuple[Recognised, ...]:
    """What a procedure is; empty when it is no liver-directed treatment.

    A text is believed where no code decides; against a code that says something else, or in
    doubt, it makes a candidate. One that names several acts gives as many, sure only when all of
    them were done. ``for_carcinoma``: a Condition that is its reason is the carcinoma;
    ``ordered``: it is an order, of which a plan is no doubt.
    """
    terminology = desk.terminology
    roles = terminology.roles("procedure", view.code)
    kinds = [KINDS[role] for role in roles if role in KINDS]
    if kinds:
        kind = _one_kind(kinds)
        return (Recognised(kind, role=_role(kind)),)
    if _EXCLUDED in roles:
        return ()
    leaning = [
        role
        for slot in (_AT_LIVER, _OPEN, _HALF, _PROBABLE)
        for role in _roles(terminology, slot, view.code)
    ]
    words = texts_of(view.code)
    site = _liver_site(desk, view)
    carcinoma = for_carcinoma or _is_for_carcinoma(desk, view)
    place = Place(site is not None, carcinoma)
    said = terminology.procedure_texts.read(words, place, ordered=ordered)
    acts = said.acts or (said.plan if leaning else ())
    coded = _by_codes(
        desk, view, site, carcinoma, roles, leaning, with_arterial_drug=with_arterial_drug
    )
    if whole := [act for act in acts if act.kind in KINDS]:
        says = [*leaning, *(role for role in roles if role in _HALVES)]
        found = _by_words(whole, says, sure=not said.plan or bool(said.acts))
        return (*found, *_contradicted(coded, found, whole, says))
    part = next((act.kind for act in acts), None)
    if part is not None and (coded is None or coded.only_half or coded.role not in ("", part)):
        return (_by_part(part, coded, with_arterial_drug),)
    if coded is None and not leaning and not ordered:
        return _by_notes(desk, view, place)
    return (coded,) if coded is not None else ()


def _roles(table: Terminology, slot: str, code: CodeableConcept | None) -> list[str]:
    """Roles in a slot; an unknown national code is probably what the code above it is."""
    found = table.roles(slot, code)
    if found:
        return found
    above = table.coarse("procedure" if slot == _PROBABLE else slot, code)
    return [role for role in above if role in _TABLED]


def names_carcinoma(desk: Desk, text: str) -> bool:
    """Whether a text says that there is a cancer of the liver itself."""
    table = desk.terminology
    return table.texts.denials.affirms(table.procedure_texts.carcinoma, text)


def is_left_out(desk: Desk, view: Procedure) -> bool:
    """Whether what is no treatment by its codes and words names one of the liver all the same."""
    probable = _roles(desk.terminology, _PROBABLE, view.code)
    if _TABLED.intersection(probable):
        return True
    words = (*texts_of(view.code), *_note_texts(view))
    return desk.terminology.procedure_texts.smells_of_the_liver(words)


def _by_words(acts: list[Act], leaning: list[str], *, sure: bool) -> tuple[Recognised, ...]:
    agrees = not leaning or any(_agrees(act.kind, leaning) for act in acts)
    found = []
    for act in acts:
        decides = act.sure and sure and agrees
        kind = KINDS[act.kind]
        note, detail = (TEXT_MATCHED, "") if decides else (CANDIDATE, IN_DOUBT)
        role = _role(kind) if decides else ""
        found.append(Recognised(kind, decides, Certainty.INFERRED, note, role, detail=detail))
    return tuple(found)


def _contradicted(
    coded: Recognised | None, found: tuple[Recognised, ...], acts: list[Act], says: list[str]
) -> tuple[Recognised, ...]:
    """What the codes say, where the text names nothing of the kind: it may be that instead."""
    if coded is None or coded.only_half or any(_agrees(act.kind, says) for act in acts):
        return ()
    if coded.kind in {one.kind for one in found}:
        return ()
    return (coded._replace(confirmed=False, note=CANDIDATE, detail=IN_DOUBT, sure=False),)


def _by_part(part: str, coded: Recognised | None, with_arterial_drug: bool) -> Recognised:
    """A text that names one half of a TACE; the codes may name the other."""
    if part == EMBOLISATION and with_arterial_drug:
        return _whole_tace()._replace(note=TEXT_MATCHED)
    other = coded is not None and coded.role not in ("", part)
    kind = TreatmentKind.TACE if other else _HALVES[part]
    role = "" if other else part
    sure = part == EMBOLISATION
    return Recognised(kind, False, Certainty.INFERRED, CANDIDATE, role, sure=sure, detail=IN_DOUBT)


def _by_notes(desk: Desk, view: Procedure, place: Place) -> tuple[Recognised, ...]:
    """What only the notes of a procedure name: never more than a candidate."""
    said = desk.terminology.procedure_texts.read(_note_texts(view), place)
    return tuple(
        Recognised(
            KINDS[act.kind], False, Certainty.INFERRED, CANDIDATE, sure=False, detail=IN_NOTE
        )
        for act in said.acts
        if act.sure and act.kind in KINDS
    )


def _by_codes(
    desk: Desk,
    view: Procedure,
    site: str | None,
    carcinoma: bool,
    roles: list[str],
    leaning: list[str],
    *,
    with_arterial_drug: bool,
) -> Recognised | None:
    """What codes that do not decide alone make it, with the site and a drug."""
    terminology = desk.terminology
    sure = {*roles, *terminology.roles(_OPEN, view.code), *terminology.roles(_HALF, view.code)}
    if sure >= _HALVES.keys():
        return _whole_tace()
    if EMBOLISATION in roles:
        return _whole_tace() if with_arterial_drug else _embolisation()
    if ARTERIAL_CHEMOTHERAPY in roles:
        return _arterial_chemotherapy()
    is_elsewhere = terminology.procedure_texts.of_another_organ
    if not leaning or is_elsewhere(texts_of(view.code), _site_words(view)):
        return None
    at_liver = site is not None or carcinoma
    return (
        _by_site(desk, view, site)
        or _by_open_code(desk, view)
        or _by_half(desk, view, with_arterial_drug, site is not None, at_liver)
        or _by_probable_code(_roles(terminology, _PROBABLE, view.code))
    )


def _note_texts(view: Procedure) -> tuple[str, ...]:
    return tuple(note.text for note in view.note if note.text)


def _role(kind: TreatmentKind) -> str:
    """A radioembolisation explains an embolisation of its day."""
    return RADIOEMBOLISATION if kind is TreatmentKind.TARE else ""


def _embolisation() -> Recognised:
    return Recognised(TreatmentKind.TACE, False, Certainty.INFERRED, CANDIDATE, EMBOLISATION)


def _whole_tace() -> Recognised:
    return Recognised(TreatmentKind.TACE, certainty=Certainty.INFERRED)


def _arterial_chemotherapy() -> Recognised:
    return Recognised(
        TreatmentKind.HAIC, True, Certainty.INFERRED, CANDIDATE, ARTERIAL_CHEMOTHERAPY
    )


def _by_site(desk: Desk, view: Procedure, site: str | None) -> Recognised | None:
    """A treatment of any organ: of the liver where that is said, else a candidate."""
    roles = desk.terminology.roles(_AT_LIVER, view.code)
    if not roles:
        return None
    if site is None and any(desk.terminology.find("vessel", one) for one in view.body_site):
        site = ""
    if (
        site is None
        and _say(desk.terminology.texts.says_hepatic, view)
        and not desk.terminology.procedure_texts.in_doubt(texts_of(view.code))
    ):
        site = TEXT_MATCHED
    kind = _one_kind([KINDS[role] for role in roles])
    note = CANDIDATE if site is None else site
    return Recognised(kind, site is not None, Certainty.INFERRED, note, _role(kind))


def _by_open_code(desk: Desk, view: Procedure) -> Recognised | None:
    """A code that leaves open what was treated, or with what."""
    for role in _roles(desk.terminology, _OPEN, view.code):
        kind = _HALVES.get(role) or KINDS[role]
        is_known = role in desk.terminology.roles(_OPEN, view.code)
        return Recognised(kind, False, Certainty.INFERRED, CANDIDATE, role, sure=is_known)
    return None


def _by_half(
    desk: Desk, view: Procedure, with_arterial_drug: bool, has_site: bool, at_liver: bool
) -> Recognised | None:
    """A half that may be anything anywhere: an arterial drug or the liver make it more.

    That chemotherapy is for the carcinoma says nothing of its way: it needs the site, or words
    that name the artery.
    """
    table = desk.terminology
    roles = _roles(table, _HALF, view.code)
    is_known = bool(table.roles(_HALF, view.code))
    if EMBOLISATION in roles:
        if with_arterial_drug:
            return _whole_tace()._replace(confirmed=is_known, note="" if is_known else CANDIDATE)
        found = _embolisation()
        is_more = at_liver or _say(table.texts.says_hepatic, view)
    elif ARTERIAL_CHEMOTHERAPY in roles:
        found = _arterial_chemotherapy()
        if with_arterial_drug:
            return found._replace(confirmed=is_known, sure=is_known)
        is_more = has_site or _say(table.procedure_texts.at_artery, view)
    else:
        return None
    found = found._replace(confirmed=False, sure=is_known)
    return found if is_more else found._replace(only_half=True, note="")


def _by_probable_code(roles: list[str]) -> Recognised | None:
    kinds = [KINDS[role] for role in roles if role in KINDS]
    if kinds:
        kind, role = _one_kind(kinds), ""
    elif EMBOLISATION in roles:
        kind, role = TreatmentKind.TACE, EMBOLISATION
    elif ARTERIAL_CHEMOTHERAPY in roles:
        kind, role = TreatmentKind.HAIC, ARTERIAL_CHEMOTHERAPY
    else:
        return None
    return Recognised(kind, False, Certainty.INFERRED, CANDIDATE, role, sure=False)


def _agrees(kind: str, roles: list[str]) -> bool:
    return any(kind == role or kind in _SAME.get(role, ()) for role in roles)


def _liver_site(desk: Desk, view: Procedure) -> str | None:
    """Whether the body site is the liver or its artery: empty by its code, ``text-matched``."""
    table = desk.terminology
    if any(table.find("site", site) for site in view.body_site):
        return ""
    if any(table.texts.says_hepatic.search(word) for word in _site_words(view)):
        return TEXT_MATCHED
    return None


def _is_for_carcinoma(desk: Desk, view: Procedure) -> bool:
    """Whether its reason is a cancer of the liver, by code or by its words."""
    table = desk.terminology
    slots = ("condition", f"condition{PROBABLE}")
    return any(
        _CARCINOMA in (table.find(slot, reason) for slot in slots)
        or any(names_carcinoma(desk, word) for word in texts_of(reason))
        for reason in view.reason_code
    )


def _say(pattern: re.Pattern[str], view: Procedure) -> bool:
    return any(pattern.search(word) for word in texts_of(view.code))


def _site_words(view: Procedure) -> tuple[str, ...]:
    return tuple(word for site in view.body_site for word in texts_of(site))


def _one_kind(kinds: list[TreatmentKind]) -> TreatmentKind:
    """TACE and HAIC in one procedure are one combined session; else the most specific TACE."""
    if TreatmentKind.HAIC in kinds and any(kind.is_chemoembolisation for kind in kinds):
        return TreatmentKind.TACE_HAIC
    for kind in _MOST_SPECIFIC:
        if kind in kinds:
            return kind
    return sorted(kinds)[0]
