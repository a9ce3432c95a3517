"""Where something can be written: the sources of a contact that can do it, and what people call each."""

from collections import Counter
from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from agent.together import together
from agent.tools.api import Api, ToolFailed

LABELS = {"hubspot": "HubSpot", "pipedrive": "Pipedrive", "zendesk": "Zendesk"}

Provider = Annotated[
    str | None, Meta(description="Where: hubspot, pipedrive or zendesk; everywhere it can be, without.")
]
Account = Annotated[
    str | None, Meta(description="Which account of it, as listSources names it, where several are connected.")
]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A source record, or an account to make one in: what it is called, which fields it takes, what really happens.

    `only_noted` says of an email or a meeting that it stands there and nobody hears of it.
    """

    source: dict[str, Any]
    label: str
    fields: Collection[str] = ()
    effect: str | None = None
    only_noted: bool = False


class Accounts:
    """What is connected, and what people call it: by the provider, and by the account where there are several of it."""

    def __init__(self, connections: list[dict[str, Any]]) -> None:
        self._connections = {each["id"]: each for each in connections if each["state"] != "removed"}
        named = [(each["provider"], each["account_name"]) for each in self._connections.values()]
        self._providers, self._names = Counter(provider for provider, _ in named), Counter(named)

    @classmethod
    async def ask(cls, api: Api) -> "Accounts":
        """Ask for what is connected."""
        return cls((await api.connections("/connections"))["items"])

    def list_of(self, provider: str, account: str | None) -> list[dict[str, Any]]:
        """List the connections of a provider, or the one of this name."""
        found = (each for each in self._connections.values() if each["provider"] == provider)
        return [each for each in found if account is None or self._is_called(each, account)]

    def fits(self, source: dict[str, Any], provider: str | None, account: str | None) -> bool:
        """Whether a source is of this provider and account, where they are given."""
        connection = self._connections.get(source["connection_id"])
        is_there = account is None or (connection is not None and self._is_called(connection, account))
        return is_there and provider in (None, source["provider"])

    def label(self, connection_id: str, provider: str) -> str:
        """Say where, so that no two accounts are called the same."""
        where = LABELS.get(provider) or provider
        connection = self._connections.get(connection_id)
        if connection is None or self._providers[provider] < 2:
            return where
        name, number = connection["account_name"], connection["account_id"]
        return f"{where} ({name})" if self._names[provider, name] < 2 else f"{where} ({name}, {number})"

    def _is_called(self, connection: dict[str, Any], account: str) -> bool:
        label = self.label(connection["id"], connection["provider"])
        names = (connection["account_name"], connection["account_id"], label)
        return account.casefold() in (name.casefold() for name in names)


async def able(
    api: Api, contact: dict[str, Any], kind: str, *, provider: str | None, account: str | None
) -> list[Place]:
    """List a contact's sources in which something can be done. Raises `ToolFailed` where it has none there at all."""
    accounts = await Accounts.ask(api)
    sources = [each for each in contact["sources"] if accounts.fits(each, provider, account)]
    if not sources:
        known = sorted({label_of(each, contact, accounts) for each in contact["sources"]})
        raise ToolFailed(f"This contact is not known to {account or provider}, but to {', '.join(known)}.")
    connections = sorted({each["connection_id"] for each in sources})
    asked = await together(_possible(api, each, kind) for each in connections)
    can = {id_: each for id_, each in zip(connections, asked, strict=True) if each is not None}
    return [
        _place(source, label_of(source, contact, accounts), can[source["connection_id"]])
        for source in sources
        if source["connection_id"] in can
    ]


async def one_able(api: Api, contact: dict[str, Any], kind: str, *, provider: str | None, account: str | None) -> Place:
    """Choose the first of them, before all others one that the contact hears of. Raises `ToolFailed` without any."""
    places = await able(api, contact, kind, provider=provider, account=account)
    if not places:
        raise ToolFailed(await _who_can(api, contact, kind, asked=account or provider))
    return min(places, key=lambda place: place.only_noted)


async def _who_can(api: Api, contact: dict[str, Any], kind: str, *, asked: str | None) -> str:
    """Say that nobody can, or who can instead of the one that was asked for."""
    others = await able(api, contact, kind, provider=None, account=None) if asked else []
    if not others:
        return "None of this contact's sources can do that; listSources tells what is connected."
    can = ", ".join(dict.fromkeys(place.label for place in others))
    return f"{LABELS.get(asked or '', asked)} cannot do that. Of this contact's sources these can: {can}."


async def account_for(api: Api, kind: str, *, provider: str, account: str | None) -> Place:
    """Find the account of a provider in which something can be done. Raises `ToolFailed` where it is not one."""
    accounts = await Accounts.ask(api)
    connections = accounts.list_of(provider, account)
    asked = await together(_possible(api, each["id"], kind) for each in connections)
    found = [(each, possible) for each, possible in zip(connections, asked, strict=True) if possible]
    if len(found) > 1:
        names = ", ".join(accounts.label(each["id"], provider) for each, _ in found)
        raise ToolFailed(f"There are several: {names}. Ask the person which is meant, and name it as account.")
    if not found:
        raise ToolFailed(f"{account or provider} is not connected, or cannot do that. listSources tells what is.")
    ((connection, possible),) = found
    source = {"provider": provider, "connection_id": connection["id"]}
    return _place(source, accounts.label(connection["id"], provider), possible)


def _place(source: dict[str, Any], label: str, possible: dict[str, Any]) -> Place:
    return Place(
        source=source,
        label=label,
        fields=possible.get("fields", ()),
        effect=possible["says"],
        only_noted=possible.get("only_noted", False),
    )


async def _possible(api: Api, connection_id: str, kind: str) -> dict[str, Any] | None:
    can = await api.sync_worker(f"/connections/{connection_id}/actions")
    return next((each for each in can["items"] if each["kind"] == kind and not each.get("lacks")), None)


def label_of(source: dict[str, Any], contact: dict[str, Any], accounts: Accounts) -> str:
    """Say which source of a contact: its account, and its record where the account has several of them."""
    label = accounts.label(source["connection_id"], source["provider"])
    beside = sum(each["connection_id"] == source["connection_id"] for each in contact["sources"])
    return label if beside < 2 else f"{label}, record {source['provider_id']}"
