"""The four published definitions, each a rule from one reading of the record to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdshooks.consensus import cci2022, epoihcc2013, european2014, jsh_lcsgj2014
from cdshooks.consensus.assessment import CCI, EPOIHCC, EUROPEAN, JSH, DefinitionVerdict
from cdshooks.consensus.case import Case

Rule = Callable[[Case], DefinitionVerdict]

RULES: Mapping[str, Rule] = {
    CCI: cci2022.tace_refractory,
    JSH: jsh_lcsgj2014.refractory,
    EPOIHCC: epoihcc2013.ineffective_within_six_months,
    EUROPEAN: european2014.failed_for_its_intent,
}
