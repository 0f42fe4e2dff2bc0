"""Who else comes: papers and a question, a library, a namesake, a double, a branch, two hats.

Each run has names of its own: what looks alike would be taken for one organization.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.journeys.site import Site
from tests.journeys.steps import (
    PDF,
    PDF_BYTES,
    add_papers,
    another,
    ask,
    describe,
    identify,
    look,
    qualify,
    save,
    send,
    shows,
    sign_in,
    sound,
    start_by_hand,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ONE_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("fr", True), ("en", False)])
OTHER_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("en", True), ("fr", False)])

PEOPLE = """
import json, uuid
from tests.factories import *
tag, language, facts = uuid.uuid4().hex[:8], {language!r}, {facts!r}
new = UserFactory(email=f"noor-{{tag}}@example.org", username=f"noor-{{tag}}", language=language)
found = [new.email]
if facts:
    names = dict(first_name="Odile", last_name="Secret", username=f"odile-{{tag}}")
    owner = UserFactory(email=f"odile-{{tag}}@example.org", language=language, **names)
    org = OrganizationFactory(email=f"{{tag}}@example.org", language=language, **facts)
    MembershipFactory(organization=org, user=owner)
    sent = dict(submitted_at="2026-11-02T10:00Z", submitted_by=owner, started_by=owner)
    ApplicationFactory(organization=org, status="qualified", **sent)
    found += [owner.email, str(org.number)]
print(json.dumps(found))
"""


def newcomer(page: Page, site: Site, language: str, **facts: str) -> list[str]:
    """Signs a newcomer in; their address, and of a qualified organization its owner's and number.

    The organization has the facts given; without any there is none.
    """
    code = PEOPLE.format(language=language, facts=facts)
    made = site.manage("shell", "-v", "0", "-c", code)
    assert made.returncode == 0, made.stderr
    found: list[str] = json.loads(made.stdout.strip().splitlines()[-1])
    sign_in(page, language, found[0], PASSWORD)
    page.wait_for_load_state("load")
    return found


def is_qualified(page: Page, language: str, number: str) -> None:
    page.goto(f"/{language}/o/{number}/")
    expect(page.locator(".org-bar")).to_contain_text(re.compile("Qualifié|Qualified"))


@ONE_OF_TWO
def test_a_quebec_nonprofit_sends_papers_answers_and_shows_its_certificate(
    page, browser, site, language, scripts
):
    (email,) = newcomer(page, site, language)
    name, neq = ("Cuisines du quai", "1100000216") if scripts else ("Jardins Nord", "1100000224")
    number = start_by_hand(page, scripts, language)
    identify(page, name, "nonprofit", neq=neq)
    describe(page, number, city="Rimouski", postal_code="G5L 9Z9")
    add_papers(page, "letters_patent")
    look(page, scripts)
    send(page, scripts, language, number)

    ask(browser, site, number, "Page 2?")
    page.goto(site.link(email, "Page 2?"))
    look(page, scripts)
    page.fill("[name=answer]", "Voilà. Here it is.")
    page.set_input_files("[name=papers]", PDF | {"buffer": PDF_BYTES + b"\n"})
    page.click("main form[enctype] button.button")
    shows(page, "Here it is")
    look(page, scripts)
    qualify(browser, site, number)

    is_qualified(page, language, number)
    page.goto(f"/{language}/o/{number}/certificate/")
    look(page, scripts)
    code = page.locator("main code").inner_text()
    page.context.clear_cookies()
    page.goto(f"/{language}/certificates/")
    page.fill("[name=code]", code.lower())
    page.click("main form button")
    shows(page, re.escape(name))
    look(page, scripts)
    sound(site)


@OTHER_OF_TWO
def test_a_library_has_tasks_of_its_own(page, browser, site, language, scripts):
    newcomer(page, site, language)
    number = start_by_hand(page, scripts, language)
    place = ("Halifax", "NS", "B3H 9Z9") if language == "en" else ("Gaspé", "QC", "G4X 9Z9")
    identify(page, f"Bibliothèque du phare de {place[0]}", "library")
    city, province, postal_code = place
    describe(page, number, city=city, province=province, postal_code=postal_code, has_budget=False)
    look(page, scripts)
    shows(page, "règlement municipal|municipal by-law")
    add_papers(page, "library_proof")
    send(page, scripts, language, number)
    qualify(browser, site, number)
    is_qualified(page, language, number)
    sound(site)


@ONE_OF_TWO
def test_a_namesake_in_another_city_passes_and_is_told_apart(
    page, browser, site, language, scripts
):
    name = "Maison des aînés" if scripts else "Foyer Beauséjour"
    newcomer(page, site, language, legal_name=name, city="Sherbrooke")
    number = start_by_hand(page, scripts, language)
    identify(page, name, "nonprofit", neq="1100000232" if scripts else "1100000240")
    describe(page, number, city="Saguenay", postal_code="G7H 9Z9")
    expect(page).to_have_url(re.compile(f"/o/{number}/register/$"))  # nobody doubts it
    add_papers(page, "letters_patent")
    send(page, scripts, language, number)
    qualify(browser, site, number)
    is_qualified(page, language, number)
    with another(browser, site, "en", "quinn@staff.example") as desk:
        desk.goto(f"/admin/orgs/organization/?q={name}")
        look(desk, scripts=True)
        for city in ("Sherbrooke", "Saguenay"):
            expect(desk.locator("#result_list")).to_contain_text(city)
    sound(site)


@OTHER_OF_TWO
def test_a_double_leads_to_a_claim_and_nobody_is_revealed(page, browser, site, language, scripts):
    name = "Accueil des Rives" if scripts else "Refuge Lanaudière"
    place = {"city": "Sherbrooke", "postal_code": "J1H 9Z9", "phone": "+18195550142"}
    email, owner, there = newcomer(page, site, language, legal_name=name, **place)
    number = start_by_hand(page, scripts, language)
    identify(page, name, "nonprofit")
    describe(page, number)
    expect(page).to_have_url(re.compile("/register/possible/$"))
    seen = []

    def shown() -> None:
        look(page, scripts)
        seen.append(page.content())

    shown()
    page.click("a[href$='/register/ask/']")
    shown()
    page.fill("[name=words]", "Je suis la nouvelle adjointe. I am new.")
    save(page)
    expect(page).to_have_url(re.compile("/register/join/$"))
    shown()
    site.letter(owner, "Noor Gagnon")
    page.click("form[action$='/withdraw/'] button >> nth=0")
    shown()

    page.goto(f"/{language}/o/{number}/register/claim/")
    shown()
    page.fill("[name=former_names]", "Comité des Rives")
    page.fill("[name=words]", "Trésorière depuis 2023. Treasurer since 2023.")
    page.check("[name=agrees]")
    save(page)
    shown()
    assert not [text for text in seen if owner in text or "Odile" in text or there in text]

    with another(browser, site, language, owner, PASSWORD) as window:
        window.goto(site.link(owner, "/claims/"))
        shows(window, "Treasurer since 2023")
        look(window, scripts=True)
        window.check("[name=is_objection][value=no]")
        save(window)
        look(window, scripts=True)
    with another(browser, site, "en", "quinn@staff.example") as desk:
        desk.goto("/admin/orgs/claim/")
        look(desk, scripts=True)
        desk.click(f"#result_list tr:has-text('{name}') a >> nth=0")
        shows(desk, "Comité des Rives")
        look(desk, scripts=True)
        desk.select_option("[name=role]", label="Utilisateur")
        desk.click("button[value=accept]")
        expect(desk.locator(".messagelist .success")).to_be_visible()
    page.goto(site.link(email, f"/o/{there}/"))
    expect(page.locator(".org-bar")).to_contain_text(name)
    look(page, scripts)
    sound(site)


@ONE_OF_TWO
def test_a_branch_is_signed_for_and_a_right_reaches_down(page, browser, site, language, scripts):
    root = "000005041" if scripts else "000005058"
    facts = {
        "legal_name": "Fédération des haltes" if scripts else "Réseau Nordet",
        "bn": f"{root}RR0001",
    }
    email, owner, above = newcomer(page, site, language, **facts)
    number = start_by_hand(page, scripts, language)
    name = "Halte de Gaspé" if scripts else "Relais Percé"
    identify(page, name, "charity")
    page.click("a[href$='/parent/']")
    look(page, scripts)
    page.fill("[name=number]", above)
    save(page)
    look(page, scripts)
    page.goto(f"/{language}/o/{number}/register/")
    identify(page, name, "charity", bn=f"{root}RR0002")  # a branch shares the nine digits
    describe(page, number, city="Gaspé", postal_code="G4X 9Z9")
    add_papers(page, "registration")

    with another(browser, site, language, owner, PASSWORD) as window:
        window.goto(site.link(owner, "/branches/"))
        look(window, scripts=True)
        window.fill("[name=title]", "Présidente")
        window.check("[name=agrees]")
        window.click("button[value=sign]")
        shows(window, re.escape(name))
        look(window, scripts=True)
    send(page, scripts, language, number)
    qualify(browser, site, number)
    is_qualified(page, language, number)
    for part in ("people", "quota"):
        page.goto(f"/{language}/o/{number}/{part}/")
        shows(page, "Noor Gagnon" if part == "people" else "Bitdefender")
        look(page, scripts)
    assert page.goto(f"/{language}/o/{above}/").status == 404  # nothing reaches up

    with another(browser, site, language, owner, PASSWORD) as window:
        window.goto(f"/{language}/o/{above}/branches/")
        window.click(f"main a[href$='/o/{number}/']")
        expect(window.locator(".org-bar")).to_contain_text(name)
        look(window, scripts=True)
        window.goto(f"/{language}/o/{number}/people/")
        shows(window, "Noor Gagnon")
        assert window.goto(f"/{language}/o/{number}/cart/").status == 403  # nor orders for it
    sound(site)


@OTHER_OF_TWO
def test_two_organizations_in_two_tabs_never_mix(page, site, language, scripts):
    sign_in(page, language, "dev@two-hats.example")
    page.wait_for_load_state("load")
    product = "catalog/gravityzone-small-business-security-5/"
    theatre, pantry = f"/{language}/o/100004/", f"/{language}/o/100005/"
    page.goto(theatre + product)
    other = page.context.new_page()
    other.goto(pantry + product)
    page.fill("[name=quantity]", "3")
    page.click("form[action*='/cart/add/'] button")  # in the first tab, after the second opened
    shows(page, "GravityZone")
    look(page, scripts)
    other.goto(pantry + "cart/")
    expect(other.locator("main")).not_to_contain_text("GravityZone")
    expect(other.locator(".org-bar")).to_contain_text("North Shore")
    look(other, scripts)
    page.reload()
    expect(page.locator(".org-bar")).to_contain_text("Two Hats")
    assert page.url.endswith("/o/100004/cart/")
    sound(site)
