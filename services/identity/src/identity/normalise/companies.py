"""Companies without their legal form: Acme, Acme Ltd. and ACME Limited are one."""

import re
from functools import lru_cache

from cleanco.termdata import terms_by_type

from identity.normalise.letters import fold

_LONGEST_FORM = 4

# What the library does not have; the first is written before the name.
_MORE = ("ooo", "oao", "zao", "pao", "kabushiki kaisha", "yugen kaisha", "gmbh co kg", "gmbh and co kg",
         "ug haftungsbeschrankt", "e v", "ev", "sp zoo", "inh", "asbl", "vzw")  # fmt: skip

# Each by its letters alone, since G.m.b.H. falls apart into words.
_FORMS = frozenset("".join(fold(term).split()) for terms in (*terms_by_type.values(), _MORE) for term in terms) - {""}

_GLUE = frozenset(("and", "und", "et", "y", "e", "the"))


# A.C.M.E. is Acme, and G.m.b.H. is GmbH.
_SPELLED = re.compile(r"(?<!\w)(?:\w\.){2,}\w?(?!\w)")


def _spoken(match: re.Match[str]) -> str:
    return match[0].replace(".", "") + " "


@lru_cache(maxsize=20_000)
def company(text: str) -> str:
    """Write a company's name without its legal form, at either end; one that is nothing else keeps it."""
    whole = fold(_SPELLED.sub(_spoken, text.replace("&", " and "))).split()
    words = [word for word in whole if word != "the"] or whole
    shorter = _without_form_behind(words)
    for length in range(min(_LONGEST_FORM, len(shorter) - 1), 0, -1):
        if "".join(shorter[:length]) in _FORMS and length < len(shorter):
            shorter = shorter[length:]
            break
    return " ".join(shorter)


def _without_form_behind(words: list[str]) -> list[str]:
    while len(words) > 1:
        for length in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
            if "".join(words[-length:]) in _FORMS:
                words = words[:-length]
                break
        else:
            return words
        while len(words) > 1 and words[-1] in _GLUE:
            words = words[:-1]
    return words
