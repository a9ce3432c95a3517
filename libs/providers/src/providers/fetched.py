"""Records that were fetched by their ids: which came, and what is to be said of those that did not."""

from collections.abc import Iterable, Sequence

import msgspec
from contracts.interactions import InteractionKind

from providers.source import Page, SourceGone


def missing_from(page: Page, ids: Iterable[str], kind: InteractionKind | None) -> list[str]:
    """List the ids of a kind of which a page says nothing. What is there and cannot be read is there as well."""
    told = _told(page)
    return [each for each in ids if (kind, each) not in told]


def with_gone(page: Page, looked_for: Page, missing: Sequence[str], kind: InteractionKind | None) -> Page:
    """Add what a second look found of those that are missing, and tell of the rest that they are deleted."""
    told = _told(looked_for)
    rest = [SourceGone(provider_id=each, reason="deleted", kind=kind) for each in missing if (kind, each) not in told]
    return msgspec.structs.replace(
        page, gone=(*page.gone, *looked_for.gone, *rest), skipped=(*page.skipped, *looked_for.skipped)
    )


def joined(pages: Iterable[Page]) -> Page:
    """Put what several answers showed into one page that leads nowhere."""
    pages = list(pages)
    return Page(
        contacts=tuple(each for page in pages for each in page.contacts),
        interactions=tuple(each for page in pages for each in page.interactions),
        gone=tuple(each for page in pages for each in page.gone),
        skipped=tuple(each for page in pages for each in page.skipped),
    )


def _told(page: Page) -> set[tuple[InteractionKind | None, str | None]]:
    living: set[tuple[InteractionKind | None, str | None]] = {(None, each.provider_id) for each in page.contacts}
    done = {(each.interaction.kind, each.provider_id) for each in page.interactions}
    gone = {(each.kind, each.provider_id) for each in page.gone}
    return living | done | gone | {(each.kind, each.provider_id) for each in page.skipped}
