"""HubSpot's archived records: they are in a list that cannot be searched, and say when they were put there."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from providers.hubspot_api import object_id
from providers.hubspot_contacts import absorbed_by
from providers.hubspot_records import Record, Stream
from providers.records import read_each
from providers.source import Page, SourceGone
from providers.values import instant

_DECODER = msgspec.json.Decoder(Record)
_MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")


class _Archived(msgspec.Struct, frozen=True, kw_only=True):
    provider_id: str
    archived_at: datetime | None
    absorbed: tuple[str, ...]


def archive_of(stream: Stream) -> Stream:
    """The archive of a stream: of what is gone we keep nothing, so we ask for little."""
    merged = tuple(name for name in stream.properties if name in _MERGED)
    return msgspec.structs.replace(stream, archived=True, properties=merged)


def read_page(records: Sequence[bytes], stream: Stream, *, since: datetime | None) -> Page:
    """Read who was archived; `since` leaves out those that an earlier run reported."""
    archived, skipped = read_each(records, _read, kind=stream.kind)
    fresh = [each for each in archived if not since or not each.archived_at or each.archived_at >= since]
    gone = [SourceGone(provider_id=each.provider_id, reason="archived", kind=stream.kind) for each in fresh]
    # Who was merged and archived between two runs was never met alive, so only here is it said who went into it.
    merged = [
        SourceGone(provider_id=loser, reason="merged", kind=stream.kind, merged_into=each.provider_id)
        for each in fresh
        for loser in each.absorbed
    ]
    return Page(gone=(*merged, *gone), skipped=skipped)


def _read(raw: bytes) -> _Archived:
    record = _DECODER.decode(raw)
    return _Archived(
        provider_id=object_id(record.id), archived_at=instant(record.archived_at), absorbed=absorbed_by(record)
    )
