"""The rules of a workspace: shown, set, learned; and all its records weighed and settled by them, slice by slice."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec
import structlog
from contracts.rules import Reweighing, RulesView, RulesWish
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.normalise import Form
from identity.resolution import golden
from identity.resolution.keys import email_key
from identity.rules.learning import learn
from identity.rules.ruleset import Rules
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

_form = msgspec.json.Decoder(Form)


class RulesUnfit(BadRequest):
    """Rules that contradict themselves, or name what is not there."""

    slug = "rules-unfit"
    title = "These rules do not fit"


class TooFewRecords(Conflict):
    """There is too little to learn from."""

    slug = "too-few-records"
    title = "There are too few records to learn from"


async def show_rules(conn: AsyncConnection, workspace_id: UUID) -> RulesView:
    """Show the rules that hold, and how far the records have been settled by them."""
    rules = await rules_queries.current_rules(conn, workspace_id)
    progress = await rules_queries.find_progress(conn, workspace_id)
    return RulesView(
        version=await rules_queries.current_version(conn, workspace_id),
        region=rules.region,
        join=rules.join,
        suggest=rules.suggest,
        blocked=tuple(sorted(rules.blocked)),
        survivorship=rules.survivorship.rules,
        priority=rules.survivorship.priority,
        learned=bool(rules.values),
        reweighing=Reweighing(done=progress[0], total=progress[1]) if progress else None,
    )


async def set_rules(conn: AsyncConnection, workspace_id: UUID, wish: RulesWish, *, by: UUID | None) -> RulesView:
    """Have other rules hold from now on, and settle everything by them. Raises `RulesUnfit`."""
    await queries.lock_workspaces(conn, {workspace_id})
    rules = _changed(await rules_queries.current_rules(conn, workspace_id), wish)
    await _hold(conn, workspace_id, rules, by)
    return await show_rules(conn, workspace_id)


async def relearn(conn: AsyncConnection, workspace_id: UUID, *, by: UUID | None) -> RulesView:
    """Learn from the records what evidence is worth, and settle everything by it. Raises `TooFewRecords`."""
    forms = [_form.decode(each) for each in await rules_queries.sample_forms(conn, workspace_id, LEARNED_FROM)]
    if len(forms) < ENOUGH:
        raise TooFewRecords(f"{len(forms)} of {ENOUGH}")
    rules = await rules_queries.current_rules(conn, workspace_id)
    learned = await asyncio.to_thread(learn, forms, frozenset(), rules)
    await queries.lock_workspaces(conn, {workspace_id})
    await _hold(conn, workspace_id, learned, by)
    return await show_rules(conn, workspace_id)


async def _hold(conn: AsyncConnection, workspace_id: UUID, rules: Rules, by: UUID | None) -> None:
    version = await rules_queries.save_rules(conn, workspace_id, rules, by)
    await rules_queries.begin_reweighing(conn, workspace_id)
    log.info("rules_changed", workspace_id=str(workspace_id), version=version)


def _changed(rules: Rules, wish: RulesWish) -> Rules:
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
    changed = msgspec.structs.replace(rules, survivorship=survivorship, **fields)
    if changed.suggest > changed.join:
        raise RulesUnfit("what joins must weigh at least as much as what is asked about")
    return changed


def _keys(blocked: Sequence[str]) -> list[str]:
    keys = [email_key(each) for each in blocked]
    if bad := [each for each, key in zip(blocked, keys, strict=True) if key is None]:
        raise RulesUnfit("these are no emails", values=bad)
    return [key for key in keys if key is not None]


# In the background ------------------------------------------------------------------------------------------------


async def reweigh_all(db: Database) -> None:
    """Weigh and settle anew what is to be, for as long as the service lives."""
    while True:
        async with db.engine.connect() as conn:
            workspaces = await rules_queries.list_to_reweigh(conn)
        for workspace_id in workspaces:
            while await reweigh_slice(db, workspace_id):
                pass
        await asyncio.sleep(REST_SECONDS)


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
