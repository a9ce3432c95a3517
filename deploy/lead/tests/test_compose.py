"""What runs in containers is told the same as what `lead` runs on a laptop."""

import re
from importlib import import_module
from typing import Any

import pytest
import yaml
from lead.environments import AGENT, WITH_PROVIDERS
from lead.postgres import SETTINGS
from lead.settings import find_checkout, read_env_file
from providers.registry import PROVIDERS
from servicekit.house import SERVICES, package_of

DEPLOY = find_checkout() / "deploy"
TEXT = (DEPLOY / "compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]

PROXIES = {"HTTPS_PROXY", "NO_PROXY"}
TRACES = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"}
# Where the embedded server listens is no matter of tuning.
WHERE = {"listen_addresses", "port", "unix_socket_permissions"}


def set_by_images() -> set[str]:
    """The settings that an image brings along, because they follow from what is in it."""
    lines = re.findall(r"^ENV (.+?[^\\])$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    return {name for line in lines for name in re.findall(r"\b([A-Z_]+)=", line)}


GOING_OUT = {*WITH_PROVIDERS, AGENT}
"""Services that ask others than ours."""


def settings_of(program: str) -> set[str]:
    return {field.upper() for field in import_module(f"{program}.settings").Settings.__struct_fields__}


def settings_of_providers() -> set[str]:
    listed = re.findall(r"^#([A-Z_]+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE)
    return {name for name in listed if name.startswith(tuple(f"{one.upper()}_" for one in PROVIDERS))}


def test_every_service_runs_from_an_image_of_its_own() -> None:
    assert set(CONTAINERS) == {*SERVICES, "postgres", "migrate", "sandbox"}
    assert len({one["image"] for one in CONTAINERS.values()}) == len(CONTAINERS)
    assert {name: CONTAINERS[name]["build"]["args"]["MODULE"] for name in SERVICES} == {
        name: package_of(name) for name in SERVICES
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_told_all_settings_of_its_service_and_no_others(service: str) -> None:
    own = settings_of(package_of(service)) - set_by_images()
    of_providers = settings_of_providers() if service in WITH_PROVIDERS else set()
    of_providers |= PROXIES if service in GOING_OUT else set()

    assert set(CONTAINERS[service]["environment"]) == own | of_providers | TRACES


def test_the_sandbox_is_told_all_its_settings() -> None:
    own = {f"SANDBOX_{name}" for name in settings_of("sandbox")} - set_by_images()

    assert set(CONTAINERS["sandbox"]["environment"]) == own


def test_no_secret_has_a_default() -> None:
    used = re.findall(r"\$\{([A-Z_]*(?:SECRET|PASSWORD|TOKEN|KEY)[A-Z_]*)(:?.)", TEXT)

    assert {name for name, _ in used} == {"LEAD_SECRET", "POSTGRES_PASSWORD"}
    assert {how for _, how in used} == {":?"}


def test_the_gateway_is_the_only_door() -> None:
    doors = {name: one.get("profiles") for name, one in CONTAINERS.items() if "ports" in one}
    outside = {name for name, one in CONTAINERS.items() if "outside" in one["networks"]}

    assert doors == {"gateway": None, "sandbox": ["sandbox"]}
    assert outside == {*doors, *GOING_OUT}
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_postgresql_is_tuned_as_the_embedded_one() -> None:
    tuned = {f"--{name}={value}" for name, value in SETTINGS.items() if name not in WHERE}

    assert set(CONTAINERS["postgres"]["command"]) == {"postgres", *tuned}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_with_the_file_for_the_sandbox_every_provider_is_the_sandboxs(provider: str) -> None:
    told = read_env_file(DEPLOY / "sandbox.env")
    of_providers = {name: value for name, value in told.items() if name.startswith(f"{provider.upper()}_")}

    app = PROVIDERS[provider].environment(of_providers)

    assert app is not None
    assert app.api_url.startswith("http://sandbox:4100")
    assert app.authorize_url.startswith("http://localhost:4100")
    assert told["COMPOSE_PROFILES"] == "sandbox"
