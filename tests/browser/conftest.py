"""A Chromium for the tests that look at the sandbox page."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


def chromium() -> str:
    """Where Chromium is; without one the browser tests cannot run, and in CI that is a failure."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        assert not os.environ.get("REQUIRE_CHROMIUM"), "CI must have Chromium"
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = driver.chromium.launch(executable_path=chromium(), args=arguments)
        yield running
        running.close()
