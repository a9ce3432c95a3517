"""All tools by their names, in an order that never changes: the model's cache depends on it."""

from collections.abc import Mapping
from typing import Any

from agent.tools.reading import READING
from agent.tools.tool import Tool, described
from agent.tools.writing import WRITING

_ALL: tuple[Tool, ...] = (*READING, *WRITING)

TOOLS: Mapping[str, Tool] = {tool.name: tool for tool in _ALL}

DESCRIBED: list[dict[str, Any]] = [described(tool) for tool in TOOLS.values()]
"""The tools as the model is told of them."""
