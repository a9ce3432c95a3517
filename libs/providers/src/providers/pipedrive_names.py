"""What an account calls its users, companies, fields, stages and pipelines: its records say their numbers alone.

What is asked for once and holds for a whole run travels in the run's cursor, and is kept for a while for others
(`Lexicon`). Companies are asked for with the page that names them: there may be as many as there are persons.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TypeVar

import msgspec
from aiohttp import ClientSession

from providers.lexicon import Ask
from providers.pipedrive_api import V1, V2, call
from providers.source import Access, NotThere, ProviderRefused, ProviderUnavailable
from providers.values import text

IDS_AT_ONCE = 100
NO_USERS = "Pipedrive did not grant users:read, so owners are shown by their numbers."
_MAX_ROUNDS = 20
_LIMIT = "500"

ONE_BY_ONE = 10
"""A list costs as much of the daily budget as so many single records."""


class Names(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run has learned so far; None is what it has not asked for, and what has no name is empty."""

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
    is_deleted: bool | None = None


class _One(msgspec.Struct):
    data: msgspec.Raw


class _Field(msgspec.Struct):
    field_code: str
    field_name: str | None = None
    is_custom_field: bool | None = None


_NAMED = msgspec.json.Decoder(_Named)
_FIELD = msgspec.json.Decoder(_Field)
DecodedT = TypeVar("DecodedT", _Named, _Field)


async def with_users(http: ClientSession, access: Access, names: Names, ids: Iterable[int | None]) -> Names:
    """Learn what these users are called; nothing, where the app may not see them. Raises `ProviderError`."""
    wanted = {each for each in ids if each}
    # Of one that has none at all, there is nothing to ask for again.
    if not wanted or (names.users is not None and (not names.users or wanted <= names.users.keys())):
        return names

    async def ask() -> dict[str, str]:
        try:
            answer = await call(http, access, f"{V1}/users", scope="users:read")
        except ProviderRefused:
            # A record without its owner's name is worth more than none: the number stays.
            return {}
        return _by_id(answer.read_page(_Envelope, "data")[1])

    users = await _numbered(access, "users", wanted, ask)
    return msgspec.structs.replace(names, users=users if any(users.values()) else {})


async def with_fields(http: ClientSession, access: Access, names: Names, codes: Collection[str]) -> Names:
    """Learn what these fields are called that the account gave its persons. Raises `ProviderError`."""
    if not codes or (names.fields is not None and names.fields.keys() >= set(codes)):
        return names

    async def ask() -> dict[str, str]:
        found = await _read_all(http, access, "/personFields", scope="contacts:read")
        return {
            each.field_code: name
            for each in _readable(found, _FIELD)
            if each.is_custom_field is not False and (name := text(each.field_name))
        }

    return msgspec.structs.replace(names, fields=dict(await access.names.look_up("fields", codes, ask)))


async def with_stages(
    http: ClientSession, access: Access, names: Names, stages: Iterable[int | None], pipelines: Iterable[int | None]
) -> Names:
    """Learn what these stages and pipelines are called. Raises `ProviderError`."""
    wanted = {"stages": {each for each in stages if each}, "pipelines": {each for each in pipelines if each}}
    for what, ids in wanted.items():
        known: Mapping[int, str] | None = getattr(names, what)
        if ids and (known is None or not ids <= known.keys()):
            named = await _numbered(access, what, ids, _asking(http, access, what))
            names = msgspec.structs.replace(names, **{what: named})
    return names


def _asking(http: ClientSession, access: Access, what: str) -> Ask:
    async def ask() -> dict[str, str]:
        return _by_id(await _read_all(http, access, f"/{what}", scope="deals:read"))

    return ask


async def _numbered(access: Access, what: str, ids: Iterable[int], ask: Ask) -> dict[int, str]:
    named = await access.names.look_up(what, [str(each) for each in ids], ask)
    return {int(number): name for number, name in named.items()}


async def organizations(http: ClientSession, access: Access, ids: Iterable[int]) -> Mapping[int, str]:
    """Tell what these companies are called; those that are gone or not shown to us have no name.

    They are not kept: with so many, an old name would go unnoticed. Raises `ProviderError`.
    """
    found: dict[str, str] = {}
    asked = sorted(set(ids))
    if len(asked) < ONE_BY_ONE:
        for each in asked:
            found |= await _organization(http, access, each)
        asked = []
    for first in range(0, len(asked), IDS_AT_ONCE):
        some = asked[first : first + IDS_AT_ONCE]
        params = {"ids": ",".join(map(str, some)), "limit": str(IDS_AT_ONCE)}
        answer = await call(http, access, f"{V2}/organizations", scope="contacts:read", params=params)
        found |= _by_id(answer.read_page(_Envelope, "data")[1])
    return {int(number): name for number, name in found.items()}


async def _organization(http: ClientSession, access: Access, number: int) -> dict[str, str]:
    try:
        answer = await call(http, access, f"{V2}/organizations/{number}", scope="contacts:read")
    except NotThere:
        return {}
    # Unlike the list, this shows those that were deleted.
    return _by_id([bytes(answer.read(_One).data)])


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


def _by_id(records: Iterable[bytes]) -> dict[str, str]:
    readable = _readable(records, _NAMED)
    return {str(each.id): name for each in readable if not each.is_deleted and (name := text(each.name))}


def _readable(records: Iterable[bytes], decoder: "msgspec.json.Decoder[DecodedT]") -> Iterator[DecodedT]:
    for raw in records:
        with suppress(ValueError, RecursionError):  # what cannot be read has no name for us, and costs no record
            yield decoder.decode(raw)
