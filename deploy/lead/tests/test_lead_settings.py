"""What the environment and .env make of a run."""

from pathlib import Path

import pytest
from lead.complaint import Complaint
from lead.settings import load


def test_what_is_not_said_follows_from_the_checkout_and_the_gateways_port(tmp_path: Path) -> None:
    settings = load({"GATEWAY_PORT": "5000"}, checkout=tmp_path)

    assert settings.lead_home == tmp_path / ".lead"
    assert settings.public_url == "http://localhost:5000"
    assert [settings.port_of(name) for name in ("gateway", "auth", "identity", "sandbox")] == [5000, 5001, 5004, 4100]


def test_the_secret_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = load({}, checkout=tmp_path).lead_secret

    assert load({}, checkout=tmp_path).lead_secret == first
    assert len(first) >= 32
    assert (tmp_path / ".lead" / "secret").stat().st_mode & 0o777 == 0o600


def test_the_environment_stands_above_the_env_file(tmp_path: Path) -> None:
    lines = ["# ours", "", "export ROLE_PREFIX='ours'", "LOG_LEVEL=debug   # or info", "GATEWAY_PORT=1", "TOKEN_KEYS="]
    (tmp_path / ".env").write_text("\n".join(lines))

    settings = load({"GATEWAY_PORT": "5000"}, checkout=tmp_path)

    assert (settings.role_prefix, settings.gateway_port) == ("ours", 5000)
    assert settings.environ["LOG_LEVEL"] == "debug"


@pytest.mark.parametrize("wrong", [{"GATEWAY_PORT": "many"}, {"SANDBOX_PORT": "4100.5"}])
def test_a_wrong_setting_is_a_complaint(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(Complaint, match="setting is wrong"):
        load(wrong, checkout=tmp_path)


def test_a_line_of_the_env_file_that_says_nothing_is_a_complaint(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ROLE_PREFIX=lead\nwhat is this\n")

    with pytest.raises(Complaint, match="line 2"):
        load({}, checkout=tmp_path)
