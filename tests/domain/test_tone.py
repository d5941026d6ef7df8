"""The values of the tone check: the hardest verdict, names and signatures."""

import pytest

from workflows.domain.tone import Check, Finding, Verdict, hardest, is_named, is_signed


def _finding(verdict: Verdict) -> Finding:
    return Finding(Check.BLAME, 0, 1, verdict=verdict)


def test_the_hardest_verdict_counts() -> None:
    found = [_finding(Verdict.WARN), _finding(Verdict.REFUSE), _finding(Verdict.APPROVAL)]

    assert hardest(found) is Verdict.REFUSE


def test_nothing_found_is_ok() -> None:
    assert hardest([]) is Verdict.OK


@pytest.mark.parametrize(
    ("text", "customer"),
    [
        ("Hi Asha, sorry.", "Asha Rao"),
        ("Ayşe'ye selam", "AYŞE"),
        ("రవి గారు, సారీ", "Ravi Kumar"),
        ("रवि जी, सॉरी", "Ravi"),
        ("প্রিয়া, দুঃখিত", "Priya 🌼"),
        ("Sorry!", "🌼"),
        ("Sorry!", ""),
    ],
)
def test_a_customer_is_named_in_any_script_or_has_no_name(text: str, customer: str) -> None:
    assert is_named(text, customer)


@pytest.mark.parametrize(
    ("text", "customer"),
    [("Sorry, it goes out today.", "Asha"), ("క్షమించండి", "Kiran"), ("माफ़ कीजिए", "Deepak")],
)
def test_a_customer_who_is_not_named_is_missed(text: str, customer: str) -> None:
    assert not is_named(text, customer)


@pytest.mark.parametrize("text", ["Done. ^Ravi", "Done. – Ravi", "Done.\nRavi Kumar", "Done ^RK", "Done. -R"])
def test_a_name_or_initials_at_the_end_sign(text: str) -> None:
    assert is_signed(text, "Ravi Kumar")


@pytest.mark.parametrize(
    "text", ["Done.", "Ravi here! " + "Your parcel is on its way and comes today. " * 2, "Done ^Sam"]
)
def test_no_name_at_the_end_is_no_signature(text: str) -> None:
    assert not is_signed(text, "Ravi Kumar")
