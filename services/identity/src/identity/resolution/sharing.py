"""Shared values: a mailbox or a telephone that several people use, and that therefore says nothing of who someone is.

Lists know desks and throw-away hosts (`normalise.mailboxes`), and people may block a value; the rest is learned from
who carries it. Carriers that are gone count too, so that a deletion never joins strangers. One more carrier never makes
a value less shared.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import combinations

from identity.normalise.form import Form
from identity.normalise.mailboxes import is_role
from identity.normalise.names import family_key
from identity.resolution.keys import EMAIL
from identity.resolution.records import SourceRecord
from identity.rules.ruleset import DEFAULT, Rules
from identity.rules.vetoes import Mark, are_kin, contradiction, mark_in, mark_of

MOST_FAMILIES = 3
"""Family names that one person may be written with."""
MOST_CARRIERS = 1_000
"""Records that carry one person's mailbox at most."""
MOST_MARKS = 30
"""Ways in which one person is written down at most."""


def is_shared(carriers: Iterable[Form], *, telephone: bool) -> bool:
    """Whether those who carry a value are more than one, as their names and dates of birth tell.

    A mailbox is mostly one person's, also when two quite different names stand beside it: one of them may be a slip, or
    a name that was changed. Two of one family with two given names are a couple, though. A telephone is often a
    household's: two are enough whose dates of birth contradict.
    """
    return _are_several({mark_of(form) for form in carriers}, telephone=telephone)


def is_shared_by_name(key: str, rules: Rules = DEFAULT) -> bool:
    """Whether a match key is nobody's own whoever carries it: a desk's mailbox, or one that a person blocked."""
    return key in rules.blocked or is_role(key.removeprefix(EMAIL).rpartition("@")[0])


def is_key_shared(carriers: Collection[SourceRecord]) -> bool:
    """Whether a match key is shared, as all who carry it tell."""
    if len(carriers) < 2:
        return False
    if len(carriers) > MOST_CARRIERS:
        return True
    if len(carriers) == 2:
        one, other = [record.contact for record in carriers]
        if one.first_name == other.first_name and one.last_name == other.last_name:
            return False  # two of one name are at most father and son: most pairs are, and to look closer costs
    return _are_several({mark_in(record.contact) for record in carriers}, telephone=False)


def _are_several(marks: Collection[Mark], *, telephone: bool) -> bool:
    if len(marks) < 2:
        return False
    if len(marks) > MOST_MARKS or (len(marks) > 2 and (_has_many_families(marks) or _has_three_people(marks))):
        return True
    if not telephone and any(are_kin(*pair) for pair in combinations(marks, 2)):
        return True
    return telephone and any(contradiction(*pair, weaker_than_key=False) for pair in combinations(marks, 2))


def _has_many_families(marks: Collection[Mark]) -> bool:
    """Whether there are more family names than one person is written with."""
    return len(marks) > MOST_FAMILIES and len({family_key(mark.family) for mark in marks} - {""}) > MOST_FAMILIES


def _has_three_people(marks: Iterable[Mark]) -> bool:
    """Whether there are three of whom each contradicts the others."""
    against: dict[Mark, set[Mark]] = defaultdict(set)
    for one, other in combinations(marks, 2):
        if contradiction(one, other, weaker_than_key=True):
            if against[one] & against[other]:
                return True
            against[one].add(other)
            against[other].add(one)
    return False
