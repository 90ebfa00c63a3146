"""Residual viability in percent, as a reader states it: of all initial lesions, or of one of them.

A share that names a lesion is that lesion's alone; whether it can speak for all is for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from cdshooks.clinical.chart import Measurement, References
from cdshooks.fhir.chart_desk import NOT_USABLE, Desk
from cdshooks.fhir.chart_lesions import Lesions
from cdshooks.fhir.chart_quantities import number, unit
from cdshooks.fhir.views import Component, Observation, Quantity

VIABILITY = "residual-viability"
_PERCENT = frozenset({"%"})

Share = tuple[str, Decimal, References]
"""Lesion, percent, sources."""


@dataclass(slots=True)
class Viability:
    """What is stated on one scan."""

    of_all: list[tuple[Decimal, References]] = field(default_factory=list)
    of_one: list[Share] = field(default_factory=list)
    """With the record that each names."""

    def read(self, lesions: Lesions, view: Observation, reference: str) -> None:
        desk, quantity = lesions.desk, view.value_quantity
        if quantity is None:
            if view.data_absent_reason is None:
                desk.note(NOT_USABLE, reference, path="Observation.value")
            return
        percent = _percent(desk, quantity, reference, "Observation.valueQuantity")
        if percent is None:
            return
        named = [] if _is_of_the_liver(desk, view) else lesions.names.named(view)
        if not named:
            self.of_all.append((percent, (reference,)))
        elif len(named) > 1:
            desk.note(NOT_USABLE, reference, detail="several-lesions", path="Observation.focus")
        else:
            self.of_one.append((named[0], percent, (reference,)))

    def read_component(
        self, lesions: Lesions, view: Observation, component: Component, reference: str
    ) -> None:
        """Beside the size of a lesion: that lesion's share."""
        if component.value_quantity is None:
            return
        path = "Observation.component.valueQuantity"
        percent = _percent(lesions.desk, component.value_quantity, reference, path)
        if percent is not None:
            for key in lesions.keys_of(view, reference):
                self.of_one.append((key, percent, (reference,)))

    def shares(self, lesions: Lesions, sizes: list[tuple[str, Measurement]]) -> tuple[Share, ...]:
        """Shares by lesion. One that no diameter says better is noted where it cannot be that of
        all: another lesion of the scan has neither, or the lesion is in parts.
        """
        desk = lesions.desk
        found: list[Share] = []
        for key, percent, references in self.of_one:
            if lesions.is_part(key) or key in lesions.names.vague:
                desk.note(NOT_USABLE, *references, detail="one-lesion")
            else:
                found.append((lesions.alias.get(key, key), percent, references))
        listed = {measurement.lesion for _, measurement in sizes}
        measured = {one.lesion for _, one in sizes if one.mm is not None}
        without = listed - measured - {lesion for lesion, _, _ in found}
        for lesion, _, references in found:
            if lesion not in measured:
                desk.computed(*references)
                if without:
                    desk.note(NOT_USABLE, *references, detail="one-lesion")
        return tuple(sorted(found, key=lambda one: (one[0], one[2], one[1])))


def _is_of_the_liver(desk: Desk, view: Observation) -> bool:
    """Whether the site is the liver as a whole, and so no lesion's."""
    site = view.body_site
    return site is not None and desk.terminology.texts.is_whole_liver(site.text)


def _percent(desk: Desk, quantity: Quantity, reference: str, path: str) -> Decimal | None:
    value = number(desk, quantity, reference, path)
    if value is None or unit(desk, quantity, _PERCENT, reference, path) is None:
        return None
    return value
