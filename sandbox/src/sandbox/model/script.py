"""What the model is told to decide: turns, chosen by what the user wrote last."""

from typing import Any, Literal

import msgspec

from sandbox.model.wire import Question

Brain = Literal["demo", "gullible"]
"""What decides where no script does: the rules of a demo, or whatever stands in the tools' results."""

Fault = Literal["rate_limit", "overloaded", "server_error", "error_event", "cut", "too_long"]


class Part(msgspec.Struct, kw_only=True):
    """A block of an answer: one of text, thinking, and a call by the tool's name."""

    text: str | None = None
    thinking: str | None = None
    tool: str | None = None
    input: dict[str, Any] = {}
    raw_input: str | None = None
    """The input's JSON just as it is to be sent: one that ends early, or is none."""

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.text, self.thinking, self.tool)) != 1:
            raise ValueError("a part is one of text, thinking and tool")


class Turn(msgspec.Struct, kw_only=True):
    """One answer; a fault strikes `times` of the calls that would have got it, and -1 is always."""

    parts: list[Part] = []
    stop_reason: str | None = None
    delay_seconds: float = 0
    """How long before the first event."""
    pause_seconds: float = 0
    """How long between two deltas."""
    fault: Fault | None = None
    times: int = 1
    shattered: bool = False
    """Whether its bytes are sent seven at a time, through the middle of letters and lines."""
    spoken: int | None = None
    """How many tokens came out, as it tells; about as many as there are, where nothing is said."""
    stamped: bool = False
    """Whether each piece of its text is, instead, the time at which it is sent, in seconds."""


class Script(msgspec.Struct, kw_only=True):
    """The answers, in their order, to a question that holds these words; the last may go on for ever."""

    when: str = ""
    turns: list[Turn]
    endless: bool = False


KEPT = 100


class Book(msgspec.Struct):
    """All scripts, and what the model was asked."""

    scripts: list[Script] = []
    brain: Brain = "demo"
    asked: int = 0
    questions: list[Question] = []
    """The newest of them."""

    def note(self, question: Question) -> None:
        """Keep what was asked."""
        self.asked += 1
        self.questions.append(question)
        del self.questions[:-KEPT]

    def forget(self) -> None:
        """Begin anew, without a script, and with the brain of the demo."""
        self.scripts.clear()
        self.questions.clear()
        self.brain = "demo"
        self.asked = 0

    def turn(self, question: Question) -> Turn | None:
        """The answer that was written for it, or None where no script holds."""
        text = "\n".join(question.asked).casefold()
        script = next((each for each in self.scripts if each.when.casefold() in text), None)
        if script is None:
            return None
        if question.step < len(script.turns):
            return script.turns[question.step]
        if script.endless and script.turns:
            return script.turns[-1]
        return Turn(parts=[Part(text="(The script of the stand-in ends here.)")])


def strike(turn: Turn) -> Fault | None:
    """The fault of this call, counting it."""
    if turn.fault is None or turn.times == 0:
        return None
    turn.times -= turn.times > 0
    return turn.fault
