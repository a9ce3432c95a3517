"""What people write to records in the course of a day."""

from random import Random
from typing import Any

from sandbox.names import CULTURES, FIRST_WORDS, PRIVATE_DOMAINS, SECOND_WORDS, TITLES
from sandbox.pipedrive.seeds import parted


def news(kind: str, draw: Random) -> dict[str, Any]:
    """Properties as somebody might write them to a record of that kind."""
    match kind:
        case "deals":
            return {"value": draw.randrange(100, 90_000)}
        case "activities":
            return {"done": draw.random() < 0.7, "note": f"Rang {draw.randrange(1, 9)} times."}
        case "notes":
            return {"content": f"<p>Offer {draw.randrange(1000, 9999)} sent.</p>"}
        case "organizations":
            return {"name": f"{draw.choice(FIRST_WORDS)} {draw.choice(SECOND_WORDS)} Group"}
        case _:
            return _about_a_person(draw)


def _about_a_person(draw: Random) -> dict[str, Any]:
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
