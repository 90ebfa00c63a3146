"""Reading keys: profiles, files, and refusals that name the key."""

import pytest

from cdshooks.consensus.readings import (
    PROFILES,
    Readings,
    ReadingsError,
    load_readings,
    readings_from,
)


def test_profiles():
    assert PROFILES["default"] == Readings()
    literal = PROFILES["literal-cci"]
    assert (literal.window_lo, literal.window_hi, literal.max_gap_days) == (30, 90, False)
    assert (literal.count_deb, literal.technique_policy) == (False, "require")
    assert literal.late_cutoff == "literal_1_2"
    assert PROFILES["mrecist-nadir"].pd_reference == "nadir"


def test_a_file_changes_its_base(tmp_path):
    file = tmp_path / "readings.toml"
    file.write_text('profile = "literal-cci"\nwindow_lo = 28\nmax_gap_days = 200\n', "utf-8")
    found = load_readings(str(file))
    assert (found.profile, found.window_lo, found.window_hi) == ("literal-cci", 28, 90)
    assert found.max_gap_days == 200


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": 28}, "unknown key window"),
        ({"window_lo": "28"}, "window_lo must be a whole number"),
        ({"window_lo": True}, "window_lo must be a whole number"),
        ({"window_lo": 93}, "window_lo must not be above window_hi"),
        ({"max_gap_days": True}, "max_gap_days must be a whole number"),
        ({"pd_reference": "baseline"}, "pd_reference must be one of"),
        ({"pd_min_abs_mm": False}, "pd_min_abs_mm must be one of"),
        ({"count_deb": 1}, "count_deb must be true or false"),
        ({"profile": "strict"}, "profile must be one of"),
        ({"profile": ["default"]}, "profile must be one of"),
        ({"max_targets": 2}, 'max_targets can only be "all"'),
        ({"break_on_cr": 0}, "break_on_cr can only be false"),
    ],
)
def test_refusals_name_the_key(values, words):
    with pytest.raises(ReadingsError, match=words):
        readings_from(values)


def test_a_fixed_reading_may_be_stated():
    assert readings_from({"max_targets": "all", "break_on_cr": False}) == Readings()


@pytest.mark.parametrize("name", ["no-such-profile", "\0", "."])
def test_a_file_that_cannot_be_read(name):
    with pytest.raises(ReadingsError, match="neither a profile"):
        load_readings(name)


def test_a_file_that_is_not_toml(tmp_path):
    file = tmp_path / "readings.toml"
    file.write_text("window_lo = ", "utf-8")
    with pytest.raises(ReadingsError, match=r"readings\.toml: not TOML"):
        load_readings(str(file))
