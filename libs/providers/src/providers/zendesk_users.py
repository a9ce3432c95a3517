"""Zendesk's users: which of them are contacts, and what they say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
from contracts.contacts import Contact

from providers.names import cut_name
from providers.records import Unreadable, read_each
from providers.source import Page, SourceContact, SourceGone
from providers.values import emails, instant, text, texts
from providers.zendesk_api import ObjectId, page_address

CONTACT_ROLE = "end-user"
INCLUDE = ("identities", "organizations")
"""What has to come along with users."""

_ERASED = "Permanently Deleted User"


class _User(msgspec.Struct):
    """A user; every field but the id may be null."""

    id: ObjectId
    role: str | None = None
    active: bool | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    shared_phone_number: bool | None = None
    organization_id: int | None = None
    url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class _Identity(msgspec.Struct):
    """One of the addresses a user is known by; the other kinds are accounts elsewhere."""

    user_id: ObjectId
    type: str | None = None
    value: str | None = None
    primary: bool | None = None


class _Organization(msgspec.Struct):
    """Where a user belongs. The rest of it is no part of a contact, and would change a thousand of them at once."""

    id: ObjectId
    name: str | None = None


class _Known(msgspec.Struct):
    user: _User
    identities: list[_Identity] = []
    organizations: list[_Organization] = []


_USERS = msgspec.json.Decoder(_User)
_IDENTITIES = msgspec.json.Decoder(_Identity)
_ORGANIZATIONS = msgspec.json.Decoder(_Organization)
_KNOWN = msgspec.json.Decoder(_Known)


def read_page(records: Sequence[bytes], identities: Sequence[bytes], organizations: Sequence[bytes]) -> Page:
    """Read a page of users, each with its identities and its organization."""
    read = partial(_read_user, identities=_by_user(identities), organizations=_by_id(organizations))
    understood, skipped = read_each(records, read)
    return Page(
        contacts=tuple(each for each in understood if isinstance(each, SourceContact)),
        gone=tuple(each for each in understood if isinstance(each, SourceGone)),
        skipped=skipped,
    )


def normalize(raw: bytes) -> Contact:
    """Read a kept contact again. Raises `ValueError` when it cannot be read."""
    return _to_contact(_KNOWN.decode(raw))


def _read_user(
    raw: bytes, *, identities: Mapping[int, Sequence[bytes]], organizations: Mapping[int, bytes]
) -> SourceContact | SourceGone:
    user = _USERS.decode(raw)
    provider_id = str(user.id)
    if user.active is False:
        # Who was merged into another is no different from who was deleted: nothing names the survivor.
        return SourceGone(provider_id=provider_id, reason="erased" if user.name == _ERASED else "deleted")
    if user.role is None:
        raise Unreadable("Zendesk does not say whether this is a customer or an agent")
    if user.role != CONTACT_ROLE:
        # Agents come in the same list. One who was a customer before is no longer one; the others nobody ever met.
        return SourceGone(provider_id=provider_id, reason="absent")
    organization = organizations.get(user.organization_id or 0)
    belongs = b',"organizations":[%b]' % organization if organization else b""
    whole = b'{"user":%b,"identities":[%b]%b}' % (raw, b",".join(identities.get(user.id, ())), belongs)
    return SourceContact(provider_id=provider_id, raw=whole, contact=normalize(whole))


def _to_contact(known: _Known) -> Contact:
    user = known.user
    first_name, last_name = cut_name(user.name)
    others = sorted(known.identities, key=lambda each: not each.primary)
    return Contact(
        first_name=first_name,
        last_name=last_name,
        emails=emails([user.email, *_values(others, "email")]),
        # A number that others have too says nothing of who this is; an identity is one user's own.
        phones=texts([None if user.shared_phone_number else user.phone, *_values(others, "phone_number")]),
        company=next((text(each.name) for each in known.organizations), None),
        url=page_address(user.url),
        created_at=instant(user.created_at),
        updated_at=instant(user.updated_at),
    )


def _values(identities: Iterable[_Identity], kind: str) -> Iterable[str | None]:
    return (each.value for each in identities if each.type == kind)


def _by_user(records: Iterable[bytes]) -> Mapping[int, Sequence[bytes]]:
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for raw in records:
        try:
            raw.decode()
            found[_IDENTITIES.decode(raw).user_id].append(raw)
        except (ValueError, RecursionError):
            continue  # an address we cannot read is absent; its user is not
    # The same identities have to be the same bytes, in whatever order they came.
    return {user_id: sorted(identities) for user_id, identities in found.items()}


def _by_id(records: Iterable[bytes]) -> Mapping[int, bytes]:
    found: dict[int, bytes] = {}
    for raw in records:
        try:
            organization = _ORGANIZATIONS.decode(raw)
            found[organization.id] = msgspec.json.encode(organization)
        except (ValueError, RecursionError):
            continue
    return found
