"""Telephone numbers of any country, told from other numbers, and those of people from those of companies."""

import phonenumbers
import regex
from phonenumbers import NumberParseException, PhoneNumberType

# As a mobile number is written at home: India, Bangladesh, Turkey, and one with its area code in brackets.
_AT_HOME = (
    ("IN", regex.compile(r"0?[6-9]\d{9}")),
    ("BD", regex.compile(r"01[3-9]\d{8}")),
    ("TR", regex.compile(r"0?5\d{9}|0[2-4]\d{9}")),
    ("IN", regex.compile(r"0\d{10}")),
)
_OF_PEOPLE = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
_AMERICAN = regex.compile(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}")
_BRITISH = regex.compile(r"07\d{9}|0[12]\d{8,9}")
_FOREIGN = regex.compile(r"(?:\+|00)\d{8,15}")
_WITH_CODE = regex.compile(r"(?:91[6-9]\d{9}|8801[3-9]\d{8}|90[2-5]\d{9})")
_NOT_DIGITS = regex.compile(r"[^\d+]")


def is_telephone(written: str) -> bool:
    """Say whether this is the number of a person's telephone, as it is dialled at home or from abroad.

    Numbers that only companies have (toll-free, shared cost, premium) are none.
    """
    digits = _NOT_DIGITS.sub("", written)
    if _FOREIGN.fullmatch(digits):
        return _is_of_a_person("+" + digits.removeprefix("+").removeprefix("00"), None)
    if _WITH_CODE.fullmatch(digits):
        return _is_of_a_person("+" + digits, None)
    if _AMERICAN.fullmatch(written.strip()):
        return _is_of_a_person(digits, "US")
    if any(shape.fullmatch(digits) and _is_of_a_person(digits, region) for region, shape in _AT_HOME):
        return True
    return _BRITISH.fullmatch(digits) is not None and _is_of_a_person(digits, "GB")


def _is_of_a_person(number: str, region: str | None) -> bool:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _OF_PEOPLE
