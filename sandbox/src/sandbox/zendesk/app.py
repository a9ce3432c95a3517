"""Zendesk as an application of its own, each account under a path of its name."""

from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.logging import LoggingConfig
from litestar.types import ASGIApp, Receive, Scope, Send

from sandbox.store import Sandbox
from sandbox.tokens import Mint
from sandbox.wire import Answer, HTTPRequest, Refusal, answer, refused
from sandbox.zendesk import (
    comments,
    exports,
    identity_routes,
    oauth,
    organization_routes,
    search,
    ticket_events,
    tickets,
    users,
    webhook_routes,
)
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.gate import UNGATED, Gate
from sandbox.zendesk.repeats import Repeats
from sandbox.zendesk.requests import caller_of

_NO_ACCOUNT = b"<!DOCTYPE html><html><head><title>Help Center Closed</title></head><body>No such account.</body></html>"


def create_app(sandbox: Sandbox) -> ASGIApp:
    """All of Zendesk."""
    mint = Mint("zendesk", sandbox.settings.zendesk_client_secret)
    oauth_of_all = oauth.OAuth(sandbox, mint)
    repeats = Repeats()
    rooms = (oauth, users, identity_routes, organization_routes, tickets, comments, exports, ticket_events, search)
    gated = [route for room in (*rooms, webhook_routes) for route in room.ROUTES]
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=oauth.FOR_ANYBODY, opt={UNGATED: True}),
            Router("/zendesk/{subdomain:str}/api/v2", route_handlers=gated),
        ],
        middleware=[Gate(sandbox, mint)],
        dependencies={
            "sandbox": Provide(lambda: sandbox, sync_to_thread=False),
            "caller": Provide(caller_of),
            "oauth": Provide(lambda: oauth_of_all, sync_to_thread=False),
            "repeats": Provide(lambda: repeats, sync_to_thread=False),
        },
        exception_handlers={Refusal: refused, HTTPException: _misunderstood},
        logging_config=LoggingConfig(log_exceptions="always", disable_stack_trace={Refusal, *range(400, 500)}),
        openapi_config=None,
    )
    return _Hosts(app, sandbox)


class _Hosts:
    """What stands before every account: unknown names lead nowhere, and every path may end in `.json`."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, where there is an account."""
        subdomain = (scope["path"].split("/") + [""] * 3)[2]
        if self._sandbox.account(Desk, subdomain) is None:
            headers = [(b"content-type", b"text/html; charset=utf-8")]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": _NO_ACCOUNT, "more_body": False})
            return
        plain = scope["path"].removesuffix(".json")
        await self._app({**scope, "path": plain, "raw_path": plain.encode()}, receive, send)  # type: ignore[arg-type]


def _misunderstood(_: HTTPRequest, error: HTTPException) -> Answer | Response[bytes]:
    """What the framework could not make sense of."""
    if error.status_code == 404:
        return answer({"error": "InvalidEndpoint", "description": "Not found"}, 404)
    return answer({"error": "InvalidRequest", "description": str(error.detail)}, error.status_code)
