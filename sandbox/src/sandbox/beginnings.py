"""What people begin with a contact in the course of a day: a deal, a note, a ticket."""

from random import Random
from typing import Any

from sandbox.accounts import Account
from sandbox.clock import iso, now_ms
from sandbox.hubspot.catalogue import CONTACTS, STAGES
from sandbox.hubspot.dealings import dealing
from sandbox.hubspot.portal import Portal
from sandbox.names import FIRST_WORDS
from sandbox.pipedrive.catalogue import STAGES as PIPEDRIVE_STAGES
from sandbox.pipedrive.company import Company
from sandbox.zendesk.desk import Desk

Links = tuple[tuple[str, int], ...]


def beginning(account: Account, kind: str, contact: int, draw: Random) -> tuple[dict[str, Any], Links]:
    """The properties of a new dealing with a contact, and what it is linked to at once."""
    word = draw.choice(FIRST_WORDS)
    match account:
        case Portal():
            return _at_hubspot(kind, word, draw), ((CONTACTS.name, contact),)
        case Company():
            return _at_pipedrive(account, kind, word, int(account.persons.id_of(contact)), draw), ()
        case Desk():
            said = {"n": 0, "by": None, "body": f"Hello,\n{word} again.", "public": True, "at": now_ms()}
            return {"subject": f"{word} again", "status": "new", "requester": contact, "comments": [said]}, ()
    raise TypeError(f"nobody said what begins at {account.PROVIDER}")


def _at_hubspot(kind: str, word: str, draw: Random) -> dict[str, str | None]:
    if kind != "deals":
        return dealing(kind, word, draw.getrandbits(60), now_ms())
    return {
        "dealname": f"{word}: renewal",
        "amount": str(draw.randrange(100, 90_000, 50)),
        "dealstage": draw.choice(STAGES)[0],
        "pipeline": "default",
        "deal_currency_code": "EUR",
    }


def _at_pipedrive(company: Company, kind: str, word: str, person_id: int, draw: Random) -> dict[str, Any]:
    owner = draw.choice(company.user_ids)
    match kind:
        case "deals":
            stage = draw.choice(PIPEDRIVE_STAGES)
            return {
                "title": f"Renewal {word}",
                "value": draw.randrange(100, 90_000),
                "status": "open",
                "stage_id": stage["id"],
                "pipeline_id": stage["pipeline_id"],
                "person_id": person_id,
                "owner_id": owner,
            }
        case "activities":
            return {
                "subject": f"Call {word}",
                "type": "call",
                "due_date": iso(now_ms())[:10],
                "due_time": "09:30",
                "duration": "00:30",
                "person_id": person_id,
                "participants": [{"person_id": person_id, "primary": True}],
                "owner_id": owner,
            }
        case _:
            return {"content": f"<p>Spoke of {word}.</p>", "person_id": person_id, "user_id": owner}
