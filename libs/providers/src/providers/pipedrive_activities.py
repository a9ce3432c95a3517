"""Pipedrive's activities: calls, meetings, tasks and whatever else an account plans with people."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from aiohttp import ClientSession
from contracts.interactions import Interaction

from providers import pipedrive_names
from providers.markup import plain_text
from providers.pipedrive_api import Id
from providers.pipedrive_names import Names
from providers.records import read_each
from providers.source import Access, Page, SourceGone, SourceInteraction
from providers.values import instant, text

_MAX_BODY_CHARS = 100_000
_DURATION = re.compile(r"([0-9]{1,3}):([0-5][0-9])(?::[0-5][0-9])?")


class _Participant(msgspec.Struct):
    person_id: int | None = None
    primary: bool | None = None


class Record(msgspec.Struct):
    """An activity of v2: nearly everything may be null."""

    id: Id
    subject: str | None = None
    type: str | None = None
    owner_id: int | None = None
    person_id: int | None = None
    participants: list[_Participant] | None = None
    attendees: list[_Participant] | None = None
    due_date: str | None = None
    due_time: str | None = None
    duration: str | None = None
    done: bool | None = None
    marked_as_done_time: str | None = None
    note: str | None = None
    public_description: str | None = None
    priority: int | None = None
    add_time: str | None = None
    update_time: str | None = None
    is_deleted: bool | None = None


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as it came, and as it was read."""

    raw: bytes
    record: Record

    @property
    def provider_id(self) -> str:
        """Its id, as we write it."""
        return str(self.record.id)


_DECODER = msgspec.json.Decoder(Record)


async def read_page(http: ClientSession, access: Access, records: Sequence[bytes], names: Names) -> tuple[Page, Names]:
    """Read a page of activities, and learn the names it takes; those deleted are gone. Raises `ProviderError`."""
    activities, skipped = read_each(records, read_activity, kind="activity")
    living = [each for each in activities if not each.record.is_deleted]
    names = await pipedrive_names.with_users(http, access, names, (each.record.owner_id for each in living))
    page = Page(
        interactions=tuple(
            SourceInteraction(
                provider_id=each.provider_id, raw=each.raw, interaction=to_interaction(each.record, names)
            )
            for each in living
        ),
        gone=tuple(
            SourceGone(provider_id=each.provider_id, reason="deleted", kind="activity")
            for each in activities
            if each.record.is_deleted
        ),
        skipped=skipped,
    )
    return page, names


def read_activity(raw: bytes) -> Activity:
    """Read an activity. Raises `ValueError` when it cannot be read."""
    return Activity(raw=raw, record=_DECODER.decode(raw))


def to_interaction(record: Record, names: Names) -> Interaction:
    """What is planned or was done; it happens when it is due."""
    created_at, due = instant(record.add_time), _due(record)
    return Interaction(
        kind="activity",
        type=text(record.type),
        title=text(record.subject),
        body=_body(record),
        status=None if record.done is None else "done" if record.done else "to do",
        priority=None if record.priority is None else str(record.priority),
        owner=pipedrive_names.owner(names, record.owner_id),
        occurred_at=due or created_at,
        ends_at=due + lasts if due and (lasts := _duration(record)) else None,
        created_at=created_at,
        updated_at=instant(record.update_time),
        contact_ids=_people(record),
    )


def _due(record: Record) -> datetime | None:
    """When it is due, in UTC; one that has no time of day is due with the day's beginning."""
    day = text(record.due_date)
    if day is None:
        return None
    clock = text(record.due_time)
    return (instant(f"{day}T{clock}Z") if clock else None) or instant(day)


def _duration(record: Record) -> timedelta | None:
    """How long it takes, as hours and minutes; that of one without a time of day says nothing."""
    found = _DURATION.fullmatch(record.duration or "")
    return timedelta(hours=int(found[1]), minutes=int(found[2])) if found and record.due_time else None


def _body(record: Record) -> str | None:
    """What was noted for ourselves, or else what guests are told; either may be HTML."""
    bodies = (text(plain_text(body), _MAX_BODY_CHARS) for body in (record.note, record.public_description))
    return next(filter(None, bodies), None)


def _people(record: Record) -> tuple[str, ...]:
    """All who take part, the one it is with first; an account's own users are no contacts."""
    listed = [*(record.participants or ()), *(record.attendees or ())]
    ids = [record.person_id, *(each.person_id for each in sorted(listed, key=lambda each: not each.primary))]
    return tuple(dict.fromkeys(str(each) for each in ids if each))
