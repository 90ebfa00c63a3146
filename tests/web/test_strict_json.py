"""Bodies that are not strict JSON or go beyond the limits: 400 (too large: 413), never 500."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdshooks.errors import BadRequest
from cdshooks.settings import Limits
from cdshooks.web.strict_json import read_members
from tests.web.calls import PATH, changed, outcome_text


def post(client, body: bytes):
    return client.post(PATH, data=body, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{",
        b"{} {}",
        b'{"hook":}',
        b'{"hook":1,}',
        b"{'hook':1}",
        b'{"hook":1/*x*/}',
        b'\xef\xbb\xbf{"hook":1}',
        '{"hook":1}'.encode("utf-16"),
        b'{"x":"\xff"}',
        b'{"x":"\xed\xa0\x80"}',
        b'{"x":"\\ud800"}',
        b'{"x":"\\udc00\\ud800"}',
        b'{"\\ud800":1}',
        b'{"x":"\x00"}',
        b'{"x":"line\nbreak"}',
        b'{"x":NaN}',
        b'{"prefetch":{"patient":{"x":[Infinity]}}}',
        b'{"x":-Infinity}',
        b'{"x":1e999999}',
        b'{"prefetch":{"labs":{"entry":[{"resource":{"value":-1.5E+400}}]}}}',
        b'{"x":01}',
        b'{"x":.5}',
        b'{"hook":"a","hook":"a"}',
        b'{"hook":"a","\\u0068ook":"b"}',
        b'{"context":{"a":1},"hook":"a","context":{}}',
        b'{"hook":"a","x":12,"y":0,"x":1}',
        b'{"context":{"patientId":"a","patientId":"b"}}',
        b'{"prefetch":{"patient":{},"patient":{"a":1}}}',
        b'{"x":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"x":' + b"[" * 100_000,
        b'{"x":' + b'["]",' * 70 + b"1" + b',"["]' * 70 + b"}",
        b'{"x":"' + b"a" * 100_001 + b'"}',
        b'{"x":"' + b'\\"' * 100_001 + b'"}',
        b'{"' + b"a" * 100_001 + b'":1}',
        b"{" + b",".join(b'"k%d":1' % number for number in range(1_001)) + b"}",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_refused(client, body):
    text = outcome_text(post(client, body), 400)
    assert len(text) < 200


BEYOND_A_DOUBLE = {
    "a long fraction": b"9" * 400 + b".0",
    "a short exponent": b"9" * 300 + b"e99",
    "the least with a short exponent": b"-2" + b"0" * 209 + b".5E+99",
    "an integer": b"9" * 5_000,
}
PLACES = ["context.more", "prefetch.labs", "fhirAuthorization.expires_in", "later"]


@pytest.mark.parametrize("number", BEYOND_A_DOUBLE.values(), ids=BEYOND_A_DOUBLE)
@pytest.mark.parametrize("place", PLACES)
def test_a_number_beyond_a_double_is_refused_wherever_it_stands(client, call, number, place):
    body = json.dumps(changed(call, (place, "X"))).encode().replace(b'"X"', b"[" + number + b"]")
    assert len(outcome_text(post(client, body), 400)) < 200


@pytest.mark.parametrize("number", BEYOND_A_DOUBLE.values(), ids=BEYOND_A_DOUBLE)
@pytest.mark.parametrize("member", ["card", "outcome", "outcomeTimestamp", "more"])
def test_a_number_beyond_a_double_is_refused_in_feedback(client, number, member):
    body = b'{"feedback": [{"%s": %s}]}' % (member.encode(), number)
    response = client.post(f"{PATH}/feedback", data=body, content_type="application/json")
    outcome_text(response, 400)


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 63 + b"]" * 63,
        b'"' + b"a" * 100_000 + b'"',
        b'"' + b"\\u4e2d" * 33_000 + b'"',
        b'"' + b'\\"' * 90_000 + b'"',
        b'{"data":"' + b"A" * 300_000 + b'"}',
        b'["]]]]", "[[[[", "\\"[\\\\", "1e999999", "NaN", "\\ud83d\\ude00"]',
        b"1e308",
        b"0." + b"1" * 5_000,
        b"1" + b"0" * 208 + b"e99",
        b"1" + b"0" * 308,
        b"1" + b"0" * 400 + b"e-400",
        b'"' + b"9" * 5_000 + b'"',
        b'"1, ' + b"9" * 5_000 + b'e99"',
    ],
    ids=lambda value: repr(value[:40]),
)
def test_within_the_limits(client, call, value):
    """The largest values that are still read, in a member that nobody knows."""
    body = json.dumps(call).encode()[:-1] + b',"later":' + value + b"}"
    assert post(client, body).status_code == 200


def resources(count: int) -> dict:
    one = {"resource": {"resourceType": "Observation"}}
    return {"resourceType": "Bundle", "entry": [one] * count}


@pytest.mark.parametrize("escaped", [False, True])
def test_the_number_of_resources(client, call, escaped):
    for count, status in ((4_900, 200), (5_001, 400)):
        prefetch = dict(call["prefetch"], labs=resources(count))
        body = json.dumps(dict(call, prefetch=prefetch))
        if escaped:
            body = body.replace('"resourceType"', '"resource\\u0054ype"')
        assert post(client, body.encode()).status_code == status


ODD_ENTRIES = {
    "a number": b"5",
    "nothing": b"null",
    "a resource that is none": b'{"resource": 5}',
    "a resource of no type": b'{"resource": {"resourceType": 5}}',
    "a Bundle that is odd itself": b'{"resource": {"resourceType": "Bundle", "entry": [5]}}',
}


@pytest.mark.parametrize("odd", ODD_ENTRIES.values(), ids=ODD_ENTRIES)
@pytest.mark.parametrize("where", ["prefetch", "context"])
def test_an_entry_that_cannot_be_read_hides_no_number_of_resources(client, call, odd, where):
    for count, status in ((4_900, 200), (5_001, 400)):
        body = json.dumps(changed(call, (f"{where}.labs", resources(count))))
        text = body.replace('"resourceType"', '"resource\\u0054ype"').encode()
        place = text.index(b"[", text.index(b'"labs"')) + 1
        response = post(client, text[:place] + odd + b"," + text[place:])
        assert response.status_code == status


def test_too_large_is_413_before_anything_else_is_looked_at(client):
    response = client.post(PATH, data=b"[" * 10_000_001, content_type="text/plain")
    assert "10000000" in outcome_text(response, 413)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/fhir+json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=gbk"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "identity"},
    ],
    ids=str,
)
def test_a_content_type_that_is_not_read_is_415_before_the_body_is_parsed(client, headers):
    outcome_text(client.post(PATH, data=b"\x1f\x8b not json", headers=headers), 415)


def test_a_charset_may_be_named(client, call):
    for content_type in ("application/json; charset=utf-8", "Application/JSON;charset=UTF-8"):
        response = client.post(PATH, data=json.dumps(call), content_type=content_type)
        assert response.status_code == 200


def accepted(body: bytes, limits: Limits) -> bool:
    try:
        read_members(body, limits)
    except BadRequest:
        return False
    return True


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


TRICKY = st.text(alphabet=st.sampled_from('[]{}"\\:,e0 \u4e2d'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TRICKY, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TRICKY, VALUES, max_size=4), st.booleans(), st.integers(1, 6))
def test_brackets_quotes_and_escapes_in_strings_change_nothing(value, ascii_only, limit):
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    limits = Limits(json_depth=limit)
    assert accepted(body, limits) == (depth(value) <= limit)
    if accepted(body, limits):
        members = read_members(body, limits)
        assert {key: orjson.loads(bytes(raw)) for key, raw in members.items()} == value


@given(st.lists(st.tuples(TRICKY, VALUES), max_size=5))
def test_a_key_given_twice_is_seen(pairs):
    body = (
        "{" + ",".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}"
    ).encode()
    keys = [key for key, _ in pairs]
    assert accepted(body, Limits()) == (len(keys) == len(set(keys)))


@given(st.lists(st.sampled_from(["1e400", "-2.5E+999", "1e308", "12e3", '"a 1e999"']), max_size=4))
def test_numbers_that_are_not_finite_are_seen(numbers):
    body = ('{"x":[' + ", ".join(numbers) + "]}").encode()
    assert accepted(body, Limits()) == (not {"1e400", "-2.5E+999"} & set(numbers))


def nodes(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(nodes, value.values()))
    return 1 + (sum(map(nodes, value)) if isinstance(value, list) else 0)


@given(st.dictionaries(TRICKY, VALUES, max_size=4), st.booleans(), st.integers(1, 20))
def test_every_value_counts_and_nothing_in_a_string_does(value, spaced, limit):
    body = json.dumps(value, separators=(" , ", " : ") if spaced else (",", ":")).encode()
    assert accepted(body, Limits(json_nodes=limit)) == (nodes(value) <= limit)


@pytest.mark.parametrize("unit", ["{}", "[]", "1", '{"a":1}', '""', "[[]]"])
@pytest.mark.parametrize("where", ["context", "prefetch.labs.entry", "later"])
def test_half_a_million_values_are_the_limit(client, call, unit, where):
    *parents, last = where.split(".")
    body: dict = json.loads(json.dumps(call))
    place = body
    for name in parents:
        place = place.setdefault(name, {})
    if last == "context":
        place, last = place["context"], "more"
    for count, status in ((400_000 // nodes(json.loads(unit)), 200), (500_000, 400)):
        place[last] = "X"
        many = ",".join([unit] * count)
        response = post(client, json.dumps(body).replace('"X"', f"[{many}]").encode())
        assert response.status_code == status
    assert "500000 values" in outcome_text(response, 400)


def test_a_bundle_of_what_are_no_entries_is_a_gap_and_soon_seen(client, call):
    """Not 100,000 remarks: the key counts as not readable, so no verdict is surer for it."""
    prefetch = dict(
        call["prefetch"], procedures={"resourceType": "Bundle", "entry": [[]] * 100_000}
    )
    assert "procedures" in outcome_text(
        post(client, json.dumps(dict(call, prefetch=prefetch)).encode()), 412
    )
    prefetch = dict(call["prefetch"], labs={"resourceType": "Bundle", "entry": [1] * 100_000})
    response = post(client, json.dumps(dict(call, prefetch=prefetch)).encode())
    assert response.status_code == 200
    assert response.get_data(as_text=True).count("entry[") == 0
    assert any("labs.Bundle.entry" in card["detail"] for card in response.get_json()["cards"])
