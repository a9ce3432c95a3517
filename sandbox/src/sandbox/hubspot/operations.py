"""What can be done with records, and when HubSpot refuses."""

import re
from collections.abc import Mapping, Sequence

from sandbox import acts, changes
from sandbox.clock import iso, now_ms, parse_ms
from sandbox.hubspot.catalogue import CONTACTS, DATETIMES, LIFECYCLE, READ_ONLY, ObjectType
from sandbox.hubspot.errors import conflict, invalid, not_found
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.tables import Table
from sandbox.store import Sandbox

Given = Mapping[str, str | int | float | bool | None]
"""Properties as they come: HubSpot takes numbers and truths, and keeps text."""

MOST_MERGES = 250
_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")


def find_row(portal: Portal, table: Table, text: str, *, id_property: str | None = None) -> int:
    """The living record an id leads to, also over merges. Raises `HubSpotError`."""
    row = portal.holder_of(text) if id_property == "email" else portal.present_row(table.kind.name, text)
    if row is None:
        raise not_found()
    return row


def create(sandbox: Sandbox, portal: Portal, table: Table, given: Given, links: Sequence[tuple[str, int]] = ()) -> int:
    """Make a record; returns its row. Raises `HubSpotError`."""
    if table.kind is CONTACTS and not given:
        raise invalid("No properties found to create, please provide at least one")
    if "hs_timestamp" in table.kind.properties and not given.get("hs_timestamp"):
        raise invalid("hs_timestamp is required", code="REQUIRED_FIELD", property_name="hs_timestamp")
    properties = _checked(table.kind, given)
    _check_email(portal, table, properties, row=None)
    properties |= {"hs_object_source": "INTEGRATION", "hs_object_source_label": "INTEGRATION"}
    return sandbox.commit(
        changes.Created(
            at=now_ms(),
            account=portal.opened.account,
            kind=table.kind.name,
            properties=properties,
            links=tuple(links),
        )
    )


def edit(sandbox: Sandbox, portal: Portal, table: Table, row: int, given: Given) -> None:
    """Write properties of a living record. Raises `HubSpotError`."""
    properties = _checked(table.kind, given)
    _check_email(portal, table, properties, row=row)
    if _steps_back(table.record(row).properties.get("lifecyclestage"), properties.get("lifecyclestage")):
        del properties["lifecyclestage"]
    acts.edit(sandbox, portal, table.kind.name, row, properties)


def archive(sandbox: Sandbox, portal: Portal, table: Table, text: str) -> None:
    """Delete a record, in the way that can be undone; one that is not there is no error."""
    row = table.row_of(text)
    if row is not None and table.lives(row):
        acts.archive(sandbox, portal, table.kind.name, row)


def erase(sandbox: Sandbox, portal: Portal, text: str, *, id_property: str | None = None) -> None:
    """Delete a contact for good, archived or not; one that is not there is no error."""
    table = portal.contacts
    row = portal.holder_of(text) if id_property == "email" else table.row_of(text)
    if row is not None and not table.record(row).gone:
        acts.erase(sandbox, portal, table.kind.name, row)


def merge(sandbox: Sandbox, portal: Portal, table: Table, primary: str, other: str) -> int:
    """Make one new record of two; returns its row. Raises `HubSpotError`."""
    rows = [find_row(portal, table, text) for text in (primary, other)]
    if rows[0] == rows[1]:
        raise invalid("A record cannot be merged with itself")
    earlier = [table.record(row).properties.get("hs_merged_object_ids") or "" for row in rows]
    if sum(len(ids.split(";")) for ids in earlier) > MOST_MERGES:
        raise invalid(f"A record takes at most {MOST_MERGES} merges")
    return acts.merge(sandbox, portal, table.kind.name, *rows)


def _checked(kind: ObjectType, given: Given) -> dict[str, str | None]:
    """Properties as HubSpot keeps them: text, where an empty one is none. Raises `HubSpotError`."""
    properties: dict[str, str | None] = {}
    for name, value in given.items():
        if name not in kind.properties:
            raise invalid(f'Property "{name}" does not exist', code="PROPERTY_DOESNT_EXIST", property_name=name)
        if name in READ_ONLY:
            raise invalid(f'"{name}" is a read only property', code="READ_ONLY_VALUE", property_name=name)
        properties[name] = _text(name, value)
    return properties


def _text(name: str, value: str | int | float | bool | None) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip() if value is not None else ""
    if not text:
        return None
    if name not in DATETIMES:
        return text
    try:
        return iso(parse_ms(text))
    except (ValueError, OverflowError) as error:
        raise invalid(f"{text} was not a valid date", code="INVALID_DATE", property_name=name) from error


def _check_email(portal: Portal, table: Table, properties: Given, *, row: int | None) -> None:
    email = properties.get("email")
    if table.kind is not CONTACTS or not isinstance(email, str):
        return
    if not _EMAIL.fullmatch(email):
        raise invalid(f"Email address {email} is invalid", code="INVALID_EMAIL", property_name="email")
    holder = portal.holder_of(email)
    if holder is not None and holder != row:
        raise conflict(table.id_of(holder))


def _steps_back(before: str | None, after: str | None) -> bool:
    if before not in LIFECYCLE or after not in LIFECYCLE:
        return False
    return LIFECYCLE.index(after) < LIFECYCLE.index(before)
