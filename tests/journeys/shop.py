"""What members and staff do around an order: the steps that journeys of ordering take."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.factories import PASSWORD
from tests.journeys.site import Site
from tests.journeys.steps import another, look, sign_in

MEMBER = """
import json, uuid
from datetime import timedelta
from accounts.models import User
from orders import cheques
from orgs.days import today
from tests.factories import *
language, by_cheque = {language!r}, {by_cheque!r}
tag = uuid.uuid4().hex[:8]
facts = dict(legal_name="Maison " + tag, email=tag + "@example.org", language=language) | {facts!r}
named = dict(user__email=f"buyer-{{tag}}@example.org", user__username=f"buyer-{{tag}}")
membership = MembershipFactory(
    organization=OrganizationFactory(**facts), user__language=language, **named
)
organization, owner = membership.organization, membership.user
sent = dict(submitted_at="2026-11-02T10:00Z", submitted_by=owner, started_by=owner)
ApplicationFactory(organization=organization, status="qualified", **sent)
if by_cheque:
    until, by = today() + timedelta(days=60), User.objects.get(email="fay@staff.example")
    cheques.allow(organization, until=until, reason="Its city pays by cheque.", by=by)
print(json.dumps([owner.email, str(organization.number), organization.email]))
"""


def run(site: Site, code: str) -> Any:
    """Run Python on the site's data; what it prints last, from JSON."""
    done = site.manage("shell", "-v", "0", "-c", code)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else None


def new_member(site: Site, language: str, *, by_cheque: bool = False, **facts: Any) -> list[str]:
    """A qualified charity: its owner's address, its number, its address for licences."""
    code = MEMBER.format(language=language, by_cheque=by_cheque, facts=facts)
    found: list[str] = run(site, code)
    return found


def enter(page: Page, site: Site, language: str, **facts: Any) -> list[str]:
    """Sign the owner of a new charity in."""
    found = new_member(site, language, **facts)
    sign_in(page, language, found[0], PASSWORD)
    page.wait_for_load_state("load")
    return found


def put_into_cart(page: Page, language: str, number: str, slug: str, quantity: int = 1) -> None:
    page.goto(f"/{language}/o/{number}/catalog/{slug}/")
    page.fill("#id_quantity", str(quantity))
    page.click("form[action*='/cart/add/'] button")
    expect(page).to_have_url(re.compile("/cart/"))


def check_out(page: Page) -> None:
    page.click("a[href$='/checkout/']")


def go_on(page: Page) -> None:
    """To the next step of check-out."""
    page.click("main form button.button >> nth=0")


def agree_and_order(page: Page) -> None:
    """The last step: every statement, and the button that orders."""
    for box in page.locator("main [type=checkbox]").all():
        box.check()
    go_on(page)


def pay(page: Page) -> str:
    """On PayPal's page; returns the order's number from the thanks."""
    expect(page).to_have_url(re.compile("/checkoutnow"))
    page.click("button[value=pay]")
    expect(page.locator("h1")).to_have_text(re.compile("Merci|Thank you"))
    return re.search(r"/orders/(\d+)/", page.url)[1]


def open_order(page: Page, language: str, number: str, order: str) -> None:
    page.goto(f"/{language}/o/{number}/orders/{order}/")
    expect(page.locator("h1")).to_contain_text(order)


@contextmanager
def staff(browser: Browser, site: Site, order: str, model: str, who: str = "fay") -> Iterator[Page]:
    """A colleague's page of an order, or of what belongs to it; they do one thing there."""
    with another(browser, site, "en", f"{who}@staff.example") as desk:
        desk.goto(f"/admin/orders/{model}/?q={order}")
        desk.click("#result_list tbody th a >> nth=0")
        look(desk, scripts=True)
        yield desk
        expect(desk.locator(".messagelist .success")).to_be_visible()


def restock(site: Site, slug: str, change: int) -> None:
    """As staff do on the product's page; then the queue is offered what is free."""
    code = (
        "from accounts.models import User; from catalog import stock;"
        "from catalog.models import Product; from orders import offers;"
        f"product = Product.objects.get(slug={slug!r});"
        "by = User.objects.get(email='fay@staff.example');"
        f"stock.restock(product, {change}, reason='Counted.', by=by); offers.offer_due()"
    )
    run(site, code)
