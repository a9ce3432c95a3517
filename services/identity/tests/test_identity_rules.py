"""The pure rules, case by case."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from contracts.contacts import Contact
from identity.resolution.ids import own_id, rank, seen_at
from identity.resolution.keys import email_key, keys_of
from identity.resolution.matching import Decision, Reasons, partition
from identity.resolution.records import SourceRecord
from identity.resolution.sharing import is_shared_by_name

WORKSPACE, CONNECTION = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_an_own_id_has_the_shape_of_a_uuid7_with_the_time_in_front() -> None:
    id_ = own_id(WORKSPACE, CONNECTION, "1", NOON)

    assert (id_.version, id_.variant) == (7, "specified in RFC 4122")
    assert seen_at(id_) == NOON
    assert own_id(WORKSPACE, CONNECTION, "2", NOON - timedelta(milliseconds=1)) < id_


def test_a_rank_knows_who_and_not_when() -> None:
    ranks = {rank(own_id(WORKSPACE, CONNECTION, "1", NOON + timedelta(days=days))) for days in range(3)}

    assert len(ranks) == 1
    assert rank(own_id(WORKSPACE, CONNECTION, "2", NOON)) not in ranks
    assert rank(own_id(UUID(int=3), CONNECTION, "1", NOON)) not in ranks


@pytest.mark.parametrize("first_seen_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
def test_an_own_id_survives_impossible_times(first_seen_at: datetime) -> None:
    assert own_id(WORKSPACE, CONNECTION, "1", first_seen_at).version == 7


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("ada@example.com", "email:ada@example.com"),
        ("  Ada@Example.COM\n", "email:ada@example.com"),
        ("a\0da@exam\u200bple.com\ufeff", "email:ada@example.com"),
        ("ada+news@example.com", "email:ada+news@example.com"),
        ("a.da@example.com", "email:a.da@example.com"),
        ('"a@b"@example.com', 'email:"a@b"@example.com'),
        ("STRASSE@example.com", "email:strasse@example.com"),
        ("stra\u00dfe@example.com", "email:stra\u00dfe@example.com"),
        ("n/a", None),
        ("@example.com", None),
        ("ada@", None),
        ("ada lovelace@example.com", None),
        ("\u200b", None),
        ("", None),
    ],
)
def test_an_email_is_one_key_however_it_is_written(email: str, key: str | None) -> None:
    assert email_key(email) == key


@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("info@example.com", True),
        ("no-reply@example.com", True),
        ("Sales+emea@example.com", True),
        ("infos@example.com", False),
        ("ada+info@example.com", False),
    ],
)
def test_role_mailboxes_belong_to_nobody(email: str, shared: bool) -> None:
    (key,) = keys_of(Contact(emails=(email,)))

    assert is_shared_by_name(key) is shared


def record(number: int, *emails: str, gone: bool = False) -> SourceRecord:
    contact = Contact(emails=tuple(f"{email}@x.org" for email in emails))
    return SourceRecord(
        workspace_id=WORKSPACE,
        source_id=own_id(WORKSPACE, CONNECTION, str(number), NOON + timedelta(seconds=number)),
        connection_id=CONNECTION,
        provider="hubspot",
        provider_id=str(number),
        first_seen_at=NOON + timedelta(seconds=number),
        shown_revision=1,
        gone_revision=2 if gone else 0,
        contact=contact,
        keys=keys_of(contact),
    )


def decision(number: int, verdict: str, *sides: set[int], of: list[SourceRecord]) -> Decision:
    named = tuple(frozenset(of[i].source_id for i in side) for side in sides)
    return Decision(number=number, verdict=verdict, sides=named)  # type: ignore[arg-type]


def groups(records: list[SourceRecord], *decisions: Decision) -> list[set[int]]:
    number = {each.source_id: place for place, each in enumerate(records)}
    found = partition({each.source_id: each for each in records}, Reasons(decisions=decisions)).groups
    return sorted(({number[member] for member in group.members} for group in found), key=min)


def test_what_shares_an_email_is_one_and_so_is_a_chain() -> None:
    assert groups([record(0, "a"), record(1, "a", "b"), record(2, "b"), record(3, "c")]) == [{0, 1, 2}, {3}]


def test_same_joins_what_shares_nothing() -> None:
    records = [record(0, "a"), record(1, "b"), record(2)]

    assert groups(records, decision(1, "same", {0}, {1, 2}, of=records)) == [{0, 1, 2}]


def test_different_parts_what_shares_an_email() -> None:
    records = [record(0, "a"), record(1, "a")]

    assert groups(records, decision(1, "different", {0}, {1}, of=records)) == [{0}, {1}]


def test_different_wins_over_a_later_same() -> None:
    records = [record(0), record(1)]
    decisions = (decision(1, "different", {0}, {1}, of=records), decision(2, "same", {0}, {1}, of=records))

    assert groups(records, *decisions) == [{0}, {1}]


def test_of_two_sames_that_cannot_both_hold_the_later_does() -> None:
    records = [record(0), record(1), record(2)]
    apart = decision(1, "different", {0}, {2}, of=records)
    older, later = decision(2, "same", {0}, {1}, of=records), decision(3, "same", {1}, {2}, of=records)

    assert groups(records, apart, older, later) == [{0}, {1, 2}]


def test_same_wins_over_an_email_where_both_cannot_hold() -> None:
    records = [record(0, "a"), record(1, "a"), record(2)]
    apart, same = decision(1, "different", {0}, {2}, of=records), decision(2, "same", {1}, {2}, of=records)

    assert groups(records, apart, same) == [{0}, {1, 2}]


def test_a_gone_record_stays_with_one_side_and_bridges_nothing() -> None:
    records = [record(0, "a", "b", gone=True), record(1, "a"), record(2, "b")]

    found = groups(records)

    assert len(found) == 2
    assert {1, 2} not in found
    assert {0, 1, 2} not in found
    assert {0} not in found


def test_gone_records_among_themselves_stay_together() -> None:
    assert groups([record(0, "a", gone=True), record(1, "a", gone=True)]) == [{0, 1}]


def test_the_golden_id_is_that_of_the_member_first_seen_gone_or_not() -> None:
    records = [record(0, "a", gone=True), record(1, "a")]

    (group,) = partition({each.source_id: each for each in records}).groups

    assert group.golden_id == records[0].source_id


def test_what_could_be_joined_is_one_component_even_when_it_is_forbidden() -> None:
    records = [record(0, "a"), record(1, "a"), record(2)]
    apart = decision(1, "different", {0}, {1}, of=records)

    found = partition({each.source_id: each for each in records}, Reasons(decisions=[apart])).groups

    assert sorted(group.component_id for group in found) == sorted(
        [records[0].source_id, records[0].source_id, records[2].source_id]
    )
