"""A charity that the public register lists: found, filled in, sent without a paper, qualified."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import (
    OWN_PASSWORD,
    create_account,
    look,
    qualify,
    save,
    sign_in,
    step,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

ENTRIES = iter(  # with a return that says what they spend
    (
        ("elk crossing légal", "000063180RR0001", "ELK CROSSING COMMUNITY LEGAL AID"),
        ("femmes arc-en-ciel", "000061481RR0001", "CENTRE DE FEMMES L'ARC-EN-CIEL"),
        ("slough food pantry", "000057943RR0001", "BLUE SLOUGH FOOD PANTRY ASSOCIATION"),
        ("harvest soup", "000081844RR0001", "THE HARVEST SOUP KITCHEN"),
    )
)


def test_a_listed_charity_registers_in_minutes(page, browser, site, language, scripts):
    typed, bn, name = next(ENTRIES)
    email = f"nadia-{bn[:9]}@example.org"
    create_account(page, site, language, email)
    if "/login" in page.url:
        sign_in(page, language, email, OWN_PASSWORD)
    page.goto(f"/{language}/register/find/")
    look(page, scripts)
    if scripts:  # what is found shows while one types
        page.locator("[name=q]").press_sequentially(typed, delay=20)
    else:
        page.fill("[name=q]", typed)
        page.press("[name=q]", "Enter")
    expect(page.locator("#results")).to_contain_text(bn)
    look(page, scripts)
    page.click(f"button[value='cra:{bn}']")
    number = re.search(r"/o/(\d+)/", page.url)[1]
    look(page, scripts)

    step(page, "activities")
    page.check("text=/alimentaire|Food security/")
    save(page)
    step(page, "mission")
    page.fill("[name=mission]", "Nous aidons les gens du quartier.")
    save(page)
    step(page, "address")
    expect(page.locator("[name=street]")).not_to_have_value("")  # the register's
    page.fill("[name=phone]", "819 555-0112")
    page.fill("[name=email]", f"licences-{number}@example.org")
    save(page)
    look(page, scripts)
    page.goto(f"/{language}/o/{number}/register/check/")
    look(page, scripts)
    source = "Registre des organismes de bienfaisance" if language == "fr" else "Charity register"
    expect(page.locator("main")).to_contain_text(source)
    expect(page.locator("main")).to_contain_text(name)
    page.click("main form button.button")
    expect(page.locator("h1")).to_have_text(re.compile("Nous avons|We have"))

    qualify(browser, site, number)
    site.letter(email, "qualifié" if language == "fr" else "qualified")
