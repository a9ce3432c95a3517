"""What persons and deals are written with: strictly typed, and nothing that is unknown."""

from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from sandbox.pipedrive.errors import invalid
from sandbox.pipedrive.seeds import parted
from sandbox.wire import HTTPRequest

InputT = TypeVar("InputT", bound=msgspec.Struct)


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """An address or a number."""

    value: str
    primary: bool = False
    label: str = "work"


class PersonInput(msgspec.Struct, forbid_unknown_fields=True):
    """A person to make or change."""

    name: str | UnsetType = UNSET
    owner_id: int | UnsetType = UNSET
    org_id: int | UnsetType | None = UNSET
    add_time: str | UnsetType = UNSET
    emails: list[Value] | UnsetType = UNSET
    phones: list[Value] | UnsetType = UNSET
    visible_to: int | UnsetType = UNSET
    label_ids: list[int] | UnsetType = UNSET
    postal_address: dict[str, str | None] | UnsetType | None = UNSET
    notes: str | UnsetType | None = UNSET
    im: list[Value] | UnsetType = UNSET
    birthday: str | UnsetType | None = UNSET
    job_title: str | UnsetType | None = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET


class DealInput(msgspec.Struct, forbid_unknown_fields=True):
    """A deal to make or change."""

    title: str | UnsetType = UNSET
    owner_id: int | UnsetType = UNSET
    person_id: int | UnsetType | None = UNSET
    org_id: int | UnsetType | None = UNSET
    pipeline_id: int | UnsetType = UNSET
    stage_id: int | UnsetType = UNSET
    value: float | int | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    status: Literal["open", "won", "lost"] | UnsetType = UNSET
    is_archived: bool | UnsetType = UNSET
    probability: float | int | UnsetType | None = UNSET
    lost_reason: str | UnsetType | None = UNSET
    visible_to: int | UnsetType = UNSET
    expected_close_date: str | UnsetType | None = UNSET
    label_ids: list[int] | UnsetType = UNSET
    custom_fields: dict[str, Any] | UnsetType = UNSET


async def read_input(request: HTTPRequest, wanted: type[InputT]) -> InputT:
    """Read a body. Raises `PipedriveError`."""
    try:
        return msgspec.json.decode(await request.body(), type=wanted)
    except msgspec.MsgspecError as error:
        raise invalid(str(error)) from error


def properties_of(given: msgspec.Struct) -> dict[str, Any]:
    """What was given, as a record keeps it: a name is parted, and of several values one is the primary one."""
    properties: dict[str, Any] = msgspec.to_builtins(given)
    if "name" in properties:
        properties |= parted(properties["name"])
    for name in ("emails", "phones"):
        values = properties.get(name)
        if values and not any(each["primary"] for each in values):
            values[0]["primary"] = True
    return properties
