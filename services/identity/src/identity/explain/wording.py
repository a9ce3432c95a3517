"""Evidence in words: what levels, guards and blocks are called when a person reads them."""

from collections.abc import Sequence

from identity.normalise.form import Form
from identity.rules.comparison import Comparison
from identity.rules.ruleset import COUNTED, UNIT, Rules

_LEVELS = {
    "given": {
        "same": "same first name",
        "form": "forms of one first name",
        "abroad": "one first name in two languages",
        "close": "first names a slip apart",
        "initial": "first names with the same initial",
        "kin": "first names that look alike, but are two names",
        "differs": "different first names",
    },
    "family": {
        "same": "same last name",
        "part": "last names with a part in common",
        "close": "last names a slip apart",
        "initial": "last names with the same initial",
        "differs": "different last names",
    },
    "birth": {
        "same": "same birth date",
        "either": "birth dates that can be read alike",
        "near": "birth dates a slip apart",
        "close": "birth dates close to each other",
        "loose": "birth dates that have something in common",
        "differs": "different birth dates",
    },
    "email": {
        "same": "same email",
        "near": "emails a slip apart",
        "local": "same name before the @, at another host",
        "differs": "different emails",
    },
    "phone": {
        "same": "same phone number",
        "near": "phone numbers that end alike",
        "differs": "different phone numbers",
    },
    "company": {"same": "same company", "close": "company names much alike", "differs": "different companies"},
    "place": {
        "door": "same house",
        "street": "same street",
        "postal": "same postal code",
        "city": "same city",
        "differs": "different places",
    },
    "order": {"crossed": "first and last name in each other's place"},
}

_GUARDS = {
    "birth_dates_conflict": "their birth dates contradict each other",
    "generations_conflict": "they are of different generations, as senior and junior are",
    "given_names_differ": "their first names are those of two people",
    "family_names_differ": "their last names differ, and too little else is one person's own",
    "nothing_personal": "what agrees is shared in a household or an office, and nothing of it is one person's own",
    "only_names": "nothing but the name agrees, and others may have it too",
    "torn": "one of them would as well join a third that contradicts the other",
    "namesakes": "they agree in name and place, but not in what is one's own, as father and son or namesakes do",
    "generation_unsure": "only one of them says senior or junior",
    "decided_different": "a person said that they are different",
    "gone": "one of them was deleted, and who is deleted holds nobody together",
    "desk": "{value} is a desk's mailbox and not a person's, so it joins nobody",
    "blocked": "{value} was blocked by a person, so it joins nobody",
    "shared": "{value} is carried by {people} differently named people, so it says nothing about who someone is",
    "shared_by_many": "{value} is carried by more than {limit} records, so it says nothing about who someone is",
    "group_limit": "together they would be more than {limit} records, and only a key may join so many",
    "block_too_full": "more than {limit} records have {value}, so they were not compared for it",
    "other_members": "other records of the two golden records keep them apart",
}

_BLOCKS = {
    "name": "the same first and last name",
    "sound-work": "names with the same consonants and the same company",
    "sound-host": "names with the same consonants and mailboxes at one host",
    "sound-mail": "names with the same consonants and mailboxes that begin alike",
    "sound-city": "names with the same consonants and the same city",
    "sound-year": "names with the same consonants and the same year of birth",
    "birth": "the same birth date and an initial",
    "local": "the same name before the @",
    "phone": "the same last digits of a phone number",
    "work": "the same company and the beginning of a last name",
    "door": "the same address and an initial",
}


def bits(strength: int) -> str:
    """Write a strength, which is in tenths of a bit."""
    return f"{strength / UNIT:+.1f} bits"


def share(field: str, level: str, strength: int, rules: Rules, *, of_host: bool = False) -> str:
    """Say what a field's agreement or disagreement is worth."""
    said = _LEVELS.get(field, {}).get(level, f"{field}: {level}")
    if of_host:
        said = "mailboxes at one company's host"
    return f"{said}{_rarity(field, level, strength, rules)}: {bits(strength)}"


def _rarity(field: str, level: str, strength: int, rules: Rules) -> str:
    if COUNTED.get(field) != level or not rules.values.get(field):
        return ""
    return ", which is common here" if strength < rules.strengths[field][level] else ", which is rare here"


def compared(field: str, left: Form, right: Form, seen: Comparison) -> tuple[str, str] | None:
    """Name the values that were compared in a field."""
    if seen.order and field in {"given", "family"}:
        return f"{left.given} {left.family}", f"{right.given} {right.family}"
    ours, theirs = _value(field, left), _value(field, right)
    return (ours, theirs) if ours and theirs else None


def _value(field: str, form: Form) -> str:
    match field:
        case "birth":
            return ", ".join(form.births)
        case "email":
            return ", ".join(form.emails)
        case "phone":
            return ", ".join(form.phones)
        case "place":
            return ", ".join(filter(None, (f"{form.street} {form.house}".strip(), form.postal, form.city)))
        case "given" | "family" | "company":
            value: str = getattr(form, field)
            return value
        case _:
            return ""


def guard(kind: str, *, value: str = "", people: int = 0, limit: int = 0) -> str:
    """Say what a guard saw."""
    said = _GUARDS.get(kind, kind.replace("_", " "))
    return said.format(value=block(value) if kind == "block_too_full" else value, people=people, limit=limit)


def block(text: str) -> str:
    """Say what those in a block have in common."""
    kind, _, value = text.partition(":")
    return f"{_BLOCKS.get(kind, kind)} ({value.replace('|', ' ')})"


def alike(strength: int, rules: Rules) -> str:
    """Say what a comparison came to."""
    if strength >= rules.join:
        return f"much in common: {bits(strength)}, where {bits(rules.join)} are enough to join"
    if strength >= rules.suggest:
        return f"something in common: {bits(strength)}, where it takes {bits(rules.join)} to join without asking"
    return f"too little in common: {bits(strength)}, where {bits(rules.suggest)} are worth a question"


def same_key(value: str) -> str:
    """Say what a key is."""
    kind, _, plain = value.partition(":")
    return f"same {kind}: {plain}"


def plain_key(value: str) -> str:
    """Write a key without its kind."""
    return value.partition(":")[2] or value


def decision(verdict: str, *, holds: bool) -> str:
    """Say what a person said."""
    said = "a person said that they are the same" if verdict == "same" else "a person said that they are different"
    return said if holds else f"{said}; it cannot hold beside what was said before or since"


_PAIRS = {
    "decided_different": "They are apart because a person said that they are different.",
    "refused": "They are apart although something would join them, because",
    "suggested": "They are apart, and people are asked whether they are one person.",
    "below_threshold": "They are apart because they have too little in common.",
    "not_compared": "They are apart, and were not compared: they share nothing by which records are found.",
    "not_yet_weighed": "They are apart, and one of them was not compared with others yet.",
}


def together(edges: int) -> str:
    """Say that two are one."""
    return "They are one golden record." if not edges else f"They are one golden record, joined by {edges} edges."


def pair(verdict: str, guards: Sequence[str]) -> str:
    """Say why two are apart, given what the guards that tripped say."""
    said = _PAIRS[verdict]
    return f"{said} {guards[0]}." if verdict == "refused" and guards else said
