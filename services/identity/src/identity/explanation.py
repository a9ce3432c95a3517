"""Why two records are joined, or not, in plain words: every field with what it adds or takes, and every guard."""

import msgspec

from identity.comparison import NO_KEYS
from identity.normalise.form import Form
from identity.rules import Rules
from identity.scoring import Verdict, score, worths

_WORDS = {
    "given": {
        "same": "the same given name", "form": "forms of one given name", "abroad": "one given name in two languages",
        "close": "almost the same given name", "initial": "a given name that fits the other's initial",
        "kin": "given names that are alike and yet two", "differs": "different given names",
    },
    "family": {
        "same": "the same family name", "part": "a part of the family name in common",
        "close": "almost the same family name", "initial": "a family name that fits the other's initial",
        "differs": "different family names",
    },
    "birth": {
        "same": "the same date of birth", "near": "dates of birth a slip of the pen apart",
        "either": "dates of birth that can be read alike",
        "close": "dates of birth that differ by days, or in one part",
        "loose": "dates of birth a year or two digits apart",
        "differs": "different dates of birth",
    },
    "email": {
        "same": "the same mailbox", "near": "almost the same mailbox",
        "local": "the same name before the @ at different hosts", "differs": "different mailboxes",
    },
    "phone": {
        "same": "the same telephone", "near": "telephones with the same last digits", "differs": "different telephones",
    },
    "company": {
        "same": "the same employer", "close": "almost the same employer", "differs": "different employers",
    },
    "place": {
        "door": "the same street and house", "street": "the same street", "postal": "the same postal code",
        "city": "the same city", "differs": "different addresses",
    },
    "order": {"crossed": "given and family name in each other's place"},
}  # fmt: skip

GUARDS = {
    "birth_dates_conflict": "The dates of birth are two people's.",
    "generations_conflict": "One is senior, the other junior.",
    "generation_unsure": "One is senior or junior, and the other may be either.",
    "given_names_differ": "The given names are two people's, as in one family.",
    "family_names_differ": "The family names differ, and nothing else that is one's own says enough.",
    "nothing_personal": "What agrees is shared by a household or an office.",
    "only_names": "Nothing but the name agrees, and others may have it too.",
    "namesakes": "The name agrees, and what is one's own does not.",
    "torn": "One of them would as well join a third record that contradicts the other.",
}
"""What each guard says to people."""


class Reason(msgspec.Struct, frozen=True):
    """One field: at which level two records agree in it, what that adds, and both values as they were compared."""

    field: str
    level: str
    strength: int
    left: str
    right: str
    words: str


class Explanation(msgspec.Struct, frozen=True):
    """What speaks for and against two records being one person's; the strengths and the prior add up to the whole.

    Strengths are tenths of a bit: at 10 the odds double, at -10 they halve.
    """

    strength: int
    verdict: Verdict
    prior: int
    reasons: tuple[Reason, ...]
    guards: tuple[str, ...]


def explain(left: Form, right: Form, rules: Rules, shared: frozenset[str] = NO_KEYS) -> Explanation:
    """Explain a score, the strongest reasons first."""
    found = score(left, right, rules, shared)
    reasons = []
    for field, strength in worths(left, right, found.comparison, rules).items():
        level = getattr(found.comparison, field)
        ours, theirs = _shown(left, field), _shown(right, field)
        reasons.append(Reason(field, level, strength, ours, theirs, _WORDS[field][level]))
    reasons.sort(key=lambda reason: (-abs(reason.strength), reason.field))
    return Explanation(found.strength, found.verdict, rules.prior, tuple(reasons), found.guards)


def _shown(form: Form, field: str) -> str:
    match field:
        case "birth":
            return " or ".join(form.births)
        case "email":
            return ", ".join(form.emails)
        case "phone":
            return ", ".join(form.phones)
        case "place":
            return " ".join(filter(None, (form.house, form.street, form.postal, form.city)))
        case "order":
            return f"{form.given} | {form.family}"
        case _:
            value: str = getattr(form, field)
            return value
