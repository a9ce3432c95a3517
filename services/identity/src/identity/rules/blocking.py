"""Blocks: which records are compared at all. Two are when they share a block, and a block is one number.

A record is in a handful of blocks (`blocks_of`), each made of its own values alone, so that a batch knows its
neighbourhood by looking up its blocks' carriers, and needs nothing of them but their forms. What they are:

    name     given and family name in either order
    birth    date of birth and the initial of either name
    local    what stands before the @, where it is long enough to mean someone
    phone    the last eight digits
    work     employer, and how the family name begins
    door     street, house, postal code or else city, and the initial of either name

and both names by their consonants, which survives most slips, beside one more thing that such namesakes need to be
worth a question:

    sound-work   employer
    sound-host   mail host that is not open to all
    sound-mail   how the mailbox begins, at one that is
    sound-city   city by its consonants, or else how the postal code begins
    sound-year   year of birth

By their consonants alone a million people share too much: 33 records would be compared with each, and are 7 so.

A block with more carriers than the rules' limit is passed over, so that none is quadratic; that is a property of the
set of records, as it must be. Equal emails need no block: they are match keys.

What is kept so that a batch can weigh its neighbourhood, and nothing but it:

- for each record its `Form` as JSON (some 130 bytes) and its blocks, some five numbers of eight bytes, looked up by
  (workspace, block). Both follow from the contact, the region and `normalise.VERSION`; a gone record keeps them.
- match keys for each mailbox and telephone of the form. Whether a key is shared follows from the forms of its
  carriers, gone ones included (`sharing`); it can be kept beside the key, and is found again from its carriers.
- the rules, one version: `rules.Rules` as JSON.

What a batch loads: the carriers of the old and new blocks and keys of its records, one more than the limit at most for
a block; all carriers of a block that crosses the limit or of a key whose being shared flips, since both change what
other pairs are worth; then the components of all these. A component is what edges reach before any guard of groups is
asked: keys, and every pair whose verdict is to join, those `vetoes.torn` between two included. So all edges of a record
are there whenever it is. A pair's score needs two forms, the shared ones among their keys, and the rules; never another
record. Edges need not be kept: those of a component are its members' keys and blocks, weighed again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import combinations
from typing import TypeVar

from identity.normalise.form import Form
from identity.normalise.mailboxes import PUBLIC_HOSTS

Id = TypeVar("Id")

_NO_CONSONANTS = str.maketrans("", "", "aeiouyhw ")
_SHORTEST_LOCAL = 5
_BEGINNING = 3
_PHONE_DIGITS = 8


def blocks_of(form: Form) -> tuple[int, ...]:
    """List a record's blocks, each a hash in the range of a bigint, in order."""
    return tuple(sorted({_number(text) for text in texts_of(form)}))


def read_blocks(form: Form) -> dict[int, str]:
    """Tell how each of a record's blocks reads."""
    return {_number(text): text for text in texts_of(form)}


def tells_of_telephones(block: int) -> bool:
    """Whether who is in a block may share a telephone: then one more can change what the others' pairs are worth."""
    return bool(block & 1)


def texts_of(form: Form) -> Iterator[str]:
    """List a record's blocks as they read: the pass, and the values."""
    given, family = form.given, form.family
    if given and family:
        yield "name:" + "|".join(sorted((given, family)))
        yield from _sounds(form)
    initials = sorted({name[0] for name in (given, family) if name})
    for birth in form.births:
        for initial in initials:
            yield f"birth:{birth}|{initial}"
    for email in form.emails:
        local = email.rpartition("@")[0]
        if len(local) >= _SHORTEST_LOCAL:
            yield f"local:{local}"
    for phone in form.phones:
        yield _telephone(phone)
    if form.company and family:
        yield f"work:{form.company}|{family[:3]}"
    if form.street and form.house:
        for initial in initials:
            yield f"door:{form.street}|{form.house}|{form.postal or form.city}|{initial}"


def _sounds(form: Form) -> Iterator[str]:
    names = "|".join(sorted((_consonants(form.given), _consonants(form.family))))
    if form.company:
        yield f"sound-work:{names}|{form.company}"
    for email in form.emails:
        local, _, host = email.rpartition("@")
        if host in PUBLIC_HOSTS:
            yield f"sound-mail:{names}|{local[:_BEGINNING]}"
        else:
            yield f"sound-host:{names}|{host}"
    if form.city or form.postal:
        yield f"sound-city:{names}|{_consonants(form.city) if form.city else form.postal[:_BEGINNING]}"
    for year in sorted({birth[:4] for birth in form.births}):
        yield f"sound-year:{names}|{year}"


def block_of_telephone(phone: str) -> int:
    """Give the block of a telephone."""
    return _number(_telephone(phone))


def _telephone(phone: str) -> str:
    return f"phone:{phone.partition(';')[0][-_PHONE_DIGITS:]}"


def _consonants(name: str) -> str:
    return "".join(sorted(set(name.translate(_NO_CONSONANTS)))) or name


def _number(text: str) -> int:
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
    return number | 1 if text.startswith("phone:") else number & ~1


def pairs(blocks: Mapping[Id, Iterable[int]], limit: int) -> set[tuple[Id, Id]]:
    """List the pairs to compare, each once and the smaller id first, given the blocks of all their carriers."""
    carriers = defaultdict[int, list[Id]](list)
    for id_ in sorted(blocks):  # type: ignore[type-var]
        for block in blocks[id_]:
            carriers[block].append(id_)
    return {pair for members in carriers.values() if len(members) <= limit for pair in combinations(members, 2)}
