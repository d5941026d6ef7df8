"""The page's chooser of playbooks, the time line of a case, and modals with menus, in Chromium.

The stand-ins run without a desk: what the desk would send is sent by these tests.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.contracts.test_standin_slack import BUTTON, Desk, Slack
from tests.contracts.test_standin_slack_modals import ESCALATE
from workflows.store.schema import migrate_to_newest

pytestmark = pytest.mark.browser

SHOTS = Path(os.environ.get("SCREENSHOTS", "")) if os.environ.get("SCREENSHOTS") else None
SIZE = {"width": 1440, "height": 900}
SHOP = """# The rules of a small shop
version: 1
name: Online shop
description: Orders, deliveries and refunds
accounts: [another_shop]
priorities:
  high: {first_response: 15m}
escalation:
  ladders:
    - name: everybody
      steps:
        - {after: 5m, ping: [agents]}
        - {at: 75%, ping: [on_duty_supervisor], channel: supervisors}
"""
BANK = "version: 1\nname: Bank\ndescription: Cards and payments\n"
WORDS = "Merhaba, siparişim 4471 hâlâ gelmedi"
CARD: list[dict[str, Any]] = [
    {
        "type": "section",
        "block_id": "card-7-2-0-words",
        "text": {"type": "mrkdwn", "text": f":red_circle: *İsmail Doğan* @ismail_d · high\n{WORDS}"},
    },
    {"type": "actions", "block_id": "card-7-2-0-actions", "elements": [BUTTON]},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sandbox")
    for folder in ("shipped", "desk"):
        (home / folder).mkdir()
    (home / "shipped" / "default.yaml").write_text(SHOP)
    (home / "shipped" / "bank.yaml").write_text(BANK)
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Slack]:
    database = f"sqlite:///{home}/desk.db"
    migrate_to_newest(database)
    folders = ("--shipped", str(home / "shipped"), "--playbooks", str(home / "desk"))
    slack = Slack(*folders, DATABASE_URL=database)
    yield slack
    slack.stop()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.stop()


@pytest.fixture
def slack(server: Slack, desk: Desk, home: Path) -> Slack:
    server.reset()
    server.control("settings", events_url=desk.url)
    choice = server.http.post(f"{server.url}/control/playbook", json={"file": "default.yaml"})
    choice.raise_for_status()
    return server


@pytest.fixture
def page(browser: Browser, slack: Slack) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZE, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{slack.url}/#as=U0ASHA&in=C0SUPPORT")
    yield page
    context.close()


def shoot(page: Page, name: str) -> None:
    """Keep what the page looks like, in both themes, when somebody wants to see it."""
    if SHOTS is None:
        return
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.screenshot(path=SHOTS / f"{name}-{theme}.png")


def the_card(page: Page) -> Locator:
    return (
        page.get_by_role("region", name="Messages in #support").get_by_role("article").filter(has_text=WORDS)
    )


def shows(steps: Locator, *states: str) -> None:
    """Wait until the time line has these lines in this order."""
    expect(steps).to_have_count(len(states))
    for number, state in enumerate(states):
        expect(steps.nth(number)).to_have_attribute("data-state", state)


# The chooser


def test_a_lead_chooses_a_playbook_edits_it_and_is_asked_before_that_is_lost(page: Page, home: Path) -> None:
    file = home / "desk" / "desk.yaml"
    chooser = page.get_by_label("Playbook", exact=True)
    expect(chooser.locator("option:checked")).to_have_text("Online shop")

    # when another one is chosen, the desk's file is that one
    chooser.select_option("Bank")
    expect(page.get_by_text("The desk follows “Bank” within seconds")).to_be_visible()
    assert file.read_text() == BANK

    # when it is edited by hand, the chooser says so
    page.get_by_role("button", name="Edit the playbook").click()
    drawer = page.get_by_role("dialog", name="Playbook of the desk")
    text = drawer.get_by_role("textbox", name="Playbook as YAML")
    expect(text).to_have_value(BANK)
    expect(drawer.get_by_role("button", name="Save")).to_be_disabled()
    text.fill(BANK.replace("Bank", "My bank") + "priorities:\n  high: {first_response: 10m}\n")
    shoot(page, "playbook-drawer")
    drawer.get_by_role("button", name="Save").click()
    expect(chooser.locator("option:checked")).to_have_text("My bank (edited)")
    assert "first_response: 10m" in file.read_text()
    drawer.get_by_role("button", name="Close the playbook").click()

    # then another choice asks first
    chooser.select_option("Online shop")
    question = page.get_by_role("alertdialog", name="Replace what you edited?")
    shoot(page, "playbook-question")
    question.get_by_role("button", name="Keep mine").click()
    assert "My bank" in file.read_text()
    expect(chooser.locator("option:checked")).to_have_text("My bank (edited)")
    chooser.select_option("Online shop")
    question.get_by_role("button", name="Replace it").click()
    expect(chooser.locator("option:checked")).to_have_text("Online shop")
    assert file.read_text() == SHOP.replace("accounts: [another_shop]\n", "")


def test_what_was_typed_stays_when_the_drawer_is_closed_until_it_is_reverted(page: Page, home: Path) -> None:
    page.get_by_role("button", name="Edit the playbook").click()
    drawer = page.get_by_role("dialog", name="Playbook of the desk")
    text = drawer.get_by_role("textbox", name="Playbook as YAML")
    text.fill("name: Half")
    text.press("Escape")
    expect(drawer).to_have_count(0)
    page.get_by_role("button", name="Edit the playbook").click()
    expect(text).to_have_value("name: Half")
    drawer.get_by_role("button", name="Revert").click()
    expect(text).to_have_value(SHOP.replace("accounts: [another_shop]\n", ""))
    assert "name: Half" not in (home / "desk" / "desk.yaml").read_text()


# The time line


def ladder(start: datetime, *, offset: timedelta = timedelta()) -> Callable[[Route], None]:
    """What `sandbox.ladder` tells of case 7, whose customer waits since `start`."""
    waited = datetime.now(UTC) + offset - start
    due = timedelta(minutes=15)

    def rung(minutes: float, label: str, targets: list[str], state: str, note: str = "") -> dict[str, Any]:
        at = (start + timedelta(minutes=minutes)).isoformat()
        return {"at": at, "label": label, "targets": targets, "state": state, "note": note}

    third = "done" if waited > due * 0.75 else "next"
    fourth = "next" if third == "done" else "later"
    told = {
        "case": 7,
        "playbook": "Online shop",
        "priority": "high",
        "now": (start + waited).isoformat(),
        "waiting_since": start.isoformat(),
        "due_at": (start + due).isoformat(),
        "late": waited > due,
        "rungs": [
            rung(2, "Step 1", ["owner"], "skipped", "nobody owns the case"),
            rung(5, "Step 2", ["S0AGENTS"], "done", "in the thread"),
            rung(11.25, "Step 3 · 75% of the target", ["U0PRIYA", "C0LEADS"], third),
            rung(30, "Step 4", ["S0LEADS", "C0LEADS"], fourth),
            rung(60, "Step 4 again", ["S0LEADS", "C0LEADS"], "later"),
        ],
    }
    return lambda route: route.fulfill(json=told)


def test_the_ladder_of_a_case_is_a_time_line_that_the_wound_clock_moves_along(
    page: Page, slack: Slack
) -> None:
    # given a customer who has waited for seven minutes, and a ping in the thread of the card
    start = datetime.now(UTC) - timedelta(minutes=7)
    page.route("**/control/ladder?case=7", ladder(start))
    head = slack.post("A card", blocks=CARD)
    slack.post("<!subteam^S0AGENTS> Please take this one.", thread_ts=head)

    # when an agent opens the time line from the card
    the_card(page).hover()
    the_card(page).get_by_role("button", name="Time line").click()
    line = page.get_by_role("region", name="Time line of case 7")

    # then it stands above the thread, in the order of time
    steps = line.get_by_role("listitem")
    shows(steps, "start", "skipped", "done", "now", "next", "due", "later", "later")
    expect(steps.nth(1)).to_contain_text("nobody owns the case")
    expect(steps.nth(2)).to_contain_text("@support-agents")
    expect(steps.nth(4)).to_contain_text("@Priya Sen")
    expect(steps.nth(4)).to_contain_text("#support-leads")
    expect(line.get_by_text("Due in 7 min")).to_be_visible()
    thread = page.get_by_role("region", name="Messages of the thread")
    expect(thread.get_by_text("@support-agents")).to_be_visible()
    shoot(page, "time-line")

    # and when the clock is wound past the due time, the present has moved on and the case is late
    page.unroute("**/control/ladder?case=7")
    page.route("**/control/ladder?case=7", ladder(start, offset=timedelta(minutes=15)))
    line.get_by_role("button", name="+15 min").click()
    expect(page.get_by_test_id("offset")).to_have_text("+15 min", timeout=20_000)  # a program winds it
    expect(line.get_by_text("Late by")).to_be_visible(timeout=20_000)
    shows(steps, "start", "skipped", "done", "done", "due", "now", "next", "later")
    shoot(page, "time-line-late")


def test_the_time_line_is_closed_and_opened_again_from_the_thread(page: Page, slack: Slack) -> None:
    page.route("**/control/ladder?case=7", ladder(datetime.now(UTC)))
    slack.post("A card", blocks=CARD)
    the_card(page).hover()
    the_card(page).get_by_role("button", name="Time line").click()
    line = page.get_by_role("region", name="Time line of case 7")
    line.get_by_role("button", name="Close the time line").click()
    expect(line).to_have_count(0)
    page.get_by_role("region", name="Thread", exact=True).get_by_role("button", name="Time line").click()
    expect(line.get_by_role("listitem").first).to_contain_text("The customer waits from here")


def test_a_case_without_a_ladder_and_a_ladder_that_cannot_be_told_say_so(page: Page, slack: Slack) -> None:
    page.route("**/control/ladder?case=7", lambda route: route.fulfill(json={"case": 7, "rungs": []}))
    slack.post("A card", blocks=CARD)
    the_card(page).hover()
    the_card(page).get_by_role("button", name="Time line").click()
    line = page.get_by_role("region", name="Time line of case 7")
    expect(line.get_by_text("No step of a ladder is for this case.")).to_be_visible()
    failure = {"error": "there is no time line: the desk has no case 7"}
    page.unroute("**/control/ladder?case=7")
    page.route("**/control/ladder?case=7", lambda route: route.fulfill(status=400, json=failure))
    slack.post("news", thread_ts=slack.channel()[0]["ts"])
    expect(line.get_by_role("alert")).to_have_text("There is no time line: the desk has no case 7")


def test_only_cards_have_a_time_line(page: Page, slack: Slack) -> None:
    slack.post(WORDS)
    the_card(page).hover()
    expect(the_card(page).get_by_role("button", name="Thread")).to_be_visible()
    expect(the_card(page).get_by_role("button", name="Time line")).to_have_count(0)


def test_a_channel_counts_the_pings_of_groups_that_one_is_in_threads_included(
    page: Page, slack: Slack
) -> None:
    head = slack.post("A card", blocks=CARD)
    slack.post("<!subteam^S0LEADS> please look", thread_ts=head)
    for user, pings in (("U0PRIYA", 1), ("U0MEHMET", 0)):
        page.goto(f"{slack.url}/#as={user}&in=C0ADMIN")
        channel = page.get_by_role("navigation", name="Channels").get_by_role(
            "button", name="#support", exact=True
        )
        expect(channel).to_have_attribute("aria-description", "unread")
        expect(channel.get_by_text("1")).to_have_count(pings)


# Modals


def opens(slack: Slack, view: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def answer(payload: dict[str, Any]) -> None:
        if payload["type"] == "block_actions":
            slack.call("views.open", trigger_id=payload["trigger_id"], view=view)

    return answer


def test_a_modal_with_a_menu_choices_and_a_long_text_is_filled_and_submitted(
    page: Page, slack: Slack, desk: Desk
) -> None:
    desk.answer = opens(slack, ESCALATE)
    slack.post("A card", blocks=CARD)
    the_card(page).get_by_role("button", name="Claim").click()
    dialog = page.get_by_role("dialog", name="Escalate")

    # when it is submitted unfilled, Slack says what is missing
    dialog.get_by_role("button", name="Escalate").click()
    expect(dialog.get_by_role("alert")).to_have_count(2)

    dialog.get_by_role("radiogroup", name="How").get_by_text("Somebody").click()
    menu = dialog.get_by_role("combobox", name="Whom")
    assert menu.locator("optgroup").evaluate_all("all => all.map(one => one.label)") == ["Teams", "People"]
    menu.select_option("@support-leads")
    expect(dialog.get_by_role("alert")).to_have_count(1)
    dialog.get_by_role("textbox", name="Why").fill("He waits\nsince noon")
    shoot(page, "modal-escalate")
    desk.heard.clear()
    dialog.get_by_role("button", name="Escalate").click()
    expect(dialog).to_have_count(0)
    values = desk.heard[0]["view"]["state"]["values"]
    assert values["how"]["pick"]["selected_option"]["value"] == "whom"
    assert values["whom"]["pick_person"]["selected_option"]["value"] == "S0LEADS"
    assert values["why"]["words"] == {"type": "plain_text_input", "value": "He waits\nsince noon"}


def why(now: datetime) -> dict[str, Any]:
    """A modal that explains how a case's time was counted."""
    stamp = int(now.timestamp())

    def mrkdwn(kind: str, text: str) -> dict[str, Any]:
        words = {"type": "mrkdwn", "text": text}
        return {"type": kind, **({"elements": [words]} if kind == "context" else {"text": words})}

    date = {"type": "date", "timestamp": stamp, "format": "{date_short_pretty} {time}", "fallback": "then"}
    parts = [{"type": "text", "text": "Counted from "}, date]
    counted = {"type": "rich_text_section", "elements": parts}
    line = [
        {"type": "text", "text": "rule "},
        {"type": "text", "text": "payment failed", "style": {"code": True}},
    ]
    listed = {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [{"type": "rich_text_section", "elements": line} for _ in range(3)],
    }
    head = {"type": "plain_text", "text": "Why this priority?"}
    interval = [
        mrkdwn("section", f"*First response* due <!date^{stamp + 900}^{{date_short_pretty}} {{time}}|then>"),
        mrkdwn("context", f"counted <!date^{stamp}^{{ago}}|then> · <!subteam^S0LEADS> · _always_"),
        {"type": "divider"},
    ]
    blocks = [
        {"type": "header", "text": head},
        {"type": "rich_text", "elements": [counted, listed]},
        {"type": "divider"},
        *interval * 32,
        mrkdwn("section", "The last of a hundred"),
    ]
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Why?"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }


def test_a_modal_to_read_shows_a_hundred_blocks_and_dates_by_the_desks_clock(
    page: Page, slack: Slack, desk: Desk
) -> None:
    view = why(datetime.now(UTC) - timedelta(minutes=7))
    assert len(view["blocks"]) == 100
    desk.answer = opens(slack, view)
    slack.post("A card", blocks=CARD)
    the_card(page).get_by_role("button", name="Claim").click()
    dialog = page.get_by_role("dialog", name="Why?")
    expect(dialog.get_by_text("Why this priority?")).to_be_visible()
    shoot(page, "modal-why")
    expect(dialog.get_by_text("minutes ago").first).to_be_visible()
    expect(dialog.get_by_text("@support-leads").first).to_be_visible()
    expect(dialog.get_by_text("oday").first).to_be_visible()
    dialog.get_by_text("The last of a hundred").scroll_into_view_if_needed()
    expect(dialog.get_by_text("The last of a hundred")).to_be_in_viewport()
    dialog.locator("footer").get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
