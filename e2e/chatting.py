"""A page's side of a conversation with the assistant, over the gateway, and the script of the model's stand-in."""

import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
from aiohttp import ClientResponse, ClientTimeout
from contracts.golden_records import ContactSummary
from lead.client import Gateway

from e2e.house import House
from e2e.journey import connect, golden_records, settled, synced

SALES = "hubspot:111111"

Chunk = dict[str, Any]
DONE = "[DONE]"


def script(house: House, *scripts: dict[str, Any]) -> None:
    """Have the stand-in answer by the first of these that fits; by the rules of its demo without any.

    A script has its `answers` and maybe a `when`; its last answer is given again and again.
    """
    _model(house, "DELETE")
    for each in reversed(scripts):  # the stand-in follows the newest
        turns = [_turn(**answer) for answer in each["answers"]]
        _model(house, "POST", {"when": each.get("when", ""), "turns": turns, "endless": True})


def says(text: str, **more: Any) -> dict[str, Any]:
    """Write an answer of the script."""
    return {"text": text, **more}


def calls(name: str, **given: Any) -> dict[str, Any]:
    """Write a call of a tool."""
    return {"name": name, "input": given}


def cut_call(name: str, begun: str) -> dict[str, Any]:
    """Write a call of which only the beginning was said."""
    return {"name": name, "raw_input": begun}


def _turn(
    *,
    text: str = "",
    thinking: str = "",
    tools: Sequence[dict[str, Any]] = (),
    fault: str = "",
    pause: float = 0,
    spoken: int | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """Write an answer as the stand-in reads it; a fault strikes each time, and `end` is why it ended."""
    words = [{name: said} for name, said in (("thinking", thinking), ("text", text)) if said]
    calls = [
        {"tool": call["name"], **{name: call[name] for name in ("input", "raw_input") if name in call}}
        for call in tools
    ]
    struck = {"fault": fault, "times": -1} if fault else {}
    return {"parts": words + calls, "pause_seconds": pause, "spoken": spoken, "stop_reason": end, **struck}


def told_of_calls(house: House) -> list[str]:
    """Tell what the model was last told of its calls, all of them."""
    messages = asked(house)[-1]["messages"]
    return [block["content"] for said in messages for block in said["content"] if block["type"] == "tool_result"]


def be_gullible(house: House) -> None:
    """Have the stand-in do whatever it reads in the tools' results."""
    _model(house, "DELETE")
    _model(house, "POST", {"brain": "gullible"}, path="/brain")


def asked(house: House) -> list[dict[str, Any]]:
    """Tell what the model was asked since the last script."""
    questions: list[dict[str, Any]] = msgspec.json.decode(_model(house, "GET"))["questions"]
    return questions


def _model(house: House, method: str, body: object = None, path: str = "") -> bytes:
    data = None if body is None else msgspec.json.encode(body)
    url = f"{house.sandbox_url}/control/model{path}"
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
        return content


async def person_of(gateway: Gateway, house: House) -> ContactSummary:
    """A contact of one connected account, which has a name and an email."""
    connection = await connect(gateway, SALES)
    await synced(gateway, connection.id)
    await settled(gateway, house, SALES)
    return next(each for each in await golden_records(gateway) if each.email and each.first_name and each.last_name)


class Chat:
    """A conversation of the person whom the gateway knows."""

    def __init__(self, gateway: Gateway, house: House) -> None:
        self.id = uuid4().hex
        self._gateway = gateway
        self._url = f"{house.gateway_url}/chat"

    async def ask(self, text: str, **more: object) -> list[Chunk]:
        """Ask, and hear the whole answer."""
        async with self.begin(text, **more) as answer:
            return [chunk async for chunk in heard(answer)]

    @asynccontextmanager
    async def begin(self, text: str, **more: object) -> AsyncIterator[ClientResponse]:
        """Ask, and listen."""
        message = {"id": uuid4().hex, "role": "user", "parts": [{"type": "text", "text": text}]}
        body = {"id": self.id, "messages": [message], "trigger": "submit-message", **more}
        async with self._post(body) as answer:
            assert answer.status == 200, await answer.text()
            yield answer

    async def decide(self, *decisions: dict[str, Any]) -> tuple[int, list[Chunk] | Any]:
        """Hand decisions in, as the page does; the status, and the answer or the problem."""
        parts = [
            {"type": "tool-x", "toolCallId": "x", "state": "approval-responded", "approval": each} for each in decisions
        ]
        message = {"id": "m", "role": "assistant", "parts": parts}
        body = {"id": self.id, "messages": [message], "trigger": "submit-message", "messageId": "m"}
        async with self._post(body) as answer:
            if answer.status != 200:
                return answer.status, await answer.json(content_type=None)
            return answer.status, [chunk async for chunk in heard(answer)]

    def _post(self, body: object) -> Any:
        return self._gateway.http.post(
            self._url,
            data=msgspec.json.encode(body),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._gateway.token}"},
            timeout=ClientTimeout(total=120),
        )

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[ClientResponse]:
        """Listen to the turn that is under way."""
        headers = {"Authorization": f"Bearer {self._gateway.token}"}
        async with self._gateway.http.get(f"{self._url}/{self.id}/stream", headers=headers) as answer:
            yield answer

    async def stop(self) -> int:
        """Stop the turn."""
        status, _ = await self._gateway.call("DELETE", f"/chat/{self.id}/stream")
        return status

    async def shown(self) -> dict[str, Any]:
        """Show the conversation as a page that is loaded anew has it."""
        status, body = await self._gateway.call("GET", f"/chat/{self.id}")
        assert status == 200, body
        answer: dict[str, Any] = msgspec.json.decode(body)
        return answer


async def heard(answer: ClientResponse) -> AsyncIterator[Chunk]:
    """Read chunks to the end, which must be told."""
    is_over = False
    async for line in answer.content:
        text = line.decode().strip()
        if text.startswith("data: "):
            assert not is_over
            if text.removeprefix("data: ") == DONE:
                is_over = True
            else:
                yield msgspec.json.decode(text.removeprefix("data: "))
    assert is_over, "the stream just ended"


def text_of(chunks: Sequence[Chunk]) -> str:
    """Put the words of an answer together."""
    return "".join(chunk["delta"] for chunk in chunks if chunk["type"] == "text-delta")


def of(chunks: Sequence[Chunk], kind: str) -> list[Chunk]:
    """Choose the chunks of a kind."""
    return [chunk for chunk in chunks if chunk["type"] == kind]
