"""What golden records should say: last write wins, put to the provider's own records.

Of every field the value of the member that was written to last, among those that have one; of several written to at
the same moment any may win. What is not told here is whose owner somebody is.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

Record = Mapping[str, Any]

FIELDS = (
    *("email", "first_name", "last_name", "phone", "company", "job_title", "birth_date", "street", "city"),
    *("postal_code", "region", "country", "url"),
)


class Member(msgspec.Struct, frozen=True):
    """A source record: when it was written to, and what it says."""

    written_at: datetime
    values: Mapping[str, str]


def member(provider: str, record: Record, companies: Mapping[str, str]) -> Member:
    """Read a provider's record; `companies` are their names by their ids."""
    written_at, values = _WAYS[provider](record, companies)
    clean = {name: value.strip() for name, value in values.items() if value and value.strip()}
    moment = datetime.fromisoformat(written_at)
    return Member(moment if moment.tzinfo else moment.replace(tzinfo=UTC), clean)


def unequal(ours: Mapping[str, str], members: Iterable[Member]) -> Iterable[str]:
    """Where the values of a golden record are not what its members make them."""
    told_by = list(members)
    for field in FIELDS:
        written = last_written(field, told_by)
        if (ours.get(field) not in written) if written else field in ours:
            yield f"{field} is {ours.get(field)!r}, and last written {sorted(written) or None!r}"


def last_written(field: str, members: Iterable[Member]) -> set[str]:
    """What a field may show: the newest value, and each of several that were written at one moment."""
    having = [each for each in members if field in each.values]
    newest = max((each.written_at for each in having), default=None)
    return {each.values[field] for each in having if each.written_at == newest}


Read = tuple[str, Mapping[str, str | None]]


def _hubspot(record: Record, companies: Mapping[str, str]) -> Read:
    given = record["properties"]
    more = (given.get("hs_additional_emails") or "").split(";")
    return record["updatedAt"], {
        "email": _first_address([given.get("email"), *more]),
        "first_name": given.get("firstname"),
        "last_name": given.get("lastname"),
        "phone": given.get("phone") or given.get("mobilephone"),
        "company": given.get("company") or companies.get(given.get("associatedcompanyid") or ""),
        "job_title": given.get("jobtitle"),
        "birth_date": (given.get("date_of_birth") or "")[:10],
        "street": given.get("address"),
        "city": given.get("city"),
        "postal_code": given.get("zip"),
        "region": given.get("state"),
        "country": given.get("country"),
        "url": record["url"],
    }


def _pipedrive(record: Record, companies: Mapping[str, str]) -> Read:
    whole = (record["name"] or "").strip()
    parted = record["first_name"] or record["last_name"]
    address = record["postal_address"] or {}
    return record["update_time"], {
        "email": _first_address(_primary_first(record["emails"])),
        "first_name": record["first_name"] if parted else whole.partition(" ")[0],
        "last_name": record["last_name"] if parted else whole.partition(" ")[2],
        "phone": next(filter(None, _primary_first(record["phones"])), None),
        "company": companies.get(str(record["org_id"])),
        "job_title": record["job_title"],
        "birth_date": record["birthday"],
        "street": " ".join(filter(None, (address.get("route"), address.get("street_number")))),
        "city": address.get("locality"),
        "postal_code": address.get("postal_code"),
        "region": address.get("admin_area_level_1"),
        "country": address.get("country"),
    }


def _zendesk(record: Record, companies: Mapping[str, str]) -> Read:
    user = record["user"]
    name = " ".join((user["name"] or "").split())
    known = sorted(record["identities"], key=lambda each: not each["primary"])
    numbers = [each["value"] for each in known if each["type"] == "phone_number"]
    return user["updated_at"], {
        "email": _first_address([user["email"], *(each["value"] for each in known if each["type"] == "email")]),
        "first_name": name.partition(" ")[0],
        "last_name": name.partition(" ")[2],
        "phone": next(filter(None, [None if user["shared_phone_number"] else user["phone"], *numbers]), None),
        "company": companies.get(str(user["organization_id"])),
        "url": user["url"].replace("/api/v2/", "/agent/").removesuffix(".json"),
    }


_WAYS: Mapping[str, Callable[[Record, Mapping[str, str]], Read]] = {
    "hubspot": _hubspot,
    "pipedrive": _pipedrive,
    "zendesk": _zendesk,
}


def _first_address(values: Iterable[str | None]) -> str | None:
    return next((value.strip() for value in values if value and "@" in value), None)


def _primary_first(listed: Iterable[Record]) -> list[str | None]:
    return [each["value"] for each in sorted(listed or (), key=lambda each: not each["primary"])]
