"""A life of trouble ends with all held as it is, and nothing left over."""

from pathlib import Path

import pytest

from e2e.house import embedded
from e2e.soak import SETTINGS, show, soak
from e2e.truth import unequal


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.embedded
@pytest.mark.timeout(1800, func_only=True)
async def test_after_a_life_of_trouble_all_is_held_as_it_is(tmp_path: Path) -> None:
    with embedded(tmp_path, SETTINGS) as house:
        report = await soak(house, seconds=60, seed=7)

    assert report.differences == [], show(report)


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ({"a": 1, "b": {"c": "x"}}, {"a": 1, "b": {"c": "x"}, "d": 2}, 0),
        ({"a": 1}, {"a": 2}, 1),
        ({"a": {"b": None}}, {"a": {"b": ""}}, 1),
        ([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], 0),
        ([{"id": 1}], [{"id": 1}, {"id": 2}], 1),
    ],
)
def test_records_are_compared_field_by_field_as_far_as_both_tell(ours: object, theirs: object, found: int) -> None:
    assert len(list(unequal(ours, theirs))) == found
