"""How ambiguous sentences of the papers are read: one key per reading, three named profiles.

``READINGS.md`` beside this file says for each key which sentence it reads and what was traded away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any


class ReadingsError(ValueError):
    """A readings file or profile that cannot be used; the text names the key and what to do."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Every key and value in force. Days and months are whole days, lengths millimetres."""

    profile: str = "default"
    window_lo: int = 28
    window_hi: int = 92
    window_pick: str = "latest"
    late_scan: str = "reject"
    pd_reference: str = "pre_first_tace"
    pd_min_abs_mm: int = 0
    late_lesion: str = "first_detection"
    late_cutoff: str = "before_last_tace"
    max_gap_days: int | bool = 183
    """False = no limit."""
    merge_within_days: int = 14
    count_deb: bool = True
    technique_policy: str = "assume_with_flag"
    min_sessions: int = 3
    vi_ehs_mode: str = "present_any"
    jsh_metric: str = "diameter"
    epo_window_days: int = 183
    eu_min_sessions: int = 1
    baseline_max_age: int = 90
    tier_ecog2_to_r2: bool = False
    tier_definition: str = "CCI"

    def as_dict(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


CHOICES: Mapping[str, tuple[str | int, ...]] = {
    "window_pick": ("latest", "earliest", "worst", "best"),
    "late_scan": ("reject", "accept"),
    "pd_reference": ("pre_first_tace", "nadir"),
    "pd_min_abs_mm": (0, 5),
    "late_lesion": ("first_detection", "exclude", "zero"),
    "late_cutoff": ("before_last_tace", "literal_1_2"),
    "technique_policy": ("assume_with_flag", "require"),
    "vi_ehs_mode": ("present_any", "new_only"),
    "jsh_metric": ("diameter", "area"),
    "tier_definition": ("CCI", "JSH", "EPOIHCC", "EUROPE", "ANY"),
}
BOUNDS: Mapping[str, tuple[int, int]] = {
    "window_lo": (0, 365),
    "window_hi": (0, 730),
    "max_gap_days": (1, 3650),
    "merge_within_days": (0, 90),
    "min_sessions": (1, 10),
    "epo_window_days": (1, 730),
    "eu_min_sessions": (1, 10),
    "baseline_max_age": (0, 730),
}
FIXED: Mapping[str, Any] = {
    "max_targets": "all",
    "break_on_cr": False,
    "jsh_reference": "pre_first_tace",
    "jsh_require_change": False,
    "jsh_marker_min_rise_pct": 0,
    "severe_jaundice_umol": False,
    "r1_cp_max": "B9",
    "lab_max_age_days": 30,
    "borderline_points": 5,
}
"""Readings that have a key but only one built value."""

DEFAULT = Readings()
PROFILES: Mapping[str, Readings] = {
    "default": DEFAULT,
    "literal-cci": replace(
        DEFAULT,
        profile="literal-cci",
        window_lo=30,
        window_hi=90,
        late_cutoff="literal_1_2",
        count_deb=False,
        technique_policy="require",
        max_gap_days=False,
    ),
    "mrecist-nadir": replace(DEFAULT, profile="mrecist-nadir", pd_reference="nadir"),
}


def readings_from(values: Mapping[str, Any], where: str = "readings") -> Readings:
    """Readings from a mapping of keys; ``profile`` names the base, other keys change it."""
    base_name = values.get("profile", "default")
    if not isinstance(base_name, str) or base_name not in PROFILES:
        raise ReadingsError(f"{where}: profile must be one of {', '.join(PROFILES)}")
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key == "profile":
            continue
        if key in FIXED:
            if value != FIXED[key] or type(value) is not type(FIXED[key]):
                only = toml_value(FIXED[key])
                raise ReadingsError(
                    f"{where}: {key} can only be {only}: another value is not built"
                )
            continue
        changes[key] = _checked(key, value, where)
    result = replace(PROFILES[base_name], **changes)
    if result.window_lo > result.window_hi:
        raise ReadingsError(f"{where}: window_lo must not be above window_hi")
    return result


def load_readings(profile_or_file: str) -> Readings:
    """A profile by its name, or a TOML file of reading keys.

    Raises :class:`ReadingsError` naming the file and the key.
    """
    if profile_or_file in PROFILES:
        return PROFILES[profile_or_file]
    path = Path(profile_or_file)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ReadingsError(
            f"neither a profile ({', '.join(PROFILES)}) nor a file that can be read:"
            f" {profile_or_file}"
        ) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReadingsError(f"{path.name}: not TOML: {error}") from error
    return readings_from(values, path.name)


def _checked(key: str, value: Any, where: str) -> Any:
    if key in CHOICES:
        if value not in CHOICES[key] or isinstance(value, bool):
            allowed = ", ".join(toml_value(choice) for choice in CHOICES[key])
            raise ReadingsError(f"{where}: {key} must be one of {allowed}")
        return value
    if key in BOUNDS:
        low, high = BOUNDS[key]
        if key == "max_gap_days" and value is False:
            return value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ReadingsError(f"{where}: {key} must be a whole number from {low} to {high}")
        return value
    if key in ("count_deb", "tier_ecog2_to_r2"):
        if not isinstance(value, bool):
            raise ReadingsError(f"{where}: {key} must be true or false")
        return value
    raise ReadingsError(f"{where}: unknown key {key}")


def toml_value(value: Any) -> str:
    """A value as a file of readings writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
