"""Taken ports are complained of before anything starts."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from lead import ports
from lead.complaint import Complaint
from lead.settings import load


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("setting", ["GATEWAY_PORT", "INNER_PORT_BASE", "SANDBOX_PORT"])
def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path, taken: int, setting: str) -> None:
    far = {"GATEWAY_PORT": "14000", "INNER_PORT_BASE": "14001", "SANDBOX_PORT": "14100"}
    settings = load({**far, setting: str(taken)}, checkout=tmp_path)

    with pytest.raises(Complaint, match=f"Port {taken} .*{setting}="):
        ports.check(settings, sandbox=True)


def test_two_programs_on_one_port_are_complained_of(tmp_path: Path) -> None:
    settings = load({"GATEWAY_PORT": "14000", "SANDBOX_PORT": "14002"}, checkout=tmp_path)

    with pytest.raises(Complaint, match="both use port 14002"):
        ports.check(settings, sandbox=True)


def test_the_sandboxs_port_does_not_matter_without_it(tmp_path: Path, taken: int) -> None:
    settings = load({"GATEWAY_PORT": "14000", "SANDBOX_PORT": str(taken)}, checkout=tmp_path)

    ports.check(settings, sandbox=False)
