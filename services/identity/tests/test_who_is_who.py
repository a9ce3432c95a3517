"""The heart: whatever order contacts and decisions arrive in, the database says what a slow reference says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import msgspec
from contracts.contacts import Contact, ContactFetched, ContactGone
from contracts.golden_records import ContactDetail
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from identity import tables
from identity.contacts import reading
from identity.decisions import deciding
from identity.erasure import erasing
from identity.handlers import projections
from identity.path import operations
from identity.path.foresight import Foresight, foresee
from identity.resolution.ids import own_id
from identity.resolution.matching import ALIKE, Decision, Edge, Reasons, partition
from identity.resolution.records import ContactEvent, after, told_by
from identity.rules.ruleset import DEFAULT, Rules
from identity.store import rules_queries
from servicekit.database import Database
from servicekit.testing import drain
from sqlalchemy import text

from services.identity.tests.reference import FIELDS, World

# What can happen -----------------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
WORKSPACE = UUID(int=7)
EMAILS = ("ada@x.org", " ADA@X.org", "bob@x.org", "cy@x.org", "dee@x.org", "info@x.org", "nobody", "\u200bbob@x.org")
SURNAMES = ("Lee", "Moss", "Nash", "Orr", "Pym")
MOMENTS = st.none() | st.integers(0, 3).map(lambda hour: START + timedelta(hours=hour))
CONTACTS = st.builds(
    Contact,
    emails=st.lists(st.sampled_from(EMAILS), max_size=2, unique=True).map(tuple),
    phones=st.lists(st.sampled_from(("1", "2")), max_size=1).map(tuple),
    first_name=st.sampled_from((None, "Ada", "Bob")),
    last_name=st.sampled_from((None, *SURNAMES)),
    birth_date=st.sampled_from((None, None, None, "1990-01-01", "1991-02-02")),
    company=st.sampled_from((None, "X", "Y")),
    city=st.sampled_from((None, "Rome", "Oslo")),
    updated_at=MOMENTS,
)
CROWD = st.builds(
    Contact,
    emails=st.sampled_from((("ada@x.org",), ("bob@x.org",), ("ada@x.org", "bob@x.org"), ("cy@x.org", "bob@x.org"))),
    last_name=st.sampled_from((None, *SURNAMES)),
)
"""Many who share few addresses."""

LIKENESSES = st.builds(
    Contact,
    emails=st.sampled_from(((), (), ("ada@lovelace.org",), ("countess@lovelace.org",), ("ada.lovelace@gmail.com",))),
    phones=st.sampled_from(((), ("+44 20 7946 0001",), ("+44 20 7946 0002",))),
    first_name=st.sampled_from(("Ada", "Ada", "Adah", "Augusta", None)),
    last_name=st.sampled_from(("Lovelace", "Lovelace", "Lovelac", "King", None)),
    birth_date=st.sampled_from((None, "1985-12-10", "1985-12-10", "1985-10-12", "1990-01-01")),
    city=st.sampled_from((None, "London", "Paris")),
    street=st.sampled_from((None, "1 St James's Square")),
)
"""Few people, told of in many ways."""

NARROW = msgspec.structs.replace(DEFAULT, block_limit=3, group_limit=3)
"""Limits that are soon reached."""


@dataclass(frozen=True)
class Decided:
    verdict: str
    sides: tuple[frozenset[int], ...]
    """Places in the list of records."""


@dataclass(frozen=True)
class Withdrawn:
    nth: int


@dataclass(frozen=True)
class Erased:
    connection_id: UUID
    until: datetime


Step = list[ContactEvent] | Decided | Withdrawn | Erased


def decisions(size: int) -> st.SearchStrategy[Decided]:
    """A verdict on groups of records that have nothing in common."""
    sides = st.lists(st.integers(0, 2), min_size=size, max_size=size).map(
        lambda where: tuple(
            side for number in (1, 2) if (side := frozenset(i for i, w in enumerate(where) if w == number))
        )
    )
    return st.builds(Decided, st.sampled_from(("same", "different")), sides)


@st.composite
def stories(
    draw: st.DrawFn, most: int = 6, contacts: st.SearchStrategy[Contact] = CONTACTS
) -> tuple[list[UUID], list[Step]]:
    """Some records of a new workspace, all that is said of them, and an order in which it arrives.

    One that was erased and seen again is another record under the same name, whose revisions begin again. Events
    come late, twice, in batches of any size; both lanes at once is nothing else.
    """
    connections = [UUID(int=draw(st.integers(1, 1000))) for _ in range(2)]
    size = draw(st.integers(2, most))
    ids, told = [], []
    seen = st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True)
    for number, first_seen in [(number, ms) for number in range(size) for ms in draw(seen)]:
        connection_id = connections[number % 2]
        first_seen_at = START + timedelta(milliseconds=first_seen)
        ids.append(own_id(WORKSPACE, connection_id, str(number), first_seen_at))
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            who = {
                "workspace_id": WORKSPACE,
                "connection_id": connection_id,
                "provider": f"provider-{number % 2}",
                "provider_id": str(number),
                "revision": revision,
                "first_seen_at": first_seen_at,
            }
            reason = draw(st.sampled_from((None, None, None, "deleted", "merged", "erased")))
            told.append(ContactGone(**who, reason=reason) if reason else ContactFetched(**who, contact=draw(contacts)))
    arrivals = draw(st.permutations(told + draw(st.lists(st.sampled_from(told), max_size=4))))
    steps: list[Step] = []
    while arrivals:
        cut = draw(st.integers(1, len(arrivals)))
        steps.append(arrivals[:cut])
        arrivals = arrivals[cut:]
        if draw(st.booleans()):
            until = st.integers(0, 3).map(lambda ms: START + timedelta(milliseconds=ms))
            erased = st.builds(Erased, st.sampled_from(connections), until)
            steps.append(draw(decisions(len(ids)) | st.integers(1, 3).map(Withdrawn) | erased))
    return ids, steps


# What must be true ---------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    story=stories() | stories(most=9, contacts=CROWD) | stories(most=9, contacts=LIKENESSES),
    rules=st.sampled_from((DEFAULT, NARROW)),
    patience=st.integers(1, 3),
)
async def test_the_database_agrees_with_the_reference_after_every_step(
    db: Database, story: tuple[list[UUID], list[Step]], rules: Rules, patience: int
) -> None:
    ids, steps = story
    begun_at = await begin_anew(db, rules)
    world, decided = World(rules=rules), 0
    foreseen: dict[int, Foresight] = {}

    for number, step in enumerate(steps):
        ahead = number + 1 + number % 2  # sometimes one change lies between, sometimes two, of any kind
        if ahead < len(steps) and isinstance(coming := steps[ahead], list):
            async with db.transaction(WORKSPACE) as conn:
                foreseen.setdefault(ahead, await foresee(conn, list(map(told_by, coming))))
        async with db.transaction(WORKSPACE) as conn:
            match step:
                case Decided(verdict, sides):
                    decided += 1
                    named = [{ids[i] for i in side} for side in sides]
                    world.decisions[decided] = (verdict, named)
                    await deciding.decide(conn, WORKSPACE, [(verdict, tuple(map(frozenset, named)))], by=None)
                case Withdrawn(nth):
                    world.decisions.pop(nth, None)
                    await deciding.withdraw(conn, WORKSPACE, [nth], by=None)
                case Erased(connection_id, until):
                    world.erase(connection_id, until)
                    await erasing.erase_connection(
                        conn, workspace_id=WORKSPACE, connection_id=connection_id, removed_at=until
                    )
                case events:
                    for event in events:
                        world.hear(event)
                    await operations.resolve_contacts(conn, list(map(told_by, events)), foreseen.get(number))

        if number % patience == 0 or number + 1 == len(steps):
            await drain(db, projections()["weighing"], consumer="identity_weighing")
            await agree(db, world, begun_at)


async def begin_anew(db: Database, rules: Rules) -> int:
    """Empty the workspace, and give it rules; return how far its events have come."""
    rules_queries.forget_all()
    async with db.transaction(WORKSPACE) as conn:
        for table in reversed(tables.metadata.sorted_tables):
            await conn.execute(table.delete())
        await conn.execute(tables.workspace.insert().values(workspace_id=WORKSPACE))
        await rules_queries.save_rules(conn, WORKSPACE, rules, None)
        return (await conn.execute(LAST_POSITION)).scalar_one()


async def agree(db: Database, world: World, begun_at: int) -> None:
    async with db.transaction(WORKSPACE) as conn:
        lines = (await conn.execute(LINES)).all()
        rows = (await conn.execute(text("SELECT * FROM golden_record"))).mappings().all()
        counted = (await conn.execute(text("SELECT coalesce(sum(contacts), 0) FROM workspace"))).scalar_one()
        heard = (await conn.execute(PUBLISHED, {"begun_at": begun_at})).all()
        asked = (await conn.execute(text("SELECT * FROM suggestion"))).all()
    golden = world.golden()

    assert {line.source_id: line.golden_id for line in lines} == {
        member: min(group) for group in world.groups() for member in group
    }
    assert {row["golden_id"]: {name: row[name] for name in FIELDS if name in row} for row in rows} == {
        golden_id: {name: values.get(name, (None,))[0] for name in FIELDS if name != "city"}
        for golden_id, values in golden.items()
    }
    async with db.transaction(WORKSPACE) as conn:
        shown = {golden_id: await reading.get_contact(conn, WORKSPACE, golden_id) for golden_id in golden}
    for golden_id, detail in shown.items():
        assert {name: chosen(detail, name) for name in FIELDS if name in detail.fields} == {
            name: (value, world.records[source_id].name) for name, (value, source_id) in golden[golden_id].items()
        }
    assert counted == len(golden)
    assert known_by(heard) == set(golden)
    questions = world.questions()
    assert {(row.older_id, row.younger_id): row.strength for row in asked} == {
        ends: strength for ends, (strength, _) in questions.items()
    }
    assert all((row.left_id, row.right_id) in questions[row.older_id, row.younger_id][1] for row in asked)


def chosen(detail: ContactDetail, name: str) -> tuple[str, tuple[UUID, str]]:
    """What a detail says of a field: the value, and the record it comes from."""
    told = detail.lineage[name].chosen
    assert detail.fields[name] == told.value
    return told.value, (told.connection_id, told.provider_id)


LINES = text("""
SELECT source_id, coalesce(m.golden_id, source_id) AS golden_id
FROM source_identity LEFT JOIN identity_map m USING (workspace_id, source_id)
""")

LAST_POSITION = text("SELECT coalesce(max(position), 0) FROM bus.outbox WHERE topic = 'golden_records'")

PUBLISHED = text("""
SELECT event_name, payload FROM bus.event
WHERE topic = 'golden_records' AND position > :begun_at ORDER BY position
""")


def known_by(heard: Iterable[tuple[str, dict[str, Any]]]) -> set[UUID]:
    """The golden records that someone knows who only listens."""
    known: set[UUID] = set()
    for name, payload in heard:
        if name == "golden_record.changed.v1":
            known.update(map(UUID, payload["golden_ids"]))
        if name == "golden_record.merged.v1":
            known.discard(UUID(payload["merged_id"]))
        if name == "golden_record.gone.v1":
            known.discard(UUID(payload["golden_id"]))
    return known


@settings(max_examples=250, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(story=stories(most=12) | stories(most=12, contacts=CROWD) | stories(most=8, contacts=LIKENESSES))
def test_the_partition_is_the_references(story: tuple[list[UUID], list[Step]]) -> None:
    ids, steps = story
    world, known = World(), {}
    taken = []

    for step in steps:
        match step:
            case Decided(verdict, sides):
                number = len(taken) + 1
                named = tuple(frozenset(ids[i] for i in side) for side in sides)
                taken.append(Decision(number=number, verdict=verdict, sides=named))
                world.decisions[number] = (verdict, named)
            case Withdrawn() | Erased():
                continue
            case events:
                for event in events:
                    world.hear(event)
                    told = told_by(event)
                    name = (told.connection_id, told.provider_id)
                    known[name] = after(known.get(name, told), told)

        records = {record.source_id: record for record in known.values()}
        alike = [
            Edge(left, right, ALIKE, "", strength)
            for left, right in combinations(sorted(records), 2)
            if (strength := world.alike(left, right))
        ]
        groups = partition(records, Reasons(decisions=taken, alike=alike)).groups
        assert {frozenset(group.members) for group in groups} == world.groups()
