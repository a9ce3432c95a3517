"""HEAD wherever GET is: the same answer, without its body."""

import asyncio
from typing import cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

ENDLESS = b"text/event-stream"


def with_head(app: ASGIApp) -> ASGIApp:
    """Let an app that knows GET answer HEAD. It stands before the routing, which would answer 405."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            await _answer_head(app, scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer


async def _answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    is_endless = asyncio.Event()

    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            if is_endless.is_set():
                return
            message["body"] = b""
        await send(message)
        if message["type"] == "http.response.start" and dict(message["headers"]).get(b"content-type", b"").startswith(
            ENDLESS
        ):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            is_endless.set()

    # A copy: the server reads its own, and leaves out the body of a HEAD's answer by itself.
    asking = cast("Scope", {**scope, "method": "GET"})
    answering = asyncio.ensure_future(app(asking, receive, without_body))
    ending = asyncio.create_task(is_endless.wait())
    try:
        await asyncio.wait((answering, ending), return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
    finally:
        answering.cancel()
        ending.cancel()
        await asyncio.gather(answering, ending, return_exceptions=True)
