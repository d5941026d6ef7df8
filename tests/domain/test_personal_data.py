"""What is personal in a text, in any country's way of writing it, and what only looks so."""

import pytest

from workflows.domain.personal_data import Kind, personal_data_in
from workflows.domain.text import compile_pattern


def _kinds(text: str) -> list[str]:
    return [datum.kind.value for datum in personal_data_in(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("it went to 4111 1111 1111 1111 today", Kind.CARD),
        ("card 5555-5555-5555-4444.", Kind.CARD),
        ("card 378282246310005", Kind.CARD),
        ("कार्ड ४१११ ११११ ११११ ११११ पर", Kind.CARD),
        ("কার্ড ৪১১১১১১১১১১১১১১১ এ", Kind.CARD),
        ("కార్డ్ ౪౧౧౧ ౧౧౧౧ ౧౧౧౧ ౧౧౧౧కు పంపాం", Kind.CARD),
        ("بطاقة ٤١١١ ١١١١ ١١١١ ١١١١", Kind.CARD),
        ("card 4111 1111 1111 1111 2027", Kind.CARD),
        ("sent to GB82 WEST 1234 5698 7654 32 and arrives by Thursday", Kind.IBAN),
        ("TR330006100519786457841326 hesabına", Kind.IBAN),
        ("we'll call you on 07911 123456 today", Kind.PHONE),
        ("your number +91 98765 43210", Kind.PHONE),
        ("aapko 9876543210 par call karenge", Kind.PHONE),
        ("আপনার ০১৭১২৩৪৫৬৭৮ নম্বরে", Kind.PHONE),
        ("0532 123 45 67 numaranıza", Kind.PHONE),
        ("call him on (212) 555-0142", Kind.PHONE),
        ("sent to asha.k84@example.com again", Kind.EMAIL),
        ("आपका आधार 9999 4105 7058 जुड़ गया", Kind.AADHAAR),
        ("PAN ABCPE1234F is linked", Kind.PAN),
        ("TC 10000000146 ile", Kind.TCKN),
        ("আপনার এনআইডি ১২৩৪৫৬৭৮৯০ যাচাই হয়েছে", Kind.NID),
    ],
)
def test_personal_data_is_told_by_its_kind(text: str, kind: Kind) -> None:
    assert _kinds(text) == [kind.value]


@pytest.mark.parametrize(
    "text",
    [
        "it costs ₹1,299.00 from 1 May 2026",
        "open 10:00 to 18:00, 12.05.2026",
        "call our helpline 1800 123 4567 at any hour",
        "call us on +44 20 7946 0958 from 8 am",
        "write to support@example.com",
        "ticket 4832915567 is open",
        "order no. 9876543210 left today",
        "card ending in 1111",
        "4111 1111 1111 1112 has a wrong check digit",
        "#Diwali2026 with 20 % off, see https://example.com/9876543210123",
        "flight TK1953 at gate 22",
        "৳১২,৫০০ ফেরত, ২৪ ঘণ্টায়",
        "NID 12345",
    ],
)
def test_amounts_times_references_and_our_own_counters_are_not_personal(text: str) -> None:
    assert _kinds(text) == []


def test_the_place_is_that_of_the_datum_in_the_text_as_it_was_written() -> None:
    text = "आपके कार्ड ४१११ ११११ ११११ ११११ पर"

    (datum,) = personal_data_in(text)

    assert text[datum.start : datum.end] == "४१११ ११११ ११११ ११११"


def test_order_numbers_are_what_the_playbook_says() -> None:
    found = personal_data_in("yours is OD-12345.", order_numbers=[compile_pattern(r"\bod-\d{5}\b")])

    assert [(datum.kind, datum.start, datum.end) for datum in found] == [(Kind.ORDER_NUMBER, 9, 17)]


def test_each_place_is_told_once_and_in_order() -> None:
    text = "asha@example.com, 98765 43210 and 4111111111111111"

    assert _kinds(text) == ["email", "phone", "card"]
