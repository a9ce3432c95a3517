"""Who is told apart as alone is what the partition would make a group of its own, and nobody else's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.contacts import Contact, ContactFetched
from hypothesis import given, settings
from hypothesis import strategies as st
from identity.resolution.matching import Group, partition
from identity.resolution.newcomers import part_alone
from identity.resolution.records import SourceRecord, told_by

START = datetime(2026, 1, 1, tzinfo=UTC)
EMAILS = ("ada@x.org", "bob@x.org", "cy@x.org", "dee@x.org", "info@x.org", "nobody")
CONTACTS = st.builds(
    Contact,
    emails=st.lists(st.sampled_from(EMAILS), max_size=2, unique=True).map(tuple),
    first_name=st.sampled_from((None, "Ada", "Bob")),
    last_name=st.sampled_from((None, "Lee", "Moss", "Nash Jr", "Orr", "Pym")),
    birth_date=st.sampled_from((None, None, "1950-01-01", "1991-02-02")),
)


def record(number: int, contact: Contact) -> SourceRecord:
    return told_by(
        ContactFetched(
            workspace_id=UUID(int=7),
            connection_id=UUID(int=8),
            provider="hubspot",
            provider_id=str(number),
            revision=1,
            first_seen_at=START + timedelta(seconds=number),
            contact=contact,
        )
    )


def parted(*records: SourceRecord) -> tuple[dict[UUID, Group], set[str]]:
    found = partition({each.source_id: each for each in records})
    return {group.golden_id: group for group in found.groups}, set(found.shared)


@settings(max_examples=300, deadline=None)
@given(newcomers=st.lists(CONTACTS, max_size=6), others=st.lists(CONTACTS, max_size=4))
def test_without_those_who_are_alone_the_partition_is_the_same(newcomers: list[Contact], others: list[Contact]) -> None:
    known = [record(number, contact) for number, contact in enumerate(others)]
    new = [record(number, contact) for number, contact in enumerate(newcomers, 10)]

    alone, tied = part_alone(new, known)

    groups, shared = parted(*known, *tied)
    single = {each.source_id: Group(each.source_id, each.source_id, (each.source_id,)) for each in alone}
    assert parted(*known, *new) == (groups | single, shared)


def test_who_shares_a_key_with_somebody_known_is_not_alone() -> None:
    ada, again, bob = (record(n, Contact(emails=(email,))) for n, email in enumerate(("a@x.org", "a@x.org", "b@x.org")))

    assert part_alone([again, bob], [ada]) == ([bob], [again])


def test_who_shares_a_key_with_another_newcomer_is_not_alone() -> None:
    ada, again, bob = (record(n, Contact(emails=(email,))) for n, email in enumerate(("a@x.org", "a@x.org", "b@x.org")))

    assert part_alone([ada, bob, again], []) == ([bob], [ada, again])


def test_who_has_no_key_is_alone() -> None:
    nobody = record(1, Contact(first_name="Ada"))

    assert part_alone([nobody], [record(2, Contact(first_name="Ada"))]) == ([nobody], [])
