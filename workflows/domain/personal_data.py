"""Personal data in a text: what must not be shown in public, told by check digits and formats."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import regex
from stdnum import iban, luhn
from stdnum.in_ import aadhaar, pan
from stdnum.tr import tckimlik

from workflows.domain.telephone import is_telephone


class Kind(StrEnum):
    """What was found."""

    CARD = "card"
    IBAN = "iban"
    PHONE = "phone"
    EMAIL = "email"
    AADHAAR = "aadhaar"
    PAN = "pan"
    TCKN = "tckn"
    NID = "nid"
    ORDER_NUMBER = "order_number"


@dataclass(frozen=True, slots=True)
class Datum:
    """A piece of personal data, from `start` to before `end`."""

    kind: Kind
    start: int
    end: int


_DIGITS = regex.compile(
    r"(?<![A-Za-z\p{N}_.,#@/-])\+?\(?\d(?:[ \u00a0().–-]{0,2}\d){6,21}(?![A-Za-z\p{N}_]|[.,:/-]\d)"
)
_SEPARATORS = regex.compile(r"[^\d]")
_GROUP = regex.compile(r"[+(]?\d+")
_MOST_GROUPS = 8
_IBAN = regex.compile(
    r"(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}(?![\p{L}\p{N}])", regex.IGNORECASE
)
_PAN = regex.compile(r"(?<![\p{L}\p{N}])[A-Z]{5}[ -]?\d{4}[ -]?[A-Z](?![\p{L}\p{N}])", regex.IGNORECASE)
_EMAIL = regex.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NID_WORD = regex.compile(r"\bn\.?i\.?d\b|এনআইডি|পরিচয়\s?পত্র|ভোটার\s?আইডি|voter\s?id", regex.IGNORECASE)
# Addresses of a company's counters, which stand on its website.
_OURS = regex.compile(
    r"(?:support|care|help|info|hello|contact|customer|service|feedback|grievance|complain|nodal|no-?reply"
    r"|reach|team|sales|destek|iletisim|bilgi|musteri|query|queries|social|privacy|escalation|refund|claim|order)",
    regex.IGNORECASE,
)
_OUR_NUMBER = regex.compile(
    r"\b(?:call|reach|contact|whatsapp|text|ring|phone) (?:us|our)\b|\bour (?:number|helpline|line)"
    r"|help\s?line|hot\s?line|toll[- ]?free|customer care|call cent|bizi ara|hattı|çağrı merkezi"
    r"|müşteri hizmetleri|हेल्पलाइन|टोल[\s-]?फ्री|कस्टमर केयर|हमारे नंबर|হেল্পলাইন|হটলাইন|টোল[\s-]?ফ্রি"
    r"|কল সেন্টার|హెల్ప్|టోల్[\s-]?ఫ్రీ|కస్టమర్ కేర్",
    regex.IGNORECASE,
)
_REFERENCE = regex.compile(
    r"\b(?:order|ticket|ref(?:erence)?|complaint|case|awb|pnr|tracking|booking|request|utr|rrn|invoice|txn"
    r"|transaction|docket|consignment|sipariş|talep|takip|başvuru|kayıt|ऑर्डर|टिकट|शिकायत|रेफरेंस|रेफ़रेंस"
    r"|অর্ডার|টিকিট|অভিযোগ|রেফারেন্স|ట్రాకింగ్|ఆర్డర్|టికెట్|ఫిర్యాదు|రిఫరెన్స్)[\w\p{M}]*[ ]?"
    r"(?:id|no|number|num|numar\w*|nr|नंबर|संख्या|নম্বর|నంబర్|నెంబర్)?[ .:#'-]*(?:is|hai)?[ ]?$",
    regex.IGNORECASE,
)
_BEFORE = 60  # code points in which the word stands that says what a number is


def personal_data_in(text: str, *, order_numbers: Sequence[Any] = ()) -> list[Datum]:
    """Return the personal data of a text in its order, none over another; digits of any script count.

    order_numbers  compiled expressions (workflows.domain.text.compile_pattern) of this trade's numbers.

    Telephone numbers and addresses that companies publish (toll-free ones, "call us", support@) are not
    personal.
    """
    plain = _with_plain_digits(text)
    found = [
        *_ordered(plain, order_numbers),
        *_emails(plain),
        *_ibans(plain),
        *_pans(plain),
        *_numbers(plain),
    ]
    found.sort(key=lambda datum: (datum.start, datum.start - datum.end))
    apart: list[Datum] = []
    for datum in found:
        if not apart or datum.start >= apart[-1].end:
            apart.append(datum)
    return apart


def _with_plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        letter if letter.isascii() else str(unicodedata.decimal(letter, letter)) for letter in text
    )


def _ordered(text: str, patterns: Sequence[Any]) -> Iterator[Datum]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            start, end = match.span()
            while start < end and not text[start].isalnum():
                start += 1
            while end > start and not text[end - 1].isalnum():
                end -= 1
            if start < end:
                yield Datum(Kind.ORDER_NUMBER, start, end)


def _emails(text: str) -> Iterator[Datum]:
    for match in _EMAIL.finditer(text):
        if not _OURS.match(match.group()):
            yield Datum(Kind.EMAIL, *match.span())


def _ibans(text: str) -> Iterator[Datum]:
    for match in _IBAN.finditer(text):
        # Words may follow the number: the longest beginning that is sound is meant.
        pieces = regex.split(r"(?<=[ -])", match.group())
        for count in range(len(pieces), 0, -1):
            written = "".join(pieces[:count]).rstrip(" -")
            if iban.is_valid(written, check_country=False):
                yield Datum(Kind.IBAN, match.start(), match.start() + len(written))
                break


def _pans(text: str) -> Iterator[Datum]:
    for match in _PAN.finditer(text):
        if pan.is_valid(match.group()):
            yield Datum(Kind.PAN, *match.span())


def _numbers(text: str) -> Iterator[Datum]:
    for match in _DIGITS.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        for start, end in _parts_of(match.group()):
            kind = _kind_of(match.group()[start:end], before)
            if kind:
                yield Datum(kind, match.start() + start, match.start() + end)
                break


def _parts_of(written: str) -> Iterator[tuple[int, int]]:
    """Yield the whole, then rows of its groups, long ones first: a year may stand behind a number."""
    yield 0, len(written)
    groups = [group.span() for group in _GROUP.finditer(written)]
    if 1 < len(groups) <= _MOST_GROUPS:
        for count in range(len(groups) - 1, 0, -1):
            for first in range(len(groups) - count + 1):
                yield groups[first][0], groups[first + count - 1][1]


def _kind_of(written: str, before: str) -> Kind | None:
    digits = _SEPARATORS.sub("", written)
    if _is_card(digits, written):
        return Kind.CARD
    if len(digits) in (10, 13, 17) and _NID_WORD.search(before):
        return Kind.NID
    if _REFERENCE.search(before):
        return None
    if is_telephone(written):
        return None if _OUR_NUMBER.search(before) else Kind.PHONE
    return _national_id(digits, written)


def _national_id(digits: str, written: str) -> Kind | None:
    if len(digits) == 12 and written[0] in "23456789" and aadhaar.is_valid(digits):
        return Kind.AADHAAR
    return Kind.TCKN if len(digits) == 11 and written.isdigit() and tckimlik.is_valid(digits) else None


def _is_card(digits: str, written: str) -> bool:
    return (
        13 <= len(digits) <= 19
        and digits[0] in "2345689"
        and not written.startswith("+")
        and len(set(digits)) > 1
        and bool(luhn.is_valid(digits))
    )
