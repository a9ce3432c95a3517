"""What accounts are called, so that a person sees where something would be written."""

from typing import Any

from agent.tools.places import Accounts, label_of


def connection(id_: str, provider: str, name: str, *, state: str = "active") -> dict[str, Any]:
    return {"id": id_, "provider": provider, "account_name": name, "account_id": f"n{id_}", "state": state}


def source(connection_id: str, provider_id: str) -> dict[str, Any]:
    return {"connection_id": connection_id, "provider": "hubspot", "provider_id": provider_id}


def test_an_account_is_named_where_there_are_several_of_its_provider() -> None:
    alone = Accounts([connection("1", "hubspot", "Acme"), connection("2", "hubspot", "Old", state="removed")])
    several = Accounts([connection(id_, "hubspot", name) for id_, name in (("1", "Acme"), ("2", "Bora"))])
    namesakes = Accounts([connection(id_, "hubspot", "Acme") for id_ in "12"])

    assert alone.label("1", "hubspot") == "HubSpot"
    assert [several.label(id_, "hubspot") for id_ in "12"] == ["HubSpot (Acme)", "HubSpot (Bora)"]
    assert [namesakes.label(id_, "hubspot") for id_ in "12"] == ["HubSpot (Acme, n1)", "HubSpot (Acme, n2)"]


def test_an_account_is_found_by_its_name_its_number_or_what_it_is_called_here() -> None:
    accounts = Accounts([connection(id_, "hubspot", name) for id_, name in (("1", "Acme"), ("2", "Bora"))])

    for name in ("bora", "n2", "HubSpot (Bora)"):
        assert [each["id"] for each in accounts.list_of("hubspot", name)] == ["2"]
        assert [accounts.fits(source(id_, "7"), None, name) for id_ in "12"] == [False, True]
    assert len(accounts.list_of("hubspot", None)) == 2
    assert not accounts.fits(source("1", "7"), "zendesk", None)


def test_two_records_in_one_account_are_told_apart() -> None:
    accounts = Accounts([connection("1", "hubspot", "Acme")])
    contact = {"sources": [source("1", "7"), source("1", "8")]}

    assert label_of(contact["sources"][1], contact, accounts) == "HubSpot, record 8"
    assert label_of(source("1", "7"), {"sources": [source("1", "7")]}, accounts) == "HubSpot"
