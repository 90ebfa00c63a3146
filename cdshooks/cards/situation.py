"""Scores and stages as sentences: they decide nothing."""

from __future__ import annotations

from fractions import Fraction

from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.cards.numbers import exactly, two_decimals
from cdshooks.cards.wording import references
from cdshooks.clinical.burden import MEDIAN_SURVIVAL_MONTHS, MM_PER_CM, TumourBurden
from cdshooks.clinical.scores import Albi, ChildPugh
from cdshooks.consensus.assessment import CCI, Assessment, Population, Scores, StageShown, Verdict


def child_pugh(score: ChildPugh, say: Catalogue) -> Phrase:
    shown = (
        str(score.lowest) if score.lowest == score.highest else f"{score.lowest}-{score.highest}"
    )
    if score.child_pugh_class is None:
        return say.say("line.child-pugh-open", score=shown)
    return say.say("line.child-pugh", score=shown, class_=score.child_pugh_class)


def albi(score: Albi, say: Catalogue) -> Phrase:
    value = f"{two_decimals(score.value):.2f}"
    return say.say("line.albi", value=value, grade=score.grade, modified=score.modified_grade)


def six_and_twelve(scores: Scores, say: Catalogue) -> Phrase:
    """Score and stratum, with the published median only where its population fits."""
    burden = scores.burden
    assert burden is not None
    if burden.stratum is None:
        return say.say("score.six-and-twelve-open", value=_sum(burden, say))
    more = _median(burden.stratum, scores.population, say) if scores.population else ""
    return say.say(
        "score.six-and-twelve",
        value=_sum(burden, say),
        stratum=burden.stratum,
        more=say.bracketed(more),
    )


def _median(stratum: int, population: Population, say: Catalogue) -> Phrase:
    if population.fits:
        return say.say("score.median", months=MEDIAN_SURVIVAL_MONTHS[stratum])
    if population.outside:
        what = say.join(say.say(f"population.{name}.outside") for name in population.outside)
        return say.say("score.outside", what=what)
    what = say.join(say.say(f"population.{name}.what") for name in population.unknown)
    return say.say("score.population-unknown", what=what)


def up_to_seven(burden: TumourBurden, say: Catalogue) -> Phrase:
    within = burden.within_up_to_seven
    key = "within-open" if within is None else "within" if within else "beyond"
    return say.say(f"score.{key}", value=_sum(burden, say))


def _sum(burden: TumourBurden, say: Catalogue) -> Phrase:
    highest = burden.highest_cm
    return limits(
        str(exactly(burden.lowest_cm)), None if highest is None else str(exactly(highest)), say
    )


def limits(lowest: str, highest: str | None, say: Catalogue) -> Phrase:
    if highest is None:
        return say.say("score.at-least", lowest=lowest)
    if lowest == highest:
        return say.say("score.exact", lowest=lowest)
    return say.say("score.range", lowest=lowest, highest=highest)


def burden_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Size and number, both scores, and which of them the consensus prefers."""
    scores, readings = assessment.scores, assessment.readings
    burden = scores.burden
    if burden is None:
        return [say.say("line.burden-unknown", max_age=readings.baseline_max_age)]
    most = None if burden.most is None else str(burden.most)
    size = say.say(
        "line.burden",
        date=burden.date,
        size=str(exactly(Fraction(burden.largest_mm) / MM_PER_CM)),
        number=limits(str(burden.fewest), most, say),
    )
    found = [
        say.glue(size, say.bracketed(references(burden.references, say))),
        six_and_twelve(scores, say),
        up_to_seven(burden, say),
        say.say("line.burden-preference"),
    ]
    if assessment.stage.standard is False:
        found.append(say.say("line.burden-not-intermediate"))
    return found


def stage_lines(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """What is recorded, and what the consensus says of TACE at that stage (CCI-B3)."""
    stage = assessment.stage
    by_cnlc = "first-choice" if stage.first_choice else "indicated"
    recorded = stage.bclc is not None or stage.cnlc is not None
    stopped = assessment.definitions[CCI].verdict is Verdict.MET or assessment.unsuitable.verdict
    past = [say.say("line.stage-past")] if recorded and stopped else []
    return [
        *past,
        _stage("bclc", stage.bclc, "standard" if stage.standard else "not-standard", say),
        _stage("cnlc", stage.cnlc, by_cnlc if stage.indicated else "not-indicated", say),
    ]


def _stage(name: str, shown: StageShown | None, text: str, say: Catalogue) -> Phrase:
    system = say.say(f"staging.{name}")
    if shown is None:
        return say.say("line.stage-unknown", system=system)
    key = f"cnlc-stage.{shown.value}"
    return say.say(
        "line.stage",
        system=system,
        stage=say.say(key) if name == "cnlc" else shown.value,
        when=say.bracketed(shown.date, references(shown.references, say)),
        text=say.say(f"stage-text.{text}"),
    )
