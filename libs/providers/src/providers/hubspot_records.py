"""HubSpot's records in themselves: what all kinds have in common, and the account's own properties."""

from collections.abc import Iterable

import msgspec
from aiohttp import ClientSession
from contracts.interactions import InteractionKind

from providers.hubspot_api import OBJECTS, PROPERTIES, call
from providers.records import Unreadable
from providers.source import Access, ProviderRefused, ProviderUnavailable

MOST_CUSTOM = 250
"""How many properties of the account's own are read of a kind: more would not travel with every page."""

BATCH_LIMIT = 100
_NAME_CHARS = 100
_NAMED_AT_MOST = 5


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask HubSpot for; `kind` is None for contacts.

    `customized` are kinds to which accounts add properties of their own.
    """

    object_type: str
    stamp: str
    properties: tuple[str, ...]
    kind: InteractionKind | None = None
    archived: bool = False
    customized: bool = False


class Record(msgspec.Struct, rename="camel"):
    """A record of any kind; properties come as strings or null, and we ask for some only."""

    id: str
    properties: dict[str, object]
    created_at: str | None = None
    updated_at: str | None = None
    archived_at: str | None = None
    url: str | None = None

    def value(self, name: str | None) -> str | None:
        """The value of a property. Raises `Unreadable` when it is none of HubSpot's."""
        return text_or_null(name, self.properties.get(name)) if name else None


def text_or_null(name: str, value: object) -> str | None:
    """Take the value of a property. Raises `Unreadable` when it is none of HubSpot's."""
    if value is None or isinstance(value, str):
        return value
    raise Unreadable(f"The property {name} is neither text nor null")


class _Property(msgspec.Struct, rename="camel"):
    name: str
    hubspot_defined: bool | None = None
    archived: bool | None = None
    data_sensitivity: str | None = None

    @property
    def is_custom(self) -> bool:
        """Whether the account made it; what is sensitive needs a permission that we do not ask for."""
        open_to_us = self.data_sensitivity in {None, "non_sensitive"}
        return open_to_us and not self.hubspot_defined and not self.archived


class _Properties(msgspec.Struct):
    results: list[_Property]


class _Error(msgspec.Struct, rename="camel"):
    category: str | None = None


class _Batch(msgspec.Struct):
    errors: list[_Error] = []


async def list_custom(http: ClientSession, access: Access, stream: Stream) -> tuple[tuple[str, ...], str | None]:
    """List an account's own properties of a kind, and say which are not read, in words for people."""
    if not stream.customized or stream.archived:
        return (), None
    try:
        answer = await call(http, access, "GET", f"{PROPERTIES}/{stream.object_type}")
    except ProviderRefused as refused:
        return (), f"The account's own properties are not read: {refused}"
    listed = answer.read(_Properties).results
    names = sorted(each.name for each in listed if each.is_custom and _is_name(each.name))
    left_out = names[MOST_CUSTOM:]
    return tuple(names[:MOST_CUSTOM]), _say_left_out(left_out) if left_out else None


async def fetch_ids(http: ClientSession, access: Access, stream: Stream, ids: Iterable[str]) -> list[bytes]:
    """Fetch records of a stream by their ids, as its pages show them; those that are not there are left out.

    Raises `ProviderError`.
    """
    custom, _ = await list_custom(http, access, stream)
    return await read_batch(http, access, stream, ids, (*stream.properties, *custom))


async def read_batch(
    http: ClientSession, access: Access, stream: Stream, ids: Iterable[str], properties: Iterable[str]
) -> list[bytes]:
    """Read these properties of records by their ids, as often as it takes. Raises `ProviderError`."""
    asked, wanted, found = list(properties), list(ids), []
    path, params = f"{OBJECTS}/{stream.object_type}/batch/read", {"archived": "true" if stream.archived else "false"}
    for start in range(0, len(wanted), BATCH_LIMIT):
        inputs = [{"id": each} for each in wanted[start : start + BATCH_LIMIT]]
        body = {"inputs": inputs, "properties": asked}
        answer = await call(http, access, "POST", path, params=params, json=body)
        batch, records = answer.read_page(_Batch, "results")
        if any(error.category != "OBJECT_NOT_FOUND" for error in batch.errors):
            raise ProviderUnavailable(f"HubSpot could not read some {stream.object_type}.")
        found += records
    return found


def _is_name(name: str) -> bool:
    return 0 < len(name) <= _NAME_CHARS and name.isascii() and name.replace("_", "").replace("-", "").isalnum()


def _say_left_out(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED_AT_MOST])
    more = ", …" if len(names) > _NAMED_AT_MOST else ""
    return f"{len(names)} of the account's own properties are beyond the {MOST_CUSTOM} that are read: {shown}{more}."
