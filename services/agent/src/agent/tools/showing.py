"""How things are shown: short, with names and dates, and the records they rest on."""

from collections.abc import Sequence
from typing import Any

from agent.tools.api import Api
from agent.tools.tool import Source, cut

MOST_SOURCES, MOST_MENTIONED = 12, 10


def summary(contact: dict[str, Any]) -> dict[str, Any]:
    """Show a contact as an entry of a list."""
    return lean(
        {
            "contact_id": contact["id"],
            "name": name_of(contact),
            "email": contact.get("email"),
            "phone": contact.get("phone"),
            "company": contact.get("company"),
            "job_title": contact.get("job_title"),
            "sources": sorted({each["provider"] for each in contact["sources"]}),
            "last_interaction_at": contact.get("last_interaction_at"),
        }
    )


def name_of(fields: dict[str, Any], nameless: str = "unnamed") -> str:
    """Say what a contact is called."""
    name = " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
    return str(name or fields.get("email") or nameless)


def value(told: dict[str, Any]) -> dict[str, Any]:
    """Show a value with where it comes from and since when."""
    return lean({"value": told["value"], "source": told["provider"], "as_of": told.get("updated_at")})


def source(told: dict[str, Any]) -> dict[str, Any]:
    """Name a source record."""
    return lean({"source": told["provider"], "record": told["provider_id"], "as_of": told.get("updated_at")})


def interaction(told: dict[str, Any], longest: int) -> dict[str, Any]:
    """Show something that happened; a text of it as long as this."""
    happened = told.get("interaction", told)
    shown = {name: each for name, each in happened.items() if name not in ("contact_ids", "url")}
    shown = {name: cut(each, longest) if isinstance(each, str) else each for name, each in shown.items()}
    return lean({"source": told.get("provider"), **shown})


def pair(suggestion: dict[str, Any]) -> dict[str, Any]:
    """Show two contacts that may be one person."""
    return {
        "why": suggestion["sentence"],
        "contacts": [summary(side["contact"]) for side in suggestion["sides"]],
    }


def sources(contact: dict[str, Any]) -> tuple[Source, ...]:
    """List the records that a contact is made of; of many, how many more there are."""
    name, records = name_of(contact), contact["sources"]
    listed = tuple(_source_of(contact["id"], name, each) for each in records[:MOST_SOURCES])
    left_out = len(records) - len(listed)
    return (*listed, Source(contact["id"], "", "", "", name, left_out=left_out)) if left_out else listed


def mentions(contacts: Sequence[dict[str, Any]]) -> tuple[Source, ...]:
    """List a record of each contact of a list: what is said of one of them rests on more, once it was looked at."""
    return tuple(
        _source_of(contact["id"], name_of(contact), contact["sources"][0])
        for contact in contacts[:MOST_MENTIONED]
        if contact["sources"]
    )


def _source_of(contact_id: str, name: str, record: dict[str, Any]) -> Source:
    return Source(
        contact_id, record["provider"], record["connection_id"], record["provider_id"], name, record.get("updated_at")
    )


async def sources_of(api: Api, contact_id: str) -> tuple[Source, ...]:
    """Ask for the records that a contact is made of. Raises `ToolFailed`."""
    contact = await api.identity(f"/contacts/{contact_id}")
    return sources({**contact, **contact["fields"]})


def lean(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {name: each for name, each in content.items() if each not in (None, "", [], {}, ())}
