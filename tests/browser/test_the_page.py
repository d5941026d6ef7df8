"""The sandbox page in Chromium, as two people at once use it."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.whole_desk import WholeDesk

pytestmark = pytest.mark.browser

SHOTS = Path(os.environ.get("SCREENSHOTS", "")) if os.environ.get("SCREENSHOTS") else None
SIZE = {"width": 1440, "height": 900}


def page_of(browser: Browser, desk: WholeDesk, user: str) -> Page:
    """A window of its own in which this person uses the page; it may reach no other host."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(15_000)
    page = context.new_page()
    strangers: list[str] = []
    page.on("request", lambda r: None if f"127.0.0.1:{desk.page}" in r.url else strangers.append(r.url))
    page.goto(f"http://127.0.0.1:{desk.page}/#as={user}&in=C0SUPPORT")
    assert strangers == []
    return page


def test_a_mention_is_written_claimed_and_answered_by_two_people_in_two_windows(
    desk: WholeDesk, browser: Browser
) -> None:
    # given Asha and Mehmet at their desks, both windows open
    asha, mehmet = page_of(browser, desk, "U0ASHA"), page_of(browser, desk, "U0MEHMET")

    # when a customer writes on X
    words = "Merhaba, siparişim 4471 hâlâ gelmedi, yardım eder misiniz?"
    asha.get_by_label("Write as").select_option("ismail_d")
    asha.get_by_role("textbox", name="Write on X").fill(f"@sarishop {words}")
    asha.get_by_role("button", name="Post", exact=True).click()

    # then both see the card, and when Asha claims it, Mehmet sees that without a reload
    card_of_asha, card_of_mehmet = (
        page.get_by_role("region", name="Messages in #support").get_by_role("article").filter(has_text=words)
        for page in (asha, mehmet)
    )
    card_of_asha.get_by_role("button", name="Claim", exact=True).click()
    expect(card_of_mehmet.get_by_text("has it since")).to_be_visible(timeout=15_000)
    expect(card_of_mehmet.get_by_role("button", name="Claim", exact=True)).to_have_count(0)

    # and when he takes it over and answers, the answer stands on X in both windows
    card_of_mehmet.get_by_role("button", name="Take over").click()
    expect(card_of_asha.get_by_text("@Mehmet Yılmaz").first).to_be_visible()
    expect(card_of_mehmet.get_by_text("@Mehmet Yılmaz").first).to_be_visible()
    card_of_mehmet.get_by_role("button", name="Reply", exact=True).click()
    dialog = mehmet.get_by_role("dialog", name="Reply on X")
    answer = "Merhaba İsmail Bey, özür dileriz; kargonuz yarın kapınızda. – Mehmet"
    dialog.get_by_role("textbox", name="Public reply").fill(answer)
    expect(dialog.get_by_text(f"{len(answer)} of 280 characters")).to_be_visible()
    dialog.get_by_role("button", name="Send", exact=True).click()

    for page in (asha, mehmet):
        timeline = page.get_by_role("region", name="Public timeline")
        expect(timeline.get_by_text(answer)).to_be_visible(timeout=15_000)
        shown = page.get_by_role("region", name="Messages in #support").get_by_role("article")
        expect(shown.filter(has_text=words).get_by_text("replied on X")).to_be_visible(timeout=15_000)
    if SHOTS:
        asha.screenshot(path=SHOTS / "sandbox.png")
    desk.assert_promises()
    for page in (asha, mehmet):
        page.context.close()


def test_who_comes_second_is_told_privately_on_the_page(desk: WholeDesk, browser: Browser) -> None:
    words = "మీ యాప్ పనిచేయడం లేదు, వెంటనే చూడండి"
    desk.write(f"@sarishop {words}", author="lakshmi_t")
    card = desk.card_of(words)
    desk.click("Claim", card, user="U0ASHA")
    desk.card_shows(words, "<@U0ASHA> has it")
    mehmet = page_of(browser, desk, "U0MEHMET")

    shown = mehmet.get_by_role("region", name="Messages in #support").get_by_role("article")
    shown.filter(has_text=words).get_by_role("button", name="Release").click()

    private = mehmet.get_by_role("article", name="Only visible to you")
    expect(private.get_by_text("has this case since").last).to_be_visible(timeout=15_000)
    mehmet.context.close()
