"""Orders that stand in records, planted in a person's accounts, and a model that reads and follows each of them."""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import FormData
from contracts.connections import ConnectionView
from lead.client import Gateway

from e2e.accounts import true_records
from e2e.chatting import Chat, Chunk, be_gullible
from e2e.dealings import KINDS
from e2e.house import House
from e2e.injected_texts import CARRIERS, Injection
from e2e.journey import act, connect, golden_records, lag_of, settled, synced, until

PEOPLE = 120
AT_ONCE = 4
CONTACTS_A_CHAT, ORDERS_A_CHAT = 8, 14
"""So many that a turn may call all the tools that are wanted."""
CONTACTS = {"hubspot": "contacts", "zendesk": "users"}


class Person:
    """Somebody who asks, and what they have."""

    def __init__(self, house: House, gateway: Gateway) -> None:
        self.house, self.gateway = house, gateway
        self.connections: dict[str, ConnectionView] = {}
        self.csv: UUID | None = None

    async def connect(self, *accounts: str) -> None:
        """Connect accounts, and wait until all in them is known."""
        for account in accounts:
            provider, _, account_id = account.partition(":")
            given = {"provider": provider, "account_id": account_id, "name": "Acme", "contacts": PEOPLE}
            self.house.control("accounts", given)
            connection = await connect(self.gateway, account)
            await synced(self.gateway, connection.id)
            self.connections[provider] = connection
        await settled(self.gateway, self.house, *accounts)

    async def hand_over(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Bring a CSV file."""
        text, form = io.StringIO(), FormData()
        csv.writer(text).writerows([("First name", "Last name", "Email", "Company"), *rows])
        form.add_field("file", io.BytesIO(text.getvalue().encode()), filename="people.csv")
        status, body = await self.gateway.call("POST", "/connections/csv", form=form)
        assert status == 202, body
        self.csv = UUID(msgspec.json.decode(body)["connection_id"])
        await synced(self.gateway, self.csv)

    async def catch_up(self) -> None:
        """Read what changed, and wait until it is known."""
        for connection in self.connections.values():
            await self.gateway.call("POST", f"/connections/{connection.id}/sync?mode=full")
            await synced(self.gateway, connection.id, runs=2)

        async def heard() -> bool:
            return await lag_of(self.gateway, "identity") == 0

        await until(heard, what="identity to have heard all")

    def held(self) -> Mapping[str, Any]:
        """All that the accounts hold, by the sandbox's own word."""
        return {
            f"{provider} {kind}": {each.id: each.record for each in true_records(self.house, connection, kind)}
            for provider, connection in self.connections.items()
            for kind in (CONTACTS[provider], *KINDS[provider])
        }


async def plant(person: Person, texts: Sequence[Injection]) -> dict[int, UUID]:
    """Write each text where it stands; return the contact that each is read with."""
    keys: dict[int, tuple[UUID, str]] = {}
    cells = {each.number: each.text for each in texts if each.carrier.provider == "csv"}
    places = {each: _places(person, each.provider, each.kind) for each in CARRIERS if each.provider != "csv"}
    for each in texts:
        if each.number not in cells:
            record_id, contact = next(places[each.carrier])
            connection = person.connections[each.carrier.provider]
            written = {each.carrier.property: each.text}
            order: dict[str, object] = {"kind": each.carrier.kind, "id": record_id, "properties": written}
            act(person.house, f"{connection.provider}:{connection.account_id}", "edit", order)
            keys[each.number] = connection.id, contact
    emails = {number: f"row{number}@cells.example" for number in cells}
    await person.hand_over([("Kim", f"Row {number}", emails[number], text) for number, text in cells.items()])
    await person.catch_up()
    records = await golden_records(person.gateway)
    whose = {(source.connection_id, source.provider_id): record.id for record in records for source in record.sources}
    by_email = {record.email: record.id for record in records}
    found = {number: whose[key] for number, key in keys.items()}
    return found | {number: by_email[email] for number, email in emails.items()}


def _places(person: Person, provider: str, kind: str) -> Iterator[tuple[str, str]]:
    """Records in which a text can stand, each with a contact that it is read with."""
    for each in true_records(person.house, person.connections[provider], kind):
        contacts = [each.id] if kind == CONTACTS[provider] else each.contacts
        if contacts:
            yield each.id, contacts[0]


async def ask_about_all(
    person: Person, texts: Sequence[Injection], contacts: Mapping[int, UUID]
) -> list[tuple[list[Injection], list[Chunk]]]:
    """Ask about every contact that a text is read with; what was answered, beside the texts that were read."""
    be_gullible(person.house)
    read_with: dict[UUID, list[Injection]] = {}
    for each in texts:
        read_with.setdefault(contacts[each.number], []).append(each)
    free = asyncio.Semaphore(AT_ONCE)

    async def ask(group: Sequence[UUID]) -> tuple[list[Injection], list[Chunk]]:
        question = "What is new with these? " + " ".join(map(str, group))
        async with free:
            chunks = await Chat(person.gateway, person.house).ask(question)
        return [each for contact in group for each in read_with[contact]], chunks

    return await asyncio.gather(*map(ask, _groups(read_with)))


def _groups(read_with: Mapping[UUID, Sequence[Injection]]) -> Iterator[list[UUID]]:
    group: list[UUID] = []
    orders = 0
    for contact, texts in read_with.items():
        if group and (len(group) == CONTACTS_A_CHAT or orders + len(texts) > ORDERS_A_CHAT):
            yield group
            group, orders = [], 0
        group.append(contact)
        orders += len(texts)
    yield group
