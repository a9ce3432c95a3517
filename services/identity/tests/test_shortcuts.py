"""What is told quickly of most is what is told slowly of anybody."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

from contracts.contacts import Contact, ContactFetched, ContactGone
from hypothesis import given, settings
from hypothesis import strategies as st
from identity.resolution.matching import Decision, Group, Reasons, partition
from identity.resolution.newcomers import part_alone
from identity.resolution.records import SourceRecord, after, told_by
from identity.rules.vetoes import contradiction, mark_in, may_be_one

START = datetime(2026, 1, 1, tzinfo=UTC)
EMAILS = ("ada@x.org", "bob@x.org", "cy@x.org", "dee@x.org", "info@x.org", "nobody")
CONTACTS = st.builds(
    Contact,
    emails=st.lists(st.sampled_from(EMAILS), max_size=2, unique=True).map(tuple),
    first_name=st.sampled_from((None, "Ada", "Bob")),
    last_name=st.sampled_from((None, "Lee", "Moss", "Nash Jr", "Orr", "Pym")),
    birth_date=st.sampled_from((None, None, "1950-01-01", "1991-02-02", "02/02/1991", "unknown")),
)
IRRELEVANT = Decision(number=1, verdict="different", sides=(frozenset({UUID(int=1)}), frozenset({UUID(int=2)})))
"""A word on records that are not here: it changes nothing, but who is who is worked out the long way."""


def record(number: int, contact: Contact, *, gone: bool = False) -> SourceRecord:
    who: dict[str, Any] = {
        "workspace_id": UUID(int=7),
        "connection_id": UUID(int=8),
        "provider": "hubspot",
        "provider_id": str(number),
        "first_seen_at": START + timedelta(seconds=number),
    }
    told = told_by(ContactFetched(**who, revision=1, contact=contact))
    return after(told, told_by(ContactGone(**who, revision=2, reason="deleted"))) if gone else told


def parted(*records: SourceRecord, decisions: tuple[Decision, ...] = ()) -> tuple[dict[UUID, Group], set[str]]:
    found = partition({each.source_id: each for each in records}, Reasons(decisions=decisions))
    return {group.golden_id: group for group in found.groups}, set(found.shared)


@settings(max_examples=500, deadline=None)
@given(told=st.lists(st.tuples(CONTACTS, st.sampled_from((False, False, False, True))), max_size=8))
def test_plain_groups_are_what_the_long_way_makes_of_them(told: list[tuple[Contact, bool]]) -> None:
    records = [record(number, contact, gone=gone) for number, (contact, gone) in enumerate(told)]

    assert parted(*records) == parted(*records, decisions=(IRRELEVANT,))


@settings(max_examples=300, deadline=None)
@given(contacts=st.lists(CONTACTS, min_size=2, max_size=4))
def test_who_may_be_one_contradicts_nobody(contacts: list[Contact]) -> None:
    marks = [mark_in(contact) for contact in contacts]

    found = [contradiction(*pair, weaker_than_key=False) for pair in combinations(marks, 2)]

    assert not may_be_one(contacts) or not any(found)


@settings(max_examples=300, deadline=None)
@given(newcomers=st.lists(CONTACTS, max_size=6), others=st.lists(CONTACTS, max_size=4))
def test_without_those_who_are_alone_the_partition_is_the_same(newcomers: list[Contact], others: list[Contact]) -> None:
    known = [record(number, contact) for number, contact in enumerate(others)]
    new = [record(number, contact) for number, contact in enumerate(newcomers, 10)]

    alone, tied = part_alone(new, known)

    groups, shared = parted(*known, *tied)
    single = {each.source_id: Group(each.source_id, each.source_id, (each.source_id,)) for each in alone}
    assert parted(*known, *new) == (groups | single, shared)


@settings(max_examples=300, deadline=None)
@given(told=st.lists(st.tuples(CONTACTS, st.sampled_from((False, False, True))), max_size=8), data=st.data())
def test_groups_come_in_one_order_whatever_order_the_records_are_known_in(
    told: list[tuple[Contact, bool]], data: st.DataObject
) -> None:
    records = [record(number, contact, gone=gone) for number, (contact, gone) in enumerate(told)]
    shuffled = data.draw(st.permutations(records))

    first, other = (partition({each.source_id: each for each in some}).groups for some in (records, shuffled))

    assert [each for each in first if len(each.members) > 1] == [each for each in other if len(each.members) > 1]


def test_who_shares_a_key_with_somebody_known_is_not_alone() -> None:
    ada, again, bob = (record(n, Contact(emails=(email,))) for n, email in enumerate(("a@x.org", "a@x.org", "b@x.org")))

    assert part_alone([again, bob], [ada]) == ([bob], [again])


def test_who_shares_a_key_with_another_newcomer_is_not_alone() -> None:
    ada, again, bob = (record(n, Contact(emails=(email,))) for n, email in enumerate(("a@x.org", "a@x.org", "b@x.org")))

    assert part_alone([ada, bob, again], []) == ([bob], [ada, again])


def test_who_has_no_key_is_alone() -> None:
    nobody = record(1, Contact(first_name="Ada"))

    assert part_alone([nobody], [record(2, Contact(first_name="Ada"))]) == ([nobody], [])
