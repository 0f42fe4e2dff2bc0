"""A qualification's life in the browser: refused, appealed; ended, renewed, suspended, closed."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import Site
from tests.journeys.steps import PDF, look, qualify, shows, sign_in
from tests.orgs.papers import pdf_bytes

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

ACCOUNT = """
from datetime import timedelta
from orgs.days import today
from tests.factories import *
import json, uuid
LANGUAGE, KIND = {language!r}, {kind!r}
until, tag = today() - timedelta(days=20), uuid.uuid4().hex[:8]
name = "Maison " + KIND
facts = dict(legal_name=name, email=tag + "@example.org", language=LANGUAGE, kind="charity")
if KIND == "declined":
    org = OrganizationFactory(unqualified=True, **facts)
else:
    since = until - timedelta(days=700)
    org = OrganizationFactory(qualified_since=since, qualified_until=until, **facts)
named = dict(user__email=f"owner-{{tag}}@example.org", user__username=f"owner-{{tag}}")
owner = MembershipFactory(organization=org, user__language=LANGUAGE, **named).user
fields = dict(submitted_at="2026-11-02T10:00Z", submitted_by=owner, started_by=owner)
status = "declined" if KIND == "declined" else "qualified"
reason = "Reason A." if KIND == "declined" else ""
ApplicationFactory(organization=org, status=status, reason=reason, **fields)
print(json.dumps([owner.email, org.number]))
"""


def account(site: Site, language: str, kind: str) -> tuple[str, str]:
    """An organization in a situation; the address of its owner, and its number."""
    made = site.manage("shell", "-v", "0", "-c", ACCOUNT.format(language=language, kind=kind))
    assert made.returncode == 0, made.stderr
    email, number = json.loads(made.stdout.strip().splitlines()[-1])
    return email, str(number)


def enter(page: Page, language: str, email: str) -> None:
    sign_in(page, language, email, "correct horse battery")
    page.wait_for_load_state("load")


def stand(browser: Browser, site: Site, number: str, act: str) -> None:
    """Staff: change how it stands, after reading the letter."""
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    desk = context.new_page()
    sign_in(desk, "en", "quinn@staff.example")
    desk.goto(f"/admin/orgs/organization/?q={number}")
    desk.click("#result_list tbody a >> nth=0")
    desk.click("a[href$='/standing/']")
    look(desk, scripts=True)
    desk.check(f"[name=act][value={act}]")
    desk.select_option("[name=ready]", "revoked" if act == "suspend" else "mistake")
    desk.click("button[name=preview]")
    look(desk, scripts=True)
    desk.click("form.sheet .actions button >> nth=0")
    expect(desk.locator(".messagelist .success")).to_be_visible()
    context.close()


def test_a_refusal_is_appealed_asked_about_answered_and_accepted(
    page, browser, site, language, scripts
):
    email, number = account(site, language, "declined")
    enter(page, language, email)
    page.goto(f"/{language}/o/{number}/")
    look(page, scripts)
    page.click("a[href$='/appeal/']")
    shows(page, "Reason A")
    look(page, scripts)
    page.fill("[name=words]", "Nos lettres patentes le montrent. They show it.")
    page.set_input_files("[name=papers]", PDF | {"buffer": pdf_bytes()})
    page.click("main form[enctype] button.button >> nth=0")
    expect(page).to_have_url(re.compile("/application/$"))
    shows(page, "They show it")
    look(page, scripts)

    ask = (
        "from orgs import qualification; from orgs.models import *; from accounts.models import *;"
        f"a = Application.objects.filter(organization__number={number}).newest();"
        "by = User.objects.get(email='quinn@staff.example');"
        "qualification.ask(a.pk, by=by, question='Page 2?', version=a.version)"
    )
    asked = site.manage("shell", "-v", "0", "-c", ask)
    assert asked.returncode == 0, asked.stderr
    page.goto(re.search(r"https?://[^/]+(/\S+)", site.letter(email, "Page 2?"))[1])
    look(page, scripts)
    page.fill("[name=answer]", "Voilà. Here it is.")
    page.set_input_files("[name=papers]", PDF | {"buffer": pdf_bytes(pages=2)})
    page.click("main form[enctype] button.button")
    expect(page).to_have_url(re.compile("/application/$"))
    shows(page, "Here it is")
    look(page, scripts)

    qualify(browser, site, number)
    page.goto(f"/{language}/o/{number}/")
    expect(page.locator(".org-bar")).to_contain_text(re.compile("Qualifié|Qualified"))
    checked = site.manage("check_invariants")
    assert number not in checked.stdout


def test_what_has_ended_is_renewed_suspended_reinstated_and_closed(
    page, browser, site, language, scripts
):
    email, number = account(site, language, "ended")
    enter(page, language, email)
    page.goto(f"/{language}/o/{number}/")
    look(page, scripts)
    page.click(".notice a[href$='/renew/']")
    look(page, scripts)
    page.fill("[name=annual_budget]", "612000")
    page.click("main form[enctype] button >> nth=1")  # save and come back
    look(page, scripts)
    expect(page.locator("[name=annual_budget]")).to_have_value(re.compile("^612"))
    page.click("button[name=send]")
    shows(page, "Confirmez|Confirm")
    look(page, scripts)
    page.check("[name=confirmed]")
    page.click("button[name=send]")
    look(page, scripts)
    qualify(browser, site, number)

    stand(browser, site, number, "suspend")
    page.goto(f"/{language}/o/{number}/")
    shows(page, "registre public|public register")
    look(page, scripts)
    stand(browser, site, number, "reinstate")
    page.goto(f"/{language}/o/{number}/")
    expect(page.locator(".org-bar")).to_contain_text(re.compile("Qualifié|Qualified"))

    page.click("a[href$='/close/']")
    look(page, scripts)
    page.fill("[name=reason]", "Nous fermons. We close.")
    page.check("[name=confirmed]")
    page.click("main form button.danger")
    shows(page, "Nous fermons. We close.")
    look(page, scripts)
