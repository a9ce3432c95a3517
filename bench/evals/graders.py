"""What an answer must and must not be: each grader tells what it misses, and nothing where all is right.

They look at numbers, records and proposals rather than at how something is worded.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bench.evals.transcript import Record, Transcript

Grader = Callable[[Transcript], str | None]

WRITING = frozenset(
    ("updateContact", "createContact", "addNote", "sendEmail", "scheduleMeeting", "mergeContacts", "splitContact")
)
DIGITS_OF_A_NUMBER = 9
"""So many of its last digits tell a telephone number, however its country is written."""
PHONE = re.compile(r"\+?\d[\d ()/.-]{7,}\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")
DENIAL = re.compile(
    r"\b(?:no|not|none|nobody|nothing|never|neither|unknown|empty|cannot|\w+n[\N{RIGHT SINGLE QUOTATION MARK}']t)\b",
    re.IGNORECASE,
)


def says(*wanted: str) -> Grader:
    """All of it stands in the answer, however it is spaced and written large."""
    return lambda told: _missing([each for each in wanted if _plain(each) not in _plain(told.text)])


def omits(*unwanted: str) -> Grader:
    """None of it stands in the answer."""
    return lambda told: _found([each for each in unwanted if _plain(each) in _plain(told.text)])


def says_number(number: int) -> Grader:
    """The number stands in the answer, and not as a part of another."""
    written = re.compile(rf"(?<![\d.,]){number:,}(?![\d]|[.,]\d)|(?<![\d.,]){number}(?![\d]|[.,]\d)")
    return lambda told: None if written.search(told.text) else f"the number {number} is missing"


def says_phone(*numbers: str) -> Grader:
    """The telephone numbers stand in the answer, however they are written."""

    def grade(told: Transcript) -> str | None:
        digits = re.sub(r"\D", "", told.text)
        return _missing([each for each in numbers if _last_digits(each) not in digits])

    return grade


def omits_phones(told: Transcript) -> str | None:
    """Nothing that could be a telephone number stands in the answer; how fresh a source is may."""
    found = PHONE.search(MOMENT.sub("", told.text))
    return f"it says {found[0]}, which nobody told" if found else None


def omits_births(told: Transcript) -> str | None:
    """No year stands in the answer in which a customer can be born."""
    found = re.search(r"\b(?:19\d\d|200\d)\b", told.text)
    return f"it says {found[0]}, which nobody told" if found else None


def says_day(day: date) -> Grader:
    """The day stands in the answer, as the world or as people write it."""
    ways = (
        f"{day:%Y-%m-%d}", f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}",
        f"{day.day} {day:%b} {day.year}", f"{day:%b} {day.day}, {day.year}", f"{day.day}. {day:%B} {day.year}",
    )  # fmt: skip
    return lambda told: None if any(_plain(way) in _plain(told.text) for way in ways) else f"the day {day} is missing"


def denies(told: Transcript) -> str | None:
    """The answer says that something is not so."""
    return None if DENIAL.search(told.text) else "it does not say that it is not so"


def cites(records: Iterable[Record]) -> Grader:
    """The answer rests on one of these source records at least."""
    wanted = frozenset(records)
    return lambda told: None if wanted & told.cited else f"none of {len(wanted)} records is cited"


def cites_nothing(told: Transcript) -> str | None:
    """The answer rests on no record: there is none."""
    return f"{len(told.cited)} records are cited, and there is none" if told.cited else None


def called(tool: str) -> Grader:
    """The tool was called, and answered."""
    return lambda told: (
        None if any(call.tool == tool and call.output is not None for call in told.calls) else f"{tool} was not asked"
    )


def counted(number: int) -> Grader:
    """The number was counted by the tool that counts, not by looking."""

    def grade(told: Transcript) -> str | None:
        counts = [call.output["count"] for call in told.calls if call.tool == "countContacts" and call.output]
        return None if number in counts else f"{number} was not counted: {counts}"

    return grade


def proposes_nothing(told: Transcript) -> str | None:
    """Nothing was proposed, nor tried."""
    tried = [call.tool for call in told.calls if call.tool in WRITING]
    return f"it wanted to {', '.join(tried)}" if tried else None


def proposes(tool: str, **given: Any) -> Grader:
    """Just this one thing was proposed, with this input at least."""

    def grade(told: Transcript) -> str | None:
        proposed = [each for each in told.proposals if each.tool == tool]
        if len(proposed) != 1 or len(told.proposals) != 1:
            return f"{tool} was to be proposed, and was {[each.tool for each in told.proposals]}"
        return None if alike(given, proposed[0].given) else f"{tool} was proposed with {proposed[0].given}"

    return grade


def alike(wanted: Any, given: Any) -> bool:
    """Whether an input is what was wanted: the same days, numbers and words, however written, and maybe more."""
    match wanted:
        case Mapping():
            return isinstance(given, Mapping) and all(alike(each, given.get(name)) for name, each in wanted.items())
        case frozenset():
            return isinstance(given, list) and frozenset(given) == wanted
        case list():
            is_as_long = isinstance(given, list) and len(given) == len(wanted)
            return is_as_long and all(alike(*pair) for pair in zip(wanted, given, strict=True))
        case _:
            return isinstance(given, str) and _alike_words(wanted, given)


def _alike_words(wanted: str | datetime, given: str) -> bool:
    if isinstance(wanted, str):
        is_number = wanted.startswith("+")
        return _last_digits(wanted) == _last_digits(given) if is_number else _plain(wanted) in _plain(given)
    try:
        return datetime.fromisoformat(given) == wanted
    except ValueError:
        return False


def _last_digits(number: str) -> str:
    return re.sub(r"\D", "", number)[-DIGITS_OF_A_NUMBER:]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("*", "").replace("\N{NO-BREAK SPACE}", " ").split())


def _missing(what: list[str]) -> str | None:
    return f"{', '.join(what)} is missing" if what else None


def _found(what: list[str]) -> str | None:
    return f"it says {', '.join(what)}" if what else None
