"""How alike two records' names, dates and places are, value by value, in the few levels that weights are given to.

Every function here is symmetric, and its answer depends on the two values alone.
"""

from datetime import date
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA, JaroWinkler

from identity.normalise.names import PARTICLES, family_key
from identity.normalise.nicknames import are_forms_of_one, are_one_name_abroad, is_known

MISSING = ""

GIVEN = ("same", "form", "close", "abroad", "initial", "kin", "differs")
FAMILY = ("same", "part", "close", "initial", "differs")
BIRTH = ("same", "either", "near", "close", "loose", "differs")
EMAIL = ("same", "near", "local", "differs")
PHONE = ("same", "near", "differs")
COMPANY = ("same", "close", "differs")
PLACE = ("door", "street", "postal", "city", "differs")


def misspelt(left: str, right: str) -> bool:
    """Whether one word may be the other mistyped: the longer they are, the more may differ."""
    shorter = min(len(left), len(right))
    if shorter < 3:
        return False
    slips = 1 if shorter < 6 else 2
    if OSA.distance(left, right, score_cutoff=slips) <= slips or sorted(left) == sorted(right):
        return True
    return shorter >= 5 and JaroWinkler.similarity(left, right, score_cutoff=0.93) >= 0.93


@lru_cache(maxsize=100_000)
def given_names(left: str, right: str) -> str:
    """Compare two folded given names."""
    if not left or not right:
        return MISSING
    if left == right:
        return "same"
    ours, theirs = left.split(), right.split()
    if min(len(ours[0]), len(theirs[0])) == 1:
        return "initial" if ours[0][0] == theirs[0][0] else "differs"
    if _are_forms(ours, theirs) or left.replace(" ", "") == right.replace(" ", ""):
        return "form"
    alike, abroad = misspelt(left, right), are_one_name_abroad(ours[0], theirs[0])
    if abroad:
        return "form" if alike else "abroad"
    known = is_known(left) and is_known(right)
    return "differs" if not alike else "kin" if known else "close"


def _are_forms(ours: list[str], theirs: list[str]) -> bool:
    return any(are_forms_of_one(a, b) or (a == b and len(a) > 1) for a, b in product(ours, theirs))


@lru_cache(maxsize=100_000)
def family_names(left: str, right: str) -> str:
    """Compare two folded family names."""
    if not left or not right:
        return MISSING
    if left == right:
        return "same"
    if min(len(left), len(right)) == 1:
        return "initial" if left[0] == right[0] else "differs"
    ours, theirs = set(left.split()) - PARTICLES, set(right.split()) - PARTICLES
    if not ours.isdisjoint(theirs) or left.replace(" ", "") == right.replace(" ", ""):
        return "part"
    return "close" if misspelt(left, right) or misspelt(family_key(left), family_key(right)) else "differs"


def births(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Compare what two dates of birth may mean; one of several readings is not as good as the only one."""
    if not left or not right:
        return MISSING
    if len(left) == len(right) == 1:
        return _days(left[0], right[0]) if left <= right else _days(right[0], left[0])
    best = min((_days(*sorted(pair)) for pair in product(left, right)), key=BIRTH.index)
    return "either" if best == "same" else best


@lru_cache(maxsize=50_000)
def _days(left: str, right: str) -> str:
    if left == right:
        return "same"
    slips = OSA.distance(left, right)
    if slips <= 1 or (left[:4] == right[:4] and left[5:7] == right[8:] and left[8:] == right[5:7]):
        return "near"
    apart = abs((date.fromisoformat(left) - date.fromisoformat(right)).days)
    if apart <= 31 or sum(a == b for a, b in zip(left.split("-"), right.split("-"), strict=True)) == 2:
        return "close"
    return "loose" if apart <= 400 or slips <= 2 else "differs"


def emails(left: tuple[str, ...], right: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Compare two sets of mailboxes by the two most alike. A local part made of `names` says no more than they do."""
    if not left or not right:
        return MISSING
    if not set(left).isdisjoint(right):
        return "same"
    return min((_mailboxes(*pair, names) for pair in product(left, right)), key=EMAIL.index)


def _mailboxes(left: str, right: str, names: tuple[str, ...]) -> str:
    slips = 2 if min(len(left), len(right)) >= 10 else 1
    if OSA.distance(left, right, score_cutoff=slips) <= slips and _digits(left) == _digits(right):
        return "near"
    local = left.rpartition("@")[0]
    if len(local) < 5 or local != right.rpartition("@")[0]:
        return "differs"
    return "differs" if any(len(name) > 2 and name in local for name in names) else "local"


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def phones(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Compare two sets of numbers. Numbers that differ in a digit are neighbours, not misspelt."""
    if not left or not right:
        return MISSING
    if not set(left).isdisjoint(right):
        return "same"
    ends = {number[-8:] for number in left if ";" not in number}
    return "near" if any(number[-8:] in ends for number in right if ";" not in number) else "differs"


@lru_cache(maxsize=100_000)
def companies(left: str, right: str) -> str:
    """Compare two companies' names."""
    if not left or not right:
        return MISSING
    if left == right:
        return "same"
    ours, theirs = set(left.split()), set(right.split())
    if ours <= theirs or theirs <= ours or left.replace(" ", "") == right.replace(" ", "") or misspelt(left, right):
        return "close"
    return "differs"


@lru_cache(maxsize=100_000)
def are_one_place_name(left: str, right: str) -> bool:
    """Whether two cities or streets are the same, perhaps mistyped."""
    return bool(left and right) and (left == right or misspelt(left, right))
