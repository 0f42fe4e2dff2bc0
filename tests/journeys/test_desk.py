"""Staff's work in a browser: one clean application by the keyboard alone, on one page."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.site import Site
from tests.journeys.steps import look, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

SENT = """
from django.core.files.uploadedfile import SimpleUploadedFile
from accounts.models import User
from orgs import documents, identity, qualification, registration, page_images
from orgs.models import Activity, Document, Organization
from tests.orgs.papers import pdf_bytes
by = User.objects.get(email="lea@nouveau.example")
organization = registration.start(by=by)
facts = dict(legal_name="Maison du clavier", kind="nonprofit", province="QC", neq="{neq}",
    mission="Nous aidons.", annual_budget=9000, budget_source="statements", budget_year=2025,
    staff=1, street="12, rue King", city="Sherbrooke", postal_code="J1H 9Z9",
    phone="+18195550112", email="clavier@example.org", language="fr")
Organization.objects.filter(pk=organization.pk).update(**facts)
organization.activities.set(Activity.objects.all()[:1])
organization.refresh_from_db()
identity.index(organization)
file = SimpleUploadedFile("lettres.pdf", pdf_bytes(pages=2))
documents.store(organization, kind="letters_patent", file=file, by=by)
application = qualification.submit(organization.applications.get().pk, by=by)
for document in Document.objects.filter(organization=organization):
    page_images.draw(document)
print("PK", application.pk, document.pages.count())
"""


def test_a_clean_application_is_decided_by_the_keyboard_on_one_page(browser: Browser, site: Site):
    made = site.manage("shell", "-c", SENT.format(neq="1100000208"))
    assert "PK" in made.stdout, made.stdout + made.stderr
    pk, pages = made.stdout.split("PK", 1)[1].split()[:2]
    assert pages == "2"
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    desk = context.new_page()
    sign_in(desk, "en", "quinn@staff.example")
    loads: list[str] = []
    desk.on("load", lambda page: loads.append(page.url))

    desk.goto("/admin/orgs/application/")
    desk.keyboard.press("j")  # the list has the focus: the first of it
    for _ in range(60):
        if desk.evaluate("document.activeElement.textContent") == f"D-{pk}":
            break
        desk.keyboard.press("j")
    start = time.monotonic()
    desk.keyboard.press("o")
    desk.wait_for_url(f"**/{pk}/review/")
    look(desk, scripts=True)
    loads.clear()
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.matches('a.page')")
    desk.keyboard.press("o")
    expect(desk.locator("a.page.large")).to_have_count(1)
    desk.keyboard.press("o")
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_have_attribute("open", "")
    desk.keyboard.press("?")
    desk.keyboard.press("a")  # to "Qualify"; the boxes stand right before it
    for _ in range(7):
        desk.keyboard.press("Shift+Tab")
        if desk.evaluate("document.activeElement.matches('[name=checklist]:not(:checked)')"):
            desk.keyboard.press("Space")
    assert desk.locator("[name=checklist]:checked").count() == 6
    assert loads == []  # not one page was loaded between the documents and the decision
    desk.keyboard.press("a")
    desk.keyboard.press("Enter")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert time.monotonic() - start < 60
    desk.wait_for_load_state()
    assert len(loads) == 1
    expect(desk.locator("#next")).to_be_visible()
    context.close()


def test_letters_can_be_switched_off_and_stay_off(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    desk = context.new_page()
    sign_in(desk, "en", "quinn@staff.example")
    desk.goto("/admin/orgs/application/")
    desk.fill("#searchbar", "j?")  # letters in a field are letters
    expect(desk.locator("#keys")).not_to_have_attribute("open", "")
    desk.locator("#keys summary").click()
    desk.locator("#keys_on").uncheck()
    desk.reload()
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).not_to_have_attribute("open", "")
    context.close()
