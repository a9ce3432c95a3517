"""Learning what evidence is worth from the records themselves, without anyone telling which are one person.

Expectation maximisation over the pairs that blocking brings together. How often strangers agree (u) is counted among
pairs taken evenly from all records; how often records of one person agree (m) is what explains best the agreements
seen. A block's own fields agree in all of its pairs, so each pass teaches about the others only. Everything is drawn
towards the defaults, as if so many pairs had been seen before: little data changes little. The same records give the
same rules, whatever their order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import combinations
from math import log2

import msgspec

from identity.normalise.form import Form
from identity.rules.blocking import texts_of
from identity.rules.comparison import LEVELS, Comparison, compare
from identity.rules.ruleset import COUNTED, DEFAULT, UNIT, Chances, Rules, default_chances, strength
from identity.rules.scoring import score, worths

ROUNDS = 25
SEEN_BEFORE = 60
"""So many pairs, or carriers of a value, the defaults stand for."""
STRANGERS = 20
"""Pairs of strangers looked at for each record, up to the following."""
MOST_STRANGERS = 100_000
MOST_OF_A_PASS = 50_000
MOST_JUDGED = 10_000
"""Records by which it is judged how many others of one person a record has."""
MOST_VALUES = 1_000
COMMON = 3
"""A value of fewer records is as rare as any."""
STRAYING = 60
"""So far a strength may be from its default: what is learned corrects, and does not turn things round."""
PRIORS = range(-240, -99)
"""Never surer than this before anything is seen: a workspace grows after it has learned."""

# What all pairs of a pass agree in, so that it can teach nothing about that.
_SETTLED = {
    "name": {"given", "family", "order"},
    "sound-work": {"given", "family", "order", "company"},
    "sound-host": {"given", "family", "order", "company"},
    "sound-mail": {"given", "family", "order", "email"},
    "sound-city": {"given", "family", "order", "place"},
    "sound-year": {"given", "family", "order", "birth"},
    "birth": {"birth"},
    "local": {"email"},
    "email": {"email"},
    "phone": {"phone"},
    "work": {"company", "family"},
    "door": {"place"},
}

Patterns = Counter[Comparison]
Seen = dict[str, Counter[str]]
"""How many pairs, also in fractions, were seen at each level of each field."""


def learn(forms: Iterable[Form], shared: frozenset[str] = frozenset(), rules: Rules = DEFAULT) -> Rules:
    """Learn strengths, common values and the prior from a workspace's forms; thresholds and limits stay."""
    # By hash: an order that depends on nothing but what is in them, and in which neighbours are strangers.
    ordered = sorted(forms, key=lambda form: blake2b(msgspec.json.encode(form)).digest())
    if len(ordered) < 2:
        return rules
    chances = _among_strangers(ordered, shared)
    blocks = _blocks(ordered, shared, rules.block_limit)
    passes = sorted(_passes(blocks).items())
    fits = [_fit(_patterns(ordered, pairs, shared), chances, _SETTLED[kind]) for kind, pairs in passes]
    chances = _among_matches(chances, fits)
    learned = msgspec.structs.replace(
        rules,
        strengths={field: _strengths(chances, field, len(ordered)) for field in LEVELS},
        values={field: _values(ordered, chances, field) for field in COUNTED},
    )
    return msgspec.structs.replace(learned, prior=_prior(ordered, blocks, shared, learned))


def _among_strangers(forms: Sequence[Form], shared: frozenset[str]) -> Chances:
    """Count how often records agree that are not one person's; what looks like one is left out."""
    seen: Seen = defaultdict(Counter)
    count = len(forms)
    for place in range(min(count * STRANGERS, MOST_STRANGERS)):
        left, right = place % count, (place + 1 + place // count * 7) % count
        if left == right:
            continue
        found = score(forms[left], forms[right], DEFAULT, shared)
        if found.verdict == "apart":
            _note(seen, found.comparison, 1)
    chances = default_chances()
    for field, levels in chances.items():
        present = sum(seen[field].values())
        for level, (matching, other) in levels.items():
            # What is very rare cannot be counted in so few pairs; there the default stands for more of them.
            before = max(SEEN_BEFORE, 3 / other)
            levels[level] = (matching, (seen[field][level] + before * other) / (present + before))
    return chances


def _note(seen: Seen, comparison: Comparison, weight: float) -> None:
    for field, level in zip(Comparison._fields, comparison, strict=True):
        if level:
            seen[field][level] += weight  # type: ignore[assignment] # a Counter of fractions


def _blocks(forms: Sequence[Form], shared: frozenset[str], limit: int) -> dict[str, list[int]]:
    """List the records of each block that brings any together, and those of equal mailboxes."""
    carriers: dict[str, list[int]] = defaultdict(list)
    for number, form in enumerate(forms):
        for text in texts_of(form):
            carriers[text].append(number)
        for email in form.emails:
            if email not in shared:
                carriers[f"email:{email}"].append(number)
    return {text: members for text, members in carriers.items() if 1 < len(members) <= limit}


def _passes(blocks: dict[str, list[int]]) -> dict[str, list[tuple[int, int]]]:
    """List the pairs of each pass of blocking; enough of them, where there are very many."""
    passes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for text, members in blocks.items():
        found = passes[text.partition(":")[0]]
        if len(found) < MOST_OF_A_PASS:
            found.extend(combinations(members, 2))
    return passes


def _patterns(forms: Sequence[Form], pairs: Iterable[tuple[int, int]], shared: frozenset[str]) -> Patterns:
    return Counter(compare(forms[left], forms[right], shared) for left, right in pairs)


def _fit(patterns: Patterns, chances: Chances, settled: set[str]) -> Seen:
    """Find the chances among matches that explain a pass best, and what its matches then look like."""
    fields = [field for field in Comparison._fields if field not in settled]
    matching = {field: {level: chance[0] for level, chance in chances[field].items()} for field in fields}
    share, total = 0.2, sum(patterns.values())
    seen: Seen = defaultdict(Counter)
    for _ in range(ROUNDS if total else 0):
        seen, matches = defaultdict(Counter), 0.0
        for pattern, count in patterns.items():
            odds = share / (1 - share)
            for field in fields:
                if level := getattr(pattern, field):
                    odds *= matching[field][level] / chances[field][level][1]
            weight = count * odds / (1 + odds)
            matches += weight
            _note(seen, pattern, weight)
        share = min(max((matches + 1) / (total + 2), 0.001), 0.999)
        for field in fields:
            matching[field] = _drawn(seen[field], chances[field])
    return {field: seen[field] for field in fields}


def _drawn(seen: Counter[str], chances: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Say how often matches agree, drawn towards the defaults."""
    present = sum(seen.values()) + SEEN_BEFORE
    return {level: (seen[level] + SEEN_BEFORE * chance[0]) / present for level, chance in chances.items()}


def _among_matches(chances: Chances, fits: Iterable[Seen]) -> Chances:
    """Take what all passes teach together."""
    seen: Seen = defaultdict(Counter)
    for fit in fits:
        for field, levels in fit.items():
            for level, weight in levels.items():
                seen[field][level] += weight
    return {
        field: {level: (matching, levels[level][1]) for level, matching in _drawn(seen[field], levels).items()}
        for field, levels in chances.items()
    }


def _strengths(chances: Chances, field: str, records: int) -> dict[str, int]:
    found = {level: strength(*chance) for level, chance in chances[field].items()}
    if field in COUNTED:
        level = COUNTED[field]
        # A value in no table is carried by one record or two; of few records that is not known yet.
        carriers = records / (records + SEEN_BEFORE)
        found[level] = _worth(chances, field, carriers=carriers, records=records)
    return {level: _near_default(field, level, worth) for level, worth in found.items()}


def _near_default(field: str, level: str, worth: int) -> int:
    default = DEFAULT.strengths[field][level]
    return min(max(worth, default - STRAYING), default + STRAYING)


def _worth(chances: Chances, field: str, *, carriers: float, records: int) -> int:
    """Weigh agreement in a value by how many carry it."""
    matching = chances[field][COUNTED[field]][0]
    usual = default_chances()[field][COUNTED[field]][1]
    return strength(matching, (carriers + SEEN_BEFORE * usual) / (records + SEEN_BEFORE))


def _values(forms: Sequence[Form], chances: Chances, field: str) -> dict[str, int]:
    """Weigh the common values of a field, the most common first."""
    counted = Counter(value for form in forms if (value := getattr(form, "city" if field == "place" else field)))
    common = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]
    present = counted.total()
    level = COUNTED[field]
    return {
        value: _near_default(field, level, _worth(chances, field, carriers=carriers, records=present))
        for value, carriers in common
        if carriers >= COMMON
    }


def _prior(forms: Sequence[Form], blocks: dict[str, list[int]], shared: frozenset[str], rules: Rules) -> int:
    """Find the prior at which as many pairs match as it says, judged by the first records and whom they may be."""
    judged = min(len(forms), MOST_JUDGED)
    pairs = {
        pair
        for members in blocks.values()
        if members[0] < judged
        for pair in combinations(members, 2)
        if pair[0] < judged
    }
    evidence: Counter[int] = Counter()
    for left, right in sorted(pairs):
        seen = compare(forms[left], forms[right], shared)
        worth = sum(worths(forms[left], forms[right], seen, rules).values())
        evidence[worth] += 2 if right < judged else 1
    others = judged * (len(forms) - 1)
    prior = rules.prior
    for _ in range(ROUNDS):
        matches = sum(count / (1 + 2.0 ** (-(prior + worth) / UNIT)) for worth, count in sorted(evidence.items()))
        prior = min(max(round(UNIT * log2((matches + 1) / (others + 1))), PRIORS[0]), PRIORS[-1])
    return prior
