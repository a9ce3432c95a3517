"""Pipedrive as an application of its own: OAuth at one address, and every company's API at its own."""

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.logging import LoggingConfig

from sandbox.pipedrive import entries, leftovers_v1, notes_v1, oauth, records_v2, search, webhook_routes, work_v2
from sandbox.pipedrive.errors import PipedriveError, invalid, mismatched
from sandbox.pipedrive.gate import UNGATED, Caller, Gate
from sandbox.store import Sandbox
from sandbox.tokens import Mint
from sandbox.wire import Answer, HTTPRequest, Refusal, refused

COMPANY = "/pipedrive/{company:str}"


def create_app(sandbox: Sandbox) -> Litestar:
    """All of Pipedrive."""
    mint = Mint("pipedrive", sandbox.settings.pipedrive_client_secret)
    screens = oauth.OAuth(sandbox, mint)
    parts = {
        "v2": (*records_v2.ROUTES, *work_v2.ROUTES, *search.ROUTES, *entries.ROUTES_V2),
        "v1": (*leftovers_v1.ROUTES, *notes_v1.ROUTES, *entries.ROUTES_V1, *webhook_routes.ROUTES),
    }
    return Litestar(
        route_handlers=[
            Router("/pipedrive/oauth", route_handlers=oauth.ROUTES, opt={UNGATED: True}),
            # Paths answer with and without /api in front: recorded so.
            *(Router(f"{COMPANY}/api/{version}", route_handlers=routes) for version, routes in parts.items()),
            *(Router(f"{COMPANY}/{version}", route_handlers=routes) for version, routes in parts.items()),
        ],
        middleware=[Gate(sandbox, mint)],
        dependencies={
            "sandbox": Provide(lambda: sandbox, sync_to_thread=False),
            "caller": Provide(_caller),
            "oauth": Provide(lambda: screens, sync_to_thread=False),
        },
        exception_handlers={Refusal: refused, HTTPException: _misunderstood},
        logging_config=LoggingConfig(log_exceptions="always", disable_stack_trace={Refusal, *range(400, 500)}),
        openapi_config=None,
    )


async def _caller(request: HTTPRequest) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    return caller


def _misunderstood(request: HTTPRequest, error: HTTPException) -> Answer:
    """What is no address of Pipedrive's is answered like one that was not granted: recorded so."""
    if error.status_code in {404, 405}:
        return refused(request, mismatched())
    refusal = invalid(error.detail) if error.status_code == 400 else PipedriveError(error.status_code, error.detail)
    return refused(request, refusal)
