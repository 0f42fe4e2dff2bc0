"""The main job, end to end: from the catalogue to a licence in hand and a token that is checked."""

import re

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import Site
from tests.journeys.steps import (
    OWN_PASSWORD,
    add_papers,
    create_account,
    describe,
    look,
    qualify,
    save,
    send,
    sign_in,
    sound,
    step,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def register(page: Page, scripts: bool, language: str, name: str, bn: str) -> str:
    """The registration up to the sending; returns the organization's number."""
    page.goto(f"/{language}/register/")
    look(page, scripts)
    page.click("main .actions a.button")
    page.fill("[name=q]", "Sainte-Marguerite hopital")
    page.press("[name=q]", "Enter")
    expect(page.locator("#results")).to_contain_text("000006494RR0001")
    look(page, scripts)
    page.click("main > .stack > .sheet form[action$='/register/'] button")
    number = re.search(r"/o/(\d+)/", page.url)[1]
    look(page, scripts)

    step(page, "identity")
    page.fill("[name=legal_name]", name)
    page.check("[name=kind][value=charity]")
    page.fill("[name=bn]", "12")
    save(page)
    expect(page.locator("[name=legal_name]")).to_have_value(name)  # a mistake loses nothing
    look(page, scripts)
    page.fill("[name=bn]", bn)
    save(page)

    describe(page, number)
    add_papers(page, "registration", "statements", "letters_patent")
    look(page, scripts)
    send(page, scripts, language, number)
    return number


def order_and_pay(page: Page, scripts: bool, language: str, number: str) -> str:
    """One product through cart, checkout and PayPal; returns the order's number."""
    page.goto(f"/{language}/o/{number}/catalog/?q=Bitdefender")
    look(page, scripts)
    page.goto(f"/{language}/o/{number}/catalog/gravityzone-small-business-security-5/")
    look(page, scripts)
    page.fill("[name=quantity]", "2")
    page.click("form[action*='/cart/add/'] button")
    look(page, scripts)
    page.click("a[href$='/checkout/']")
    look(page, scripts)
    for box in page.locator("main [type=checkbox]").all():
        box.check()
    page.click("main form button.button >> nth=0")
    expect(page).to_have_url(re.compile("/checkoutnow"))
    page.click("button[value=pay]")
    expect(page.locator("h1")).to_have_text(re.compile("Merci|Thank you"))
    look(page, scripts)
    page.click("a[href*='/orders/'].button")
    return re.search(r"/orders/(\d+)/", page.url)[1]


def see_the_licence(page: Page, site: Site, scripts: bool, number: str, order: str) -> None:
    site.letter(f"licences@organisme-{number}.example", order)
    page.reload()
    look(page, scripts)
    page.click("a[href*='/licences/'] >> nth=0")
    look(page, scripts)
    page.click("main form button.button >> nth=0")
    if "reauthenticate" in page.url:  # a fresh sign-in, after which it goes on by itself
        page.fill("[name=password]", OWN_PASSWORD)
        page.click("main form button.button >> nth=0")
    expect(page.locator("#licence")).to_contain_text("DEMO-")


def create_a_token(page: Page, scripts: bool, language: str, number: str) -> str:
    page.goto(f"/{language}/o/{number}/tokens/")
    look(page, scripts)
    page.click("a[href$='/tokens/new/']")
    page.fill("[name=bearer_name]", "Noémie Côté-O’Brien")
    page.fill("[name=bearer_email]", "noemie@example.org")
    page.click("main form button.button >> nth=0")
    look(page, scripts)
    return page.locator("#token").inner_text()


def verify(site: Site, token: str) -> dict:
    """What an outside program is told."""
    key = site.manage("demo").stdout.rpartition(" ")[2].strip()
    answer = requests.post(
        f"{site.url}/api/v1/verify",
        json={"token": token},
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    )
    return answer.json()


def wait_for_stock(page: Page, browser: Browser, site: Site, scripts: bool, email: str) -> None:
    """Ask to be told, staff restock, the nightly job mails once."""
    page.goto(page.url.split("/o/")[0] + f"/catalog/{SCARCE}/")
    look(page, scripts)
    page.click("form[action$='/alert/'] button")
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    desk = context.new_page()
    sign_in(desk, "en", "fay@staff.example")
    desk.goto("/admin/catalog/product/?q=Entreprise LTSC")
    desk.click("#result_list tbody a >> nth=0")
    stock = desk.url.partition("?")[0].replace("/change/", "/stock/")
    desk.goto(stock)
    desk.check("[name=deed][value=restock]")
    desk.fill("[name=change]", "5")
    desk.fill("[name=reason]", "The partner sent five.")
    desk.click(".submit-row [type=submit]")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    for _night in range(2):
        run = ("shell", "-c", "from catalog.tasks import send_alerts; send_alerts()")
        assert site.manage(*run).returncode == 0
    site.letter(email, "/alerts/stop/")
    told = [
        m for m in site.letters(email) if "/alerts/stop/" in m.get_body(("plain",)).get_content()
    ]
    assert len(told) == 1
    desk.goto(stock)
    desk.check("[name=deed][value=correct]")
    desk.fill("[name=change]", "-5")  # out of stock again, for the next journey
    desk.fill("[name=reason]", "Counted again.")
    desk.click(".submit-row [type=submit]")
    context.close()


SCARCE = "windows-11-enterprise-ltsc-2024"
# Nothing alike, so that each is an organization of its own.
OWN = iter(
    (
        ("Maison Rosalie-Cadron", "000005009RR0001"),
        ("Entraide du faubourg", "000005017RR0001"),
        ("Comptoir Léonie", "000005025RR0001"),
        ("Cuisine collective Alphonse", "000005033RR0001"),
    )
)


def test_from_the_catalogue_to_a_licence_and_a_token(page, browser, site, language, scripts):
    who = f"{language}-{'js' if scripts else 'nojs'}"
    email = f"noemie-{who}@example.org"
    page.goto(f"/{language}/")
    look(page, scripts)
    page.goto(f"/{language}/catalog/?q=antivirus")
    look(page, scripts)
    create_account(page, site, language, email)
    if "/login" in page.url:
        sign_in(page, language, email, OWN_PASSWORD)
    name, bn = next(OWN)
    number = register(page, scripts, language, name, bn)
    page.goto(f"/{language}/o/{number}/")
    look(page, scripts)

    qualify(browser, site, number)
    site.letter(email, "qualifié" if language == "fr" else "qualified")
    page.goto(f"/{language}/o/{number}/")
    look(page, scripts)
    page.goto(f"/{language}/o/{number}/eligibility/")
    expect(page.locator("main")).to_contain_text("Cisco")
    look(page, scripts)

    order = order_and_pay(page, scripts, language, number)
    see_the_licence(page, site, scripts, number, order)
    page.goto(f"/{language}/o/{number}/quota/")
    look(page, scripts)

    token = create_a_token(page, scripts, language, number)
    said = verify(site, token)
    assert (said["valid"], said["organization"]["name"]) == (True, name)
    assert verify(site, token.swapcase()) == {"valid": False}

    wait_for_stock(page, browser, site, scripts, email)
    sound(site)
