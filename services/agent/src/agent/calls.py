"""The calls that a model makes in one step: side by side, each with a result, or a proposal that waits for a person."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from agent.chunks import Chunk
from agent.conversation import Block, result
from agent.together import together
from agent.tools.api import Api, ToolFailed
from agent.tools.registry import TOOLS
from agent.tools.running import ToolBroke, run
from agent.tools.tool import Plan, Result, Source, read_input, written

MOST_MENTIONED = 20
"""Of lists: what was looked at is always told."""

MORE: Chunk = {
    "type": "source-url",
    "sourceId": "more",
    "url": "/app/contacts",
    "title": "Lists of contacts, more than are named here",
}

Say = Callable[[Chunk], Awaitable[None]]
Propose = Callable[[str, str, dict[str, Any], Plan], Awaitable[None]]
"""Takes the call's id, the tool, what it was given, and the plan that came of it."""


class LimitReached(Exception):
    """A limit of a turn; the message is for people."""


class Calls:
    """The calls of one turn: as many as it may make, and each source told once."""

    def __init__(self, api: Api, say: Say, propose: Propose, *, cited: Collection[str], at_most: int) -> None:
        self._api, self._say, self._propose = api, say, propose
        self._cited = set(cited)
        self._mentioned = 0
        self._left = at_most
        self.results: list[Block] = []
        """What the calls of this step found so far; those that are proposed have none."""

    async def make(self, calls: Sequence[Block]) -> tuple[bool, list[Block]]:
        """Call tools; whether any proposes something, and the results of the others. Raises `LimitReached`."""
        self.results = []
        self._left -= len(calls)
        if self._left < 0:
            raise LimitReached("This needed more calls than a turn may make, and was stopped; ask for less at once.")
        done = await together(self._call(call) for call in calls)
        return any(each is None for each in done), [each for each in done if each is not None]

    async def _call(self, call: Block) -> Block | None:
        found = await self._found(call)
        if found:
            self.results.append(found)
        return found

    async def _found(self, call: Block) -> Block | None:
        """Call one; its result, or None where a person is to decide first."""
        name, call_id, given = call["name"], call["id"], call["input"]
        about = {"toolCallId": call_id, "toolName": name}
        tool = TOOLS.get(name)
        if tool is None:
            says = f"There is no tool {name}. There are {', '.join(TOOLS)}."
            await self._say(
                {"type": "tool-input-error", **about, "input": given, "errorText": "There is no such tool."}
            )
            return result(call_id, says, is_error=True)
        try:
            wanted = read_input(tool, given)
        except ToolFailed as failed:
            await self._say({"type": "tool-input-error", **about, "input": given, "errorText": str(failed)})
            return result(call_id, str(failed), is_error=True)
        await self._say({"type": "tool-input-available", **about, "input": given, "title": tool.title})
        try:
            found = await run(self._api, tool, wanted, door="chat", call_id=call_id)
        except ToolFailed as failed:
            says = "It broke; it was noted." if isinstance(failed, ToolBroke) else str(failed)
            await self._say({"type": "tool-output-error", "toolCallId": call_id, "errorText": says})
            return result(call_id, str(failed), is_error=True)
        if isinstance(found, Result):
            return await self._read(call_id, found)
        await self._propose(call_id, name, given, found)
        return None

    async def _read(self, call_id: str, found: Result) -> Block:
        await self._say({"type": "tool-output-available", "toolCallId": call_id, "output": found.content})
        for source in found.sources:
            await self._cite(source)
        for mention in found.mentions:
            await self._mention(mention)
        return result(call_id, written(found.content))

    async def _cite(self, source: Source) -> None:
        """Say that the answer rests on a source record, each once."""
        if source.id not in self._cited:
            self._cited.add(source.id)
            await self._say({"type": "source-url", "sourceId": source.id, "url": source.page, "title": source.label})

    async def _mention(self, source: Source) -> None:
        """Cite an entry of a list while there is room, and say once that there were more."""
        if source.id in self._cited:
            return
        if self._mentioned < MOST_MENTIONED:
            self._mentioned += 1
            await self._cite(source)
        elif MORE["sourceId"] not in self._cited:
            self._cited.add(MORE["sourceId"])
            await self._say(MORE)
