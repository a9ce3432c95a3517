"""The Messages API's own paths."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import msgspec
from litestar import Litestar, Response, post
from litestar.di import NamedDependency, Provide
from litestar.logging import LoggingConfig
from litestar.response import Stream

from sandbox.model import checks, demo, gullible
from sandbox.model.answers import Answer, Event, tokens
from sandbox.model.script import Book, Brain, Fault, Turn, strike
from sandbox.model.wire import Question, refusal
from sandbox.wire import HTTPRequest, Refusal, answer, refused

AnyAnswer = Response[bytes] | Stream

_BRAINS: dict[Brain, Callable[[Question], Turn]] = {"demo": demo.turn, "gullible": gullible.turn}

_AT_ONCE: dict[Fault, tuple[int, str]] = {
    "rate_limit": (429, "Number of requests has exceeded your rate limit"),
    "overloaded": (529, "Overloaded"),
    "server_error": (500, "Internal server error"),
    "too_long": (400, "prompt is too long: 200001 tokens > 200000 maximum"),
}
_OVERLOADED: Event = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


@post("/v1/messages", status_code=200)
async def answer_question(request: HTTPRequest, book: NamedDependency[Book]) -> AnyAnswer:
    """Say what the script, or else the brain, decides."""
    _let_in(request)
    question = checks.read(await request.body())
    book.note(question)
    turn = book.turn(question) or _BRAINS[book.brain](question)
    fault = strike(turn)
    if fault in _AT_ONCE:
        raise refusal(*_AT_ONCE[fault])
    said = Answer(question, turn)
    headers = {"request-id": "req_stand_in"}
    if not question.stream:
        await asyncio.sleep(turn.delay_seconds)
        return answer(said.message(), headers=headers)
    body = _shattered(_told(said, turn, fault)) if turn.shattered else _told(said, turn, fault)
    return Stream(body, media_type="text/event-stream", headers=headers)


@post("/v1/messages/count_tokens", status_code=200)
async def count_tokens(request: HTTPRequest) -> Response[bytes]:
    """About how many tokens a request has."""
    _let_in(request)
    return answer({"input_tokens": tokens(checks.read(await request.body(), answered=False))})


def _let_in(request: HTTPRequest) -> None:
    if not (request.headers.get("authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key")):
        raise refusal(401, "no key")
    if "anthropic-version" not in request.headers:
        raise refusal(400, "anthropic-version: header is required")


async def _told(said: Answer, turn: Turn, fault: Fault | None) -> AsyncIterator[bytes]:
    await asyncio.sleep(turn.delay_seconds)
    events = list(said.events())
    # Troubles in mid-stream come when some of the answer, and not all of it, has been heard.
    end = len(events) if fault is None else max(2, len(events) // 2)
    for event in events[:end]:
        yield _line(_stamped(event) if turn.stamped else event)
        if event["type"] == "content_block_delta":
            await asyncio.sleep(turn.pause_seconds)
    if fault == "error_event":
        yield _line(_OVERLOADED)


def _stamped(event: Event) -> Event:
    """Say what time it is in place of the text."""
    if event.get("delta", {}).get("type") != "text_delta":
        return event
    return {**event, "delta": {"type": "text_delta", "text": f"{time.time():.6f} "}}


async def _shattered(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    whole = b"".join([piece async for piece in body])
    for start in range(0, len(whole), 7):
        yield whole[start : start + 7]


def _line(event: Event) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), msgspec.json.encode(event))


def create_app(book: Book) -> Litestar:
    """The API, which answers by this book."""
    return Litestar(
        route_handlers=[answer_question, count_tokens],
        dependencies={"book": Provide(lambda: book, sync_to_thread=False)},
        exception_handlers={Refusal: refused},
        logging_config=LoggingConfig(log_exceptions="always", disable_stack_trace={Refusal, *range(400, 500)}),
        openapi_config=None,
    )
