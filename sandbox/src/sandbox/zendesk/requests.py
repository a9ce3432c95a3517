"""What requests carry, read the way Zendesk reads it."""

from typing import Any, TypeVar

import msgspec

from sandbox.clock import now_ms
from sandbox.wire import HTTPRequest
from sandbox.zendesk.errors import bad_parameter, parameter_missing
from sandbox.zendesk.gate import Caller

BodyT = TypeVar("BodyT")


async def caller_of(request: HTTPRequest) -> Caller:
    """Who calls, as the gate found out."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


async def fields(request: HTTPRequest) -> dict[str, Any]:
    """What a body says. Raises `Refusal`."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise bad_parameter("The body is not valid JSON", "Unprocessable") from error


async def given(request: HTTPRequest, name: str) -> dict[str, Any]:
    """What a body says of the thing it is about. Raises `Refusal`."""
    body = await fields(request)
    if not isinstance(body.get(name), dict):
        raise parameter_missing(name)
    found: dict[str, Any] = body[name]
    return found


def whole(request: HTTPRequest, name: str, *, default: int, most: int) -> int:
    """A query parameter that counts; too many are as many as may be. Raises `Refusal`."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise bad_parameter(f"Invalid value for {name}")
    return min(int(text), most)


def words(request: HTTPRequest, name: str) -> list[str]:
    """A query parameter that lists names, parted by commas, or repeated as `name[]`."""
    values = [*request.query_params.getall(name, []), *request.query_params.getall(f"{name}[]", [])]
    return [word for value in values for word in value.split(",") if word]


def start_time(request: HTTPRequest, caller: Caller) -> int:
    """The second from which on an export is asked for. Raises `Refusal`."""
    text = request.query_params.get("start_time", "")
    if not (text.isascii() and text.isdecimal()):
        raise bad_parameter("Invalid value for start_time")
    if int(text) * 1000 > now_ms() - caller.desk.lag_ms:  # a minute in either case, at Zendesk
        raise bad_parameter("Too recent start_time. Use a start_time older than 1 minute", "StartTimeTooRecent")
    return int(text)


def base_address(request: HTTPRequest, caller: Caller) -> str:
    """Where the account is reached, for links that lead on from here."""
    return f"{request.base_url.scheme}://{request.base_url.netloc}/zendesk/{caller.desk.subdomain}"
