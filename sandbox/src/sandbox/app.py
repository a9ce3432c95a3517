"""The wiring: what the sandbox is made of."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from sandbox import control
from sandbox.conditions import Conditions
from sandbox.faults import Faults
from sandbox.hubspot import app as hubspot
from sandbox.hubspot import troubles as hubspot_troubles
from sandbox.model import app as model
from sandbox.pipedrive import app as pipedrive
from sandbox.pipedrive import troubles as pipedrive_troubles
from sandbox.settings import Settings
from sandbox.store import Sandbox
from sandbox.zendesk import app as zendesk
from sandbox.zendesk import troubles as zendesk_troubles


def create_app(settings: Settings) -> ASGIApp:
    """The whole sandbox."""
    sandbox = Sandbox(settings)
    conditions = Conditions(sandbox)
    faults = conditions.faults
    return Doors(
        {
            "control": control.create_app(conditions),
            "v1": model.create_app(conditions.book),
            "pipedrive": Faults(pipedrive.create_app(sandbox), faults, pipedrive_troubles.trouble),
            "zendesk": Faults(zendesk.create_app(sandbox), faults, zendesk_troubles.trouble),
        },
        # HubSpot has so many first steps that it is at the root.
        otherwise=Faults(hubspot.create_app(sandbox), faults, hubspot_troubles.trouble),
    )


class Doors:
    """One address for all: the first step of a path tells which application it is for."""

    def __init__(self, apps: dict[str, ASGIApp], *, otherwise: ASGIApp) -> None:
        self._apps = apps
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] == ScopeType.HTTP:
            app = self._apps.get(scope["path"].strip("/").partition("/")[0], self._otherwise)
        else:  # the server's own beginning and end, which matter to the control alone
            app = self._apps["control"]
        await app(scope, receive, send)
