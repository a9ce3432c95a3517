"""The addresses a user is known by: values in, values out.

An identity keeps its number `n` within its user for good; one of the email addresses is the primary one.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Identity = dict[str, Any]


def made(emails: Iterable[str | None], phones: Iterable[str | None] = ()) -> list[Identity]:
    """The identities of somebody who comes with these; the first address is the primary one."""
    found: list[Identity] = []
    for email in filter(None, emails):
        found = added(found, "email", email)
    for phone in filter(None, phones):
        found = added(found, "phone_number", phone)
    return found


def added(identities: Sequence[Identity], kind: str, value: str, *, verified: bool = False) -> list[Identity]:
    """One more; the first of its kind is that kind's primary one."""
    number = max((each["n"] for each in identities), default=-1) + 1
    first = not any(each["type"] == kind for each in identities)
    return [*identities, {"n": number, "type": kind, "value": value, "primary": first, "verified": verified}]


def removed(identities: Sequence[Identity], number: int) -> list[Identity]:
    """All but one."""
    return [each for each in identities if each["n"] != number]


def with_primary(identities: Sequence[Identity], number: int) -> list[Identity]:
    """The same, another address being the primary one of its kind."""
    kind = next(each["type"] for each in identities if each["n"] == number)
    return [each | {"primary": each["n"] == number} if each["type"] == kind else each for each in identities]


def with_email(identities: Sequence[Identity], email: str | None) -> list[Identity]:
    """The same with another value in place of the primary address, as no API of Zendesk's would do it."""
    others = [each for each in identities if not (each["type"] == "email" and each["primary"])]
    if not email:
        return others
    number = max((each["n"] for each in identities), default=-1) + 1
    return [{"n": number, "type": "email", "value": email, "primary": True, "verified": False}, *others]


def joined(identities: Sequence[Identity], others: Iterable[Identity]) -> list[Identity]:
    """What a merge leaves: all addresses of both, none of the second's being primary."""
    result = list(identities)
    for each in others:
        if all((each["type"], each["value"].lower()) != (has["type"], has["value"].lower()) for has in result):
            result = added(result, each["type"], each["value"], verified=each["verified"])
    return result


def emails(identities: Iterable[Identity]) -> tuple[str, ...]:
    """All email addresses, the primary one first."""
    found = [each for each in identities if each["type"] == "email"]
    return tuple(each["value"] for each in sorted(found, key=lambda each: not each["primary"]))
