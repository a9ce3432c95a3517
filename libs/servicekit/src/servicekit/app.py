"""The application every service is: health, metrics, problems, who is calling, and the consumer beside it."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from litestar import Litestar, Request, Response, Router
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.di import NamedDependency, Provide
from litestar.enums import ScopeType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit import telemetry
from servicekit.consumer import Consumer, Subscription
from servicekit.database import Database
from servicekit.description import Described
from servicekit.errors import BadRequest, Problem
from servicekit.head import with_head
from servicekit.health import health_routes
from servicekit.house import package_of
from servicekit.principal import KeySource, Principal, PublishedKeys, authentication, people_only
from servicekit.problems import EXCEPTION_HANDLERS, answer_problem
from servicekit.settings import ServiceSettings
from servicekit.workers import Worker, running

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
CLIENT_LEFT = 499
"""What the metrics call a request whose client was gone before it was answered."""
REQUEST_STATEMENT_SECONDS = 15.0
"""How long one statement of a request may take before it is given up, so that a slow one cannot take the pool."""

# Lists shrink to an eighth; the higher levels cost a multiple of this one's time, and win little.
COMPRESSION = CompressionConfig(backend="gzip", minimum_size=1_000, gzip_compress_level=4)

STOPPING = "stopping"
"""The key in `app.state` of the event that is set when the server begins to stop."""


def service_app(
    *,
    name: str,
    settings: ServiceSettings,
    routes: Sequence[ControllerRouterHandler],
    db: Database | None = None,
    subscriptions: Sequence[Subscription] = (),
    projections: Mapping[str, Sequence[Subscription]] | None = None,
    workers: Mapping[str, Worker] | None = None,
    dependencies: Mapping[str, Any] | None = None,
    lifespan: Sequence[Callable[[Litestar], Any]] = (),
    keys: KeySource | None = None,
    middleware: Sequence[Any] = (),
    before_send: Sequence[Any] = (),
    cors: CORSConfig | None = None,
    compressed: bool = False,
    migrated: bool = True,
) -> Litestar:
    """Wire a service.

    Every route needs a signed-in person unless it carries `opt={"public": True}` or `opt={"services": True}` with
    the guard `services_only`. Handlers may take `principal`, `conn` (a transaction of the caller's workspace that
    commits before the answer is sent), `db` and `settings`, and whatever `dependencies` name. `workers` run for
    the app's life and are started again when they fail. `projections` are what the service derives of its own tables
    at its leisure: each is a consumer with offsets of its own, called after the service and itself. With `compressed`,
    long answers are, for whoever takes them so; for services that answer with nothing that never ends.
    """
    heard = {"consumer": subscriptions, **(projections or {})}
    consumers = {
        part: Consumer(db, name=_consumer_name(name, part), subscriptions=some)
        for part, some in heard.items()
        if db and some
    }
    background = dict(workers or {})
    for part, consumer in consumers.items():
        background[part] = partial(
            consumer.run, poll_seconds=settings.bus_poll_seconds, retention_days=settings.bus_retention_days
        )
    given = {"settings": settings, "db": db} | dict(dependencies or {})

    @asynccontextmanager
    async def life(app: Litestar) -> AsyncIterator[None]:
        app.state.setdefault(STOPPING, asyncio.Event())
        try:
            async with running(background):
                yield
        finally:
            if db:
                await db.close()

    app = Litestar(
        route_handlers=[*routes, *health_routes(name, db, list(consumers.values()), migrated=migrated)],
        dependencies={
            "principal": Provide(_principal, sync_to_thread=False),
            "conn": Provide(_transaction),
            **{key: Provide(_always(value), sync_to_thread=False) for key, value in given.items()},
        },
        middleware=[_edge(name), *middleware, authentication(keys or PublishedKeys(settings.auth_url), name)],
        guards=[people_only],
        before_request=refuse_what_nobody_reads,
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[*lifespan, life],
        request_max_body_size=settings.max_body_bytes,
        openapi_config=_description(name),
        plugins=[Described(name)],
        before_send=list(before_send),
        cors_config=cors,
        compression_config=COMPRESSION if compressed else None,
        pdb_on_exception=False,
        logging_config=None,
    )
    app.asgi_handler = with_head(app.asgi_handler)
    return app


def _consumer_name(service: str, part: str) -> str:
    return package_of(service) if part == "consumer" else f"{package_of(service)}_{part}"


def _description(name: str) -> OpenAPIConfig:
    """Describe the routes at `/schema/openapi.json`, which the gateway reads without a token; no page loads a CDN."""
    return OpenAPIConfig(
        title=name,
        version="1",
        use_handler_docstrings=True,
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt={"public": True}),
        render_plugins=[JsonRenderPlugin()],
    )


def _always(value: Any) -> Callable[[], Any]:
    def give() -> Any:
        return value

    return give


def _principal(request: Request[Principal, str, Any]) -> Principal:
    return request.user


async def _transaction(
    request: Request[Principal, str, Any], db: NamedDependency[Database]
) -> AsyncIterator[AsyncConnection]:
    async with db.transaction(request.user.workspace_id, statement_seconds=REQUEST_STATEMENT_SECONDS) as conn:
        yield conn


async def refuse_what_nobody_reads(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Refuse query fields that the route does not know, and NUL anywhere in the address: both are mistakes."""
    if "\x00" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise BadRequest("a NUL character in the address")
    handler = request.route_handler
    if handler.opt.get("any_query"):
        return None
    known = {
        getattr(parameter.kwarg_definition, "name", None) or name
        for name, parameter in handler.parsed_fn_signature.parameters.items()
    }
    unknown = sorted(set(request.query_params.keys()) - known)
    if unknown:
        raise BadRequest("unknown query fields", fields=unknown)
    return None


def _edge(service: str) -> Callable[[ASGIApp], ASGIApp]:
    """Give each request an id, a span, a line in the log's context, and a place in the metrics."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def edge(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            asked = headers.get("x-request-id", "")
            request_id = asked if REQUEST_ID.fullmatch(asked) else uuid4().hex
            status = CLIENT_LEFT
            started = time.perf_counter()

            async def answer(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                await send(message)

            with (
                structlog.contextvars.bound_contextvars(request_id=request_id),
                telemetry.span(f"{service} answers", headers, SpanKind.SERVER) as span,
            ):
                try:
                    await app(scope, receive, answer)
                except Problem as problem:  # a middleware's; a handler's is answered before it comes here
                    request: Request[Any, Any, Any] = Request(scope, receive, send)
                    response = answer_problem(request, problem).to_asgi_response(app=None, request=request)
                    await response(scope, receive, answer)
                except Exception:
                    status = 500
                    raise
                finally:
                    route = getattr(scope.get("route_handler"), "paths", None) or {"unknown"}
                    telemetry.REQUEST_SECONDS.labels(scope["method"], min(route), status).observe(
                        time.perf_counter() - started
                    )
                    span.set_attribute("http.request.method", scope["method"])
                    span.set_attribute("http.route", min(route))
                    span.set_attribute("http.response.status_code", status)

        return edge

    return wrap
