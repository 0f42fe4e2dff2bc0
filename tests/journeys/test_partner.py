"""A donor partner's people at their desk: answer an order, add keys, read the reports."""

import pytest

from tests.journeys.steps import look, shows, sign_in, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
WORDS = {
    "en": {
        "number": "10030",
        "approved": "is approved",
        "keys": "2 keys were imported",
        "packs": "packs went out",
    },
    "fr": {
        "number": "10030",
        "approved": "est approuvée",
        "keys": "2 clés ont été importées",
        "packs": "Lots remis",
    },
}


@pytest.mark.parametrize(("language", "scripts"), [("fr", True), ("en", False)], indirect=True)
def test_a_partner_adds_keys_and_reads_its_reports(page, site, language, scripts):
    words = WORDS[language]
    sign_in(page, language, "omar@partner.example")
    page.goto(f"/{language}/partner/microsoft/")
    look(page, scripts)

    page.goto(f"/{language}/partner/microsoft/stock/")
    look(page, scripts)
    page.click("main table a >> nth=0")
    page.fill("[name=pasted]", f"NEW-{language}-0001\nNEW-{language}-0002")
    page.click("button[value=look]")
    look(page, scripts)
    page.click("button[value=import]")
    shows(page, words["keys"])

    page.goto(f"/{language}/partner/microsoft/reports/")
    shows(page, words["packs"])
    look(page, scripts)
    sound(site)


@pytest.mark.parametrize(("language", "scripts"), [("en", True)], indirect=True)
def test_a_partner_approves_an_order(page, site, language, scripts):
    sign_in(page, language, "paula@partner.example")
    page.goto(f"/{language}/partner/cisco/orders/")
    look(page, scripts)
    page.click("main table a >> nth=0")
    look(page, scripts)
    page.click("button[value=approve]")
    shows(page, WORDS[language]["approved"])
    sound(site)
