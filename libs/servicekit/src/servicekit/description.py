"""What a service's OpenAPI document says of each route beside its shapes: a summary, and who may call it."""

import re

from litestar.handlers import HTTPRouteHandler
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute

from servicekit.principal import PERSON, SCOPED_SERVICES, wanted_scope

SIGNED_IN = "signed_in"
PERSONAL_TOKEN = "personal_token"  # noqa: S105 - the name of a way in, and no token
_SENTENCE = re.compile(r"(.+?)(?:\.(?=\s|$)|\Z)", re.DOTALL)


class Described(ReceiveRoutePlugin):
    """Fills in what each handler's docstring and `opt` say already."""

    def __init__(self, service: str) -> None:
        self._service = service

    def receive_route(self, route: BaseRoute) -> None:
        """Fill it in for the handlers of a route, before they are described."""
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                handler.summary = handler.summary or summary_of(handler.description or handler.fn.__doc__)
                handler.security = handler.security or self._ways_in(handler)

    def _ways_in(self, handler: HTTPRouteHandler) -> list[dict[str, list[str]]]:
        if handler.opt.get("public"):
            return []
        scope = handler.opt.get("scope")
        if scope == PERSON or (scope is None and self._service not in SCOPED_SERVICES):
            return [{SIGNED_IN: []}]
        method = next(iter(handler.http_methods))
        return [{SIGNED_IN: []}, {PERSONAL_TOKEN: [wanted_scope(handler.opt, method)]}]


def summary_of(said: str | None) -> str | None:
    """Return the first sentence of what is said of a route, without its full stop."""
    found = _SENTENCE.match((said or "").strip())
    return " ".join(found[1].split()) if found else None
