"""Two records side by side: for each field the level at which they agree, and nothing yet of what that is worth."""

from typing import NamedTuple

from identity.normalise.form import Form
from identity.normalise.mailboxes import PUBLIC_HOSTS
from identity.rules import likeness
from identity.rules.likeness import MISSING

LEVELS = {
    "given": likeness.GIVEN,
    "family": likeness.FAMILY,
    "birth": likeness.BIRTH,
    "email": likeness.EMAIL,
    "phone": likeness.PHONE,
    "company": likeness.COMPANY,
    "place": likeness.PLACE,
    "order": ("crossed",),
}
"""The fields in the order of a `Comparison`, each with its levels, the best first; a missing one has none."""

NO_KEYS = frozenset[str]()


class Comparison(NamedTuple):
    """The level of each field; `order` says that given and family name stand in each other's place."""

    given: str
    family: str
    birth: str
    email: str
    phone: str
    company: str
    place: str
    order: str


def compare(left: Form, right: Form, shared: frozenset[str] = NO_KEYS) -> Comparison:
    """Compare two records field by field; emails and phones that are `shared` say nothing."""
    given, family, order = _names(left, right)
    our_emails, their_emails = left.emails, right.emails
    our_phones, their_phones = left.phones, right.phones
    if shared:
        our_emails, their_emails = _unshared(our_emails, shared), _unshared(their_emails, shared)
        our_phones, their_phones = _unshared(our_phones, shared), _unshared(their_phones, shared)
    email = likeness.emails(our_emails, their_emails, _name_words(left, right)) if our_emails else MISSING
    company = likeness.companies(left.company, right.company)
    return Comparison(
        given,
        family,
        likeness.births(left.births, right.births) if left.births else MISSING,
        email,
        likeness.phones(our_phones, their_phones) if our_phones else MISSING,
        # A mail host that is not open to all is an employer's, unless it was counted with the mailbox before it.
        "same" if email == "differs" and company != "same" and _one_host(left, right) else company,
        _places(left, right),
        order,
    )


def _unshared(values: tuple[str, ...], shared: frozenset[str]) -> tuple[str, ...]:
    return tuple(value for value in values if value not in shared) if values else values


def _name_words(left: Form, right: Form) -> tuple[str, ...]:
    return (left.given, left.family, right.given, right.family)


_WORTH = {"same": 4, "form": 3, "part": 3, "close": 2, "abroad": 2, "initial": 1, "kin": 0, MISSING: 0, "differs": -3}
_AS_GIVEN = {"part": "form"}


def _names(left: Form, right: Form) -> tuple[str, str, str]:
    """Compare names as they stand, and crossed where they do not agree so: many forms and people mix them up."""
    given, family = likeness.given_names(left.given, right.given), likeness.family_names(left.family, right.family)
    worth = _WORTH[given] + _WORTH[family]
    if worth > 1 or not (left.given or right.given):
        return given, family, MISSING
    one, other = likeness.family_names(left.given, right.family), likeness.family_names(left.family, right.given)
    if _WORTH[one] + _WORTH[other] <= max(worth, 1):
        return given, family, MISSING
    # Which of the two is called the given one must not depend on which record is left.
    if _WORTH[one] > _WORTH[other]:
        one, other = other, one
    return _AS_GIVEN.get(one, one), other, "crossed"


def _one_host(left: Form, right: Form) -> bool:
    return not _hosts(left).isdisjoint(_hosts(right))


def _hosts(form: Form) -> frozenset[str]:
    return frozenset(email.rpartition("@")[2] for email in form.emails) - PUBLIC_HOSTS


def _places(left: Form, right: Form) -> str:
    """Compare addresses by the finest part in which they agree."""
    if not (left.city or left.postal or left.street) or not (right.city or right.postal or right.street):
        return MISSING
    postal = bool(left.postal) and left.postal == right.postal
    city = likeness.are_one_place_name(left.city, right.city)
    around = postal or city or (not (left.postal and right.postal) and not (left.city and right.city))
    if around and left.street and right.street and likeness.are_one_place_name(left.street, right.street):
        if left.house and left.house == right.house:
            return "door"
        # There is a High Street in every town, and another house in it is another address.
        if postal and not (left.house and right.house):
            return "street"
    if postal:
        return "postal"
    if city:
        return "city"
    # A street beside a city, say, can neither agree nor disagree.
    comparable = (left.city and right.city) or (left.postal and right.postal) or (left.street and right.street)
    return "differs" if comparable else MISSING
