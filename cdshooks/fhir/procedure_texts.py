"""What a text says was done to the liver: the acts that it names, and how surely.

A name decides what was done, not what is mentioned: "refractory to TACE" and "TACE consent form"
name no TACE, "HAIC after TACE" may be either or both, "TACE + ablation" is both. A plan is no
doubt in an order, but in a record of what was done. The words stand in ``texts.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import pairwise
from typing import Any, NamedTuple

from cdshooks.fhir.texts import any_of

EMBOLISATION = "embolisation"
ARTERIAL_CHEMOTHERAPY = "arterial-chemotherapy"
_ACT = "{act}"
_BOUNDARY = " ¦ "
"""Between two texts of one concept; no pattern reaches across it."""
_LONGEST = 1000
"""Characters that are read of one text; what follows them may deny it, so it is in doubt."""


_BETWEEN = 60
"""Characters that may stand between two acts that are joined."""


class Act(NamedTuple):
    """A treatment that a text names: a kind, or one of the two parts of a TACE."""

    kind: str
    sure: bool
    """It says that this was done, and done in the liver."""


class Said(NamedTuple):
    acts: tuple[Act, ...] = ()
    plan: tuple[Act, ...] = ()
    """Acts that are only planned."""


class Told(Enum):
    """How a visit or a document tells of a TACE."""

    DONE = "done"
    HISTORY = "history"
    """As something of the past."""


class Place(NamedTuple):
    """What else says that it is about the liver."""

    site: bool = False
    """The body site."""
    carcinoma: bool = False
    """The reason: a cancer of the liver, which may have spread."""


_ANYWHERE = Place()


class _Rule(NamedTuple):
    kind: str
    pattern: re.Pattern[str]
    needs: str
    """``liver``: else it is open; ``site``: else it is nothing; ``site-or-open``."""
    open: bool
    """Never settled by a text alone."""
    weak: bool
    """Only where nothing else is named."""
    unless: re.Pattern[str] | None


class _Found(NamedTuple):
    act: Act
    start: int
    end: int
    weak: bool


class ProcedureTexts:
    """The closed table of procedure texts."""

    def __init__(self, table: Mapping[str, Any], hepatic: re.Pattern[str]) -> None:
        act = f"(?:(?<![a-z])(?:{'|'.join(table['acts'])})(?![a-z]))"

        def about(name: str) -> re.Pattern[str]:
            return any_of(pattern.replace(_ACT, act) for pattern in table[name])

        self._hepatic = hepatic
        self._unless = any_of(table["unless"])
        self._separators = re.compile(table["separators"])
        self._signs = re.compile(table["signs"], re.IGNORECASE)
        """Without one of these no pattern can match: most texts are done with here."""
        self._ours = any_of(table["ours"])
        self.carcinoma = any_of(table["carcinoma"])
        """Names a cancer of the liver itself."""
        self._harmless = any_of(table["harmless"])
        self._elsewhere = any_of(table["elsewhere"])
        self._aside, self._past, self._not_yet = about("aside"), about("past"), about("notYet")
        self._plan = any_of(table["plan"])
        self._given_up = about("givenUp")
        """What an order ends or replaces; in a record it may be a session that was begun."""
        self._request = any_of(table["request"])
        """Says that it is an order; in a record, that it is none of what was done."""
        self._doubtful = about("doubtful")
        self._joined = re.compile(table["joined"], re.IGNORECASE)
        self._follow_up, self._therapy = about("followUp"), any_of(table["therapy"])
        self._history, self._outside = any_of(table["history"]), any_of(table["outside"])
        self._beforehand = about("beforehand")
        times = table["times"]
        self._times = re.compile("|".join(times["patterns"]), re.IGNORECASE)
        self._numerals: dict[str, int] = times["numerals"]
        self._scan = any_of(table["scan"])
        self.at_artery = any_of(table["atArtery"])
        """Names the hepatic artery."""
        self._rules = tuple(
            _Rule(
                kind=entry["kind"],
                pattern=any_of(entry["patterns"]),
                needs=entry.get("needs", ""),
                open=entry.get("open", False),
                weak=entry.get("weak", False),
                unless=any_of(entry["unless"]) if "unless" in entry else None,
            )
            for entry in table["kinds"]
        )

    def of_another_organ(self, words: Iterable[str], sites: Iterable[str]) -> bool:
        """Whether the words, but for those that name the liver too, or a site are of another."""
        text, others = self._without_other_organs(_joined(words))
        if self._unless.search(_joined(sites)):
            return True
        return others and self._hepatic.search(text) is None

    def in_doubt(self, texts: Iterable[str]) -> bool:
        text = self._harmless.sub(_blank, _joined(texts))
        return any(p.search(text) for p in (self._doubtful, self._plan, self._past))

    def smells_of_the_liver(self, texts: Iterable[str]) -> bool:
        """Whether a text that was left out names a treatment of the liver all the same."""
        text = _joined(texts)
        if self._ours.search(text):
            return True
        return bool(self._hepatic.search(text) and self._therapy.search(text))

    def read(
        self, texts: Iterable[str], place: Place = _ANYWHERE, *, ordered: bool = False
    ) -> Said:
        """The acts that the texts of one concept name; ``ordered``: of an order, not a record."""
        texts = tuple(texts)
        text = _joined(texts)
        if not self._signs.search(text):
            return Said()
        text, dropped = self._without_other_organs(text)
        text = self._elsewhere.sub(_blank, self._harmless.sub(_blank, text))
        if ordered:
            text = self._request.sub("", text)
        of_orders = (self._given_up, self._past, self._follow_up) if ordered else ()
        mentions = [self._aside, *of_orders]
        for pattern in mentions:
            text = pattern.sub(_blank, text)
        past = [match.span() for match in self._past.finditer(text)]
        if ordered:
            text = self._plan.sub(_blank, text)
        planned = [] if ordered else [match.span() for match in self._not_yet.finditer(text)]
        found = self._found(text, place, dropped)
        done = [f for f in found if not _within(f, planned)]
        plan = tuple(f.act for f in found if _within(f, planned))
        cut = any(len(text) > _LONGEST for text in texts)
        in_doubt = cut or bool(past) or self._is_in_doubt(text, planned, ordered)
        return Said(self._acts(text, done, in_doubt), plan)

    def tells_of_tace(self, texts: Iterable[str]) -> Told | None:
        """Whether the title of a document, or of a visit, tells of a TACE that was done.

        A denial, a plan or a preparation tells of none.
        """
        texts = tuple(texts)
        said = self.read(texts)
        if not any(_family(act.kind) == "tace" for act in said.acts):
            return None
        if all(act.sure for act in said.acts):
            return Told.DONE
        text = self._harmless.sub(_blank, _joined(texts))
        if self._beforehand.search(text):
            return None
        without_past = self._history.sub(_blank, self._past.sub(_blank, text))
        if without_past == text or self._doubtful.search(without_past):
            return None
        return Told.DONE if self._outside.search(text) else Told.HISTORY

    def times(self, texts: Iterable[str]) -> int:
        """How many sessions a text tells of: the largest number in it, at least one."""
        found = (word for m in self._times.finditer(_joined(texts)) for word in m.groups() if word)
        return max((self._numerals.get(word) or int(word) for word in found), default=1) or 1

    def _without_other_organs(self, text: str) -> tuple[str, bool]:
        """Without the parts that name another organ; and whether there were any."""
        parts = [*self._parts(text)]
        others = [(start, end) for start, end in parts if self._unless.search(text, start, end)]
        if not others:
            return text, False
        for start, end in others:
            text = text[:start] + " " * (end - start) + text[end:]
        return text, True

    def _parts(self, text: str) -> Iterator[tuple[int, int]]:
        start = 0
        for match in self._separators.finditer(text):
            yield start, match.start()
            start = match.end()
        yield start, len(text)

    def _is_in_doubt(self, text: str, planned: list[tuple[int, int]], ordered: bool) -> bool:
        for start, end in planned:
            text = text[:start] + " " * (end - start) + text[end:]
        if self._doubtful.search(text):
            return True
        return self._scan.search(text) is not None if ordered else bool(self._plan.search(text))

    def _found(self, text: str, place: Place, dropped: bool) -> list[_Found]:
        hepatic = self._hepatic.search(text) is not None
        found: list[_Found] = []
        for rule in self._rules:
            if rule.unless is not None and rule.unless.search(text):
                continue
            for match in rule.pattern.finditer(text):
                act = _placed(rule, place, hepatic, dropped)
                if act is not None:
                    found.append(_Found(act, match.start(), match.end(), rule.weak))
                    hepatic = hepatic or not rule.needs
            text = rule.pattern.sub(_mask, text)
        return found

    def _acts(self, text: str, found: list[_Found], in_doubt: bool) -> tuple[Act, ...]:
        strong = [f for f in found if not f.weak] or found
        kinds = {f.act.kind for f in strong}
        strong = [f for f in strong if not _is_part_of(f.act.kind, kinds)]
        acts = _by_family(f.act for f in strong)
        several = len(acts) > 1 and not self._are_joined(text, strong)
        if in_doubt or several:
            acts = {family: act._replace(sure=False) for family, act in acts.items()}
        return tuple(_combined(acts))

    def _are_joined(self, text: str, found: list[_Found]) -> bool:
        """Whether all that stands between the acts joins them ("+", "combined with")."""
        ordered = sorted(found, key=lambda f: f.start)
        between = [
            text[one.end : other.start]
            for one, other in pairwise(ordered)
            if _family(one.act.kind) != _family(other.act.kind)
        ]
        return all(len(words) <= _BETWEEN and self._joined.search(words) for words in between)


def _joined(texts: Iterable[str]) -> str:
    return _BOUNDARY.join(text[:_LONGEST] for text in texts if text)


def _blank(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())


def _mask(match: re.Match[str]) -> str:
    """What was read, so that no later pattern reads it again or reaches across it."""
    return "¦" * (match.end() - match.start())


def _within(found: _Found, spans: list[tuple[int, int]]) -> bool:
    return any(start <= found.start and found.end <= end for start, end in spans)


def _placed(rule: _Rule, place: Place, hepatic: bool, dropped: bool) -> Act | None:
    """The act of a rule that matched, by what says that it was in the liver."""
    in_liver = hepatic or place.site
    if rule.needs and dropped and not in_liver:
        return None
    if rule.needs == "liver":
        return Act(rule.kind, not rule.open and (in_liver or place.carcinoma))
    if rule.needs and not in_liver:
        return Act(rule.kind, False) if place.carcinoma or rule.needs != "site" else None
    return Act(rule.kind, not rule.open)


_TACE = ("tace-haic", "deb-tace", "ctace", "tace")
"""From the most specific name on."""


def _family(kind: str) -> str:
    return "tace" if kind in _TACE else "haic" if kind == ARTERIAL_CHEMOTHERAPY else kind


def _is_part_of(kind: str, kinds: set[str]) -> bool:
    """An embolisation is a part of the TACE or the radioembolisation that is named beside it."""
    if kind == EMBOLISATION:
        return not kinds.isdisjoint({*_TACE, "tare", "tae", "tila-tace"})
    return kind == ARTERIAL_CHEMOTHERAPY and not kinds.isdisjoint({*_TACE, "haic"})


def _by_family(acts: Iterable[Act]) -> dict[str, Act]:
    """One act of each family: sure when one mention is, and called by its most specific name."""
    found: dict[str, Act] = {}
    for act in acts:
        family = _family(act.kind)
        other = found.get(family)
        if other is not None:
            kind = min(act.kind, other.kind, key=lambda k: _TACE.index(k) if k in _TACE else 0)
            act = Act(kind, act.sure or other.sure)
        found[family] = act
    return found


def _combined(acts: dict[str, Act]) -> Iterator[Act]:
    """TACE and HAIC that were both done are one session of both."""
    tace, haic = acts.get("tace"), acts.get("haic")
    if tace is not None and haic is not None and tace.sure and haic.sure:
        yield Act("tace-haic", True)
        acts = {family: act for family, act in acts.items() if family not in ("tace", "haic")}
    yield from acts.values()
