"""What brains make of the result of a tool."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sandbox.model.wire import Block


def read(result: Block) -> Any:
    """Its JSON, or its words where it is none."""
    text = words(result)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def words(result: Block) -> str:
    """Its words as they stand."""
    content = result.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")


def strings(value: Any) -> Iterator[str]:
    """All that is written anywhere in it."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)
