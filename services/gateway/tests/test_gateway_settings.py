"""What the gateway refuses to be told."""

import pytest
from gateway.settings import POSITIVE, Settings
from servicekit.settings import SettingsInvalid, load
from servicekit.testing import TEST_SECRET

GIVEN = {"PORT": "4000", "SERVICE_DATABASE_URL": "postgresql:///x", "LEAD_SECRET": TEST_SECRET}


@pytest.mark.parametrize("name", POSITIVE)
def test_a_limit_that_lets_nothing_through_is_refused(name: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"{name.upper()} must be above 0"):
        load(Settings, GIVEN | {name.upper(): "0"})


def test_a_weak_secret_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="LEAD_SECRET"):
        load(Settings, GIVEN | {"LEAD_SECRET": "short"})


def test_nobody_is_believed_unless_told() -> None:
    settings = load(Settings, GIVEN | {"RATE_PER_MINUTE": "7"})

    assert (settings.forwarded_allow_ips, settings.cors_origins, settings.rate_per_minute) == ("", "", 7)
