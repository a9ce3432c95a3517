"""Shared values: a mailbox or a telephone that several people use, and that therefore says nothing of who someone is.

Lists know desks and throw-away hosts (`normalise.mailboxes`); here it is learned from who carries a value. Carriers
that are gone count too, so that a deletion never joins strangers.
"""

from collections.abc import Iterable
from itertools import combinations

from identity.normalise.form import Form
from identity.normalise.names import family_key
from identity.vetoes import Mark, contradiction, mark_of

MOST_FAMILIES = 3
"""Family names that one person may be written with."""
MOST_PEOPLE = 2
"""People who may seem to be one mailbox's before it is a family's: one of them may be a slip."""
MOST_MARKS = 30
"""Ways in which one person is written down at most."""


def is_shared(carriers: Iterable[Form], *, telephone: bool) -> bool:
    """Whether those who carry a value are more than one, as their names and dates of birth tell.

    A mailbox is mostly one person's and a telephone often a household's: for that, two are enough whose dates of birth
    contradict.
    """
    marks = {mark_of(form) for form in carriers}
    if len(marks) < 2:
        return False
    families = {family_key(mark.family) for mark in marks} - {""}
    if len(families) > MOST_FAMILIES or len(marks) > MOST_MARKS or _people_among(marks) > MOST_PEOPLE:
        return True
    return telephone and any(contradiction(*pair, weaker_than_key=False) for pair in combinations(marks, 2))


def _people_among(marks: Iterable[Mark]) -> int:
    """Count people of whom each contradicts all others, in a fixed order."""
    people: list[Mark] = []
    for mark in sorted(marks):
        if all(contradiction(mark, other, weaker_than_key=True) for other in people):
            people.append(mark)
    return len(people)
