"""Pipedrive's deals: reading them, and the names of the stages they are in."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from aiohttp import ClientSession
from contracts.interactions import Interaction

from providers import pipedrive_names
from providers.pipedrive_api import Id, page_address
from providers.pipedrive_names import Names
from providers.records import read_each
from providers.source import Access, Page, Skipped, SourceGone, SourceInteraction
from providers.values import currency, decimal, instant, text

_MAX_DIGITS = 24


class Record(msgspec.Struct):
    """A deal of v2: nearly everything may be null."""

    id: Id
    title: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    status: str | None = None
    stage_id: int | None = None
    pipeline_id: int | None = None
    person_id: int | None = None
    owner_id: int | None = None
    close_time: str | None = None
    expected_close_date: str | None = None
    add_time: str | None = None
    update_time: str | None = None
    is_deleted: bool | None = None


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A deal as it came, and as it was read."""

    raw: bytes
    record: Record

    @property
    def provider_id(self) -> str:
        """Its id, as we write it."""
        return str(self.record.id)

    @property
    def deleted(self) -> bool:
        """Whether it is shown only to say that it is gone."""
        return bool(self.record.is_deleted) or self.record.status == "deleted"


_DECODER = msgspec.json.Decoder(Record)


async def read_page(http: ClientSession, access: Access, records: Sequence[bytes], names: Names) -> tuple[Page, Names]:
    """Read a page of deals, and learn the names it takes; those deleted are gone. Raises `ProviderError`."""
    deals, skipped = read_deals(records)
    living = [deal for deal in deals if not deal.deleted]
    # A deal says no more of its stage than a number.
    stages = {deal.record.stage_id for deal in living}
    pipelines = {deal.record.pipeline_id for deal in living}
    names = await pipedrive_names.with_stages(http, access, names, stages, pipelines)
    names = await pipedrive_names.with_users(http, access, names, (deal.record.owner_id for deal in living))
    page = Page(
        interactions=tuple(
            SourceInteraction(
                provider_id=deal.provider_id,
                raw=deal.raw,
                interaction=to_interaction(deal.record, names, url=page_address(access, "deal", deal.record.id)),
            )
            for deal in living
        ),
        gone=tuple(
            SourceGone(provider_id=deal.provider_id, reason="deleted", kind="deal") for deal in deals if deal.deleted
        ),
        skipped=skipped,
    )
    return page, names


def read_deals(records: Sequence[bytes]) -> tuple[tuple[Deal, ...], tuple[Skipped, ...]]:
    """Read every deal by itself, and skip what cannot be read."""
    return read_each(records, lambda raw: Deal(raw=raw, record=_DECODER.decode(raw)), kind="deal")


def to_interaction(record: Record, names: Names, *, url: str | None) -> Interaction:
    """How far a deal is: the name of its stage while it is open, and after that whether it was won."""
    stage = (names.stages or {}).get(record.stage_id or 0) if record.status == "open" else None
    created_at = instant(record.add_time)
    return Interaction(
        kind="deal",
        title=text(record.title),
        status=text(stage) or text(record.status),
        pipeline=text((names.pipelines or {}).get(record.pipeline_id or 0)),
        amount=_amount(record.value),
        currency=currency(record.currency),
        owner=pipedrive_names.owner(names, record.owner_id),
        occurred_at=created_at,
        ends_at=instant(record.close_time) or instant(record.expected_close_date),
        created_at=created_at,
        updated_at=instant(record.update_time),
        contact_ids=(str(record.person_id),) if record.person_id else (),
        url=url,
    )


def _amount(value: Decimal | None) -> str | None:
    if value is None or not value.is_finite() or abs(value.adjusted()) > _MAX_DIGITS:
        return None
    return decimal(f"{value:f}")
