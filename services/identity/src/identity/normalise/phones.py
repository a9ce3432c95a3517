"""Phones in E.164, with the extension behind: the number that would be dialled from anywhere."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

# An international number without a trunk prefix in brackets: all of its digits are dialled.
_INTERNATIONAL = re.compile(r"\s*\+[1-9][0-9 ./()-]{6,24}")
_PUNCTUATION = str.maketrans("", "", " \t\n\r./()-")
_NATIONAL = re.compile(r"\s*\(?[0-9][0-9 ./()-]{4,24}")
_LONGEST = 60
_SHORTEST = 7
"""Digits of a number from abroad; what has fewer is dialled inside one house."""


def e164(phone: str, region: str | None) -> str | None:
    """Write a phone number in E.164, an extension after a semicolon; None when it cannot be a number.

    One without a country's code is read as dialled in `region` (two letters, as in ISO 3166).
    """
    if _INTERNATIONAL.fullmatch(phone) and "(0" not in phone:
        digits = phone.translate(_PUNCTUATION)[1:]
        for length in (2, 1, 3):
            plan = _plan_of(digits[:length])
            if plan and len(digits) >= _SHORTEST and plan.holds(digits[length:]):
                return f"+{digits}"
    elif region and _NATIONAL.fullmatch(phone):
        code, plan = _at_home(region)
        national = plan.undialled(phone.translate(_PUNCTUATION)) if plan else None
        if national and len(f"{code}{national}") >= _SHORTEST:
            return f"+{code}{national}"
    return _parsed(phone, region)


@lru_cache(maxsize=300)
def _at_home(region: str) -> tuple[int, "_Plan | None"]:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return (metadata.country_code or 0, _Plan(metadata)) if metadata else (0, None)


@lru_cache(maxsize=10_000)
def _parsed(phone: str, region: str | None) -> str | None:
    # Numbers may be in other digits than ours. What is longer is a note with a number in it, or two.
    if len(phone) > _LONGEST or not any(letter.isdigit() for letter in phone):
        return None
    try:
        number = phonenumbers.parse(phone, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    if len(f"{number.country_code}{national}") < _SHORTEST:
        return None
    return f"+{number.country_code}{national}" + (f";{number.extension}" if number.extension else "")


class _Plan:
    """What a country's numbers look like, as far as telling needs no parser: their lengths, and what is not dialled."""

    __slots__ = ("_abroad", "_all", "_lengths", "_prefix", "_trunk")

    def __init__(self, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        assert general is not None
        self._lengths = frozenset(general.possible_length)
        self._all = re.compile(general.national_number_pattern or r"(?!)")
        self._abroad = re.compile(metadata.international_prefix or r"(?!)")
        self._prefix = metadata.national_prefix or ""
        self._trunk = re.compile(metadata.national_prefix_for_parsing or r"(?!)")

    def undialled(self, dialled: str) -> str | None:
        """Take away what is dialled only inside the country; None where that is not plain to see."""
        if self._prefix and dialled.startswith(self._prefix) and self._trunk.pattern == self._prefix:
            national = dialled[len(self._prefix) :]
        elif self._trunk.match(dialled):
            return None
        else:
            national = dialled
        if self._abroad.match(dialled) or len(national) not in self._lengths or not self._all.fullmatch(national):
            return None
        return national

    def holds(self, national: str) -> bool:
        """Whether all of this is dialled from abroad, and as long as a number may be."""
        return len(national) in self._lengths and self._trunk.match(national) is None


@lru_cache(maxsize=1_100)
def _plan_of(code: str) -> _Plan | None:
    """Make the plan of a calling code from its main region."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    metadata = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    return _Plan(metadata) if metadata else None
