"""Shapes met together: a record told in other shapes of lesions, sizes and scans at once."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from tests.support.courses import COURSES, assert_same
from tests.support.fhir_writer import NCIT, OBSERVATION, SNOMED, concept
from tests.support.shapes import (
    Resources,
    Rewrite,
    as_panel,
    as_reports,
    as_text,
    by_body_site_extension,
    by_words,
    coded,
    contrast_told,
    each_diameter,
    in_groups,
    linked_by_identifier,
    tracked,
)

SCANS: Mapping[str, Rewrite] = {
    "report": as_reports(words=False),
    "report in words": as_reports(words=True),
    "report by UID": linked_by_identifier("report"),
    "UID": linked_by_identifier("study"),
    "accession": linked_by_identifier("accession"),
    "procedure code": contrast_told("code"),
    "description": contrast_told("description"),
    "series": contrast_told("series"),
}
LESIONS: Mapping[str, Rewrite] = {
    "body site": each_diameter(by_body_site_extension),
    "tracking UID": tracked(kind="112040", keep_records=True),
    "tracking label": tracked(kind="112039", keep_records=True),
    "words": by_words(where="bodySite", keep_records=True),
    "note": by_words(where="note", keep_records=True),
    "group": in_groups,
}
SIZES: Mapping[str, Rewrite] = {
    "panel": as_panel(viable=concept(OBSERVATION, "viable-diameter")),
    "panel in words": as_panel(viable={**concept(SNOMED, "439984002"), "text": "viable"}),
    "NCIt": coded(concept(NCIT, "C96646")),
    "SNOMED CT": coded(
        {**concept(SNOMED, "439984002"), "text": "\u5b58\u6d3b\u80bf\u7624\u76f4\u5f84"}
    ),
    "text in mm": as_text("{mm} mm"),
    "text in cm": as_text("{cm} cm"),
}
TOGETHER = sorted(
    (course, scan, lesion, size)
    for course in COURSES
    for scan in SCANS
    for lesion in LESIONS
    for size in SIZES
)


@pytest.mark.parametrize(
    ("course", "scan", "lesion", "size"), random.Random(20230516).sample(TOGETHER, 160)
)
def test_three_shapes_at_once(course: str, scan: str, lesion: str, size: str) -> None:
    """The size goes last: the other two find a diameter by its own code."""

    def rewrite(resources: Resources) -> Resources:
        for change in (SCANS[scan], LESIONS[lesion], SIZES[size]):
            resources = change(resources)
        random.Random(course).shuffle(resources)
        return resources

    assert_same(course, rewrite)
