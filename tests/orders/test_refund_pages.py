"""The pages of refunds: asking on the order's page, and deciding at staff's desk."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orders import paying_back, refunds
from orders.models import LicenseKey, Payment, Refund
from orgs.staff import ensure_groups
from tests.factories import MembershipFactory, ProductFactory, UserFactory
from tests.orders.conftest import fill
from tests.orders.paying import again
from tests.orders.test_refunds import Status, ask, paid, place, product, quinn, sent

__all__ = ["product", "quinn", "sent"]


def url(name, order, *more):
    return reverse(f"orders:{name}", args=[order.organization.number, order.number, *more])


def colleague(name):
    person = UserFactory(is_staff=True, first_name=name)
    person.groups.add(Group.objects.get(name="fulfilment"))
    return person


@pytest.fixture
def desk(client, db, settings):
    """Fay's."""
    ensure_groups()
    settings.DEBUG = True  # the second factor of staff has its own tests
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(colleague("Fay"))
    return client


def press(desk, refund, act, **said):
    path = reverse("admin:orders_refund_act", args=[refund.pk])
    return desk.post(path, {"act": act, **said}, follow=True)


# The member's pages


@pytest.fixture
def unpaid(owner):
    """An order of a program that refunds nothing."""
    return place(fill(owner, ProductFactory(program__refund="none")))


def test_the_rule_is_shown_before_anything_is_paid(as_member, unpaid):
    page = as_member.get(url("detail", unpaid))
    assert "The fee is not refunded, even when a wrong product was ordered." in page.text


def test_a_refund_is_asked_for_on_the_orders_page(as_member, sent):
    assert url("refund", sent) in as_member.get(url("detail", sent)).text
    page = as_member.get(url("refund", sent))
    assert "Ask within 60 days of delivery." in page.text
    line = sent.lines.get()
    said = {"lines": [line.pk], "reason": "Wrong product", "is_unused": "on"}
    page = as_member.post(url("refund", sent), said, follow=True)
    assert "We received your request" in page.text
    refund = Refund.objects.get()
    assert (refund.status, refund.amount, refund.reason) == (
        Status.REQUESTED,
        sent.total,
        "Wrong product",
    )


def test_every_reason_is_told_and_what_was_typed_is_kept(as_member, sent):
    page = as_member.post(
        url("refund", sent), {"lines": [sent.lines.get().pk], "reason": "Because of this"}
    )
    assert page.status_code == 422
    assert page.text.count('class="error-summary"') == 1
    assert "nothing of it was installed" in page.text
    assert "Because of this" in page.text
    assert not Refund.objects.exists()


def test_what_cannot_be_refunded_says_why_and_has_no_form(as_member, unpaid, paypal):
    order = paid(unpaid, paypal)
    page = as_member.get(url("refund", order))
    assert "refunds nothing, even a wrong product" in page.text
    assert "<textarea" not in page.text


def test_in_french_the_page_is_french(as_member, sent):
    with translation.override("fr"):
        page = as_member.get(url("refund", sent))
    assert "Les frais sont remboursés tant que rien n’a été installé ni activé." in page.text


def test_a_request_can_be_withdrawn_until_it_is_decided(as_member, sent, quinn):
    refund = ask(sent)
    page = as_member.post(url("withdraw_refund", sent, 1), follow=True)
    assert "withdrawn" in page.text
    refund = ask(sent)
    refunds.approve(refund.pk, by=quinn)
    page = as_member.post(url("withdraw_refund", sent, 2), follow=True)
    assert "decided already" in page.text


def test_after_the_refund_a_key_is_no_longer_shown(as_member, sent, quinn):
    key = LicenseKey.objects.filter(line__order=sent).first()
    refunds.approve(ask(sent).pk, by=quinn)
    assert "No longer valid" in as_member.get(url("detail", sent)).text
    assert as_member.get(url("reveal", sent, key.pk)).status_code == 404


def test_a_stranger_and_a_reader_ask_for_nothing(client, sent, stranger):
    client.force_login(stranger)
    assert client.get(url("refund", sent)).status_code == 404
    viewer = MembershipFactory(organization=sent.organization, role_code="viewer")
    client.force_login(viewer.user)
    assert client.get(url("refund", sent)).status_code == 403


def test_the_orders_page_with_refunds_takes_few_queries(
    as_member, sent, django_assert_max_num_queries
):
    ask(sent)
    as_member.get(url("detail", sent))
    with django_assert_max_num_queries(12):
        as_member.get(url("detail", sent))


# The desk


def test_what_waits_is_the_queue(desk, sent, quinn):
    refund = ask(sent)
    listing = reverse("admin:orders_refund_changelist") + "?waits=yes"
    assert str(refund) in desk.get(listing).text
    press(desk, refund, "approve")
    assert str(refund) not in desk.get(listing).text


def test_staff_grant_a_refund_and_the_answer_is_read(desk, sent, as_buyer_sees):
    refund = ask(sent)
    page = press(desk, refund, "approve", answer="Sorry about that.")
    assert "Done." in page.text
    paying_back.sweep()
    assert again(refund).status == Status.COMPLETED
    assert "Sorry about that." in as_buyer_sees(sent)


@pytest.fixture
def as_buyer_sees(sent):
    def see(order):
        buyer = Client()
        buyer.force_login(order.placed_by)
        return buyer.get(url("detail", order)).text

    return see


def test_a_colleague_decides_what_one_proposed(desk, sent):
    path = reverse("admin:orders_refund_propose", args=[sent.pk])
    assert "Ask for a refund" in desk.get(path).text
    page = desk.post(path, {"lines": [sent.lines.get().pk], "reason": "Ours"}, follow=True)
    refund = Refund.objects.get()
    assert refund.origin == "staff"
    assert "A colleague decides this" in page.text
    assert "Somebody else decides" in press(desk, refund, "approve").text
    desk.force_login(colleague("Ann"))
    press(desk, refund, "approve")
    assert again(refund).status == Status.SENDING


def test_a_cheque_that_was_mailed_ends_it(desk, sent):
    Payment.objects.update(captured_at=timezone.now() - timedelta(days=200))
    refund = ask(sent)
    press(desk, refund, "approve")
    assert (
        "Number of the cheque"
        in desk.get(reverse("admin:orders_refund_change", args=[refund.pk])).text
    )
    assert "Enter the number" in press(desk, refund, "mailed", number=" ").text
    press(desk, refund, "mailed", number="1209")
    assert again(refund).status == Status.COMPLETED


def test_who_may_only_look_decides_nothing(desk, sent):
    refund = ask(sent)
    person = UserFactory(is_staff=True)
    desk.force_login(person)
    assert (
        desk.post(
            reverse("admin:orders_refund_act", args=[refund.pk]), {"act": "approve"}
        ).status_code
        == 403
    )
    assert again(refund).status == Status.REQUESTED


def test_the_list_takes_few_queries(desk, sent, django_assert_max_num_queries):
    ask(sent)
    desk.get(reverse("admin:orders_refund_changelist"))
    with django_assert_max_num_queries(12):
        desk.get(reverse("admin:orders_refund_changelist"))
