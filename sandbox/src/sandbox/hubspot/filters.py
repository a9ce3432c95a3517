"""The conditions of a search: HubSpot's operators over values that are all text."""

import operator
import re
from collections.abc import Callable

import msgspec

from sandbox.clock import parse_ms
from sandbox.hubspot.catalogue import DATETIMES, NUMBERS
from sandbox.hubspot.errors import invalid

Key = tuple[int, float | str]
"""What a value is compared by: numbers and moments come before text."""

Test = Callable[[str | None], bool]

_COMPARISONS: dict[str, Callable[[Key, Key], bool]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}
_TOKEN = re.compile(r"[\w*]+")


class Filter(msgspec.Struct, frozen=True, rename="camel"):
    """One condition on one property."""

    property_name: str
    operator: str
    value: str | None = None
    values: tuple[str, ...] = ()
    high_value: str | None = None

    def key(self, text: str | None) -> Key:
        """What a value of this condition is compared by. Raises `HubSpotError` where there is none."""
        if text is None:
            raise invalid(f"operator {self.operator} of {self.property_name} lacks a value")
        return key(self.property_name, text)


def key(name: str, text: str) -> Key:
    """Dates as milliseconds, numbers as numbers, all else as text without case."""
    try:
        if name in DATETIMES:
            return 0, parse_ms(text)
        if name in NUMBERS:
            return 0, float(text)
    except ValueError:
        return 1, text.casefold()
    return 1, text.casefold()


def test(condition: Filter) -> Test:
    """A condition, ready to be put to many values. Raises `HubSpotError`."""
    name = condition.property_name
    match condition.operator:
        case "HAS_PROPERTY":
            return bool
        case "NOT_HAS_PROPERTY":
            return operator.not_
        case "IN" | "NOT_IN":
            wanted, found = {key(name, value) for value in condition.values}, condition.operator == "IN"
            return lambda text: text is not None and (key(name, text) in wanted) == found
        case "BETWEEN":
            low, high = condition.key(condition.value), condition.key(condition.high_value)
            return lambda text: text is not None and low <= key(name, text) <= high
        case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
            words, found = _patterns(condition), condition.operator == "CONTAINS_TOKEN"
            return lambda text: all(any(map(word.fullmatch, tokens(text))) for word in words) == found
        case comparison if comparison in _COMPARISONS:
            compare, bound = _COMPARISONS[comparison], condition.key(condition.value)
            return lambda text: text is not None and compare(key(name, text), bound)
        case unknown:
            raise invalid(f"Invalid input JSON: {unknown} is no operator")


def tokens(text: str | None) -> list[str]:
    """The words of a text, as search sees them."""
    return _TOKEN.findall((text or "").casefold())


def _patterns(condition: Filter) -> list[re.Pattern[str]]:
    return [re.compile(word.replace("*", r"\w*")) for word in tokens(condition.value)]
