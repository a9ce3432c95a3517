"""What readers are told, merged and bounded."""

from uuid import UUID, uuid4

import msgspec
from contracts.connections import ConnectionBroken
from contracts.event import Event
from contracts.golden_records import GoldenRecordChanged, GoldenRecordMerged
from contracts.registry import EVENTS
from contracts.syncs import SyncCounts, SyncProgressed
from gateway.changes import SHOWN, Pending

WORKSPACE = uuid4()


def changed(golden_id: UUID) -> Event:
    return GoldenRecordChanged(workspace_id=WORKSPACE, golden_ids=(golden_id,))


def progressed(sync_id: UUID, fetched: int) -> Event:
    return SyncProgressed(
        workspace_id=WORKSPACE,
        connection_id=UUID(int=1),
        sync_id=sync_id,
        mode="first",
        state="running",
        stream="contacts",
        counts=SyncCounts(fetched=fetched),
    )


def messages(pending: Pending) -> list[tuple[str, list[dict[str, object]]]]:
    taken = []
    while message := pending.take():
        name, data = message.decode().removesuffix("\n\n").split("\n")
        taken.append((name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: ")).get("items")))
    return taken


def test_changes_of_a_kind_come_as_one_message_without_their_workspace() -> None:
    pending, ids = Pending(), [uuid4() for _ in range(3)]
    for golden_id in (*ids, ids[0]):
        pending.add(changed(golden_id))

    assert messages(pending) == [("golden_record.changed", [{"golden_id": str(golden_id)} for golden_id in ids])]


def test_only_the_latest_progress_of_a_stream_is_told() -> None:
    pending, sync_id = Pending(), uuid4()
    for fetched in (100, 200, 300):
        pending.add(progressed(sync_id, fetched))

    [(name, [item])] = messages(pending)
    assert (name, item["counts"]) == ("sync.progressed", {**msgspec.to_builtins(SyncCounts()), "fetched": 300})


def test_what_has_not_begun_says_so_in_every_field() -> None:
    pending = Pending()
    pending.add(
        SyncProgressed(
            workspace_id=WORKSPACE, connection_id=UUID(int=1), sync_id=UUID(int=2), mode="first", state="failed"
        )
    )

    [(_, [item])] = messages(pending)
    assert item["stream"] is None
    assert item["counts"] == msgspec.to_builtins(SyncCounts())
    assert item.keys() == set(SyncProgressed.__struct_fields__) - {"workspace_id"}


def test_what_waits_longest_comes_first() -> None:
    pending = Pending()
    pending.add(ConnectionBroken(workspace_id=WORKSPACE, connection_id=uuid4(), provider="hubspot", reason="revoked"))
    pending.add(changed(uuid4()))
    pending.add(GoldenRecordMerged(workspace_id=WORKSPACE, golden_id=uuid4(), merged_id=uuid4()))

    names = [name for name, _ in messages(pending)]

    assert names == ["connection.broken", "golden_record.changed", "golden_record.merged"]


def test_too_much_becomes_one_request_to_look_at_everything() -> None:
    pending = Pending(at_most=10)
    for _ in range(100):
        pending.add(changed(uuid4()))

    assert messages(pending) == [("resync", None)]
    pending.add(changed(uuid4()))
    assert [name for name, _ in messages(pending)] == ["golden_record.changed"]


def test_no_record_reaches_a_browser_through_an_event() -> None:
    told = {event_type.NAME for event_type in EVENTS.values() if event_type.NAME.startswith("connection.")}
    assert told <= {event_type.NAME for event_type in SHOWN}
    assert not {"contact.fetched.v1", "interaction.fetched.v1", "contact.erased.v1"} & {e.NAME for e in SHOWN}
    assert all(EVENTS[event_type.NAME] is event_type for event_type in SHOWN)
