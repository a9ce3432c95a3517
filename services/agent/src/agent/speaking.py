"""An answer of the model as it comes in, said as chunks."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from agent.chunks import Chunk
from agent.model import Piece
from agent.tools.registry import TOOLS

Say = Callable[[Chunk], Awaitable[None]]


class Speaker:
    """Says the answers of one turn, piece by piece; each call has a name of its own in the whole conversation."""

    def __init__(self, say: Say, turn: str) -> None:
        self._say, self._turn = say, turn
        self._blocks = 0
        self._open: dict[int, tuple[str, str]] = {}
        self._names: dict[int, str] = {}
        self._taken: set[str] = set()
        self.heard = 0
        """Characters of this answer."""

    def begin(self, taken: Collection[str]) -> None:
        """Begin an answer; these ids of calls are taken."""
        self._open, self._names, self.heard = {}, {}, 0
        self._taken = set(taken)

    async def say(self, piece: Piece) -> None:
        """Say a piece."""
        self.heard += len(piece.text)
        if piece.kind == "start":
            await self._begin_block(piece)
        elif piece.index in self._open:
            kind, id_ = self._open[piece.index]
            if piece.kind == "stop":
                del self._open[piece.index]
                if kind != "tool":
                    await self._say({"type": f"{kind}-end", "id": id_})
            elif kind == "tool":
                if piece.text:
                    await self._say({"type": "tool-input-delta", "toolCallId": id_, "inputTextDelta": piece.text})
            else:
                await self._say({"type": f"{kind}-delta", "id": id_, "delta": piece.text})

    async def _begin_block(self, piece: Piece) -> None:
        self._blocks += 1
        match piece.block["type"]:
            case "tool_use":
                name, call_id = piece.block["name"], self._name(piece)
                self._open[piece.index] = "tool", call_id
                title = {"title": TOOLS[name].title} if name in TOOLS else {}
                await self._say({"type": "tool-input-start", "toolCallId": call_id, "toolName": name, **title})
            case "text" | "thinking" as kind:
                words = "text" if kind == "text" else "reasoning"
                id_ = f"{words}-{self._turn}-{self._blocks}"
                self._open[piece.index] = words, id_
                await self._say({"type": f"{words}-start", "id": id_})
            case _:
                pass  # kept in the conversation, and nothing to show

    def _name(self, piece: Piece) -> str:
        # Some servers count the calls of each answer anew, and a decision must mean one call of the conversation.
        given: str = piece.block["id"]
        name = f"{given}-{self._turn}-{self._blocks}" if given in self._taken else given
        self._names[piece.index] = name
        self._taken.add(name)
        return name

    def named(self, content: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Call the calls of the whole answer as they were said."""
        return [
            {**block, "id": self._names.get(index, block["id"])} if block["type"] == "tool_use" else block
            for index, block in enumerate(content)
        ]

    async def close(self) -> None:
        """End the blocks of words that are open."""
        for kind, id_ in self._open.values():
            if kind != "tool":
                await self._say({"type": f"{kind}-end", "id": id_})
        self._open = {}
