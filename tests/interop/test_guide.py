"""The implementation guide: what is committed is what its sources give."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.interop import guide
from tests.interop.peers import Unavailable, is_required

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def built() -> Iterator[dict[str, bytes]]:
    try:
        yield guide.build_guide()
    except Unavailable as problem:
        if is_required():
            pytest.fail(str(problem), pytrace=False)
        pytest.skip(str(problem))


def test_what_is_committed_is_what_the_sources_give(built: dict[str, bytes]) -> None:
    assert list(guide.differences(built)) == [], "run: python -m tests.interop.guide"


def test_a_changed_file_is_seen(built: dict[str, bytes]) -> None:
    one, other = "valuesets/procedure.ctace.json", "valuesets/procedure.tace.json"
    changed = {path: text for path, text in built.items() if path != other}
    changed[one] += b" "
    changed["profiles/new.json"] = b""
    assert set(guide.differences(changed)) == {
        f"{one} differs",
        f"{other} is in no source",
        "profiles/new.json is not there",
    }


def test_every_concept_of_ours_has_a_chinese_name() -> None:
    systems = [json.loads(t) for p, t in guide.committed().items() if p.startswith("codesystems/")]
    assert systems
    without = [
        f"{system['id']}#{concept['code']}"
        for system in systems
        for concept in system["concept"]
        if "zh-CN" not in {name["language"] for name in concept.get("designation", [])}
    ]
    assert without == []


def test_no_definition_names_the_day_it_was_built() -> None:
    dated = [path for path, text in guide.committed().items() if b'\n  "date"' in text]
    assert [path for path in dated if not path.startswith("examples/")] == []
