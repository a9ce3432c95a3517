"""Requests that come again under one key: what they made the first time is answered again.

The sandbox forgets the keys when it ends, as Zendesk does after two hours.
"""

from collections.abc import Callable
from hashlib import sha256

from sandbox.changes import AccountOpened
from sandbox.clock import now_ms
from sandbox.wire import HTTPRequest, Refusal
from sandbox.zendesk.gate import Caller

HEADER = "idempotency-key"
KEPT_MS = 2 * 3600 * 1000


class Repeats:
    """What was made under which key."""

    def __init__(self) -> None:
        self._made: dict[tuple[AccountOpened, str], tuple[bytes, int, int]] = {}

    async def once(self, request: HTTPRequest, caller: Caller, make: Callable[[], int]) -> tuple[int, dict[str, str]]:
        """Make something, or find what was made; its row, and a header that tells which. Raises `Refusal`."""
        key = request.headers.get(HEADER)
        if key is None:
            return make(), {}
        body, place, now = sha256(await request.body()).digest(), (caller.desk.opened, key), now_ms()
        if (known := self._made.get(place)) and now - known[2] < KEPT_MS:
            if known[0] != body:
                description = "The idempotency key was used with other parameters"
                raise Refusal(400, {"error": "IdempotentRequestError", "description": description})
            return known[1], {"x-idempotency-lookup": "hit"}
        row = make()
        self._made[place] = body, row, now
        return row, {"x-idempotency-lookup": "miss"}
