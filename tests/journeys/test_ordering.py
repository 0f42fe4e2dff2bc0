"""Ordering what needs more than a click: each kind of offer, each way of paying, and back again."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.journeys.shop import (
    agree_and_order,
    check_out,
    enter,
    go_on,
    new_member,
    open_order,
    pay,
    put_into_cart,
    restock,
    staff,
)
from tests.journeys.steps import another, look, shows, sound

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ONE_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("fr", True), ("en", False)])
OTHER_OF_TWO = pytest.mark.parametrize(("language", "scripts"), [("en", True), ("fr", False)])
OFFICE, SCARCE = "office-ltsc-standard-2024", "windows-11-enterprise-ltsc-2024"
SWITCH, GENUINE = "cisco-business-350-24-port-poe-switch", "get-genuine-windows-11-pro"
READY = {"fr": "Vos licences sont prêtes", "en": "Your licences are ready"}
LAPTOP = "refurbished-laptop-14-core-i5"


@ONE_OF_TWO
def test_software_comes_by_itself_and_its_money_goes_back_when_two_agree(
    page, browser, site, language, scripts
):
    email, number, licences = enter(page, site, language)
    put_into_cart(page, language, number, OFFICE, quantity=5)
    check_out(page)
    agree_and_order(page)
    order = pay(page)
    site.letter(licences, READY[language])
    open_order(page, language, number, order)
    expect(page.locator(".key")).to_have_count(5)
    look(page, scripts)

    page.click("a[href$='/refund/']")
    look(page, scripts)
    page.check("[name=lines]")
    page.fill("[name=reason]", "Nous avons reçu des ordinateurs neufs. New computers came.")
    go_on(page)
    expect(page.locator("[name=reason]")).to_have_value(re.compile("New computers came"))
    look(page, scripts)  # nobody said that nothing is installed
    page.check("[name=is_unused]")
    go_on(page)
    shows(page, "reçu votre demande|received your request")
    look(page, scripts)
    for who in ("fay", "root"):
        with staff(browser, site, order, "refund", who) as desk:
            desk.fill("#answer", "Bien sûr. Of course.")
            desk.click("button[value=approve]")
    site.letter(email, "Bien sûr")
    open_order(page, language, number, order)
    shows(page, "Remboursée|Refunded")
    shows(page, "N’est plus valide|Plus valide|No longer valid")
    look(page, scripts)
    sound(site)


@OTHER_OF_TWO
def test_what_ran_out_is_held_for_whom_it_was_promised_and_the_last_is_sold_once(
    page, browser, site, language, scripts
):
    email, number, _licences = enter(page, site, language)
    other, theirs, _licences = new_member(site, language)
    page.goto(f"/{language}/o/{number}/catalog/{SCARCE}/")
    page.click("form[action$='/queue/'] button")
    shows(page, "Votre place|Your place")
    look(page, scripts)
    restock(site, SCARCE, 2)
    site.letter(email, f"/catalog/{SCARCE}/")
    page.reload()
    shows(page, "Réservé pour vous|Held for you")
    look(page, scripts)

    with another(browser, site, language, other, PASSWORD) as rival:
        put_into_cart(rival, language, theirs, SCARCE)
        check_out(rival)
        for box in rival.locator("main [type=checkbox]").all():
            box.check()
        put_into_cart(page, language, number, SCARCE, quantity=2)  # what is held, and the last
        check_out(page)
        agree_and_order(page)
        pay(page)
        go_on(rival)
        expect(rival).to_have_url(re.compile("/cart/$"))
        shows(rival, "rupture de stock|out of stock")
        look(rival, scripts=True)
    sound(site)


@ONE_OF_TWO
def test_hardware_is_asked_for_approved_paid_shipped_and_arrives(
    page, browser, site, language, scripts
):
    email, number, _licences = enter(page, site, language)
    put_into_cart(page, language, number, SWITCH)
    check_out(page)
    expect(page).to_have_url(re.compile("/checkout/questions/$"))
    page.fill("[name=q-cisco-purpose]", "Wi-Fi")
    page.check("[name=q-cisco-resale][value=yes]")
    go_on(page)
    expect(page.locator("[name=q-cisco-purpose]")).to_have_value("Wi-Fi")
    look(page, scripts)
    page.fill("[name=q-cisco-people_served]", "2600")
    page.fill("[name=q-cisco-install_by]", "2027-02-01")
    page.check("[name=q-cisco-installer][value=contractor]")
    page.check("[name=q-cisco-resale][value=no]")
    go_on(page)

    expect(page).to_have_url(re.compile("/checkout/delivery/$"))
    street = page.locator("[name=street]")
    here = street.input_value()
    street.fill("C.P. 12, succ. Centre-ville" if language == "fr" else "PO Box 12, Station A")
    go_on(page)
    shows(page, "case postale|post office box")
    look(page, scripts)
    street.fill(here)
    go_on(page)
    look(page, scripts)
    agree_and_order(page)
    expect(page).to_have_url(re.compile(r"/orders/\d+/$"))
    order = re.search(r"/orders/(\d+)/", page.url)[1]
    look(page, scripts)

    with staff(browser, site, order, "order") as desk:
        desk.click("button[value=approve]")
    page.goto(site.link(email, order))
    page.click("form[action$='/pay/'] button")
    pay(page)
    with another(browser, site, "en", "fay@staff.example") as desk:
        desk.goto(f"/admin/orders/fulfilment/?q={order}")
        desk.click("a[href$='/ship/']")
        look(desk, scripts=True)
        desk.select_option("[name=carrier]", index=1)
        desk.fill("[name=tracking_number]", "1Z999AA10123456784")
        desk.click(".submit-row button")
        expect(desk.locator(".messagelist .success")).to_be_visible()
    open_order(page, language, number, order)
    shows(page, "1Z999AA10123456784")
    look(page, scripts)
    page.click("form[action$='/arrived/'] button")
    shows(page, "Reçu le|Arrived on")
    shows(page, "SMARTnet")
    look(page, scripts)
    sound(site)


@OTHER_OF_TWO
def test_get_genuine_is_ordered_alone_and_once_in_a_lifetime(page, site, language, scripts):
    _email, number, licences = enter(page, site, language)
    put_into_cart(page, language, number, OFFICE)
    put_into_cart(page, language, number, GENUINE, quantity=3)
    expect(page.locator("a[href$='/checkout/']")).to_have_count(0)
    look(page, scripts)
    page.click("button[value=only]")
    check_out(page)
    page.check("[name$=unlicensed][value=yes]")
    page.fill("[name$=computers]", "3")
    go_on(page)
    look(page, scripts)
    agree_and_order(page)
    pay(page)
    site.letter(licences, READY[language])

    put_into_cart(page, language, number, GENUINE)
    shows(page, "une seule|un seul|1 sur 1|only one|only once|1 of 1")
    expect(page.locator("a[href$='/checkout/']")).to_have_count(0)
    look(page, scripts)
    page.goto(f"/{language}/o/{number}/checkout/")
    expect(page).to_have_url(re.compile("/cart/$"))
    sound(site)


@ONE_OF_TWO
def test_an_access_offer_is_paid_here_and_later_to_its_partner(page, site, language, scripts):
    _email, number, licences = enter(page, site, language)
    page.goto(f"/{language}/o/{number}/catalog/zoom-workplace-pro/")
    shows(page, "Zoom son prix réduit|Zoom its reduced price|prix réduit")
    look(page, scripts)
    put_into_cart(page, language, number, "zoom-workplace-pro")
    shows(page, "Nous n’y ajoutons rien|We charge nothing for it")
    look(page, scripts)
    check_out(page)
    page.check("[name$=paying_customer][value=no]")
    page.fill("[name$=account_email]", "zoom@maison.example")
    go_on(page)
    agree_and_order(page)
    order = pay(page)
    site.letter(licences, READY[language])
    open_order(page, language, number, order)
    expect(page.locator(".key")).to_have_count(1)
    look(page, scripts)
    sound(site)


@OTHER_OF_TWO
def test_a_cheque_is_chosen_mailed_received_and_cleared(page, browser, site, language, scripts):
    email, number, licences = enter(page, site, language, by_cheque=True)
    put_into_cart(page, language, number, OFFICE)
    check_out(page)
    expect(page).to_have_url(re.compile("/checkout/payment/$"))
    look(page, scripts)
    page.check("[name=method][value=cheque]")
    go_on(page)
    look(page, scripts)
    agree_and_order(page)
    expect(page).to_have_url(re.compile("/cheque/slip/$"))
    look(page, scripts)
    order = re.search(r"/orders/(\d+)/", page.url)[1]
    paper = page.request.get(f"/{language}/o/{number}/orders/{order}/cheque/slip.pdf")
    assert paper.body().startswith(b"%PDF")
    site.letter(email, order)
    with staff(browser, site, order, "cheque") as desk:
        desk.fill("#number", "0042")
        desk.click("button[value=receive]")
    with staff(browser, site, order, "cheque") as desk:
        desk.click("button[value=clear]")
    site.letter(licences, READY[language])
    open_order(page, language, number, order)
    expect(page.locator(".key")).to_have_count(1)
    look(page, scripts)
    sound(site)


@ONE_OF_TWO
def test_what_is_too_much_for_one_order_moves_to_its_own(page, site, language, scripts):
    _email, number, _licences = enter(page, site, language)
    put_into_cart(page, language, number, LAPTOP, quantity=7)
    look(page, scripts)
    page.click("button[value=split]")
    shows(page, "5 ×|2 ×")
    look(page, scripts)
    check_out(page)
    page.check("[name$=dock][value=door]")
    go_on(page)
    expect(page).to_have_url(re.compile("/checkout/delivery/$"))  # answers say nothing of it
    go_on(page)
    agree_and_order(page)
    first = pay(page)
    page.goto(f"/{language}/o/{number}/cart/")
    page.click("button[value=back]")
    look(page, scripts)
    check_out(page)
    page.check("[name$=dock][value=door]")
    go_on(page)
    agree_and_order(page)
    assert pay(page) != first
    sound(site)
