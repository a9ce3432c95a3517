"""Auth starts with settings that make sense, or says which do not."""

import pytest
from auth.settings import Settings
from servicekit.settings import SettingsInvalid, load

NEEDED = {"SERVICE_DATABASE_URL": "postgresql:///lead", "LEAD_SECRET": "x" * 32}


def test_what_is_not_said_is_usual() -> None:
    settings = load(Settings, NEEDED)

    assert (settings.port, settings.access_token_hours, settings.key_rotation_days) == (4001, 24, 30)


@pytest.mark.parametrize(
    "wrong",
    [{"ACCESS_TOKEN_HOURS": "0"}, {"ARGON2_AT_ONCE": "none"}, {"LEAD_SECRET": "short"}, {"KEY_ROTATION_DAYS": "-1"}],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match=next(iter(wrong))):
        load(Settings, NEEDED | wrong)
