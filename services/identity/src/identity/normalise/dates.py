"""Dates of birth: all the days that a written date may mean, and no more."""

import re
from datetime import date
from itertools import product

from identity.normalise.letters import fold

_ISO = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_NUMBERS = re.compile(r"([0-9]{1,4})\s*([./-])\s*([0-9]{1,2})\s*[./-]\s*([0-9]{1,4})\.?")
_SOLID = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_TIME = re.compile(r"[t\s]+[0-9]{1,2}:[0-9:.]+.*$", re.IGNORECASE)
_YEARS = range(1880, 2200)

# What forms and exports put where nobody said a date.
_PLACEHOLDERS = frozenset({"1900-01-01", "1900-01-00", "1901-01-01", "1970-01-01", "9999-12-31"})

# Names of months by their first letters, longest first, in the languages of most of our users.
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan ene gen janv styc sty", "feb fev fevr lut", "mar marz mrt maa mac", "apr abr avr kwi",
            "may mai mei mag", "jun giu juin czerw cze", "jul lug juil lip", "aug ago aou sie", "sep set wrz",
            "oct okt ott out paz", "nov lis", "dec dez dic gru",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


def readings(text: str) -> tuple[str, ...]:
    """List the days a date may mean as ISO dates, in order: several where day and month, or the century, are open."""
    if _ISO.fullmatch(text):
        return _iso_day(text)
    text = _TIME.sub("", text.strip())
    if parts := _NUMBERS.fullmatch(text):
        return _numbers(parts[1], parts[3], parts[4], dotted=parts[2] == ".")
    if parts := _SOLID.fullmatch(text):
        return _days([(parts[1], parts[2], parts[3])])
    return _named(fold(text).split())


def _iso_day(text: str) -> tuple[str, ...]:
    """Read what is written as one day, as most are."""
    try:
        year = date.fromisoformat(text).year
    except ValueError:
        return ()
    return (text,) if year in _YEARS and text not in _PLACEHOLDERS else ()


def _numbers(first: str, second: str, third: str, *, dotted: bool) -> tuple[str, ...]:
    if len(first) > 2:
        return _days([(first, second, third)])
    ways = [(third, second, first)]
    # With dots the day is always first; with slashes and dashes half the world has the month there.
    if not dotted:
        ways.append((third, first, second))
    return _days(ways)


def _named(words: list[str]) -> tuple[str, ...]:
    """Read a date whose month is a word: 3 March 1980, March 3rd, 1980, 3 de marzo de 1980."""
    months = {month for word in words if (month := _month(word))}
    numbers = [digits[0] for word in words if (digits := re.match("[0-9]+", word))]
    if len(months) != 1 or len(numbers) != 2:
        return ()
    (month,), (day, year) = months, numbers
    if len(day) == 4:
        day, year = year, day
    return _days([(year, str(month), day)])


def _month(word: str) -> int | None:
    return next((_MONTHS[word[:n]] for n in (5, 4, 3) if len(word) >= n and word[:n] in _MONTHS), None)


def _days(ways: list[tuple[str, str, str]]) -> tuple[str, ...]:
    found = set()
    for (written, month, day), century in product(ways, ("19", "20")):
        year = int(written if len(written) == 4 else century + written) if len(written) in (2, 4) else 0
        try:
            found.add(date(year, int(month), int(day)).isoformat() if year in _YEARS else "")
        except ValueError:
            continue
    return tuple(sorted(found - _PLACEHOLDERS - {""}))
