"""What a timeline should show of each kind of dealing, told from its provider's own record alone.

Written without a look at how the product reads them, as far as the two can differ.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

import msgspec
from contracts.golden_records import InteractionView

KINDS: Mapping[str, Mapping[str, str]] = {
    "hubspot": {
        "deals": "deal",
        "tickets": "ticket",
        "notes": "note",
        "emails": "email",
        "meetings": "meeting",
        "calls": "call",
        "tasks": "task",
    },
    "pipedrive": {"deals": "deal", "activities": "activity", "notes": "note"},
    "zendesk": {"tickets": "ticket", "comments": "comment"},
}
"""What the sandbox calls them, and what a timeline does."""

Record = Mapping[str, Any]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a timeline, but for who and whose; `body` in its letters alone, however it is set."""

    title: str | None = None
    body: str | None = None
    status: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    url: str | None = None
    occurred_at: datetime | None = None


def shown(view: InteractionView) -> Shown:
    """An entry as the product shows it."""
    return Shown(
        title=view.title,
        body=_letters(view.body),
        status=view.status,
        amount=_number(view.amount),
        currency=view.currency,
        url=view.url,
        occurred_at=view.occurred_at,
    )


def expected(provider: str, kind: str, record: Record, stage: str | None) -> Shown:
    """An entry as it should be shown; `stage` is what its stage is called."""
    return _WAYS[provider](kind, record, stage)


def _hubspot(kind: str, record: Record, stage: str | None) -> Shown:
    given = record["properties"]
    title, bodies, status, when = _HUBSPOT[kind]
    happened = [given.get(name) for name in when]
    return Shown(
        title=_text(given.get(title)),
        body=next(filter(None, (_letters(_read(given.get(name), name)) for name in bodies)), None),
        status=stage or _text(given.get(status)),
        amount=_number(given.get("amount")) if kind == "deals" else None,
        currency=given.get("deal_currency_code") if kind == "deals" else None,
        url=record["url"],
        occurred_at=_moment(next(filter(None, happened), record["createdAt"])),
    )


_HUBSPOT: Mapping[str, tuple[str, tuple[str, ...], str, tuple[str, ...]]] = {
    "deals": ("dealname", ("description",), "dealstage", ()),
    "tickets": ("subject", ("content",), "hs_pipeline_stage", ()),
    "notes": ("", ("hs_note_body",), "", ("hs_timestamp",)),
    "emails": ("hs_email_subject", ("hs_email_text", "hs_email_html"), "hs_email_status", ("hs_timestamp",)),
    "meetings": (
        "hs_meeting_title",
        ("hs_meeting_body",),
        "hs_meeting_outcome",
        ("hs_meeting_start_time", "hs_timestamp"),
    ),
    "calls": ("hs_call_title", ("hs_call_body",), "hs_call_status", ("hs_timestamp",)),
    "tasks": ("hs_task_subject", ("hs_task_body",), "hs_task_status", ("hs_timestamp",)),
}
"""Which properties are the title, the body, how far it got, and when; of several the first that says something."""

_PLAIN = frozenset({"description", "content", "hs_email_text"})


def _pipedrive(kind: str, record: Record, stage: str | None) -> Shown:
    match kind:
        case "deals":
            is_open = record["status"] == "open"
            return Shown(
                title=_text(record["title"]),
                status=stage if is_open and stage else record["status"],
                amount=_number(record["value"]),
                currency=record["currency"],
                occurred_at=_moment(record["add_time"]),
            )
        case "activities":
            due = " ".join(filter(None, (record["due_date"], record["due_time"])))
            return Shown(
                title=_text(record["subject"]),
                body=_letters(_read(record["note"] or record["public_description"], "note")),
                status="done" if record["done"] else "to do",
                occurred_at=_moment(due or record["add_time"]),
            )
        case _:
            return Shown(
                body=_letters(_read(record["content"], "content of a note")), occurred_at=_moment(record["add_time"])
            )


def _zendesk(kind: str, record: Record, _: str | None) -> Shown:
    ticket = record["ticket"] if kind == "comments" else record
    url = ticket["url"].replace("/api/v2/", "/agent/").removesuffix(".json")
    if kind == "comments":
        said = record["comment"]
        return Shown(
            title=_text(ticket["subject"]),
            body=_letters(said["plain_body"]),
            status="public" if said["public"] else "private",
            url=url,
            occurred_at=_moment(said["created_at"]),
        )
    return Shown(
        title=_text(ticket["subject"]),
        body=_letters(ticket["description"]),
        status=ticket["status"],
        url=url,
        occurred_at=_moment(ticket["created_at"]),
    )


_WAYS: Mapping[str, Callable[[str, Record, str | None], Shown]] = {
    "hubspot": _hubspot,
    "pipedrive": _pipedrive,
    "zendesk": _zendesk,
}


def _read(value: str | None, name: str) -> str | None:
    """What people read of a property, where it is HTML."""
    if value is None or name in _PLAIN:
        return value
    return unescape(re.sub(r"<[^>]*>", " ", value))


def _letters(value: str | None) -> str | None:
    return "".join((value or "").split()) or None


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _number(value: object) -> Decimal | None:
    try:
        return None if value in {None, ""} else Decimal(str(value))
    except InvalidOperation:
        return None


def _moment(value: str | None) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
