"""What a provider can do besides being read, and the plain values that doing it speaks in."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec
from aiohttp import ClientSession
from contracts.actions import Action, ContactFields, FieldConflict, RecordLink, SendEmail, UpdateContact
from contracts.contacts import Contact
from contracts.interactions import InteractionKind

from providers.source import (
    Access,
    NotThere,
    Page,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    SourceContact,
    SourceProvider,
)
from providers.values import text

CLOCKS_APART = timedelta(minutes=2)
"""How far a provider's clock may be from ours, when we look for what we wrote ourselves."""


Remember = Callable[[Mapping[str, str | None]], Awaitable[None]]
"""Keeps what an update found, until it has ended."""

AsRead = Callable[[ContactFields, Mapping[str, str | None]], ContactFields]
"""Tells what will be read of fields that are written over those that are there."""


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """Something a provider can do: what really happens, in a sentence for people, and what it takes.

    Of each group of `scopes` the account must have granted one. `fields` are those it takes beside the ones that every
    provider takes; of `needs` at least one must be given. `only_noted` says of an email or a meeting that it stands in
    the provider and nobody hears of it.
    """

    says: str
    scopes: tuple[tuple[str, ...], ...]
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_noted: bool = False

    def lacks(self, granted: tuple[str, ...] | None) -> tuple[str, ...]:
        """Tell the scopes that were not granted, where it is known which were."""
        if granted is None:
            return ()
        return tuple(group[0] for group in self.scopes if not set(group) & set(granted))


async def _keep_nothing(found: Mapping[str, str | None]) -> None:
    pass


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of an action: a key of its own, and when it was asked for.

    `unsure` says that an earlier attempt at it may have been carried out without our hearing of it. `before` is what
    earlier attempts found in the fields they were about to write, `remember` keeps that for later ones.
    """

    key: str
    asked_at: datetime
    unsure: bool = False
    before: Mapping[str, str | None] = MappingProxyType({})
    remember: Remember = _keep_nothing


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What an action came to: the records it wrote, as links and as reading shows them.

    `page` is empty where they could not be read again; the next sync brings them. `inverse` undoes it, and `why_not`
    says why nothing does.
    """

    records: tuple[RecordLink, ...]
    page: Page = Page()
    inverse: UpdateContact | None = None
    why_not: str | None = None


class ActionConflict(ProviderError):
    """The record is not as the caller saw it, or there is one already; nothing was written."""

    def __init__(
        self, message: str, *, fields: Mapping[str, FieldConflict] | None = None, existing: RecordLink | None = None
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
        self.existing = existing


class RecordExists(ProviderRefused):
    """There is a record already of which there may be but one; `provider_id` is its id, where it was told."""

    def __init__(self, message: str, *, provider_id: str | None = None) -> None:
        super().__init__(message)
        self.provider_id = provider_id


class WriteUnsure(ProviderUnavailable):
    """What was to be written may have been written, or may not: the answer did not come."""


class OutcomeUnknown(ProviderError):
    """Whether an earlier attempt was carried out cannot be found out: a person has to look."""


@contextmanager
def writing() -> Iterator[None]:
    """Around a call that writes: when its answer does not come, nobody knows. Raises `WriteUnsure`."""
    try:
        yield
    except ProviderUnavailable as error:
        raise WriteUnsure(str(error), after_seconds=error.after_seconds) from error


class Reader:
    """Reads single records of a connection, in the way that all reading goes."""

    def __init__(self, provider: SourceProvider, http: ClientSession, access: Access) -> None:
        self._provider = provider
        self._http = http
        self._access = access

    async def contact(self, contact_id: str) -> SourceContact:
        """Read a contact as it is now. Raises `NotThere` and other `ProviderError`."""
        page = await self._provider.fetch_records(self._http, self._access, None, [contact_id])
        if page.contacts:
            return page.contacts[0]
        raise NotThere("This contact is not there any more, or cannot be read.")

    async def contacts(self, ids: Sequence[str]) -> tuple[SourceContact, ...]:
        """Read some contacts as they are now, those that are there. Raises `ProviderError`."""
        page = await self._provider.fetch_records(self._http, self._access, None, ids) if ids else Page()
        return page.contacts

    async def again(self, kind: InteractionKind | None, provider_id: str) -> Page:
        """Read what was written, if the provider will just now: it is written all the same."""
        if kind not in self._provider.fetchable:
            return Page()
        try:
            return await self._provider.fetch_records(self._http, self._access, kind, [provider_id])
        except ProviderError:
            return Page()


def seen(contact: Contact) -> dict[str, str | None]:
    """Tell the fields of a contact that an action may write, as reading shows them."""
    first = {"email": next(iter(contact.emails), None), "phone": next(iter(contact.phones), None)}
    return {name: first[name] if name in first else getattr(contact, name) for name in ContactFields.__struct_fields__}


def still_to_write(
    wanted: Mapping[str, str | None], expected: Mapping[str, str | None], found: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Tell which fields are not yet as they are wanted. Raises `ActionConflict` for those that are not as expected."""
    missing = {name: value for name, value in wanted.items() if not same(name, found[name], value)}
    changed = {
        name: FieldConflict(expected=expected.get(name), found=found[name])
        for name in missing
        if not same(name, found[name], expected.get(name))
    }
    if changed:
        raise ActionConflict(f"It has changed meanwhile: {', '.join(changed)}.", fields=changed)
    return missing


def check_recipient(action: Action, contact: Contact, attempt: Attempt) -> None:
    """Refuse an email to another address than was seen. Raises `ActionConflict`.

    Not where an earlier attempt may have been carried out: then the word is that of the first.
    """
    if not isinstance(action, SendEmail) or action.to is None or attempt.unsure:
        return
    found = seen(contact)["email"]
    if not same("email", found, action.to):
        changed = {"email": FieldConflict(expected=action.to, found=found)}
        raise ActionConflict("Its address has changed meanwhile; nothing was sent.", fields=changed)


def same(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values of a field are the same to who reads them."""
    one, other = text(one), text(other)
    return (one or "").lower() == (other or "").lower() if name == "email" else one == other


def matches(wanted: ContactFields, contact: Contact, *, created_since: datetime) -> bool:
    """Whether a contact is the one that was to be made, and was made since."""
    found = seen(contact)
    told = all(same(name, found[name], value) for name, value in wanted.given().items())
    return told and contact.created_at is not None and contact.created_at >= created_since


async def update_contact(
    reader: Reader,
    action: UpdateContact,
    attempt: Attempt,
    write: Callable[[SourceContact, Mapping[str, str | None]], Awaitable[None]],
    *,
    as_read: AsRead = lambda fields, _: fields,
    kept: Callable[[SourceContact], Mapping[str, str | None]] = lambda _: {},
) -> Done:
    """Read a contact, compare, have `write` write what is not yet as it is wanted, and read it again.

    To do it twice comes to the same, and what it takes to undo it is known before anything is written. `as_read` tells
    what will be read of what is written, `kept` of some fields what is to be written to have them back, where either
    is not the same.
    """
    before = await reader.contact(action.contact_id)
    found = seen(before.contact)
    wanted = as_read(action.changes, found).given()
    missing = still_to_write(wanted, found | action.expected.given(), found)
    page = Page(contacts=(before,))
    if not missing and not attempt.before:
        return Done(records=(link_of(before),), page=page, why_not="It was so already, and nothing was written.")
    values = {**found, **kept(before)}
    # An earlier attempt may have written some of it: what stood there is what that one found.
    replaced = {name: values[name] for name in missing} | dict(attempt.before)
    if missing:
        await attempt.remember(replaced)
        await write(before, missing)
        page = await reader.again(None, before.provider_id)
    after = seen(page.contacts[0].contact) if page.contacts else wanted
    inverse = UpdateContact(
        contact_id=before.provider_id,
        changes=ContactFields(**replaced),
        expected=ContactFields(**{name: after[name] for name in replaced}),
    )
    return Done(records=(link_of(page.contacts[0] if page.contacts else before),), page=page, inverse=inverse)


def link_of(contact: SourceContact) -> RecordLink:
    """Tell where people see a contact."""
    return RecordLink(provider_id=contact.provider_id, url=contact.contact.url)


def links_of(page: Page, provider_id: str, kind: InteractionKind | None = None) -> tuple[RecordLink, ...]:
    """Tell where people see what was written, as far as it could be read again."""
    found = [each for each in page.interactions if each.provider_id == provider_id]
    if kind is None and page.contacts:
        return (link_of(page.contacts[0]),)
    url = found[0].interaction.url if found else None
    return (RecordLink(provider_id=provider_id, kind=kind, url=url),)
