"""What the service is for, what it rests on and which versions answer, as HTML or JSON.

The words, English and Chinese, are in ``about.toml``; an attribute's name is the regulation's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

LIMITS = ("measured", "unknown", "doses", "device")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the program knows of itself."""

    versions: Mapping[str, str]
    dev: bool
    repeat_days: int
    citations: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Words:
    lang: str

    def text(self, key: str, **values: object) -> str:
        return str(_written()["text"][key][self.lang]).format(**values)

    def title(self, key: str) -> str:
        return str(_written()["title"][key][self.lang])

    def attributes(self, kind: str) -> dict[str, str]:
        return {name: told[self.lang] for name, told in _written()[kind].items()}


@cache
def _written() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "about.toml").read_text("utf-8"))


def about(facts: Facts, lang: str) -> dict[str, Any]:
    say = _Words(lang)
    return {
        "name": say.text("name"),
        "intendedUse": say.text("intended-use"),
        "limits": [say.text(f"limits-{limit}") for limit in LIMITS],
        "repeats": _repeats(facts.repeat_days, say),
        "mode": say.text("sandbox" if facts.dev else "production"),
        "versions": dict(facts.versions),
        "sourceAttributes": _source_attributes(facts, say),
    }


def _repeats(days: int, say: _Words) -> str:
    lately = say.text("lately", days=days) if days else say.text("lately-never")
    return say.text("repeats", lately=lately)


def _source_attributes(facts: Facts, say: _Words) -> dict[str, Any]:
    versions = ", ".join(f"{name} {facts.versions[name]}" for name in ("cdshooks", "knowledge"))
    days = {name: _written()[name] for name in ("released", "revised")}
    return {
        "evidence-based": {
            "bibliographic-citation": list(facts.citations),
            "release-and-revision-dates": say.text("dates", versions=versions, **days),
            **say.attributes("evidence-based"),
        },
        "predictive": say.attributes("predictive"),
    }


def as_html(facts: dict[str, Any], lang: str) -> str:
    say = _Words(lang)
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in facts["limits"])
    versions = "".join(
        f"<li>{escape(name)}: {escape(value)}</li>" for name, value in facts["versions"].items()
    )
    attributes = "".join(
        f"<h3>{escape(kind)}</h3><dl>{''.join(map(_described, named.items()))}</dl>"
        for kind, named in facts["sourceAttributes"].items()
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{escape(facts['name'])}</title></head><body><h1>{escape(facts['name'])}</h1>"
        f"<p>{escape(facts['intendedUse'])}</p><h2>{say.title('limits')}</h2><ul>{limits}</ul>"
        f"<h2>{say.title('repeats')}</h2><p>{escape(facts['repeats'])}</p>"
        f"<h2>{say.title('versions')}</h2><ul>{versions}</ul>"
        f"<p>{say.title('mode')}: {escape(facts['mode'])}</p>"
        f"<h2>{say.title('attributes')}</h2>{attributes}</body></html>\n"
    )


def _described(attribute: tuple[str, Any]) -> str:
    name, value = attribute
    values = value if isinstance(value, list) else [value]
    told = "".join(f"<dd>{escape(one)}</dd>" for one in values)
    return f"<dt>{escape(name.replace('-', ' '))}</dt>{told}"
