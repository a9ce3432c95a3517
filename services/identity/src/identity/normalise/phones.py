"""Phones in E.164, with the extension behind: the number that would be dialled from anywhere."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

# An international number without a trunk prefix in brackets: all of its digits are dialled.
_INTERNATIONAL = re.compile(r"\s*\+[1-9][0-9 ./()-]{6,24}")
_PUNCTUATION = str.maketrans("", "", " \t\n\r./()-")
_NATIONAL = re.compile(r"\s*\(?[0-9][0-9 ./()-]{4,24}")
_DIGITS = re.compile("[0-9]")
_LONGEST = 60


def e164(phone: str, region: str | None) -> str | None:
    """Write a phone number in E.164, an extension after a semicolon; None when it cannot be a number.

    One without a country's code is read as dialled in `region` (two letters, as in ISO 3166).
    """
    if _INTERNATIONAL.fullmatch(phone) and "(0" not in phone:
        digits = phone.translate(_PUNCTUATION)[1:]
        for length in (2, 1, 3):
            plan = _PLANS.get(digits[:length])
            if plan and plan.holds(digits[length:]):
                return f"+{digits}"
    elif region and _NATIONAL.fullmatch(phone):
        code, plan = _at_home(region)
        if plan and (national := plan.undialled(phone.translate(_PUNCTUATION))):
            return f"+{code}{national}"
    return _parsed(phone, region)


@lru_cache(maxsize=300)
def _at_home(region: str) -> tuple[int, "_Plan | None"]:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return (metadata.country_code, _Plan(metadata)) if metadata else (0, None)


@lru_cache(maxsize=10_000)
def _parsed(phone: str, region: str | None) -> str | None:
    if len(phone) > _LONGEST or len(_DIGITS.findall(phone)) == 0:
        # A number in other digits than ours is still one.
        if not any(letter.isdigit() for letter in phone[:_LONGEST]):
            return None
    try:
        number = phonenumbers.parse(phone[:_LONGEST], region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return f"+{number.country_code}{national}" + (f";{number.extension}" if number.extension else "")


class _Plan:
    """What a country's numbers look like, as far as telling needs no parser: their lengths, and what is not dialled."""

    __slots__ = ("_abroad", "_all", "_lengths", "_prefix", "_trunk")

    def __init__(self, metadata: PhoneMetadata) -> None:
        self._lengths = frozenset(metadata.general_desc.possible_length)
        self._all = re.compile(metadata.general_desc.national_number_pattern or r"(?!)")
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


def _plans() -> dict[str, _Plan]:
    """Make the plans of all calling codes from the main region of each."""
    plans = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        metadata = PhoneMetadata.metadata_for_region(regions[0], None)
        if metadata is not None:
            plans[str(code)] = _Plan(metadata)
    return plans


_PLANS = _plans()
