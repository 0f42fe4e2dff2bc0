"""From what is open to us to the product: check, search, why not, new rules, a fair queue."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from orgs.days import today
from tests.factories import PASSWORD
from tests.journeys.shop import enter, new_member, restock, run
from tests.journeys.steps import PDF, PDF_BYTES, another, look, save, shows, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ONE_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("fr", True), ("en", False)])
OTHER_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("en", True), ("fr", False)])
NEW = """
import json
from datetime import timedelta
from django.utils import timezone
from orders.models import Cart, CartItem
from orgs.models import Membership
from tests.factories import *
program = ProgramFactory(partner__name="Nordet", name_fr="Dons {tag}", name_en="Gifts {tag}")
product = ProductFactory(program=program, name_fr="Suite {tag}", name_en="Kit {tag}", stock=0)
membership = Membership.objects.filter(organization__number={number}).first()
if membership:
    cart, _new = Cart.objects.get_or_create(membership=membership)
    item = CartItem.objects.create(cart=cart, product=product, quantity=1)
    CartItem.objects.filter(pk=item.pk).update(added_at=timezone.now() - timedelta(days=2))
print(json.dumps([program.pk, product.slug]))
"""


@ONE_OF_TWO
def test_a_visitor_asks_what_is_open_finds_a_product_in_spite_of_a_typo_and_is_told_of_it(
    page, site, language, scripts
):
    page.goto(f"/{language}/eligibility/")
    save(page)
    look(page, scripts)  # what is missing is named
    page.check("[name=kind][value=library]")
    page.select_option("[name=province]", "NS")
    page.click(".folds summary >> nth=0")
    page.check(".folds input >> nth=0")
    save(page)
    shows(page, "Probablement oui|Likely yes")
    shows(page, "Cela dépend|It depends")
    look(page, scripts)

    page.goto(f"/{language}/catalog/?q=ofice+standart")
    shows(page, "Office LTSC")
    look(page, scripts)
    page.check("[name=kind][value=donation]")
    page.click(".filters form button:not(.link) >> nth=0")
    expect(page).to_have_url(re.compile("kind=donation"))
    boxes = page.locator("#results [name=p]")
    for place in (0, 1):
        boxes.nth(place).check()
    page.click("#compare button")
    expect(page.locator("main thead th")).to_have_count(2)
    look(page, scripts)
    page.click("main td a >> nth=0")
    look(page, scripts)

    _program, slug = run(site, NEW.format(tag=f"vitrine-{language}", number=0))
    email = f"visitor-{language}@example.org"
    page.goto(f"/{language}/catalog/{slug}/")
    page.fill("form[action$='/alert/'] [name=email]", email)
    page.click("form[action$='/alert/'] button")
    shows(page, re.escape(email))
    page.goto(site.link(email, "/alerts/confirm/"))
    save(page)
    look(page, scripts)
    restock(site, slug, 3)
    run(site, "from catalog.tasks import send_alerts; send_alerts()")
    text = site.letter(email, "/alerts/stop/")
    page.goto(re.search(r"\S+/alerts/stop/\S+", text)[0])
    look(page, scripts)
    page.click("main form button >> nth=0")
    look(page, scripts)


@OTHER_OF_TWO
def test_who_is_refused_reads_why_corrects_the_fact_and_says_what_they_need(
    page, site, language, scripts
):
    _email, number, _licences = enter(page, site, language, annual_budget="2000000.00")
    page.goto(f"/{language}/o/{number}/eligibility/")
    mine = page.locator("#bitdefender")
    expect(mine).to_contain_text(re.compile("1.400.000"))
    expect(mine).to_contain_text(re.compile("2.000.000"))
    look(page, scripts)
    mine.locator("summary").click()
    mine.locator("[name=quantity]").fill("25")
    mine.locator("[name=use]").fill("Nos postes. Our desks.")
    mine.locator("button.secondary").click()
    expect(page.locator("#bitdefender")).to_contain_text("25")
    look(page, scripts)

    page.click("#bitdefender a[href*='field=budget']")
    expect(page).to_have_url(re.compile("/changes?/"))
    page.fill("[name=annual_budget]", "900000")
    save(page)
    shows(page, "Bitdefender")  # what it would open
    look(page, scripts)
    page.fill("[name=words]", "L’exercice est terminé. The year is over.")
    page.set_input_files("[name=papers]", PDF | {"buffer": PDF_BYTES})
    page.click("main button[value=send]")
    shows(page, r"M-\d+|reçu votre demande|have your request")
    look(page, scripts)
    sound(site)


@ONE_OF_TWO
def test_new_rules_are_tried_published_told_and_leave_carts_their_grace(
    page, browser, site, language, scripts
):
    email, number, _licences = enter(page, site, language)
    tag = f"rules-{language}"
    program, slug = run(site, NEW.format(tag=tag, number=number))
    restock(site, slug, 9)
    with another(browser, site, language, "fay@staff.example") as desk:
        desk.goto("/admin/catalog/ruledraft/")
        desk.select_option("[name=program]", str(program))
        desk.click("main form:has([name=program]) button, #content form:has([name=program]) button")
        desk.click("button[name=add][value=budget]")
        desk.fill("[name$=-max] >> nth=-1", "400000")
        desk.fill("[name=effective]", str(today()))
        desk.fill("[name=grace_days]", "10")
        desk.fill("[name=note_fr]", "Le partenaire aide les plus petits.")
        desk.fill("[name=note_en]", "The partner helps the smallest.")
        desk.click("button[name=save]")
        expect(desk.locator(".messagelist .success")).to_be_visible()
        look(desk, scripts=True)
        desk.click("a[href$='/effect/']")
        expect(desk.locator("#content")).to_contain_text(number)
        look(desk, scripts=True)
        desk.click("#content form button.button")
        expect(desk.locator(".messagelist .success")).to_be_visible()
    told = site.letter(email, "Le partenaire aide" if language == "fr" else "The partner helps")
    assert re.search("400.000", told)
    page.goto(f"/{language}/o/{number}/cart/")
    until = today() + timedelta(days=10)
    shows(page, rf"{until.day}\D")
    shows(page, "règles|rules")
    look(page, scripts)
    expect(page.locator("a[href$='/checkout/']")).to_have_count(1)
    sound(site)


@OTHER_OF_TWO
def test_a_place_in_the_queue_that_is_given_up_goes_to_the_next(
    page, browser, site, language, scripts
):
    email, number, _licences = enter(page, site, language)
    other, theirs, _licences = new_member(site, language)
    _program, slug = run(site, NEW.format(tag=f"queue-{language}", number=0))
    page.goto(f"/{language}/o/{number}/catalog/{slug}/")
    page.click("form[action$='/queue/'] button")
    shows(page, "Votre place|Your place")
    with another(browser, site, language, other, PASSWORD) as second:
        second.goto(f"/{language}/o/{theirs}/catalog/{slug}/")
        second.click("form[action$='/queue/'] button")
        shows(second, r": 2\.|: 2\D")
        restock(site, slug, 1)
        site.letter(email, f"/catalog/{slug}/")
        page.reload()
        shows(page, "Réservé pour vous|Held for you")
        look(page, scripts)
        page.click("button[value=leave]")
        run(site, "from orders import offers; offers.offer_due()")
        site.letter(other, f"/catalog/{slug}/")
        second.reload()
        shows(second, "Réservé pour vous|Held for you")
        look(second, scripts=True)
    page.reload()
    shows(page, "rupture|Out of stock")
    sound(site)
