"""The gateway's own routes, and the one that takes everything else to the services."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, asgi, get
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream
from litestar.types import Receive, Scope, Send
from servicekit.errors import Forbidden, NotFound
from servicekit.principal import KeySource, Principal, bearer_of, check_token

from gateway import pages, web_answers
from gateway.description import Description
from gateway.door import Limits
from gateway.live import Live
from gateway.proxy import Proxy
from gateway.routing import find_route, read_path
from gateway.services import Health, Services
from gateway.web import INDEX, Web

WEB = "/app"
PUBLIC: dict[str, Any] = {"opt": {"public": True}}


@get("/health", **PUBLIC, responses={503: ResponseSpec(Health, description="A service is not fit")})
async def get_health(services: NamedDependency[Services]) -> Response[Health]:
    """Every service's state; 503 names those that are not fit in `unfit`."""
    health = await services.ask_health()
    return Response(health, status_code=503 if health.unfit else 200)


@get("/openapi.json", **PUBLIC, include_in_schema=False)
async def get_description(
    request: Request[Any, Any, Any], description: NamedDependency[Description]
) -> Response[bytes]:
    """Return one description of all routes."""
    content = await description.get(request.app.openapi_schema.to_schema())
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-cache"})


@get("/events", media_type="text/event-stream")
async def get_events(
    principal: NamedDependency[Principal], live: NamedDependency[Live], limits: NamedDependency[Limits]
) -> Stream:
    """Live updates of the workspace, as server-sent events.

    Each is `{"items": [...]}` under the event's name, such as `golden_record.changed`, and means: look at these
    again. `ready` comes first and `resync` when there was too much to name: look at everything.
    """
    assert principal.user_id is not None
    assert principal.expires_at is not None
    limits.admit_person(principal.user_id)
    stream = live.stream(
        workspace_id=principal.workspace_id,
        user_id=principal.user_id,
        ends_at=principal.expires_at.timestamp(),
    )
    return Stream(stream, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


def page_route(path: str, name: str, media_type: str) -> HTTPRouteHandler:
    """Make the route of a file of the package."""
    page = pages.read_page(name)

    @get(path, **PUBLIC, include_in_schema=False, media_type=media_type, sync_to_thread=False)
    def get_page() -> Response[bytes]:
        return Response(page, media_type=media_type, headers=pages.HEADERS)

    return get_page


def home_route(web: Web) -> HTTPRouteHandler:
    """Make the route of the front door: it leads to the page, and while there is none says where else to go."""
    welcome = pages.read_page(pages.WELCOME)

    @get("/", **PUBLIC, include_in_schema=False, media_type="text/html", sync_to_thread=False)
    def get_home() -> Response[bytes]:
        if web.find(INDEX):
            return Response(b"", status_code=303, headers={"Location": f"{WEB}/", "Cache-Control": "no-cache"})
        return Response(welcome, media_type="text/html", headers=pages.HEADERS)

    return get_home


def services_route(proxy: Proxy, limits: Limits, keys: KeySource, web: Web) -> ASGIRouteHandler:
    """Make the route that takes everything else to the service that answers it.

    What lies below `/app` is the page's: the framework looks at no route below another once one is mounted at `/`.
    """

    @asgi("/", is_mount=True, copy_scope=True, **PUBLIC)
    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await send({"type": "websocket.close", "code": 1008, "reason": "no such route"})
            return
        path = read_path(scope["raw_path"])
        if path == WEB or path.startswith(f"{WEB}/"):
            await web_answers.answer(web, path.removeprefix(WEB).lstrip("/"), Request(scope))(scope, receive, send)
            return
        route = find_route(scope["method"], path)
        if route is None:
            raise NotFound("nothing is here; /docs says what is where")
        if not route.public:
            limits.admit_person(await _person(scope, keys))
        await proxy.pass_on(scope, receive, send, route)

    return pass_on


async def _person(scope: Scope, keys: KeySource) -> UUID:
    """Tell who is signed in. Raises `Unauthorized`, and `Forbidden` for a service: those have ways of their own."""
    authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    principal = await check_token(bearer_of(authorization), keys, service="gateway")
    if principal.user_id is None:
        raise Forbidden("this needs a signed-in person")
    return principal.user_id
