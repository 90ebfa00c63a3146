"""What a code means here: the recognised codes, units and texts of ``fhir_profiles``.

A *slot* is where a code stands (``procedure``, ``observation``, ``modality``, ``response``, ...),
a *role* what it means there (``ctace``, ``viable-diameter``, ``CT``, ``PD``, ...). The ValueSet
of a role is called ``<slot>.<role>``; one without a dot is a slot and a role of the same name.
ConceptMaps give further codes the role of their target. A site adds its codes with ValueSet and
ConceptMap files of its own: a ValueSet with the url of one of ours adds to it.

Codes that are only probably right stand in a slot of their own, ``<slot>-probable``: they decide
together with a text, or when a site names them in the ValueSet of the slot itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from cdshooks.errors import ConfigurationError
from cdshooks.fhir.code_files import Key, enumerated, mapped, of_type, site_files, text_of
from cdshooks.fhir.procedure_texts import ProcedureTexts
from cdshooks.fhir.texts import Texts, any_of
from cdshooks.fhir.views import CodeableConcept, Coding, Quantity, Site
from cdshooks.settings import Settings

PROBABLE = "-probable"
"""Ends the name of a slot of codes that are only probably right."""

_PROFILES = "fhir_profiles"
_NATIONAL = re.compile(
    r"(?P<stem>[A-Z]\d\d|\d\d)\.?(?P<digits>\d{0,2}x?)[0-9xX+*.A-Z]*$", re.IGNORECASE
)
"""A national code: the stem of the category, and the digits that the published code may have."""


class Unit(NamedTuple):
    """A recognised unit; ``name`` is its one spelling, ``from_text`` that no unit code said so."""

    name: str
    from_text: bool


class Terminology:
    """The recognised codes; built once, then only read."""

    def __init__(
        self, folders: Iterable[str | Path] = (), lesion_identifiers: Iterable[str] = ()
    ) -> None:
        self._slots: dict[str, dict[Key, str]] = {}
        self._canonical: dict[tuple[str, str], list[Coding]] = {}
        self._displays: dict[Key, dict[str, str]] = {}
        self.extension: dict[str, str] = {}
        """Extension urls by short name (``tace-session``, ``procedure-intent``, ...)."""
        self.own_systems: frozenset[str] = frozenset()
        """The code systems defined here."""
        self._lesion_urls = frozenset(lesion_identifiers)
        self._url_to_id: dict[str, str] = {}
        own = _Files(files(_PROFILES))
        self._read_systems(own.one("systems"))
        self._read_code_systems(own)
        self._read_extensions(own)
        self._read_value_sets(own.folder("valuesets"), additions=False)
        self._read_concept_maps(own.folder("conceptmaps"))
        self._read_units(own.one("units"))
        self._read_texts(own.one("texts"))
        for folder in folders:
            found = list(site_files(Path(folder)))
            self._read_value_sets(of_type(found, "ValueSet"), additions=True)
            self._read_concept_maps(of_type(found, "ConceptMap"))

    # What a code means

    def slot(self, slot: str) -> Mapping[Key, str]:
        """Role by system and code, for one slot."""
        return self._slots.get(slot, {})

    def role(self, slot: str, coding: Coding) -> str | None:
        return self.slot(slot).get((coding.system or "", coding.code or ""))

    def roles(self, slot: str, concept: CodeableConcept | Site | None) -> list[str]:
        """Every role that the codings of a concept have, in the order of the codings."""
        if concept is None:
            return []
        table = self.slot(slot)
        found = (table.get((c.system or "", c.code or "")) for c in concept.coding)
        return list(dict.fromkeys(role for role in found if role is not None))

    def find(self, slot: str, concept: CodeableConcept | Site | None) -> str | None:
        """The role of the first recognised coding."""
        roles = self.roles(slot, concept)
        return roles[0] if roles else None

    def coarse(self, slot: str, concept: CodeableConcept | None) -> list[str]:
        """Roles of the published codes above national ones that no slot of the family knows.

        The national tables begin a code with that of the WHO or the US and add digits of their own
        (``C78.000`` of ``C78.0``, ``I81.x00`` of ``I81``).
        """
        found: dict[str, None] = {}
        for coding in concept.coding if concept is not None else ():
            key = (coding.system or "", coding.code or "")
            family = slot.partition("-")[0]
            if any(key in table for name, table in self._slots.items() if name.startswith(family)):
                continue
            for parent in self._above(*key):
                role = self.slot(slot).get(parent)
                if role is not None:
                    found[role] = None
        return list(found)

    def _above(self, system: str, code: str) -> Iterator[Key]:
        match = _NATIONAL.match(code)
        if match is None:
            return
        digits = match["digits"].lower().rstrip("x")
        for above in self._coarse.get(system, ()):
            for length in range(len(digits), 0, -1):
                yield above, f"{match['stem']}.{digits[:length]}"
            yield above, match["stem"]

    def only(self, slot: str, concept: CodeableConcept | Site | None) -> str | None:
        """The one role of a concept; ``None`` when its codings contradict each other."""
        roles = self.roles(slot, concept)
        return roles[0] if len(set(roles)) == 1 else None

    def foreign_to_us(self, concept: CodeableConcept | None) -> bool:
        """Whether a coding names one of our own systems with a code that it does not hold."""
        if concept is None:
            return False
        return any(
            c.system in self.own_systems and (c.system or "", c.code or "") not in self._displays
            for c in concept.coding
        )

    def names_a_lesion(self, extension: str) -> bool:
        """Whether an extension holds the id of a lesion: by its url, or by the url's last part."""
        name = extension.rpartition("/")[2]
        return (
            extension in self._lesion_urls
            or name.endswith(self._lesion_endings)
            or name.startswith(self._lesion_beginnings)
        )

    # What to write

    def coding(self, slot: str, role: str) -> Coding:
        """The coding to write for a role: the first of its ValueSet."""
        return self._canonical[slot, role][0]

    def codings(self, slot: str, role: str) -> tuple[Coding, ...]:
        return tuple(self._canonical.get((slot, role), ()))

    def tokens(self, slot: str, role: str) -> tuple[str, ...]:
        """``system|code`` of a role, as a FHIR search wants them."""
        return tuple(f"{c.system}|{c.code}" for c in self.codings(slot, role))

    def display(self, coding: Coding, language: str = "en") -> str | None:
        """Display of a code; ``language`` ``en`` or ``zh``."""
        return self._displays.get((coding.system or "", coding.code or ""), {}).get(language)

    # Units and texts

    def unit(self, quantity: Quantity) -> Unit | None:
        """The recognised unit of a quantity; ``None`` for none, another, or two that disagree."""
        by_text = self._unit_texts.get((quantity.unit or "").strip().casefold())
        if quantity.system == self._ucum and quantity.code:
            by_code = self._unit_codes.get(quantity.code)
            if by_code is None or (quantity.unit and by_text not in (None, by_code)):
                return None
            return Unit(by_code, from_text=False)
        if quantity.code:
            by_code = self._unit_texts.get(quantity.code.strip().casefold())
            if by_code is None or by_text is None:
                by_code = by_code or by_text
            elif by_code != by_text and quantity.unit:
                return None
            return Unit(by_code, from_text=True) if by_code is not None else None
        return Unit(by_text, from_text=True) if by_text is not None and quantity.unit else None

    def unit_of_text(self, text: str) -> str | None:
        return self._unit_texts.get(text.strip().casefold())

    # Reading

    def _read_code_systems(self, own: _Files) -> None:
        systems = set()
        for where, data in own.folder("codesystems"):
            system = text_of(data, "url", where)
            systems.add(system)
            for concept in data.get("concept", []):
                shown = {"en": concept["display"]}
                for designation in concept.get("designation", []):
                    shown[str(designation["language"]).split("-")[0]] = designation["value"]
                self._displays[system, concept["code"]] = shown
        self.own_systems = frozenset(systems)

    def _read_extensions(self, own: _Files) -> None:
        for where, data in own.folder("extensions"):
            self.extension[text_of(data, "id", where)] = text_of(data, "url", where)
        foreign = own.one("foreign-extensions")
        self.extension.update(foreign["extensions"])
        self._lesion_endings: tuple[str, ...] = tuple(foreign["lesionIdentifierEndings"])
        self._lesion_beginnings: tuple[str, ...] = tuple(foreign["lesionIdentifierBeginnings"])

    def _read_value_sets(
        self, found: Iterable[tuple[str, dict[str, Any]]], *, additions: bool
    ) -> None:
        for where, data in found:
            url = text_of(data, "url", where)
            if additions:
                if url not in self._url_to_id:
                    raise ConfigurationError(f"{where}: url: is not a ValueSet of this service")
                name = self._url_to_id[url]
            else:
                name = text_of(data, "id", where)
                self._url_to_id[url] = name
            slot, _, role = name.partition(".")
            for path, key, display in enumerated(data, where):
                self._add(slot, role or slot, key, display, f"{where}: {path}")

    def _read_concept_maps(self, found: Iterable[tuple[str, dict[str, Any]]]) -> None:
        for where, data in found:
            for path, source, target in mapped(data, where):
                meanings = [
                    (slot, table[target])
                    for slot, table in list(self._slots.items())
                    if target in table
                ]
                if not meanings:
                    raise ConfigurationError(f"{where}: {path}: target is not a recognised code")
                for slot, role in meanings:
                    self._add(slot, role, source, None, f"{where}: {path}")

    def _add(self, slot: str, role: str, key: Key, display: str | None, where: str) -> None:
        table = self._slots.setdefault(slot, {})
        if table.setdefault(key, role) != role:
            raise ConfigurationError(f"{where}: the code is already '{slot}.{table[key]}'")
        for spelling in self._spellings(*key, bare=slot.endswith(PROBABLE)):
            table.setdefault(spelling, role)
        codings = self._canonical.setdefault((slot, role), [])
        if all((c.system, c.code) != key for c in codings):
            codings.append(Coding(system=key[0], code=key[1], display=display))
        if display is not None:
            self._displays.setdefault(key, {"en": display})

    def _read_systems(self, data: Mapping[str, Any]) -> None:
        self._systems: dict[str, list[str]] = data["spellings"]
        self._loose = frozenset(data["loose"])
        self._coarse: dict[str, list[str]] = {"": []}
        for system, above in data["coarse"].items():
            for spelling in (system, *self._systems.get(system, ())):
                self._coarse[spelling] = above
            self._coarse[""] += above

    def _spellings(self, system: str, code: str, *, bare: bool) -> Iterator[Key]:
        """Every way in which a code of a canonical system is sent; ``bare``: without a system."""
        codes = {code}
        if system in self._loose:
            plain = code.replace(".", "")
            codes |= {code.upper(), code.lower(), plain, plain.upper(), plain.lower()}
        without = ("",) if bare and system in self._loose else ()
        for one in (system, *self._systems.get(system, ()), *without):
            yield from ((one, spelt) for spelt in codes)

    def _read_units(self, data: Mapping[str, Any]) -> None:
        self._ucum: str = data["system"]
        self._unit_codes: dict[str, str] = {}
        self._unit_texts: dict[str, str] = {}
        for name, unit in data["units"].items():
            self._unit_codes.update(dict.fromkeys(unit["codes"], name))
            self._unit_texts.update({text.casefold(): name for text in unit["texts"]})

    def _read_texts(self, data: Mapping[str, Any]) -> None:
        self.texts = Texts(data)
        self.procedure_texts = ProcedureTexts(data["procedure"], self.texts.says_hepatic)
        self.condition_texts = {role: any_of(words) for role, words in data["condition"].items()}
        self.says_viable = any_of(data["viable"])
        self.stage_texts: dict[str, dict[str, str]] = data["stage"]


@cache
def standard_terminology() -> Terminology:
    """The codes that ship with the service, without a site's own."""
    return Terminology()


def site_terminology(settings: Settings) -> Terminology:
    """With the codes that a site adds; a wrong file is named, with the key it was configured by."""
    try:
        own = settings.terminology
        return Terminology(own.folders, own.lesion_identifiers)
    except ConfigurationError as error:
        raise settings.wrong("terminology.folders", str(error)) from None


class _Files:
    """JSON files of the profile package."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def one(self, name: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self._root / f"{name}.json").read_bytes())
        return data

    def folder(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        entries = sorted((self._root / name).iterdir(), key=lambda entry: entry.name)
        return [
            (f"{_PROFILES}/{name}/{entry.name}", json.loads(entry.read_bytes()))
            for entry in entries
            if entry.name.endswith(".json")
        ]
