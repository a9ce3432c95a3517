"""Each program's environment, and the page that lists all settings."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from lead import environments
from lead.settings import Settings, find_checkout, load
from providers.registry import PROVIDERS
from servicekit.house import SERVICES, package_of
from servicekit.settings import load as load_service

DATABASE = "postgresql:///postgres?host=/tmp"


@pytest.fixture
def whole(tmp_path: Path) -> Settings:
    return load(
        {
            "PATH": "/usr/bin",
            "GATEWAY_PORT": "5000",
            "FORWARDED_ALLOW_IPS": "10.0.0.1",
            "SYNC_CONCURRENCY": "2",
            "HUBSPOT_CLIENT_ID": "ours",
            "DATABASE_URL": "postgresql://root:secret@db/lead",
            "AWS_SECRET_ACCESS_KEY": "nobody's business",
        },
        checkout=tmp_path,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_settings_from_what_it_is_given(service: str, whole: Settings) -> None:
    environment = environments.of_service(service, whole, database_url=DATABASE, sandbox=True)

    settings = load_service(import_module(f"{package_of(service)}.settings").Settings, environment)

    assert settings.port == whole.port_of(service)
    assert settings.identity_url == "http://127.0.0.1:5004"
    assert settings.public_url == "http://localhost:5000"
    assert settings.lead_secret == whole.lead_secret


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_nothing_of_anothers(service: str, whole: Settings) -> None:
    environment = environments.of_service(service, whole, database_url=DATABASE, sandbox=False)

    assert "DATABASE_URL" not in environment
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert ("SYNC_CONCURRENCY" in environment) == (service == "sync-worker")
    assert ("HUBSPOT_CLIENT_ID" in environment) == (service in {"connections", "sync-worker"})
    assert ("FORWARDED_ALLOW_IPS" in environment) == (service == "gateway")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_with_the_sandbox_the_providers_are_the_sandboxs(whole: Settings, provider: str) -> None:
    environment = environments.of_service("connections", whole, database_url=DATABASE, sandbox=True)

    app = PROVIDERS[provider].environment(environment)

    assert app is not None
    assert app.api_url.startswith(whole.sandbox_url)


def test_the_example_lists_every_setting_there_is_and_no_other() -> None:
    lines = (find_checkout() / "deploy" / ".env.example").read_text().splitlines()
    listed = {line.removeprefix("#").partition("=")[0] for line in lines if line.removeprefix("#")[:1].isupper()}
    listed = {name for name in listed if name.isupper()}

    services = [import_module(f"{package_of(service)}.settings").Settings for service in SERVICES]
    known = {field.upper() for settings in (*services, Settings) for field in settings.__struct_fields__}
    sandbox = import_module("sandbox.settings").Settings
    known |= {f"SANDBOX_{field.upper()}" for field in sandbox.__struct_fields__}
    known -= {"ENVIRON"}
    known |= set(re.findall(r"\$\{([A-Z_]+)", (find_checkout() / "deploy" / "compose.yml").read_text()))
    listed -= {name for name in listed if name.startswith("OTEL_")}  # the exporter's own, which it reads by itself

    of_providers = {name for name in listed if name.startswith(tuple(f"{one.upper()}_" for one in PROVIDERS))}
    assert listed - of_providers == known
    assert all(f"{provider.upper()}_CLIENT_ID" in of_providers for provider in PROVIDERS)
