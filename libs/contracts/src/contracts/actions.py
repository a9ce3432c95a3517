"""What can be done in the accounts people connected, and what became of it."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from contracts.contacts import MAX_FIELD_CHARS
from contracts.event import Event
from contracts.interactions import InteractionKind

ActionKind = Literal["create_contact", "update_contact", "add_note", "send_email", "schedule_meeting"]
ActionState = Literal["queued", "running", "succeeded", "failed", "conflict"]

MAX_BODY_CHARS = 60_000

# It becomes a part of an address, so it holds nothing that means something there.
RecordId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z", description="The provider's own id")]
Line = Annotated[str, Meta(pattern=r"^(?!.*[\x00-\x1f\x7f])\s*\S", max_length=MAX_FIELD_CHARS)]
Words = Annotated[str, Meta(pattern=r"^(?![\s\S]*\x00)\s*\S", max_length=MAX_BODY_CHARS)]
Moment = Annotated[datetime, Meta(tz=True)]

Value = Line | None | UnsetType
"""A field's value; null says that there is none, and a field that is left out is not spoken of."""


class ContactFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fields of a contact; `email` and `phone` are the first ones."""

    first_name: Value = UNSET
    last_name: Value = UNSET
    email: Value = UNSET
    phone: Value = UNSET
    company: Value = UNSET
    job_title: Value = UNSET
    street: Value = UNSET
    city: Value = UNSET
    postal_code: Value = UNSET
    region: Value = UNSET
    country: Value = UNSET

    def given(self) -> dict[str, str | None]:
        """Tell the fields that are spoken of."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not UNSET}


class _Asked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"
):
    """What all actions have in common: they are told apart by their `kind`."""


class CreateContact(_Asked, frozen=True, kw_only=True, tag="create_contact"):
    """Make a contact."""

    contact: ContactFields


class UpdateContact(_Asked, frozen=True, kw_only=True, tag="update_contact"):
    """Write fields of a contact; `expected` says what was seen in each of them, and must still be there."""

    contact_id: RecordId
    changes: ContactFields
    expected: ContactFields


class AddNote(_Asked, frozen=True, kw_only=True, tag="add_note"):
    """Write something down about a contact, in plain text; `ticket_id` is where it belongs, if anywhere."""

    contact_id: RecordId
    body: Words
    ticket_id: RecordId | None = None


class SendEmail(_Asked, frozen=True, kw_only=True, tag="send_email"):
    """Write to a contact, in plain text, or what comes nearest to that; `ticket_id` is what it answers, if anything.

    `to` is the address that whoever asks saw; when the contact has another first one by then, nothing is sent.
    """

    contact_id: RecordId
    subject: Line
    body: Words
    to: Line | None = None
    ticket_id: RecordId | None = None


class ScheduleMeeting(_Asked, frozen=True, kw_only=True, tag="schedule_meeting"):
    """Put a meeting with a contact down for a time."""

    contact_id: RecordId
    title: Line
    starts_at: Moment
    ends_at: Moment
    body: Words | None = None
    location: Line | None = None


Action = CreateContact | UpdateContact | AddNote | SendEmail | ScheduleMeeting


class ActionWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `POST /actions` is asked for."""

    connection_id: UUID
    action: Action


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a connection can do, and what really happens then.

    `only_noted` says of an email or a meeting that it stands in the provider and nobody hears of it. `fields` are
    those it takes beside the ones that are always needed. `lacks` names the scopes that the account did not grant: as
    long as there are any, it is not done.
    """

    kind: ActionKind
    says: str
    fields: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    only_noted: bool = False


class PossibleActions(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection can do, and why it cannot do the rest."""

    items: list[Possible]
    not_possible: dict[ActionKind, str]


class RecordLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record that an action wrote; `kind` is None for a contact, `url` where people see it."""

    provider_id: str
    kind: InteractionKind | None = None
    url: str | None = None


class FieldConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is not as the caller saw it."""

    expected: str | None
    found: str | None


class ActionConflicts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an action was not done: fields that changed meanwhile, or the record that is there already."""

    fields: dict[str, FieldConflict] = {}
    existing: RecordLink | None = None


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """An action as `GET /actions/{id}` shows it.

    `can_undo` says whether `POST /actions/{id}/undo` is taken, and `why_not` why it is not.
    """

    id: UUID
    connection_id: UUID
    action: Action
    state: ActionState
    created_by: UUID
    created_at: datetime
    ended_at: datetime | None = None
    retry_at: datetime | None = None
    problem: str | None = None
    records: list[RecordLink] = []
    conflicts: ActionConflicts | None = None
    can_undo: bool = False
    why_not: str | None = None
    undoes: UUID | None = None
    undone_by: UUID | None = None


class ActionEnded(Event, frozen=True, kw_only=True):
    """An action came to its end; what it was is asked for.

    `key` is the one under which it was, and `provider_id` the first record that it wrote.
    """

    NAME: ClassVar[str] = "action.ended.v1"
    TOPIC: ClassVar[str] = "actions"

    action_id: UUID
    connection_id: UUID
    kind: ActionKind
    state: ActionState
    key: str | None = None
    provider_id: str | None = None
