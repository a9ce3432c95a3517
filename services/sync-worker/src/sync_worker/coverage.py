"""Whether we hold what a source has: its count beside ours, and what explains the difference."""

from typing import Any

from contracts.interactions import InteractionKind
from contracts.syncs import DifferenceReason, StreamCoverage
from providers.source import Source
from sqlalchemy import Row

CONTACTS = "contacts"


def kinds_of(source: Source) -> dict[str, InteractionKind | None]:
    """Tell which streams can be compared by count, and of which kind their records are (None: contacts)."""
    kinds = dict(source.listings)
    if CONTACTS in source.streams and None not in kinds.values():
        kinds[CONTACTS] = None
    return kinds


def compare(stream: Row[Any]) -> StreamCoverage:
    """Compare the counts of a stream; what no reason explains is left over, and said so.

    A source has more than we hold when records cannot be read or belong to erased people. What came or went while
    everything was read may be counted on one side only: as much of the rest as its own count moved meanwhile.
    """
    if stream.counted is None:
        return StreamCoverage(stream=stream.stream, ours=stream.held)
    difference = left = stream.counted - stream.held
    reasons: list[DifferenceReason] = []
    if stream.unread:
        reasons.append(DifferenceReason(reason="skipped", count=stream.unread))
        left -= stream.unread
    if erased := min(stream.suppressed, max(left, 0)):
        reasons.append(DifferenceReason(reason="suppressed", count=erased))
        left -= erased
    moved = stream.counted - stream.total if stream.total is not None else 0
    if added := min(max(moved, 0), max(left, 0)):
        reasons.append(DifferenceReason(reason="added_meanwhile", count=added))
        left -= added
    if gone := min(max(-moved, 0), max(-left, 0)):
        reasons.append(DifferenceReason(reason="gone_meanwhile", count=-gone))
        left += gone
    return StreamCoverage(
        stream=stream.stream,
        ours=stream.held,
        theirs=stream.counted,
        difference=difference,
        reasons=tuple(reasons),
        unexplained=left,
    )
