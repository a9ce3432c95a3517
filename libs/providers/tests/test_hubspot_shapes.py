"""Deals, tickets and engagements as HubSpot writes them, and as we understand them."""

import msgspec
import pytest
from providers.hubspot_shapes import MAX_BODY_CHARS, SHAPES, read_dealing
from providers.records import read_each

CREATED = "2026-02-25T16:26:25.880Z"
UPDATED = "2026-03-09T20:29:45.981Z"
HAPPENED = "2026-03-01T09:00:00Z"


def read(kind: str, **properties: str | None) -> dict[str, object]:
    record = {"id": "5", "properties": properties, "createdAt": CREATED, "updatedAt": UPDATED, "url": None}
    dealing = read_dealing(msgspec.json.encode(record), SHAPES[kind])
    told = msgspec.to_builtins(dealing.interaction)
    assert (told.pop("created_at"), told.pop("updated_at")) == (
        "2026-02-25T16:26:25.880000Z",
        "2026-03-09T20:29:45.981000Z",
    )
    return told


@pytest.mark.parametrize(
    ("kind", "properties", "understood"),
    [
        (
            "tickets",
            {
                "subject": "Cannot sign in",
                "content": "Since <b>Monday</b>",
                "hs_pipeline": "0",
                "hs_pipeline_stage": "1",
                "hs_ticket_priority": "HIGH",
                "hubspot_owner_id": "7",
            },
            {
                "kind": "ticket",
                "title": "Cannot sign in",
                "body": "Since <b>Monday</b>",
                "status": "1",
                "priority": "HIGH",
                "pipeline": "0",
                "owner": "7",
                "occurred_at": "2026-02-25T16:26:25.880000Z",
            },
        ),
        (
            "notes",
            {"hs_timestamp": HAPPENED, "hs_note_body": "<div><p>Met &amp; talked</p></div>"},
            {"kind": "note", "body": "Met & talked", "occurred_at": HAPPENED},
        ),
        (
            "emails",
            {
                "hs_timestamp": HAPPENED,
                "hs_email_subject": "Offer",
                "hs_email_text": "Dear <you>",
                "hs_email_html": "<p>Other</p>",
                "hs_email_status": "SENT",
            },
            {"kind": "email", "title": "Offer", "body": "Dear <you>", "status": "SENT", "occurred_at": HAPPENED},
        ),
        (
            "emails",
            {"hs_timestamp": None, "hs_email_text": " ", "hs_email_html": "<p>Dear</p><p>you</p>"},
            {"kind": "email", "body": "Dear\nyou", "occurred_at": "2026-02-25T16:26:25.880000Z"},
        ),
        (
            "meetings",
            {
                "hs_timestamp": "2026-01-01T00:00:00Z",
                "hs_meeting_start_time": HAPPENED,
                "hs_meeting_end_time": "2026-03-01T10:00:00Z",
                "hs_meeting_title": "Review",
                "hs_meeting_body": "Agenda<br>One",
                "hs_meeting_outcome": "SCHEDULED",
            },
            {
                "kind": "meeting",
                "title": "Review",
                "body": "Agenda\nOne",
                "status": "SCHEDULED",
                "occurred_at": HAPPENED,
                "ends_at": "2026-03-01T10:00:00Z",
            },
        ),
        (
            "calls",
            {"hs_timestamp": HAPPENED, "hs_call_title": None, "hs_call_body": "Hi", "hs_call_status": "NO_ANSWER"},
            {"kind": "call", "body": "Hi", "status": "NO_ANSWER", "occurred_at": HAPPENED},
        ),
        (
            "tasks",
            {
                "hs_timestamp": HAPPENED,
                "hs_task_subject": "Call back",
                "hs_task_status": "COMPLETED",
                "hs_task_priority": "NONE",
            },
            {"kind": "task", "title": "Call back", "status": "COMPLETED", "occurred_at": HAPPENED},
        ),
    ],
)
def test_each_kind_is_read_whole(kind, properties, understood):
    assert read(kind, **properties) == understood


@pytest.mark.parametrize("kind", SHAPES)
def test_a_record_of_nulls_is_one_of_nothing(kind):
    stream = SHAPES[kind].stream

    told = read(kind, **dict.fromkeys(stream.properties))

    assert told == {"kind": stream.kind, "occurred_at": "2026-02-25T16:26:25.880000Z"}


@pytest.mark.parametrize("kind", SHAPES)
def test_what_is_read_is_asked_for(kind):
    shape = SHAPES[kind]
    read_from = {shape.title, shape.status, shape.priority, shape.pipeline, shape.amount, shape.currency, shape.created}

    assert {*shape.stream.properties} >= {*shape.body, *shape.markup, *shape.occurred, *read_from} - {None}


def test_an_overlong_body_is_left_out_and_the_next_one_counts():
    told = read("emails", hs_email_text="x" * (MAX_BODY_CHARS + 1), hs_email_html="<p>short</p>")

    assert told["body"] == "short"


def test_a_property_that_is_no_text_costs_its_record_alone():
    raws = [b'{"id":"1","properties":{"hs_note_body":{"a":1}}}', b'{"id":"2","properties":{"hs_note_body":"Hi"}}']

    understood, skipped = read_each(raws, lambda raw: read_dealing(raw, SHAPES["notes"]))

    assert [each.provider_id for each in understood] == ["2"]
    assert [each.provider_id for each in skipped] == ["1"]
    assert "hs_note_body" in skipped[0].reason
