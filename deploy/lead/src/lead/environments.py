"""Each program's own environment: its settings and nothing else."""

from importlib import import_module

from providers.registry import PROVIDERS
from servicekit.house import SERVICES, package_of
from servicekit.settings import ServiceSettings

from lead import web
from lead.leftovers import MARK
from lead.settings import GATEWAY, Settings

WITH_PROVIDERS = ("connections", "sync-worker")
AGENT = "agent"
MODELS = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
"""Where any of these is told, a model of the person's own answers, also in front of a sandbox."""

# What a program may need of the machine it runs on, whatever its own settings are.
OF_THE_MACHINE = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"),
)


def of_machine(settings: Settings) -> dict[str, str]:
    """The environment of any program of ours."""
    machine = {name: settings.environ[name] for name in OF_THE_MACHINE if name in settings.environ}
    return {**machine, "PYTHONUNBUFFERED": "1", MARK: str(settings.lead_home)}


def of_build(settings: Settings) -> dict[str, str]:
    """What building the page needs besides: where its packages come from, and nothing of ours."""
    return {
        name: value
        for name, value in settings.environ.items()
        if name.lower().startswith("npm_config_") or name == "NODE_EXTRA_CA_CERTS"
    }


def of_service(service: str, settings: Settings, *, database_url: str, sandbox: bool) -> dict[str, str]:
    """The environment of a service; `database_url` carries no credentials."""
    settings_type: type[ServiceSettings] = import_module(f"{package_of(service)}.settings").Settings
    own = {field.upper() for field in settings_type.__struct_fields__}
    if service != GATEWAY:
        own -= {"FORWARDED_ALLOW_IPS"}  # the proxies it names stand before the gateway; the gateway is ours
    told = {name: value for name, value in settings.environ.items() if name in own}
    if service in WITH_PROVIDERS:
        told |= _registrations(settings, sandbox=sandbox)
    if service == AGENT and sandbox and not any(told.get(name) for name in MODELS):
        told |= {"ANTHROPIC_BASE_URL": settings.sandbox_url, "AGENT_IS_STAND_IN": "true"}
    decided = {name: value for name, value in _decided(service, settings, database_url).items() if name in own}
    return {**of_machine(settings), **_telemetry(settings), **told, **decided}


def of_sandbox(settings: Settings) -> dict[str, str]:
    """The environment of the providers' stand-in."""
    told = {name: value for name, value in settings.environ.items() if name.startswith("SANDBOX_")}
    state = str(settings.lead_home / "sandbox")
    decided = {"SANDBOX_PORT": str(settings.sandbox_port), "SANDBOX_HOST": "127.0.0.1"}
    # The address of an app's webhooks is a setting of the app; the other providers are told when they are connected.
    usual = {"SANDBOX_STATE": state, "SANDBOX_HUBSPOT_WEBHOOK_URL": f"{settings.public_url}/webhooks/hubspot"}
    return {**of_machine(settings), **usual, **told, **decided}


def registered_providers(settings: Settings) -> list[str]:
    """The providers that we are registered with."""
    apps = {name: provider.environment(settings.environ) for name, provider in PROVIDERS.items()}
    return [name for name, app in apps.items() if app and app.client_id]


def _decided(service: str, settings: Settings, database_url: str) -> dict[str, str]:
    """What follows from where everything runs, so that nobody needs to say it."""
    inner = [name for name in SERVICES if name != GATEWAY]
    addresses = {f"{package_of(name).upper()}_URL": f"http://127.0.0.1:{settings.port_of(name)}" for name in inner}
    decided = {
        **addresses,
        "HOST": "127.0.0.1",
        "PORT": str(settings.port_of(service)),
        "PUBLIC_URL": settings.public_url,
        "SERVICE_DATABASE_URL": database_url,
        "ROLE_PREFIX": settings.role_prefix,
        "LEAD_SECRET": settings.lead_secret,
        web.WEB_ROOT: web.root(settings),
    }
    return {**decided, "HOST": settings.gateway_host} if service == GATEWAY else decided


def _registrations(settings: Settings, *, sandbox: bool) -> dict[str, str]:
    """How we are registered as an application with the providers: each knows its own settings by its name."""
    if not sandbox:
        prefixes = tuple(f"{provider.upper()}_" for provider in PROVIDERS)
        return {name: value for name, value in settings.environ.items() if name.startswith(prefixes)}
    return {
        "SAMPLE_ACCOUNTS": "hubspot:111111,pipedrive:222222,zendesk:acme",
        "HUBSPOT_CLIENT_ID": "sandbox-hubspot",
        "HUBSPOT_CLIENT_SECRET": "sandbox-hubspot-secret",
        # The consent page is for the person's browser, the API for our services.
        "HUBSPOT_AUTHORIZE_URL": f"http://localhost:{settings.sandbox_port}/oauth/authorize",
        "HUBSPOT_API_URL": settings.sandbox_url,
        "PIPEDRIVE_CLIENT_ID": "sandbox-pipedrive",
        "PIPEDRIVE_CLIENT_SECRET": "sandbox-pipedrive-secret",
        "PIPEDRIVE_AUTHORIZE_URL": f"http://localhost:{settings.sandbox_port}/pipedrive/oauth/authorize",
        "PIPEDRIVE_API_URL": f"{settings.sandbox_url}/pipedrive",
        "ZENDESK_CLIENT_ID": "sandbox-zendesk",
        "ZENDESK_CLIENT_SECRET": "sandbox-zendesk-secret",
        "ZENDESK_AUTHORIZE_URL": f"http://localhost:{settings.sandbox_port}/zendesk/{{subdomain}}/oauth/authorizations/new",
        "ZENDESK_API_URL": f"{settings.sandbox_url}/zendesk/{{subdomain}}",
    }


def _telemetry(settings: Settings) -> dict[str, str]:
    return {name: value for name, value in settings.environ.items() if name.startswith("OTEL_")}
