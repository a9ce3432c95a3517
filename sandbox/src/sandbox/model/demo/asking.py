"""A rule's story is told from its beginning each time: what a tool has answered already, it hears at once."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.model.reading import read, words
from sandbox.model.wire import Question

CONTEXT = re.compile(r"\s*<context>Now it is \w+, (?P<now>[\d-]+ [\d:]+) UTC(?P<shown>[^<]*)\.</context>\s*$")
DECLINED = "The person declined"
CONTACT = re.compile(r"[0-9a-f-]{36}")


class NotHeard(Exception):
    """A tool is to be asked first."""

    def __init__(self, tool: str, given: dict[str, Any]) -> None:
        super().__init__(tool)
        self.tool, self.given = tool, given


class Stuck(Exception):
    """It does not go on; the message is for whoever asked."""


class Asking:
    """What was asked, and a way to ask tools: the calls of a story come in the order in which they were made."""

    def __init__(self, question: Question) -> None:
        asked = question.asked[-1] if question.asked else ""
        context = CONTEXT.search(asked)
        self.text = asked[: context.start()].strip() if context else asked.strip()
        self.now = datetime.fromisoformat(f"{context['now']}+00:00") if context else None
        shown = CONTACT.search(context["shown"]) if context else None
        self.shown = shown[0] if shown else None
        """The contact that the person looks at."""
        self.spoken_of = next(reversed(list(_spoken_of(question))), None)
        """The contact that was looked at or written to last in the conversation."""
        self._offered = {tool.name for tool in question.tools}
        self._heard = list(question.results())
        self._calls = 0

    def __call__(self, tool: str, **given: Any) -> Any:
        """Return what the tool says. Raises `NotHeard`, and `Stuck` where it failed or is not there."""
        if tool not in self._offered:
            raise Stuck(f"I have no tool for that here: {tool} is missing.")
        if self._calls == len(self._heard):
            raise NotHeard(tool, given)
        # By its place, not its input: a person may have changed that before approving it.
        _, result = self._heard[self._calls]
        self._calls += 1
        if result.get("is_error"):
            raise Stuck(_no(words(result)))
        return read(result)


def _no(told: str) -> str:
    return "You refused it; nothing was done." if told.startswith(DECLINED) else f"That did not work: {told}"


def _spoken_of(question: Question) -> Iterator[str]:
    for message in question.messages[: question.asked_at]:
        for call in message.of("tool_use"):
            if isinstance(found := call["input"].get("contact_id"), str):
                yield found
