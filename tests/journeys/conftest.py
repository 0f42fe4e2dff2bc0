"""Browser journeys: real Chromium, real HTTP, SMTP, PostgreSQL, Valkey, Celery and simulator."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.journeys import site as sites
from tests.journeys.site import Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")  # else playwright's own
WAIT = 15_000  # milliseconds, on a busy machine
expect.set_options(timeout=WAIT)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    running = sites.start(tmp_path_factory.mktemp("site"))
    yield running
    sites.stop(running)
    assert running.process.returncode == 0


@pytest.fixture(scope="package")  # while it is open, an event loop runs: no place for a database
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        except Error as missing:
            pytest.fail(f"the journeys need Chromium (sudo apt-get install chromium): {missing}")
        yield chromium
        chromium.close()


@pytest.fixture(params=["with scripts", "without scripts"])
def scripts(request) -> bool:
    return request.param == "with scripts"


@pytest.fixture(params=["fr", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def page(browser: Browser, scripts: bool, site: Site) -> Iterator[Page]:
    """A new window on the site, at a phone's width without scripts and a desk's with them."""
    size = {"width": 1280, "height": 900} if scripts else {"width": 375, "height": 800}
    context = browser.new_context(
        java_script_enabled=scripts, viewport=size, base_url=site.url, reduced_motion="reduce"
    )
    context.set_default_timeout(WAIT)
    window = context.new_page()
    problems: list[str] = []
    window.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    window.on("pageerror", lambda error: problems.append(str(error)))
    yield window
    context.close()
    assert [p for p in problems if "status of 4" not in p] == []
