"""A workspace lives: all that can happen to it happens in any order, and after each step the slow reference agrees.

Events come in both lanes, late, twice and out of order; people decide, pin, answer and undo over HTTP; rules change and
are had back; people and connections are erased.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.connections import ConnectionRemoved
from contracts.contacts import Contact, ContactFetched, ContactGone
from contracts.event import Lane
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from identity.app import NAME
from identity.contacts import reading
from identity.handlers import projections, subscriptions
from identity.resolution.records import ContactEvent
from identity.store import rules_queries
from identity.weights import ruling
from servicekit.outbox import publish
from servicekit.testing import deliver, drain
from sqlalchemy import text

from services.identity.tests.conftest import Workspace
from services.identity.tests.reference import FIELDS, World
from services.identity.tests.test_who_is_who import CONTACTS, LIKENESSES, MOMENTS

START = datetime(2026, 1, 1, tzinfo=UTC)
LIVES = int(os.environ.get("LIVES", "40"))
"""How many lives are lived; more are asked for by hand."""
STEPS = 14
PEOPLE = 5

FAMILIAR = st.builds(
    Contact,
    emails=st.sampled_from(((), ("ada@x.org",), ("ada@x.org",), ("bob@x.org",), ("ada@x.org", "bob@x.org"))),
    first_name=st.sampled_from((None, "Ada", "Augusta Ada")),
    last_name=st.sampled_from((None, "Lovelace")),
    company=st.sampled_from(("X", "X and Sons", "Y")),
    city=st.sampled_from((None, "Rome", "Oslo", "Roma")),
    updated_at=MOMENTS,
)
"""People who mostly share an address, and are told of differently."""

OK, REFUSED = 200, {400, 404, 409}

LINES = text("""
SELECT source_id, coalesce(m.golden_id, source_id) AS golden_id
FROM source_identity LEFT JOIN identity_map m USING (workspace_id, source_id)
""")
ASKED = text("SELECT older_id, younger_id, left_id, right_id, strength FROM suggestion")
DECISIONS = text("""
SELECT d.number, d.verdict, m.side, m.source_id
FROM decision d JOIN decision_member m USING (workspace_id, number) WHERE d.withdrawn_at IS NULL
""")
PINS = text("SELECT number, source_id, field, value FROM pin WHERE withdrawn_at IS NULL")
ENTRIES = text("SELECT number FROM history ORDER BY number")


@dataclass
class Shown:
    """What the database says: where every record is, what golden records show, what people are asked."""

    lines: dict[UUID, UUID]
    values: dict[UUID, dict[str, str]]
    lists: dict[UUID, dict[str, str | None]]
    asked: set[tuple[UUID, UUID, int]]
    ends: dict[tuple[UUID, UUID], tuple[UUID, UUID]] = field(compare=False)


@dataclass
class Life:
    """One workspace, and what the reference knows of it."""

    workspace: Workspace
    draw: Callable[[st.SearchStrategy[Any]], Any]
    world: World = field(default_factory=World)
    told: dict[tuple[UUID, str, datetime, int], ContactEvent] = field(default_factory=dict)

    # What happens ---------------------------------------------------------------------------------------------

    async def is_told(self) -> None:
        """Providers tell something, in one lane or the other, which is heard before anything else or at once."""
        lanes: Sequence[Lane] = self.draw(st.sampled_from((("live",), ("backfill",), ("backfill", "live"))))
        for lane in lanes:
            events = [self.event() for _ in range(self.draw(st.integers(1, 5)))]
            for event in events:
                self.world.hear(event)
            async with self.workspace.publisher.transaction(self.workspace.id) as conn:
                publish(conn, events, lane=lane)
        await drain(self.workspace.db, subscriptions())

    def event(self) -> ContactEvent:
        """Something that was told before, or is new: of one revision of one record only one thing is ever told."""
        number = self.draw(st.integers(0, PEOPLE - 1))
        connection_id = (self.workspace.hubspot, self.workspace.zendesk)[number % 2]
        first_seen_at = START + timedelta(milliseconds=self.draw(st.sampled_from((0, 0, 0, 1))) + number)
        revision = self.draw(st.integers(1, 5))
        name = connection_id, str(number), first_seen_at, revision
        if name not in self.told:
            who: dict[str, Any] = {
                "workspace_id": self.workspace.id,
                "connection_id": connection_id,
                "provider": ("hubspot", "zendesk")[number % 2],
                "provider_id": str(number),
                "revision": revision,
                "first_seen_at": first_seen_at,
            }
            reason = self.draw(st.sampled_from((None, None, None, None, "deleted", "merged", "erased")))
            contact = self.draw(st.one_of(LIKENESSES, CONTACTS, FAMILIAR, FAMILIAR))
            self.told[name] = ContactGone(**who, reason=reason) if reason else ContactFetched(**who, contact=contact)
        return self.told[name]

    async def is_decided(self) -> None:
        """A person says of two or three golden records that they are one."""
        ids = self.some_golden()
        await self.said("POST", "/contacts/merge", {"ids": ids, "override": self.draw(st.booleans())})

    async def is_split(self) -> None:
        """A person says of some of a golden record's sources that they are somebody else."""
        lines = (await self.shown()).lines
        if lines:
            golden_id = self.draw(st.sampled_from(sorted(set(lines.values()))))
            members = sorted(member for member, where in lines.items() if where == golden_id)
            some = self.draw(st.lists(st.sampled_from(members), min_size=1, unique=True))
            await self.said("POST", f"/contacts/{golden_id}/split", {"sources": [self.key(each) for each in some]})

    async def is_judged(self) -> None:
        """A person says something of any records, which may be of one golden record or of several."""
        records = sorted(self.world.records)
        sides = self.draw(st.lists(st.integers(0, 2), min_size=len(records), max_size=len(records)))
        left, right = ([self.key(id_) for id_, side in zip(records, sides, strict=True) if side == n] for n in (1, 2))
        verdict = self.draw(st.sampled_from(("same", "different")))
        wish = {"verdict": verdict, "left": left, "right": right}
        await self.said("POST", "/decisions", {"decisions": [wish], "override": self.draw(st.booleans())})

    async def is_answered(self) -> None:
        """A person answers the first question of the queue."""
        items = (await self.workspace.get("/suggestions"))["items"]
        if items:
            decision = self.draw(st.sampled_from(("same", "different")))
            body = {"decision": decision, "version": items[0]["version"]}
            assert await self.said("POST", f"/suggestions/{items[0]['id']}/decision", body) == OK

    async def puts_off(self) -> None:
        """A person puts the first question off, which changes nothing of what is known."""
        items = (await self.workspace.get("/suggestions"))["items"]
        if items:
            assert await self.said("POST", f"/suggestions/{items[0]['id']}/later", {}) == OK

    async def is_told_all_again(self) -> None:
        """All that was ever told is told once more, in any order."""
        events = self.draw(st.permutations(list(self.told.values())))
        for event in events:
            self.world.hear(event)
        async with self.workspace.publisher.transaction(self.workspace.id) as conn:
            publish(conn, events, lane="backfill")
        await drain(self.workspace.db, subscriptions())

    async def is_pinned(self) -> None:
        """A person pins a value, or lets it go."""
        golden_id, name = self.some_golden()[0], self.draw(st.sampled_from(("company", "city", "first_name")))
        if self.draw(st.booleans()):
            body = {"value": self.draw(st.sampled_from(("Pinned", "Oslo")))}
            await self.said("PUT", f"/contacts/{golden_id}/pins/{name}", body)
        else:
            await self.said("DELETE", f"/contacts/{golden_id}/pins/{name}", None)

    async def is_undone(self) -> None:
        """A person undoes any entry of the history, whatever came after it."""
        async with self.workspace.db.transaction(self.workspace.id) as conn:
            numbers = (await conn.execute(ENTRIES)).scalars().all()
        if numbers:
            await self.said("POST", f"/history/{self.draw(st.sampled_from(numbers))}/undo", {})

    async def are_joins_undone(self) -> None:
        """A person undoes all that rules joined."""
        await self.said("POST", "/history/undo-joins", {"since": START.isoformat()})

    async def has_other_rules(self) -> None:
        """Rules are changed, or earlier ones had back, and everything is settled by them."""
        wish = self.draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "join": st.sampled_from((-20, 30, 100, 1000)),
                    "suggest": st.sampled_from((-50, -20)),
                    "region": st.sampled_from((None, "GB")),
                    "blocked": st.sampled_from(((), ("ada@x.org",), ("ada@x.org", "ada@lovelace.org"))),
                    "survivorship": st.sampled_from(({}, {"company": "longest", "city": "most_frequent"})),
                    "priority": st.sampled_from(((), ("zendesk",))),
                },
            )
        )
        version = self.draw(st.none() | st.integers(0, 2))
        if version is None:
            await self.workspace.send("PATCH", "/rules", wish)
        else:
            await self.ask("POST", f"/rules/versions/{version}/restore", None)
        await self.settle()

    async def is_forgotten(self) -> None:
        """A person is erased."""
        golden_id = UUID(self.some_golden()[0])
        lines = (await self.shown()).lines
        if await self.ask("POST", f"/contacts/{golden_id}/erase", {}) == OK:
            self.world.forget([member for member, where in lines.items() if where == golden_id])

    async def loses_a_connection(self) -> None:
        """A connection is removed, with what was seen of it until then."""
        connection_id = self.draw(st.sampled_from((self.workspace.hubspot, self.workspace.zendesk)))
        until = START + timedelta(milliseconds=self.draw(st.integers(0, PEOPLE)))
        self.world.erase(connection_id, until)
        event = ConnectionRemoved(
            workspace_id=self.workspace.id,
            connection_id=connection_id,
            provider="hubspot",
            data="erase",
            removed_at=until,
        )
        async with self.workspace.publisher.transaction(self.workspace.id) as conn:
            publish(conn, [event])
        await drain(self.workspace.db, subscriptions())

    def wish(self) -> tuple[str, str, object]:
        """Something that a person may say at any time."""
        ids, records = self.some_golden(), sorted(self.world.records)
        name, number = self.draw(st.sampled_from(("company", "city"))), self.draw(st.integers(0, 9))
        left, right = records[:1], records[1:2]
        sides = {"left": [self.key(id_) for id_ in left], "right": [self.key(id_) for id_ in right]}
        verdict = self.draw(st.sampled_from(("same", "different")))
        return self.draw(
            st.sampled_from(
                (
                    ("POST", "/contacts/merge", {"ids": ids}),
                    ("POST", f"/contacts/{ids[0]}/split", {"sources": sides["left"]}),
                    ("PUT", f"/contacts/{ids[0]}/pins/{name}", {"value": "Pinned"}),
                    ("POST", "/decisions", {"decisions": [{"verdict": verdict, **sides}]}),
                    ("POST", f"/history/{number}/undo", {}),
                )
            )
        )

    # How it is asked ------------------------------------------------------------------------------------------

    def some_golden(self) -> list[str]:
        """Two or three golden records, or ids of nobody where there are none."""
        ids = sorted(min(group) for group in self.world.groups()) or [uuid4()]
        return [str(id_) for id_ in self.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=3))]

    def key(self, source_id: UUID) -> dict[str, str]:
        connection_id, provider_id = self.world.records[source_id].name
        return {"connection_id": str(connection_id), "provider_id": provider_id}

    async def ask(self, method: str, path: str, body: object) -> int:
        """Ask identity, which may say no for a reason of its own; return the status."""
        status, _ = await self.answer(method, path, body)
        return status

    async def answer(self, method: str, path: str, body: object) -> tuple[int, Any]:
        return await asked(self.workspace, method, path, body)

    async def said(self, method: str, path: str, body: object) -> int:
        """Let a person say something; now and then they take it back at once, and all is as it was before."""
        await self.workspace.derives()
        before = await self.shown()
        status, outcome = await self.answer(method, path, body)
        entries = outcome.get("entries", ()) if status == OK else ()
        if len({entry["number"] for entry in entries}) == 1 and self.draw(st.booleans()):
            await self.workspace.derives()
            after = await self.shown()
            undone, taken_back = await self.answer("POST", f"/history/{entries[0]['number']}/undo", {})
            await self.workspace.derives()
            assert undone == OK
            assert await self.shown() == before
            (again, *_) = taken_back["entries"]
            if self.draw(st.booleans()):
                assert (await self.answer("POST", f"/history/{again['number']}/undo", {}))[0] == OK
                await self.workspace.derives()
                assert await self.shown() == after
        return status

    async def settle(self) -> None:
        """Settle everything by the rules that hold."""
        while await ruling.reweigh_slice(self.workspace.db, self.workspace.id, at_most=2):
            pass

    # What must be true ----------------------------------------------------------------------------------------

    async def shown(self) -> Shown:
        workspace = self.workspace
        async with workspace.db.transaction(workspace.id) as conn:
            lines = {row.source_id: row.golden_id for row in await conn.execute(LINES)}
            rows = (await conn.execute(text("SELECT * FROM golden_record"))).mappings().all()
            asked = (await conn.execute(ASKED)).all()
            details = {
                row["golden_id"]: await reading.get_contact(conn, workspace.id, row["golden_id"]) for row in rows
            }
        return Shown(
            lines=lines,
            values={
                id_: {name: v for name, v in each.fields.items() if name in FIELDS} for id_, each in details.items()
            },
            lists={row["golden_id"]: {name: row[name] for name in FIELDS if name in row} for row in rows},
            asked={(row.older_id, row.younger_id, row.strength) for row in asked},
            ends={(row.older_id, row.younger_id): (row.left_id, row.right_id) for row in asked},
        )

    async def agrees(self) -> None:
        """What people said and the rules are taken from the database; all that follows is the reference's."""
        await self.workspace.derives()
        async with self.workspace.db.transaction(self.workspace.id) as conn:
            self.world.rules = await rules_queries.current_rules(conn, self.workspace.id)
            self.world.pins = {row.number: (row.source_id, row.field, row.value) for row in await conn.execute(PINS)}
            said: dict[int, tuple[str, dict[int, set[UUID]]]] = {}
            for row in await conn.execute(DECISIONS):
                said.setdefault(row.number, (row.verdict, {}))[1].setdefault(row.side, set()).add(row.source_id)
        self.world.decisions = {number: (verdict, list(sides.values())) for number, (verdict, sides) in said.items()}
        shown, golden, questions = await self.shown(), self.world.golden(), self.world.questions()
        assert shown.lines == {member: min(group) for group in self.world.groups() for member in group}
        assert shown.values == {
            id_: {name: value for name, (value, _) in values.items()} for id_, values in golden.items()
        }
        assert shown.lists == {
            id_: {name: values.get(name, (None,))[0] for name in FIELDS if name != "city"}
            for id_, values in golden.items()
        }
        assert shown.asked == {(*ends, strength) for ends, (strength, _) in questions.items()}
        assert all(pair in questions[ends][1] for ends, pair in shown.ends.items())


Step = Callable[[Life], Awaitable[None]]

STEPS_OF_A_LIFE: tuple[Step, ...] = (
    Life.is_told, Life.is_told, Life.is_told, Life.is_told_all_again, Life.is_decided, Life.is_split, Life.is_judged,
    Life.is_answered, Life.puts_off, Life.is_pinned, Life.is_pinned, Life.is_undone, Life.is_undone,
    Life.are_joins_undone, Life.has_other_rules, Life.has_other_rules, Life.is_forgotten, Life.loses_a_connection,
)  # fmt: skip


async def asked(workspace: Workspace, method: str, path: str, body: object) -> tuple[int, Any]:
    """Ask as somebody signed in; what was asked for in vain has a reason that we expected."""
    status, answer = await workspace.tries(method, path, body)
    assert status == OK or status in REFUSED, answer
    return status, answer


@settings(max_examples=LIVES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_a_life_is_what_the_reference_says_after_every_step(workspace: Workspace, data: st.DataObject) -> None:
    await workspace.begins_anew()
    life = Life(workspace, data.draw)
    for _ in range(STEPS):
        step = data.draw(st.sampled_from(STEPS_OF_A_LIFE), label="step")
        await step(life)
        await life.agrees()


@settings(
    max_examples=max(LIVES // 5, 3), deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
async def test_both_lanes_and_people_at_once_lead_to_what_one_after_the_other_does(
    workspace: Workspace, data: st.DataObject
) -> None:
    await workspace.begins_anew()
    life = Life(workspace, data.draw)
    await life.is_told()
    await life.agrees()
    events: Mapping[Lane, list[ContactEvent]] = {
        lane: [life.event() for _ in range(data.draw(st.integers(1, 8)))] for lane in ("live", "backfill")
    }
    wishes = [life.wish() for _ in range(4)]

    async def tells(lane: Lane) -> None:
        for event in events[lane]:
            async with workspace.publisher.transaction(workspace.id) as conn:
                publish(conn, [event], lane=lane)

    async def hears() -> None:
        """A copy of identity: what another one has in hand it leaves alone."""
        for _ in range(5):
            await deliver(workspace.db, subscriptions())
            for name, derived in projections().items():
                await deliver(workspace.db, derived, consumer=f"{NAME}_{name}")

    said = [asked(workspace, *wish) for wish in wishes]
    await asyncio.gather(tells("live"), tells("backfill"), hears(), hears(), *said)
    await drain(workspace.db, subscriptions())
    for event in (*events["live"], *events["backfill"]):
        life.world.hear(event)
    await life.agrees()
