"""Which services there are. The order is that of starting; stopping goes backwards."""

SERVICES: tuple[str, ...] = ("auth", "connections", "sync-worker", "identity", "agent", "gateway")
"""Every service, by the name of its folder."""

WITH_DATABASE: tuple[str, ...] = ("auth", "connections", "sync-worker", "identity", "agent")
"""Those that own a schema; the gateway owns nothing, and reads the bus as `gateway`."""


def package_of(service: str) -> str:
    """The name inside: of the Python package, the Postgres schema and the consumer."""
    return service.replace("-", "_")
