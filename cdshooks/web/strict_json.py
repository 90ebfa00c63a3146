"""A hook request's bytes, read strictly and without building what nobody reads.

The prefetched resources stay :class:`msgspec.Raw`: they are decoded once, later, into views of the
few elements that the chart needs. So the checks here work on the bytes. Each is exact; what makes
them cheap is that the common case is decided by a few passes of C code, and only a suspicious body
is looked at again more slowly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
import orjson

from cdshooks.errors import BadRequest
from cdshooks.settings import Limits

Members = dict[str, msgspec.Raw]
T = TypeVar("T")

_members = msgspec.json.Decoder(Members)
_KEY = re.compile(rb'[ \t\r\n]*[{,][ \t\r\n]*("(?:[^"\\]|\\.)*")[ \t\r\n]*:[ \t\r\n]*')
_END = re.compile(rb"[ \t\r\n]*\}[ \t\r\n]*")
_BRACKETS = bytes.maketrans(b"{}[]", b"()()")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_NUMBERS = bytes.maketrans(b"{}[]: \t\r\n123456789E", b",,,,,,,,,000000000e")
_NOT_NUMBERS = bytes(byte for byte in range(256) if byte not in b'{}[],: \t\r\n0123456789eE"')
_LONG_EXPONENT = re.compile(rb"e0{3,},")
_MANY_DIGITS = b"0" * 200
"""So many before an exponent of two digits may be beyond a double, 10^308."""
_LONG_NUMBER = re.compile(b"," + _MANY_DIGITS)
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_SPARSE = 200
"""Bytes per escape above which one substitution is faster than two passes."""
_MOST_MEMBERS = 1_000
"""In one of the objects that are read here; a hook call has a handful."""


class _Entry(msgspec.Struct):
    resource: _Resource | None = None


class _Resource(msgspec.Struct):
    resourceType: str = ""
    entry: list[_Entry] = []


class _RawEntry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"null")


class _RawResource(msgspec.Struct):
    resourceType: str = ""
    entry: list[msgspec.Raw] = []


def read_members(body: bytes, limits: Limits) -> Members:
    """The members of the request object; raises :class:`BadRequest` for anything not strict JSON.

    Refused are: what is not UTF-8 or not JSON, NaN and infinite numbers, lone surrogates, a root
    that is not an object, a key given twice, and what goes beyond the limits on depth, on length
    and on how many values there are.
    """
    try:
        body.decode("utf-8")
        members = _members.decode(body)
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.", "utf-8") from None
    except RecursionError:
        raise BadRequest(_too_deep(limits), "depth") from None
    except msgspec.ValidationError:
        raise BadRequest("The body must be a JSON object.", "object") from None
    except msgspec.DecodeError as error:
        raise BadRequest(f"The body is not JSON: {_plain(error)}.", "json") from None
    _refuse_repeated_keys(body, members, "the body")
    _refuse_huge_numbers(body)
    unescaped = _without_escaped_quotes(body)
    if _deeper_than(unescaped, limits.json_depth):
        raise BadRequest(_too_deep(limits), "depth")
    if _has_more_values(unescaped, limits.json_nodes):
        raise BadRequest(f"There are more than the limit of {limits.json_nodes} values.", "values")
    if _has_long_string(body, unescaped, limits.string_bytes):
        raise BadRequest(
            f"A string is longer than the limit of {limits.string_bytes} bytes.", "string"
        )
    return members


def read_prefetch(raw: msgspec.Raw, limits: Limits) -> Members:
    """The prefetched values by key, still raw; counts the resources in them."""
    members = _members.decode(raw)
    _refuse_repeated_keys(bytes(raw), members, "prefetch")
    if _too_many_resources(bytes(raw), members, limits.resources):
        raise BadRequest(
            f"prefetch holds more than the limit of {limits.resources} resources.", "resources"
        )
    return members


def limit_context(raw: msgspec.Raw, limits: Limits) -> None:
    """Refuses a context of which a member, a Bundle, holds too many resources."""
    for name, value in _members.decode(raw).items():
        if _too_many_resources(bytes(value), {name: value}, limits.resources):
            what = f"context.{name[:64]} holds more than the limit of {limits.resources} resources."
            raise BadRequest(what, "resources")


def read_value(name: str, raw: msgspec.Raw) -> Any:
    """One small member as Python values, no key twice at its top."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        raise BadRequest(f"{name} cannot be read.", "json") from None
    if isinstance(value, dict):
        _refuse_repeated_keys(bytes(raw), _members.decode(raw), name)
    return value


def _plain(error: msgspec.DecodeError) -> str:
    return str(error).removeprefix("JSON is malformed: ")


def _too_deep(limits: Limits) -> str:
    return f"The JSON is nested deeper than the limit of {limits.json_depth}."


def _refuse_repeated_keys(text: bytes, members: Mapping[str, msgspec.Raw], where: str) -> None:
    """Walk over the object's own keys, jumping over each value by the length it was read with.

    Of a key given twice, ``members`` holds the last value. Then either the first value is not the
    one held, and the walk cannot go on, or the walk meets the key again.
    """
    if len(members) > _MOST_MEMBERS:
        raise BadRequest(f"There are more than {_MOST_MEMBERS} members in {where}.", "members")
    position, seen = 0, set()
    while match := _KEY.match(text, position):
        key = msgspec.json.decode(match[1], type=str)
        value = bytes(members.get(key, b""))
        if key in seen or not text.startswith(value, match.end()):
            raise BadRequest(f"A key is given twice in {where}.", "repeated-key")
        seen.add(key)
        position = match.end() + len(value)
    if seen != members.keys() or (members and not _END.fullmatch(text, position)):
        raise BadRequest(f"A key is given twice in {where}.", "repeated-key")


def _refuse_huge_numbers(body: bytes) -> None:
    """What is no finite double: orjson knows, and is asked when some number is long."""
    numbers = body.translate(_NUMBERS, _NOT_NUMBERS)
    is_long = _MANY_DIGITS in numbers and _LONG_NUMBER.search(numbers)  # not those of a string
    if is_long or _LONG_EXPONENT.search(numbers):
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"The body is not strict JSON: {error.msg}.", "number") from None


def _without_escaped_quotes(body: bytes) -> bytes:
    """The same length, and every quote left in it begins or ends a string."""
    escapes = body.count(b"\\")
    if escapes * _SPARSE < len(body):
        return _ESCAPED.sub(b"__", body) if escapes else body
    return body.replace(b"\\\\", b"__").replace(b'\\"', b"__")


def _deeper_than(text: bytes, limit: int) -> bool:
    """Keep brackets and quotes, drop strings; then each pass drops the innermost brackets."""
    brackets = text.translate(_BRACKETS, _NOT_BRACKETS).replace(b'""', b"")
    if b'"' in brackets:  # some string holds brackets: what stands outside is every other part
        brackets = b"".join(brackets.split(b'"')[::2])
    for _ in range(limit):
        if not brackets:
            return False
        brackets = brackets.replace(b"()", b"")
    return bool(brackets)


def _has_more_values(text: bytes, limit: int) -> bool:
    """Each takes two bytes at least, so most bodies need no count; then strings may hold commas."""
    if len(text) < 2 * limit or text.count(b",") + text.count(b"[") + text.count(b"{") < limit:
        return False
    outside = b'"'.join(text.split(b'"')[::2]).translate(None, b" \t\r\n")
    empty = outside.count(b"[]") + outside.count(b"{}")
    return outside.count(b",") + outside.count(b"[") + outside.count(b"{") - empty >= limit


def _has_long_string(body: bytes, text: bytes, limit: int) -> bool:
    """A string over ``limit`` bytes, but for the value of a key ``data`` (of an Attachment)."""
    position = 0
    while position + limit < len(text):
        quote = text.rfind(b'"', position, position + limit + 1)
        if quote < 0:
            return any(length > limit for length in _long_strings(body, text, limit))
        position = quote + 1
    return False


def _long_strings(body: bytes, text: bytes, limit: int) -> Iterator[int]:
    parts = text.split(b'"')
    position = 0
    for index, part in enumerate(parts):
        is_data = index > 2 and parts[index - 2] == b"data" and parts[index - 1].strip() == b":"
        if index % 2 and len(part) > limit and not is_data:
            literal = body[position - 1 : position + len(part) + 1]
            yield len(msgspec.json.decode(literal, type=str).encode())
        position += len(part) + 1


def _too_many_resources(text: bytes, members: Members, limit: int) -> bool:
    if text.count(b"{") <= limit:
        return False
    if b"\\u" not in text and text.count(b'"resourceType"') <= limit:  # no key written in escapes
        return False
    return sum(_resources_in(value) for value in members.values()) > limit


def _resources_in(value: msgspec.Raw) -> int:
    try:
        return _count(msgspec.json.decode(value, type=_Resource))
    except msgspec.ValidationError:
        return _count_raw(value)


def _count(resource: _Resource) -> int:
    if resource.resourceType != "Bundle":
        return 1
    return sum(_count(entry.resource) for entry in resource.entry if entry.resource)


def _count_raw(value: msgspec.Raw) -> int:
    """As :func:`_count`, where something is not as FHIR has it: every entry counts at least once.

    It is read once for each Bundle that it lies in, and no deeper than the limit on depth.
    """
    try:
        resource = msgspec.json.decode(value, type=_RawResource)
    except msgspec.ValidationError:
        return 1
    if resource.resourceType != "Bundle":
        return 1
    return sum(_count_raw(_resource_of(entry)) for entry in resource.entry)


def _resource_of(entry: msgspec.Raw) -> msgspec.Raw:
    try:
        return msgspec.json.decode(entry, type=_RawEntry).resource
    except msgspec.ValidationError:
        return entry
