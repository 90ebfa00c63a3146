"""Three-valued logic: missing is never "no"."""

import pytest

from cdshooks.clinical.chart import named
from cdshooks.clinical.logic import agreed, all_of, any_of, negate


@pytest.mark.parametrize(
    ("values", "every", "some", "shared"),
    [
        ((), True, False, None),
        ((True,), True, True, True),
        ((False,), False, False, False),
        ((None,), None, None, None),
        ((True, False), False, True, None),
        ((True, None), None, True, None),
        ((None, True), None, True, None),
        ((False, None), False, None, None),
        ((None, False), False, None, None),
        ((True, True), True, True, True),
    ],
)
def test_kleene(values, every, some, shared):
    assert (all_of(values), any_of(values), agreed(values)) == (every, some, shared)


def test_not_unknown_is_unknown():
    assert [negate(value) for value in (True, False, None)] == [False, True, None]


def test_a_resource_without_an_id_is_never_named():
    assert named(["Procedure/b", "Procedure/#1", "Procedure/a", "Procedure/b"]) == (
        "Procedure/a",
        "Procedure/b",
    )
