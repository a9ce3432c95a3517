"""The wiring of the gateway."""

import asyncio

from litestar import Litestar
from litestar.config.cors import CORSConfig
from servicekit.app import STOPPING, service_app
from servicekit.database import Database
from servicekit.principal import KeySource, PublishedKeys

from gateway import mcp_resource, pages, routes
from gateway.description import Description
from gateway.door import Limits, door, secure
from gateway.live import Live
from gateway.personal_tokens import PersonalTokens, exchanging
from gateway.proxy import Proxy
from gateway.services import Services
from gateway.settings import Settings
from gateway.upstreams import Upstreams
from gateway.web import Web

MCP_HEADERS = ("Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Last-Event-Id")


def create_app(settings: Settings, keys: KeySource | None = None) -> Litestar:
    """Build the gateway; `keys` are auth's published ones unless given."""
    db = Database.connect(settings, "gateway")
    keys = keys or PublishedKeys(settings.auth_url)
    upstreams = Upstreams(settings)
    limits = Limits(settings)
    proxy = Proxy(upstreams, settings)
    services = Services(upstreams)
    live = Live(keep_alive_seconds=settings.keep_alive_seconds, streams_per_user=settings.streams_per_user)
    web = Web(settings.web_root)
    stopping = asyncio.Event()

    async def follow() -> None:
        await live.follow(db, poll_seconds=settings.bus_poll_seconds)

    async def end_streams() -> None:
        await stopping.wait()
        live.end()
        proxy.end_streams()

    app = service_app(
        name="gateway",
        settings=settings,
        db=db,
        migrated=False,
        keys=keys,
        routes=[
            routes.get_health,
            routes.get_description,
            routes.get_events,
            mcp_resource.metadata_route(settings.public_url),
            *(routes.page_route(*file) for file in pages.FILES),
            routes.home_route(web),
            routes.services_route(proxy, limits, keys, web),
        ],
        dependencies={"services": services, "description": Description(services), "live": live, "limits": limits},
        workers={"live": follow, "end-streams": end_streams},
        middleware=[door(limits, settings.metrics_token), exchanging(PersonalTokens(upstreams))],
        before_send=[secure, mcp_resource.challenge(settings.public_url)],
        cors=cors(settings),
        lifespan=[upstreams.connected],
    )
    app.state[STOPPING] = stopping
    return app


def cors(settings: Settings) -> CORSConfig | None:
    """Allow the configured origins to call us with credentials; None when there are none."""
    origins = [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return None
    return CORSConfig(
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "X-Request-Id", *MCP_HEADERS],
        allow_credentials=True,
        expose_headers=["X-Request-Id", "Retry-After", "WWW-Authenticate"],
    )
