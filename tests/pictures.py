"""The pictures in docs/pictures, taken from a running demo: `make pictures`."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from orgs.days import today
from tests.journeys import site as sites
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.journeys.steps import sign_in

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 812}
TALLEST = {1280: 1500, 375: 1400}  # by width
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
WORK = (
    ("why-not", "sam@harbour-library.example", "/{language}/o/100002/eligibility/"),
    ("partner-desk", "paula@partner.example", "/{language}/partner/cisco/"),
)


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


def look(page: Page, name: str) -> None:
    """A picture of the page from its top; a long page is not shown to its end."""
    width = page.viewport_size["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST[width])})
    page.screenshot(path=PICTURES / f"{name}.png")


def shoot_work(chromium: Browser, site: sites.Site, language: str) -> None:
    """Why an organization may not have something, and a partner's desk."""
    for name, person, address in WORK:
        with chromium.new_context(viewport=WIDE, base_url=site.url) as context:
            page = context.new_page()
            sign_in(page, language, person)
            page.goto(address.format(language=language))
            look(page, f"{name}-{language}")


def shoot_rules(chromium: Browser, site: sites.Site, language: str) -> None:
    """A draft of rules, and whom it would concern."""
    with chromium.new_context(viewport=WIDE, base_url=site.url) as context:
        page = context.new_page()
        sign_in(page, language, "fay@staff.example")
        # The desk's addresses have no language: they take that of the person.
        context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        page.goto("/admin/catalog/ruledraft/")
        zoom = page.locator("#program option", has_text="Zoom").get_attribute("value")
        page.select_option("#program", zoom)
        page.click("form[action$='/begin/'] button")
        page.uncheck("[name=criteria-0-values][value=library]")
        page.fill("[name=criteria-1-max]", "25000000")
        page.fill("[name=effective]", str(today() + timedelta(days=30)))
        page.click("button[name=save]")
        look(page, f"rules-{language}")
        page.set_viewport_size(WIDE)
        page.click("a[href$='/effect/']")
        page.wait_for_url("**/effect/")
        look(page, f"rule-effect-{language}")


def test_take_the_pictures(tmp_path):
    PICTURES.mkdir(parents=True, exist_ok=True)
    site = sites.start(tmp_path)
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for language, size, suffix in (("fr", WIDE, "fr"), ("en", NARROW, "en-phone")):
                context = chromium.new_context(viewport=size, base_url=site.url)
                shoot(context.new_page(), site, language, suffix)
                context.close()
            for language in ("fr", "en"):
                shoot_work(chromium, site, language)
                shoot_rules(chromium, site, language)
            desk = chromium.new_context(viewport=WIDE, base_url=site.url).new_page()
            sign_in(desk, "fr", "quinn@staff.example")
            take(desk, "queue-fr", "/admin/orgs/application/")
            desk.click("#result_list tbody a >> nth=0")
            desk.wait_for_load_state("networkidle")  # the pages of its papers
            desk.screenshot(path=PICTURES / "review-fr.png")
            chromium.close()
    finally:
        sites.stop(site)
