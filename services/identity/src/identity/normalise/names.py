"""Names of people: given and family name without titles, accents, case and order of writing."""

from functools import lru_cache

from contracts.contacts import Contact

from identity.normalise.letters import fold_name

_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "dr", "prof", "professor", "doctor", "doktor", "herr", "frau",
    "hr", "fr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "senor", "senora", "srta", "sra", "don",
    "dona", "dott", "dottssa", "ing", "dipl", "mag", "phd", "md", "mba", "msc", "bsc", "ba", "ma", "esq", "cpa",
    "rev", "mevr", "dhr", "pan", "pani",
})  # fmt: skip

_GENERATIONS = {
    "jr": "2", "junior": "2", "ii": "2", "2nd": "2", "jnr": "2", "sr": "1", "senior": "1", "snr": "1",
    "iii": "3", "3rd": "3", "iv": "4",
}  # fmt: skip

PARTICLES = frozenset({
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "el", "al", "bin",
    "ben", "ibn", "ter", "ten", "zu", "zur", "st",
})  # fmt: skip

# What stands where nobody knew a name; No and Na alone are names, and so is a letter.
_NO_NAMES = frozenset({
    "unknown", "unbekannt", "inconnu", "desconocido", "n a", "none", "null", "anonymous", "unnamed", "no name", "tbd",
    "xxx",
})  # fmt: skip


def name(first: str | None, last: str | None) -> tuple[str, str, str]:
    """Split what is known of a name into given name, family name and generation; each may be empty.

    A single field that holds "Family, Given" is read so.
    """
    if not first and last and "," in last:
        last, _, first = last.partition(",")
    elif not last and first and "," in first:
        last, _, first = first.partition(",")
    given, elder = _words(first) if first else ("", "")
    family, younger = _words(last) if last else ("", "")
    return given, family, younger or elder


@lru_cache(maxsize=50_000)
def _words(text: str) -> tuple[str, str]:
    """Fold one part of a name, and take titles and generation away."""
    folded = fold_name(text)
    # Most names are one word, and no title.
    if " " not in folded:
        return ("", "") if folded in _TITLES or folded in _NO_NAMES or folded.isdigit() else (folded, "")
    words, generation = folded.split(), ""
    if folded in _NO_NAMES or not set(words) - _NO_NAMES:
        return "", ""
    # Behind a name sr and jr tell of father and son; in front sr is señor.
    while len(words) > 1 and (words[-1] in _GENERATIONS or words[-1] in _TITLES):
        generation = _GENERATIONS.get(words.pop(), generation)
    while len(words) > 1 and (words[0] in _TITLES or words[0] == "sr"):
        words = words[1:]
    return "" if words[0] in _TITLES else " ".join(words), generation


@lru_cache(maxsize=50_000)
def family_key(family: str) -> str:
    """Give the one word of a family name that stands for it: its first that is no particle."""
    words = family.split()
    return next((word for word in words if word not in PARTICLES), words[0] if words else "")


def generation_of(contact: Contact) -> str:
    """Tell the generation a contact's name speaks of, as a number from 1 for senior; empty if it speaks of none."""
    return name(contact.first_name, contact.last_name)[2]
