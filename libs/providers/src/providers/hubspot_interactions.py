"""HubSpot's deals, tickets and engagements: whose they are, and what their owners and stages are called."""

from collections.abc import Iterable, Sequence
from functools import partial

import msgspec
from aiohttp import ClientSession

from providers.fetched import joined
from providers.hubspot_links import linked
from providers.hubspot_names import Names
from providers.hubspot_records import fetch_ids
from providers.hubspot_shapes import SHAPES, Dealing, Shape, read_dealing
from providers.records import read_each
from providers.source import Access, Page, ProviderRefused, SourceGone, SourceInteraction


async def read_page(http: ClientSession, access: Access, shape: Shape, records: Sequence[bytes], names: Names) -> Page:
    """Read a page of one kind, its contacts and what was merged into it. Raises `ProviderError`.

    The list could send the contacts along, but search cannot; asked for apart, a record's own JSON is the same in
    both, and so an unchanged one is seen to be unchanged.
    """
    dealings, skipped = read_each(records, partial(read_dealing, shape=shape), kind=shape.kind)
    contacts = await linked(http, access, shape.object_type, "contacts", [each.provider_id for each in dealings])
    await names.learn_owners(each.interaction.owner for each in dealings)
    if shape.pipeline:
        await names.learn_stages(shape.object_type, [(each.pipeline_id, each.stage_id) for each in dealings])
    return Page(
        interactions=tuple(_named(each, shape, names, contacts[each.provider_id]) for each in dealings),
        gone=tuple(
            SourceGone(provider_id=loser, reason="merged", kind=shape.kind, merged_into=each.provider_id)
            for each in dealings
            for loser in each.absorbed
        ),
        skipped=skipped,
    )


async def follow(http: ClientSession, access: Access, contact_ids: Sequence[str], names: Names) -> Page:
    """Read again all that concerns these contacts. Raises `ProviderError`.

    Whoever is merged takes over what was done with the merged, and nothing need be written to it for that.
    """
    pages = []
    for shape in SHAPES.values() if contact_ids else ():
        try:
            found = await linked(http, access, "contacts", shape.object_type, contact_ids)
            ids = dict.fromkeys(each for others in found.values() for each in others)
            if ids:
                records = await fetch_ids(http, access, shape.stream, ids)
                pages.append(await read_page(http, access, shape, records, names))
        except ProviderRefused:
            continue  # its own stream says so
    return joined(pages)


def _named(dealing: Dealing, shape: Shape, names: Names, contact_ids: Iterable[str]) -> SourceInteraction:
    told = dealing.interaction
    changes: dict[str, object] = {"owner": names.owner(told.owner), "contact_ids": tuple(contact_ids)}
    if shape.pipeline:
        changes["pipeline"] = names.pipeline(shape.object_type, dealing.pipeline_id)
        changes["status"] = names.stage(shape.object_type, dealing.pipeline_id, dealing.stage_id)
    interaction = msgspec.structs.replace(told, **changes)
    return SourceInteraction(provider_id=dealing.provider_id, raw=dealing.raw, interaction=interaction)
