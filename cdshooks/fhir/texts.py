"""The closed tables of words that are read where a code is missing (``fhir_profiles/texts.json``).

A whole text is looked up as it is, trimmed and without regard to case; it is never searched for
words, unless a table is said to hold patterns. What is read from words leaves a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple


class Site(NamedTuple):
    """What a text says of a lesion's place: the segment (``1`` to ``8``) and a label (``l1``)."""

    segment: str | None
    label: str | None


class PlaceWords(NamedTuple):
    """Words on where a lesion lies."""

    thrombus: re.Pattern[str]
    denied: re.Pattern[str]
    """At the end of what stands before a word: the word is denied."""
    beside: re.Pattern[str]
    """Before a word: it tells of what goes with the lesion, not of the lesion."""
    vessel: re.Pattern[str]
    """Whole texts that name nothing but a vessel of the liver."""
    neighbour: re.Pattern[str]
    """At the end of what stands before a word: it is only what the lesion lies next to."""
    never_liver: re.Pattern[str]
    """Outside the liver although the liver may be named."""
    part: re.Pattern[str]
    """A lobe or segment, said to be of the liver."""
    segment: re.Pattern[str]
    """The number of a segment, of the liver unless a text names what else has segments."""
    other_segments: re.Pattern[str]
    liver: re.Pattern[str]
    outside: re.Pattern[str]

    def names_thrombus(self, text: str) -> bool:
        if self.vessel.fullmatch(text.strip()):
            return True
        return self._says(self.thrombus, text)

    def of(self, texts: Collection[str]) -> set[str]:
        """Each ``liver`` or ``outside-liver``, of all texts on one lesion.

        A part of the liver goes before any neighbour that is named besides.
        """
        numbered = not any(self._says(self.other_segments, text) for text in texts)
        return {said for text in texts if (said := self._of(text, numbered=numbered))}

    def _of(self, text: str, *, numbered: bool) -> str | None:
        if self._is_at(self.part, text) or (numbered and self._is_at(self.segment, text)):
            return "liver"
        if self._says(self.never_liver, text):
            return "outside-liver"
        outside = self._says(self.outside, text)
        if self._is_at(self.liver, text) or (not outside and self.liver.search(text)):
            return "liver"
        return "outside-liver" if outside else None

    def _is_at(self, words: re.Pattern[str], text: str) -> bool:
        before = (text[: match.start()] for match in words.finditer(text))
        return any(not self.neighbour.search(one) for one in before)

    def _says(self, words: re.Pattern[str], text: str) -> bool:
        before = (text[: match.start()] for match in words.finditer(text))
        aside = (self.denied, self.beside, self.neighbour)
        return any(not any(one.search(text) for one in aside) for text in before)


class Contrast(NamedTuple):
    """Words on the technique of a scan."""

    no_technique: re.Pattern[str]
    """Speaks of contrast, but not of how the scan was done."""
    both: re.Pattern[str]
    enhanced: re.Pattern[str]
    unenhanced: re.Pattern[str]
    plain: re.Pattern[str]
    """Unenhanced where nothing says that the scan was enhanced as well."""

    def say_anything(self, text: str) -> bool:
        return any(words.search(text) for words in (self.enhanced, self.unenhanced, self.plain))


class Proposals(NamedTuple):
    """How a report's sentence is looked through for what it may say."""

    size: re.Pattern[str]
    denied: re.Pattern[str]
    """Before the words: they are denied, or doubtful."""
    affirmed: re.Pattern[str]
    """In a clause of its own: what was denied before its comma is denied no longer."""
    denied_after: re.Pattern[str]
    kinds: tuple[tuple[str, re.Pattern[str], bool], ...]
    """Kind of fact, its words, and whether it is a size."""


class Denials(NamedTuple):
    """Words by which a diagnosis is denied, or only thought of, in the words beside its name."""

    before: re.Pattern[str]
    """In front of the name, in its part of the sentence."""
    after: re.Pattern[str]
    """Behind it, likewise."""
    next: re.Pattern[str]
    """The next part of the sentence begins with it."""
    begins: re.Pattern[str]
    ends: re.Pattern[str]
    """Where a part of a sentence begins and ends."""

    def affirms(self, name: re.Pattern[str], text: str) -> bool:
        """Whether a text says the name without denying it at least once."""
        return any(self._is_said(text, found) for found in name.finditer(text))

    def _is_said(self, text: str, found: re.Match[str]) -> bool:
        before = self.begins.split(text[: found.start()])[-1]
        after, *more = self.ends.split(text[found.end() :], maxsplit=1)
        if self.before.search(before) or self.after.search(after):
            return False
        return not any(self.next.match(rest) for rest in more)


class Texts:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self.response: dict[str, str] = data["response"]
        self.response_method: dict[str, str] = data["responseMethod"]
        self.ecog: dict[str, str] = data["ecog"]
        self.child_pugh_class: dict[str, str] = data["childPughClass"]
        self.observation = _by_name(data["observation"])
        self.observation_probable = _by_name(data["observationProbable"])
        """Names that only bear out a code that is probably right."""
        self.drug = {
            name.casefold(): entry["drug"] for entry in data["drug"] for name in entry["names"]
        }
        self._metastasis = {
            answer: re.compile(pattern, re.IGNORECASE)
            for answer, pattern in data["metastasisCategory"].items()
        }
        self.says_not_viable = any_of(data["notViable"])
        self.says_liver = any_of(data["liverImaging"])
        self._whole_liver = frozenset(name.casefold() for name in data["wholeLiver"])
        self.says_hepatic = any_of(data["hepatic"])
        denied = data["conditionDenied"]
        self.denials = Denials(
            any_of(denied["before"]),
            any_of(denied["after"]),
            any_of(denied["next"]),
            re.compile(denied["begins"]),
            re.compile(denied["ends"]),
        )
        self.contrast = Contrast(
            any_of(data["noTechnique"]),
            any_of(data["bothPhases"]),
            any_of(data["enhanced"]),
            any_of(data["unenhanced"]),
            any_of(data["plain"]),
        )
        self._modalities = [(e["modality"], any_of(e["patterns"])) for e in data["modality"]]
        place = data["place"]
        self.place = PlaceWords(
            thrombus=any_of(place["thrombus"]),
            denied=any_of(data["absent"]),
            beside=any_of(place["beside"]),
            vessel=any_of(place["vessel"]),
            neighbour=any_of(place["neighbour"]),
            never_liver=any_of(place["neverLiver"]),
            part=any_of(place["part"]),
            segment=any_of(place["segment"]),
            other_segments=any_of(place["otherSegments"]),
            liver=any_of(place["liver"]),
            outside=any_of(place["outside"]),
        )
        site = data["site"]
        self._segment, self._label = any_of(site["segment"]), any_of(site["label"])
        self._noun = any_of(site["noun"])
        self._segments: dict[str, str] = site["segments"]
        proposal = data["proposal"]
        self.proposals = Proposals(
            re.compile(proposal["size"], re.IGNORECASE),
            any_of(proposal["denied"]),
            any_of(proposal["affirmed"]),
            any_of(proposal["deniedAfter"]),
            tuple(
                (e["kind"], any_of(e["patterns"]), bool(e.get("withSize")))
                for e in proposal["kinds"]
            ),
        )

    def modality(self, text: str) -> str | None:
        """The one kind of imaging that a text names; angiography and ultrasound go first."""
        return next((name for name, words in self._modalities if words.search(text)), None)

    def metastasis_category(self, texts: Iterable[str | None]) -> str | None:
        """``present`` (M1) or ``absent`` (M0) as whole texts say; nothing when they disagree."""
        found = {
            next((a for a, words in self._metastasis.items() if words.fullmatch(text.strip())), "")
            for text in texts
            if text
        }
        return found.pop() or None if len(found) == 1 else None

    def is_whole_liver(self, text: str | None) -> bool:
        return text is not None and text.strip().casefold() in self._whole_liver

    def site(self, text: str) -> Site:
        """A text that names two segments or two labels says neither."""
        segments = {self._number(m["segment"]) for m in self._segment.finditer(text)}
        labels = {re.sub(r"\s+", "", m[0]).casefold() for m in self._label.finditer(text)}
        return Site(
            segments.pop() if len(segments) == 1 else None,
            labels.pop() if len(labels) == 1 else None,
        )

    def names_in(self, text: str) -> tuple[str, ...]:
        """Words of a text that may be the label of a lesion; the number of a segment is none.

        A bare number is one only when nothing else is left.
        """
        left = self._noun.sub(" ", self._segment.sub(" ", text)).replace(",", " ").split()
        return tuple(left) if len(left) == 1 else tuple(w for w in left if not w.isdigit())

    def _number(self, segment: str) -> str:
        return self._segments.get(segment.casefold(), segment)


def _by_name(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {name.casefold(): role for role, every in names.items() for name in every}


def looked_up(table: Mapping[str, str], texts: Iterable[str | None]) -> str | None:
    """The one meaning that whole texts have by a table."""
    found = {table.get(text.strip().casefold()) for text in texts if text} - {None}
    return found.pop() if len(found) == 1 else None


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
