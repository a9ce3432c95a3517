"""The rules of a workspace: shown, set, learned; and all its records weighed and settled by them, slice by slice."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import structlog
from contracts.contacts import Contact
from contracts.pages import ItemPage
from contracts.rules import Reweighing, RulesVersion, RulesView, RulesWish
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict, NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.cursors import CursorInvalid, Cursors
from identity.normalise import form_of
from identity.resolution import golden
from identity.resolution.keys import email_key
from identity.rules.learning import learn
from identity.rules.ruleset import DEFAULT, Rules
from identity.rules.survivorship import Survivorship
from identity.store import queries, rules_queries
from identity.weights import weighing

log = structlog.get_logger()

SLICE = 500
REST_SECONDS = 2.0
LEARNED_FROM = 20_000
"""So many records say what evidence is worth; more say it no better, and take longer."""
ENOUGH = 100
"""Of fewer there is nothing to be learned."""

LAST = 2**31 - 1

_contact = msgspec.json.Decoder(Contact)


class RulesUnfit(BadRequest):
    """Rules that contradict themselves, or name what is not there."""

    slug = "rules-unfit"
    title = "These rules do not fit"


class TooFewRecords(Conflict):
    """There is too little to learn from."""

    slug = "too-few-records"
    title = "There are too few records to learn from"


class RulesOutdated(Conflict):
    """Somebody changed the rules while others were learned."""

    slug = "rules-outdated"
    title = "The rules were changed meanwhile"


class NoSuchVersion(NotFound):
    """Rules that never held."""

    slug = "no-such-version"
    title = "There is no such version of the rules"


async def show_rules(conn: AsyncConnection, workspace_id: UUID) -> RulesView:
    """Show the rules that hold, and how far the records have been settled by them."""
    rules = await rules_queries.current_rules(conn, workspace_id)
    progress = await rules_queries.find_progress(conn, workspace_id)
    shown = view_of(await rules_queries.current_version(conn, workspace_id), rules)
    reweighing = Reweighing(done=progress[0], total=progress[1]) if progress else None
    return msgspec.structs.replace(shown, reweighing=reweighing)


def view_of(version: int, rules: Rules) -> RulesView:
    """Show rules as people see them."""
    return RulesView(version=version, **_shown(rules))


def _shown(rules: Rules) -> dict[str, Any]:
    return {
        "region": rules.region,
        "join": rules.join,
        "suggest": rules.suggest,
        "blocked": tuple(sorted(rules.blocked)),
        "survivorship": rules.survivorship.rules,
        "priority": rules.survivorship.priority,
        "learned": bool(rules.values),
    }


async def set_rules(conn: AsyncConnection, workspace_id: UUID, wish: RulesWish, *, by: UUID | None) -> RulesView:
    """Have other rules hold from now on, and settle everything by them. Raises `RulesUnfit`."""
    await queries.lock_workspaces(conn, {workspace_id})
    rules = changed(await rules_queries.current_rules(conn, workspace_id), wish)
    await hold(conn, workspace_id, await rules_queries.write_rules(conn, workspace_id, rules, by))
    return await show_rules(conn, workspace_id)


async def relearn(db: Database, workspace_id: UUID, *, by: UUID | None) -> RulesView:
    """Learn from the records what evidence is worth, and settle everything by it.

    Nothing is locked meanwhile. Raises `TooFewRecords`, and `RulesOutdated` where somebody else changed the rules.
    """
    async with db.transaction(workspace_id) as conn:
        contacts = await sample(conn, workspace_id)
        if len(contacts) < ENOUGH:
            raise TooFewRecords(f"{len(contacts)} of {ENOUGH}")
        version = await rules_queries.current_version(conn, workspace_id)
        rules = await rules_queries.current_rules(conn, workspace_id)
    learned = await learned_from(contacts, rules)
    async with db.transaction(workspace_id) as conn:
        await queries.lock_workspaces(conn, {workspace_id})
        if version != await rules_queries.current_version(conn, workspace_id):
            raise RulesOutdated
        await hold(conn, workspace_id, await rules_queries.write_rules(conn, workspace_id, learned, by))
        return await show_rules(conn, workspace_id)


async def sample(conn: AsyncConnection, workspace_id: UUID) -> Sequence[str]:
    """Take the contacts to learn from, as JSON."""
    return await rules_queries.sample_contacts(conn, workspace_id, LEARNED_FROM)


async def learned_from(contacts: Sequence[str], rules: Rules) -> Rules:
    """Learn from contacts what evidence is worth, beside what else is to be done; thresholds and limits stay."""

    def work() -> Rules:
        return learn([form_of(_contact.decode(each), rules.region) for each in contacts], frozenset(), rules)

    return await asyncio.to_thread(work)


async def list_versions(
    conn: AsyncConnection, workspace_id: UUID, *, cursors: Cursors, cursor: str | None, limit: int
) -> ItemPage[RulesVersion]:
    """List the rules that held, the last first. Raises `CursorInvalid`."""
    before = cursors.read(cursor, int, workspace_id) if cursor else LAST
    if not 0 < before <= LAST:
        raise CursorInvalid
    held = await rules_queries.list_versions(conn, workspace_id, before=before, at_most=limit + 1)
    shown = [
        RulesVersion(
            version=each.version,
            held_from=each.held_from,
            made_by=each.made_by,
            restores=each.restores,
            **_shown(each.rules),
        )
        for each in held[:limit]
    ]
    more = len(held) > limit
    return ItemPage(items=shown, next_cursor=cursors.write(shown[-1].version, workspace_id) if more else None)


async def restore(conn: AsyncConnection, workspace_id: UUID, version: int, *, by: UUID | None) -> RulesView:
    """Have rules that held before hold again, as a version of their own; 0 are the defaults. Raises `NoSuchVersion`."""
    await queries.lock_workspaces(conn, {workspace_id})
    held = await rules_queries.list_versions(conn, workspace_id, before=version + 1, at_most=1) if version else []
    if version and (not held or held[0].version != version):
        raise NoSuchVersion
    rules = held[0].rules if held else DEFAULT
    again = await rules_queries.write_rules(conn, workspace_id, rules, by, restores=version)
    await hold(conn, workspace_id, again)
    return await show_rules(conn, workspace_id)


async def hold(conn: AsyncConnection, workspace_id: UUID, version: int) -> None:
    """Have a version hold in a workspace that is locked, and everything settled by it."""
    await rules_queries.hold_rules(conn, workspace_id, version)
    await rules_queries.begin_reweighing(conn, workspace_id)
    log.info("rules_changed", workspace_id=str(workspace_id), version=version)


def changed(rules: Rules, wish: RulesWish) -> Rules:
    """Make the rules that are wished of those that hold. Raises `RulesUnfit`."""
    fields = {
        name: value for name in ("region", "join", "suggest") if (value := getattr(wish, name)) is not msgspec.UNSET
    }
    if wish.blocked is not msgspec.UNSET:
        fields["blocked"] = frozenset(_keys(wish.blocked))
    survivorship = rules.survivorship
    if wish.survivorship is not msgspec.UNSET:
        if unknown := sorted(wish.survivorship.keys() - set(golden.FIELDS)):
            raise RulesUnfit("no such fields", fields=unknown)
        survivorship = Survivorship(rules=wish.survivorship, priority=survivorship.priority)
    if wish.priority is not msgspec.UNSET:
        survivorship = Survivorship(rules=survivorship.rules, priority=wish.priority)
    others = msgspec.structs.replace(rules, survivorship=survivorship, **fields)
    if others.suggest > others.join:
        raise RulesUnfit("what joins must weigh at least as much as what is asked about")
    return others


def _keys(blocked: Sequence[str]) -> list[str]:
    keys = [email_key(each) for each in blocked]
    if bad := [each for each, key in zip(blocked, keys, strict=True) if key is None]:
        raise RulesUnfit("these are no emails", values=bad)
    return [key for key in keys if key is not None]


# In the background ------------------------------------------------------------------------------------------------


async def reweigh_all(db: Database) -> None:
    """Weigh and settle anew what is to be, for as long as the service lives."""
    await take_up(db)
    while True:
        async with db.engine.connect() as conn:
            workspaces = await rules_queries.list_to_reweigh(conn)
        for workspace_id in workspaces:
            while await reweigh_slice(db, workspace_id):
                pass
        await asyncio.sleep(REST_SECONDS)


async def take_up(db: Database) -> None:
    """Have weighed anew what other normalisers weighed: a release, or a library's new data, is a change of rules."""
    async with db.engine.connect() as conn:
        workspaces = await rules_queries.list_weighed_otherwise(conn)
    for workspace_id in workspaces:
        async with db.transaction(workspace_id) as conn:
            await queries.lock_workspaces(conn, {workspace_id})
            await rules_queries.begin_reweighing(conn, workspace_id)
    if workspaces:
        log.info("normalisers_changed", workspaces=len(workspaces))


async def reweigh_slice(db: Database, workspace_id: UUID, *, at_most: int = SLICE) -> bool:
    """Weigh and settle the next part of a workspace's records by the rules that hold; whether more is left."""
    async with db.transaction(workspace_id) as conn:
        # The workspace first, as everybody locks it.
        workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
        ids = await rules_queries.take_slice(conn, workspace_id, at_most)
        if ids is None:
            return False
        if ids:
            await weighing.weigh(conn, workspace_id, ids, workspace.rules, anew=ids)
            await weighing.settle_anew(conn, workspace_id, ids, by_other_rules=True)
        await rules_queries.pass_slice(conn, workspace_id, ids)
    if not ids:
        log.info("records_reweighed", workspace_id=str(workspace_id))
    return bool(ids)
