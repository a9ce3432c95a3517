"""HubSpot as an application of its own, at the root of the address."""

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.logging import LoggingConfig

from sandbox.hubspot import routes
from sandbox.hubspot.gate import Gate
from sandbox.hubspot.oauth import OAuth
from sandbox.hubspot.requests import caller_of
from sandbox.store import Sandbox
from sandbox.tokens import Mint
from sandbox.wire import Refusal, refused


def create_app(sandbox: Sandbox) -> Litestar:
    """All of HubSpot."""
    mint = Mint("hubspot", sandbox.settings.hubspot_client_secret)
    oauth = OAuth(sandbox, mint)
    return Litestar(
        route_handlers=routes.routers(),
        # Here and not at the routers, which are copied with all they hold when they are registered.
        middleware=[Gate(sandbox, mint)],
        dependencies={
            "sandbox": Provide(lambda: sandbox, sync_to_thread=False),
            "caller": Provide(caller_of),
            "oauth": Provide(lambda: oauth, sync_to_thread=False),
        },
        exception_handlers={Refusal: refused, HTTPException: routes.misunderstood},
        logging_config=LoggingConfig(log_exceptions="always", disable_stack_trace={Refusal, *range(400, 500)}),
        openapi_config=None,
    )
