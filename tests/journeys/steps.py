"""What people do on the way to being qualified: the steps that several journeys take."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import PASSWORD, Site
from tests.orgs.papers import pdf_bytes

PDF = {"name": "états financiers.pdf", "mimeType": "application/pdf"}
PDF_BYTES = pdf_bytes()
OWN_PASSWORD = "a long sentence of mine"


def look(page: Page, scripts: bool) -> None:
    """axe finds nothing, and nothing sticks out at the side."""
    page.wait_for_load_state("load")
    page.locator("h1").first.wait_for()
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    if scripts:
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def shows(page: Page, text: str) -> None:
    expect(page.locator("main")).to_contain_text(re.compile(text))


def sound(site: Site) -> None:
    """What must always be true of the data is."""
    checked = site.manage("check_invariants")
    assert checked.returncode == 0, checked.stdout


def sign_in(page: Page, language: str, email: str, password: str = PASSWORD) -> None:
    page.goto(f"/{language}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main form[action$='/login/'] button")


def create_account(page: Page, site: Site, language: str, email: str) -> None:
    page.goto(f"/{language}/account/signup/?next=/{language}/register/")
    page.fill("[name=first_name]", "Noémie")
    page.fill("[name=last_name]", "Côté-O’Brien")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", OWN_PASSWORD)
    page.click("main form button.button >> nth=0")
    subject = "Confirmez votre adresse" if language == "fr" else "Confirm your e-mail"
    page.goto(site.link(email, subject))
    page.click("main form button")


def step(page: Page, name: str) -> None:
    page.click(f"a[href$='/register/{name}/']")


def save(page: Page) -> None:
    page.click("main form button.button >> nth=0")


def start_by_hand(page: Page, scripts: bool, language: str) -> str:
    """A draft that no register fills in; returns the organization's number."""
    page.goto(f"/{language}/register/find/")
    page.click("form[action$='/register/'] button:not([name=entry])")
    look(page, scripts)
    return re.search(r"/o/(\d+)/", page.url)[1]


def identify(page: Page, name: str, kind: str, **numbers: str) -> None:
    step(page, "identity")
    page.fill("[name=legal_name]", name)
    page.check(f"[name=kind][value={kind}]")
    for field, number in numbers.items():
        page.fill(f"[name={field}]", number)
    save(page)


def describe(
    page: Page,
    number: str,
    *,
    city: str = "Sherbrooke",
    province: str = "QC",
    postal_code: str = "j1h9z9",
    has_budget: bool = True,
) -> None:
    """Everything of the task list between the numbers and the papers."""
    step(page, "activities")
    page.check("text=/alimentaire|Food security/")
    save(page)
    step(page, "mission")
    page.fill("[name=mission]", "Nous nourrissons et accompagnons les gens du quartier.")
    save(page)
    if has_budget:
        step(page, "budget")
        page.fill("[name=annual_budget]", "250000")
        page.check("[name=budget_source][value=statements]")
        page.fill("[name=budget_year]", "2025")
        page.fill("[name=staff]", "4")
        save(page)
    step(page, "address")
    page.fill("[name=street]", "12, rue King")
    page.fill("[name=city]", city)
    page.select_option("[name=province]", province)
    page.fill("[name=postal_code]", postal_code)
    page.fill("[name=phone]", f"819 555-01{number[-2:]}")
    page.fill("[name=email]", f"licences@organisme-{number}.example")
    save(page)


def add_papers(page: Page, *kinds: str) -> None:
    step(page, "documents")
    for number_sent, kind in enumerate(kinds, 1):
        page.select_option("[name=kind]", kind)
        page.set_input_files("[name=file]", PDF | {"buffer": PDF_BYTES})
        page.click("main form[enctype] button.button")
        expect(page.locator("#have .files .name")).to_have_count(number_sent)


def send(page: Page, scripts: bool, language: str, number: str) -> None:
    """Check the answers and send them in."""
    page.goto(f"/{language}/o/{number}/register/check/")
    look(page, scripts)
    page.click("main form button.button")
    expect(page.locator("h1")).to_have_text(re.compile("Nous avons|We have"))
    look(page, scripts)


@contextmanager
def another(
    browser: Browser, site: Site, language: str, email: str, *password: str
) -> Iterator[Page]:
    """The window of somebody else, signed in, at a desk."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    window = context.new_page()
    sign_in(window, language, email, *password)
    window.wait_for_load_state("load")
    yield window
    context.close()


@contextmanager
def review(browser: Browser, site: Site, number: str) -> Iterator[Page]:
    """The desk of the staff, with an organization's application found in the queue."""
    with another(browser, site, "en", "quinn@staff.example") as desk:
        desk.goto(f"/admin/orgs/application/?q={number}")
        desk.click("#result_list tbody a >> nth=0")
        desk.locator("#decide").wait_for()
        look(desk, scripts=True)
        yield desk
        expect(desk.locator(".messagelist .success")).to_be_visible()


def ask(browser: Browser, site: Site, number: str, question: str) -> None:
    """Staff: ask the applicant."""
    with review(browser, site, number) as desk:
        desk.fill("#text", question)
        desk.click("button[value=ask]")


def qualify(browser: Browser, site: Site, number: str) -> None:
    """Staff: find it in the queue, check everything, say yes."""
    with review(browser, site, number) as desk:
        for box in desk.locator("[name=checklist]").all():
            box.check()
        desk.click("button[value=qualify]")
