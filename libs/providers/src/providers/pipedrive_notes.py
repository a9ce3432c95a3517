"""Pipedrive's notes, which are left in v1: HTML about persons, deals and companies."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import msgspec
from aiohttp import ClientSession
from contracts.interactions import Interaction

from providers.markup import plain_text
from providers.pipedrive_api import V1, Id, call, instant_text
from providers.pipedrive_feed import read_stamp
from providers.pipedrive_paging import LIMIT, Fetched, Position, behind_page
from providers.records import read_each
from providers.source import Access, NotThere, Page, SourceGone, SourceInteraction
from providers.values import instant, text

SCOPE = "contacts:read"
_MAX_BODY_CHARS = 100_000


class _User(msgspec.Struct):
    name: str | None = None


class Record(msgspec.Struct):
    """A note of v1: nearly everything may be null."""

    id: Id
    content: str | None = None
    user_id: int | None = None
    user: _User | None = None
    person_id: int | None = None
    add_time: str | None = None
    update_time: str | None = None
    active_flag: bool | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note as it came, and as it was read."""

    raw: bytes
    record: Record

    @property
    def provider_id(self) -> str:
        """Its id, as we write it."""
        return str(self.record.id)


class _Pagination(msgspec.Struct):
    more_items_in_collection: bool = False


class _More(msgspec.Struct):
    pagination: _Pagination | None = None


class _Envelope(msgspec.Struct):
    additional_data: _More | None = None


class _One(msgspec.Struct):
    data: msgspec.Raw


class _Content(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw()


class _Stamped(msgspec.Struct):
    update_time: str | None = None


_DECODER = msgspec.json.Decoder(Record)
_STAMPS = msgspec.json.Decoder(_Stamped)


async def fetch(http: ClientSession, access: Access, position: Position) -> Fetched:
    """Fetch the next page of notes. Raises `ProviderError`."""
    params = {"start": str(position.start), "limit": str(LIMIT), "sort": "update_time ASC, id ASC"}
    if position.since:
        params["updated_since"] = instant_text(position.since)
    answer = await call(http, access, f"{V1}/notes", scope=SCOPE, params=params)
    begun = msgspec.structs.replace(position, started_at=position.started_at or answer.clock)
    if _is_empty(answer.body):
        return Fetched(records=[], position=begun, over=True)
    envelope, records = answer.read_page(_Envelope, "data")
    more = envelope.additional_data.pagination if envelope.additional_data else None
    if not records or more is None or not more.more_items_in_collection:
        return Fetched(records=records, position=begun, over=True)
    behind = behind_page(begun, since=position.since, last=_last_change(records), shown=len(records))
    return Fetched(records=records, position=behind, over=False)


async def fetch_ids(http: ClientSession, access: Access, ids: Sequence[str]) -> list[bytes]:
    """Fetch notes by their ids, one by one as no list takes them; those that are not there are left out.

    Raises `ProviderError`.
    """
    records: list[bytes] = []
    for each in ids:
        with suppress(NotThere):
            answer = await call(http, access, f"{V1}/notes/{each}", scope=SCOPE)
            records.append(bytes(answer.read(_One).data))
    return records


def read_page(records: Sequence[bytes]) -> Page:
    """Read a page of notes; those deleted are gone."""
    notes, skipped = read_each(records, read_note, kind="note")
    return Page(
        interactions=tuple(
            SourceInteraction(provider_id=each.provider_id, raw=each.raw, interaction=to_interaction(each.record))
            for each in notes
            if each.record.active_flag is not False
        ),
        gone=tuple(
            SourceGone(provider_id=each.provider_id, reason="deleted", kind="note")
            for each in notes
            if each.record.active_flag is False
        ),
        skipped=skipped,
    )


def read_note(raw: bytes) -> Note:
    """Read a note. Raises `ValueError` when it cannot be read."""
    return Note(raw=raw, record=_DECODER.decode(raw))


def to_interaction(record: Record) -> Interaction:
    """What somebody wrote down: they wrote HTML, and these are its words."""
    created_at = instant(record.add_time)
    return Interaction(
        kind="note",
        body=text(plain_text(record.content), _MAX_BODY_CHARS),
        owner=text(record.user.name if record.user else None) or (str(record.user_id) if record.user_id else None),
        occurred_at=created_at,
        created_at=created_at,
        updated_at=instant(record.update_time),
        contact_ids=(str(record.person_id),) if record.person_id else (),
    )


def _is_empty(body: bytes) -> bool:
    """Whether a page shows nothing: an empty list is none at all in v1."""
    try:
        return bytes(msgspec.json.decode(body, type=_Content).data) == b"null"
    except (ValueError, RecursionError):
        return False


def _last_change(records: Sequence[bytes]) -> datetime | None:
    """The time of change that a page ends with, as far as it can be read."""
    for raw in reversed(records):
        try:
            if stamp := read_stamp(_STAMPS.decode(raw).update_time):
                return stamp
        except (ValueError, RecursionError):
            continue
    return None
