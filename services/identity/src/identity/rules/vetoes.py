"""Vetoes: what members of a group say of themselves that cannot be said of one person, kept as a set.

Two groups of which any two members contradict each other may not be joined by a rule, however strong. Such a set only
grows with its group, so what conflicts once conflicts for ever, as the partition needs it.

- Dates of birth a generation apart are two people's: father and son of one name, whatever they share. Dates that
  differ by less are often mistyped, and conflict only where the names differ too.
- Senior is not Junior.
- Names conflict for evidence weaker than a key: of twins, one whose record lacks the given name must not draw in the
  other. A key (an email) joins whatever the names say, since people write themselves as they like.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeVar

from contracts.contacts import Contact
from rapidfuzz.distance import JaroWinkler

from identity.normalise.dates import readings
from identity.normalise.form import Form
from identity.normalise.names import generation_of, name
from identity.rules.likeness import births, family_names, given_names

GENERATION_YEARS = 13
_RESEMBLING = 0.8


class Mark(NamedTuple):
    """What one record says that another person's could not."""

    given: str
    family: str
    births: tuple[str, ...]
    generation: str


Marks = frozenset[Mark]

NO_MARKS: Marks = frozenset()

MUCH_STRONGER = 100
"""An edge that is a thousand times likelier than the other leaves no doubt which of two a record belongs to."""

Id = TypeVar("Id")


def marks_of(form: Form) -> Marks:
    """Tell what one record brings into its group; groups that join unite their marks."""
    mark = mark_of(form)
    return frozenset((mark,)) if any(mark) else NO_MARKS


def mark_of(form: Form) -> Mark:
    """Tell what one record says of itself."""
    return Mark(form.given, form.family, form.births, form.generation)


def mark_in(contact: Contact) -> Mark:
    """Tell what a contact says of itself, without normalising the rest of it."""
    given, family, generation = name(contact.first_name, contact.last_name)
    return Mark(given, family, readings(contact.birth_date) if contact.birth_date else (), generation)


def is_marked(contact: Contact) -> bool:
    """Whether a contact may say anything of itself that even a key respects; quickly, as most do not."""
    return bool(contact.birth_date or generation_of(contact))


def may_be_one(contacts: Sequence[Contact]) -> bool:
    """Whether no two contacts contradict each other in what even a key respects; quickly, and not always when so."""
    if len({contact.birth_date for contact in contacts if contact.birth_date}) > 1:
        return False
    if len({(contact.first_name, contact.last_name) for contact in contacts}) == 1:
        return True
    return len({generation for contact in contacts if (generation := generation_of(contact))}) < 2


def conflict(left: Marks, right: Marks, *, weaker_than_key: bool) -> str | None:
    """Name what keeps two groups apart, the first in the alphabet where there are several, or None."""
    found = {contradiction(*pair, weaker_than_key=weaker_than_key) for pair in product(left, right)} - {None}
    return min(found, default=None)  # type: ignore[type-var]


@lru_cache(maxsize=100_000)
def contradiction(left: Mark, right: Mark, *, weaker_than_key: bool) -> str | None:
    """Name why two records cannot be one person's, or None."""
    if left == right:
        return None
    others = _have_other_names(left, right)
    if births(left.births, right.births) == "differs" and (others or _years_apart(left, right) >= GENERATION_YEARS):
        return "birth_dates_conflict"
    if left.generation and right.generation and left.generation != right.generation:
        return "generations_conflict"
    return "given_names_differ" if weaker_than_key and others else None


@lru_cache(maxsize=100_000)
def are_kin(left: Mark, right: Mark) -> bool:
    """Whether two records may be two people's of one family: clearly two given names, and not two family names."""
    return family_names(left.family, right.family) not in {"differs", ""} and _have_other_names(left, right)


def _years_apart(left: Mark, right: Mark) -> int:
    return min(abs(int(ours[:4]) - int(theirs[:4])) for ours, theirs in product(left.births, right.births))


def _have_other_names(left: Mark, right: Mark) -> bool:
    """Whether two given names are clearly two, and neither is the other's family name."""
    level = given_names(left.given, right.given)
    if level == "kin":
        return True
    if level != "differs" or JaroWinkler.similarity(left.given, right.given) >= _RESEMBLING:
        return False
    crossed = family_names(left.given, right.family), family_names(left.family, right.given)
    return crossed in {("differs", "differs"), ("differs", ""), ("", "differs"), ("", "")}


def torn(edges: Iterable[tuple[Id, Id, int]], marks: Mapping[Id, Mark]) -> set[tuple[Id, Id]]:
    """Find the edges by evidence that are a guess: their record would as well join another, that contradicts this one.

    A record of John Smith without a date of birth may be the father's or the son's: neither should have it unasked.
    The edges must be all of those that touch their records.
    """
    reaching: dict[Id, list[tuple[int, Id]]] = defaultdict(list)
    edges = list(edges)
    for left, right, strength in edges:
        reaching[left].append((strength, right))
        reaching[right].append((strength, left))
    return {
        (left, right)
        for left, right, strength in edges
        if _doubted(reaching[left], right, strength, marks) or _doubted(reaching[right], left, strength, marks)
    }


def _doubted(rivals: Iterable[tuple[int, Id]], end: Id, strength: int, marks: Mapping[Id, Mark]) -> bool:
    return any(
        other > strength - MUCH_STRONGER and contradiction(marks[end], marks[rival], weaker_than_key=True)
        for other, rival in rivals
        if rival != end
    )
