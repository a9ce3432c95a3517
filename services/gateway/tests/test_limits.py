"""Buckets of requests."""

import pytest
from gateway.limits import Buckets, address_key


def test_a_bucket_gives_its_minute_at_once_and_then_as_fast_as_it_fills() -> None:
    buckets = Buckets(60)

    assert [buckets.take("ada", now=0.0) for _ in range(61)] == [0] * 60 + [1]
    assert buckets.take("ada", now=0.9) == 1
    assert buckets.take("ada", now=1.0) == 0
    assert buckets.take("ada", now=1.0) == 1


def test_waiting_as_long_as_told_is_enough() -> None:
    buckets = Buckets(2)
    for _ in range(2):
        buckets.take("ada", now=0.0)

    wait = buckets.take("ada", now=5.0)

    assert wait == 25
    assert buckets.take("ada", now=5.0 + wait) == 0


def test_a_bucket_holds_no_more_than_its_minute() -> None:
    buckets = Buckets(3)
    buckets.take("ada", now=0.0)

    assert [buckets.take("ada", now=9_999.0) > 0 for _ in range(4)] == [False, False, False, True]


def test_to_ask_how_long_to_wait_takes_nothing() -> None:
    buckets = Buckets(2)
    assert [buckets.wait("ada", now=0.0) for _ in range(3)] == [0, 0, 0]
    buckets.take("ada", now=0.0)
    buckets.take("ada", now=0.0)

    assert [buckets.wait("ada", now=now) for now in (0.0, 0.0, 29.0, 30.0)] == [30, 30, 1, 0]


def test_everybody_has_a_bucket_of_their_own_and_memory_is_bounded() -> None:
    buckets = Buckets(1, keys_at_most=2)
    assert [buckets.take(key, now=0.0) for key in ("a", "b", "a")] == [0, 0, 60]

    assert buckets.take("c", now=0.0) == 0

    assert buckets.take("a", now=0.0) == 60
    assert buckets.take("b", now=0.0) == 0


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one(address: str, key: str) -> None:
    assert address_key(address) == key
