"""Zendesk's merges: a user goes like one who was deleted, and all of their addresses turn up with somebody else."""

from collections import defaultdict
from collections.abc import Mapping

import msgspec
from contracts.contacts import Contact

from providers import zendesk_users
from providers.source import Page, SourceContact


def tell_merged(page: Page, kept: Mapping[str, bytes]) -> Page:
    """Tell who lives on in another contact of a page, by what was kept of them."""
    holders = {email.lower(): each for each in page.contacts for email in each.contact.emails}
    absorbed: defaultdict[str, list[str]] = defaultdict(list)
    for gone in page.gone:
        known = _read(kept.get(gone.provider_id)) if gone.kind is None and gone.reason == "deleted" else None
        if known and (survivor := _survivor(known, holders)):
            absorbed[survivor.provider_id].append(gone.provider_id)
    if not absorbed:
        return page
    contacts = (
        msgspec.structs.replace(each, absorbed=(*each.absorbed, *absorbed[each.provider_id]))
        if each.provider_id in absorbed
        else each
        for each in page.contacts
    )
    return msgspec.structs.replace(page, contacts=tuple(contacts))


def _survivor(known: Contact, holders: Mapping[str, SourceContact]) -> SourceContact | None:
    """Find the one who has all addresses of somebody.

    The address of a deleted user is free for anybody new. Who was there while it was still theirs, got it from a merge.
    """
    found = [holders.get(email.lower()) for email in known.emails]
    first = found[0] if found else None
    if first is None or any(each is not first for each in found):
        return None
    came_at, last_seen_at = first.contact.created_at, known.updated_at
    return first if came_at and last_seen_at and came_at <= last_seen_at else None


def _read(raw: bytes | None) -> Contact | None:
    try:
        return zendesk_users.normalize(raw) if raw else None
    except (ValueError, RecursionError):
        return None
