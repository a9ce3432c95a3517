"""Weighing: which records are alike, and how much it says; beside the path that every change takes.

A record that was written is weighed soon after, set by set: its form is taken, its blocks are looked up, and it is
compared with all who share one that is not too full. What comes of it, the pairs, is a function of all records and the
rules: a block that fills up past the limit loses the pairs that share no other, one that empties makes all who are in
it be compared anew. Then the components that gained or lost a pair are partitioned again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from uuid import UUID

import msgspec
import structlog
from contracts.contacts import Contact
from contracts.golden_records import SourceRecordsResolved
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import backlog
from identity.normalise import Form, form_of
from identity.path import foresight, operations, suggesting
from identity.resolution.records import keyed_anew
from identity.resolution.sharing import is_shared, is_shared_by_name
from identity.rules.blocking import block_of_telephone, blocks_of, tells_of_telephones
from identity.rules.comparison import NO_KEYS
from identity.rules.ruleset import Rules
from identity.rules.scoring import score
from identity.store import queries, sharing_queries, suggestion_queries, weighing_queries
from identity.store.queries import KeyName, SourceName
from identity.store.weighing_queries import Pair, Weighed

log = structlog.get_logger()

_contact = msgspec.json.Decoder(Contact)


async def weigh_resolved(conn: AsyncConnection, events: Sequence[SourceRecordsResolved]) -> None:
    """Weigh the records that were written, once nothing more urgent is to be done. Raises `RetryLater`."""
    await backlog.let_pass(conn, {event.workspace_id for event in events})
    named: dict[UUID, set[UUID]] = defaultdict(set)
    anew: dict[UUID, set[UUID]] = defaultdict(set)
    for event in events:
        (anew if event.anew else named)[event.workspace_id].update(event.source_ids)
    locked = await queries.lock_workspaces(conn, named.keys() | anew.keys())
    for workspace_id in sorted(named.keys() | anew.keys()):
        if not locked[workspace_id].erased:
            rules = locked[workspace_id].rules
            await weigh(conn, workspace_id, named[workspace_id], rules, anew=anew[workspace_id])


async def weigh(
    conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID], rules: Rules, *, anew: Collection[UUID] = ()
) -> Set[UUID]:
    """Weigh records of a workspace that is locked, and let follow what follows; return the records that reached.

    Those of `ids` whose form is as it was have nothing to say; those to be compared `anew` are, all the same.
    """
    changed, was = await _take_forms(conn, workspace_id, ids, rules)
    if not changed and not anew:
        return frozenset()
    entered = {(block, id_) for id_, now in changed.items() for block in now.blocks}
    left = {(block, id_) for id_ in changed if id_ in was for block in was[id_].blocks}
    await weighing_queries.save_weighed(conn, list(changed.values()))
    await weighing_queries.move(conn, workspace_id, entered=entered - left, left=left - entered)
    again, carriers, filled = await _to_compare(conn, workspace_id, changed, was, rules, anew)
    pairs = await _compare(conn, workspace_id, again, carriers, rules)
    before = await weighing_queries.load_pairs(conn, workspace_id, again)
    before |= await weighing_queries.load_parted_pairs(conn, workspace_id, filled, again, rules.block_limit)
    await weighing_queries.delete_pairs(conn, _names(before) - _names(pairs))
    await weighing_queries.save_pairs(conn, workspace_id, pairs - before)
    others = pairs ^ before
    ends = {end for pair in others for end in (pair.left_id, pair.right_id)}
    moved = {end for pair in others if pair.joins for end in (pair.left_id, pair.right_id)}
    log.info("records_weighed", workspace_id=str(workspace_id), records=len(again), alike=len(pairs), moved=len(moved))
    if moved:
        return await settle_anew(conn, workspace_id, moved, ends=ends)
    await _ask_anew(conn, workspace_id, ends)
    return frozenset()


async def _take_forms(
    conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID], rules: Rules
) -> tuple[dict[UUID, Weighed], dict[UUID, Weighed]]:
    """Take the forms of records and their blocks; return those that changed, and how they were."""
    contacts = await weighing_queries.load_contacts(conn, workspace_id, ids)
    was = await weighing_queries.load_weighed(conn, workspace_id, ids)
    changed = {}
    for source_id, shown in contacts:
        form = form_of(_contact.decode(shown), rules.region)
        now = Weighed(workspace_id, source_id, form, blocks_of(form))
        if was.get(source_id) != now:
            changed[source_id] = now
    return changed, was


async def _to_compare(
    conn: AsyncConnection,
    workspace_id: UUID,
    changed: Mapping[UUID, Weighed],
    was: Mapping[UUID, Weighed],
    rules: Rules,
    anew: Collection[UUID],
) -> tuple[dict[UUID, Weighed], dict[int, set[UUID]], set[int]]:
    """Tell whose pairs may be others now, who is in their blocks, and which blocks became too full.

    A block that is too full has nobody in it. Beside those that changed it is who is in a block that is too full no
    longer, and who has a telephone that is of several people now and was of one, or the other way round.
    """
    limit = rules.block_limit
    gains = Counter(block for weighed in changed.values() for block in weighed.blocks)
    gains.subtract(block for id_ in changed if id_ in was for block in was[id_].blocks)
    # So many of each that it is seen whether it was too full before, and if it was not, all who were in it.
    carriers = await weighing_queries.list_carriers(
        conn, workspace_id, {block: limit + max(gain, 0) + 1 for block, gain in gains.items()}
    )
    flipped, filled = set(anew), set[int]()
    for block, here in carriers.items():
        is_full, was_full = len(here) > limit, len(here) - gains[block] > limit
        if is_full and not was_full and not tells_of_telephones(block):
            filled.add(block)
        elif is_full != was_full:
            flipped |= here
    telephones = {block: ids for block, ids in carriers.items() if tells_of_telephones(block) and len(ids) <= limit}
    flipped |= await _whose_telephones_are_others(conn, workspace_id, telephones, changed, was)
    others = await weighing_queries.load_weighed(conn, workspace_id, flipped - changed.keys())
    more = {block for weighed in others.values() for block in weighed.blocks} - gains.keys()
    carriers |= await weighing_queries.list_carriers(conn, workspace_id, dict.fromkeys(more, limit + 1))
    return {**others, **changed}, {block: ids for block, ids in carriers.items() if len(ids) <= limit}, filled


async def _whose_telephones_are_others(
    conn: AsyncConnection,
    workspace_id: UUID,
    telephones: Mapping[int, set[UUID]],
    changed: Mapping[UUID, Weighed],
    was: Mapping[UUID, Weighed],
) -> set[UUID]:
    """Name who is in a block of a telephone that is shared now and was not, or was and is not."""
    mates = {mate for here in telephones.values() for mate in here} - changed.keys()
    known = await weighing_queries.load_forms(conn, workspace_id, mates)
    now, before = _owners({**known, **_forms(changed)}.values()), _owners({**known, **_forms(was)}.values())
    others = {phone for phone in now.keys() | before.keys() if _is_shared(now, phone) != _is_shared(before, phone)}
    return set[UUID]().union(*(telephones.get(block_of_telephone(phone), ()) for phone in others))


def _forms(records: Mapping[UUID, Weighed]) -> dict[UUID, Form]:
    return {id_: weighed.form for id_, weighed in records.items()}


def _owners(forms: Iterable[Form]) -> Mapping[str, list[Form]]:
    owners: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        for phone in form.phones:
            owners[phone].append(form)
    return owners


def _is_shared(owners: Mapping[str, list[Form]], phone: str) -> bool:
    return is_shared(owners.get(phone, ()), telephone=True)


async def _compare(
    conn: AsyncConnection,
    workspace_id: UUID,
    again: Mapping[UUID, Weighed],
    carriers: Mapping[int, set[UUID]],
    rules: Rules,
) -> set[Pair]:
    """Compare records with all who share a block with them."""
    mates = {mate for weighed in again.values() for block in weighed.blocks for mate in carriers.get(block, ())}
    own = _forms(again)
    known = {**await weighing_queries.load_forms(conn, workspace_id, mates - again.keys()), **own}
    pairs = set()
    shared = _shared_telephones(own.values(), carriers, known)
    for left_id, right_id in _each_once(known, again, carriers):
        left, right = known[left_id], known[right_id]
        # Of a telephone that only one of the two has it need not be known whose it is.
        found = score(left, right, rules, shared & set(left.phones) & set(right.phones) if shared else NO_KEYS)
        if found.verdict != "apart":
            pairs.add(Pair(workspace_id, left_id, right_id, found.strength, found.verdict == "join"))
    return pairs


def _shared_telephones(
    again: Iterable[Form], carriers: Mapping[int, set[UUID]], known: Mapping[UUID, Form]
) -> frozenset[str]:
    """Name the telephones of records that several people use; those in a block that is too full are so, too."""
    phones = {phone: block_of_telephone(phone) for form in again for phone in form.phones}
    owners: dict[str, list[Form]] = defaultdict(list)
    for block in set(phones.values()):
        for id_ in sorted(carriers.get(block, ())):
            for phone in known[id_].phones:
                owners[phone].append(known[id_])
    return frozenset(
        phone for phone, block in phones.items() if block not in carriers or is_shared(owners[phone], telephone=True)
    )


async def load_shared_telephones(
    conn: AsyncConnection, workspace_id: UUID, weighed: Mapping[UUID, Form], rules: Rules
) -> frozenset[str]:
    """Name the telephones of records that several people use, as those are weighed now."""
    blocks = {block_of_telephone(phone) for form in weighed.values() for phone in form.phones}
    limit = rules.block_limit
    carriers = await weighing_queries.list_carriers(conn, workspace_id, dict.fromkeys(blocks, limit + 1))
    few = {block: here for block in blocks if len(here := carriers.get(block, set())) <= limit}
    mates = {mate for here in few.values() for mate in here}
    known = {**await weighing_queries.load_forms(conn, workspace_id, mates - weighed.keys()), **weighed}
    return _shared_telephones(weighed.values(), few, known)


def _each_once(
    known: Collection[UUID], again: Collection[UUID], carriers: Mapping[int, Collection[UUID]]
) -> Iterator[tuple[UUID, UUID]]:
    """List each pair of records that share a block once, those of which one is to be compared again, in their order.

    Numbers stand for the records meanwhile: there are many more pairs than records, and ids are dear to compare.
    """
    ids = sorted(known)
    number_of = {id_: number for number, id_ in enumerate(ids)}
    is_again = [id_ in again for id_ in ids]
    count = len(ids)
    found: set[int] = set()
    for carried in carriers.values():
        numbers = sorted(number_of[id_] for id_ in carried if id_ in number_of)
        for place, left in enumerate(numbers):
            base = left * count
            if is_again[left]:
                found.update([base + right for right in numbers[place + 1 :]])
            else:
                found.update([base + right for right in numbers[place + 1 :] if is_again[right]])
    return ((ids[pair // count], ids[pair % count]) for pair in found)


def _names(pairs: Iterable[Pair]) -> set[Pair]:
    """The same pairs, however strong."""
    return {Pair(pair.workspace_id, pair.left_id, pair.right_id, 0, False) for pair in pairs}


async def settle_anew(
    conn: AsyncConnection,
    workspace_id: UUID,
    ids: Collection[UUID],
    *,
    ends: Collection[UUID] = (),
    by_other_rules: bool = False,
) -> Set[UUID]:
    """Partition again what edges reach from records, which are returned; ask anew about the `ends` of other pairs.

    By other rules also what keys bind now, and values are chosen anew.
    """
    locked = await queries.lock_workspaces(conn, {workspace_id})
    sources = [SourceName(workspace_id, source_id) for source_id in ids]
    known = await queries.load_neighbourhood(conn, sources=sources)
    if by_other_rules:
        keys = {KeyName(workspace_id, key) for one in known for key in keyed_anew(one.record).keys}
        keys = {name for name in keys if not is_shared_by_name(name.key, locked[workspace_id].rules)}
        keys -= await sharing_queries.load_shared(conn, keys) if keys else set()
        by_workspace = {workspace_id: [name.key for name in keys]}
        known = await queries.load_neighbourhood(conn, sources=sources, keys=by_workspace)
    before = {one.record.source_id: one for one in known}
    records = {source_id: one.record for source_id, one in before.items()}
    if by_other_rules:
        records = {source_id: keyed_anew(record) for source_id, record in records.items()}
    rekeyed = [record for source_id, record in records.items() if record is not before[source_id].record]
    foresight.remember(locked, before, records, rekeyed)
    anew = records.keys() if by_other_rules else ()
    await operations.settle(conn, locked, before, records, rekeyed, anew=anew, ends=ends)
    return records.keys()


async def _ask_anew(conn: AsyncConnection, workspace_id: UUID, ends: Collection[UUID]) -> None:
    """Ask people what follows for the golden records of those that gained or lost a pair."""
    if ends:
        locked = await queries.lock_workspaces(conn, {workspace_id})
        golden_of = await suggestion_queries.load_golden_ids(conn, workspace_id, ends)
        await suggesting.ask_anew(conn, locked[workspace_id], set(golden_of.values()))
