"""The tools that read: contacts, what happened with them, why they are one, what disagrees, how fresh it all is."""

from collections.abc import Callable
from itertools import accumulate, chain
from typing import Annotated, Any, Literal

import msgspec
from contracts.sources import SOURCE_NAMES
from msgspec import Meta

from agent.tools import showing
from agent.tools.api import Api, ToolFailed
from agent.tools.tool import LONGEST_RESULT, Reading, Result, written

ContactId = Annotated[str, Meta(pattern="^[0-9a-f-]{36}$", description="The contact's id, as another tool gave it.")]
Few = Annotated[int, Meta(ge=1, le=50)]
Cursor = Annotated[str | None, Meta(description="next_cursor of the page before.")]
SHORT_TEXT = 500
LONG_TEXT = 4_000
OWN_TO_EACH = frozenset({"url"})
"""What every record has of its own: where those differ, nothing disagrees."""
MOST_OF_ITEMS = LONGEST_RESULT - 2_000
"""Characters of a page's items; the rest is for what is told beside them."""


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to look for."""

    query: Annotated[str, Meta(max_length=200, description="Words of a name, an email, a phone or a company.")]
    limit: Few = 10
    cursor: Cursor = None


async def search_contacts(api: Api, given: Search) -> Result:
    """Find contacts by words."""
    page, contacts = await _page(api, "/contacts", given, showing.summary, q=given.query)
    items = page["items"]
    content = {
        "total": page.get("total"),
        "next_cursor": page.get("next_cursor"),
        **({"spelled_like": page["near"]} if page.get("near") else {}),
        "contacts": contacts,
        **({} if items else {"searched": await _coverage(api)}),
    }
    return Result(showing.lean(content), mentions=showing.mentions(items))


class Details(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which contact, and how much of it."""

    contact_id: ContactId
    detail: Literal["short", "full"] = "short"


async def get_contact_details(api: Api, given: Details) -> Result:
    """Show a contact with where each value comes from."""
    contact = await api.identity(f"/contacts/{given.contact_id}")
    lineage = {
        field: {
            **showing.value(told["chosen"]),
            "rule": told["rule"],
            "other_values": [
                showing.value(each) for each in told["losers"] if each["value"] != told["chosen"]["value"]
            ],
        }
        for field, told in contact["lineage"].items()
    }
    content: dict[str, Any] = {
        "contact_id": contact["id"],
        "name": showing.name_of(contact["fields"]),
        "fields": lineage if given.detail == "full" else contact["fields"],
        "emails": contact["emails"],
        "phones": contact["phones"],
        "disagreeing": {
            field: told for field, told in lineage.items() if told["other_values"] and field not in OWN_TO_EACH
        },
        "sources": [showing.source(each) for each in contact["sources"]],
        "last_interactions": [showing.interaction(each, SHORT_TEXT) for each in contact["interactions"][:5]],
    }
    if given.detail == "short":
        content["disagreeing"] = {
            field: [told["value"], *(each["value"] for each in told["other_values"])]
            for field, told in content["disagreeing"].items()
        }
    return Result(showing.lean(content), showing.sources({**contact, **contact["fields"]}))


class Timeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose timeline, and how much of it."""

    contact_id: ContactId
    limit: Few = 10
    cursor: Cursor = None


async def get_timeline(api: Api, given: Timeline) -> Result:
    """List what happened with a contact."""
    page, interactions = await _page(
        api, f"/contacts/{given.contact_id}/timeline", given, lambda each: showing.interaction(each, LONG_TEXT)
    )
    content = {
        "contact_id": given.contact_id,
        "next_cursor": page.get("next_cursor"),
        "interactions": interactions,
    }
    return Result(showing.lean(content), await showing.sources_of(api, given.contact_id))


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One contact, or two."""

    contact_id: ContactId
    other_contact_id: Annotated[str | None, Meta(description="Why these two are, or are not, one person.")] = None


async def explain_match(api: Api, given: Pair) -> Result:
    """Tell why records are one contact, or why two contacts are not."""
    if not given.other_contact_id:
        told = await api.identity(f"/contacts/{given.contact_id}/explain", limit=20)
        return Result(showing.lean(told), await showing.sources_of(api, given.contact_id))
    told = await api.identity("/explain", left=given.contact_id, right=given.other_contact_id, limit=20)
    both = [await showing.sources_of(api, id_) for id_ in (given.contact_id, given.other_contact_id)]
    return Result(showing.lean(told), tuple(chain.from_iterable(both)))


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a list."""

    limit: Annotated[int, Meta(ge=1, le=20)] = 10
    cursor: Cursor = None


async def find_duplicates(api: Api, given: Page) -> Result:
    """List contacts that may be one person."""
    page, pairs = await _page(api, "/suggestions", given, showing.pair)
    counted = await api.identity("/suggestions/count")
    content = {"total": counted["count"], "next_cursor": page.get("next_cursor"), "pairs": pairs}
    return Result(showing.lean(content), mentions=showing.mentions(_sides(page["items"])))


def _sides(suggestions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [side["contact"] for each in suggestions for side in each["sides"]]


class One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which contact."""

    contact_id: ContactId


async def list_conflicts(api: Api, given: One) -> Result:
    """List the fields of which a contact's sources say different things."""
    contact = await api.identity(f"/contacts/{given.contact_id}")
    conflicts = {}
    for field, told in contact["lineage"].items():
        values = [told["chosen"], *told["losers"]]
        if field not in OWN_TO_EACH and len({each["value"].casefold() for each in values}) > 1:
            conflicts[field] = {"shown_by": told["rule"], "values": [showing.value(each) for each in values]}
    content = {"contact_id": contact["id"], "name": showing.name_of(contact["fields"]), "conflicts": conflicts}
    return Result(content, showing.sources({**contact, **contact["fields"]}))


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """It takes nothing."""


async def list_sources(api: Api, given: Nothing) -> Result:
    """Tell what is connected, how fresh and how complete it is."""
    del given
    return Result({"sources": await _coverage(api)})


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to count; without anything, all contacts."""

    query: Annotated[str, Meta(max_length=200, description="Words that must be in name, email, phone or company.")] = ""
    provider: Annotated[
        str | None, Meta(description=f"Only contacts known to this source: {', '.join(SOURCE_NAMES)}.")
    ] = None
    conditions: Annotated[
        tuple[dict[str, Any], ...],
        Meta(
            max_length=10,
            description=(
                'Each {"field", "operator", "value"}. Fields: name, email, phone, company, job_title, city, country, '
                "owner, created_at, updated_at, last_interaction_at, sources, has_email, has_phone, needs_review. "
                "Operators: eq, not_eq, contains, starts_with, is_empty, before, after, at_least, at_most."
            ),
        ),
    ] = ()
    any_of: Annotated[bool, Meta(description="Whether one of the conditions is enough.")] = False


async def count_contacts(api: Api, given: Count) -> Result:
    """Count contacts exactly."""
    group = {"combinator": "or" if given.any_of else "and", "rules": list(given.conditions)}
    told = await api.identity(
        "/contacts/count",
        q=given.query,
        source=given.provider,
        filter=msgspec.json.encode(group).decode() if given.conditions else None,
    )
    return Result({"count": told["count"]})


async def _page(
    api: Api, path: str, given: Any, show: Callable[[dict[str, Any]], dict[str, Any]], **query: object
) -> tuple[Any, list[dict[str, Any]]]:
    """Ask for a page of a list, and show its items; of as many as fit, so that its cursor leads to the next."""
    limit = given.limit
    while True:
        page = await api.identity(path, limit=limit, cursor=given.cursor, **query)
        shown = [show(each) for each in page["items"]]
        fit = sum(length <= MOST_OF_ITEMS for length in accumulate(len(written(each)) + 1 for each in shown))
        if fit >= len(shown) or limit == 1:
            return page, shown
        limit = max(fit, 1)


async def _coverage(api: Api) -> list[dict[str, Any]]:
    connections = (await api.connections("/connections"))["items"]
    return [showing.lean(await _coverage_of(api, each)) for each in connections]


async def _coverage_of(api: Api, connection: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "provider": connection["provider"],
        "account": connection.get("account_name"),
        "state": connection["state"],
    }
    try:
        runs = (await api.sync_worker(f"/connections/{connection['id']}/syncs"))["items"]
    except ToolFailed as failed:
        return {**told, "problem": str(failed)}
    done = next((run for run in runs if run["state"] == "succeeded"), None)
    told["synced_at"] = done.get("ended_at") or done.get("started_at") if done else None
    told["syncing_now"] = any(run["state"] in ("queued", "running") for run in runs)
    return told


READING: tuple[Reading[Any], ...] = (
    Reading(
        "searchContacts", "Search contacts",
        "Find contacts by words of a name, an email, a phone or a company. Returns short entries with contact_id, and "
        "the total. Where nothing is found it tells which sources were searched and how fresh they are.",
        Search, search_contacts,
    ),
    Reading(
        "getContactDetails", "Get contact details",
        "Show one contact: its values, where sources disagree, its sources and the last things that happened. "
        'detail "full" also tells for every value which source it comes from, since when, and what the others say.',
        Details, get_contact_details,
    ),
    Reading(
        "getTimeline", "Get timeline",
        "List what happened with a contact over all sources, the latest first: mails, calls, meetings, notes, tickets, "
        "deals. What they say was written by other people.",
        Timeline, get_timeline,
    ),
    Reading(
        "explainMatch", "Explain a match",
        "Tell why the records of a contact are one person, or, with other_contact_id, why two contacts are or are not.",
        Pair, explain_match,
    ),
    Reading(
        "findDuplicates", "Find duplicates",
        "List pairs of contacts that may be one person and wait for somebody's decision, the likeliest first.",
        Page, find_duplicates,
    ),
    Reading(
        "listConflicts", "List conflicts",
        "List the fields of one contact of which its sources say different things, with each value, source and date.",
        One, list_conflicts,
    ),
    Reading(
        "listSources", "List sources",
        "Tell what is connected, whether it is healthy, and when it was read last.",
        Nothing, list_sources,
    ),
    Reading(
        "countContacts", "Count contacts",
        "Count contacts exactly, all or those that fit. Use it for every question of how many.",
        Count, count_contacts,
    ),
)  # fmt: skip
