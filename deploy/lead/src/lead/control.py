"""The sandbox's control: its accounts, what should come of their people, and how often something happens to them."""

from collections.abc import Sequence

import msgspec
from aiohttp import ClientSession
from contracts.connections import ConnectionView
from contracts.pages import ItemPage
from providers.registry import PROVIDERS


class SandboxAccount(msgspec.Struct, frozen=True):
    """An account that can be connected."""

    provider: str
    account_id: str

    @property
    def asked(self) -> dict[str, str]:
        """What its provider asks a person before the consent: whatever the field is called, the account's name."""
        return dict.fromkeys(PROVIDERS[self.provider].asks.__struct_fields__, self.account_id)


class Expected(msgspec.Struct):
    """How many golden records there are by equal addresses, and how many people they are of."""

    golden_records: int
    people: int


async def list_accounts(http: ClientSession, sandbox_url: str) -> list[SandboxAccount]:
    """The accounts of all providers."""
    async with http.get(f"{sandbox_url}/control/accounts") as answer:
        answer.raise_for_status()
        return msgspec.json.decode(await answer.read(), type=ItemPage[SandboxAccount]).items


async def count_expected(http: ClientSession, sandbox_url: str, connections: Sequence[ConnectionView]) -> Expected:
    """How many golden records these accounts should make, computed by the sandbox from its own people."""
    accounts = [f"{one.provider}:{one.account_id}" for one in connections]
    async with http.get(f"{sandbox_url}/control/expected", params={"accounts": ",".join(accounts)}) as answer:
        answer.raise_for_status()
        return msgspec.json.decode(await answer.read(), type=Expected)


async def change_every(http: ClientSession, sandbox_url: str, seconds: float) -> None:
    """Let something happen in the accounts every so many seconds; 0 is never."""
    async with http.post(f"{sandbox_url}/control/churn", json={"seconds": seconds}) as answer:
        answer.raise_for_status()
