"""The studies behind a recommendation in one line each: figures as printed, annotations beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.evidence import studies_behind
from cdshooks.consensus.statements import Arm, Outcome, Statement, Study

ON_A_CARD = frozenset({"mOS", "ORR", "DCR", "HR"})
"""Survival and response; the booklet and the source files hold every figure."""
_MONTHS = "months"


def lines(recommendation: str, say: Catalogue) -> list[Phrase]:
    return [line(one, say) for one in studies_behind(recommendation)]


def line(one: Statement, say: Catalogue, names: frozenset[str] | None = ON_A_CARD) -> Phrase:
    """``names``: which outcomes, None for all. The source texts are ours and pass as they are."""
    study = one.study
    assert study is not None, one.id
    parts = [_head(one, study, say), *_groups(study, names, say)]
    if one.annotation_en:
        parts.append(annotation(one, say))
    return say.say("study.line", id=one.id, text=say.join(parts, "word.semicolon"))


def annotation(one: Statement, say: Catalogue) -> Phrase:
    """What is to be said beside an annotated statement."""
    text = one.annotation_zh if say.lang == "zh" else one.annotation_en
    return say.say("study.annotation", text=_plain(text.removesuffix(say.say("word.stop")), say))


def _head(one: Statement, study: Study, say: Catalogue) -> Phrase:
    chinese = say.lang == "zh"
    head = Phrase(study.design_zh if chinese else study.design_en)
    parts = [head]
    if study.n is not None:
        parts.append(say.say("study.n", n=study.n))
    used = study.definition_used_zh if chinese else study.definition_used_en
    if used:
        parts.append(say.say("study.definition", definition=_plain(used, say)))
    return say.join(parts)


def _groups(study: Study, names: frozenset[str] | None, say: Catalogue) -> list[Phrase]:
    """One part per set of arms: the arms, then their figures in the same order."""
    arms = {arm.id: arm for arm in study.arms}
    by_arms: dict[tuple[str, ...], list[Outcome]] = {}
    for outcome in study.outcomes:
        if names is None or outcome.name in names:
            by_arms.setdefault(outcome.arms, []).append(outcome)
    return [
        say.say(
            "study.group",
            arms=_against((_arm(arms[id], say) for id in ids), say),
            outcomes=say.join(_outcome(outcome, say) for outcome in outcomes),
        )
        for ids, outcomes in by_arms.items()
    ]


def _against(parts: Iterable[Phrase], say: Catalogue) -> Phrase:
    return say.join(parts, "study.against")


def _arm(arm: Arm, say: Catalogue) -> Phrase:
    name = Phrase(arm.zh if say.lang == "zh" else arm.en)
    size = say.say("study.n", n=arm.n) if arm.n is not None else ""
    return say.glue(name, say.bracketed(size))


def _outcome(outcome: Outcome, say: Catalogue) -> Phrase:
    values = [_value(value, interval, say) for value, interval in _with_intervals(outcome)]
    text = say.glue(Phrase(outcome.name), " ", _against(values, say))
    if outcome.unit == _MONTHS:
        text = say.say("study.months", value=text)
    if outcome.p:
        text = say.glue(text, say.bracketed(_p(outcome.p, say)))
    return text


def _with_intervals(outcome: Outcome) -> Sequence[tuple[str, str]]:
    intervals = outcome.ci or ("",) * len(outcome.values)
    return list(zip(outcome.values, intervals, strict=True))


def _value(value: str, interval: str, say: Catalogue) -> Phrase:
    """A value without a digit is the paper's word for a median that was not reached."""
    figure = any(character.isdigit() for character in value)
    shown = Phrase(value) if figure else say.say("study.not-reached")
    if not interval:
        return shown
    low, _, high = interval.partition("~")
    between = say.say("study.interval", low=Phrase(low), high=Phrase(high))
    return say.glue(shown, say.bracketed(between))


_SIGNS: Mapping[str, str] = {"=": "study.p-equal", "<": "study.p-below"}


def _p(printed: str, say: Catalogue) -> Phrase:
    sign, _, value = printed.partition(" ")
    return say.say(_SIGNS[sign], p=Phrase(value))


def _plain(text: str, say: Catalogue) -> Phrase:
    """Without the signs that Markdown or HTML would read."""
    below = say.say("study.below")
    return Phrase(text.replace("<", below).replace("~", "-"))
