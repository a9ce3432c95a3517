"""The events that tell what was written."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from contracts.contacts import ContactFetched, ContactGone
from contracts.interactions import Interaction, InteractionFetched, InteractionGone

from sync_worker.erasure_queries import Erased, ErasedInteraction
from sync_worker.run import Origin
from sync_worker.source_queries import InteractionKey, Saved, SavedInteraction, Went, WentInteraction


class _ContactFetched(ContactFetched, frozen=True, kw_only=True):
    """The event with a contact that is JSON already, as it was hashed: to write it once is enough."""

    contact: msgspec.Raw  # type: ignore[assignment]


def contacts_fetched(origin: Origin, saved: Sequence[Saved]) -> Sequence[ContactFetched]:
    """Announce the contacts that are new or changed; a raw record that changed alone is no news."""
    return [
        _ContactFetched(
            workspace_id=origin.workspace_id,
            connection_id=origin.connection_id,
            provider=origin.provider,
            provider_id=each.provider_id,
            revision=each.revision,
            first_seen_at=each.first_seen_at,
            contact=msgspec.Raw(each.said),
        )
        for each in saved
        if each.revision != each.old_revision
    ]


def interactions_fetched(
    origin: Origin, saved: Sequence[SavedInteraction], interactions: Mapping[InteractionKey, Interaction]
) -> list[InteractionFetched]:
    """Announce the interactions that are new or changed."""
    return [
        InteractionFetched(
            workspace_id=origin.workspace_id,
            connection_id=origin.connection_id,
            provider=origin.provider,
            provider_id=each.provider_id,
            revision=each.revision,
            interaction=interactions[each.kind, each.provider_id],
        )
        for each in saved
        if each.revision != each.old_revision
    ]


def contacts_gone(origin: Origin, went: Sequence[Went]) -> list[ContactGone]:
    """Announce the contacts that went."""
    return [
        ContactGone(
            workspace_id=origin.workspace_id,
            connection_id=origin.connection_id,
            provider=origin.provider,
            provider_id=each.provider_id,
            revision=each.revision,
            first_seen_at=each.first_seen_at,
            reason=each.reason,
            merged_into=each.merged_into,
        )
        for each in went
    ]


def interactions_gone(origin: Origin, went: Sequence[WentInteraction]) -> list[InteractionGone]:
    """Announce the interactions that went."""
    return [
        InteractionGone(
            workspace_id=origin.workspace_id,
            connection_id=origin.connection_id,
            provider=origin.provider,
            kind=each.kind,
            provider_id=each.provider_id,
            revision=each.revision,
            reason=each.reason,
        )
        for each in went
    ]


def interactions_erased(workspace_id: UUID, erased: Sequence[ErasedInteraction]) -> list[InteractionGone]:
    """Announce the interactions that were erased."""
    return [
        InteractionGone(
            workspace_id=workspace_id,
            connection_id=each.connection_id,
            provider=each.provider,
            kind=each.kind,
            provider_id=each.provider_id,
            revision=each.revision,
            reason="erased",
        )
        for each in erased
    ]


def contacts_erased(workspace_id: UUID, erased: Sequence[Erased]) -> list[ContactGone]:
    """Announce the contacts that were erased."""
    return [
        ContactGone(
            workspace_id=workspace_id,
            connection_id=each.connection_id,
            provider=each.provider,
            provider_id=each.provider_id,
            revision=each.revision,
            first_seen_at=each.first_seen_at,
            reason="erased",
        )
        for each in erased
    ]
