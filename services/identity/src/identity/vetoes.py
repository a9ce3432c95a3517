"""Vetoes: what the members of a group say of themselves that no other person could, kept as sets.

Two groups whose marks conflict may not be joined by a rule, however strong. Marks only ever grow with a group, so what
conflicts once conflicts for ever, as the partition needs it. A key joins whatever the names say; evidence weaker
than a key also respects them: of twins, one whose record lacks the given name must not draw in the other.
"""

from itertools import product
from typing import NamedTuple

from contracts.contacts import Contact

from identity.likeness import births, family_names, given_names
from identity.normalise.form import Form
from identity.normalise.names import generation_of

_NOBODY = frozenset[tuple[str, str]]()


class Marks(NamedTuple):
    """Dates of birth, generations (1 for senior, 2 for junior) and whole names of a group's members."""

    births: frozenset[tuple[str, ...]] = frozenset()
    generations: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = _NOBODY

    def __or__(self, other: "Marks") -> "Marks":  # type: ignore[override]
        return Marks(self.births | other.births, self.generations | other.generations, self.names | other.names)


def marks_of(form: Form) -> Marks:
    """Tell what one record says of itself."""
    return Marks(
        frozenset((form.births,)) if form.births else frozenset(),
        frozenset((form.generation,)) if form.generation else frozenset(),
        frozenset(((form.given, form.family),)) if form.given and form.family else _NOBODY,
    )


def is_marked(contact: Contact) -> bool:
    """Whether a contact may say anything of itself that even a key respects; quickly, as most do not."""
    return bool(contact.birth_date or generation_of(contact))


def conflict(left: Marks, right: Marks, *, weaker_than_key: bool) -> str | None:
    """Name what keeps two groups apart, or None."""
    if any(births(ours, theirs) == "differs" for ours, theirs in product(left.births, right.births)):
        return "birth_dates_conflict"
    if len(left.generations | right.generations) > 1:
        return "generations_conflict"
    if weaker_than_key and any(_are_two(ours, theirs) for ours, theirs in product(left.names, right.names)):
        return "given_names_differ"
    return None


def _are_two(left: tuple[str, str], right: tuple[str, str]) -> bool:
    """Whether two whole names are of two people of one family, or of none."""
    (given, family), (other_given, other_family) = left, right
    if given_names(given, other_given) not in {"differs", "kin"}:
        return False
    return family_names(given, other_family) == family_names(family, other_given) == "differs"
