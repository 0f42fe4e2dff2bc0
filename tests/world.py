"""A small world for the access matrix: two organizations, and people of every role."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.models import Group
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from catalog import alerts
from catalog.models import PartnerMember
from mail import outbox
from orders import key_import
from orders.models import Fulfilment, Parcel, Payment, Refund, Renewal
from orgs import cases, documents, links
from orgs.contents import Contents, examine
from orgs.emails import licence_address
from orgs.models import AddressChange, CaseFile, Inquiry, JoinRequest, Recovery
from tests.factories import (
    ApplicationFactory,
    BranchLetterFactory,
    ChangeRequestFactory,
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrderLineFactory,
    OrganizationFactory,
    PartnerFactory,
    ProductFactory,
    UserFactory,
)
from tests.orgs.papers import pdf_bytes
from tokens.issue import issue


@dataclass(frozen=True)
class World:
    people: dict[str, User]
    arguments: dict[str, object]  # what stands in addresses, by name
    neighbours_org: int
    others_partner: str


@cache
def paper_contents() -> Contents:
    """A paper as we keep it, looked into once for all tests."""
    return examine(SimpleUploadedFile("paper.pdf", pdf_bytes()))


def build_world() -> World:
    org, neighbours_org = OrganizationFactory(), OrganizationFactory()
    people = {"stranger": UserFactory(), "superuser": UserFactory(is_staff=True, is_superuser=True)}
    for role in ("owner", "approver", "buyer", "finance", "viewer"):
        people[role] = MembershipFactory(organization=org, role_code=role).user
    letter = BranchLetterFactory(branch=org)
    people["above"] = MembershipFactory(organization=letter.parent).user
    people["beside"] = MembershipFactory(organization=letter.parent, role_code="buyer").user
    people["neighbour"] = MembershipFactory(organization=neighbours_org).user
    for group in ("qualification", "fulfilment"):
        people[group] = UserFactory(is_staff=True)
        people[group].groups.add(Group.objects.get_or_create(name=group)[0])
    owner, product = people["owner"], ProductFactory()
    claim = ClaimFactory(organization=org)
    token, _ = issue(org, bearer_name="Noor", bearer_email="noor@example.org", by=owner)
    decided = ApplicationFactory(organization=org, status="qualified")
    ApplicationFactory(organization=org)
    inquiry = Inquiry.objects.create(application=decided, question="Which?", asked_by=owner)
    change = ChangeRequestFactory(organization=org, sent_by=owner)
    moved = AddressChange.objects.create(
        organization=org, old=org.email, new="new@example.org", asked_by=owner
    )
    case = cases.start(org, by=owner, topic="other", subject="Hello", text="?")
    attached = documents.keep(org, contents=paper_contents(), kind="other", by=owner)
    CaseFile.objects.create(message=case.messages.get(), document=attached)
    receipt = outbox.post(
        "orders/receipt",
        to=[org.email],
        language="en",
        key="receipt",
        subject="Receipt",
        text="Thank you.",
        html="",
        about=str(org.number),
    )
    document = documents.store(org, file=paper_contents(), kind="statements", by=owner)
    line = OrderLineFactory(order__organization=org, order__placed_by=owner, product=product)
    payment = Payment.objects.create(
        order=line.order,
        seq=1,
        amount=line.order.total,
        language="en",
        started_by=owner,
        status="awaiting_payer",
        paypal_id="PAYPAL1",
    )
    renewal = Renewal.objects.create(line=line, ends_on=timezone.localdate())
    refund = Refund.objects.create(
        order=line.order,
        seq=1,
        amount=line.total,
        origin="member",
        means="paypal",
        reason="?",
        requested_by=owner,
    )
    owed = Fulfilment.objects.create(line=line)
    parcel = Parcel.objects.create(
        fulfilment=owed, quantity=1, carrier="ups", expected_on=timezone.localdate()
    )
    key_import.add(product, ["ABCD-1234"], by=None)
    key = product.license_keys.get()
    type(key).objects.update(line=line, given_at=timezone.now())
    alert = alerts.subscribe(product, user=owner)
    invitation = InvitationFactory(organization=org, invited_by=owner)
    below = BranchLetterFactory(parent=org)
    recovery = Recovery.objects.create(
        organization=org, asked_for="1", claimant=UserFactory(), not_before=timezone.localdate()
    )
    recovery.notices.create(email="a@example.org", language="en", digest=links.digest("objection"))
    asked = JoinRequest.objects.create(user=UserFactory(), asked_for="1", organization=org)
    partner, others_partner = product.program.partner, PartnerFactory()
    for role, of in (("partner_person", partner), ("other_partner", others_partner)):
        people[role] = PartnerMember.objects.create(partner=of, user=UserFactory()).user
    return World(
        people=people,
        arguments={
            "org": org.number,
            "product": product.slug,
            "partner": product.program.partner.slug,
            "token": token.pk,
            "program": product.program.slug,
            "inquiry": inquiry.pk,
            "claim": claim.pk,
            "application": decided.pk,
            "document": document.pk,
            "subject": change.subject,
            "change": change.pk,
            "case": case.pk,
            "case_document": case.messages.get().files.get().document_id,
            "email": receipt.pk,
            "confirm": licence_address.link(moved, licence_address.CONFIRM),
            "undo": licence_address.link(moved, licence_address.UNDO),
            "order": line.order.number,
            "asked": line.order.number,
            "owed": owed.pk,
            "report": "demand",
            "reference": payment.reference,
            "refund": refund.seq,
            "parcel": parcel.pk,
            "renewal": renewal.pk,
            "key": key.pk,
            "step": "identity",
            "name": "a-letter",
            "membership": org.memberships.get(user=people["buyer"]).pk,
            "invitation": invitation.pk,
            "secret": invitation.secret,
            "branch_letter": below.pk,
            "recovery": recovery.pk,
            "objection": "objection",
            "join_request": asked.pk,
            "yes_to_alert": signing.dumps(alert.pk, salt=alerts.CONFIRM),
            "stop": alerts.stop_link_token(alert),
        },
        neighbours_org=neighbours_org.number,
        others_partner=others_partner.slug,
    )
