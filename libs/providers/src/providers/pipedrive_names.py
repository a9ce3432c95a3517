"""What an account calls its users, companies, fields, stages and pipelines: its records say their numbers alone.

What is asked for once and holds for a whole run travels in the run's cursor; companies are asked for with the page that
names them, as there may be as many as there are persons.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

import msgspec
from aiohttp import ClientSession

from providers.pipedrive_api import V1, V2, call
from providers.source import Access, ProviderRefused, ProviderUnavailable
from providers.values import text

IDS_AT_ONCE = 100
NO_USERS = "Pipedrive did not grant users:read, so owners are shown by their numbers."
_MAX_ROUNDS = 20
_LIMIT = "500"


class Names(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run has learned so far; None is what it has not asked for."""

    users: dict[int, str] | None = None
    fields: dict[str, str] | None = None
    stages: dict[int, str] | None = None
    pipelines: dict[int, str] | None = None


class _More(msgspec.Struct):
    next_cursor: str | None = None


class _Envelope(msgspec.Struct):
    additional_data: _More | None = None


class _Named(msgspec.Struct):
    id: int
    name: str | None = None


class _Field(msgspec.Struct):
    field_code: str
    field_name: str | None = None
    is_custom_field: bool | None = None


_NAMED = msgspec.json.Decoder(_Named)
_FIELD = msgspec.json.Decoder(_Field)
DecodedT = TypeVar("DecodedT", _Named, _Field)


async def with_users(http: ClientSession, access: Access, names: Names) -> Names:
    """Learn what the account's users are called; nothing, where the app may not see them. Raises `ProviderError`."""
    if names.users is not None:
        return names
    try:
        answer = await call(http, access, f"{V1}/users", scope="users:read")
    except ProviderRefused:
        # A record without its owner's name is worth more than none: the number stays.
        return msgspec.structs.replace(names, users={})
    return msgspec.structs.replace(names, users=_by_id(answer.read_page(_Envelope, "data")[1]))


async def with_fields(http: ClientSession, access: Access, names: Names) -> Names:
    """Learn what the fields are called that the account gave its persons. Raises `ProviderError`."""
    if names.fields is not None:
        return names
    found = await _read_all(http, access, "/personFields", scope="contacts:read")
    fields = {
        each.field_code: name
        for each in _readable(found, _FIELD)
        if each.is_custom_field is not False and (name := text(each.field_name))
    }
    return msgspec.structs.replace(names, fields=fields)


async def with_stages(http: ClientSession, access: Access, names: Names) -> Names:
    """Learn what stages and pipelines are called. Raises `ProviderError`."""
    if names.stages is not None and names.pipelines is not None:
        return names
    stages = await _read_all(http, access, "/stages", scope="deals:read")
    pipelines = await _read_all(http, access, "/pipelines", scope="deals:read")
    return msgspec.structs.replace(names, stages=_by_id(stages), pipelines=_by_id(pipelines))


async def organizations(http: ClientSession, access: Access, ids: Iterable[int]) -> Mapping[int, str]:
    """Tell what these companies are called; those that are gone or not shown to us have no name.

    Raises `ProviderError`.
    """
    found: dict[int, str] = {}
    asked = sorted(set(ids))
    for first in range(0, len(asked), IDS_AT_ONCE):
        some = asked[first : first + IDS_AT_ONCE]
        params = {"ids": ",".join(map(str, some)), "limit": str(IDS_AT_ONCE)}
        answer = await call(http, access, f"{V2}/organizations", scope="contacts:read", params=params)
        found |= _by_id(answer.read_page(_Envelope, "data")[1])
    return found


def owner(names: Names, number: int | None) -> str | None:
    """Say who owns a record: by name, or by number where that is all we know."""
    return ((names.users or {}).get(number) or str(number)) if number else None


async def _read_all(http: ClientSession, access: Access, path: str, *, scope: str) -> list[bytes]:
    found: list[bytes] = []
    params = {"limit": _LIMIT}
    for _ in range(_MAX_ROUNDS):
        answer = await call(http, access, V2 + path, scope=scope, params=params)
        envelope, records = answer.read_page(_Envelope, "data")
        found += records
        if not envelope.additional_data or not envelope.additional_data.next_cursor:
            return found
        params["cursor"] = envelope.additional_data.next_cursor
    raise ProviderUnavailable(f"Pipedrive does not come to an end of its {path.removeprefix('/')}.")


def _by_id(records: Iterable[bytes]) -> dict[int, str]:
    return {each.id: name for each in _readable(records, _NAMED) if (name := text(each.name))}


def _readable(records: Iterable[bytes], decoder: "msgspec.json.Decoder[DecodedT]") -> Iterator[DecodedT]:
    for raw in records:
        with suppress(ValueError, RecursionError):  # what cannot be read has no name for us, and costs no record
            yield decoder.decode(raw)
