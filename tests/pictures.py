"""The pictures in docs/pictures, taken from a running demo: `make pictures`."""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.journeys import site as sites
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.journeys.steps import sign_in

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 812}
VISITOR = {
    "home": "/{language}/",
    "catalogue": "/{language}/catalog/",
    "product": "/{language}/catalog/gravityzone-small-business-security-5/",
}
MEMBER = {
    "organization": "/{language}/o/100001/",
    "our-catalogue": "/{language}/o/100001/catalog/",
    "our-product": "/{language}/o/100001/catalog/gravityzone-small-business-security-5/",
    "eligibility": "/{language}/o/100001/eligibility/",
    "quotas": "/{language}/o/100001/quota/",
    "orders": "/{language}/o/100001/orders/",
    "tokens": "/{language}/o/100001/tokens/",
    "cart": "/{language}/o/100001/cart/",
}


def take(page: Page, name: str, address: str) -> None:
    page.goto(address)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=False)


def shoot(page: Page, site: sites.Site, language: str, suffix: str) -> None:
    for name, address in VISITOR.items():
        take(page, f"{name}-{suffix}", address.format(language=language))
    sign_in(page, language, "marie@saint-elie.example")
    for name, address in MEMBER.items():
        if name == "cart":
            page.goto(MEMBER["our-product"].format(language=language))
            page.click("form[action*='/cart/add/'] button")
        take(page, f"{name}-{suffix}", address.format(language=language))


def test_take_the_pictures(tmp_path):
    PICTURES.mkdir(parents=True, exist_ok=True)
    site, process = sites.start(tmp_path)
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for language, size, suffix in (("fr", WIDE, "fr"), ("en", NARROW, "en-phone")):
                context = chromium.new_context(viewport=size, base_url=site.url)
                shoot(context.new_page(), site, language, suffix)
                context.close()
            desk = chromium.new_context(viewport=WIDE, base_url=site.url).new_page()
            sign_in(desk, "fr", "quinn@staff.example")
            take(desk, "queue-fr", "/admin/orgs/application/")
            desk.click("#result_list tbody a >> nth=0")
            desk.wait_for_load_state("networkidle")  # the pages of its papers
            desk.screenshot(path=PICTURES / "review-fr.png")
            chromium.close()
    finally:
        sites.stop(process)
