"""What HubSpot's deals, tickets and engagements say, kind by kind: which of their properties means what."""

import msgspec
from contracts.interactions import Interaction, InteractionKind

from providers.hubspot_api import merged_ids, object_id
from providers.hubspot_records import Record, Stream
from providers.markup import plain_text
from providers.values import currency, decimal, instant, text, web_address

MAX_BODY_CHARS = 65_536
_DECODER = msgspec.json.Decoder(Record)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of a kind, by what they mean to us; of several the first that says something counts.

    `markup` are bodies in HTML.
    """

    object_type: str
    kind: InteractionKind
    title: str | None = None
    body: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    status: str | None = None
    priority: str | None = None
    pipeline: str | None = None
    amount: str | None = None
    currency: str | None = None
    occurred: tuple[str, ...] = ()
    ends: str | None = None
    created: str = "createdate"
    kept: tuple[str, ...] = ()
    """Properties for the raw record alone."""
    merges: bool = False
    customized: bool = False

    @property
    def stream(self) -> Stream:
        """What to ask for."""
        single = (
            self.title,
            self.status,
            self.priority,
            self.pipeline,
            self.amount,
            self.currency,
            self.created,
            self.ends,
        )
        merged = ("hs_merged_object_ids",) if self.merges else ()
        names = (*self.body, *self.markup, *self.occurred, *self.kept, *merged, *filter(None, single))
        return Stream(
            object_type=self.object_type,
            stamp="hs_lastmodifieddate",
            properties=tuple(sorted({*names, "hs_lastmodifieddate", "hubspot_owner_id"})),
            kind=self.kind,
            customized=self.customized,
        )


SHAPES = {
    "deals": Shape(
        object_type="deals",
        kind="deal",
        title="dealname",
        body=("description",),
        status="dealstage",
        pipeline="pipeline",
        amount="amount",
        currency="deal_currency_code",
        ends="closedate",
        kept=("dealtype",),
        merges=True,
        customized=True,
    ),
    "tickets": Shape(
        object_type="tickets",
        kind="ticket",
        title="subject",
        body=("content",),
        status="hs_pipeline_stage",
        priority="hs_ticket_priority",
        pipeline="hs_pipeline",
        ends="closed_date",
        kept=("hs_ticket_category",),
        merges=True,
        customized=True,
    ),
    "notes": Shape(
        object_type="notes",
        kind="note",
        markup=("hs_note_body",),
        occurred=("hs_timestamp",),
        created="hs_createdate",
    ),
    "emails": Shape(
        object_type="emails",
        kind="email",
        title="hs_email_subject",
        body=("hs_email_text",),
        markup=("hs_email_html",),
        status="hs_email_status",
        occurred=("hs_timestamp",),
        created="hs_createdate",
        kept=("hs_email_direction", "hs_email_headers"),
    ),
    "meetings": Shape(
        object_type="meetings",
        kind="meeting",
        title="hs_meeting_title",
        markup=("hs_meeting_body",),
        status="hs_meeting_outcome",
        occurred=("hs_meeting_start_time", "hs_timestamp"),
        created="hs_createdate",
        ends="hs_meeting_end_time",
        kept=("hs_meeting_location",),
    ),
    "calls": Shape(
        object_type="calls",
        kind="call",
        title="hs_call_title",
        markup=("hs_call_body",),
        status="hs_call_status",
        occurred=("hs_timestamp",),
        created="hs_createdate",
        kept=("hs_call_direction", "hs_call_duration"),
    ),
    "tasks": Shape(
        object_type="tasks",
        kind="task",
        title="hs_task_subject",
        markup=("hs_task_body",),
        status="hs_task_status",
        priority="hs_task_priority",
        occurred=("hs_timestamp",),
        created="hs_createdate",
        kept=("hs_task_type",),
    ),
}
"""By the object type that stands in paths, which is the stream's name too."""


class Dealing(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction as read from its own JSON, which names neither its contacts nor what ids are called."""

    provider_id: str
    raw: bytes
    interaction: Interaction
    pipeline_id: str | None
    stage_id: str | None
    absorbed: tuple[str, ...]


def read_dealing(raw: bytes, shape: Shape) -> Dealing:
    """Read a deal, a ticket or an engagement. Raises `ValueError` when it cannot be read."""
    record = _DECODER.decode(raw)
    merged = record.value("hs_merged_object_ids") if shape.merges else None
    return Dealing(
        provider_id=object_id(record.id),
        raw=raw,
        interaction=_to_interaction(record, shape),
        pipeline_id=text(record.value(shape.pipeline)),
        stage_id=text(record.value(shape.status)),
        absorbed=merged_ids(record.id, merged),
    )


def _to_interaction(record: Record, shape: Shape) -> Interaction:
    value = record.value
    created_at = instant(record.created_at) or instant(value(shape.created))
    happened = [instant(value(name)) for name in shape.occurred]
    return Interaction(
        kind=shape.kind,
        title=text(value(shape.title)),
        body=_body(record, shape),
        status=text(value(shape.status)),
        priority=_priority(value(shape.priority)),
        pipeline=text(value(shape.pipeline)),
        amount=decimal(value(shape.amount)),
        currency=currency(value(shape.currency)),
        owner=text(value("hubspot_owner_id")),
        url=web_address(record.url),
        occurred_at=next(filter(None, happened), created_at),
        ends_at=instant(value(shape.ends)),
        created_at=created_at,
        updated_at=instant(record.updated_at) or instant(value("hs_lastmodifieddate")),
    )


def _body(record: Record, shape: Shape) -> str | None:
    plain = (record.value(name) for name in shape.body)
    stripped = (plain_text(record.value(name)) for name in shape.markup)
    bodies = (text(body, max_chars=MAX_BODY_CHARS) for body in (*plain, *stripped))
    return next(filter(None, bodies), None)


def _priority(value: str | None) -> str | None:
    priority = text(value)
    return None if priority == "NONE" else priority
