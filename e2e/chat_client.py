"""The AI SDK's own client, from npm as it comes, told what to do: a conversation as a stranger's page has it."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from uuid import uuid4

import msgspec
from lead import web
from lead.client import Gateway

from e2e.house import House

PATIENCE_SECONDS = 60
LONGEST_LINE = 16 * 1024 * 1024


class End(msgspec.Struct, frozen=True, rename="camel"):
    """How the client saw an answer end."""

    is_abort: bool
    is_disconnect: bool
    is_error: bool
    finish_reason: str | None = None


class Exchange(msgspec.Struct, frozen=True):
    """One request of the client's, what came over the wire, and which rules of the stream that broke."""

    method: str
    status: int
    headers: dict[str, str]
    chunks: list[dict[str, Any]]
    violations: list[str]


class Report(msgspec.Struct, frozen=True):
    """How a conversation stands by the client's own account, and what happened since the report before."""

    status: str
    messages: list[dict[str, Any]]
    ends: list[End]
    exchanges: list[Exchange]
    error: str | None = None

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of the newest message."""
        parts: list[dict[str, Any]] = self.messages[-1]["parts"]
        return parts

    @property
    def text(self) -> str:
        """The words of the newest message."""
        return "".join(part["text"] for part in self.parts if part["type"] == "text")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The newest message's calls of tools."""
        return [part for part in self.parts if part["type"].startswith("tool-")]

    @property
    def open_approvals(self) -> list[str]:
        """The proposals that wait for a decision."""
        return [part["approval"]["id"] for part in self.calls if part["state"] == "approval-requested"]


class _Answer(msgspec.Struct):
    n: int
    told: msgspec.Raw = msgspec.Raw(b"null")
    failed: str | None = None


class Client:
    """The client's process; orders may be given while others are under way."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}

    async def order(self, page: str, do: str, **more: object) -> msgspec.Raw:
        """Have it do something; raises `RuntimeError` where it could not."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode({"n": number, "page": page, "do": do, **more}) + b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._waiting[number]

    async def listen(self) -> None:
        """Hand its answers to who waits for them, to its end."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            answer = msgspec.json.decode(line, type=_Answer)
            waiting = self._waiting.pop(answer.n)
            if answer.failed is None:
                waiting.set_result(answer.told)
            else:
                waiting.set_exception(RuntimeError(answer.failed))
        for waiting in self._waiting.values():
            waiting.set_exception(RuntimeError("the client has ended"))


@asynccontextmanager
async def running_client() -> AsyncIterator[Client]:
    """Run the client for the length of a `with`."""
    sources = web.folder()
    assert sources is not None, "the client is the page's, and there is no checkout of it here"
    web.install(sources, for_development=True)
    program = sources / "src" / "testing" / "chat-client.ts"
    process = await asyncio.create_subprocess_exec(web.node(), program, stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE)
    client = Client(process)
    listening = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await listening


class ClientPage:
    """A page of the person whom the gateway knows, with one conversation in it."""

    def __init__(self, client: Client, gateway: Gateway, house: House, chat: str | None = None) -> None:
        self.chat = chat or uuid4().hex
        self._name = uuid4().hex
        self._client, self._gateway = client, gateway
        self._api = f"{house.gateway_url}/chat"

    async def open(self) -> None:
        """Load the page, with what the server kept of the conversation."""
        opened = {"api": self._api, "token": self._gateway.token, "chat": self.chat, "messages": await self.kept()}
        await self._client.order(self._name, "open", **opened)

    async def kept(self) -> list[dict[str, Any]]:
        """The conversation as the server shows it."""
        status, body = await self._gateway.call("GET", f"/chat/{self.chat}")
        if body == b"null":
            return []
        assert status == 200, body
        messages: list[dict[str, Any]] = msgspec.json.decode(body)["messages"]
        return messages

    async def send(self, text: str, **body: object) -> Report:
        """Ask, and wait for the whole answer."""
        return await self._told("send", text=text, body=body)

    async def regenerate(self) -> Report:
        """Have the newest answer made anew."""
        return await self._told("regenerate")

    async def decide(self, *decisions: tuple[str, bool], reason: str | None = None) -> Report:
        """Decide on proposals; the client hands them in when all are decided."""
        given = [
            {"id": id_, "approved": approved, **({"reason": reason} if reason else {})} for id_, approved in decisions
        ]
        return await self._told("decide", decisions=given)

    async def resume(self) -> Report:
        """Follow the turn that is under way, as a page does that was loaded anew."""
        return await self._told("resume")

    async def leave(self) -> Report:
        """Close the connection in mid-answer, as `stop()` of the client does."""
        return await self._told("leave")

    async def stop(self) -> int:
        """Stop the turn, for every page; the status."""
        status, _ = await self._gateway.call("DELETE", f"/chat/{self.chat}/stream")
        return status

    async def put(self, messages: Sequence[dict[str, Any]]) -> None:
        """Have other messages in the page than the client had."""
        await self._client.order(self._name, "put", messages=messages)

    async def await_chunk(self, kind: str) -> None:
        """Wait until a chunk of a kind was heard since the last report."""
        await self._client.order(self._name, "await", type=kind)

    async def read(self) -> list[dict[str, Any]]:
        """Follow the turn that is under way with the client's bare reader; each state of the message."""
        told = await self._client.order(self._name, "read")
        snapshots: list[dict[str, Any]] = msgspec.json.decode(told)["snapshots"]
        return snapshots

    async def _told(self, do: str, **more: object) -> Report:
        report = msgspec.json.decode(await self._client.order(self._name, do, **more), type=Report)
        for exchange in report.exchanges:
            assert exchange.violations == [], exchange.chunks
        return report
