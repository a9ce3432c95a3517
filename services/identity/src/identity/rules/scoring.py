"""What two records' evidence adds up to, the guards that hold it back, and the verdict."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from identity.normalise.form import Form
from identity.rules.comparison import NO_KEYS, Comparison, compare
from identity.rules.ruleset import STRONGEST, Rules

Verdict = Literal["join", "suggest", "apart"]

_ALIKE = frozenset(("same", "form", "part", "close"))
_NEAR = frozenset(("same", "near"))
_BORN = frozenset(("same", "either", "near"))
_BORN_AROUND = _BORN | {"close"}
_HOUSE = frozenset(("door", "street"))


class Score(NamedTuple):
    """The evidence for two records being one person's; a guard that tripped leaves the question to people."""

    strength: int
    verdict: Verdict
    guards: tuple[str, ...]
    comparison: Comparison


def score(left: Form, right: Form, rules: Rules, shared: frozenset[str] = NO_KEYS) -> Score:
    """Weigh two records; the same whichever is left."""
    seen = compare(left, right, shared)
    total = min(rules.prior + sum(worths(left, right, seen, rules).values()), STRONGEST)
    if total < rules.suggest:
        return Score(total, "apart", (), seen)
    tripped = guards(left, right, seen)
    return Score(total, "join" if total >= rules.join and not tripped else "suggest", tripped, seen)


def worths(left: Form, right: Form, seen: Comparison, rules: Rules) -> dict[str, int]:
    """Say what each field that both have adds to the evidence or takes from it."""
    found = {}
    for field, level in zip(Comparison._fields, seen, strict=True):
        if level:
            found[field] = rules.strengths[field][level]
    if rules.values:
        for field, table, value in _common(left, right, seen):
            found[field] = min(found[field], rules.values.get(table, {}).get(value, found[field]))
    return found


def _common(left: Form, right: Form, seen: Comparison) -> Iterator[tuple[str, str, str]]:
    """List the values two records have in common that may be common ones: the field, whose table to ask, the value."""
    if seen.order:
        # Crossed, a name stands in both fields: it is worth what the more common use of it is.
        names = {left.given, left.family} & {right.given, right.family}
        for field in ("given", "family"):
            if getattr(seen, field) == "same":
                yield from ((field, table, name) for table in ("given", "family") for name in names)
    else:
        if seen.given == "same":
            yield "given", "given", left.given
        if seen.family == "same":
            yield "family", "family", left.family
    if seen.company == "same" and left.company == right.company:
        yield "company", "company", left.company
    if seen.place == "city":
        yield from (("place", "place", city) for city in (left.city, right.city))


def guards(left: Form, right: Form, seen: Comparison) -> tuple[str, ...]:
    """List what forbids joining these two without asking, however much else agrees."""
    tripped = []
    named = seen.given in _ALIKE and seen.family in _ALIKE
    reached = seen.email in _NEAR
    born = seen.birth in _BORN
    if seen.birth == "differs":
        tripped.append("birth_dates_conflict")
    if left.generation and right.generation and left.generation != right.generation:
        tripped.append("generations_conflict")
    if seen.given in {"differs", "kin"}:
        tripped.append("given_names_differ")
    if seen.family == "differs" and not (born and (reached or seen.phone in _NEAR or seen.place == "door")):
        tripped.append("family_names_differ")
    # A name by half, address, phone and employer are shared in a household or an office, and twins a birthday too.
    if not (named or reached or (born and (seen.given in _ALIKE or seen.family in _ALIKE))):
        tripped.append("nothing_personal")
    # A name that nothing but a city or an employer bears out is a namesake's as well.
    if not (reached or seen.birth in _BORN_AROUND or seen.phone in _NEAR or seen.place in _HOUSE):
        tripped.append("only_names")
    # Father and son, or two of one name in one house: the name and the place agree, all that is one's own does not.
    if not (reached or born or seen.phone in _NEAR) and "differs" in {seen.email, seen.phone}:
        tripped.append("namesakes")
    if bool(left.generation) != bool(right.generation) and not (reached or born):
        tripped.append("generation_unsure")
    return tuple(tripped)
