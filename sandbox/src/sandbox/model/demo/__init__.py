"""A small brain of rules, for a demo without a key: it really calls the tools, and says that it is a stand-in."""

from sandbox.model.demo import people
from sandbox.model.demo.asking import Asking, NotHeard, Stuck
from sandbox.model.demo.rules import RULES, who_is
from sandbox.model.script import Part, Turn
from sandbox.model.wire import Question

STAND_IN = "(I am the sandbox's stand-in for a model, and follow a few rules.)"
STRANGE = "My rules do not understand what the tool found."
CAN = """\
I am no model, only a few rules, and this fits none of them. What I can do:
- say who somebody is, what happened with them and what the sources disagree about: "Who is Ada Lovelace?";
- count: "How many contacts from Zendesk have no phone?", "How many are in Berlin?";
- list duplicates, and how fresh the sources are;
- propose to change a value, join two contacts, add a note, write an e-mail or schedule a meeting:
  "Change Ada Lovelace's phone to +44 20 7946 0000", "Add a note to ada@example.com: likes tea"."""


def turn(question: Question) -> Turn:
    """The next thing to say, or to ask of a tool."""
    ask = Asking(question)
    try:
        return _say(_answer(ask))
    except NotHeard as wanted:
        return Turn(parts=[Part(tool=wanted.tool, input=wanted.given)])
    except Stuck as stuck:
        return _say(str(stuck))
    except (KeyError, TypeError, AttributeError, ValueError):  # of a result that is too long, items are left out
        return _say(STRANGE)


def _answer(ask: Asking) -> str:
    """Answer by the first rule that fits. Raises `NotHeard`, `Stuck`."""
    for rule in RULES:
        if fits := rule.pattern.search(ask.text):
            return rule.answer(ask, fits)
    return who_is(ask) if people.named(ask.text) or people.meant(ask, ask.text) else CAN


def _say(text: str) -> Turn:
    return Turn(parts=[Part(text=f"{text}\n\n{STAND_IN}")])
