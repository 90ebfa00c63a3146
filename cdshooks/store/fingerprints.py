"""Keyed hashes: whether it is the same patient, the same verdicts, the same data.

Without the key nothing can be learned from them, not even by trying every patient id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from cdshooks.consensus import KNOWLEDGE_VERSION
from cdshooks.consensus.assessment import Assessment


def keyed(key: bytes, *parts: str) -> str:
    return hmac.digest(key, json.dumps(parts).encode(), hashlib.sha256).hex()


def of_verdicts(key: bytes, assessment: Assessment) -> str:
    """All that the cards conclude, how the papers were read, and by which knowledge."""
    concluded = [
        {
            name: (found.verdict, found.provisional, found.reason, found.criteria)
            for name, found in assessment.definitions.items()
        },
        (assessment.unsuitable.verdict, assessment.unsuitable.criteria),
        assessment.strategy,
        assessment.therapy,
        assessment.missing,
        assessment.flags,
        [regimen.drug for regimen in assessment.discouraged],
        assessment.readings,
    ]
    return keyed(key, KNOWLEDGE_VERSION, _plain(concluded))


def of_data(key: bytes, data: object) -> str:
    """Every fact that was read, in whatever order and spelling it came."""
    return keyed(key, _plain(data))


def _plain(value: Any) -> str:
    """The same text for the same facts: no order but that of fields counts."""
    if isinstance(value, str) or value is None:
        return json.dumps(value)
    if is_dataclass(value):
        return "{" + ",".join(_plain(getattr(value, each.name)) for each in fields(value)) + "}"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_plain(k)}:{_plain(v)}" for k, v in value.items())) + "}"
    if isinstance(value, Iterable):
        return "[" + ",".join(sorted(map(_plain, value))) + "]"
    return str(value)
