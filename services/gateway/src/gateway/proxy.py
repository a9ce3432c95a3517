"""Passing a request on and its answer back, both as streams, as they come."""

import asyncio

import structlog
from aiohttp import ClientError, ClientResponse
from litestar.types import HTTPScope, Receive, Send
from multidict import CIMultiDict
from servicekit.errors import Problem
from servicekit.telemetry import trace_headers
from yarl import URL

from gateway import headers
from gateway.body import Body, BodyTooLarge
from gateway.routing import Load, Route, Service
from gateway.settings import Settings
from gateway.upstreams import Upstreams

log = structlog.get_logger()

WITHOUT_BODY = (204, 304)


class ServiceAway(Problem):
    """A service behind the door cannot be reached, or breaks off."""

    status = 502
    slug = "service-away"
    title = "A part of us is away"

    def __init__(self, service: Service) -> None:
        super().__init__(f"{service} cannot be reached just now", service=service)
        self.headers["Retry-After"] = "2"


class ServiceSilent(Problem):
    """A service behind the door took too long."""

    status = 504
    slug = "service-silent"
    title = "A part of us does not answer"

    def __init__(self, service: Service) -> None:
        super().__init__(f"{service} did not answer in time", service=service)
        self.headers["Retry-After"] = "2"


class Proxy:
    """The way to the services."""

    def __init__(self, upstreams: Upstreams, settings: Settings) -> None:
        self._upstreams = upstreams
        self._settings = settings
        self._at_most: dict[Load, int] = {
            "usual": settings.max_body_bytes,
            "file": settings.max_upload_bytes,
            "delivery": settings.max_delivery_bytes,
        }
        self._endless: set[ClientResponse] = set()
        self._stopping = False

    def end_streams(self) -> None:
        """End the answers that never end by themselves, now and from now on."""
        self._stopping = True
        for upstream in tuple(self._endless):
            upstream.close()

    async def pass_on(self, scope: HTTPScope, receive: Receive, send: Send, route: Route) -> None:
        """Let a service answer a request; when the client leaves, the service's work is called off.

        Raises `ServiceAway`, `ServiceSilent`, `BodyTooLarge` and `BodyTooSlow` while nothing is answered yet.
        """
        body = Body(receive, at_most=self._at_most[route.load], idle_seconds=self._settings.upload_idle_seconds)
        exchange = asyncio.create_task(self._exchange(scope, body, send, route.service))
        leaving = asyncio.create_task(body.wait_until_left())
        try:
            await asyncio.wait((exchange, leaving), return_when=asyncio.FIRST_COMPLETED)
            if exchange.done() and not body.left:
                exchange.result()
        finally:
            leaving.cancel()
            exchange.cancel()
            await asyncio.gather(leaving, exchange, return_exceptions=True)

    async def _exchange(self, scope: HTTPScope, body: Body, send: Send, service: Service) -> None:
        upstream = await self._ask(scope, body, service)
        async with upstream:
            if not await self._answer(upstream, send, service):
                return
        # Only when the connection to the service is free again: this tells the server that all is done.
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _ask(self, scope: HTTPScope, body: Body, service: Service) -> ClientResponse:
        length = _announced_length(scope)
        if length is not None and length > body.at_most:
            raise BodyTooLarge(f"at most {body.at_most} bytes are taken")
        if length == 0:
            body.over.set()
        try:
            async with asyncio.timeout(None) as deadline:
                asking = self._upstreams.http.request(
                    scope["method"],
                    self._url(scope, service),
                    headers=_headers(scope),
                    data=None if length == 0 else body,
                    allow_redirects=False,
                )
                patience = asyncio.create_task(self._limit(body, deadline))
                try:
                    return await asking
                finally:
                    patience.cancel()
        except TimeoutError as error:
            raise body.problem or ServiceSilent(service) from error
        except ClientError as error:
            if body.problem is None and not body.left:
                log.warning("service_away", to=service, failure=type(error).__qualname__)
            raise body.problem or ServiceAway(service) from error

    async def _limit(self, body: Body, deadline: asyncio.Timeout) -> None:
        """Let the time to answer run from the body's end, so that a long upload is not cut off."""
        await body.over.wait()
        deadline.reschedule(asyncio.get_running_loop().time() + self._settings.answer_seconds)

    async def _answer(self, upstream: ClientResponse, send: Send, service: Service) -> bool:
        """Send what the service answers; False when it broke off, and so the client must see a broken answer."""
        has_body = upstream.status not in WITHOUT_BODY
        answered = headers.to_client(upstream.raw_headers, has_body=has_body)
        await send({"type": "http.response.start", "status": upstream.status, "headers": answered})
        endless = upstream.content_type == "text/event-stream"
        if endless:
            self._endless.add(upstream)
        try:
            async for chunk in upstream.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if endless and self._stopping:
                    break
        except ClientError as error:
            if not (endless and self._stopping):
                log.warning("service_broke_off", to=service, failure=type(error).__qualname__)
                return False
        finally:
            self._endless.discard(upstream)
        return True

    def _url(self, scope: HTTPScope, service: Service) -> URL:
        query = scope["query_string"]
        path = (scope["raw_path"] + (b"?" + query if query else b"")).decode("ascii")
        return URL(self._upstreams.addresses[service] + path, encoded=True)


def _announced_length(scope: HTTPScope) -> int | None:
    """Tell the body's length; None when only its end will."""
    given = dict(scope["headers"])
    if b"transfer-encoding" in given:
        return None
    return int(given.get(b"content-length", b"0"))


def _headers(scope: HTTPScope) -> CIMultiDict[str]:
    sent = headers.to_service(
        scope["headers"],
        client=headers.client_of(scope),
        scheme=scope["scheme"],
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        trace=trace_headers(),
    )
    return CIMultiDict((name.decode(), value.decode()) for name, value in sent)
