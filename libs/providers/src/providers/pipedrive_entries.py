"""Notes and activities entered with a person at Pipedrive, each once."""

from datetime import UTC, datetime, timedelta

import msgspec
from aiohttp import ClientSession
from contracts.actions import AddNote, ScheduleMeeting
from contracts.interactions import InteractionKind

from providers.actions import CLOCKS_APART, Attempt, Done, Reader, links_of, writing
from providers.pipedrive_api import V1, V2, Id, call, instant_text
from providers.source import Access
from providers.values import as_html, instant

Entry = AddNote | ScheduleMeeting

NOTES_SCOPE = "contacts:full"
ACTIVITIES_SCOPE = "activities:full"
LATEST = 100


class _Entered(msgspec.Struct):
    id: Id
    content: str | None = None
    subject: str | None = None
    due_date: str | None = None
    due_time: str | None = None
    add_time: str | None = None


class _One(msgspec.Struct):
    data: _Entered


class _Many(msgspec.Struct):
    data: list[_Entered] | None = None


async def enter(http: ClientSession, access: Access, action: Entry, attempt: Attempt, reader: Reader) -> Done:
    """Enter something with a person. Raises what `SourceProvider.act` says."""
    contact = await reader.contact(action.contact_id)
    person_id = int(contact.provider_id)
    kind: InteractionKind
    if isinstance(action, AddNote):
        kind = "note"
        entry_id = await _find_note(http, access, action, person_id, attempt) if attempt.unsure else None
        entry_id = entry_id or await _note(http, access, action, person_id)
    else:
        kind = "activity"
        entry_id = await _find_meeting(http, access, action, person_id, attempt) if attempt.unsure else None
        entry_id = entry_id or await _meet(http, access, action, person_id)
    page = await reader.again(kind, str(entry_id))
    return Done(
        records=links_of(page, str(entry_id), kind),
        page=page,
        why_not="Lead Manager deletes nothing at Pipedrive: delete it there.",
    )


async def _note(http: ClientSession, access: Access, action: AddNote, person_id: int) -> int:
    body = {"content": as_html(action.body), "person_id": person_id}
    with writing():
        answer = await call(http, access, f"{V1}/notes", scope=NOTES_SCOPE, method="POST", json=body)
        return answer.read(_One).data.id


async def _meet(http: ClientSession, access: Access, action: ScheduleMeeting, person_id: int) -> int:
    day, time = _when(action)
    body: dict[str, object] = {
        "subject": action.title,
        "type": "meeting",
        "due_date": day,
        "due_time": time,
        "duration": _duration(action.ends_at - action.starts_at),
        "participants": [{"person_id": person_id, "primary": True}],
    }
    body |= {"note": as_html(action.body)} if action.body else {}
    body |= {"location": {"value": action.location}} if action.location else {}
    with writing():
        answer = await call(http, access, f"{V2}/activities", scope=ACTIVITIES_SCOPE, method="POST", json=body)
        return answer.read(_One).data.id


async def _find_note(
    http: ClientSession, access: Access, action: AddNote, person_id: int, attempt: Attempt
) -> int | None:
    """Find what an earlier attempt entered: those words, since then."""
    since = instant_text(attempt.asked_at - CLOCKS_APART)
    params = {"person_id": str(person_id), "limit": str(LATEST), "updated_since": since}
    answer = await call(http, access, f"{V1}/notes", scope=NOTES_SCOPE, params=params)
    words = as_html(action.body).split()
    return next(
        (
            each.id
            for each in answer.read(_Many).data or ()
            if (each.content or "").split() == words and _is_since(each, attempt)
        ),
        None,
    )


async def _find_meeting(
    http: ClientSession, access: Access, action: ScheduleMeeting, person_id: int, attempt: Attempt
) -> int | None:
    since = attempt.asked_at - CLOCKS_APART
    params = {"person_id": str(person_id), "limit": str(LATEST), "updated_since": instant_text(since)}
    answer = await call(http, access, f"{V2}/activities", scope=ACTIVITIES_SCOPE, params=params)
    day, time = _when(action)
    return next(
        (
            each.id
            for each in answer.read(_Many).data or ()
            if (each.subject, each.due_date, (each.due_time or "")[:5]) == (action.title, day, time)
            and _is_since(each, attempt)
        ),
        None,
    )


def _is_since(entered: _Entered, attempt: Attempt) -> bool:
    moment: datetime | None = instant(entered.add_time)
    return moment is not None and moment >= attempt.asked_at - CLOCKS_APART


def _when(action: ScheduleMeeting) -> tuple[str, str]:
    start = action.starts_at.astimezone(UTC)
    return f"{start:%Y-%m-%d}", f"{start:%H:%M}"


def _duration(length: timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours:02}:{minutes:02}"
