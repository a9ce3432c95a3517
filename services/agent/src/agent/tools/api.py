"""The public interface of the other services, with the token of the person who asks."""

from typing import Any

import msgspec
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from servicekit.telemetry import trace_headers

from agent.settings import Settings

log = structlog.get_logger()

TIMEOUT = ClientTimeout(total=30)
BAD = 400
NOT_FOUND = 404
CONFLICT = 409
SIGNED_OUT = 401
BROKEN = 500
UNFIT = 422


class ToolFailed(Exception):
    """What the model is told instead of a result: what was wrong, and what would work."""


class NothingThere(ToolFailed):
    """What was asked for does not exist."""


class Unfit(ToolFailed):
    """It is understood, and cannot be done as it is."""


class Conflicting(ToolFailed):
    """It is another way by now than whoever asks was shown."""


class NotAnswered(ToolFailed):
    """There was no answer, or none that says whether what was asked for was taken."""


class Api:
    """Asks on behalf of one person."""

    def __init__(self, http: ClientSession, settings: Settings, token: str) -> None:
        self._http = http
        self._identity, self._connections = settings.identity_url, settings.connections_url
        self._sync_worker = settings.sync_worker_url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def identity(self, path: str, **query: object) -> Any:
        """Ask for what is known of contacts. Raises `ToolFailed`."""
        return await self._ask("GET", f"{self._identity}{path}", query=query)

    async def connections(self, path: str) -> Any:
        """Ask for what is connected. Raises `ToolFailed`."""
        return await self._ask("GET", f"{self._connections}{path}")

    async def sync_worker(self, path: str, **query: object) -> Any:
        """Ask for what was read and written. Raises `ToolFailed`."""
        return await self._ask("GET", f"{self._sync_worker}{path}", query=query)

    async def tell_identity(self, path: str, body: object, *, key: str | None = None) -> Any:
        """Have something decided, or see what it would lead to; once for each key. Raises `ToolFailed`."""
        more = {"Idempotency-Key": key} if key else None
        return await self._ask("POST", f"{self._identity}{path}", body=body, more=more)

    async def check(self, wish: object) -> None:
        """Learn whether something could be done at a provider. Raises `ToolFailed` with why not."""
        await self._ask("POST", f"{self._sync_worker}/actions/check", body=wish)

    async def act(self, body: object, *, key: str) -> Any:
        """Have something done at a provider, once for each key. Raises `ToolFailed`."""
        return await self._ask("POST", f"{self._sync_worker}/actions", body=body, more={"Idempotency-Key": key})

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        query: dict[str, object] | None = None,
        body: object = None,
        more: dict[str, str] | None = None,
    ) -> Any:
        given = {name: str(value) for name, value in (query or {}).items() if value not in (None, "")}
        data = msgspec.json.encode(body) if body is not None else None
        headers = {**self._headers, **trace_headers(), "Content-Type": "application/json", **(more or {})}
        try:
            async with self._http.request(
                method, url, params=given, data=data, headers=headers, timeout=TIMEOUT
            ) as answer:
                content = await answer.read()
                if answer.status >= BAD:
                    raise _failure_of(answer.status)(_reason(answer.status, content))
                return msgspec.json.decode(content) if content else None
        except (ClientError, TimeoutError, msgspec.DecodeError) as error:
            log.warning("tool_not_answered", failure=type(error).__qualname__)
            raise NotAnswered("The service that knows this does not answer just now.") from error


_FAILURES = {NOT_FOUND: NothingThere, CONFLICT: Conflicting, UNFIT: Unfit}


def _failure_of(status: int) -> type[ToolFailed]:
    # A token that ran out meanwhile says nothing of what was asked for with it before.
    return NotAnswered if status >= BROKEN or status == SIGNED_OUT else _FAILURES.get(status, ToolFailed)


class _Problem(msgspec.Struct):
    title: str = "It was refused"
    detail: str | None = None
    errors: list[dict[str, Any]] = []


def _reason(status: int, content: bytes) -> str:
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except msgspec.DecodeError:
        return f"It was refused ({status})."
    said = f"{problem.title}: {problem.detail}" if problem.detail else problem.title
    where = "; ".join(f"{each.get('field')}: {each.get('message')}" for each in problem.errors[:5])
    # What does not fit an action is said in its detail already, in words for people.
    return f"{said} ({where})" if where and status != UNFIT else said
