"""The rules of the demo, the first that fits: words of a question, and the story that answers it."""

import re
from collections.abc import Callable

import msgspec

from sandbox.model.demo import people, proposing, wording
from sandbox.model.demo.asking import Asking
from sandbox.model.demo.counting import how_many

ALL_AT_ONCE = 50
"""As many as the tool tells at once: those of one kind are picked out of them."""
KINDS = {
    kind: re.compile(rf"\b{words}\b", re.IGNORECASE)
    for kind, words in {
        "ticket": "tickets?", "deal": "deals?", "meeting": "meetings?", "note": "notes?",
        "call": "calls?", "task": "tasks?",
        "email": r"(?:e-?mails|(?:last|latest)\s+e-?mail(?!\s+addr))",
    }.items()
}  # fmt: skip

Answer = Callable[[Asking, re.Match[str]], str]


class Rule(msgspec.Struct, frozen=True):
    """What is asked so is answered so. An answer raises `NotHeard` for a tool, `Stuck` where it does not go on."""

    pattern: re.Pattern[str]
    answer: Answer


def who_is(ask: Asking) -> str:
    """Tell who somebody is."""
    contact_id, others = people.best(ask, ask.text)
    return wording.portrait(ask("getContactDetails", contact_id=contact_id), others)


def what_disagrees(ask: Asking, _: re.Match[str]) -> str:
    """Tell what the sources disagree about."""
    contact_id, _others = people.best(ask, ask.text)
    return wording.conflicts(ask("listConflicts", contact_id=contact_id))


def what_happened(ask: Asking, _: re.Match[str]) -> str:
    """Tell what happened with somebody, all of it or of one kind."""
    contact_id, _others = people.best(ask, ask.text)
    kind = next((name for name, words in KINDS.items() if words.search(ask.text)), None)
    told = ask("getTimeline", contact_id=contact_id, limit=ALL_AT_ONCE if kind else wording.MOST)
    return wording.happened(told, kind)


def why_one(ask: Asking, _: re.Match[str]) -> str:
    """Tell why records are one contact."""
    if people.named(ask.text) is None and people.meant(ask, ask.text) is None:
        return duplicates(ask, _)
    contact_id, _others = people.best(ask, ask.text)
    return wording.why(ask("explainMatch", contact_id=contact_id))


def duplicates(ask: Asking, _: re.Match[str]) -> str:
    """List who may be one person."""
    return wording.duplicates(ask("findDuplicates", limit=wording.MOST))


def sources(ask: Asking, _: re.Match[str]) -> str:
    """List what is connected; asked with a name, it is about somebody."""
    if people.named(ask.text):
        return who_is(ask)
    return wording.sources(ask("listSources"))


def _rule(words: str, answer: Answer) -> Rule:
    return Rule(re.compile(words, re.IGNORECASE | re.DOTALL), answer)


_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_ORDER = r"^\W*(?:(?:please|can you|could you|would you|will you)\s+)*"
_WHO = r"(?P<who>[^:\"“]+?)"
_WHAT = r"(?P<what>\S.*)$"
_MAIL = r"(?:write|send|compose|draft)\s+(?:an?\s+)?(?:e-?mail\s+|mail\s+|message\s+|line\s+)?to|e-?mail|mail"

RULES: tuple[Rule, ...] = (
    _rule(
        r"\bcontacts\s+(?:called|named)\s+(?P<who>.+?)\s+are\s+(?:one|the\s+same)\s+person\b.*\b(?:join|merge)\b",
        proposing.join_namesakes,
    ),
    _rule(rf"{_ORDER}(?:join|merge|combine|unite)\s+(?P<who>.+?)\s+(?:and|with|into)\s+(?P<other>.+)$", proposing.join),
    _rule(
        rf"{_ORDER}(?:{_MAIL})\s+{_WHO}\s+with\s+(?:the\s+)?subject\s+[\"“](?P<subject>[^\"”]+)[\"”](?P<how>:|,)?\s*{_WHAT}",
        proposing.mail,
    ),
    _rule(
        rf"{_ORDER}(?:{_MAIL})\s+{_WHO}\s*(?P<how>\babout\b|\bregarding\b|\bsaying\b|\bthat\b|:)\s*{_WHAT}",
        proposing.mail,
    ),
    _rule(
        rf"{_ORDER}(?:write|send)\s+{_WHO}\s+an?\s+(?:e-?mail|mail|message|line)\s*(?P<how>\babout\b|\bsaying\b|\bthat\b|:)"
        rf"\s*{_WHAT}",
        proposing.mail,
    ),
    _rule(
        rf"{_ORDER}(?:{_MAIL}|(?:write|send)\s+(?:an?\s+)?(?:e-?mail|mail))\b",
        proposing.incomplete('Say to whom, and what about: "Write a mail to ada@example.com about the delivery".'),
    ),
    _rule(
        rf"{_ORDER}(?:(?:add|write|make|leave|put)\s+)?(?:an?\s+|down\s+a\s+)?note\s+(?:to|about|on|for|at)\s+"
        rf"{_WHO}\s*(?:\bsaying\b|\bthat\b|:)\s*{_WHAT}",
        proposing.note,
    ),
    _rule(
        rf"{_ORDER}(?:add|write|make|leave|put)\s+(?:an?\s+|down\s+a\s+)?note\b",
        proposing.incomplete('Say about whom, and what: "Add a note to ada@example.com: likes tea".'),
    ),
    _rule(
        rf"{_ORDER}(?:schedule|arrange|set\s+up|book|plan|put\s+down)\s+(?:an?\s+)?(?:meeting|call|appointment)\s+"
        r"(?:[\"“](?P<title>[^\"”]+)[\"”]\s+)?with\s+"
        r"(?P<who>.+?)(?P<when>\s+(?:on|at|for|about|today|tomorrow|next|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b.*)?$",
        proposing.meeting,
    ),
    _rule(
        rf"{_ORDER}(?:change|update|set|correct)\s+(?:the\s+)?(?P<field>{proposing.FIELD})\s+of\s+(?P<who>.+?)\s+to\s+"
        r"(?P<value>\S.*)$",
        proposing.change,
    ),
    _rule(
        rf"{_ORDER}(?:change|update|set|correct)\s+(?P<who>.+?)(?:{_APOSTROPHE}s?)?\s+"
        rf"(?P<field>{proposing.FIELD})\s+to\s+(?P<value>\S.*)$",
        proposing.change,
    ),
    _rule(
        rf"{_ORDER}(?:change|update|set|correct)\s",
        proposing.incomplete(
            'Say whose value, which, and to what: "Change Ada Lovelace\'s phone to +44 20 7946 0000".'
        ),
    ),
    _rule(r"\bwhy\b", why_one),
    _rule(r"\bduplicates?\b|\b(?:one|same)\s+person\b", duplicates),
    _rule(r"\bhow many\b|\bnumber of contacts\b|^\W*count\b", how_many),
    _rule(r"\b(?:disagree\w*|agree|conflict\w*|differ\w*|contradict\w*)\b", what_disagrees),
    _rule(r"\b(?:happened|timeline|history|last\s+contact|interactions?|talked|spoke)\b", what_happened),
    *(Rule(words, what_happened) for words in KINDS.values()),
    _rule(r"\b(?:what|which|how|list|show|our|are|is)\b.*\b(?:sources?|connected|fresh|up to date|synced)\b", sources),
)
