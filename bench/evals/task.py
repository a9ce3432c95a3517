"""A task: a question, what its answer must be, and two answers to try that with."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from bench.evals.graders import Grader
from bench.evals.transcript import Transcript
from e2e.chatting import calls, says

Answers = Sequence[dict[str, Any]]
"""What a scripted model answers, step by step."""

SILENCE: Answers = (says("I would rather talk about the weather."),)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and how its answer is graded.

    `right` is an answer that all graders must take, `wrong` one that some must not; both call the tools for real.
    """

    kind: str
    question: str
    graders: Sequence[Grader]
    right: Answers
    wrong: Answers = SILENCE
    contact: UUID | None = None

    def misses(self, told: Transcript) -> list[str]:
        """What an answer lacks, in words; nothing where it is right."""
        failed = [f"it failed: {told.failure}"] if told.failure else []
        return failed + [miss for grade in self.graders if (miss := grade(told)) is not None]


def looks(contact: UUID, *tools: str) -> dict[str, Any]:
    """Have a scripted model look at a contact."""
    asked = tools or ("getContactDetails",)
    more: dict[str, dict[str, Any]] = {"getContactDetails": {"detail": "full"}, "getTimeline": {"limit": 50}}
    return says("", tools=[calls(tool, contact_id=str(contact), **more.get(tool, {})) for tool in asked])
