"""What all of the sandbox's HTTP shares: requests as they come, answers in JSON, and refusals."""

from collections.abc import Mapping

import msgspec
from litestar import Request, Response
from litestar.datastructures import State as AppState

HTTPRequest = Request[None, None, AppState]
Answer = Response[bytes]
JSON = dict[str, object]

MEDIA_TYPE = "application/json;charset=utf-8"


class Refusal(Exception):
    """A no, with its status and all that its body says."""

    def __init__(self, status: int, body: JSON, headers: dict[str, str] | None = None) -> None:
        super().__init__(body)
        self.status = status
        self.body = body
        self.headers = headers or {}


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return written(encoded(body), status, headers)


def encoded(body: object) -> bytes:
    """A body in JSON."""
    return msgspec.json.encode(body)


def written(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer whose body is JSON already."""
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def refused(_: HTTPRequest, refusal: Refusal) -> Answer:
    """A refusal, as its provider puts it."""
    return answer(refusal.body, refusal.status, refusal.headers)
