"""The wiring: what the sandbox is made of."""

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.logging import LoggingConfig
from litestar.types import ASGIApp

from sandbox import control
from sandbox.control import Conditions
from sandbox.faults import Faults
from sandbox.hubspot import routes
from sandbox.hubspot.errors import HubSpotError
from sandbox.hubspot.gate import Gate
from sandbox.hubspot.oauth import OAuth
from sandbox.hubspot.requests import caller_of
from sandbox.hubspot.tokens import Mint
from sandbox.settings import Settings
from sandbox.store import Sandbox


def create_app(settings: Settings) -> ASGIApp:
    """The whole sandbox."""
    sandbox = Sandbox(settings)
    conditions = Conditions(sandbox)
    mint = Mint(settings.hubspot_client_secret)
    oauth = OAuth(sandbox, mint)
    app = Litestar(
        route_handlers=[*routes.routers(), control.router()],
        # Here and not at the routers, which are copied with all they hold when they are registered.
        middleware=[Gate(sandbox, mint, conditions.limits)],
        dependencies={
            "sandbox": Provide(lambda: sandbox, sync_to_thread=False),
            "conditions": Provide(lambda: conditions, sync_to_thread=False),
            "caller": Provide(caller_of),
            "oauth": Provide(lambda: oauth, sync_to_thread=False),
        },
        exception_handlers={HubSpotError: routes.refused, HTTPException: routes.misunderstood},
        lifespan=[conditions.churn.running],
        logging_config=LoggingConfig(log_exceptions="always", disable_stack_trace={HubSpotError, *range(400, 500)}),
        openapi_config=None,
    )
    return Faults(app, conditions.faults)
