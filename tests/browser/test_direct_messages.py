"""Direct messages, edits and accounts of customers on the sandbox page, in Chromium.

Only the stand-ins run: what the desk would send is sent by these tests.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.contracts.x_client import BRAND, Sandbox, serve

pytestmark = pytest.mark.browser

SHOTS = Path(os.environ.get("SCREENSHOTS", "")) if os.environ.get("SCREENSHOTS") else None
LINK = f"https://x.com/messages/compose?recipient_id={BRAND}"
EMMA = "1700000000000000011"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture
def x(server: str) -> Iterator[Sandbox]:
    with Sandbox(server) as sandbox:
        yield sandbox


@pytest.fixture
def page(browser: Browser, x: Sandbox) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(x.url)
    yield page
    context.close()


def post_of(page: Page, words: str) -> Locator:
    return page.get_by_role("region", name="Public timeline").get_by_role("article").filter(has_text=words)


def messages(page: Page) -> Locator:
    return page.get_by_role("region", name="Direct messages")


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SHOTS / f"{name}-{scheme}.png")


def test_a_customer_writes_to_the_brand_and_reads_its_answer(page: Page, x: Sandbox) -> None:
    page.get_by_role("tab", name="Messages").click()
    page.get_by_label("Write as").select_option("emma_w")
    page.get_by_role("textbox", name="Write a direct message").fill("My order is 48213")
    page.get_by_role("region", name="X").get_by_role("button", name="Send", exact=True).click()

    expect(messages(page).get_by_text("My order is 48213")).to_be_visible()
    x.client.create_direct_message(participant_id=EMMA, text="Thank you, Emma")
    answer = messages(page).get_by_role("article").filter(has_text="Thank you, Emma")
    expect(answer.get_by_text("Sent by the desk")).to_be_visible()
    shoot(page, "direct-messages")
    assert [(dm["username"], dm["text"]) for dm in x.state()["dms"]] == [
        ("emma_w", "My order is 48213"),
        ("sarishop", "Thank you, Emma"),
    ]


def test_the_brand_answers_a_message_by_hand(page: Page, x: Sandbox) -> None:
    x.control("x/dm", author="emma_w", text="Hello?")
    page.get_by_role("tab", name="Messages").click()
    page.get_by_role("textbox", name="Write a direct message").fill("Hello Emma")

    page.get_by_role("button", name="by hand").click()

    expect(messages(page).get_by_text("Written by hand")).to_be_visible()
    assert [dm["author_id"] for dm in x.state()["dms"]] == [EMMA, BRAND]


def test_a_link_in_a_reply_opens_the_messages_of_whoever_is_answered(page: Page, x: Sandbox) -> None:
    mention = x.write("ismail_d", "@sarishop siparişim nerede?")
    x.reply(mention, f"Numarasını buradan yazar mısınız? {LINK}&text=Sipari%C5%9F%2044718.")

    post_of(page, "Numarasını").get_by_role("button", name="https://x.com/messages").click()

    expect(page.get_by_label("Write as")).to_have_value("ismail_d")
    expect(page.get_by_role("textbox", name="Write a direct message")).to_have_value("Sipariş 44718")


def test_the_button_of_a_deep_link_opens_the_messages_as_well(page: Page, x: Sandbox) -> None:
    mention = x.write("lakshmi_t", "@sarishop నా ఆర్డర్ ఎక్కడ?")
    x.client.create_tweet(
        text="Could you write to us?", in_reply_to_tweet_id=mention, direct_message_deep_link=LINK
    )

    page.get_by_role("button", name="Send a private message").click()

    expect(page.get_by_label("Write as")).to_have_value("lakshmi_t")
    expect(messages(page).get_by_text("No direct messages between")).to_be_visible()


def test_a_post_is_edited_and_keeps_its_earlier_words(page: Page, x: Sandbox) -> None:
    first = x.write("emma_w", "@sarishop wher is it?")
    x.reply(first, "On its way")

    post_of(page, "wher is it?").get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit the post").fill("@sarishop where is order 48213?")
    page.get_by_role("button", name="Save").click()

    post = post_of(page, "where is order 48213?")
    post.get_by_text("Edited").click()
    expect(post.get_by_text("wher is it?")).to_be_visible()
    expect(page.locator(".replies-below").get_by_text("On its way")).to_be_visible()
    shoot(page, "edited-post")
    shown = x.state()["posts"][0]
    assert [edit["id"] for edit in shown["edits"]] == [first]


def test_a_reply_to_somebody_else_is_edited_with_a_warning(page: Page, x: Sandbox) -> None:
    root = x.write("ravi_k", "saris are lovely")
    x.write("emma_w", "@sarishop tell him", reply_to=root)

    post_of(page, "tell him").get_by_role("button", name="Edit").click()
    box = page.get_by_role("textbox", name="Edit the post")
    expect(box).to_have_value("@sarishop tell him")
    expect(page.get_by_text("On X a reply to somebody else cannot be edited")).to_be_visible()
    box.fill("@sarishop tell him that")
    page.get_by_role("button", name="Save").click()

    expect(post_of(page, "tell him that")).to_be_visible()


def test_an_account_is_set_to_block_the_brand_and_to_take_no_messages(page: Page, x: Sandbox) -> None:
    x.write("emma_w", "@sarishop you are awful")
    page.get_by_label("Write as").select_option("emma_w")
    page.get_by_role("button", name="Account").click()
    panel = page.get_by_role("group", name="Account of Emma Wilson")

    panel.get_by_label("Blocks the brand").click()
    expect(panel.get_by_label("Blocks the brand")).to_be_checked()
    expect(panel.get_by_label("First messages from")).to_be_enabled()
    panel.get_by_label("First messages from").select_option("nobody")

    post = post_of(page, "you are awful")
    expect(post.get_by_text("Blocks the brand")).to_be_visible()
    expect(post.get_by_text("No messages")).to_be_visible()
    shoot(page, "account")
    emma = next(person for person in x.state()["people"] if person["id"] == EMMA)
    assert (emma["blocks_us"], emma["takes_dms"]) == (True, "nobody")


def test_whoever_takes_no_messages_is_not_written_to_by_hand(page: Page, x: Sandbox) -> None:
    x.control("x/person", username="emma_w", takes_dms="nobody")
    page.get_by_role("tab", name="Messages").click()
    page.get_by_role("textbox", name="Write a direct message").fill("Hello Emma")

    page.get_by_role("button", name="by hand").click()

    expect(page.get_by_text("@emma_w takes no direct messages from the brand")).to_be_visible()
    assert x.state()["dms"] == []


def test_an_encrypted_message_says_that_the_api_never_shows_it(page: Page, x: Sandbox) -> None:
    x.control("x/person", username="emma_w", encrypted_dms=True)
    x.control("x/dm", author="emma_w", text="secret")

    page.get_by_role("tab", name="Messages").click()

    expect(messages(page).get_by_text("the API never shows it")).to_be_visible()


def test_a_post_is_deleted_in_all_its_versions(page: Page, x: Sandbox) -> None:
    first = x.write("emma_w", "@sarishop one")
    x.control("x/edit", id=first, text="@sarishop two")

    post_of(page, "@sarishop two").get_by_role("button", name="Delete").click()

    expect(post_of(page, "@sarishop two")).to_have_count(0)
    assert x.state()["posts"][0]["deleted"] is True
