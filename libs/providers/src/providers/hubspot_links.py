"""Whose HubSpot's records are: associations, asked for many records at once."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from aiohttp import ClientSession

from providers.hubspot_api import ASSOCIATIONS, Paging, call
from providers.source import Access, ProviderUnavailable

LINKS_LIMIT = 1_000
_MAX_ROUNDS = 100


class _From(msgspec.Struct):
    id: str


class _To(msgspec.Struct, rename="camel"):
    to_object_id: int | str  # the documentation has text, the answers numbers


class _Association(msgspec.Struct):
    from_: _From = msgspec.field(name="from")
    to: list[_To]
    paging: Paging | None = None


class _Error(msgspec.Struct, rename="camel"):
    category: str | None = None
    sub_category: object = None

    @property
    def means_none(self) -> bool:
        return self.category == "OBJECT_NOT_FOUND" or str(self.sub_category).endswith("NO_ASSOCIATIONS_FOUND")


class _Associations(msgspec.Struct):
    results: list[_Association] = []
    errors: list[_Error] = []


async def linked(
    http: ClientSession, access: Access, from_type: str, to_type: str, ids: Sequence[str]
) -> defaultdict[str, dict[str, None]]:
    """Find what records are associated with, each once and in order. Raises `ProviderError`."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)  # dicts, as sets that keep their order
    for start in range(0, len(ids), LINKS_LIMIT):
        inputs = [{"id": each} for each in ids[start : start + LINKS_LIMIT]]
        for _ in range(_MAX_ROUNDS):
            if not inputs:
                break
            inputs = await _read(http, access, f"{ASSOCIATIONS}/{from_type}/{to_type}/batch/read", inputs, found)
        else:
            raise ProviderUnavailable("HubSpot does not come to an end of a record's associations.")
    return found


async def _read(
    http: ClientSession,
    access: Access,
    path: str,
    inputs: Sequence[dict[str, str]],
    found: defaultdict[str, dict[str, None]],
) -> list[dict[str, str]]:
    """Add what an answer says; return what to ask again: those that have more than fit one answer."""
    answer = (await call(http, access, "POST", path, json={"inputs": inputs})).read(_Associations)
    if not all(error.means_none for error in answer.errors):
        raise ProviderUnavailable("HubSpot could not say whose some records are.")
    for each in answer.results:
        found[each.from_.id].update(dict.fromkeys(str(other.to_object_id) for other in each.to))
    return [
        {"id": each.from_.id, "after": each.paging.after}
        for each in answer.results
        if each.paging and each.paging.after
    ]
