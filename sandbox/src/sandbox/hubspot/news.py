"""What people write to records in the course of a day."""

from collections.abc import Sequence
from random import Random

from sandbox.hubspot.catalogue import STAGES
from sandbox.names import CULTURES, PRIVATE_DOMAINS, TITLES

_OUTCOMES = ("SCHEDULED", "COMPLETED", "CANCELED")
_OF_DEALINGS: dict[str, list[tuple[str, Sequence[str | None]]]] = {
    "deals": [("amount", tuple(map(str, range(100, 90_000, 50)))), ("dealstage", [name for name, _, _ in STAGES])],
    "tickets": [("hs_pipeline_stage", "124"), ("hs_ticket_priority", ("LOW", "HIGH", None))],
    "notes": [("hs_note_body", ("<p>Called again</p>", "<p>Wants an offer</p>"))],
    "emails": [("hs_email_subject", ("Your offer", "Our talk"))],
    "meetings": [("hs_meeting_outcome", _OUTCOMES)],
    "calls": [("hs_call_status", ("COMPLETED", "NO_ANSWER"))],
    "tasks": [("hs_task_status", ("COMPLETED", "NOT_STARTED"))],
}


def news(kind: str, draw: Random) -> dict[str, str | None]:
    """Properties as somebody might write them to a record of that kind."""
    if kind in _OF_DEALINGS:
        name, values = draw.choice(_OF_DEALINGS[kind])
        return {name: draw.choice(values)}
    culture = draw.choice(CULTURES)
    ways: tuple[dict[str, str | None], ...] = (
        {"jobtitle": draw.choice(TITLES)},
        {"phone": f"{draw.choice(culture.mobile)}{draw.randrange(10**6):06}"},
        {"city": draw.choice(culture.towns).partition("|")[0], "country": culture.country},
        {"lastname": draw.choice(culture.family).partition("|")[0]},
        {"email": f"moved{draw.getrandbits(40)}@{draw.choice(PRIVATE_DOMAINS)}"},
    )
    return draw.choice(ways)
