"""What a server does with the same data must not matter: zones, order, ids, pages, duplicates."""

from __future__ import annotations

import datetime
import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests
import responses

from cdshooks.cards.assessment_json import assessment_object
from cdshooks.consensus.guide import guide
from cdshooks.consensus.readings import DEFAULT
from cdshooks.fhir.charting import chart_of
from cdshooks.fhir.gather import gather_from_server
from cdshooks.fhir.needs import NEEDS
from tests.support.courses import COURSES, assert_same, canonical, record, scenario
from tests.support.fhir_writer import SNOMED, Resource, concept
from tests.support.shapes import (
    Resources,
    as_reports,
    each,
    is_diameter,
    told,
    with_report_duplicates,
)

DATES = ("performedDateTime", "effectiveDateTime", "started", "authoredOn", "onsetDateTime")
SITE = ZoneInfo("Asia/Shanghai")
BASE = "https://ehr.example.org/fhir"

ZONES = ["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu"]


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 7, 23])
def test_time_zone_in_which_the_server_writes(zone: str, hour: int, course: str) -> None:
    def change(resource: Resource) -> None:
        for name in DATES:
            if name in resource:
                day = datetime.date.fromisoformat(resource[name])
                at_site = datetime.datetime.combine(day, datetime.time(hour, 30), SITE)
                resource[name] = at_site.astimezone(ZoneInfo(zone)).isoformat()

    assert_same(course, lambda resources: each(resources, change))


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("seed", [1, 2])
def test_order(course: str, seed: int) -> None:
    def shuffled(resources: Resources) -> Resources:
        random.Random(seed).shuffle(resources)
        return resources

    assert_same(course, shuffled)


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("seed", [1, 2])
def test_ids_given_anew(course: str, seed: int) -> None:
    """Every id but the patient's becomes another one, in no order that means anything."""

    def renamed(resources: Resources) -> Resources:
        chance = random.Random(seed)
        ids = {
            f"{one['resourceType']}/{one['id']}": f"{chance.getrandbits(64):016x}"
            for one in resources
            if one["resourceType"] != "Patient"
        }

        def followed(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: followed(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [followed(inner) for inner in value]
            if isinstance(value, str) and value in ids:
                return f"{value.partition('/')[0]}/{ids[value]}"
            return value

        out = []
        for one in resources:
            name = f"{one['resourceType']}/{one['id']}"
            out.append({**followed(one), "id": ids.get(name, one["id"])})
        return out

    assert_same(course, renamed)
    assert_same(course, lambda resources: renamed(as_reports(words=True)(resources)))


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("order", ["structured report first", "structured report last"])
def test_duplicates_of_structured_report_and_report(course: str, order: str) -> None:
    def rewrite(resources: Resources) -> Resources:
        doubled = with_report_duplicates(resources)
        return doubled if order.endswith("first") else doubled[::-1]

    assert_same(course, rewrite)


class Pages:
    """A server that answers each search in pages of a given size, and holds one patient."""

    def __init__(self, resources: Resources, size: int, *, by_id: bool = True) -> None:
        self.resources, self.size, self.by_id = resources, size, by_id

    def answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        assert request.url is not None
        url = urlsplit(request.url)
        path = url.path.removeprefix("/fhir/").strip("/")
        if path.startswith("Patient/"):
            (found,) = [one for one in self.resources if one["resourceType"] == "Patient"]
            return 200, {}, json.dumps(found)
        if "_id=" in url.query and not self.by_id:
            return 400, {}, "{}"
        start = int(match[1]) if (match := re.search(r"_start=(\d+)", url.query)) else 0
        matching = list(self._matching(path, url.query))
        page = matching[start : start + self.size]
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset"}
        bundle["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in page]
        if start + self.size < len(matching):
            query = re.sub(r"&_start=\d+", "", url.query)
            following = f"{BASE}/{path}?{query}&_start={start + self.size}"
            bundle["link"] = [{"relation": "next", "url": following}]
        return 200, {}, json.dumps(bundle)

    def _matching(self, kind: str, query: str) -> Iterator[Resource]:
        asked = requests.utils.unquote(query)
        ids = asked.partition("_id=")[2].split("&")[0].split(",") if "_id=" in asked else None
        for one in self.resources:
            if one["resourceType"] != kind or (ids is not None and one["id"] not in ids):
                continue
            coded = one.get("code", {}).get("coding", [])
            codes = [f"{c.get('system')}|{c.get('code')}" for c in coded]
            if kind == "Observation" and "code=" in asked and not any(c in asked for c in codes):
                continue
            imaging = '"imaging"' in json.dumps(one.get("category"))
            if kind == "Observation" and "category=" in asked and not imaging:
                continue
            yield one


@pytest.mark.parametrize("course", ["v01", "v28", "v31"])
@pytest.mark.parametrize("size", [3, 7, 1000])
def test_size_of_pages(course: str, size: int) -> None:
    pages = Pages(record(course), size)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.GET, re.compile(re.escape(BASE) + ".*"), pages.answer)
        gathered = gather_from_server(BASE, scenario(course).patient.id)
    assert len(NEEDS) == 14 and not gathered.gaps
    shown = assessment_object(guide(chart_of(gathered), scenario(course).as_of, DEFAULT), "en")
    assert told(shown) == told(canonical(course))


def _only_named(resources: Resources) -> Resources:
    """Sizes that no search finds: without a category, under a code that none asks for."""

    def change(resource: Resource) -> None:
        if is_diameter(resource):
            resource["code"] = {**concept(SNOMED, "439984002"), "text": "viable diameter"}
            resource.pop("category", None)

    return each(as_reports(words=False)(resources), change)


@pytest.mark.parametrize("course", ["v01", "v07", "v28", "v31"])
@pytest.mark.parametrize("by_id", [True, False])
def test_results_that_only_a_report_names(course: str, by_id: bool) -> None:
    pages = Pages(_only_named(record(course)), 1000, by_id=by_id)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.GET, re.compile(re.escape(BASE) + ".*"), pages.answer)
        gathered = gather_from_server(BASE, scenario(course).patient.id)
    shown = assessment_object(guide(chart_of(gathered), scenario(course).as_of, DEFAULT), "en")
    if by_id:
        assert told(shown) == told(canonical(course))
    else:
        verdicts = {one["verdict"] for one in shown["definitions"].values()}
        assert "not-met" not in verdicts and "record-incomplete" in shown["missing"]
