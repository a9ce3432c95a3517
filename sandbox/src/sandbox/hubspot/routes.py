"""Where everything stands: each date has its own prefix, beside the older one."""

from uuid import uuid4

import msgspec
from litestar import Response, Router, delete, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from sandbox.changes import GrantRevoked
from sandbox.clock import now_ms
from sandbox.hubspot import associations, definitions, oauth, objects
from sandbox.hubspot.gate import UNGATED, Caller
from sandbox.store import Sandbox
from sandbox.wire import HTTPRequest, answer

DATES = ("2026-03", "2026-09")


@delete("/appinstalls/v3/external-install")
async def uninstall(sandbox: NamedDependency[Sandbox], caller: NamedDependency[Caller]) -> None:
    """Take the app out of the account, and with it all its tokens."""
    sandbox.commit(GrantRevoked(at=now_ms(), grant=caller.token.grant))


class AppSettings(msgspec.Struct, rename="camel"):
    """Where the app wants to be told of changes."""

    target_url: str


@put("/webhooks/v3/{app_id:str}/settings", opt={UNGATED: True})
async def set_target(
    app_id: FromPath[str], data: JSONBody[AppSettings], sandbox: NamedDependency[Sandbox]
) -> Response[bytes]:
    """Change where webhooks go, for all accounts; whoever runs a sandbox is the developer."""
    sandbox.hubspot_target = data.target_url or None
    return answer({"targetUrl": data.target_url, "throttling": {"maxConcurrentRequests": 10}})


def routers() -> list[ControllerRouterHandler]:
    """All of HubSpot, under one base address; behind the gate but for the OAuth part of it."""
    parts: list[ControllerRouterHandler] = [
        Router("/crm/v3/objects", route_handlers=[*objects.ROUTES, *associations.OBJECTS_V3]),
        Router("/crm/v4/objects", route_handlers=associations.OBJECTS_V4),
        Router("/crm/v3/associations", route_handlers=associations.BATCHES_V3),
        Router("/crm/v4/associations", route_handlers=associations.BATCHES_V4),
        Router("/crm/v3/pipelines", route_handlers=definitions.PIPELINES),
        Router("/crm/v3/owners", route_handlers=definitions.OWNERS),
        Router("/crm/v3/properties", route_handlers=definitions.PROPERTIES),
        *definitions.ACCOUNT,
        uninstall,
        set_target,
        Router("/oauth", route_handlers=oauth.ROUTES, opt={UNGATED: True}),
    ]
    for date in DATES:
        parts += [
            Router(f"/crm/objects/{date}", route_handlers=[*objects.ROUTES, *associations.OBJECTS_V4]),
            Router(f"/crm/associations/{date}", route_handlers=associations.BATCHES_V4),
            Router(f"/crm/pipelines/{date}", route_handlers=definitions.PIPELINES),
            Router(f"/crm/owners/{date}", route_handlers=definitions.OWNERS),
            Router(f"/crm/properties/{date}", route_handlers=definitions.PROPERTIES),
        ]
    return parts


def misunderstood(request: HTTPRequest, error: HTTPException) -> Response[bytes]:
    """What the framework could not make sense of: an address that is none answers a web page, as the real one."""
    if error.status_code == 404:
        page = b"<html><head><title>404 Not Found</title></head><body><h1>HTTP ERROR 404</h1></body></html>"
        return Response(page, status_code=404, media_type="text/html;charset=iso-8859-1")
    body = {"status": "error", "message": f"Invalid input: {error.detail}", "correlationId": str(uuid4())}
    if error.status_code == 400:
        body["category"] = "VALIDATION_ERROR"
    return answer(body, error.status_code)
