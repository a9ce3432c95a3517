"""Last write wins, by the soak's own rules."""

from datetime import UTC, datetime

import pytest

from e2e.golden_values import Member, unequal

EARLY, LATE = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ours", "members", "found"),
    [
        ({"city": "Porto"}, [Member(EARLY, {"city": "Lisbon"}), Member(LATE, {"city": "Porto"})], 0),
        ({"city": "Lisbon"}, [Member(EARLY, {"city": "Lisbon"}), Member(LATE, {"city": "Porto"})], 1),
        ({"city": "Lisbon"}, [Member(EARLY, {"city": "Lisbon"}), Member(LATE, {})], 0),
        ({"city": "Lisbon"}, [Member(LATE, {"city": "Lisbon"}), Member(LATE, {"city": "Porto"})], 0),
        ({"city": "Faro"}, [Member(LATE, {"city": "Lisbon"}), Member(LATE, {"city": "Porto"})], 1),
        ({}, [Member(LATE, {"city": "Lisbon"})], 1),
        ({"city": "Lisbon"}, [Member(LATE, {})], 1),
        ({"city": "Lisbon"}, [], 1),
    ],
)
def test_the_latest_value_there_is_wins(ours: dict[str, str], members: list[Member], found: int) -> None:
    assert len(list(unequal(ours, members))) == found
