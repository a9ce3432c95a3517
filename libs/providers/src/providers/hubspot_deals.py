"""HubSpot's deals: reading them, and finding out whose they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from aiohttp import ClientSession
from contracts.interactions import Interaction

from providers.hubspot_api import ASSOCIATIONS, Paging, call, merged_ids, object_id
from providers.records import read_each
from providers.source import Access, Page, ProviderUnavailable, SourceGone, SourceInteraction
from providers.values import currency, decimal, instant, text, web_address

_MAX_BODY_CHARS = 65_536
_MAX_ROUNDS = 100


class _Properties(msgspec.Struct):
    """The properties we ask for: every one comes as a string or null."""

    amount: str | None = None
    closedate: str | None = None
    createdate: str | None = None
    deal_currency_code: str | None = None
    dealname: str | None = None
    dealstage: str | None = None
    description: str | None = None
    hs_lastmodifieddate: str | None = None
    hs_merged_object_ids: str | None = None
    hubspot_owner_id: str | None = None
    pipeline: str | None = None


class _Record(msgspec.Struct, rename="camel"):
    id: str
    properties: _Properties
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None


PROPERTIES = _Properties.__struct_fields__
_DECODER = msgspec.json.Decoder(_Record)


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A deal as read from its own JSON, which does not name its contacts."""

    provider_id: str
    raw: bytes
    interaction: Interaction
    absorbed: tuple[str, ...]


class _From(msgspec.Struct):
    id: str


class _To(msgspec.Struct, rename="camel"):
    to_object_id: int


class _Association(msgspec.Struct):
    from_: _From = msgspec.field(name="from")
    to: list[_To]
    paging: Paging | None = None


class _Error(msgspec.Struct, rename="camel"):
    category: str | None = None
    sub_category: str | None = None

    @property
    def means_none(self) -> bool:
        return self.category == "OBJECT_NOT_FOUND" or (self.sub_category or "").endswith("NO_ASSOCIATIONS_FOUND")


class _Associations(msgspec.Struct):
    results: list[_Association] = []
    errors: list[_Error] = []


async def read_page(http: ClientSession, access: Access, records: Sequence[bytes]) -> Page:
    """Read a page of deals, their contacts and the deals merged into them. Raises `ProviderError`.

    The list could send the contacts along, but search cannot; asked for apart, a deal's own JSON is the same in
    both, and so an unchanged deal is seen to be unchanged.
    """
    deals, skipped = read_each(records, read_deal)
    contact_ids = await _contact_ids(http, access, [deal.provider_id for deal in deals])
    return Page(
        interactions=tuple(_with_contacts(deal, contact_ids[deal.provider_id]) for deal in deals),
        gone=tuple(
            SourceGone(provider_id=loser, reason="merged", kind="deal", merged_into=deal.provider_id)
            for deal in deals
            for loser in deal.absorbed
        ),
        skipped=skipped,
    )


def read_deal(raw: bytes) -> Deal:
    """Read a deal. Raises `ValueError` when it cannot be read."""
    record = _DECODER.decode(raw)
    return Deal(
        provider_id=object_id(record.id),
        raw=raw,
        interaction=_to_interaction(record),
        absorbed=merged_ids(record.id, record.properties.hs_merged_object_ids),
    )


def _to_interaction(record: _Record) -> Interaction:
    given = record.properties
    created_at = instant(record.created_at) or instant(given.createdate)
    return Interaction(
        kind="deal",
        title=text(given.dealname),
        body=text(given.description, max_chars=_MAX_BODY_CHARS),
        status=text(given.dealstage),
        pipeline=text(given.pipeline),
        amount=decimal(given.amount),
        currency=currency(given.deal_currency_code),
        owner=text(given.hubspot_owner_id),
        url=web_address(record.url),
        occurred_at=created_at,
        created_at=created_at,
        updated_at=instant(record.updated_at) or instant(given.hs_lastmodifieddate),
    )


def _with_contacts(deal: Deal, contact_ids: Iterable[str]) -> SourceInteraction:
    interaction = msgspec.structs.replace(deal.interaction, contact_ids=tuple(contact_ids))
    return SourceInteraction(provider_id=deal.provider_id, raw=deal.raw, interaction=interaction)


async def _contact_ids(
    http: ClientSession, access: Access, deal_ids: Sequence[str]
) -> defaultdict[str, dict[str, None]]:
    """Ask for the contacts of many deals at once, again for those that have more than fit one answer."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)  # dicts, as sets that keep their order
    inputs = [{"id": deal_id} for deal_id in deal_ids]
    for _ in range(_MAX_ROUNDS):
        if not inputs:
            return found
        path = f"{ASSOCIATIONS}/deals/contacts/batch/read"
        answer = (await call(http, access, "POST", path, json={"inputs": inputs})).read(_Associations)
        if not all(error.means_none for error in answer.errors):
            raise ProviderUnavailable("HubSpot could not say whose some deals are.")
        for deal in answer.results:
            found[deal.from_.id].update(dict.fromkeys(str(contact.to_object_id) for contact in deal.to))
        inputs = [
            {"id": deal.from_.id, "after": deal.paging.after}
            for deal in answer.results
            if deal.paging and deal.paging.after
        ]
    raise ProviderUnavailable("HubSpot does not come to an end of a deal's contacts.")
