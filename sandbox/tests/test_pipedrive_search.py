"""Searching persons at Pipedrive."""

import pytest


async def test_an_address_finds_whoever_has_it_whatever_its_case(company):
    emails = [{"value": "Ada@Example.com", "primary": True}, {"value": "ada@work.example"}]
    one = await company.create(name="Ada Lovelace", emails=emails)
    two = await company.create(name="A. King", emails=[{"value": "ada@example.com"}])

    found = await company.get("/api/v2/persons/search", term="ada@example.com", fields="email", exact_match="true")

    items = [each["item"] for each in found["data"]["items"]]
    assert [each["id"] for each in items] == [one, two]
    assert items[0]["emails"] == ["Ada@Example.com", "ada@work.example"]


async def test_a_part_of_a_name_finds_too_unless_all_of_it_is_asked_for(company):
    made = await company.create(name="Augusta Ada King-Noel")

    found = await company.get("/api/v2/persons/search", term="king-no")
    exact = await company.get("/api/v2/persons/search", term="king-no", exact_match="true")

    assert made in [each["item"]["id"] for each in found["data"]["items"]]
    assert exact["data"]["items"] == []


@pytest.mark.parametrize("term", ["", "a"])
async def test_a_term_that_is_too_short_is_refused(company, term):
    assert (await company.get("/api/v2/persons/search", term=term)).status == 400


async def test_who_was_deleted_is_not_found(company):
    made = await company.create(name="Ada Lovelace", emails=[{"value": "gone@example.com"}])
    await company.call("DELETE", f"/api/v2/persons/{made}")

    found = await company.get("/api/v2/persons/search", term="gone@example.com", fields="email", exact_match="true")

    assert found["data"]["items"] == []
