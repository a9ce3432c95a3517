"""How many: a question's words become what the tool counts by. What is not understood is said, never left out."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from sandbox.model.demo import wording
from sandbox.model.demo.asking import Asking, Stuck

_END = r"(?=\s+(?:who|which|that|with|without|from|in|at|by|have|has|work|works|is|are|and|or)\b|\s*[?!,]|\.?\s*$)"
_VALUE = rf"(?P<value>[^\s?!,](?:[^?!,])*?){_END}"


class Counted(msgspec.Struct):
    """What is counted by, and how people say it."""

    says: str
    given: dict[str, Any] = {}
    condition: tuple[str, str, object] | None = None
    place: str | None = None


class Narrowing(msgspec.Struct, frozen=True):
    """Words that narrow what is counted."""

    pattern: re.Pattern[str]
    counted: Callable[[str], Counted]


def _by(words: str, counted: Callable[[str], Counted], *, flags: re.RegexFlag = re.IGNORECASE) -> Narrowing:
    return Narrowing(re.compile(words, flags), counted)


def _where(says: str, field: str, operator: str, value: object = None) -> Callable[[str], Counted]:
    return lambda told: Counted(says.format(told), condition=(field, operator, told if value is None else value))


_PHONE = r"(?:tele)?phone(?:\s+numbers?)?(?:\s+at\s+all)?"
_EMAIL = r"e-?mail(?:\s+address(?:es)?)?(?:\s+at\s+all)?"
_NO, _SOME = r"\b(?:(?:have|has|with)\s+no|without(?:\s+an?)?)\s+", r"\b(?:have|has|with)\s+(?:an?\s+)?"

NARROWINGS = (
    _by(
        r"\b(?:(?:from|in|by|of|at|to|does|within)\s+)?(?P<value>hubspot|pipedrive|zendesk)\b(?:\s+knows?\b)?",
        lambda told: Counted(
            f"known to {wording.label(told.casefold())}", given={"provider": told.casefold()}
        ),
    ),
    _by(_NO + _PHONE, _where("without a phone", "has_phone", "eq", value=False)),
    _by(_NO + _EMAIL, _where("without an e-mail address", "has_email", "eq", value=False)),
    _by(_SOME + _PHONE, _where("with a phone", "has_phone", "eq", value=True)),
    _by(_SOME + _EMAIL, _where("with an e-mail address", "has_email", "eq", value=True)),
    _by(
        r"\b(?:in|by|to|from|with|of)\s+(?:more\s+than\s+one|several|two\s+or\s+more|multiple)\s+"
        r"(?:sources?|records?|tools?)",
        _where("made of more than one record", "sources", "at_least", value=2),
    ),
    _by(
        r"\bat\s+an?\s+company\s+with\s+(?P<value>\S+)\s+in\s+its\s+name",
        _where("whose company's name contains {}", "company", "contains"),
    ),
    _by(rf"\b(?:works?|working)\s+(?:at|for)\s+{_VALUE}", _where("at {}", "company", "contains")),
    _by(rf"\b(?:have|has|with)\s+(?:exactly\s+)?the\s+(?:job\s+)?title\s+{_VALUE}", _where(
        "with the job title {}", "job_title", "eq"
    )),
    _by(rf"\b(?:called|named)\s+{_VALUE}", _where("whose name contains {}", "name", "contains")),
    _by(r"\bneeds?\s+(?:a\s+)?review\b", _where("that need review", "needs_review", "eq", value=True)),
    _by(
        rf"\b(?:in|from)\s+(?P<value>[^\W\d_a-z][^?!,]*?){_END}",
        lambda told: Counted("", place=told),
        flags=re.RegexFlag(0),
    ),
    _by(rf"\bat\s+(?P<value>[^\W\d_a-z][^?!,]*?){_END}", _where("at {}", "company", "contains"), flags=re.RegexFlag(0)),
)  # fmt: skip
FILLING = {
    *("a", "all", "altogether", "and", "are", "come", "comes", "count", "currently", "database", "did", "do", "does"),
    *("contact", "contacts", "customer", "customers", "people", "person", "persons", "record", "records", "golden"),
    *("get", "got", "had", "has", "have", "how", "i", "in", "is", "know", "known", "live", "lives", "living", "made"),
    *("many", "me", "much", "now", "number", "of", "our", "please", "system", "tell", "that", "the", "there", "to"),
    *("total", "us", "we", "which", "who", "with", "work", "works", "you"),
}
"""Words of a question that say nothing of whom to count."""


def how_many(ask: Asking, _: re.Match[str]) -> str:
    """Count. Raises `NotHeard`, and `Stuck` where some of the question is not understood."""
    left, found = ask.text, []
    for each in NARROWINGS:
        if match := each.pattern.search(left):
            left = f"{left[: match.start()]} {left[match.end() :]}"
            found.append(each.counted(match.groupdict().get("value") or ""))
    strange = [word for word in re.findall(r"[^\W_][\w'-]*", left) if word.casefold() not in FILLING]
    if strange:
        raise Stuck(
            f'I do not know how to count by "{" ".join(strange)}". I count all contacts, or by source, city or '
            "country, company, job title, name, and by whether there is a phone or an e-mail address."
        )
    return _told(ask, found)


def _told(ask: Asking, found: list[Counted]) -> str:
    place = next((each.place for each in found if each.place), None)
    rest = [each for each in found if each.place is None]
    if place is None:
        return _sentence(_count(ask, rest), rest)
    by_city = [*rest, Counted(f"in the city {place}", condition=("city", "eq", place))]
    if number := _count(ask, by_city):
        return _sentence(number, by_city)
    in_country = Counted(f"in the country {place}", condition=("country", "eq", place))
    number = _count(ask, [*rest, in_country])
    return _sentence(number, [*rest, in_country if number else Counted(f"in a city or country called {place}")])


def _count(ask: Asking, found: list[Counted]) -> int:
    given: dict[str, Any] = {}
    for each in found:
        given |= each.given
    rules = [dict(zip(("field", "operator", "value"), each.condition, strict=True)) for each in found if each.condition]
    told = ask("countContacts", **given, **({"conditions": rules} if rules else {}))
    return int(told["count"])


def _sentence(number: int, found: list[Counted]) -> str:
    counted = "is 1 contact" if number == 1 else f"are {number:,} contacts"
    return " ".join([f"There {counted}", *(each.says for each in found)]) + "."
