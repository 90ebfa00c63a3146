"""An assessment as plain text: short for ``evaluate``, every finding for ``explain``."""

from __future__ import annotations

from collections.abc import Iterable

from cdshooks.cards import (
    caveats,
    changes,
    compose,
    course,
    evidence,
    lead,
    missing,
    options,
    provenance,
    remarks,
    situation,
    wording,
)
from cdshooks.cards.catalogue import Catalogue, Phrase
from cdshooks.consensus.assessment import DEFINITIONS, Assessment, Finding


def assessment_text(assessment: Assessment, lang: str) -> str:
    """A screenful: the verdict, on which scans, what to do next, what is missing."""
    say = Catalogue(lang)
    text = Text(say)
    text.add(_title(assessment, say))
    text.add(compose.status_summary(assessment, say))
    due = changes.due(assessment, say)
    if due is not None:
        text.add(due)
    text.add("")
    text.items(compose.definition_lines(assessment, say))
    text.add("")
    text.items([*course.compared(assessment, say), course.sums(assessment, say)])
    text.items([lead.unsuitable_sentence(assessment, say)])
    text.section("title.strategy", [_strategy(assessment, say)])
    text.section("title.therapy", [wording.therapy_text(assessment, say)])
    text.section("title.discouraged", options.discouraged_warnings(assessment, say))
    text.section("title.missing", _missing_short(assessment, say))
    text.section("title.flags", caveats.lines(assessment, say))
    text.section("title.readings", wording.reading_lines(assessment.readings, say))
    return text.whole()


def explain_text(assessment: Assessment, lang: str) -> str:
    """All behind the verdicts: question, answer, what was used, what is missing, who has it."""
    say = Catalogue(lang)
    text = Text(say)
    text.add(_title(assessment, say))
    for sentence in lead.sentences(assessment, say):
        text.add(sentence)
    disagreement = lead.disagreement(assessment, say)
    if disagreement is not None:
        text.add(disagreement)
    for name in DEFINITIONS:
        text.add("")
        text.add(wording.definition(assessment, name, say))
        for finding in assessment.definitions[name].findings:
            text.finding(finding, assessment)
    text.add("")
    text.add(say.say("title.unsuitable"))
    text.items([lead.unsuitable_sentence(assessment, say)])
    for finding in assessment.unsuitable.findings:
        text.finding(finding, assessment)
    text.section("title.course", compose.course_lines(assessment, say))
    text.section("title.response", compose.response_lines(assessment, say))
    text.section("title.data", course.data(assessment, say))
    text.section("title.strategy", options.strategy_lines(assessment, say))
    if evidence.has_other_therapy(assessment):
        text.section("title.other-therapy", options.other_therapy_lines(assessment, say))
    text.section("title.therapy", options.therapy_lines(assessment, say))
    text.section("title.discouraged", options.discouraged_lines(assessment, say))
    text.section("title.scores", _scores(assessment, say))
    text.section("title.stage", situation.stage_lines(assessment, say))
    lacking = missing.lines(assessment, assessment.as_of, say)
    text.section("title.missing", lacking or [say.say("word.none")])
    text.section("title.change", changes.lines(assessment, say))
    text.section("title.flags", caveats.lines(assessment, say, lead=True))
    text.section("title.notes", _notes(assessment, say))
    text.section("title.provenance", provenance.lines(assessment, say))
    text.section("title.readings", _readings(assessment, say))
    text.section(
        "title.evidence", evidence.lines(evidence.of_explanation(assessment), assessment, say)
    )
    return text.whole()


class Text:
    """Lines of plain text; items are indented by two."""

    def __init__(self, say: Catalogue) -> None:
        self.say = say
        self.lines: list[str] = []

    def add(self, line: str) -> None:
        self.lines.append(str(line))

    def items(self, items: Iterable[Phrase], depth: int = 1) -> None:
        self.lines += [f"{'  ' * depth}{item}" for item in items]

    def section(self, title: str, items: Iterable[Phrase]) -> None:
        shown = list(items)
        if shown:
            self.add("")
            self.add(self.say.say(title))
            self.items(shown)

    def finding(self, finding: Finding, assessment: Assessment) -> None:
        say = self.say
        line = say.say(
            "line.finding",
            statement=finding.statement,
            grade=say.bracketed(evidence.printed_grade(finding.statement, say)),
            label=wording.finding_label(finding, assessment.readings, say),
            answer=say.answer(finding.answer),
        )
        self.items([line])
        self.items(remarks.of_finding(finding, assessment, say), 3)
        if finding.used and not remarks.is_unasked(finding, assessment):
            used = wording.sourced(finding.used, assessment.sources, say)
            self.items([say.say("line.used", list=used)], 3)
        if finding.missing:
            short = missing.named_list(finding.missing, assessment, say)
            self.items([say.say("line.lacking", list=short)], 3)

    def whole(self) -> str:
        return "\n".join(self.lines).rstrip("\n") + "\n"


def _title(assessment: Assessment, say: Catalogue) -> Phrase:
    return say.say(
        "line.title-of",
        title=say.say("title.status"),
        patient=assessment.patient,
        as_of=assessment.as_of,
    )


def _strategy(assessment: Assessment, say: Catalogue) -> Phrase:
    return wording.strategy_text(assessment.strategy, assessment.readings, say)


def _missing_short(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    ordered = missing.by_weight(assessment)
    return [missing.named(code, assessment, say, "short") for code in ordered]


def _scores(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    found = []
    child_pugh, albi = assessment.scores.child_pugh, assessment.scores.albi
    if child_pugh is not None:
        text = situation.child_pugh(child_pugh, say)
        refs = wording.sourced(child_pugh.references, assessment.sources, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if albi is not None:
        text = situation.albi(albi, say)
        refs = wording.sourced(albi.references, assessment.sources, say)
        found.append(say.glue(text, say.bracketed(refs)))
    if assessment.course.sessions:
        found += situation.burden_lines(assessment, say)
    return found


def _notes(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    return [wording.note_line(note, say, assessment.sources) for note in assessment.notes]


def _readings(assessment: Assessment, say: Catalogue) -> list[Phrase]:
    """Every key in force, after what differs from the default."""
    every = [
        say.say("line.reading", key=key, value=wording.toml(value), what=say.say(f"reading.{key}"))
        for key, value in assessment.readings.as_dict().items()
        if key != "profile"
    ]
    return [*wording.reading_lines(assessment.readings, say), *every]
