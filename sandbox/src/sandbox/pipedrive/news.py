"""What people write to persons and deals in the course of a day."""

from random import Random
from typing import Any

from sandbox.names import CULTURES, PRIVATE_DOMAINS, TITLES
from sandbox.pipedrive.seeds import parted


def news(kind: str, draw: Random) -> dict[str, Any]:
    """Properties as somebody might write them to a record of that kind."""
    if kind == "deals":
        return {"value": draw.randrange(100, 90_000)}
    culture = draw.choice(CULTURES)
    phone = f"{draw.choice(culture.mobile)}{draw.randrange(10**6):06}"
    email = f"moved{draw.getrandbits(40)}@{draw.choice(PRIVATE_DOMAINS)}"
    given, family = (draw.choice(names).partition("|")[0] for names in (culture.given, culture.family))
    ways: tuple[dict[str, Any], ...] = (
        {"job_title": draw.choice(TITLES)},
        {"phones": [{"value": phone, "primary": True, "label": "mobile"}]},
        {"emails": [{"value": email, "primary": True, "label": "home"}]},
        parted(f"{given} {family}"),
    )
    return draw.choice(ways)
