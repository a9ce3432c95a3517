"""What people write to records in the course of a day."""

from random import Random

from sandbox.names import CULTURES, PRIVATE_DOMAINS, TITLES


def news(kind: str, draw: Random) -> dict[str, str | None]:
    """Properties as somebody might write them to a record of that kind."""
    if kind == "deals":
        return {"amount": str(draw.randrange(100, 90_000))}
    culture = draw.choice(CULTURES)
    ways: tuple[dict[str, str | None], ...] = (
        {"jobtitle": draw.choice(TITLES)},
        {"phone": f"{draw.choice(culture.mobile)}{draw.randrange(10**6):06}"},
        {"city": draw.choice(culture.towns).partition("|")[0], "country": culture.country},
        {"lastname": draw.choice(culture.family).partition("|")[0]},
        {"email": f"moved{draw.getrandbits(40)}@{draw.choice(PRIVATE_DOMAINS)}"},
    )
    return draw.choice(ways)
