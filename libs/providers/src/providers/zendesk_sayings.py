"""Notes, answers and tasks at Zendesk: comments on tickets, private ones and public ones, each once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

import msgspec
from aiohttp import ClientSession
from contracts.actions import AddNote, ScheduleMeeting, SendEmail

from providers.actions import CLOCKS_APART, Attempt, Done, OutcomeUnknown, Reader, check_recipient, links_of, writing
from providers.source import Access
from providers.values import instant
from providers.zendesk_api import ObjectId, call

Said = AddNote | SendEmail | ScheduleMeeting

KEYS_LIVE = timedelta(hours=2)
"""How long Zendesk knows a key again: until then a ticket that was asked for twice is one."""

LATEST = 100
SUBJECT_CHARS = 150


class _Ticket(msgspec.Struct):
    id: ObjectId


class _Written(msgspec.Struct):
    ticket: _Ticket


class _Comment(msgspec.Struct):
    plain_body: str | None = None
    body: str | None = None
    public: bool | None = None
    created_at: str | None = None


class _Comments(msgspec.Struct):
    comments: list[_Comment] = []


async def say(http: ClientSession, access: Access, action: Said, attempt: Attempt, reader: Reader) -> Done:
    """Comment on a ticket, or make one. Raises what `SourceProvider.act` says."""
    contact = await reader.contact(action.contact_id)
    check_recipient(action, contact.contact, attempt)
    ticket_id = None if isinstance(action, ScheduleMeeting) else action.ticket_id
    if ticket_id is None:
        ticket_id = await _make_ticket(http, access, action, contact.provider_id, attempt)
    elif not attempt.unsure or not await _is_said(http, access, action, ticket_id, attempt.asked_at):
        with writing():
            body = {"ticket": {"comment": _comment(action)}}
            await call(http, access, f"/tickets/{ticket_id}.json", method="PUT", json=body)
    page = await reader.again("ticket", ticket_id)
    return Done(records=links_of(page, ticket_id, "ticket"), page=page, why_not=_why_not(action))


async def _make_ticket(http: ClientSession, access: Access, action: Said, requester: str, attempt: Attempt) -> str:
    if attempt.unsure and datetime.now(UTC) - attempt.asked_at > KEYS_LIVE - CLOCKS_APART:
        raise OutcomeUnknown("It is not known whether Zendesk made this ticket: look among the user's tickets there.")
    ticket: dict[str, object] = {
        "subject": _subject(action),
        "comment": _comment(action),
        "requester_id": int(requester),
    }
    if isinstance(action, ScheduleMeeting):
        ticket |= {"type": "task", "due_at": f"{action.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    headers = {"Idempotency-Key": attempt.key}
    with writing():
        answer = await call(http, access, "/tickets.json", method="POST", json={"ticket": ticket}, headers=headers)
        return str(answer.read(_Written).ticket.id)


async def _is_said(http: ClientSession, access: Access, action: Said, ticket_id: str, asked_at: datetime) -> bool:
    """Whether an earlier attempt's comment is there: it is among the latest, as it was written."""
    params = {"page[size]": str(LATEST), "sort": "-created_at"}
    answer = await call(http, access, f"/tickets/{ticket_id}/comments.json", params)
    return _is_among(answer.read(_Comments).comments, _comment(action), since=asked_at - CLOCKS_APART)


def _is_among(comments: Sequence[_Comment], wanted: dict[str, object], *, since: datetime) -> bool:
    words = str(wanted["body"]).split()
    return any(
        (each.plain_body or each.body or "").split() == words
        and each.public == wanted["public"]
        and (moment := instant(each.created_at)) is not None
        and moment >= since
        for each in comments
    )


def _comment(action: Said) -> dict[str, object]:
    """A comment in plain text; but for an email it is private, for a public one is mailed to the requester."""
    match action:
        case AddNote():
            return {"body": action.body, "public": False}
        case SendEmail():
            return {"body": action.body, "public": True}
        case ScheduleMeeting():
            minutes = round((action.ends_at - action.starts_at).total_seconds() / 60)
            when = f"{action.starts_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {minutes} minutes"
            lines = [action.title, when, action.location, action.body]
            return {"body": "\n".join(filter(None, lines)), "public": False}
    assert_never(action)


def _subject(action: Said) -> str:
    match action:
        case AddNote():
            return action.body.strip().splitlines()[0][:SUBJECT_CHARS]
        case SendEmail():
            return action.subject
        case ScheduleMeeting():
            return action.title
    assert_never(action)


def _why_not(action: Said) -> str:
    if isinstance(action, SendEmail):
        return "What was mailed cannot be taken back."
    return "Zendesk's comments stay; a ticket can be deleted there."
