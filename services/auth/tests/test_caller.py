"""Where a request comes from."""

import pytest
from auth.caller import address_of, device_of
from auth.limits import network_of


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("8.8.8.8", "", "8.8.8.8"),
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),
        ("127.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("172.18.0.5", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("::ffff:172.18.0.5", "1.2.3.4", "1.2.3.4"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("unknown", "1.2.3.4", "unknown"),
    ],
)
def test_only_a_near_peer_speaks_for_another(peer: str, forwarded_for: str, address: str) -> None:
    assert address_of(peer, forwarded_for) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_addresses_of_one_network_count_together(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [(None, "unknown"), ("", "unknown"), ("curl/8", "curl/8"), ("a\x00\r\nb", "ab"), ("x" * 900, "x" * 200)],
)
def test_a_device_is_fit_to_be_shown(user_agent: str | None, device: str) -> None:
    assert device_of(user_agent) == device
