"""The public HTTP API, used as any program of a stranger's would."""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType, TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import ClientSession, ClientTimeout, FormData
from contracts.connections import ConnectionView
from contracts.golden_records import ContactCount, ContactDetail, ContactSummary
from contracts.pages import ItemPage
from contracts.people import SessionView
from contracts.syncs import SyncView

from lead.complaint import Complaint

T = TypeVar("T")
NOTHING: Mapping[str, str] = MappingProxyType({})
CREATED, NOT_FOUND, CONFLICT, GONE = 201, 404, 409, 410


class Refused(Complaint):
    """The gateway answered with a problem."""


class Gateway:
    """A signed-in session at the gateway; its cookies are a browser's, so OAuth works as for a person."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = ""
        self.http = ClientSession(timeout=ClientTimeout(total=60, sock_connect=5))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()

    async def sign_in(self, email: str, password: str) -> bool:
        """Register, or log in who is registered already; return whether they are new."""
        person = {"email": email, "password": password, "first_name": "Demo", "last_name": "User"}
        status, body = await self.call("POST", "/auth/register", person)
        new = status == CREATED
        if status == CONFLICT:
            status, body = await self.call("POST", "/auth/login", {"email": email, "password": password})
        self._token = _read(status, body, SessionView).token
        return new

    @property
    def token(self) -> str:
        """The access token of this session."""
        return self._token

    async def connections(self) -> list[ConnectionView]:
        """What is connected."""
        return (await self._get("/connections", ItemPage[ConnectionView])).items

    async def authorize_url(self, provider: str, asked: Mapping[str, str] = NOTHING) -> str:
        """Where a person goes to connect an account; `asked` is what a provider must know before that."""
        query = f"?{urlencode(asked)}" if asked else ""
        return (await self._get(f"/connections/{provider}/auth{query}", dict[str, str]))["url"]

    async def sync(self, connection_id: UUID) -> None:
        """Ask for a sync now; one that runs already will do."""
        status, body = await self.call("POST", f"/connections/{connection_id}/sync")
        if status != CONFLICT:
            _read(status, body, dict[str, object])

    async def syncs(self, connection_id: UUID) -> list[SyncView]:
        """The runs of a connection, the latest first; none while sync-worker has not heard of it yet."""
        status, body = await self.call("GET", f"/connections/{connection_id}/syncs")
        return [] if status == NOT_FOUND else _read(status, body, ItemPage[SyncView]).items

    async def count_contacts(self) -> int:
        """How many golden records there are."""
        return (await self._get("/contacts/count", ContactCount)).count

    async def contacts(self) -> list[ContactSummary]:
        """The golden records that changed last."""
        return (await self._get("/contacts?limit=200", ItemPage[ContactSummary])).items

    async def contact(self, golden_id: UUID) -> ContactDetail | None:
        """One golden record in full, or None if it is gone."""
        status, body = await self.call("GET", f"/contacts/{golden_id}")
        return None if status in {NOT_FOUND, GONE} else _read(status, body, ContactDetail)

    async def changed_records(self) -> AsyncIterator[list[UUID]]:
        """The golden records of the workspace as they change, until the stream ends."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        endless = ClientTimeout(total=None, sock_connect=5)
        async with self.http.get(f"{self._url}/events", headers=headers, timeout=endless) as answer:
            if answer.status >= 400:
                raise Refused(f"The gateway answered {answer.status}.")
            name = ""
            async for line in answer.content:
                field, _, value = line.decode().rstrip().partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "golden_record.changed":
                    changes = msgspec.json.decode(value, type=ItemPage[_Change])
                    yield [change.golden_id for change in changes.items]

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        form: FormData | None = None,
        headers: Mapping[str, str] = NOTHING,
    ) -> tuple[int, bytes]:
        """Call any route, with JSON or a form; return the status and the body as they are."""
        said = {"Authorization": f"Bearer {self._token}", **headers} if self._token else headers
        async with self.http.request(method, self._url + path, json=body, data=form, headers=said) as answer:
            return answer.status, await answer.read()

    async def _get(self, path: str, answer: type[T]) -> T:
        return _read(*await self.call("GET", path), answer)


def _read(status: int, body: bytes, answer: type[T]) -> T:
    if status >= 400:
        raise Refused(f"The gateway answered {status}: {body.decode(errors='replace')[:500]}")
    return msgspec.json.decode(body, type=answer)


class _Change(msgspec.Struct):
    golden_id: UUID
