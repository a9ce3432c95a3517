"""What was done with an account's people before anyone touches it: tickets, notes, mails, meetings, calls and tasks."""

from collections.abc import Callable, Mapping

from sandbox.clock import iso

Properties = dict[str, str | None]
HOUR = 3_600_000

PER_BLOCK = {"deals": 2, "tickets": 1, "notes": 2, "emails": 2, "meetings": 1, "calls": 1, "tasks": 1}
"""How many there are for six people who work together."""

_TROUBLES = (
    "cannot sign in",
    "invoice is wrong",
    "delivery is late",
    "export is empty",
    "two accounts",
    "phone is down",
)
_TALKS = ("Introduction", "Review of the quarter", "Demonstration", "Price", "Handover", "Roadmap")
_REMARKS = ("met at the fair", "wants a call in spring", "knows our old product", "prefers mail", "asked about prices")
_DUTIES = ("Send the offer", "Call back", "Ask for a reference", "Book the room", "Check the contract")


def dealing(kind: str, customer: str, luck: int, created: int) -> Properties:
    """What one of a kind says, in HubSpot's properties; `created` is when it was made, in milliseconds."""
    return _WAYS[kind](customer, luck, created)


def _ticket(customer: str, luck: int, _: int) -> Properties:
    stage = ("1", "2", "4")[luck % 3]
    return {
        "subject": f"{customer}: {_TROUBLES[luck >> 4 & 3]}",
        "content": None
        if luck >> 8 & 7 == 0
        else f"They say: {_TROUBLES[luck >> 12 & 3]}.\nSince {luck >> 16 & 7} days.",
        "hs_pipeline": "0",
        "hs_pipeline_stage": stage,
        "hs_ticket_category": "BILLING_ISSUE" if luck >> 20 & 1 else None,
        "hs_ticket_priority": (None, "LOW", "MEDIUM", "HIGH")[luck >> 24 & 3],
    }


def _note(customer: str, luck: int, created: int) -> Properties:
    remark = _REMARKS[luck % len(_REMARKS)]
    return {
        "hs_timestamp": iso(created),
        "hs_note_body": f"<div><p>{customer} &amp; us: <strong>{remark}</strong></p></div>",
        "hs_body_preview": f"{customer} & us: {remark}",
    }


def _email(customer: str, luck: int, created: int) -> Properties:
    talk, written = _TALKS[luck % len(_TALKS)], luck >> 8 & 3
    return {
        "hs_timestamp": iso(created),
        "hs_email_subject": f"{talk} with {customer}" if luck >> 4 & 7 else None,
        "hs_email_text": f"Dear all,\n{talk} it is.\n" if written != 1 else None,
        "hs_email_html": f"<html><body><p>Dear all,</p><p>{talk} it is.</p></body></html>" if written else None,
        "hs_email_direction": "INCOMING_EMAIL" if luck >> 12 & 1 else "EMAIL",
        "hs_email_status": None if luck >> 16 & 7 == 0 else "SENT",
        "hs_email_headers": '{"from":{"email":"robin@portal.example"},"to":[]}',
    }


def _meeting(customer: str, luck: int, created: int) -> Properties:
    begins = created + (luck >> 8 & 63) * HOUR
    return {
        "hs_timestamp": iso(begins),
        "hs_meeting_title": f"{_TALKS[luck % len(_TALKS)]}: {customer}",
        "hs_meeting_body": "<p>Agenda</p><ul><li>Where we stand</li><li>What is next</li></ul>"
        if luck >> 4 & 1
        else None,
        "hs_meeting_start_time": iso(begins),
        "hs_meeting_end_time": iso(begins + HOUR),
        "hs_meeting_outcome": ("SCHEDULED", "COMPLETED", "NO_SHOW", None)[luck >> 16 & 3],
        "hs_meeting_location": "Room 4" if luck >> 20 & 1 else None,
    }


def _call(customer: str, luck: int, created: int) -> Properties:
    return {
        "hs_timestamp": iso(created),
        "hs_call_title": f"Call with {customer}" if luck >> 4 & 3 else None,
        "hs_call_body": f"<p>{_REMARKS[luck % len(_REMARKS)]}</p>",
        "hs_call_direction": "INBOUND" if luck >> 8 & 1 else "OUTBOUND",
        "hs_call_duration": str(luck >> 12 & 0xFFFFF),
        "hs_call_status": "COMPLETED" if luck >> 32 & 3 else "NO_ANSWER",
    }


def _task(_: str, luck: int, created: int) -> Properties:
    return {
        "hs_timestamp": iso(created + 24 * HOUR),
        "hs_task_subject": _DUTIES[luck % len(_DUTIES)],
        "hs_task_body": None if luck >> 4 & 1 else "<p>Before the week is over.</p>",
        "hs_task_status": "COMPLETED" if luck >> 8 & 1 else "NOT_STARTED",
        "hs_task_priority": ("NONE", "LOW", "MEDIUM", "HIGH")[luck >> 12 & 3],
        "hs_task_type": "CALL" if luck >> 16 & 1 else "TODO",
    }


_WAYS: Mapping[str, Callable[[str, int, int], Properties]] = {
    "tickets": _ticket,
    "notes": _note,
    "emails": _email,
    "meetings": _meeting,
    "calls": _call,
    "tasks": _task,
}
