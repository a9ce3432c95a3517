"""Zendesk's users: which of them are contacts, and what they say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
from contracts.contacts import Contact

from providers.names import cut_name
from providers.records import Unreadable, read_each
from providers.source import Page, SourceContact, SourceGone
from providers.values import emails, instant, texts
from providers.zendesk_api import ObjectId, page_address

CONTACT_ROLE = "end-user"
_ERASED = "Permanently Deleted User"


class _User(msgspec.Struct):
    """A user; every field but the id may be null."""

    id: ObjectId
    role: str | None = None
    active: bool | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class _Identity(msgspec.Struct):
    """One of the addresses a user is known by; the other kinds are accounts elsewhere."""

    user_id: ObjectId
    type: str | None = None
    value: str | None = None
    primary: bool | None = None


class _Known(msgspec.Struct):
    user: _User
    identities: list[_Identity] = []


_USERS = msgspec.json.Decoder(_User)
_IDENTITIES = msgspec.json.Decoder(_Identity)
_KNOWN = msgspec.json.Decoder(_Known)


def read_page(records: Sequence[bytes], identities: Sequence[bytes]) -> Page:
    """Read a page of users, each with its identities."""
    understood, skipped = read_each(records, partial(_read_user, identities=_by_user(identities)))
    return Page(
        contacts=tuple(each for each in understood if isinstance(each, SourceContact)),
        gone=tuple(each for each in understood if isinstance(each, SourceGone)),
        skipped=skipped,
    )


def normalize(raw: bytes) -> Contact:
    """Read a kept contact again. Raises `ValueError` when it cannot be read."""
    return _to_contact(_KNOWN.decode(raw))


def _read_user(raw: bytes, *, identities: Mapping[int, Sequence[bytes]]) -> SourceContact | SourceGone:
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
    whole = b'{"user":%b,"identities":[%b]}' % (raw, b",".join(identities.get(user.id, ())))
    return SourceContact(provider_id=provider_id, raw=whole, contact=normalize(whole))


def _to_contact(known: _Known) -> Contact:
    user = known.user
    first_name, last_name = cut_name(user.name)
    others = sorted(known.identities, key=lambda each: not each.primary)
    return Contact(
        first_name=first_name,
        last_name=last_name,
        emails=emails([user.email, *_values(others, "email")]),
        phones=texts([user.phone, *_values(others, "phone_number")]),
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
