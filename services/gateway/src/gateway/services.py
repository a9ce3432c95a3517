"""Asking the services about themselves."""

import asyncio
import time
from typing import Any, Literal

import msgspec
import structlog
from aiohttp import ClientError, ClientTimeout

from gateway.routing import Service
from gateway.upstreams import Upstreams

log = structlog.get_logger()

ASKING = ClientTimeout(total=2)


class ServiceHealth(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a service says of itself; `lag` and `parked` count events it has yet to handle, or put aside."""

    status: Literal["ok", "unready", "away"]
    lag: int | None = None
    parked: int | None = None
    ms: int | None = None


class Health(msgspec.Struct, frozen=True):
    """The state of the whole. It is degraded when a service is not fit, or has put events aside."""

    status: Literal["ok", "degraded"]
    services: dict[str, ServiceHealth]
    unfit: tuple[str, ...] = ()


class _Readiness(msgspec.Struct):
    lag: int | None = None
    parked: int | None = None


class Services:
    """The services, as one who asks them how they are and what they offer."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def ask_health(self) -> Health:
        """Ask all services at once how they are."""
        addresses = self._upstreams.addresses
        answers = await asyncio.gather(*(self._ask_one(address) for address in addresses.values()))
        services: dict[str, ServiceHealth] = dict(zip(addresses, answers, strict=True))
        unfit = tuple(name for name, health in services.items() if health.status != "ok")
        fine = not unfit and not any(health.parked for health in services.values())
        return Health("ok" if fine else "degraded", services, unfit)

    async def _ask_one(self, address: str) -> ServiceHealth:
        started = time.perf_counter()
        try:
            async with self._upstreams.http.get(f"{address}/health/ready", timeout=ASKING) as answer:
                said = msgspec.json.decode(await answer.read(), type=_Readiness)
        except (ClientError, TimeoutError, msgspec.DecodeError):
            return ServiceHealth("away")
        milliseconds = round((time.perf_counter() - started) * 1_000)
        return ServiceHealth("ok" if answer.ok else "unready", said.lag, said.parked, milliseconds)

    async def ask_descriptions(self) -> dict[Service, dict[str, Any]]:
        """Ask all services at once for their OpenAPI documents; one that is away is not among the answers."""
        answers = await asyncio.gather(
            *(self._ask_description(address) for address in self._upstreams.addresses.values())
        )
        return {service: said for service, said in zip(self._upstreams.addresses, answers, strict=True) if said}

    async def _ask_description(self, address: str) -> dict[str, Any] | None:
        url = f"{address}/schema/openapi.json"
        try:
            async with self._upstreams.http.get(url, timeout=ASKING, raise_for_status=True) as answer:
                return msgspec.json.decode(await answer.read(), type=dict[str, Any])
        except (ClientError, TimeoutError, msgspec.DecodeError) as error:
            log.warning("description_not_fetched", address=address, failure=type(error).__qualname__)
            return None
